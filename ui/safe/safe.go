// Package safe makes what came from AWS or a file safe to show.
package safe

import (
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/shell"
)

// Text shows every character of a text, and lets none act on the terminal. Line breaks
// and tabs stay.
func Text(s string) string { return policy.Seen(s) }

// Line is Text for what has to stay on one line. What is quoted for a shell stays as it is.
func Line(s string) string { return strings.Join(shell.Fields(Text(s)), " ") }
