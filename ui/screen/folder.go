package screen

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/policy"
	"crossgrant/steps/handoff"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Folder asks a firm where the files for the customer go, and who they say is asking.
type Folder struct {
	Env
	grant        policy.Grant
	dir, contact textinput.Model
	second       bool // the contact is asked for
}

// NewFolder asks for the folder of a grant's files, and proposes one.
func NewFolder(e Env, g policy.Grant) *Folder {
	s := &Folder{Env: e, grant: g, dir: e.Input(""), contact: e.Input("")}
	s.dir.CharLimit = 4096 // as long as a path may be
	s.dir.SetValue("for-" + g.Bucket)
	s.contact.Placeholder = "optional, such as Jane Roe, jane@firm.example"
	s.focus(false)
	return s
}

// For takes the files of another grant.
func (s *Folder) For(g policy.Grant) {
	if s.dir.Value() == "for-"+s.grant.Bucket {
		s.dir.SetValue("for-" + g.Bucket)
	}
	s.grant = g
}

func (s *Folder) Typing() bool { return true }

func (s *Folder) focus(second bool) {
	s.dir.Blur()
	s.contact.Blur()
	s.second = second
	s.field().Focus()
}

func (s *Folder) field() *textinput.Model {
	if s.second {
		return &s.contact
	}
	return &s.dir
}

func (s *Folder) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	dir, contact := strings.TrimSpace(s.dir.Value()), strings.TrimSpace(s.contact.Value())
	switch {
	case key.Matches(m, keys.Enter):
		switch {
		case dir == "":
			s.focus(false)
		case handoff.CheckContact(contact) != nil || !s.second:
			s.focus(true)
		default:
			return MakeFiles{dir, contact}, nil
		}
		return nil, nil
	case key.Matches(m, keys.Next, keys.Previous, keys.FieldDown, keys.FieldUp):
		s.focus(!s.second)
		return nil, nil
	case key.Matches(m, keys.Esc):
		return Back{}, nil
	}
	var cmd tea.Cmd
	*s.field(), cmd = s.field().Update(m)
	return nil, cmd
}

func (s *Folder) View(width, _ int) string {
	p := s.Page(width)
	p.Say(s.Bold, "Where should the files for the customer go?")
	p.Say(s.Plain, "They say what you ask for, and do the customer's half. No secret is in them. You see them before they are written.")
	p.Gap()
	ask := func(label string, field *textinput.Model, here bool) {
		from := len(p.Lines)
		field.Width = width - 15
		p.Add("  " + s.Dim.Render(draw.Fill(label, 10)) + "  " + draw.Cut(field.View(), width-14))
		if field == &s.contact && handoff.CheckContact(field.Value()) != nil {
			p.Behind("    "+s.Paint(draw.MarkLook)+" ", 6, policy.Capital(handoff.CheckContact(field.Value()).Error())+".")
		}
		if here {
			p.Focus(from)
		}
	}
	ask("Folder", &s.dir, !s.second)
	ask("Who asks", &s.contact, s.second)
	return p.Gap().Marked(draw.MarkYes, s.grant.Gives()).Marked(draw.MarkShut, s.grant.Withholds()).String()
}

func (s *Folder) ShortHelp() []key.Binding {
	return []key.Binding{keys.Enter, keys.Next, keys.Esc, keys.Interrupt}
}

func (s *Folder) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
