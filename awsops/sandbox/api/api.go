// Package api is what the sandbox's services have in common: a call on its way
// through the sandbox, and an error as AWS words it. It decides and answers nothing.
package api

import (
	"io"
	"net/http"
	"time"

	"crossgrant/awsops/policy"
)

// Call is one request on its way through the sandbox.
type Call struct {
	W       http.ResponseWriter
	R       *http.Request
	ID      string // request id
	Now     time.Time
	Service string // "s3", "iam", "sts"

	// A service's routing sets these, before anything is decided.
	Operation string // the API's name: "PutObject", "HeadBucket"
	Action    string // as IAM names it: "s3:PutObject", "iam:CreateUser"
	Resource  string // bucket/key, or user name
	Mutates   bool   // the operation changes something when it succeeds

	// These are set once the signature has been checked. Who did not sign is
	// anonymous: there is no key, no region, no identity and no Account.
	KeyID, Region string         // that the request was signed with and for
	SignedAt      time.Time      // by the signer's clock
	Presigned     bool           // the signature is in the query, not in a header
	Caller        policy.Caller  // who signed
	Identity      []policy.Named // the caller's own policies that are in effect

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
