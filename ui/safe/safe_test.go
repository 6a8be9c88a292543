package safe

import "testing"

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain, 日本 and 🙂 stay":              "plain, 日本 and 🙂 stay",
		"a line\nand\ta tab stay":           "a line\nand\ta tab stay",
		"\x1b[31mred\x1b[0m":                "red",
		"\x1b]0;a new title\x07name":        "name",
		"back\bspace, bell\a, return\r":     "backspace, bell, return",
		"c1 \u009b31m and delete\x7f":       "c1 31m and delete",
		"turned \u202egnp.exe\u202c":        "turned gnp.exe",
		"isolated \u2066this\u2069 stays":   "isolated this stays",
		"clipboard \x1b]52;c;aGk=\x1b\\ no": "clipboard  no",
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLineStaysOnOneLine(t *testing.T) {
	if got := Line("two\nlines\tand  a \x1b[2Jwipe "); got != "two lines and a wipe" {
		t.Errorf("got %q", got)
	}
}
