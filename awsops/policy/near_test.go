package policy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What keeps one Allow from letting the firm's user write b/in/k over HTTPS.
func TestOpening(t *testing.T) {
	const user = "arn:aws:iam::444455556666:user/ops/writer"
	when := func(c string) string { return `"Action":"s3:PutObject","Condition":{` + c + `}` }
	for _, c := range []struct{ name, elements, cause, says string }{
		{"the account", `"Action":"s3:PutObject"`, "open", "allows it"},
		{"the user", `"Action":"s3:*","Principal":{"AWS":"` + user + `"}`, "open", ""},
		{"everyone", `"Action":"s3:Put*","Principal":"*"`, "open", ""},

		{"no files", `"Action":"s3:PutObject","Resource":"arn:aws:s3:::b"`, "objects-not-named", "add arn:aws:s3:::b/* to its Resource"},
		{"another folder", `"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/out/*"`, "wrong-prefix", `files "out/*" of the bucket alone, and this is "in/k"`},
		{"a folder in capitals", `"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/IN/*"`, "wrong-prefix", "Capital letters count"},
		{"one account's digit", `"Action":"s3:PutObject","Principal":{"AWS":"444455556667"}`, "wrong-account", "lets in the account 4444-5555-6667, and this one is 4444-5555-6666"},
		{"one account's digit, in a user's ARN", `"Action":"s3:PutObject","Principal":{"AWS":"arn:aws:iam::444455556606:user/ops/writer"}`, "wrong-account", "Check the digits"},
		{"another account", `"Action":"s3:PutObject","Principal":{"AWS":"777788889999"}`, "", "the account 7777-8888-9999, and not to this caller"},
		{"another user", `"Action":"s3:PutObject","Principal":{"AWS":"arn:aws:iam::444455556666:user/reader"}`, "wrong-principal", `lets in the user reader of the account 4444-5555-6666 alone, and this is "` + user},
		{"the user in capitals", `"Action":"s3:PutObject","Principal":{"AWS":"arn:aws:iam::444455556666:user/ops/Writer"}`, "wrong-principal", "Capital letters count"},
		{"a deleted user", `"Action":"s3:PutObject","Principal":{"AWS":["777788889999","AIDAIOSFODNN7EXAMPLE"]}`, "principal-deleted", "save the policy again with its ARN"},
		{"a deleted user beside others", `"Action":"s3:PutObject","Principal":{"AWS":["arn:aws:iam::444455556666:user/reader","AIDAIOSFODNN7EXAMPLE"]}`, "principal-deleted", "was deleted"},
		{"reading alone", `"Action":["s3:GetObject","s3:ListBucket"]`, "action-missing", `allows only "s3:GetObject" and "s3:ListBucket", not s3:PutObject`},
		{"listing alone", `"Action":"s3:ListBucket","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]`, "none", ""},
		{"two things", `"Action":"s3:GetObject","Principal":{"AWS":"777788889999"}`, "none", ""},

		{"an organisation", when(`"StringEquals":{"aws:PrincipalOrgID":"o-1"}`), "unsure", `only if the caller's account belongs to the organisation "o-1". Whether that is so cannot be seen from here.`},
		{"an address", when(`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`), "unsure", "203.0.113.0/24"},
		{"an endpoint", when(`"StringEquals":{"aws:SourceVpce":"vpce-1"}`), "unsure", "vpce-1"},
		{"an agent", when(`"StringLike":{"aws:UserAgent":"x"}`), "unsure", ""},
		{"a referrer", when(`"StringLike":{"aws:Referer":"https://x/*"}`), "header-required", "aws:Referer"},
		{"an address, and an ACL that is not sent", when(`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"},"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`), "acl-required", "A request that sends the header x-amz-acl: bucket-owner-full-control is let through."},
		{"encryption", when(`"StringEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}`), "header-required", "x-amz-server-side-encryption: aws:kms"},
		{"any encryption", when(`"Null":{"s3:x-amz-server-side-encryption":"false"}`), "header-required", "sends the header x-amz-server-side-encryption is let through"},
		{"a tag", when(`"StringEquals":{"s3:RequestObjectTag/team":"a"}`), "header-required", "An upload that sends the tag team=a, in the header x-amz-tagging, is let through."},
		{"no HTTPS", when(`"Bool":{"aws:SecureTransport":"false"}`), "tls-required", "is not encrypted"},
		{"HTTPS", when(`"Bool":{"aws:SecureTransport":"true"}`), "open", ""},
		{"the date is over", when(`"DateLessThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}`), "expired", "the time is before 2026-01-01T00:00:00Z"},
		{"the date is not yet", when(`"DateGreaterThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"}`), "not-yet", "2027"},
		{"another caller's ARN", when(`"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:user/reader"}`), "condition-not-met", "user/reader"},
		{"no operator of AWS", when(`"StringIs":{"aws:SourceIp":"x"}`), "unsure", ""},
		{"a Deny", `"Effect":"Deny","Action":"s3:PutObject"`, "none", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := mustParse(t, in(c.elements))
			check(t, writes(user).Opening(nil, &d), c.cause, c.says)
		})
	}
}

