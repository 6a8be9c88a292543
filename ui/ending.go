package ui

import (
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// finish makes the report of a journey that came to its end.
func (a *App) finish() tea.Cmd {
	f := a.progress.facts
	if a.cleansUp() {
		return a.end(a.endOfCleanUp())
	}
	r := a.report(exitDone)
	switch {
	case len(a.stays) > 0:
		r.code, r.left = exitLeft, a.stays
		r.now = "Everything else that this run made is gone, but something had to stay."
	case a.answers.Journey == "setup":
		r.wanted, r.cleanUp = a.progress.left, a.cleanUp()
		r.now = fmt.Sprintf("%s can write into the bucket %s, and the customer can read what it writes.", f.FirmUser, f.Bucket)
		if f.KeyFile != "" {
			r.now += fmt.Sprintf(" Its key is in %s.", f.KeyFile)
		} else {
			r.now += fmt.Sprintf(" It has no key of this run's: make one where the files will be sent from, with aws iam create-access-key --user-name %s.", f.FirmUser)
		}
	default:
		r.now = "Both accounts are as they were. Nothing is left to clean up."
	}
	return a.end(r)
}

// undone makes the report of a run that was taken back.
func (a *App) undone(msg undoneMsg) tea.Cmd {
	a.progress = msg.progress
	r := a.report(exitInterrupted)
	var test *steps.TestError
	switch {
	case errors.As(a.failure, &test):
		r.code = exitTestFailed
	case a.failure != nil:
		r.code = exitFailed
	}
	r.now = "Everything that this run had made is taken back. Nothing is left to clean up."
	if len(msg.left) > 0 {
		r.code, r.left, r.cleanUp = exitLeft, msg.left, a.cleanUp()
		r.now = "Some of what this run made is still there."
	}
	return a.end(r)
}

func (a *App) end(r report) tea.Cmd {
	a.ending, a.ended = r, true
	s := &reportScreen{kit: a.kit, report: r, canUndo: len(r.left) > 0 && !a.cleansUp()}
	if a.o.Demo {
		s.hint = a.o.DemoHint
	}
	return a.show(s, true)
}

func (a *App) report(code int) report {
	r := report{code: code, facts: a.progress.facts, path: a.progress.path, warnings: a.warnings}
	r.facts.Journey = a.answers.Journey
	for i, info := range a.infos {
		r.steps = append(r.steps, reported{info, a.progress.states[i], a.told[info.ID]})
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
	if a.chosen.find { // there is no record of the run
		command += fmt.Sprintf(" --customer-profile %s --firm-profile %s --bucket %s", safe.Word(a.answers.CustomerProfile), safe.Word(a.answers.FirmProfile), safe.Word(a.answers.Bucket))
	}
	return command
}
