package awsops

// Why S3 refused, when it does not say: found by elimination, reading both sides.

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"
)

// Refusal is a request that S3 answered with little more than Access Denied.
type Refusal struct {
	Action string // "s3:PutObject"
	Bucket string
	Key    string
	User   User  // or role, in a session: who was refused
	Err    error // nil: AccessDenied, and no more
}

// DiagnoseRefusal finds the cause by elimination, from the cheap to the
// expensive, reading both sides: identity is the user's account, owner the
// bucket's; either may be nil. Between accounts of different organisations
// the message has no reason in it, so that it cannot be read from there.
func DiagnoseRefusal(ctx context.Context, r Refusal, identity, owner *Session) *problem.Error {
	if r.Err == nil {
		r.Err = &smithy.GenericAPIError{Code: "AccessDenied", Message: "Access Denied"}
	}
	p := problem.Diagnose(r.Err, fmt.Sprintf("%s on %s, as the %s %s", r.Action, r.resource(), r.User.Kind, r.User.Name))
	if p == nil || !p.Reasonless() {
		return p
	}
	e := r.gather(ctx, identity, owner)
	c, ok := e.conclude()
	if !ok {
		return p
	}
	p.Summary = c.summary
	p.Detail = strings.TrimSpace(c.detail + " " + e.unreadWords())
	p.Fixes = c.fixes
	return p
}

func (r Refusal) resource() string {
	return "arn:" + cmp.Or(policy.PartitionOf(r.User.ARN), "aws") + ":s3:::" + strings.TrimSuffix(r.Bucket+"/"+r.Key, "/")
}

// A cause is what the evidence shows, in the words of a problem.
type cause struct {
	summary, detail string
	fixes           []string
}

// evidence is what could be read of both sides.
type evidence struct {
	Refusal
	user      *User // or role, as it is now; nil: not read
	gone      bool
	own       []policy.Named
	boundary  *policy.Document
	bucket    *BucketFacts
	account   string   // the bucket owner's
	encrypted bool     // requests go by https
	unread    []string // what could not be read
	partly    bool     // of the user's own policies not all could be
}

func (r Refusal) gather(ctx context.Context, identity, owner *Session) *evidence {
	e := &evidence{Refusal: r, encrypted: true}
	for _, s := range []*Session{identity, owner} {
		e.encrypted = e.encrypted && (s == nil || s.Encrypted())
	}
	_ = sideBySide(2, func(i int) error {
		if i == 0 && identity != nil {
			e.readUser(ctx, identity)
		}
		if i == 1 && owner != nil {
			e.readBucket(ctx, owner)
		}
		return nil
	})
	if e.user == nil && !e.gone {
		e.unread = append(e.unread, fmt.Sprintf("the %s's own policies", e.User.Kind))
	}
	if e.bucket == nil {
		e.unread = append(e.unread, "the bucket's policy")
	}
	return e
}

func (e *evidence) readUser(ctx context.Context, s *Session) {
	user, err := s.Principal(ctx, e.User.Target())
	if err != nil {
		return
	}
	if user == nil {
		e.gone = true
		return
	}
	inline, err := s.InlinePolicies(ctx, user.Target())
	if err != nil {
		return
	}
	managed, err := s.attachedPolicies(ctx, user.Target())
	if err != nil {
		e.unread, e.partly = append(e.unread, fmt.Sprintf("the managed policies of the %s", user.Kind)), true
	}
	if user.Kind == KindUser {
		if groups, err := s.iam.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: &user.Name}); err == nil && len(groups.Groups) > 0 {
			e.unread, e.partly = append(e.unread, "the policies of the user's groups"), true
		}
	}
	if user.Boundary != "" {
		if e.boundary, err = s.managedPolicy(ctx, user.Boundary); err != nil {
			e.unread = append(e.unread, "the permissions boundary "+user.Boundary)
		}
	}
	e.user, e.own = user, append(inline, managed...)
}

// readBucket needs no more than the policy; BucketFacts notes what else it could
// not read.
func (e *evidence) readBucket(ctx context.Context, s *Session) {
	id, err := s.Identity(ctx)
	if err != nil {
		return
	}
	facts, err := s.BucketFacts(ctx, e.Bucket, id.Account)
	if err != nil {
		return
	}
	e.bucket, e.account = &facts, id.Account
}

