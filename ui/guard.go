package ui

// The guard: a screen that comes by itself takes no key before it was quiet for a
// while, so that a key meant for the screen before approves nothing. Every key that
// comes sooner starts the quiet anew: one that is held down, or hit again and again,
// never gets through. ctrl+c and ctrl+z are not guarded against.

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// quiet is how long no key must come.
const quiet = 400 * time.Millisecond

// A guard is up until it was quiet.
type guard struct {
	up    bool
	count int // of the timers, of which only the last counts
}

// quietOver tells that the timer of this number is over.
type quietOver struct{ count int }

// raise begins to wait until it is quiet.
func (g *guard) raise(timer func(time.Duration, tea.Msg) tea.Cmd) tea.Cmd {
	g.up = true
	g.count++
	return timer(quiet, quietOver{g.count})
}

// lower takes keys again, if no other key came meanwhile.
func (g *guard) lower(msg quietOver) {
	if msg.count == g.count {
		g.up = false
	}
}
