package screen

import (
	"cmp"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// The questions of the terms screen, from above.
const (
	accessTerm = iota
	prefixTerm
	untilTerm
	onlyTerm
	terms // how many there are
)

// Terms asks what the firm may do in the bucket. As it comes up it is the article's
// grant, unless the answers so far say otherwise.
type Terms struct {
	Env
	facts         steps.Facts // whose accounts and which bucket
	prefix, until textinput.Model
	at            int
	form
}

// NewTerms asks for the terms that are left open.
func NewTerms(e Env, f steps.Facts) *Terms {
	s := &Terms{Env: e, facts: f, prefix: e.Input(f.Prefix), until: e.Input(f.Until)}
	s.prefix.CharLimit = 512
	s.prefix.Placeholder, s.until.Placeholder = "all files, or such as incoming/", "no end, or such as 2026-12-31"
	return s
}

// For takes another bucket, or other users.
func (s *Terms) For(f steps.Facts) {
	f.Answers = s.on(f.Answers)
	s.facts = f
}

// Given are the answers as they stand.
func (s *Terms) Given() steps.Answers { return s.on(s.facts.Answers) }

// on puts the terms into answers.
func (s *Terms) on(a steps.Answers) steps.Answers {
	a.Access, a.OnlyThisUser = s.facts.Answers.Access, s.facts.OnlyThisUser
	a.Prefix, a.Until = s.prefix.Value(), s.until.Value()
	return a
}

func (s *Terms) Typing() bool { return s.field() != nil }

// field is the one that takes the keys, nil for a choice.
func (s *Terms) field() *textinput.Model {
	switch s.at {
	case prefixTerm:
		return &s.prefix
	case untilTerm:
		return &s.until
	}
	return nil
}

func (s *Terms) focus(i int) {
	if f := s.field(); f != nil {
		f.Blur()
	}
	s.at = i
	if f := s.field(); f != nil {
		f.Focus()
	}
}

// access is the place of the access that is chosen, -1 for one that there is not.
func (s *Terms) access() int {
	return slices.Index(policy.Accesses, cmp.Or(policy.Access(s.facts.Answers.Access), policy.Article))
}

// faults are what is wrong with the answers, by their questions.
func (s *Terms) faults() (said [terms]string) {
	a := s.Given()
	for at, err := range []error{steps.CheckAccess(a), steps.CheckPrefix(a), steps.CheckUntil(a)} {
		if err != nil {
			said[at] = steps.Problem(err).Detail
		}
	}
	return said
}

func (s *Terms) Update(msg tea.Msg) (Action, tea.Cmd) {
	pressed, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case s.scrolls(pressed):
	case key.Matches(pressed, keys.Enter):
		faults := s.faults()
		if at := slices.IndexFunc(faults[:], func(said string) bool { return said != "" }); at >= 0 {
			s.focus(at)
			return nil, nil
		}
		return GiveTerms{s.Given()}, nil
	case key.Matches(pressed, keys.Next):
		s.focus((s.at + 1) % terms)
	case key.Matches(pressed, keys.Previous):
		s.focus((s.at + terms - 1) % terms)
	case key.Matches(pressed, keys.FieldDown):
		s.down()
	case key.Matches(pressed, keys.FieldUp):
		s.up()
	case key.Matches(pressed, keys.Esc):
		return Back{}, nil
	case s.field() != nil:
		f := s.field()
		var cmd tea.Cmd
		*f, cmd = f.Update(pressed)
		return nil, cmd
	case key.Matches(pressed, keys.Back):
		return Back{}, nil
	case key.Matches(pressed, keys.Quit):
		return Leave{}, nil
	case s.at == onlyTerm && key.Matches(pressed, keys.Toggle, keys.Left, keys.Right):
		s.facts.OnlyThisUser = !s.facts.OnlyThisUser
	}
	return nil, nil
}

// down goes to the next choice of an access, and from the last one on.
func (s *Terms) down() {
	if at := s.access() + 1; s.at == accessTerm && at < len(policy.Accesses) {
		s.facts.Answers.Access = string(policy.Accesses[at])
	} else {
		s.focus(min(s.at+1, terms-1))
	}
}

func (s *Terms) up() {
	if at := s.access() - 1; s.at > accessTerm {
		s.focus(s.at - 1)
	} else if at >= 0 {
		s.facts.Answers.Access = string(policy.Accesses[at])
	}
}

func (s *Terms) View(width, height int) string {
	return s.fit(s.Theme, height, 3, func(gaps int) ([]string, int) { return s.page(width, gaps) })
}

// page is the whole screen with so many gaps, and the last line of the question at hand.
func (s *Terms) page(width, gaps int) (lines []string, at int) {
	p := s.Page(width)
	gap := func(n int) {
		if n <= gaps {
			p.Gap()
		}
	}
	faults := s.faults()
	fault := func(term int) {
		if faults[term] != "" {
			p.Behind("    "+s.Paint(draw.MarkLook)+" ", 6, faults[term])
		}
	}
	ask := func(term int, label, value string) {
		from := len(p.Lines)
		p.Add("  " + s.Side(steps.Customer).Render(draw.Fill(label, 16)) + "  " + draw.Cut(value, width-20))
		fault(term)
		if term == s.at {
			p.Focus(from)
			at = len(p.Lines) - 1
		}
	}
	p.Say(s.Bold, "What should the firm be allowed?")
	gap(3)
	from := len(p.Lines)
	for i, a := range policy.Accesses {
		if i == max(0, s.access()) && s.at == accessTerm {
			at = len(p.Lines)
		}
		p.Behind("  "+s.Radio(draw.Fill(string(a), 11), i == s.access()), 17, a.Words())
	}
	fault(accessTerm)
	if s.at == accessTerm {
		p.Focus(from)
	}
	gap(2)
	s.prefix.Width, s.until.Width = width-21, width-21
	ask(prefixTerm, "Prefix", s.prefix.View())
	ask(untilTerm, "Last day", s.until.View())
	ask(onlyTerm, "Only the writer", s.Radio("no", !s.facts.OnlyThisUser)+"   "+s.Radio("yes, the one named next", s.facts.OnlyThisUser))
	gap(1)
	if faults != [terms]string{} {
		return append(p.Lines, s.Dim.Render("What this allows is said here once that is right.")), at
	}
	f := s.facts
	f.Answers = s.Given()
	f.FirmUser = cmp.Or(f.FirmUser, "test-writer") // what the next screen proposes
	g := f.Grant()
	p.Marked(draw.MarkYes, g.Gives()).Marked(draw.MarkShut, g.Withholds())
	if beyond := g.Beyond(); beyond != "" {
		p.Behind("  ", 2, beyond)
	}
	return p.Lines, at
}

func (s *Terms) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Enter, keys.Next}
	switch {
	case s.at == accessTerm:
		b = append(b, keys.Named(keys.Move, "choose"))
	case !s.Typing():
		b = append(b, keys.Toggle)
	}
	b = append(b, s.keys()...)
	if s.Typing() {
		return append(b, keys.Esc, keys.Interrupt)
	}
	return append(b, keys.Back, keys.Help, keys.Quit)
}

func (s *Terms) FullHelp() [][]key.Binding {
	return [][]key.Binding{s.ShortHelp(), {keys.Previous, keys.FieldUp, keys.FieldDown, keys.PageUp, keys.PageDown}}
}
