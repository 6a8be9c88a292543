package ui

// How a run ends: the report for the last screen, what is said in the ordinary
// terminal afterwards, the exit code, and the record's last word. The App comes here
// when a journey is at its end, was taken back or was left; nothing is sent to AWS.

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/steps/journal"
	"crossgrant/ui/draw"
	"crossgrant/ui/safe"
	"crossgrant/ui/screen"
)

// Exit codes.
const (
	exitDone        = 0
	exitFailed      = 1
	exitTestFailed  = 3
	exitLeft        = 4
	exitInterrupted = 130
)

// errOutside is the error of a program that was ended by a signal.
var errOutside = errors.New("ended from outside")

// finish makes the report of a journey that came to its end.
func (a *App) finish() tea.Cmd {
	f := a.progress.facts
	if a.cleansUp() {
		return a.end(a.endOfCleanUp())
	}
	r := a.report(exitDone)
	switch {
	case len(a.stays) > 0:
		r.Code, r.Left = exitLeft, a.stays
		r.Now = "Everything else that this run made is gone, but something had to stay."
	case a.answers.Journey == "setup":
		r.Wanted, r.CleanUp = a.progress.left, a.cleanUp()
		r.Now = fmt.Sprintf("%s can write into the bucket %s, and the customer can read what it writes.", f.FirmUser, f.Bucket)
		if f.KeyFile != "" {
			r.Now += fmt.Sprintf(" Its key is in %s.", f.KeyFile)
		} else {
			r.Now += fmt.Sprintf(" It has no key of this run's: make one where the files will be sent from, with aws iam create-access-key --user-name %s.", f.FirmUser)
		}
	default:
		r.Now = "Both accounts are as they were. Nothing is left to clean up."
	}
	return a.end(r)
}

// undone makes the report of a run that was taken back.
func (a *App) undone(msg undoneMsg) tea.Cmd {
	a.told(msg.progress)
	r := a.report(exitInterrupted)
	var test *steps.TestError
	switch {
	case errors.As(a.failure, &test):
		r.Code = exitTestFailed
	case a.failure != nil:
		r.Code = exitFailed
	}
	r.Now = "Everything that this run had made is taken back. Nothing is left to clean up."
	if len(msg.left) > 0 {
		r.Code, r.Left, r.CleanUp = exitLeft, msg.left, a.cleanUp()
		r.Now = "Some of what this run made is still there."
	}
	return a.end(r)
}

func (a *App) end(r screen.Ending) tea.Cmd {
	a.ending, a.ended = r, true
	s := &screen.Report{Env: a.Env, Ending: r, CanUndo: len(r.Left) > 0 && !a.cleansUp()}
	if a.o.Demo {
		s.Hint = a.o.DemoHint
	}
	return a.show(s, true)
}

func (a *App) report(code int) screen.Ending {
	r := screen.Ending{Code: code, Facts: a.progress.facts, Path: a.progress.path, Warnings: a.warnings}
	r.Facts.Journey = a.answers.Journey
	for i, info := range a.infos {
		r.Steps = append(r.Steps, screen.StepEnd{Step: info, State: a.progress.states[i], Now: a.results[info.ID]})
	}
	return a.cleaned(r)
}

// cleanUp is the command that takes the run back. Of a demo nothing outlives the
// program.
func (a *App) cleanUp() string {
	if a.o.Demo || !a.engineRuns() {
		return ""
	}
	command := strings.TrimSpace("crossgrant cleanup " + a.progress.run)
	if a.chosen.Find { // there is no record of the run
		command += fmt.Sprintf(" --customer-profile %s --firm-profile %s --bucket %s", safe.Word(a.answers.CustomerProfile), safe.Word(a.answers.FirmProfile), safe.Word(a.answers.Bucket))
	}
	return command
}

// cleaned adds to a report what a clean-up removed, what it could not remove, and
// the commands for that.
func (a *App) cleaned(r screen.Ending) screen.Ending {
	if !a.cleansUp() || a.world == nil || a.world.Journal == nil {
		return r
	}
	var failed map[string]journal.Entry
	r.Gone, failed = tally(a.world.Journal.Entries()[a.cleaning.from:])
	r.Left = slices.Clone(a.stays)
	for i, info := range a.infos {
		if a.progress.states[i] == "done" {
			for thing, e := range failed {
				if e.Step == info.ID { // looked at since: it is gone all the same, or it stays
					delete(failed, thing)
				}
			}
			continue
		}
		for _, thing := range a.calls.standingIn(info.Side) {
			if e, tried := failed[thing]; tried && e.Problem != "" {
				thing += ": " + e.Problem
			}
			r.Left = append(r.Left, thing)
		}
	}
	for _, e := range inOrder(failed) {
		r.Commands = append(r.Commands, draw.Operation{As: steps.Actor(e.As), Does: e.Operation.Describe()}.Command(r.Facts))
	}
	return r
}

