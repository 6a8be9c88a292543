package steps

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps/journal"
)

// Find gets ready to take back runs whose journals are on another machine: it
// looks for users with crossgrant's tag in both accounts, and for its statements
// in the policy of the bucket. run narrows the users to one run's, "" takes all.
//
// What it finds it writes down as a journal in memory, as if this process had done
// it. Without the real one it cannot tell whether somebody gave such a user a
// second key: the keys are shown before they are deleted.
func Find(ctx context.Context, src awsops.Source, a Answers, run string) (*World, error) {
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
	if err := CheckAccounts(w.Facts, Expected{}); err != nil {
		return nil, err
	}
	if err := w.findBucket(ctx); err != nil {
		return nil, err
	}
	said, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	w.Journal = journal.Memory(journal.Header{Run: run, Journey: a.Journey, Started: time.Now(), Customer: w.Customer.Account, Firm: w.Firm.Account, Region: w.Region, Answers: said})
	return w, w.recall(ctx)
}

// recall writes what is found into the journal.
func (w *World) recall(ctx context.Context) error {
	sides := []Side{Customer, Firm}
	found := make([][]trace, len(sides))
	g, gctx := errgroup.WithContext(ctx)
	for i, side := range sides {
		g.Go(func() (err error) {
			found[i], err = w.traces(gctx, side)
			return err
		})
	}
	g.Go(func() error {
		_, err := w.readBucketPolicy(gctx)
		return err
	})
	if err := g.Wait(); err != nil {
		return err
	}
	own := slices.DeleteFunc(policy.Own(w.BucketPolicy), func(sid string) bool {
		return strings.HasPrefix(sid, policy.SidFirm) && sid != policy.SidFirm+w.Firm.Account
	})
	if len(own) > 0 {
		found[0] = append(found[0], trace{op: awsops.SetBucketPolicy{
			Bucket: w.Bucket, Owner: w.Customer.Account, Before: policy.Remove(w.BucketPolicy, own...), After: w.BucketPolicy,
		}})
	}
	for i, side := range sides {
		for _, t := range found[i] {
			seq, err := w.Journal.Intend("found", string(side), t.op)
			if err == nil {
				err = w.Journal.Receive(seq, t.receipt)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// trace is an operation that an earlier run must have done, going by what stands.
type trace struct {
	op      awsops.Operation
	receipt awsops.Receipt
}

// traces finds what crossgrant made in one account.
func (w *World) traces(ctx context.Context, side Side) ([]trace, error) {
	users, err := w.admin(side).TaggedUsers(ctx, w.Run)
	if err != nil {
		return nil, err
	}
	var found []trace
	for _, u := range users {
		account := w.account(side)
		found = append(found, trace{awsops.CreateUser{Account: account, Name: u.Name, Run: u.Run}, awsops.Receipt{UserID: u.ID, UserARN: u.ARN}})
		has, err := w.admin(side).Subordinates(ctx, u.Name)
		if err != nil {
			return nil, err
		}
		for _, id := range has.Keys {
			found = append(found, trace{awsops.CreateAccessKey{Account: account, User: u.Name}, awsops.Receipt{KeyID: id}})
		}
		for _, name := range has.Inline {
			if name != policyName && !strings.HasPrefix(name, policyName+"-") {
				continue
			}
			d, err := w.admin(side).UserPolicy(ctx, u.Name, name)
			if err != nil {
				return nil, err
			}
			if d != nil {
				found = append(found, trace{awsops.SetUserPolicy{Account: account, User: u.Name, Name: name, After: d}, awsops.Receipt{}})
			}
		}
	}
	return found, nil
}
