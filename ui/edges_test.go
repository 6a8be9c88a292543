package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/screen"
	"crossgrant/ui/uitest"
)

func TestAnAnswerToAnotherCallIsDroppedWhileOneIsUnderWay(t *testing.T) {
	t.Parallel()
	a := atStep(Options{})
	a.again = a.planNext
	a.act(screen.GoOn{})
	if a.call == nil {
		t.Fatal("no call is under way")
	}
	a.Update(reply{call: a.call.id + 1, msg: endedMsg{}, last: true})
	if _, still := a.top().(*screen.Step); !still || a.call == nil {
		t.Error("the answer to another call was taken")
	}
	a.calls.settle()
}

// Who could write after a change, by what is shown of it.
func TestForeseenGates(t *testing.T) {
	t.Parallel()
	f := uitest.Facts()
	granted := policy.New(policy.FirmGrant("aws", "444455556666", "my.test.bucket"))
	writer := policy.WriterPolicy("aws", "my.test.bucket")
	let := steps.Action{As: steps.FirmAdmin, Op: awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "writer-policy", After: &writer}}
	may := func(before steps.Facts, actions ...steps.Action) string {
		r, ok := before.After(steps.Change{Actions: actions}).Access().Row(steps.Writer)
		return fmt.Sprint(ok, r.Put.Allowed)
	}
	closed := f
	closed.BucketPolicy = nil
	inside := f.After(steps.Change{Actions: []steps.Action{let}})
	nobody := f
	nobody.Writer = steps.Person{Name: "test-writer"}
	for name, c := range map[string]struct{ got, want string }{
		"both gates open":             {may(f, let), "true true"},
		"the bucket's gate shut":      {may(closed, let), "true false"},
		"then opened":                 {may(closed, let, steps.Action{As: steps.CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", After: &granted}}), "true true"},
		"the bucket's gate taken out": {may(inside, steps.Action{As: steps.CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333"}}), "true false"},
		"the user's gate taken out":   {may(inside, steps.Action{As: steps.FirmAdmin, Op: awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "writer-policy"}}), "true false"},
		"a user that is made":         {may(nobody, steps.Action{As: steps.FirmAdmin, Op: awsops.CreateUser{Account: "444455556666", Name: "test-writer"}}), "true false"},
		"a user that is deleted":      {may(f, steps.Action{As: steps.FirmAdmin, Op: awsops.DeleteUser{Account: "444455556666", Name: "test-writer"}}), "false false"},
	} {
		if c.got != c.want {
			t.Errorf("%s: there and may write: %s, want %s", name, c.got, c.want)
		}
	}
}

// Who can do what is said of users that are there, and of others what is true.
func TestWhatIsSaidWhereNoUserIs(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options)
	r.update(tea.WindowSizeMsg{Width: 120, Height: 40})
	r.answersAll("tour")
	r.lacks("WHO CAN")
	r.begins()
	r.sees("Let the firm in", "enter apply", "No user is there yet.")
	r.step("Let the firm in", "lets the firm's account in")
	r.sees("Create a test user", "enter apply", "No user is there yet.")
	r.press("enter")
	r.sees("A user is being created.")
	r.sees("Where things stand")
	r.lacks("A user is being created.")
	r.press("enter")
	r.sees("Let the test user in", "enter apply")
	r.press("q", "down", "enter")
	r.sees("Everything that this run created is removed again.", "The users are deleted.")
}

func TestLeavingADemoLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Demo = true
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.sees("Create a test user", "enter apply")
	r.press("q")
	r.sees("The sandbox ends with this program")
	r.lacks("crossgrant cleanup")
	text, code := r.app.farewell(nil, true)
	if code != 130 || !strings.Contains(uitest.Flat(text), "What this run created was in the sandbox alone, which ends with the program.") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
}

func TestUndoThatLeavesSomethingCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	before := s.box.Snapshot()
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.step("Create a test user", "is there, with the access key AKIA")
	r.sees("Let the test user in", "enter apply")
	s.box.Inject(sandbox.Fault{Operation: "DeleteUser", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "no"})
	r.press("q", "down", "enter")
	r.sees("Some of what this run created is still there.", "the user test-customer in 1111-2222-3333", "u try again to undo it")
	if r.app.progress.Code != run.Left {
		t.Errorf("exit %d", r.app.progress.Code)
	}
	r.press("u")
	r.sees("Everything that this run created is removed again. Nothing is left to clean up.", "enter finish")
	r.lacks("u try again")
	if _, code := r.app.farewell(nil, true); code != run.Interrupted {
		t.Errorf("exit %d", code)
	}
	if after := s.box.Snapshot(); !slices.Equal(after, before) {
		t.Errorf("the accounts are not as they were:\n%s", after)
	}
	if records, err := steps.Records(s.options.StateDir); err != nil || len(records) != 1 || records[0].Ended != "undone" {
		t.Errorf("the record says %+v, %v", records, err)
	}
}

func TestWhatHasToStayOfATourIsReported(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	for range 10 {
		r.step("", "")
	}
	r.sees("Clean up the firm's side", "enter apply")
	foreign := awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "payroll", After: new(policy.WriterPolicy("aws", "payroll"))}
	if _, err := s.session(t, "my_firm").Perform(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	r.press("enter")
	r.sees("DeleteConflict", "r try this step again")
	r.press("r")
	r.sees("Clean up the firm's side", "This stays: the inline policy payroll")
	r.press("end", "enter")
	r.sees("Where things stand")
	r.press("enter")
	r.sees("Everything else that this run created is gone, but something had to stay.", "the inline policy payroll, of the user test-writer: somebody else added it", "u try again to undo it")
	if _, code := r.app.farewell(nil, true); code != run.Left {
		t.Errorf("exit %d", code)
	}
}

func TestSavingReplacesNoFile(t *testing.T) {
	t.Chdir(t.TempDir())
	a := atStep(Options{})
	write := func(text string) string {
		a.Update(a.act(screen.Save{Name: "it.json", Text: text})())
		return a.flash
	}
	if said := write("one"); said != "Saved to it.json." {
		t.Error(said)
	}
	if said := write("two"); !strings.Contains(said, "there is a file it.json already") {
		t.Error(said)
	}
	text, err := os.ReadFile("it.json")
	if err != nil || string(text) != "one" {
		t.Errorf("the file has %q, %v", text, err)
	}
	if info, _ := os.Stat("it.json"); info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v", info.Mode())
	}
	if said := func() string { a.Update(a.act(screen.Save{Name: filepath.Join("no", "it")})()); return a.flash }(); !strings.Contains(said, "could not be saved") {
		t.Error(said)
	}
}

