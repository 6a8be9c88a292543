package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// resultScreen says what is true after a step.
type resultScreen struct {
	kit
	still
	scroll  draw.Scroll
	title   string
	outcome steps.Outcome
	facts   steps.Facts
	list    []draw.Operation
	next    string // title of the next step, "" after the last
}

func (s *resultScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter):
		return goOn{}, nil
	case key.Matches(m, keys.Back):
		return goBack{}, nil
	case key.Matches(m, keys.Quit):
		return leave{}, nil
	}
	s.scroll.Update(m)
	return nil, nil
}

func (s *resultScreen) View(width, height int) string {
	below := s.Page(width)
	below.Gap().Say(s.Bold, "What is true now").Say(s.Plain, s.outcome.Now)
	for _, w := range s.outcome.Warnings {
		below.Marked(draw.MarkLook, w)
	}
	for _, l := range s.outcome.Left {
		below.Marked(draw.MarkLook, "This stays: "+draw.Sentence(l))
	}
	for _, r := range s.facts.Refusals {
		if r.Code != "" && r.RequestID != "" && s.refusedHere(r) {
			below.Say(s.Dim, fmt.Sprintf("The refusal: %s, request id %s.", r.Code, r.RequestID))
		}
	}
	if access := s.outcome.Access; len(access.Rows) > 0 {
		below.Gap().Add(s.GateTable(access, access, width)...)
	}
	if s.next != "" {
		below.Gap().Say(s.Dim, "Next: "+draw.Sentence(s.next))
	}
	p := s.Page(width).Say(s.Bold, s.title).Gap()
	if len(s.list) == 0 {
		p.Say(s.Plain, "Nothing had to be done.")
	}
	p.Add(s.Operations(s.facts, s.list, width, height-len(p.Lines)-len(below.Lines))...)
	return strings.Join(s.scroll.Part(s.Theme, p.Add(below.Lines...).Lines, height), "\n")
}

// refusedHere tells whether a refusal came of this very step.
func (s *resultScreen) refusedHere(r steps.Refusal) bool {
	for _, d := range s.list {
		if d.As == r.As && d.Receipt.RequestID == r.RequestID {
			return true
		}
	}
	return false
}

func (s *resultScreen) ShortHelp() []key.Binding {
	return append(append([]key.Binding{keys.Enter}, s.scroll.Keys()...), keys.Help, keys.Quit)
}

func (s *resultScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
