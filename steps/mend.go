package steps

// What would let a check's refused requests through, and nothing else.

import (
	"cmp"

	"crossgrant/awsops/policy"
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

	facts Facts // of the run
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
	return m.facts.Shell(m.Change.Actions[0])
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

// Answers are those of the run that applies what of it can be applied here.
func (m *Mend) Answers() Answers {
	a := m.facts.Answers
	a.Only = ""
	for _, half := range m.Both() {
		if half.Here {
			a.Only = cmp.Or(a.Only, half.Side)
		}
	}
	if m.Other != nil && m.Here && m.Other.Here {
		a.Only = ""
	}
	switch a.Only {
	case Customer:
		a.FirmProfile, a.OtherAccount = "", m.facts.Firm.Account
	case Firm:
		a.CustomerProfile, a.OtherAccount = "", m.facts.Customer.Account
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

