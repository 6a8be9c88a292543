package awsops

import (
	"slices"
	"strings"

	"crossgrant/awsops/policy"
)

// mendable are the causes that a statement can mend. What a header, a tag or TLS mends, or an
// organisation or a network, is for whoever sends the request, or for those.
var mendable = []policy.Cause{
	policy.BucketPolicyMissing, policy.FirmPolicyMissing, policy.BothMissing, policy.WrongBucket, policy.ObjectsNotNamed, policy.BucketNotNamed,
	policy.WrongPrefix, policy.WrongAccount, policy.WrongPrincipal, policy.PrincipalDeleted, policy.ActionMissing, policy.ConditionNotMet,
	policy.BucketPolicyDeny, policy.FirmPolicyDeny,
}

// aboutWho are condition keys of who calls, and of whose the bucket is.
var aboutWho = []string{
	"aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:userid", "aws:username", "aws:resourceaccount", "s3:resourceaccount", "s3:prefix",
}

// BucketPolicy is the bucket's policy; nil: it has none, or that is not known.
func (e *Evidence) BucketPolicy() *policy.Document {
	if e.bucket == nil {
		return nil
	}
	return e.bucket.Policy
}

// Mend looks for the smallest change after which all these requests are let through, where
// the documents tell: of a side that was not read, or that may be open, nothing is changed.
func (e *Evidence) Mend(g policy.Grant, refused []Refusal, agreed bool) (policy.Mend, bool) {
	switch {
	case e.gone || e.user != nil && e.User.ID != "" && e.user.ID != e.User.ID:
		return policy.Mend{}, false
	case e.user != nil:
		g.Grantee = e.user.ARN // with its path
	}
	live := policy.Policies{Identity: e.own, Bucket: e.BucketPolicy()}
	if e.boundary != nil {
		live.Boundary = &policy.Named{Name: "the permissions boundary", Document: *e.boundary}
	}
	var requests []policy.Request
	ownOpen, bucketOpen := e.user == nil, e.bucket == nil
	for _, r := range refused {
		of := e.about(r)
		if !of.mendable(g) {
			return policy.Mend{}, false
		}
		ownOpen = ownOpen || of.opening(e.own, nil).Unsure
		bucketOpen = bucketOpen || of.opening(nil, live.Bucket).Unsure
		requests = append(requests, of.request())
	}
	m, ok := g.Mend(requests, live.Opened(g, ownOpen, bucketOpen), agreed)
	switch {
	case !ok, e.after(m).stillShut(refused):
		return policy.Mend{}, false
	case m.Bucket && e.bucket.BlockPublic.Policy && e.bucket.Public: // S3 would not store it
		return policy.Mend{}, false
	case m.Own && strings.Contains(g.Grantee, ":role/aws-"): // which AWS alone may change
		return policy.Mend{}, false
	}
	return m, true
}

// mendable tells that a statement can mend what refuses the request. Access that has ended
// goes on only where somebody says until when.
func (e *Evidence) mendable(g policy.Grant) bool {
	v, _ := e.conclude()
	if !e.Untried {
		v = e.Verdict(e.Refusal)
	}
	if v.Cause == policy.Expired && !g.Until.IsZero() {
		_, denied := e.forbidden(true)
		return !denied
	}
	return slices.Contains(mendable, v.Cause) && e.aboutWho()
}

// aboutWho tells that an Allow which only its conditions keep from holding is about who calls
// alone: what else it demands is there for a reason.
func (e *Evidence) aboutWho() bool {
	unlike := func(c policy.Condition) bool { return !slices.Contains(aboutWho, strings.ToLower(c.Key)) }
	demands := func(o policy.Opening, d *policy.Document) bool {
		return o.Cause == policy.ConditionNotMet && slices.ContainsFunc(d.Statements[o.Statement].Condition, unlike)
	}
	for i := range e.own {
		if demands(e.opening(e.own[i:i+1], nil), &e.own[i].Document) {
			return false
		}
	}
	bucket := e.BucketPolicy()
	return !demands(e.opening(nil, bucket), bucket)
}

// after is what would be read once a mend is applied.
func (e *Evidence) after(m policy.Mend) *Evidence {
	then := *e
	if m.Own || m.Correction != nil && m.Correction.Policy != "" {
		then.own = m.After.Identity
	}
	if m.Bucket || m.Correction != nil && m.Correction.Policy == "" {
		facts := *e.bucket
		facts.Policy, then.bucket = m.After.Bucket, &facts
	}
	return &then
}

// stillShut tells that something else certainly refuses one of the requests.
func (e *Evidence) stillShut(refused []Refusal) bool {
	for _, r := range refused {
		of := e.about(r)
		for _, look := range []func() (Verdict, bool){
			func() (Verdict, bool) { return of.forbidden(true) }, of.gates, of.ceiling, of.deletedPrincipal, of.shutOut, of.keyUnusable, of.payment, of.keyShut,
		} {
			if _, shut := look(); shut {
				return true
			}
		}
	}
	return false
}
