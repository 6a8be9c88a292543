package awsops

// From what was read of both sides to one cause.

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// A Verdict is why a request is refused, or a grant is not what it should be.
type Verdict struct {
	Holds     bool
	Cause     policy.Cause
	Side      string // who must act: "customer", "firm", "both", "organisation", "network", "here", "none" or "unknown"
	Summary   string // constant for its cause; no full stop
	Detail    string
	Fixes     []string
	Statement string   // its Sid, or its number, or the ARN of the policy that AWS names; "" for none
	Unread    []string // what could not be read
}

// Verdict says why a request was refused, or, where nobody tried it, would be. What AWS
// says of rules that are in neither side's documents goes before what they tell.
func (e *Evidence) Verdict(r Refusal) Verdict {
	of := e.about(r)
	v, found := of.conclude()
	if p := of.Refusal.problem(); p != nil && !p.Reasonless() && (!found || !v.tellsMore(p)) {
		cause, side := problem.CauseOf(r.Err)
		v = Verdict{Cause: cause, Side: side, Summary: p.Summary, Detail: p.Detail, Fixes: p.Fixes, Statement: problem.DenyingPolicy(r.Err)}
		found = true
	}
	if !found {
		v = of.unknown()
	}
	v.Unread = e.unread
	return v
}

// tellsMore tells that AWS names a document that was read, where the document tells more
// than AWS does.
func (v Verdict) tellsMore(p *problem.Error) bool {
	cause, _ := problem.CauseOf(p.Err)
	if ofKey(cause) {
		return ofKey(v.Cause)
	}
	return slices.Contains([]policy.Cause{policy.FirmPolicyMissing, policy.FirmPolicyDeny, policy.BucketPolicyMissing, policy.BucketPolicyDeny, policy.OverBoundary}, cause)
}

// conclude stops at the first cause that the evidence shows: those that are certain come
// before those that may be.
func (e *Evidence) conclude() (Verdict, bool) {
	if e.gone && e.User.ID == "" {
		return Verdict{
			Cause: policy.PrincipalDeleted, Side: "firm",
			Summary: e.says("There is no such %s"),
			Detail:  fmt.Sprintf("The account %s has no %s %s: it was deleted, or its name is another.", e.userAccount(), e.User.Kind, problem.Clean(e.User.Name)),
			Fixes:   []string{e.says("Check the name of the %s."), e.says("If it was deleted, run the set-up again, so that the policies name the %s as it is now.")},
		}, true
	}
	if e.gone || e.user != nil && e.User.ID != "" && e.user.ID != e.User.ID {
		return Verdict{
			Cause: policy.PrincipalDeleted, Side: "firm",
			Summary: e.says("The %s is no longer the one it was"),
			Detail:  fmt.Sprintf("The %[1]s %[2]s was deleted, or created again under the same name, which to AWS is another %[1]s.", e.User.Kind, problem.Clean(e.User.Name)),
			Fixes:   []string{e.says("Run the set-up again, so that the policies name the %s as it is now.")},
		}, true
	}
	for _, look := range []func() (Verdict, bool){
		func() (Verdict, bool) { return e.forbidden(true) }, e.gates, e.ceiling, e.deletedPrincipal, e.shutOut, e.keyUnusable, e.keyShut, e.payment, e.unreadGate,
		func() (Verdict, bool) { return e.forbidden(false) }, e.keyMayBeShut, e.unsure, e.openToAll, e.leftOver,
	} {
		if v, ok := look(); ok {
			return v, true
		}
	}
	return Verdict{}, false
}

func (e *Evidence) request() policy.Request {
	arn := e.User.ARN
	if e.user != nil {
		arn = e.user.ARN // with its path
	}
	r := policy.Request{
		Caller: policy.CallerOf(arn, e.User.ID, RoleSession),
		Action: e.Action, Resource: e.resource(), Owner: e.account,
		Context: map[string][]string{
			"aws:SecureTransport": {fmt.Sprint(e.encrypted)},
			"s3:authType":         {"REST-HEADER"}, "s3:signatureversion": {"AWS4-HMAC-SHA256"},
		},
		Time: time.Now(),
	}
	switch e.Action { // as the probes send them
	case "s3:ListBucket":
		r.Context["s3:prefix"], r.Context["s3:max-keys"] = []string{e.Key}, []string{"1"}
	case "s3:PutObject":
		r.Context["s3:ObjectCreationOperation"] = []string{"true"}
		if !e.Replaces {
			r.Context["s3:if-none-match"] = []string{"*"}
		}
	}
	return r
}

