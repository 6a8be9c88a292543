package ui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

type (
	stay    struct{} // go back to where one was
	quitNow struct{} // leave, and leave things as they are
)

// leavingScreen asks what is to become of what the run made. Its first choice,
// and esc, is to stay.
type leavingScreen struct {
	kit
	still
	menu draw.Menu
	left []string
}

func newLeaving(k kit, left []string, cleanUp string, demo bool) *leavingScreen {
	s := &leavingScreen{kit: k, left: left}
	s.menu.Offer("Stay", "Go back to where you were.", stay{})
	if len(left) > 0 {
		s.menu.Offer("Take it back now", "What this run made is removed, and then you can leave.", undoAll{})
	}
	switch {
	case len(left) == 0:
		s.menu.Offer("Leave", "Nothing of this run is left in either account.", quitNow{})
	case demo:
		s.menu.Offer("Leave", "The sandbox ends with this program, and all of it with the sandbox.", quitNow{})
	default:
		s.menu.Offer("Leave it there", "You can remove it later: "+cleanUp, quitNow{})
	}
	return s
}

func (s *leavingScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Back):
		return stay{}, nil
	case key.Matches(m, keys.Interrupt):
		return quitNow{}, nil
	}
	return s.menu.Update(m), nil
}

func (s *leavingScreen) View(width, height int) string {
	p := s.Page(width).Say(s.Bold, "Do you want to leave?")
	if len(s.left) > 0 {
		p.Say(s.Plain, "This run has made these, and they are there now:")
		list := s.Page(width)
		for _, l := range s.left {
			list.Behind("- ", 2, l)
		}
		p.Add(list.Lines[:min(len(list.Lines), max(1, height-len(p.Lines)-10))]...)
	}
	p.Gap()
	s.menu.Draw(p, height-len(p.Lines))
	return p.String()
}

func (s *leavingScreen) ShortHelp() []key.Binding {
	return []key.Binding{keys.Named(keys.Enter, "choose"), keys.Move, keys.Named(keys.Esc, "stay"), keys.Named(keys.Interrupt, "leave at once")}
}

func (s *leavingScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
