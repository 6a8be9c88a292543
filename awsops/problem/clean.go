package problem

// What came from AWS or from a file, made safe to show.

import (
	"strings"
	"unicode"
)

// Clean takes out what could act on a terminal: control characters and
// invisible ones that change the direction of text.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, text)
}
