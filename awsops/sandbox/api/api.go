// Package api is what the sandbox's services have in common: a call on its way
// through the sandbox, and an error as AWS words it. It decides and answers nothing.
package api

import (
	"io"
	"net/http"
	"strings"
	"time"

	"crossgrant/awsops/policy"
)

// Call is one request on its way through the sandbox.
type Call struct {
	W       http.ResponseWriter
	R       *http.Request
	ID      string // request id
	Now     time.Time
	Service string // "s3", "iam", "sts", "kms"

	// A service's routing sets these, before anything is decided.
	Operation string // the API's name: "PutObject", "HeadBucket"
	Action    string // as IAM names it: "s3:PutObject", "iam:CreateUser"
	Resource  string // bucket/key, or the name of a user, a role or a key
	Mutates   bool   // the operation changes something when it succeeds

	// These are set once the signature has been checked. Who did not sign is
	// anonymous: there is no key, no region, no identity and no Account.
	KeyID, Region string              // that the request was signed with and for
	SignedAt      time.Time           // by the signer's clock
	Presigned     bool                // the signature is in the query, not in a header
	Caller        policy.Caller       // who signed
	Own           policy.Policies     // the caller's that are in effect; Bucket is nil
	CallerKeys    map[string][]string // condition keys of the caller that do not follow from Caller

	// Body is the payload without aws-chunked framing. Its end verifies hashes,
	// signatures and trailing checksums, and gives an *Error if they are wrong.
	// Trailer is the trailing headers (x-amz-checksum-*), valid after Body's end.
	Body    io.Reader
	Trailer func() http.Header
}

// Error is an error as AWS words it.
type Error struct {
	Status  int
	Code    string
	Message string
	Fields  map[string]string // extra elements of S3's XML, such as BucketName
	NoBody  bool
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Reason is what AWS says of why a decision is no. What an organization denies it says
// with the policy's ARN. Sources: Access denied error message examples; Enhanced access
// denied error messages with policy ARNs (AWS Security Blog).
func Reason(d policy.Decision, action string) string {
	gates := []struct {
		policy.Gate
		in string
	}{
		{d.SCP, "a service control policy"},
		{d.RCP, "a resource control policy"},
		{d.Identity, "an identity-based policy"},
		{d.Resource, "a resource-based policy"},
		{d.Boundary, "a permissions boundary"},
		{d.Session, "a session policy"},
	}
	for _, g := range gates {
		if g.Verdict == policy.Denied {
			if strings.HasPrefix(g.Policy, "arn:") {
				return "with an explicit deny in " + g.in + ": " + g.Policy
			}
			return "with an explicit deny in " + g.in
		}
	}
	lacking := "identity-based policy"
	switch {
	case d.SCP.Needed && d.SCP.Verdict != policy.Allowed:
		lacking = "service control policy"
	case d.Identity.Verdict != policy.Allowed && d.Identity.Needed:
	case d.Boundary.Needed && d.Boundary.Verdict != policy.Allowed:
		lacking = "permissions boundary"
	case d.Session.Needed && d.Session.Verdict != policy.Allowed:
		lacking = "session policy"
	case d.Resource.Needed && d.Resource.Verdict != policy.Allowed:
		lacking = "resource-based policy"
	}
	return "because no " + lacking + " allows the " + action + " action"
}
