package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/viewport"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
)

type (
	// approve applies the change that is shown.
	approve struct {
		change steps.Change
		list   []deed
	}
	// skipStep leaves the step out.
	skipStep struct{}
)

// stepScreen shows one change before it is applied: why, what exactly, and who
// could do what then.
type stepScreen struct {
	kit
	still
	change    steps.Change
	list      []deed
	facts     steps.Facts
	now, then steps.Access
	tab       int
	view      viewport.Model
	width     int
	tabs      [4][]string // drawn for the width when they are first seen
}

var tabNames = [4]string{"Changes", "Policy", "In words", "Command"}

func newStep(k kit, c steps.Change, list []deed, f steps.Facts) *stepScreen {
	s := &stepScreen{kit: k, change: c, list: list, facts: f, now: f.Access(), then: after(f, c).Access()}
	s.view = viewport.New(0, 0)
	s.view.KeyMap = viewportKeys()
	s.view.MouseWheelEnabled = false
	s.view.SetHorizontalStep(4)
	return s
}

func (s *stepScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.enter):
		return approve{s.change, s.list}, nil
	case key.Matches(m, keys.next):
		s.turn(1)
	case key.Matches(m, keys.previous):
		s.turn(len(tabNames) - 1)
	case key.Matches(m, keys.home):
		s.view.GotoTop()
	case key.Matches(m, keys.end):
		s.view.GotoBottom()
	case key.Matches(m, keys.copy):
		return copied{"The " + s.tabWhat(), s.plainTab()}, nil
	case key.Matches(m, keys.save):
		return saved{s.fileName(), s.plainTab()}, nil
	case key.Matches(m, keys.skip):
		if s.change.Step.Optional {
			return skipStep{}, nil
		}
	case key.Matches(m, keys.back):
		return goBack{}, nil
	case key.Matches(m, keys.quit):
		return leave{}, nil
	default:
		var cmd tea.Cmd
		s.view, cmd = s.view.Update(msg)
		return nil, cmd
	}
	return nil, nil
}

func (s *stepScreen) turn(by int) {
	s.tab = (s.tab + by) % len(tabNames)
	s.draw()
	s.view.SetXOffset(0)
	s.view.GotoTop()
}

// draw puts the tab at hand into the view.
func (s *stepScreen) draw() {
	if s.tabs[s.tab] == nil {
		tab := [4]func(int) []string{s.changesTab, s.policyTab, s.wordsTab, s.commandTab}[s.tab]
		s.tabs[s.tab] = tab(s.width)
	}
	s.view.SetContent(strings.Join(s.tabs[s.tab], "\n"))
}

func (s *stepScreen) View(width, height int) string {
	if s.width != width {
		s.width, s.tabs = width, [4][]string{}
		s.draw()
	}
	p := s.page(width)
	who := s.side(s.change.Step.Side).Render("the " + string(s.change.Step.Side) + "'s side")
	p.add(fill(s.bold.Render(s.change.Step.Title), width-20) + " " + who)
	p.say(s.plain, s.change.Why)
	for _, n := range s.change.Notes {
		p.marked(markLook, n)
	}
	gates := s.gateTable(s.now, s.then, width)
	if most := max(1, height-10); len(p.lines) > most { // the change itself must have room
		p.lines = append(p.lines[:most-1], s.dim.Render("..."))
	}
	p.gap().add(s.tabBar(width))
	s.view.Width = width
	s.view.Height = max(1, height-len(p.lines)-1-len(gates))
	if s.view.PastBottom() {
		s.view.GotoBottom()
	}
	p.add(strings.Split(s.view.View(), "\n")...)
	p.add(s.position(width)).add(gates...)
	return p.String()
}

func (s *stepScreen) tabBar(width int) string {
	var bar strings.Builder
	for i, name := range tabNames {
		if i == s.tab {
			bar.WriteString(s.chosen.Render("[" + name + "]"))
		} else {
			bar.WriteString(s.dim.Render(" " + name + " "))
		}
		bar.WriteString(" ")
	}
	return cut(bar.String(), width)
}

// position is a rule that says which lines are shown.
func (s *stepScreen) position(width int) string {
	total := s.view.TotalLineCount()
	said := ""
	if total > s.view.Height {
		said = fmt.Sprintf(" lines %d to %d of %d ", s.view.YOffset+1, min(total, s.view.YOffset+s.view.Height), total)
		switch {
		case s.view.AtTop():
			said += "▾ "
		case s.view.AtBottom():
			said += "▴ "
		default:
			said += "▴▾ "
		}
	}
	return s.dim.Render(strings.Repeat("─", max(0, width-len([]rune(said)))) + said)
}

func (s *stepScreen) ShortHelp() []key.Binding {
	b := []key.Binding{named(keys.enter, "apply"), named(keys.next, "view"), keys.copy, keys.save}
	if len(s.change.Actions) == 0 {
		b[0] = named(keys.enter, "go on")
	}
	if s.change.Step.Optional {
		b = append(b, keys.skip)
	}
	return append(b, keys.back, keys.help, keys.quit)
}

func (s *stepScreen) FullHelp() [][]key.Binding {
	first := []key.Binding{
		named(keys.enter, "do what is shown, as it is shown"), named(keys.next, "the next view of it"), named(keys.previous, "the view before"),
		named(keys.copy, "send the view to the terminal's clipboard"), named(keys.save, "save the view to a new file in this folder"),
	}
	if s.change.Step.Optional {
		first = append(first, named(keys.skip, "leave this step out"))
	}
	return [][]key.Binding{append(first, named(keys.back, "back to the answers, as long as nothing was changed"), named(keys.quit, "leave")), pageKeys()}
}
