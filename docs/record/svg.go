package main

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/hinshun/vt10x"
)

// Sizes in the picture's units. At 16.6 a monospace font is 10 wide.
const (
	cellWidth, cellHeight, baseline = 10, 19, 14
	margin, titleBar                = 16, 46
	width, height                   = columns*cellWidth + 2*margin, lines*cellHeight + titleBar + margin
)

// A scheme is the background that is drawn on, and the colour of plain text on it.
type scheme struct{ name, text, background string }

var (
	dark  = scheme{"dark", "#d8dee9", "#16181d"}
	light = scheme{"light", "#24292f", "#ffffff"}
)

// file is the name of a picture: the dark ones are called after what they show alone.
func (in scheme) file(name, ext string) string {
	if in == dark {
		return name + ext
	}
	return name + "-" + in.name + ext
}

// settled is how long, in seconds, a screen must stand to be a picture: what
// stands shorter is half-drawn.
const settled = 0.015

// A frame is a screen, line by line as it is drawn, and when it came.
type frame struct {
	at    float64
	drawn [lines]string
}

// pictures draws the recording as "demo", and a still at each marker but the last,
// which is where the recording ends.
func (c cast) pictures(in scheme) map[string]string {
	var frames []frame
	stills, poster := map[string]string{}, -1
	screen := newScreen()
	for i, e := range c {
		if e.kind == "o" {
			_, _ = screen.Write([]byte(e.text))
			if i+1 < len(c) && c[i+1].at-e.at < settled {
				continue
			}
		}
		f := frame{at: e.at}
		for y := range f.drawn {
			f.drawn[y] = in.drawLine(screen, y)
		}
		frames = append(frames, f)
		if e.kind == "m" && i+1 < len(c) {
			stills[e.text] = in.page(strings.Join(f.drawn[:], ""))
			if poster < 0 {
				poster = len(frames) - 1
			}
		}
	}
	frames[0].at = 0
	stills["demo"] = in.page(animate(frames, max(poster, 0)))
	return stills
}

func (in scheme) page(body string) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" `+
		`font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace" font-size="16.6" fill="%[3]s">
<title>%[5]s</title><rect width="%[1]d" height="%[2]d" rx="10" fill="%[4]s"/>
<text x="%[6]d" y="28" text-anchor="middle" opacity=".6">%[5]s</text>
<g transform="translate(%[7]d %[8]d)">
%[9]s</g></svg>
`, width, height, in.text, in.background, title, width/2, margin, titleBar, body)
}

// animate draws each line that ever stands on the screen once, and shows it at its
// times. Where pictures do not move, the poster is seen.
func animate(frames []frame, poster int) string {
	var b strings.Builder
	for y := range lines {
		turns := map[string][]float64{} // when a line comes, when it goes, and so on
		var order []string
		for i, f := range frames[:len(frames)-1] {
			line, until := f.drawn[y], frames[i+1].at
			t := turns[line]
			if n := len(t); n > 0 && t[n-1] == f.at {
				t[n-1] = until
				continue
			}
			if t == nil {
				order = append(order, line)
			}
			turns[line] = append(t, f.at, until)
		}
		for _, line := range order {
			if line != "" {
				b.WriteString(shownAt(turns[line], frames[len(frames)-1].at, line, line == frames[poster].drawn[y]))
			}
		}
	}
	return b.String()
}

func shownAt(turns []float64, end float64, line string, onPoster bool) string {
	if turns[0] == 0 && turns[1] == end {
		return line
	}
	states := map[bool]string{false: "hidden", true: "visible"}
	visible := turns[0] == 0
	if !visible {
		turns = append([]float64{0}, turns...)
	}
	var values, times []string
	for _, t := range turns {
		values, times = append(values, states[visible]), append(times, fmt.Sprintf("%.5f", t/end))
		visible = !visible
	}
	return fmt.Sprintf(`<g visibility="%s"><animate attributeName="visibility" calcMode="discrete" dur="%.3fs" `+
		`repeatCount="indefinite" values="%s" keyTimes="%s"/>`+"\n%s</g>\n",
		states[onPoster], end, strings.Join(values, ";"), strings.Join(times, ";"), line)
}

// attributes of vt10x, which does not export them.
var attributes = []struct {
	bit int16
	svg string
}{{1 << 1, ` text-decoration="underline"`}, {1 << 2, ` font-weight="bold"`}, {1 << 4, ` font-style="italic"`}}

// drawLine draws a line in pieces of one look each.
func (in scheme) drawLine(screen vt10x.View, y int) string {
	look := func(x int) vt10x.Glyph {
		g := screen.Cell(x, y)
		return vt10x.Glyph{Mode: g.Mode & (1<<1 | 1<<2 | 1<<4), FG: g.FG, BG: g.BG}
	}
	var b strings.Builder
	for x, next := 0, 0; x < columns; x = next {
		var text strings.Builder
		for next = x; next < columns && look(next) == look(x); next++ {
			text.WriteRune(max(' ', screen.Cell(next, y).Char))
		}
		in.drawPiece(&b, look(x), text.String(), x, y)
	}
	return b.String()
}

// phrase is text that can be drawn at once: SVG swallows a second space.
var phrase = regexp.MustCompile(`[^ ]+( [^ ]+)*`)

// drawPiece tells each phrase its width, for fonts that are wider or narrower or
// lack a sign.
func (in scheme) drawPiece(b *strings.Builder, look vt10x.Glyph, text string, x, y int) {
	cells := func(s string) int { return utf8.RuneCountInString(s) * cellWidth }
	if look.BG != vt10x.DefaultBG {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`+"\n",
			x*cellWidth, y*cellHeight, cells(text), cellHeight, in.colour(look.BG))
	}
	for _, at := range phrase.FindAllStringIndex(text, -1) {
		said := text[at[0]:at[1]]
		fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs"`,
			x*cellWidth+cells(text[:at[0]]), y*cellHeight+baseline, cells(said))
		if look.FG != vt10x.DefaultFG {
			fmt.Fprintf(b, ` fill="%s"`, in.colour(look.FG))
		}
		for _, a := range attributes {
			if look.Mode&a.bit != 0 {
				b.WriteString(a.svg)
			}
		}
		fmt.Fprintf(b, ">%s</text>\n", escape.Replace(said))
	}
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

var ansi = strings.Fields("#1d1f21 #ff8a80 #7ad38d #f2c55c #7fb8ff #d3a4f0 #63d3c7 #c5c8c6 " +
	"#767676 #ffb3ad #a5e5b3 #f8dc96 #aed2ff #e6c9f8 #97e5dc #ffffff")

// colour names a colour of the 16, of xterm's 256, or any other.
func (in scheme) colour(c vt10x.Color) string {
	switch {
	case c == vt10x.DefaultFG:
		return in.text
	case c == vt10x.DefaultBG:
		return in.background
	case c < 16:
		return ansi[c]
	case c < 232:
		level := func(n vt10x.Color) vt10x.Color { return min(n, 1)*55 + n*40 }
		c -= 16
		return fmt.Sprintf("#%02x%02x%02x", level(c/36), level(c/6%6), level(c%6))
	case c < 256:
		return fmt.Sprintf("#%02[1]x%02[1]x%02[1]x", 8+(c-232)*10)
	}
	return fmt.Sprintf("#%06x", uint32(c))
}
