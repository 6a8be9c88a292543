package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// wrap breaks a text at its spaces alone, so that a name, a key or an account stays
// whole, except where it is longer than a line.
func wrap(s string, width int) []string {
	width = max(width, 8)
	var lines []string
	last := ""
	for word := range strings.FieldsSeq(safe.Text(s)) {
		switch {
		case last == "":
			last = word
		case ansi.StringWidth(last)+1+ansi.StringWidth(word) <= width:
			last += " " + word
		default:
			lines, last = append(lines, last), word
		}
		for ansi.StringWidth(last) > width {
			lines, last = append(lines, ansi.Truncate(last, width, "")), ansi.TruncateLeft(last, width, "")
		}
	}
	return append(lines, last)
}

// A page is lines that were put together.
type page struct {
	*theme
	width int
	lines []string
}

func (t *theme) page(width int) *page { return &page{theme: t, width: width} }

// add adds lines as they are.
func (p *page) add(lines ...string) *page {
	p.lines = append(p.lines, lines...)
	return p
}

// gap adds an empty line.
func (p *page) gap() *page { return p.add("") }

// say adds a text, wrapped.
func (p *page) say(style lipgloss.Style, s string) *page {
	for _, l := range wrap(s, p.width) {
		p.add(style.Render(l))
	}
	return p
}

// marked adds a text behind a mark, wrapped under itself.
func (p *page) marked(m mark, s string) *page { return p.behind(p.paint(m)+" ", 2, s) }

// field adds a text behind its name.
func (p *page) field(name string, width int, s string) *page {
	return p.behind(p.dim.Render(fill(name, width-1))+" ", width, s)
}

func (p *page) behind(lead string, width int, s string) *page {
	for _, l := range wrap(s, p.width-width) {
		p.add(lead + l)
		lead = strings.Repeat(" ", width)
	}
	return p
}

func (p *page) String() string { return strings.Join(p.lines, "\n") }

// json colours a document's indented text.
func (t *theme) json(text string) []string {
	var lines []string
	for l := range strings.SplitSeq(strings.TrimRight(safe.Text(text), "\n"), "\n") {
		lines = append(lines, t.jsonLine(l))
	}
	return lines
}

func (t *theme) jsonLine(l string) string {
	body := strings.TrimLeft(l, " ")
	indent := l[:len(l)-len(body)]
	if name, value, ok := strings.Cut(body, `": `); ok && strings.HasPrefix(body, `"`) {
		return indent + t.property.Render(name+`"`) + t.bracket.Render(":") + " " + t.jsonValue(value)
	}
	return indent + t.jsonValue(body)
}

func (t *theme) jsonValue(v string) string {
	if strings.ContainsAny(v, `"0123456789tfn`) {
		bare := strings.TrimRight(v, ",")
		return t.literal.Render(bare) + v[len(bare):]
	}
	return t.bracket.Render(v)
}

// around is how many unchanged lines stand around a change.
const around = 3

// diff draws the difference of two documents. Long parts that stay are folded.
func (t *theme) diff(before, after *policy.Document) []string {
	all := policy.Diff(before, after)
	var lines []string
	for i := 0; i < len(all); {
		end := i
		for end < len(all) && all[end].Kind == policy.Kept {
			end++
		}
		if head, tail := min(around, i), min(around, len(all)-end); end-i > head+tail+1 {
			lines = t.diffLines(lines, all[i:i+head])
			lines = append(lines, t.dim.Render(fmt.Sprintf("  … %d lines that stay as they are", end-i-head-tail)))
			i = end - tail
		}
		for end < len(all) && all[end].Kind != policy.Kept {
			end++
		}
		lines = t.diffLines(lines, all[i:end])
		i = end
	}
	return lines
}

func (t *theme) diffLines(lines []string, part []policy.Line) []string {
	for _, l := range part {
		text := safe.Text(l.Text)
		switch l.Kind {
		case policy.Added:
			lines = append(lines, t.added.Render("+ "+text))
		case policy.Removed:
			lines = append(lines, t.removed.Render("- "+text))
		default:
			lines = append(lines, t.dim.Render("  "+text))
		}
	}
	return lines
}

// sentence makes a summary without a full stop one.
func sentence(s string) string {
	s = safe.Line(s)
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") {
		return s
	}
	return s + "."
}

func (t *theme) side(s steps.Side) lipgloss.Style {
	if s == steps.Customer {
		return t.customerInk
	}
	return t.firmInk
}

// who names an actor at the start of a line. The name of a user stays as it is.
func who(f steps.Facts, a steps.Actor) string {
	name := safe.Line(f.Name(a))
	if rest, ok := strings.CutPrefix(name, "the "); ok {
		return "The " + rest
	}
	return name
}

// sideName is the heading of a group of steps.
func sideName(s steps.Side) string {
	if s == steps.Customer {
		return "CUSTOMER"
	}
	return "FIRM"
}

// done puts a receipt into words.
func done(d awsops.Description, r awsops.Receipt) string {
	switch {
	case r.Refused != "":
		return d.Summary + ": AWS refused it (" + r.Refused + ")"
	case r.Already:
		return d.Summary + ": it was so already"
	case r.KeyID != "" && !strings.Contains(d.Summary, r.KeyID):
		return d.Summary + ": " + r.KeyID
	}
	return d.Summary
}

// here leaves out of a piece of advice the flag that it names: on the screen one
// goes back and changes the answer.
func here(advice string) string {
	if i := strings.Index(advice, ", with --"); i > 0 {
		return advice[:i] + "."
	}
	return advice
}

// window is the part of lines that fits a height, with line at in it.
func window(lines []string, height, at int) []string {
	if len(lines) <= height {
		return lines
	}
	top := min(max(0, at-height/2), len(lines)-height)
	return lines[top : top+height]
}

// scrolled is window, with a sign where there is more.
func (t *theme) scrolled(lines []string, height, at int) []string {
	if len(lines) <= height || height < 4 {
		return window(lines, height, at)
	}
	part := slices.Clone(window(lines, height, at))
	if part[0] != lines[0] {
		part[0] = t.dim.Render("  ▴ more above")
	}
	if part[height-1] != lines[len(lines)-1] {
		part[height-1] = t.dim.Render("  ▾ more below")
	}
	return part
}
