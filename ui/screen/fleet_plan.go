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
	"crossgrant/ui/safe"
)

// FleetPlan shows what many buckets, and the firm's side for them, are changed by: all on
// one page, and each in full. How many buckets it is about is typed before it is done.
type FleetPlan struct {
	Env
	still
	Facts   steps.Facts // of the firm's side
	summary []string
	parts   []FleetPart
	proof   run.Proof
	field   textinput.Model
	wrong   bool
	seen    bool // the page, to its end
	page    draw.Scroll
	lines   []string // of the page, drawn for the width when it is first seen
	width   int
	full    bool // one part is shown in full
	at      int  // this one
	part    draw.Scroll
}

// A FleetPart is what the firm's side, or one bucket, is changed by.
type FleetPart struct {
	Title   string
	Side    steps.Side
	Whose   string   // the account of a bucket
	Does    []string // in few words
	Facts   steps.Facts
	Notes   []string
	Changes []steps.Change
}

// NewFleetPlan shows the parts of a fleet, of which there is at least one.
func NewFleetPlan(e Env, summary []string, parts []FleetPart, proof run.Proof) *FleetPlan {
	s := &FleetPlan{Env: e, summary: summary, parts: parts, proof: proof, field: e.Input("")}
	s.field.Focus()
	return s
}

func (s *FleetPlan) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	switch {
	case !ok:
	case key.Matches(m, keys.Quit):
		return Leave{}, nil
	case key.Matches(m, keys.Next):
		s.full, s.part = !s.full, draw.Scroll{}
	case s.full:
		return s.inFull(m), nil
	case key.Matches(m, keys.Esc):
		return Leave{}, nil
	case key.Matches(m, keys.Enter) && !s.seen:
		s.page.Update(tea.KeyMsg{Type: tea.KeyPgDown})
		s.seen = !s.page.Below()
		return Paged{s.seen}, nil
	case key.Matches(m, keys.Enter):
		if s.wrong = !s.proof.Holds(s.field.Value()); !s.wrong {
			return DoFleet{}, nil
		}
	case m.Type == tea.KeyBackspace, m.Type == tea.KeyRunes && strings.Trim(string(m.Runes), "0123456789") == "":
		s.wrong = false // the answer is a number: letters stay keys
		s.field, _ = s.field.Update(m)
	default:
		s.page.Update(m)
		s.seen = s.seen || !s.page.Below()
	}
	return nil, nil
}

// inFull is what keys do where one part is shown in full.
func (s *FleetPlan) inFull(m tea.KeyMsg) Action {
	at := s.at
	switch {
	case key.Matches(m, keys.Back):
		s.full = false
	case key.Matches(m, keys.Left):
		at = max(0, at-1)
	case key.Matches(m, keys.Right):
		at = min(at+1, len(s.parts)-1)
	case key.Matches(m, keys.Enter) && s.part.Below():
		s.part.Update(tea.KeyMsg{Type: tea.KeyPgDown})
	case key.Matches(m, keys.Enter):
		if at++; at == len(s.parts) { // all were seen
			s.full, at = false, 0
		}
	default:
		s.part.Update(m)
	}
	if at != s.at {
		s.at, s.part = at, draw.Scroll{}
	}
	return nil
}

func (s *FleetPlan) View(width, height int) string {
	if s.full {
		return s.inFullView(width, height)
	}
	head := s.Page(width).Say(s.Bold, "This is the plan. Nothing has been changed yet.")
	if s.width != width {
		s.width, s.lines = width, s.all(width)
	}
	below := s.Page(width).Gap().Say(s.Plain, s.proof.Ask)
	from := len(below.Lines)
	below.Add("  " + s.Dim.Render(s.proof.Label+": ") + s.field.View())
	if s.wrong {
		below.Behind("  "+s.Paint(draw.MarkLook)+" ", 4, s.proof.Wrong)
	}
	below.Focus(from)
	head.Add(s.page.Part(s.Theme, s.lines, max(4, height-len(head.Lines)-len(below.Lines)))...)
	s.seen = s.seen || !s.page.Below()
	return head.Add(below.Lines...).String()
}

