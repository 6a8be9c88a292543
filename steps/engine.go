package steps

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
)

// ErrNotPlanned is the error of a change that is not the one planned last.
var ErrNotPlanned = errors.New("this change is not the one that was planned last: plan again, and look at it, before it is applied")

// Engine walks a journey: it plans the step at hand, applies that plan and
// nothing else, and takes back what was done. Its methods are called one at a
// time; events come from the goroutine of the call.
type Engine struct {
	world   *World
	journey []Step
	at      int
	goingOn bool // steps that the journal calls done are passed over
	emit    func(Event)
	planned *plan
}

// plan marks a change as the engine's own: its address is what counts.
type plan struct{ step string }

// NewEngine begins a journey.
func NewEngine(w *World, journey []Step, emit func(Event)) *Engine {
	return &Engine{world: w, journey: journey, emit: emit}
}

// Resume goes on with a journey whose run ended before its time: steps that the
// world's journal calls done or skipped are passed over, unless what they made is
// needed once more and lost.
func Resume(w *World, journey []Step, emit func(Event)) *Engine {
	e := &Engine{world: w, journey: journey, emit: emit, goingOn: true}
	e.passOver()
	return e
}

// perishable is a step whose effect, or a part of it, does not survive its process.
type perishable interface {
	lost(*World, []Step) bool
}

func (e *Engine) passOver() {
	for e.goingOn && e.at < len(e.journey) {
		step := e.journey[e.at]
		if e.world.Journal.StepState(step.Info().ID) == "" {
			return
		}
		var todo []Step
		for _, s := range e.journey[e.at+1:] {
			if e.world.Journal.StepState(s.Info().ID) == "" {
				todo = append(todo, s)
			}
		}
		if p, ok := step.(perishable); ok && p.lost(e.world, todo) {
			return
		}
		e.at++
	}
}

// Facts are what is known now.
func (e *Engine) Facts() Facts { return e.world.Facts }

// Journey lists the steps.
func (e *Engine) Journey() []Info {
	infos := make([]Info, len(e.journey))
	for i, s := range e.journey {
		infos[i] = s.Info()
	}
	return infos
}

// At is the index of the step at hand, len(Journey()) when all are done.
func (e *Engine) At() int { return e.at }

// State is what became of a step: "done", "skipped" or "".
func (e *Engine) State(i Info) string { return e.world.Journal.StepState(i.ID) }

// Plan reads the live state and returns what the step at hand would do. It
// changes nothing, and makes any earlier plan void.
func (e *Engine) Plan(ctx context.Context) (Change, error) {
	if e.at >= len(e.journey) {
		return Change{}, errors.New("there is no step left to plan")
	}
	step := e.journey[e.at]
	c, err := step.Plan(e.context(ctx, step.Info()), e.world)
	if err != nil {
		return Change{}, err
	}
	c.Step = step.Info()
	e.planned = &plan{step: c.Step.ID}
	c.plan = e.planned
	return c, nil
}

// Apply does what was planned last, proves it, and moves on. When it fails the
// step stays at hand: planning it again plans what is still to do.
func (e *Engine) Apply(ctx context.Context, c Change) (Outcome, error) {
	if e.at >= len(e.journey) || c.plan == nil || c.plan != e.planned {
		return Outcome{}, ErrNotPlanned
	}
	e.planned = nil
	step := e.journey[e.at]
	ctx = e.context(ctx, c.Step)
	var failed error
	for _, a := range c.Actions {
		err := e.do(ctx, c.Step, a)
		if d, can := step.(diagnoser); err != nil && can {
			err = d.diagnose(ctx, e.world, a, err)
		}
		if err != nil && !c.KeepGoing {
			return Outcome{}, e.fail(c.Step, err)
		}
		failed = cmp.Or(failed, err)
	}
	if failed != nil {
		return Outcome{}, e.fail(c.Step, failed)
	}
	outcome, err := step.Verify(ctx, e.world)
	if err != nil {
		return Outcome{}, e.fail(c.Step, err)
	}
	outcome.Access = e.world.Access()
	if err := e.world.Journal.Step(c.Step.ID, "done"); err != nil {
		return Outcome{}, e.fail(c.Step, err)
	}
	e.emit(Verified{Step: c.Step, Outcome: outcome})
	e.at++
	e.passOver()
	return outcome, nil
}

// Skip leaves the step at hand out.
func (e *Engine) Skip(why string) error {
	if e.at >= len(e.journey) {
		return errors.New("there is no step left to skip")
	}
	info := e.journey[e.at].Info()
	if err := e.world.Journal.Step(info.ID, "skipped"); err != nil {
		return err
	}
	e.planned = nil
	e.emit(Skipped{Step: info, Why: why})
	e.at++
	e.passOver()
	return nil
}

