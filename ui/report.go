package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
	"crossgrant/ui/safe"
)

// A report is how a run ended, for the last screen, for a file and for the
// ordinary terminal afterwards. There is no secret in what it is made of.
type report struct {
	code     int
	now      string // what is true now
	warnings []string
	gone     []string // what a clean-up removed
	wanted   []string // what the run made and is to stay
	left     []string // what it made and should not be there any more
	commands []string // for what a clean-up could not remove
	cleanUp  string   // the command that takes it all back
	path     string   // of the record
	facts    steps.Facts
	steps    []reported
}

// A reported step is what became of one.
type reported struct {
	info  steps.Info
	state string // "done", "skipped" or ""
	now   string
}

// reportScreen ends a run.
type reportScreen struct {
	kit
	still
	scroll draw.Scroll
	report
	hint    string
	canUndo bool // taking back left something
}

func (s *reportScreen) Update(msg tea.Msg) (action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Enter, keys.Quit):
		return quitNow{}, nil
	case key.Matches(m, keys.Undo) && s.canUndo:
		return undoAll{}, nil
	case key.Matches(m, keys.Save):
		return saved{fileName(s.facts, "report.md"), s.markdown()}, nil
	}
	s.scroll.Update(m)
	return nil, nil
}

func (s *reportScreen) View(width, height int) string {
	p := s.Page(width).Say(s.Bold, "What is true now").Say(s.Plain, s.now)
	for _, w := range s.warnings {
		p.Marked(draw.MarkLook, w)
	}
	s.list(p, "This is left behind", s.left)
	s.list(p, "This is gone", s.gone)
	s.list(p, "This run has made, and it stays", s.wanted)
	if len(s.commands) > 0 {
		p.Gap().Say(s.Bold, "To remove by hand what could not be removed")
		for l := range strings.SplitSeq(strings.Join(s.commands, "\n"), "\n") {
			p.Add("  " + safe.Text(l))
		}
	}
	if s.cleanUp != "" {
		p.Gap().Say(s.Bold, s.cleanUpDoes()).Say(s.Plain, s.cleanUp)
	}
	if len(s.steps) > 0 {
		p.Gap().Say(s.Bold, "What was done")
		for i, r := range s.steps {
			m, word := stateMark(r.state)
			p.Add(draw.Cut(fmt.Sprintf("%s %2d %s  %s", s.Paint(m), i+1, draw.Fill(r.info.Title, 36), s.Dim.Render(word)), width))
		}
	}
	if s.path != "" {
		p.Gap().Named("Record", 8, s.path)
	}
	if s.hint != "" {
		p.Gap().Say(s.Dim, fromOutside).Behind("  ", 2, s.hint)
	}
	return strings.Join(s.scroll.Part(s.Theme, p.Lines, height), "\n")
}

func (s *reportScreen) list(p *draw.Page, title string, items []string) {
	if len(items) == 0 {
		return
	}
	p.Gap().Say(s.Bold, title)
	for _, i := range items {
		p.Behind("- ", 2, i)
	}
}

// cleanUpDoes says what the command to clean up is for.
func (r report) cleanUpDoes() string {
	if r.facts.Journey == "cleanup" {
		return "To look again, and remove what can go then"
	}
	return "To take it all back"
}

// fileName is the name of a file about a run, if there is one run that it is about.
func fileName(f steps.Facts, about string) string {
	if f.Run == "" {
		return "crossgrant-" + about
	}
	return "crossgrant-" + f.Run + "-" + about
}

// state is the mark and the word of what became of a step.
func stateMark(state string) (draw.Mark, string) {
	switch state {
	case "done":
		return draw.MarkDone, "done"
	case "skipped":
		return draw.MarkOff, "left out"
	}
	return draw.MarkLater, "not done"
}

// markdown is the report as a file.
func (r report) markdown() string {
	var b strings.Builder
	f := r.facts
	fmt.Fprintf(&b, "# crossgrant %s", f.Journey)
	if f.Run != "" {
		b.WriteString(", run " + f.Run)
	}
	fmt.Fprintf(&b, "\n\n%s\n", safe.Line(r.now))
	fmt.Fprintf(&b, "\n| | account | profile |\n| --- | --- | --- |\n| customer | %s | %s |\n| firm | %s | %s |\n",
		policy.Dashed(f.Customer.Account), cell(f.CustomerProfile), policy.Dashed(f.Firm.Account), cell(f.FirmProfile))
	fmt.Fprintf(&b, "\nBucket: `%s` in %s\n", safe.Line(f.Bucket), f.Region)
	part := func(title string, items []string) {
		if len(items) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n## %s\n\n", title)
		for _, i := range items {
			fmt.Fprintf(&b, "- %s\n", safe.Line(i))
		}
	}
	part("Warnings", r.warnings)
	part("Left behind", r.left)
	part("Gone", r.gone)
	part("Made, and stays", r.wanted)
	if len(r.commands) > 0 {
		fmt.Fprintf(&b, "\n## To remove by hand what could not be removed\n\n```sh\n%s\n```\n", safe.Text(strings.Join(r.commands, "\n")))
	}
	if r.cleanUp != "" {
		fmt.Fprintf(&b, "\n## %s\n\n    %s\n", r.cleanUpDoes(), r.cleanUp)
	}
	b.WriteString("\n## Steps\n\n")
	for i, s := range r.steps {
		word := map[string]string{"done": "done", "skipped": "left out"}[s.state]
		if word == "" {
			word = "not done"
		}
		fmt.Fprintf(&b, "%d. %s: %s.", i+1, s.info.Title, word)
		if s.now != "" {
			b.WriteString(" " + safe.Line(s.now))
		}
		b.WriteString("\n")
	}
	if r.path != "" {
		fmt.Fprintf(&b, "\nThe record of the run: `%s`\n", r.path)
	}
	return b.String()
}

// cell is a text that may stand in a table.
func cell(s string) string { return strings.ReplaceAll(safe.Line(s), "|", `\|`) }

// text is the report for the ordinary terminal.
func (r report) text() string {
	var b strings.Builder
	say := func(text string) { b.WriteString(strings.Join(draw.Wrap(text, 78), "\n") + "\n") }
	say(r.now)
	for _, w := range r.warnings {
		say("Note: " + draw.Sentence(w))
	}
	for _, l := range r.left {
		b.WriteString("  left: " + safe.Line(l) + "\n")
	}
	for _, g := range r.gone {
		b.WriteString("  gone: " + safe.Line(g) + "\n")
	}
	if len(r.commands) > 0 {
		b.WriteString("To remove by hand what could not be removed:\n" + safe.Text(strings.Join(r.commands, "\n")) + "\n")
	}
	if r.cleanUp != "" {
		b.WriteString(r.cleanUpDoes() + ": " + r.cleanUp + "\n")
	}
	if r.path != "" {
		b.WriteString("The record of the run: " + r.path + "\n")
	}
	return b.String()
}

func (s *reportScreen) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Named(keys.Enter, "finish"), keys.Named(keys.Save, "save this report")}
	if s.canUndo {
		b = append(b, keys.Named(keys.Undo, "try again to take it back"))
	}
	return append(append(b, s.scroll.Keys()...), keys.Help, keys.Quit)
}

func (s *reportScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