// says puts the kind of who was refused into a text.
func (e *Evidence) says(text string) string { return fmt.Sprintf(text, e.User.Kind) }

// userAccount is the user's account as people read it.
func (e *Evidence) userAccount() string {
	return problem.Clean(policy.Dashed(policy.AccountOf(e.User.ARN)))
}

// within tells that one account is the caller's and the bucket's: there a single Allow is
// enough.
func (e *Evidence) within() bool { return policy.AccountOf(e.User.ARN) == e.account }

// gates: which of the two, the user's own policies and the bucket's, allows nothing, of
// those that could be read. The Denys are looked at by themselves.
func (e *Evidence) gates() (Verdict, bool) { return e.gatesAsRead(e.user != nil && !e.partly) }

// unreadGate: of the user's own policies none that could be read allows it. One that could
// not be may.
func (e *Evidence) unreadGate() (Verdict, bool) { return e.gatesAsRead(e.user != nil) }

func (e *Evidence) gatesAsRead(ownKnown bool) (Verdict, bool) {
	policies := policy.Policies{}
	for _, own := range e.own {
		policies.Identity = append(policies.Identity, policy.Named{Name: own.Name, Document: *withoutDenys(&own.Document)})
	}
	if e.bucket != nil {
		policies.Bucket = withoutDenys(e.bucket.Policy)
	}
	d, own, bucket := policy.Decide(e.request(), policies), e.opening(e.own, nil), e.opening(nil, policies.Bucket)
	if e.within() && (own.Unsure || bucket.Unsure || e.user == nil || e.bucket == nil) {
		return Verdict{}, false // one of the two is enough
	}
	ownShut := ownKnown && shut(d.Identity, own)
	bucketShut := e.bucket != nil && shut(d.Resource, bucket)
	account := e.userAccount()
	openOwn := fmt.Sprintf("An administrator of the account %s must allow %s to the %[3]s %[4]s, by a policy of the %[3]s's own.", account, e.wanted(), e.User.Kind, problem.Clean(e.User.Name))
	openBucket := fmt.Sprintf("The owner of the bucket %s must let the account %s in with %s, in the bucket's policy.", e.Bucket, account, e.wanted())
	whyOwn, whyBucket := d.Identity.Why, d.Resource.Why
	if own.Cause != "" {
		whyOwn = problem.Clean(own.Text)
	}
	if bucket.Cause != "" {
		whyBucket = problem.Clean(bucket.Text)
	}
	switch {
	case ownShut && bucketShut:
		return Verdict{
			Cause: policy.BothMissing, Side: "both",
			Summary: e.says("Neither side lets the %s in"),
			Detail:  e.says("Both the %s's own policies and the bucket's policy must say yes. ") + whyOwn + " " + whyBucket,
			Fixes:   []string{openOwn, openBucket},
		}, true
	case ownShut:
		v := nearly(own, policy.FirmPolicyMissing, "firm", openOwn)
		v.Summary = e.says("The %s's own policies do not allow it")
		if e.partly {
			v.Summary = e.says("No policy of the %s's own that could be read allows it")
		}
		v.Detail = whyOwn
		if e.bucket != nil {
			v.Detail = "The bucket's side is not what is missing. " + whyOwn
		}
		return e.sentSo(v, own.Otherwise), true
	case bucketShut:
		v := nearly(bucket, policy.BucketPolicyMissing, "customer", openBucket)
		v.Summary = e.says("The bucket's policy does not let the %s in")
		v.Detail = whyBucket
		if e.user != nil {
			v.Detail = e.says("The %s's own side is not what is missing. ") + whyBucket
		}
		return e.sentSo(v, bucket.Otherwise), true
	}
	return Verdict{}, false
}

// nearly is the verdict of a side that allows nothing: by the Allow that only one thing
// keeps from it, where there is one.
func nearly(o policy.Opening, otherwise policy.Cause, side, fix string) Verdict {
	v := Verdict{Cause: cmp.Or(o.Cause, otherwise), Side: side, Fixes: []string{fix}}
	if o.Cause == "" {
		return v
	}
	v.Statement = sidOrNumber(o.Sid, o.Statement)
	if o.Way != "" { // whoever sends the request can act, and the statement can stay
		v.Side, v.Fixes = sender(o.Cause, side), []string{o.Way, fix}
	}
	return v
}

