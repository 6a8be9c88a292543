package awsops

// What a bucket is: its policy, its settings, what it holds.

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// BucketFacts is what can be read of a bucket. A fact that could not be read has
// its error in Unknown, by the fact's name.
type BucketFacts struct {
	Name, Region  string
	Owner         string // the account that was asked for and confirmed
	Policy        *policy.Document
	Public        bool   // S3 calls the policy public (or, where S3 cannot be asked, policy.Public does)
	Ownership     string // "BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"
	BlockPublic   BlockPublic
	Encryption    string // "AES256", "aws:kms", "aws:kms:dsse"
	KMSKey        string // as the bucket names it; "" for the AWS managed key
	Key           Key    // the same, where it is named by its ARN
	Versioning    string // "Enabled", "Suspended" or ""
	MFADelete     bool
	ObjectLock    string // default retention such as "GOVERNANCE 30 days", "" for none
	RequesterPays bool
	Unknown       map[string]*problem.Error
}

// BlockPublic is the bucket's own Block Public Access setting.
type BlockPublic struct{ ACLs, IgnoreACLs, Policy, Restrict bool }

// BucketPolicy reads the live policy, nil when there is none.
func (s *Session) BucketPolicy(ctx context.Context, bucket, owner string) (*policy.Document, error) {
	doing := "read the policy of the bucket " + bucket
	out, err := s.s3.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &bucket, ExpectedBucketOwner: &owner})
	if problem.Is(err, "NoSuchBucketPolicy") {
		return nil, nil
	}
	if err != nil {
		return nil, s.problem(err, doing)
	}
	d, err := policy.Parse([]byte(aws.ToString(out.Policy)))
	if err != nil {
		return nil, s.problem(err, doing)
	}
	return &d, nil
}

// BucketFacts reads everything of a bucket, side by side. Only a failure to read
// the policy is an error.
func (s *Session) BucketFacts(ctx context.Context, bucket, owner string) (BucketFacts, error) {
	f := BucketFacts{Name: bucket, Region: s.cfg.Region, Owner: owner, Unknown: map[string]*problem.Error{}}
	r := &bucketReader{s: s, bucket: &bucket, owner: &owner}
	var (
		mu        sync.Mutex
		policyErr error
		asked     bool // S3 said whether the policy is public
	)
	note := func(fact string, err error) {
		mu.Lock()
		defer mu.Unlock()
		f.Unknown[fact] = s.problem(err, "read the setting "+fact+" of the bucket "+bucket)
	}
	read := map[string]func(context.Context, *BucketFacts) error{
		"Public": func(ctx context.Context, f *BucketFacts) (err error) {
			if f.Policy, policyErr = s.BucketPolicy(ctx, bucket, owner); policyErr != nil || f.Policy == nil {
				return nil // a bucket without a policy is open to nobody by it
			}
			asked, err = r.public(ctx, f)
			return err
		},
		"Encryption": func(ctx context.Context, f *BucketFacts) error {
			err := r.encryption(ctx, f)
			if policy.IsKeyARN(f.KMSKey) && policy.RegionOfKey(f.KMSKey) == f.Region {
				f.Key = s.readKey(ctx, f.KMSKey, note)
			}
			return err
		},
		"Ownership": r.ownership, "BlockPublic": r.blockPublic,
		"Versioning": r.versioning, "ObjectLock": r.objectLock, "RequesterPays": r.requesterPays,
	}
	var group sync.WaitGroup
	for name, fact := range read {
		group.Go(func() {
			if err := fact(ctx, &f); err != nil { // each fills fields of its own
				note(name, err)
			}
		})
	}
	group.Wait()
	if policyErr != nil {
		return BucketFacts{}, policyErr
	}
	if !asked && f.Policy != nil {
		f.Public, _ = policy.Public(*f.Policy)
	}
	return f, nil
}

// Keeping are those facts alone by which a new file cannot be deleted again, as far as they
// can be read.
func (s *Session) Keeping(ctx context.Context, bucket, owner string) (f BucketFacts) {
	r := &bucketReader{s: s, bucket: &bucket, owner: &owner}
	facts := []func(context.Context, *BucketFacts) error{r.objectLock, r.versioning} // each fills fields of its own
	_ = sideBySide(len(facts), func(i int) error { return facts[i](ctx, &f) })
	return f
}

type bucketReader struct {
	s             *Session
	bucket, owner *string
}

func (r *bucketReader) public(ctx context.Context, f *BucketFacts) (asked bool, err error) {
	out, err := r.s.s3.GetBucketPolicyStatus(ctx, &s3.GetBucketPolicyStatusInput{Bucket: r.bucket, ExpectedBucketOwner: r.owner})
	if problem.Is(err, "NoSuchBucketPolicy") {
		return true, nil
	}
	if err != nil || out.PolicyStatus == nil {
		return false, err
	}
	f.Public = aws.ToBool(out.PolicyStatus.IsPublic)
	return true, nil
}