// all is what there is to do, bucket by bucket.
func (s *FleetPlan) all(width int) []string {
	p := s.Page(width)
	p.Behind(s.Side(steps.Firm).Render(draw.Fill("Firm", 9))+" ", 10, fmt.Sprintf("%s, profile %s", policy.Dashed(s.Facts.Firm.Account), s.Facts.FirmProfile))
	for i, said := range s.summary {
		mark := draw.MarkLater
		if i > 1 { // what cannot be done, and what is not named
			mark = draw.MarkLook
		}
		p.Marked(mark, said)
	}
	p.Gap()
	for _, part := range s.parts {
		s.short(p, part)
	}
	return p.Lines
}

// short is a part in few words: the firm's operations, and a line for a bucket.
func (s *FleetPlan) short(p *draw.Page, part FleetPart) {
	if part.Side == steps.Customer {
		mark := draw.MarkLater
		if len(part.Notes) > 0 {
			mark = draw.MarkLook
		}
		p.Add(draw.Cut(s.Paint(mark)+" "+s.Side(part.Side).Render(safe.Line(part.Title))+s.Dim.Render("  "+safe.Line(part.Whose+"  "+strings.Join(part.Does, ", "))), p.Width))
		return
	}
	p.Say(s.Side(part.Side).Bold(true), part.Title)
	for _, d := range part.Does {
		p.Behind("- ", 2, d)
	}
	p.Gap().Say(s.Side(steps.Customer).Bold(true), "The buckets")
}

// inFullView is one part with all its operations, and each document as a difference to what
// is there now.
func (s *FleetPlan) inFullView(width, height int) string {
	part := s.parts[s.at]
	head := s.Page(width).Add(draw.Fill(s.Side(part.Side).Bold(true).Render(safe.Line(part.Title)), width-14) + s.Dim.Render(fmt.Sprintf("%6d of %-4d", s.at+1, len(s.parts))))
	if part.Whose != "" {
		head.Say(s.Dim, "The customer: "+part.Whose)
	}
	p := s.Page(width)
	for _, n := range part.Notes {
		p.Marked(draw.MarkLook, n)
	}
	for _, c := range part.Changes {
		if len(c.Actions) == 0 {
			continue
		}
		p.Gap().Say(s.Bold, c.Step.Title).Say(s.Plain, c.Why)
		for _, n := range c.Notes {
			p.Marked(draw.MarkLook, n)
		}
		for _, o := range draw.Operations(c.Actions) {
			p.Behind("- ", 2, draw.Who(part.Facts, o.As)+": "+draw.Sentence(o.Does.Summary))
			if o.Does.Before != nil || o.Does.After != nil {
				p.Add(s.Diff(o.Does.Before, o.Does.After)...)
			}
		}
	}
	return head.Add(s.part.Part(s.Theme, p.Lines, height-len(head.Lines))...).String()
}

func (s *FleetPlan) ShortHelp() []key.Binding {
	if s.full {
		next := "next"
		if s.part.Below() {
			next = "more"
		}
		b := []key.Binding{keys.Named(keys.Enter, next), keys.Named(keys.Next, "overview"), keys.Named(keys.Left, "before"), keys.Named(keys.Right, "next")}
		return append(append(b, s.part.Keys()...), keys.Help, keys.Quit)
	}
	enter := "more"
	if s.seen {
		enter = "do it"
	}
	b := []key.Binding{keys.Named(keys.Enter, enter), keys.Named(keys.Next, "documents")}
	if s.page.Below() {
		b = append(b, keys.Named(keys.End, "to the end"))
	}
	return append(append(b, s.page.Keys()...), keys.Help, keys.Quit)
}

func (s *FleetPlan) FullHelp() [][]key.Binding {
	return [][]key.Binding{s.ShortHelp(), keys.Scrolling()}
}
