package ui

// What is said in the ordinary terminal once the full screen is closed, and the exit
// code. The App comes here last; nothing is sent to AWS.

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"crossgrant/awsops/problem"
	"crossgrant/steps/run"
	"crossgrant/ui/screen"
)

// errOutside is the error of a program that was ended by a signal.
var errOutside = errors.New("ended from outside")

// farewell is what to say, and the exit code. It also ends the run, unless work is still
// under way that did not settle: then it touches nothing of the run.
func (a *App) farewell(err error, settled bool) (string, int) {
	why, said := a.failure, "You left before the end. "
	switch {
	case errors.Is(err, errOutside):
		why, said = nil, "crossgrant was ended from outside. "
	case err != nil:
		why = &problem.Error{Summary: "crossgrant hit an internal error and had to stop. Please report it", Detail: err.Error() + "."}
	case a.run == nil:
		said = ""
	}
	if settled && !a.ended && a.calls.checked != nil { // it had no time to be shown
		a.checkEnded(*a.calls.checked)
	}
	if settled && !a.ended && a.calls.fleet != nil {
		a.endFleet(*a.calls.fleet)
	}
	if settled && a.fleet != nil {
		a.fleet.Close()
	}
	e := a.progress.Ending
	switch {
	case !settled:
		e = a.unsettled(why)
	case a.ended:
	case a.run == nil:
		e = run.Refused(cmp.Or(why, context.Canceled))
	default:
		e = a.run.End(why)
		if !a.run.Changed() && len(e.Left) == 0 {
			e.Now = "Nothing was changed."
		}
	}
	over := settled && a.ended
	if e.Stopped && !over {
		e.Now = said + e.Now
	}
	if a.o.Demo && (over || a.run == nil) {
		e.Now += " This was a demo: its sandbox has ended with the program."
		if len(e.Saw) == 0 { // which ends with it
			next := "Do it for real, with a profile of each company: crossgrant setup"
			if a.checks() {
				next = "Check an access of your own: crossgrant check"
			}
			e.Next = append(slices.Clip(e.Next), next)
		}
	}
	return screen.Text(e, min(cmp.Or(a.width, 80), 80)), e.Code
}

// unsettled is the ending of a run whose work was still under way when the program had
// to end. It is made of what was told last: the run is that work's.
func (a *App) unsettled(why error) run.Ending {
	e, told := run.Refused(cmp.Or(why, context.Canceled)), a.progress.Ending
	e.Path, e.Facts = told.Path, told.Facts
	if a.applied {
		e.Now = "Work was still under way and did not stop in time: what it sent to AWS last may have been done or not. The record of the run names everything that was sent."
	}
	if a.sends && !a.o.Demo {
		e.Code, e.Left, e.Now = run.Left, a.about.May, "The check was still under way and did not stop in time, so its test file may be left."
		for _, left := range e.Left {
			e.Commands = append(e.Commands, left.Commands...)
		}
	}
	if !a.o.Demo && (a.applied || len(told.Left) > 0) {
		e.Code, e.Left, e.CleanUp, e.Resume = run.Left, told.Left, told.CleanUp, told.Resume
	}
	return e
}
