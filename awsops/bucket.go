package awsops

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"crossgrant/awsops/policy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func (PutBucketPolicy) Kind() string    { return "put-bucket-policy" }
func (DeleteBucketPolicy) Kind() string { return "delete-bucket-policy" }
func (CreateBucket) Kind() string       { return "create-bucket" }
func (DeleteBucket) Kind() string       { return "delete-bucket" }

func (op PutBucketPolicy) Describe() Description {
	after := op.After
	return Description{
		Summary:  policyChange(op.Before, op.After, "the policy of the bucket "+op.Bucket),
		Resource: "the policy of the bucket " + op.Bucket,
		Changes:  true,
		Before:   op.Before,
		After:    &after,
		Command: []string{
			"s3api", "put-bucket-policy", "--bucket", op.Bucket, "--policy", op.After.Compact(),
			"--expected-bucket-owner", op.Owner,
		},
	}
}

func (op DeleteBucketPolicy) Describe() Description {
	before := op.Before
	return Description{
		Summary:  "Delete the policy of the bucket " + op.Bucket + ", so that it has none",
		Resource: "the policy of the bucket " + op.Bucket,
		Changes:  true,
		Before:   &before,
		Command:  []string{"s3api", "delete-bucket-policy", "--bucket", op.Bucket, "--expected-bucket-owner", op.Owner},
	}
}

func (op CreateBucket) Describe() Description {
	command := []string{
		"s3api", "create-bucket", "--bucket", op.Bucket, "--object-ownership", string(types.ObjectOwnershipBucketOwnerEnforced),
		"--region", op.Region,
	}
	if op.Region != homeRegion {
		command = append(command, "--create-bucket-configuration", "LocationConstraint="+op.Region)
	}
	return Description{
		Summary:  fmt.Sprintf("Make the bucket %s in %s, closed to the public and with ACLs off", op.Bucket, op.Region),
		Resource: "the bucket " + op.Bucket,
		Changes:  true,
		Command:  command,
	}
}

func (op DeleteBucket) Describe() Description {
	return Description{
		Summary:  "Delete the bucket " + op.Bucket + " if it is empty",
		Resource: "the bucket " + op.Bucket,
		Changes:  true,
		Command:  []string{"s3api", "delete-bucket", "--bucket", op.Bucket, "--expected-bucket-owner", op.Owner},
	}
}

func (op PutBucketPolicy) Inverse(r Receipt) (Operation, bool) {
	switch {
	case r.Already:
		return nil, false
	case op.Before == nil:
		return DeleteBucketPolicy{Bucket: op.Bucket, Owner: op.Owner, Before: op.After}, true
	default:
		after := op.After
		return PutBucketPolicy{Bucket: op.Bucket, Owner: op.Owner, Before: &after, After: *op.Before}, true
	}
}

func (op DeleteBucketPolicy) Inverse(r Receipt) (Operation, bool) {
	if r.Already {
		return nil, false
	}
	return PutBucketPolicy{Bucket: op.Bucket, Owner: op.Owner, After: op.Before}, true
}

func (op CreateBucket) Inverse(r Receipt) (Operation, bool) {
	if r.Already {
		return nil, false
	}
	return DeleteBucket{Bucket: op.Bucket, Owner: op.Owner}, true
}

func (DeleteBucket) Inverse(Receipt) (Operation, bool) { return nil, false }

func (op PutBucketPolicy) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Owner); err != nil {
		return Receipt{}, unsent(err)
	}
	live, err := s.BucketPolicy(ctx, op.Bucket, op.Owner)
	if err != nil {
		return Receipt{}, unsent(err)
	}
	if policy.Same(live, &op.After) {
		return Receipt{Already: true}, nil
	}
	if !policy.Same(live, op.Before) {
		return Receipt{}, unsent(&Stale{Resource: op.Describe().Resource, Live: live})
	}
	var receipt Receipt
	err = s.send(ctx, request{
		waitFor: "S3 to know the user that the policy of " + op.Bucket + " names",
		patient: func(err error) bool {
			return isInvalidPrincipal(err) && op.namesNewPrincipal()
		},
		call: func(ctx context.Context) error {
			out, err := s.s3.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{
				Bucket:              &op.Bucket,
				Policy:              aws.String(op.After.Compact()),
				ExpectedBucketOwner: &op.Owner,
			}, onceS3)
			if err == nil {
				receipt.RequestID = requestID(out.ResultMetadata)
			}
			return err
		},
	})
	return receipt, err
}

