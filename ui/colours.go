package ui

import (
	"cmp"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/termenv"

	"crossgrant/ui/background"
)

// Colours are what the wizard is drawn with. The zero value goes by the terminal.
type Colours string

// The colours that can be asked for.
const (
	Light Colours = "light" // for a light background
	Dark  Colours = "dark"  // for a dark one
)

// renderer draws for an output, at first for the background that is likely. Where the
// terminal counts as one without colours, it draws in bold and reverse all the same.
func (c Colours) renderer(out io.Writer) (r *lipgloss.Renderer, colourless bool) {
	r = lipgloss.NewRenderer(out)
	r.SetHasDarkBackground(c != Light && (c == Dark || background.Dark(os.Getenv("COLORFGBG"))))
	f, file := out.(*os.File)
	if r.ColorProfile() != termenv.Ascii || !file || !term.IsTerminal(f.Fd()) {
		return r, false
	}
	r.SetColorProfile(termenv.ANSI)
	return r, true
}

// ASCII tells that the locale's characters are not UTF-8. One that says nothing of them
// is taken for a terminal of today.
// Source: Environment Variables (POSIX).
func ASCII() bool {
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG"), "UTF-8")
	locale = strings.ReplaceAll(strings.ToUpper(locale), "-", "")
	return !strings.Contains(locale, "UTF8")
}
