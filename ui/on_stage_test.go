package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
)

// onStage is a demo in a pseudo-terminal.
func onStage(t *testing.T, cols, rows int, change func(*Options)) (*story, func() []string) {
	t.Helper()
	stage := newStage(t)
	stage.options.Demo, stage.options.StateDir = true, ""
	if change != nil {
		change(&stage.options)
	}
	return tell(t, stage.options, cols, rows), stage.box.Snapshot
}

func TestStoryOfATourThatPlaysItself(t *testing.T) {
	t.Parallel()
	s, world := onStage(t, 80, 24, func(o *Options) { o.Autoplay = 50 * time.Millisecond })
	before := world()
	s.sees("403 AccessDenied", "200 OK", "test-writer can write into the bucket")
	s.leaves(0, "Both accounts are as they were.")
	if !slices.Equal(world(), before) {
		t.Error("the accounts are not as they were")
	}
}

func TestStoryOfASmallWindow(t *testing.T) {
	t.Parallel()
	s, world := onStage(t, 60, 20, nil)
	before := world()
	s.answersAll("tour")
	s.press("enter")
	for _, title := range stepsOf(steps.Answers{Journey: "tour"}) {
		s.sees(title.Title+" ", "enter apply")
		s.press("enter")
		s.sees("enter go on", title.Title)
		s.press("enter")
	}
	s.sees("Both accounts are as they were.", "enter finish")
	s.press("enter")
	s.leaves(0, "Both accounts are as they were.")
	if !slices.Equal(world(), before) {
		t.Error("the accounts are not as they were")
	}
}

func TestStoryOfBreakingIt(t *testing.T) {
	t.Parallel()
	s, world := onStage(t, 80, 24, nil)
	before := world()
	s.answersAll("tour")
	s.press("enter")
	for _, step := range stepsOf(steps.Answers{Journey: "tour"}) {
		if step.CleanUp {
			break
		}
		s.sees(step.Title+" ", "enter apply")
		s.press("enter")
		s.sees("enter go on", step.Title)
		if step.ID != "test-writer" {
			s.press("enter")
		}
	}
	s.sees("x break it")
	s.press("x")
	s.sees("▸ Shut the firm's gate")
	s.press("enter")
	s.sees("Shut the firm's gate ", "enter apply")
	s.press("enter")
	s.sees("403 AccessDenied", "has no policy of its own", "enter go on")
	s.press("enter")
	s.sees("Open the firm's gate ", "enter apply")
	s.press("enter")
	s.sees("x break it", "enter go on")
	s.press("enter")
	for _, side := range []string{"customer's", "firm's"} {
		s.approves("Clean up the "+side+" side", "Nothing of this run is left")
	}
	s.sees("Both accounts are as they were.", "enter finish")
	s.press("enter")
	s.leaves(0, "Both accounts are as they were.")
	if !slices.Equal(world(), before) {
		t.Error("the accounts are not as they were")
	}
}

// A key that is held down for six seconds says yes to nothing, not even in a demo.
func TestStoryOfAHeldKey(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes six seconds; left out with -short")
	}
	t.Parallel()
	s, world := onStage(t, 80, 24, func(o *Options) {
		o.timer = func(d time.Duration, m tea.Msg) tea.Cmd { return tea.Tick(d, func(time.Time) tea.Msg { return m }) }
	})
	before := world()
	s.sees("What would you like to do?")
	held := time.NewTicker(33 * time.Millisecond) // as keyboards repeat
	defer held.Stop()
	over := time.After(6 * time.Second)
	for done := false; !done; {
		select {
		case <-held.C:
			s.types("enter")
		case <-over:
			done = true
		}
	}
	if !slices.Equal(world(), before) {
		t.Errorf("a held key changed something; the screen shows\n%s", s.screen())
	}
	if !strings.Contains(s.screen(), "my.test.bucket") {
		t.Errorf("it did not come far enough to try anything; the screen shows\n%s", s.screen())
	}
}
