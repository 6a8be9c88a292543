package policy

import (
	"strconv"
	"strings"
)

// why sums up a decision: what it is, the rule, and what each side said as far as
// it mattered.
func (e *evaluation) why(d Decision) string {
	r, identity, resource := e.request, d.Identity, d.Resource
	var denials string
	for _, g := range []Gate{d.SCP, d.RCP, identity, d.Boundary, d.Session, resource} {
		if g.Verdict == Denied {
			denials += " " + g.Why
		}
	}
	switch {
	case denials != "":
		return "Refused: a Deny wins over everything that allows." + denials
	case !d.SCP.passes():
		return "Refused. The service control policies of the caller's organization must allow it too. " + d.SCP.Why
	case e.unrefusable():
		return "Allowed. " + resource.Why
	case e.ownerRoot() && !e.alone():
		return "Allowed. " + Capital(e.who()) + " may do everything in its own account that no policy forbids."
	case r.Caller.Account == "" && resource.Verdict == Allowed:
		return "Allowed. " + resource.Why
	case r.Caller.Account == "":
		return "Refused. An anonymous caller gets in by the bucket policy alone. " + resource.Why
	case !d.Boundary.passes():
		return "Refused. A permissions boundary must allow it too. " + d.Boundary.Why
	case !d.Session.passes():
		return "Refused. The policy that a session was limited to must allow it too. " + d.Session.Why
	case r.Caller.Account == r.Owner && e.ofKey() && !resource.passes():
		return "Refused. Only the key policy can let anybody use a key of KMS. " + resource.Why
	case r.Caller.Account == r.Owner && e.trust() && !resource.passes():
		return "Refused. Only the role's trust policy can let anybody assume it. " + resource.Why
	case r.Caller.Account == r.Owner:
		return sameAccountWhy(identity, resource)
	}
	rule := "The request goes from account " + Dashed(r.Caller.Account) + " into account " +
		Dashed(r.Owner) + ", so both sides must allow it. "
	switch {
	case identity.passes() && resource.passes():
		return "Allowed. " + rule + identity.Why + " " + resource.Why
	case identity.passes():
		return "Refused. " + rule + resource.Why
	case resource.passes():
		return "Refused. " + rule + identity.Why
	}
	return "Refused. " + rule + "Neither does. " + identity.Why + " " + resource.Why
}

func sameAccountWhy(identity, resource Gate) string {
	switch {
	case identity.Verdict == Allowed:
		return "Allowed. " + identity.Why
	case resource.Verdict == Allowed && !resource.Delegates:
		return "Allowed. " + resource.Why
	case resource.Verdict == Allowed:
		return "Refused. " + resource.Why + " " + identity.Why
	case !resource.Needed:
		return "Refused. " + identity.Why
	}
	return "Refused. In one account either side's Allow is enough, and neither allows it. " + identity.Why + " " + resource.Why
}

// allows says which statement allows, and to whom.
func (e *evaluation) allows(g Gate, to naming) string {
	said := Capital(e.statement(g.Policy, g.Statement, g.Sid)) + " allows " + e.what() + " to "
	switch {
	case to == everyone:
		return said + "everyone."
	case to == itsAccount:
		return said + "account " + Dashed(e.request.Caller.Account) +
			", which has to pass it on: the caller's own policies must allow it too."
	}
	return said + e.who() + "."
}

// forbids says which statement denies.
func (e *evaluation) forbids(g Gate, d *Document, f finding) string {
	said := Capital(e.statement(g.Policy, g.Statement, g.Sid)) + " forbids " + e.what() + " to " + e.who() + "."
	if f.unknown >= 0 {
		said += " Its condition operator " + strconv.Quote(d.Statements[f.deny].Condition[f.unknown].Operator) +
			" is not one that AWS has, so the condition is taken to hold."
	}
	return said
}

// unmet says which condition keeps an Allow from holding.
func (e *evaluation) unmet(name string, d *Document, f finding) string {
	s := &d.Statements[f.near]
	c := &s.Condition[f.unmet]
	said := " " + Capital(e.statement(name, f.near, s.Sid)) + " would, but "
	if _, _, _, known := parseOperator(c.Operator); !known {
		return said + "its condition operator " + strconv.Quote(c.Operator) + " is not one that AWS has."
	}
	said += "its condition " + c.Operator + " on " + c.Key
	have := e.values(c.Key)
	if f := (foresight{*e, &Prospect{Lasting: true}}); len(have) == 0 && f.open(strings.ToLower(c.Key)) {
		return said + " may not hold: what the request has there is not known."
	}
	said += " does not hold: "
	if len(have) == 0 {
		return said + "the request has no " + c.Key + "."
	}
	quoted := make([]string, len(have))
	for i, v := range have {
		quoted[i] = strconv.Quote(v)
	}
	return said + "the request has " + strings.Join(quoted, ", ") + "."
}

// resourcePolicy is what the resource's policy is called.
func (e *evaluation) resourcePolicy() string {
	switch {
	case e.trust():
		return "trust policy"
	case e.ofKey():
		return "key policy"
	}
	return "bucket policy"
}

// statement names one of the policy at hand.
func (e *evaluation) statement(policy string, index int, sid string) string {
	said := statement(policy, index, sid, e.resourcePolicy())
	if e.of != "" {
		said = strings.Replace(said, " of the caller's policy ", " of the "+e.of+" ", 1)
	}
	return said
}

// statement names a statement by its number, its Sid and the policy it is in;
// resources is what the resource's is called.
func statement(policy string, index int, sid, resources string) string {
	said := "statement " + strconv.Itoa(index+1)
	if sid != "" {
		said += " (" + sid + ")"
	}
	if policy == "" {
		return said + " of the " + resources
	}
	return said + " of the caller's policy " + policy
}

// who names the caller.
func (e *evaluation) who() string {
	c := &e.request.Caller
	switch {
	case c.Account == "":
		return "an anonymous caller"
	case c.root():
		return "the root user of account " + Dashed(c.Account)
	case c.role() != "":
		return "the role " + c.role() + " of account " + Dashed(c.Account)
	case c.user() != "":
		return "the user " + c.user() + " of account " + Dashed(c.Account)
	}
	return "the caller " + c.ARN
}

func (e *evaluation) what() string { return e.request.Action + " on " + e.request.Resource }

// bucketOf returns the bucket of an S3 ARN, or "".
func bucketOf(arn string) string {
	prefix, resource := splitARN(arn)
	if !strings.HasSuffix(prefix, ":s3:::") {
		return ""
	}
	bucket, _, _ := strings.Cut(resource, "/")
	return bucket
}
