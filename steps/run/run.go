// Package run is a run from its beginning to its end: opened (new, gone on with, taken
// back by its record, or found without one), foreseen, proved and ended. The wizard, the
// line-by-line view, --yes and --json draw what it says and decide nothing.
//
// It never prints and never asks: what needs an answer it hands back.
package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/journal"
)

// Request says which run is wanted.
type Request struct {
	Answers  steps.Answers // the Journey is "tour", "setup" or "cleanup"
	Expected steps.Expected
	Source   awsops.Source
	// KeyFolder is where a new file for the key of a set-up is proposed to a person who is
	// asked; "": none is.
	KeyFolder string
	StateDir  string // where the records of runs stand; "": this one's is kept in memory only
	Run       string // a recorded run: to take back, or to go on with; "" for a clean-up: the only one
	Resume    bool   // go on with Run
	Find      bool   // a clean-up without a record, in the bucket of the answers
	DryRun    bool   // nothing is recorded
	Demo      bool   // in a sandbox that ends with the program
}

// WithoutRecord tells that a clean-up has to look for what runs made: a bucket is named,
// and there is no record of the run.
func (q Request) WithoutRecord() bool {
	return q.Find || q.CleansUp() && q.Answers.Bucket != "" && !journal.Exists(q.StateDir, q.Run)
}

// CleansUp tells that the journey takes back what earlier runs made.
func (q Request) CleansUp() bool { return q.Answers.Journey == "cleanup" }

// Recorded tells that the run began before this program: nothing of it is taken back
// unasked.
func (q Request) Recorded() bool { return q.Resume || q.CleansUp() }

// Run is one run, open.
type Run struct {
	Request
	Findings []steps.Finding // what was looked at before anything is changed

	world  *steps.World
	engine *steps.Engine
	from   int // entries of the record that are older than this program

	foreseen []steps.Change
	results  map[string]string // what each step made true, by its id
	states   map[string]string // what became of the steps in this program, by their ids
	warnings []string
	notes    []string          // what stays, and is not the run's
	left     []steps.Remainder // what had to stay
	changed  bool              // something was sent
	asksKey  bool              // the person is to say where the new key goes
	keyPlace *steps.KeyPlace   // what they said
	began    time.Time
	sent     int  // operations, tests among them
	closed   bool // others may open the record
}

// Open gets a run ready. Nothing is changed; of a new run nothing is recorded before
// Begin.
func Open(ctx context.Context, q Request, emit func(steps.Event)) (*Run, error) {
	q.Answers.StateDir, q.Answers.AllowHTTP = q.StateDir, q.Source.AllowHTTP
	r := &Run{Request: q, results: map[string]string{}, states: map[string]string{}, began: time.Now()}
	tell := emit
	emit = func(e steps.Event) {
		if _, done := e.(steps.Done); done {
			r.sent++
		}
		tell(e)
	}
	ctx = awsops.WithWaits(ctx, func(w awsops.Wait) { emit(steps.Waiting{Wait: w}) })
	var err error
	switch {
	case q.WithoutRecord():
		where := q.Answers
		where.TestUser, where.FirmUser, where.FirmRole = "", "", "" // which is what is looked for
		r.world, err = steps.Find(ctx, q.Source, where, q.Run, q.Expected)
	case q.Recorded():
		r.world, err = q.reopen(ctx)
	default:
		r.world, r.Findings, err = steps.Prepare(ctx, q.Source, q.Answers, q.Expected)
	}
	if err != nil {
		return nil, err
	}
	r.from = len(r.world.Journal.Entries())
	walked := r.world.Answers
	walked.Journey = q.Answers.Journey
	if q.Resume {
		r.engine = steps.Resume(r.world, steps.Journey(walked), emit)
	} else {
		r.engine = steps.NewEngine(r.world, steps.Journey(walked), emit)
	}
	r.find(steps.Warning, "encryption on the way", r.unencrypted())
	r.find(steps.Warning, "root users", r.roots())
	r.find(steps.Note, "what a clean-up means", r.consequences())
	return r, nil
}

