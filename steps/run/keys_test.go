package run_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// notes are what the steps of a run would say before each is taken.
func (s *stage) notes(q run.Request) (all []string) {
	s.t.Helper()
	q.Source, q.StateDir = s.source, s.dir
	r, err := run.Open(s.t.Context(), q, func(steps.Event) {})
	must(s.t, err)
	defer r.Close()
	changes, err := r.Foresee(s.t.Context())
	must(s.t, err)
	for _, c := range changes {
		all = append(all, c.Notes...)
	}
	return all
}

// addToKey does what a note says of the key's policy.
func (s *stage) addToKey(key string, said []string) {
	s.t.Helper()
	given := regexp.MustCompile(`\{"Sid":"CrossgrantFirm.*\}`).FindString(strings.Join(said, "\n"))
	add, err := policy.Parse([]byte(document(given)))
	if err != nil {
		s.t.Fatalf("there is no statement in %q: %v", said, err)
	}
	is, err := s.session(customer).KeyPolicy(s.t.Context(), key)
	must(s.t, err)
	s.keyPolicy(key, inside(policy.Merge(is, add.Statements...)))
}

// For each access a set-up of a bucket that encrypts with a key says what the customer adds
// to the key's policy, works once that is there, and is taken back but for that.
func TestASetUpWithAKey(t *testing.T) {
	t.Parallel()
	base := newStage(t)
	key := base.key("us-east-1", "")
	base.encrypt(first, key)
	for _, access := range policy.Accesses {
		for _, only := range []bool{false, true} {
			t.Run(string(access), func(t *testing.T) {
				t.Parallel()
				w := *base
				w.t = t
				s := w.fork()
				q := run.Request{Answers: answers("setup", firm, first, "writer")}
				q.Answers.Access, q.Answers.OnlyThisUser = string(access), only
				if only {
					q.Answers = asRole(q.Answers)
				}
				said := s.notes(q)
				if text := strings.Join(said, "\n"); !strings.Contains(text, "it is not there yet") || !strings.Contains(text, "Get the key's policy: aws --profile my_awesome_customer kms get-key-policy --key-id "+key) || !strings.Contains(text, "S3 refuses this as long as") {
					t.Fatalf("it says %s", text)
				}
				s.addToKey(key, said)
				if text := strings.Join(s.notes(q), "\n"); !strings.Contains(text, "lets the firm in already") || strings.Contains(text, "get-key-policy") {
					t.Errorf("with the statement it says %s", text)
				}
				before := s.box.Snapshot()
				e := s.run(q)
				if e.Code != run.Done || e.Facts.KMSKey != key {
					t.Fatalf("it ends with %d: %v", e.Code, e.Problem)
				}
				if put := slices.IndexFunc(s.box.Calls(), func(c sandbox.Call) bool { return c.Operation == "PutKeyPolicy" && c.Code == "" }); put < 0 || slices.ContainsFunc(s.box.Calls()[put+1:], func(c sandbox.Call) bool { return c.Operation == "PutKeyPolicy" }) {
					t.Error("it wrote the key's policy")
				}
				check := steps.Question{Answers: steps.Answers{Journey: "check", Bucket: first, CustomerProfile: profiles[customer], FirmProfile: profiles[firm], FirmUser: "writer"}}
				if only {
					check.FirmUser, check.FirmRole = "", "writer"
				}
				if c, _ := (&checkStage{s}).check(check); c.Verdict == nil || !c.Verdict.Holds {
					t.Errorf("a check says %+v, %v", c.Verdict, c.Problem)
				}
				sid := e.Facts.Grant().KeySid()
				found := run.Request{Answers: steps.Answers{Journey: "cleanup", Bucket: first, CustomerProfile: profiles[customer], FirmProfile: profiles[firm]}, Run: "lost"}
				if text := strings.Join(s.notes(found), "\n"); !strings.Contains(text, "The statement "+sid+" stands in the policy of the KMS key "+key) || strings.Count(text, "put it back:") != 1 {
					t.Errorf("a clean-up without a record says %s", text)
				}
				undone := s.cleanUp(e.Facts.Run)
				if undone.Code != run.Done || !strings.Contains(strings.Join(undone.Notes, "\n"), "The statement "+sid+" stands in the policy of the KMS key "+key) {
					t.Errorf("the clean-up ends with %d: %v", undone.Code, undone.Notes)
				}
				s.same(before, "the set-up and its clean-up")
			})
		}
	}
}

