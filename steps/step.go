// Package steps is what crossgrant does, in which order, and how it is taken
// back. A journey is a list of steps; a step plans a Change and proves that it
// holds; the engine journals a Change, applies it and nothing else, and undoes
// what the journal says was done.
//
// It never prints, never asks, and reaches AWS only through operations and
// readers of awsops.
package steps

import (
	"context"

	"crossgrant/awsops"
	"crossgrant/steps/journal"
)

// Side is one of the two accounts. It heads a group of steps.
type Side string

const (
	Customer Side = "customer"
	Firm     Side = "firm"
)

func (s Side) other() Side {
	if s == Customer {
		return Firm
	}
	return Customer
}

// Actor is who sends an operation: an administrator by their profile, a user by the key
// that this run made for it, or the firm's role, which its administrator assumes.
type Actor string

const (
	CustomerAdmin Actor = "customer"
	FirmAdmin     Actor = "firm"
	TestUser      Actor = "test-user"
	Writer        Actor = "writer"
)

func (a Actor) isAdmin() bool { return a == CustomerAdmin || a == FirmAdmin }

// Side is the account that an actor belongs to.
func (a Actor) Side() Side {
	if a == CustomerAdmin || a == TestUser {
		return Customer
	}
	return Firm
}

// Info names a step in a list.
type Info struct {
	ID       string `json:"id"`    // stable: "let-firm-in"
	Title    string `json:"title"` // "Let the firm in"
	Side     Side   `json:"side"`  // whose account it changes
	CleanUp  bool   `json:"clean_up,omitempty"`
	Optional bool   `json:"optional,omitempty"` // a journey still makes sense without it
}

// Step is one step of a journey. Neither method changes anything in AWS.
type Step interface {
	Info() Info
	// Plan reads the live state and returns what to do. No actions: there is
	// nothing to do.
	Plan(context.Context, *World) (Change, error)
	// Verify proves that the change holds, and says what is true now.
	Verify(context.Context, *World) (Outcome, error)
}

// Change is what a step would do: shown first, then applied as it is.
type Change struct {
	Step    Info
	Why     string // two sentences for the person
	Actions []Action
	Notes   []string // what else to know before saying yes

	KeepGoing bool // one failure does not stop the actions after it: a clean-up

	MayFail bool // what it does is not needed: Verify says what stays when it failed

	Stays   []Remainder // what a clean-up finds and cannot remove
	Asks    []Ask       // what others added and a clean-up leaves, unless the person says otherwise
	Shares  []journal.Share
	Consent string // why this is not done by who is asked nothing; "" for nearly everything

	plan *plan // the engine's that it is
}

// Action is one operation and who sends it.
type Action struct {
	As     Actor
	Op     awsops.Operation
	Beside bool // it goes side by side with the one before it
	// After are those beside it that must be done before it is sent: what belongs to a
	// user before the user.
	After []awsops.Target
}

// Outcome is what is true after a step.
type Outcome struct {
	Now      string   // one or two sentences
	Warnings []string // each with what it means
	Notes    []string // what stays and is not the run's, or not any more
	Left     []Remainder
	Access   Access
}
