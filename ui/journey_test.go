package ui

import (
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox"
)

// answersAll goes from the first screen to the plan.
func (r *rig) answersAll(journey string) {
	r.t.Helper()
	r.sees("What would you like to do?")
	if journey == "setup" {
		r.press("down")
	}
	r.press("enter")
	r.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	r.press("enter")
	r.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "there is none yet")
	r.press("enter")
	r.sees("What shall the users be called?", "The name is free.")
	r.press("enter")
	if journey == "setup" {
		r.press("enter")
	}
	r.press("enter")
	r.sees("This is the plan. Nothing has been changed yet.")
}

// step approves a step and goes on from its result.
func (r *rig) step(title, now string) {
	r.t.Helper()
	r.sees(title, "enter apply")
	r.press("enter")
	r.sees("What is true now", now)
	r.press("enter")
}

func TestTour(t *testing.T) {
	s := newStage(t)
	before := s.box.Snapshot()
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.press("enter")
	r.step("Let the firm in", "lets the firm's account in")
	r.step("Make a test user", "AWS knows its key")
	r.step("Let the test user in", "lets the test user test-customer read and write")
	r.step("Write and read as the test user", "can write into the bucket")
	r.step("Take it back", "no longer let in")
	r.step("Make the firm's user", "AWS knows its key")
	r.sees("See it refused", "enter apply")
	r.press("enter")
	r.sees("AWS refused it, as it should: AccessDenied.", "has no policy of its own", "test-writer ✗ no ✓ yes ✗ no")
	r.press("enter")
	r.sees("Pass the access on", "test-writer ✗ no → ✓ yes ✓ yes ✗ no → ✓ yes")
	r.step("Pass the access on", "Both sides say yes")
	r.step("Write and read as the firm's user", "can write into the bucket")
	r.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
	r.sees("Both accounts are as they were. Nothing is left to clean up.")
	r.press("enter")
	r.until("the end", func() bool { return r.gone })
	if text, code := r.app.farewell(nil); code != 0 || !strings.Contains(text, "Both accounts are as they were.") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
	if after := s.box.Snapshot(); !slices.Equal(after, before) {
		t.Errorf("the accounts are not as they were:\n%s\nbefore\n%s", after, before)
	}
}

var _ = sandbox.Fault{}
