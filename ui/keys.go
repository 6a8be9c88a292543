package ui

import (
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/viewport"
)

// keys are all keys of the wizard. What one does on a screen is said by named.
var keys = struct {
	enter, back, esc, quit, help, interrupt, suspend key.Binding
	next, previous, up, down, left, right            key.Binding
	pageUp, pageDown, home, end                      key.Binding
	toggle, filter, typeName, makeOne, retry, undo   key.Binding
	users                                            key.Binding
	copy, save, skip                                 key.Binding
}{
	enter:     bind("enter", "go on", "enter"),
	back:      bind("b", "back", "b", "esc"),
	esc:       bind("esc", "back", "esc"),
	quit:      bind("q", "leave", "q"),
	help:      bind("?", "help", "?"),
	interrupt: bind("ctrl+c", "stop or leave", "ctrl+c"),
	suspend:   bind("ctrl+z", "suspend", "ctrl+z"),
	next:      bind("tab", "next", "tab"),
	previous:  bind("shift+tab", "previous", "shift+tab"),
	up:        bind("↑/k", "up", "up", "k"),
	down:      bind("↓/j", "down", "down", "j"),
	left:      bind("←/h", "left", "left", "h"),
	right:     bind("→/l", "right", "right", "l"),
	pageUp:    bind("pgup", "page up", "pgup"),
	pageDown:  bind("pgdn", "page down", "pgdown"),
	home:      bind("home", "to the start", "home", "g"),
	end:       bind("end", "to the end", "end", "G"),
	toggle:    bind("space", "switch", " "),
	filter:    bind("/", "filter", "/"),
	typeName:  bind("t", "type one", "t"),
	makeOne:   bind("m", "make one", "m"),
	users:     bind("ctrl+l", "list users", "ctrl+l"),
	retry:     bind("r", "retry", "r"),
	undo:      bind("u", "take everything back", "u"),
	copy:      bind("c", "copy", "c"),
	save:      bind("w", "save", "w"),
	skip:      bind("s", "skip", "s"),
}

func bind(shown, does string, pressed ...string) key.Binding {
	return key.NewBinding(key.WithKeys(pressed...), key.WithHelp(shown, does))
}

// named is a key with what it does here.
func named(b key.Binding, does string) key.Binding {
	b.SetHelp(b.Help().Key, does)
	return b
}

// inField are the keys of a field, where letters are text.
var inField = struct{ up, down key.Binding }{bind("↑", "field before", "up"), bind("↓", "next field", "down")}

// pause is the key of --autoplay.
var pause = bind("space", "pause", " ")

// filterKeys are the keys that end the typing of a filter.
var filterKeys = struct{ accept key.Binding }{bind("enter", "go to the list", "enter", "tab", "up", "down")}

func viewportKeys() viewport.KeyMap {
	return viewport.KeyMap{
		Up: keys.up, Down: keys.down, Left: keys.left, Right: keys.right,
		PageUp: keys.pageUp, PageDown: keys.pageDown,
	}
}

// move stands for the keys that move a cursor, where room is short.
var move = bind("↑/↓", "move", "up", "down")

// page are the keys that scroll.
func pageKeys() []key.Binding {
	return []key.Binding{keys.up, keys.down, keys.left, keys.right, keys.pageUp, keys.pageDown, keys.home, keys.end}
}
