// Package plain runs the journeys without a full screen: asking line by line
// (--plain), asking nothing (--yes), writing JSON lines (--json), or only planning
// (--dry-run). It shows each change before the engine applies it, and ends with an
// exit code.
//
// It decides nothing about AWS: what is done, and in which order, is the steps'.
package plain

import (
	"context"
	"io"
	"time"

	"crossgrant/steps"
	"crossgrant/steps/run"
)

// Options are what a run needs to know.
type Options struct {
	run.Request
	JSON bool
	Out  io.Writer
	// Hard ends the taking back after a failure or an interrupt, where the context
	// of Run itself is over already. nil: nothing does but the time limit.
	Hard context.Context
	// Proposed are the answers that Enter alone stands for, where there are any.
	Proposed steps.Answers
}

// view shows a run: as text for people, or as JSON.
type view interface {
	begin(*run.Run)
	event(steps.Event, steps.Facts)
	end(run.Ending)
}

// Run walks one journey to its end and returns the exit code.
func Run(ctx context.Context, o Options) int {
	var v view = &textView{out: o.Out, every: 5 * time.Second}
	if o.JSON {
		v = newJSONView(o.Out)
	}
	e := o.run(ctx, v)
	v.end(e)
	return e.Code
}

func (o Options) run(ctx context.Context, v view) run.Ending {
	var r *run.Run
	emit := func(e steps.Event) { v.event(e, r.Facts()) }
	var err error
	if r, err = run.Open(ctx, o.Request, func(e steps.Event) { emit(e) }); err != nil {
		return run.Refused(err)
	}
	defer r.Close()
	if !o.DryRun {
		if err := r.Begin(); err != nil {
			return run.Refused(err)
		}
	}
	v.begin(r)
	if o.DryRun {
		return r.Rehearse(ctx, emit)
	}
	return r.Unasked(ctx, o.hard(ctx), emit)
}

// hard is the context under which a run is taken back.
func (o Options) hard(ctx context.Context) context.Context {
	if o.Hard != nil {
		return o.Hard
	}
	return context.WithoutCancel(ctx)
}
