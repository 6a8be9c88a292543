// Package draw is what the screens are drawn with: colours and marks, pages of
// lines, lists, menus, documents and their differences, the two gates, and the
// frame around it all. Everything that came from AWS or a file loses its control
// characters here before it is drawn.
//
// It knows no screen and no order of steps, keeps nothing of a run, and cannot
// reach AWS: what it draws it is handed as values.
package draw

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"crossgrant/steps"
)

// A Theme holds every colour and mark. Each colour has a pair, for light and for
// dark backgrounds; none is the only sign of anything.
type Theme struct {
	ascii bool

	Plain, Bold, Dim           lipgloss.Style
	Bad, Warn, Accent          lipgloss.Style
	Chosen                     lipgloss.Style
	good, badge                lipgloss.Style
	customer, firm             lipgloss.Style // whose account acts
	added, removed             lipgloss.Style // lines of a diff
	property, literal, bracket lipgloss.Style // of JSON
}

// NewTheme is the theme for an output; ascii: with signs of ASCII alone.
func NewTheme(r *lipgloss.Renderer, ascii bool) *Theme {
	colour := func(light, dark string) lipgloss.Style {
		return r.NewStyle().Foreground(lipgloss.AdaptiveColor{Light: light, Dark: dark})
	}
	return &Theme{
		ascii:    ascii,
		Plain:    r.NewStyle(),
		Bold:     r.NewStyle().Bold(true),
		Dim:      colour("#6b6b6b", "#8a8a8a"),
		Bad:      colour("#b3261e", "#ff8a80"),
		Warn:     colour("#8a5a00", "#f2c55c"),
		Accent:   colour("#0b5cad", "#7fb8ff").Bold(true),
		Chosen:   r.NewStyle().Reverse(true),
		good:     colour("#1a6e2e", "#7ad38d"),
		badge:    r.NewStyle().Bold(true).Reverse(true),
		customer: colour("#0f6b63", "#63d3c7"),
		firm:     colour("#7a3d9c", "#d3a4f0"),
		added:    colour("#1a6e2e", "#7ad38d"),
		removed:  colour("#b3261e", "#ff8a80"),
		property: colour("#0b5cad", "#7fb8ff"),
		literal:  colour("#8a5a00", "#f2c55c"),
		bracket:  colour("#6b6b6b", "#8a8a8a"),
	}
}

// Side is the colour of one of the two companies.
func (t *Theme) Side(s steps.Side) lipgloss.Style {
	if s == steps.Customer {
		return t.customer
	}
	return t.firm
}

// A Mark is a sign with the word that says the same.
type Mark struct{ Sign, Word string }

// The marks.
var (
	MarkDone   = Mark{"✓", "done"}
	MarkYes    = Mark{"✓", "yes"}
	MarkNow    = Mark{"▸", "now"}
	MarkLater  = Mark{"·", "to come"}
	MarkNo     = Mark{"·", "no"}
	MarkLook   = Mark{"!", "look"}
	MarkFailed = Mark{"!", "failed"}
	MarkShut   = Mark{"✗", "no"}
	MarkOff    = Mark{"-", "left out"}
)

// Paint gives a mark its colour.
func (t *Theme) Paint(m Mark) string {
	switch m.Sign {
	case "✓":
		return t.good.Render(m.Sign)
	case "✗":
		return t.Bad.Render(m.Sign)
	case "!":
		return t.Warn.Render(m.Sign)
	case "▸":
		return t.Accent.Render(m.Sign)
	}
	return t.Dim.Render(m.Sign)
}

// Radio draws one of several of which one is on.
func (t *Theme) Radio(name string, on bool) string {
	if on {
		return t.Accent.Render("(●) " + name)
	}
	return t.Dim.Render("(○) " + name)
}

// twins are the signs of --ascii, each as wide as what it stands for.
var twins = strings.NewReplacer(
	"✓", "+", "✗", "x", "▸", ">", "·", ".", "•", "*", "─", "-", "│", "|", "┼", "+", "┬", "+", "┴", "+",
	"←", "<", "→", ">", "↑", "^", "↓", "v", "▴", "^", "▾", "v", "…", "~", "●", "*", "○", "o",
)

// inASCII is the last touch to all that is drawn.
func (t *Theme) inASCII(s string) string {
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

// Cut shortens a line to a width, with a sign that something is missing.
func Cut(s string, width int) string {
	if width <= 0 {
		return ""
	}
	return ansi.Truncate(s, width, "…")
}

// Fill cuts or pads a line to exactly a width.
func Fill(s string, width int) string {
	s = Cut(s, width)
	return s + strings.Repeat(" ", max(0, width-ansi.StringWidth(s)))
}
