package policy

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestSeen(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain, 日本, é, ไม่, हिन्दी and 🙂 stay": "plain, 日本, é, ไม่, हिन्दी and 🙂 stay",
		"a line\nand\ta tab stay":            "a line\nand\ta tab stay",
		"\x1b[31m\x7f\u009b\r":               "<U+001B>[31m<U+007F><U+009B><U+000D>",
		"turned \u202egnp.exe\u2069 \u061c":  "turned <U+202E>gnp.exe<U+2069> <U+061C>",
		"t\U000e0041x":                       "t<U+E0041>x",
		"zero\u200b\u200c\u200d\ufeff\u00ad": "zero<U+200B><U+200C><U+200D><U+FEFF><U+00AD>",
		"line\u2028 paragraph\u2029":         "line<U+2028> paragraph<U+2029>",
		"a\u00a0b\u3000c\u2003d":             "a<U+00A0>b<U+3000>c<U+2003>d",
		"\u115f\u1160\u3164\uffa0\u2800":     "<U+115F><U+1160><U+3164><U+FFA0><U+2800>",
		"e\u0301 i\u0307 \u20dd \ufe0f":      "e<U+0301> i<U+0307> <U+20DD> <U+FE0F>",
		"\ue000 \U0010ffff \u0378":           "<U+E000> <U+10FFFF> <U+0378>",
		"bytes \x9b31m \xe2\x80 \ufffd":      "bytes <0x9B>31m <0xE2><0x80> \ufffd",
	} {
		if got := Seen(in); got != want {
			t.Errorf("%+q became %q, want %q", in, got, want)
		}
	}
}

// Whatever a library's tables know and nobody sees, is unseen.
func TestUnseen(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		blank := unicode.In(r, unicode.C, unicode.Z, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
		if blank && r != ' ' && !Unseen(r) {
			t.Errorf("%U is taken for one that is seen", r)
		}
		if r > ' ' && r <= '~' && Unseen(r) {
			t.Errorf("%q is taken for unseen", r)
		}
	}
}

func FuzzSeen(f *testing.F) {
	for _, s := range []string{"", "my_firm", "\x1b]0;title\x07", "<U+200B>", "\xe2\x80", "日本", "a\u0301\n\tb\u00a0"} {
		f.Add(s, s, '\u200b', '\U000e0041')
	}
	f.Fuzz(func(t *testing.T, before, after string, one, other rune) {
		out := Seen(before + after)
		for _, r := range out {
			if Unseen(r) && r != '\n' && r != '\t' {
				t.Errorf("%q still has %U", out, r)
			}
		}
		if !utf8.ValidString(out) || Seen(out) != out {
			t.Errorf("%q became %q, and that %q", before+after, out, Seen(out))
		}
		// Two texts that differ in what is unseen alone look different.
		if !Unseen(one) || !Unseen(other) || one == other || !utf8.ValidRune(one) || !utf8.ValidRune(other) {
			return
		}
		before, after = strings.ToValidUTF8(before, ""), strings.ToValidUTF8(after, "")
		with, without := Seen(before+string(one)+after), Seen(before+after)
		if with == without || with == Seen(before+string(other)+after) {
			t.Errorf("%q looks the same with %U, without it or with %U in the middle", with, one, other)
		}
	})
}
