package awsops

import (
	"errors"
	"strings"

	"crossgrant/awsops/policy"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
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
func (p *Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Summary + ".")
	if p.Detail != "" {
		b.WriteString(" " + p.Detail)
	}
	for _, fix := range p.Fixes {
		b.WriteString(" " + fix)
		if !strings.HasSuffix(fix, ".") && !strings.HasSuffix(fix, "?") {
			b.WriteString(";")
		}
	}
	var aws []string
	for _, part := range []string{p.Operation, p.Code, p.Message} {
		if part != "" {
			aws = append(aws, part)
		}
	}
	if p.RequestID != "" {
		aws = append(aws, "request "+p.RequestID)
	}
	if len(aws) > 0 {
		b.WriteString(" [" + strings.Join(aws, ": ") + "]")
	}
	return clean(b.String())
}

// Unwrap returns the error that the problem explains.
func (p *Problem) Unwrap() error { return p.err }

// Stale is the error of an operation whose Before is no longer what stands.
type Stale struct {
	Resource string
	Live     *policy.Document
}

func (e *Stale) Error() string {
	return e.Resource + " is no longer what it was when the change was shown; look at the change again"
}

// requestIDOf is the request id of an error's answer.
func requestIDOf(err error) string {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return clean(response.ServiceRequestID())
	}
	return ""
}

// operationOf is the call that failed, such as "S3 PutBucketPolicy".
func operationOf(err error) string {
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return op.Service() + " " + op.Operation()
	}
	return ""
}

// messageOf is AWS's own text, or the innermost error's when there is no answer.
func messageOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorMessage() != "" {
		return clean(api.ErrorMessage())
	}
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return clean(op.Err.Error())
	}
	return clean(err.Error())
}
