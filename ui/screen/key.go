package screen

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Key asks where the new key of the firm's user goes.
type Key struct {
	Env
	user    string
	file    textinput.Model
	profile textinput.Model
	at      int // the choice: a file, a profile, or nowhere
	checked KeyPlaceChecked
}

// The choices of the Key screen, in their order.
const (
	toFile = iota
	toProfile
	nowhere
)

// NewKey asks where the key of a user goes, and proposes a file; "": none.
func NewKey(e Env, user, file string) *Key {
	s := &Key{Env: e, user: user, file: e.Input(""), profile: e.Input(user)}
	s.file.CharLimit = 4096 // as long as a path may be
	s.file.SetValue(file)
	s.choose(toFile)
	if file == "" {
		s.choose(nowhere)
	}
	return s
}

func (s *Key) Typing() bool { return s.at != nowhere }

// field is the one that takes the keys, nil for none.
func (s *Key) field() *textinput.Model {
	return []*textinput.Model{&s.file, &s.profile, nil}[s.at]
}

func (s *Key) choose(at int) {
	s.file.Blur()
	s.profile.Blur()
	if s.at = at; s.field() != nil {
		s.field().Focus()
	}
}

// to is what is chosen now.
func (s *Key) to() steps.KeyPlace {
	switch s.at {
	case toFile:
		return steps.KeyPlace{File: strings.TrimSpace(s.file.Value())}
	case toProfile:
		return steps.KeyPlace{Profile: s.profile.Value()}
	}
	return steps.KeyPlace{}
}

// Look asks whether the key can go where it is to go.
func (s *Key) Look() Action {
	if s.to() == (steps.KeyPlace{}) {
		return nil
	}
	return CheckKeyPlace{s.to()}
}

// fine tells that the choice will do.
func (s *Key) fine() bool {
	return s.at == nowhere || s.checked.To == s.to() && s.to() != steps.KeyPlace{} && s.checked.Err == nil
}

func (s *Key) Update(msg tea.Msg) (Action, tea.Cmd) {
	switch msg := msg.(type) {
	case KeyPlaceChecked:
		if msg.To == s.to() {
			s.checked = msg
		}
	case tea.KeyMsg:
		return s.key(msg)
	}
	return nil, nil
}

func (s *Key) key(msg tea.KeyMsg) (Action, tea.Cmd) {
	switch {
	case key.Matches(msg, keys.Enter):
		if s.fine() {
			return GiveKeyPlace{s.to()}, nil
		}
		return s.Look(), nil
	case key.Matches(msg, keys.Next, keys.FieldDown):
		s.choose((s.at + 1) % (nowhere + 1))
		return s.Look(), nil
	case key.Matches(msg, keys.Previous, keys.FieldUp):
		s.choose((s.at + nowhere) % (nowhere + 1))
		return s.Look(), nil
	case key.Matches(msg, keys.Esc):
		return Back{}, nil
	}
	if !s.Typing() {
		switch {
		case key.Matches(msg, keys.Back):
			return Back{}, nil
		case key.Matches(msg, keys.Quit):
			return Leave{}, nil
		}
		return nil, nil
	}
	var cmd tea.Cmd
	before := s.to()
	*s.field(), cmd = s.field().Update(msg)
	if s.to() == before {
		return nil, cmd
	}
	return s.Look(), cmd
}

func (s *Key) View(width, _ int) string {
	p := s.Page(width)
	p.Say(s.Bold, "Where should the key of "+s.user+" go?")
	p.Say(s.Plain, "AWS shows the secret of a new access key only once. It is saved as soon as the key is created, and shown nowhere.")
	for i, choice := range []string{"To a new file of its own, which you alone can read", "To a new profile in your shared credentials file", "Nowhere: the key is deleted after the test"} {
		p.Gap().Add("  " + s.Radio(choice, i == s.at))
		if i == s.at {
			from := len(p.Lines) - 1
			s.below(p)
			p.Focus(from)
		}
	}
	return p.String()
}

// below draws what belongs to the choice.
func (s *Key) below(p *draw.Page) {
	if s.at == nowhere {
		p.Behind("      ", 6, "At the end you are told the command that creates one where the files will be sent from.")
		return
	}
	field := *s.field()
	field.Width = p.Width - 8
	field.SetCursor(field.Position()) // which is then in sight
	p.Add("      " + draw.Cut(field.View(), p.Width-6))
	if s.checked.To != s.to() || s.to() == (steps.KeyPlace{}) {
		return
	}
	if s.checked.Err != nil {
		p.Behind("      "+s.Paint(draw.MarkLook)+" ", 8, steps.Problem(s.checked.Err).Detail)
		return
	}
	said := "The file will be " + s.checked.Path + ". Its folder is there, and the name is free."
	if s.at == toProfile {
		said = "The profile will be in " + s.checked.Path + ", where the name is free. Nothing else in the file is changed."
	}
	p.Behind("      "+s.Paint(draw.MarkYes)+" ", 8, said)
}

func (s *Key) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Named(keys.Enter, "go on"), keys.FieldMove}
	if !s.Typing() {
		return append(b, keys.Back, keys.Help, keys.Quit)
	}
	return append(b, keys.Esc, keys.Interrupt)
}

func (s *Key) FullHelp() [][]key.Binding {
	return [][]key.Binding{s.ShortHelp(), {keys.Next, keys.Previous}}
}