func (s *Session) attachedPolicies(ctx context.Context, of Target) ([]policy.Named, error) {
	list, err := s.attachedTo(ctx, of)
	if err != nil {
		return nil, err
	}
	var all []policy.Named
	for _, p := range list {
		d, err := s.managedPolicy(ctx, aws.ToString(p.PolicyArn))
		if err != nil {
			return nil, err
		}
		all = append(all, policy.Named{Name: aws.ToString(p.PolicyName), Document: *d})
	}
	return all, nil
}

func (s *Session) managedPolicy(ctx context.Context, arn string) (*policy.Document, error) {
	p, err := s.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if err != nil {
		return nil, err
	}
	version, err := s.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: p.Policy.DefaultVersionId})
	if err != nil {
		return nil, err
	}
	d, err := fromIAM(aws.ToString(version.PolicyVersion.Document))
	return &d, err
}

// conclude stops at the first cause that the evidence shows.
func (e *evidence) conclude() (cause, bool) {
	if e.gone || e.user != nil && e.User.ID != "" && e.user.ID != e.User.ID {
		return cause{
			summary: e.says("The %s is no longer the one it was"),
			detail:  fmt.Sprintf("The %[1]s %[2]s was deleted, or created again under the same name, which to AWS is another %[1]s.", e.User.Kind, problem.Clean(e.User.Name)),
			fixes:   []string{e.says("Run the set-up again, so that the policies name the %s as it is now.")},
		}, true
	}
	for _, look := range []func() (cause, bool){
		func() (cause, bool) { return e.forbidden(true) }, e.gates, e.ceiling, e.deletedPrincipal,
		func() (cause, bool) { return e.forbidden(false) }, e.shutOut, e.encryption, e.payment, e.unsure, e.leftOver,
	} {
		if c, ok := look(); ok {
			return c, true
		}
	}
	return cause{}, false
}

func (e *evidence) request() policy.Request {
	return policy.Request{
		Caller: policy.CallerOf(e.User.ARN, e.User.ID, RoleSession),
		Action: e.Action, Resource: e.resource(), Owner: e.account,
		Context: map[string][]string{
			"aws:SecureTransport": {fmt.Sprint(e.encrypted)},
			"s3:authType":         {"REST-HEADER"}, "s3:signatureversion": {"AWS4-HMAC-SHA256"},
		},
		Time: time.Now(),
	}
}

// says puts the kind of who was refused into a text.
func (e *evidence) says(text string) string { return fmt.Sprintf(text, e.User.Kind) }

// userAccount is the user's account as people read it.
func (e *evidence) userAccount() string {
	return problem.Clean(policy.Dashed(policy.AccountOf(e.User.ARN)))
}

// gates: which of the two, the user's own policies and the bucket's, allows nothing, of
// those that could be read. The Denys are looked at by themselves.
func (e *evidence) gates() (cause, bool) {
	policies := policy.Policies{}
	for _, own := range e.own {
		policies.Identity = append(policies.Identity, policy.Named{Name: own.Name, Document: *withoutDenys(&own.Document)})
	}
	if e.bucket != nil {
		policies.Bucket = withoutDenys(e.bucket.Policy)
	}
	d, own, bucket := policy.Decide(e.request(), policies), e.opening(e.own, nil), e.opening(nil, policies.Bucket)
	if policy.AccountOf(e.User.ARN) == e.account && (own.Unsure || bucket.Unsure) {
		return cause{}, false // one of the two is enough
	}
	ownShut := e.user != nil && shut(d.Identity, own)
	bucketShut := e.bucket != nil && shut(d.Resource, bucket)
	account := e.userAccount()
	openOwn := fmt.Sprintf("An administrator of the account %s must allow %s on %s to the %[4]s %[5]s, by a policy of the %[4]s's own.", account, e.Action, e.resource(), e.User.Kind, problem.Clean(e.User.Name))
	openBucket := fmt.Sprintf("The owner of the bucket %s must let the account %s in with %s, in the bucket's policy.", e.Bucket, account, e.Action)
	whyOwn, whyBucket := d.Identity.Why, d.Resource.Why
	if own.Cause != "" {
		whyOwn = problem.Clean(own.Text)
	}
	if bucket.Cause != "" {
		whyBucket = problem.Clean(bucket.Text)
	}
	switch {
	case ownShut && bucketShut:
		return cause{
			summary: e.says("Neither side lets the %s in"),
			detail:  e.says("Both the %s's own policies and the bucket's policy must say yes. ") + whyOwn + " " + whyBucket,
			fixes:   []string{openOwn, openBucket},
		}, true
	case ownShut && e.partly:
		return cause{
			summary: e.says("No policy of the %s's own that could be read allows it"),
			detail:  "The bucket's side is not what is missing. " + whyOwn, fixes: []string{openOwn},
		}, true
	case ownShut:
		return cause{
			summary: e.says("The %s's own policies do not allow it"),
			detail:  "The bucket's side is not what is missing. " + whyOwn, fixes: []string{openOwn},
		}, true
	case bucketShut:
		return cause{
			summary: e.says("The bucket's policy does not let the %s in"),
			detail:  e.says("The %s's own side is not what is missing. ") + whyBucket, fixes: []string{openBucket},
		}, true
	}
	return cause{}, false
}

