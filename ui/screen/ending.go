package screen

import (
	"fmt"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/safe"
)

// An Ending is how a run ended, for the last screen, for a file and for the
// ordinary terminal afterwards. There is no secret in what it is made of.
type Ending struct {
	Code     int    // the program's
	Now      string // what is true now
	Warnings []string
	Gone     []string // what a clean-up removed
	Wanted   []string // what the run made and is to stay
	Left     []string // what it made and should not be there any more
	Commands []string // for what a clean-up could not remove
	CleanUp  string   // the command that takes it all back
	Path     string   // of the record
	Facts    steps.Facts
	Steps    []StepEnd
}

// A StepEnd is what became of a step.
type StepEnd struct {
	Step  steps.Info
	State string // "done", "skipped" or ""
	Now   string
}

// cleanUpDoes says what the command to clean up is for.
func (e Ending) cleanUpDoes() string {
	if e.Facts.Journey == "cleanup" {
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

// Markdown is the report as a file.
func (e Ending) Markdown() string {
	var b strings.Builder
	f := e.Facts
	fmt.Fprintf(&b, "# crossgrant %s", f.Journey)
	if f.Run != "" {
		b.WriteString(", run " + f.Run)
	}
	fmt.Fprintf(&b, "\n\n%s\n", safe.Line(e.Now))
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
	part("Warnings", e.Warnings)
	part("Left behind", e.Left)
	part("Gone", e.Gone)
	part("Made, and stays", e.Wanted)
	if len(e.Commands) > 0 {
		fmt.Fprintf(&b, "\n## To remove by hand what could not be removed\n\n```sh\n%s\n```\n", safe.Text(strings.Join(e.Commands, "\n")))
	}
	if e.CleanUp != "" {
		fmt.Fprintf(&b, "\n## %s\n\n    %s\n", e.cleanUpDoes(), e.CleanUp)
	}
	b.WriteString("\n## Steps\n\n")
	for i, s := range e.Steps {
		word := map[string]string{"done": "done", "skipped": "left out"}[s.State]
		if word == "" {
			word = "not done"
		}
		fmt.Fprintf(&b, "%d. %s: %s.", i+1, s.Step.Title, word)
		if s.Now != "" {
			b.WriteString(" " + safe.Line(s.Now))
		}
		b.WriteString("\n")
	}
	if e.Path != "" {
		fmt.Fprintf(&b, "\nThe record of the run: `%s`\n", e.Path)
	}
	return b.String()
}

// cell is a text that may stand in a table.
func cell(s string) string { return strings.ReplaceAll(safe.Line(s), "|", `\|`) }

// Text is the report for the ordinary terminal.
func (e Ending) Text() string {
	var b strings.Builder
	say := func(text string) { b.WriteString(strings.Join(draw.Wrap(text, 78), "\n") + "\n") }
	say(e.Now)
	for _, w := range e.Warnings {
		say("Note: " + draw.Sentence(w))
	}
	for _, l := range e.Left {
		b.WriteString("  left: " + safe.Line(l) + "\n")
	}
	for _, g := range e.Gone {
		b.WriteString("  gone: " + safe.Line(g) + "\n")
	}
	if len(e.Commands) > 0 {
		b.WriteString("To remove by hand what could not be removed:\n" + safe.Text(strings.Join(e.Commands, "\n")) + "\n")
	}
	if e.CleanUp != "" {
		b.WriteString(e.cleanUpDoes() + ": " + e.CleanUp + "\n")
	}
	if e.Path != "" {
		b.WriteString("The record of the run: " + e.Path + "\n")
	}
	return b.String()
}
