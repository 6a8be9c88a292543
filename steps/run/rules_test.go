package run_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// Buckets that others have rules for. ruled is a bucket with one rule more, and a set-up
// on it foreseen and done, each in a sandbox of its own.
type ruled struct {
	*stage
	notes    string
	dry, end run.Ending
	waited   []string // for what the set-up waited
}

func (s *stage) ruled(change func(*stage), change2 ...func(*run.Request)) ruled {
	s.t.Helper()
	change(s)
	q := run.Request{Answers: answers("setup", firm, first, "test-writer")}
	for _, c := range change2 {
		c(&q)
	}
	r := ruled{stage: s}
	r.notes, r.dry = s.fork().dryRun(q)
	q.Source, q.StateDir = s.source, s.dir
	watch := func(e steps.Event) {
		if w, ok := e.(steps.Waiting); ok {
			r.waited = append(r.waited, w.Wait.For)
		}
	}
	open, err := run.Open(s.t.Context(), q, watch)
	if err != nil {
		r.end = run.Refused(err)
		return r
	}
	defer open.Close()
	r.end = open.Unasked(s.t.Context(), context.WithoutCancel(s.t.Context()), watch)
	return r
}

// dryRun is what a run says beforehand, and how its rehearsal ends.
func (s *stage) dryRun(q run.Request) (notes string, e run.Ending) {
	s.t.Helper()
	q.Source, q.StateDir, q.DryRun = s.source, s.dir, true
	before := s.box.Snapshot()
	defer s.same(before, "a dry run")
	r, err := run.Open(s.t.Context(), q, func(steps.Event) {})
	if err != nil {
		return "", run.Refused(err)
	}
	defer r.Close()
	return strings.Join(r.Notes(), "\n"), r.Rehearse(s.t.Context(), func(steps.Event) {})
}

// rule has a customer's bucket bear one statement, with what is missing of it filled in.
func rule(elements string) func(*stage) {
	text := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":"House","Effect":"Deny"%s}]}`, elements)
	if !strings.Contains(elements, `rincipal":`) {
		text = strings.Replace(text, `"Effect"`, `"Principal":"*","Effect"`, 1)
	}
	if !strings.Contains(elements, "Resource") {
		text = strings.Replace(text, `"Effect"`, `"Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"],"Effect"`, 1)
	}
	return func(s *stage) {
		d, err := policy.Parse([]byte(text))
		if err != nil {
			s.t.Fatalf("%s: %v", text, err)
		}
		s.setPolicy(first, &d)
	}
}

// A Deny of sessions meets a role and not a user: beforehand it is said that it may.
func TestADenyOfSessions(t *testing.T) {
	theirs := rule(`,"Principal":{"AWS":"444455556666"},"Action":"s3:PutObject","Condition":{"Null":{"aws:TokenIssueTime":"false"}}`)
	if r := newStage(t).ruled(theirs); r.end.Code != run.Done || strings.Contains(r.notes, "House") {
		t.Errorf("a user: it ends %d with the notes %s", r.end.Code, r.notes)
	}
	r := newStage(t).ruled(theirs, func(q *run.Request) { q.Answers = asRole(q.Answers) })
	if r.end.Code != run.TestFailed || !strings.Contains(r.notes, "Statement 1 (House) of the bucket policy may forbid the firm's role arn:aws:iam::444455556666:role/test-writer s3:PutObject") {
		t.Errorf("a role: it ends %d with the notes %s", r.end.Code, r.notes)
	}
}

// A Deny that certainly refuses what the set-up needs is found before the first change,
// by whatever words it names the firm: caller, statement and call are said.
func TestADenyOfTheFirm(t *testing.T) {
	for name, c := range map[string]struct {
		theirs func(*stage)
		says   []string
	}{
		"that names the account by its root ARN": {func(s *stage) { s.setPolicy(first, readPolicy(t, "deny-names-account-by-root-arn.json")) }, []string{"Statement 1 (BlockOldVendor)", "user/test-writer", "s3:PutObject"}},
		"that names the account by its id":       {rule(`,"Principal":{"AWS":"444455556666"},"Action":"s3:PutObject"`), []string{"Statement 1 (House)", "s3:PutObject"}},
		"of reading alone":                       {rule(`,"Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:GetObject"`), []string{"s3:GetObject on my.test.bucket/crossgrant-probe/"}},
		"of all that is not listing":             {rule(`,"Principal":{"AWS":"444455556666"},"NotAction":"s3:List*"`), []string{"s3:PutObject and s3:GetObject"}},
		"of all files but an inbox":              {rule(`,"Principal":{"AWS":"444455556666"},"Action":"s3:PutObject","NotResource":"arn:aws:s3:::my.test.bucket/inbox/*"`), []string{"s3:PutObject", "--key"}},
		"of every other account":                 {rule(`,"Action":"s3:*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}`), []string{`the caller's account is not "111122223333"`}},
		"of every other principal":               {rule(`,"Action":"s3:*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:*"}}`), []string{"s3:PutObject"}},
	} {
		for _, kind := range []string{"user", "role"} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				s := newStage(t)
				c.theirs(s)
				before := s.box.Snapshot()
				r := s.ruled(func(*stage) {}, func(q *run.Request) {
					if kind == "role" {
						q.Answers = asRole(q.Answers)
					}
				})
				if r.dry.Code != run.Failed || r.end.Code != run.Failed || r.dry.Problem.Summary != r.end.Problem.Summary {
					t.Errorf("beforehand it ends %d and then %d: %s", r.dry.Code, r.end.Code, said(r.end))
				}
				for _, words := range append(c.says, "forbids the firm's user", "Nothing was changed") {
					says(t, r.end, strings.NewReplacer("user/", kind+"/", "firm's user", "firm's "+kind).Replace(words))
				}
				s.same(before, "a set-up that was refused")
			})
		}
	}
}

