package steps

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

// tidyLimit is how long the taking back of what was made for the tests alone may take.
const tidyLimit = 3 * time.Minute

// Apply does what was shown: the firm's side in few writes, one after another, then the
// buckets side by side. One bucket that fails does not stop the others. What was made for
// the tests alone is taken back under hard, whatever happened before.
func (f *Fleet) Apply(ctx, hard context.Context) error {
	if len(f.Changes) == 0 {
		return nil
	}
	if err := f.begin(); err != nil {
		return err
	}
	started := time.Now()
	err := f.letIn(ctx)
	if err == nil {
		err = f.setUpAll(ctx, started)
	} else if !f.begun {
		f.giveUp(hard)
		return err
	}
	return errors.Join(err, f.tidyUp(hard))
}

// begin starts the records: those of the buckets too, since their names say in which order
// the buckets join.
func (f *Fleet) begin() (err error) {
	w := f.firm
	if f.begun {
		w.Journal, err = journal.Open(f.dir, w.Run)
	} else {
		w.Journal, err = journal.Create(f.dir, w.Journal.Header)
	}
	for _, row := range f.Rows {
		if err != nil || row.State != RowToDo || row.record != "" {
			continue
		}
		var j *journal.Journal
		if j, err = journal.Create(f.dir, row.world.Journal.Header); err == nil {
			row.record, err = j.Path, j.Close()
		}
	}
	return err
}

// giveUp takes back what was begun of a new fleet.
func (f *Fleet) giveUp(hard context.Context) {
	limited, cancel := context.WithTimeout(hard, tidyLimit)
	defer cancel()
	if left, _ := f.engine.Undo(limited); len(left) > 0 {
		_ = f.firm.Journal.End("left", Words(left)...)
		return
	}
	_ = f.firm.Journal.End("undone")
	for _, row := range f.Rows {
		if row.record == "" {
			continue
		}
		if j, err := journal.Open(f.dir, row.world.Run); err == nil {
			_ = j.End("undone")
			_ = j.Close()
		}
	}
}

