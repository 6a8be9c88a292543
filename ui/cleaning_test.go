package ui

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crossgrant/steps/run"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/ui/screen"
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
	r.keepsNoKey()
	for _, title := range []string{"Let the firm in", "Create the firm's user", "Give the firm's user access", "Test as the firm's user", "Tidy up after the test"} {
		r.until("the next step", func() bool { return r.app.call == nil && !r.app.guard.up })
		if _, first := r.app.top().(*screen.Confirm); first { // the step before had nothing to do
			r.types(r.app.facts().Bucket)
			r.press("enter")
		}
		r.sees(title, "[In words]") // or nothing to do, where another run did it
		r.press("end", "enter")
		r.sees("Where things stand")
		r.press("enter")
	}
	r.sees("This run created these, and they stay")
	r.app.farewell(nil, true)
	return r.app.progress.Facts.Run
}

// cleaner is the wizard at the plan of a run's clean-up.
func (s *stage) cleaner(t *testing.T, id string) *rig {
	t.Helper()
	s.options.Answers.Journey, s.options.Run, s.options.Answers.Bucket = "cleanup", id, ""
	r := newRig(t, s.options)
	r.sees("This is the plan.")
	return r
}

func TestNothingGoesBeforeTheRightIDIsTyped(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	before := s.box.Snapshot()
	id := s.setUp(t)
	made := s.box.Snapshot()
	r := s.cleaner(t, id)
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
	r.sees("Do you want to leave?", "Keep it for now")
	r.lacks("Undo it now") // by a road that asks for no account
	r.press("esc")
	r.sees("enter confirm")
	r.press("esc")
	r.sees("This is the plan.", "enter begin")
	r.press("enter")
	if now := s.box.Snapshot(); !slices.Equal(now, made) {
		t.Fatalf("something is gone already:\n%s", now)
	}
	r.confirms("1111-2222-3333")
	r.sees("Clean up the customer's side", "enter apply", "[In words]")
	if now := s.box.Snapshot(); !slices.Equal(now, made) {
		t.Fatalf("something is gone before it was approved:\n%s", now)
	}
	r.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	r.sees("type its 12-digit id. It is 4444-5555-6666")
	r.press("esc")
	r.sees("Where things stand", "enter go on")
	r.press("enter")
	r.confirms("444455556666")
	r.sees("Clean up the firm's side", "enter apply")
	r.press("b")
	r.sees("This clean-up has begun already. Press q to leave the rest as it is.")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
	r.sees("Nothing of the run "+id+" is left.", "This is gone", "the policy of the bucket my.test.bucket")
	text, code := r.app.farewell(nil, true)
	if code != 0 || !strings.Contains(text, "gone: the user test-writer") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
	if now := s.box.Snapshot(); !slices.Equal(now, before) {
		t.Errorf("the accounts are not as they were:\n%s", now)
	}
}

func TestACleanUpInTheDemoAsksForNoID(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.setUp(t)
	s.options.Demo = true
	r := s.cleaner(t, id)
	r.press("enter")
	r.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
}

func TestASideWithNothingToRemoveIsNotAskedFor(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.setUp(t)
	live, err := s.session(t, "my_awesome_customer").BucketPolicy(t.Context(), "my.test.bucket", "111122223333")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.session(t, "my_awesome_customer").Perform(t.Context(), awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", Before: live}); err != nil {
		t.Fatal(err)
	}
	r := s.cleaner(t, id)
	r.press("enter")
	r.sees("Clean up the customer's side", "enter go on")
	r.press("enter", "enter")
	r.sees("Nothing of this run is left in the customer's account.")
	r.press("enter")
	r.confirms("444455556666")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
}