// A Deny of what the set-up does not need does not stop it. What the access would give and
// the rule refuses is said.
func TestADenyOfWhatTheSetUpDoesNotNeed(t *testing.T) {
	for name, c := range map[string]struct {
		theirs func(*stage)
		notes  string // "": nothing is noted
	}{
		"of ACLs alone":                   {func(s *stage) { s.setPolicy(first, readPolicy(t, "deny-acl-changes-only.json")) }, "Statement 1 (DenyAclChanges) of the bucket policy forbids the firm's user arn:aws:iam::444455556666:user/test-writer s3:PutObjectAcl"},
		"as Security Hub's S3.6 adds it":  {func(s *stage) { s.setPolicy(first, readPolicy(t, "deny-s3.6-remediation.json")) }, "Statement 2 of the bucket policy forbids the firm's user arn:aws:iam::444455556666:user/test-writer s3:PutObjectAcl"},
		"of listing":                      {rule(`,"Principal":{"AWS":"444455556666"},"Action":"s3:ListBucket"`), "s3:ListBucket"},
		"of other files":                  {rule(`,"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/private/*"`), "s3:GetObject on some of the files"},
		"of deleting, to the firm":        {rule(`,"Principal":{"AWS":"444455556666"},"Action":"s3:DeleteObject"`), ""},
		"of another account":              {rule(`,"Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Action":"s3:*"`), ""},
		"of the bucket's other settings":  {rule(`,"Action":["s3:PutBucketVersioning","s3:DeleteBucket"]`), ""},
		"of public ACLs":                  {rule(`,"Action":"s3:PutObject","Condition":{"StringEquals":{"s3:x-amz-acl":["public-read","public-read-write"]}}`), ""},
		"of all listing, to the customer": {rule(`,"Action":"s3:ListBucket"`), "s3:ListBucket"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			r := s.ruled(c.theirs)
			if r.dry.Code != run.Done || r.end.Code != run.Done || !s.delivered("test-writer") {
				t.Fatalf("beforehand it ends %d and then %d: %s", r.dry.Code, r.end.Code, said(r.end))
			}
			if c.notes == "" && r.notes != "" || !strings.Contains(r.notes, c.notes) {
				t.Errorf("noted is %q, want %q", r.notes, c.notes)
			}
			if len(r.end.Warnings) > 0 {
				t.Errorf("it warns of %q", r.end.Warnings)
			}
		})
	}
}

