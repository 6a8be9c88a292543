package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/safe"
)

// talk is a run that asks before it does anything.
type talk struct {
	Options
	*asker
	codes    sync.Mutex // of the question for an MFA code
	recorded bool       // the answers are those of an earlier run
	anew     bool       // the person wants to answer again
	asksHalf bool       // the person is asked for more of a half than its profile
	open     *run.Run
	foreseen []steps.Change // what the journey would do
}

// errDeclined is a no to a change.
var errDeclined = fmt.Errorf("the change was declined: %w", context.Canceled)

// told is a problem that the person has read.
type told struct{ error }

func (t told) Unwrap() error { return t.error }

// Ask leads through a journey by questions and answers, a line each: for screen
// readers and terminals that can do nothing else. It asks for those of the answers
// that are empty, and before each change. Nothing but "yes" or "y" is a yes, and the
// end of the input or of ctx ends the run: what it created is removed, while an
// earlier run that it went on with, or was to clean up, stays as it is. It returns
// the exit code.
func Ask(ctx context.Context, o Options, in io.Reader) int { return ask(ctx, o, in, (*talk).run) }

func ask(ctx context.Context, o Options, in io.Reader, lead func(*talk, context.Context) run.Ending) int {
	v := &textView{out: o.Out, every: 30 * time.Second, aloud: true}
	t := &talk{Options: o, asker: newAsker(v, in)}
	t.Source.Token = func(_ context.Context, profile, device string) (string, error) {
		return t.code(ctx, profile, device) // Open's own context outlives an interrupt
	}
	e := lead(t, ctx)
	t.codes.Lock() // an interrupted question outlives the call that it was for, and has yet to bring back the echo
	defer t.codes.Unlock()
	v.end(e)
	return e.Code
}

func (t *talk) run(ctx context.Context) run.Ending {
	t.view.wrap("", "crossgrant lets a firm deliver files into a customer's S3 bucket. It asks before every change. Each answer ends with Enter; Control-D or Control-C cancels.")
	if t.Demo {
		t.view.wrap("", "This is a demo in an embedded AWS: no account of yours is touched.")
	}
	if err := t.choice(ctx); err != nil {
		return t.refused(err)
	}
	if err := t.ready(ctx); err != nil {
		return t.refused(err)
	}
	defer t.open.Close()
	return t.walk(ctx)
}

// mend is a run all of whose answers are known.
func (t *talk) mend(ctx context.Context) run.Ending {
	if err := t.look(ctx); err != nil {
		return t.refused(err)
	}
	defer t.open.Close()
	return t.walk(ctx)
}

// walk goes through the steps of a run that is open and shown.
func (t *talk) walk(ctx context.Context) run.Ending {
	if t.DryRun {
		for _, c := range t.foreseen {
			t.show(steps.Planned{Change: c})
		}
		return run.Ending{Now: run.DryRunSaid}
	}
	if err := t.mayBegin(ctx); err != nil {
		return t.open.End(err)
	}
	for t.open.At() < len(t.open.Steps()) {
		err := t.step(ctx)
		if err == nil {
			continue
		}
		if e, over := t.trouble(ctx, err); over {
			return e
		}
	}
	return t.open.End(nil)
}

// mayBegin asks what has to be known before anything is changed.
func (t *talk) mayBegin(ctx context.Context) error {
	if err := t.whereKeyGoes(ctx); err != nil {
		return err
	}
	if err := t.additions(ctx); err != nil {
		return err
	}
	return t.confirm(ctx)
}

// refused is the ending of a run that did not begin, but for a problem that the person
// has read.
func (t *talk) refused(err error) run.Ending {
	e := run.Refused(err)
	if errors.As(err, &told{}) {
		e.Problem = nil
	}
	return e
}

// ready gets answers, and from them a world and the plan, until they will do.
func (t *talk) ready(ctx context.Context) error {
	for {
		err := t.answers(ctx)
		if err != nil {
			return err
		}
		t.view.line("")
		t.view.wrap("", "Looking at both accounts. This takes a moment, and changes nothing.")
		if err = t.look(ctx); err == nil || errors.Is(err, context.Canceled) {
			return err
		}
		t.view.problem(steps.Problem(err))
		anew := "Answer the questions again."
		if t.recorded {
			anew = "Choose other profiles."
		}
		n, stop := t.choose(ctx, "What would you like to do?", "Try again.", anew, "End here. Nothing was changed.")
		if stop == nil {
			stop = t.again("")
		}
		switch {
		case stop != nil:
			return stop
		case n == 1:
			t.forget()
		case n == 2:
			return told{err}
		}
	}
}