// ownership of a bucket from before the setting was: the object's writer's.
func (r *bucketReader) ownership(ctx context.Context, f *BucketFacts) error {
	out, err := r.s.s3.GetBucketOwnershipControls(ctx, &s3.GetBucketOwnershipControlsInput{Bucket: r.bucket, ExpectedBucketOwner: r.owner})
	if problem.Is(err, "OwnershipControlsNotFoundError") {
		f.Ownership = string(types.ObjectOwnershipObjectWriter)
		return nil
	}
	if err == nil && out.OwnershipControls != nil && len(out.OwnershipControls.Rules) > 0 {
		f.Ownership = string(out.OwnershipControls.Rules[0].ObjectOwnership)
	}
	return err
}

func (r *bucketReader) blockPublic(ctx context.Context, f *BucketFacts) error {
	out, err := r.s.s3.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: r.bucket, ExpectedBucketOwner: r.owner})
	if problem.Is(err, "NoSuchPublicAccessBlockConfiguration") {
		return nil
	}
	if err == nil && out.PublicAccessBlockConfiguration != nil {
		c := out.PublicAccessBlockConfiguration
		f.BlockPublic = BlockPublic{
			ACLs: aws.ToBool(c.BlockPublicAcls), IgnoreACLs: aws.ToBool(c.IgnorePublicAcls),
			Policy: aws.ToBool(c.BlockPublicPolicy), Restrict: aws.ToBool(c.RestrictPublicBuckets),
		}
	}
	return err
}

func (r *bucketReader) encryption(ctx context.Context, f *BucketFacts) error {
	out, err := r.s.s3.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: r.bucket, ExpectedBucketOwner: r.owner})
	if problem.Is(err, "ServerSideEncryptionConfigurationNotFoundError") {
		f.Encryption = string(types.ServerSideEncryptionAes256) // S3's own since 2023
		return nil
	}
	if err != nil || out.ServerSideEncryptionConfiguration == nil {
		return err
	}
	for _, rule := range out.ServerSideEncryptionConfiguration.Rules {
		if d := rule.ApplyServerSideEncryptionByDefault; d != nil {
			f.Encryption, f.KMSKey = string(d.SSEAlgorithm), aws.ToString(d.KMSMasterKeyID)
		}
	}
	return nil
}

func (r *bucketReader) versioning(ctx context.Context, f *BucketFacts) error {
	out, err := r.s.s3.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: r.bucket, ExpectedBucketOwner: r.owner})
	if err != nil {
		return err
	}
	f.Versioning, f.MFADelete = string(out.Status), out.MFADelete == types.MFADeleteStatusEnabled
	return nil
}

func (r *bucketReader) objectLock(ctx context.Context, f *BucketFacts) error {
	out, err := r.s.s3.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: r.bucket, ExpectedBucketOwner: r.owner})
	if problem.Is(err, "ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration") {
		return nil
	}
	if err != nil || out.ObjectLockConfiguration == nil || out.ObjectLockConfiguration.Rule == nil {
		return err
	}
	switch d := out.ObjectLockConfiguration.Rule.DefaultRetention; {
	case d == nil:
	case aws.ToInt32(d.Years) > 0:
		f.ObjectLock = fmt.Sprintf("%s %d years", d.Mode, *d.Years)
	default:
		f.ObjectLock = fmt.Sprintf("%s %d days", d.Mode, aws.ToInt32(d.Days))
	}
	return nil
}

func (r *bucketReader) requesterPays(ctx context.Context, f *BucketFacts) error {
	out, err := r.s.s3.GetBucketRequestPayment(ctx, &s3.GetBucketRequestPaymentInput{Bucket: r.bucket, ExpectedBucketOwner: r.owner})
	if err != nil {
		return err
	}
	f.RequesterPays = out.Payer == types.PayerRequester
	return nil
}

// Buckets lists the account's buckets by name.
func (s *Session) Buckets(ctx context.Context) ([]string, error) {
	var names []string
	for pages := s3.NewListBucketsPaginator(s.s3, &s3.ListBucketsInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.problem(err, "list the buckets of the account")
		}
		for _, b := range page.Buckets {
			names = append(names, aws.ToString(b.Name))
		}
	}
	slices.Sort(names)
	return names, nil
}

// A Version is one version of an object, or a delete marker, which has no ETag.
type Version struct{ ID, ETag string }

// ObjectVersions lists the versions and delete markers of one key: none when there is
// no such object. Where versions are not kept the id is "null", by which DeleteObject
// can delete it.
func (s *Session) ObjectVersions(ctx context.Context, bucket, owner, key string) ([]Version, error) {
	var ids []Version
	pages := s3.NewListObjectVersionsPaginator(s.s3, &s3.ListObjectVersionsInput{
		Bucket: &bucket, ExpectedBucketOwner: pointer(owner), Prefix: &key,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.problem(err, "look whether the bucket "+bucket+" holds "+key)
		}
		for _, v := range page.Versions {
			if aws.ToString(v.Key) == key {
				ids = append(ids, Version{aws.ToString(v.VersionId), aws.ToString(v.ETag)})
			}
		}
		for _, m := range page.DeleteMarkers {
			if aws.ToString(m.Key) == key {
				ids = append(ids, Version{ID: aws.ToString(m.VersionId)})
			}
		}
	}
	return ids, nil
}
