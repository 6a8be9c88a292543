package ui

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/ui/uitest"
)

// answersAll goes from the first screen to the plan.
func (r *rig) answersAll(journey string) {
	r.t.Helper()
	r.sees("What would you like to do?")
	if journey == "setup" {
		r.press("down")
	}
	r.press("enter")
	r.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	r.press("enter")
	r.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "✓ Policy")
	r.press("enter")
	if journey == "setup" {
		r.sees("What should the firm be allowed?")
		r.press("enter")
	}
	r.sees("The name is free.")
	r.press("enter", "enter")
	r.sees("This is the plan. Nothing has been changed yet.")
}

// begins goes from the plan to the first step, with the name of the bucket typed where
// the accounts are real.
func (r *rig) begins() {
	r.t.Helper()
	r.press("enter")
	r.means()
}

// keepsNoKey goes on from the plan of a set-up that has nowhere to save its key.
func (r *rig) keepsNoKey() {
	r.t.Helper()
	r.press("enter")
	r.sees("Where should the key of", "(●) Nowhere: the key is deleted after the test")
	r.press("enter")
}

// means types the name of the bucket where the accounts are real.
func (r *rig) means() {
	r.t.Helper()
	if r.app.o.Demo {
		return
	}
	r.sees("This is not a demo.", "Bucket:", "enter confirm")
	r.types(r.app.facts().Bucket)
	r.press("enter")
}

// pasted is a text as a shell reads it, where a command goes on on the next line.
func pasted(text string) string { return regexp.MustCompile(`\\\n *`).ReplaceAllString(text, "") }

// step approves a step and goes on from its result.
func (r *rig) step(title, now string) {
	r.t.Helper()
	r.sees(title, "enter apply")
	r.press("enter")
	r.sees("Where things stand", now)
	r.press("enter")
}

func TestTour(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	before := s.box.Snapshot()
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.step("Create a test user", "is there, with the access key AKIA")
	r.step("Let the test user in", "lets the test user test-customer read and write")
	r.step("Test as the test user", "can write into the bucket")
	r.step("Remove the test user's access", "no longer let in")
	r.step("Create the firm's user", "is there, with the access key AKIA")
	r.sees("See the write refused", "enter apply")
	r.press("enter")
	r.sees("AWS refused it, as it should: AccessDenied.", "has no policy of its own", "403 AccessDenied", "as it should be", "SHUT OPEN")
	r.press("enter")
	r.sees("Give the firm's user access", "firm's gate SHUT → OPEN writer-policy", "bucket's gate OPEN Cross")
	r.step("Give the firm's user access", "Both sides say yes")
	r.step("Test as the firm's user", "can write into the bucket")
	r.step("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
	r.sees("Both accounts are as they were. Nothing is left to clean up.")
	r.press("enter")
	r.until("the end", func() bool { return r.gone })
	if text, code := r.app.farewell(nil, true); code != 0 || !strings.Contains(uitest.Flat(text), "Both accounts are as they were.") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
	if after := s.box.Snapshot(); !slices.Equal(after, before) {
		t.Errorf("the accounts are not as they were:\n%s\nbefore\n%s", after, before)
	}
}

func TestSetupIsKeptAndSays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.answersAll("setup")
	r.keepsNoKey()
	r.means()
	r.step("Let the firm in", "lets the firm's account in")
	r.step("Create the firm's user", "is there, with the access key AKIA")
	r.step("Give the firm's user access", "Both sides say yes")
	r.step("Test as the firm's user", "can write into the bucket")
	r.step("Tidy up after the test", "keeps its access")
	r.sees("test-writer can write into the bucket my.test.bucket", "This run created these, and they stay", "crossgrant cleanup "+r.app.progress.Facts.Run)
	r.sees("What to do next", "aws --profile my_firm iam create-access-key --user-name test-writer") // where it runs in the right account
	text, code := r.app.farewell(nil, true)
	if code != 0 || !strings.Contains(uitest.Flat(text), "crossgrant cleanup ") || !strings.Contains(pasted(text), "aws --profile my_firm iam create-access-key --user-name test-writer --endpoint-url "+s.box.URL()+"\n") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
	if records, err := steps.Records(s.options.StateDir); err != nil || len(records) != 1 || records[0].Ended != "finished" {
		t.Errorf("the record says %+v, %v", records, err)
	}

	// The next start offers to take it back.
	s.options.Answers.Journey = ""
	next := newRig(t, s.options)
	next.tall()
	next.sees("Clean up the setup of")
	next.lacks("Go on with")
	next.press("end", "up", "enter")
	next.sees("This is the plan.", "Delete the policy of the bucket")
	next.press("enter")
	next.confirms("111122223333")
	next.step("Clean up the customer's side", "Nothing of this run is left")
	next.confirms("444455556666")
	next.step("Clean up the firm's side", "Nothing of this run is left")
	next.sees("Nothing of the run "+r.app.progress.Facts.Run+" is left.", "This is gone", "the user test-writer in 4444-5555-6666")
	if _, code := next.app.farewell(nil, true); code != 0 {
		t.Errorf("exit %d", code)
	}
}