// Before the statement is there the test is refused, and that is said to be the cause, with
// the statement: at once, since no waiting opens the key. Once it is there the same set-up
// goes on.
func TestASetUpWithAKeyThatIsClosed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	key := s.key("us-east-1", "")
	s.encrypt(first, key)
	q := run.Request{Answers: answers("setup", firm, first, "writer")}
	q.Answers.Access = "deliver"
	q.Source, q.StateDir = s.source, s.dir
	r, err := run.Open(t.Context(), q, func(e steps.Event) {
		if w, waits := e.(steps.Waiting); waits {
			t.Errorf("it waits for %s", w.Wait.For)
		}
	})
	must(t, err)
	defer r.Close()
	if said := strings.Join(r.Notes(), "\n"); !strings.Contains(said, "that does not let the firm in yet: then the test is refused") || strings.Contains(steps.InOrder(r.Findings), "encryption") {
		t.Errorf("before it begins it says %s", said)
	}
	e := r.Unasked(t.Context(), t.Context(), func(steps.Event) {})
	if e.Problem == nil || e.Problem.Summary != "The bucket's encryption key does not let the user in" || !strings.Contains(strings.Join(e.Problem.Fixes, "\n"), "put it back: aws --profile my_awesome_customer kms put-key-policy --key-id "+key) {
		t.Fatalf("it ends with %d: %+v", e.Code, e.Problem)
	}
	s.addToKey(key, e.Problem.Fixes)
	if e := s.run(q); e.Code != run.Done {
		t.Errorf("with the statement it ends with %d: %s", e.Code, said(e))
	}
}

// A Deny that demands encryption by KMS is met with the grant's key, and so is what the
// shown line delivers.
func TestEncryptionByAKeyThatABucketDemandsIsSent(t *testing.T) {
	t.Parallel()
	const put = `,"Action":"s3:PutObject","Condition":`
	for name, c := range map[string]struct {
		rule, access, delivers string
		standard               bool // the bucket's own encryption is SSE-S3, and the key is named
	}{
		"by KMS":                 {put + `{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`, "", "--sse aws:kms --sse-kms-key-id KEY", false},
		"any":                    {put + `{"Null":{"s3:x-amz-server-side-encryption":"true"}}`, "deliver", "--sse aws:kms --sse-kms-key-id KEY", false},
		"with that key":          {put + `{"StringNotEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"KEY"}}`, "", "--sse aws:kms --sse-kms-key-id KEY", false},
		"to add":                 {put + `{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`, "add", "--server-side-encryption aws:kms --ssekms-key-id KEY", false},
		"by a key that is named": {put + `{"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}}`, "", "--sse aws:kms --sse-kms-key-id KEY", true},
		"of no file":             {put + `{"StringEquals":{"s3:x-amz-server-side-encryption":"AES256"}}`, "", "s3 cp FILE s3://my.test.bucket/FILE", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			key := s.key("us-east-1", keyGives)
			q := run.Request{Answers: answers("setup", firm, first, "writer")}
			q.Answers.Access, q.Answers.KeyFile = c.access, filepath.Join(t.TempDir(), "key")
			if c.standard {
				q.Answers.KMSKey = key
			} else {
				s.encrypt(first, key)
			}
			rule(strings.ReplaceAll(c.rule, "KEY", key))(s)
			e := s.run(q)
			if e.Code != run.Done || !strings.Contains(e.Deliver, strings.ReplaceAll(c.delivers, "KEY", key)) || strings.Contains(e.Deliver, "kms") != strings.Contains(c.delivers, "kms") {
				t.Fatalf("it ends with %d and delivers by %q: %s", e.Code, e.Deliver, said(e))
			}
		})
	}
}

// What a key that is named cannot be is refused before anything is changed.
func TestKeysThatCannotBe(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	key := s.key("us-east-1", keyGives)
	s.encrypt(first, key)
	before := s.box.Snapshot()
	for named, says := range map[string]string{
		"alias/files":                                    "aws kms describe-key --key-id alias/files --query KeyMetadata.Arn",
		"1234abcd-12ab-34cd-56ef-1234567890ab":           "arn:aws:kms:REGION:ACCOUNT:key/ID",
		"arn:aws:kms:us-east-1:111122223333:alias/files": "not the ARN of a KMS key",
		"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab": "encrypts with another key",
		"\x1b[2J": "<U+001B>",
	} {
		q := run.Request{Answers: answers("setup", firm, first, "writer")}
		q.Answers.KMSKey = named
		e := s.run(q)
		if e.Problem == nil || !strings.Contains(e.Problem.Error(), says) || strings.HasPrefix(named, "a") == false && e.Code != run.Usage {
			t.Errorf("%q: it ends with %d and says %v", named, e.Code, e.Problem)
		}
	}
	s.encrypt(first, "arn:aws:kms:us-east-1:111122223333:alias/files")
	if e := s.run(run.Request{Answers: answers("setup", firm, first, "writer")}); e.Problem == nil || !strings.Contains(e.Problem.Error(), "full ARN") {
		t.Errorf("an alias of the bucket's: %v", e.Problem)
	}
	s.encrypt(first, key)
	s.same(before, "what was refused")
}

