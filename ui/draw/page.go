package draw

import (
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/shell"
	"crossgrant/ui/safe"
)

// Wrap breaks a text at its spaces alone, so that a name, a key or an account stays
// whole, except where it is longer than a line. A command at its end that a line does
// not hold is broken where a shell goes on reading.
func Wrap(s string, width int) []string {
	s = strings.TrimSpace(safe.Text(s))
	said, command := shell.AtEnd(s)
	one, laid := safe.Line(said)+" "+command, Folded(command, width)
	switch {
	case command == "" || slices.ContainsFunc(laid, func(l string) bool { return ansi.StringWidth(l) > width }):
		return wrap(s, width, true)
	case ansi.StringWidth(one) <= width:
		return []string{one}
	}
	return append(wrap(said, width, true), laid...)
}

// Whole is Wrap for an ordinary terminal, which goes on by itself where a word is longer
// than a line: a path that was broken could not be copied.
func Whole(s string, width int) []string { return wrap(safe.Text(s), width, false) }

func wrap(s string, width int, cut bool) []string {
	width = max(width, 8)
	var lines []string
	last := ""
	for _, word := range shell.Fields(s) {
		switch {
		case last == "":
			last = word
		case ansi.StringWidth(last)+1+ansi.StringWidth(word) <= width:
			last += " " + word
		default:
			lines, last = append(lines, last), word
		}
		for cut && ansi.StringWidth(last) > width {
			lines, last = append(lines, ansi.Truncate(last, width, "")), ansi.TruncateLeft(last, width, "")
		}
	}
	return append(lines, last)
}

// A Page is lines that were put together.
type Page struct {
	*Theme
	Width int
	Lines []string
}

// Page begins a page.
func (t *Theme) Page(width int) *Page { return &Page{Theme: t, Width: width} }

// Add adds lines as they are.
func (p *Page) Add(lines ...string) *Page {
	p.Lines = append(p.Lines, lines...)
	return p
}

// Gap adds an empty line.
func (p *Page) Gap() *Page { return p.Add("") }

// Widest is how wide a text is at most: what is wider is hard to read.
const Widest = 90

// Say adds a text, wrapped.
func (p *Page) Say(style lipgloss.Style, s string) *Page {
	for _, l := range Wrap(s, min(p.Width, Widest)) {
		p.Add(style.Render(l))
	}
	return p
}

// Command adds commands as they are: a shell must take what is on the screen for the
// same, so they are broken only where it goes on reading.
func (p *Page) Command(command string) *Page {
	for l := range strings.SplitSeq(Laid(command), "\n") {
		p.Add("  " + l)
	}
	return p
}

// Marked adds a text behind a mark, wrapped under itself.
func (p *Page) Marked(m Mark, s string) *Page { return p.Behind(p.Paint(m)+" ", 2, s) }

// Named adds a text behind its name.
func (p *Page) Named(name string, width int, s string) *Page {
	return p.Behind(p.Dim.Render(Fill(name, width-1))+" ", width, s)
}

// Behind adds a text behind what leads to it, which is so and so wide.
func (p *Page) Behind(lead string, width int, s string) *Page {
	for _, l := range Wrap(s, min(p.Width, Widest)-width) {
		p.Add(lead + l)
		lead = strings.Repeat(" ", width)
	}
	return p
}

// Bar is how much of something is done.
func (t *Theme) Bar(done, of, width int) string {
	full := width
	if of > 0 {
		full = width * min(done, of) / of
	}
	return t.Accent.Render(strings.Repeat("█", full)) + t.Dim.Render(strings.Repeat("░", width-full))
}

// Focus puts a bar beside the lines from this one on, which leave two columns for it: here
// is what the keys are for.
func (p *Page) Focus(from int) {
	for i, l := range p.Lines[from:] {
		p.Lines[from+i] = p.Accent.Render("┃") + " " + strings.TrimPrefix(l, "  ")
	}
}

func (p *Page) String() string { return strings.Join(p.Lines, "\n") }
