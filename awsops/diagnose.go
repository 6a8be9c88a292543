package awsops

import (
	"context"

	"crossgrant/awsops/policy"
)

// Problem is an error that a person can act on: what happened, to what, why,
// what to do, and AWS's own words.
type Problem struct {
	Summary   string   `json:"summary"`          // constant for its cause; no full stop
	Detail    string   `json:"detail,omitempty"` // what, why, full sentences
	Fixes     []string `json:"fixes,omitempty"`  // each one thing to do, the likeliest first
	Code      string   `json:"code,omitempty"`   // AWS's
	Message   string   `json:"message,omitempty"`
	RequestID string   `json:"request_id,omitempty"`
	Operation string   `json:"operation,omitempty"` // "S3 PutBucketPolicy"

	err error
}

// Error is all of it on one line.
func (p *Problem) Error() string { panic("awsops: Problem.Error") }

// Unwrap returns the error that the problem explains.
func (p *Problem) Unwrap() error { return p.err }

// Stale is the error of an operation whose Before is no longer what stands.
type Stale struct {
	Resource string
	Live     *policy.Document
}

func (e *Stale) Error() string { panic("awsops: Stale.Error") }

// Diagnose turns any error of a call into a Problem. doing says what was tried,
// such as "create the user test-writer".
func Diagnose(err error, doing string) *Problem { panic("awsops: Diagnose") }

// Lost tells whether an operation that failed with err may have been done all
// the same: the answer was lost on its way.
func Lost(err error) bool { panic("awsops: Lost") }

// Refusal is a request that S3 answered with little more than Access Denied.
type Refusal struct {
	Action string // "s3:PutObject"
	Bucket string
	Key    string
	User   User // who was refused
	Err    error
}

// DiagnoseRefusal finds the cause by elimination, from the cheap to the
// expensive, reading both sides: identity is the user's account, owner the
// bucket's. See pitfalls of Access Denied across accounts: the message has no
// reason in it.
func DiagnoseRefusal(ctx context.Context, r Refusal, identity, owner *Session) *Problem {
	panic("awsops: DiagnoseRefusal")
}