// beside are the actions that S3 asks for beside s3:PutObject, by the condition keys of what
// the upload sends. Source: PutObject (Amazon S3 API Reference), Permissions.
var beside = []struct{ key, action string }{
	{"s3:x-amz-acl", "s3:PutObjectAcl"},
	{"s3:x-amz-grant-", "s3:PutObjectAcl"},
	{"s3:requestobjecttag", "s3:PutObjectTagging"},
	{"s3:object-lock-legal-hold", "s3:PutObjectLegalHold"},
	{"s3:object-lock-", "s3:PutObjectRetention"},
}

// sentSo adds what it takes to send an upload so that it meets conditions.
func (e *Evidence) sentSo(v Verdict, conditions []policy.Condition) Verdict {
	if e.Action != "s3:PutObject" {
		return v
	}
	for _, c := range conditions {
		key := strings.ToLower(c.Key)
		if at := slices.IndexFunc(beside, func(b struct{ key, action string }) bool { return strings.HasPrefix(key, b.key) }); at >= 0 {
			v = e.allowing(v, beside[at].action, c)
		}
		switch {
		case key == "s3:x-amz-server-side-encryption" && !e.within() && slices.Contains(c.Values.Values, "aws:kms"):
			v = e.namingTheKey(v)
		case key == "s3:x-amz-server-side-encryption-aws-kms-key-id":
			v.Fixes = slices.Insert(slices.Clone(v.Fixes), 1, "S3 takes that header only of a request that sends the header x-amz-server-side-encryption: aws:kms too.")
		}
	}
	return v
}

// allowing adds who must allow an action of an upload that meets a condition.
func (e *Evidence) allowing(v Verdict, action string, c policy.Condition) Verdict {
	r := Refusal{Action: action, Key: e.Key}
	if _, files, found := strings.Cut(e.Wanted, " on "); found {
		r.Wanted = action + " on " + files
	}
	if c.Operator != "Null" {
		r.Carries = map[string][]string{strings.ToLower(c.Key): c.Values.Values}
	}
	of := e.about(r)
	for _, look := range []func() (Verdict, bool){func() (Verdict, bool) { return of.forbidden(true) }, of.gates} {
		if also, shut := look(); shut {
			v = v.and(also, fmt.Sprintf("For such an upload S3 asks for %s too. %s", action, also.Detail))
		}
	}
	return v
}

// and is a verdict that takes another's fixes as well, said after its own first.
func (v Verdict) and(also Verdict, detail string) Verdict {
	v.Detail += " " + detail
	v.Fixes = slices.Insert(slices.Clone(v.Fixes), 1, also.Fixes...)
	if also.Side != v.Side {
		v.Side = "both"
	}
	return v
}

// sender is who must act where a request can be made otherwise, or otherwise.
func sender(c policy.Cause, otherwise string) string {
	if side := problem.SideOf(c); side == "firm" || side == "here" {
		return side
	}
	return otherwise
}

func sidOrNumber(sid string, index int) string {
	return cmp.Or(problem.Clean(sid), strconv.Itoa(index+1))
}

func shut(g policy.Gate, o policy.Opening) bool {
	return g.Needed && g.Verdict != policy.Allowed && !o.Open && !o.Unsure
}

func (e *Evidence) opening(own []policy.Named, bucket *policy.Document) policy.Opening {
	return e.prospect().Opening(own, bucket)
}

func (e *Evidence) prospect() policy.Prospect {
	p := policy.Prospect{Request: e.request(), Lasting: e.User.Kind == KindUser, Either: map[string][]string{}}
	maps.Copy(p.Either, e.Carries)
	if e.encrypted {
		p.Either["s3:tlsversion"] = []string{"1.2", "1.3"}
	}
	return p
}

// unsure: an Allow that may not hold, where all else lets the request through.
func (e *Evidence) unsure() (Verdict, bool) {
	own, bucket := e.opening(e.own, nil), policy.Opening{}
	if e.bucket != nil {
		bucket = e.opening(nil, e.bucket.Policy)
	}
	switch {
	case bucket.Unsure:
		return Verdict{
			Cause: policy.ConditionUnknown, Side: "customer", Statement: sidOrNumber(bucket.Sid, bucket.Statement),
			Summary: e.says("The bucket's policy may not let the %s in"), Detail: problem.Clean(bucket.Text),
			Fixes: []string{fmt.Sprintf("Ask the owner of the bucket %s whether that is so for %s.", e.Bucket, problem.Clean(e.User.ARN))},
		}, true
	case own.Unsure:
		return Verdict{
			Cause: policy.ConditionUnknown, Side: "firm", Statement: sidOrNumber(own.Sid, own.Statement),
			Summary: e.says("The %s's own policies may not allow it"), Detail: problem.Clean(own.Text),
			Fixes: []string{fmt.Sprintf("Ask an administrator of the account %s whether that is so for the %s %s.", e.userAccount(), e.User.Kind, problem.Clean(e.User.Name))},
		}, true
	}
	return Verdict{}, false
}

