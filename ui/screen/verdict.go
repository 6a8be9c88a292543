package screen

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Verdict ends a check: where the request stops, why, and who can change that.
type Verdict struct {
	Env
	still
	Ending run.CheckEnding
	Facts  steps.Facts
	Tests  []steps.Test
	At     time.Time
	scroll draw.Scroll
}

func (s *Verdict) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter, keys.Quit):
		return Quit{}, nil
	case key.Matches(m, keys.Retry):
		return Retry{}, nil
	case key.Matches(m, keys.Copy):
		return Copy{"What the check found", s.text()}, nil
	case key.Matches(m, keys.SaveText):
		return Save{"crossgrant-check-" + s.At.Format("20060102-150405") + ".txt", s.text()}, nil
	case key.Matches(m, keys.Mend) && s.Ending.Mend.Applies():
		return MendIt{}, nil
	case key.Matches(m, keys.Letters) && len(s.Ending.Letters) > 0:
		return ShowLetters{}, nil
	}
	s.scroll.Update(m)
	return nil, nil
}

func (s *Verdict) View(width, height int) string {
	return strings.Join(s.scroll.Part(s.Theme, s.page(width, height).Lines, height), "\n")
}

// page is all that the check found. In a low window the picture of the gates is small.
func (s *Verdict) page(width, height int) *draw.Page {
	p, e := s.Page(width), s.Ending
	v := e.Verdict
	if v == nil {
		p.Say(s.Bold, e.Now).Gap()
		if e.Problem != nil {
			p.Trouble(e.Problem)
		}
		s.rest(p)
		return p
	}
	mark := draw.MarkShut
	if v.Holds {
		mark = draw.MarkYes
	}
	p.Marked(mark, draw.Sentence(v.Summary))
	p.Lines[0] = s.Bold.Render(p.Lines[0])
	if e.Gates.Who != "" {
		room := 3
		if height >= 20 {
			room = 6
		}
		g := draw.Gates{Theme: s.Theme, Facts: s.Facts, Now: e.Gates, Then: e.Gates, Frame: draw.Frames}
		p.Gap().Add(g.Draw(width, room)...).Say(s.Dim, "The request: "+e.Gates.Action)
	}
	if v.Detail != "" {
		p.Gap().Say(s.Plain, v.Detail)
	}
	if !v.Holds {
		p.Gap().Named("Who acts", 10, draw.WhoActs(v.Side))
		name := "To do"
		for _, f := range v.Fixes {
			p.Named(name, 10, here(f))
			name = ""
		}
	}
	if v.Statement != "" {
		p.Named("Statement", 10, v.Statement)
	}
	for _, m := range e.Mend.Both() {
		p.Gap().Named("The change", 12, m.Change.Why+" "+m.Proof)
	}
	if e.Mend.Applies() {
		p.Gap().Marked(draw.MarkNow, "Press m to see it in full. It is applied only if you say yes there, and can be undone.")
	}
	if len(e.Letters) > 0 {
		p.Gap().Marked(draw.MarkNow, "A text for the administrators is ready to be sent, with all that they ask for: press l.")
	}
	s.rest(p)
	return p
}

// rest is what there is to say beside the cause.
func (s *Verdict) rest(p *draw.Page) {
	e := s.Ending
	if len(s.Tests) > 0 {
		p.Gap().Say(s.Bold, "What was tried").Add(s.Theme.Tests(s.Tests, p.Width)...)
	}
	for _, w := range e.Warnings {
		p.Marked(draw.MarkLook, w)
	}
	if v := e.Verdict; v != nil && len(v.Unread) > 0 {
		p.Gap().Say(s.Bold, "What was not looked at")
		for _, u := range v.Unread {
			p.Marked(draw.MarkUnsure, policy.Capital(u)+".")
		}
	}
	if len(e.Left) > 0 {
		p.Gap().Say(s.Bold, "This is left behind")
		for _, l := range e.Left {
			p.Behind("- ", 2, l.String())
		}
		p.Gap().Say(s.Bold, byHand).Command(strings.Join(e.Commands, "\n"))
	}
	if v := e.Verdict; v != nil {
		p.Gap().Say(s.Dim, fmt.Sprintf("Cause: %s. Checked at %s.", v.Cause, s.At.UTC().Format("15:04 (UTC) on 2 January 2006")))
	}
}

// text is what the check found, for a file or for somebody else.
func (s *Verdict) text() string {
	f := s.Facts
	head := fmt.Sprintf("%s  <-  %s\ncustomer %s, firm %s\n\n", f.Bucket, s.Ending.Gates.Who, policy.Dashed(f.Customer.Account), policy.Dashed(f.Firm.Account))
	text := head + trimLines(ansi.Strip(s.page(76, 24).String()))
	for _, l := range s.Ending.Letters {
		text += "\n\n\n" + l.Text
	}
	return strings.TrimRight(text, "\n") + "\n"
}

// trimLines takes the blanks off the ends of lines.
func trimLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

func (s *Verdict) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Named(keys.Enter, "finish")}
	if s.Ending.Mend.Applies() {
		b = append(b, keys.Mend)
	}
	if len(s.Ending.Letters) > 0 {
		b = append(b, keys.Letters)
	}
	b = append(b, keys.Named(keys.Retry, "again"), keys.Copy, keys.SaveText)
	return append(append(b, s.scroll.Keys()...), keys.Help, keys.Quit)
}

func (s *Verdict) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
