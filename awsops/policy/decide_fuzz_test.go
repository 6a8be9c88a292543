package policy

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func FuzzDecide(f *testing.F) {
	f.Add(`{"Version": "2012-10-17", "Statement": [`+allow(firmRoot, "s3:*", acmeData+"/*", `{"StringLike": {"s3:prefix": "${aws:username}*"}}`)+`]}`,
		`{"Version": "2012-10-17", "Statement": `+allow("", "s3:Put?bject", "*")+`}`, "s3:PutObject", report, firm, writer, "s3:prefix", "test-writer/")
	f.Add(`{"Statement": `+deny("*", "*", "*", `{"ForAllValues:NotIpAddressIfExists": {"aws:SourceIp": ["203.0.113.0/24", "x"]}}`)+`}`,
		`{"Statement": []}`, "s3:GetObject", acmeData, customer, customerRoot, "aws:SourceIp", "2001:db8::1")
	f.Add(`{"Statement": {"Effect": "Deny", "NotPrincipal": {"AWS": "444455556666"}, "NotAction": "*", "NotResource": "${", "Condition": {"DateLessThan": {"aws:CurrentTime": "2026-1"}, "Null": {"k": true}}}}`,
		`{"Version": "2012-10-17", "Statement": `+allow("", "*", "${a, '}*")+`}`, "", "", "", "", "", "")
	f.Fuzz(func(t *testing.T, bucket, identity, action, resource, account, arn, key, value string) {
		b, err := Parse([]byte(bucket))
		if err != nil {
			return
		}
		own, err := Parse([]byte(identity))
		if err != nil {
			return
		}
		r := Request{
			Caller: Caller{Account: account, ARN: arn, UniqueID: value},
			Action: action, Resource: resource, Owner: customer,
			Context: map[string][]string{key: {value}, "s3:prefix": {value, key}, "S3:PREFIX": {}},
			Time:    time.Unix(int64(len(value))*1e8, 0),
		}
		p := Policies{Identity: []Named{{"p", own}}, Bucket: &b}
		d := Decide(r, p)
		for range 3 {
			if diff := cmp.Diff(d, Decide(r, p)); diff != "" {
				t.Fatalf("decided twice: %s", diff)
			}
		}
		allowed := true
		for _, g := range []Gate{d.Identity, d.Boundary, d.Session, d.Resource} {
			allowed = allowed && g.Verdict != Denied && (g.Verdict == Allowed || !g.Needed)
		}
		if d.Allowed != allowed {
			t.Fatalf("allowed = %v against the gates: %+v", d.Allowed, d)
		}
		// A Deny of everything for everyone leaves the owner's root user alone with
		// the bucket's policy.
		b.Statements = append(b.Statements, parsed(t, deny("*", "*", "*")).Statements...)
		if d = Decide(r, p); d.Allowed && !(account == customer && r.Caller.root()) {
			t.Fatalf("a Deny of everything let it through: %+v", d)
		}
	})
}

