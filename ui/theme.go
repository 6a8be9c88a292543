package ui

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// A theme holds every colour and mark. Each colour has a pair, for light and for
// dark backgrounds; none is the only sign of anything.
type theme struct {
	ascii bool

	plain, bold, dim           lipgloss.Style
	good, bad, warn, accent    lipgloss.Style
	customerInk, firmInk       lipgloss.Style // whose account acts
	added, removed             lipgloss.Style // lines of a diff
	property, literal, bracket lipgloss.Style // of JSON
	badge, chosen              lipgloss.Style
}

func newTheme(r *lipgloss.Renderer, ascii bool) *theme {
	colour := func(light, dark string) lipgloss.Style {
		return r.NewStyle().Foreground(lipgloss.AdaptiveColor{Light: light, Dark: dark})
	}
	return &theme{
		ascii:       ascii,
		plain:       r.NewStyle(),
		bold:        r.NewStyle().Bold(true),
		dim:         colour("#6b6b6b", "#8a8a8a"),
		good:        colour("#1a6e2e", "#7ad38d"),
		bad:         colour("#b3261e", "#ff8a80"),
		warn:        colour("#8a5a00", "#f2c55c"),
		accent:      colour("#0b5cad", "#7fb8ff").Bold(true),
		customerInk: colour("#0f6b63", "#63d3c7"),
		firmInk:     colour("#7a3d9c", "#d3a4f0"),
		added:       colour("#1a6e2e", "#7ad38d"),
		removed:     colour("#b3261e", "#ff8a80"),
		property:    colour("#0b5cad", "#7fb8ff"),
		literal:     colour("#8a5a00", "#f2c55c"),
		bracket:     colour("#6b6b6b", "#8a8a8a"),
		badge:       r.NewStyle().Bold(true).Reverse(true),
		chosen:      r.NewStyle().Reverse(true),
	}
}

// A mark is a sign with the word that says the same.
type mark struct{ sign, word string }

var (
	markDone  = mark{"✓", "done"}
	markYes   = mark{"✓", "yes"}
	markNow   = mark{"▸", "now"}
	markLater = mark{"·", "to come"}
	markNo    = mark{"·", "no"}
	markLook  = mark{"!", "look"}
	markShut  = mark{"✗", "no"}
	markOff   = mark{"-", "left out"}
)

// paint gives a mark its colour.
func (t *theme) paint(m mark) string {
	switch m.sign {
	case "✓":
		return t.good.Render(m.sign)
	case "✗":
		return t.bad.Render(m.sign)
	case "!":
		return t.warn.Render(m.sign)
	case "▸":
		return t.accent.Render(m.sign)
	}
	return t.dim.Render(m.sign)
}

// twins are the signs of --ascii, each as wide as what it stands for.
var twins = strings.NewReplacer(
	"✓", "+", "✗", "x", "▸", ">", "·", ".", "•", "*", "─", "-", "│", "|", "┼", "+", "┬", "+", "┴", "+",
	"←", "<", "→", ">", "↑", "^", "↓", "v", "▴", "^", "▾", "v", "…", "~", "●", "*", "○", "o",
)

// screenText is the last touch to all that is drawn.
func (t *theme) screenText(s string) string {
	if !t.ascii {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < 0x80 {
			return r
		}
		return '?'
	}, twins.Replace(s))
}

// cut shortens a line to a width, with a sign that something is missing.
func cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	return ansi.Truncate(s, width, "…")
}

// fill cuts or pads a line to exactly a width.
func fill(s string, width int) string {
	s = cut(s, width)
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}
