package ui

// The calls of a run: opened, foreseen, planned, applied and taken back. The Cmds here
// are made by the App and run as calls, one at a time; the run is touched within one, or
// when none is under way. What the screens draw of it is copied into progress.

import (
	"context"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/screen"
)

// Messages of calls.
type (
	// openedMsg is a run that can begin, and what it would do altogether.
	openedMsg struct {
		run     *run.Run
		changes []screen.Foreseen
		progress
		err error
	}
	// plannedMsg is the next step, and what has to be typed before it is shown.
	plannedMsg struct {
		change  steps.Change
		list    []draw.Operation
		proofs  []run.Proof
		parties []run.Party // where they are to be shown
		progress
		err error
	}
	appliedMsg struct {
		outcome steps.Outcome
		progress
		err error
	}
	// endedMsg is a run that came to its end, or was taken back.
	endedMsg struct{ progress }
)

// progress is where a run stands, copied so that screens can draw it while work is
// under way.
type progress struct {
	at       int
	canBreak bool // a gate of the demo can be shut
	run.Ending
}

func progressOf(r *run.Run) progress {
	return progress{at: r.At(), canBreak: r.CanBreak(), Ending: r.Standing()}
}

// open looks at everything that can go wrong, and then plans the whole journey without
// sending anything.
func (c *calls) open(q run.Request) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		r, err := run.Open(ctx, q, func(e steps.Event) { c.tell(e) })
		if err != nil {
			return openedMsg{err: err}
		}
		if err := r.ProposeKey(); err != nil {
			return openedMsg{err: err}
		}
		changes, err := r.Foresee(ctx)
		if err != nil {
			r.Close()
			return openedMsg{err: err}
		}
		msg := openedMsg{run: r, progress: progressOf(r)}
		for _, change := range changes {
			msg.changes = append(msg.changes, screen.Foreseen{Change: change, List: draw.Operations(change.Actions)})
		}
		return msg
	}
}

// plan begins the run if need be, as it is wanted, passes over what the person switched off and plans the
// step after it.
func (c *calls) plan(r *run.Run, wanted screen.Begin, key *steps.KeyPlace) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		if key != nil {
			if err := r.KeepKey(*key); err != nil {
				return plannedMsg{err: err}
			}
		}
		for _, t := range wanted.Too {
			r.Include(t)
		}
		if err := r.Begin(); err != nil {
			return plannedMsg{err: err}
		}
		journey := r.Steps()
		for r.At() < len(journey) && wanted.Off[journey[r.At()].ID] {
			if err := r.Skip(); err != nil {
				return plannedMsg{progress: progressOf(r), err: err}
			}
		}
		if r.At() == len(journey) {
			return endedMsg{progress{at: r.At(), Ending: r.End(nil)}}
		}
		next, err := r.Plan(ctx)
		msg := plannedMsg{change: next, list: draw.Operations(next.Actions), proofs: r.Proofs(next), progress: progressOf(r), err: err}
		if slices.ContainsFunc(msg.proofs, func(p run.Proof) bool { return p.First }) {
			msg.parties = r.Parties(ctx)
		}
		return msg
	}
}

// breakIt puts the lesson of a shut gate before the next step, and plans it.
func (c *calls) breakIt(r *run.Run, in steps.Side, wanted screen.Begin) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		r.Break(in)
		return c.plan(r, wanted, nil)(ctx) // where the key goes was said before
	}
}

func (c *calls) apply(r *run.Run, shown steps.Change) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		outcome, err := r.Apply(ctx, shown)
		return appliedMsg{outcome, progressOf(r), err}
	}
}

// undo takes a run back, which why has ended.
func (c *calls) undo(r *run.Run, why error) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		ending := r.Undo(ctx, why)
		return endedMsg{progress{at: r.At(), Ending: ending}}
	}
}