// withoutDenys keeps the numbers of the statements that are left.
func withoutDenys(d *policy.Document) *policy.Document {
	if d == nil {
		return nil
	}
	allows := *d
	allows.Statements = slices.Clone(d.Statements)
	for i, s := range d.Statements {
		if s.Effect == "Deny" {
			allows.Statements[i] = policy.Statement{Effect: "Deny"} // of nothing
		}
	}
	return &allows
}

// ceiling: the permissions boundary does not allow it, or forbids it. Where a condition of it
// is not known it is taken to let the request through.
func (e *Evidence) ceiling() (Verdict, bool) {
	if e.boundary == nil {
		return Verdict{}, false
	}
	it := []policy.Named{{Name: "the permissions boundary", Document: *e.boundary}}
	asked := []policy.Prospect{e.prospect()}
	if e.keyName() != "" {
		asked = append(asked, e.keyProspect())
	}
	at := slices.IndexFunc(asked, func(p policy.Prospect) bool {
		o, denials := p.Opening(it, nil), p.Denials(policy.Policies{Identity: it})
		return !o.Open && !o.Unsure || len(denials) > 0 && denials[0].Certain
	})
	if at < 0 {
		return Verdict{}, false
	}
	return Verdict{
		Cause: policy.OverBoundary, Side: "firm", Statement: problem.Clean(e.user.Boundary),
		Summary: e.says("A ceiling on the %s's permissions forbids it"),
		Detail:  fmt.Sprintf("The %s %s has the permissions boundary %s, which does not allow %s.", e.User.Kind, problem.Clean(e.User.Name), problem.Clean(e.user.Boundary), asked[at].Action),
		Fixes:   []string{fmt.Sprintf("An administrator of the account %s must raise the boundary or take it off.", e.userAccount())},
	}, true
}

func (e *Evidence) deletedPrincipal() (Verdict, bool) {
	if e.bucket == nil {
		return Verdict{}, false
	}
	for _, p := range principals(e.bucket.Policy) {
		if deletedID.MatchString(p) && e.within() {
			return Verdict{
				Cause: policy.PrincipalDeleted, Side: "customer",
				Summary: "The bucket's policy names a user that was deleted",
				Detail:  fmt.Sprintf("The entry %s stands for a user that is gone; one created again under the same name is another user to AWS.", problem.Clean(p)),
				Fixes:   []string{"The bucket's owner must save the policy again with the user's ARN."},
			}, true
		}
	}
	return Verdict{}, false
}

// forbidden: a Deny that certainly refuses the request, or, where only that is asked, one
// that may.
func (e *Evidence) forbidden(certain bool) (Verdict, bool) {
	all := policy.Policies{Identity: e.own}
	if e.bucket != nil {
		all.Bucket = e.bucket.Policy
	}
	denials := e.prospect().Denials(all)
	if len(denials) == 0 || denials[0].Certain != certain {
		return Verdict{}, false
	}
	d := denials[0]
	v := Verdict{
		Cause: policy.BucketPolicyDeny, Side: "customer", Statement: sidOrNumber(d.Sid, d.Statement),
		Summary: "A rule on the bucket forbids it", Fixes: []string{e.says("The bucket's owner must take that Deny out or except the %s: ") + problem.Clean(e.User.ARN)},
	}
	if d.Policy != "" {
		v.Cause, v.Side, v.Summary = policy.FirmPolicyDeny, "firm", e.says("A rule on the %s forbids it")
		v.Fixes = []string{fmt.Sprintf("An administrator of the account %s must take that Deny out or except this.", e.userAccount())}
	}
	verb := "forbids"
	if !certain {
		verb, v.Cause = "may forbid", policy.ConditionUnknown
		v.Summary = strings.Replace(v.Summary, "forbids", "may forbid", 1)
	}
	v.Detail = problem.Clean(fmt.Sprintf("%s %s %s on %s to %s", policy.Capital(d.Text), verb, e.Action, e.resource(), e.User.ARN))
	if d.When != "" {
		v.Detail += " when " + problem.Clean(d.When)
	}
	v.Detail += "."
	if certain && d.Cause != "" {
		v.Cause = d.Cause
	}
	if d.Passable {
		v.Fixes = d.Advice // the rule can stay
		if certain {
			v.Side = sender(v.Cause, v.Side)
			v = e.sentSo(v, d.Otherwise)
		}
	} else {
		v.Detail = strings.Join(append([]string{v.Detail}, d.Advice...), " ")
	}
	return v, true
}

