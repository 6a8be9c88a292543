package ui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// A choice is one line of a menu, with what it means and what comes of it.
type choice struct {
	title, text string
	does        action
}

// A menu is a few choices, one of them under the cursor.
type menu struct {
	choices []choice
	at      int
}

func (m *menu) update(msg tea.KeyMsg) action {
	switch {
	case key.Matches(msg, keys.up, keys.previous):
		m.at = (m.at + len(m.choices) - 1) % len(m.choices)
	case key.Matches(msg, keys.down, keys.next):
		m.at = (m.at + 1) % len(m.choices)
	case key.Matches(msg, keys.home):
		m.at = 0
	case key.Matches(msg, keys.end):
		m.at = len(m.choices) - 1
	case key.Matches(msg, keys.enter):
		return m.choices[m.at].does
	}
	return nil
}

// draw adds the choices to a page, in a window of what fits the height.
func (m *menu) draw(p *page, height int) {
	inner := p.page(p.width)
	cursor := 0
	for i, c := range m.choices {
		lead, style := "  ", p.bold
		if i == m.at {
			lead, style, cursor = p.paint(markNow)+" ", p.accent, len(inner.lines)
		}
		inner.add(lead + style.Render(cut(c.title, p.width-2)))
		inner.behind("  ", 2, c.text)
		if i < len(m.choices)-1 {
			inner.gap()
		}
	}
	p.add(p.scrolled(inner.lines, height, cursor)...)
}
