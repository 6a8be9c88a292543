package steps

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
)

func TestTheKeyOfASetupIsSavedOnce(t *testing.T) {
	s := newStage(t)
	a := answers("setup")
	a.KeyFile = filepath.Join(t.TempDir(), "key")
	w := s.prepare(a)
	if err := walk(t.Context(), NewEngine(w, Setup(Answers{}), ignore), -1); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(a.KeyFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file of the key: %v, %v", info, err)
	}
	writer, err := awsops.Source{CredentialsFile: a.KeyFile, ConfigFile: os.DevNull, Endpoint: s.box.URL(), Pace: quick}.Open(t.Context(), "test-writer")
	if err != nil {
		t.Fatal(err)
	}
	if id, err := writer.Identity(t.Context()); err != nil || id.ARN != w.Writer.ARN {
		t.Errorf("with the saved key AWS says %+v, %v", id, err)
	}
	if left, _ := NewEngine(w, Setup(Answers{}), ignore).Undo(t.Context()); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	if _, err := os.Stat(a.KeyFile); !errors.Is(err, os.ErrNotExist) {
		t.Error("the key is deleted, and its file is still there")
	}
}

func TestAKeyThatCannotBeSavedIsDeleted(t *testing.T) {
	s := newStage(t)
	before := s.box.Snapshot()
	a := answers("setup")
	a.KeyFile = filepath.Join(t.TempDir(), "key")
	e := NewEngine(s.prepare(a), Setup(Answers{}), ignore)
	if err := os.WriteFile(a.KeyFile, []byte("[mine]\n"), 0o600); err != nil { // since it was looked for
		t.Fatal(err)
	}
	says(t, walk(t.Context(), e, -1), "could not be saved", a.KeyFile, "--key-file")
	if left, _ := e.Undo(t.Context()); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	s.unchanged(before)
	if text := readFile(t, a.KeyFile); text != "[mine]\n" {
		t.Errorf("the other's file holds %q", text)
	}
}

func TestAnotherPolicyOfThatNameStays(t *testing.T) {
	s := newStage(t)
	firm := s.session("my_firm")
	elsewhere := policy.WriterPolicy("aws", "another-bucket")
	if _, err := firm.Perform(t.Context(), awsops.SetUserPolicy{Account: "444455556666", User: "admin", Name: policyName, After: &elsewhere}); err != nil {
		t.Fatal(err)
	}
	before := s.box.Snapshot()
	e := NewEngine(s.prepare(journeys["setup of an existing user"]), Setup(Answers{UseExisting: true}), ignore)
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]policy.Document{policyName: elsewhere, policyName + "-my.test.bucket": policy.WriterPolicy("aws", "my.test.bucket")} {
		if d, err := firm.InlinePolicy(t.Context(), awsops.UserIn("", "admin"), name); err != nil || !policy.Same(d, &want) {
			t.Errorf("the policy %s: %v, %v", name, d, err)
		}
	}
	if left, _ := e.Undo(t.Context()); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	s.unchanged(before)
}

func TestAFullInlinePolicyIsSeenBeforehand(t *testing.T) {
	s := newStage(t)
	var buckets []string
	for range 4 {
		buckets = append(buckets, "arn:aws:s3:::"+strings.Repeat("x", 60)+"/"+strings.Repeat("y", 380))
	}
	full := policy.WriterPolicy("aws", "b")
	full.Statements[0].Resource = policy.List{Values: buckets}
	if _, err := s.session("my_firm").Perform(t.Context(), awsops.SetUserPolicy{Account: "444455556666", User: "admin", Name: "other", After: &full}); err != nil {
		t.Fatal(err)
	}
	for i := range maxAttached - 1 { // beside AdministratorAccess
		arn := fmt.Sprintf("arn:aws:iam::444455556666:policy/theirs-%d", i)
		for _, op := range []awsops.Operation{awsops.SetManagedPolicy{ARN: arn, Run: "theirs", After: &full}, awsops.AttachPolicy{User: "admin", ARN: arn, Run: "theirs"}} {
			if _, err := s.session("my_firm").Perform(t.Context(), op); err != nil {
				t.Fatal(err)
			}
		}
	}
	before := s.box.Snapshot()
	_, _, err := Prepare(t.Context(), s.source, journeys["setup of an existing user"], Expected{})
	says(t, err, "no room", "admin")
	s.unchanged(before)
}

func TestAStepCanBeSkippedAndATestTriedAgain(t *testing.T) {
	s := newStage(t)
	before := s.box.Snapshot()
	w := s.prepare(answers("tour"))
	var seen []Event
	e := NewEngine(w, Tour(), func(ev Event) { seen = append(seen, ev) })
	if err := walk(t.Context(), e, 6); err != nil {
		t.Fatal(err)
	}
	info := e.Journey()[e.At()]
	if info.ID != "see-it-refused" || !info.Optional {
		t.Fatalf("the step at hand is %+v", info)
	}
	if err := e.Skip("not wanted"); err != nil {
		t.Fatal(err)
	}
	if e.State(info) != "skipped" {
		t.Errorf("the skipped step is %q", e.State(info))
	}
	if last, ok := seen[len(seen)-1].(Skipped); !ok || last.Why != "not wanted" {
		t.Errorf("the last event is %+v", seen[len(seen)-1])
	}
	if err := walk(t.Context(), e, 1); err != nil {
		t.Fatal(err)
	}
	s.box.Inject(sandbox.Fault{Operation: "GetObject", Status: 400, Code: "ExpiredToken", Message: "The provided token has expired."})
	var failed *TestError
	if err := walk(t.Context(), e, 1); !errors.As(err, &failed) {
		t.Fatalf("the test said %v", err)
	}
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatalf("tried again: %v", err)
	}
	s.unchanged(before)
	if e.At() != len(Tour()) {
		t.Errorf("it stands at step %d", e.At())
	}
	if err := e.Skip("x"); err == nil {
		t.Error("there is a step to skip behind the last")
	}
	if _, err := e.Plan(t.Context()); err == nil {
		t.Error("there is a step to plan behind the last")
	}
}

