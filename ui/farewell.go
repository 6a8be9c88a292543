package ui

import (
	"errors"
	"fmt"

	"github.com/aymanbagabas/go-osc52/v2"
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

func clipboard(text string) osc52.Sequence { return osc52.New(text) }

// farewell is what to say once the full screen is closed, and the exit code. It
// also closes the record of the run.
func (a *App) farewell(err error) (string, int) {
	r := a.ending
	if !a.ended {
		r = a.brokenOff(err)
	}
	if a.world != nil {
		endRecord(a.world.Journal, a.lastWord(r))
	}
	if a.o.Demo {
		r.now += " This was a demo: its sandbox has ended with the program."
	}
	return r.text(), r.code
}

// brokenOff is the report of a run that the person left, or that was ended from
// outside.
func (a *App) brokenOff(err error) report {
	r := report{code: exitInterrupted, now: "Nothing was changed."}
	if a.engineRuns() {
		r = a.report(exitInterrupted)
		r.now = "You left before the end."
		a.progress.left = a.flow.standing() // nothing is under way any more
	}
	switch {
	case err != nil && !errors.Is(err, errOutside):
		r.code = exitFailed
		r.now = fmt.Sprintf("crossgrant came upon a fault of its own and had to stop: %v.", err)
	case err != nil:
		r.now = "crossgrant was ended from outside."
	}
	switch {
	case !a.engineRuns():
		return r
	case len(a.progress.left) == 0:
		r.now += " Nothing of this run is left in either account."
	case a.o.Demo:
		r.now += " What this run made so far was in the sandbox alone."
	default:
		r.code, r.left, r.cleanUp = exitLeft, a.progress.left, a.cleanUp()
		r.now += " What this run made so far is still there."
	}
	return r
}

// lastWord is what the record says of how the run ended: nothing where it can be
// gone on with.
func (a *App) lastWord(r report) string {
	switch {
	case !a.engineRuns() || !a.ended && len(a.progress.left) > 0:
		return ""
	case len(r.left) > 0:
		return "left"
	case len(r.wanted) > 0:
		return "finished"
	}
	return "undone"
}
