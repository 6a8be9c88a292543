package steps

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

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
	e.world.observe()
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
	for _, share := range c.Shares {
		if err := e.world.Journal.Share(share); err != nil {
			return Outcome{}, e.fail(c.Step, err)
		}
	}
	if err := e.actions(ctx, step, c); err != nil && (!c.MayFail || ctx.Err() != nil) {
		e.world.forget() // whatever is not as it was thought to be
		return Outcome{}, e.fail(c.Step, err)
	}
	outcome, err := step.Verify(ctx, e.world)
	if err != nil {
		e.world.forget()
		return Outcome{}, e.fail(c.Step, err)
	}
	e.world.observe()
	outcome.Access = e.world.Access()
	if err := e.world.Journal.Step(c.Step.ID, "done"); err != nil {
		return Outcome{}, e.fail(c.Step, err)
	}
	e.emit(Verified{Step: c.Step, Outcome: outcome})
	e.at++
	e.passOver()
	return outcome, nil
}

// actions does what a change consists of, one group after another. It returns the first
// error; in a clean-up it goes on all the same.
func (e *Engine) actions(ctx context.Context, step Step, c Change) error {
	var failed error
	for rest := c.Actions; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Beside {
			n++
		}
		for i, err := range e.do(ctx, c.Step, rest[:n]) {
			if d, can := step.(diagnoser); err != nil && can {
				err = d.diagnose(ctx, e.world, rest[i], err)
			}
			failed = cmp.Or(failed, err)
		}
		if failed != nil && !c.KeepGoing {
			return failed
		}
		rest = rest[n:]
	}
	return failed
}