// tally says of the entries of a clean-up what they removed, and what they tried in
// vain, each by what it was done to.
func tally(entries []journal.Entry) (gone []string, failed map[string]journal.Entry) {
	failed = map[string]journal.Entry{}
	for _, e := range entries {
		d := e.Operation.Describe()
		if e.State != journal.Done {
			failed[d.Resource] = e
			continue
		}
		delete(failed, d.Resource)
		if d.After != nil { // the policy stays, without what was ours
			gone = append(gone, d.Summary)
		} else {
			gone = append(gone, d.Resource)
		}
	}
	return gone, failed
}

func inOrder(failed map[string]journal.Entry) []journal.Entry {
	var entries []journal.Entry
	for _, e := range failed {
		entries = append(entries, e)
	}
	slices.SortFunc(entries, func(a, b journal.Entry) int { return a.Seq - b.Seq })
	return entries
}

// endOfCleanUp is the report of a clean-up that came to its end.
func (a *App) endOfCleanUp() screen.Ending {
	r := a.report(exitDone)
	switch {
	case len(r.Left) > len(a.stays):
		r.Now = "Some of what was to be removed is still there."
	case len(a.stays) > 0:
		r.Now = "Everything else is gone, but something had to stay."
	case a.chosen.Find:
		r.Now = "Nothing that crossgrant made is left in the two accounts, as far as its tags and its statements in the bucket's policy tell."
	default:
		r.Now = fmt.Sprintf("Nothing of the run %s is left.", r.Facts.Run)
	}
	if len(r.Left) > 0 {
		r.Code, r.CleanUp = exitLeft, a.cleanUp()
	}
	return r
}

// farewell is what to say once the full screen is closed, and the exit code. It
// also closes the record of the run, unless work is still under way that did not
// settle: then it touches nothing of the run.
func (a *App) farewell(err error, settled bool) (string, int) {
	r := a.ending
	switch {
	case !settled:
		r = a.unsettled(err)
	case !a.ended:
		r = a.brokenOff(err)
	}
	if settled && a.world != nil {
		endRecord(a.world.Journal, a.lastWord(r))
	}
	if a.o.Demo {
		r.Now += " This was a demo: its sandbox has ended with the program."
	}
	return r.Text(), r.Code
}

// brokenOff is the report of a run that the person left, or that was ended from
// outside.
func (a *App) brokenOff(err error) screen.Ending {
	var r screen.Ending
	if a.engineRuns() {
		r = a.report(exitInterrupted)
		a.progress.left = a.calls.standing() // nothing is under way any more
	}
	r.Code, r.Now = a.whyEnded(err)
	switch {
	case !a.engineRuns():
		return r
	case len(a.progress.left) == 0:
		r.Now += " Nothing of this run is left in either account."
	case a.o.Demo:
		r.Now += " What this run made so far was in the sandbox alone."
	default:
		r.Code, r.Left, r.CleanUp = exitLeft, a.progress.left, a.cleanUp()
		r.Now += " What this run made so far is still there."
	}
	return r
}

// whyEnded says what ended a run before its end.
func (a *App) whyEnded(err error) (code int, now string) {
	switch {
	case errors.Is(err, errOutside):
		return exitInterrupted, "crossgrant was ended from outside."
	case err != nil:
		return exitFailed, fmt.Sprintf("crossgrant came upon a fault of its own and had to stop: %v.", err)
	case a.engineRuns():
		return exitInterrupted, "You left before the end."
	}
	return exitInterrupted, "Nothing was changed."
}

// unsettled is the ending of a run whose work was still under way when the program
// had to end. It is made of what was told last: the engine and the record are that
// work's.
func (a *App) unsettled(err error) screen.Ending {
	var r screen.Ending
	r.Code, r.Now = a.whyEnded(err)
	if !a.engineRuns() {
		return r // it only read
	}
	r.Path = a.progress.path
	if a.applied {
		r.Now += " Work was still under way and did not stop in time: what it sent to AWS last may have been done or not. The record of the run names everything that was sent."
	} else {
		r.Now += " Nothing was changed."
	}
	if !a.o.Demo && (a.applied || len(a.progress.left) > 0) {
		r.Code, r.Left, r.CleanUp = exitLeft, a.progress.left, a.cleanUp()
		r.Facts.Journey = a.answers.Journey
	}
	return r
}

// lastWord is what the record says of how the run ended: nothing where it can be
// gone on with.
func (a *App) lastWord(r screen.Ending) string {
	switch {
	case !a.engineRuns() || !a.ended && len(a.progress.left) > 0:
		return ""
	case len(r.Left) > 0:
		return "left"
	case len(r.Wanted) > 0:
		return "finished"
	}
	return "undone"
}
