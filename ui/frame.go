package ui

// The frame: what the App hands to draw.Frame. It reads the App and changes nothing.

import (
	"fmt"
	"time"

	"github.com/charmbracelet/bubbles/key"

	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
	"crossgrant/ui/screen"
)

// View draws the frame around the screen at hand.
func (a *App) View() string {
	if a.width == 0 {
		return ""
	}
	return a.frame().Around(a.shown().View, a.width, a.height)
}

func (a *App) small() bool { return draw.TooSmall(a.width, a.height) }

// frame is what stands around the screen at hand.
func (a *App) frame() draw.Frame {
	_, failed := a.top().(*screen.Problem)
	return draw.Frame{
		Theme: a.Theme, Facts: a.facts(), Steps: a.infos, States: a.states(), At: a.progress.at,
		Failed: failed, Shown: a.stepShown(), NoUsers: a.noUsers(), Demo: a.o.Demo, Plays: a.plays(),
		Say: a.said(), Keys: a.validKeys, Small: a.saidSmall(),
	}
}

// states are what became of the steps, none before the run has begun.
func (a *App) states() (states []string) {
	for _, s := range a.progress.Steps {
		states = append(states, s.State)
	}
	return states
}

// plays says when --autoplay goes on.
func (a *App) plays() string {
	switch {
	case a.o.Autoplay <= 0:
		return ""
	case a.paused:
		return "paused"
	case a.call != nil || a.over != nil:
		return ""
	}
	return fmt.Sprintf("next in %d s", int((a.untilNext+time.Second-1)/time.Second))
}

// saidSmall asks again whether to leave, where the question itself has no room.
func (a *App) saidSmall() string {
	if _, asked := a.over.(*screen.Leaving); !asked {
		return ""
	}
	made := "one thing, or may have"
	if n := len(a.progress.Left); n > 1 {
		made = fmt.Sprintf("%d things, or may have", n)
	}
	return "This run created " + made + ". Press ctrl+c again to leave, or make the window larger."
}

// noUsers is what to say of users where none is known.
func (a *App) noUsers() string {
	switch {
	case !a.begun():
		return ""
	case a.hadUsers:
		return fmt.Sprintf("The %ss are deleted.", a.answers.Grantee().Kind)
	case a.makes && isRunning(a.top()):
		return fmt.Sprintf("A %s is being created.", a.answers.Grantee().Kind)
	case a.cleansUp():
		return "" // what it removes is not read as users
	}
	return fmt.Sprintf("No %s is there yet.", a.answers.Grantee().Kind)
}

// said is what there is to say at the moment.
func (a *App) said() string {
	if a.call == nil || isRunning(a.top()) {
		return a.flash
	}
	if a.call.stopping {
		return a.spin.View() + " Stopping ..."
	}
	return a.spin.View() + " " + a.call.what
}

// validKeys are the keys that are valid now: none on a screen that has just come
// up by itself.
func (a *App) validKeys() []key.Binding {
	switch {
	case a.guard.up:
		return nil
	case a.call != nil && a.over == nil && !isRunning(a.top()):
		return []key.Binding{keys.Named(keys.Esc, "stop"), keys.Interrupt}
	case a.o.Autoplay > 0:
		return append([]key.Binding{keys.Pause, keys.Forward}, a.shown().ShortHelp()...)
	}
	return a.shown().ShortHelp()
}

func isRunning(s screen.Screen) bool { _, ok := s.(*screen.Running); return ok }

// stepShown is the step that the screen is about.
func (a *App) stepShown() int {
	if !a.begun() {
		return len(a.infos)
	}
	if _, isResult := a.top().(*screen.Result); isResult {
		return a.progress.at - 1
	}
	return a.progress.at
}