func TestWhatCannotBeRemovedIsReportedWithItsCommand(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.setUp(t)
	r := s.cleaner(t, id)
	s.box.Inject(sandbox.Fault{Operation: "DeleteBucketPolicy", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	r.press("enter")
	r.confirms("111122223333")
	r.sees("Clean up the customer's side", "enter apply")
	r.press("enter")
	r.sees("This run created the following", "the policy of the bucket my.test.bucket", "s leave it, and go on")
	r.lacks("undo everything")
	r.press("u") // which is no key here
	r.sees("s leave it, and go on")
	r.press("s")
	r.confirms("444455556666")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
	r.sees("Some of what was to be removed is still there.", "This is left behind", "the policy of the bucket my.test.bucket: ")
	text, code := r.app.farewell(nil, true)
	for _, want := range []string{
		"aws --profile my_awesome_customer s3api delete-bucket-policy", "--bucket my.test.bucket",
		"gone: the user test-writer", "To look again, and remove what can go then: crossgrant cleanup " + id,
	} {
		if !strings.Contains(uitest.Flat(text), want) {
			t.Errorf("in the terminal %q is missing:\n%s", want, text)
		}
	}
	if code != run.Left {
		t.Errorf("exit %d", code)
	}
	if md := screen.Markdown(r.app.progress.Ending); !strings.Contains(md, "```sh\naws --profile my_awesome_customer s3api delete-bucket-policy") || !strings.Contains(md, "## This is gone") {
		t.Errorf("the report:\n%s", md)
	}

	again := s.cleaner(t, id)
	again.press("enter")
	again.confirms("111122223333")
	again.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	again.sees("Clean up the firm's side", "enter go on")
	again.press("enter", "enter")
	again.sees("Where things stand")
	again.press("enter")
	again.sees("Nothing of the run " + id + " is left.")
}

func TestWhatStaysIsReportedWithTheReason(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.setUp(t)
	foreign := awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "payroll", After: new(policy.WriterPolicy("aws", "payroll"))}
	if _, err := s.session(t, "my_firm").Perform(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	r := s.cleaner(t, id)
	r.press("enter")
	r.confirms("111122223333")
	r.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	r.confirms("444455556666")
	r.sees("Clean up the firm's side", "This stays: the inline policy payroll, of the user test-writer: somebody else added it.")
	r.step("Clean up the firm's side", "everything that could be removed is gone")
	r.sees("Everything else is gone, but something had to stay.", "the inline policy payroll, of the user test-writer: somebody else added it", "This is gone")
	text, code := r.app.farewell(nil, true)
	for _, want := range []string{"crossgrant cleanup " + id, "aws --profile my_firm iam delete-user-policy --user-name test-writer --policy-name payroll", "iam delete-user --user-name test-writer"} {
		if !strings.Contains(text, want) {
			t.Errorf("in the terminal %q is missing:\n%s", want, text)
		}
	}
	r.lacks("u try again")
	if code != run.Left {
		t.Errorf("exit %d", code)
	}
}

// A run of the same firm on the same bucket keeps what both need.
func TestWhatIsLeftToAnotherRunIsSaid(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	first := s.setUp(t)
	s.options.Answers.FirmUser = "another-writer"
	second := s.setUp(t)
	r := s.cleaner(t, first)
	const stays = "The statement CrossgrantFirm444455556666 of the bucket's policy stays, because the user another-writer"
	r.sees("Nothing can be removed here.", stays, "Delete the user test-writer")
	r.press("enter")
	r.sees("Clean up the customer's side", stays, "enter go on")
	r.press("enter")
	r.sees("Where things stand", stays)
	r.press("enter")
	r.confirms("444455556666")
	r.step("Clean up the firm's side", "")
	r.sees("Everything that was only this run's is gone.", "This stays, and is not this run's alone", stays, "the run "+second)
	text, code := r.app.farewell(nil, true)
	if code != run.Done || !strings.Contains(uitest.Flat(text), "This stays, and is not this run's alone: - "+stays) {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
	if md := screen.Markdown(r.app.progress.Ending); !strings.Contains(md, "## This stays, and is not this run's alone\n\n- "+stays) {
		t.Errorf("the report:\n%s", md)
	}
}

// What an earlier clean-up of a run did says nothing of this one.
func TestACleanUpThatFailsTheSecondTimeSaysSo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.setUp(t)
	foreign := awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "payroll", After: new(policy.WriterPolicy("aws", "payroll"))}
	if _, err := s.session(t, "my_firm").Perform(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	r := s.cleaner(t, id)
	r.press("enter")
	r.confirms("111122223333")
	r.step("Clean up the customer's side", "")
	r.confirms("444455556666")
	r.step("Clean up the firm's side", "")
	r.sees("something had to stay")
	r.app.farewell(nil, true)
	foreign.Before, foreign.After = foreign.After, nil
	if _, err := s.session(t, "my_firm").Perform(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}

	again := s.cleaner(t, id)
	again.press("enter")
	again.sees("Clean up the customer's side", "enter go on")
	again.press("enter")
	again.sees("Where things stand")
	again.press("enter")
	again.confirms("444455556666")
	again.sees("Clean up the firm's side", "enter apply")
	s.box.Inject(sandbox.Fault{Operation: "DeleteUser", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "no"})
	again.press("enter")
	again.sees("s leave it, and go on")
	again.press("q", "end", "enter")
	text, code := again.app.farewell(nil, true)
	if code != run.Left || !strings.Contains(text, "left: the user test-writer in 4444-5555-6666") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
}

// What somebody else removes meanwhile is not reported as left.
func TestWhatIsGoneMeanwhileNeedsNoHand(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.setUp(t)
	r := s.cleaner(t, id)
	s.box.Inject(sandbox.Fault{Operation: "DeleteUser", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "no"})
	r.press("enter")
	r.confirms("111122223333")
	r.step("Clean up the customer's side", "")
	r.confirms("444455556666")
	r.sees("Clean up the firm's side", "enter apply")
	r.press("enter")
	r.sees("This run created the following", "s leave it, and go on")
	u, err := s.session(t, "my_firm").User(t.Context(), "test-writer")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.session(t, "my_firm").Perform(t.Context(), awsops.DeleteUser{Account: "444455556666", Name: "test-writer", Run: id, ID: u.ID}); err != nil {
		t.Fatal(err)
	}
	r.press("r")
	r.sees("Clean up the firm's side", "enter go on")
	r.press("enter")
	r.sees("Nothing of this run is left in the firm's account.")
	r.press("enter")
	r.sees("Nothing of the run " + id + " is left.")
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
	t.Parallel()
	s := newStage(t)
	before := s.box.Snapshot()
	s.setUp(t)
	s.throwAway(t)
	r := newRig(t, s.options)
	r.tall()
	r.sees("Clean up without a record")
	r.lacks("Clean up the setup of")
	r.press("end", "enter")
	r.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	r.press("enter")
	r.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "there is one with 1 statement, which has a name that crossgrant gives")
	r.press("enter")
	r.sees("This is the plan.", "Delete the policy of the bucket my.test.bucket", "[ ] delete too: the user test-writer in 4444-5555-6666: it has every sign of a user that crossgrant created", "There is no record to go by")
	r.press("b")
	r.sees("Which bucket")
	r.press("enter")
	r.sees("This is the plan.")
	r.press("end", "space")
	r.sees("▸ [x] delete too: the user test-writer")
	r.press("enter")
	r.confirms("111122223333")
	r.sees("Clean up the customer's side", "enter apply")
	r.press("q")
	r.sees(`crossgrant cleanup --customer-profile my_awesome_customer \ --firm-profile my_firm --bucket my.test.bucket`)
	r.press("esc")
	r.step("Clean up the customer's side", "Nothing that was found in the customer's account is left there.")
	r.confirms("444455556666")
	r.step("Clean up the firm's side", "Nothing that was found in the firm's account is left there.")
	r.sees("Nothing that crossgrant created is left in the two accounts, as far as its tags and its statements in the bucket's policy tell.", "This is gone", "the user test-writer")
	if _, code := r.app.farewell(nil, true); code != 0 {
		t.Errorf("exit %d", code)
	}
	if now := s.box.Snapshot(); !slices.Equal(now, before) {
		t.Errorf("the accounts are not as they were:\n%s", now)
	}
}

func TestASearchThatFindsNothingSaysSo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Answers.Journey = "cleanup" // with a bucket and no record, as the command line may say
	r := newRig(t, s.options)
	r.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	r.press("enter")
	r.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "✓ Policy there is none")
	r.press("enter")
	r.sees("This is the plan.", "1 customer Clean up the customer's side Nothing is left here to remove.", "2 firm Clean up the firm's side Nothing is left here to remove.")
	r.lacks("already")
	r.press("q")
	r.until("the end", func() bool { return r.gone })
	if text, code := r.app.farewell(nil, true); code != 130 || len(mutations(s.box)) > 0 {
		t.Errorf("exit %d, changed %v, and in the terminal:\n%s", code, mutations(s.box), text)
	}
}

func TestASearchThatFailsCanBeRetried(t *testing.T) {
	t.Parallel()
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
	for _, operation := range []string{"GetAccountAuthorizationDetails", "ListUsers"} { // the second where the first is refused
		s.box.Inject(sandbox.Fault{Operation: operation, Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	}
	r.press("enter")
	r.sees("What you can do", "Nothing was changed.", "r try again")
	r.lacks("Nothing of this run is left")
	r.press("b")
	r.sees("Which bucket")
	r.press("enter")
	r.sees("This is the plan.", "delete too: the user test-writer")
}
