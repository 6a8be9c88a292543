package screen

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/handoff"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Grant asks a customer for the grant that the firm sent, and says what it asks for before
// the customer goes on with it.
type Grant struct {
	Env
	field textinput.Model
	read  GrantRead
	form
}

// NewGrant waits for a grant.
func NewGrant(e Env) *Grant {
	s := &Grant{Env: e, field: e.Input("")}
	s.field.CharLimit = 64 << 10 // the file may be pasted
	s.field.Placeholder = "such as ~/Downloads/" + handoff.GrantFile
	s.field.Focus()
	return s
}

func (s *Grant) Typing() bool { return true }

func (s *Grant) given() string { return strings.TrimSpace(s.field.Value()) }

// good tells that what is typed was read, and is a grant.
func (s *Grant) good() bool { return s.wasRead() && s.read.Err == nil }

func (s *Grant) wasRead() bool { return s.given() != "" && s.read.Given == s.given() }

func (s *Grant) Update(msg tea.Msg) (Action, tea.Cmd) {
	switch msg := msg.(type) {
	case GrantRead:
		s.read = msg
	case tea.KeyMsg:
		switch {
		case s.scrolls(msg):
		case key.Matches(msg, keys.Enter) && s.good():
			return GiveGrant{s.read.Offer}, nil
		case key.Matches(msg, keys.Enter) && s.given() != "":
			return ReadGrant{s.given()}, nil
		case key.Matches(msg, keys.Esc):
			return Back{}, nil
		default:
			var cmd tea.Cmd
			s.field, cmd = s.field.Update(msg)
			return nil, cmd
		}
	}
	return nil, nil
}

func (s *Grant) View(width, height int) string {
	return s.fit(s.Theme, height, 2, func(gaps int) ([]string, int) { return s.page(width, gaps), 5 })
}

func (s *Grant) page(width, gaps int) []string {
	p := s.Page(width)
	p.Say(s.Bold, "Which grant did the firm send you?")
	p.Say(s.Plain, "Type the path of the file "+handoff.GrantFile+" or of its folder, or paste what is in the file. Reading it changes nothing.")
	if gaps > 0 {
		p.Gap()
	}
	from := len(p.Lines)
	s.field.Width = width - 10
	p.Add("  " + s.Side(steps.Customer).Render(draw.Fill("Grant", 6)) + " " + draw.Cut(s.field.View(), width-9))
	p.Focus(from)
	if gaps > 1 {
		p.Gap()
	}
	switch {
	case !s.wasRead():
	case s.read.Err != nil:
		p.Trouble(steps.Problem(s.read.Err))
	default:
		s.words(p)
	}
	return p.Lines
}

// words say what the firm asks for.
func (s *Grant) words(p *draw.Page) {
	o := s.read.Offer
	who := "the account " + policy.Dashed(o.Grant.Firm) + ", the firm"
	if o.Contact != "" {
		who = o.Contact + ", for " + who
	}
	p.Named("Who asks", 12, who).Named("Who uses it", 12, o.Grant.Grantee).Named("Until", 12, o.Until).Gap()
	p.Marked(draw.MarkYes, o.Gives).Marked(draw.MarkShut, o.Not).Gap()
	p.Say(s.Dim, "Next you choose the profile of the account that has the bucket, and see what would change in the bucket's policy. That they are who they say they are, only you can tell.")
}

func (s *Grant) ShortHelp() []key.Binding {
	does := "read it"
	if s.good() {
		does = "go on with this grant"
	}
	return append([]key.Binding{keys.Named(keys.Enter, does)}, append(s.keys(), keys.Esc, keys.Interrupt)...)
}

func (s *Grant) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
