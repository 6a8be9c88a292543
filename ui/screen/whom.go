package screen

import (
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Whom asks a firm that does its half alone which account and which bucket are the
// customer's: it cannot look there.
type Whom struct {
	Env
	firm            string // the firm's own account
	account, bucket textinput.Model
	second          bool // the bucket is asked for
}

// NewWhom asks the firm of an account for its customer, as far as is known.
func NewWhom(e Env, firm, account, bucket string) *Whom {
	s := &Whom{Env: e, firm: firm, account: e.Input(account), bucket: e.Input(bucket)}
	s.account.Placeholder, s.bucket.Placeholder = "12 digits, such as 1111-2222-3333", "such as my.test.bucket"
	s.focus(false)
	return s
}

func (s *Whom) Typing() bool { return true }

func (s *Whom) focus(second bool) {
	s.account.Blur()
	s.bucket.Blur()
	s.second = second
	s.field().Focus()
}

func (s *Whom) field() *textinput.Model {
	if s.second {
		return &s.bucket
	}
	return &s.account
}

// given is the customer as typed, and what is wrong with either answer, "" for nothing.
func (s *Whom) given() (c GiveCustomer, account, bucket string) {
	var err error
	switch c.Account, err = steps.Account("--customer-account", s.account.Value()); {
	case err != nil:
		account = steps.Problem(err).Detail
	case c.Account == "":
		account = "The customer tells you the number of their account. It is no secret."
	case c.Account == s.firm:
		account = "That is the firm's own account."
	}
	if c.Bucket, err = awsops.CleanBucketName(s.bucket.Value()); err != nil {
		bucket = steps.Problem(err).Detail
	}
	return c, account, bucket
}

func (s *Whom) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter):
		c, account, bucket := s.given()
		switch {
		case account != "":
			s.focus(false)
		case bucket != "" || !s.second:
			s.focus(true)
		default:
			return c, nil
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

func (s *Whom) View(width, _ int) string {
	p := s.Page(width)
	p.Say(s.Bold, "Who is the customer?")
	p.Say(s.Plain, "The customer does their half themselves, with files that you send them. Ask them for both of these.")
	p.Gap()
	_, account, bucket := s.given()
	ask := func(label, wrong string, field *textinput.Model, here bool) {
		from := len(p.Lines)
		field.Width = width - 15
		p.Add("  " + s.Side(steps.Customer).Render(draw.Fill(label, 10)) + "  " + draw.Cut(field.View(), width-14))
		if wrong != "" && field.Value() != "" {
			p.Behind("    "+s.Paint(draw.MarkLook)+" ", 6, wrong)
		}
		if here {
			p.Focus(from)
		}
	}
	ask("Account", account, &s.account, !s.second)
	ask("Bucket", bucket, &s.bucket, s.second)
	if s.account.Value() == "" {
		p.Gap().Say(s.Dim, account)
	}
	return p.String()
}

func (s *Whom) ShortHelp() []key.Binding {
	return []key.Binding{keys.Enter, keys.Next, keys.Esc, keys.Interrupt}
}

func (s *Whom) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
