package steps

import (
	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// Event is one thing that happened to a run. The wizard, the plain view and
// --json show the same ones. The interface is sealed.
type Event interface{ event() }

type (
	// Planned comes before anything of a change is sent.
	Planned struct{ Change Change }
	// Started comes when an operation was journaled and is about to be sent.
	Started struct {
		Step   Info
		Action Action
	}
	// Waiting tells of one round of waiting for AWS, or for a profile's own command.
	Waiting struct {
		Step Info // its zero value while a run is opened
		Wait awsops.Wait
	}
	// Done comes with an operation's receipt.
	Done struct {
		Step    Info
		Action  Action
		Receipt awsops.Receipt
	}
	// Verified ends a step.
	Verified struct {
		Step    Info
		Outcome Outcome
	}
	// Skipped is a step that had nothing to do, or was not wanted.
	Skipped struct {
		Step Info
		Why  string
	}
	// Failed is a step that ended in a problem. What it had done stands, and is
	// in the journal.
	Failed struct {
		Step    Info
		Problem *problem.Error
	}
	// Checking comes before a check sends anything but reads.
	Checking struct {
		Facts  Facts
		Writer awsops.User // whose access it is
		Grant  policy.Grant
		Notes  []string
		May    []Remainder // what may be left should it be cut off
	}
	// Tested is one request of a check.
	Tested struct{ Test Test }
	// Undone is one operation that takes something of the run back; with a Problem
	// it did not work.
	Undone struct {
		Action  Action
		Problem *problem.Error
	}
)

func (Planned) event()  {}
func (Started) event()  {}
func (Waiting) event()  {}
func (Done) event()     {}
func (Verified) event() {}
func (Skipped) event()  {}
func (Failed) event()   {}
func (Checking) event() {}
func (Tested) event()   {}
func (Undone) event()   {}
