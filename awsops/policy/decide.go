package policy

import "time"

// Request is one request to S3 or IAM as the policies see it.
type Request struct {
	Caller   Caller
	Action   string // "s3:PutObject"
	Resource string // "arn:aws:s3:::bucket/key"; IAM's carry an account
	Owner    string // the 12-digit account that owns the resource

	// Context holds the condition keys of the request, in any case, beside those
	// that follow from Caller (aws:PrincipalArn, aws:PrincipalAccount,
	// aws:PrincipalType, aws:userid, aws:username) and from Time (aws:CurrentTime,
	// aws:EpochTime). A key that is not here is absent: Null says true of it.
	Context map[string][]string
	Time    time.Time // zero: the time keys are absent
}

// Caller is who makes a request.
type Caller struct {
	Account  string // 12 digits; "" for an anonymous request
	ARN      string // arn:P:iam::ACCT:user/NAME, or ...:root for the root user
	UniqueID string // AIDA...; the account id for the root user
}

// Policies are the documents that have a say in a request. nil means none.
type Policies struct {
	Identity []Named   // the caller's own: inline and managed
	Bucket   *Document // the resource's
}

// Named is an identity policy with the name it is known by.
type Named struct {
	Name     string
	Document Document
}

// A Verdict is what one side, or all, say to a request.
type Verdict int

const (
	Silent  Verdict = iota // nothing allows it: refused, implicitly
	Allowed                // an Allow matches and no Deny
	Denied                 // a Deny matches: refused, whatever else says yes
)

// Gate is one side's part of a decision.
type Gate struct {
	Verdict   Verdict
	Needed    bool   // false where the other side's yes is enough or nothing can say no
	Policy    string // name of the identity policy, "" for the bucket policy
	Statement int    // index of the statement that decided, -1 for none
	Sid       string
	Delegates bool   // the bucket policy's Allow was to the caller's account, not to the caller
	Why       string // a sentence: which statement decided, or what is missing
}

// Decision is what AWS would answer, and why.
type Decision struct {
	Allowed  bool
	Identity Gate // the caller's own policies
	Resource Gate // the bucket policy
	Why      string
}

// Decide evaluates a request as AWS does: an explicit Deny on either side wins;
// in one account either side's Allow is enough (a grant to the account itself
// still needs the caller's own); across accounts both must allow. The owner's
// root user needs no policy, and may always read, write and delete the bucket
// policy. Sources: Policy evaluation logic; Cross-account policy evaluation
// logic; DeleteBucketPolicy.
func Decide(r Request, p Policies) Decision { panic("policy: Decide") }
