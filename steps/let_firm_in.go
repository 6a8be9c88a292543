package steps

import (
	"context"
	"fmt"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// LetFirmIn is the customer's half: the bucket's policy lets the firm's account in.
type LetFirmIn struct{}

func (LetFirmIn) Info() Info {
	return Info{ID: "let-firm-in", Title: "Let the firm in", Side: Customer}
}

func (LetFirmIn) Plan(ctx context.Context, w *World) (Change, error) {
	live, err := w.readBucketPolicy(ctx)
	if err != nil {
		return Change{}, err
	}
	c := Change{
		Why: fmt.Sprintf("The policy of the bucket %s will let the firm's account %s list it, and read and write the files in it. "+
			"The firm's administrator then decides which of its users may use that: this alone lets no user in.", w.Bucket, policy.Dashed(w.Firm.Account)),
		Notes: []string{"Any administrator of the firm's account can use this access at once, since an administrator's own policy already allows everything."},
	}
	want := policy.Merge(live, policy.FirmGrant(w.Customer.Partition, w.Firm.Account, w.Bucket))
	return w.withBucketPolicy(c, live, &want)
}

func (LetFirmIn) Verify(ctx context.Context, w *World) (Outcome, error) {
	if err := w.bucketPolicyHas(ctx, true, policy.SidFirm+w.Firm.Account); err != nil {
		return Outcome{}, err
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

// bucketPolicyHas re-reads the policy and looks for statements by their Sids.
func (w *World) bucketPolicyHas(ctx context.Context, want bool, sids ...string) error {
	live, err := w.readBucketPolicy(ctx)
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
