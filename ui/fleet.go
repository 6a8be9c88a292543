package ui

// A fleet: many buckets at once. It is looked at, shown, confirmed once for all, and done;
// the run of each bucket is the fleet's, not the journey's.

import (
	"context"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/screen"
)

// many is where the work on a fleet stands.
type many struct {
	wantsFleet run.FleetRequest
	fleet      *run.Fleet // nil: none is open
}

// Messages of calls.
type (
	// fleetOpenedMsg is a fleet of which nothing was changed yet.
	fleetOpenedMsg struct {
		fleet *run.Fleet
		parts []screen.FleetPart
		err   error
	}
	// fleetEndedMsg is a fleet that was set up, or taken back.
	fleetEndedMsg struct{ run.FleetEnding }
)

// toFleet goes to the fleet that the program was started for, or that was chosen.
func (a *App) toFleet(q run.FleetRequest) tea.Cmd {
	q.Source = a.calls.source()
	a.wantsFleet = q
	a.answers = steps.Answers{Journey: "setup --fleet"}
	if q.ID != "" {
		a.answers.Journey = "cleanup " + q.ID
	}
	return a.openFleet()
}

// openFleet looks at all buckets.
func (a *App) openFleet() tea.Cmd {
	a.again = a.openFleet
	const title = "Looking at the buckets; nothing is changed"
	s := screen.NewRunning(a.Env, title, steps.Facts{}, nil)
	s.Buckets = len(a.wantsFleet.Rows)
	return tea.Batch(a.show(s, false), a.begin(title, a.calls.openFleet(a.wantsFleet)))
}

func (c *calls) openFleet(q run.FleetRequest) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		f, err := run.OpenFleet(ctx, q, func(e steps.Event) { c.tell(e) })
		if err != nil {
			return fleetOpenedMsg{err: err}
		}
		return fleetOpenedMsg{fleet: f, parts: partsOf(f)}
	}
}

// partsOf are the documents of a fleet: the firm's side, then those of each bucket that
// something is done for.
func partsOf(f *run.Fleet) (parts []screen.FleetPart) {
	if len(f.Changes) > 0 {
		firm := screen.FleetPart{Title: "The firm's side", Side: steps.Firm, Facts: f.Facts(), Changes: f.Changes}
		for _, c := range f.Changes {
			for _, o := range draw.Operations(c.Actions) {
				if o.Does.Changes {
					firm.Does = append(firm.Does, o.Does.Summary)
				}
			}
		}
		parts = append(parts, firm)
	}
	for _, r := range f.Rows {
		if r.State == steps.RowToDo {
			parts = append(parts, screen.FleetPart{
				Title: r.Which(), Side: steps.Customer, Whose: run.Whose(r),
				Does:  []string{strings.Replace(run.Does(r), "the policy of the bucket "+r.Bucket, "its policy", 1)},
				Facts: r.Facts(), Notes: r.Notes, Changes: r.Changes,
			})
		}
	}
	return parts
}

func (a *App) fleetOpened(msg fleetOpenedMsg, stopped bool) tea.Cmd {
	a.fleet = msg.fleet
	switch {
	case stopped:
		return tea.Quit
	case msg.err != nil:
		cmd := a.fail(msg.err)
		p := a.top().(*screen.Problem)
		p.Unread, p.CanBack = true, false
		return cmd
	case msg.fleet.Nothing():
		return a.applyFleet()
	}
	a.failure = nil
	p := screen.NewFleetPlan(a.Env, msg.fleet.Summary(), msg.parts, msg.fleet.Proof())
	p.Facts = msg.fleet.Facts()
	return a.show(p, true)
}

// applyFleet does what was shown.
func (a *App) applyFleet() tea.Cmd {
	if a.call != nil {
		return nil
	}
	f := a.fleet
	title := "Setting the buckets up"
	if a.wantsFleet.ID != "" {
		title = "Cleaning the buckets up"
	}
	a.applied = !f.Nothing()
	a.progress.Ending = f.Standing()
	s := screen.NewRunning(a.Env, title, f.Facts(), nil)
	s.Buckets = f.ToDo()
	return tea.Batch(a.show(s, false), a.begin(title, a.calls.applyFleet(f)))
}

// applyFleet lets what only the tests needed be taken back also where the program has to end.
func (c *calls) applyFleet(f *run.Fleet) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		e := f.Apply(ctx, context.WithoutCancel(ctx))
		c.fleet = &e
		return fleetEndedMsg{e}
	}
}

func (a *App) fleetEnded(e run.FleetEnding) tea.Cmd {
	a.endFleet(e)
	return a.show(&screen.Report{Env: a.Env, Ending: e.Ending, Buckets: e.Table()}, true)
}

// endFleet takes over what is said in the ordinary terminal afterwards: which of the buckets
// are not done, as far as that has room.
func (a *App) endFleet(e run.FleetEnding) {
	a.progress, a.ended = progress{Ending: e.Ending}, true
	rest := 0
	for _, r := range e.Table() {
		switch {
		case r.State == string(steps.RowDone):
		case r.Why != "" && len(a.progress.Warnings) < mostSaid:
			a.progress.Warnings = append(a.progress.Warnings, fmt.Sprintf("%s: %s. %s", r.Name, r.State, r.Why))
		default:
			rest++
		}
	}
	if rest > 0 {
		a.progress.Warnings = append(a.progress.Warnings, fmt.Sprintf("Not done yet, and not named here: %d.", rest))
	}
}

// mostSaid is how many buckets are named afterwards.
const mostSaid = 5
