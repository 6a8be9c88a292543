package screen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Foreseen is what a step would do.
type Foreseen struct {
	Step steps.Info
	List []draw.Operation
}

// Plan shows all steps of the journey before any is taken.
type Plan struct {
	Env
	still
	facts   steps.Facts
	notes   []string
	changes []Foreseen
	off     map[string]bool
	at      int // the step under the cursor
}

// NewPlan shows what the steps of a journey would do, with what else to know.
func NewPlan(e Env, f steps.Facts, notes []string, changes []Foreseen) *Plan {
	return &Plan{Env: e, facts: f, notes: notes, changes: changes, off: map[string]bool{}}
}

func (s *Plan) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter):
		return Begin{s.off}, nil
	case key.Matches(m, keys.Back):
		return Back{}, nil
	case key.Matches(m, keys.Quit):
		return Leave{}, nil
	case key.Matches(m, keys.Up, keys.Previous):
		s.at = max(0, s.at-1)
	case key.Matches(m, keys.Down, keys.Next):
		s.at = min(len(s.changes)-1, s.at+1)
	case key.Matches(m, keys.Home, keys.PageUp):
		s.at = 0
	case key.Matches(m, keys.End, keys.PageDown):
		s.at = len(s.changes) - 1
	case key.Matches(m, keys.Toggle):
		if i := s.changes[s.at].Step; i.Optional {
			s.off[i.ID] = !s.off[i.ID]
		}
	}
	return nil, nil
}

func (s *Plan) View(width, height int) string {
	p := s.Page(width)
	p.Say(s.Bold, "This is the plan. Nothing has been changed yet.")
	p.Say(s.Plain, fmt.Sprintf("The bucket is %s. Each step is shown again, in full, before you say yes to it.", s.facts.Bucket))
	p.Gap()
	room := height - len(p.Lines)
	body, cursor := s.steps(width, true)
	if len(body) > room {
		body, cursor = s.steps(width, false)
	}
	return p.Add(s.Window(body, room, cursor)...).String()
}

// steps draws all steps, with what each does or only that of the one under the
// cursor and of the clean-up, and says where the cursor is.
func (s *Plan) steps(width int, all bool) (lines []string, cursor int) {
	body := s.Page(width)
	for i, c := range s.changes {
		if i == s.at {
			cursor = len(body.Lines)
		}
		s.step(body, i, c, all || i == s.at || c.Step.CleanUp)
	}
	for _, n := range s.notes {
		body.Marked(draw.MarkLook, n)
	}
	return body.Lines, cursor
}

// step draws one step: who acts, its name, and what it makes or removes.
func (s *Plan) step(p *draw.Page, i int, c Foreseen, full bool) {
	lead := "  "
	if i == s.at {
		lead = s.Paint(draw.MarkNow) + " "
	}
	title := s.Bold.Render(c.Step.Title)
	if i == s.at {
		title = s.Accent.Render(c.Step.Title)
	}
	if c.Step.Optional {
		state := s.Radio("do it", !s.off[c.Step.ID])
		if s.off[c.Step.ID] {
			state = s.Radio("left out", true)
		}
		title += "  " + state
	}
	p.Add(draw.Cut(lead+fmt.Sprintf("%2d ", i+1)+s.Side(c.Step.Side).Render(draw.Fill(strings.ToLower(draw.SideName(c.Step.Side)), 9))+" "+title, p.Width))
	if !full {
		return
	}
	said := map[string]bool{}
	for _, d := range c.List {
		if !said[d.Does.Summary] {
			said[d.Does.Summary] = true
			p.Behind(strings.Repeat(" ", 15)+s.Dim.Render("- "), 17, withoutIDs(d.Does.Summary))
		}
	}
	if len(c.List) == 0 {
		p.Behind(strings.Repeat(" ", 15), 15, "There is nothing to do: it is so already.")
	}
}

// withoutIDs leaves out the ids of keys that a plan cannot know yet.
func withoutIDs(summary string) string {
	words := strings.Fields(summary)
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, "AKIA-OF-") }), " ")
}

func (s *Plan) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Named(keys.Enter, "begin"), keys.Move}
	if s.at < len(s.changes) && s.changes[s.at].Step.Optional {
		b = append(b, keys.Named(keys.Toggle, "switch on or off"))
	}
	return append(b, keys.Back, keys.Help, keys.Quit)
}

func (s *Plan) FullHelp() [][]key.Binding {
	return [][]key.Binding{s.ShortHelp(), {keys.Home, keys.End}}
}
