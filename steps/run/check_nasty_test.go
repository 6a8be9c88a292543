package run_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// nasty are policies of a bucket as people leave them behind, with both halves of the access
// there or one of them missing, and which side a run mends it on; "": none, or by text.
func nasty() map[string]struct{ bucket, own, cause, mend string } {
	out := func(statement string) string { return bucketGives + "," + statement }
	lots := make([]string, 104)
	for i := range lots {
		lots[i] = fmt.Sprintf(`{"Sid":"Theirs%d","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["s3:GetObject","s3:GetObjectTagging"],"Resource":"arn:aws:s3:::my.test.bucket/%d/%s*"}`, i, i, strings.Repeat("x", 20))
	}
	return map[string]struct{ bucket, own, cause, mend string }{
		"a Deny to all but one user":              {out(`{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:user/admin"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*"}`), firmGives, "bucket-policy-deny", "customer by text"},
		"a Deny to all but the firm's account":    {out(`{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*"}`), firmGives, "bucket-policy-deny", "customer by text"},
		"a Deny of all but reading":               {out(`{"Effect":"Deny","Principal":"*","NotAction":["s3:Get*","s3:List*"],"Resource":"arn:aws:s3:::my.test.bucket/*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}}`), firmGives, "bucket-policy-deny", "customer by text"},
		"a Deny outside of one folder":            {out(`{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","NotResource":"arn:aws:s3:::my.test.bucket/in/*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}}`), firmGives, "bucket-policy-deny", "customer by text"},
		"a Deny with conditions on who and where": {out(deny(`"s3:*"`, theFiles, `"StringNotEquals":{"aws:PrincipalAccount":"111122223333"},"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}`)), firmGives, "condition-unknown", ""},
		"a Deny with two keys of one operator":    {out(deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"aws:PrincipalAccount":"111122223333","aws:PrincipalArn":"arn:aws:iam::444455556666:user/other"}`)), firmGives, "bucket-policy-deny", "customer by text"},
		"a Deny but for roles by a pattern":       {out(deny(`"s3:PutObject"`, theFiles, `"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/deploy-*","arn:aws:iam::111122223333:*"]}`)), firmGives, "bucket-policy-deny", "customer by text"},
		"a Deny by the ids of users":              {out(deny(`"s3:*"`, theBucket+","+theFiles, `"StringNotLike":{"aws:userId":["AROAEXAMPLE:*","111122223333"]},"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`)), firmGives, "bucket-policy-deny", "customer by text"},
		"a Deny by a key that nobody knows":       {out(deny(`"s3:PutObject"`, theFiles, `"StringEquals":{"aws:NoSuchKey":"x"}`)), firmGives, "none", ""},
		"a Deny without a key that nobody knows":  {out(deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"aws:NoSuchKey":"x"},"StringNotEqualsIfExists":{"aws:PrincipalAccount":"111122223333"}`)), firmGives, "condition-unknown", ""},
		"a Deny by a quantifier":                  {out(deny(`"s3:PutObject"`, theFiles, `"ForAllValues:StringNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/admin"},"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`)), firmGives, "bucket-policy-deny", "customer by text"},
		"a Deny of everything to everybody":       {out(deny(`"s3:*"`, theBucket+","+theFiles, "")), firmGives, "unknown", ""},
		"two Denys":                               {out(deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`) + "," + deny(`"s3:Put*"`, theFiles, `"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/admin"}`)), firmGives, "bucket-policy-deny", ""},
		"a Deny by a policy variable":             {out(deny(`"s3:PutObject"`, `"arn:aws:s3:::my.test.bucket/${aws:username}/*"`, "") + "," + deny(`"s3:GetObject"`, `"arn:aws:s3:::my.test.bucket/crossgrant-probe/*"`, `"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`)), firmGives, "bucket-policy-deny", "customer by text"},
		"an Allow to all but one user":            {`{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::444455556666:user/other"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::my.test.bucket"}`, firmGives, "bucket-policy-missing", "customer"},
		"an Allow of all but writing":             {`{"Effect":"Allow","Principal":{"AWS":"444455556666"},"NotAction":["s3:PutObject","s3:Delete*"],"Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"]}`, firmGives, "bucket-policy-missing", "customer"},
		"an Allow outside of a folder":            {`{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:*","NotResource":["arn:aws:s3:::my.test.bucket/crossgrant-probe/*"]}`, firmGives, "bucket-policy-missing", "customer"},
		"an Allow to everybody by an ARN":         {let(anybody, `"s3:*"`, theBucket+","+theFiles, `"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:user/oth*"}`), firmGives, "condition-not-met", "customer"},
		"an Allow by a key that nobody knows":     {onFiles(`"StringEquals":{"aws:NoSuchKey":"x"}`), firmGives, "condition-unknown", ""},
		"an Allow to users by name":               {let(`{"AWS":["arn:aws:iam::444455556666:user/other","arn:aws:iam::111122223333:user/admin"]}`, `"s3:*"`, theBucket+","+theFiles, ""), firmGives, "wrong-principal", "customer"},
		"an Allow with wildcards in the action":   {let(theFirm, `"s3:Get*","s3:L?st*"`, theBucket+","+theFiles, ""), firmGives, "action-missing", "customer"},
		"18 KB of others' statements":             {strings.Join(lots[:90], ","), firmGives, "bucket-policy-missing", "customer"},
		"no room for a statement":                 {strings.Join(lots, ","), firmGives, "bucket-policy-missing", ""},
		"a Sid of crossgrant's that says another": {`{"Sid":"CrossgrantFirm444455556666","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/theirs/*"}`, firmGives, "bucket-policy-missing", "customer"},
		"a Deny of the user's own by NotResource": {bucketGives, firmGives + `,{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:::another/*"}`, "firm-policy-deny", "firm by text"},
		"a Deny of the user's own by NotAction":   {bucketGives, firmGives + `,{"Effect":"Deny","NotAction":["s3:List*","s3:Get*"],"Resource":"*"}`, "firm-policy-deny", "firm by text"},
		"a Deny of the user's own of all":         {bucketGives, firmGives + `,{"Effect":"Deny","Action":"*","Resource":"*"}`, "firm-policy-deny", "firm by text"},
		"a Deny of the user's own without MFA":    {bucketGives, firmGives + `,{"Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`, "firm-policy-deny", "firm by text"},
	}
}