func TestASetupInTheDemoGivesNoAdviceForAnAccountThatEnds(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Demo = true
	r := newRig(t, s.options)
	r.answersAll("setup")
	r.begins()
	for range 5 {
		r.step("", "")
	}
	r.sees("test-writer can write into the bucket my.test.bucket", "This run created these, and they stay")
	r.lacks("create-access-key")
	if text, code := r.app.farewell(nil, true); code != 0 || strings.Contains(text, "create-access-key") || strings.Contains(text, "cleanup") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
}

func TestBackAndAnotherAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.sees("Let the firm in", "enter apply")
	r.press("b")
	r.sees("This is the plan.")
	r.press("b")
	r.sees("What should the users be called?")
	r.types("2")
	r.sees("The name is free.")
	r.press("esc")
	r.sees("Which bucket")
	r.press("esc")
	r.sees("Which profile is the firm's?")
	r.press("enter")
	r.sees("Which bucket")
	r.press("enter")
	r.sees("test-writer2")
	r.press("enter")
	r.sees("This is the plan.")
	r.press("down", "down", "down", "down", "down")
	r.sees("Create the user test-writer2")
	if calls := mutations(s.box); len(calls) > 0 {
		t.Errorf("something was changed on the way: %v", calls)
	}
}

func mutations(box *sandbox.Sandbox) []string {
	var names []string
	for _, c := range box.Calls() {
		if c.Mutates {
			names = append(names, c.Operation)
		}
	}
	return names
}

func TestTheHeaderNamesOnlyWhatIsChosen(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options) // which names a bucket from the start
	chosen := "my.test.bucket ← firm 4444-5555-6666"
	r.sees("What would you like to do?")
	r.press("enter")
	r.sees("✓ 1111-2222-3333")
	r.press("enter")
	r.sees("✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "there is none yet")
	r.lacks(chosen)
	r.press("enter")
	r.sees("What should the users be called?", chosen)
	r.press("esc", "esc", "esc")
	r.sees("Which profile is the customer's?")
	r.lacks(chosen)
}

func TestNothingIsChangedBeforeEnter(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.sees("Let the firm in", "enter apply")
	r.press("y", "space", "s", "tab", "c", "x", "esc")
	r.sees("This is the plan.")
	r.press("q")
	r.until("the end", func() bool { return r.gone })
	text, code := r.app.farewell(nil, true)
	if code != 130 || !strings.Contains(uitest.Flat(text), "Nothing was changed.") || len(mutations(s.box)) > 0 {
		t.Errorf("exit %d, changed %v, and in the terminal:\n%s", code, mutations(s.box), text)
	}
}

func TestWhereNothingIsThereLeavingAsksNothing(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"q", "esc", "ctrl+c"} {
		r := newRig(t, newStage(t).options)
		r.sees("What would you like to do?")
		r.press(key)
		r.until("the end", func() bool { return r.gone })
	}
}

func TestAnswersStayOnceSomethingWasApplied(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.sees("Create a test user", "enter apply")
	r.press("b")
	r.sees("Something was changed already, so the answers are fixed: q undoes it.", "enter apply")
	r.lacks("b back")
}

