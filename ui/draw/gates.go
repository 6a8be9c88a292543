package draw

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// Gates is the picture of the program: a request to write goes from the writer through
// the firm's gate and the bucket's gate to the bucket, and stops at the first that is
// shut. In one account there is one gate.
type Gates struct {
	*Theme
	Facts steps.Facts
	// Now is drawn; Then are the gates after a change that is about to be applied.
	Now, Then steps.Row
	// Frame is how far the request has come: Frames is all the way.
	Frame int
}

// Frames is how many pictures the way of the request has.
const Frames = 14

// Gates draws the gates as facts tell of them, and as they will be. False: nothing is
// known that could be drawn.
func (t *Theme) Gates(now, then steps.Facts) (Gates, bool) {
	row, ok := then.Gates()
	before, known := now.Gates()
	if !known || before.As != row.As {
		before = row
	}
	return Gates{Theme: t, Facts: then, Now: before, Then: row, Frame: Frames}, ok
}

// A gate is one side's answer to the request.
type gate struct {
	name string
	side steps.Side
	state
}

// A state of a gate, and what it comes from. One that is not known to be open stops the
// request.
type state struct {
	word, why string
	mark      Mark
}

func (s state) open() bool { return s.mark == MarkYes }

// gatesOf are the gates that a row's write has to pass. The test user has no policy of its
// own, and needs none.
func gatesOf(r steps.Row) []gate {
	bucket := gate{"bucket's gate", steps.Customer, stateOf(r.Bucket, "no statement lets it in")}
	if r.As.Side() == steps.Customer {
		return []gate{bucket}
	}
	return []gate{{"firm's gate", steps.Firm, stateOf(r.Own, "no policy allows it")}, bucket}
}

func stateOf(g steps.Gate, silent string) state {
	by := safe.Line(g.By)
	named := cmp.Or(by, "a statement without a Sid")
	switch {
	case g.Unknown:
		return state{"UNKNOWN", safe.Line(g.Why), MarkUnsure}
	case g.Unsure:
		return state{"PERHAPS", "see " + named, MarkUnsure}
	case g.Verdict == policy.Allowed:
		return state{"OPEN", by, MarkYes}
	case g.Verdict == policy.Denied:
		return state{"DENIED", "Deny: " + named, MarkShut}
	}
	return state{"SHUT", safe.Line(cmp.Or(g.Why, silent)), MarkShut}
}

// paint is the colour of a state.
func (t *Theme) paint(s state) lipgloss.Style {
	switch s.mark {
	case MarkYes:
		return t.good
	case MarkUnsure:
		return t.Warn
	}
	return t.Bad
}

// Draw draws the picture as large as the room allows: six lines, or three.
func (g Gates) Draw(width, height int) []string {
	width = min(width, Widest)
	if lines := g.large(width); height >= len(lines) && lines != nil {
		return lines
	}
	return g.small(width)
}

// large draws writer, gates and bucket with the line that joins them.
func (g Gates) large(width int) []string {
	gates, after := gatesOf(g.Now), gatesOf(g.Then)
	writer, bucket := Cut(safe.Line(g.Now.Who), 20), Cut(safe.Line(g.Facts.Bucket), 26)
	left, right := ansi.StringWidth(writer)+4, ansi.StringWidth(bucket)+4
	room := width - left - right - 3*len(gates)
	segments := []int{room / 2, room - room/2}
	if len(gates) == 2 { // what stands below the first gate needs the room
		segments = []int{6, room - 12, 6}
	}
	if slices.Min(segments) < 6 {
		return nil
	}
	from, to := g.Side(g.Now.As.Side()), g.customer
	edge := func(style lipgloss.Style, corners string, n int) string {
		c := strings.Split(corners, "")
		return style.Render(c[0] + strings.Repeat("─", n-2) + c[1])
	}
	top, middle, bottom := edge(from, "╭╮", left), from.Render("│ ")+g.Bold.Render(writer)+from.Render(" ├"), edge(from, "╰╯", left)
	names, states, whys := "", "", ""
	line := g.line(gates, segments)
	at := left
	for i, gt := range gates {
		gap := strings.Repeat(" ", segments[i])
		style, shape := g.paint(gt.state), [3]string{"┃ ┃", "┃" + gt.mark.Sign + "┃", "┃ ┃"}
		if gt.open() {
			shape[0], shape[2] = "┏━┓", "┗━┛"
		}
		top += gap + style.Render(shape[0])
		middle += line[i] + style.Render(shape[1])
		bottom += gap + style.Render(shape[2])
		at += segments[i]
		end, texts := width, []string{g.Side(gt.side).Render(gt.name), g.turn(gt.state, after[i].state), g.Dim.Render(after[i].why)}
		if i < len(gates)-1 {
			end = at + 3 + segments[i+1] - 1
		}
		long := 0
		for _, s := range texts {
			long = max(long, ansi.StringWidth(s))
		}
		from := max(0, min(at, end-long)) // there is room below the writer
		under := func(s, add string) string { return Fill(s, from) + Cut(add, end-from) }
		names, states, whys = under(names, texts[0]), under(states, texts[1]), under(whys, texts[2])
		at += 3
	}
	gap := strings.Repeat(" ", segments[len(gates)])
	top += gap + edge(to, "╭╮", right)
	middle += line[len(gates)] + to.Render("┤ ") + g.Bold.Render(bucket) + to.Render(" │")
	bottom += gap + edge(to, "╰╯", right)
	return []string{top, middle, bottom, names, states, whys}
}