// What keeps the test file, or the customer's administrator from reading it, does not take
// a working set-up back: it stands, and what stays is named. Nothing waits for a Deny.
func TestADenyOfWhatOnlyTheTestWants(t *testing.T) {
	const admin = `,"Principal":{"AWS":"arn:aws:iam::111122223333:user/admin"}`
	for name, c := range map[string]struct {
		theirs func(*stage)
		notes  []string
		says   []string
		stays  bool
	}{
		"deleting": {rule(`,"Action":["s3:DeleteObject","s3:DeleteObjectVersion"]`), []string{"will stay", "Statement 1 (House)", "s3:DeleteObject on"}, []string{"The test file stays", "Statement 1 (House)"}, true},
		"deleting, with a second factor alone": {
			rule(`,"Action":"s3:DeleteObject*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`),
			[]string{"will stay", "second factor"},
			[]string{"The test file stays", "Statement 1 (House)"},
			true,
		},
		"deleting, from another network alone": {
			rule(`,"Action":"s3:DeleteObject","Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`),
			[]string{"may forbid", "s3:DeleteObject"},
			[]string{"The test file stays", "Statement 1 (House)"},
			true,
		},
		"deleting from the administrator's own network": {
			rule(`,"Action":"s3:DeleteObject","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`),
			[]string{"may forbid", "s3:DeleteObject"},
			nil, false,
		},
		"deleting versions": {func(s *stage) {
			s.version(first, types.BucketVersioningStatusEnabled)
			rule(`,"Action":"s3:DeleteObjectVersion"`)(s)
		}, []string{"will stay", "s3:DeleteObjectVersion"}, []string{"The test file stays"}, true},
		"the customer's reading": {rule(admin + `,"Action":"s3:GetObject"`), []string{"Statement 1 (House)", "customer's administrator", "s3:GetObject"}, []string{"was not shown", "Statement 1 (House)"}, false},
		"the customer's reading, perhaps": {
			rule(admin + `,"Action":"s3:GetObject","Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`),
			[]string{"may forbid", "customer's administrator"},
			[]string{"was not shown", "Statement 1 (House)"},
			false,
		},
		"the customer's reading and listing": {
			rule(admin + `,"Action":["s3:GetObject","s3:ListBucketVersions"]`),
			[]string{"will stay", "s3:GetObject"},
			[]string{"The test file stays", "was not shown"},
			true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			r := s.ruled(c.theirs)
			if r.dry.Code != run.Done || r.end.Code != run.Done || !s.delivered("test-writer") {
				t.Fatalf("beforehand it ends %d and then %d: %s", r.dry.Code, r.end.Code, said(r.end))
			}
			for _, want := range c.notes {
				if !strings.Contains(r.notes, want) {
					t.Errorf("noted is %q, without %q", r.notes, want)
				}
			}
			says(t, r.end, c.says...)
			if len(r.end.Left)+len(r.end.Commands) > 0 || len(r.waited) > 0 {
				t.Errorf("left is %q, to be removed by %q; it waited for %q", r.end.Left, r.end.Commands, r.waited)
			}
			if there := s.objects(first); len(there) > 0 != c.stays {
				t.Errorf("the bucket holds %q", there)
			}
			e := s.cleanUp(r.end.Facts.Run)
			if want := map[bool]int{true: run.Left, false: run.Done}[c.stays]; e.Code != want || len(e.Commands) > 0 {
				t.Errorf("the clean-up ends %d: %s", e.Code, said(e))
			}
		})
	}
}

// objects are the keys of what a bucket holds.
func (s *stage) objects(bucket string) (keys []string) {
	s.t.Helper()
	out, err := s.s3(customer).ListObjectsV2(s.t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket})
	must(s.t, err)
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
	}
	return keys
}

// own sets whom the files of a bucket belong to; "" is a bucket from before one could.
func (s *stage) own(bucket string, ownership types.ObjectOwnership) {
	s.t.Helper()
	if ownership == "" {
		_, err := s.s3(customer).DeleteBucketOwnershipControls(s.t.Context(), &s3.DeleteBucketOwnershipControlsInput{Bucket: &bucket})
		must(s.t, err)
		return
	}
	_, err := s.s3(customer).PutBucketOwnershipControls(s.t.Context(), &s3.PutBucketOwnershipControlsInput{
		Bucket: &bucket, OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: ownership}}},
	})
	must(s.t, err)
}

// Files that belong to the firm: the customer cannot read them. The test fails, at once,
// and says what the note had said.
func TestFilesThatBelongToWhoWritesThem(t *testing.T) {
	for name, c := range map[string]struct {
		ownership types.ObjectOwnership
		journey   string
		works     bool
	}{
		"ObjectWriter":            {types.ObjectOwnershipObjectWriter, "setup", false},
		"BucketOwnerPreferred":    {types.ObjectOwnershipBucketOwnerPreferred, "setup", false},
		"an old bucket":           {"", "setup", false},
		"ObjectWriter, by a tour": {types.ObjectOwnershipObjectWriter, "tour", false},
		"BucketOwnerEnforced":     {types.ObjectOwnershipBucketOwnerEnforced, "setup", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.own(first, c.ownership)
			before := s.box.Snapshot()
			r := s.ruled(func(*stage) {}, func(q *run.Request) { q.Answers.Journey = c.journey })
			if c.works {
				if r.end.Code != run.Done || strings.Contains(r.notes, "belong") {
					t.Errorf("it ends %d: %s\n%s", r.end.Code, r.notes, said(r.end))
				}
				return
			}
			if !strings.Contains(r.notes, "BucketOwnerEnforced") || r.end.Code != run.TestFailed || len(r.waited) > 0 {
				t.Errorf("noted is %q; it ends %d and waits for %q", r.notes, r.end.Code, r.waited)
			}
			says(t, r.end, "belongs to the firm's account", "BucketOwnerEnforced", "bucket-owner-full-control")
			s.same(before, "a set-up that failed")
		})
	}
}
