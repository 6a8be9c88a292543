package problem

// The command of a credential_process: what may be shown of what it said.

import (
	"regexp"
	"strings"
)

// CommandError is the error of the command in a profile's credential_process.
type CommandError struct {
	Profile string // in which the command stands
	Said    string // what it wrote to stderr
	Err     error
}

func (e *CommandError) Error() string { return e.Err.Error() }
func (e *CommandError) Unwrap() error { return e.Err }

// RetryableError tells the SDK not to run the command again.
func (e *CommandError) RetryableError() bool { return false }

// telling is what other programs write before a secret of theirs.
var telling = regexp.MustCompile(`(?i)((?:pass\w*|token|secret\w*|api[_-]?key|credential\w*|cookie|authorization)["']?\s*[:=]\s*["']?(?:(?:bearer|basic)\s+)?|bearer\s+)[^\s"',;}]+`)

// shown is what the command said, less what may be a secret: "" for nothing.
func (e *CommandError) shown(who Actor) string {
	said, _ := who.quote(telling.ReplaceAllString(e.Said, "${1}(not shown)"), false)
	said = strings.Join(strings.Fields(said), " ")
	const most = 300
	if runes := []rune(said); len(runes) > most { // the reason stands at the end
		said = "... " + string(runes[len(runes)-most:])
	}
	return said
}
