package draw

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/keys"
)

// A Choice is one line of a menu, with what it means, in a few lines, and what is wanted
// with it.
type Choice struct {
	Title, Text string
	Wants       any
}

// A Menu is a few choices, one of them under the cursor.
type Menu struct {
	Choices []Choice
	at      int
	moved   bool
}

// Offer adds a choice at the end.
func (m *Menu) Offer(title, text string, wants any) {
	m.Choices = append(m.Choices, Choice{title, text, wants})
}

// Prefer adds a choice at the start, under the cursor unless a key has moved that.
func (m *Menu) Prefer(title, text string, wants any) {
	m.Choices = slices.Insert(m.Choices, 0, Choice{title, text, wants})
	if m.moved {
		m.at++
	}
}

// Raise brings choices to the start, in their order, and the cursor with them unless a key
// has moved that.
func (m *Menu) Raise(which func(Choice) bool) {
	under := m.Choices[m.at].Title
	var first, rest []Choice
	for _, c := range m.Choices {
		if which(c) {
			first = append(first, c)
		} else {
			rest = append(rest, c)
		}
	}
	m.Choices = append(first, rest...)
	if m.moved {
		m.at = slices.IndexFunc(m.Choices, func(c Choice) bool { return c.Title == under })
	}
}

// Update moves the cursor. It returns what the choice that was made wants.
func (m *Menu) Update(msg tea.KeyMsg) any {
	before := m.at
	defer func() { m.moved = m.moved || m.at != before }()
	switch {
	case key.Matches(msg, keys.Up, keys.Previous):
		m.at = (m.at + len(m.Choices) - 1) % len(m.Choices)
	case key.Matches(msg, keys.Down, keys.Next):
		m.at = (m.at + 1) % len(m.Choices)
	case key.Matches(msg, keys.Home):
		m.at = 0
	case key.Matches(msg, keys.End):
		m.at = len(m.Choices) - 1
	case key.Matches(msg, keys.Enter):
		return m.Choices[m.at].Wants
	}
	return nil
}

// Draw adds the choices to a page, in a window of what fits the height. Where not all fit,
// what only the choice under the cursor means is said, and then there are no gaps.
func (m *Menu) Draw(p *Page, height int) {
	lines, cursor := m.lines(p, true, true)
	if len(lines) > height {
		lines, cursor = m.lines(p, false, true)
	}
	if len(lines) > height {
		lines, cursor = m.lines(p, false, false)
	}
	p.Add(p.Window(lines, height, cursor)...)
}

// lines are the choices with all of their texts or one, and with gaps or none.
func (m *Menu) lines(p *Page, all, gaps bool) (lines []string, cursor int) {
	inner := p.Page(p.Width)
	for i, c := range m.Choices {
		lead, style := "  ", p.Bold
		if i == m.at {
			lead, style, cursor = p.Paint(MarkNow)+" ", p.Accent, len(inner.Lines)
		}
		for _, l := range Wrap(c.Title, p.Width-2) {
			inner.Add(lead + style.Render(l))
			lead = "  "
		}
		if all || i == m.at {
			for l := range strings.SplitSeq(c.Text, "\n") {
				inner.Behind("  ", 2, l)
			}
		}
		if gaps && i < len(m.Choices)-1 {
			inner.Gap()
		}
	}
	return inner.Lines, cursor
}
