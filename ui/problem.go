package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/problem"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// problemScreen says what went wrong, what it means, and which keys help.
type problemScreen struct {
	kit
	still
	scroll  draw.Scroll
	problem *problem.Error
	left    []string // of this run, and still there
	again   string   // what r does: "try this step again"
	canBack bool

	unread   bool // what the run left is not known yet
	cleansUp bool // the rest of the clean-up can go on without this
}

func (s *problemScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Retry):
		return retry{}, nil
	case key.Matches(m, keys.Back):
		return goBack{}, nil
	case key.Matches(m, keys.Undo) && len(s.left) > 0 && !s.cleansUp:
		return undoAll{}, nil
	case key.Matches(m, keys.Skip) && s.cleansUp:
		return skipStep{}, nil
	case key.Matches(m, keys.Quit):
		return leave{}, nil
	}
	s.scroll.Update(m)
	return nil, nil
}

func (s *problemScreen) View(width, height int) string {
	p := s.Page(width)
	p.Marked(draw.MarkLook, draw.Sentence(s.problem.Summary))
	p.Lines[0] = s.Bad.Render(p.Lines[0])
	if s.problem.Detail != "" {
		p.Gap().Say(s.Plain, s.problem.Detail)
	}
	if len(s.problem.Fixes) > 0 {
		p.Gap().Say(s.Bold, "What you can do")
		for _, f := range s.problem.Fixes {
			p.Behind("- ", 2, here(f))
		}
	}
	p.Gap()
	switch {
	case s.unread:
		p.Say(s.Plain, "Nothing was changed.")
	case len(s.left) > 0:
		p.Say(s.Bold, "This run has made these, and they are still there:")
		for _, l := range s.left {
			p.Behind("- ", 2, l)
		}
	default:
		p.Say(s.Plain, "Nothing of this run is left in either account.")
	}
	if own := s.awsWords(); own != "" {
		p.Gap().Say(s.Dim, "AWS said: "+own)
	}
	return strings.Join(s.scroll.Part(s.Theme, p.Lines, height), "\n")
}

// here leaves out of a piece of advice the flag that it names: on the screen one
// goes back and changes the answer.
func here(advice string) string {
	if i := strings.Index(advice, ", with --"); i > 0 {
		return advice[:i] + "."
	}
	return advice
}

// awsWords are AWS's own.
func (s *problemScreen) awsWords() string {
	var own []string
	for _, part := range []string{s.problem.Operation, s.problem.Code, s.problem.Message} {
		if part != "" {
			own = append(own, part)
		}
	}
	if s.problem.RequestID != "" {
		own = append(own, "request id "+s.problem.RequestID)
	}
	return strings.Join(own, ", ")
}

func (s *problemScreen) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Named(keys.Retry, s.again)}
	if s.canBack {
		b = append(b, keys.Back)
	}
	switch {
	case s.cleansUp:
		b = append(b, keys.Named(keys.Skip, "leave it, and go on"))
	case len(s.left) > 0:
		b = append(b, keys.Undo)
	}
	return append(append(b, s.scroll.Keys()...), keys.Help, keys.Quit)
}

func (s *problemScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
