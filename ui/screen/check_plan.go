package screen

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// CheckPlan says what a check is about to send, and asks. Outside of a demo enter is no yes:
// a key that is hit again and again must not write into a bucket.
type CheckPlan struct {
	Env
	still
	Begun  steps.Checking
	Sends  bool // else only the policies are looked at
	Stated bool // what it should be was said
	Demo   bool
	scroll draw.Scroll
	seen   bool // to its end
}

func (s *CheckPlan) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter) && s.scroll.Below():
		s.scroll.Update(tea.KeyMsg{Type: tea.KeyPgDown})
		s.seen = s.seen || !s.scroll.Below()
		return Paged{!s.scroll.Below()}, nil
	case s.seen && key.Matches(m, s.yes()):
		return CheckIt{}, nil
	case key.Matches(m, keys.Terms):
		return SayTerms{}, nil
	case key.Matches(m, keys.Back):
		return Back{}, nil
	case key.Matches(m, keys.Quit):
		return Leave{}, nil
	}
	s.scroll.Update(m)
	s.seen = s.seen || !s.scroll.Below()
	return nil, nil
}

// yes is the key that starts the check.
func (s *CheckPlan) yes() key.Binding {
	if s.Demo || !s.Sends {
		return keys.Named(keys.Enter, "check it")
	}
	return keys.Yes
}

func (s *CheckPlan) View(width, height int) string {
	p, b := s.Page(width), s.Begun
	head := s.Page(width).Say(s.Bold, "This is the check of "+b.Facts.Bucket+". Nothing has been sent yet.").Gap()
	for _, side := range []struct {
		name    string
		of      steps.Side
		account string
		profile string
	}{
		{"Customer", steps.Customer, b.Facts.Customer.Account, b.Facts.CustomerProfile},
		{"Firm", steps.Firm, b.Facts.Firm.Account, b.Facts.FirmProfile},
	} {
		said := "account not known"
		if side.account != "" {
			said = policy.Dashed(side.account)
		}
		if side.profile != "" {
			said += ", profile " + side.profile
		} else {
			said += ", no sign-in"
		}
		p.Behind(s.Side(side.of).Render(draw.Fill(side.name, 9))+" ", 10, said)
	}
	p.Named("Writer", 10, b.Writer.ARN)
	p.Named("Should be", 10, b.Grant.Gives()+" "+b.Grant.Withholds())
	if !s.Stated {
		p.Behind(strings.Repeat(" ", 10), 10, "That is assumed, since nobody said it: press t to say something else.")
	}
	title := "What is sent"
	if !s.Sends {
		title = "No request is sent to the bucket"
	}
	p.Gap().Say(s.Bold, title)
	if s.Sends {
		p.Behind("- ", 2, "Both sides' policies are read, as far as the profiles may.")
	}
	for _, n := range b.Notes {
		p.Behind("- ", 2, n)
	}
	head.Add(s.scroll.Part(s.Theme, p.Lines, max(4, height-len(head.Lines)))...)
	s.seen = s.seen || !s.scroll.Below()
	return head.String()
}

func (s *CheckPlan) ShortHelp() []key.Binding {
	first := s.yes()
	if !s.seen {
		first = keys.Named(keys.Enter, "more")
	}
	return append(append([]key.Binding{first, keys.Terms}, s.scroll.Keys()...), keys.Back, keys.Help, keys.Quit)
}

func (s *CheckPlan) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
