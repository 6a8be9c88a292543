package steps

// What would let a check's refused requests through, and nothing else.

import (
	"cmp"
	"fmt"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// A Mend is the smallest change that lets through what a check saw refused. Nothing is
// changed by it: a run of its own applies it, which shows it first and takes it back.
type Mend struct {
	Side   Side
	Change Change // as a run would show it; without Actions it is for the owner of the statement to make
	// Before and After are the statements that change, by themselves; nil: there are none.
	Before, After *policy.Document
	Proof         string // that nothing else changes
	Here          bool   // a sign-in of that side is here, so that a run can apply it
	Other         *Mend  // the other side's half, where both are missing; nil: none is
	Facts         Facts  // of the run that applies it, for what is shown
}

// Both are the mend and the other half, the customer's first.
func (m *Mend) Both() []*Mend {
	switch {
	case m == nil:
		return nil
	case m.Other == nil:
		return []*Mend{m}
	}
	return []*Mend{m, m.Other}
}

// Command applies it by hand, "" where there is no command for that.
func (m *Mend) Command() string {
	if len(m.Change.Actions) == 0 {
		return ""
	}
	return m.Facts.Shell(m.Change.Actions[0])
}

// Applies tells that a run can apply it, or its other half.
func (m *Mend) Applies() bool {
	for _, half := range m.Both() {
		if half.Here && len(half.Change.Actions) > 0 {
			return true
		}
	}
	return false
}

// Whole tells that a run can apply all of it.
func (m *Mend) Whole() bool {
	return !slices.ContainsFunc(m.Both(), func(half *Mend) bool { return !half.Here || len(half.Change.Actions) == 0 })
}

// Answers are those of the run that applies what of it can be applied here.
func (m *Mend) Answers() Answers {
	a, sides := m.Facts.Answers, []Side(nil)
	for _, half := range m.Both() {
		if half.Here {
			sides = append(sides, half.Side)
		}
	}
	if len(sides) == 1 {
		a.Only = sides[0]
	}
	switch a.Only {
	case Customer:
		a.FirmProfile, a.OtherAccount = "", m.Facts.Firm.Account
	case Firm:
		a.CustomerProfile, a.OtherAccount = "", m.Facts.Customer.Account
	}
	return a
}

// mending are the steps of a set-up that gives one user or role that is there what its side
// lacks, and no more.
func mending(a Answers) (all []Step) {
	if a.signedIn(Customer) {
		all = append(all, LetFirmIn{})
	}
	if a.signedIn(Firm) {
		all = append(all, LetWriterIn{a.FirmRole != ""})
	}
	return all
}

// mend finds what lets the refused requests of a check through.
func (c *checking) mend(e *awsops.Evidence, refused []awsops.Refusal) *Mend {
	found, ok := e.Mend(c.grant, refused, c.GrantFile != "")
	if !ok {
		return nil
	}
	f := c.facts
	f.Answers = f.WithGrant(found.Grant)
	f.Journey, f.Mends, f.UseExisting, f.UseExistingRole = "setup", true, f.FirmUser != "", f.FirmRole != ""
	f.CustomerProfile, f.FirmProfile = cmp.Or(f.CustomerProfile, "PROFILE-OF-THE-CUSTOMER"), cmp.Or(f.FirmProfile, "PROFILE-OF-THE-FIRM")
	proof := problem.Clean(found.Proof())
	if len(e.Unread()) > 0 {
		proof += " What could not be read is taken to allow everything."
	}
	bucket := e.BucketPolicy()
	var halves []*Mend
	add := func(side Side, m Mend) {
		m.Side, m.Proof, m.Facts = side, proof, f
		m.Here = side == Customer && c.customer != nil || side == Firm && c.firm != nil
		halves = append(halves, &m)
	}
	if c := found.Correction; c != nil {
		add(correction(c))
	}
	if found.Bucket {
		after := policy.Merge(bucket, found.Grant.ForBucket()...)
		if (&World{Facts: f}).acceptable(after) != nil {
			return nil
		}
		its := policy.New(found.Grant.ForBucket()...)
		m := Mend{After: &its, Change: Change{
			Step: LetFirmIn{}.Info(), Why: fmt.Sprintf("The policy of the bucket %s lets these requests in. %s", f.Bucket, found.Grant.Gives()),
			Actions: []Action{{As: CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: f.Bucket, Owner: found.Grant.Owner, Before: bucket, After: &after}}},
		}}
		if there, _ := found.Grant.In(bucket); len(there) > 0 {
			was := policy.New(there...)
			m.Before = &was
		}
		add(Customer, m)
	}
	if found.Own {
		want, name := found.Grant.ForGrantee(), found.Grant.PolicyName()
		add(Firm, Mend{After: &want, Change: Change{
			Step: LetWriterIn{f.FirmRole != ""}.Info(), Why: fmt.Sprintf("The %s %s gets an inline policy that allows these requests, on the bucket %s and nothing else.", f.Grantee().Kind, problem.Clean(f.Grantee().Name), f.Bucket),
			Actions: []Action{{As: FirmAdmin, Op: awsops.SetInlinePolicy(f.Grantee(), name, nil, &want)}},
		}})
	}
	if len(halves) > 1 {
		halves[0].Other = halves[1]
		for _, half := range halves {
			half.Proof = "With both changes: " + half.Proof
		}
	}
	return halves[0]
}

// correction is what the owner of a statement may make of it. It is no operation: the
// statement is somebody else's.
func correction(c *policy.Correction) (Side, Mend) {
	before, after := policy.New(c.Before), policy.New(c.After)
	side, of, who := Customer, "the bucket's policy", "the bucket's owner"
	if c.Policy != "" {
		side, of, who = Firm, "the policy "+problem.Clean(c.Policy), "an administrator of the firm"
	}
	why := fmt.Sprintf("%s of %s keeps these requests out. crossgrant did not write it and does not change it: %s can, like this.", numbered(c.Statement, problem.Clean(c.Before.Sid)), of, who)
	return side, Mend{Before: &before, After: &after, Change: Change{Why: why}}
}
