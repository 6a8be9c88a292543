package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/fleet"
	"crossgrant/steps/run"
)

// newFleetStage is a firm with n buckets of one customer's, and one that is not there.
func newFleetStage(t *testing.T, n int) *stage {
	t.Helper()
	var rows []fleet.Row
	s := newStage(t, func(c *sandbox.Config) {
		for i := range n {
			name := fmt.Sprintf("fleet-bucket-%d", i)
			c.Buckets = append(c.Buckets, sandbox.Bucket{Name: name, Account: "111122223333", Region: "us-east-1"})
			rows = append(rows, fleet.Row{Line: i + 2, Profile: "my_awesome_customer", Bucket: name, Prefix: "in/"})
		}
	})
	rows = append(rows, fleet.Row{Line: n + 2, Profile: "my_awesome_customer", Bucket: "no.such.bucket"})
	o := &s.options
	o.Answers = steps.Answers{}
	o.Fleet = &run.FleetRequest{
		Firm: steps.Answers{FirmProfile: "my_firm", FirmUser: "test-writer"}, Rows: rows, Source: o.Source, StateDir: o.StateDir,
	}
	return s
}

// A fleet from its list to its clean-up, in a terminal.
func TestStoryFleet(t *testing.T) {
	s := newFleetStage(t, 30)
	before := s.box.Snapshot()
	x := tell(t, s.options, 80, 24)
	x.sees("This is the plan.", "31 buckets of 1 account: 30 to do, 0 done already, 1 that cannot be done.", "no.such.bucket cannot be done", "enter more")
	x.press("tab")
	x.sees("The firm's side", "1 of 31", "Create the firm's user")
	x.press("enter", "enter", "enter", "enter", "enter", "enter", "tab")
	x.sees("This is the plan.")
	x.size(60, 20)
	x.until("the small window", func(screen string) bool {
		return strings.Contains(screen, "This is the plan.") && !strings.Contains(screen, strings.Repeat("─", 61))
	})
	x.press("end")
	x.sees("· fleet-bucket-29/in/", "enter do it")
	if !slices.Equal(s.box.Snapshot(), before) {
		t.Error("something was changed before anybody said yes")
	}
	x.types("enter", "enter", "enter")
	x.sees("That is not the number. Nothing was changed.")
	x.types("3", "0", "enter")
	x.sees("30 of 31 buckets are set up and tested: test-writer can use them.", "crossgrant cleanup fleet-085a9763", "! failed no.such.bucket", "enter finish")
	x.press("end")
	x.sees("✓ done fleet-bucket-29/in/")
	x.press("enter")
	x.leaves(4, "Note: no.such.bucket: failed. There is no such bucket.")

	o := s.options
	o.Fleet = nil
	x = tell(t, o, 80, 40)
	x.sees("Clean up the setup --fleet", "(30 buckets, test-writer)")
	x.press("down", "down", "down", "down", "down")
	x.sees("▸ Clean up the setup --fleet")
	x.press("enter")
	x.sees("This is the plan.", "Delete the user test-writer", "how many buckets this is about: 30.")
	x.press("end")
	x.sees("enter do it")
	x.types("3", "0", "enter")
	x.sees("Nothing of the fleet fleet-085a9763 is left.", "enter finish")
	x.press("enter")
	x.leaves(0, "Nothing of the fleet fleet-085a9763 is left.")
	if after := s.box.Snapshot(); !slices.Equal(after, before) {
		t.Errorf("something is left: %q", after)
	}
}

// Whoever stops half-way is told so, loses nothing, and goes on with the same list.
func TestAFleetThatIsStopped(t *testing.T) {
	t.Parallel()
	s := newFleetStage(t, 3)
	s.box.Inject(sandbox.Fault{Operation: "PutBucketPolicy", Kind: sandbox.Hang})
	r := newRig(t, s.options)
	r.sees("This is the plan.")
	r.press("end", "3", "enter")
	r.until("the others to end", func() bool { return strings.Contains(r.view(), "2 of 3 buckets") })
	r.press("ctrl+c")
	r.sees("2 of 4 buckets are set up and tested", "give the same command again", "crossgrant cleanup fleet-", "! to do")
	if strings.Contains(strings.Join(s.box.Snapshot(), "\n"), "user/test-writer key") {
		t.Errorf("the key that only the tests needed is there still: %q", s.box.Snapshot())
	}
	r.press("ctrl+c")
	r.until("the program to end", func() bool { return r.gone })
	summary, code := r.app.farewell(nil, r.app.calls.settle())
	if code != run.Left || !strings.Contains(summary, "2 of 4 buckets") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, summary)
	}
	s.box.Mend()
	again := newRig(t, s.options)
	again.sees("1 to do, 2 done already", "how many buckets this is about: 1.")
	again.press("end", "1", "enter")
	again.sees("3 of 4 buckets are set up and tested")
}

// One that is left before the yes leaves nothing, and nobody else is kept out.
func TestAFleetThatIsLeftAtItsPlan(t *testing.T) {
	t.Parallel()
	s := newFleetStage(t, 2)
	before := s.box.Snapshot()
	r := newRig(t, s.options)
	r.sees("This is the plan.")
	r.press("q")
	r.until("the program to end", func() bool { return r.gone })
	if summary, code := r.app.farewell(nil, r.app.calls.settle()); code != run.Interrupted || !strings.Contains(summary, "Nothing was changed.") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, summary)
	}
	if !slices.Equal(s.box.Snapshot(), before) {
		t.Error("something was changed")
	}
	newRig(t, s.options).sees("This is the plan.")
}

// What ends from outside while it is done says how it ended all the same.
func TestAFleetThatIsEndedFromOutside(t *testing.T) {
	t.Parallel()
	s := newFleetStage(t, 2)
	s.box.Inject(sandbox.Fault{Operation: "PutBucketPolicy", Kind: sandbox.Hang})
	r := newRig(t, s.options)
	r.sees("This is the plan.")
	r.press("end", "2", "enter")
	r.until("the other to end", func() bool { return strings.Contains(r.view(), "1 of 2 buckets") })
	r.end()
	summary, code := r.app.farewell(errOutside, r.app.calls.settle())
	if code != run.Left || !strings.Contains(summary, "1 of 3 buckets are set up and tested") || !strings.Contains(summary, "crossgrant cleanup fleet-") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, summary)
	}
}

// A list of which no bucket can be done changes nothing, and says why.
func TestAFleetOfWhichNothingCanBeDone(t *testing.T) {
	t.Parallel()
	s := newFleetStage(t, 0)
	r := newRig(t, s.options)
	r.sees("Nothing was changed.", "! failed no.such.bucket", "There is no such bucket.")
	r.lacks("crossgrant cleanup")
	r.press("enter")
	if _, code := r.app.farewell(nil, true); code != run.Failed {
		t.Errorf("exit %d", code)
	}
}

// A profile that cannot sign in is a problem that can be tried again.
func TestAFleetThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	s := newFleetStage(t, 1)
	s.options.Fleet.Firm.FirmProfile = "nobody"
	r := newRig(t, s.options)
	r.sees("nobody", "Nothing was changed.", "r try again", "q leave")
	r.press("r")
	r.sees("nobody", "r try again")
	r.press("q")
	if _, code := r.app.farewell(nil, true); code != run.Failed && code != run.Usage {
		t.Errorf("exit %d", code)
	}
}
