package ui

import (
	"context"
	"strings"
	"testing"
	"time"

	"crossgrant/steps"
	"crossgrant/steps/run"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps/journal"
	"crossgrant/ui/uitest"
)

// stuck begins work that goes on when it should stop, and ends the program.
func (r *rig) stuck(t *testing.T) {
	t.Helper()
	begun, release := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(release) })
	r.do(r.app.begin("Working", func(context.Context) tea.Msg {
		close(begun)
		<-release
		return nil
	}))
	r.until("the work", func() bool {
		select {
		case <-begun:
			return true
		default:
			return false
		}
	})
	r.end()
}

func TestWorkThatDoesNotStopKeepsTheRunToItself(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.patience = time.Nanosecond
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.sees("Create a test user", "enter apply")
	r.app.progress.Left = []steps.Remainder{{What: "what was told last"}} // the run would say otherwise
	r.stuck(t)
	if r.app.calls.settle() {
		t.Fatal("it settled")
	}
	text, code := r.app.farewell(errOutside, false)
	id := r.app.progress.Facts.Run
	for _, want := range []string{
		"ended from outside. Work was still under way", "may have been done or not", "left: what was told last",
		"crossgrant cleanup " + id, "The record of the run: " + r.app.progress.Path,
	} {
		if !strings.Contains(uitest.Flat(text), want) {
			t.Errorf("%q is missing in the terminal:\n%s", want, text)
		}
	}
	if code != run.Left {
		t.Errorf("exit %d", code)
	}
	if j, err := journal.Open(s.options.StateDir, id); err == nil {
		_ = j.Close()
		t.Error("the record was closed under the work")
	}
}

func TestWorkThatOnlyReadsLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.patience = time.Nanosecond
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.sees("Let the firm in", "enter apply")
	r.stuck(t)
	text, code := r.app.farewell(errOutside, r.app.calls.settle())
	if code != run.Interrupted || !strings.Contains(uitest.Flat(text), "Nothing was changed.") || strings.Contains(text, "cleanup") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
}

func TestNoWorkBeginsOnceItIsOver(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := newCalls(ctx, Options{})
	cancel()
	if !c.settle() {
		t.Fatal("nothing is under way, and it does not settle")
	}
	_, cmd := c.begin("Working", func(context.Context) tea.Msg {
		t.Error("the work began")
		return nil
	})
	for _, do := range cmd().(tea.BatchMsg) {
		do()
	}
}
