package screen

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Leaving asks what is to become of what the run made. Its first choice, and esc, is
// to stay. Where nothing is left there is nothing to ask.
type Leaving struct {
	Env
	still
	menu   draw.Menu
	left   []string
	facts  steps.Facts
	script string      // what the run has done so far
	scroll draw.Scroll // of what is left
}

// NewLeaving asks about a run as it stands. canUndo: it can be taken back here.
func NewLeaving(e Env, standing run.Ending, demo, canUndo bool) *Leaving {
	s := &Leaving{Env: e, left: steps.Words(standing.Left), facts: standing.Facts, script: standing.Script}
	s.menu.Offer("Stay", "Go back to where you were.", Stay{})
	if canUndo {
		s.menu.Offer("Undo it now", "What this run created is removed, and then you can leave.", UndoAll{})
	}
	if demo {
		s.menu.Offer("Leave", "The sandbox ends with this program, and all of it with the sandbox.", Quit{})
		return s
	}
	var said []string
	for _, l := range laters(standing) {
		said = append(said, l.does+": "+l.command)
	}
	s.menu.Offer("Keep it for now", strings.Join(said, "\n"), Quit{})
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
	case key.Matches(m, keys.Commands) && s.script != "":
		return Save{fileName(s.facts, "commands.sh"), s.script}, nil
	case key.Matches(m, keys.PageUp, keys.PageDown):
		s.scroll.Update(m)
		return nil, nil
	}
	return s.menu.Update(m), nil
}

func (s *Leaving) View(width, height int) string {
	p := s.Page(width).Say(s.Bold, "Do you want to leave?")
	p.Say(s.Plain, created)
	choices := s.Page(width).Gap()
	s.menu.Draw(choices, height)
	list := s.Page(width)
	for _, l := range s.left {
		list.Behind("- ", 2, l)
	}
	p.Add(s.scroll.Part(s.Theme, list.Lines, max(4, height-len(p.Lines)-len(choices.Lines)))...)
	return p.Add(choices.Lines...).String()
}

func (s *Leaving) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Named(keys.Enter, "choose"), keys.Move}
	if s.scroll.More() {
		b = append(b, keys.Named(keys.PageDown, "more"))
	}
	if s.script != "" {
		b = append(b, keys.Commands)
	}
	return append(b, keys.Named(keys.Esc, "stay"), keys.Named(keys.Interrupt, "leave at once"))
}

func (s *Leaving) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