// Assume moves on as if a planned change had been applied. It sends nothing; from
// then on the engine only plans.
func (e *Engine) Assume(c Change) error {
	if c.plan == nil || c.plan != e.planned {
		return ErrNotPlanned
	}
	e.planned = nil
	w := e.world
	if w.assumed == nil {
		w.assumed = newAssumptions()
		w.Journal = w.Journal.Fork()
	}
	for _, a := range c.Actions {
		r := w.assumed.assume(w, a.Op)
		w.Facts = w.Learn(a, r)
		if !a.Op.Describe().Changes {
			continue
		}
		seq, err := w.Journal.Intend(c.Step.ID, string(a.As), a.Op)
		if err == nil {
			err = w.Journal.Receive(seq, r)
		}
		if err != nil {
			return err
		}
	}
	e.at++
	return nil
}

// do journals an operation, sends it, and journals what came of it.
func (e *Engine) do(ctx context.Context, step Info, a Action) error {
	if e.world.assumed != nil {
		return errors.New("a dry run sends nothing")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := e.world.Session(a.As)
	if err != nil {
		return err
	}
	d := a.Op.Describe()
	seq := 0
	if d.Changes { // a test read leaves nothing that a journal must know of
		if seq, err = e.world.Journal.Intend(step.ID, string(a.As), a.Op); err != nil {
			return err
		}
	}
	e.emit(Started{Step: step, Action: a})
	receipt, err := s.Perform(ctx, a.Op)
	if err != nil {
		if d.Changes {
			err = errors.Join(err, e.world.Journal.Fail(seq, problem.Lost(err), explained(err, d.Summary).Error()))
		}
		return err
	}
	e.world.Facts = e.world.Learn(a, receipt)
	if err := e.keep(a, receipt); err != nil {
		return err
	}
	if d.Changes {
		if err := e.world.Journal.Receive(seq, receipt); err != nil {
			return err
		}
	}
	e.emit(Done{Step: step, Action: a, Receipt: receipt})
	return nil
}

// keep saves a new key of the firm's user where the person asked for it, before
// anything else happens: AWS shows a secret only once. With the key its file goes.
func (e *Engine) keep(a Action, r awsops.Receipt) error {
	if e.world.KeyFile == "" {
		return nil
	}
	switch op := a.Op.(type) {
	case awsops.CreateAccessKey:
		if op.User == e.world.FirmUser && op.Account == e.world.Firm.Account {
			return saveKey(e.world.KeyFile, op.User, Key{ID: r.KeyID, Secret: r.Secret}, e.world.Region)
		}
	case awsops.DeleteAccessKey:
		dropKeyFile(e.world.KeyFile, op.User, op.KeyID)
	}
	return nil
}

func (e *Engine) fail(step Info, err error) error {
	e.emit(Failed{Step: step, Problem: explained(err, step.Title)})
	return err
}

// Undo takes back whatever of the run still stands, in both accounts, the newest
// first. One failure does not stop the rest. It returns what is left, in words.
func (e *Engine) Undo(ctx context.Context) []string {
	e.planned = nil
	var left []string
	for _, side := range []Side{Customer, Firm} {
		info := Info{ID: "undo-" + string(side), Title: "Take back what was made", Side: side, CleanUp: true}
		ctx := e.context(ctx, info)
		actions, stays := planUndo(ctx, e.world, side)
		left = append(left, stays...)
		for _, a := range actions {
			var p *problem.Error
			if err := e.do(ctx, info, a); err != nil {
				p = explained(err, a.Op.Describe().Summary)
				left = append(left, a.Op.Describe().Resource)
			}
			e.emit(Undone{Action: a, Problem: p})
		}
	}
	return left
}

// Left lists what this run made that still stands, from the journal, in words.
func (e *Engine) Left() []string {
	return slices.Concat(e.world.standing(Customer), e.world.standing(Firm))
}

// LeftIn is Left, for one account.
func (e *Engine) LeftIn(s Side) []string { return e.world.standing(s) }

func (e *Engine) context(ctx context.Context, step Info) context.Context {
	return awsops.WithWaits(ctx, func(w awsops.Wait) { e.emit(Waiting{Step: step, Wait: w}) })
}

// diagnoser is a step that knows more about why an operation of its own failed.
type diagnoser interface {
	diagnose(context.Context, *World, Action, error) error
}

// Problem explains any error.
func Problem(err error) *problem.Error { return explained(err, "go on") }

func explained(err error, doing string) *problem.Error {
	var p *problem.Error
	if errors.As(err, &p) {
		return p
	}
	return problem.Diagnose(err, doing)
}