func (r *Run) find(level steps.Level, about string, texts []string) {
	for _, text := range texts {
		r.Findings = append(r.Findings, steps.Finding{Level: level, About: about, Text: text})
	}
}

// Notes are the findings that are said one by one.
func (r *Run) Notes() (notes []string) {
	for _, f := range steps.Told(r.Findings) {
		notes = append(notes, f.Text)
	}
	return notes
}

// unencrypted says where requests go unencrypted, as somebody allowed.
func (r *Run) unencrypted() []string {
	var notes []string
	for _, s := range r.world.Sessions() {
		if at := s.Unencrypted(); at != "" {
			notes = append(notes, fmt.Sprintf("With the profile %s requests go to %s unencrypted (http://): whoever is on the way can read the secret of a new key.", s.Profile(), at))
		}
	}
	return notes
}

// reopen opens the record of a run.
func (q Request) reopen(ctx context.Context) (*steps.World, error) {
	if q.Run != "" && !journal.Exists(q.StateDir, q.Run) {
		return nil, &steps.UsageError{Err: q.unknown()}
	}
	open := steps.Reopen
	if q.Resume {
		open = steps.GoOn
	}
	w, err := open(ctx, q.Source, q.StateDir, q.Run, q.Answers)
	if err == nil {
		if err = steps.CheckAccounts(w.Facts, q.Expected); err != nil {
			return nil, errors.Join(err, w.Journal.Close())
		}
	}
	return w, err
}

// unknown is the problem of a run that has no record.
func (q Request) unknown() *problem.Error {
	p := &problem.Error{
		Summary: "There is no run " + problem.Clean(q.Run),
		Detail:  "No run of that name is recorded in " + shell.Word(q.StateDir) + ".",
	}
	records, _ := steps.Records(q.StateDir)
	var names []string
	for _, r := range records {
		if r.Problem == "" {
			names = append(names, r.Run)
		}
	}
	if len(names) > 0 {
		p.Detail += " Recorded are " + strings.Join(names[max(0, len(names)-5):], ", ") + "."
	}
	p.Fixes = []string{
		"See all of them, and what each left behind: " + q.Answers.Crossgrant("runs"),
		"For a run of another computer, look in the two accounts: name the bucket with --bucket, and the profiles with --customer-profile and --firm-profile.",
	}
	return p
}

// consequences are what a clean-up means for who uses the access.
func (r *Run) consequences() []string {
	var notes []string
	if r.WithoutRecord() {
		notes = append(
			notes,
			"There is no record to go by, only crossgrant's tags, the names of its statements and what they say. Look at everything before you say yes.",
			"Test files are not looked for. This shows them: "+r.world.AWS(steps.CustomerAdmin, "s3", "ls", "s3://"+r.world.Bucket+"/crossgrant-probe/"),
		)
	}
	if r.CleansUp() && r.world.Answers.Journey != "tour" {
		notes = append(notes, fmt.Sprintf("Once this is done the %s can deliver nothing more into the bucket. Files that were delivered stay in it.", r.world.Grantee().Kind))
	}
	return notes
}

// ProposeKey plans with the key in a new file, where a person is to be asked for it: in a
// set-up of which nobody said where its key goes. Call it before Foresee.
func (r *Run) ProposeKey() error {
	a := r.world.Answers
	if a.Journey != "setup" || a.Mends || a.Only == steps.Customer || a.FirmRole != "" || r.Recorded() || a.KeyFile != "" {
		return nil
	}
	r.asksKey = !r.Demo // whose folder goes with it
	return r.world.KeepKey(steps.NextKeyFile(r.KeyFolder, a.Bucket), "")
}

// AsksKey tells that the person is to say where the new key goes: after the plan, before
// anything is changed.
func (r *Run) AsksKey() bool { return r.asksKey }