func writes(user string) Prospect {
	return Prospect{Request: Request{
		Caller: Caller{Account: "444455556666", ARN: user, UniqueID: "AIDAW"},
		Action: "s3:PutObject", Resource: "arn:aws:s3:::b/in/k", Owner: "111122223333",
		Context: map[string][]string{"aws:SecureTransport": {"true"}},
	}, Lasting: true, Either: map[string][]string{"aws:currenttime": {"2026-11-25T00:00:00Z", "2026-11-25T01:00:00Z"}}}
}

func check(t *testing.T, o Opening, cause, says string) {
	t.Helper()
	found := string(o.Cause)
	switch {
	case o.Open:
		found = "open"
	case o.Unsure:
		found = "unsure"
	case o.Statement < 0:
		found = "none"
	}
	if found != cause || !strings.Contains(o.Text, says) {
		t.Errorf("%q with %q, want %q with %q", found, o.Text, cause, says)
	}
}

// The same in the user's own policies, of which the nearest counts.
func TestOpeningOfTheUsersOwn(t *testing.T) {
	for _, c := range []struct{ name, elements, cause, says string }{
		{"the bucket", `"Action":"s3:PutObject"`, "open", ""},
		{"the bucket's name misspelt", `"Action":"s3:PutObject","Resource":"arn:aws:s3:::c/*"`, "wrong-bucket", `names the bucket "c", and this is "b"`},
		{"the bucket's name, and another prefix of the bucket", `"Action":"s3:PutObject","Resource":["arn:aws:s3:::c/*","arn:aws:s3:::b/elsewhere/*"]`, "wrong-prefix", `about the files "elsewhere/*"`},
		{"the bucket of another stage", `"Action":"s3:PutObject","Resource":"arn:aws:s3:::b-prod/*"`, "wrong-bucket", "misspelt"},
		{"another customer's bucket", `"Action":"s3:PutObject","Resource":"arn:aws:s3:::somebody-else/*"`, "", `allows it for "arn:aws:s3:::somebody-else/*"`},
		{"no files", `"Action":"s3:PutObject","Resource":"arn:aws:s3:::b"`, "objects-not-named", "of the caller's policy own names the bucket alone"},
		{"a tag of the user", `"Action":"s3:PutObject","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/x}/*"`, "unsure", "some of the files"},
		{"another service", `"Action":"sqs:*","Resource":"*"`, "none", ""},
	} {
		other := mustParse(t, inUser(`"Action":"s3:PutObject","Resource":"arn:aws:s3:::quite-another/*"`))
		d := mustParse(t, inUser(c.elements))
		own := []Named{{"other", other}, {"own", d}}
		if c.cause == "" || c.cause == "none" {
			own = own[1:]
		}
		t.Run(c.name, func(t *testing.T) {
			check(t, writes("arn:aws:iam::444455556666:user/w").Opening(own, nil), c.cause, c.says)
		})
	}
	list := writes("arn:aws:iam::444455556666:user/w")
	list.Action, list.Resource = "s3:ListBucket", "arn:aws:s3:::b"
	files := mustParse(t, inUser(`"Action":"s3:*"`))
	check(t, list.Opening([]Named{{"own", files}}, nil), "bucket-not-named", "add arn:aws:s3:::b, without /*, to its Resource")
	tidy := mustParse(t, inUser(`"Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"s3:prefix":"in/"}}`))
	check(t, list.Opening([]Named{{"own", tidy}}, nil), "wrong-prefix", `A listing of the names that begin with "in/" is let through.`)
}

// A tag that a new file does not have, or that the upload does not send, is a certain
// refusal; what helps is the tag, not that the rule goes.
func TestDenialsByTag(t *testing.T) {
	for _, c := range []struct{ action, condition, says string }{
		{"s3:GetObject", `"StringNotEquals":{"s3:ExistingObjectTag/Scan":"clean"}`, `A new file does not have the tag "Scan": read it after whoever sets the tag, such as a scan, is done with it.`},
		{"s3:GetObject", `"Null":{"s3:ExistingObjectTag/Scan":"true"}`, `read it after`},
		{"s3:PutObject", `"StringNotEquals":{"s3:RequestObjectTag/team":"a"}`, "An upload that sends the tag team=a, in the header x-amz-tagging, is let through."},
		{"s3:PutObject", `"Null":{"s3:RequestObjectTag/team":"true"}`, "sends the tag team, in"},
		{"s3:PutObject", `"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`, "sends the header x-amz-acl: bucket-owner-full-control is let through"},
		{"s3:PutObject", `"Null":{"s3:if-none-match":"true"}`, "sends the header if-none-match is let through"},
	} {
		d := mustParse(t, in(`"Effect":"Deny","Action":"`+c.action+`","Condition":{`+c.condition+`}`))
		p := writes("arn:aws:iam::444455556666:user/w")
		p.Action = c.action
		got := p.Denials(Policies{Bucket: &d})
		if len(got) != 1 || !got[0].Certain || !got[0].Passable || !strings.Contains(strings.Join(got[0].Advice, " "), c.says) {
			t.Errorf("%s: %+v", c.condition, got)
		}
	}
}

