package screen

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/uitest"
)

func TestPlanKeys(t *testing.T) {
	fresh := func() *Plan { return NewPlan(testEnv(), standing(uitest.Facts()), foreseenChanges()) }
	asAction(t, presses(fresh(), "enter"), Begin{Off: map[string]bool{}})
	asAction(t, presses(fresh(), "space", "enter"), Begin{Off: map[string]bool{}}) // the first is not optional
	asAction(t, presses(fresh(), "down", "space", "enter"), Begin{Off: map[string]bool{"see-it-refused": true}})
	asAction(t, presses(fresh(), "down", "space", "space", "enter"), Begin{Off: map[string]bool{"see-it-refused": false}})
	asAction(t, presses(fresh(), "esc"), Back{})
	asAction(t, presses(fresh(), "q"), Leave{})
}

func TestWhatOthersAddedGoesOnlyWhereItIsSwitchedOn(t *testing.T) {
	fresh := func() *Plan { return cleanUpPlan(testEnv()) }
	key := awsops.Target{Kind: awsops.KindAccessKey, ID: "AKIAX"}
	asAction(t, presses(fresh(), "space", "down", "space", "enter"), Begin{Off: map[string]bool{}})
	asAction(t, presses(fresh(), "down", "down", "down", "space", "enter"), Begin{Off: map[string]bool{}, Too: []awsops.Target{key}})
	asAction(t, presses(fresh(), "end", "space", "space", "enter"), Begin{Off: map[string]bool{}})
}

func TestWhyThereIsNothingToDo(t *testing.T) {
	tidy, cleans := steps.TidyUp{}.Info(), steps.CleanUp{In: steps.Firm}.Info()
	for _, c := range []struct {
		change steps.Change
		says   string
	}{
		{steps.Change{Step: steps.LetFirmIn{}.Info(), Notes: []string{"It is there already."}}, "Nothing to do: this is already in place."},
		{steps.Change{Step: cleans}, "Nothing is left here to remove."},
		{steps.Change{Step: tidy}, "Nothing is left here to remove."},
		{steps.Change{Step: cleans, Notes: []string{"Bob needs it too."}}, "Nothing can be removed here."},
		{steps.Change{Step: cleans, Notes: []string{"This stays: x."}, Stays: []steps.Remainder{{What: "x"}}}, "Nothing can be removed here."},
	} {
		for _, tab := range []int{wordsTab, changesTab, commandTab} { // the policies have a tab of their own
			step := NewStep(testEnv(), c.change, nil, uitest.Facts())
			sees(t, onTab(step, tab), append(slices.Clone(c.change.Notes), c.says)...)
		}
		plan := NewPlan(testEnv(), standing(uitest.Facts()), []Foreseen{{c.change, nil}})
		sees(t, plan, c.says)
		if c.change.Step.CleanUp {
			sees(t, plan, c.change.Notes...)
		}
	}
}

func TestAPlanOfNothing(t *testing.T) {
	s := NewPlan(testEnv(), standing(uitest.Facts()), nil)
	sees(t, s, "The bucket is my.test.bucket.")
	asAction(t, presses(s, "down", "end", "space", "up", "enter"), Begin{Off: map[string]bool{}})
}