// KeepKey has the new key go where the person says.
func (r *Run) KeepKey(to steps.KeyPlace) error {
	if r.keyPlace != nil && *r.keyPlace == to {
		return nil // it may be there by now
	}
	path, err := steps.PlaceKey(r.Source, to)
	if err != nil {
		return &steps.UsageError{Err: err}
	}
	if err := r.world.KeepKey(path, to.Profile); err != nil {
		return err
	}
	r.keyPlace = &to
	return nil
}

// TakeReceipt takes over the line that the customer sent back to a firm whose half is done.
func (r *Run) TakeReceipt(line string) error { return r.world.TakeReceipt(line) }

// Begin starts the record of a new run.
func (r *Run) Begin() error {
	if r.Recorded() || r.DryRun || r.StateDir == "" || r.Path() != "" {
		return nil
	}
	return r.world.Begin(r.StateDir, r.Demo)
}

// Forget gives up a run that has done nothing yet, and closes one that was recorded.
func (r *Run) Forget() {
	if !r.Recorded() {
		_ = r.world.Journal.End("undone")
	}
	r.Close()
}

// Close lets others open the record.
func (r *Run) Close() {
	r.closed = true
	_ = r.world.Journal.Close()
}

// Facts are what is known now: nothing of a run that is still being opened.
func (r *Run) Facts() steps.Facts {
	if r == nil {
		return steps.Facts{}
	}
	return r.engine.Facts()
}

// Steps lists the steps of the journey.
func (r *Run) Steps() []steps.Info { return r.engine.Journey() }

// At is the index of the step at hand, len(Steps()) when all are done.
func (r *Run) At() int { return r.engine.At() }

// State is what became of a step: "done", "skipped" or "". What an earlier clean-up of a
// run did is no part of this one.
func (r *Run) State(i steps.Info) string {
	if r.CleansUp() {
		return r.states[i.ID]
	}
	return r.engine.State(i)
}

// Path is that of the record, "" while there is none.
func (r *Run) Path() string { return r.world.Journal.Path }

// Left is what the run made that stands, going by its record.
func (r *Run) Left() []steps.Remainder { return r.engine.Left() }

// Changed tells that this program has sent something.
func (r *Run) Changed() bool { return r.changed }

// Foresee plans the steps that are to come, each as the ones before it would leave the
// two accounts.
func (r *Run) Foresee(ctx context.Context) (all []steps.Change, err error) {
	r.foreseen, err = r.engine.Foresee(ctx)
	return r.foreseen, err
}

// Include lets a clean-up remove something that an Ask named.
func (r *Run) Include(t awsops.Target) { r.world.Include(t) }

// IncludeProved lets a clean-up without a record remove what has every sign of
// crossgrant's, where nobody is asked.
func (r *Run) IncludeProved() { r.world.IncludeProved() }

// Plan reads the live state and returns what the step at hand would do.
func (r *Run) Plan(ctx context.Context) (steps.Change, error) { return r.engine.Plan(ctx) }

// Apply does what was planned last.
func (r *Run) Apply(ctx context.Context, c steps.Change) (steps.Outcome, error) {
	r.changed = r.changed || changes(c)
	o, err := r.engine.Apply(ctx, c)
	if err == nil {
		if c.Step.CleanUp { // what was left to others is not looked at any more
			o.Notes = unique(append(slices.Clone(c.Notes[len(c.Stays):]), o.Notes...))
		}
		r.results[c.Step.ID], r.states[c.Step.ID] = o.Now, "done"
		r.warnings = append(r.warnings, o.Warnings...)
		r.notes = append(r.notes, o.Notes...)
		r.left = append(r.left, o.Left...)
	}
	return o, err
}

// changes tells that a change is more than test reads.
func changes(c steps.Change) bool {
	return slices.ContainsFunc(c.Actions, func(a steps.Action) bool { return a.Op.Describe().Changes })
}

// Skip leaves the step at hand out.
func (r *Run) Skip() error {
	at := r.At()
	err := r.engine.Skip("You left it out.")
	if err == nil {
		r.states[r.Steps()[at].ID] = "skipped"
	}
	return err
}

