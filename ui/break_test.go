package ui

import (
	"slices"
	"testing"
)

// A gate of the demo is shut by a key, S3 refuses, crossgrant says which half is missing,
// and the next step opens it again. At the end nothing is left.
func TestBreakItAndMendIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		gate, choose string
		says         []string
	}{
		{"firm's gate", "enter", []string{"firm's gate SHUT", "bucket's gate OPEN", "has no policy of its own"}},
		{"bucket's gate", "down", []string{"firm's gate OPEN", "bucket's gate SHUT", "bucket"}},
	} {
		t.Run(c.gate, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.options.Demo, s.options.StateDir = true, ""
			before := s.box.Snapshot()
			r := newRig(t, s.options)
			r.answersAll("tour")
			r.press("enter")
			for _, title := range []string{
				"Let the firm in", "Create a test user", "Let the test user in", "Test as the test user", "Remove the test user's access",
				"Create the firm's user", "See the write refused", "Give the firm's user access",
			} {
				r.lacks("x break it")
				r.step(title, "")
			}
			r.sees("Test as the firm's user", "enter apply")
			r.press("enter")
			r.sees("200 OK", "x break it")
			r.press("x")
			r.sees("Break it: which half should be missing?")
			if c.choose == "down" {
				r.press("down")
			}
			r.press("enter")
			r.sees("Shut the "+c.gate, "enter apply", "which should be refused")
			r.press("enter")
			r.sees("403 AccessDenied", "as it should be", "S3 said AccessDenied, and not why.")
			r.sees(c.says...)
			r.lacks("x break it")
			r.press("enter")
			r.sees("Open the "+c.gate, "enter apply")
			r.press("enter")
			r.sees("Where things stand", "x break it")
			r.press("enter")
			r.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
			r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
			r.sees("Both accounts are as they were.", "With the bucket's gate open alone, AWS refused", "13 steps", "Do it for real")
			if after := s.box.Snapshot(); !slices.Equal(after, before) {
				t.Errorf("the accounts are not as they were:\n%q", after)
			}
		})
	}
}

func TestOutsideADemoNothingIsBroken(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options)
	r.answersAll("setup")
	r.keepsNoKey()
	r.means()
	for _, title := range []string{"Let the firm in", "Create the firm's user", "Give the firm's user access"} {
		r.step(title, "")
	}
	r.sees("Test as the firm's user", "enter apply")
	r.press("enter")
	r.sees("200 OK")
	r.lacks("break it")
	r.press("x")
	r.sees("200 OK")
}
