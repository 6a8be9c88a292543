package ui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// A scroll is how far a screen that may be longer than the terminal is scrolled.
type scroll struct{ top, most, height int }

// update moves by a key, if it is one that scrolls.
func (s *scroll) update(msg tea.KeyMsg) {
	switch {
	case key.Matches(msg, keys.up):
		s.top--
	case key.Matches(msg, keys.down):
		s.top++
	case key.Matches(msg, keys.pageUp):
		s.top -= s.height - 2
	case key.Matches(msg, keys.pageDown):
		s.top += s.height - 2
	case key.Matches(msg, keys.home):
		s.top = 0
	case key.Matches(msg, keys.end):
		s.top = s.most
	}
	s.top = max(0, min(s.top, s.most))
}

// part is what of the lines fits the height, with a sign where there is more.
func (s *scroll) part(t *theme, lines []string, height int) []string {
	s.height, s.most = height, max(0, len(lines)-height)
	s.top = min(s.top, s.most)
	part := slices.Clone(lines[s.top:min(len(lines), s.top+height)])
	if s.top > 0 {
		part[0] = t.dim.Render("▴ more above")
	}
	if s.top < s.most {
		part[len(part)-1] = t.dim.Render("▾ more below")
	}
	return part
}

// scrollKeys are its keys, where there is more than fits.
func (s *scroll) scrollKeys() []key.Binding {
	if s.most == 0 {
		return nil
	}
	return []key.Binding{named(move, "scroll")}
}
