package screen

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Break asks which of the two gates of a demo is to be shut.
type Break struct {
	Env
	still
	facts steps.Facts
	menu  draw.Menu
}

// NewBreak offers both.
func NewBreak(e Env, f steps.Facts) *Break {
	s := &Break{Env: e, facts: f}
	s.menu.Offer("Shut the firm's gate", "The user's inline policy is deleted. The bucket still lets the firm's account in.", BreakIt{steps.Firm})
	s.menu.Offer("Shut the bucket's gate", "The firm's statement is removed from the bucket's policy. The user keeps its own policy.", BreakIt{steps.Customer})
	return s
}

func (s *Break) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	switch {
	case !ok:
		return nil, nil
	case key.Matches(m, keys.Back, keys.Quit):
		return Stay{}, nil
	}
	return s.menu.Update(m), nil
}

func (s *Break) View(width, height int) string {
	p := s.Page(width).Say(s.Bold, "Break it: which half should be missing?")
	p.Say(s.Plain, "It works now, because both gates are open. Take one half away, and see what S3 says and what crossgrant makes of it. The step after that gives it back.").Gap()
	if g, ok := s.Gates(s.facts, s.facts); ok {
		p.Add(g.Draw(width, height-len(p.Lines)-6)...).Gap()
	}
	s.menu.Draw(p, height-len(p.Lines))
	return p.String()
}

func (s *Break) ShortHelp() []key.Binding {
	return []key.Binding{keys.Named(keys.Enter, "choose"), keys.Move, keys.Back}
}

func (s *Break) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