// look opens the run, and plans it without sending anything.
func (t *talk) look(ctx context.Context) error {
	r, err := run.Open(ctx, t.Request, t.show)
	if err != nil {
		return err
	}
	if err = r.ProposeKey(); err == nil {
		t.foreseen, err = r.Foresee(ctx)
	}
	if err == nil && !t.DryRun {
		err = r.Begin()
	}
	if err != nil {
		r.Close()
		return err
	}
	t.open = r
	t.view.line("")
	t.view.begin(r)
	t.outline(r.Steps())
	return nil
}

// outline reads out all steps, with what each does.
func (t *talk) outline(journey []steps.Info) {
	t.view.line("")
	yet := "Nothing has been changed yet, and each"
	if t.Resume {
		yet = "Each"
	}
	t.view.wrap("", fmt.Sprintf("The plan has %d steps. %s step is shown in full before you are asked.", len(journey), yet))
	changes := map[string]steps.Change{}
	for _, c := range t.foreseen {
		changes[c.Step.ID] = c
	}
	for i, info := range journey {
		text := fmt.Sprintf("%d. %s", i+1, info.Title)
		if !info.CleanUp {
			text += fmt.Sprintf(", on the %s's side", info.Side)
		}
		change, toDo := changes[info.ID]
		switch {
		case !toDo && t.open.State(info) != "":
			text += ": " + t.open.State(info) + " already"
		case info.Optional:
			text += ". It may be skipped"
		}
		t.view.wrap("", text+".")
		if toDo {
			t.outlineStep(change)
		}
	}
}

func (t *talk) outlineStep(c steps.Change) {
	said := map[string]bool{}
	for _, a := range c.Actions {
		if text := a.Op.Describe().Summary; !said[text] {
			said[text] = true
			t.view.wrap("   ", text+".")
		}
	}
	if len(c.Actions) == 0 {
		t.view.wrap("   ", policy.Capital(nothing(c))+".")
	}
	for _, r := range c.Stays {
		t.view.wrap("   ", "This stays: "+r.String()+".")
	}
}

// show tells what happens, but for a failure: that is told when it is asked about.
func (t *talk) show(e steps.Event) {
	if _, failed := e.(steps.Failed); failed {
		t.view.waiting = ""
		return
	}
	t.view.event(e, t.open.Facts())
}

// additions asks about what somebody else added to what the run made: it stays, unless
// the person says that it may go.
func (t *talk) additions(ctx context.Context) error {
	for _, c := range t.foreseen {
		for _, ask := range c.Asks {
			t.view.line("")
			t.view.wrap("", policy.Capital(ask.What)+". "+ask.Else+", unless you have it deleted.")
			answer, err := t.word(ctx, "Delete it? Type yes or no.", "yes", "no")
			if err != nil {
				return err
			}
			if answer == "yes" {
				t.open.Include(ask.Target)
			}
		}
	}
	return nil
}

