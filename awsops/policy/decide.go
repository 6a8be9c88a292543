package policy

import (
	"strings"
	"time"
)

// Request is one request to S3, IAM, STS or KMS as the policies see it.
type Request struct {
	Caller   Caller
	Action   string // "s3:PutObject"
	Resource string // "arn:aws:s3:::bucket/key"; IAM's carry an account
	Owner    string // the 12-digit account that owns the resource

	// Context holds the condition keys of the request, in any case, beside those
	// that follow from Caller (aws:PrincipalArn, aws:PrincipalAccount,
	// aws:PrincipalType, aws:PrincipalIsAWSService, aws:ViaAWSService, aws:userid,
	// aws:username), from Owner (aws:ResourceAccount, s3:ResourceAccount) and from
	// Time (aws:CurrentTime, aws:EpochTime). A key that is not here is absent: Null
	// says true of it.
	Context map[string][]string
	Time    time.Time // zero: the time keys are absent
	Via     bool      // an AWS service makes it for the caller, as S3 does with a key of KMS
}

// Caller is who makes a request.
type Caller struct {
	Account  string // 12 digits; "" for an anonymous request
	ARN      string // arn:P:iam::ACCT:user/NAME, ...:root for the root user, or a role's session's
	UniqueID string // AIDA...; the account id for the root user; AROA...:NAME for a session
	RoleARN  string // of a session: its role's, which has the path that the session's lacks; "" where not known
}

// CallerOf is who a user, or a role in a session of this name, calls as. A session's ARN
// does not have the path of its role. Source: IAM identifiers.
func CallerOf(arn, id, session string) Caller {
	c := Caller{Account: AccountOf(arn), ARN: arn, UniqueID: id}
	prefix, name := splitARN(arn)
	if role, is := strings.CutPrefix(name, "role/"); is {
		c.RoleARN, c.UniqueID = arn, id+":"+session
		c.ARN = strings.Replace(prefix, ":iam:", ":sts:", 1) + "assumed-role/" + role[strings.LastIndexByte(role, '/')+1:] + "/" + session
	}
	return c
}

// Policies are the documents that have a say in a request. nil means none.
type Policies struct {
	Identity []Named   // the caller's own: inline and managed; of a session, its role's
	Boundary *Named    // the permissions boundary of the caller, or of its role
	Session  []Named   // what a session was limited to when the role was assumed
	SCP      []Named   // of the caller's organization, one for each level above the account
	RCP      []Named   // of the resource's organization, which can only deny
	Bucket   *Document // the resource's: a bucket's policy, a key's, or for sts:AssumeRole the role's trust policy
}

// Named is an identity policy with the name it is known by.
type Named struct {
	Name     string
	Document Document
}

// A Verdict is what one side, or all, say to a request.
type Verdict int

const (
	Silent  Verdict = iota // nothing allows it: refused, implicitly
	Allowed                // an Allow matches and no Deny
	Denied                 // a Deny matches: refused, whatever else says yes
)

// Gate is one side's part of a decision. A request is allowed when neither side
// says Denied and each that is Needed says Allowed.
type Gate struct {
	Verdict   Verdict
	Needed    bool   // false where the other side's yes is enough or nothing can say no
	Policy    string // name of the caller's policy, "" for the resource's
	Statement int    // index of the statement that decided, -1 for none
	Sid       string
	Delegates bool   // the resource's Allow was to the caller's account, not to the caller
	Why       string // a sentence: which statement decided, or what is missing
}

// Decision is what AWS would answer, and why.
type Decision struct {
	Allowed  bool
	Identity Gate // the caller's own policies
	Boundary Gate // its permissions boundary; the zero Gate where it has none
	Session  Gate // its session policies, likewise
	SCP      Gate // the service control policies, likewise
	RCP      Gate // the resource control policies
	Resource Gate // the bucket policy, the key policy, or the role's trust policy
	Why      string
}

