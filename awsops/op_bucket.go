package awsops

// Making a bucket, and deleting the one that was made.

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func (CreateBucket) Kind() string { return "create-bucket" }
func (DeleteBucket) Kind() string { return "delete-bucket" }

func (op CreateBucket) Target() Target {
	return Target{Account: op.Owner, Kind: KindBucket, Name: op.Bucket}
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
		Summary:  fmt.Sprintf("Create the bucket %s in %s, closed to the public and with ACLs off", op.Bucket, op.Region),
		Target:   op.Target(),
		Resource: "the bucket " + op.Bucket,
		Changes:  true,
		Command:  command,
	}
}

func (op DeleteBucket) Target() Target {
	return Target{Account: op.Owner, Kind: KindBucket, Name: op.Bucket}
}

func (op DeleteBucket) Describe() Description {
	return Description{
		Summary:  "Delete the bucket " + op.Bucket + " if it is empty",
		Target:   op.Target(),
		Resource: "the bucket " + op.Bucket,
		Changes:  true,
		Command:  []string{"s3api", "delete-bucket", "--bucket", op.Bucket, "--expected-bucket-owner", op.Owner},
	}
}

func (op CreateBucket) Inverse(r Receipt) (Operation, bool) {
	if r.Already {
		return nil, false
	}
	return DeleteBucket{Bucket: op.Bucket, Owner: op.Owner, Created: r.Created}, true
}

func (DeleteBucket) Inverse(Receipt) (Operation, bool) { return nil, false }

// perform asks first whether the bucket is there: in us-east-1 S3 answers the
// making of a bucket that one has already with success, and resets its ACLs.
func (op CreateBucket) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Owner); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	s = s.In(op.Region)
	_, err := s.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &op.Bucket})
	if problem.Status(err) != http.StatusNotFound {
		if err == nil || problem.Status(err) == http.StatusForbidden || problem.Header(err, "x-amz-bucket-region") != "" {
			err = &problem.Error{
				Summary: "A bucket of this name is there already",
				Detail:  "The name " + op.Bucket + " is taken, in this account or in another: bucket names are shared by everyone.",
				Fixes:   []string{"Choose another name for the bucket."},
				Code:    "BucketAlreadyExists",
			}
		}
		return Receipt{}, problem.Unsent(err)
	}
	input := &s3.CreateBucketInput{Bucket: &op.Bucket, ObjectOwnership: types.ObjectOwnershipBucketOwnerEnforced}
	if op.Region != homeRegion {
		input.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(op.Region)}
	}
	var (
		receipt Receipt
		lost    bool // a try had no answer
	)
	err = s.send(ctx, request{
		waitFor: "S3 to make the bucket " + op.Bucket,
		call: func(ctx context.Context) error {
			out, err := s.s3.CreateBucket(ctx, input, onceS3)
			if lost && problem.Is(err, "BucketAlreadyOwnedByYou") {
				return nil // by the try whose answer was lost: it was not there before
			}
			lost = lost || problem.Lost(err)
			if err == nil {
				receipt.RequestID = requestID(out.ResultMetadata)
			}
			return err
		},
	})
	if err == nil { // by which it is told from one that is created again under its name
		receipt.Created, _ = s.created(ctx, op.Bucket)
	}
	return receipt, err
}

// BucketCreated is the time at which S3 says that a bucket of the account was made, zero
// for none. Elsewhere than in us-east-1 S3 lists when the bucket, or its policy, was
// changed last.
func (s *Session) BucketCreated(ctx context.Context, bucket string) (time.Time, error) {
	created, err := s.created(ctx, bucket)
	if err != nil {
		return time.Time{}, s.problem(err, "look when the bucket "+bucket+" was made")
	}
	return created, nil
}

func (s *Session) created(ctx context.Context, bucket string) (time.Time, error) {
	if id, _ := s.who.known(); id.Partition == "aws" && isAWS(s.s3.Options().BaseEndpoint) {
		s = s.In(homeRegion)
	}
	for pages := s3.NewListBucketsPaginator(s.s3, &s3.ListBucketsInput{Prefix: &bucket}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return time.Time{}, err
		}
		for _, b := range page.Buckets {
			if aws.ToString(b.Name) == bucket {
				return aws.ToTime(b.CreationDate).UTC(), nil
			}
		}
	}
	return time.Time{}, nil
}

func (op DeleteBucket) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Owner); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	switch created, err := s.created(ctx, op.Bucket); {
	case err != nil:
		return Receipt{}, problem.Unsent(err)
	case created.IsZero() || !created.Equal(op.Created): // gone, and perhaps made anew by somebody else
		return Receipt{Already: true}, nil
	}
	var receipt Receipt
	err := s.send(ctx, request{
		waitFor: "S3 to delete the bucket " + op.Bucket,
		// Another of the name may have been made since.
		moves: true,
		settle: func(ctx context.Context) (bool, error) {
			created, err := s.created(ctx, op.Bucket)
			return !created.Equal(op.Created), err
		},
		call: func(ctx context.Context) error {
			out, err := s.s3.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &op.Bucket, ExpectedBucketOwner: &op.Owner}, onceS3)
			if problem.Is(err, "NoSuchBucket") {
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
