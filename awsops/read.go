package awsops

import (
	"context"

	"crossgrant/awsops/policy"
)

// BucketFacts is what can be read of a bucket. A fact that could not be read has
// its Problem in Unknown, by the fact's name.
type BucketFacts struct {
	Name, Region  string
	Owner         string // the account that was asked for and confirmed
	Policy        *policy.Document
	Public        bool   // S3 calls the policy public (or, where S3 cannot be asked, policy.Public does)
	Ownership     string // "BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"
	BlockPublic   BlockPublic
	Encryption    string // "AES256", "aws:kms", "aws:kms:dsse"
	KMSKey        string // "" for the AWS managed key
	Versioning    string // "Enabled", "Suspended" or ""
	MFADelete     bool
	ObjectLock    string // default retention such as "GOVERNANCE 30 days", "" for none
	RequesterPays bool
	Unknown       map[string]*Problem
}

// BlockPublic is the bucket's own Block Public Access setting.
type BlockPublic struct{ ACLs, IgnoreACLs, Policy, Restrict bool }

// FindBucket confirms that the bucket is there and owner's, and returns its
// region. Problems tell apart a name that AWS would not take, a bucket that is
// not there, and one that is another account's.
func (s *Session) FindBucket(ctx context.Context, bucket, owner string) (region string, err error) {
	panic("awsops: FindBucket")
}

// BucketFacts reads everything of a bucket, side by side. Only a failure to read
// the policy is an error.
func (s *Session) BucketFacts(ctx context.Context, bucket, owner string) (BucketFacts, error) {
	panic("awsops: BucketFacts")
}

// BucketPolicy reads the live policy, nil when there is none.
func (s *Session) BucketPolicy(ctx context.Context, bucket, owner string) (*policy.Document, error) {
	panic("awsops: BucketPolicy")
}

// Buckets lists the account's buckets by name.
func (s *Session) Buckets(ctx context.Context) ([]string, error) { panic("awsops: Buckets") }

// User is an IAM user as it is now.
type User struct {
	Name, ARN, ID string
	Run           string // of the run that made it, by its tags; "" when crossgrant did not
	Boundary      string // ARN of the permissions boundary, "" for none
}

// User reads one user, nil when there is none of that name.
func (s *Session) User(ctx context.Context, name string) (*User, error) { panic("awsops: User") }

// Users lists the account's users, without their tags.
func (s *Session) Users(ctx context.Context) ([]User, error) { panic("awsops: Users") }

// UserPolicy reads one inline policy, nil when there is none of that name.
func (s *Session) UserPolicy(ctx context.Context, user, name string) (*policy.Document, error) {
	panic("awsops: UserPolicy")
}

// UserPolicies reads all of a user's inline policies, side by side.
func (s *Session) UserPolicies(ctx context.Context, user string) ([]policy.Named, error) {
	panic("awsops: UserPolicies")
}

// AccessKey is a key as IAM lists it.
type AccessKey struct {
	ID     string
	Active bool
	Age    string // "12 days"
}

// AccessKeys lists a user's keys.
func (s *Session) AccessKeys(ctx context.Context, user string) ([]AccessKey, error) {
	panic("awsops: AccessKeys")
}

// Belongings is all that must be gone before a user can be deleted.
type Belongings struct {
	Keys, Inline []string // key ids, inline policy names
	Other        []string // anything else, in words: "the group admins", "a console password"
}

// Belongings lists what a user has, side by side.
func (s *Session) Belongings(ctx context.Context, user string) (Belongings, error) {
	panic("awsops: Belongings")
}

// ObjectExists tells whether a probe, or any version of it, is there.
func (s *Session) ObjectVersions(ctx context.Context, bucket, owner, key string) ([]string, error) {
	panic("awsops: ObjectVersions")
}
