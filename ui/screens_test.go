package ui

import (
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/problem"
	"crossgrant/ui/draw"
)

func testKit() kit {
	return kit{Theme: draw.NewTheme(uncoloured(), false), timer: never, clock: func() time.Time { return time.Unix(100, 0) }}
}

// presses gives keys to a screen and returns the last action that came of them.
func presses(s screen, names ...string) action {
	var last action
	for _, n := range names {
		if act, _ := s.Update(keyNamed(n)); act != nil {
			last = act
		}
	}
	return last
}

func asAction(t *testing.T, got, want action) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(chooseJourney{}, checkProfile{}, giveCode{}, copied{}, saved{}, readBucket{}, pickedBucket{}, beginRun{}, lookUpUser{}, givenNames{})); diff != "" {
		t.Errorf("action (-want +got):\n%s", diff)
	}
}

func TestPlanKeys(t *testing.T) {
	fresh := func() *planScreen { return newPlan(testKit(), testFacts(), nil, foreseenChanges()) }
	asAction(t, presses(fresh(), "enter"), beginRun{map[string]bool{}})
	asAction(t, presses(fresh(), "space", "enter"), beginRun{map[string]bool{}}) // the first is not optional
	asAction(t, presses(fresh(), "down", "down", "space", "enter"), beginRun{map[string]bool{"see-it-refused": true}})
	asAction(t, presses(fresh(), "down", "down", "space", "space", "enter"), beginRun{map[string]bool{"see-it-refused": false}})
	asAction(t, presses(fresh(), "esc"), goBack{})
	asAction(t, presses(fresh(), "q"), leave{})
}

func TestStepKeys(t *testing.T) {
	changes := testChanges()
	fresh := func(i int) *stepScreen {
		s := stepOf(testKit(), changes[i])
		s.View(78, 20)
		return s
	}
	if got, ok := presses(fresh(0), "enter").(approve); !ok || got.change.Step.ID != "let-firm-in" {
		t.Errorf("enter did %v", got)
	}
	asAction(t, presses(fresh(0), "esc"), goBack{})
	asAction(t, presses(fresh(0), "b"), goBack{})
	asAction(t, presses(fresh(0), "q"), leave{})
	asAction(t, presses(fresh(2), "s"), skipStep{})
	if got := presses(fresh(0), "s", "y", "space", "x"); got != nil {
		t.Errorf("keys that do nothing did %v", got)
	}

	s := fresh(0)
	for i, want := range []string{"Policy", "In words", "Command", "Changes"} {
		presses(s, "tab")
		sees(t, s, "["+want+"]")
		if s.tab != (i+1)%4 {
			t.Errorf("tab %d", s.tab)
		}
	}
	presses(s, "shift+tab")
	sees(t, s, "[Command]")
}

func TestStepCopiesWhatItShows(t *testing.T) {
	s := stepOf(testKit(), testChanges()[0])
	s.View(78, 20)
	presses(s, "tab")
	document := s.change.Actions[0].Op.Describe().After.Indent()
	got, _ := presses(s, "c").(copied)
	if flat(got.text) != flat(document) {
		t.Errorf("copied %q", got.text)
	}
	file, _ := presses(s, "w").(saved)
	if file.name != "crossgrant-R-let-firm-in-policy.json" || flat(file.text) != flat(document) {
		t.Errorf("saved %+v", file)
	}
	presses(s, "tab", "tab")
	script, _ := presses(s, "w").(saved)
	if script.name != "crossgrant-R-let-firm-in.sh" || !containsFlat(flat(script.text), "aws --profile acme s3api put-bucket-policy \\ --bucket my.test.bucket") {
		t.Errorf("saved %+v", script)
	}
}

func TestProblemKeys(t *testing.T) {
	fresh := func(left ...string) *problemScreen {
		return &problemScreen{kit: testKit(), problem: &problem.Error{Summary: "It did not work"}, left: left, again: "try again", canBack: true}
	}
	asAction(t, presses(fresh(), "r"), retry{})
	asAction(t, presses(fresh(), "b"), goBack{})
	asAction(t, presses(fresh(), "q"), leave{})
	asAction(t, presses(fresh("the user x"), "u"), undoAll{})
	if got := presses(fresh(), "u", "enter", "y"); got != nil {
		t.Errorf("with nothing left, u, enter and y did %v", got)
	}
}

