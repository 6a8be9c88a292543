package screen

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Foreseen is what a step would do.
type Foreseen struct {
	steps.Change
	List []draw.Operation
}

// Plan shows all steps that are to come before any is taken.
type Plan struct {
	Env
	still
	GoesOn   bool            // with a run that has changed something already
	Findings []steps.Finding // what was looked at
	AsksKey  bool            // where the new access key goes is asked next
	standing run.Ending
	changes  []Foreseen
	off      map[string]bool
	too      map[awsops.Target]bool // what others added and is to be deleted
	rows     []row
	at       int // the row under the cursor
	below    int // lines that what is below the last row is scrolled by
}

// A row is what the cursor comes to: a step, or what is asked below it.
type row struct {
	change int
	ask    int // -1: the step itself
}

// NewPlan shows what the steps of a run would do, as it stands.
func NewPlan(e Env, standing run.Ending, changes []Foreseen) *Plan {
	s := &Plan{Env: e, standing: standing, changes: changes, off: map[string]bool{}, too: map[awsops.Target]bool{}}
	for i, c := range changes {
		for ask := range len(c.Asks) + 1 {
			s.rows = append(s.rows, row{i, ask - 1})
		}
	}
	return s
}

func (s *Plan) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter):
		return s.begin(), nil
	case key.Matches(m, keys.Back):
		return Back{}, nil
	case key.Matches(m, keys.Quit):
		return Leave{}, nil
	case key.Matches(m, keys.Up, keys.Previous) && s.below > 0:
		s.below--
	case key.Matches(m, keys.Up, keys.Previous):
		s.at = max(0, s.at-1)
	case key.Matches(m, keys.Down, keys.Next) && s.at < len(s.rows)-1:
		s.at++
	case key.Matches(m, keys.Down, keys.Next):
		s.below++
	case key.Matches(m, keys.Home, keys.PageUp):
		s.at, s.below = 0, 0
	case key.Matches(m, keys.End, keys.PageDown):
		s.at, s.below = max(0, len(s.rows)-1), math.MaxInt32
	case key.Matches(m, keys.Toggle):
		switch c, ask := s.under(); {
		case ask != nil:
			s.too[ask.Target] = !s.too[ask.Target]
		case c.Step.Optional:
			s.off[c.Step.ID] = !s.off[c.Step.ID]
		}
	}
	return nil, nil
}

// under is the step under the cursor, or the one above it, and what is asked there.
func (s *Plan) under() (c Foreseen, ask *steps.Ask) {
	if s.at >= len(s.rows) {
		return c, nil
	}
	r := s.rows[s.at]
	c = s.changes[r.change]
	if r.ask >= 0 {
		ask = &c.Asks[r.ask]
	}
	return c, ask
}

func (s *Plan) begin() Begin {
	b := Begin{Off: s.off}
	for _, c := range s.changes {
		for _, ask := range c.Asks {
			if s.too[ask.Target] {
				b.Too = append(b.Too, ask.Target)
			}
		}
	}
	return b
}

func (s *Plan) View(width, height int) string {
	p := s.Page(width)
	title := "This is the plan. Nothing has been changed yet."
	if s.GoesOn {
		title = "This is what is left of the plan."
	}
	p.Say(s.Bold, title)
	p.Say(s.Plain, fmt.Sprintf("The bucket is %s. Each step is shown again, in full, before you say yes to it.", s.standing.Facts.Bucket))
	if terms := s.standing.Facts.Terms(); terms != "" {
		p.Gap().Say(s.Plain, terms)
	}
	p.Say(s.Dim, s.total())
	switch n := s.warnings(); {
	case n == 1:
		p.Say(s.Warn, "1 warning is below the steps.")
	case n > 1:
		p.Say(s.Warn, fmt.Sprintf("%d warnings are below the steps.", n))
	}
	p.Gap()
	room := height - len(p.Lines)
	body, cursor, last := s.steps(width, true)
	if len(body) > room {
		body, cursor, last = s.steps(width, false)
	}
	at := max(cursor, min(last, cursor+room/2-2))
	s.below = max(0, min(s.below, len(body)-(room-room/2)-at))
	return p.Add(s.Window(body, room, at+s.below)...).String()
}

func (s *Plan) warnings() (n int) {
	for _, f := range s.Findings {
		if f.Level == steps.Warning {
			n++
		}
	}
	return n
}

