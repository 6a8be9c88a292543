package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/steps"
	"crossgrant/steps/run"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/draw"
	"crossgrant/ui/screen"
	"crossgrant/ui/uitest"
)

func TestAPromptThatComesByItselfTakesNoKey(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.timer = uitest.Never
	r := newRig(t, s.options)
	r.press("enter")
	r.sees("✓ 1111-2222-3333")
	r.press("enter")
	r.until("the firm's profile", func() bool { return strings.Contains(r.view(), "✓ 4444-5555-6666") })
	r.press("enter")
	r.sees("there is none yet")
	r.press("enter", "enter", "enter")
	r.until("the plan", func() bool { _, there := r.app.top().(*screen.Plan); return there })
	r.press("enter", "enter", "esc")
	if _, same := r.app.top().(*screen.Plan); !same || r.app.call != nil {
		t.Error("a key meant for the screen before was taken")
	}
	r.update(quietOver{r.app.guard.count})
	r.press("enter")
	if r.app.call == nil {
		t.Error("the screen takes no key after that")
	}
}

// A key that is held, or hit again and again, is nobody's yes.
func TestAHeldKeyApprovesNothing(t *testing.T) {
	t.Parallel()
	for _, every := range []time.Duration{30 * time.Millisecond, 100 * time.Millisecond, 390 * time.Millisecond} {
		var now time.Duration
		due := map[time.Duration]tea.Msg{}
		a := inRun(uitest.Uncoloured(), Options{}, 0)
		a.Timer = func(d time.Duration, m tea.Msg) tea.Cmd {
			due[now+d] = m
			return nil
		}
		waits := func(d time.Duration) {
			for until := now + d; now < until; {
				now += 10 * time.Millisecond
				if m := due[now]; m != nil {
					a.Update(m)
				}
			}
		}
		change := uitest.Changes()[0]
		a.showStep(change, draw.Operations(change.Actions))
		for now < 6*time.Second {
			a.Update(uitest.Key("enter"))
			waits(every)
		}
		if _, same := a.top().(*screen.Step); !same || a.call != nil {
			t.Fatalf("a key every %v approved it", every)
		}
		waits(quiet - every)
		if a.Update(uitest.Key("enter")); a.call == nil {
			t.Errorf("after a key every %v and a quiet while, enter does nothing", every)
		}
	}
}

func TestTheKeyThatClosesTheHelpApprovesNothing(t *testing.T) {
	t.Parallel()
	for _, above := range []string{"?", "ctrl+c"} {
		a := atStep(Options{})
		a.progress.Left = []steps.Remainder{{What: "the user x"}}
		for _, k := range []string{above, "enter", "enter", "enter"} {
			a.Update(uitest.Key(k))
		}
		if _, same := a.shown().(*screen.Step); !same || a.call != nil {
			t.Errorf("after %s, enter that was held approved the step", above)
		}
	}
}

func TestCtrlCIsNeverKeptBack(t *testing.T) {
	t.Parallel()
	a := inRun(uitest.Uncoloured(), Options{}, 0)
	change := uitest.Changes()[0]
	a.showStep(change, draw.Operations(change.Actions))
	a.Update(uitest.Key("enter"))
	a.progress.Left = []steps.Remainder{{What: "the user x"}}
	if a.Update(uitest.Key("ctrl+c")); a.over == nil {
		t.Error("ctrl+c was kept back")
	}
}

func TestLateAnswersAreDropped(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options)
	r.answersAll("tour")
	shown := r.view()
	r.update(reply{call: 99, msg: endedMsg{}, last: true})
	r.update(reply{call: 1, msg: appliedMsg{}, last: true})
	if r.view() != shown {
		t.Error("an answer to another call changed the screen")
	}
}

func TestAutoplayPlaysTheDemo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Demo, s.options.Autoplay = true, time.Second
	s.options.timer = func(_ time.Duration, m tea.Msg) tea.Cmd {
		return tea.Tick(time.Millisecond, func(time.Time) tea.Msg { return m })
	}
	r := newRig(t, s.options)
	r.until("the end", func() bool { return r.gone })
	if text, code := r.app.farewell(nil, true); code != 0 {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
}

func TestAutoplayPauses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Demo, s.options.Autoplay, s.options.timer = true, time.Second, uitest.Never
	r := newRig(t, s.options)
	r.sees("What would you like to do?", "space pause")
	r.press("space")
	r.sees("paused")
	r.update(playMsg{shows: r.app.shows - 1}) // the timer of before
	r.sees("What would you like to do?")
	r.press("space")
	r.lacks("paused")
	r.update(playMsg{shows: r.app.shows})
	r.sees("Which profile is the customer's?")
}

func TestAutoplayCountsDownAndSteps(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Demo, s.options.Autoplay, s.options.timer = true, 3*time.Second, uitest.Never
	r := newRig(t, s.options)
	r.sees("What would you like to do?", "next in 3 s")
	r.update(playMsg{r.app.shows, 2 * time.Second})
	r.sees("next in 2 s")
	r.press("left")
	r.sees("paused")
	r.press("right")
	r.sees("Which profile is the customer's?")
}

