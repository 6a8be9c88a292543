package screen

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/problem"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Problem says what went wrong, what it means, and which keys help.
type Problem struct {
	Env
	still
	Problem *problem.Error
	Left    []string // of this run, and still there
	Again   string   // what r does: "try this step again"
	CanBack bool

	Unread   bool // what the run left is not known yet
	CleansUp bool // the rest of the clean-up can go on without this
	scroll   draw.Scroll
}

func (s *Problem) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Retry):
		return Retry{}, nil
	case key.Matches(m, keys.Back):
		return Back{}, nil
	case key.Matches(m, keys.Undo) && len(s.Left) > 0 && !s.CleansUp:
		return UndoAll{}, nil
	case key.Matches(m, keys.Skip) && s.CleansUp:
		return Skip{}, nil
	case key.Matches(m, keys.Quit):
		return Leave{}, nil
	}
	s.scroll.Update(m)
	return nil, nil
}

func (s *Problem) View(width, height int) string {
	p := s.Page(width)
	p.Marked(draw.MarkLook, draw.Sentence(s.Problem.Summary))
	p.Lines[0] = s.Bad.Render(p.Lines[0])
	if s.Problem.Detail != "" {
		p.Gap().Say(s.Plain, s.Problem.Detail)
	}
	if len(s.Problem.Fixes) > 0 {
		p.Gap().Say(s.Bold, "What you can do")
		for _, f := range s.Problem.Fixes {
			p.Behind("- ", 2, here(f))
		}
	}
	p.Gap()
	switch {
	case s.Unread:
		p.Say(s.Plain, "Nothing was changed.")
	case len(s.Left) > 0:
		p.Say(s.Bold, created)
		for _, l := range s.Left {
			p.Behind("- ", 2, l)
		}
	default:
		p.Say(s.Plain, "Nothing of this run is left in either account.")
	}
	if own, who := s.awsWords(), s.Problem.Speaker(); own != "" {
		p.Gap().Say(s.Dim, strings.ToUpper(who[:1])+who[1:]+": "+own)
	}
	return strings.Join(s.scroll.Part(s.Theme, p.Lines, height), "\n")
}

// here leaves out of a piece of advice the flag that it names: on the screen one
// goes back and changes the answer.
func here(advice string) string {
	for _, before := range []string{", with --", ": --"} {
		if i := strings.Index(advice, before); i > 0 {
			return advice[:i] + "."
		}
	}
	return advice
}

// awsWords are AWS's own.
func (s *Problem) awsWords() string {
	var own []string
	for _, part := range []string{s.Problem.Operation, s.Problem.Code, s.Problem.Message} {
		if part != "" {
			own = append(own, part)
		}
	}
	if s.Problem.RequestID != "" {
		own = append(own, "request id "+s.Problem.RequestID)
	}
	return strings.Join(own, ", ")
}

func (s *Problem) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Named(keys.Retry, s.Again)}
	if s.CanBack {
		b = append(b, keys.Back)
	}
	switch {
	case s.CleansUp:
		b = append(b, keys.Named(keys.Skip, "leave it, and go on"))
	case len(s.Left) > 0:
		b = append(b, keys.Undo)
	}
	return append(append(b, s.scroll.Keys()...), keys.Help, keys.Quit)
}

func (s *Problem) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
