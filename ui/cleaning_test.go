package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/journal"
	"crossgrant/ui/uitest"
)

// confirms types the id of the account that is asked for.
func (r *rig) confirms(account string) {
	r.t.Helper()
	r.sees("type its 12-digit id. It is "+policy.Dashed(account), "enter confirm")
	r.types(account)
	r.press("enter")
}

// setUp makes a set-up that is kept, and returns its run.
func (s *stage) setUp(t *testing.T) string {
	t.Helper()
	r := newRig(t, s.options)
	r.answersAll("setup")
	r.press("enter")
	for _, title := range []string{"Let the firm in", "Make the firm's user", "Pass the access on", "Write and read as the firm's user", "Tidy up after the test"} {
		r.step(title, "")
	}
	r.sees("This run has made, and it stays")
	r.app.farewell(nil, true)
	return r.app.progress.run
}

// cleaner is the wizard at the plan of a run's clean-up.
func (s *stage) cleaner(t *testing.T, run string) *rig {
	t.Helper()
	s.options.Answers.Journey, s.options.CleanUp, s.options.Answers.Bucket = "cleanup", run, ""
	r := newRig(t, s.options)
	r.sees("This is the plan.")
	return r
}

func TestABucketThatGoesMustBeNamed(t *testing.T) {
	f := uitest.Facts()
	c := steps.Change{Step: steps.CleanUp{In: steps.Customer}.Info(), Actions: []steps.Action{
		{As: steps.CustomerAdmin, Op: awsops.DeleteBucket{Bucket: "my.test.bucket", Owner: "111122223333"}},
	}}
	var wanted []string
	for _, p := range proofsFor(f, c) {
		wanted = append(wanted, p.Wanted)
	}
	if !slices.Equal(wanted, []string{"111122223333", "my.test.bucket"}) {
		t.Errorf("to be typed: %q", wanted)
	}
}

func TestNothingGoesBeforeTheRightIDIsTyped(t *testing.T) {
	s := newStage(t)
	before := s.box.Snapshot()
	run := s.setUp(t)
	made := s.box.Snapshot()
	r := s.cleaner(t, run)
	r.press("enter")
	r.sees("type its 12-digit id. It is 1111-2222-3333", "enter confirm")
	r.types("11112222333")
	r.press("enter")
	r.sees("That is not the id of the customer's account. Nothing was changed.")
	r.press("esc")
	r.sees("This is the plan.")
	r.press("enter")
	r.sees("Account id:")
	r.types("?q 4444-5555-6666") // which are no keys here
	r.sees("?q 4444-5555-6666")
	r.press("enter", "enter")
	r.sees("That is not the id of the customer's account.")
	r.press("ctrl+c")
	r.sees("Do you want to leave?", "Leave it there")
	r.lacks("Take it back now") // by a road that asks for no account
	r.press("esc")
	r.sees("enter confirm")
	r.press("esc")
	r.sees("This is the plan.", "enter begin")
	r.press("enter")
	if now := s.box.Snapshot(); !slices.Equal(now, made) {
		t.Fatalf("something is gone already:\n%s", now)
	}
	r.confirms("1111-2222-3333")
	r.sees("Clean up the customer's side", "enter apply", "[Changes]")
	if now := s.box.Snapshot(); !slices.Equal(now, made) {
		t.Fatalf("something is gone before it was approved:\n%s", now)
	}
	r.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	r.sees("type its 12-digit id. It is 4444-5555-6666")
	r.press("esc")
	r.sees("What is true now", "enter go on")
	r.press("enter")
	r.confirms("444455556666")
	r.sees("Clean up the firm's side", "enter apply")
	r.press("b")
	r.sees("This clean-up has begun already. Press q to leave the rest as it is.")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
	r.sees("Nothing of the run "+run+" is left.", "This is gone", "the policy of the bucket my.test.bucket")
	text, code := r.app.farewell(nil, true)
	if code != 0 || !strings.Contains(text, "gone: the user test-writer") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
	if now := s.box.Snapshot(); !slices.Equal(now, before) {
		t.Errorf("the accounts are not as they were:\n%s", now)
	}
}

func TestACleanUpInTheDemoAsksForNoID(t *testing.T) {
	s := newStage(t)
	run := s.setUp(t)
	s.options.Demo = true
	r := s.cleaner(t, run)
	r.press("enter")
	r.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
}

