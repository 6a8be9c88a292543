package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// A report is how a run ended, for the last screen, for a file and for the
// ordinary terminal afterwards. There is no secret in what it is made of.
type report struct {
	code     int
	now      string // what is true now
	warnings []string
	wanted   []string // what the run made and is to stay
	left     []string // what it made and should not be there any more
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
	scroll
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
	case key.Matches(m, keys.enter, keys.quit):
		return quitNow{}, nil
	case key.Matches(m, keys.undo) && s.canUndo:
		return undoAll{}, nil
	case key.Matches(m, keys.save):
		return saved{"crossgrant-" + s.facts.Run + "-report.md", s.markdown()}, nil
	}
	s.update(m)
	return nil, nil
}

func (s *reportScreen) View(width, height int) string {
	p := s.page(width).say(s.bold, "What is true now").say(s.plain, s.now)
	for _, w := range s.warnings {
		p.marked(markLook, w)
	}
	s.list(p, "This is left behind", s.left)
	s.list(p, "This run has made, and it stays", s.wanted)
	if s.cleanUp != "" {
		p.gap().say(s.bold, "To take it all back").say(s.plain, s.cleanUp)
	}
	if len(s.steps) > 0 {
		p.gap().say(s.bold, "What was done")
		for i, r := range s.steps {
			m, word := s.state(r.state)
			p.add(cut(fmt.Sprintf("%s %2d %s  %s", s.paint(m), i+1, fill(r.info.Title, 36), s.dim.Render(word)), width))
		}
	}
	if s.path != "" {
		p.gap().field("Record", 8, s.path)
	}
	if s.hint != "" {
		p.gap().say(s.dim, fromOutside).behind("  ", 2, s.hint)
	}
	return strings.Join(s.part(s.theme, p.lines, height), "\n")
}

func (s *reportScreen) list(p *page, title string, items []string) {
	if len(items) == 0 {
		return
	}
	p.gap().say(s.bold, title)
	for _, i := range items {
		p.behind("- ", 2, i)
	}
}

// state is the mark and the word of what became of a step.
func (t *theme) state(state string) (mark, string) {
	switch state {
	case "done":
		return markDone, "done"
	case "skipped":
		return markOff, "left out"
	}
	return markLater, "not done"
}

// markdown is the report as a file.
func (r report) markdown() string {
	var b strings.Builder
	f := r.facts
	fmt.Fprintf(&b, "# crossgrant %s, run %s\n\n%s\n", f.Journey, f.Run, safe.Line(r.now))
	fmt.Fprintf(&b, "\n| | account | profile |\n| --- | --- | --- |\n| customer | %s | %s |\n| firm | %s | %s |\n",
		steps.Dashed(f.Customer.Account), cell(f.CustomerProfile), steps.Dashed(f.Firm.Account), cell(f.FirmProfile))
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
	part("Made, and stays", r.wanted)
	if r.cleanUp != "" {
		fmt.Fprintf(&b, "\n## To take it all back\n\n    %s\n", r.cleanUp)
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
	say := func(text string) { b.WriteString(strings.Join(wrap(text, 78), "\n") + "\n") }
	say(r.now)
	for _, w := range r.warnings {
		say("Note: " + sentence(w))
	}
	for _, l := range r.left {
		b.WriteString("  left: " + safe.Line(l) + "\n")
	}
	if r.cleanUp != "" {
		b.WriteString("To take it all back: " + r.cleanUp + "\n")
	}
	if r.path != "" {
		b.WriteString("The record of the run: " + r.path + "\n")
	}
	return b.String()
}

func (s *reportScreen) ShortHelp() []key.Binding {
	b := []key.Binding{named(keys.enter, "finish"), named(keys.save, "save this report")}
	if s.canUndo {
		b = append(b, named(keys.undo, "try again to take it back"))
	}
	return append(append(b, s.scrollKeys()...), keys.help, keys.quit)
}

func (s *reportScreen) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
