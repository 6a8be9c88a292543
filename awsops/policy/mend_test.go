package policy

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var before2027 = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// asks are the requests that a check makes as the grantee, of what the grant gives.
func (g Grant) asks() (all []Request) {
	add := func(action, resource string, keys map[string][]string) {
		keys["aws:SecureTransport"] = []string{"true"}
		all = append(all, Request{Caller: CallerOf(g.Grantee, "AIDAGRANTEE", "night"), Action: action, Resource: resource, Owner: g.Owner, Context: keys, Time: before2027})
	}
	bucket := bucketARN(g.Partition, g.Bucket)
	if g.Reads() {
		add("s3:ListBucket", bucket, map[string][]string{"s3:prefix": {g.Prefix}, "s3:max-keys": {"1"}})
		add("s3:GetObject", bucket+"/"+g.Prefix+"a", map[string][]string{})
	}
	if g.Writes() {
		add("s3:PutObject", bucket+"/"+g.Prefix+"a", map[string][]string{"s3:ObjectCreationOperation": {"true"}, "s3:if-none-match": {"*"}})
	}
	return all
}

func (g Grant) refusedBy(live Policies) []Request {
	return slices.DeleteFunc(g.asks(), func(r Request) bool { return Decide(r, live).Allowed })
}

// spoilt are statements in which one thing is not as it should be, or none.
func spoilt(t *rapid.T, statements []Statement, bucket bool) []Statement {
	var all []Statement
	for _, s := range statements {
		s.Action.Values, s.Resource.Values = slices.Clone(s.Action.Values), slices.Clone(s.Resource.Values)
		if !rapid.Bool().Draw(t, "ours") {
			s.Sid = ""
		}
		switch rapid.SampledFrom([]string{"whole", "gone", "bucket", "resource", "action", "principal", "condition", "prefix"}).Draw(t, "spoilt") {
		case "gone":
			continue
		case "bucket":
			for i, r := range s.Resource.Values {
				s.Resource.Values[i] = strings.Replace(r, grantBucket, grantBucket+"s", 1)
			}
		case "resource":
			s.Resource.Values = s.Resource.Values[:1]
		case "action":
			s.Action.Values = s.Action.Values[1:]
		case "principal":
			if bucket {
				s.Principal = &Principal{AWS: one(rapid.SampledFrom([]string{"arn:aws:iam::444455556665:root", "arn:aws:iam::444455556666:user/other", grantStranger}).Draw(t, "principal"))}
			}
		case "condition":
			s.Condition = append(slices.Clip(s.Condition), condition("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::444455556666:user/other"))
		case "prefix":
			for i, r := range s.Resource.Values {
				s.Resource.Values[i] = strings.Replace(r, "/in/", "/In/", 1)
			}
		}
		if len(s.Action.Values) > 0 {
			all = append(all, s)
		}
	}
	return all
}

func others(t *rapid.T, bucket bool) (all []Statement) {
	arn := "arn:aws:s3:::" + grantBucket
	for _, s := range []Statement{
		{Effect: "Allow", Principal: &Principal{AWS: one(grantStranger)}, Action: one("s3:*"), Resource: list(arn, arn+"/*")},
		{Effect: "Allow", Principal: &Principal{AWS: one(grantFirm)}, Action: one("s3:Get*"), Resource: list(arn, arn+"/in/*")},
		{Effect: "Allow", Principal: &Principal{Everyone: true}, Action: one("s3:GetObject"), Resource: one(arn + "/public/*")},
		{Effect: "Allow", Principal: &Principal{AWS: one(grantFirm)}, Action: list("s3:DeleteObject", "s3:PutObject"), Resource: one(arn + "/out/*")},
		{Effect: "Deny", Principal: &Principal{Everyone: true}, Action: one("s3:DeleteObject"), Resource: one(arn + "/*")},
		{Effect: "Deny", Principal: &Principal{Everyone: true}, Action: one("s3:PutObject"), Resource: one(arn + "/*"), Condition: []Condition{condition("StringNotEquals", "aws:PrincipalAccount", grantOwner)}},
		{Effect: "Deny", Principal: &Principal{Everyone: true}, Action: one("s3:*"), Resource: list(arn, arn+"/*"), Condition: []Condition{condition("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::"+grantOwner+":*")}},
	} {
		if rapid.IntRange(0, 3).Draw(t, "another") == 0 {
			if !bucket {
				s.Principal = nil
			}
			all = append(all, s)
		}
	}
	return all
}