func TestASideWithNothingToRemoveIsNotAskedFor(t *testing.T) {
	s := newStage(t)
	run := s.setUp(t)
	live, err := s.session(t, "my_awesome_customer").BucketPolicy(t.Context(), "my.test.bucket", "111122223333")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.session(t, "my_awesome_customer").Perform(t.Context(), awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", Before: live}); err != nil {
		t.Fatal(err)
	}
	r := s.cleaner(t, run)
	r.press("enter")
	r.sees("Clean up the customer's side", "enter go on")
	r.press("enter", "enter")
	r.sees("Nothing of this run is left in the customer's account.")
	r.press("enter")
	r.confirms("444455556666")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
}

func TestWhatCannotBeRemovedIsReportedWithItsCommand(t *testing.T) {
	s := newStage(t)
	run := s.setUp(t)
	r := s.cleaner(t, run)
	s.box.Inject(sandbox.Fault{Operation: "DeleteBucketPolicy", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	r.press("enter")
	r.confirms("111122223333")
	r.sees("Clean up the customer's side", "enter apply")
	r.press("enter")
	r.sees("they are still there", "the policy of the bucket my.test.bucket", "s leave it, and go on")
	r.lacks("take everything back")
	r.press("u") // which is no key here
	r.sees("s leave it, and go on")
	r.press("s")
	r.confirms("444455556666")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
	r.sees("Some of what was to be removed is still there.", "This is left behind", "the policy of the bucket my.test.bucket: ")
	text, code := r.app.farewell(nil, true)
	for _, want := range []string{
		"aws --profile my_awesome_customer s3api delete-bucket-policy", "--bucket my.test.bucket",
		"gone: the user test-writer", "To look again, and remove what can go then: crossgrant cleanup " + run,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("in the terminal %q is missing:\n%s", want, text)
		}
	}
	if code != exitLeft {
		t.Errorf("exit %d", code)
	}
	if md := r.app.ending.Markdown(); !strings.Contains(md, "```sh\naws --profile my_awesome_customer s3api delete-bucket-policy") || !strings.Contains(md, "## Gone") {
		t.Errorf("the report:\n%s", md)
	}

	again := s.cleaner(t, run)
	again.press("enter")
	again.confirms("111122223333")
	again.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	again.sees("Clean up the firm's side", "enter go on")
	again.press("enter", "enter")
	again.sees("What is true now")
	again.press("enter")
	again.sees("Nothing of the run " + run + " is left.")
}

func TestWhatStaysIsReportedWithTheReason(t *testing.T) {
	s := newStage(t)
	run := s.setUp(t)
	foreign := awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "payroll", After: new(policy.WriterPolicy("aws", "payroll"))}
	if _, err := s.session(t, "my_firm").Perform(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	r := s.cleaner(t, run)
	r.press("enter")
	r.confirms("111122223333")
	r.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	r.sees("This stays: the user test-writer: somebody gave it the inline policy payroll")
	r.press("enter", "enter")
	r.sees("everything that could be removed is gone")
	r.press("enter")
	r.sees("Everything else is gone, but something had to stay.", "the user test-writer: somebody gave it the inline policy payroll", "This is gone", "crossgrant cleanup "+run)
	r.lacks("u try again")
	if _, code := r.app.farewell(nil, true); code != exitLeft {
		t.Errorf("exit %d", code)
	}
}

func TestTally(t *testing.T) {
	f := uitest.Facts()
	foreign := uitest.Changes()[0].Actions[0].Op.Describe().Before
	user := awsops.DeleteUser{Account: "111122223333", Name: "test-customer"}
	entry := func(seq int, state journal.State, op awsops.Operation) journal.Entry {
		return journal.Entry{Seq: seq, State: state, Operation: op}
	}
	gone, failed := tally([]journal.Entry{
		entry(1, journal.Done, awsops.SetBucketPolicy{Bucket: "my.test.bucket", Before: f.BucketPolicy, After: foreign}),
		entry(2, journal.Failed, user),
		entry(3, journal.Lost, awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "writer-policy"}),
		entry(4, journal.Intended, awsops.DeleteUser{Account: "444455556666", Name: "test-writer"}),
		entry(5, journal.Done, user), // in a second try
	})
	if len(gone) != 2 || !strings.Contains(gone[0], "statement") || gone[1] != "the user test-customer in 1111-2222-3333" {
		t.Errorf("gone: %q", gone) // the policy itself is not: there are statements of others in it
	}
	var left []int
	for _, e := range inOrder(failed) {
		left = append(left, e.Seq)
	}
	if !slices.Equal(left, []int{3, 4}) {
		t.Errorf("failed: entries %v", left)
	}
}

