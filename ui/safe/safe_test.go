package safe

import (
	"strings"
	"testing"

	"crossgrant/awsops/policy"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain, 日本 and 🙂 stay":    "plain, 日本 and 🙂 stay",
		"a line\nand\ta tab stay": "a line\nand\ta tab stay",
		"\x1b[31mred\x1b[0m":      "<U+001B>[31mred<U+001B>[0m",
		"return\r":                "return<U+000D>",
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLineStaysOnOneLine(t *testing.T) {
	if got := Line("two\nlines\tand  a \x1b[2Jwipe "); got != "two lines and a <U+001B>[2Jwipe" {
		t.Errorf("got %q", got)
	}
}

func FuzzLine(f *testing.F) {
	f.Add("two\nlines \u2028\u0085\xff of\u00a0it")
	f.Fuzz(func(t *testing.T, in string) {
		out := Line(in)
		if strings.ContainsFunc(out, policy.Unseen) || Line(out) != out {
			t.Errorf("%q became %q, and that %q", in, out, Line(out))
		}
	})
}
