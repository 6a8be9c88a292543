package screen

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Confirm has what proves that it is meant typed, before the first change of all is shown,
// and one that removes something in an account or writes over what somebody else did.
type Confirm struct {
	Env
	Parties []run.Party // who they are whose accounts change, for the first of all
	change  steps.Change
	list    []draw.Operation
	proofs  []run.Proof
	at      int
	field   textinput.Model
	wrong   bool
	scroll  draw.Scroll
	seen    bool // both accounts were
}

// NewConfirm asks for proofs before a change is shown.
func NewConfirm(e Env, c steps.Change, list []draw.Operation, proofs []run.Proof) *Confirm {
	s := &Confirm{Env: e, change: c, list: list, proofs: proofs, field: e.Input("")}
	s.field.Focus()
	return s
}

func (s *Confirm) Typing() bool { return true }

func (s *Confirm) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Esc):
		return Back{}, nil
	case key.Matches(m, keys.Enter) && s.unseen():
		s.scroll.Update(tea.KeyMsg{Type: tea.KeyPgDown})
		return nil, nil
	case key.Matches(m, keys.Enter):
		return s.enter(), nil
	case key.Matches(m, keys.FieldUp, keys.FieldDown):
		s.scroll.Update(m)
		return nil, nil
	}
	s.wrong = false
	var cmd tea.Cmd
	s.field, cmd = s.field.Update(msg)
	return nil, cmd
}

// unseen tells that one of the two accounts is still to be scrolled to.
func (s *Confirm) unseen() bool {
	s.seen = s.seen || !s.scroll.Below()
	return s.proofs[s.at].First && !s.seen
}

func (s *Confirm) enter() Action {
	if s.wrong = !s.proofs[s.at].Holds(s.field.Value()); s.wrong {
		return nil
	}
	if s.at == len(s.proofs)-1 {
		return Confirmed{s.change, s.list, s.proofs}
	}
	s.at++
	s.field.SetValue("")
	return nil
}

func (s *Confirm) View(width, height int) string {
	c, ask := s.change, s.proofs[s.at]
	if ask.First {
		return s.first(width, height)
	}
	below := s.Page(width).Gap().Say(s.Plain, ask.Ask).Gap()
	s.answer(below)
	below.Gap().Say(s.Dim, "Then you see it all in full, and nothing is changed before you say yes.")
	p := s.Page(width).Say(s.Bold, c.Step.Title)
	p.Say(s.Plain, fmt.Sprintf("This is not a demo. In the %s's account crossgrant is about to do this:", c.Step.Side)).Gap()
	list := s.Page(width)
	for _, d := range s.list {
		list.Behind("- ", 2, d.Does.Summary)
	}
	room := max(1, height-len(p.Lines)-len(below.Lines))
	if len(list.Lines) > room {
		list.Lines = append(list.Lines[:room-1], s.Dim.Render("  ..."))
	}
	return p.Add(list.Lines...).Add(below.Lines...).String()
}

// answer is the field, and what to say of a wrong answer.
func (s *Confirm) answer(p *draw.Page) {
	ask := s.proofs[s.at]
	from := len(p.Lines)
	p.Add("  " + s.Dim.Render(ask.Label+": ") + s.field.View())
	if s.wrong {
		p.Behind("  "+s.Paint(draw.MarkLook)+" ", 4, ask.Wrong)
	}
	p.Focus(from)
}

// whoIsWho tells the two companies apart, which are easily swapped.
const whoIsWho = "The customer has the bucket, and the firm delivers into it."

// first is whose accounts change, and what each gets.
func (s *Confirm) first(width, height int) string {
	ask := s.proofs[s.at]
	p := s.Page(width).Say(s.Bold, "This is not a demo. Are these the two accounts that you mean?")
	list := s.Page(width).Say(s.Plain, whoIsWho)
	for _, party := range s.Parties {
		s.party(list.Gap(), party)
	}
	below := s.Page(width).Gap().Say(s.Plain, ask.Ask)
	s.answer(below)
	below.Say(s.Dim, "Each change is shown before it is sent; `crossgrant cleanup` undoes them.")
	room := max(1, height-len(p.Lines)-len(below.Lines))
	return p.Add(s.scroll.Part(s.Theme, list.Lines, room)...).Add(below.Lines...).String()
}

func (s *Confirm) party(p *draw.Page, party run.Party) {
	account := policy.Dashed(party.Account)
	if party.Alias != "" {
		account += " (" + party.Alias + ")"
	}
	const lead = 10
	who := "profile " + party.Profile
	if party.Profile == "" {
		who = party.Absent
	}
	p.Behind(s.Side(party.Side).Render(draw.Fill(draw.SideName(party.Side), lead)), lead, "account "+account+", "+who)
	blank := strings.Repeat(" ", lead)
	if party.ARN != "" {
		p.Behind(blank+s.Dim.Render("as "), lead+3, party.ARN)
	}
	if party.Warns != "" {
		p.Behind(blank+s.Paint(draw.MarkLook)+" ", lead+2, party.Warns)
	}
	for _, what := range party.Gets {
		p.Behind(blank+"- ", lead+2, what)
	}
}

func (s *Confirm) ShortHelp() []key.Binding {
	enter := "confirm"
	if s.unseen() {
		enter = "more"
	}
	return append([]key.Binding{keys.Named(keys.Enter, enter), keys.Esc, keys.Interrupt}, s.scroll.Keys()...)
}

func (s *Confirm) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
