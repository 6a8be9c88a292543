package screen

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Leaving asks what is to become of what the run made. Its first choice,
// and esc, is to stay.
type Leaving struct {
	Env
	still
	menu draw.Menu
	left []string
}

// NewLeaving asks about what the run made that is there now. cleanUp is the command
// that removes it later; canUndo: it can be taken back here.
func NewLeaving(e Env, left []string, cleanUp string, demo, canUndo bool) *Leaving {
	s := &Leaving{Env: e, left: left}
	s.menu.Offer("Stay", "Go back to where you were.", Stay{})
	if len(left) > 0 && canUndo {
		s.menu.Offer("Take it back now", "What this run made is removed, and then you can leave.", UndoAll{})
	}
	switch {
	case len(left) == 0:
		s.menu.Offer("Leave", "Nothing of this run is left in either account.", Quit{})
	case demo:
		s.menu.Offer("Leave", "The sandbox ends with this program, and all of it with the sandbox.", Quit{})
	default:
		s.menu.Offer("Leave it there", "You can remove it later: "+cleanUp, Quit{})
	}
	return s
}

func (s *Leaving) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Back):
		return Stay{}, nil
	case key.Matches(m, keys.Interrupt):
		return Quit{}, nil
	}
	return s.menu.Update(m), nil
}

func (s *Leaving) View(width, height int) string {
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

func (s *Leaving) ShortHelp() []key.Binding {
	return []key.Binding{keys.Named(keys.Enter, "choose"), keys.Move, keys.Named(keys.Esc, "stay"), keys.Named(keys.Interrupt, "leave at once")}
}

func (s *Leaving) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
