package problem

// What may be quoted of the texts of AWS, its SDK and the network. They hold what was
// read where the SDK signs in, which may be a secret: the SDK names a value that it
// does not take, a command's whole output, a line of a token's file.

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Setting is a line of the AWS files, or a variable of the environment.
type Setting struct {
	Name  string // "region"
	Where string // "the profile my_firm in /home/me/.aws/config"
	Value string
}

func (s Setting) words() string { return Clean(s.Name + " of " + s.Where) }

// shapes are what is a secret wherever it came from, and what is shown instead.
var shapes = []struct {
	secret *regexp.Regexp
	shown  string
}{
	// The user and the password of an address.
	{regexp.MustCompile(`://[^\s"'<>]*@`), "://(not shown)@"},
	// What has a name that says so, as JSON, a header or a line.
	{regexp.MustCompile(`(?i)((?:secret_?access_?key|session_?token|security-token)["']?\s*[:=]\s*["']?)[^\s"',;}]+`), "${1}(not shown)"},
	// A session token or a web identity: nothing else is as long and has no blank.
	{regexp.MustCompile(`[A-Za-z0-9+/=_.-]{100,}`), "(not shown)"},
}

var (
	keyLike = regexp.MustCompile(`[A-Za-z0-9+/]{40,}`)
	quoted  = regexp.MustCompile(`"(?:\\.|[^"\\])*"`)
)

// quote is what may be shown of a text, and which settings it quoted. Where the text is
// the SDK's own and not AWS's, only addresses stay between quotation marks: there it puts
// what it could not read.
func (a Actor) quote(text string, byAWS bool) (shown string, hidden []Setting) {
	longest := slices.Clone(a.Hidden) // first, since a value may be part of another
	slices.SortStableFunc(longest, func(a, b Setting) int { return len(b.Value) - len(a.Value) })
	for _, s := range longest {
		without := hide(text, s)
		if without != text {
			hidden = append(hidden, s)
		}
		text = without
	}
	if !byAWS && (a.Profile != "" || a.Key != "") {
		text = quoted.ReplaceAllStringFunc(text, func(q string) string {
			if u, err := url.Parse(strings.Trim(q, `"`)); err == nil && u.Host != "" && u.User == nil {
				return q
			}
			return `"(not shown)"`
		})
	}
	for _, shape := range shapes {
		text = shape.secret.ReplaceAllString(text, shape.shown)
	}
	text = keyLike.ReplaceAllStringFunc(text, func(word string) string {
		if len(word) == 40 && strings.ContainsFunc(word, unicode.IsUpper) && strings.ContainsFunc(word, unicode.IsLower) && strings.ContainsFunc(word, unicode.IsDigit) {
			return "(not shown)" // as long as the secret of a key
		}
		return word
	})
	return Clean(text), hidden
}

// named are the settings that a text names. A word such as region names none.
func (a Actor) named(text string) []Setting {
	return slices.DeleteFunc(slices.Clone(a.Hidden), func(s Setting) bool {
		return !strings.Contains(s.Name, "_") || !strings.Contains(text, s.Name)
	})
}

// hide puts a setting's name in the place of its value, whose lines the SDK may quote
// each by itself, and as Go does. A short value counts only where it is a word.
func hide(text string, s Setting) string {
	shown := fmt.Sprintf("(the value of %s)", s.Name)
	for line := range strings.Lines(s.Value) {
		line = strings.TrimSpace(line)
		goes := fmt.Sprintf("%q", line)
		for _, value := range slices.Compact([]string{line, goes[1 : len(goes)-1]}) {
			text = replaceWord(text, value, shown)
		}
	}
	return text
}

func replaceWord(text, word, with string) string {
	if word == "" {
		return text
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, word)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		last, _ := utf8.DecodeLastRuneInString(b.String())
		next, _ := utf8.DecodeRuneInString(after)
		if len(word) < 8 && (inWord(last) || inWord(next)) {
			b.WriteString(word)
		} else {
			b.WriteString(with)
		}
		text = after
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
