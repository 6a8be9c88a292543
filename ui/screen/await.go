package screen

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Await is where a firm waits that has done its half: for the customer's, which it cannot
// see. It takes the line that the customer sends back.
type Await struct {
	Env
	shut   *problem.Error // what the test said
	wrong  error          // why the line was refused
	resume string
	field  textinput.Model
	form
}

// NewAwait says what the test said, and how to go on another time. A line that was refused
// stays to be mended.
func NewAwait(e Env, shut *problem.Error, resume, typed string, wrong error) *Await {
	s := &Await{Env: e, shut: shut, resume: resume, wrong: wrong, field: e.Input("")}
	s.field.CharLimit = 1024
	s.field.SetValue(typed)
	s.field.Placeholder = "paste the line that begins with crossgrant receipt v1"
	s.field.Focus()
	return s
}

func (s *Await) Typing() bool { return true }

func (s *Await) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case s.scrolls(m):
		return nil, nil
	case key.Matches(m, keys.Enter):
		return TestAgain{strings.TrimSpace(s.field.Value())}, nil
	case key.Matches(m, keys.Esc):
		return Leave{}, nil
	}
	s.wrong = nil
	var cmd tea.Cmd
	s.field, cmd = s.field.Update(m)
	return nil, cmd
}

func (s *Await) View(width, height int) string {
	return s.fit(s.Theme, height, 3, func(gaps int) ([]string, int) { return s.page(width, gaps) })
}

func (s *Await) page(width, gaps int) (lines []string, at int) {
	p := s.Page(width)
	gap := func(n int) {
		if n <= gaps {
			p.Gap()
		}
	}
	p.Marked(draw.MarkLook, draw.Sentence(s.shut.Summary))
	p.Lines[0] = s.Warn.Render(p.Lines[0])
	p.Say(s.Plain, s.shut.Detail)
	gap(1)
	p.Say(s.Bold, "When the customer has applied their half")
	p.Say(s.Plain, "They send you one line. Paste it here, and whether it fits your grant is seen before anything is sent. Without it, press enter alone to test again.")
	gap(2)
	from := len(p.Lines)
	s.field.Width = width - 12
	p.Add("  " + s.Side(steps.Firm).Render(draw.Fill("Receipt", 8)) + " " + draw.Cut(s.field.View(), width-11))
	if s.wrong != nil {
		wrong := steps.Problem(s.wrong)
		p.Behind("    "+s.Paint(draw.MarkLook)+" ", 6, draw.Sentence(wrong.Summary)+" "+wrong.Detail)
	}
	p.Focus(from)
	at = len(p.Lines) - 1
	gap(3)
	p.Say(s.Dim, "You can leave meanwhile: what the firm's half created stays. To go on later:")
	p.Add(draw.Folded(s.resume, width)...)
	return p.Lines, at
}

func (s *Await) ShortHelp() []key.Binding {
	b := append([]key.Binding{keys.Named(keys.Enter, "test again")}, s.keys()...)
	return append(b, keys.Named(keys.Esc, "leave"), keys.Interrupt)
}

func (s *Await) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
