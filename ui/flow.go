package ui

import (
	"context"
	"errors"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/steps/journal"
	"crossgrant/ui/draw"
)

// flow is the wizard's one way to AWS, to the engine and to the records of runs.
// It makes the Cmds that speak with them; each answers with one typed message,
// which names what it answers. What it reads of itself in a Cmd is set before.
type flow struct {
	ctx    context.Context // the program's: all that is under way ends with it
	o      Options
	asks   chan *ask
	calls  int
	mu     sync.Mutex // guards closed
	closed bool       // no work begins any more
	under  sync.WaitGroup
	engine *steps.Engine
	tell   func(tea.Msg) // where the engine's events go, set by the call under way
}

func newFlow(ctx context.Context, o Options) *flow {
	o.Source = o.Source.Remember() // a code is asked for once, not again when the run begins
	return &flow{ctx: ctx, o: o, asks: make(chan *ask)}
}

// A call is work that the person waits for. There is one at a time, and the
// engine is used within one only.
type call struct {
	id       int
	what     string // what is done: "Reading the live policy."
	ctx      context.Context
	cancel   context.CancelFunc
	out      chan reply
	stopping bool
}

// A reply is a message of a call; the last one ends it.
type reply struct {
	call int
	msg  tea.Msg
	last bool
}

// begin makes a call and the Cmds that do the work and hear the first reply.
func (f *flow) begin(what string, work func(context.Context) tea.Msg) (*call, tea.Cmd) {
	f.calls++
	ctx, cancel := context.WithCancel(f.ctx)
	c := &call{id: f.calls, what: what, ctx: ctx, cancel: cancel, out: make(chan reply)}
	send := func(r reply) {
		select {
		case c.out <- r:
		case <-f.ctx.Done():
		}
	}
	do := func() tea.Msg {
		if !f.enter() {
			return nil
		}
		defer f.under.Done()
		defer cancel()
		f.tell = func(m tea.Msg) { send(reply{call: c.id, msg: m}) }
		send(reply{call: c.id, msg: work(ctx), last: true})
		return nil
	}
	return c, tea.Batch(do, f.hear(c))
}

// hear waits for the next reply of a call.
func (f *flow) hear(c *call) tea.Cmd {
	return func() tea.Msg {
		select {
		case r := <-c.out:
			return r
		case <-f.ctx.Done():
			return nil
		}
	}
}

func (f *flow) enter() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.under.Add(1)
	}
	return !f.closed
}

// settle waits for what is under way to end, once f.ctx is over.
func (f *flow) settle() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	over := make(chan struct{})
	go func() {
		f.under.Wait()
		close(over)
	}()
	select {
	case <-over:
	case <-time.After(5 * time.Second):
	}
}

// Messages of calls.
type (
	// preparedMsg is a world in which the journey can begin, and what the journey
	// would do altogether.
	preparedMsg struct {
		world   *steps.World
		notes   []string
		changes []foreseen
		err     error
	}
	// plannedMsg is the next step; over: there is none left.
	plannedMsg struct {
		change steps.Change
		list   []draw.Operation
		over   bool
		progress
		err error
	}
	appliedMsg struct {
		outcome steps.Outcome
		progress
		err error
	}
	undoneMsg struct {
		left []string
		progress
	}
)

// foreseen is what a step would do.
type foreseen struct {
	step steps.Info
	list []draw.Operation
}

// progress is where a run stands, copied so that screens can draw it while the
// engine works.
type progress struct {
	run, path string
	at        int
	states    []string
	facts     steps.Facts
	left      []string // what the run made that stands
}

func (f *flow) progress(w *steps.World) progress {
	p := progress{run: w.Run, path: w.Journal.Path, at: f.engine.At(), facts: f.engine.Facts(), left: f.engine.Left()}
	for _, i := range f.engine.Journey() {
		p.states = append(p.states, f.engine.State(i))
	}
	return p
}

// prepare looks at everything that can go wrong, and then plans the whole journey
// without sending anything.
func (f *flow) prepare(a steps.Answers) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		w, notes, err := steps.Prepare(ctx, f.source(), a, f.o.Expected)
		if err != nil {
			return preparedMsg{err: err}
		}
		dry := *w
		if err := dry.Begin("", f.o.Demo); err != nil {
			return preparedMsg{err: err}
		}
		changes, err := foresee(ctx, &dry, a.Journey, false)
		return preparedMsg{world: w, notes: notes, changes: changes, err: err}
	}
}

