package steps

import (
	"context"
	"errors"
	"fmt"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
)

// MakeBucket makes the customer's bucket, where the person asked for that.
type MakeBucket struct{}

func (MakeBucket) Info() Info {
	return Info{ID: "make-bucket", Title: "Create the bucket", Side: Customer}
}

func (MakeBucket) Plan(ctx context.Context, w *World) (Change, error) {
	c := Change{
		Why: fmt.Sprintf("The customer's account will get a bucket %s, in %s. Only the customer's own account can use it yet.", w.Bucket, w.MakeBucket),
	}
	if w.Answers.Journey == "tour" {
		c.Notes = []string{"The bucket is deleted at the end, if nothing is in it by then that this run did not put there."}
	}
	there, err := w.bucketIsThere(ctx)
	if err != nil || there {
		return c, err
	}
	c.Actions = []Action{{As: CustomerAdmin, Op: awsops.CreateBucket{Bucket: w.Bucket, Owner: w.Customer.Account, Region: w.MakeBucket}}}
	return c, nil
}

func (MakeBucket) Verify(ctx context.Context, w *World) (Outcome, error) {
	if _, err := w.CustomerSession.FindBucket(ctx, w.Bucket, w.Customer.Account); err != nil {
		return Outcome{}, err
	}
	return Outcome{Now: fmt.Sprintf("The bucket %s is there, empty, and the customer's alone.", w.Bucket)}, nil
}

// bucketIsThere tells whether the customer has the bucket. One of that name that is
// somebody else's is an error.
func (w *World) bucketIsThere(ctx context.Context) (bool, error) {
	if w.accounts != nil && w.accounts.bucketAssumed() {
		return true, nil
	}
	_, err := w.CustomerSession.FindBucket(ctx, w.Bucket, w.Customer.Account)
	if noBucket(err) {
		return false, nil
	}
	return err == nil, err
}

func noBucket(err error) bool {
	var p *problem.Error
	return errors.As(err, &p) && p.Code == "NoSuchBucket"
}

// checkNoBucket looks whether the bucket that is to be made is not there yet.
func (w *World) checkNoBucket(ctx context.Context) error {
	there, err := w.bucketIsThere(ctx)
	if err != nil || !there {
		return err
	}
	return &problem.Error{
		Summary: "The bucket is there already",
		Detail:  fmt.Sprintf("The customer's account already has a bucket %s. It is left as it is.", w.Bucket),
		Fixes:   []string{"To use this bucket, leave --make-bucket out.", "Or choose another name, with --bucket."},
	}
}
