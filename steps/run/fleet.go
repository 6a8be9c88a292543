package run

import (
	"context"
	"fmt"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/steps/fleet"
)

// A FleetRequest says which user or role of the firm is to be let into which buckets, or,
// with an ID, which fleet is taken back.
type FleetRequest struct {
	Firm     steps.Answers // whose profile, user or role, and key count
	Rows     []fleet.Row
	Expected steps.Expected
	ID       string
	Source   awsops.Source
	StateDir string
	DryRun   bool
}

// A Fleet is one that was looked at and planned. Nothing is changed before Apply.
type Fleet struct {
	*steps.Fleet
	asked FleetRequest
}

// OpenFleet looks at all that a fleet needs, or at all that is to be taken back of it.
func OpenFleet(ctx context.Context, q FleetRequest, emit func(steps.Event)) (*Fleet, error) {
	q.Firm.StateDir, q.Firm.AllowHTTP = q.StateDir, q.Source.AllowHTTP
	if q.ID != "" {
		f, err := steps.OpenFleetCleanup(ctx, q.Source, q.StateDir, q.ID, q.Firm, q.DryRun, emit)
		return &Fleet{f, q}, err
	}
	var rows []steps.Answers
	for _, r := range q.Rows {
		if r.Profile == "" && r.Account == "" {
			return nil, &steps.UsageError{Err: &problem.Error{
				Summary: "It is not said whose a bucket is",
				Detail:  fmt.Sprintf("Line %d has the bucket %s, and neither a profile nor the account of the customer. Nothing was changed.", r.Line, r.Bucket),
				Fixes:   []string{"Fill in customer_profile, or customer_account for a customer who does their half themselves."},
			}}
		}
		rows = append(rows, steps.Answers{
			CustomerProfile: r.Profile, OtherAccount: r.Account, Bucket: r.Bucket, Prefix: r.Prefix, Access: r.Access, Until: r.Until,
		})
	}
	f, err := steps.OpenFleet(ctx, q.Source, q.StateDir, q.Firm, rows, q.Expected, q.DryRun, emit)
	return &Fleet{f, q}, err
}

// ToDo is how many buckets there is something to do for.
func (f *Fleet) ToDo() (n int) {
	for _, r := range f.Rows {
		if r.State == steps.RowToDo {
			n++
		}
	}
	return n
}

// Nothing tells that all is there already, or gone.
func (f *Fleet) Nothing() bool { return len(f.Changes) == 0 && f.ToDo() == 0 }

// Proof is what has to be typed before anything is changed.
func (f *Fleet) Proof() Proof {
	wanted := fmt.Sprint(f.ToDo())
	return Proof{
		Ask:   fmt.Sprintf("To go on, type how many buckets this is about: %s.", wanted),
		Label: "Buckets", Wanted: wanted, Wrong: "That is not the number. Nothing was changed.", First: true,
	}
}

// A FleetEnding is how the work on a fleet ended.
type FleetEnding struct {
	Ending
	rows []*steps.FleetRow
}

// Standing is how a fleet stands while the work on it is under way.
func (f *Fleet) Standing() Ending { return f.ended(nil).Ending }

// Apply does what was shown.
func (f *Fleet) Apply(ctx, hard context.Context) FleetEnding {
	if f.asked.ID != "" {
		return f.cleanUp(ctx)
	}
	err := f.Fleet.Apply(ctx, hard)
	e := f.ended(err)
	done := f.done()
	e.Now = fmt.Sprintf("%d of %d buckets are set up and tested: %s can use them.", done, len(f.Rows), e.Facts.Grantee().Name)
	if done == 0 {
		e.Now = "None of the buckets is set up yet."
	}
	switch {
	case err == nil && !f.Begun(): // no bucket can be done
		e.Code, e.Now, e.CleanUp = Failed, "Nothing was changed.", ""
		return e
	case !f.Begun():
		e.Now, e.CleanUp = "Nothing of this is left.", ""
		return e
	case err != nil || done < len(f.Rows):
		e.Code, e.Next = Left, []string{"To do what is left, give the same command again: what is done already is not done twice."}
	}
	if e.Facts.KeyFile != "" {
		e.Now += fmt.Sprintf(" Its key is in %s.", e.Facts.KeptIn())
	}
	return e
}

