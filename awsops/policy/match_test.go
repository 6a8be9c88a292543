package policy

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"**", "", true},
		{"?", "", false},
		{"?", "a", true},
		{"?", "\u20ac", true},
		{"??", "\u20ac", false},
		{"*??", "\u20ac", false},
		{"*??b*", "\u20acbc", false},
		{"a*", "a", true},
		{"*a", "ba", true},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"*ab", "aab", true},
		{"*a?b", "aaab", true},
		{"a**b", "a/b", true},
		{"[a]", "a", false},
		{"[a]", "[a]", true},
		{"A", "a", false},
		{strings.Repeat("a*", 30) + "b", strings.Repeat("a", 2000), false},
	} {
		if got := glob(c.pattern, c.text, plain); got != c.want {
			t.Errorf("glob(%q, %.20q) = %v", c.pattern, c.text, got)
		}
		if got := glob(swapCase(c.pattern), c.text, foldCase); got != c.want && c.pattern != "A" {
			t.Errorf("in either case glob(%q, %.20q) = %v", swapCase(c.pattern), c.text, got)
		}
	}
	for text, want := range map[string]bool{"a*b": true, "axb": false, "a": false} {
		if got := glob("a\x00*b", text, escaped); got != want {
			t.Errorf("a literal star against %q = %v", text, got)
		}
	}
	if glob("a\x00", "a", escaped) || glob("a\x00", "ab", escaped) {
		t.Error("an escape at the end matches")
	}
}

// swapCase turns ASCII letters over.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if r|0x20 >= 'a' && r|0x20 <= 'z' {
			return r ^ 0x20
		}
		return r
	}, s)
}

// slowGlob is the definition of the wildcards, character by character.
func slowGlob(pattern, text []rune) bool {
	switch {
	case len(pattern) == 0:
		return len(text) == 0
	case pattern[0] == '*':
		return slowGlob(pattern[1:], text) || len(text) > 0 && slowGlob(pattern, text[1:])
	case len(text) == 0:
		return false
	}
	return (pattern[0] == '?' || pattern[0] == text[0]) && slowGlob(pattern[1:], text[1:])
}

func TestGlobIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab/:\*\?\x{20ac}]{0,9}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[ab/:\x{20ac}]{0,12}`).Draw(t, "text")
		want := slowGlob([]rune(pattern), []rune(text))
		if got := glob(pattern, text, plain); got != want {
			t.Fatalf("glob(%q, %q) = %v, want %v", pattern, text, got, want)
		}
		if got := glob(swapCase(pattern), text, foldCase); got != want {
			t.Fatalf("in either case glob(%q, %q) = %v, want %v", swapCase(pattern), text, got, want)
		}
	})
}

// What a variable puts in matches itself and nothing else, wherever it stands.
func TestVariableIsLiteral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[ab\*\?\x00]{0,6}`).Draw(t, "value")
		text := rapid.StringMatching(`[ab\*\?\x00]{0,6}`).Draw(t, "text")
		e := evaluation{variables: true, keys: []entry{{"k", []string{value}}}}
		if got := e.like("${k}", text); got != (value == text) {
			t.Fatalf("${k} with %q like %q = %v", value, text, got)
		}
		if got := e.like("*${k}*", text); got != strings.Contains(text, value) {
			t.Fatalf("*${k}* with %q like %q = %v", value, text, got)
		}
		if got := likeARN("arn:aws:s3:::"+mustExpand(t, &e, "${k}"), "arn:aws:s3:::"+text); got != (value == text) {
			t.Fatalf("an ARN of %q like %q = %v", value, text, got)
		}
	})
}

func mustExpand(t *rapid.T, e *evaluation, text string) string {
	expanded, ok := e.expand(text, true)
	if !ok {
		t.Fatalf("%q has no value", text)
	}
	return expanded
}

func FuzzMatch(f *testing.F) {
	f.Add("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b")
	f.Add("*a?\u20ac*", "xxa1\u20ac")
	f.Add("", "")
	f.Add("**?", "\u20ac")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		// The definition takes exponential time, and both are valid in a policy.
		if strings.Count(pattern, "*") > 4 || len(pattern) > 40 || len(text) > 40 ||
			!utf8.ValidString(pattern) || !utf8.ValidString(text) {
			return
		}
		if got, want := glob(pattern, text, plain), slowGlob([]rune(pattern), []rune(text)); got != want {
			t.Errorf("glob(%q, %q) = %v, want %v", pattern, text, got, want)
		}
		e := evaluation{variables: true, keys: []entry{{"k", []string{text}}}}
		if !e.like("${k}", text) {
			t.Errorf("%q is not like itself", text)
		}
	})
}
