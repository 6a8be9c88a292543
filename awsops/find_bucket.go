package awsops

// Whether a bucket is there and whose it is, and what a name that leads nowhere may
// mean.

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// FindBucket confirms that the bucket is there and owner's, and returns its
// region. Its errors tell apart a name that AWS would not take, a bucket that is
// not there, and one that is another account's.
func (s *Session) FindBucket(ctx context.Context, bucket, owner string) (region string, err error) {
	if _, err := CleanBucketName(bucket); err != nil {
		return "", err
	}
	region, err = s.head(ctx, bucket, owner)
	if region != "" && region != s.cfg.Region && (problem.Status(err) == http.StatusMovedPermanently || problem.Status(err) == http.StatusBadRequest) {
		s = s.In(region)
		region, err = s.head(ctx, bucket, owner)
	}
	switch {
	case err == nil:
		if region == "" {
			region = s.cfg.Region
		}
		return region, nil
	case problem.Status(err) == http.StatusNotFound:
		return "", s.noSuchBucket(ctx, bucket, owner, err)
	case problem.Status(err) == http.StatusForbidden:
		return "", s.notTheirBucket(ctx, bucket, owner, err)
	default:
		return "", s.problem(err, "find the bucket "+bucket)
	}
}

// FindClosedBucket is FindBucket for one that the caller may not list, but which S3 lists
// among the caller's own account's: its region comes with the refusal too.
func (s *Session) FindClosedBucket(ctx context.Context, bucket, owner string) (region string, found bool) {
	id, err := s.Identity(ctx)
	if err != nil || id.Account != owner {
		return "", false
	}
	if names, err := s.Buckets(ctx); err != nil || !slices.Contains(names, bucket) {
		return "", false
	}
	region, err = s.head(ctx, bucket, owner)
	return region, region != "" && problem.Status(err) == http.StatusForbidden
}

// head asks with an expected owner unless that is "". The region comes also with
// most refusals.
func (s *Session) head(ctx context.Context, bucket, owner string) (region string, err error) {
	input := &s3.HeadBucketInput{Bucket: &bucket}
	if owner != "" {
		input.ExpectedBucketOwner = &owner
	}
	out, err := s.s3.HeadBucket(ctx, input)
	if problem.Status(err) == http.StatusForbidden && skewed(err) { // of which a HEAD cannot tell; the SDK goes by AWS's clock now
		out, err = s.s3.HeadBucket(ctx, input)
	}
	if err != nil {
		return problem.Header(err, "x-amz-bucket-region"), err
	}
	return aws.ToString(out.BucketRegion), nil
}

// skewed tells that the clock of this computer is so wrong that S3 refuses what it signs.
// Source: Authenticating requests (Amazon S3), RequestTimeTooSkewed.
func skewed(err error) bool {
	theirs, parsed := http.ParseTime(problem.Header(err, "Date"))
	return parsed == nil && time.Since(theirs).Abs() > 15*time.Minute
}

func (s *Session) noSuchBucket(ctx context.Context, bucket, owner string, err error) *problem.Error {
	p := &problem.Error{
		Summary:   "There is no such bucket",
		Detail:    fmt.Sprintf("AWS knows no bucket %s.", bucket),
		Code:      "NoSuchBucket",
		RequestID: problem.RequestID(err),
		Operation: problem.Operation(err),
		Err:       err,
	}
	if id, ok := s.who.known(); ok && id.Account == owner {
		if names, err := s.Buckets(ctx); err == nil {
			if close := problem.Near(bucket, names); close != "" {
				p.Fixes = append(p.Fixes, "Did you mean "+close+"?")
			}
		}
	}
	if owner == "" {
		p.Fixes = append(p.Fixes, "Check the name with the bucket's owner.")
		return p
	}
	p.Fixes = append(p.Fixes, "Check the name in the S3 console of the account "+policy.Dashed(owner)+".")
	return p
}

// notTheirBucket: S3 refuses a HEAD alike when the owner is another and when the
// caller may not list. Without the expected owner, and by the list of the
// account's own buckets, the two come apart.
func (s *Session) notTheirBucket(ctx context.Context, bucket, owner string, refused error) *problem.Error {
	p := s.problem(refused, "find the bucket "+bucket)
	another := &problem.Error{
		Summary: "The bucket belongs to another account",
		Detail:  fmt.Sprintf("The bucket %s is there, but it is not the account %s's.", bucket, policy.Dashed(owner)),
		Fixes: []string{
			"Check that the two profiles are not swapped: the bucket must be in the customer's account.",
			"Check the name of the bucket in the S3 console of the account " + policy.Dashed(owner) + ".",
		},
		Code: "AccessDenied", RequestID: p.RequestID, Operation: p.Operation, Err: refused,
	}
	if _, err := s.head(ctx, bucket, ""); err == nil {
		return another
	} else if problem.Status(err) == http.StatusNotFound {
		return s.noSuchBucket(ctx, bucket, owner, err)
	}
	id, err := s.Identity(ctx)
	if err != nil || id.Account != owner {
		p.Summary = "The bucket is not the account's, or closed to you"
		p.Detail = fmt.Sprintf("AWS refuses to say anything of the bucket %s: it is not the account %s's, or %s may not list it (s3:ListBucket).", bucket, policy.Dashed(owner), s.label())
		return p
	}
	names, err := s.Buckets(ctx)
	switch {
	case err == nil && !slices.Contains(names, bucket):
		return another
	case err == nil:
		p.Summary = "The bucket is yours, but closed to you"
		p.Detail = fmt.Sprintf("The bucket %s is the account %s's, and %s may not list it (s3:ListBucket): its own policies or the bucket's do not let it.", bucket, policy.Dashed(owner), s.label())
	default:
		p.Summary = "The bucket is not the account's, or closed to you"
		p.Detail = fmt.Sprintf("AWS refuses to say anything of the bucket %s: it is not the account %s's, or %s may not list it (s3:ListBucket).", bucket, policy.Dashed(owner), s.label())
	}
	return p
}