func (f *Fleet) cleanUp(ctx context.Context) FleetEnding {
	left, err := f.CleanUp(ctx)
	e := f.ended(err)
	e.Left, e.Commands = left, commands(left)
	e.Now, e.Code = "Some of what was to be removed is still there.", Left
	if err == nil && len(left) == 0 && f.done() == len(f.Rows) {
		e.Now, e.Code, e.CleanUp = fmt.Sprintf("Nothing of the fleet %s is left.", f.ID), Done, ""
	}
	return e
}

// done is how many buckets need nothing any more.
func (f *Fleet) done() (n int) {
	for _, r := range f.Rows {
		if r.State == steps.RowDone {
			n++
		}
	}
	return n
}

func (f *Fleet) ended(err error) FleetEnding {
	e := FleetEnding{rows: f.Rows}
	if err != nil {
		e.Ending = failure(err)
	}
	e.Facts = f.Facts()
	e.CleanUp = steps.Answers{StateDir: f.asked.StateDir, AllowHTTP: f.asked.Source.AllowHTTP}.Crossgrant("cleanup", f.ID)
	return e
}

// Summary is what the work on a fleet is about, in a few sentences.
func (f *Fleet) Summary() (all []string) {
	accounts := map[string]bool{}
	for _, r := range f.Rows {
		accounts[Whose(r)] = true
	}
	count := map[steps.RowState]int{}
	for _, r := range f.Rows {
		count[r.State]++
	}
	all = append(all, fmt.Sprintf("%s of %s: %d to do, %d done already, %d that cannot be done.",
		policy.Count(len(f.Rows), "bucket"), policy.Count(len(accounts), "account"), count[steps.RowToDo], count[steps.RowDone], count[steps.RowFailed]))
	if f.asked.ID == "" && f.ToDo() > 0 {
		all = append(all, "For each bucket to do, the customer's side adds to the bucket's policy, a test file is written by the firm's user or role and deleted again. Where only an account is named, the customer does their half themselves and the test file stays.")
	}
	for _, r := range f.Rows {
		if r.State == steps.RowFailed && len(all) < 2+mostNamed {
			all = append(all, fmt.Sprintf("%s cannot be done: %s", r.Bucket, why(r)))
		}
	}
	if n := len(f.Others); n > 0 {
		all = append(all, fmt.Sprintf("The list does not name %d of the fleet's buckets, such as %s. They stay as they are.", n, f.Others[0]))
	}
	return all
}

// mostNamed is how many buckets that cannot be done a summary names: the table has all.
const mostNamed = 5

// Rehearsed is the ending of a dry run.
func (f *Fleet) Rehearsed() FleetEnding {
	e := FleetEnding{Ending: Ending{Now: DryRunSaid, Facts: f.Facts()}, rows: f.Rows}
	if f.done()+f.ToDo() < len(f.Rows) {
		e.Code = Failed
	}
	return e
}

// FleetRow is a line of the table at the end.
type FleetRow struct {
	Bucket, State, Why string
	Next               []string
	Name, Whose        string // the bucket with its terms, and the account
}

// Table says of each bucket how it stands, those that are not done last.
func (e FleetEnding) Table() (all []FleetRow) {
	var open []FleetRow
	for _, r := range e.rows {
		row := FleetRow{Bucket: r.Bucket, Name: r.Which(), Whose: Whose(r), State: string(r.State), Why: why(r)}
		if r.State == steps.RowDone {
			row.Why = ""
			all = append(all, row)
			continue
		}
		if r.Problem != nil {
			row.Next = r.Problem.Fixes
		}
		open = append(open, row)
	}
	return append(all, open...)
}

func why(r *steps.FleetRow) string {
	if r.Problem == nil {
		return ""
	}
	alone := *r.Problem
	alone.Fixes = nil
	return alone.Error()
}

// Does is what a bucket's part of a fleet changes, in words.
func Does(r *steps.FleetRow) string {
	for _, c := range r.Changes {
		for _, a := range c.Actions {
			if a.As == steps.CustomerAdmin && changes(c) {
				return a.Op.Describe().Summary
			}
		}
	}
	return "test it"
}

// Whose is the account of a bucket in words.
func Whose(r *steps.FleetRow) string {
	if id := r.Account(); id != "" {
		return policy.Dashed(id)
	}
	return "profile " + r.CustomerProfile
}

// FleetRefused is the ending of a fleet that could not be opened.
func FleetRefused(err error) FleetEnding { return FleetEnding{Ending: Refused(err)} }
