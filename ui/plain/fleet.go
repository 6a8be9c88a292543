package plain

import (
	"context"
	"fmt"
	"io"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/safe"
)

// FleetOptions are what the work on many buckets needs to know.
type FleetOptions struct {
	run.FleetRequest
	Asked bool // before anything is changed; else the yes was given beforehand
	JSON  bool
	In    io.Reader
	Out   io.Writer
	Hard  context.Context
}

// fleetView shows the work on many buckets: as text, or as JSON.
type fleetView interface {
	event(steps.Event, steps.Facts)
	plan(*run.Fleet)
	row(run.FleetRow) // of the table at the end
	end(run.Ending)
}

// Fleet sets many buckets up, or takes a fleet back, and returns the exit code.
func Fleet(ctx context.Context, o FleetOptions) int {
	text := &textView{out: o.Out, every: 5 * time.Second}
	var v fleetView = &fleetText{textView: text, brief: o.Asked}
	if o.JSON {
		v = &fleetJSON{newJSONView(o.Out)}
	}
	e := o.run(ctx, v, newAsker(text, o.In))
	if !o.DryRun {
		for _, r := range e.Table() {
			v.row(r)
		}
	}
	v.end(e.Ending)
	return e.Code
}

func (o FleetOptions) run(ctx context.Context, v fleetView, ask *asker) run.FleetEnding {
	var facts steps.Facts
	f, err := run.OpenFleet(ctx, o.FleetRequest, func(e steps.Event) { v.event(e, facts) })
	if err != nil {
		return run.FleetRefused(err)
	}
	defer f.Close()
	facts = f.Facts()
	v.plan(f)
	switch {
	case o.DryRun:
		return f.Rehearsed()
	case f.Nothing() || !o.Asked:
	default:
		if err := consent(ctx, f, v, ask); err != nil {
			return run.FleetRefused(err)
		}
	}
	return f.Apply(ctx, o.Hard)
}

// consent asks once for all buckets. Whoever wants to sees every document first.
func consent(ctx context.Context, f *run.Fleet, v fleetView, ask *asker) error {
	proof := f.Proof()
	_, err := ask.text(ctx, proof.Ask+" Type the word show to see every document in full first.", "", func(answer string) string {
		if t, is := v.(*fleetText); is && answer == "show" {
			t.brief = false
			t.plan(f)
			return proof.Ask
		}
		if !proof.Holds(answer) {
			return proof.Wrong
		}
		return ""
	})
	return err
}

// fleetText tells it to a person. brief leaves the buckets' documents out.
type fleetText struct {
	*textView
	brief bool
	told  time.Time // when the last line about the progress was
}

func (v *fleetText) event(e steps.Event, f steps.Facts) {
	c, counts := e.(steps.Counted)
	if !counts {
		v.textView.event(e, f)
		return
	}
	if c.Done < c.Of && time.Since(v.told) < v.every {
		return
	}
	v.told = time.Now()
	text := fmt.Sprintf("%s: %d of %d", c.Doing, c.Done, c.Of)
	if c.Failed > 0 {
		text += fmt.Sprintf(", %d of them not done", c.Failed)
	}
	v.mark("progress", text)
}

func (v *fleetText) plan(f *run.Fleet) {
	facts := f.Facts()
	v.line("")
	v.field("Firm", policy.Dashed(facts.Firm.Account)+"  "+signedInAs(facts.FirmProfile, ""))
	v.field("Fleet", f.ID)
	for _, s := range f.Summary() {
		v.mark("plan", s)
	}
	for _, c := range f.Changes {
		v.changes(c, facts)
	}
	for _, r := range f.Rows {
		if r.State != steps.RowToDo {
			continue
		}
		if v.brief {
			v.mark("bucket", fmt.Sprintf("%s, %s: %s", r.Which(), run.Whose(r), run.Does(r)))
			continue
		}
		v.line("")
		v.line(fmt.Sprintf("  %s  (%s)", r.Which(), run.Whose(r)))
		for _, n := range r.Notes {
			v.mark("note", n)
		}
		for _, c := range r.Changes {
			v.actions(c, r.Facts())
		}
	}
	v.line("")
}

func (v *fleetText) changes(c steps.Change, f steps.Facts) {
	v.line("")
	v.line("  " + c.Step.Title)
	v.wrap("  ", c.Why)
	for _, n := range c.Notes {
		v.mark("note", n)
	}
	v.actions(c, f)
}

func (v *fleetText) actions(c steps.Change, f steps.Facts) {
	for _, a := range c.Actions {
		d := a.Op.Describe()
		v.mark("plan", f.Name(a.As)+": "+d.Summary)
		v.document(d)
	}
}

func (v *fleetText) row(r run.FleetRow) {
	v.mark(r.State, safe.Text(r.Name))
	if r.Why != "" {
		v.mark("", r.Why)
	}
	for _, n := range r.Next {
		v.mark("to do", n)
	}
}

// fleetJSON writes a line an event, as for one bucket, and one for each bucket at the end.
type fleetJSON struct{ *jsonView }

func (v *fleetJSON) event(e steps.Event, f steps.Facts) {
	if c, counts := e.(steps.Counted); counts {
		v.write(record{Event: "progress", Doing: c.Doing, Done: &c.Done, Failed: &c.Failed, Of: &c.Of})
		return
	}
	v.jsonView.event(e, f)
}

func (v *fleetJSON) plan(f *run.Fleet) {
	facts := f.Facts()
	v.write(record{Event: "run", Run: f.ID, Journey: "fleet", Firm: &account{facts.FirmProfile, facts.Firm.Account, facts.Firm.ARN}, Notes: f.Summary()})
	for _, c := range f.Changes {
		v.planned(c, facts, "")
	}
	for _, r := range f.Rows {
		if r.State == steps.RowToDo {
			for _, c := range r.Changes {
				v.planned(c, r.Facts(), r.Bucket)
			}
		}
	}
}

func (v *fleetJSON) planned(c steps.Change, f steps.Facts, bucket string) {
	rec := record{Event: "planned", Bucket: bucket, Step: &c.Step, Why: c.Why, Notes: c.Notes}
	for _, a := range c.Actions {
		rec.Actions = append(rec.Actions, *jsonAction(a, f))
	}
	v.write(rec)
}

func (v *fleetJSON) row(r run.FleetRow) {
	v.write(record{Event: "bucket", Bucket: r.Bucket, State: r.State, Why: r.Why, Next: r.Next})
}
