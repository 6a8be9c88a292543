package screen

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/safe"
)

// How a run ended, in words: for the last screen, for a file, and for the ordinary
// terminal afterwards.

// created heads what a run made that is there now, or may be.
const created = "This run created the following (and, where marked perhaps, may have):"

// A part is what an ending says of one matter.
type part struct {
	title string
	items []string
}

// parts are what an ending lists.
func parts(e run.Ending) []part {
	all := []part{
		{"This is left behind", steps.Words(e.Left)},
		{"What to do next", e.Next},
		{notAlone, e.Notes},
		{"What you saw", e.Saw},
		{"This is gone", e.Gone},
		{"This run created these, and they stay", e.Kept},
	}
	if e.Problem != nil {
		all = append([]part{{"Why it ended", []string{strings.TrimSpace(draw.Sentence(e.Problem.Summary) + " " + e.Problem.Detail)}}}, all...)
	}
	return all
}

// Headings that stand in more than one place.
const (
	notAlone = "This stays, and is not this run's alone"
	byHand   = "To remove by hand what could not be removed"

	sendReceipt = "Send this line to the firm (there is no secret in it)"
)

// A later is a command for later, and what it is for.
type later struct{ does, command string }

// laters are the commands of an ending that are there.
func laters(e run.Ending) (all []later) {
	if e.Receipt != "" {
		all = append(all, later{sendReceipt, e.Receipt})
	}
	if e.Resume != "" {
		all = append(all, later{"To go on with it", e.Resume})
	}
	switch {
	case e.CleanUp == "":
	case e.Facts.Journey == "cleanup":
		all = append(all, later{"To look again, and remove what can go then", e.CleanUp})
	default:
		all = append(all, later{"To undo it all", e.CleanUp})
	}
	return all
}

// fileName is the name of a file about a run, if there is one run that it is about.
func fileName(f steps.Facts, about string) string {
	name := cmp.Or(f.Fleet, f.Run)
	if name == "" {
		return "crossgrant-" + about
	}
	return "crossgrant-" + name + "-" + about
}

// Markdown is an ending as a file.
func Markdown(e run.Ending) string {
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
	for _, p := range append([]part{{"Warnings", e.Warnings}}, parts(e)...) {
		if len(p.items) > 0 {
			fmt.Fprintf(&b, "\n## %s\n\n", p.title)
		}
		for _, i := range p.items {
			fmt.Fprintf(&b, "- %s\n", safe.Line(i))
		}
	}
	if len(e.Commands) > 0 {
		fmt.Fprintf(&b, "\n## %s\n\n```sh\n%s\n```\n", byHand, strings.Join(e.Commands, "\n"))
	}
	for _, l := range laters(e) {
		fmt.Fprintf(&b, "\n## %s\n\n    %s\n", l.does, l.command)
	}
	b.WriteString("\n## Steps\n\n")
	for i, s := range e.Steps {
		_, word := stateMark(s.State)
		fmt.Fprintf(&b, "%d. %s: %s.", i+1, s.Step.Title, word)
		if s.Now != "" {
			b.WriteString(" " + safe.Line(s.Now))
		}
		b.WriteString("\n")
	}
	if e.Path != "" {
		fmt.Fprintf(&b, "\nThe record of the run: `%s`\n", shell.Word(e.Path))
	}
	return b.String()
}

// fleetMarkdown is how a fleet ended, bucket by bucket, as a file.
func fleetMarkdown(e run.Ending, rows []run.FleetRow) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# crossgrant %s\n\n%s\n", e.Facts.Fleet, safe.Line(e.Now))
	for _, p := range parts(e) {
		if len(p.items) > 0 {
			fmt.Fprintf(&b, "\n## %s\n\n", p.title)
		}
		for _, i := range p.items {
			fmt.Fprintf(&b, "- %s\n", safe.Line(i))
		}
	}
	for _, l := range laters(e) {
		fmt.Fprintf(&b, "\n## %s\n\n    %s\n", l.does, l.command)
	}
	b.WriteString("\n## The buckets\n\n| bucket | account | state | why |\n| --- | --- | --- | --- |\n")
	for _, r := range openFirst(rows) {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(r.Name), cell(r.Whose), r.State, cell(r.Why))
	}
	return b.String()
}

// cell is a text that may stand in a table.
func cell(s string) string { return strings.ReplaceAll(safe.Line(s), "|", `\|`) }

// Text is an ending for the ordinary terminal, which must not break a command that is to
// be pasted.
func Text(e run.Ending, columns int) string {
	var b strings.Builder
	say := func(text string) { b.WriteString(strings.Join(draw.Whole(text, columns-2), "\n") + "\n") }
	list := func(lead string, items []string) {
		for _, i := range items {
			lines := []string{safe.Line(i)}
			if _, command := shell.AtEnd(i); command == "" {
				lines = draw.Whole(i, columns-2-len(lead))
			}
			b.WriteString(lead + strings.Join(lines, "\n"+strings.Repeat(" ", len(lead))) + "\n")
		}
	}
	say(e.Now)
	if p := e.Problem; p != nil {
		say(draw.Sentence(p.Summary) + " " + p.Detail)
		list("  - ", p.Fixes)
	}
	list("  - ", e.Saw)
	for _, w := range e.Warnings {
		say("Note: " + draw.Sentence(w))
	}
	list("  left: ", steps.Words(e.Left))
	list("  gone: ", e.Gone)
	if len(e.Notes) > 0 {
		say(notAlone + ":")
	}
	list("  - ", e.Notes)
	run := func(said, command string) {
		if one := said + " " + command; ansi.StringWidth(one) <= columns {
			b.WriteString(one + "\n")
			return
		}
		say(said)
		b.WriteString(strings.Join(draw.Pasted(command, columns), "\n") + "\n")
	}
	for _, n := range e.Next {
		if said, command := shell.AtEnd(n); command != "" {
			run(safe.Line(said), command)
		} else {
			say(n)
		}
	}
	if len(e.Commands) > 0 {
		b.WriteString(byHand + ":\n" + strings.Join(e.Commands, "\n") + "\n")
	}
	for _, l := range laters(e) {
		if l.command == e.Receipt { // on one line
			b.WriteString(l.does + ":\n" + l.command + "\n")
			continue
		}
		run(l.does+":", l.command)
	}
	if e.Path != "" {
		b.WriteString("The record of the run: " + shell.Word(e.Path) + "\n")
	}
	return b.String()
}