func TestATestThatFailsSaysWhichGateIsClosed(t *testing.T) {
	s := newStage(t)
	s.source.Pace.Budget = 1
	a := answers("setup")
	e := NewEngine(s.prepare(a), Setup(Answers{}), ignore)
	if err := walk(t.Context(), e, 3); err != nil {
		t.Fatal(err)
	}
	live := s.policy()
	none := policy.New(policy.Statement{
		Sid: "Other", Effect: "Allow", Principal: &policy.Principal{AWS: policy.List{Values: []string{"777788889999"}}},
		Action: policy.List{Values: []string{"s3:ListBucket"}}, Resource: policy.List{Values: []string{"arn:aws:s3:::my.test.bucket"}},
	})
	if live == nil {
		t.Fatal("the grant is not there")
	}
	s.setPolicy(none.Compact()) // somebody overwrites the grant
	err := walk(t.Context(), e, 1)
	var failed *TestError
	if !errors.As(err, &failed) {
		t.Fatalf("the test said %v", err)
	}
	says(t, err, "bucket")
}

func TestRecords(t *testing.T) {
	s := newStage(t)
	done := s.prepare(answers("tour"))
	if err := walk(t.Context(), NewEngine(done, Tour(), ignore), -1); err != nil {
		t.Fatal(err)
	}
	stopped := s.prepare(answers("setup"))
	if err := walk(t.Context(), NewEngine(stopped, Setup(Answers{}), ignore), 2); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(done.Journal.Close(), stopped.Journal.Close()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "99999999-broken.jsonl"), []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	records, err := Records(s.dir)
	if err != nil || len(records) != 3 {
		t.Fatalf("%+v, %v", records, err)
	}
	if broken := records[2]; broken.Problem == "" || broken.Unfinished() {
		t.Errorf("the broken journal is %+v", broken)
	}
	for _, r := range records[:2] {
		switch r.Run {
		case done.Run:
			if r.Unfinished() || len(r.Left) > 0 || len(r.Steps) != len(Tour()) {
				t.Errorf("the tour is %+v", r)
			}
		case stopped.Run:
			if !r.Unfinished() || len(r.Left) != 3 || len(r.Steps) != 2 || r.Bucket != "my.test.bucket" || r.Firm != "444455556666" {
				t.Errorf("the set-up is %+v", r)
			}
		}
	}
	w, err := Reopen(t.Context(), s.source, s.dir, "", Answers{})
	if err != nil || w.Run != stopped.Run {
		t.Fatalf("the one run with something left: %v", err)
	}
	_ = w.Journal.Close()
	_, err = GoOn(t.Context(), s.source, s.dir, stopped.Run, answers("tour"))
	says(t, err, "another journey", "crossgrant setup --resume "+stopped.Run)
	_, err = Reopen(t.Context(), s.source, s.dir, stopped.Run, Answers{FirmProfile: "stranger"})
	says(t, err, "another account", "4444-5555-6666", "--firm-profile")
	if _, err := Reopen(t.Context(), s.source, t.TempDir(), "", Answers{}); err == nil || !strings.Contains(err.Error(), "nothing to clean up") {
		t.Errorf("where no run is recorded: %v", err)
	}
	over, err := Reopen(t.Context(), s.source, s.dir, stopped.Run, Answers{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(over.Journal.End("undone"), over.Journal.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = GoOn(t.Context(), s.source, s.dir, stopped.Run, answers("setup"))
	says(t, err, "over", "crossgrant setup")
}

func TestSeveralRunsThatLeftSomething(t *testing.T) {
	s := newStage(t)
	for _, user := range []string{"one", "two"} {
		a := answers("setup")
		a.FirmUser = user
		w := s.prepare(a)
		if err := walk(t.Context(), NewEngine(w, Setup(Answers{}), ignore), 2); err != nil {
			t.Fatal(err)
		}
		_ = w.Journal.Close()
	}
	_, err := Reopen(t.Context(), s.source, s.dir, "", Answers{})
	says(t, err, "Several runs", "crossgrant cleanup 2", "crossgrant runs")
}

func TestADemoIsNotGoneOnWith(t *testing.T) {
	s := newStage(t)
	w, _, err := Prepare(t.Context(), s.source, answers("tour"), Expected{})
	if err == nil {
		err = errors.Join(w.Begin(s.dir, true), w.Journal.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Reopen(t.Context(), s.source, s.dir, w.Run, Answers{}); err == nil || !strings.Contains(err.Error(), "demo") {
		t.Errorf("it said %v", err)
	}
	if records, err := Records(s.dir); err != nil || len(records) != 0 {
		t.Errorf("a demo is listed: %+v, %v", records, err)
	}
}
