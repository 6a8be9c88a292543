package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
)

// beginRun starts the journey, without the steps that are switched off.
type beginRun struct{ off map[string]bool }

// planScreen shows all steps of the journey before any is taken.
type planScreen struct {
	kit
	still
	facts   steps.Facts
	notes   []string
	changes []foreseen
	off     map[string]bool
	at      int // the step under the cursor
}

func newPlan(k kit, f steps.Facts, notes []string, changes []foreseen) *planScreen {
	return &planScreen{kit: k, facts: f, notes: notes, changes: changes, off: map[string]bool{}}
}

func (s *planScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.enter):
		return beginRun{s.off}, nil
	case key.Matches(m, keys.back):
		return goBack{}, nil
	case key.Matches(m, keys.quit):
		return leave{}, nil
	case key.Matches(m, keys.up, keys.previous):
		s.at = max(0, s.at-1)
	case key.Matches(m, keys.down, keys.next):
		s.at = min(len(s.changes)-1, s.at+1)
	case key.Matches(m, keys.home, keys.pageUp):
		s.at = 0
	case key.Matches(m, keys.end, keys.pageDown):
		s.at = len(s.changes) - 1
	case key.Matches(m, keys.toggle):
		if i := s.changes[s.at].step; i.Optional {
			s.off[i.ID] = !s.off[i.ID]
		}
	}
	return nil, nil
}

func (s *planScreen) View(width, height int) string {
	p := s.page(width)
	p.say(s.bold, "This is the plan. Nothing has been changed yet.")
	p.say(s.plain, fmt.Sprintf("The bucket is %s. Each step is shown again, in full, before you say yes to it.", s.facts.Bucket))
	p.gap()
	room := height - len(p.lines)
	body, cursor := s.steps(width, true)
	if len(body) > room {
		body, cursor = s.steps(width, false)
	}
	return p.add(s.scrolled(body, room, cursor)...).String()
}

// steps draws all steps, with what each does or only that of the one under the
// cursor and of the clean-up, and says where the cursor is.
func (s *planScreen) steps(width int, all bool) (lines []string, cursor int) {
	body := s.page(width)
	for i, c := range s.changes {
		if i == s.at {
			cursor = len(body.lines)
		}
		s.step(body, i, c, all || i == s.at || c.step.CleanUp)
	}
	for _, n := range s.notes {
		body.marked(markLook, n)
	}
	return body.lines, cursor
}

// step draws one step: who acts, its name, and what it makes or removes.
func (s *planScreen) step(p *page, i int, c foreseen, full bool) {
	lead := "  "
	if i == s.at {
		lead = s.paint(markNow) + " "
	}
	title := s.bold.Render(c.step.Title)
	if i == s.at {
		title = s.accent.Render(c.step.Title)
	}
	if c.step.Optional {
		state := s.choice("do it", !s.off[c.step.ID])
		if s.off[c.step.ID] {
			state = s.choice("left out", true)
		}
		title += "  " + state
	}
	p.add(cut(lead+fmt.Sprintf("%2d ", i+1)+s.side(c.step.Side).Render(fill(strings.ToLower(sideName(c.step.Side)), 9))+" "+title, p.width))
	if !full {
		return
	}
	said := map[string]bool{}
	for _, d := range c.list {
		if !said[d.does.Summary] {
			said[d.does.Summary] = true
			p.behind(strings.Repeat(" ", 15)+s.dim.Render("- "), 17, withoutIDs(d.does.Summary))
		}
	}
	if len(c.list) == 0 {
		p.behind(strings.Repeat(" ", 15), 15, "There is nothing to do: it is so already.")
	}
}

// withoutIDs leaves out the ids of keys that a plan cannot know yet.
func withoutIDs(summary string) string {
	words := strings.Fields(summary)
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, "AKIA-OF-") }), " ")
}

func (s *planScreen) ShortHelp() []key.Binding {
	b := []key.Binding{named(keys.enter, "begin"), move}
	if s.at < len(s.changes) && s.changes[s.at].step.Optional {
		b = append(b, named(keys.toggle, "switch on or off"))
	}
	return append(b, keys.back, keys.help, keys.quit)
}

func (s *planScreen) FullHelp() [][]key.Binding {
	return [][]key.Binding{s.ShortHelp(), {keys.home, keys.end}}
}
