package steps

import (
	"context"
	"fmt"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

// LetFirmIn is the customer's half: the bucket's policy lets the firm's account in.
type LetFirmIn struct{}

func (LetFirmIn) Info() Info {
	return Info{ID: "let-firm-in", Title: "Let the firm in", Side: Customer}
}

func (LetFirmIn) Plan(ctx context.Context, w *World) (Change, error) {
	live, err := w.accounts.BucketPolicy(ctx)
	if err != nil {
		return Change{}, err
	}
	c, grant := Change{Why: w.letsIn(), Notes: w.KeyNotes()}, w.Grant()
	if !grant.Only {
		c.Notes = append(c.Notes, "Any administrator of the firm's account can use this access at once, since an administrator's own policy already allows everything.")
	}
	want := policy.Merge(live, grant.ForBucket()...)
	if there, whole := grant.In(live); len(there) > 0 {
		if policy.Same(live, &want) {
			return w.standsAlready(ctx, c), nil
		}
		is, will := there[0].Ends(), grant.ForBucket()[0].Ends()
		switch {
		case !whole:
			c.Consent = fmt.Sprintf("The statement %s of the bucket's policy was changed since crossgrant wrote it, or is somebody else's. This step would write it as it was again, which may allow the firm more than the customer wants now.", grant.Sid())
			c.Notes = append(c.Notes, c.Consent)
		case !is.IsZero() && will.After(is):
			c.Notes = append(c.Notes, "The statement is there already and ends earlier: this extends it, for everybody who uses it.")
		default:
			c.Consent = fmt.Sprintf("The statement %s of the bucket's policy is there already, and ends %s. This step would have it end %s, for everybody who uses it.", grant.Sid(), end(is), end(will))
			c.Notes = append(c.Notes, c.Consent)
		}
	}
	return w.withBucketPolicy(c, live, &want)
}

func end(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return "on " + date(t.Add(-time.Second))
}

// letsIn says what the customer's half gives, and what not.
func (w *World) letsIn() string {
	terms := w.Terms()
	if terms == "" {
		return fmt.Sprintf("The policy of the bucket %s will let the firm's account %s list it, and read and write the files in it. "+
			"The firm's administrator then decides which of its users may use that: this alone lets no ordinary user in.", w.Bucket, policy.Dashed(w.Firm.Account))
	}
	return terms + " The firm's administrator has to pass it on: this alone lets no ordinary user in."
}

// standsAlready is a change that finds the firm's statement there, for other runs or
// for whoever wrote it. The run notes whose it is: it goes with the last of them.
func (w *World) standsAlready(ctx context.Context, c Change) Change {
	var with []string
	others, err := w.leaners(ctx, w.Grant(), nil)
	for _, l := range others {
		if l.run {
			with = append(with, l.who)
		}
	}
	said := "The statement " + w.firmStatement().ID + " is there already"
	switch {
	case err != nil && len(with) == 0:
		said += ". Who uses it could not be looked at, so it stays when this run is cleaned up."
	case len(with) == 0:
		said += ", and nobody is known to use it. It stays when this run is cleaned up."
	default:
		said += ", for " + policy.Join(with, "and") + ". It stays as long as any of them needs it."
	}
	c.Notes = append(c.Notes, said)
	c.Shares = []journal.Share{{What: w.firmStatement(), With: with}}
	return c
}

func (LetFirmIn) Verify(ctx context.Context, w *World) (Outcome, error) {
	if err := w.bucketPolicyHas(ctx, true, w.Grant().Sids()...); err != nil {
		return Outcome{}, err
	}
	if w.Only != "" { // what the firm has done is not seen
		return Outcome{Now: fmt.Sprintf("The bucket %s lets the firm's account in. Who of the firm's may use that, the firm's administrator decides.", w.Bucket)}, nil
	}
	return Outcome{Now: fmt.Sprintf("The bucket %s lets the firm's account in. None of the firm's ordinary users can use that yet.", w.Bucket)}, nil
}

// withBucketPolicy adds to a change the operation that makes the live policy the
// wanted one, unless it means the same already, and refuses what AWS would.
func (w *World) withBucketPolicy(c Change, live, want *policy.Document) (Change, error) {
	if policy.Same(live, want) {
		return c, nil
	}
	if want != nil {
		if err := w.acceptable(*want); err != nil {
			return Change{}, err
		}
	}
	c.Actions = append(c.Actions, Action{As: CustomerAdmin, Op: awsops.SetBucketPolicy{
		Bucket: w.Bucket, Owner: w.Customer.Account, Before: live, After: want,
	}})
	return c, nil
}

// bucketPolicyHas looks for statements by their Sids. What was written a moment ago is
// not read again: the tests that follow prove it.
func (w *World) bucketPolicyHas(ctx context.Context, want bool, sids ...string) error {
	live, err := w.accounts.BucketPolicy(ctx)
	if err != nil {
		return err
	}
	for _, sid := range sids {
		if hasSid(live, sid) == want {
			continue
		}
		state := "is not in it"
		if !want {
			state = "is still in it"
		}
		return &problem.Error{
			Summary: "The bucket's policy does not hold",
			Detail: fmt.Sprintf("AWS took the new policy of the bucket %s, but the statement %s %s. Somebody else may be changing the policy at this moment.",
				w.Bucket, sid, state),
			Fixes: []string{"Ask who else works on this bucket, then try this step again."},
		}
	}
	return nil
}