func isInvalidPrincipal(err error) bool {
	return is(err, "MalformedPolicy") && strings.Contains(strings.ToLower(err.Error()), "invalid principal")
}

var (
	userOrRole = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:(user|role)/`)
	deletedID  = regexp.MustCompile(`^A[A-Z0-9]{15,}$`)
)

// namesNewPrincipal tells whether time may make AWS accept the document: it
// names someone that Before did not, and no one who is deleted.
func (op PutBucketPolicy) namesNewPrincipal() bool {
	after, before := principals(&op.After), principals(op.Before)
	return !slices.ContainsFunc(after, deletedID.MatchString) &&
		slices.ContainsFunc(after, func(p string) bool { return userOrRole.MatchString(p) && !slices.Contains(before, p) })
}

func principals(d *policy.Document) []string {
	if d == nil {
		return nil
	}
	var all []string
	for _, s := range d.Statements {
		for _, p := range []*policy.Principal{s.Principal, s.NotPrincipal} {
			if p != nil {
				all = append(all, p.AWS.Values...)
			}
		}
	}
	return all
}

func (op DeleteBucketPolicy) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Owner); err != nil {
		return Receipt{}, unsent(err)
	}
	live, err := s.BucketPolicy(ctx, op.Bucket, op.Owner)
	if is(err, "NoSuchBucket") || err == nil && live == nil {
		return Receipt{Already: true}, nil
	}
	if err != nil {
		return Receipt{}, unsent(err)
	}
	if !policy.Same(live, &op.Before) {
		return Receipt{}, unsent(&Stale{Resource: op.Describe().Resource, Live: live})
	}
	var receipt Receipt
	err = s.send(ctx, request{
		waitFor: "S3 to take the deletion of the policy of " + op.Bucket,
		call: func(ctx context.Context) error {
			out, err := s.s3.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{
				Bucket: &op.Bucket, ExpectedBucketOwner: &op.Owner,
			}, onceS3)
			if is(err, "NoSuchBucketPolicy", "NoSuchBucket") {
				return nil
			}
			if err == nil {
				receipt.RequestID = requestID(out.ResultMetadata)
			}
			return err
		},
	})
	return receipt, err
}

// perform asks first whether the bucket is there: in us-east-1 S3 answers the
// making of a bucket that one has already with success, and resets its ACLs.
func (op CreateBucket) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Owner); err != nil {
		return Receipt{}, unsent(err)
	}
	s = s.In(op.Region)
	_, err := s.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &op.Bucket})
	if status(err) != http.StatusNotFound {
		if err == nil || status(err) == http.StatusForbidden || header(err, "x-amz-bucket-region") != "" {
			err = &Problem{
				Summary: "A bucket of this name is there already",
				Detail:  "The name " + op.Bucket + " is taken, in this account or in another: bucket names are shared by everyone.",
				Fixes:   []string{"Choose another name for the bucket."},
				Code:    "BucketAlreadyExists",
			}
		}
		return Receipt{}, unsent(err)
	}
	input := &s3.CreateBucketInput{Bucket: &op.Bucket, ObjectOwnership: types.ObjectOwnershipBucketOwnerEnforced}
	if op.Region != homeRegion {
		input.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(op.Region)}
	}
	var (
		receipt Receipt
		sends   int
	)
	err = s.send(ctx, request{
		waitFor: "S3 to make the bucket " + op.Bucket,
		call: func(ctx context.Context) error {
			sends++
			out, err := s.s3.CreateBucket(ctx, input, onceS3)
			if sends > 1 && is(err, "BucketAlreadyOwnedByYou") {
				return nil // by the try whose answer was lost: it was not there before
			}
			if err == nil {
				receipt.RequestID = requestID(out.ResultMetadata)
			}
			return err
		},
	})
	return receipt, err
}

func (op DeleteBucket) perform(ctx context.Context, s *Session) (Receipt, error) {
	var receipt Receipt
	err := s.send(ctx, request{
		waitFor: "S3 to delete the bucket " + op.Bucket,
		call: func(ctx context.Context) error {
			out, err := s.s3.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &op.Bucket, ExpectedBucketOwner: &op.Owner}, onceS3)
			if is(err, "NoSuchBucket") {
				receipt.Already = true
				return nil
			}
			if err == nil {
				receipt.RequestID = requestID(out.ResultMetadata)
			}
			return err
		},
	})
	return receipt, err
}
