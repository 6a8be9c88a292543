package ui

// The run: opened, foreseen, planned, applied, undone and let go of. The Cmds here
// are made by the App and run as calls, one at a time; the engine and the record are
// touched within one, or when none is under way. What the screens draw of a run is
// copied into progress.

import (
	"context"
	"errors"
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/journal"
	"crossgrant/ui/draw"
	"crossgrant/ui/screen"
)

// Messages of calls.
type (
	// preparedMsg is a world in which the journey can begin, and what the journey
	// would do altogether.
	preparedMsg struct {
		world   *steps.World
		notes   []string
		changes []screen.Foreseen
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

// progress is where a run stands, copied so that screens can draw it while the
// engine works.
type progress struct {
	run, path string
	at        int
	states    []string
	facts     steps.Facts
	left      []string // what the run made that stands
}

func (c *calls) progress(w *steps.World) progress {
	p := progress{run: w.Run, path: w.Journal.Path, at: c.engine.At(), facts: c.engine.Facts(), left: c.engine.Left()}
	for _, i := range c.engine.Journey() {
		p.states = append(p.states, c.engine.State(i))
	}
	return p
}

// prepare looks at everything that can go wrong, and then plans the whole journey
// without sending anything.
func (c *calls) prepare(a steps.Answers) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		w, notes, err := steps.Prepare(ctx, c.source(), a, c.o.Expected)
		if err != nil {
			return preparedMsg{err: err}
		}
		dry := *w
		if err := dry.Begin("", c.o.Demo); err != nil {
			return preparedMsg{err: err}
		}
		changes, err := foresee(ctx, &dry, a.Journey, false)
		return preparedMsg{world: w, notes: notes, changes: changes, err: err}
	}
}

// reopen gets ready to take an earlier run back, or to go on with it.
func (c *calls) reopen(x screen.Choose, said steps.Answers) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		w, err := c.open(ctx, x, said)
		if err != nil {
			return preparedMsg{err: err}
		}
		dry := *w
		changes, err := foresee(ctx, &dry, x.Journey, x.Resume)
		if err != nil {
			return preparedMsg{err: errors.Join(err, w.Journal.Close())}
		}
		msg := preparedMsg{world: w, changes: changes}
		if x.Find {
			msg.notes = foundNotes(w.Bucket, changes)
		}
		return msg
	}
}

// open opens the record of a run, or looks for what runs without one have left.
func (c *calls) open(ctx context.Context, x screen.Choose, said steps.Answers) (*steps.World, error) {
	a := c.o.Answers
	a.Journey = x.Journey
	switch {
	case x.Find:
		where := steps.Answers{Journey: x.Journey, CustomerProfile: said.CustomerProfile, FirmProfile: said.FirmProfile, Bucket: said.Bucket}
		return steps.Find(ctx, c.source(), where, x.Run)
	case x.Resume: // its own answers count
		return steps.GoOn(ctx, c.source(), c.o.StateDir, x.Run, steps.Answers{Journey: x.Journey})
	}
	return steps.Reopen(ctx, c.source(), c.o.StateDir, x.Run, a)
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
func foresee(ctx context.Context, w *steps.World, journey string, resume bool) ([]screen.Foreseen, error) {
	e := engineFor(w, journey, resume, func(steps.Event) {})
	var changes []screen.Foreseen
	for e.At() < len(e.Journey()) {
		c, err := e.Plan(ctx)
		if err != nil {
			return nil, err
		}
		if err := e.Assume(c); err != nil {
			return nil, err
		}
		changes = append(changes, screen.Foreseen{Step: c.Step, List: draw.Operations(c.Actions)})
	}
	return changes, nil
}

// start begins the run's record and plans its first step.
func (c *calls) start(w *steps.World, journey string, resume bool, off map[string]bool) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		if w.Journal == nil {
			if err := w.Begin(c.o.StateDir, c.o.Demo); err != nil {
				return plannedMsg{err: err}
			}
		}
		c.engine = engineFor(w, journey, resume, func(e steps.Event) { c.tell(e) })
		return c.plan(w, off)(ctx)
	}
}

