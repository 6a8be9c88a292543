package screen

import (
	"strings"
	"time"

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
	Title    string
	Outcome  steps.Outcome
	Facts    steps.Facts
	List     []draw.Operation
	Next     string // title of the next step, "" after the last
	CanBreak bool   // in a demo where both gates are open
	scroll   draw.Scroll
	moves    bool // the request is on its way
	frame    int  // as far as this
}

func (s *Result) Update(msg tea.Msg) (Action, tea.Cmd) {
	if _, next := msg.(moved); next && s.moves {
		if s.frame++; s.frame >= draw.Frames {
			s.moves = false
			return nil, nil
		}
		return nil, s.Timer(stride, moved{})
	}
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter):
		return GoOn{}, nil
	case key.Matches(m, keys.Back):
		return Back{}, nil
	case key.Matches(m, keys.Break) && s.CanBreak:
		return AskBreak{}, nil
	case key.Matches(m, keys.Quit):
		return Leave{}, nil
	}
	s.scroll.Update(m)
	return nil, nil
}

func (s *Result) View(width, height int) string {
	below := s.Page(width)
	below.Gap().Say(s.Bold, "Where things stand").Say(s.Plain, s.Outcome.Now)
	for _, w := range s.Outcome.Warnings {
		below.Marked(draw.MarkLook, w)
	}
	for _, l := range s.Outcome.Left {
		below.Marked(draw.MarkLook, "This stays: "+draw.Sentence(l.String()))
	}
	for _, n := range s.Outcome.Notes {
		below.Marked(draw.MarkLook, n)
	}
	if s.Next != "" {
		below.Gap().Say(s.Dim, "Next: "+draw.Sentence(s.Next))
	}
	p := s.Page(width).Say(s.Bold, s.Title).Gap()
	events, rest := draw.Events(s.Facts, s.List)
	if len(s.List) == 0 {
		p.Say(s.Plain, "Nothing had to be done.")
	}
	shown := s.Theme.Events(events, width)
	if len(shown) > 0 && len(rest) > 0 {
		shown = append([]string{""}, shown...)
	}
	room := height - len(p.Lines) - len(shown) - len(below.Lines)
	operations := s.Operations(s.Facts, rest, width, height)
	gates := s.gates(width, room-len(operations)-1)
	p.Add(s.Operations(s.Facts, rest, width, room-len(gates))...).Add(shown...)
	return strings.Join(s.scroll.Part(s.Theme, p.Add(gates...).Add(below.Lines...).Lines, height), "\n")
}

// gates draws the two gates as they are now, and the request on its way.
func (s *Result) gates(width, height int) []string {
	g, ok := s.Gates(s.Facts, s.Facts)
	if !ok {
		return nil
	}
	if s.moves {
		g.Frame = s.frame
	}
	return append([]string{""}, g.Draw(width, height)...)
}

// stride is how long a picture of the request on its way stands.
const stride = 50 * time.Millisecond

// moved is the time for the next picture.
type moved struct{}

// Move lets the request go through the gates, picture by picture.
func (s *Result) Move() tea.Cmd {
	s.moves, s.frame = true, 0
	return s.Timer(stride, moved{})
}

func (s *Result) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Enter}
	if s.CanBreak {
		b = append(b, keys.Break)
	}
	return append(append(b, s.scroll.Keys()...), keys.Help, keys.Quit)
}

func (s *Result) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
