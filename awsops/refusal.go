package awsops

// Why S3 refused, when it does not say: found by elimination, reading both sides.

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/smithy-go"
)

// Refusal is a request that S3 answered with little more than Access Denied.
type Refusal struct {
	Action   string // "s3:PutObject"
	Bucket   string
	Key      string              // of a listing: the prefix
	Owner    string              // the bucket's account, "" where only its sign-in tells
	User     User                // or role, in a session: who was refused
	Err      error               // nil: AccessDenied, and no more
	Wanted   string              // what a policy should allow, such as "s3:PutObject on arn:aws:s3:::b/*"; "": this request
	Replaces bool                // of a write: it has no If-None-Match
	Carries  map[string][]string // by condition keys in lower case: what it sends beside what such a request does
	KMSKey   string              // ARN of the key that the bucket is said to encrypt with, where its settings cannot be read
	Untried  bool                // nobody made the request: it is only foreseen
	Grant    *policy.Grant       // of which the request is a part, for what would mend it; nil: not known
}

// DiagnoseRefusal finds the cause by elimination, from the cheap to the
// expensive, reading both sides: identity is the user's account, owner the
// bucket's; either may be nil. Between accounts of different organisations
// the message has no reason in it, so that it cannot be read from there.
func DiagnoseRefusal(ctx context.Context, r Refusal, identity, owner *Session) *problem.Error {
	if r.Err == nil {
		r.Err = &smithy.GenericAPIError{Code: "AccessDenied", Message: "Access Denied"}
	}
	p := r.problem()
	if p == nil {
		return p
	}
	cause, _ := problem.CauseOf(r.Err)
	if !p.Reasonless() && !ofKey(cause) {
		return p
	}
	e := Gather(ctx, r, identity, owner)
	v, ok := e.conclude()
	if !ok || !p.Reasonless() && !v.tellsMore(p) {
		return p
	}
	p.Summary, p.Fixes = v.Summary, v.Fixes
	if r.Grant != nil {
		if m, ok := e.Mend(*r.Grant, []Refusal{r}, true); ok {
			p.Fixes = append(slices.Clip(p.Fixes), problem.Clean(m.Words()))
		}
	}
	p.Detail = strings.TrimSpace(v.Detail + " " + unreadWords(e.unread))
	return p
}

func (r Refusal) problem() *problem.Error {
	return problem.Diagnose(r.Err, fmt.Sprintf("%s on %s, as the %s %s", r.Action, r.resource(), r.User.Kind, r.User.Name))
}

func (r Refusal) wanted() string { return cmp.Or(r.Wanted, r.Action+" on "+r.resource()) }

func (r Refusal) resource() string {
	arn := "arn:" + cmp.Or(policy.PartitionOf(r.User.ARN), "aws") + ":s3:::" + r.Bucket
	if r.Key == "" || r.Action == "s3:ListBucket" {
		return arn
	}
	return arn + "/" + r.Key
}

func unreadWords(unread []string) string {
	if len(unread) == 0 {
		return ""
	}
	return "Not read, for lack of permission or of a profile: " + strings.Join(unread, ", ") + "."
}
