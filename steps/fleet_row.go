package steps

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

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

// RowState is how a bucket of a fleet stands.
type RowState string

const (
	RowDone    RowState = "done"    // set up and tested, now or earlier
	RowToDo    RowState = "to do"   // nothing stands in the way
	RowWaiting RowState = "waiting" // the firm's half is done, and the customer's not yet
	RowFailed  RowState = "failed"
)

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

// Facts are those of the bucket's part.
func (r *FleetRow) Facts() Facts { return r.world.Facts }

// Account is the customer's, "" where it is not known.
func (r *FleetRow) Account() string {
	if r.world != nil {
		return r.world.Customer.Account
	}
	return r.OtherAccount
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
		w.relearn(was)
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
