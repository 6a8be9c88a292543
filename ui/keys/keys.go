// Package keys holds all keys of the wizard: no key is bound anywhere else, so
// that what one does is said, and changed, in one place. What a key does on one
// screen is said there by Named.
package keys

import (
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/viewport"
)

// The keys of the wizard.
var (
	Enter     = bind("enter", "go on", "enter")
	Back      = bind("b", "back", "b", "esc")
	Esc       = bind("esc", "back", "esc")
	Quit      = bind("q", "leave", "q")
	Help      = bind("?", "help", "?")
	Interrupt = bind("ctrl+c", "stop or leave", "ctrl+c")
	Suspend   = bind("ctrl+z", "suspend", "ctrl+z")
	Next      = bind("tab", "next", "tab")
	Previous  = bind("shift+tab", "previous", "shift+tab")
	Up        = bind("↑/k", "up", "up", "k")
	Down      = bind("↓/j", "down", "down", "j")
	Left      = bind("←/h", "left", "left", "h")
	Right     = bind("→/l", "right", "right", "l")
	PageUp    = bind("pgup", "page up", "pgup")
	PageDown  = bind("pgdn", "page down", "pgdown")
	Home      = bind("home", "to the start", "home", "g")
	End       = bind("end", "to the end", "end", "G")
	Toggle    = bind("space", "switch", " ")
	Filter    = bind("/", "filter", "/")
	TypeName  = bind("t", "type one", "t")
	MakeOne   = bind("m", "new one", "m")
	Users     = bind("ctrl+l", "list users", "ctrl+l")
	Retry     = bind("r", "retry", "r")
	Undo      = bind("u", "undo everything", "u")
	Copy      = bind("c", "copy", "c")
	Save      = bind("w", "save", "w")
	Commands  = bind("s", "save the commands so far", "s")
	Yes       = bind("y", "yes, check it", "y")
	Terms     = bind("t", "say what it should be", "t")
	Mend      = bind("m", "mend it", "m")
	Letters   = bind("l", "text to send", "l")
	SaveText  = bind("s", "save", "s")
	Break     = bind("x", "break it", "x")
	Skip      = bind("s", "skip", "s")
	Pause     = bind("space", "pause", " ")    // of --autoplay
	Forward   = bind("→", "next", "right")     // of --autoplay
	Hold      = bind("←", "stay here", "left") // of --autoplay
)

// Keys of a field, where letters are text.
var (
	FieldUp   = bind("↑", "field before", "up")
	FieldDown = bind("↓", "next field", "down")
	FieldMove = bind("↑/↓", "another choice", "up", "down")
)

// Accept ends the typing of a filter.
var Accept = bind("enter", "go to the list", "enter", "tab", "up", "down")

// Any stands for all keys, where none is a choice.
var Any = bind("any key", "leave", "enter", "q", "esc")

// Move stands for the keys that move a cursor, where room is short.
var Move = bind("↑/↓", "move", "up", "down")

func bind(shown, does string, pressed ...string) key.Binding {
	return key.NewBinding(key.WithKeys(pressed...), key.WithHelp(shown, does))
}

// Named is a key with what it does here.
func Named(b key.Binding, does string) key.Binding {
	b.SetHelp(b.Help().Key, does)
	return b
}

// Viewport are the keys that scroll a viewport.
func Viewport() viewport.KeyMap {
	return viewport.KeyMap{Up: Up, Down: Down, Left: Left, Right: Right, PageUp: PageUp, PageDown: PageDown}
}

// Scrolling are the keys that scroll, for the help.
func Scrolling() []key.Binding {
	return []key.Binding{Up, Down, Left, Right, PageUp, PageDown, Home, End}
}