// Insert puts steps before the one at hand.
func (e *Engine) Insert(s ...Step) {
	e.journey = slices.Insert(slices.Clone(e.journey), e.at, s...)
	e.planned = nil
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

// assume moves on as if a planned change had been applied.
func (e *Engine) assume(c Change) error {
	if c.plan == nil || c.plan != e.planned {
		return ErrNotPlanned
	}
	e.planned = nil
	w := e.world
	for _, share := range c.Shares {
		if err := w.Journal.Share(share); err != nil {
			return err
		}
	}
	for _, a := range c.Actions {
		r := receiptFor(a.Op, w.Customer.Partition)
		w.accounts.did(a.Op, r)
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
	e.passOver()
	return nil
}

// Foresee plans the steps that are to come, each as the ones before it would leave the
// two accounts. It sends nothing; the engine itself stays where it is.
func (e *Engine) Foresee(ctx context.Context) (changes []Change, err error) {
	_, err = e.foresee(ctx, func(_ *World, c Change) { changes = append(changes, c) })
	if err != nil {
		return nil, err
	}
	return changes, nil
}

// foresee tells of each change with the world in which it would be applied, and returns
// the one that they all would leave.
func (e *Engine) foresee(ctx context.Context, tell func(*World, Change)) (*World, error) {
	f := &Engine{world: e.world.Assumed(), journey: e.journey, at: e.at, goingOn: e.goingOn, emit: func(Event) {}}
	for f.at < len(f.journey) {
		c, err := f.Plan(ctx)
		if err == nil {
			tell(f.world, c)
			err = f.assume(c)
		}
		if err != nil {
			return nil, err
		}
	}
	return f.world, nil
}

// do journals the operations of a group, sends them side by side, journals what came of
// each in their order, and returns an error for each.
func (e *Engine) do(ctx context.Context, step Info, group []Action) []error {
	var (
		errs     = make([]error, len(group))
		receipts = make([]awsops.Receipt, len(group))
		seqs     = make([]int, len(group))
		sending  sync.WaitGroup
	)
	order := newOrder(group)
	for i, a := range group {
		s, err := e.world.Session(ctx, a.As)
		if err == nil {
			a.Op, err = e.world.withKnown(ctx, a.Op)
		}
		if err == nil && a.Op.Describe().Changes { // a test read leaves nothing that a journal must know of
			seqs[i], err = e.world.Journal.Intend(step.ID, string(a.As), a.Op)
		}
		if errs[i] = err; err != nil {
			order.done(a, err)
			continue
		}
		e.emit(Started{Step: step, Action: a})
		sending.Go(func() {
			if errs[i] = order.wait(ctx, a); errs[i] == nil {
				receipts[i], errs[i] = s.Perform(e.world.hoping(ctx, a), a.Op)
			}
			order.done(a, errs[i])
		})
	}
	sending.Wait()
	for i, a := range group {
		errs[i] = e.settle(ctx, step, a, seqs[i], receipts[i], errs[i])
	}
	return errs
}

// settle notes what came of an operation.
func (e *Engine) settle(ctx context.Context, step Info, a Action, seq int, r awsops.Receipt, err error) error {
	w := e.world
	switch {
	case err != nil && seq > 0:
		lost := problem.Lost(err)
		err = errors.Join(err, w.Journal.Fail(seq, lost, explained(err, a.Op.Describe().Summary).Error()))
		if _, makesKey := a.Op.(awsops.CreateAccessKey); makesKey && lost {
			return e.keyAgain(ctx, step, a, err)
		}
		return err
	case err != nil:
		return err
	case seq > 0:
		if err := w.Journal.Receive(seq, r); err != nil {
			return err
		}
	}
	if err := e.keep(ctx, step, a, r); err != nil {
		return err
	}
	w.accounts.did(a.Op, r)
	w.Facts = w.Learn(a, r)
	e.emit(Done{Step: step, Action: a, Receipt: r})
	return nil
}

// keep saves a new key of the firm's user where the person asked for it, before
// anything else happens: AWS shows a secret only once. One that cannot be saved serves
// nobody, and is deleted at once.
func (e *Engine) keep(ctx context.Context, step Info, a Action, r awsops.Receipt) error {
	op, made := a.Op.(awsops.CreateAccessKey)
	w := e.world
	if !made || w.KeyFile == "" || op.Target().Principal() != w.Grantee() {
		return nil
	}
	failed := w.saveKey(Key{ID: r.KeyID, Secret: r.Secret})
	if failed == nil {
		return nil
	}
	gone := Action{As: a.As, Op: awsops.DeleteAccessKey{Account: op.Account, User: op.User, KeyID: r.KeyID}}
	if err := e.do(context.WithoutCancel(ctx), step, []Action{gone})[0]; err != nil {
		return w.unsaved(failed, fmt.Sprintf("The new key %s is of no use without its secret, and could not be deleted: %v", r.KeyID, err))
	}
	return w.unsaved(failed, "The new key was of no use without its secret, and is deleted.")
}

func (e *Engine) fail(step Info, err error) error {
	e.emit(Failed{Step: step, Problem: explained(err, step.Title)})
	return err
}

// Undo takes back whatever of the run still stands, in both accounts. One failure does
// not stop the rest. It returns what is left, and what is to be said of the rest.
func (e *Engine) Undo(ctx context.Context) (left []Remainder, notes []string) {
	e.planned = nil
	e.world.forget()
	for _, side := range []Side{Customer, Firm} {
		info := Info{ID: "undo-" + string(side), Title: "Undo what was created", Side: side, CleanUp: true}
		ctx := e.context(ctx, info)
		u := planUndo(ctx, e.world, side)
		if side == Customer {
			e.world.sayKey(ctx, u)
		}
		left, notes = append(left, u.stays...), append(notes, u.notes...)
		for _, share := range u.shares {
			_ = e.world.Journal.Share(share) // without it the record says that it stands
		}
		group := u.actions()
		for i, err := range e.do(ctx, info, group) {
			var p *problem.Error
			if d := group[i].Op.Describe(); err != nil {
				p = explained(err, d.Summary)
				stays := Remainder{What: d.Resource, target: d.Target, May: problem.Lost(err)}
				if file, ok := group[i].Op.(awsops.DeleteObject); ok && e.world.forbidden(group[i], err) == nil {
					stays.Why = e.world.keepsFile(file.Key, file.VersionID != "")
				}
				left = append(left, stays)
			}
			e.emit(Undone{Action: group[i], Problem: p})
		}
	}
	return left, notes
}

// Left lists what this run made that stands, from the journal: what is in the one
// account, then what is in the other.
func (e *Engine) Left() []Remainder {
	return slices.Concat(e.LeftIn(Customer), e.LeftIn(Firm))
}

// LeftIn is Left, for one account.
func (e *Engine) LeftIn(side Side) []Remainder {
	var left []Remainder
	for _, s := range fold(e.world.Journal) {
		if e.world.undoer(s.Target).Side() == side {
			left = append(left, Remainder{What: s.Resource, May: s.may()})
		}
	}
	return left
}

func (e *Engine) context(ctx context.Context, step Info) context.Context {
	return awsops.WithWaits(ctx, func(w awsops.Wait) { e.emit(Waiting{Step: step, Wait: w}) })
}

// diagnoser is a step that knows more about why an operation of its own failed.
type diagnoser interface {
	diagnose(context.Context, *World, Action, error) error
}

// Problem makes a Problem of any error.
func Problem(err error) *problem.Error { return explained(err, "go on") }

func explained(err error, doing string) *problem.Error {
	var p *problem.Error
	if errors.As(err, &p) {
		return p
	}
	return problem.Diagnose(err, doing)
}
