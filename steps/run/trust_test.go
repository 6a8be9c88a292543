package run_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// What a run trusts: its records, the accounts that were stated, the credentials of a profile.

// A clean-up writes the live document less the run's own statements, whatever a record
// says that stood there before.
func TestACleanUpNeverGrants(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	path := filepath.Join(s.dir, set.Facts.Run+".jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wide := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Action":"s3:*","Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"]}]}`
	forged := strings.Replace(string(text), `"before":null`, `"before":`+wide, 1)
	if forged == string(text) {
		t.Fatal("the record has no document that was not there before")
	}
	if err := os.WriteFile(path, []byte(forged), 0o600); err != nil {
		t.Fatal(err)
	}
	s.cleanUp(set.Facts.Run)
	if live := s.policy(first); live != nil {
		t.Errorf("the clean-up wrote %s", live.Compact())
	}
}

// The accounts that the person stated count on every road.
func TestStatedAccountsCountForACleanUp(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	before := s.box.Snapshot()
	for name, q := range map[string]run.Request{
		"by the record":    {Answers: steps.Answers{Journey: "cleanup"}, Run: set.Facts.Run},
		"without a record": {Answers: answers("cleanup", firm, first, "")},
	} {
		q.Expected = steps.Expected{Firm: "999999999999"}
		if e := s.run(q); e.Code != run.Failed || !strings.Contains(said(e), "FIRM_ACCT") {
			t.Errorf("%s it ends %d: %s", name, e.Code, said(e))
		}
	}
	s.same(before, "clean-ups of other accounts than were stated")
}

// A profile that comes to give another account's credentials in the middle of a run: the
// other account is left alone, and what was made before is said to stand.
func TestCredentialsThatMoveToAnotherAccount(t *testing.T) {
	s := newStage(t)
	given := filepath.Join(t.TempDir(), "given.json")
	become := func(profile string) {
		for _, p := range s.box.Profiles() {
			if p.Name == profile {
				text := fmt.Sprintf(`{"Version":1,"AccessKeyId":%q,"SecretAccessKey":%q,"Expiration":"2020-01-01T00:00:00Z"}`, p.AccessKeyID, p.SecretAccessKey)
				must(t, os.WriteFile(given, []byte(text), 0o600))
			}
		}
	}
	become("my_firm")
	keys, err := os.ReadFile(s.source.CredentialsFile)
	must(t, err)
	path := filepath.Join(t.TempDir(), "credentials")
	must(t, os.WriteFile(path, append(keys, "\n[moving]\ncredential_process = cat "+given+"\n"...), 0o600))
	s.source.CredentialsFile = path
	s.do(other, awsops.CreateUser{Account: other, Name: "test-writer", Run: "theirs"}) // where the policy would go
	a := answers("setup", firm, first, "test-writer")
	a.FirmProfile = "moving"
	r, err := run.Open(t.Context(), run.Request{Answers: a, Source: s.source, StateDir: s.dir}, func(e steps.Event) {
		if started, ok := e.(steps.Started); ok && started.Action.Op.Kind() == "set-user-policy" {
			become("stranger")
		}
	})
	must(t, err)
	defer r.Close()
	e := r.Unasked(t.Context(), t.Context(), func(steps.Event) {})
	if e.Code != run.Left {
		t.Errorf("it ends %d", e.Code)
	}
	says(t, e, "The credentials are of another account now", "the user test-writer in 4444-5555-6666")
	if list, err := s.session(other).InlinePolicies(t.Context(), awsops.UserIn("", "test-writer")); err != nil || len(list) > 0 {
		t.Errorf("the other account's user has %v, %v", list, err)
	}
	if u, err := s.session(firm).User(t.Context(), "test-writer"); err != nil || u == nil {
		t.Errorf("the firm's user is %v, %v", u, err)
	}
}
