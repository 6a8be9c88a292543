package screen

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// A form is a page of questions, the one at hand in sight. Where it is longer than the
// screen it can be scrolled.
type form struct {
	scroll draw.Scroll
	paged  bool // a key scrolled away from the question at hand
}

// scrolls takes a key if it is one that scrolls.
func (f *form) scrolls(msg tea.KeyMsg) bool {
	f.paged = key.Matches(msg, keys.PageUp, keys.PageDown)
	if f.paged {
		f.scroll.Update(msg)
	}
	return f.paged
}

// fit draws a page as roomy as the height allows. It is asked for with the room to give,
// which 0 is the least of, and returns the last line of the question at hand.
func (f *form) fit(t *draw.Theme, height, room int, page func(room int) (lines []string, at int)) string {
	lines, at := page(room)
	for room > 0 && len(lines) > height {
		room--
		lines, at = page(room)
	}
	if !f.paged {
		f.scroll.Show(at, height)
	}
	return strings.Join(f.scroll.Part(t, lines, height), "\n")
}

// keys are its keys, where there is more than fits.
func (f *form) keys() []key.Binding {
	if !f.scroll.More() {
		return nil
	}
	return []key.Binding{keys.Named(keys.PageDown, "more")}
}
