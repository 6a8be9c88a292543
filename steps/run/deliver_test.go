package run_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/steps/run"
)

// What the firm's software has to send is said at the end, as far as the grant and the
// bucket's policy tell; and nothing where they ask for nothing.
func TestWhatTheFirmsSoftwareMustSend(t *testing.T) {
	t.Parallel()
	const inbox = `,"Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/inbox/*","Condition":`
	for name, c := range map[string]struct {
		access string
		theirs func(*stage)
		says   string // "": nothing
		lacks  string
	}{
		"nothing":       {"", func(*stage) {}, "", ""},
		"to add":        {"add", func(*stage) {}, "send the header If-None-Match: * with each file", ""},
		"an ACL":        {"", rule(inbox + `{"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}`), "Statement 1 (House) of the bucket policy refuses the files that it is about that come without the header x-amz-acl: bucket-owner-full-control", "PutObjectAcl"},
		"an ACL, alone": {"deliver", rule(inbox + `{"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}`), "must also allow s3:PutObjectAcl, which this grant does not", ""},
		"encryption":    {"", rule(inbox + `{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}`), "without the header x-amz-server-side-encryption: AES256", ""},
		"any of it":     {"", rule(inbox + `{"Null":{"s3:x-amz-server-side-encryption":"true"}}`), "without the header x-amz-server-side-encryption:", ""},
		"no public ACL": {"", rule(inbox + `{"StringEquals":{"s3:x-amz-acl":"public-read"}}`), "", ""},
		"nothing of it": {"", rule(inbox + `{"Null":{"s3:x-amz-server-side-encryption":"false"}}`), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			c.theirs(s)
			q := run.Request{Answers: answers("setup", firm, first, "writer")}
			q.Answers.Access, q.Answers.KeyFile = c.access, filepath.Join(t.TempDir(), "key")
			e := s.run(q)
			if e.Code != run.Done || len(e.Next) == 0 || !strings.HasPrefix(e.Next[0], "Deliver a first file: AWS_SHARED_CREDENTIALS_FILE=") {
				t.Fatalf("it ends with %d and says %q, %v", e.Code, e.Next, e.Problem)
			}
			said := strings.Join(e.Next[1:], "\n")
			if c.says == "" && said != "" || !strings.Contains(said, c.says) || c.lacks != "" && strings.Contains(said, c.lacks) {
				t.Errorf("it says %q, want %q", said, c.says)
			}
		})
	}
}

// Where a Deny demands of all uploads a header that says what S3 does anyway, the test file
// is sent with it, shown so, and the line that delivers sends it too.
func TestHeadersThatABucketDemandsAreSent(t *testing.T) {
	t.Parallel()
	const (
		encrypted = `,"Action":"s3:PutObject","Condition":{"Null":{"s3:x-amz-server-side-encryption":"true"}}`
		aes       = `,"Action":"s3:PutObject","Condition":{"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}}`
		owner     = `,"Action":"s3:PutObject","Condition":{"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}`
	)
	for name, c := range map[string]struct {
		rule, access string
		role         bool
		delivers     string // "": it is stopped before anything is changed
	}{
		"any encryption":                         {encrypted, "", false, "s3 cp FILE s3://my.test.bucket/FILE --sse AES256"},
		"SSE-S3":                                 {aes, "deliver", true, "s3 cp FILE s3://my.test.bucket/FILE --sse AES256"},
		"SSE-S3, to add":                         {aes, "add", false, "--if-none-match '*' --server-side-encryption AES256"},
		"an ACL":                                 {owner, "", true, "--acl bucket-owner-full-control"},
		"an ACL that the grant does not let set": {owner, "deliver", false, ""},
		"SSE-S3, of who only reads":              {aes, "read", false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			rule(c.rule)(s)
			before := s.box.Snapshot()
			q := run.Request{Answers: answers("setup", firm, first, "writer")}
			q.Answers.Access, q.Answers.KeyFile = c.access, filepath.Join(t.TempDir(), "key")
			if c.role {
				q.Answers = asRole(q.Answers)
				q.Answers.KeyFile = ""
			}
			e := s.run(q)
			switch {
			case c.access == "read": // the customer's administrator writes what it is to read
				if e.Code != run.Done || e.Deliver != "" {
					t.Errorf("it ends with %d and delivers by %q: %s", e.Code, e.Deliver, said(e))
				}
			case c.delivers == "":
				if e.Code != run.Failed || !strings.Contains(said(e), "Nothing was changed") || !strings.Contains(said(e), "--access article") {
					t.Errorf("it ends with %d: %s", e.Code, said(e))
				}
				s.same(before, "a set-up that is stopped")
				return
			case e.Code != run.Done || !strings.Contains(e.Deliver, c.delivers):
				t.Fatalf("it ends with %d and delivers by %q: %s", e.Code, e.Deliver, said(e))
			}
			if e := s.cleanUp(e.Facts.Run); e.Code != run.Done {
				t.Errorf("the clean-up ends with %d: %s", e.Code, said(e))
			}
			s.same(before, "the set-up and its clean-up")
		})
	}
}

// A set-up that is gone on with says the same.
func TestARunThatIsGoneOnWithSaysHowToDeliver(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	q := run.Request{Answers: answers("setup", firm, first, "writer")}
	q.Answers.Access, q.Answers.KeyFile = "add", filepath.Join(t.TempDir(), "key")
	r := s.opened(q)
	for range 3 {
		s.step(r)
	}
	r.Close()
	q.Answers.KeyFile, q.Run, q.Resume = "", r.Facts().Run, true
	e := s.run(q)
	if e.Code != run.Done || !strings.Contains(e.Deliver, "s3api put-object --bucket my.test.bucket --key FILE --body FILE --if-none-match '*'") || !strings.Contains(strings.Join(e.Next, "\n"), "If-None-Match") {
		t.Errorf("it ends with %d, delivers by %q and says %q, %v", e.Code, e.Deliver, e.Next, e.Problem)
	}
}

// In a demo the line is for as long as it runs: it is not among what to do afterwards.
func TestADemoDeliversWhileItRuns(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	q := run.Request{Answers: answers("setup", firm, first, "writer"), Demo: true}
	q.Answers.KeyFile = filepath.Join(t.TempDir(), "key")
	e := s.run(q)
	if e.Deliver == "" || len(e.Next) > 0 || e.CleanUp != "" {
		t.Errorf("it delivers by %q, and to do is %q, %q", e.Deliver, e.Next, e.CleanUp)
	}
	if _, err := os.Stat(q.Answers.KeyFile); err != nil {
		t.Errorf("the key is not there to deliver with: %v", err)
	}
}