// letIn applies the firm's side, but for the tidying up.
func (f *Fleet) letIn(ctx context.Context) error {
	for at := 0; at < len(f.Changes)-1; at++ {
		c, err := f.engine.Plan(ctx)
		if err == nil && !sameActions(c, f.Changes[at]) {
			err = &problem.Stale{Resource: "the firm's side", Live: nil}
		}
		if err == nil {
			_, err = f.engine.Apply(ctx, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sameActions tells whether a change does what another one, which was shown, would do.
func sameActions(a, b Change) bool {
	return slices.EqualFunc(a.Actions, b.Actions, func(a, b Action) bool {
		is, was := a.Op.Describe(), b.Op.Describe()
		return a.As == b.As && a.Op.Kind() == b.Op.Kind() && is.Target == was.Target && policy.Same(is.Before, was.Before) && policy.Same(is.After, was.After)
	})
}

// setUpAll sets the buckets up that are to be, those first whose customers' halves are ours
// to do.
func (f *Fleet) setUpAll(ctx context.Context, since time.Time) error {
	todo := slices.DeleteFunc(slices.Clone(f.Rows), func(r *FleetRow) bool { return r.State != RowToDo })
	slices.SortStableFunc(todo, func(a, b *FleetRow) int { return cmp.Compare(a.Only, b.Only) })
	if w := f.firm; w.FirmRole != "" && len(todo) > 0 {
		if _, err := w.asRole(ctx); err != nil {
			return err
		}
	}
	var g errgroup.Group
	g.SetLimit(sideBySide)
	count := f.counter("Set the buckets up", len(todo))
	for _, rows := range byBucket(todo) {
		g.Go(func() error {
			for _, row := range rows {
				if ctx.Err() == nil {
					ended := count(row)
					row.end(ctx, row.setUp(ctx, f, since))
					ended(row.State != RowDone)
				}
			}
			return nil
		})
	}
	_ = g.Wait()
	return ctx.Err()
}

// end notes how the setting up of a bucket ended. What was interrupted stays to be done.
func (r *FleetRow) end(ctx context.Context, err error) {
	var test *TestError
	switch {
	case err == nil:
		r.State = RowDone
	case ctx.Err() != nil:
	case r.Only == Firm && errors.As(err, &test):
		waits := *explained(err, "test the bucket "+r.Bucket)
		waits.Fixes = []string{"Ask the customer to apply their half, then give the same command again."}
		r.State, r.Problem = RowWaiting, &waits
	default:
		r.State, r.Problem = RowFailed, explained(err, "set up the bucket "+r.Bucket)
	}
}

// setUp applies what was planned for a bucket, tests it, and tidies up.
func (r *FleetRow) setUp(ctx context.Context, f *Fleet, since time.Time) (err error) {
	w := r.world
	w.Facts.Writer, w.assumed = f.firm.Writer, &assumed{f.firm.assumed.session}
	w.firmDone = since
	if w.Journal, err = journal.Open(f.dir, w.Run); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Journal.Close()) }()
	c := r.first
	for {
		if _, err = r.engine.Apply(ctx, c); err != nil {
			return err
		}
		if r.engine.At() == len(r.engine.Journey()) {
			return w.Journal.End("finished")
		}
		if c, err = r.engine.Plan(ctx); err != nil {
			return err
		}
	}
}

// tidyUp takes back what was made on the firm's side for the tests alone.
func (f *Fleet) tidyUp(hard context.Context) error {
	ctx, cancel := context.WithTimeout(hard, tidyLimit)
	defer cancel()
	e := NewEngine(f.firm, []Step{TidyUp{}}, f.emit)
	c, err := e.Plan(ctx)
	if err == nil {
		_, err = e.Apply(ctx, c)
	}
	if err == nil {
		err = f.firm.Journal.End("finished")
	}
	return err
}

// OpenFleetCleanup plans how a fleet is taken back: the firm's side, then each bucket's. A
// bucket's part that cannot be looked at does not keep the others from going.
func OpenFleetCleanup(ctx context.Context, src awsops.Source, dir, id string, a Answers, dryRun bool, emit func(Event)) (*Fleet, error) {
	f := &Fleet{ID: id, dir: filepath.Join(dir, id), emit: inTurn(emit)}
	found, err := fleetRecords(f.dir)
	if err != nil {
		return nil, err
	}
	if !dryRun {
		if err = f.hold(); err != nil {
			return nil, err
		}
	}
	a.StateDir = f.dir
	for _, r := range found {
		if r.said.Bucket == "" && err == nil {
			f.firm, err = reopened(ctx, src, r.Fork(), a)
		}
	}
	if err == nil && f.firm == nil {
		err = &problem.Error{Summary: "There is nothing to clean up", Detail: "Nothing is recorded of the firm's side of the fleet " + id + "."}
	}
	if err != nil {
		if f.release != nil {
			_ = f.release()
		}
		return nil, err
	}
	f.engine = NewEngine(f.firm, []Step{CleanUp{Firm}}, f.emit)
	c, err := f.engine.Plan(ctx)
	if err != nil {
		f.Close()
		return nil, err
	}
	f.Changes = []Change{c}
	f.planCleanups(ctx, src, found, a)
	return f, nil
}

// planCleanups plans how the buckets' parts are taken back, as the firm's side will be by
// then.
func (f *Fleet) planCleanups(ctx context.Context, src awsops.Source, found []fleetRecord, a Answers) {
	var goes []string
	for _, action := range f.Changes[0].Actions {
		if t := action.Op.Target(); isInline(t) || isAttachment(t) {
			goes = append(goes, t.ID)
		}
	}
	for _, r := range found {
		if r.said.Bucket != "" {
			f.Rows = append(f.Rows, &FleetRow{Answers: r.said, State: RowToDo, record: r.Path, world: &World{Journal: r.Fork()}})
		}
	}
	shared, records := &grantees{}, &records{dir: filepath.Dir(f.dir)}
	var g errgroup.Group
	g.SetLimit(sideBySide)
	count := f.counter("Look at the buckets", len(f.Rows))
	for _, rows := range byBucket(f.Rows) {
		g.Go(func() error {
			var on *FleetRow
			for _, row := range rows {
				ended := count(row)
				w, err := reopened(ctx, src, row.world.Journal, Answers{FirmProfile: a.FirmProfile, StateDir: f.dir, AllowHTTP: a.AllowHTTP})
				if err == nil {
					row.world, w.goes, w.records, w.accounts.grantees = w, goes, records, shared
					if on != nil {
						w.accounts.remember(w.accounts.bucketPolicy(), on.leaves().After)
					}
					row.engine = NewEngine(w, Journey(Answers{Journey: "cleanup", Only: w.Only}), func(Event) {})
					row.Changes, err = row.engine.Foresee(ctx)
				}
				if err == nil {
					row.first, err = row.engine.Plan(ctx)
				}
				if err != nil {
					row.State, row.Problem = RowFailed, explained(err, "look at the bucket "+row.Bucket)
				}
				on = row.onTop(on)
				ended(err != nil)
			}
			return nil
		})
	}
	_ = g.Wait()
}

// CleanUp takes back what was shown.
func (f *Fleet) CleanUp(ctx context.Context) (left []Remainder, err error) {
	w := f.firm
	if w.Journal, err = journal.Open(f.dir, w.Run); err != nil {
		return nil, err
	}
	o, err := f.engine.Apply(ctx, f.Changes[0])
	if err != nil {
		return f.engine.Left(), err
	}
	left = o.Left
	todo := slices.DeleteFunc(slices.Clone(f.Rows), func(r *FleetRow) bool { return r.State != RowToDo })
	var g errgroup.Group
	g.SetLimit(sideBySide)
	count := f.counter("Clean the buckets up", len(todo))
	for _, rows := range byBucket(todo) {
		g.Go(func() error {
			for _, row := range rows {
				if ctx.Err() != nil {
					return nil
				}
				ended := count(row)
				if err := row.cleanUp(ctx, f.dir); err != nil {
					row.State, row.Problem = RowFailed, explained(err, "clean up the bucket "+row.Bucket)
				}
				ended(row.State == RowFailed)
			}
			return nil
		})
	}
	_ = g.Wait()
	if ctx.Err() == nil && len(left) == 0 && f.count(RowFailed) == 0 {
		err = w.Journal.End("undone")
	} else {
		err = errors.Join(ctx.Err(), w.Journal.End("left", Words(left)...))
	}
	return left, err
}

func (r *FleetRow) cleanUp(ctx context.Context, dir string) (err error) {
	w := r.world
	if w.Journal, err = journal.Open(dir, w.Run); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Journal.Close()) }()
	var left []Remainder
	c := r.first
	for {
		o, err := r.engine.Apply(ctx, c)
		if err != nil {
			return err
		}
		left = append(left, o.Left...)
		r.Notes = append(r.Notes, o.Notes...)
		if r.engine.At() == len(r.engine.Journey()) {
			break
		}
		if c, err = r.engine.Plan(ctx); err != nil {
			return err
		}
	}
	if len(left) == 0 {
		r.State = RowDone
		return w.Journal.End("undone")
	}
	return errors.Join(w.Journal.End("left", Words(left)...), &problem.Error{
		Summary: "Something had to stay", Detail: strings.Join(Words(left), "; ") + ".", Fixes: []string{"See to that, then give the same command again."},
	})
}
