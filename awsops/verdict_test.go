package awsops

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// Any text as a policy, of the bucket or of the writer, ends in a verdict that says what to
// do, and never in one that it holds.
func FuzzVerdict(f *testing.F) {
	grant, writer := firmGrant(), policy.WriterPolicy("aws", bucket)
	f.Add(grant.Compact(), writer.Compact())
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["AIDAIOSFODNN7EXAMPLE","444455556665"]},"NotAction":["s3:Get*"],"NotResource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"x"}}}]}`, `{}`)
	f.Add(`{"Statement":{"Sid":"\u202e","Effect":"Deny","NotPrincipal":{"AWS":"*"},"Action":"*","Resource":"${aws:username}","Condition":{"ForAnyValue:StringEqualsIfExists":{"s3:x-amz-acl":[]},"Null":{"s3:prefix":"true"}}}}`, `{"Statement":[]}`)
	f.Fuzz(func(t *testing.T, theirs, own string) {
		b, err := policy.Parse([]byte(theirs))
		if err != nil {
			t.Skip()
		}
		d, err := policy.Parse([]byte(own))
		if err != nil {
			t.Skip()
		}
		for _, user := range []User{{Kind: KindUser, Name: "u", ARN: "arn:aws:iam::444455556666:user/u", ID: "AIDAU"}, {Kind: KindRole, Name: "r", ARN: "arn:aws:iam::111122223333:role/r", ID: "AROAR"}} {
			e := &Evidence{
				Refusal: Refusal{Bucket: bucket, User: user}, account: customer, user: &user, own: []policy.Named{{Name: "w", Document: d}},
				bucket: &BucketFacts{Policy: &b, Encryption: "AES256"},
			}
			if user.Kind == KindRole {
				e.boundary, e.bucket.Encryption, e.bucket.KMSKey = &d, "aws:kms", "arn:aws:kms:us-east-1:111122223333:key/k"
			}
			for _, action := range []string{"s3:ListBucket", "s3:PutObject", "s3:GetObject", "s3:DeleteObject"} {
				r := Refusal{Action: action, Key: "k"}
				v := e.Verdict(r)
				if v.Holds || v.Cause == "" || v.Cause == policy.NoCause || v.Side == "" || v.Side == "none" || v.Summary == "" || len(v.Fixes) == 0 || v.Statement != problem.Clean(v.Statement) {
					t.Errorf("%+v", v)
				}
				if _, found := e.Foresee(r); found && e.Allows(r) {
					t.Errorf("%s is allowed and refused", action)
				}
				e.Ends(r)
				e.LetsInOthers(r)
			}
		}
	})
}

// What nobody knows of a request is never the cause for certain: where it is let through in
// one world that may be, no verdict is sure that it is not; and where it is refused in one,
// none is sure that it is allowed.
func TestAVerdictIsSureOnlyOfWhatIsKnown(t *testing.T) {
	writer := User{Kind: KindUser, Name: "w", ARN: "arn:aws:iam::444455556666:user/w", ID: "AIDAWRITERWRITER1"}
	perhaps := []policy.Cause{policy.ConditionUnknown, policy.UnknownCause, policy.OrganisationOrNetwork}
	rapid.Check(t, func(t *rapid.T) {
		one := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
		facts := map[string]string{ // by key: the values that it may have in this world, "" for none
			"aws:SourceIp": one("address", "127.0.0.1", "203.0.113.7"), "aws:PrincipalOrgID": one("organisation", "", "o-a", "o-b"),
			"aws:SourceVpce": one("endpoint", "", "vpce-1"), "aws:UserAgent": one("agent", "aws-cli", "x"), "aws:PrincipalTag/team": one("tag", "", "a"),
			"s3:TlsVersion": one("tls", "1.2", "1.3"), "aws:SecureTransport": "true",
		}
		document := func(bucket bool) policy.Document {
			d := policy.Document{Version: "2012-10-17"}
			for range rapid.IntRange(1, 4).Draw(t, "statements") {
				s := policy.Statement{
					Effect:   one("effect", "Allow", "Allow", "Allow", "Deny"),
					Action:   policy.List{Values: []string{one("action", "*", "s3:*", "s3:PutObject", "s3:GetObject", "s3:List*")}},
					Resource: policy.List{Values: []string{one("resource", "*", "arn:aws:s3:::my.test.bucket/*", "arn:aws:s3:::my.test.bucket", "arn:aws:s3:::my.test.bucket/${aws:PrincipalTag/team}*", "arn:aws:s3:::my.test.bucket/${aws:username}*")}},
				}
				if bucket {
					s.Principal = &policy.Principal{AWS: policy.List{Values: []string{one("principal", "*", "444455556666", writer.ARN, "arn:aws:iam::444455556666:user/x")}}}
				}
				for range rapid.IntRange(0, 2).Draw(t, "conditions") {
					key := one("key", "aws:SourceIp", "aws:PrincipalOrgID", "aws:SourceVpce", "aws:UserAgent", "aws:PrincipalTag/team", "s3:TlsVersion", "aws:SecureTransport", "aws:username", "s3:x-amz-acl", "aws:MultiFactorAuthPresent", "aws:userid", "s3:if-none-match", "aws:PrincipalType")
					s.Condition = append(s.Condition, policy.Condition{
						Operator: one("operator", "StringEquals", "StringNotEquals", "StringEqualsIfExists", "StringNotLikeIfExists", "Null", "Bool", "BoolIfExists", "IpAddress", "NotIpAddress", "NumericLessThan", "ForAnyValue:StringLike", "ForAllValues:StringEquals"),
						Key:      key, Values: policy.List{Values: []string{one("value", "true", "false", "w", "a", "o-a", "vpce-1", "127.0.0.0/8", "1.3", "aws-*", "AIDAWRITERWRITER1", "*", "User", "${aws:PrincipalTag/team}")}},
					})
				}
				d.Statements = append(d.Statements, s)
			}
			return d
		}
		theirs, own := document(true), document(false)
		e := &Evidence{
			Refusal: Refusal{Bucket: bucket, User: writer}, account: customer, user: &writer, own: []policy.Named{{Name: "w", Document: own}},
			bucket: &BucketFacts{Policy: &theirs, Encryption: "AES256"}, encrypted: true,
		}
		r := Refusal{Action: one("asked", "s3:PutObject", "s3:GetObject", "s3:ListBucket"), Key: "a/k"}
		request := e.about(r).request()
		for key, value := range facts {
			if value != "" {
				request.Context[key] = []string{value}
			}
		}
		let := policy.Decide(request, policy.Policies{Identity: e.own, Bucket: &theirs}).Allowed
		if v, found := e.Foresee(r); let && found && !slices.Contains(perhaps, v.Cause) {
			t.Fatalf("%s is let through, and the verdict is %s: %s\n%s\n%s", r.Action, v.Cause, v.Detail, theirs.Indent(), own.Indent())
		}
		if !let && e.Allows(r) {
			t.Fatalf("%s is refused, and is said to be allowed\n%s\n%s", r.Action, theirs.Indent(), own.Indent())
		}
	})
}