func TestLeavingKeys(t *testing.T) {
	left := []string{"the user x"}
	fresh := func() *leavingScreen { return newLeaving(testKit(), left, "crossgrant cleanup R", false) }
	asAction(t, presses(fresh(), "enter"), stay{})
	asAction(t, presses(fresh(), "esc"), stay{})
	asAction(t, presses(fresh(), "down", "enter"), undoAll{})
	asAction(t, presses(fresh(), "down", "down", "enter"), quitNow{})
	sees(t, fresh(), "the user x", "crossgrant cleanup R")
	if s := newLeaving(testKit(), nil, "", false); len(s.menu.Choices) != 2 {
		t.Errorf("with nothing left there are %d choices", len(s.menu.Choices))
	}
}

func TestCode(t *testing.T) {
	q := &ask{profile: "mfa", device: "arn:aws:iam::444455556666:mfa/me", answer: make(chan string, 1)}
	s := newCode(testKit(), q)
	sees(t, s, "The profile mfa signs in", "arn:aws:iam::444455556666:mfa/me")
	if got := presses(s, "1", "2", "q", "enter"); got != nil {
		t.Errorf("half a code did %v", got)
	}
	presses(s, "backspace", "3", "4", "5", "6")
	if got, ok := presses(s, "enter").(giveCode); !ok || got.code != "123456" {
		t.Errorf("gave %+v", got)
	}
	if got, ok := presses(s, "esc").(giveCode); !ok || got.code != "" {
		t.Errorf("esc gave %+v", got)
	}
}

func TestHelpCloses(t *testing.T) {
	s := newHelp(testKit(), newStart(testKit(), false, ""), "")
	asAction(t, presses(s, "?"), stay{})
	asAction(t, presses(s, "esc"), stay{})
	sees(t, s, "choose")
	presses(s, "end")
	sees(t, s, "Access key")
}

func TestReportKeys(t *testing.T) {
	s := &reportScreen{kit: testKit(), report: testReport()}
	asAction(t, presses(s, "enter"), quitNow{})
	got, _ := presses(s, "w").(saved)
	if got.name != "crossgrant-R-report.md" || !containsFlat(flat(got.text), "1. Let the firm in: done. The bucket lets the firm in.") {
		t.Errorf("saved %+v", got)
	}
}

func TestALongProblemIsScrolledToAWSsWords(t *testing.T) {
	p := &problem.Error{Summary: "It did not work", RequestID: "REQ9"}
	for range 30 {
		p.Fixes = append(p.Fixes, "Do this and that.")
	}
	s := &problemScreen{kit: testKit(), problem: p}
	sees(t, s, "It did not work.", "▾ more below")
	for _, k := range []string{"down", "pgdown", "up", "pgup", "home"} {
		if act := presses(s, k); act != nil {
			t.Errorf("%s did %v", k, act)
		}
	}
	sees(t, s, "It did not work.")
	presses(s, "end")
	sees(t, s, "▴ more above", "request id REQ9")
}

func TestSuspendAndPanic(t *testing.T) {
	a := gallery(uncoloured(), Options{})["step-changes"]
	cmd := a.key(keyNamed("ctrl+z"))
	if _, ok := cmd().(tea.SuspendMsg); !ok {
		t.Error("ctrl+z does not suspend")
	}
	text, code := newApp(t.Context(), Options{}, uncoloured()).farewell(tea.ErrProgramPanic)
	if code != 1 || !containsFlat(text, "a fault of its own") {
		t.Errorf("exit %d: %s", code, text)
	}
}

func TestCommandsCanBeRunAsShown(t *testing.T) {
	changes := testChanges()
	got := draw.Operations(changes[2].Actions)[0].Command(testFacts())
	want := `printf '%s' 'it'\''s a probe
' > probe.txt
AWS_ACCESS_KEY_ID=AKIAW AWS_SECRET_ACCESS_KEY="$SECRET_OF_THAT_KEY" \
  aws s3api put-object \
    --bucket my.test.bucket \
    --key crossgrant-probe/R-refused.txt \
    --body probe.txt \
    --content-type text/plain \
    --if-none-match '*' \
    --expected-bucket-owner 111122223333`
	if got != want {
		t.Errorf("the command is\n%s\nwant\n%s", got, want)
	}
	firm := draw.Operations(changes[1].Actions)[0].Command(testFacts())
	if !containsFlat(flat(firm), "aws --profile firm iam put-user-policy \\ --user-name test-writer") {
		t.Errorf("the command is\n%s", firm)
	}
}