func TestCopyingSendsOSC52(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	a := atStep(Options{Out: &out})
	cmd := a.act(screen.Copy{What: "The policy", Text: "hello"})
	cmd()
	if out.String() != "\x1b]52;c;aGVsbG8=\x07" || a.flash != "The policy was sent to the terminal's clipboard." {
		t.Errorf("sent %q, said %q", out.String(), a.flash)
	}
}

func TestSuspendAndPanic(t *testing.T) {
	t.Parallel()
	a := atStep(Options{})
	cmd := a.key(uitest.Key("ctrl+z"))
	if _, ok := cmd().(tea.SuspendMsg); !ok {
		t.Error("ctrl+z does not suspend")
	}
	text, code := newApp(t.Context(), Options{}, uitest.Uncoloured()).farewell(tea.ErrProgramPanic, true)
	if code != 1 || !strings.Contains(text, "a fault of its own") {
		t.Errorf("exit %d: %s", code, text)
	}
}

func TestNothingIsApprovedInAWindowThatIsTooSmall(t *testing.T) {
	t.Parallel()
	a := atStep(Options{})
	a.Update(tea.WindowSizeMsg{Width: 40, Height: 10})
	if a.key(uitest.Key("enter")); a.call != nil {
		t.Error("enter approved what could not be seen")
	}
}
