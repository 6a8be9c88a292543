package draw

import (
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// gate is one side's yes or no to a write. same: the user is of the bucket's own
// account, where the bucket's yes is enough.
func gate(g policy.Gate, same bool) Mark {
	switch {
	case g.Verdict == policy.Denied:
		return Mark{"✗", "forbids"}
	case g.Verdict == policy.Allowed:
		return MarkYes
	case same || !g.Needed:
		return Mark{"·", "not needed"}
	}
	return MarkShut
}

// GateTable shows for each user the two gates that a write has to pass, as they
// are now and, where that differs, as they will be.
func (t *Theme) GateTable(now, then steps.Access, width int) []string {
	if len(then.Rows) == 0 {
		return nil
	}
	const column = 16
	name := max(12, min(20, width-2*column-14))
	lines := []string{t.Bold.Render(Fill("The two gates", name+1)) + t.Dim.Render(Fill("own policy", column)+Fill("bucket's policy", column)+"may write")}
	for _, r := range then.Rows {
		before, there := now.Row(r.As)
		if !there {
			before = r
		}
		same := r.As.Side() == steps.Customer
		may := func(ok bool) Mark {
			if ok {
				return MarkYes
			}
			return MarkShut
		}
		lines = append(lines, Cut(Fill(safe.Line(r.Who), name)+" "+
			Fill(t.turns(gate(before.Put.Identity, same), gate(r.Put.Identity, same)), column)+
			Fill(t.turns(gate(before.Put.Resource, false), gate(r.Put.Resource, false)), column)+
			t.turns(may(before.Put.Allowed), may(r.Put.Allowed)), width))
	}
	return lines
}

// turns draws a mark, or how it changes.
func (t *Theme) turns(from, to Mark) string {
	said := t.Paint(to) + " " + to.Word
	if from == to {
		return said
	}
	return t.Dim.Render(from.Sign+" "+from.Word+" → ") + said
}

// whoCan is the table of who may do what; none is said where there is nobody.
func (t *Theme) whoCan(a steps.Access, none string, width int) []string {
	name := min(16, width-18)
	lines := []string{t.Bold.Render(Fill("WHO CAN", name+1)) + t.Dim.Render("list get put del")}
	for _, r := range a.Rows {
		cell := func(d policy.Decision) string {
			if d.Allowed {
				return t.Paint(MarkYes)
			}
			return t.Paint(MarkNo)
		}
		lines = append(lines, Fill(safe.Line(r.Who), name)+" "+cell(r.List)+"    "+cell(r.Get)+"   "+cell(r.Put)+"   "+cell(r.Delete))
	}
	if len(a.Rows) == 0 {
		lines = append(lines, t.Dim.Render(Cut(none, width)))
	}
	return lines
}

// twoGates shows how the two gates stand for the firm's user.
func (t *Theme) twoGates(r steps.Row) []string {
	lines := []string{t.Bold.Render("THE TWO GATES ") + t.Dim.Render("for "+safe.Line(r.Who))}
	for _, g := range []struct {
		name string
		side steps.Side
		gate policy.Gate
	}{{"firm's policy", steps.Firm, r.Put.Identity}, {"bucket's policy", steps.Customer, r.Put.Resource}} {
		m := gate(g.gate, false)
		lines = append(lines, " "+t.Paint(m)+" "+t.Side(g.side).Render(Fill(g.name, 15))+" "+m.Word)
	}
	return lines
}
