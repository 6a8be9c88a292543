package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
)

// resultScreen says what is true after a step.
type resultScreen struct {
	kit
	still
	scroll
	title   string
	outcome steps.Outcome
	facts   steps.Facts
	list    []deed
	next    string // title of the next step, "" after the last
}

func (s *resultScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.enter):
		return goOn{}, nil
	case key.Matches(m, keys.back):
		return goBack{}, nil
	case key.Matches(m, keys.quit):
		return leave{}, nil
	}
	s.update(m)
	return nil, nil
}

func (s *resultScreen) View(width, height int) string {
	below := s.page(width)
	below.gap().say(s.bold, "What is true now").say(s.plain, s.outcome.Now)
	for _, w := range s.outcome.Warnings {
		below.marked(markLook, w)
	}
	for _, l := range s.outcome.Left {
		below.marked(markLook, "This stays: "+sentence(l))
	}
	for _, r := range s.facts.Refusals {
		if r.Code != "" && r.RequestID != "" && s.refusedHere(r) {
			below.say(s.dim, fmt.Sprintf("The refusal: %s, request id %s.", r.Code, r.RequestID))
		}
	}
	if access := s.outcome.Access; len(access.Rows) > 0 {
		below.gap().add(s.gateTable(access, access, width)...)
	}
	if s.next != "" {
		below.gap().say(s.dim, "Next: "+sentence(s.next))
	}
	p := s.page(width).say(s.bold, s.title).gap()
	if len(s.list) == 0 {
		p.say(s.plain, "Nothing had to be done.")
	}
	p.add(s.deeds(s.facts, s.list, width, height-len(p.lines)-len(below.lines))...)
	return strings.Join(s.part(s.theme, p.add(below.lines...).lines, height), "\n")
}

// refusedHere tells whether a refusal came of this very step.
func (s *resultScreen) refusedHere(r steps.Refusal) bool {
	for _, d := range s.list {
		if d.as == r.As && d.receipt.RequestID == r.RequestID {
			return true
		}
	}
	return false
}

func (s *resultScreen) ShortHelp() []key.Binding {
	return append(append([]key.Binding{keys.enter}, s.scrollKeys()...), keys.help, keys.quit)
}

func (s *resultScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
