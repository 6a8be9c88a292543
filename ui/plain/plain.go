// Package plain runs the journeys without a full screen: asking line by line
// (--plain), asking nothing (--yes), writing JSON lines (--json), or only planning
// (--dry-run). It shows each change before the engine applies it, and ends with an
// exit code.
//
// It decides nothing about AWS: what is done, and in which order, is the steps'.
package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/steps/journal"
	"crossgrant/ui/safe"
)

// Exit codes.
const (
	ExitDone        = 0
	ExitFailed      = 1 // nothing of the run is left behind
	ExitUsage       = 2
	ExitTestFailed  = 3   // the access test failed; nothing is left behind
	ExitLeft        = 4   // failed or stopped, and something is left behind
	ExitInterrupted = 130 // nothing is left behind
)

// Options are what a run needs to know.
type Options struct {
	Answers  steps.Answers
	Expected steps.Expected
	Source   awsops.Source
	StateDir string // where journals stand; "": this run's is kept in memory only
	CleanUp  string // for the journey "cleanup": the run to take back
	Resume   string // a run to go on with
	JSON     bool
	DryRun   bool
	Demo     bool
	Out      io.Writer
	// Hard ends the taking back after a failure or an interrupt, where the context
	// of Run itself is over already. nil: nothing does but the time limit.
	Hard context.Context
}

// maxPlans is how often a step is planned while others keep changing what it is
// about to change.
const maxPlans = 3

// undoLimit is how long the taking back after a failure may take.
const undoLimit = 3 * time.Minute

// view shows a run: as text for people, or as JSON.
type view interface {
	begin(run)
	event(steps.Event, steps.Facts)
	end(result)
}

// run is what is known when a run begins.
type run struct {
	Facts   steps.Facts
	journey string // this one, where the facts are of the run that it takes back
	steps   int
	dryRun  bool
	demo    bool
	journal string
	notes   []string
}

// result is how a run ended.
type result struct {
	code     int
	stopped  bool     // by a signal
	now      string   // what is true now
	next     []string // what to do next
	warnings []string
	left     []string // what exists and should not
	cleanUp  string   // the command that removes it
	problem  *problem.Error
}

// Run walks one journey to its end and returns the exit code.
func Run(ctx context.Context, o Options) int {
	var v view = &textView{out: o.Out, every: 5 * time.Second}
	if o.JSON {
		v = newJSONView(o.Out)
	}
	r := o.run(ctx, v)
	v.end(r)
	return r.code
}

func (o Options) run(ctx context.Context, v view) result {
	w, notes, err := o.prepare(ctx)
	if err != nil {
		return o.refused(err)
	}
	defer func() { _ = w.Journal.Close() }()
	var engine *steps.Engine
	emit := func(e steps.Event) { v.event(e, engine.Facts()) }
	engine = o.engine(w, emit)
	journey := engine.Journey()
	v.begin(run{w.Facts, o.Answers.Journey, len(journey), o.DryRun, o.Demo, w.Journal.Path, notes})
	if o.DryRun {
		if err := plan(ctx, engine, emit); err != nil {
			return o.refused(err)
		}
		return result{now: dryRunSaid}
	}
	var done result
	moved := 0 // how often the step's plan was out of date
	for engine.At() < len(journey) {
		change, err := engine.Plan(ctx)
		if err != nil {
			emit(steps.Failed{Step: journey[engine.At()], Problem: steps.Problem(err)})
			return o.stop(ctx, engine, w, err)
		}
		emit(steps.Planned{Change: change})
		outcome, err := engine.Apply(ctx, change)
		var stale *problem.Stale
		if moved++; errors.As(err, &stale) && moved < maxPlans {
			continue // nothing was sent: plan with what stands now, and show that
		}
		if err != nil {
			return o.stop(ctx, engine, w, err)
		}
		moved = 0
		done.warnings = append(done.warnings, outcome.Warnings...)
		done.left = append(done.left, outcome.Left...)
	}
	return o.finish(w, engine, done)
}

// prepare gets the world ready, and a journal for it.
func (o Options) prepare(ctx context.Context) (*steps.World, []string, error) {
	if o.Answers.Journey == "cleanup" {
		if o.Answers.Bucket != "" && !journal.Exists(o.StateDir, o.CleanUp) {
			w, err := steps.Find(ctx, o.Source, o.Answers, o.CleanUp)
			return w, nil, err
		}
		w, err := steps.Reopen(ctx, o.Source, o.StateDir, o.CleanUp, o.Answers)
		return w, nil, err
	}
	if o.Resume != "" {
		w, err := steps.GoOn(ctx, o.Source, o.StateDir, o.Resume, o.Answers)
		return w, nil, err
	}
	w, notes, err := steps.Prepare(ctx, o.Source, o.Answers, o.Expected)
	if err != nil {
		return nil, nil, err
	}
	dir := o.StateDir
	if o.DryRun {
		dir = ""
	}
	return w, notes, w.Begin(dir, o.Demo)
}