// CanBreak tells that the two gates of a demo are open, and a test has just shown it.
func (r *Run) CanBreak() bool {
	at, journey := r.At(), r.Steps()
	if !r.Demo || at == 0 || at == len(journey) || !r.Facts().Grant().Reads() {
		return false
	}
	return slices.Contains([]string{(steps.WriteAndRead{Who: steps.Writer}).Info().ID, (steps.MendIt{In: steps.Customer}).Info().ID, (steps.MendIt{In: steps.Firm}).Info().ID}, journey[at-1].ID)
}

// Break puts a lesson before the step at hand: one gate is shut, and opened again.
func (r *Run) Break(side steps.Side) {
	if r.CanBreak() {
		r.engine.Insert(steps.BreakIt{In: side}, steps.MendIt{In: side})
	}
}

// WaitsForCustomer tells that the firm's half is done, and only the customer's is missing:
// the run is left as it is, to be gone on with.
func (r *Run) WaitsForCustomer(err error) bool {
	var shut *steps.TestError
	return r.Facts().Only == steps.Firm && errors.As(err, &shut)
}

// maxPlans is how often a step is planned while others keep changing what it is about
// to change.
const maxPlans = 3

// Unasked walks the journey to its end for a person who is asked nothing: they gave
// their yes beforehand. What fails is taken back, under hard where ctx is over.
func (r *Run) Unasked(ctx, hard context.Context, emit func(steps.Event)) Ending {
	if err := r.Begin(); err != nil {
		return Refused(err)
	}
	r.IncludeProved()
	moved := 0 // how often the step's plan was out of date
	for r.At() < len(r.Steps()) {
		c, err := r.Plan(ctx)
		if err == nil {
			emit(steps.Planned{Change: c})
			err = consented(c)
		}
		if err != nil {
			emit(steps.Failed{Step: r.Steps()[r.At()], Problem: steps.Problem(err)})
			return r.Stop(hard, err)
		}
		var stale *problem.Stale
		switch _, err = r.Apply(ctx, c); {
		case err == nil:
			moved = 0
		case errors.As(err, &stale) && moved+1 < maxPlans:
			moved++ // nothing was sent: plan with what stands now, and show that
		default:
			return r.Stop(hard, err)
		}
	}
	return r.End(nil)
}

// DryRunSaid is how a rehearsal ends.
const DryRunSaid = "This was a dry run: nothing was changed."

// Rehearse is Unasked without sending anything: what it would do, and what would stop it.
func (r *Run) Rehearse(ctx context.Context, emit func(steps.Event)) Ending {
	r.IncludeProved()
	changes, err := r.Foresee(ctx)
	for _, c := range changes {
		emit(steps.Planned{Change: c})
		if err == nil {
			err = consented(c)
		}
	}
	if err != nil {
		return Refused(err)
	}
	return Ending{Now: DryRunSaid}
}

// consented refuses what is not done without asking.
func consented(c steps.Change) error {
	if c.Consent == "" || len(c.Actions) == 0 {
		return nil
	}
	return &problem.Error{
		Summary: "This wants to be asked about",
		Detail:  c.Consent + " So it is not done with --yes. Nothing was sent.",
		Fixes: []string{
			"To let the statement be written again all the same, run the command without --yes: the difference is shown, and you are asked.",
			"Or ask the customer why the statement was changed.",
		},
	}
}

// undoLimit is how long the taking back after a failure may take.
const undoLimit = 3 * time.Minute

// Stop ends a run that failed or was interrupted, where nobody is asked: what a run that
// began here made is taken back, an earlier one stays as it is.
func (r *Run) Stop(hard context.Context, err error) Ending {
	if r.Recorded() || r.WaitsForCustomer(err) {
		return r.End(err)
	}
	limited, cancel := context.WithTimeout(hard, undoLimit)
	defer cancel()
	return r.Undo(limited, err)
}
