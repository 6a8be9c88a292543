package steps

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps/journal"
)

// sideBySide is how many buckets are worked on at once.
const sideBySide = 16

// A Fleet is one user or role of the firm and the buckets of many customers that it is let
// into. Its records are a folder: one of the firm's side, and one of each bucket, whose
// names are in the order in which the buckets joined it.
type Fleet struct {
	ID      string
	Rows    []*FleetRow // as the list has them
	Others  []string    // buckets of the fleet that the list does not name: they stay as they are
	Changes []Change    // what the firm's side will be changed by

	dir     string
	firm    *World
	engine  *Engine
	begun   bool // its record was there
	emit    func(Event)
	release func() error
}

// A FleetRow is one bucket of a fleet.
type FleetRow struct {
	Answers
	State   RowState
	Problem *problem.Error // why it is not done
	Notes   []string
	Changes []Change // what it will be changed by, and tested

	world  *World
	engine *Engine
	first  Change // the customer's half as the engine planned it
	record string // path of a record of it that is there
}

// Facts are those of the bucket's part.
func (r *FleetRow) Facts() Facts { return r.world.Facts }

// RowState is how a bucket of a fleet stands.
type RowState string

const (
	RowDone    RowState = "done"    // set up and tested, now or earlier
	RowToDo    RowState = "to do"   // nothing stands in the way
	RowWaiting RowState = "waiting" // the firm's half is done, and the customer's not yet
	RowFailed  RowState = "failed"
)

// Account is the customer's, "" where it is not known.
func (r *FleetRow) Account() string {
	if r.world != nil {
		return r.world.Customer.Account
	}
	return r.OtherAccount
}

// FleetID names the fleet of a user or role of the firm, so that the same list, or a longer
// one, goes on with it.
func FleetID(grantee awsops.Target) string {
	sum := sha256.Sum256([]byte(grantee.Account + "\n" + string(grantee.Kind) + "\n" + grantee.Name))
	return fmt.Sprintf("fleet-%x", sum[:4])
}

