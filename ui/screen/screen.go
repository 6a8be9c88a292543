// Package screen is what a person looks at and decides on, one file a screen: its
// keys, its Update and its View. What a screen wants done it returns as an Action,
// and what comes of it arrives as a message; messages.go lists both.
//
// A screen cannot reach AWS, opens no run, and does not know which screen comes
// before or after it: it is handed values, and a test of it is one call.
package screen

import (
	"time"

	"github.com/charmbracelet/bubbles/help"
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
)

// A Screen is one thing to look at or to decide.
type Screen interface {
	help.KeyMap
	Update(tea.Msg) (Action, tea.Cmd)
	View(width, height int) string
	// Typing tells that letters are text now, not keys.
	Typing() bool
}

// An Env is what every screen has.
type Env struct {
	*draw.Theme
	// Timer returns a Cmd that sends a message after a while.
	Timer func(time.Duration, tea.Msg) tea.Cmd
	Clock func() time.Time
}

// Titled adds the title of a step, and whose side it is about.
func (e Env) Titled(p *draw.Page, step steps.Info) {
	who := e.Side(step.Side).Render("the " + string(step.Side) + "'s side")
	p.Add(draw.Fill(e.Bold.Render(step.Title), p.Width-20) + " " + who)
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
