package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// talk is a run that asks before it does anything.
type talk struct {
	Options
	*asker
	codes    sync.Mutex // of the question for an MFA code
	recorded bool       // the answers are those of an earlier run
	anew     bool       // the person wants to answer again
	world    *steps.World
	engine   *steps.Engine
	foreseen []steps.Change // what the journey would do
	done     result
}

// errDeclined is a no to a change.
var errDeclined = fmt.Errorf("the change was declined: %w", context.Canceled)

// told is a problem that the person has read.
type told struct{ error }

func (t told) Unwrap() error { return t.error }

// Ask leads through a journey by questions and answers, a line each: for screen
// readers and terminals that can do nothing else. It asks for those of the answers
// that are empty, and before each change. Nothing but "yes" or "y" is a yes, and the
// end of the input or of ctx ends the run: what it made is taken back, while an
// earlier run that it went on with, or was to clean up, stays as it is. It returns
// the exit code.
func Ask(ctx context.Context, o Options, in io.Reader) int {
	v := &textView{out: o.Out, every: 30 * time.Second, aloud: true}
	t := &talk{Options: o, asker: newAsker(v, in)}
	t.Source.Token = func(_ context.Context, profile, device string) (string, error) {
		return t.code(ctx, profile, device) // Open's own context outlives an interrupt
	}
	r := t.run(ctx)
	v.end(r)
	return r.code
}

func (t *talk) run(ctx context.Context) result {
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
	defer func() { _ = t.world.Journal.Close() }()
	if t.DryRun {
		for _, c := range t.foreseen {
			t.show(steps.Planned{Change: c})
		}
		return result{now: dryRunSaid}
	}
	if err := t.confirm(ctx); err != nil {
		return t.leave(failure(err))
	}
	for t.engine.At() < len(t.engine.Journey()) {
		err := t.step(ctx)
		if err == nil {
			continue
		}
		if r, over := t.trouble(ctx, err); over {
			return r
		}
	}
	return t.finish(t.world, t.engine, t.done)
}

