package policy

import (
	"fmt"
	"slices"
	"strings"
)

// A Mend is the smallest change that lets refused requests through, and nothing that the
// grant does not give. Either statements of crossgrant's are added or put right, or it is a
// Correction.
type Mend struct {
	Grant       Grant // whose statements they are
	Bucket, Own bool  // they go into the bucket's policy, into one of the caller's own
	Correction  *Correction
	After       Policies
	Flips       []Flip
	Pairs       int // that were decided for Flips
}

// A Correction is a statement of somebody else's, and what its owner may make of it.
type Correction struct {
	Policy        string // the caller's that it is in, "" for the bucket's
	Statement     int    // index
	Before, After Statement
}

// Mend looks for the smallest change after which all these requests of the grantee's, of which
// at least one is refused, are allowed. It is none where every one that would do gives more
// than the grant. agreed tells that both sides know of the grant as it is: else the change
// is for the grantee alone, unless the grant's statements are there and are only put right.
func (g Grant) Mend(refused []Request, live Policies, agreed bool) (Mend, bool) {
	if !strings.Contains(g.Grantee, ":user/") && !strings.Contains(g.Grantee, ":role/") || g.Owner == "" || g.Owner == g.Firm || len(refused) == 0 {
		return Mend{}, false
	}
	bucket, own, denied, deleted := false, false, false, hasDeleted(live.Bucket)
	for _, r := range refused {
		d := Decide(r, live)
		denied = denied || d.Identity.Verdict == Denied || d.Resource.Verdict == Denied
		bucket, own = bucket || !d.Resource.passes(), own || !d.Identity.passes()
	}
	switch {
	case !bucket && !own:
		return Mend{}, false
	case denied, deleted && bucket: // S3 stores no policy that names somebody who is gone
		return g.correct(refused, live)
	}
	for _, small := range g.narrower(live, agreed) {
		m := Mend{Grant: small, Bucket: bucket, Own: own}
		var free bool
		if m.After, free = small.added(live, bucket, own); free && m.proved(g.alone(small.Only), refused, live) {
			return m, true
		}
	}
	return Mend{}, false
}

// narrower are the grants that a mend may be, the smallest first.
func (g Grant) narrower(live Policies, agreed bool) (all []Grant) {
	if agreed || g.letIn(live.Bucket) {
		all = append(all, g)
	}
	given := g.Actions()
	for _, access := range []Access{Deliver, Add, Read, ReadWrite, Article} {
		small := g.alone(true)
		small.Access, small.Part = access, true
		beyond := slices.ContainsFunc(small.Actions(), func(a string) bool { return !slices.Contains(given, a) })
		if !beyond && (access != Add || g.access() == Add) {
			all = append(all, small)
		}
	}
	return all
}

// letIn tells that statements with the grant's Sids are there, and let in whom the grant's do,
// be they spoilt or not: a Sid alone says nothing of whose a statement is.
func (g Grant) letIn(live *Document) bool {
	there, _ := g.In(live)
	of := func(p *Principal) Document { return New(Statement{Principal: p}) }
	want := of(g.ForBucket()[0].Principal)
	return len(there) > 0 && !slices.ContainsFunc(there, func(s Statement) bool { return s.Effect != "Allow" || !Equal(of(s.Principal), want) })
}

func (g Grant) alone(only bool) Grant {
	g.Only = g.Only || only
	return g
}

// added puts the grant's statements into the documents. free is false where the name of the
// inline policy is taken.
func (g Grant) added(live Policies, bucket, own bool) (after Policies, free bool) {
	if bucket {
		merged := Merge(live.Bucket, g.ForBucket()...)
		live.Bucket = &merged
	}
	if own {
		name, want := g.PolicyName(), g.ForGrantee()
		if slices.ContainsFunc(live.Identity, func(n Named) bool { return n.Name == name }) {
			return live, false
		}
		live.Identity = append(slices.Clone(live.Identity), Named{Name: name, Document: want})
	}
	return live, true
}

// proved decides that the requests are let through, and that nothing else changes which the
// grant does not give.
func (m *Mend) proved(given Grant, requests []Request, live Policies) bool {
	if slices.ContainsFunc(requests, func(r Request) bool { return !Decide(r, m.After).Allowed }) {
		return false
	}
	m.Flips, m.Pairs = given.Flips(requests[0], live, m.After)
	return !slices.ContainsFunc(m.Flips, func(f Flip) bool { return !f.Given })
}