// Decide evaluates a request as AWS does: an explicit Deny on either side wins;
// in one account either side's Allow is enough (a grant to the account itself
// still needs the caller's own); across accounts both must allow. A role is assumed by
// nobody whom its trust policy does not allow, and a key of KMS used by nobody whom its
// key policy does not allow, the root user of its account included. A permissions
// boundary and session policies grant nothing: each that there is must allow as well, but
// for what the bucket policy of one's own account grants to the user or the session
// itself. What it grants to the role they limit. Service control policies limit everybody
// of an account, its root user too, wherever they go; resource control policies limit
// whoever comes to its buckets, roles and keys. The owner's root user needs no policy, and
// may always read, write and delete the bucket policy, unless the organization says no.
// What AWS would have refused to store is read on the safe side: a condition with an
// operator that AWS does not have never lets an Allow hold, nor keeps a Deny from it.
// Sources: Policy evaluation logic; Cross-account policy evaluation logic; Permissions
// boundaries for IAM entities; Service control policies; Resource control policies;
// DeleteBucketPolicy; Key policies in AWS KMS.
func Decide(r Request, p Policies) Decision {
	var own [ownKeys]string
	var keys [24]entry
	e := evaluation{request: &r, keys: contextKeys(&r, &own, keys[:0])}
	e.home = homeOf(r.Caller.ARN)
	d := Decision{Identity: e.identityGate(p.Identity)}
	var to naming
	d.Resource, to = e.resourceGate(p.Bucket)
	var boundary []Named
	if p.Boundary != nil {
		boundary = []Named{*p.Boundary}
	}
	d.SCP, d.RCP = e.ceiling(p.SCP), e.perimeter(p.RCP)
	d.Boundary, d.Session = e.limit("permissions boundary", boundary), e.limit("session policy", p.Session)
	switch {
	case r.Caller.Account == "":
		d.Resource.Needed = true
	case e.ownerRoot() && !e.alone():
	case r.Caller.Account == r.Owner:
		granted := d.Resource.Verdict == Allowed
		d.Identity.Needed = !granted || d.Resource.Delegates
		d.Resource.Needed = e.alone() || d.Identity.Verdict != Allowed && bucketOf(r.Resource) != ""
		if granted && to >= itself {
			d.Boundary.Needed, d.Session.Needed = false, false
		}
	default:
		d.Identity.Needed, d.Resource.Needed = !r.Caller.root(), true
	}
	d.Allowed = d.SCP.passes() && d.RCP.passes() && d.Identity.passes() && d.Boundary.passes() && d.Session.passes() && d.Resource.passes()
	d.Why = e.why(d)
	return d
}

// trust tells that the request is to assume a role, so that the resource's policy is
// the role's trust policy, which has no Resource and which no other policy can replace.
// Source: Policy evaluation logic, resource-based policies.
func (e *evaluation) trust() bool {
	return strings.EqualFold(e.request.Action, "sts:AssumeRole") || strings.EqualFold(e.request.Action, "sts:TagSession")
}

// alone tells that nobody gets in whom the resource's policy does not allow, not even
// within one account: to assume a role, and to do anything with a key of KMS.
func (e *evaluation) alone() bool { return e.trust() || e.ofKey() }

// ofKey tells that the request is about a key of KMS.
func (e *evaluation) ofKey() bool {
	prefix, name := splitARN(e.request.Resource)
	return strings.HasPrefix(name, "key/") && strings.Contains(prefix, ":kms:")
}

func (g Gate) passes() bool {
	return g.Verdict == Allowed || g.Verdict == Silent && !g.Needed
}

// evaluation is one request in the course of a decision.
type evaluation struct {
	request   *Request
	keys      []entry
	home      string // the caller's ARN up to its account, with the colon
	of        string // what kind of policy is at hand, "" for one of the caller's own
	variables bool   // the document at hand is in the language that has variables
}

// ownerRoot tells whether the caller is the root user of the owner's account.
func (e *evaluation) ownerRoot() bool {
	c := &e.request.Caller
	return c.root() && c.Account != "" && c.Account == e.request.Owner
}

// unrefusable tells whether the owner's root user may do it whatever the bucket
// policy says, so that a bucket policy never locks everyone out.
// Source: DeleteBucketPolicy, PutBucketPolicy and GetBucketPolicy.
func (e *evaluation) unrefusable() bool {
	a := e.request.Action
	return e.ownerRoot() && (strings.EqualFold(a, "s3:GetBucketPolicy") ||
		strings.EqualFold(a, "s3:PutBucketPolicy") || strings.EqualFold(a, "s3:DeleteBucketPolicy"))
}

// A finding is what one document says to the request, as indices of statements
// and conditions, -1 for none.
type finding struct {
	deny    int
	unknown int // of the Deny: its condition that could not be decided
	allow   int
	to      naming // of the Allow
	near    int    // an Allow that only a condition keeps from holding
	unmet   int    // that condition
}

// read looks for the statement that decides: the first Deny, else the first Allow
// to the caller, else to its role, else to its account. The cheap questions come
// first.
func (e *evaluation) read(d *Document, bucket bool) finding {
	f := finding{deny: -1, unknown: -1, allow: -1, near: -1, unmet: -1}
	e.variables = d.Version == "2012-10-17"
	for i := range d.Statements {
		s := &d.Statements[i]
		deny := s.Effect == "Deny"
		if !deny && (s.Effect != "Allow" || f.allow >= 0 && f.to >= itself) || !e.action(s) {
			continue
		}
		to := itself
		if bucket {
			to = e.principal(s)
		}
		if to == nobody || !(bucket && e.trust()) && !e.resource(s) {
			continue
		}
		failed, unknown := e.conditions(s)
		switch {
		case deny && failed < 0:
			f.deny, f.unknown = i, unknown
			return f
		case deny:
		case failed < 0 && unknown < 0:
			if f.allow < 0 || to > f.to {
				f.allow, f.to = i, to
			}
		case f.near < 0:
			f.near, f.unmet = i, failed
			if failed < 0 {
				f.unmet = unknown
			}
		}
	}
	return f
}