// total sums up what the steps would change.
func (s *Plan) total() string {
	changes, removed := 0, 0
	for _, c := range s.changes {
		for _, o := range c.List {
			switch {
			case !o.Does.Changes:
			case c.Step.CleanUp:
				removed++
			default:
				changes++
			}
		}
	}
	switch {
	case changes == 0:
		return fmt.Sprintf("In all %d to remove.", removed)
	case changes == 1 && removed == 0:
		return "In all 1 change."
	case removed == 0:
		if changes == 1 {
			return "It is one change or test in all."
		}
		return fmt.Sprintf("In all %d changes and tests.", changes)
	}
	return fmt.Sprintf("In all %d changes and tests, and %d to remove at the end.", changes, removed)
}

// steps draws all steps, with what each does or only that of the one under the
// cursor, and says where the cursor is and where what belongs to it ends.
func (s *Plan) steps(width int, all bool) (lines []string, cursor, last int) {
	body := s.Page(width)
	for i, r := range s.rows {
		lead := "  "
		if i == s.at {
			cursor, lead = len(body.Lines), s.Paint(draw.MarkNow)+" "
		}
		c := s.changes[r.change]
		if r.ask >= 0 {
			s.ask(body, lead, c.Asks[r.ask])
			continue
		}
		s.step(body, lead, c, i == s.at)
		if here, _ := s.under(); all || here.Step.ID == c.Step.ID || s.standing.Facts.Journey == "cleanup" {
			s.does(body, c)
		}
		if i == s.at {
			last = len(body.Lines) - 1
		}
	}
	for _, f := range steps.Told(s.Findings) {
		mark := draw.MarkLook
		if f.Level == steps.Note {
			mark = draw.MarkLater
		}
		body.Marked(mark, f.Text)
	}
	if said := steps.InOrder(s.Findings); said != "" {
		body.Marked(draw.MarkDone, said)
	}
	if s.AsksKey {
		body.Marked(draw.MarkLook, "Next you are asked where the new access key goes.")
	}
	return body.Lines, cursor, max(cursor, last)
}

// step draws who acts in a step, and its name.
func (s *Plan) step(p *draw.Page, lead string, c Foreseen, here bool) {
	title := s.Bold.Render(c.Step.Title)
	if here {
		title = s.Accent.Render(c.Step.Title)
	}
	if c.Step.Optional {
		state := s.Accent.Render("[x] do it")
		if s.off[c.Step.ID] {
			state = s.Dim.Render("[ ] skipped")
		}
		title += "  " + state
	}
	p.Add(draw.Cut(lead+fmt.Sprintf("%2d ", s.number(c))+s.Side(c.Step.Side).Render(draw.Fill(strings.ToLower(draw.SideName(c.Step.Side)), 9))+" "+title, p.Width))
}

// does draws what a step makes or removes, and of a clean-up what stays.
func (s *Plan) does(p *draw.Page, c Foreseen) {
	indent := strings.Repeat(" ", 15)
	said := map[string]bool{}
	for _, d := range c.List {
		if !said[d.Does.Summary] {
			said[d.Does.Summary] = true
			p.Behind(indent+s.Dim.Render("- "), 17, d.Does.Summary)
		}
	}
	if len(c.List) == 0 {
		p.Behind(indent, 15, nothing(c.Change))
	}
	switch {
	case !c.Step.CleanUp:
	case slices.ContainsFunc(c.Asks, func(a steps.Ask) bool { return s.too[a.Target] }):
		p.Behind(indent, 15, "What was switched on is deleted too. The step shows it in full, and says what stays.")
	default:
		for _, n := range c.Notes {
			p.Behind(indent+s.Paint(draw.MarkLook)+" ", 17, n)
		}
	}
}

// ask draws something that others added, and whether it is to be deleted too.
func (s *Plan) ask(p *draw.Page, lead string, a steps.Ask) {
	box := "[ ] "
	if s.too[a.Target] {
		box = "[x] "
	}
	p.Behind(strings.Repeat(" ", 13)+lead+box, 19, "delete too: "+a.What)
	if !s.too[a.Target] {
		p.Behind(strings.Repeat(" ", 19), 19, "Else it stays, and the commands that remove it are said at the end.")
	}
}

// number is that of a step in the journey, as everywhere.
func (s *Plan) number(c Foreseen) int {
	return 1 + slices.IndexFunc(s.standing.Steps, func(e run.StepEnd) bool { return e.Step.ID == c.Step.ID })
}

func (s *Plan) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Named(keys.Enter, "begin"), keys.Move}
	if c, ask := s.under(); ask != nil || c.Step.Optional {
		b = append(b, keys.Named(keys.Toggle, "switch on or off"))
	}
	return append(b, keys.Back, keys.Help, keys.Quit)
}

func (s *Plan) FullHelp() [][]key.Binding {
	return [][]key.Binding{s.ShortHelp(), {keys.Home, keys.End}}
}
