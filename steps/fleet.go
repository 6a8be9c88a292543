package steps

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"crossgrant/awsops"
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
