package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"crossgrant/awsops/policy"
)

// call is one request on its way through the sandbox.
type call struct {
	w           http.ResponseWriter
	r           *http.Request
	id          string // request id
	now         time.Time
	caller      policy.Caller      // zero Account: anonymous
	identity    []policy.Named     // the caller's own policies that are in effect
	body        io.Reader          // payload without aws-chunked framing; its end verifies hashes, signatures and trailing checksums, and gives an *apiError if they are wrong
	trailer     func() http.Header // trailing headers (x-amz-checksum-*), valid after body's EOF
	bucket, key string             // set by the S3 routing
	log         *Call              // Operation, Action, Resource and Mutates are set by the routing

	signature *signature // nil: anonymous
	user      *user      // the caller, nil for root users and anonymous requests
}

// apiError is an error as AWS words it.
type apiError struct {
	Status  int
	Code    string
	Message string
	Fields  map[string]string // extra elements of S3's XML, such as BucketName
	NoBody  bool
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

var (
	accountID    = regexp.MustCompile(`^[0-9]{12}$`)
	principalARN = regexp.MustCompile(`^arn:aws:iam::([0-9]{12}):(root|user/.+)$`)
)

// These four read s.mu's state: who calls them holds it.

// principal says whether an AWS principal of a bucket policy exists for other
// services by now, and the unique id that S3 stores for it: a user's AIDA id; an
// account id or its :root ARN as it is. Every well-formed account id counts as an
// account that exists: only AWS knows which ones do. A user must exist here.
func (s *Sandbox) principal(value string, now time.Time) (uniqueID string, ok bool) {
	if accountID.MatchString(value) {
		return value, true
	}
	m := principalARN.FindStringSubmatch(value)
	if m == nil {
		return "", false
	}
	if m[2] == "root" {
		return value, true
	}
	if a := s.accounts[m[1]]; a != nil {
		for _, u := range a.users {
			if u.arn() == value && u.exists.seen(now) {
				return u.id, true
			}
		}
	}
	return "", false
}

// principalValue is what a stored unique id reads as: the user's ARN while that
// very user exists, else the id itself.
func (s *Sandbox) principalValue(stored string) string {
	for _, a := range s.accounts {
		for _, u := range a.users {
			if u.id == stored && u.exists.latest() {
				return u.arn()
			}
		}
	}
	return stored
}

// canonicalID is an account's canonical user id, 64 hex digits.
func canonicalID(account string) string {
	sum := sha256.Sum256([]byte("canonical user of " + account))
	return hex.EncodeToString(sum[:])
}

// accountOf gives the account that a canonical user id belongs to.
func (s *Sandbox) accountOf(canonical string) (account string, ok bool) {
	for id := range s.accounts {
		if strings.EqualFold(canonicalID(id), canonical) {
			return id, true
		}
	}
	return "", false
}
