package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/steps/run"
	"crossgrant/ui/uitest"
)

// cleansUp is the wizard as `crossgrant cleanup` starts it.
func (s *stage) cleansUp(t *testing.T) *rig {
	t.Helper()
	s.options.Answers.Journey, s.options.Answers.Bucket = "cleanup", ""
	return newRig(t, s.options)
}

func TestWhereSeveralRunsLeftSomethingOneIsChosen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.setUp(t)
	s.options.Answers.FirmUser = "another-writer"
	second := s.setUp(t)
	r := s.cleansUp(t)
	r.sees("Which run do you want to clean up?", "▸ Clean up the setup of", "(my.test.bucket, another-writer)", "(my.test.bucket, test-writer)")
	r.press("down", "enter")
	r.sees("This is the plan.", "Delete the user test-writer", "enter begin")
	r.press("b")
	r.sees("Which run do you want to clean up?")
	r.press("up", "enter")
	r.sees("This is the plan.", "Delete the user another-writer", "enter begin")
	r.press("q")
	r.until("the end", func() bool { return r.gone })
	text, code := r.app.farewell(nil, true)
	if code != run.Left || !strings.Contains(text, "crossgrant cleanup "+second) || strings.Contains(text, first) {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
}

func TestWhereOneRunLeftSomethingNothingIsAsked(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.setUp(t)
	r := s.cleansUp(t)
	r.sees("This is the plan.", "Delete the user test-writer")
}

func TestWhereThereIsNothingToCleanUpAnyKeyLeaves(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"enter", "q", "esc", "ctrl+c", "x"} {
		r := newStage(t).cleansUp(t)
		r.sees("There is nothing to clean up: no recorded run left anything behind.")
		r.lacks("!")
		r.press(key)
		r.until("the end", func() bool { return r.gone })
		if text, code := r.app.farewell(nil, true); code != run.Done || !strings.Contains(uitest.Flat(text), "There is nothing to clean up") {
			t.Errorf("exit %d, and in the terminal:\n%s", code, text)
		}
	}
}

func TestRecordsThatCannotBeListedAreAProblem(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.StateDir = filepath.Join(s.options.StateDir, "file")
	if err := os.WriteFile(s.options.StateDir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := s.cleansUp(t)
	r.sees("not a directory", "r try again")
}