// Each half by itself: the customer is told what to add and what to send, the firm's half
// has the key that it is told.
func TestHalvesWithAKey(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	key := s.key("us-east-1", "")
	s.encrypt(first, key)
	theirs := answers("setup", firm, first, "writer")
	theirs.Access, theirs.Only, theirs.FirmProfile, theirs.OtherAccount = "deliver", steps.Customer, "", firm
	e := s.run(run.Request{Answers: theirs})
	if e.Code != run.Done || !strings.Contains(strings.Join(e.Next, "\n"), "--kms-key "+key) {
		t.Fatalf("it ends with %d, and next is %q: %s", e.Code, e.Next, said(e))
	}
	ours := answers("setup", firm, first, "writer")
	ours.Access, ours.Only, ours.CustomerProfile, ours.OtherAccount, ours.Receipt = "deliver", steps.Firm, "", customer, e.Receipt
	for named, says := range map[string]string{"": "set it up again with the same flags and the key: --kms-key ARN", key: "The customer adds this statement to the policy of the key " + key} {
		before := ours
		before.KMSKey, before.FirmUser = named, fmt.Sprintf("writer-%d", len(named))
		e := s.run(run.Request{Answers: before})
		if e.Problem == nil || e.Problem.Summary != "The bucket's KMS key does not let the firm in yet" || !strings.Contains(said(e), says) {
			t.Errorf("with the key %q named, and shut, the firm's half ends with %d: %s", named, e.Code, said(e))
		}
	}
	ours.KMSKey = key
	s.addToKey(key, e.Next)
	if e := s.run(run.Request{Answers: ours}); e.Code != run.Done {
		t.Errorf("the firm's half ends with %d: %s", e.Code, said(e))
	}
}

// Two runs with one grant share the firm's statement, also where the bucket was given another
// key between them.
func TestRunsWithAKeyShareTheStatement(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	key := s.key("us-east-1", keyGives)
	s.encrypt(first, key)
	set := func(user string) run.Ending {
		q := run.Request{Answers: answers("setup", firm, first, user)}
		q.Answers.Access = "deliver"
		e := s.run(q)
		if e.Code != run.Done {
			t.Fatalf("%s ends with %d: %s", user, e.Code, said(e))
		}
		return e
	}
	one := set("one")
	s.encrypt(first, s.key("us-east-1", keyGives))
	two := set("two")
	must(t, os.Remove(two.Path)) // the other is found by what its user may do
	if e := s.cleanUp(one.Facts.Run); e.Code != run.Done || !s.delivers(awsops.Target{Account: firm, Kind: awsops.KindUser, Name: "two"}, first) {
		t.Errorf("the clean-up of one ends with %d and takes the access of two: %s", e.Code, said(e))
	}
}

// What an administrator may not read of the key is said to be unread, and stops nothing.
func TestASetUpWithAKeyThatIsNotRead(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	key := s.key("us-east-1", keyGives)
	s.encrypt(first, key)
	noEvidence(&checkStage{s}, "GetKeyPolicy", "DescribeKey")
	if text := strings.Join(s.notes(run.Request{Answers: answers("setup", firm, first, "writer")}), "\n"); !strings.Contains(text, "crossgrant has not read whether it is there already") {
		t.Errorf("it says %s", text)
	}
	if e := s.run(run.Request{Answers: answers("setup", firm, first, "writer")}); e.Code != run.Done {
		t.Errorf("it ends with %d: %s", e.Code, said(e))
	}
}

// A key of the bucket's settings that cannot be read is named, and then it works.
func TestAKeyThatIsNamed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	key := s.key("us-east-1", keyGives)
	s.encrypt(first, key)
	deny, err := policy.Parse([]byte(document(`{"Effect":"Deny","Principal":"*","Action":"s3:GetEncryptionConfiguration","Resource":` + theBucket + `}`)))
	must(t, err)
	s.setPolicy(first, &deny)
	buckets, _ := (&checkStage{s}).raw(customer)
	if _, err := buckets.GetBucketEncryption(t.Context(), &s3.GetBucketEncryptionInput{Bucket: aws.String(first)}); err == nil {
		t.Fatal("the setting can be read")
	}
	q := run.Request{Answers: answers("setup", firm, first, "writer")}
	r, err := run.Open(t.Context(), run.Request{Answers: q.Answers, Source: s.source}, func(steps.Event) {})
	must(t, err)
	if said := strings.Join(r.Notes(), "\n"); !strings.Contains(said, "encryption (s3:GetEncryptionConfiguration). If it encrypts with a KMS key of the customer's, start again and name the key's ARN by --kms-key.") {
		t.Errorf("before it begins it says %s", said)
	}
	r.Close()
	if e := s.run(q); e.Code == run.Done {
		t.Fatal("it works without the key")
	}
	q.Answers.KMSKey = key
	if e := s.run(q); e.Code != run.Done {
		t.Errorf("it ends with %d: %s", e.Code, said(e))
	}
}