func TestNoAutoplayOutsideADemo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Autoplay = time.Second
	if r := newRig(t, s.options); r.app.o.Autoplay != 0 {
		t.Error("it would approve changes in a real account by itself")
	}
}

func TestAnMFACodeIsAskedForInPlace(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options)
	r.press("enter")
	r.sees("✓ 1111-2222-3333")
	src := r.app.calls.source()
	codes := make(chan string)
	problems := make(chan error)
	for range 2 {
		go func() {
			code, err := src.Token(t.Context(), "mfa", "arn:aws:iam::444455556666:mfa/me")
			codes <- code
			problems <- err
		}()
	}
	r.sees("AWS wants an MFA code", "arn:aws:iam::444455556666:mfa/me")
	r.types("12345")
	r.press("enter")
	r.sees("A code has 6 digits.")
	r.types("6")
	r.press("enter")
	if code, err := <-codes, <-problems; code != "123456" || err != nil {
		t.Errorf("code %q, error %v", code, err)
	}
	r.sees("AWS wants an MFA code")
	r.press("esc")
	if code, err := <-codes, <-problems; code != "" || err == nil {
		t.Errorf("a question declined gave the code %q, error %v", code, err)
	}
	r.sees("Which profile is the customer's?")
}

func TestEndedFromOutside(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.sees("Create a test user")
	text, code := r.app.farewell(errOutside, true)
	if code != 4 || !strings.Contains(uitest.Flat(text), "ended from outside") || !strings.Contains(text, s.options.StateDir) {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
}

func TestGoingOnWithARunThatWasLeft(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	before := s.box.Snapshot()
	r := newRig(t, s.options)
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	r.step("Create a test user", "is there, with the access key AKIA")
	r.sees("Let the test user in", "enter apply")
	r.press("q", "end", "enter")
	r.until("the end", func() bool { return r.gone })
	if _, code := r.app.farewell(nil, true); code != 4 {
		t.Errorf("exit %d", code)
	}

	next := newRig(t, s.options)
	next.sees("Go on with the tour of")
	next.sees("▸ Go on with the tour of", "(my.test.bucket, test-writer)")
	next.press("enter")
	next.sees("This is what is left of the plan.", "▸ 2 customer Create a test user", "enter begin")
	next.lacks("Nothing has been changed yet")
	next.press("b")
	next.sees("What would you like to do?")
	if next.app.applied {
		t.Error("what another run changed would fix the answers of the next one")
	}
	next.press("enter")
	next.sees("This is what is left of the plan.", "enter begin")
	next.begins()
	next.sees("Create a test user", "CUSTOMER ●◉○○○", "enter apply")
	// The secret of the user's key ended with the program, so it gets another.
	next.step("Create a test user", "is there, with the access key AKIA")
	next.sees("Let the test user in", "enter apply")
	next.press("b")
	next.sees("Something was changed already")
	next.press("q", "down", "enter")
	next.sees("Everything that this run created is removed again.")
	next.app.farewell(nil, true)
	if after := s.box.Snapshot(); !slices.Equal(after, before) {
		t.Errorf("the accounts are not as they were:\n%s", after)
	}
	last := newRig(t, s.options)
	last.sees("What would you like to do?")
	last.tall()
	last.sees("Clean up without a record") // which comes with the records
	last.lacks("the tour of")
}

func TestOpeningARunThatIsNotThere(t *testing.T) {
	t.Parallel()
	const id = "20260101-100000-nosuch"
	for journey, options := range map[string]func(*Options){
		"cleanup": func(o *Options) { o.Run, o.Answers.Bucket = id, "" }, // with a bucket, the accounts are searched
		"tour":    func(o *Options) { o.Run, o.Resume = id, true },
	} {
		s := newStage(t)
		s.options.Answers.Journey = journey
		options(&s.options)
		r := newRig(t, s.options)
		r.sees("There is no run "+id+".", "crossgrant runs", "Nothing was changed.", "r try again")
		r.press("q")
		r.until("the end", func() bool { return r.gone })
		text, code := r.app.farewell(nil, true)
		if code != run.Usage || strings.Count(text, "There is no run") != 1 || !strings.Contains(text, "Nothing was changed.") {
			t.Errorf("exit %d, and in the terminal:\n%s", code, text)
		}
		r.press("b")
		r.sees("What would you like to do?")
		if _, code := r.app.farewell(nil, true); code != run.Interrupted {
			t.Errorf("after going back, exit %d", code)
		}
	}
}

func TestStoppingTheFirstLookStaysAtThePlan(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options)
	r.answersAll("tour")
	r.press("enter", "esc")
	r.sees("You stopped it. Nothing was changed just now.", "This is the plan.")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
}

func TestAnAnswerForAnotherProfileHarmsNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options)
	r.update(screen.UserRead{Profile: "other", Side: "firm", Name: "x"})
	r.sees("What would you like to do?")
}

func TestEachProfileIsSignedInWithOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.answersAll("tour")
	asked := map[string]int{}
	for _, c := range s.box.Calls() {
		if c.Operation == "GetCallerIdentity" {
			asked[c.Account]++
		}
	}
	if asked["111122223333"] != 1 || asked["444455556666"] != 1 {
		t.Errorf("AWS was asked who this is: %v", asked)
	}
}
