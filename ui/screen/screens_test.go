package screen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/ui/uitest"
)

func TestPlanKeys(t *testing.T) {
	fresh := func() *Plan { return NewPlan(testEnv(), uitest.Facts(), nil, foreseenChanges()) }
	asAction(t, presses(fresh(), "enter"), Begin{map[string]bool{}})
	asAction(t, presses(fresh(), "space", "enter"), Begin{map[string]bool{}}) // the first is not optional
	asAction(t, presses(fresh(), "down", "down", "space", "enter"), Begin{map[string]bool{"see-it-refused": true}})
	asAction(t, presses(fresh(), "down", "down", "space", "space", "enter"), Begin{map[string]bool{"see-it-refused": false}})
	asAction(t, presses(fresh(), "esc"), Back{})
	asAction(t, presses(fresh(), "q"), Leave{})
}

func TestStepKeys(t *testing.T) {
	fresh := func(i int) *Step {
		s := stepOf(testEnv(), i)
		s.View(78, 20)
		return s
	}
	if got, ok := presses(fresh(0), "enter").(Approve); !ok || got.Change.Step.ID != "let-firm-in" {
		t.Errorf("enter did %v", got)
	}
	asAction(t, presses(fresh(0), "esc"), Back{})
	asAction(t, presses(fresh(0), "b"), Back{})
	asAction(t, presses(fresh(0), "q"), Leave{})
	asAction(t, presses(fresh(2), "s"), Skip{})
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
	s := stepOf(testEnv(), 0)
	s.View(78, 20)
	presses(s, "tab")
	document := s.change.Actions[0].Op.Describe().After.Indent()
	got, _ := presses(s, "c").(Copy)
	if uitest.Flat(got.Text) != uitest.Flat(document) {
		t.Errorf("copied %q", got.Text)
	}
	file, _ := presses(s, "w").(Save)
	if file.Name != "crossgrant-R-let-firm-in-policy.json" || uitest.Flat(file.Text) != uitest.Flat(document) {
		t.Errorf("saved %+v", file)
	}
	presses(s, "tab", "tab")
	script, _ := presses(s, "w").(Save)
	if script.Name != "crossgrant-R-let-firm-in.sh" || !containsFlat(uitest.Flat(script.Text), "aws --profile acme s3api put-bucket-policy \\ --bucket my.test.bucket") {
		t.Errorf("saved %+v", script)
	}
}

func TestProblemKeys(t *testing.T) {
	fresh := func(left ...string) *Problem {
		return &Problem{Env: testEnv(), Problem: &problem.Error{Summary: "It did not work"}, Left: left, Again: "try again", CanBack: true}
	}
	asAction(t, presses(fresh(), "r"), Retry{})
	asAction(t, presses(fresh(), "b"), Back{})
	asAction(t, presses(fresh(), "q"), Leave{})
	asAction(t, presses(fresh("the user x"), "u"), UndoAll{})
	if got := presses(fresh(), "u", "enter", "y"); got != nil {
		t.Errorf("with nothing left, u, enter and y did %v", got)
	}
}

func TestLeavingKeys(t *testing.T) {
	left := []string{"the user x"}
	fresh := func() *Leaving { return NewLeaving(testEnv(), left, "crossgrant cleanup R", false, true) }
	asAction(t, presses(fresh(), "enter"), Stay{})
	asAction(t, presses(fresh(), "esc"), Stay{})
	asAction(t, presses(fresh(), "down", "enter"), UndoAll{})
	asAction(t, presses(fresh(), "down", "down", "enter"), Quit{})
	sees(t, fresh(), "the user x", "crossgrant cleanup R")
	if s := NewLeaving(testEnv(), left, "crossgrant cleanup R", false, false); presses(s, "end", "enter") != (Quit{}) || len(s.menu.Choices) != 2 {
		t.Error("a clean-up can be left in two ways")
	}
}

func TestLeavingShowsAllThatIsLeft(t *testing.T) {
	var left []string
	for i := range 20 {
		left = append(left, fmt.Sprintf("the user number-%02d", i+1))
	}
	s := NewLeaving(testEnv(), left, "crossgrant cleanup R", false, true)
	seen := map[string]bool{}
	for range 6 {
		shown := s.View(78, 20)
		for _, l := range left {
			seen[l] = seen[l] || strings.Contains(shown, l)
		}
		sees(t, s, "more", "Leave it there")
		presses(s, "pgdown")
	}
	if len(seen) != 20 || slices.Contains(slices.Collect(maps.Values(seen)), false) {
		t.Errorf("seen: %v", seen)
	}
	if keys := s.ShortHelp(); !slices.ContainsFunc(keys, func(b key.Binding) bool { return b.Help().Desc == "more" }) {
		t.Error("no key says that there is more")
	}
}

func TestCode(t *testing.T) {
	s := NewCode(testEnv(), "mfa", "arn:aws:iam::444455556666:mfa/me")
	sees(t, s, "The profile mfa signs in", "arn:aws:iam::444455556666:mfa/me")
	if got := presses(s, "1", "2", "q", "enter"); got != nil {
		t.Errorf("half a code did %v", got)
	}
	presses(s, "backspace", "3", "4", "5", "6")
	if got, ok := presses(s, "enter").(GiveCode); !ok || got.Code != "123456" {
		t.Errorf("gave %+v", got)
	}
	if got, ok := presses(s, "esc").(GiveCode); !ok || got.Code != "" {
		t.Errorf("esc gave %+v", got)
	}
}

func TestHelpCloses(t *testing.T) {
	s := NewHelp(testEnv(), NewStart(testEnv(), false, ""), "")
	asAction(t, presses(s, "?"), Stay{})
	asAction(t, presses(s, "esc"), Stay{})
	sees(t, s, "choose")
	presses(s, "end")
	sees(t, s, "Access key")
}

func TestReportKeys(t *testing.T) {
	s := &Report{Env: testEnv(), Ending: testEnding()}
	asAction(t, presses(s, "enter"), Quit{})
	got, _ := presses(s, "w").(Save)
	if got.Name != "crossgrant-R-report.md" || !containsFlat(uitest.Flat(got.Text), "1. Let the firm in: done. The bucket lets the firm in.") {
		t.Errorf("saved %+v", got)
	}
}

func TestALongProblemIsScrolledToAWSsWords(t *testing.T) {
	p := &problem.Error{Summary: "It did not work", RequestID: "REQ9"}
	for range 30 {
		p.Fixes = append(p.Fixes, "Do this and that.")
	}
	s := &Problem{Env: testEnv(), Problem: p}
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

func TestWordsOfKinds(t *testing.T) {
	for kind, want := range map[string]string{
		"sso": "signs in by SSO", "process": "asks another program for its key", "login": "signs in by aws login",
		"web identity": "signs in by a web identity", "none": "which says nothing of how to sign in", "role": "takes on the role R",
	} {
		if got := kindWords(profile.Entry{Kind: kind, Detail: "R"}); got != want {
			t.Errorf("%s: %q", kind, got)
		}
	}
	if got := here("Choose another name, with --firm-user."); got != "Choose another name." {
		t.Error(got)
	}
}
