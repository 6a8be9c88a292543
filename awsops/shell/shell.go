// Package shell writes commands for people to run, by any shell of POSIX's: a word is
// taken for that word whatever is in it, and a terminal shows every character of it.
// So nothing that was written here needs cleaning, and nothing may clean it: what is
// taken out of a command, if only a quotation mark, makes it another command.
package shell

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"crossgrant/awsops/policy"
)

// Command writes a command and its arguments on one line.
func Command(args ...string) string {
	words := Arguments(args)
	for i, w := range words {
		words[i] = Word(w)
	}
	return strings.Join(words, " ")
}

// Arguments joins an option and a value that begins with a dash by =, since a program
// would take such a value for another option. Each option must have a value,
// as the next argument or behind a = of its own.
func Arguments(args []string) []string {
	var all []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if strings.HasPrefix(arg, "--") && !strings.Contains(arg, "=") && i+1 < len(args) && strings.HasPrefix(args[i+1], "-") {
			i++
			arg += "=" + args[i]
		}
		all = append(all, arg)
	}
	return all
}

// Word makes a shell take a text as one word. Characters that nobody would see are
// written by their bytes, for printf, and so are line breaks: whatever wraps or indents
// a text would change them.
func Word(s string) string { return word(s, func(r rune) bool { return r == '\n' || unseen(r) }) }

// Lines is Word for a text that is laid out in lines, which stay lines.
func Lines(s string) string { return word(s, unseen) }

func word(s string, hidden func(rune) bool) string {
	const harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,@+%"
	if s != "" && strings.Trim(s, harmless) == "" && s[0] != '=' { // zsh has a meaning for =
		return s
	}
	if s == "" {
		return "''"
	}
	var b strings.Builder
	text := strings.TrimRight(s, "\n")
	for rest := text; rest != ""; {
		seen := until(rest, hidden)
		if seen > 0 {
			b.WriteString(quoted(rest[:seen]))
		}
		rest = rest[seen:]
		bytes := until(rest, func(r rune) bool { return !hidden(r) })
		if bytes > 0 && rest[bytes-1] == '\n' { // not at the end: see below
			_, next := utf8.DecodeRuneInString(rest[bytes:])
			bytes += next
		}
		if bytes > 0 {
			b.WriteString(`"$(printf '` + octal(rest[:bytes]) + `')"`)
		}
		rest = rest[bytes:]
	}
	// Where a command's output becomes a word, a shell drops the line breaks at its end.
	last := s[len(text):]
	if within, ok := strings.CutSuffix(b.String(), "'"); ok && last != "" {
		return within + last + "'"
	}
	if last != "" {
		b.WriteString(quoted(last))
	}
	return b.String()
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// written is a word as Word writes it where it needs quotes.
var written = regexp.MustCompile(`^(?:'[^']*'|\\'|"\$\(printf '[^']*'\)")+[^\s']*`)

// Fields parts a text for people at its blanks, but for those within what Word has
// quoted: a name with two blanks in it is another name with one. A line break at the end
// of a name stands there by its number, since a line of a sentence is one line.
func Fields(text string) []string {
	var all []string
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			return all
		}
		n := len(written.FindString(text))
		n += until(text[n:], unicode.IsSpace)
		all, text = append(all, strings.ReplaceAll(text[:n], "\n", "<U+000A>")), text[n:]
	}
}

// Words are those of a command on one line, each as it is written, with its quotes.
func Words(command string) (all []string) {
	begun, within := 0, rune(0)
	for i, r := range command {
		switch {
		case r == within:
			within = 0
		case within != 0:
		case (r == '\'' || r == '"') && !strings.HasSuffix(command[:i], `\`):
			within = r
		case r == ' ':
			all, begun = append(all, command[begun:i]), i+1
		}
	}
	return append(all, command[begun:])
}

// sentence is one that ends in a command for its reader.
var sentence = regexp.MustCompile(`(?s)^(.*?:) ((?:AWS_[A-Z_]+=(?:'[^']*'|"[^"]*"|\\.|\S)+ )*(?:aws|crossgrant|chmod|--[a-z-]+) .*)$`)

// AtEnd parts a sentence from the command at its end, which is to stay as it is where the
// sentence is wrapped. "" is no command.
func AtEnd(text string) (said, command string) {
	if m := sentence.FindStringSubmatch(text); m != nil {
		return m[1], m[2]
	}
	return text, ""
}

// unseen is what cannot stand in quotes.
func unseen(r rune) bool {
	return r == utf8.RuneError || r != '\n' && policy.Unseen(r)
}

// until is how much of a text comes before the first of such characters.
func until(s string, is func(rune) bool) int {
	if i := strings.IndexFunc(s, is); i >= 0 {
		return i
	}
	return len(s)
}

func octal(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, `\%03o`, s[i])
	}
	return b.String()
}
