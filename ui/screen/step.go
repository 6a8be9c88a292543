package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/viewport"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Step shows one change before it is applied: why, what exactly, and who
// could do what then.
type Step struct {
	Env
	still
	CanBack bool // nothing was changed yet
	change  steps.Change
	list    []draw.Operation
	facts   steps.Facts
	then    steps.Facts // once it is applied
	seen    bool        // one of the tabs was shown to its end
	tab     int
	view    viewport.Model
	width   int
	tight   bool        // what the change is for has room in the first tab alone
	tabs    [4][]string // drawn for the width when they are first seen
}

// The tabs, in their order.
const (
	wordsTab = iota
	changesTab
	policyTab
	commandTab
)

var tabNames = [4]string{"In words", "Difference", "Whole policy", "AWS command"}

// NewStep shows a change to what is known now.
func NewStep(e Env, c steps.Change, list []draw.Operation, f steps.Facts) *Step {
	s := &Step{Env: e, change: c, list: list, facts: f, then: f.After(c)}
	s.view = viewport.New(0, 0)
	s.view.KeyMap = keys.Viewport()
	s.view.MouseWheelEnabled = false
	s.view.SetHorizontalStep(4)
	return s
}

func (s *Step) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter) && s.unseen() > 0: // what was not seen is not approved
		s.view.PageDown()
		return Paged{Last: s.unseen() == 0}, nil
	case key.Matches(m, keys.Enter):
		return Approve{s.change, s.list}, nil
	case key.Matches(m, keys.Next):
		s.turn(1)
	case key.Matches(m, keys.Previous):
		s.turn(len(tabNames) - 1)
	case key.Matches(m, keys.Home):
		s.view.GotoTop()
	case key.Matches(m, keys.End):
		s.view.GotoBottom()
	case key.Matches(m, keys.Copy):
		return Copy{"The " + s.tabWhat(), s.plainTab()}, nil
	case key.Matches(m, keys.Save):
		return Save{s.fileName(), s.plainTab()}, nil
	case key.Matches(m, keys.Skip):
		if s.change.Step.Optional {
			return Skip{}, nil
		}
	case key.Matches(m, keys.Back):
		return Back{}, nil
	case key.Matches(m, keys.Quit):
		return Leave{}, nil
	default:
		var cmd tea.Cmd
		s.view, cmd = s.view.Update(msg)
		return nil, cmd
	}
	return nil, nil
}

func (s *Step) turn(by int) {
	s.tab = (s.tab + by) % len(tabNames)
	s.draw()
	s.view.SetXOffset(0)
	s.view.GotoTop()
}

// draw puts the tab at hand into the view.
func (s *Step) draw() {
	if s.tabs[s.tab] == nil {
		tab := [4]func(int) []string{s.wordsTab, s.changesTab, s.policyTab, s.commandTab}[s.tab]
		s.tabs[s.tab] = tab(s.width)
	}
	s.view.SetContent(strings.Join(s.tabs[s.tab], "\n"))
}

func (s *Step) View(width, height int) string {
	p := s.Page(width)
	who := s.Side(s.change.Step.Side).Render("the " + string(s.change.Step.Side) + "'s side")
	p.Add(draw.Fill(s.Bold.Render(s.change.Step.Title), width-20) + " " + who)
	why := s.why(width)
	tight := len(why) > max(1, height-11) // the change itself must have room
	if !tight {
		p.Add(why...)
	}
	if s.width != width || s.tight != tight {
		s.width, s.tight, s.tabs = width, tight, [4][]string{}
		s.draw()
	}
	var gates []string
	if g, ok := s.Gates(s.facts, s.then); ok {
		gates = g.Draw(width, max(3, (height-14)/2))
	}
	p.Gap().Add(s.tabBar(width))
	s.view.Width = width
	s.view.Height = max(1, height-len(p.Lines)-1-len(gates))
	if s.view.PastBottom() {
		s.view.GotoBottom()
	}
	s.seen = s.seen || s.view.AtBottom()
	p.Add(strings.Split(s.view.View(), "\n")...)
	p.Add(s.position(width)).Add(gates...)
	return p.String()
}

// why says what the change is for, and what else to know.
func (s *Step) why(width int) []string {
	p := s.Page(width).Say(s.Plain, s.change.Why)
	for _, n := range s.change.Notes {
		p.Marked(draw.MarkLook, n)
	}
	return p.Lines
}

func (s *Step) tabBar(width int) string {
	var bar strings.Builder
	for i, name := range tabNames {
		if i == s.tab {
			bar.WriteString(s.Chosen.Render("[" + name + "]"))
		} else {
			bar.WriteString(s.Dim.Render(" " + name + " "))
		}
		bar.WriteString(" ")
	}
	return draw.Cut(bar.String(), width)
}

// position is a rule that says which lines are shown.
func (s *Step) position(width int) string {
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
	return s.Dim.Render(strings.Repeat("─", max(0, width-len([]rune(said)))) + said)
}

// unseen is how many lines of the tab are still to be seen before the change can be
// approved.
func (s *Step) unseen() int {
	if s.seen || len(s.change.Actions) == 0 {
		return 0
	}
	return max(0, s.view.TotalLineCount()-s.view.YOffset-s.view.Height)
}

func (s *Step) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Named(keys.Enter, "apply"), keys.Named(keys.Next, "view"), keys.Copy, keys.Named(keys.Save, "save view")}
	switch n := s.unseen(); {
	case len(s.change.Actions) == 0:
		b[0] = keys.Named(keys.Enter, "go on")
	case n == 1:
		b = []key.Binding{keys.Named(keys.Enter, "more (1 line)"), keys.Named(keys.Next, "view"), keys.Copy}
	case n > 0:
		b = []key.Binding{keys.Named(keys.Enter, fmt.Sprintf("more (%d lines)", n)), keys.Named(keys.Next, "view"), keys.Copy}
	}
	if s.change.Step.Optional {
		b = append(b, keys.Skip)
	}
	if s.CanBack {
		b = append(b, keys.Back)
	}
	return append(b, keys.Help, keys.Quit)
}

func (s *Step) FullHelp() [][]key.Binding {
	first := []key.Binding{
		keys.Named(keys.Enter, "apply this change"), keys.Named(keys.Next, "the next view of it"), keys.Named(keys.Previous, "the view before"),
		keys.Named(keys.Copy, "send the view to the terminal's clipboard"), keys.Named(keys.Save, "save the view to a new file in this folder"),
	}
	if s.change.Step.Optional {
		first = append(first, keys.Named(keys.Skip, "leave this step out"))
	}
	if s.CanBack {
		first = append(first, keys.Named(keys.Back, "back to the answers, as long as nothing was changed"))
	}
	return [][]key.Binding{append(first, keys.Named(keys.Quit, "leave")), keys.Scrolling()}
}