// OpenFleet signs in, looks at all buckets and plans what each needs, side by side. Nothing
// is changed. Of firm the profile, the user or role, and where its key goes count; of rows
// the bucket, the terms, and the customer's profile or account.
func OpenFleet(ctx context.Context, src awsops.Source, dir string, firm Answers, rows []Answers, said Expected, dryRun bool, emit func(Event)) (*Fleet, error) {
	w, err := firmOfFleet(ctx, src, firm, said)
	if err != nil {
		return nil, err
	}
	f := &Fleet{ID: w.Fleet, dir: filepath.Join(dir, w.Fleet), firm: w, emit: inTurn(emit)}
	if !dryRun {
		if err = f.hold(); err != nil {
			return nil, err
		}
	}
	if err := f.open(ctx, src, rows); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// hold keeps other processes from working on the fleet.
func (f *Fleet) hold() (err error) {
	if f.release, err = journal.Hold(f.dir); errors.Is(err, journal.ErrHeld) {
		return &problem.Error{
			Summary: "Another crossgrant is working on this fleet",
			Detail:  fmt.Sprintf("It works on %s, as is recorded in %s. Nothing was changed.", f.ID, shell.Word(f.dir)),
			Fixes:   []string{"Let it finish, or end it, then give the same command again."},
		}
	}
	return err
}

// Close lets other processes work on the fleet.
func (f *Fleet) Close() {
	_ = f.firm.Journal.Close()
	if f.release != nil {
		_ = f.release()
	}
}

// Begun tells that something of the fleet is recorded, and not taken back.
func (f *Fleet) Begun() bool { return f.firm.Journal.Path != "" && f.firm.Journal.Ended() != "undone" }

// Facts are those of the firm's side.
func (f *Fleet) Facts() Facts { return f.firm.Facts }

// inTurn has events come one after another.
func inTurn(emit func(Event)) func(Event) {
	var turn sync.Mutex
	return func(e Event) {
		turn.Lock()
		defer turn.Unlock()
		emit(e)
	}
}

// firmOfFleet signs in to the firm's account.
func firmOfFleet(ctx context.Context, src awsops.Source, a Answers, said Expected) (*World, error) {
	a.Journey, a.Only, a.Bucket, a.CustomerProfile, a.OtherAccount = "setup", Firm, "", "", ""
	err := CheckRole(a)
	if err == nil && a.FirmRole == "" {
		err = awsops.CheckUserName(a.FirmUser)
	}
	if err == nil && a.FirmProfile == "" {
		err = badTerm("A profile is missing", "A fleet is set up with a profile of the firm's account.", "Name it with --firm-profile.")
	}
	if err == nil {
		a.KeyFile, err = PlaceKey(src, KeyPlace{a.KeyFile, a.KeyProfile})
	}
	if err != nil {
		return nil, &UsageError{err}
	}
	w := &World{Facts: Facts{Answers: a, Writer: Person{Name: a.Grantee().Name}}}
	if w.FirmSession, w.Firm, err = SignIn(ctx, src, a.FirmProfile); err != nil {
		return nil, err
	}
	w.Customer.Partition, w.FirmEndpoints, w.Region = w.Firm.Partition, w.FirmSession.Endpoints(), w.FirmSession.Region()
	if err := CheckAccounts(w.Facts, Expected{Firm: said.Firm}); err != nil {
		return nil, err
	}
	w.Fleet = FleetID(w.Grantee())
	w.reading()
	return w, w.nameRun()
}

// fleetRecord is a record in the folder of a fleet, as far as it was read.
type fleetRecord struct {
	*journal.Journal
	said Answers
}

// fleetRecords reads those that were not taken back, by their names.
func fleetRecords(dir string) (all []fleetRecord, err error) {
	paths, err := journal.List(dir)
	for _, path := range paths {
		j, readErr := journal.Read(path)
		if readErr != nil {
			return nil, readErr
		}
		said, readErr := answersOf(j)
		if readErr != nil {
			return nil, readErr
		}
		if j.Ended() != "undone" {
			all = append(all, fleetRecord{j, said})
		}
	}
	return all, err
}

// Which is a bucket of a fleet in words, with what tells it apart from others of its name.
func (a Answers) Which() string {
	name := a.Bucket
	if a.Prefix != "" {
		name += "/" + a.Prefix
	}
	if a.Access != "" && a.Access != string(policy.Article) {
		name += " (" + a.Access + ")"
	}
	return name
}

// which tells the buckets of a fleet, with their terms, apart.
func (a Answers) which() string { return a.Bucket + "\n" + a.terms() }

func (f *Fleet) open(ctx context.Context, src awsops.Source, rows []Answers) error {
	found, err := fleetRecords(f.dir)
	if err != nil {
		return err
	}
	known, next := map[string]fleetRecord{}, 1
	for _, r := range found {
		if r.said.Bucket == "" {
			if err := f.goOn(r); err != nil {
				return err
			}
			continue
		}
		known[r.said.which()] = r
		_, _ = fmt.Sscanf(r.Run, "%d", &next)
		next++
	}
	there, err := f.firm.accounts.Principal(ctx, f.firm.Grantee())
	if err != nil {
		return err
	}
	f.firm.Writer.ARN = arnOf(f.firm.Grantee(), f.firm.Firm.Partition)
	if there != nil {
		f.firm.Writer.ARN = there.ARN
	}
	shared := &records{dir: filepath.Dir(f.dir)}
	named := map[string]bool{}
	for _, a := range rows {
		row := &FleetRow{Answers: f.rowAnswers(a), State: RowToDo}
		f.Rows = append(f.Rows, row)
		named[row.which()] = true
		row.world = &World{
			Facts:       Facts{Answers: row.Answers, Firm: f.firm.Firm, FirmEndpoints: f.firm.FirmEndpoints, Writer: f.firm.Writer},
			FirmSession: f.firm.FirmSession, records: shared,
		}
		if r, is := known[row.which()]; is {
			row.record, row.world.Run, row.world.Journal, row.world.KMSKey = r.Path, r.Run, r.Fork(), r.said.KMSKey
			continue
		}
		row.world.Run = fmt.Sprintf("%05d-%s", next, f.firm.Run)
		next++
	}
	f.lookAtAll(ctx, src)
	for _, r := range found {
		switch {
		case r.said.Bucket == "" || named[r.said.which()] || len(r.Entries()) == 0 && r.Ended() == "":
		default:
			f.Others = append(f.Others, r.said.Bucket)
		}
	}
	f.firm.fleet = f.grants(found)
	return f.planFirm(ctx)
}

// goOn takes over the record of the firm's side.
func (f *Fleet) goOn(r fleetRecord) error {
	w := f.firm
	if at := w.KeyFile; at != "" && (at != r.said.KeyFile || w.KeyProfile != r.said.KeyProfile) {
		return &UsageError{badTerm("The fleet's key is elsewhere already", "Where the key of a fleet is saved is said when it is first set up.", "Leave --key-file and --key-profile out.")}
	}
	w.Run, w.Journal = r.Run, r.Fork()
	w.KeyFile, w.KeyProfile, w.UseExisting, w.UseExistingRole, w.Trusts = r.said.KeyFile, r.said.KeyProfile, r.said.UseExisting, r.said.UseExistingRole, r.said.Trusts
	for _, e := range r.Entries() {
		if e.State == journal.Done {
			w.Facts = w.Learn(Action{As: Actor(e.As), Op: e.Operation}, e.Receipt)
		}
	}
	w.Writer.Key = w.reload(w.Writer.Key)
	f.begun = true
	return nil
}

// rowAnswers are the answers of a bucket's part: the firm's user or role is there by the
// time that they count.
func (f *Fleet) rowAnswers(a Answers) Answers {
	w := f.firm
	a.Journey, a.Fleet, a.FirmProfile, a.StateDir, a.AllowHTTP = "setup", f.ID, w.FirmProfile, f.dir, w.AllowHTTP
	a.FirmUser, a.FirmRole, a.UseExisting, a.UseExistingRole = w.FirmUser, w.FirmRole, w.FirmRole == "", w.FirmRole != ""
	a.OnlyThisUser, a.Only = w.OnlyThisUser, ""
	if a.CustomerProfile == "" {
		a.Only = Firm
	}
	return a
}

// lookAtAll looks at all buckets, and plans what each needs.
func (f *Fleet) lookAtAll(ctx context.Context, src awsops.Source) {
	var g errgroup.Group
	g.SetLimit(sideBySide)
	shared := &grantees{}
	count := f.counter("Look at the buckets", len(f.Rows))
	for _, rows := range byBucket(f.Rows) {
		g.Go(func() error {
			var on *FleetRow
			for _, row := range rows {
				ended := count(row)
				if err := row.look(ctx, src, shared, on); err != nil {
					row.State, row.Problem = RowFailed, explained(err, "look at the bucket "+row.Bucket)
				}
				on = row.onTop(on)
				ended(row.State == RowFailed)
			}
			return nil
		})
	}
	_ = g.Wait()
}

// byBucket puts the rows of one bucket together, which go one after another: each changes
// the policy that the one before it leaves.
func byBucket(rows []*FleetRow) (all [][]*FleetRow) {
	place := map[string]int{}
	for _, row := range rows {
		at, known := place[row.Bucket]
		if !known {
			at = len(all)
			place[row.Bucket], all = at, append(all, nil)
		}
		all[at] = append(all[at], row)
	}
	return all
}

// onTop is the last row of a bucket that changes its policy.
func (r *FleetRow) onTop(of *FleetRow) *FleetRow {
	if r.State == RowToDo && r.leaves() != nil {
		return r
	}
	return of
}

// leaves is the change of the bucket's policy that the row makes, nil for none.
func (r *FleetRow) leaves() *awsops.SetBucketPolicy {
	for _, c := range r.Changes {
		for _, a := range c.Actions {
			if op, is := a.Op.(awsops.SetBucketPolicy); is {
				return &op
			}
		}
	}
	return nil
}

// look signs in to the customer's account, finds the bucket and plans, on top of another row
// of the bucket where there is one.
func (r *FleetRow) look(ctx context.Context, src awsops.Source, shared *grantees, on *FleetRow) error {
	w := r.world
	w.Customer = awsops.Identity{Account: r.OtherAccount, Partition: w.Firm.Partition}
	if r.Only == "" {
		var err error
		if w.CustomerSession, w.Customer, err = SignIn(ctx, src, r.CustomerProfile); err != nil {
			return err
		}
		w.CustomerEndpoints = w.CustomerSession.Endpoints()
	}
	if err := CheckAccounts(w.Facts, Expected{}); err != nil {
		return err
	}
	if said := r.OtherAccount; said != "" && said != w.Customer.Account {
		return &problem.Error{
			Summary: "The account is not the one that was named",
			Detail:  fmt.Sprintf("The bucket is said to be of the account %s, but the profile %s is in the account %s.", policy.Dashed(said), r.CustomerProfile, policy.Dashed(w.Customer.Account)),
			Fixes:   []string{"Correct customer_profile or customer_account in the list."},
		}
	}
	was := w.Journal
	if was != nil && was.Region != "" {
		w.at(was.Region)
	} else if err := w.findBucket(ctx); err != nil {
		return err
	}
	w.reading()
	w.accounts.grantees = shared
	if was == nil {
		answers, err := json.Marshal(w.Answers)
		if err != nil {
			return err
		}
		w.Journal = journal.Memory(journal.Header{
			Run: w.Run, Journey: "setup", Started: time.Now().UTC(), Customer: w.Customer.Account, Firm: w.Firm.Account, Region: w.Region, Answers: answers,
		})
	} else {
		for _, e := range was.Entries() {
			if e.State == journal.Done {
				w.Facts = w.Learn(Action{As: Actor(e.As), Op: e.Operation}, e.Receipt)
			}
		}
		w.Facts.PolicyRead, w.Facts.Writer.Tested = false, false // others may have changed it since
	}
	return r.plan(ctx, on)
}

// plan plans what a bucket needs, which is nothing where its record and the bucket both say
// that it is done.
func (r *FleetRow) plan(ctx context.Context, on *FleetRow) error {
	w := r.world
	finished := isFinished(w.Journal)
	if r.Only == Firm {
		if finished {
			r.State = RowDone
			return nil
		}
	} else {
		if finished {
			live, err := w.accounts.BucketPolicy(ctx)
			if err != nil {
				return err
			}
			if want := policy.Merge(live, w.Grant().ForBucket()...); policy.Same(live, &want) {
				r.State = RowDone
				return nil
			}
		}
		bucket, err := w.CustomerSession.BucketFacts(ctx, w.Bucket, w.Customer.Account)
		if err != nil {
			return err
		}
		if on != nil {
			bucket.Policy = on.leaves().After
		}
		w.accounts.remember(w.accounts.bucketPolicy(), bucket.Policy)
		w.observe()
		w.settings = bucket
		if err := w.takeKey(bucket); err != nil {
			return err
		}
		plan, err := w.foresee(ctx)
		if err != nil {
			return err
		}
		all := append(plan.findings, settings(w.Facts, bucket)...)
		for _, f := range Told(all) {
			r.Notes = append(r.Notes, f.Text)
		}
		r.Notes = append(r.Notes, w.KeyNotes()...)
		if err := stopped(all); err != nil {
			return err
		}
	}
	r.engine = NewEngine(w, Journey(w.Answers), func(Event) {})
	changes, err := r.engine.Foresee(ctx)
	if err != nil {
		return err
	}
	r.Changes = changes
	for _, c := range changes {
		if c.Consent != "" && len(c.Actions) > 0 {
			return &problem.Error{
				Summary: "This wants to be asked about", Detail: c.Consent + " So it is not done for many buckets at once.",
				Fixes: []string{"Set this bucket up by itself, where the difference is shown and you are asked: crossgrant setup"},
			}
		}
	}
	r.first, err = r.engine.Plan(ctx)
	return err
}

// isFinished tells that a record came to its end, and nothing was done since.
func isFinished(j *journal.Journal) bool {
	_, since := j.Left()
	return j.Ended() == "finished" && !since
}

// grants are those that the firm's side passes on, in the order in which they joined: what
// was never begun and is not in the list has not.
func (f *Fleet) grants(found []fleetRecord) (all []policy.Grant) {
	rows := map[string]*FleetRow{}
	for _, row := range f.Rows {
		rows[row.which()] = row
	}
	for _, r := range found {
		row := rows[r.said.which()]
		if never := len(r.Entries()) == 0 && r.Ended() == ""; r.said.Bucket == "" || never && (row == nil || row.State == RowFailed) {
			continue
		}
		facts := Facts{Answers: r.said, Firm: f.firm.Firm, Customer: awsops.Identity{Account: r.Customer, Partition: f.firm.Firm.Partition}, Writer: f.firm.Writer}
		all = append(all, facts.Grant())
	}
	for _, row := range f.Rows {
		if row.record == "" && row.State != RowFailed {
			all = append(all, row.world.Grant())
		}
	}
	return all
}

// planFirm plans the firm's side: nothing where it holds already and no bucket is to be
// tested.
func (f *Fleet) planFirm(ctx context.Context) error {
	w := f.firm
	access, err := LetWriterInAll{w.FirmRole != ""}.Plan(ctx, w)
	if err != nil {
		return err
	}
	f.engine = NewEngine(w, Journey(w.Answers), f.emit)
	if len(access.Actions) == 0 && f.count(RowToDo) == 0 {
		if !f.begun || isFinished(w.Journal) {
			return nil
		}
		f.engine = NewEngine(w, []Step{TidyUp{}}, f.emit) // which was not come to
	}
	f.Changes, err = f.engine.Foresee(ctx)
	return err
}

func (f *Fleet) count(s RowState) (n int) {
	for _, row := range f.Rows {
		if row.State == s {
			n++
		}
	}
	return n
}

// Begun tells that a bucket is worked on.
type Begun struct{ Bucket string }

func (Begun) event() {}

// Counted tells how far the work on many buckets is, as that on one of them ends.
type Counted struct {
	Doing            string
	Done, Failed, Of int
	Bucket           string
	Problem          *problem.Error // why it is not done
}

func (Counted) event() {}

// counter counts buckets as they end, whatever the order. What it returns tells that one is
// begun, and what that returns that it ended.
func (f *Fleet) counter(doing string, of int) func(*FleetRow) func(failed bool) {
	var mu sync.Mutex
	c := Counted{Doing: doing, Of: of}
	return func(row *FleetRow) func(failed bool) {
		f.emit(Begun{row.Which()})
		return func(failed bool) {
			mu.Lock()
			defer mu.Unlock()
			c.Done++
			if failed {
				c.Failed++
			}
			c.Bucket, c.Problem = row.Which(), row.Problem
			f.emit(c)
		}
	}
}

// IsFleet tells that there are records of a fleet of this name.
func IsFleet(dir, id string) bool {
	if !strings.HasPrefix(id, "fleet-") || id != filepath.Base(id) {
		return false
	}
	paths, _ := journal.List(filepath.Join(dir, id))
	return len(paths) > 0
}
