package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
	"crossgrant/ui/safe"
)

// giveCode answers a question for an MFA code; "" declines.
type giveCode struct {
	ask  *ask
	code string
}

// codeScreen asks for an MFA code, where the person is.
type codeScreen struct {
	kit
	ask   *ask
	field textinput.Model
}

func newCode(k kit, a *ask) *codeScreen {
	s := &codeScreen{kit: k, ask: a, field: k.Input("")}
	s.field.CharLimit = 8
	s.field.Focus()
	return s
}

func (s *codeScreen) Typing() bool { return true }

func (s *codeScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Esc):
		return giveCode{s.ask, ""}, nil
	case key.Matches(m, keys.Enter):
		if s.good() {
			return giveCode{s.ask, s.code()}, nil
		}
		return nil, nil
	}
	var cmd tea.Cmd
	s.field, cmd = s.field.Update(msg)
	return nil, cmd
}

func (s *codeScreen) code() string { return strings.ReplaceAll(s.field.Value(), " ", "") }

// good tells whether this can be a code: six digits, as all devices show.
func (s *codeScreen) good() bool {
	c := s.code()
	return len(c) == 6 && strings.Trim(c, "0123456789") == ""
}

func (s *codeScreen) View(width, _ int) string {
	p := s.Page(width).Say(s.Bold, "AWS wants an MFA code")
	p.Say(s.Plain, "The profile "+safe.Line(s.ask.profile)+" signs in with a second factor. Enter the 6 digits that your device shows now. They are sent to AWS and kept nowhere.")
	p.Gap().Named("Device", 8, s.ask.device)
	p.Add(s.Dim.Render(draw.Fill("Code", 7)) + " " + s.field.View())
	if s.field.Value() != "" && !s.good() {
		p.Gap().Say(s.Dim, "A code has 6 digits.")
	}
	return p.String()
}

func (s *codeScreen) ShortHelp() []key.Binding {
	return []key.Binding{keys.Named(keys.Enter, "send the code"), keys.Named(keys.Esc, "give none")}
}

func (s *codeScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