// Whatever stands in the policies, a mend is crossgrant's own statement or a text, leaves what
// others wrote as it is, makes the access work, and is taken back without a trace.
func TestMendsOfNastyPolicies(t *testing.T) {
	base := newCheckStage(t)
	for name, s := range nasty() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := base.fork(t)
			c.restrict(false)
			c.bucketPolicy(s.bucket)
			c.userPolicy(s.own)
			before := c.box.Snapshot()
			e, tests := c.check(everybody())
			side := ""
			if e.Mend != nil {
				if side = string(e.Mend.Side); !e.Mend.Applies() {
					side += " by text"
				}
			}
			if string(e.Verdict.Cause) != s.cause || side != s.mend || e.Mend != nil && e.Mend.Other != nil {
				t.Fatalf("%s, mended on the side %q\n%+v\n%+v", e.Verdict.Cause, side, e.Verdict, tests)
			}
			if e.Mend == nil {
				return
			}
			if !e.Mend.Applies() {
				c.byText(e.Mend)
			} else if done := c.applied(e.Mend); done.Code != run.Done {
				t.Fatalf("%+v", done)
			}
			if e, tests := c.check(everybody()); !e.Verdict.Holds {
				t.Errorf("mended it does not hold: %+v\n%+v", e.Verdict, tests)
			}
			if !e.Mend.Applies() {
				return
			}
			var was policy.Document
			must(t, json.Unmarshal([]byte(document(s.bucket)), &was))
			if now := c.policy(first).Statements; !slices.EqualFunc(was.Statements, now[:len(was.Statements)], func(a, b policy.Statement) bool { return policy.Equal(policy.New(a), policy.New(b)) }) {
				t.Errorf("a statement of somebody else's is another now: %s", c.policy(first).Indent())
			}
			if done := c.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}}); done.Code != run.Done || !slices.Equal(before, c.box.Snapshot()) {
				t.Errorf("%+v", done)
			}
		})
	}
}

// byText writes the statement as the text says, as its owner would.
func (c *checkStage) byText(m *steps.Mend) {
	c.t.Helper()
	written := func(d *policy.Document) *policy.Document {
		after := *d
		after.Statements = slices.Clone(d.Statements)
		at := slices.IndexFunc(d.Statements, func(s policy.Statement) bool { return policy.Equal(policy.New(s), *m.Before) })
		if at < 0 || len(m.After.Statements) != 1 {
			c.t.Fatalf("%s is not in %s", m.Before.Compact(), d.Compact())
		}
		after.Statements[at] = m.After.Statements[0]
		return &after
	}
	if m.Side == steps.Customer {
		c.setPolicy(first, written(c.policy(first)))
		return
	}
	all, err := c.session(firm).InlinePolicies(c.t.Context(), awsops.Target{Account: firm, Kind: awsops.KindUser, Name: "test-writer"})
	must(c.t, err)
	text := written(&all[0].Document).Compact()
	c.userPolicy(strings.TrimSuffix(text[strings.IndexByte(text, '[')+1:], "]}"))
}
