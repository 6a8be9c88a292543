package draw

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// An Event is what tests showed: that it works, or a refusal that should come.
type Event struct {
	Refused           bool
	Title, Text, Foot string
}

// Events are what the tests among operations showed. Rest are the other operations.
func Events(f steps.Facts, list []Operation) (events []Event, rest []Operation) {
	var tried, readers []string
	var refused, wrote Operation
	for _, o := range list {
		verb, test := tests(o.Op)
		switch {
		case !test || !o.Ended || o.Problem != nil:
			rest = append(rest, o)
		case o.Receipt.Refused != "":
			tried, refused = append(tried, verb), o
		case verb == "write":
			wrote = o
		default:
			readers = append(readers, strings.Replace(Who(f, o.As), "The ", "the ", 1))
		}
	}
	if put, ok := wrote.Op.(awsops.PutObject); ok {
		text := Who(f, wrote.As) + " wrote a test file."
		if len(readers) > 0 {
			text += fmt.Sprintf(" Read by %s: the same %d bytes.", policy.Join(slices.Compact(readers), "and"), len(put.Body))
		}
		events = append(events, Event{Title: "200 OK", Text: text, Foot: wrote.Receipt.RequestID})
	}
	if len(tried) > 0 {
		text := fmt.Sprintf("%s tried to %s it. AWS refused.", Who(f, refused.As), policy.Join(tried, "and to"))
		if wrote.Op == nil {
			text = fmt.Sprintf("%s tried to %s a file. AWS refused.", Who(f, refused.As), policy.Join(tried, "and to"))
		}
		events = append(events, Event{Refused: true, Title: "403 " + refused.Receipt.Refused, Text: text, Foot: refused.Receipt.RequestID})
	}
	return events, rest
}

// tests tells what an operation on a test file tries.
func tests(op awsops.Operation) (verb string, test bool) {
	switch op := op.(type) {
	case awsops.PutObject:
		return "write", true
	case awsops.GetObject:
		return "read", true
	case awsops.DeleteObject:
		return "delete", op.Expect == awsops.Refused
	}
	return "", false
}

// Events draws events in frames, side by side where there is room.
func (t *Theme) Events(events []Event, width int) []string {
	width = min(width, widest)
	if len(events) != 2 || width < 70 {
		var lines []string
		for _, e := range events {
			lines = append(lines, t.event(e, min(width, 60), 0)...)
		}
		return lines
	}
	half := (width - 2) / 2
	rows := max(len(t.event(events[0], half, 0)), len(t.event(events[1], half, 0)))
	left, right := t.event(events[0], half, rows), t.event(events[1], half, rows)
	for i := range left {
		left[i] += "  " + right[i]
	}
	return left
}

// event draws one, with at least so many rows.
func (t *Theme) event(e Event, width, rows int) []string {
	mark, frame, aside := MarkYes, t.good, "as it should be"
	if e.Refused {
		mark, frame = MarkShut, t.Bad
	}
	if width < 44 {
		aside = "expected"
	}
	if !e.Refused {
		aside = ""
	}
	rule := func(left, title, aside, right string) string {
		if title != "" {
			title = " " + title + " "
		}
		if aside != "" {
			aside = " " + aside + " "
		}
		title = Cut(title, width-4)
		room := max(0, width-2-ansi.StringWidth(title)-ansi.StringWidth(aside))
		return frame.Render(left) + frame.Bold(true).Render(title) + frame.Render(strings.Repeat("─", room)+aside+right)
	}
	lines := []string{rule("╭", mark.Sign+" "+safe.Line(e.Title), aside, "╮")}
	for _, l := range Wrap(e.Text, width-4) {
		lines = append(lines, frame.Render("│ ")+Fill(l, width-4)+frame.Render(" │"))
	}
	for len(lines) < rows-1 {
		lines = append(lines, frame.Render("│ ")+Fill("", width-4)+frame.Render(" │"))
	}
	foot := ""
	if e.Foot != "" {
		foot = " " + Cut("request "+safe.Line(e.Foot), width-6) + " "
	}
	return append(lines, frame.Render("╰"+foot+strings.Repeat("─", max(0, width-2-ansi.StringWidth(foot)))+"╯"))
}
