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

// A Look is what a terminal, or its owner, can do without.
type Look struct {
	ASCII      bool // signs of ASCII alone
	Colourless bool // bold and reverse are left
}

// NewTheme is the theme for an output.
func NewTheme(r *lipgloss.Renderer, look Look) *Theme {
	in := func(c lipgloss.AdaptiveColor) lipgloss.Style {
		if look.Colourless {
			return r.NewStyle()
		}
		return r.NewStyle().Foreground(c)
	}
	return &Theme{
		ascii:    look.ASCII,
		Plain:    r.NewStyle(),
		Bold:     r.NewStyle().Bold(true),
		Dim:      in(grey),
		Bad:      in(red),
		Warn:     in(amber),
		Accent:   in(blue).Bold(true),
		Chosen:   r.NewStyle().Reverse(true),
		good:     in(green),
		badge:    r.NewStyle().Bold(true).Reverse(true),
		customer: in(teal),
		firm:     in(violet),
		added:    in(green),
		removed:  in(red),
		property: in(blue),
		literal:  in(amber),
		bracket:  in(grey),
	}
}

// The colours of all text, each for light and for dark backgrounds.
var (
	grey   = lipgloss.AdaptiveColor{Light: "#616161", Dark: "#9e9e9e"}
	red    = lipgloss.AdaptiveColor{Light: "#b3261e", Dark: "#ff8a80"}
	amber  = lipgloss.AdaptiveColor{Light: "#7d5200", Dark: "#f2c55c"}
	blue   = lipgloss.AdaptiveColor{Light: "#0b5cad", Dark: "#7fb8ff"}
	green  = lipgloss.AdaptiveColor{Light: "#1a6e2e", Dark: "#7ad38d"}
	teal   = lipgloss.AdaptiveColor{Light: "#0f6b63", Dark: "#63d3c7"}
	violet = lipgloss.AdaptiveColor{Light: "#7a3d9c", Dark: "#d3a4f0"}

	palette = []lipgloss.AdaptiveColor{grey, red, amber, blue, green, teal, violet}
)

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
	MarkUnsure = Mark{"?", "perhaps"}
	MarkOff    = Mark{"-", "skipped"}
)

// Paint gives a mark its colour.
func (t *Theme) Paint(m Mark) string {
	switch m.Sign {
	case "✓":
		return t.good.Render(m.Sign)
	case "✗":
		return t.Bad.Render(m.Sign)
	case "!", "?":
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
	"╭", "+", "╮", "+", "╰", "+", "╯", "+", "├", "|", "┤", "|", "┏", "+", "┓", "+", "┗", "+", "┛", "+", "┃", "|", "━", "-", "╌", "-", "▶", ">", "◉", "@",
	"←", "<", "→", ">", "↑", "^", "↓", "v", "▴", "^", "▾", "v", "…", "~", "●", "*", "○", "o", "█", "#", "░", "-",
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
