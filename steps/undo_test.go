package steps

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps/journal"
)

func TestAUserThatSomebodyGaveAKeyStaysWithItAlone(t *testing.T) {
	s := newStage(t)
	e := NewEngine(s.prepare(answers("setup")), Setup(Answers{}), ignore)
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	firm := s.session("my_firm")
	added, err := firm.Perform(t.Context(), awsops.CreateAccessKey{Account: "444455556666", User: "test-writer"})
	if err != nil {
		t.Fatal(err)
	}
	left, _ := e.Undo(t.Context())
	if len(left) != 2 || !strings.Contains(left[0].What, added.KeyID) || !strings.Contains(left[0].What, "never used") || !strings.Contains(left[1].What, "the user test-writer") {
		t.Fatalf("left %q, want the key with its age and last use, and the user", left)
	}
	for i, want := range []string{
		"aws --profile my_firm iam delete-access-key --user-name test-writer --access-key-id " + added.KeyID,
		"aws --profile my_firm iam delete-user --user-name test-writer",
	} {
		if want += " --endpoint-url " + s.box.URL(); !slices.Equal(left[i].Commands, []string{want}) {
			t.Errorf("%s is removed by %q, want %q", left[i].What, left[i].Commands, want)
		}
	}
	if u, err := firm.User(t.Context(), "test-writer"); err != nil || u == nil {
		t.Fatalf("the user is gone: %v", err)
	}
	if p, err := firm.InlinePolicy(t.Context(), awsops.UserIn("", "test-writer"), policyName); err != nil || p != nil {
		t.Errorf("the policy that crossgrant gave the user is still there: %v", err)
	}
	if s.policy() != nil {
		t.Error("the bucket's policy is still there")
	}
}

func TestUndoKeepsWhatOthersChangedMeanwhile(t *testing.T) {
	s := newStage(t)
	s.setPolicy(foreign)
	e := NewEngine(s.prepare(answers("setup")), Setup(Answers{}), ignore)
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	live := *s.policy()
	live.Statements = slices.DeleteFunc(slices.Clone(live.Statements), func(st policy.Statement) bool { return st.Sid == "TheirReader" })
	added := policy.Merge(&live, policy.Statement{
		Sid: "New", Effect: "Deny", Principal: &policy.Principal{Everyone: true},
		Action: policy.List{Values: []string{"s3:DeleteBucket"}}, Resource: policy.List{Values: []string{"arn:aws:s3:::my.test.bucket"}},
	})
	s.setPolicy(added.Compact())
	if left, _ := e.Undo(t.Context()); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	want := policy.Remove(&added, policy.SidFirm+"444455556666")
	if got := s.policy(); !policy.Same(got, want) {
		t.Errorf("the policy reads\n%s\nwant\n%s", got.Indent(), want.Indent())
	}
}

func TestJournalsHoldNoSecret(t *testing.T) {
	s := newStage(t)
	w := s.prepare(answers("tour"))
	var secrets []awsops.Secret
	e := NewEngine(w, Tour(), func(ev Event) {
		if d, ok := ev.(Done); ok && d.Receipt.Secret != "" {
			secrets = append(secrets, d.Receipt.Secret)
		}
	})
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	text := readFile(t, w.Journal.Path)
	if len(secrets) != 2 {
		t.Fatalf("%d secrets were made, want 2", len(secrets))
	}
	for _, secret := range secrets {
		if strings.Contains(text, secret.Reveal()) {
			t.Error("the journal holds a secret")
		}
	}
	j, err := journal.Read(w.Journal.Path)
	if err != nil {
		t.Fatal(err)
	}
	if len(fold(j)) > 0 {
		t.Error("a finished tour's journal says that something is left")
	}
}

func TestWhatAnotherMachineMadeIsFoundByItsTags(t *testing.T) {
	for name, a := range map[string]Answers{"tour": answers("tour"), "setup": answers("setup")} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.setPolicy(foreign)
			before := s.box.Snapshot()
			n := 5
			if name == "tour" {
				n = 8 // both users, before the second test
			}
			if err := walk(t.Context(), NewEngine(s.prepare(a), Journey(a), ignore), n); err != nil {
				t.Fatal(err)
			}
			a := Answers{Journey: "cleanup", CustomerProfile: "my_awesome_customer", FirmProfile: "my_firm", Bucket: "my.test.bucket"}
			w, err := Find(t.Context(), s.source, a, "", Expected{})
			if err != nil {
				t.Fatal(err)
			}
			e := NewEngine(w, Cleanup(), ignore)
			changes, err := e.Foresee(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				for _, ask := range c.Asks { // whose the keys are, nothing proves
					w.Include(ask.Target)
				}
			}
			if err := walk(t.Context(), e, -1); err != nil {
				t.Error(err)
			}
			if name == "tour" { // probes are found by the journal alone
				before = slices.DeleteFunc(before, isProbe)
			}
			after := slices.DeleteFunc(s.box.Snapshot(), isProbe)
			if d := cmp.Diff(before, after); d != "" {
				t.Errorf("the accounts are not as they were:\n%s", d)
			}
		})
	}
}

func isProbe(line string) bool { return strings.Contains(line, "crossgrant-probe/") }
