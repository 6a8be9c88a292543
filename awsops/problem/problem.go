// Package problem makes of any error one that a person can act on: what happened,
// to what, why, what to do, and AWS's own words. It knows what AWS, its SDK and the
// network say when something goes wrong, and whether what failed may have been done
// all the same.
//
// It looks at errors and at nothing else: it never asks AWS, never sends anything
// again, and prints nothing. What only a look into the accounts can tell is found in
// awsops (DiagnoseRefusal).
package problem

import (
	"strings"

	"crossgrant/awsops/policy"
)

// Error is an error that a person can act on: what happened, to what, why, what to
// do, and AWS's own words.
type Error struct {
	Summary   string   `json:"summary"`           // constant for its cause; no full stop
	Detail    string   `json:"detail,omitempty"`  // what, why, full sentences
	Fixes     []string `json:"fixes,omitempty"`   // each one thing to do, the likeliest first
	Code      string   `json:"code,omitempty"`    // AWS's
	Message   string   `json:"message,omitempty"` // AWS's where there is a Code, else the innermost error's
	RequestID string   `json:"request_id,omitempty"`
	Operation string   `json:"operation,omitempty"` // "S3 PutBucketPolicy"

	Err error `json:"-"` // what it explains; nil where crossgrant itself found it
}

// Error is all of it on one line.
func (p *Error) Error() string {
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
	return Clean(b.String())
}

// Speaker is whose words Code, Message and RequestID are: AWS gives a code or an id with
// all that it says, and what else there is was said on this side of it.
func (p *Error) Speaker() string {
	if p.Code != "" || p.RequestID != "" {
		return "AWS said"
	}
	return "in detail"
}

// Unwrap returns the error that it explains.
func (p *Error) Unwrap() error { return p.Err }

// Brief is the summary, with the permission that is missing where AWS names it.
func (p *Error) Brief() string { return WithPermission(p.Summary, p) }

// WithPermission adds to words the action that AWS says the caller may not use, such as
// (iam:GetUser), where it names one.
func WithPermission(words string, err error) string {
	if err == nil {
		return words
	}
	if action := firstMatch(deniedAction, err.Error()); action != "" {
		words += " (" + action + ")"
	}
	return words
}

// Stale is the error of an operation whose Before is no longer what stands.
type Stale struct {
	Resource string
	Live     *policy.Document
}

func (e *Stale) Error() string {
	return e.Resource + " is no longer what it was when the change was shown; look at the change again"
}
