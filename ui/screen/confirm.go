package screen

import (
	"fmt"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Confirm has what proves that it is meant typed, before a change is shown that removes
// something in an account or writes over what somebody else did.
type Confirm struct {
	Env
	change steps.Change
	list   []draw.Operation
	proofs []run.Proof
	at     int
	field  textinput.Model
	wrong  bool
}

// NewConfirm asks for proofs before a change is shown.
func NewConfirm(e Env, c steps.Change, list []draw.Operation, proofs []run.Proof) *Confirm {
	s := &Confirm{Env: e, change: c, list: list, proofs: proofs, field: e.Input("")}
	s.field.Focus()
	return s
}

func (s *Confirm) Typing() bool { return true }

func (s *Confirm) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Esc):
		return Back{}, nil
	case key.Matches(m, keys.Enter):
		return s.enter(), nil
	}
	s.wrong = false
	var cmd tea.Cmd
	s.field, cmd = s.field.Update(msg)
	return nil, cmd
}

func (s *Confirm) enter() Action {
	if s.wrong = !s.proofs[s.at].Holds(s.field.Value()); s.wrong {
		return nil
	}
	if s.at == len(s.proofs)-1 {
		return Confirmed{s.change, s.list, s.proofs}
	}
	s.at++
	s.field.SetValue("")
	return nil
}

func (s *Confirm) View(width, height int) string {
	c, ask := s.change, s.proofs[s.at]
	below := s.Page(width).Gap().Say(s.Plain, ask.Ask).Gap()
	below.Add(s.Dim.Render(ask.Label+": ") + s.field.View())
	if s.wrong {
		below.Marked(draw.MarkLook, ask.Wrong)
	}
	below.Gap().Say(s.Dim, "Then you see it all in full, and nothing is changed before you say yes.")
	p := s.Page(width).Say(s.Bold, c.Step.Title)
	p.Say(s.Plain, fmt.Sprintf("This is not a demo. In the %s's account crossgrant is about to do this:", c.Step.Side)).Gap()
	list := s.Page(width)
	for _, d := range s.list {
		list.Behind("- ", 2, d.Does.Summary)
	}
	room := max(1, height-len(p.Lines)-len(below.Lines))
	if len(list.Lines) > room {
		list.Lines = append(list.Lines[:room-1], s.Dim.Render("  ..."))
	}
	return p.Add(list.Lines...).Add(below.Lines...).String()
}

func (s *Confirm) ShortHelp() []key.Binding {
	return []key.Binding{keys.Named(keys.Enter, "confirm"), keys.Esc, keys.Interrupt}
}

func (s *Confirm) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
