package screen

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
	"crossgrant/ui/safe"
)

// Code asks for an MFA code, where the person is.
type Code struct {
	Env
	profile, device string
	field           textinput.Model
}

// NewCode asks for the code of a profile, which its device shows.
func NewCode(e Env, profile, device string) *Code {
	s := &Code{Env: e, profile: profile, device: device, field: e.Input("")}
	s.field.CharLimit = 8
	s.field.EchoMode, s.field.EchoCharacter = textinput.EchoPassword, '•'
	s.field.Focus()
	return s
}

func (s *Code) Typing() bool { return true }

func (s *Code) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Esc):
		return GiveCode{""}, nil
	case key.Matches(m, keys.Enter):
		if s.good() {
			return GiveCode{s.code()}, nil
		}
		return nil, nil
	}
	var cmd tea.Cmd
	s.field, cmd = s.field.Update(msg)
	return nil, cmd
}

func (s *Code) code() string { return strings.ReplaceAll(s.field.Value(), " ", "") }

// good tells whether this can be a code: six digits, as all devices show.
func (s *Code) good() bool {
	c := s.code()
	return len(c) == 6 && strings.Trim(c, "0123456789") == ""
}

func (s *Code) View(width, _ int) string {
	p := s.Page(width).Say(s.Bold, "AWS wants an MFA code")
	p.Say(s.Plain, "The profile "+safe.Line(s.profile)+" signs in with a second factor. Enter the 6 digits that your device shows now. They are sent to AWS and kept nowhere.")
	p.Gap().Named("Device", 8, s.device)
	p.Add(s.Dim.Render(draw.Fill("Code", 7)) + " " + s.field.View())
	if s.field.Value() != "" && !s.good() {
		p.Gap().Say(s.Dim, "A code has 6 digits.")
	}
	return p.String()
}

func (s *Code) ShortHelp() []key.Binding {
	return []key.Binding{keys.Named(keys.Enter, "send the code"), keys.Named(keys.Esc, "give none")}
}

func (s *Code) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
