package run_test

import (
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/steps/run"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// A user with a path is let in by its whole ARN, and its clean-up leaves nothing.
func TestAGrantForAUserWithAPath(t *testing.T) {
	s := newStage(t)
	if _, err := s.iam(firm).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("bob"), Path: aws.String("/team/x/")}); err != nil {
		t.Fatal(err)
	}
	before := s.box.Snapshot()
	a := answers("setup", firm, first, "bob")
	a.OnlyThisUser, a.UseExisting, a.KeyFile = true, true, filepath.Join(t.TempDir(), "key")
	set := s.run(run.Request{Answers: a})
	if set.Code != run.Done || len(set.Warnings) > 0 {
		t.Fatalf("it ends %d: %s", set.Code, said(set))
	}
	const arn = "arn:aws:iam::" + firm + ":user/team/x/bob"
	if live := s.policy(first).Compact(); !strings.Contains(live, `"aws:PrincipalArn":"`+arn+`"`) {
		t.Errorf("the policy is %s", live)
	}
	w := *s.fork() // where files are written
	w.t = t
	if worked := w.may(w.as(saved(t, a.KeyFile)), ""); !worked["write a new file"] {
		t.Errorf("bob may %v", worked)
	}
	f := *s.fork() // without the record
	f.t = t
	f.forgetRecord(set.Facts.Run)
	f.run(run.Request{Answers: answers("cleanup", firm, first, "")})
	if live := f.policy(first); live != nil {
		t.Errorf("a clean-up without the record leaves %s", live.Compact())
	}
	if e := s.cleanUp(set.Facts.Run); e.Code != run.Done {
		t.Errorf("the clean-up ends %d: %s", e.Code, said(e))
	}
	s.same(before, "the set-up and its clean-up")
}