// reopen gets ready to take an earlier run back, or to go on with it.
func (f *flow) reopen(x chooseJourney, said steps.Answers) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		w, err := f.open(ctx, x, said)
		if err != nil {
			return preparedMsg{err: err}
		}
		dry := *w
		changes, err := foresee(ctx, &dry, x.journey, x.resume)
		if err != nil {
			return preparedMsg{err: errors.Join(err, w.Journal.Close())}
		}
		msg := preparedMsg{world: w, changes: changes}
		if x.find {
			msg.notes = foundNotes(w.Bucket, changes)
		}
		return msg
	}
}

// open opens the record of a run, or looks for what runs without one have left.
func (f *flow) open(ctx context.Context, x chooseJourney, said steps.Answers) (*steps.World, error) {
	a := f.o.Answers
	a.Journey = x.journey
	switch {
	case x.find:
		where := steps.Answers{Journey: x.journey, CustomerProfile: said.CustomerProfile, FirmProfile: said.FirmProfile, Bucket: said.Bucket}
		return steps.Find(ctx, f.source(), where, x.run)
	case x.resume: // its own answers count
		return steps.GoOn(ctx, f.source(), f.o.StateDir, x.run, steps.Answers{Journey: x.journey})
	}
	return steps.Reopen(ctx, f.source(), f.o.StateDir, x.run, a)
}

// engineFor walks a journey in a world.
func engineFor(w *steps.World, journey string, resume bool, emit func(steps.Event)) *steps.Engine {
	a := w.Answers
	a.Journey = journey
	if resume {
		return steps.Resume(w, steps.Journey(a), emit)
	}
	return steps.NewEngine(w, steps.Journey(a), emit)
}

// foresee plans all steps of a journey, each as the ones before it would leave
// the two accounts.
func foresee(ctx context.Context, w *steps.World, journey string, resume bool) ([]foreseen, error) {
	e := engineFor(w, journey, resume, func(steps.Event) {})
	var changes []foreseen
	for e.At() < len(e.Journey()) {
		c, err := e.Plan(ctx)
		if err != nil {
			return nil, err
		}
		if err := e.Assume(c); err != nil {
			return nil, err
		}
		changes = append(changes, foreseen{c.Step, draw.Operations(c.Actions)})
	}
	return changes, nil
}

// start begins the run's record and plans its first step.
func (f *flow) start(w *steps.World, journey string, resume bool, off map[string]bool) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		if w.Journal == nil {
			if err := w.Begin(f.o.StateDir, f.o.Demo); err != nil {
				return plannedMsg{err: err}
			}
		}
		f.engine = engineFor(w, journey, resume, func(e steps.Event) { f.tell(e) })
		return f.plan(w, off)(ctx)
	}
}

// plan passes over what the person switched off and plans the step after it.
func (f *flow) plan(w *steps.World, off map[string]bool) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		journey := f.engine.Journey()
		for f.engine.At() < len(journey) && off[journey[f.engine.At()].ID] {
			if err := f.engine.Skip("You left it out."); err != nil {
				return plannedMsg{progress: f.progress(w), err: err}
			}
		}
		if f.engine.At() == len(journey) {
			return plannedMsg{over: true, progress: f.progress(w)}
		}
		c, err := f.engine.Plan(ctx)
		return plannedMsg{change: c, list: draw.Operations(c.Actions), progress: f.progress(w), err: err}
	}
}

func (f *flow) apply(w *steps.World, c steps.Change) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		outcome, err := f.engine.Apply(ctx, c)
		return appliedMsg{outcome: outcome, progress: f.progress(w), err: err}
	}
}

func (f *flow) undo(w *steps.World) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		left := f.engine.Undo(ctx)
		return undoneMsg{left: left, progress: f.progress(w)}
	}
}

// standing lists what the run made that stands, when nothing is under way.
func (f *flow) standing() []string {
	if f.engine == nil {
		return nil
	}
	return f.engine.Left()
}

// standingIn is standing, for one account.
func (f *flow) standingIn(side steps.Side) []string { return f.engine.LeftIn(side) }

// endRecord says in the record how a run ended, and lets go of it.
func endRecord(j *journal.Journal, state string) {
	if j == nil {
		return
	}
	if state != "" {
		_ = j.End(state) // the record holds all that matters without it
	}
	_ = j.Close()
}
