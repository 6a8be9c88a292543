package steps

import (
	"context"
	"encoding/json"
	"time"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps/journal"
)

// Find gets ready to take back runs of which this computer has no record: it looks for
// users and roles with crossgrant's tag in both accounts, for what crossgrant gives one of
// the firm's for this bucket, and for its statements in the bucket's policy. run narrows it to
// one run's, "" takes all. What belongs to other buckets alone is left out.
//
// What it finds it writes down as a journal in memory, as if this process had done
// it. It cannot prove whose an access key is, so keys are not written down: they count
// as added by somebody else.
func Find(ctx context.Context, src awsops.Source, a Answers, run string, want Expected) (*World, error) {
	if err := CheckProfiles(a); err != nil {
		return nil, &UsageError{err}
	}
	if _, err := awsops.CleanBucketName(a.Bucket); err != nil {
		return nil, &UsageError{err}
	}
	w := &World{Facts: Facts{Answers: a, Run: run}}
	if err := w.signIn(ctx, src); err != nil {
		return nil, err
	}
	if err := CheckAccounts(w.Facts, want); err != nil {
		return nil, err
	}
	if err := w.findBucket(ctx); err != nil {
		return nil, err
	}
	w.reading()
	said, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	w.Journal = journal.Memory(journal.Header{
		Run: run, Journey: a.Journey, Found: true, Started: time.Now(),
		Customer: w.Customer.Account, Firm: w.Firm.Account, Region: w.Region, Answers: said,
	})
	return w, w.recall(ctx)
}

// trace is an operation that an earlier run must have done, going by what stands.
type trace struct {
	as      Actor
	op      awsops.Operation
	receipt awsops.Receipt
}

// recall writes what is found into the journal.
func (w *World) recall(ctx context.Context) error {
	var (
		users [2][]awsops.Grantee
		live  *policy.Document
		found []trace
	)
	sides := [2]Side{Customer, Firm}
	g, gctx := errgroup.WithContext(ctx)
	for i, side := range sides {
		if !w.signedIn(side) {
			continue
		}
		g.Go(func() (err error) {
			users[i], err = w.grantees(gctx, side)
			return err
		})
	}
	if w.signedIn(Customer) {
		g.Go(func() (err error) {
			live, err = w.accounts.BucketPolicy(gctx)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, side := range sides {
		for _, u := range users[i] {
			found = append(found, w.traces(side, u)...)
		}
	}
	own, unlike := w.ownStatements(live, found)
	if len(unlike) > 0 {
		w.suspects = append(w.suspects, suspect{account: w.Customer.Account, sids: unlike, missing: "it does not mean what crossgrant writes"})
	}
	if len(own) > 0 {
		found = append(found, trace{as: CustomerAdmin, op: awsops.SetBucketPolicy{
			Bucket: w.Bucket, Owner: w.Customer.Account, Before: policy.Remove(live, own...), After: live,
		}})
	}
	for _, t := range found {
		seq, err := w.Journal.Intend("found", string(t.as), t.op)
		if err == nil {
			err = w.Journal.Receive(seq, t.receipt)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// grantees reads the users and roles of an account: in one answer, or where that is refused or not
// served one by one.
func (w *World) grantees(ctx context.Context, side Side) ([]awsops.Grantee, error) {
	s := w.admin(side)
	all, refused := s.Grantees(ctx)
	if refused == nil {
		return all, nil
	}
	users, err := s.Tagged(ctx, w.Run)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		inline, err := s.InlinePolicies(ctx, u.Target())
		if err != nil {
			return nil, err
		}
		all = append(all, awsops.Grantee{User: u, Inline: inline})
	}
	return all, nil
}

// traces are what a run must have done to a user or a role. It makes no role of the
// customer's.
func (w *World) traces(side Side, u awsops.Grantee) (found []trace) {
	if u.Kind == awsops.KindRole && side == Customer || w.Run != "" && u.Run != w.Run {
		return nil
	}
	as := w.undoer(u.Target())
	here, elsewhere := false, false
	for _, p := range u.Inline {
		if !isPolicyName(p.Name) || side == Customer {
			continue
		}
		switch w.bucketOf(&p.Document) {
		case "":
		case w.Bucket:
			here = true
			found = append(found, trace{as, awsops.SetInlinePolicy(u.Target(), p.Name, nil, &p.Document), awsops.Receipt{}})
		default:
			elsewhere = true
		}
	}
	if u.Run != "" && (here || !elsewhere) {
		if missing := missingSign(u.User); missing != "" {
			w.suspects = append(w.suspects, suspect{account: w.account(side), principal: u.Target(), missing: missing})
			return found
		}
		var made awsops.Operation = awsops.CreateUser{Account: w.account(side), Name: u.Name, Run: u.Run}
		if u.Kind == awsops.KindRole {
			made = awsops.CreateRole{Account: w.account(side), Name: u.Name, Run: u.Run, Trust: *u.Trust}
		}
		found = append([]trace{{as, made, awsops.Receipt{UserID: u.ID, UserARN: u.ARN}}}, found...)
	}
	return found
}
