package ui

// The backdrop: the colour of the terminal behind the text. It is asked for at the
// start, and Update gives every key here first, because the answer comes among the
// keys. It never waits. Package background is about the guess before the answer; it
// cannot be here, for Go has to load it before Bubble Tea.

import (
	"io"
	"os"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/termenv"
)

// A backdrop asks the terminal for the colour behind the text, and hears the
// answer among the keys, where Bubble Tea puts it: first alt+], then the text,
// then alt+\ or ctrl+g. Nothing waits for it.
type backdrop struct {
	asked   bool
	hearing bool
	text    string
}

const colourAnswer = "11;rgb:"

// question asks a terminal that has colours, and one that is known not to print
// the question.
func (b *backdrop) question(out io.Writer, r *lipgloss.Renderer) tea.Cmd {
	f, ok := out.(*os.File)
	name := os.Getenv("TERM")
	if !ok || !term.IsTerminal(f.Fd()) || r.ColorProfile() == termenv.Ascii || name == "linux" || name == "dumb" {
		return nil
	}
	b.asked = true
	ask := "\x1b]11;?\x1b\\"
	if os.Getenv("STY") != "" { // GNU screen hands on what is wrapped so, to the terminal around it
		ask = "\x1bP\x1b]11;?\x07\x1b\\"
	}
	return func() tea.Msg {
		_, _ = io.WriteString(f, ask)
		return nil
	}
}

// takes tells that a key is part of the answer; light and known, what it was.
func (b *backdrop) takes(msg tea.KeyMsg) (taken, known, light bool) {
	if !b.asked {
		return false, false, false
	}
	text := string(msg.Runes)
	switch {
	case msg.Alt && text == "]":
		b.hearing, b.text = true, ""
		return true, false, false
	case !b.hearing:
		return false, false, false
	case msg.Alt && text == `\` || msg.Type == tea.KeyCtrlG:
		light = isLight(strings.TrimPrefix(b.text, colourAnswer))
		*b = backdrop{}
		return true, true, light
	}
	b.text += text
	if msg.Type != tea.KeyRunes || len(b.text) > 40 || !strings.HasPrefix(b.text+colourAnswer[min(len(b.text), len(colourAnswer)):], colourAnswer) {
		b.hearing = false
		return false, false, false
	}
	return true, false, false
}

// isLight reads "ffff/ffff/ffff": light is more than half of the way to white.
func isLight(rgb string) bool {
	var weighed, all float64
	for i, part := range strings.Split(rgb, "/") {
		v, err := strconv.ParseUint(part, 16, 32)
		if err != nil || i > 2 {
			return false
		}
		most := float64(uint64(1)<<(4*len(part)) - 1)
		weight := [3]float64{0.3, 0.6, 0.1}[i]
		weighed += weight * float64(v) / most
		all += weight
	}
	return weighed > all/2
}
