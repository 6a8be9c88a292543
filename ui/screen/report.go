package screen

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
	"crossgrant/ui/safe"
)

// Report ends a run.
type Report struct {
	Env
	still
	Ending  run.Ending
	Hint    string         // how to look at the sandbox
	CanUndo bool           // taking back left something
	Checks  bool           // a check comes next, which the run was for
	Buckets []run.FleetRow // of a fleet
	scroll  draw.Scroll
}

func (s *Report) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter) && s.Checks:
		return Retry{}, nil
	case key.Matches(m, keys.Enter, keys.Quit):
		return Quit{}, nil
	case key.Matches(m, keys.Undo) && s.CanUndo:
		return UndoAll{}, nil
	case key.Matches(m, keys.Copy) && s.copies() != "":
		what := "The command"
		if s.copies() == s.Ending.Receipt {
			what = "The line for the firm"
		}
		return Copy{what, s.copies()}, nil
	case key.Matches(m, keys.Commands) && s.Ending.Script != "":
		return Save{fileName(s.Ending.Facts, "commands.sh"), s.Ending.Script}, nil
	case key.Matches(m, keys.Save):
		return Save{fileName(s.Ending.Facts, "report.md"), s.markdown()}, nil
	}
	s.scroll.Update(m)
	return nil, nil
}

func (s *Report) View(width, height int) string {
	e := s.Ending
	p := s.Page(width).Say(s.Bold, "Where things stand").Say(s.Plain, e.Now)
	for _, w := range e.Warnings {
		p.Marked(draw.MarkLook, w)
	}
	if e.Receipt != "" {
		p.Gap().Say(s.Bold, sendReceipt)
		from := len(p.Lines)
		for _, l := range whole(e.Receipt, p.Width-2) {
			p.Add("  " + s.Accent.Render(l))
		}
		p.Focus(from)
	}
	if s.Hint != "" && e.Deliver != "" {
		p.Gap().Say(s.Bold, "Deliver a first file from another terminal, while this program runs").Add(draw.Folded(e.Deliver, width)...)
	}
	for _, part := range parts(e) {
		if len(part.items) > 0 {
			p.Gap().Say(s.Bold, part.title)
		}
		for _, i := range part.items {
			p.Behind("- ", 2, i)
		}
	}
	if len(e.Commands) > 0 {
		p.Gap().Say(s.Bold, byHand).Command(strings.Join(e.Commands, "\n"))
	}
	for _, l := range laters(e) {
		if l.command == e.Receipt { // which stands above
			continue
		}
		p.Gap().Say(s.Bold, l.does).Add(draw.Folded(l.command, width)...)
	}
	if len(e.Steps) > 0 {
		p.Gap().Say(s.Bold, "What was done")
		for i, r := range e.Steps {
			m, word := stateMark(r.State)
			p.Add(draw.Cut(fmt.Sprintf("%s %2d %s  %s", s.Paint(m), i+1, draw.Fill(r.Step.Title, 36), s.Dim.Render(word)), width))
		}
	}
	if len(s.Buckets) > 0 {
		p.Gap().Say(s.Bold, "The buckets")
		s.buckets(p)
	}
	if e.Path != "" {
		p.Gap().Named("Record", 8, shell.Word(e.Path))
	}
	if s.Hint != "" {
		p.Gap().Say(s.Dim, fromOutside).Command(s.Hint)
	}
	return strings.Join(s.scroll.Part(s.Theme, p.Lines, height), "\n")
}

// whole is a receipt on lines of a width, each character of it: to read it takes the breaks out.
func whole(receipt string, width int) (lines []string) {
	for word := range strings.FieldsSeq(receipt) {
		if n := len(lines); n > 0 && len(lines[n-1])+1+len(word) <= width {
			lines[n-1] += " " + word
		} else {
			lines = append(lines, strings.Split(ansi.Hardwrap(word, width, false), "\n")...)
		}
	}
	return lines
}

// buckets draws those of a fleet: those that are not done first, each with why.
func (s *Report) buckets(p *draw.Page) {
	for _, r := range openFirst(s.Buckets) {
		m := draw.MarkDone
		if r.State != string(steps.RowDone) {
			m = draw.MarkFailed
		}
		p.Add(draw.Cut(s.Paint(m)+" "+draw.Fill(r.State, 8)+" "+safe.Line(r.Name)+"  "+s.Dim.Render(safe.Line(r.Whose)), p.Width))
		if r.Why != "" {
			p.Behind("           ", 11, r.Why)
		}
		for _, n := range r.Next {
			p.Behind("         - ", 11, n)
		}
	}
}

// markdown is the report as a file.
func (s *Report) markdown() string {
	if len(s.Buckets) > 0 {
		return fleetMarkdown(s.Ending, s.Buckets)
	}
	return Markdown(s.Ending)
}

// openFirst puts the buckets that are done last.
func openFirst(rows []run.FleetRow) []run.FleetRow {
	after := func(r run.FleetRow) int {
		if r.State == string(steps.RowDone) {
			return 1
		}
		return 0
	}
	return slices.SortedStableFunc(slices.Values(rows), func(a, b run.FleetRow) int {
		return cmp.Compare(after(a), after(b))
	})
}

// copies is what can be copied: the line for the firm, the command that delivers a first
// file, or the one that looks at a sandbox.
func (s *Report) copies() string { return cmp.Or(s.Ending.Receipt, s.Ending.Deliver, s.Hint) }

// stateMark is the mark and the word of what became of a step.
func stateMark(state string) (draw.Mark, string) {
	switch state {
	case "done":
		return draw.MarkDone, "done"
	case "skipped":
		return draw.MarkOff, "skipped"
	}
	return draw.MarkLater, "not done"
}

func (s *Report) ShortHelp() []key.Binding {
	enter := "finish"
	if s.Checks {
		enter = "check again"
	}
	b := []key.Binding{keys.Named(keys.Enter, enter), keys.Named(keys.Save, "save report")}
	if s.copies() != "" {
		b = append(b, keys.Copy)
	}
	if s.CanUndo {
		b = append(b, keys.Named(keys.Undo, "try again to undo it"))
	}
	if s.Ending.Script != "" {
		b = append(b, keys.Named(keys.Commands, "save commands"))
	}
	return append(append(b, s.scroll.Keys()...), keys.Help, keys.Quit)
}

func (s *Report) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
