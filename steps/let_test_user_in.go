package steps

import (
	"context"
	"fmt"

	"crossgrant/awsops/policy"
)

// LetTestUserIn lets the customer's test user into the bucket, by the bucket's
// policy alone.
type LetTestUserIn struct{}

func (LetTestUserIn) Info() Info {
	return Info{ID: "let-test-user-in", Title: "Let the test user in", Side: Customer}
}

func (LetTestUserIn) Plan(ctx context.Context, w *World) (Change, error) {
	live, err := w.accounts.BucketPolicy(ctx)
	if err != nil {
		return Change{}, err
	}
	c := Change{Why: fmt.Sprintf("The bucket's policy will let the test user %s read and write objects; every other statement stays as it is. "+
		"User and bucket belong to one account, so the bucket's yes is enough and the user needs no policy of its own.", w.Tester.Name)}
	grant := policy.TestUserGrant(w.Tester.ARN, w.Bucket)
	if err := w.noOtherTour(live, grant); err != nil {
		return Change{}, err
	}
	want := policy.Merge(live, grant...)
	return w.withBucketPolicy(c, live, &want)
}

func (LetTestUserIn) Verify(ctx context.Context, w *World) (Outcome, error) {
	if err := w.bucketPolicyHas(ctx, true, policy.SidTestUserBucket, policy.SidTestUserObjects); err != nil {
		return Outcome{}, err
	}
	return Outcome{Now: fmt.Sprintf("The bucket lets the test user %s read and write.", w.Tester.Name)}, nil
}

// TakeTestUserOut takes the test user's access back. The firm's statement, and
// every other, stays.
type TakeTestUserOut struct{}

func (TakeTestUserOut) Info() Info {
	return Info{ID: "take-test-user-out", Title: "Remove the test user's access", Side: Customer}
}

func (TakeTestUserOut) Plan(ctx context.Context, w *World) (Change, error) {
	live, err := w.accounts.BucketPolicy(ctx)
	if err != nil {
		return Change{}, err
	}
	c := Change{Why: fmt.Sprintf("The test showed that the bucket works, so the test user %s loses its access again. "+
		"Only its own two statements go: the firm's, and every other, stay.", w.Tester.Name)}
	return w.withBucketPolicy(c, live, policy.Remove(live, w.testStatements(live)...))
}

// testStatements are the Sids of the statements that let the test user in. One that bears
// such a Sid and is about somebody else is not the run's.
func (w *World) testStatements(live *policy.Document) (sids []string) {
	for _, own := range policy.TestUserGrant(w.Tester.ARN, w.Bucket) {
		if s := statementOf(live, own.Sid); s != nil && s.Statements[0].Effect == own.Effect && samePrincipal(s.Statements[0], own) {
			sids = append(sids, own.Sid)
		}
	}
	return sids
}

func (TakeTestUserOut) Verify(ctx context.Context, w *World) (Outcome, error) {
	w.accounts.forgetPolicy() // nothing else proves that it is out
	live, err := w.accounts.BucketPolicy(ctx)
	if err == nil {
		err = w.bucketPolicyHas(ctx, false, w.testStatements(live)...)
	}
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{Now: fmt.Sprintf("The test user %s is no longer let in. The firm's account still is.", w.Tester.Name)}, nil
}