// engine walks the journey from where it stands.
func (o Options) engine(w *steps.World, emit func(steps.Event)) *steps.Engine {
	journey := steps.Journey(w.Answers)
	switch {
	case o.Answers.Journey == "cleanup":
		journey = steps.Cleanup()
	case o.Resume != "":
		return steps.Resume(w, journey, emit)
	}
	return steps.NewEngine(w, journey, emit)
}

const dryRunSaid = "This was a dry run: nothing was changed."

// plan goes through the journey without sending anything.
func plan(ctx context.Context, engine *steps.Engine, emit func(steps.Event)) error {
	for engine.At() < len(engine.Journey()) {
		change, err := engine.Plan(ctx)
		if err != nil {
			return err
		}
		emit(steps.Planned{Change: change})
		if err := engine.Assume(change); err != nil {
			return err
		}
	}
	return nil
}

// failure is the result of a run that did not come to its end, as far as the
// reason goes.
func failure(err error) result {
	r := result{code: ExitFailed, problem: steps.Problem(err)}
	var (
		usage *steps.UsageError
		test  *steps.TestError
	)
	switch {
	case errors.As(err, &usage):
		r.code = ExitUsage
	case errors.Is(err, context.Canceled):
		r.code, r.problem, r.stopped = ExitInterrupted, nil, true
	case errors.As(err, &test):
		r.code = ExitTestFailed
	}
	return r
}

// refused is the result of a run that ended before it changed anything.
func (o Options) refused(err error) result {
	r := failure(err)
	r.now = "Nothing was changed."
	return r
}

// stop takes back what a failed or interrupted run made.
func (o Options) stop(ctx context.Context, engine *steps.Engine, w *steps.World, err error) result {
	return o.takeBack(ctx, engine, w, failure(err))
}

func (o Options) takeBack(ctx context.Context, engine *steps.Engine, w *steps.World, r result) result {
	hard := o.Hard
	if hard == nil {
		hard = context.WithoutCancel(ctx)
	}
	hard, cancel := context.WithTimeout(hard, undoLimit)
	defer cancel()
	r.left = engine.Undo(hard)
	if len(r.left) == 0 {
		r.now = "Everything that this run had made is taken back. Nothing is left to clean up."
		_ = w.Journal.End("undone")
		return r
	}
	_ = w.Journal.End("left")
	return o.leaves(w, r)
}

func (o Options) leaves(w *steps.World, r result) result {
	r.code = ExitLeft
	r.now = "Some of what this run made is still there."
	r.cleanUp = "crossgrant cleanup " + w.Run
	if o.Answers.Journey == "cleanup" && o.Answers.Bucket != "" { // there is no record of the run
		r.cleanUp = strings.TrimRight(r.cleanUp, " ") + fmt.Sprintf(" --customer-profile %s --firm-profile %s --bucket %s",
			safe.Word(o.Answers.CustomerProfile), safe.Word(o.Answers.FirmProfile), o.Answers.Bucket)
	}
	if o.Demo {
		r.cleanUp = "" // the sandbox ends with this process
	}
	return r
}

func (o Options) finish(w *steps.World, engine *steps.Engine, r result) result {
	if len(r.left) > 0 {
		_ = w.Journal.End("left")
		return o.leaves(w, r)
	}
	f := engine.Facts()
	switch o.Answers.Journey {
	case "setup":
		_ = w.Journal.End("finished")
		r.now = fmt.Sprintf("%s can write into the bucket %s, and the customer can read what it writes.", f.FirmUser, f.Bucket)
		if f.KeyFile != "" {
			r.now += fmt.Sprintf(" Its key is in %s.", f.KeyFile)
		}
		if o.Demo {
			return r // the sandbox ends with this process
		}
		if f.KeyFile == "" {
			r.next = append(r.next, fmt.Sprintf("Make a key where the files will be sent from: aws iam create-access-key --user-name %s --profile %s", f.FirmUser, f.FirmProfile))
		}
		r.next = append(r.next, "To take it all back: crossgrant cleanup "+f.Run)
	case "cleanup":
		_ = w.Journal.End("undone")
		r.now = fmt.Sprintf("Nothing of the run %s is left.", f.Run)
		if f.Run == "" {
			r.now = "Nothing that crossgrant made is left in the two accounts, as far as its tags and its statements in the bucket's policy tell."
		}
	default:
		_ = w.Journal.End("undone")
		r.now = "Both accounts are as they were. Nothing is left to clean up."
	}
	return r
}
