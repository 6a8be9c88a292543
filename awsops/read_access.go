package awsops

// What a check looks at beside what it reads: where the bucket is, whether its files can be
// listed, and what the documents give to whom.

import (
	"context"
	"net/http"
	"strings"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// BucketRegion finds the region of a bucket that the caller may be refused: it comes with
// the refusal too. Source: HeadBucket.
func (s *Session) BucketRegion(ctx context.Context, bucket, owner string) (string, error) {
	region, err := s.head(ctx, bucket, owner)
	switch {
	case err == nil, region != "" && problem.Status(err) != http.StatusNotFound:
		return region, nil
	case problem.Status(err) == http.StatusForbidden: // of an endpoint that does not say
		return s.cfg.Region, nil
	case problem.Status(err) == http.StatusNotFound:
		return "", s.noSuchBucket(ctx, bucket, owner, err)
	}
	return "", s.problem(err, "find the bucket "+bucket)
}

// TryList tries to list the names that begin with a prefix. One is enough.
func (s *Session) TryList(ctx context.Context, bucket, owner, prefix string, expect Expect) (receipt Receipt, err error) {
	err = s.try(ctx, expect, "the access to list the bucket "+bucket+" to take effect", &receipt, request{call: func(ctx context.Context) error {
		out, err := s.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, ExpectedBucketOwner: pointer(owner), Prefix: &prefix, MaxKeys: aws.Int32(1)}, onceS3)
		if err == nil {
			receipt = Receipt{RequestID: requestID(out.ResultMetadata)}
		}
		return err
	}})
	if err != nil {
		return Receipt{}, s.problem(err, "list the files of the bucket "+bucket)
	}
	return receipt, nil
}

// PrincipalOf is the user or role that acts, of a session its role. It has the path only
// where the ARN of the session does.
func PrincipalOf(id Identity) User {
	partition, account := id.Partition, id.Account
	if _, session, is := strings.Cut(id.ARN, ":assumed-role/"); is {
		name, _, _ := strings.Cut(session, "/")
		unique, _, _ := strings.Cut(id.UserID, ":")
		return User{Kind: KindRole, Name: name, ARN: "arn:" + partition + ":iam::" + account + ":role/" + name, ID: unique}
	}
	return User{Kind: KindUser, Name: id.ARN[strings.LastIndexAny(id.ARN, "/:")+1:], ARN: id.ARN, ID: id.UserID}
}

// Foresee says what would keep a request that nobody tried from being let through. False:
// nothing that can be told.
func (e *Evidence) Foresee(r Refusal) (Verdict, bool) {
	r.Untried = true
	of := e.about(r)
	v, found := of.conclude()
	if !found && len(e.unread) > 0 {
		v, found = of.unknown(), true
	}
	v.Unread = e.unread
	return v, found
}

// Allows tells that both sides' documents certainly let a request through.
func (e *Evidence) Allows(r Refusal) bool {
	of := e.about(r)
	if of.user == nil || of.bucket == nil || of.boundary != nil || policy.IsRoot(of.User.ARN) {
		return false
	}
	denials := of.prospect().Denials(policy.Policies{Identity: of.own, Bucket: of.bucket.Policy})
	return len(denials) == 0 && of.keyOpen() && of.opening(of.own, nil).Open && of.opening(nil, of.bucket.Policy).Open
}

// LetsInOthers names the statement by which the bucket's policy certainly lets in a user of
// the same account that nobody meant.
func (e *Evidence) LetsInOthers(r Refusal) (statement string, found bool) {
	of := e.about(r)
	of.user, of.User = nil, User{Kind: KindUser, Name: "another", ARN: "arn:" + policy.PartitionOf(e.User.ARN) + ":iam::" + policy.AccountOf(e.User.ARN) + ":user/crossgrant-another", ID: "AIDACROSSGRANTANOTHER"}
	if of.bucket == nil {
		return "", false
	}
	o := of.opening(nil, of.bucket.Policy)
	return sidOrNumber(o.Sid, o.Statement), o.Open
}

// Ends is when the bucket's policy stops letting a request through, by the statement that
// does now. Zero: never, or that is not known.
func (e *Evidence) Ends(r Refusal) (at time.Time, known bool) {
	of := e.about(r)
	if of.bucket == nil {
		return time.Time{}, false
	}
	o := of.opening(nil, of.bucket.Policy)
	if !o.Open {
		return time.Time{}, false
	}
	return of.bucket.Policy.Statements[o.Statement].Ends(), true
}

// Sides are a request and the documents of each side that it has to pass, nil where they
// were not read.
func (e *Evidence) Sides(r Refusal) (p policy.Prospect, own, bucket *policy.Policies) {
	of := e.about(r)
	if of.user != nil && !of.partly {
		own = &policy.Policies{Identity: of.own}
	}
	if of.bucket != nil {
		bucket = &policy.Policies{Bucket: of.bucket.Policy}
	}
	return of.prospect(), own, bucket
}

// Unread is what could not be read.
func (e *Evidence) Unread() []string { return e.unread }

// Ownership is who owns what others write into the bucket, "" where that is not known.
func (e *Evidence) Ownership() string {
	if e.bucket == nil {
		return ""
	}
	return e.bucket.Ownership
}

func (e *Evidence) about(r Refusal) *Evidence {
	of := *e
	r.User, r.Bucket, r.KMSKey = e.User, e.Bucket, e.KMSKey
	of.Refusal = r
	return &of
}
