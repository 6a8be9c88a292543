package ui

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/uitest"
)

// What the plan, the gates and the advice say is true of this very run.

func TestThePlanNamesWhatTheRunWillWrite(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.update(tea.WindowSizeMsg{Width: 200, Height: 100})
	r.answersAll("tour")
	named := regexp.MustCompile(`crossgrant-probe/(\S+)-test-user.txt`).FindStringSubmatch(uitest.Flat(r.view()))
	if named == nil {
		t.Fatalf("the plan names no test file:\n%s", r.view())
	}
	r.begins()
	r.sees("Let the firm in", "enter apply")
	if id := r.app.progress.Facts.Run; id != named[1] {
		t.Errorf("the plan is of the run %s, and the run is %s", named[1], id)
	}
	r.press("b")
	r.sees("This is the plan.")
	r.begins()
	for _, title := range []string{"Let the firm in", "Create a test user", "Let the test user in"} {
		r.step(title, "")
	}
	r.sees("Test as the test user", named[0])
	if _, err := os.Stat(filepath.Join(s.options.StateDir, named[1]+".jsonl")); err != nil {
		t.Error(err)
	}
}

func TestTheGatesOfACleanUpAreThoseThatStand(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := s.cleaner(t, s.setUp(t))
	r.press("enter")
	r.confirms("111122223333")
	r.sees("Clean up the customer's side", "firm's gate OPEN", "bucket's gate OPEN → SHUT")
	r.step("Clean up the customer's side", "OPEN SHUT")
}

func TestTheGatesOfARunThatIsGoneOnWithAreThoseThatStand(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	for _, title := range []string{"Let the firm in", "Create a test user", "Let the test user in"} {
		r.step(title, "")
	}
	r.sees("Test as the test user", "enter apply")
	r.app.farewell(nil, true)
	next := newRig(t, s.options)
	next.sees("▸ Go on with the tour of")
	next.press("enter")
	next.sees("This is what is left of the plan.", "enter begin")
	next.begins()
	next.sees("Create a test user", "test-customer", "bucket's gate OPEN")
	next.step("Create a test user", "OPEN")
	next.step("Test as the test user", "OPEN")
}
