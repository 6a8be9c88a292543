// Package safe makes what came from AWS or a file safe to show.
package safe

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Text takes out escape sequences, control characters except line breaks and
// tabs, and the marks that turn the direction of text around.
func Text(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, ansi.Strip(s))
}

// Line is Text for what has to stay on one line.
func Line(s string) string { return strings.Join(strings.Fields(Text(s)), " ") }
