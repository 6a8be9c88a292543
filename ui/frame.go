package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/help"
	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// The smallest screen that all fits on, and the one that has a side bar.
const (
	leastWidth, leastHeight = 80, 24
	sideBarFrom             = 100
)

// View draws the frame around the screen at hand. No line is wider than the
// terminal, and there are as many as it has.
func (a *App) View() string {
	switch {
	case a.width == 0:
		return ""
	case a.small():
		return a.screenText(a.tooSmall())
	}
	shown := a.shown()
	height := a.height - 4
	side := 0
	if a.width >= sideBarFrom && len(a.infos) > 0 {
		side = max(30, min(38, a.width-82))
	}
	width := a.width - 2
	var bar []string
	if side > 0 {
		width -= side + 3
		bar = a.sideBar(side, height)
	}
	body := strings.Split(shown.View(width, height), "\n")
	rule := a.dim.Render(strings.Repeat("─", a.width))
	var b strings.Builder
	b.WriteString(fill(a.header(), a.width) + "\n" + rule + "\n")
	for i := range height {
		line := ""
		if i < len(body) {
			line = body[i]
		}
		if side > 0 {
			left := ""
			if i < len(bar) {
				left = bar[i]
			}
			b.WriteString(" " + fill(left, side) + a.dim.Render("│") + " " + cut(line, width) + "\n")
			continue
		}
		b.WriteString(" " + cut(line, width) + "\n")
	}
	b.WriteString(a.said(rule) + "\n" + a.footer(shown))
	return a.screenText(b.String())
}

func (a *App) small() bool { return a.width < leastWidth || a.height < leastHeight }

// tooSmall says what is wrong, on whatever room there is.
func (a *App) tooSmall() string {
	p := a.page(max(1, a.width))
	text := fmt.Sprintf("This window is %dx%d, and crossgrant needs %dx%d. Make it larger: everything is as you left it. ctrl+c leaves.", a.width, a.height, leastWidth, leastHeight)
	if _, asked := a.over.(*leavingScreen); asked {
		text = "Press ctrl+c again to leave, or make the window larger."
		if n := len(a.left()); n > 0 {
			text = fmt.Sprintf("This run has made %d things that are still there. %s", n, text)
		}
	}
	p.say(a.plain, text)
	for i, l := range p.lines {
		p.lines[i] = cut(l, a.width)
	}
	return strings.Join(p.lines[:min(len(p.lines), a.height)], "\n")
}

// header says where one is: the bucket, the firm, and how far.
func (a *App) header() string {
	left := " " + a.accent.Render("crossgrant")
	f := a.facts()
	if f.Bucket != "" && f.Firm.Account != "" {
		left += "   " + a.customerInk.Render(safe.Line(f.Bucket)) + " ← " + a.firmInk.Render("firm "+policy.Dashed(f.Firm.Account))
	} else if f.Journey != "" {
		left += "   " + a.dim.Render(f.Journey)
	}
	right := ""
	if a.o.Demo {
		right = a.badge.Render(" DEMO ") + " "
	}
	if a.paused {
		right += "paused "
	}
	if at := a.stepShown(); at < len(a.infos) {
		right += fmt.Sprintf("  %d/%d ", at+1, len(a.infos))
	}
	room := a.width - ansi.StringWidth(right)
	return fill(left, room) + right
}

// said is the rule above the keys, with what there is to say at the moment.
func (a *App) said(rule string) string {
	text := a.flash
	if a.call != nil {
		if _, runs := a.screen.(*runningScreen); !runs {
			text = a.spin.View() + " " + a.call.what
			if a.call.stopping {
				text = a.spin.View() + " Stopping ..."
			}
		}
	}
	if text == "" {
		return rule
	}
	text = cut(" "+safe.Line(text)+" ", a.width-4)
	return a.dim.Render("──") + a.warn.Render(text) + a.dim.Render(strings.Repeat("─", max(0, a.width-2-ansi.StringWidth(text))))
}

// footer shows the keys that are valid now: none on a screen that has just come
// up by itself.
func (a *App) footer(s screen) string {
	if a.guarded {
		return ""
	}
	h := help.New()
	h.ShortSeparator = "   "
	h.Styles.ShortKey, h.Styles.ShortDesc, h.Styles.ShortSeparator = a.bold, a.dim, a.plain
	h.Width = a.width - 2
	if a.call != nil && a.over == nil {
		if _, runs := a.screen.(*runningScreen); !runs {
			return " " + h.ShortHelpView(bindings{named(keys.esc, "stop"), keys.interrupt})
		}
	}
	b := s.ShortHelp()
	if a.o.Autoplay > 0 {
		b = append(bindings{pause}, b...)
	}
	return " " + h.ShortHelpView(b)
}

// sideBar lists the steps with their marks, who can do what, and the two gates.
func (a *App) sideBar(width, height int) []string {
	p := a.page(width)
	f := a.facts()
	group := ""
	for i, info := range a.infos {
		name, account := sideName(info.Side), f.Customer.Account
		if info.Side == steps.Firm {
			account = f.Firm.Account
		}
		if info.CleanUp {
			name, account = "CLEAN UP", ""
		}
		if name != group {
			group = name
			title := a.bold.Render(name)
			if !info.CleanUp {
				title = a.side(info.Side).Bold(true).Render(name) + " " + a.dim.Render(policy.Dashed(account))
			}
			p.add(title)
		}
		m := a.stepMark(i)
		title := fmt.Sprintf("%2d %s", i+1, info.Title)
		if m == markNow {
			title = a.accent.Render(title)
		}
		p.add(cut(" "+a.paint(m)+" "+title, width-1))
	}
	p.add(a.dim.Render(" ✓ done  ▸ now  · to come"))
	access := f.Access()
	if a.engineRuns() || len(access.Rows) > 0 {
		p.gap().add(a.whoCan(access, width-1)...)
	}
	if r, ok := access.Row(steps.Writer); ok && len(p.lines)+4 <= height {
		p.gap().add(a.bold.Render("THE TWO GATES ") + a.dim.Render("for "+safe.Line(r.Who)))
		for _, g := range []struct {
			name string
			side steps.Side
		}{{"firm's policy", steps.Firm}, {"bucket's policy", steps.Customer}} {
			m := gate(r.Put.Identity, false)
			if g.side == steps.Customer {
				m = gate(r.Put.Resource, false)
			}
			p.add(" " + a.paint(m) + " " + a.side(g.side).Render(fill(g.name, 15)) + " " + m.word)
		}
	}
	return p.lines[:min(len(p.lines), height)]
}

// stepShown is the step that the screen is about.
func (a *App) stepShown() int {
	if !a.engineRuns() {
		return len(a.infos)
	}
	if _, isResult := a.screen.(*resultScreen); isResult {
		return a.progress.at - 1
	}
	return a.progress.at
}

// stepMark is what became of a step, or that it is the one at hand.
func (a *App) stepMark(i int) mark {
	if !a.engineRuns() {
		return markLater
	}
	switch a.progress.states[i] {
	case "done":
		return markDone
	case "skipped":
		return markOff
	}
	if i == a.progress.at {
		if _, failed := a.screen.(*problemScreen); failed {
			return mark{"!", "failed"}
		}
		return markNow
	}
	return markLater
}