// refused is Options.refused, but for a problem that the person has read.
func (t *talk) refused(err error) result {
	r := t.Options.refused(err)
	if errors.As(err, &told{}) {
		r.problem = nil
	}
	return r
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
		anew := "Answer the questions anew."
		if t.recorded {
			anew = "Choose other profiles."
		}
		n, stop := t.choose(ctx, "What shall be done?", "Try again.", anew, "End here. Nothing was changed.")
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

// look prepares the run, and plans it without sending anything.
func (t *talk) look(ctx context.Context) error {
	w, notes, err := t.prepare(ctx)
	if err != nil {
		return err
	}
	t.world, t.foreseen = w, nil
	t.engine = t.Options.engine(w, t.show)
	journey := t.engine.Journey()
	if t.Resume == "" {
		dry := *w
		forward := t.Options.engine(&dry, func(steps.Event) {})
		err = plan(ctx, forward, func(e steps.Event) { t.foreseen = append(t.foreseen, e.(steps.Planned).Change) })
	}
	if err != nil {
		if t.Answers.Journey != "cleanup" {
			_ = w.Journal.End("undone")
		}
		return errors.Join(err, w.Journal.Close())
	}
	t.view.line("")
	t.view.begin(run{w.Facts, t.Answers.Journey, len(journey), t.DryRun, t.Demo, w.Journal.Path, notes})
	t.outline(journey)
	return nil
}

// outline reads out all steps, with what each does.
func (t *talk) outline(journey []steps.Info) {
	t.view.line("")
	t.view.wrap("", fmt.Sprintf("The plan has %d steps. Nothing has been changed yet, and each step is shown in full before you are asked.", len(journey)))
	for i, info := range journey {
		text := fmt.Sprintf("%d. %s", i+1, info.Title)
		if !info.CleanUp {
			text += fmt.Sprintf(", on the %s's side", info.Side)
		}
		switch {
		case t.Resume != "" && t.engine.State(info) != "":
			text += ": " + t.engine.State(info) + " already"
		case info.Optional:
			text += ". It may be skipped"
		}
		t.view.wrap("", text+".")
		if i < len(t.foreseen) {
			t.outlineStep(t.foreseen[i])
		}
	}
}

// unknownID is the stand-in for the id of a key that is not made yet.
var unknownID = regexp.MustCompile(`\bAKIA-OF-\S+ `)

func (t *talk) outlineStep(c steps.Change) {
	said := map[string]bool{}
	for _, a := range c.Actions {
		if text := a.Op.Describe().Summary; !said[text] {
			said[text] = true
			t.view.wrap("   ", unknownID.ReplaceAllString(text, "")+".")
		}
	}
	if len(c.Actions) == 0 {
		t.view.wrap("   ", "Nothing is left to do.")
	}
}

// show tells what happens, but for a failure: that is told when it is asked about.
func (t *talk) show(e steps.Event) {
	if _, failed := e.(steps.Failed); failed {
		t.view.waiting = ""
		return
	}
	t.view.event(e, t.engine.Facts())
}

// confirm has the ids of the accounts typed before anything of an earlier run goes,
// and the name of a bucket that does.
func (t *talk) confirm(ctx context.Context) error {
	if t.Answers.Journey != "cleanup" || t.Demo {
		return nil
	}
	for _, c := range t.foreseen {
		account := t.world.Customer.Account
		if c.Step.Side == steps.Firm {
			account = t.world.Firm.Account
		}
		if len(c.Actions) == 0 {
			continue
		}
		question := fmt.Sprintf("To remove what stands in the %s's account, type its 12-digit id, which is %s. Or type no.", c.Step.Side, policy.Dashed(account))
		err := t.proof(ctx, question, "That is not the id of the account. Nothing was removed.", func(answer string) bool {
			return strings.NewReplacer("-", "", " ", "").Replace(answer) == account
		})
		if err != nil {
			return err
		}
		for _, a := range c.Actions {
			op, ok := a.Op.(awsops.DeleteBucket)
			if !ok {
				continue
			}
			question := fmt.Sprintf("The run made the bucket %s, and it goes too if it is empty. To delete it, type its name. Or type no.", op.Bucket)
			err := t.proof(ctx, question, "That is not the name of the bucket. Nothing was removed.", func(answer string) bool {
				return answer == op.Bucket
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
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
	t.view.count = t.engine.At() // it counts on when it shows the step
	change, err := t.engine.Plan(ctx)
	if err != nil {
		return err
	}
	t.show(steps.Planned{Change: change})
	skip, err := t.approve(ctx, change)
	if err != nil {
		return err
	}
	if skip {
		return t.engine.Skip("You left it out.")
	}
	if len(change.Actions) > 0 {
		t.view.wrap("", "Applying it.")
	}
	outcome, err := t.engine.Apply(ctx, change)
	if err != nil {
		return err
	}
	t.done.warnings = append(t.done.warnings, outcome.Warnings...)
	t.done.left = append(t.done.left, outcome.Left...)
	return nil
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
			t.view.commands(c, t.engine.Facts())
		case answer == "no":
			return false, errDeclined
		default:
			return answer == "skip", nil
		}
	}
}

// trouble asks how to go on after a problem or a no. An interrupt asks nothing.
func (t *talk) trouble(ctx context.Context, err error) (r result, over bool) {
	declined := errors.Is(err, errDeclined)
	if errors.Is(err, context.Canceled) && !declined {
		return t.cancelled(ctx, err), true
	}
	if !declined {
		t.view.problem(steps.Problem(err))
	}
	left := t.engine.Left()
	if len(left) > 0 {
		t.view.line("")
		t.view.wrap("", "This stands now:")
		for _, l := range left {
			t.view.item(l)
		}
	}
	again, undo, leave := "Look at this step again.", "", "End here. Nothing of this run is left."
	if !declined {
		again = "Try this step again."
	}
	if len(left) > 0 {
		leave = "End here, and leave all of that as it is."
		if t.Answers.Journey != "cleanup" {
			undo = "Take all of that back now, and end."
		}
	}
	options := []string{again}
	if undo != "" {
		options = append(options, undo)
	}
	n, stop := t.choose(ctx, "What shall be done?", append(options, leave)...)
	if stop == nil && n == 0 {
		stop = t.again("")
	}
	r = failure(err)
	r.problem, r.stopped = nil, false // it was told
	switch {
	case stop != nil:
		return t.cancelled(ctx, stop), true
	case n == 0:
		return result{}, false
	case n == 1 && undo != "":
		return t.takeBack(ctx, t.engine, t.world, r), true
	}
	return t.leave(r), true
}

// cancelled ends a run that was interrupted: one that began here is taken back.
func (t *talk) cancelled(ctx context.Context, err error) result {
	if t.recorded || t.Answers.Journey == "cleanup" {
		return t.leave(failure(err))
	}
	return t.stop(ctx, t.engine, t.world, err)
}

// leave ends a run and leaves what stands as it is.
func (t *talk) leave(r result) result {
	r.left = t.engine.Left()
	if len(r.left) == 0 {
		r.now = "Nothing of this run is left."
		_ = t.world.Journal.End("undone")
		return r
	}
	r = t.leaves(t.world, r)
	if !t.Demo && t.Answers.Journey != "cleanup" {
		r.next = append(r.next, fmt.Sprintf("To go on with it: crossgrant %s --resume %s", t.Answers.Journey, t.world.Run))
	}
	return r
}

// code asks for an MFA code.
func (t *talk) code(ctx context.Context, profile, device string) (string, error) {
	t.codes.Lock() // both profiles may ask at once
	defer t.codes.Unlock()
	code, err := t.text(ctx, fmt.Sprintf("The profile %s needs the code that its MFA device shows now. The device is %s. Type the code, or press Enter alone to give none.", safe.Line(profile), safe.Line(device)), "", func(string) string { return "" })
	if err == nil && code == "" {
		err = &problem.Error{
			Summary: "No MFA code was given",
			Detail:  fmt.Sprintf("The profile %s cannot sign in without one.", safe.Line(profile)),
			Fixes:   []string{"Choose the profile again and type the code, or choose another."},
		}
	}
	return code, err
}