// A mend lets through what was refused. Nobody else, and by no other action, gets in where
// they did not before, but for what the grant's words say; nobody loses anything, and every
// statement of somebody else's stays. Where no Deny is in the way there is always one.
func TestAMendTurnsNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrant(t)
		g.Partition, g.Grantee = "aws", strings.Replace(g.Grantee, "aws-us-gov", "aws", 1)
		bucket := New(append(spoilt(t, g.ForBucket(), true), others(t, true)...)...)
		live := Policies{Bucket: &bucket, Identity: []Named{{Name: "by-hand", Document: New(append(spoilt(t, g.ForGrantee().Statements, false), others(t, false)...)...)}}}
		refused, agreed := g.refusedBy(live), rapid.Bool().Draw(t, "agreed")
		m, ok := g.Mend(refused, live, agreed)
		if !ok {
			denied := func(s Statement) bool { return s.Effect == "Deny" }
			if len(refused) > 0 && !slices.ContainsFunc(bucket.Statements, denied) && !slices.ContainsFunc(live.Identity[0].Document.Statements, denied) {
				t.Fatalf("nothing mends it: %+v\n%s\n%s", g, bucket.Indent(), live.Identity[0].Document.Indent())
			}
			return
		}
		for _, r := range refused {
			if d := Decide(r, m.After); !d.Allowed {
				t.Fatalf("mended it is refused: %s", d.Why)
			}
		}
		whose := g // what may be given, and to whom
		whose.Only = whose.Only || m.Grant.Only
		for _, who := range []string{g.Grantee, "arn:aws:iam::444455556666:user/other", "arn:aws:iam::444455556666:role/bob", "arn:aws:iam::" + grantStranger + ":user/team/bob", "arn:aws:iam::" + grantOwner + ":user/clerk"} {
			for _, action := range slices.Sorted(maps.Keys(levels)) {
				level := levels[action]
				for _, key := range []string{"in/2026-a", "in/a", "out/a", "public/a", ""} {
					r := try{who: who, action: canonical[action], key: key, bucket: rapid.SampledFrom([]string{grantBucket, grantBucket, grantBucket + "s"}).Draw(t, "bucket"), owner: grantOwner, at: before2027, conditional: rapid.Bool().Draw(t, "conditional"), prefixed: true}
					if level&OnBucket == 0 && key == "" || level&OnObject == 0 && key != "" && action != "s3:listbucket" {
						continue
					}
					q := Request{Caller: CallerOf(who, "AIDA", "day"), Action: r.action, Resource: bucketARN("aws", r.bucket), Owner: r.owner, Time: r.at, Context: map[string][]string{"s3:ObjectCreationOperation": {"true"}, "aws:SecureTransport": {"true"}}}
					switch {
					case action == "s3:listbucket":
						q.Context["s3:prefix"] = []string{key}
					case key != "":
						q.Resource += "/" + key
					}
					if r.conditional {
						q.Context["s3:if-none-match"] = []string{"*"}
					}
					was, is := live, m.After
					if who != g.Grantee {
						was.Identity, is.Identity = everyAction, everyAction
					}
					if r.bucket != grantBucket {
						was.Bucket, is.Bucket = &open, &open
					}
					old, now := Decide(q, was).Allowed, Decide(q, is).Allowed
					meant := whose.means(r) || whose.plain() && r.action == "s3:GetLifecycleConfiguration" && AccountOf(who) == grantFirm // as the article has it
					if old != now && (old || !meant) {
						t.Fatalf("%s %s on %s with %v: was allowed %t, is allowed %t: %s", who, r.action, q.Resource, q.Context, old, now, m.Proof())
					}
				}
			}
		}
		if m.Correction == nil {
			for _, s := range bucket.Statements {
				if !slices.Contains(m.Grant.Sids(), s.Sid) && !slices.ContainsFunc(m.After.Bucket.Statements, func(o Statement) bool { return o.Compact() == s.Compact() }) {
					t.Fatalf("somebody else's statement is gone: %s", s.Compact())
				}
			}
			if m.Own && len(m.After.Identity) != 2 || !m.Own && len(m.After.Identity) != 1 {
				t.Fatalf("the policies are %+v", m.After.Identity)
			}
		}
	})
}

// The words of the proof are about the flips, which are those of a count by hand.
func TestProof(t *testing.T) {
	g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantUser, Access: Deliver, Prefix: "in/"}
	m, ok := g.Mend(g.asks(), Policies{Identity: []Named{{Name: "own", Document: g.ForGrantee()}}}, false)
	if !ok || !m.Bucket || m.Own || !m.Grant.Only || !m.Grant.Part || len(m.Flips) != 3 {
		t.Fatalf("%v %+v", ok, m)
	}
	if said := m.Proof(); !strings.HasPrefix(said, "Of 1166 pairs of a principal and an action exactly 3 change: the user team/bob of the account 4444-5555-6666 may then do s3:AbortMultipartUpload, s3:ListMultipartUploadParts and s3:PutObject. Nobody") {
		t.Error(said)
	}
	// in place, for everybody whom the firm's administrator chooses
	bucket := New(g.ForBucket()...)
	bucket.Statements[0].Action = one("s3:AbortMultipartUpload")
	m, ok = g.Mend(g.asks(), Policies{Bucket: &bucket, Identity: everyAction}, false)
	if !ok || m.Grant.Only || m.Grant.Part || len(m.After.Bucket.Statements) != 1 || !strings.Contains(m.Proof(), "and others of the firm's account what the grant gives them (6 pairs)") {
		t.Errorf("%v %s %s", ok, m.After.Bucket.Indent(), m.Proof())
	}
}

