package ui

import (
	"time"

	"github.com/charmbracelet/bubbles/help"
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
)

// A screen is one thing to look at or to decide. It asks nothing of AWS: what it
// wants done it returns as an action, and what comes of it arrives as a message.
type screen interface {
	help.KeyMap
	Update(tea.Msg) (action, tea.Cmd)
	View(width, height int) string
	// Typing tells that letters are text now, not keys.
	Typing() bool
}

// An action is what a screen wants. nil: nothing.
type action any

// Actions that screens have in common.
type (
	goOn    struct{} // the harmless way forward
	goBack  struct{} // one step back, or no
	retry   struct{}
	undoAll struct{} // take everything of this run back
	leave   struct{} // ask whether to leave
	copied  struct{ what, text string }
	saved   struct{ name, text string } // to a file of that name
)

// A kit is what every screen has.
type kit struct {
	*draw.Theme
	// timer returns a Cmd that sends a message after a while.
	timer func(time.Duration, tea.Msg) tea.Cmd
	clock func() time.Time
}

// bindings makes a screen's keys a help.KeyMap.
type bindings []key.Binding

func (b bindings) ShortHelp() []key.Binding  { return b }
func (b bindings) FullHelp() [][]key.Binding { return [][]key.Binding{b} }

// still is for screens without a field.
type still struct{}

func (still) Typing() bool { return false }

// settled tells a screen that its timer with this number is over.
type settled struct{ number int }

// settleTime is how long a choice has to rest before AWS is asked about it.
const settleTime = 250 * time.Millisecond

// infos are the steps of a journey, before there is an engine.
func infos(a steps.Answers) []steps.Info {
	var list []steps.Info
	for _, s := range steps.Journey(a) {
		list = append(list, s.Info())
	}
	return list
}
