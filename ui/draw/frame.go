package draw

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/help"
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// The smallest window that all fits in, and the one that has a side bar.
const (
	leastWidth, leastHeight = 60, 20
	sideBarFrom             = 100
)

// TooSmall tells that a window is too small for anything to be decided in it.
func TooSmall(width, height int) bool { return width < leastWidth || height < leastHeight }

// A Frame is what stands around a screen: where one is, how far the steps are, who
// can do what, and the keys that are valid now.
type Frame struct {
	*Theme
	Facts  steps.Facts  // what is known
	Steps  []steps.Info // of the journey; none: it is not chosen yet
	States []string     // what became of each: "done", "skipped" or ""; none: no run has begun
	At     int          // the step that is to be done next
	Failed bool         // it was tried, and did not work
	Shown  int          // the step that the screen is about; len(Steps): none

	NoUsers string // what to say where none is known; "": nothing
	Demo    bool
	Plays   string               // when it goes on by itself, "": it does not
	Say     string               // what there is to say at the moment
	Keys    func() []key.Binding // that are valid now, once the screen is drawn
	Small   string               // what to do where the window is too small
}

// Around draws the frame with a screen in it. No line is wider than the window, and
// there are as many as it has.
func (f Frame) Around(screen func(width, height int) string, width, height int) string {
	if TooSmall(width, height) {
		return f.inASCII(f.tooSmall(width, height))
	}
	rows := height - 4
	side := 0
	if width >= sideBarFrom && len(f.Steps) > 0 {
		side = max(36, min(56, width-82))
	}
	inner := width - 2
	var bar []string
	if side > 0 {
		inner -= side + 3
		bar = f.sideBar(side, rows)
	}
	inner = min(inner, 120)
	body := strings.Split(screen(inner, rows), "\n")
	rule := f.Dim.Render(strings.Repeat("─", width))
	var b strings.Builder
	b.WriteString(Fill(f.header(width), width) + "\n" + f.story(width) + "\n")
	for i := range rows {
		b.WriteString(" ")
		if side > 0 {
			b.WriteString(Fill(lineOf(bar, i), side) + f.Dim.Render("│") + " ")
		}
		b.WriteString(Cut(lineOf(body, i), inner) + "\n")
	}
	b.WriteString(f.said(rule, width) + "\n" + f.footer(width))
	return f.inASCII(b.String())
}

