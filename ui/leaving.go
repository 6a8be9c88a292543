package ui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
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
	menu
	left []string
}

func newLeaving(k kit, left []string, cleanUp string, demo bool) *leavingScreen {
	s := &leavingScreen{kit: k, left: left}
	s.choices = []choice{{"Stay", "Go back to where you were.", stay{}}}
	switch {
	case len(left) == 0:
		s.choices = append(s.choices, choice{"Leave", "Nothing of this run is left in either account.", quitNow{}})
	case demo:
		s.choices = append(
			s.choices,
			choice{"Take it back now", "What this run made is removed, and then you can leave.", undoAll{}},
			choice{"Leave", "The sandbox ends with this program, and all of it with the sandbox.", quitNow{}},
		)
	default:
		s.choices = append(
			s.choices,
			choice{"Take it back now", "What this run made is removed, and then you can leave.", undoAll{}},
			choice{"Leave it there", "You can remove it later: " + cleanUp, quitNow{}},
		)
	}
	return s
}

func (s *leavingScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.back):
		return stay{}, nil
	case key.Matches(m, keys.interrupt):
		return quitNow{}, nil
	}
	return s.update(m), nil
}

func (s *leavingScreen) View(width, height int) string {
	p := s.page(width).say(s.bold, "Do you want to leave?")
	if len(s.left) > 0 {
		p.say(s.plain, "This run has made these, and they are there now:")
		list := s.page(width)
		for _, l := range s.left {
			list.behind("- ", 2, l)
		}
		p.add(window(list.lines, max(1, height-len(p.lines)-10), 0)...)
	}
	p.gap()
	s.draw(p, height-len(p.lines))
	return p.String()
}

func (s *leavingScreen) ShortHelp() []key.Binding {
	return []key.Binding{named(keys.enter, "choose"), move, named(keys.esc, "stay"), named(keys.interrupt, "leave at once")}
}

func (s *leavingScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
