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
	tests := []struct {
		name    string
		bucket  *policy.Document
		own     *policy.Document
		summary string
		says    string
	}{
		{"both closed", nil, nil, "Neither side lets the user in", "The owner of the bucket"},
		{"the user's closed", &grant, nil, "The user's own policies do not allow it", "4444-5555-6666"},
		{"the bucket's closed", nil, &writer, "The bucket's policy does not let the user in", "owner of the bucket"},
		{"the user's denies", &grant, &denyOwn, "A rule on the user forbids it", "Deny"},
		{"the bucket's denies", &denied, &writer, "A rule on the bucket forbids it", arn},
		{"both open", &grant, &writer, "Both accounts' policies allow it, and AWS refuses all the same", "resource control policy"},
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
		change  func(*evidence)
	}{
		{"The user is no longer the one it was", func(e *evidence) { e.gone = true }},
		{"The user is no longer the one it was", func(e *evidence) { e.user = &User{ID: "AIDAOTHER"} }},
		{"A ceiling on the user's permissions forbids it", func(e *evidence) { e.boundary = &nothing }},
		{"Block Public Access shuts every other account out", func(e *evidence) { e.bucket.Public, e.bucket.BlockPublic.Restrict = true, true }},
		{"The bucket encrypts with a key that cannot be shared", func(e *evidence) { e.bucket.Encryption = "aws:kms" }},
		{"The bucket's encryption key may be closed to the user", func(e *evidence) { e.bucket.Encryption, e.bucket.KMSKey = "aws:kms", "arn:aws:kms:::key/k" }},
		{"The bucket bills whoever makes the request", func(e *evidence) { e.bucket.RequesterPays = true }},
		{"Both accounts' policies allow it, and AWS refuses all the same", func(*evidence) {}},
	}
	for _, test := range tests {
		e := &evidence{
			Refusal: Refusal{Action: "s3:PutObject", Bucket: bucket, Key: "k", User: user},
			user:    &user, own: own, bucket: &BucketFacts{Policy: &grant, Encryption: "AES256"}, account: customer,
		}
		test.change(e)
		if c, ok := e.conclude(); !ok || c.summary != test.summary || len(c.fixes) == 0 {
			t.Errorf("%q, want %q", c.summary, test.summary)
		}
	}
	e := &evidence{Refusal: Refusal{Action: "s3:PutObject", Bucket: bucket, Key: "k", User: user}, user: &user, own: own, bucket: &BucketFacts{Policy: &network}, account: customer}
	if c, ok := e.conclude(); !ok || !strings.Contains(c.summary, "Deny") && !strings.Contains(c.summary, "rule on the bucket") {
		t.Errorf("a Deny by network: %q", c.summary)
	}
	// in one account a deleted user's entry explains why the new one is refused
	same := User{Kind: KindUser, Name: "u", ARN: "arn:aws:iam::111122223333:user/u", ID: "AIDAU"}
	dead := policy.New(policy.TestUserGrant("AIDAQ3EGSMZ4EXAMPLEID", bucket)...)
	e = &evidence{Refusal: Refusal{Action: "s3:PutObject", Bucket: bucket, Key: "k", User: same}, user: &same, own: own, bucket: &BucketFacts{Policy: &dead}, account: customer}
	if c, ok := e.conclude(); !ok || c.summary != "The bucket's policy names a user that was deleted" {
		t.Errorf("%q", c.summary)
	}
}
