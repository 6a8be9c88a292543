package steps

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"crossgrant/awsops"
)

// Shell writes an action as a shell would run it, on one line for each command. The
// secret of a key that the run made is a placeholder.
func (f Facts) Shell(a Action) string {
	d := a.Op.Describe()
	var b strings.Builder
	if d.Body != "" {
		fmt.Fprintf(&b, "printf '%%s' %s > %s\n", Word(d.Body), awsops.BodyFile)
	}
	b.WriteString(f.lead(a.As, d) + words(d.Command))
	return strings.TrimSpace(b.String())
}

// words are the arguments of a command, each behind a blank.
func words(args []string) string {
	var b strings.Builder
	for _, arg := range args {
		b.WriteString(" " + Word(arg))
	}
	return b.String()
}

// lead is how the command of an actor begins.
func (f Facts) lead(as Actor, d awsops.Description) string {
	switch {
	case d.Local:
		return ""
	case as == CustomerAdmin:
		return "aws --profile " + Word(f.CustomerProfile)
	case as == FirmAdmin:
		return "aws --profile " + Word(f.FirmProfile)
	}
	person := f.Tester
	if as == Writer {
		person = f.Writer
	}
	return fmt.Sprintf(`AWS_ACCESS_KEY_ID=%s AWS_SECRET_ACCESS_KEY="$SECRET_OF_THAT_KEY" aws`, person.Key.ID)
}

// Word makes a shell take a text as one word, as it is.
func Word(s string) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@+%"
	if s != "" && strings.Trim(s, harmless) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// Lines breaks a command for a width, where a shell goes on reading: before an option,
// behind a backslash. A word that is longer than a line stays whole.
func Lines(command string, width int) []string {
	var lines []string
	last := ""
	for _, part := range options(command) {
		switch {
		case last == "":
			last = part
		case utf8.RuneCountInString(last)+1+utf8.RuneCountInString(part)+2 <= width:
			last += " " + part
		default:
			lines, last = append(lines, last+` \`), "  "+part
		}
	}
	return append(lines, last)
}

// options takes a command apart before each option that is not within quotes.
func options(command string) []string {
	var parts []string
	quoted, from := false, 0
	for i, r := range command {
		switch {
		case r == '\'':
			quoted = !quoted
		case !quoted && r == ' ' && strings.HasPrefix(command[i:], " --"):
			parts, from = append(parts, command[from:i]), i+1
		}
	}
	return append(parts, command[from:])
}
