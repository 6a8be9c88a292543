package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Result says what is true after a step.
type Result struct {
	Env
	still
	Title   string
	Outcome steps.Outcome
	Facts   steps.Facts
	List    []draw.Operation
	Next    string // title of the next step, "" after the last
	scroll  draw.Scroll
}

func (s *Result) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter):
		return GoOn{}, nil
	case key.Matches(m, keys.Back):
		return Back{}, nil
	case key.Matches(m, keys.Quit):
		return Leave{}, nil
	}
	s.scroll.Update(m)
	return nil, nil
}

func (s *Result) View(width, height int) string {
	below := s.Page(width)
	below.Gap().Say(s.Bold, "What is true now").Say(s.Plain, s.Outcome.Now)
	for _, w := range s.Outcome.Warnings {
		below.Marked(draw.MarkLook, w)
	}
	for _, l := range s.Outcome.Left {
		below.Marked(draw.MarkLook, "This stays: "+draw.Sentence(l.String()))
	}
	for _, n := range s.Outcome.Notes {
		below.Marked(draw.MarkLook, n)
	}
	for _, r := range s.Facts.Refusals {
		if r.Code != "" && r.RequestID != "" && s.refusedHere(r) {
			below.Say(s.Dim, fmt.Sprintf("The refusal: %s, request id %s.", r.Code, r.RequestID))
		}
	}
	if access := s.Outcome.Access; len(access.Rows) > 0 {
		below.Gap().Add(s.GateTable(access, access, width)...)
	}
	if s.Next != "" {
		below.Gap().Say(s.Dim, "Next: "+draw.Sentence(s.Next))
	}
	p := s.Page(width).Say(s.Bold, s.Title).Gap()
	if len(s.List) == 0 {
		p.Say(s.Plain, "Nothing had to be done.")
	}
	p.Add(s.Operations(s.Facts, s.List, width, height-len(p.Lines)-len(below.Lines))...)
	return strings.Join(s.scroll.Part(s.Theme, p.Add(below.Lines...).Lines, height), "\n")
}

// refusedHere tells whether a refusal came of this very step.
func (s *Result) refusedHere(r steps.Refusal) bool {
	for _, d := range s.List {
		if d.As == r.As && d.Receipt.RequestID == r.RequestID {
			return true
		}
	}
	return false
}

func (s *Result) ShortHelp() []key.Binding {
	return append(append([]key.Binding{keys.Enter}, s.scroll.Keys()...), keys.Help, keys.Quit)
}

func (s *Result) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