// What somebody else removes meanwhile is not reported as left.
func TestWhatIsGoneMeanwhileNeedsNoHand(t *testing.T) {
	s := newStage(t)
	run := s.setUp(t)
	r := s.cleaner(t, run)
	s.box.Inject(sandbox.Fault{Operation: "DeleteUser", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "no"})
	r.press("enter")
	r.confirms("111122223333")
	r.step("Clean up the customer's side", "")
	r.confirms("444455556666")
	r.sees("Clean up the firm's side", "enter apply")
	r.press("enter")
	r.sees("they are still there", "s leave it, and go on")
	u, err := s.session(t, "my_firm").User(t.Context(), "test-writer")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.session(t, "my_firm").Perform(t.Context(), awsops.DeleteUser{Account: "444455556666", Name: "test-writer", Run: run, ID: u.ID}); err != nil {
		t.Fatal(err)
	}
	r.press("r")
	r.sees("Clean up the firm's side", "enter go on")
	r.press("enter")
	r.sees("Nothing of this run is left in the firm's account.")
	r.press("enter")
	r.sees("Nothing of the run " + run + " is left.")
	r.lacks("by hand")
}

// throwAway loses the records of runs, as if another computer had them.
func (s *stage) throwAway(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.options.StateDir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no records in %s: %v", s.options.StateDir, err)
	}
	for _, f := range files {
		if err := os.RemoveAll(f); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCleanUpWithoutARecord(t *testing.T) {
	s := newStage(t)
	before := s.box.Snapshot()
	s.setUp(t)
	s.throwAway(t)
	r := newRig(t, s.options)
	r.sees("Clean up after another computer")
	r.lacks("Clean up the setup of")
	r.press("end", "enter")
	r.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	r.press("enter")
	r.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "there is one with 1 statement, which has a name that crossgrant gives")
	r.press("enter")
	r.sees("This is the plan.", "Delete the policy of the bucket my.test.bucket", "Delete the user test-writer", "There is no record to go by")
	r.press("b")
	r.sees("Which bucket")
	r.press("enter")
	r.sees("This is the plan.")
	r.press("enter")
	r.confirms("111122223333")
	r.sees("Clean up the customer's side", "enter apply")
	r.press("q")
	r.sees("--customer-profile my_awesome_customer --firm-profile my_firm --bucket my.test.bucket")
	r.press("esc")
	r.step("Clean up the customer's side", "Nothing that was found in the customer's account is left there.")
	r.confirms("444455556666")
	r.step("Clean up the firm's side", "Nothing that was found in the firm's account is left there.")
	r.sees("Nothing that crossgrant made is left in the two accounts, as far as its tags and its statements in the bucket's policy tell.", "This is gone", "the user test-writer")
	if _, code := r.app.farewell(nil, true); code != 0 {
		t.Errorf("exit %d", code)
	}
	if now := s.box.Snapshot(); !slices.Equal(now, before) {
		t.Errorf("the accounts are not as they were:\n%s", now)
	}
}

func TestASearchThatFindsNothingSaysSo(t *testing.T) {
	s := newStage(t)
	s.options.Answers.Journey = "cleanup" // with a bucket and no record, as the command line may say
	r := newRig(t, s.options)
	r.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	r.press("enter")
	r.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "✓ Policy there is none")
	r.press("enter")
	r.sees("This is the plan.", "there is nothing to remove")
	r.press("q")
	r.until("the end", func() bool { return r.gone })
	if text, code := r.app.farewell(nil, true); code != 130 || len(mutations(s.box)) > 0 {
		t.Errorf("exit %d, changed %v, and in the terminal:\n%s", code, mutations(s.box), text)
	}
}

func TestASearchThatFailsCanBeRetried(t *testing.T) {
	s := newStage(t)
	s.setUp(t)
	s.throwAway(t)
	s.options.Answers.Journey = "cleanup"
	r := newRig(t, s.options)
	r.sees("✓ 1111-2222-3333")
	r.press("enter")
	r.sees("✓ 4444-5555-6666")
	r.press("enter")
	r.sees("there is one with 1 statement")
	s.box.Inject(sandbox.Fault{Operation: "ListUsers", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	r.press("enter")
	r.sees("What you can do", "Nothing was changed.", "r try again")
	r.lacks("Nothing of this run is left")
	r.press("b")
	r.sees("Which bucket")
	r.press("enter")
	r.sees("This is the plan.", "Delete the user test-writer")
}