// plan passes over what the person switched off and plans the step after it.
func (c *calls) plan(w *steps.World, off map[string]bool) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		journey := c.engine.Journey()
		for c.engine.At() < len(journey) && off[journey[c.engine.At()].ID] {
			if err := c.engine.Skip("You left it out."); err != nil {
				return plannedMsg{progress: c.progress(w), err: err}
			}
		}
		if c.engine.At() == len(journey) {
			return plannedMsg{over: true, progress: c.progress(w)}
		}
		next, err := c.engine.Plan(ctx)
		return plannedMsg{change: next, list: draw.Operations(next.Actions), progress: c.progress(w), err: err}
	}
}

func (c *calls) apply(w *steps.World, shown steps.Change) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		outcome, err := c.engine.Apply(ctx, shown)
		return appliedMsg{outcome: outcome, progress: c.progress(w), err: err}
	}
}

func (c *calls) undo(w *steps.World) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		left := c.engine.Undo(ctx)
		return undoneMsg{left: left, progress: c.progress(w)}
	}
}

// standing lists what the run made that stands, when nothing is under way.
func (c *calls) standing() []string {
	if c.engine == nil {
		return nil
	}
	return c.engine.Left()
}

// standingIn is standing, for one account.
func (c *calls) standingIn(side steps.Side) []string { return c.engine.LeftIn(side) }

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

// foundNotes say how far a search without a record can be trusted.
func foundNotes(bucket string, changes []screen.Foreseen) []string {
	if !slices.ContainsFunc(changes, func(c screen.Foreseen) bool { return len(c.List) > 0 }) {
		return []string{"Neither account has a user with crossgrant's tag, and the bucket's policy has no statement of crossgrant's: there is nothing to remove."}
	}
	return []string{
		"There is no record to go by, only crossgrant's tags and the names of its statements. Look at everything before you say yes, above all at access keys: somebody may need them by now.",
		fmt.Sprintf("Test files are not looked for. This shows them: aws s3 ls s3://%s/crossgrant-probe/", bucket),
	}
}

// proofsFor are what has to be typed before a change of a clean-up is shown.
func proofsFor(f steps.Facts, c steps.Change) []screen.Proof {
	account, profile := f.Customer.Account, f.CustomerProfile
	if c.Step.Side == steps.Firm {
		account, profile = f.Firm.Account, f.FirmProfile
	}
	proofs := []screen.Proof{{
		Ask:     fmt.Sprintf("If you mean this account, type its 12-digit id. It is %s, of the profile %s.", policy.Dashed(account), profile),
		Label:   "Account id",
		Wanted:  account,
		Account: true,
		Wrong:   fmt.Sprintf("That is not the id of the %s's account. Nothing was changed.", c.Step.Side),
	}}
	for _, a := range c.Actions {
		if op, ok := a.Op.(awsops.DeleteBucket); ok {
			proofs = append(proofs, screen.Proof{
				Ask:    fmt.Sprintf("The bucket %s goes too, because crossgrant made it. If you mean that, type its name.", op.Bucket),
				Label:  "Bucket",
				Wanted: op.Bucket,
				Wrong:  "That is not the name of the bucket. Nothing was changed.",
			})
		}
	}
	return proofs
}

// after returns the facts as a change would leave them, for showing who could do
// what then.
func after(f steps.Facts, c steps.Change) steps.Facts {
	for _, a := range c.Actions {
		r := awsops.Receipt{}
		switch op := a.Op.(type) {
		case awsops.SetBucketPolicy:
			f.BucketPolicy = op.After
		case awsops.SetUserPolicy:
			f.WriterPolicies = others(f.WriterPolicies, op.Name)
			if op.After != nil {
				f.WriterPolicies = append(f.WriterPolicies, policy.Named{Name: op.Name, Document: *op.After})
			}
		case awsops.CreateUser:
			r.UserARN = fmt.Sprintf("arn:%s:iam::%s:user/%s", f.Customer.Partition, op.Account, op.Name)
			r.UserID = "AIDA-OF-" + op.Name
			f = f.Learn(a, r)
		case awsops.DeleteUser:
			f = f.Learn(a, r)
		}
	}
	return f
}

func others(policies []policy.Named, name string) []policy.Named {
	var rest []policy.Named
	for _, p := range policies {
		if p.Name != name {
			rest = append(rest, p)
		}
	}
	return rest
}