// line is what joins the boxes, cut at the gates: as far as the request has come, and the
// rest.
func (g Gates) line(gates []gate, segments []int) (parts []string) {
	way, stopped := 0, false // the cells that the request crosses
	style := g.good
	over := g.Frame >= Frames
	for i, n := range segments {
		way += n
		if stopped = i < len(gates) && !gates[i].open(); stopped {
			way-- // it stands before the gate
			if over {
				style = g.paint(gates[i].state)
			}
			break
		}
	}
	at := way * min(g.Frame, Frames) / Frames
	cell := 0
	for _, n := range segments {
		var b strings.Builder
		for range n {
			switch {
			case cell == at && (stopped || !over):
				b.WriteString(style.Render("●"))
			case cell == at-1 && !stopped && over:
				b.WriteString(style.Render("▶"))
			case cell < at:
				b.WriteString(style.Render("─"))
			case cell%2 == 0:
				b.WriteString(g.Dim.Render("╌"))
			default:
				b.WriteString(" ")
			}
			cell++
		}
		parts = append(parts, b.String())
	}
	return parts
}

// turn is a state, or how it changes.
func (g Gates) turn(from, to state) string {
	said := g.paint(to).Bold(true).Render(to.word)
	if from.word != to.word {
		said = g.Dim.Render(from.word+" → ") + said
	}
	return said
}

// small draws the same on three lines.
func (g Gates) small(width int) []string {
	gates, after := gatesOf(g.Now), gatesOf(g.Then)
	line := g.line(gates, []int{4, 4, 4}[:len(gates)+1])
	way := g.Bold.Render(Cut(safe.Line(g.Now.Who), 16)) + " "
	for i, gt := range gates {
		way += line[i] + g.Paint(gt.mark)
	}
	way += line[len(gates)] + " " + g.Bold.Render(Cut(safe.Line(g.Facts.Bucket), 24))
	lines := []string{Cut(way, width)}
	for i, gt := range gates {
		lines = append(lines, Cut(g.Paint(gt.mark)+" "+g.Side(gt.side).Render(Fill(gt.name, 14))+" "+g.turn(gt.state, after[i].state)+"  "+g.Dim.Render(after[i].why), width))
	}
	return lines
}

// GatesInWords is the picture in a sentence, "" where nothing is known that it could tell.
func GatesInWords(f steps.Facts) string {
	row, ok := f.Gates()
	if !ok {
		return ""
	}
	said := safe.Line(row.Who)
	for _, g := range gatesOf(row) {
		said += fmt.Sprintf(", %s: %s (%s)", g.name, strings.ToLower(g.word), g.why)
	}
	return said + ", " + safe.Line(f.Bucket)
}

// whoCan is the table of who may do what; none is said where there is nobody.
func (t *Theme) whoCan(a steps.Access, none string, width int) []string {
	name := min(16, width-18)
	lines := []string{t.Bold.Render(Fill("WHO CAN", name+1)) + t.Dim.Render("list get put del")}
	for _, r := range a.Rows {
		cell := func(d policy.Decision) string {
			if d.Allowed {
				return t.Paint(MarkYes)
			}
			return t.Paint(MarkNo)
		}
		lines = append(lines, Fill(safe.Line(r.Who), name)+" "+cell(r.List)+"    "+cell(r.Get)+"   "+cell(r.Put)+"   "+cell(r.Delete))
	}
	if len(a.Rows) == 0 {
		lines = append(lines, t.Dim.Render(Cut(none, width)))
	}
	return lines
}