func TestRefusedOnceThenRetried(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.sees("Let the firm in", "enter apply")
	s.box.Inject(sandbox.Fault{Operation: "PutBucketPolicy", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	r.press("enter")
	r.sees("Nothing of this run is left in either account.", "AWS said:", "AccessDenied", "r try this step again")
	r.press("r")
	r.step("Let the firm in", "lets the firm's account in")
	r.sees("Create a test user")
}

func TestTakeEverythingBackAfterAProblem(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	before := s.box.Snapshot()
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.sees("Create a test user", "enter apply")
	s.box.Inject(sandbox.Fault{Operation: "CreateAccessKey", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "no"})
	r.press("enter")
	r.sees("This run created the following (and, where marked perhaps, may have):", "the user test-customer", "u undo everything")
	r.press("u")
	r.sees("Everything that this run created is removed again. Nothing is left to clean up.")
	if _, code := r.app.farewell(nil, true); code != 1 {
		t.Errorf("exit %d", code)
	}
	if after := s.box.Snapshot(); !slices.Equal(after, before) {
		t.Errorf("the accounts are not as they were:\n%s", after)
	}
}

func TestLeavingHalfWayNamesWhatIsThere(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.sees("Create a test user", "enter apply")
	r.press("ctrl+c")
	r.sees("Do you want to leave?", "the policy of the bucket my.test.bucket", "crossgrant cleanup "+r.app.progress.Facts.Run)
	r.press("ctrl+c")
	r.until("the end", func() bool { return r.gone })
	text, code := r.app.farewell(nil, true)
	id := r.app.progress.Facts.Run
	for _, want := range []string{
		"You left before the end. What this run created so far is still there.", "left: the policy of the bucket my.test.bucket",
		"To go on with it: crossgrant tour --resume " + id, "To undo it all: crossgrant cleanup " + id,
	} {
		if code != 4 || !strings.Contains(uitest.Flat(text), want) {
			t.Errorf("exit %d, and without %q in the terminal:\n%s", code, want, text)
		}
	}
}

func TestEscStopsWaiting(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *sandbox.Config) { c.IAMDelay = time.Minute })
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.step("Create a test user", "is there, with the access key AKIA")
	r.sees("Let the test user in", "enter apply")
	r.press("enter")
	r.sees("Waiting for S3 to know the user that the policy of my.test.bucket names.", "AWS says MalformedPolicy.", "20 seconds at most")
	r.press("esc")
	r.sees("It was stopped before it was done.", "the user test-customer", "r try this step again")
}

func TestCtrlCWhileWaitingStopsThenAsks(t *testing.T) {
	t.Parallel()
	s := newStage(t, func(c *sandbox.Config) { c.IAMDelay = time.Minute })
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.step("Create a test user", "is there, with the access key AKIA")
	r.sees("Let the test user in", "enter apply")
	r.press("enter")
	r.sees("Waiting for S3 to know the user")
	r.press("ctrl+c", "ctrl+c")
	r.sees("Do you want to leave?", "the user test-customer")
	r.press("esc")
	r.sees("It was stopped before it was done.")
}

func TestSkippedStep(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options)
	r.answersAll("tour")
	r.press("down", "down", "down", "down", "down", "down", "space")
	r.sees("skipped")
	r.begins()
	for _, title := range []string{"Let the firm in", "Create a test user", "Let the test user in", "Test as the test user", "Remove the test user's access", "Create the firm's user"} {
		r.step(title, "")
	}
	r.sees("Give the firm's user access", "FIRM ●-◉○")
}

func TestForeignPolicyIsKept(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	foreign := *uitest.Changes()[0].Actions[0].Op.Describe().Before
	if _, err := s.session(t, "my_awesome_customer").Perform(t.Context(), awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", After: &foreign}); err != nil {
		t.Fatal(err)
	}
	before := s.box.Snapshot()
	r := newRig(t, s.options)
	r.sees("What would you like to do?")
	r.press("enter")
	r.sees("✓ 1111-2222-3333")
	r.press("enter")
	r.sees("✓ 4444-5555-6666")
	r.press("enter")
	r.sees("there is one with 1 statement, which stays as it is")
	r.press("enter", "enter", "enter")
	r.sees("This is the plan.")
	r.begins()
	r.sees("[In words]")
	r.press("tab")
	r.sees("9 lines that stay as they are") // S3 gives single values alone
	r.step("Let the firm in", "lets the firm's account in")
	r.sees("Create a test user", "enter apply")
	r.press("q", "down", "enter")
	r.sees("Everything that this run created is removed again.")
	if after := s.box.Snapshot(); !slices.Equal(after, before) {
		t.Errorf("the foreign policy is not as it was:\n%s", after)
	}
}

// Passed with Enter, a set-up saves the key in a file of its own and says how to deliver.
func TestPassedWithEnterASetupSavesTheKey(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.KeyFolder = t.TempDir()
	file := filepath.Join(s.options.KeyFolder, "crossgrant-my.test.bucket")
	r := newRig(t, s.options)
	r.answersAll("setup")
	r.press("enter")
	r.sees("(●) To a new file of its own", "Its folder is there, and the name is free.")
	r.begins()
	for _, step := range []string{"Let the firm in", "Create the firm's user", "Give the firm's user access", "Test as the firm's user", "Tidy up after the test"} {
		r.step(step, "")
	}
	r.sees("Its key is in", "Deliver a first file", "aws --profile test-writer s3 cp FILE s3://my.test.bucket/FILE")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key is in %v, %v", info, err)
	}
	if text, _ := r.app.farewell(nil, true); !strings.Contains(pasted(text), "AWS_SHARED_CREDENTIALS_FILE="+file+" aws --profile test-writer s3 cp FILE s3://my.test.bucket/FILE") {
		t.Errorf("in the terminal:\n%s", text)
	}
}