// A policy may hold anything: what is said of it can be shown.
func TestWhatIsSaidOfAHostilePolicy(t *testing.T) {
	for _, key := range []string{"s3:x-amz-acl\u001b[2J", "s3:RequestObjectTag/a\nb", "s3:ExistingObjectTag/\u202e", "s3:x-amz-\u0000", "aws:Referer", "s3:prefix"} {
		for _, operator := range []string{"Null", "StringEquals", "StringNotEquals"} {
			for _, effect := range []string{"Allow", "Deny"} {
				s := mustParse(t, in(`"Action":"s3:PutObject"`)).Statements[0]
				value := "true\u001b]0;x\u0007\n"
				if operator == "Null" {
					value = "true"
				}
				s.Effect, s.Condition = effect, []Condition{{Operator: operator, Key: key, Values: List{Values: []string{value}}}}
				d := Document{Version: "2012-10-17", Statements: []Statement{s}}
				p := writes("arn:aws:iam::444455556666:user/w")
				said := s.Words() + p.Opening(nil, &d).Text
				for _, denial := range p.Denials(Policies{Bucket: &d}) {
					said += denial.When + strings.Join(denial.Advice, " ")
				}
				if said != Seen(said) || strings.Contains(said, "\n") {
					t.Errorf("%s %s: %q", operator, key, said)
				}
			}
		}
	}
}

// Where an Opening is sure, it is what Decide says of the same Allows.
func TestOpeningIsWhatDecideSays(t *testing.T) {
	const user = "arn:aws:iam::444455556666:user/w"
	draw := func(t *rapid.T, name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	rapid.Check(t, func(t *rapid.T) {
		d := Document{Version: "2012-10-17"}
		for range rapid.IntRange(1, 4).Draw(t, "statements") {
			s := Statement{
				Effect:    draw(t, "effect", "Allow", "Allow", "Deny"),
				Principal: &Principal{AWS: List{Values: []string{draw(t, "principal", "*", "444455556666", "444455556665", user, user+"2", "AIDAIOSFODNN7EXAMPLE", "AIDAWRITERWRITER1")}}},
				Action:    List{Values: []string{draw(t, "action", "*", "s3:PutObject", "s3:putobject*", "s3:GetObject", "s3:ListBucket")}},
				Resource:  List{Values: []string{draw(t, "resource", "*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/in/*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::c/*", "arn:aws:s3:::b/${aws:PrincipalTag/x}")}},
			}
			for range rapid.IntRange(0, 2).Draw(t, "conditions") {
				s.Condition = append(s.Condition, Condition{
					Operator: draw(t, "operator", "StringEquals", "StringNotEquals", "StringEqualsIfExists", "Null", "Bool", "ForAnyValue:StringLike", "DateLessThan"),
					Key:      draw(t, "key", "aws:SourceIp", "aws:SecureTransport", "s3:x-amz-acl", "aws:username", "aws:PrincipalOrgID", "aws:CurrentTime", "s3:prefix"),
					Values:   List{Values: []string{draw(t, "value", "true", "false", "w", "private", "2027-01-01T00:00:00Z", "2026-01-01T00:00:00Z")}},
				})
			}
			d.Statements = append(d.Statements, s)
		}
		p := writes(user)
		p.Caller.UniqueID = "AIDAWRITERWRITER1"
		p.Either, p.Time = nil, time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
		allows := d
		allows.Statements = slices.DeleteFunc(slices.Clone(d.Statements), func(s Statement) bool { return s.Effect == "Deny" })
		o, verdict := p.Opening(nil, &d), Decide(p.Request, Policies{Bucket: &allows}).Resource.Verdict
		if o.Open && verdict != Allowed || !o.Open && !o.Unsure && verdict == Allowed {
			t.Fatalf("%+v, and Decide says %d", o, verdict)
		}
		if !o.Open && !o.Unsure && (o.Statement < 0) != (o.Text == "") || o.Statement >= 0 && d.Statements[o.Statement].Effect != "Allow" {
			t.Fatalf("%+v", o)
		}
	})
}
