package awsops

import (
	"errors"
	"strings"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
)

// Every pair of open and closed gates, and what else can refuse.
func TestDiagnoseRefusal(t *testing.T) {
	const arn = "arn:aws:iam::444455556666:user/test-writer"
	denyFirm := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::my.test.bucket/*"],"Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}}]}`
	grant := firmGrant()
	writer := policy.WriterPolicy("aws", bucket)
	denyOwn := parse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:PutObject","Resource":"*"}]}`)
	denied := parse(t, denyFirm)
	lets, allowsAndDenies := policy.Merge(&grant, denied.Statements...), policy.Merge(&writer, denyOwn.Statements...)
	tests := []struct {
		name    string
		bucket  *policy.Document
		own     *policy.Document
		summary string
		says    string
		mend    string // what lets it through; "": nothing that is known
	}{
		{"both closed", nil, nil, "Neither side lets the user in", "The owner of the bucket", `Add to the bucket's policy: {"Version":"2012-10-17","Statement":[{"Sid":"CrossgrantFirm444455556666"`},
		{"the user's closed", &grant, nil, "The user's own policies do not allow it", "4444-5555-6666", "Give the caller the policy writer-policy: {"},
		{"the bucket's closed", nil, &writer, "The bucket's policy does not let the user in", "owner of the bucket", "Add to the bucket's policy: {"},
		{"the user's denies", &grant, &denyOwn, "A rule on the user forbids it", "Deny", ""}, // and nothing allows it
		{"the user's allows and denies", &grant, &allowsAndDenies, "A rule on the user forbids it", "Deny", `Write statement 2 of the caller's policy writer-policy like this: {"Effect":"Deny","Action":"s3:PutObject","NotResource":[`},
		{"the bucket's denies", &denied, &writer, "A rule on the bucket forbids it", arn, ""},
		{"the bucket's lets in and denies", &lets, &writer, "A rule on the bucket forbids it", arn, `"ArnNotEquals":{"aws:PrincipalArn":"` + arn + `"}`},
		{"both open", &grant, &writer, "Both accounts' policies allow it, and AWS refuses all the same", "resource control policy", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Config{})
			user, s := w.withUser(t, w.firm, firm, "test-writer")
			if test.bucket != nil {
				do(t, w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, After: test.bucket})
			}
			if test.own != nil {
				do(t, w.firm, SetUserPolicy{Account: firm, User: "test-writer", Name: "writer-policy", After: test.own})
			}
			w.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
			_, err := s.Perform(t.Context(), PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b"})
			r := Refusal{Action: "s3:PutObject", Bucket: bucket, Key: "k", User: User{Kind: KindUser, Name: "test-writer", ARN: user.UserARN, ID: user.UserID}, Err: errors.Unwrap(err)}
			p := DiagnoseRefusal(t.Context(), r, w.firm, w.customer)
			if p.Summary != test.summary || !strings.Contains(p.Error(), test.says) {
				t.Errorf("%v", p)
			}
			if p.Code != "AccessDenied" || p.RequestID == "" || !strings.Contains(p.Error(), p.RequestID) {
				t.Errorf("AWS's words are lost: %+v", p)
			}
			r.Grant = &policy.Grant{Partition: "aws", Bucket: bucket, Owner: customer, Firm: firm, Grantee: arn}
			with := DiagnoseRefusal(t.Context(), r, w.firm, w.customer)
			if mend := strings.Join(with.Fixes[len(p.Fixes):], ""); (mend == "") != (test.mend == "") || !strings.Contains(mend, test.mend) || mend != "" && !strings.Contains(mend, " Of 1166 pairs of a principal and an action exactly ") {
				t.Errorf("what mends it is %q", mend)
			}
			r.Grant = nil
			// with one side unseen it does not claim to know it
			blind := DiagnoseRefusal(t.Context(), r, nil, nil)
			if blind.Summary == "" || strings.HasPrefix(blind.Summary, "Both") || strings.HasPrefix(blind.Summary, "Neither") {
				t.Errorf("nothing was read: %v", blind)
			}
		})
	}
}

// What the sandbox does not have: each is decided from what was read.
func TestConclusions(t *testing.T) {
	grant := firmGrant()
	own := []policy.Named{{Name: "w", Document: policy.WriterPolicy("aws", bucket)}}
	user := User{Kind: KindUser, Name: "u", ARN: "arn:aws:iam::444455556666:user/u", ID: "AIDAU", Boundary: "arn:aws:iam::444455556666:policy/ceiling"}
	nothing := parse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"}]}`)
	network := policy.Merge(&grant, parse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*","Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}`).Statements...)
	tests := []struct {
		summary string
		cause   policy.Cause
		side    string
		change  func(*Evidence)
	}{
		{"The user is no longer the one it was", policy.PrincipalDeleted, "firm", func(e *Evidence) { e.gone = true }},
		{"The user is no longer the one it was", policy.PrincipalDeleted, "firm", func(e *Evidence) { e.user = &User{ID: "AIDAOTHER"} }},
		{"A ceiling on the user's permissions forbids it", policy.OverBoundary, "firm", func(e *Evidence) { e.boundary = &nothing }},
		{"Block Public Access shuts every other account out", policy.BlockPublicAccess, "customer", func(e *Evidence) { e.bucket.Public, e.bucket.BlockPublic.Restrict = true, true }},
		{"The bucket encrypts with a key that cannot be shared", policy.KMSNotShareable, "customer", func(e *Evidence) { e.bucket.Encryption = "aws:kms" }},
		{"The user was not given the bucket's encryption key", policy.KMSFirmPolicy, "firm", func(e *Evidence) { e.bucket.Encryption, e.bucket.KMSKey = "aws:kms", "arn:aws:kms:::key/k" }},
		{"The bucket names its encryption key by an alias", policy.KMSKeyUnusable, "customer", func(e *Evidence) {
			e.bucket.Encryption, e.bucket.KMSKey = "aws:kms", "arn:aws:kms:us-east-1:111122223333:alias/a"
		}},
		{"The bucket's encryption key may be closed to the user", policy.KMSKeyPolicy, "customer", func(e *Evidence) {
			e.bucket.Encryption, e.bucket.KMSKey = "aws:kms", "arn:aws:kms:::key/k"
			e.own = append(e.own, policy.Named{Name: "k", Document: parse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"arn:aws:kms:::key/k"}]}`)})
		}},
		{"Block Public Access may shut every other account out", policy.BlockPublicAccess, "customer", func(e *Evidence) { e.bucket.Public = true }},
		{"Requester Pays is on for the bucket", policy.RequesterPays, "firm", func(e *Evidence) { e.bucket.RequesterPays = true }},
		{"Both accounts' policies allow it, and AWS refuses all the same", policy.OrganisationOrNetwork, "organisation", func(*Evidence) {}},
	}
	for _, test := range tests {
		e := &Evidence{
			Refusal: Refusal{Action: "s3:PutObject", Bucket: bucket, Key: "k", User: user},
			user:    &user, own: own, bucket: &BucketFacts{Policy: &grant, Encryption: "AES256"}, account: customer,
		}
		test.change(e)
		if c, ok := e.conclude(); !ok || c.Summary != test.summary || c.Cause != test.cause || c.Side != test.side || len(c.Fixes) == 0 {
			t.Errorf("%q %s %s, want %q %s %s", c.Summary, c.Cause, c.Side, test.summary, test.cause, test.side)
		}
	}
	e := &Evidence{Refusal: Refusal{Action: "s3:PutObject", Bucket: bucket, Key: "k", User: user}, user: &user, own: own, bucket: &BucketFacts{Policy: &network}, account: customer}
	if c, ok := e.conclude(); !ok || !strings.Contains(c.Summary, "Deny") && !strings.Contains(c.Summary, "rule on the bucket") {
		t.Errorf("a Deny by network: %q", c.Summary)
	}
	// in one account a deleted user's entry explains why the new one is refused
	same := User{Kind: KindUser, Name: "u", ARN: "arn:aws:iam::111122223333:user/u", ID: "AIDAU"}
	dead := policy.New(policy.TestUserGrant("AIDAQ3EGSMZ4EXAMPLEID", bucket)...)
	e = &Evidence{Refusal: Refusal{Action: "s3:PutObject", Bucket: bucket, Key: "k", User: same}, user: &same, own: own, bucket: &BucketFacts{Policy: &dead}, account: customer}
	if c, ok := e.conclude(); !ok || c.Summary != "The bucket's policy names a user that was deleted" {
		t.Errorf("%q", c.Summary)
	}
}

// What is not known of a request is never the cause for certain, and what would satisfy a
// rule is the way out.
func TestConclusionsByCondition(t *testing.T) {
	statement := func(elements string) string {
		return `{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*",` + elements + `}`
	}
	let := func(who, condition string) string {
		return `{"Effect":"Allow","Principal":{"AWS":"` + who + `"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*","Condition":{` + condition + `}}`
	}
	own := `{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*"}`
	grant := let(firm, "")
	for _, c := range []struct {
		name, bucket, own, summary, says string
		change                           func(*Evidence)
	}{
		{"a Deny by header", grant + "," + statement(`"Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`), own, "A rule on the bucket forbids it", "header x-amz-server-side-encryption: aws:kms", nil},
		{"a Deny without HTTPS", grant + "," + statement(`"Condition":{"Bool":{"aws:SecureTransport":"false"}}`), own, "A rule on the bucket forbids it", "A request over HTTPS is let through", func(e *Evidence) { e.encrypted = false }},
		{"a Deny of the user that nobody can tell, and a certain one", grant + "," + statement(`"Condition":{"Bool":{"aws:SecureTransport":"false"}}`), own + `,{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"127.0.0.0/8"}}}`, "A rule on the bucket forbids it", "HTTPS", func(e *Evidence) { e.encrypted = false }},
		{"an Allow by address", let(firm, `"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`), own, "The bucket's policy may not let the user in", "cannot be seen from here", nil},
		{"an Allow by address, and another cause", let(firm, `"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`), own, "The bucket encrypts with a key that cannot be shared", "SSE-S3", func(e *Evidence) { e.bucket.Encryption = "aws:kms" }},
		{"the user's Allow by endpoint", grant, `{"Effect":"Allow","Action":"s3:PutObject","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}`, "The user's own policies may not allow it", "vpce-1", nil},
		{"an Allow with an ACL alone", let(firm, `"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`), own, "The bucket's policy does not let the user in", "header x-amz-acl: bucket-owner-full-control", nil},
		{"an ACL that nobody may set", grant + "," + statement(`"Condition":{"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}`), own, "A rule on the bucket forbids it", "For such an upload S3 asks for s3:PutObjectAcl too", nil},
		{"a tag that a Deny keeps from being set", strings.Replace(grant, `"s3:PutObject"`, `"s3:PutObject*"`, 1) + "," + statement(`"Condition":{"Null":{"s3:RequestObjectTag/a":"true"}}`) + "," + strings.Replace(statement(`"Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}`), "s3:PutObject", "s3:PutObjectTagging", 1), strings.Replace(own, "s3:PutObject", "s3:*", 1), "A rule on the bucket forbids it", "must take that Deny out", nil},
		{"a Deny without KMS, where there is no key", grant + "," + statement(`"Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`), own, "A rule on the bucket forbids it", "for the full ARN of a customer managed key", nil},
		{"a Deny without KMS, by a key that is shut", grant + "," + statement(`"Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`), own, "A rule on the bucket forbids it", "was not read", func(e *Evidence) {
			e.bucket.Encryption, e.bucket.KMSKey = "aws:kms", "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
		}},
		{"policies that were not read, and Requester Pays", grant, "", "Requester Pays is on for the bucket", "--request-payer", func(e *Evidence) { e.partly, e.bucket.RequesterPays = true, true }},
		{"policies that were not read, and a bucket that is shut", let("777788889999", ""), "", "The bucket's policy does not let the user in", "owner of the bucket", func(e *Evidence) { e.partly = true }},
		{"a deleted user", let("AIDAIOSFODNN7EXAMPLE", ""), own, "The bucket's policy does not let the user in", "was deleted", nil},
		{"an account's digit", let("444455556665", ""), own, "The bucket's policy does not let the user in", "4444-5555-6665", nil},
		{"the bucket alone", grant, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::my.test.bucket"}`, "The user's own policies do not allow it", "add arn:aws:s3:::my.test.bucket/*", nil},
		{"policies that were not read", grant, "", "No policy of the user's own that could be read allows it", "groups", func(e *Evidence) { e.partly, e.unread = true, []string{"the policies of the user's groups"} }},
	} {
		t.Run(c.name, func(t *testing.T) {
			document := func(statements string) policy.Document {
				return parse(t, `{"Version":"2012-10-17","Statement":[`+statements+`]}`)
			}
			theirs, user := document(c.bucket), User{Kind: KindUser, Name: "u", ARN: "arn:aws:iam::444455556666:user/u", ID: "AIDAU"}
			e := &Evidence{
				Refusal: Refusal{Action: "s3:PutObject", Bucket: bucket, Key: "k", User: user},
				user:    &user, own: []policy.Named{{Name: "w", Document: document(c.own)}}, bucket: &BucketFacts{Policy: &theirs, Encryption: "AES256"}, account: customer, encrypted: true,
			}
			if c.change != nil {
				c.change(e)
			}
			got, ok := e.conclude()
			if said := got.Detail + " " + strings.Join(got.Fixes, " ") + unreadWords(e.unread); !ok || got.Summary != c.summary || !strings.Contains(said, c.says) {
				t.Errorf("%q: %s", got.Summary, said)
			}
		})
	}
}