func TestStepKeys(t *testing.T) {
	fresh := func(i int) *Step {
		s := stepOf(testEnv(), i)
		s.View(78, 20)
		return s
	}
	if got, ok := presses(seen(fresh(0)), "enter").(Approve); !ok || got.Change.Step.ID != "let-firm-in" {
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
	for i, want := range []string{"Difference", "Whole policy", "AWS command", "In words"} {
		presses(s, "tab")
		sees(t, s, "["+want+"]")
		if s.tab != (i+1)%4 {
			t.Errorf("tab %d", s.tab)
		}
	}
	presses(s, "shift+tab")
	sees(t, s, "[AWS command]")
}

// seen shows a step to its end.
func seen(s *Step) *Step {
	presses(s, "end")
	s.View(78, 20)
	return s
}

// What was not shown to its end is not approved: enter shows more of it.
func TestEnterPagesToTheEndBeforeItApproves(t *testing.T) {
	s := largeStep(testEnv())
	pages := 0
	for {
		s.View(78, 20)
		left := s.unseen()
		if left > 0 && s.ShortHelp()[0].Help().Desc != fmt.Sprintf("more (%d lines)", left) {
			t.Fatalf("with %d lines to come enter is said to do %q", left, s.ShortHelp()[0].Help().Desc)
		}
		act := presses(s, "enter")
		if _, approved := act.(Approve); approved {
			break
		}
		if paged, ok := act.(Paged); !ok || paged.Last != (s.unseen() == 0) || s.unseen() >= left {
			t.Fatalf("enter did %+v with %d lines of %d left", act, s.unseen(), left)
		}
		pages++
	}
	if pages < 10 || !s.view.AtBottom() {
		t.Errorf("a policy of 20 KB was approved after %d pages", pages)
	}
}

// A tab that leaves out some of the change, or cuts long lines, is not enough to approve it.
func TestWhatNoTabHasShownIsNotApproved(t *testing.T) {
	for _, tabs := range []int{policyTab, commandTab} {
		s := largeStep(testEnv())
		s.View(78, 20)
		for range tabs {
			presses(s, "tab")
		}
		presses(s, "end")
		s.View(78, 20)
		if said := s.ShortHelp()[0].Help().Desc; said != "read it in words" {
			t.Errorf("at the end of the %s enter is said to do %q", tabNames[tabs], said)
		}
		asAction(t, presses(s, "enter"), Paged{})
		sees(t, s, "[In words]")
		presses(s, "tab", "end")
		s.View(78, 20)
		if _, approved := presses(s, "enter").(Approve); !approved {
			t.Error("the difference was seen to its end, and enter does not approve it")
		}
	}
}

func TestInWordsOfARemovalSaysWhatGoes(t *testing.T) {
	words := func(op awsops.Operation) *Step {
		c := steps.Change{Step: steps.CleanUp{In: steps.Customer}.Info(), Actions: []steps.Action{{As: steps.CustomerAdmin, Op: op}}}
		return onTab(NewStep(testEnv(), c, draw.Operations(c.Actions), uitest.Facts()), wordsTab)
	}
	added := uitest.Changes()[0].Actions[0].Op.(awsops.SetBucketPolicy)
	added.Before, added.After = added.After, added.Before
	sees(t, words(added), "Statement 2 (CrossgrantFirm444455556666) is removed: The account 4444-5555-6666 may", "Statement 1 (Theirs) stays: The account 9999-0000-1111 may")
	deleted := uitest.Changes()[1].Actions[0].Op.(awsops.SetUserPolicy)
	deleted.Before, deleted.After = deleted.After, nil
	sees(t, words(deleted), "is removed: The user with this policy may", "No policy is left then.")
}

func TestStepCopiesWhatItShows(t *testing.T) {
	s := stepOf(testEnv(), 0)
	onTab(s, policyTab)
	document := s.change.Actions[0].Op.Describe().After.Indent()
	got, _ := presses(s, "c").(Copy)
	if uitest.Flat(got.Text) != uitest.Flat(document) {
		t.Errorf("copied %q", got.Text)
	}
	file, _ := presses(s, "w").(Save)
	if file.Name != "crossgrant-R-let-firm-in-policy.json" || uitest.Flat(file.Text) != uitest.Flat(document) {
		t.Errorf("saved %+v", file)
	}
	presses(s, "tab")
	script, _ := presses(s, "w").(Save)
	if script.Name != "crossgrant-R-let-firm-in.sh" || !containsFlat(uitest.Flat(script.Text), "aws --profile acme s3api put-bucket-policy \\ --bucket my.test.bucket") {
		t.Errorf("saved %+v", script)
	}
}

func TestOperationsSideBySideAreToldApart(t *testing.T) {
	key := func(id string) steps.Action {
		return steps.Action{As: steps.FirmAdmin, Op: awsops.DeleteAccessKey{Account: "444455556666", User: "test-writer", KeyID: id}}
	}
	one, two, three := key("AKIA1"), key("AKIA2"), key("AKIA3")
	s := NewRunning(testEnv(), "Clean up", uitest.Facts(), draw.Operations([]steps.Action{one, two}))
	for _, e := range []steps.Event{steps.Started{Action: one}, steps.Started{Action: two}, steps.Done{Action: two}, steps.Started{Action: three}} {
		s.Update(e)
	}
	sees(t, s, "▸ now The firm's administrator: Delete the access key AKIA1", "✓ done The firm's administrator: Delete the access key AKIA2", "▸ now The firm's administrator: Delete the access key AKIA3")
	s.Update(steps.Failed{Problem: &problem.Error{Summary: "no"}})
	sees(t, s, "! failed The firm's administrator: Delete the access key AKIA1", "✓ done The firm's administrator: Delete the access key AKIA2", "! failed The firm's administrator: Delete the access key AKIA3")
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
	left := run.Ending{Left: []steps.Remainder{{What: "the user x"}}, CleanUp: "crossgrant cleanup R", Resume: "crossgrant tour --resume R"}
	fresh := func() *Leaving { return NewLeaving(testEnv(), left, false, true) }
	asAction(t, presses(fresh(), "enter"), Stay{})
	asAction(t, presses(fresh(), "esc"), Stay{})
	asAction(t, presses(fresh(), "down", "enter"), UndoAll{})
	asAction(t, presses(fresh(), "down", "down", "enter"), Quit{})
	sees(t, fresh(), "the user x", "crossgrant cleanup R", "crossgrant tour --resume R")
	if s := NewLeaving(testEnv(), left, false, false); presses(s, "end", "enter") != (Quit{}) || len(s.menu.Choices) != 2 {
		t.Error("a clean-up can be left in two ways")
	}
}

func TestLeavingShowsAllThatIsLeft(t *testing.T) {
	var left []steps.Remainder
	for i := range 20 {
		left = append(left, steps.Remainder{What: fmt.Sprintf("the user number-%02d", i+1)})
	}
	s := NewLeaving(testEnv(), run.Ending{Left: left, CleanUp: "crossgrant cleanup R"}, false, true)
	seen := map[string]bool{}
	for range 6 {
		shown := s.View(78, 20)
		for _, l := range left {
			seen[l.What] = seen[l.What] || strings.Contains(shown, l.What)
		}
		sees(t, s, "more", "Keep it for now")
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
	sees(t, s, "Code ••••••")
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

// The gate is seen as it was, opens, and the request goes through; nothing else on the page
// moves.
func TestAGateOpensAndTheRequestGoesThrough(t *testing.T) {
	shut := uitest.Facts()
	open := shut
	open.WriterPolicies = []policy.Named{{Name: "writer-policy", Document: policy.WriterPolicy("aws", shut.Bucket)}}
	for _, size := range [][2]int{{58, 16}, {78, 20}} {
		s := &Result{Env: testEnv(), Step: steps.LetWriterIn{}.Info(), Before: shut, Facts: open, Outcome: steps.Outcome{Now: "Both sides say yes."}}
		s.Move()
		var shown []string
		for s.moves {
			shown = append(shown, s.View(size[0], size[1]))
			s.Update(moved{})
		}
		shown = append(shown, s.View(size[0], size[1]))
		first, last := shown[0], shown[len(shown)-1]
		if !strings.Contains(first, "●") || !strings.Contains(first, "SHUT") || strings.Contains(last, "SHUT") || !strings.Contains(last, "▶") {
			t.Errorf("from\n%s\nto\n%s", first, last)
		}
		if len(shown) != stands+draw.Frames+1 {
			t.Errorf("%d pictures", len(shown))
		}
		for _, picture := range shown {
			if strings.Count(picture, "\n") != strings.Count(last, "\n") || !strings.HasSuffix(picture, last[strings.Index(last, "Where things stand"):]) {
				t.Errorf("the page jumps, from\n%s\nto\n%s", picture, last)
			}
		}
		s.Before = open
		if s.Move(); s.frame != 0 {
			t.Error("it waits before a gate that was open already")
		}
	}
}

// What is below the steps is read to its end, in the smallest terminal too.
func TestEachWordOfAFindingIsReached(t *testing.T) {
	plan := NewPlan(testEnv(), standing(uitest.Facts()), foreseenChanges())
	var words []string
	for n := range 120 {
		words = append(words, fmt.Sprintf("word%d", n))
	}
	plan.Findings = []steps.Finding{{Level: steps.Warning, Text: strings.Join(words, " ")}, {Level: steps.OK, About: "Requester Pays"}}
	seen := plan.View(60, 13)
	for range 60 {
		presses(plan, "down")
		seen += plan.View(60, 13)
	}
	for _, w := range append(words, "Looked at and in order: Requester Pays.", "1 warning is below") {
		if !strings.Contains(seen, w) {
			t.Errorf("%q is never seen", w)
		}
	}
	presses(plan, "home", "end")
	if !strings.Contains(plan.View(60, 13), "Requester Pays") {
		t.Errorf("the end shows %s", plan.View(60, 13))
	}
	presses(plan, "up")
	if plan.at != len(plan.rows)-1 {
		t.Error("going back up from the end leaves the last step at once")
	}
}