// confirm has typed, before anything of an earlier run goes, what proves that it is
// meant: for all steps at once.
func (t *talk) confirm(ctx context.Context) error {
	if !t.CleansUp() {
		return nil
	}
	for _, c := range t.foreseen {
		if err := t.proofs(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func (t *talk) proofs(ctx context.Context, c steps.Change) error {
	for _, p := range t.open.Proofs(c) {
		if p.First {
			t.parties(ctx)
		}
		if err := t.proof(ctx, p.Ask+" Or type no.", p.Wrong, p.Holds); err != nil {
			return err
		}
	}
	return nil
}

// parties tells whose accounts are changed, and what each gets.
func (t *talk) parties(ctx context.Context) {
	t.view.line("")
	t.view.wrap("", "This is not a demo. Are these the two accounts that you mean? The customer has the bucket, and the firm delivers into it.")
	for _, p := range t.open.Parties(ctx) {
		account := policy.Dashed(p.Account)
		if p.Alias != "" {
			account += ", its alias " + p.Alias
		}
		who := fmt.Sprintf("profile %s, signed in as %s", p.Profile, p.ARN)
		if p.Profile == "" {
			who = p.Absent
		}
		t.view.wrap("", fmt.Sprintf("The %s: account %s, %s.", p.Side, account, who))
		if p.Warns != "" {
			t.view.mark("warning", p.Warns)
		}
		if len(p.Gets) > 0 {
			t.view.wrap("", "Changed or created in it:")
		}
		for _, what := range p.Gets {
			t.view.item(what)
		}
	}
}

// proof asks until what is typed is right, or no.
func (t *talk) proof(ctx context.Context, question, wrong string, right func(string) bool) error {
	t.view.line("")
	answer, err := t.text(ctx, question, "", func(answer string) string {
		if isNo(answer) || right(answer) {
			return ""
		}
		return wrong
	})
	if err == nil && isNo(answer) {
		return errDeclined
	}
	return err
}

func isNo(answer string) bool { return named([]string{"no"}, answer) != "" }

// step shows the step at hand, and applies it after a yes.
func (t *talk) step(ctx context.Context) error {
	t.view.count = t.open.At() // it counts on when it shows the step
	change, err := t.open.Plan(ctx)
	if err != nil {
		return err
	}
	t.show(steps.Planned{Change: change})
	if !t.CleansUp() {
		if err := t.proofs(ctx, change); err != nil {
			return err
		}
	}
	skip, err := t.approve(ctx, change)
	if err != nil {
		return err
	}
	if skip {
		return t.open.Skip()
	}
	if len(change.Actions) > 0 {
		t.view.wrap("", "Applying it.")
	}
	_, err = t.open.Apply(ctx, change)
	return err
}

// approve asks for a yes to a change that does anything.
func (t *talk) approve(ctx context.Context, c steps.Change) (skip bool, err error) {
	if len(c.Actions) == 0 {
		return false, nil
	}
	words, question := []string{"yes", "no", "commands"}, "Apply this? Type yes or no, or c for the aws commands."
	if c.Step.Optional {
		words, question = append(words, "skip"), "Apply this? Type yes, no or skip, or c for the aws commands."
	}
	for {
		t.view.line("")
		answer, err := t.word(ctx, question, words...)
		switch {
		case err != nil:
			return false, err
		case answer == "commands":
			t.view.commands(c, t.open.Facts())
		case answer == "no":
			return false, errDeclined
		default:
			return answer == "skip", nil
		}
	}
}

// trouble asks how to go on after a problem or a no. An interrupt asks nothing: a run
// that began here is then taken back.
func (t *talk) trouble(ctx context.Context, err error) (e run.Ending, over bool) {
	declined := errors.Is(err, errDeclined)
	if errors.Is(err, context.Canceled) && !declined {
		return t.open.Stop(t.hard(ctx), err), true
	}
	if !declined {
		t.view.problem(steps.Problem(err))
	}
	left := t.open.Left()
	if len(left) > 0 {
		t.view.line("")
		t.view.wrap("", "This exists now:")
		for _, l := range left {
			t.view.item(l.String())
		}
	}
	again, undo, leave := "Look at this step again.", "", "End here. Nothing of this run is left."
	if !declined {
		again = "Try this step again."
	}
	if len(left) > 0 {
		leave = "End here, and leave all of that as it is."
		if !t.CleansUp() {
			undo = "Undo all of that now, and end."
		}
	}
	options := []string{again}
	if undo != "" {
		options = append(options, undo)
	}
	options = append(options, leave)
	waits := t.open.WaitsForCustomer(err)
	if waits {
		options = append(options, "Give the line that the customer sent back, and try this step again.")
	}
	n, stop := t.choose(ctx, "What would you like to do?", options...)
	if waits && stop == nil && n == len(options)-1 {
		n, stop = 0, t.receipt(ctx)
	}
	if stop == nil && n == 0 {
		stop = t.again("")
	}
	switch {
	case stop != nil:
		return t.open.Stop(t.hard(ctx), stop), true
	case n == 0:
		return run.Ending{}, false
	case n == 1 && undo != "":
		e = t.open.Undo(t.hard(ctx), err)
	default:
		e = t.open.End(err)
	}
	e.Problem, e.Stopped = nil, false // it was told
	return e, true
}

// code asks for an MFA code.
func (t *talk) code(ctx context.Context, profile, device string) (string, error) {
	t.codes.Lock() // both profiles may ask at once
	defer t.codes.Unlock()
	code, err := t.secret(ctx, fmt.Sprintf("The profile %s needs the code that its MFA device shows now. The device is %s. Type the code, which is not shown, or press Enter alone to give none.", safe.Line(profile), safe.Line(device)))
	if err == nil && code == "" {
		err = &problem.Error{
			Summary: "No MFA code was given",
			Detail:  fmt.Sprintf("The profile %s cannot sign in without one.", safe.Line(profile)),
			Fixes:   []string{"Choose the profile again and type the code, or choose another."},
		}
	}
	return code, err
}