func lineOf(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// tooSmall says what is wrong, on whatever room there is.
func (f Frame) tooSmall(width, height int) string {
	text := f.Small
	if text == "" {
		text = fmt.Sprintf("This window is %dx%d, and crossgrant needs %dx%d. Make it larger: everything is as you left it. ctrl+c leaves.", width, height, leastWidth, leastHeight)
	}
	p := f.Page(max(1, width)).Say(f.Plain, text)
	for i, l := range p.Lines {
		p.Lines[i] = Cut(l, width)
	}
	return strings.Join(p.Lines[:min(len(p.Lines), height)], "\n")
}

// header says where one is: the bucket, the firm, and how far.
func (f Frame) header(width int) string {
	left := " " + f.Accent.Render("crossgrant")
	if k := f.Facts; k.Bucket != "" && k.Firm.Account != "" {
		left += "   " + f.customer.Render(safe.Line(k.Bucket)) + " ← " + f.firm.Render("firm "+policy.Dashed(k.Firm.Account))
	} else if k.Journey != "" {
		left += "   " + f.Dim.Render(k.Journey)
	}
	right := ""
	if f.Demo {
		right = f.badge.Render(" DEMO ") + " "
	}
	if f.Plays != "" {
		right = f.Dim.Render(f.Plays) + "  " + right
	}
	return Fill(left, width-ansi.StringWidth(right)) + right
}

// story is the rule below the header: the steps of both companies, each a sign in its
// company's colour.
func (f Frame) story(width int) string {
	var b strings.Builder
	long, group := 0, ""
	add := func(style lipgloss.Style, s string) {
		b.WriteString(style.Render(s))
		long += ansi.StringWidth(s)
	}
	if len(f.States) > 0 {
		for i, info := range f.Steps {
			name := SideName(info.Side)
			if info.CleanUp {
				name = "CLEAN UP"
			}
			if name != group {
				add(f.Dim, "──")
				style := f.Side(info.Side)
				if info.CleanUp {
					style = f.Plain
				}
				add(style.Bold(true), " "+name+" ")
				group = name
			}
			m := f.mark(i)
			add(f.Side(info.Side), map[string]string{MarkDone.Word: "●", MarkNow.Word: "◉", MarkOff.Word: "-", MarkFailed.Word: "!"}[m.Word])
			if m == MarkLater {
				add(f.Dim, "○")
			}
		}
		add(f.Plain, " ")
	}
	if long > width {
		return f.Dim.Render(strings.Repeat("─", width))
	}
	return b.String() + f.Dim.Render(strings.Repeat("─", width-long))
}

// said is the rule above the keys, with what there is to say at the moment.
func (f Frame) said(rule string, width int) string {
	if f.Say == "" {
		return rule
	}
	text := Cut(" "+safe.Line(f.Say)+" ", width-4)
	return f.Dim.Render("──") + f.Warn.Render(text) + f.Dim.Render(strings.Repeat("─", max(0, width-2-ansi.StringWidth(text))))
}

// footer shows the keys. Where they have no room, those in the middle are left to the
// help: the way forward, the help and the way out are always in sight.
func (f Frame) footer(width int) string {
	valid := f.Keys()
	if len(valid) == 0 {
		return ""
	}
	h := help.New()
	h.ShortSeparator = "   "
	h.Styles.ShortKey, h.Styles.ShortDesc, h.Styles.ShortSeparator = f.Bold, f.Dim, f.Plain
	for len(valid) > 3 && ansi.StringWidth(h.ShortHelpView(valid)) > width-2 {
		valid = slices.Delete(slices.Clone(valid), len(valid)-3, len(valid)-2)
	}
	h.Width = width - 2
	return " " + h.ShortHelpView(valid)
}

// sideBar lists the steps with their marks, who can do what, and the two gates.
func (f Frame) sideBar(width, height int) []string {
	p := f.Page(width)
	f.steps(p)
	access := f.Facts.Access()
	if f.NoUsers != "" || len(access.Rows) > 0 {
		p.Gap().Add(f.whoCan(access, f.NoUsers, width-1)...)
	}
	return p.Lines[:min(len(p.Lines), height)]
}

// steps lists the steps, in groups by whose account they change.
func (f Frame) steps(p *Page) {
	group := ""
	for i, info := range f.Steps {
		name, account := SideName(info.Side), f.Facts.Customer.Account
		if info.Side == steps.Firm {
			account = f.Facts.Firm.Account
		}
		if info.CleanUp {
			name, account = "CLEAN UP", ""
		}
		if name != group {
			group = name
			title := f.Bold.Render(name)
			if !info.CleanUp {
				title = f.Side(info.Side).Bold(true).Render(name) + " " + f.Dim.Render(policy.Dashed(account))
			}
			p.Add(title)
		}
		m := f.mark(i)
		title := fmt.Sprintf("%2d %s", i+1, info.Title)
		if m == MarkNow {
			title = f.Accent.Render(title)
		}
		p.Add(Cut(" "+f.Paint(m)+" "+title, p.Width-1))
	}
	p.Add(f.Dim.Render(" ✓ done  ▸ now  · to come"))
}

// mark is what became of a step, or that the screen is about it.
func (f Frame) mark(i int) Mark {
	switch {
	case len(f.States) == 0:
		return MarkLater
	case i == f.At && f.Failed:
		return MarkFailed
	case i == f.Shown:
		return MarkNow
	case f.States[i] == "done":
		return MarkDone
	case f.States[i] == "skipped":
		return MarkOff
	}
	return MarkLater
}
