package draw

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/keys"
)

// A Scroll is how far a screen that may be longer than the terminal is scrolled.
type Scroll struct{ top, most, height int }

// Update moves by a key, if it is one that scrolls.
func (s *Scroll) Update(msg tea.KeyMsg) {
	switch {
	case key.Matches(msg, keys.Up):
		s.top--
	case key.Matches(msg, keys.Down):
		s.top++
	case key.Matches(msg, keys.PageUp):
		s.top -= s.height - 2
	case key.Matches(msg, keys.PageDown):
		s.top += s.height - 2
	case key.Matches(msg, keys.Home):
		s.top = 0
	case key.Matches(msg, keys.End):
		s.top = s.most
	}
	s.top = max(0, min(s.top, s.most))
}

// Show scrolls no further than is needed for a line to be seen in a height.
func (s *Scroll) Show(line, height int) {
	s.top = min(max(s.top, line+2-height), max(0, line-1))
}

// Part is what of the lines fits the height, with a sign where there is more.
func (s *Scroll) Part(t *Theme, lines []string, height int) []string {
	s.height, s.most = height, max(0, len(lines)-height)
	s.top = min(s.top, s.most)
	part := slices.Clone(lines[s.top:min(len(lines), s.top+height)])
	if s.top > 0 {
		part[0] = t.Dim.Render("▴ more above")
	}
	if s.top < s.most {
		part[len(part)-1] = t.Dim.Render("▾ more below")
	}
	return part
}

// Below tells that there is more below what is in sight.
func (s *Scroll) Below() bool { return s.top < s.most }

// More tells that there is more than fits.
func (s *Scroll) More() bool { return s.most > 0 }

// Keys are its keys, where there is more than fits.
func (s *Scroll) Keys() []key.Binding {
	if !s.More() {
		return nil
	}
	return []key.Binding{keys.Named(keys.Move, "scroll")}
}

// window is the part of lines that fits a height, with line at in it.
func window(lines []string, height, at int) []string {
	if len(lines) <= height {
		return lines
	}
	top := min(max(0, at-height/2), len(lines)-height)
	return lines[top : top+height]
}

// Window is the part of lines that fits a height, with line at in it and a sign
// where there is more.
func (t *Theme) Window(lines []string, height, at int) []string {
	if len(lines) <= height || height < 4 {
		return window(lines, height, at)
	}
	part := slices.Clone(window(lines, height, at))
	if part[0] != lines[0] {
		part[0] = t.Dim.Render("  ▴ more above")
	}
	if part[height-1] != lines[len(lines)-1] {
		part[height-1] = t.Dim.Render("  ▾ more below")
	}
	return part
}