// correct looks for the one statement of somebody else's that keeps the requests out: a Deny,
// or an Allow to somebody who was deleted.
func (g Grant) correct(refused []Request, live Policies) (Mend, bool) {
	try := func(name string, i int, before, after Statement, then Policies) (Mend, bool) {
		m := Mend{Grant: g, Correction: &Correction{name, i, before, after}, After: then}
		return m, m.proved(g.alone(true), refused, live)
	}
	for at, n := range live.Identity {
		for i, s := range n.Document.Statements {
			for _, after := range g.spare(s, true) {
				then := live
				then.Identity = slices.Clone(live.Identity)
				then.Identity[at].Document = n.Document.with(i, after)
				if m, ok := try(n.Name, i, s, after, then); ok {
					return m, true
				}
			}
		}
	}
	if live.Bucket == nil {
		return Mend{}, false
	}
	for i, s := range live.Bucket.Statements {
		for _, after := range append(g.spare(s, false), g.renamed(s)...) {
			then, changed := live, live.Bucket.with(i, after)
			then.Bucket = &changed
			if m, ok := try("", i, s, after, then); ok {
				return m, true
			}
		}
	}
	return Mend{}, false
}

// with is the document with one statement written otherwise.
func (d Document) with(i int, s Statement) Document {
	d.Statements = slices.Clone(d.Statements)
	d.Statements[i] = s
	return d
}

// spare is a Deny that does not hold for the grantee, or, where it is of the grantee's own
// and about everything, for the grant's bucket.
func (g Grant) spare(s Statement, own bool) (all []Statement) {
	if s.Effect != "Deny" {
		return nil
	}
	if own && slices.Equal(s.Resource.Values, []string{"*"}) {
		elsewhere := s
		elsewhere.Resource, elsewhere.NotResource = List{}, list(bucketARN(g.Partition, g.Bucket), bucketARN(g.Partition, g.Bucket)+"/"+g.Prefix+"*")
		all = append(all, elsewhere)
	}
	s.Condition = slices.Clone(s.Condition)
	for i, c := range s.Condition {
		if op, q, _, known := parseOperator(c.Operator); known && q == unquantified && op.negated && strings.EqualFold(c.Key, "aws:PrincipalArn") {
			s.Condition[i] = Condition{Operator: c.Operator, Key: c.Key, Values: list(append(slices.Clone(c.Values.Values), g.Grantee)...)}
			return append(all, s)
		}
	}
	s.Condition = append(s.Condition, condition("ArnNotEquals", "aws:PrincipalArn", g.Grantee))
	return append(all, s)
}

// renamed is an Allow to the grantee in the place of somebody who was deleted.
func (g Grant) renamed(s Statement) []Statement {
	if s.Effect != "Allow" || s.Principal == nil || !slices.ContainsFunc(s.Principal.AWS.Values, isUniqueID) {
		return nil
	}
	p := *s.Principal
	p.AWS.Values = slices.Clone(p.AWS.Values)
	for i, v := range p.AWS.Values {
		if isUniqueID(v) {
			p.AWS.Values[i] = g.Grantee
		}
	}
	p.AWS.Values = slices.Compact(p.AWS.Values)
	s.Principal = &p
	return []Statement{s}
}

func hasDeleted(d *Document) bool {
	return d != nil && slices.ContainsFunc(d.Statements, func(s Statement) bool {
		return s.Principal != nil && slices.ContainsFunc(s.Principal.AWS.Values, isUniqueID)
	})
}

// Words say in one sentence what is written where, and what that is worth.
func (m Mend) Words() string {
	var parts []string
	if m.Bucket {
		parts = append(parts, "Add to the bucket's policy: "+New(m.Grant.ForBucket()...).Compact())
	}
	if m.Own {
		parts = append(parts, "Give the caller the policy "+m.Grant.PolicyName()+": "+m.Grant.ForGrantee().Compact())
	}
	if c := m.Correction; c != nil {
		parts = append(parts, "Write "+statement(c.Policy, c.Statement, c.Before.Sid, "bucket policy")+" like this: "+c.After.Compact())
	}
	return strings.Join(append(parts, m.Proof()), " ")
}

// Proof says in words how many answers the change turns, of all that were decided.
func (m Mend) Proof() string {
	var its []string
	others := 0
	for _, f := range m.Flips {
		if f.Caller {
			its = append(its, f.Action)
		} else {
			others++
		}
	}
	verb := "change"
	if len(m.Flips) == 1 {
		verb = "changes"
	}
	text := fmt.Sprintf("Of %d pairs of a principal and an action exactly %d %s: %s may then do %s", m.Pairs, len(m.Flips), verb, principalWords(m.Grant.Grantee), Join(its, "and"))
	if others > 0 {
		text += fmt.Sprintf(", and others of the firm's account what the grant gives them (%d pairs)", others)
	}
	return text + ". Nobody else can do more, and nothing elsewhere."
}

// Opened are the policies with a side that is not known taken to let the firm in.
func (p Policies) Opened(g Grant, own, bucket bool) Policies {
	if own {
		p.Identity = append(slices.Clip(p.Identity), everyAction...)
	}
	if bucket {
		whole := Merge(p.Bucket, Statement{
			Effect: "Allow", Principal: &Principal{AWS: one(AccountARN(g.Partition, g.Firm))}, Action: one("s3:*"),
			Resource: list(bucketARN(g.Partition, g.Bucket), bucketARN(g.Partition, g.Bucket)+"/*"),
		})
		p.Bucket = &whole
	}
	return p
}