func (e *Evidence) shutOut() (Verdict, bool) {
	if e.bucket == nil || !e.bucket.BlockPublic.Restrict || !e.bucket.Public || e.within() {
		return Verdict{}, false
	}
	return Verdict{
		Cause: policy.BlockPublicAccess, Side: "customer",
		Summary: "Block Public Access shuts every other account out",
		Detail:  "A statement of the bucket's policy is open to everyone. As long as it is, RestrictPublicBuckets keeps out all other accounts, also those that another statement lets in.",
		Fixes:   []string{"The bucket's owner must make the open statement specific, or take it out. Block Public Access can stay on."},
	}, true
}

// openToAll: the bucket's own setting lets others in, but that of its account, or of its
// organisation, may not; and neither was read.
func (e *Evidence) openToAll() (Verdict, bool) {
	if e.bucket == nil || !e.bucket.Public || e.within() {
		return Verdict{}, false
	}
	return Verdict{
		Cause: policy.BlockPublicAccess, Side: "customer",
		Summary: "Block Public Access may shut every other account out",
		Detail:  "A statement of the bucket's policy is open to everyone. The bucket's own Block Public Access lets that be; that of its account or organisation was not read.",
		Fixes:   []string{"The bucket's owner must make the open statement specific, or take it out. Block Public Access can stay on."},
	}, true
}

func (e *Evidence) payment() (Verdict, bool) {
	if e.bucket == nil || !e.bucket.RequesterPays || e.within() {
		return Verdict{}, false
	}
	return Verdict{
		Cause: policy.RequesterPays, Side: problem.SideOf(policy.RequesterPays),
		Summary: "Requester Pays is on for the bucket",
		Detail:  fmt.Sprintf("S3 bills whoever sends a request to %s, and refuses requests of other accounts that do not agree to pay.", e.Bucket),
		Fixes:   []string{"Send uploads with --request-payer requester, if the firm agrees to pay, or ask the bucket's owner to switch Requester Pays off."},
	}, true
}

// leftOver is what no one can read from inside the two accounts: all else is excluded.
func (e *Evidence) leftOver() (Verdict, bool) {
	if e.Untried || e.user == nil || e.bucket == nil || len(e.unread) > 0 {
		return Verdict{}, false
	}
	about := fmt.Sprintf("%s on %s by %s, request %s", e.Action, e.resource(), problem.Clean(e.User.ARN), cmp.Or(problem.RequestID(e.Err), "id unknown"))
	return Verdict{
		Cause: policy.OrganisationOrNetwork, Side: "organisation",
		Summary: "Both accounts' policies allow it, and AWS refuses all the same",
		Detail:  "What is left cannot be seen from inside the accounts: a change that has not spread yet, or a rule of one of the organisations or of this network.",
		Fixes: []string{
			"If something was changed in the last minutes, wait and try again.",
			e.says("Ask the cloud team of the %s's company") + " whether a service control policy refuses this: " + about + ".",
			"Ask the cloud team of the bucket's company whether a resource control policy refuses this: " + about + ".",
			"Try from another network: the policy of a VPC endpoint may refuse it.",
		},
	}, true
}

// unknown is the verdict where something that was not read may be the cause.
func (e *Evidence) unknown() Verdict {
	v := Verdict{Cause: policy.UnknownCause, Side: "unknown", Summary: "Why it is refused cannot be told from what could be read"}
	if e.Untried {
		v.Summary = "Whether it is allowed cannot be told from what could be read"
	}
	switch {
	case e.user != nil && e.bucket == nil:
		v.Detail = e.says("The %s's own policies allow it. ")
		v.Fixes = []string{"Check with a sign-in of the bucket's account too: --customer-profile."}
		if e.owner != nil {
			v.Fixes = []string{"Check with a --customer-profile that may read the bucket's policy. If a Deny in the policy keeps everybody out, the root user of the bucket's account can still read and delete it."}
		}
	case e.user == nil && e.bucket != nil:
		v.Detail = "The bucket's side allows it. "
		v.Fixes = []string{e.says("Check with a sign-in of the account of the %s too: --firm-profile.")}
	default:
		v.Fixes = []string{"Check with sign-ins that may read more: --customer-profile and --firm-profile."}
	}
	v.Detail += unreadWords(e.unread)
	return v
}