func shut(g policy.Gate, o policy.Opening) bool {
	return g.Needed && g.Verdict != policy.Allowed && !o.Open && !o.Unsure
}

func (e *evidence) opening(own []policy.Named, bucket *policy.Document) policy.Opening {
	return e.prospect().Opening(own, bucket)
}

func (e *evidence) prospect() policy.Prospect {
	p := policy.Prospect{Request: e.request(), Lasting: e.User.Kind == KindUser}
	if e.encrypted {
		p.Either = map[string][]string{"s3:tlsversion": {"1.2", "1.3"}}
	}
	return p
}

// unsure: an Allow that may not hold, where all else lets the request through.
func (e *evidence) unsure() (cause, bool) {
	own, bucket := e.opening(e.own, nil), policy.Opening{}
	if e.bucket != nil {
		bucket = e.opening(nil, e.bucket.Policy)
	}
	switch {
	case bucket.Unsure:
		return cause{
			summary: "The bucket's policy may not let the user in", detail: problem.Clean(bucket.Text),
			fixes: []string{fmt.Sprintf("Ask the owner of the bucket %s whether that is so for %s.", e.Bucket, problem.Clean(e.User.ARN))},
		}, true
	case own.Unsure:
		return cause{
			summary: "The user's own policies may not allow it", detail: problem.Clean(own.Text),
			fixes: []string{fmt.Sprintf("Ask an administrator of the account %s whether that is so for the user %s.", e.userAccount(), problem.Clean(e.User.Name))},
		}, true
	}
	return cause{}, false
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

func (e *evidence) ceiling() (cause, bool) {
	if e.boundary == nil {
		return cause{}, false
	}
	gate := policy.Decide(e.request(), policy.Policies{Identity: []policy.Named{{Name: "the permissions boundary", Document: *e.boundary}}}).Identity
	if gate.Verdict == policy.Allowed {
		return cause{}, false
	}
	return cause{
		summary: e.says("A ceiling on the %s's permissions forbids it"),
		detail:  fmt.Sprintf("The %s %s has the permissions boundary %s, which does not allow %s.", e.User.Kind, problem.Clean(e.User.Name), problem.Clean(e.user.Boundary), e.Action),
		fixes:   []string{fmt.Sprintf("An administrator of the account %s must raise the boundary or take it off.", e.userAccount())},
	}, true
}

func (e *evidence) deletedPrincipal() (cause, bool) {
	if e.bucket == nil {
		return cause{}, false
	}
	for _, p := range principals(e.bucket.Policy) {
		if deletedID.MatchString(p) && policy.AccountOf(e.User.ARN) == e.account {
			return cause{
				summary: "The bucket's policy names a user that was deleted",
				detail:  fmt.Sprintf("The entry %s stands for a user that is gone; one created again under the same name is another user to AWS.", problem.Clean(p)),
				fixes:   []string{"The bucket's owner must save the policy again with the user's ARN."},
			}, true
		}
	}
	return cause{}, false
}

// forbidden: a Deny that certainly refuses the request, or, where only that is asked, one
// that may.
func (e *evidence) forbidden(certain bool) (cause, bool) {
	all := policy.Policies{Identity: e.own}
	if e.bucket != nil {
		all.Bucket = e.bucket.Policy
	}
	denials := e.prospect().Denials(all)
	if len(denials) == 0 || denials[0].Certain != certain {
		return cause{}, false
	}
	d := denials[0]
	c := cause{summary: "A rule on the bucket forbids it", fixes: []string{e.says("The bucket's owner must take that Deny out or except the %s: ") + problem.Clean(e.User.ARN)}}
	if d.Policy != "" {
		c.summary = e.says("A rule on the %s forbids it")
		c.fixes = []string{fmt.Sprintf("An administrator of the account %s must take that Deny out or except this.", e.userAccount())}
	}
	verb := "forbids"
	if !certain {
		verb = "may forbid"
		c.summary = strings.Replace(c.summary, "forbids", "may forbid", 1)
	}
	c.detail = fmt.Sprintf("%s %s %s on %s to %s", policy.Capital(d.Text), verb, e.Action, e.resource(), problem.Clean(e.User.ARN))
	if d.When != "" {
		c.detail += " when " + d.When
	}
	c.detail += "."
	if d.Passable {
		c.fixes = d.Advice // the rule can stay
	} else {
		c.detail = strings.Join(append([]string{c.detail}, d.Advice...), " ")
	}
	return c, true
}

func (e *evidence) shutOut() (cause, bool) {
	if e.bucket == nil || !e.bucket.BlockPublic.Restrict || !e.bucket.Public || policy.AccountOf(e.User.ARN) == e.account {
		return cause{}, false
	}
	return cause{
		summary: "Block Public Access shuts every other account out",
		detail:  "A statement of the bucket's policy is open to everyone. As long as it is, RestrictPublicBuckets keeps out all other accounts, also those that another statement lets in.",
		fixes:   []string{"The bucket's owner must make the open statement specific, or take it out. Block Public Access can stay on."},
	}, true
}

func (e *evidence) encryption() (cause, bool) {
	if e.bucket == nil || !strings.HasPrefix(e.bucket.Encryption, "aws:kms") {
		return cause{}, false
	}
	if e.bucket.KMSKey == "" || strings.HasSuffix(e.bucket.KMSKey, "alias/aws/s3") {
		return cause{
			summary: "The bucket encrypts with a key that cannot be shared",
			detail:  "The bucket's default encryption is the AWS managed key aws/s3, which no other account can ever use.",
			fixes:   []string{"The bucket's owner must set the default encryption to SSE-S3, or to a customer managed key that lets the account " + e.userAccount() + " in."},
		}, true
	}
	return cause{
		summary: e.says("The bucket's encryption key may be closed to the %s"),
		detail:  "Both accounts' S3 policies allow it. The bucket encrypts with the KMS key " + problem.Clean(e.bucket.KMSKey) + ", whose own policy was not read.",
		fixes: []string{
			"The key's owner must allow kms:GenerateDataKey and kms:Decrypt to the account " + e.userAccount() + ", in the key's policy.",
			e.says("An administrator of that account must allow the same to the %s on ") + problem.Clean(e.bucket.KMSKey) + ".",
		},
	}, true
}

func (e *evidence) payment() (cause, bool) {
	if e.bucket == nil || !e.bucket.RequesterPays {
		return cause{}, false
	}
	return cause{
		summary: "The bucket bills whoever makes the request",
		detail:  "Requester Pays is on, and S3 refuses requests that do not agree to pay.",
		fixes:   []string{"Send uploads with --request-payer requester, if the firm agrees to pay, or ask the bucket's owner to switch Requester Pays off."},
	}, true
}

// leftOver is what no one can read from inside the two accounts.
func (e *evidence) leftOver() (cause, bool) {
	if e.user == nil || e.bucket == nil {
		return cause{}, false
	}
	about := fmt.Sprintf("%s on %s by %s, request %s", e.Action, e.resource(), problem.Clean(e.User.ARN), cmp.Or(problem.RequestID(e.Err), "id unknown"))
	return cause{
		summary: "Both accounts' policies allow it, and AWS refuses all the same",
		detail:  "What is left cannot be seen from inside the accounts: a change that has not spread yet, or a rule of one of the organisations or of this network.",
		fixes: []string{
			"If something was changed in the last minutes, wait and try again.",
			e.says("Ask the cloud team of the %s's company") + " whether a service control policy refuses this: " + about + ".",
			"Ask the cloud team of the bucket's company whether a resource control policy refuses this: " + about + ".",
			"Try from another network: the policy of a VPC endpoint may refuse it.",
		},
	}, true
}

func (e *evidence) unreadWords() string {
	if len(e.unread) == 0 {
		return ""
	}
	return "Not read, for lack of permission or of a profile: " + strings.Join(e.unread, ", ") + "."
}
