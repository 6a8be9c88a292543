package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/problem"
)

// problemScreen says what went wrong, what it means, and which keys help.
type problemScreen struct {
	kit
	still
	scroll
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
	case key.Matches(m, keys.retry):
		return retry{}, nil
	case key.Matches(m, keys.back):
		return goBack{}, nil
	case key.Matches(m, keys.undo) && len(s.left) > 0 && !s.cleansUp:
		return undoAll{}, nil
	case key.Matches(m, keys.skip) && s.cleansUp:
		return skipStep{}, nil
	case key.Matches(m, keys.quit):
		return leave{}, nil
	}
	s.update(m)
	return nil, nil
}

func (s *problemScreen) View(width, height int) string {
	p := s.page(width)
	p.marked(markLook, sentence(s.problem.Summary))
	p.lines[0] = s.bad.Render(p.lines[0])
	if s.problem.Detail != "" {
		p.gap().say(s.plain, s.problem.Detail)
	}
	if len(s.problem.Fixes) > 0 {
		p.gap().say(s.bold, "What you can do")
		for _, f := range s.problem.Fixes {
			p.behind("- ", 2, here(f))
		}
	}
	p.gap()
	switch {
	case s.unread:
		p.say(s.plain, "Nothing was changed.")
	case len(s.left) > 0:
		p.say(s.bold, "This run has made these, and they are still there:")
		for _, l := range s.left {
			p.behind("- ", 2, l)
		}
	default:
		p.say(s.plain, "Nothing of this run is left in either account.")
	}
	if own := s.awsWords(); own != "" {
		p.gap().say(s.dim, "AWS said: "+own)
	}
	return strings.Join(s.part(s.theme, p.lines, height), "\n")
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
	b := []key.Binding{named(keys.retry, s.again)}
	if s.canBack {
		b = append(b, keys.back)
	}
	switch {
	case s.cleansUp:
		b = append(b, named(keys.skip, "leave it, and go on"))
	case len(s.left) > 0:
		b = append(b, keys.undo)
	}
	return append(append(b, s.scrollKeys()...), keys.help, keys.quit)
}

func (s *problemScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