// Of a Deny, and of a statement for somebody who was deleted, it is what its owner may write.
func TestCorrection(t *testing.T) {
	g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantUser, Access: ReadWrite}
	whole := New(g.ForBucket()...)
	own := Named{Name: "own", Document: g.ForGrantee()}
	wide := Named{Name: "own", Document: New(Statement{Effect: "Allow", Action: one("s3:*"), Resource: one("*")})}
	deny := func(elements string) string { // which go over those before them
		d := mustParse(t, over(`{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*"}`, elements))
		return d.Statements[0].Compact()
	}
	for _, c := range []struct {
		name, bucket, denied string // a statement of the bucket's, and of the user's
		own                  Named
		want                 string // in the statement after; "": there is none
	}{
		{"a Deny of all", deny(``), "", own, `"Condition":{"ArnNotEquals":{"aws:PrincipalArn":"` + grantUser + `"}}`},
		{"a Deny that spares some", deny(`"Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:*"}}`), "", own, `["arn:aws:iam::111122223333:*","` + grantUser + `"]`},
		{"a Deny that spares some by another operator", deny(`"Condition":{"ForAnyValue:StringLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:*"}}`), "", own, `"ArnNotEquals":{"aws:PrincipalArn":"` + grantUser + `"}`},
		{"a Deny by NotPrincipal", `{"Effect":"Deny","NotPrincipal":{"AWS":"444455556666"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*"}`, "", own, `"ArnNotEquals"`},
		{"a Deny of more than the grant gives, which others allow", deny(`"Action":["s3:PutObject","s3:DeleteObject"]`) + `,{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:*","Resource":"arn:aws:s3:::my.test.bucket/*"}`, "", wide, ""},
		{"two Denys", deny(``) + "," + deny(`"Action":"s3:*"`), "", own, ""},
		{"the user's own Deny of everything", "", `{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}`, wide, `"NotResource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"]`},
		{"the user's own Deny of the bucket", "", `{"Effect":"Deny","Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*"}`, own, `"ArnNotEquals"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			bucket, mine := whole, c.own
			if c.bucket != "" {
				d := mustParse(t, `{"Version":"2012-10-17","Statement":[`+c.bucket+`]}`)
				bucket = Merge(&whole, d.Statements...)
			}
			if c.denied != "" {
				d := mustParse(t, `{"Version":"2012-10-17","Statement":[`+c.denied+`]}`)
				mine.Document = Merge(&mine.Document, d.Statements...)
			}
			live := Policies{Bucket: &bucket, Identity: []Named{mine}}
			m, ok := g.Mend(g.refusedBy(live), live, false)
			if ok != (c.want != "") {
				t.Fatalf("%v, %+v", ok, m.Correction)
			}
			if ok && (m.Bucket || m.Own || !strings.Contains(m.Correction.After.Compact(), c.want) || m.Correction.Before.Effect != "Deny" || (m.Correction.Policy == "") != (c.bucket != "")) {
				t.Errorf("%+v: %s, want %s", m.Correction, m.Correction.After.Compact(), c.want)
			}
		})
	}
	gone := mustParse(t, strings.ReplaceAll(New(g.ForBucket()...).Compact(), "arn:aws:iam::444455556666:root", "AIDAIOSFODNN7EXAMPLE"))
	gone.Statements[0].Resource = list("arn:aws:s3:::my.test.bucket", "arn:aws:s3:::my.test.bucket/*")
	gone.Statements[0].Action = list(g.Actions()...)
	gone.Statements = gone.Statements[:1]
	live := Policies{Bucket: &gone, Identity: []Named{own}}
	if m, ok := g.Mend(g.refusedBy(live), live, false); !ok || m.Correction == nil || !slices.Equal(m.Correction.After.Principal.AWS.Values, []string{grantUser}) {
		t.Errorf("%v %+v", ok, m)
	}
}

// What is not the grantee's to mend, or gives nothing, is left.
func TestNoMend(t *testing.T) {
	g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantUser, Until: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	own := Policies{Identity: []Named{{Name: "own", Document: g.ForGrantee()}}}
	for name, change := range map[string]func(*Grant, *Policies){
		"over":                 func(*Grant, *Policies) {},
		"a root user":          func(g *Grant, _ *Policies) { g.Until, g.Grantee = time.Time{}, AccountARN("aws", grantFirm) },
		"one account":          func(g *Grant, _ *Policies) { g.Until, g.Owner = time.Time{}, grantFirm },
		"an account not known": func(g *Grant, _ *Policies) { g.Until, g.Owner = time.Time{}, "" },
		"a boundary": func(g *Grant, p *Policies) {
			g.Until, p.Boundary = time.Time{}, &Named{Name: "b", Document: New(Statement{Effect: "Allow", Action: one("s3:GetObject"), Resource: one("*")})}
		},
	} {
		g, live := g, own
		change(&g, &live)
		if m, ok := g.Mend(g.asks(), live, true); ok {
			t.Errorf("%s: %s", name, m.Proof())
		}
	}
}
