package run_test

import (
	"os"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// Buckets as customers have them.

func readPolicy(t *testing.T, name string) *policy.Document {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := policy.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

// A bucket that nobody may delete from: what is proven stands, the test file stays and is
// named, nothing waits for what no waiting helps, and no command is named that cannot
// help.
func TestABucketThatNobodyMayDeleteFrom(t *testing.T) {
	s := newStage(t)
	s.setPolicy(first, readPolicy(t, "deny-object-deletion.json"))
	theirs := s.policy(first)
	r, err := run.Open(t.Context(), run.Request{Answers: answers("setup", firm, first, "test-writer"), Source: s.source, StateDir: s.dir}, func(e steps.Event) {
		if w, ok := e.(steps.Waiting); ok && strings.Contains(w.Wait.For, "delete") {
			t.Errorf("it waits for %s", w.Wait.For)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if notes := strings.Join(r.Notes(), "\n"); !strings.Contains(notes, "DenyObjectDeletion") || !strings.Contains(notes, "will stay") {
		t.Errorf("beforehand it says %q", notes)
	}
	e := r.Unasked(t.Context(), t.Context(), func(steps.Event) {})
	if e.Code != run.Done {
		t.Fatalf("the set-up ends %d: %s", e.Code, said(e))
	}
	says(t, e, "The test file stays", "-writer.txt", "DenyObjectDeletion", "lifecycle rule")
	if !s.delivered("test-writer") {
		t.Error("the set-up does not stand")
	}

	e = s.cleanUp(e.Facts.Run)
	if e.Code != run.Left || len(e.Commands) > 0 {
		t.Errorf("the clean-up ends %d: %s", e.Code, said(e))
	}
	says(t, e, "-writer.txt", "DenyObjectDeletion")
	if !policy.Same(s.policy(first), theirs) {
		t.Error("the customer's policy is not as it was")
	}
	if u, err := s.session(firm).User(t.Context(), "test-writer"); err != nil || u != nil {
		t.Errorf("the user is %v, %v", u, err)
	}

	e = s.run(run.Request{Answers: answers("tour", firm, first, "test-writer")})
	if e.Code != run.Left || strings.Count(said(e), "crossgrant-probe/") < 2 {
		t.Errorf("a tour ends %d: %s", e.Code, said(e))
	}
}

// delivered tells whether the user's policies let it write, where no file is wanted.
func (s *stage) delivered(user string) bool {
	s.t.Helper()
	p, err := s.session(firm).InlinePolicies(s.t.Context(), awsops.UserIn("", user))
	if err != nil {
		s.t.Fatal(err)
	}
	live := s.policy(first)
	return len(p) == 1 && live != nil && strings.Contains(live.Compact(), policy.SidFirm+firm)
}

// The customer's code took our statement over under another Sid, or split it in two. It is
// left alone, and nobody says that nothing is left.
func TestAStatementThatTheCustomerTookOver(t *testing.T) {
	grant := policy.FirmGrant("aws", firm, first)
	renamed := grant
	renamed.Sid = "AllowVendorUpload"
	lists, files := grant, grant
	lists.Sid, files.Sid = "VendorLists", "VendorFiles"
	lists.Action = policy.List{Values: []string{"s3:ListBucket", "s3:GetLifecycleConfiguration"}}
	files.Action = policy.List{Values: []string{"s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"}}
	lists.Resource, files.Resource = policy.List{Values: grant.Resource.Values[:1]}, policy.List{Values: grant.Resource.Values[1:]}
	for name, c := range map[string]struct {
		theirs policy.Document
		named  []string
	}{
		"under another Sid": {policy.New(renamed), []string{"Statement 1 (AllowVendorUpload)"}},
		"split in two":      {policy.New(lists, files), []string{"Statement 1 (VendorLists)", "Statement 2 (VendorFiles)"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			set := s.set(answers("setup", firm, first, "test-writer"))
			s.setPolicy(first, &c.theirs)
			e := s.cleanUp(set.Facts.Run)
			if e.Code != run.Done || strings.Contains(said(e), "Nothing of") {
				t.Errorf("it ends %d: %s", e.Code, said(e))
			}
			says(t, e, append(c.named, "4444-5555-6666", "left to the customer")...)
			if !policy.Same(s.policy(first), &c.theirs) {
				t.Error("the customer's statement was touched")
			}
		})
	}
}

// The customer narrowed our statement. It is not widened without being asked about.
func TestAStatementThatTheCustomerNarrowed(t *testing.T) {
	s := newStage(t)
	s.set(answers("setup", firm, first, "test-writer"))
	narrow := policy.FirmGrant("aws", firm, first)
	narrow.Action = policy.List{Values: []string{"s3:GetObject", "s3:ListBucket", "s3:PutObject"}}
	narrow.Resource = policy.List{Values: []string{"arn:aws:s3:::my.test.bucket", "arn:aws:s3:::my.test.bucket/incoming/*"}}
	s.setPolicy(first, new(policy.New(narrow)))
	before := s.box.Snapshot()
	q := run.Request{Answers: answers("setup", firm, first, "second")}
	e := s.run(q)
	if e.Code != run.Failed {
		t.Errorf("unasked it ends %d: %s", e.Code, said(e))
	}
	says(t, e, "CrossgrantFirm444455556666", "changed", "--yes")
	s.same(before, "a set-up that was refused")

	q.Source, q.StateDir = s.source, s.dir
	r, err := run.Open(t.Context(), q, func(steps.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c, err := r.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if proofs := r.Proofs(c); len(proofs) != 2 || !proofs[0].First || proofs[1].Holds("yes") || !proofs[1].Holds("replace") {
		t.Errorf("asked for are %+v", proofs)
	}
}