// anyStatement draws from few values, so that statements and requests often meet.
func anyStatement(t *rapid.T, effect string, principal bool) Statement {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	s := Statement{Effect: effect}
	action := List{Values: []string{pick("action", "*", "s3:*", "s3:PutObject", "s3:GetObject", "S3:put*", "iam:*")}}
	if rapid.IntRange(0, 5).Draw(t, "not action") == 0 {
		s.NotAction = action
	} else {
		s.Action = action
	}
	resource := List{Values: []string{pick("resource", "*", report, acmeData, acmeData+"/*", acmeData+"/${aws:username}/*", "arn:aws:s3:::other/*")}}
	if rapid.IntRange(0, 5).Draw(t, "not resource") == 0 {
		s.NotResource = resource
	} else {
		s.Resource = resource
	}
	if principal {
		p := &Principal{AWS: List{Values: []string{
			pick("principal", "*", firm, firmRoot, writer, tester, customer, customerRoot, asWriter.UniqueID, "777788889999", customerRole, asReader.ARN, firmRole),
			pick("another principal", firm, customer, writer),
		}}}
		if rapid.IntRange(0, 5).Draw(t, "not principal") == 0 {
			s.NotPrincipal = p
		} else {
			s.Principal = p
		}
	}
	if rapid.Bool().Draw(t, "with condition") {
		s.Condition = []Condition{{
			Operator: pick("operator", "StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "ForAllValues:StringEquals", "ForAnyValue:StringLike", "Null", "NoSuch"),
			Key:      pick("key", "aws:PrincipalAccount", "aws:username", "s3:prefix", "aws:TagKeys"),
			Values:   List{Values: []string{pick("value", firm, customer, "true", "in/*", "${aws:username}", "a")}},
		}}
	}
	return s
}

func anyRequest(t *rapid.T) Request {
	return Request{
		Caller:   rapid.SampledFrom([]Caller{asTester, asWriter, asStranger, asCustomerRoot, asFirmRoot, asAnonymous, asReader, asNight}).Draw(t, "caller"),
		Action:   rapid.SampledFrom([]string{"s3:PutObject", "s3:GetObject", "s3:GetBucketPolicy", "iam:CreateUser", "sts:AssumeRole"}).Draw(t, "action"),
		Resource: rapid.SampledFrom([]string{report, acmeData, acmeData + "/test-writer/x"}).Draw(t, "resource"),
		Owner:    customer,
		Context:  map[string][]string{"s3:prefix": {"in/x"}, "aws:TagKeys": {"a", "b"}},
	}
}

func anyPolicies(t *rapid.T) Policies {
	document := func(name string, principal bool) Document {
		d := Document{Version: rapid.SampledFrom([]string{"2012-10-17", "2008-10-17", ""}).Draw(t, "version")}
		for i := range rapid.IntRange(0, 4).Draw(t, name) {
			effect := rapid.SampledFrom([]string{"Allow", "Allow", "Allow", "Deny"}).Draw(t, fmt.Sprint("effect ", i))
			d.Statements = append(d.Statements, anyStatement(t, effect, principal))
		}
		return d
	}
	var p Policies
	for i := range rapid.IntRange(0, 2).Draw(t, "identity policies") {
		p.Identity = append(p.Identity, Named{fmt.Sprint("p", i), document("own statements", false)})
	}
	if rapid.IntRange(0, 5).Draw(t, "bucket policy") > 0 {
		d := document("bucket statements", true)
		p.Bucket = &d
	}
	return limitedAtRandom(t, p, func(name string) Document { return document(name, false) })
}

// limitedAtRandom puts a boundary and session policies on the caller, or one, or neither.
func limitedAtRandom(t *rapid.T, p Policies, document func(string) Document) Policies {
	if p.Boundary == nil && rapid.IntRange(0, 2).Draw(t, "boundary") == 0 {
		p.Boundary = &Named{"boundary", document("boundary statements")}
	}
	for i := range rapid.IntRange(-2, 2).Draw(t, "session policies") {
		p.Session = append(p.Session, Named{fmt.Sprint("s", i), document("session statements")})
	}
	return p
}

// added returns the policies with one more statement on either side.
func added(t *rapid.T, p Policies, effect string) Policies {
	if p.Bucket != nil && rapid.Bool().Draw(t, "on the bucket") {
		d := *p.Bucket
		d.Statements = insert(t, d.Statements, anyStatement(t, effect, true))
		p.Bucket = &d
		return p
	}
	if len(p.Identity) == 0 {
		p.Identity = []Named{{"new", Document{Version: "2012-10-17", Statements: []Statement{anyStatement(t, effect, false)}}}}
		return p
	}
	p.Identity = slices.Clone(p.Identity)
	d := &p.Identity[0].Document
	d.Statements = insert(t, d.Statements, anyStatement(t, effect, false))
	return p
}

func insert(t *rapid.T, all []Statement, s Statement) []Statement {
	at := rapid.IntRange(0, len(all)).Draw(t, "place")
	return slices.Insert(slices.Clone(all), at, s)
}

func TestDenyNeverOpens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := anyRequest(t), anyPolicies(t)
		before, after := Decide(r, p), Decide(r, added(t, p, "Deny"))
		if after.Allowed && !before.Allowed {
			t.Fatalf("a Deny opened\nbefore: %s\nafter: %s", before.Why, after.Why)
		}
	})
}

func TestAllowNeverCloses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := anyRequest(t), anyPolicies(t)
		before, after := Decide(r, p), Decide(r, added(t, p, "Allow"))
		if before.Allowed && !after.Allowed {
			t.Fatalf("an Allow closed\nbefore: %s\nafter: %s", before.Why, after.Why)
		}
	})
}

// Where there was no session policy, any that comes only takes away, and so does a boundary.
func TestLimitsNeverOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := anyRequest(t), anyPolicies(t)
		p.Session = nil
		more := limitedAtRandom(t, p, func(name string) Document {
			return Document{Version: "2012-10-17", Statements: []Statement{anyStatement(t, "Allow", false)}}
		})
		before, after := Decide(r, p), Decide(r, more)
		if after.Allowed && !before.Allowed {
			t.Fatalf("a limit opened\nbefore: %s\nafter: %s", before.Why, after.Why)
		}
	})
}

func TestOrderIsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := anyRequest(t), anyPolicies(t)
		q := p
		q.Identity = rapid.Permutation(p.Identity).Draw(t, "identity")
		q.Session = rapid.Permutation(p.Session).Draw(t, "session")
		for i := range q.Identity {
			d := &q.Identity[i].Document
			d.Statements = rapid.Permutation(d.Statements).Draw(t, "own")
		}
		if p.Bucket != nil {
			d := *p.Bucket
			d.Statements = rapid.Permutation(d.Statements).Draw(t, "bucket")
			q.Bucket = &d
		}
		a, b := Decide(r, p), Decide(r, q)
		if a.Allowed != b.Allowed || a.Identity.Verdict != b.Identity.Verdict || a.Resource.Verdict != b.Resource.Verdict ||
			a.Resource.Delegates != b.Resource.Delegates {
			t.Fatalf("the order changed the decision\nbefore: %s\nafter: %s", a.Why, b.Why)
		}
	})
}

// What the gates say is what is decided.
func TestGatesAreTheDecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := anyRequest(t), anyPolicies(t)
		consistentGates(t, Decide(r, p))
	})
}

func consistentGates(t *rapid.T, d Decision) {
	allowed := true
	for _, g := range []Gate{d.Identity, d.Boundary, d.Session, d.Resource} {
		allowed = allowed && g.Verdict != Denied && (g.Verdict == Allowed || !g.Needed)
		if (g.Verdict == Denied) && g.Statement < 0 || g.Delegates && g.Verdict != Allowed {
			t.Fatalf("gate %+v", g)
		}
	}
	if d.Allowed != allowed {
		t.Fatalf("allowed = %v against the gates: %+v", d.Allowed, d)
	}
}