// identityGate asks the caller's own policies. A root user has none and needs
// none; neither does an anonymous caller have any.
func (e *evaluation) identityGate(policies []Named) Gate {
	switch {
	case e.request.Caller.Account == "":
		return Gate{Statement: -1, Why: "An anonymous caller has no policies of its own."}
	case e.request.Caller.root():
		return Gate{Verdict: Allowed, Statement: -1, Why: Capital(e.who()) + " needs no policy of its own."}
	}
	gate, near := e.ask(policies)
	switch {
	case gate.Verdict != Silent:
	case len(policies) == 0:
		gate.Why = Capital(e.who()) + " has no policy of its own."
	default:
		gate.Why = Capital(e.who()) + " has no policy of its own that allows " + e.what() + "." + near
	}
	return gate
}

// limit asks what grants nothing: a permissions boundary, or session policies.
func (e *evaluation) limit(word string, policies []Named) Gate {
	if len(policies) == 0 {
		return Gate{}
	}
	gate, near := e.ask(policies)
	gate.Needed = true
	if gate.Verdict == Silent {
		gate.Why = "The " + word + " of " + e.who() + " does not allow " + e.what() + "." + near
	}
	return gate
}

// ceiling asks the service control policies, each of which must allow. An anonymous caller
// is of no organization.
func (e *evaluation) ceiling(levels []Named) (gate Gate) {
	if e.request.Caller.Account == "" {
		return Gate{}
	}
	e.of = "service control policy"
	for i := range levels {
		level := e.limit(e.of, levels[i:i+1])
		if level.Verdict == Denied {
			gate = level
			break
		}
		if i == 0 || gate.Verdict == Allowed {
			gate = level
		}
	}
	e.of = ""
	return gate
}

// perimeter asks the resource control policies. AWS allows everything beside them, so only
// their Denies count, and they are about some services alone. Source: Resource control
// policies, List of AWS services that support RCPs.
func (e *evaluation) perimeter(policies []Named) Gate {
	service, _, _ := strings.Cut(e.request.Action, ":")
	switch strings.ToLower(service) {
	case "s3", "sts", "kms":
	default:
		return Gate{}
	}
	e.of = "resource control policy"
	gate, _ := e.ask(policies)
	e.of = ""
	if gate.Verdict != Denied {
		return Gate{}
	}
	return gate
}

// ask asks policies that are of one kind, and says what keeps the Allow that is
// nearest from holding.
func (e *evaluation) ask(policies []Named) (gate Gate, why string) {
	gate = Gate{Statement: -1}
	var near *Named
	var nearBy finding
	for i := range policies {
		p := &policies[i]
		f := e.read(&p.Document, false)
		switch {
		case f.deny >= 0:
			gate = Gate{Verdict: Denied, Policy: p.Name, Statement: f.deny, Sid: p.Document.Statements[f.deny].Sid}
			gate.Why = e.forbids(gate, &p.Document, f)
			return gate, ""
		case f.allow >= 0 && gate.Verdict == Silent:
			gate = Gate{Verdict: Allowed, Policy: p.Name, Statement: f.allow, Sid: p.Document.Statements[f.allow].Sid}
		case f.near >= 0 && near == nil:
			near, nearBy = p, f
		}
	}
	switch {
	case gate.Verdict == Allowed:
		gate.Why = e.allows(gate, itself)
	case near != nil:
		why = e.unmet(near.Name, &near.Document, nearBy)
	}
	return gate, why
}

// resourceGate asks the bucket policy, the key policy, or the role's trust policy. to is whom its Allow
// names.
func (e *evaluation) resourceGate(d *Document) (gate Gate, to naming) {
	gate = Gate{Statement: -1}
	switch {
	case e.unrefusable():
		gate.Verdict = Allowed
		gate.Why = "The root user of the account that owns a bucket may always read, write and delete its policy, whatever that policy says."
		return gate, itself
	case d == nil && e.alone():
		gate.Why = "The " + e.resourcePolicy() + " of " + e.request.Resource + " is not known."
		return gate, nobody
	case d == nil && bucketOf(e.request.Resource) == "":
		gate.Why = e.request.Resource + " cannot have a policy that lets others in."
		return gate, nobody
	case d == nil:
		gate.Why = "The bucket " + bucketOf(e.request.Resource) + " has no policy."
		return gate, nobody
	}
	f := e.read(d, true)
	switch {
	case f.deny >= 0:
		gate = Gate{Verdict: Denied, Statement: f.deny, Sid: d.Statements[f.deny].Sid}
		gate.Why = e.forbids(gate, d, f)
	case f.allow >= 0:
		gate = Gate{Verdict: Allowed, Statement: f.allow, Sid: d.Statements[f.allow].Sid, Delegates: f.to == itsAccount}
		gate.Why = e.allows(gate, f.to)
	default:
		gate.Why = "The " + e.resourcePolicy() + " has no statement that allows " + e.what() + " to " + e.who() + "."
		if f.near >= 0 {
			gate.Why += e.unmet("", d, f)
		}
	}
	return gate, f.to
}
