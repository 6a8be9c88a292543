package ui

import (
	"fmt"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// after returns the facts as a change would leave them, for showing who could do
// what then.
func after(f steps.Facts, c steps.Change) steps.Facts {
	for _, a := range c.Actions {
		r := awsops.Receipt{}
		switch op := a.Op.(type) {
		case awsops.SetBucketPolicy:
			f.BucketPolicy = op.After
		case awsops.SetUserPolicy:
			f.WriterPolicies = others(f.WriterPolicies, op.Name)
			if op.After != nil {
				f.WriterPolicies = append(f.WriterPolicies, policy.Named{Name: op.Name, Document: *op.After})
			}
		case awsops.CreateUser:
			r.UserARN = fmt.Sprintf("arn:%s:iam::%s:user/%s", f.Customer.Partition, op.Account, op.Name)
			r.UserID = "AIDA-OF-" + op.Name
			f = f.Learn(a, r)
		case awsops.DeleteUser:
			f = f.Learn(a, r)
		}
	}
	return f
}

func others(policies []policy.Named, name string) []policy.Named {
	var rest []policy.Named
	for _, p := range policies {
		if p.Name != name {
			rest = append(rest, p)
		}
	}
	return rest
}

// gate is one side's yes or no to a write. same: the user is of the bucket's own
// account, where the bucket's yes is enough.
func gate(g policy.Gate, same bool) mark {
	switch {
	case g.Verdict == policy.Denied:
		return mark{"✗", "forbids"}
	case g.Verdict == policy.Allowed:
		return markYes
	case same || !g.Needed:
		return mark{"·", "not needed"}
	}
	return markShut
}

// gateTable shows for each user the two gates that a write has to pass, as they
// are now and, where that differs, as they will be.
func (t *theme) gateTable(now, then steps.Access, width int) []string {
	if len(then.Rows) == 0 {
		return nil
	}
	const column = 16
	name := max(12, min(20, width-2*column-14))
	lines := []string{t.bold.Render(fill("The two gates", name+1)) + t.dim.Render(fill("own policy", column)+fill("bucket's policy", column)+"may write")}
	for _, r := range then.Rows {
		before, there := now.Row(r.As)
		if !there {
			before = r
		}
		same := r.As.Side() == steps.Customer
		may := func(ok bool) mark {
			if ok {
				return markYes
			}
			return markShut
		}
		lines = append(lines, cut(fill(safe.Line(r.Who), name)+" "+
			fill(t.turns(gate(before.Put.Identity, same), gate(r.Put.Identity, same)), column)+
			fill(t.turns(gate(before.Put.Resource, false), gate(r.Put.Resource, false)), column)+
			t.turns(may(before.Put.Allowed), may(r.Put.Allowed)), width))
	}
	return lines
}

// turns draws a mark, or how it changes.
func (t *theme) turns(from, to mark) string {
	said := t.paint(to) + " " + to.word
	if from == to {
		return said
	}
	return t.dim.Render(from.sign+" "+from.word+" → ") + said
}

// whoCan is the table of who may do what.
func (t *theme) whoCan(a steps.Access, width int) []string {
	name := min(16, width-18)
	lines := []string{t.bold.Render(fill("WHO CAN", name+1)) + t.dim.Render("list get put del")}
	for _, r := range a.Rows {
		cell := func(d policy.Decision) string {
			if d.Allowed {
				return t.paint(markYes)
			}
			return t.paint(markNo)
		}
		lines = append(lines, fill(safe.Line(r.Who), name)+" "+cell(r.List)+"    "+cell(r.Get)+"   "+cell(r.Put)+"   "+cell(r.Delete))
	}
	if len(a.Rows) == 0 {
		lines = append(lines, t.dim.Render("No user is there yet."))
	}
	return lines
}
