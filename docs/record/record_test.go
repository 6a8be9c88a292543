package main

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/hinshun/vt10x"
)

func TestDrawLine(t *testing.T) {
	for _, tt := range []struct{ name, sent, want string }{
		{"nothing", "\x1b[1m   ", ""},
		{"signs of XML", "<a> & b", `<text x="0" y="14" textLength="70" lengthAdjust="spacingAndGlyphs">&lt;a&gt; &amp; b</text>` + "\n"},
		{
			"gaps, and signs of one cell", "  ✓ yes  no",
			`<text x="20" y="14" textLength="50" lengthAdjust="spacingAndGlyphs">✓ yes</text>` + "\n" +
				`<text x="90" y="14" textLength="20" lengthAdjust="spacingAndGlyphs">no</text>` + "\n",
		},
		{"colour", "\x1b[1;4;3;38;2;122;211;141mok", `<text x="0" y="14" textLength="20" lengthAdjust="spacingAndGlyphs" fill="#7ad38d" ` +
			`text-decoration="underline" font-weight="bold" font-style="italic">ok</text>` + "\n"},
		{
			"reversed", "  \x1b[7m D \x1b[0m",
			`<rect x="20" y="0" width="30" height="19" fill="#d8dee9"/>` + "\n" +
				`<text x="30" y="14" textLength="10" lengthAdjust="spacingAndGlyphs" fill="#16181d">D</text>` + "\n",
		},
	} {
		screen := newScreen()
		_, _ = screen.Write([]byte(tt.sent))
		if got := dark.drawLine(screen, 0); got != tt.want {
			t.Errorf("%s: drawn as\n%swant\n%s", tt.name, got, tt.want)
		}
	}
}

func TestColour(t *testing.T) {
	for c, want := range map[vt10x.Color]string{1: "#ff8a80", 16: "#000000", 110: "#87afd7", 255: "#eeeeee", 0x7fb8ff: "#7fb8ff"} {
		if got := dark.colour(c); got != want {
			t.Errorf("colour %d is %s, want %s", c, got, want)
		}
	}
}

func TestLinesAreShownAtTheirTimes(t *testing.T) {
	c := cast{
		{0.2, "o", "stays\r\nfirst"},
		{1, "o", "\rsecond"},
		{1.005, "o", "\rhalf"},
		{1.01, "o", "\rthird "},
		{2, "m", "still"},
		{3, "o", "\x1b[2K\rfirst"},
		{4, "m", "end"},
	}
	drawn := c.pictures(dark)
	if len(drawn) != 2 || !strings.Contains(drawn["still"], ">third<") {
		t.Errorf("%d pictures, the still is\n%s", len(drawn), drawn["still"])
	}
	if demo := drawn["demo"]; strings.Contains(demo, "half") || strings.Count(demo, "<animate") != 2 || strings.Count(demo, ">stays<") != 1 {
		t.Errorf("two lines should come and go, and what is half-drawn should not be seen:\n%s", demo)
	}
	for _, want := range []string{
		`<g visibility="visible"><animate attributeName="visibility" calcMode="discrete" dur="4.000s" repeatCount="indefinite" values="hidden;visible;hidden" keyTimes="0.00000;0.25250;0.75000"/>`,
		`<g visibility="hidden"><animate attributeName="visibility" calcMode="discrete" dur="4.000s" repeatCount="indefinite" values="visible;hidden;visible;hidden" keyTimes="0.00000;0.25250;0.75000;1.00000"/>`,
	} {
		if !strings.Contains(drawn["demo"], want) {
			t.Errorf("%s\nis not in\n%s", want, drawn["demo"])
		}
	}
}

func TestSecretsAreNotWritten(t *testing.T) {
	const key = "wJalrXUtnFEMIK7MDENG+bPxRfiCYEXAMPLEKEY/"
	for _, c := range []cast{{{0, "o", key}}, {{0, "o", key[:20]}, {1, "o", "\x1b[1m" + key[20:]}}, {{0, "o", "\x1b]2;" + key + "\a"}}} {
		dir := t.TempDir()
		if err := c.write(dir, dark); err == nil {
			t.Errorf("%q was taken", c)
		}
		if files, _ := os.ReadDir(dir); len(files) > 0 {
			t.Errorf("%q was written", c)
		}
	}
	if err := (cast{{0, "o", "AKIAIOSFODNN7EXAMPLE /tmp/crossgrant-demo-323824261/credentials"}}).check(); err != nil {
		t.Error(err)
	}
}

// What stands in docs/ is a recording for each background, and its pictures, as they are
// drawn today.
func TestPicturesInDocs(t *testing.T) {
	for _, in := range []scheme{dark, light} {
		t.Run(in.name, func(t *testing.T) { drawnAsRecorded(t, in) })
	}
}

func drawnAsRecorded(t *testing.T, in scheme) {
	content, err := os.ReadFile("../" + in.file("demo", ".cast"))
	if err != nil {
		t.Fatal(err)
	}
	var c cast
	_, body, _ := strings.Cut(string(content), "\n")
	for from := json.NewDecoder(strings.NewReader(body)); from.More(); {
		var e event
		if err := from.Decode(&[]any{&e.at, &e.kind, &e.text}); err != nil {
			t.Fatal(err)
		}
		c = append(c, e)
	}
	if c.String() != string(content) {
		t.Error("the recording is not as it would be written")
	}
	if err := c.check(); err != nil {
		t.Error(err)
	}
	if end := c[len(c)-1].at; end < 30 || end > 90 {
		t.Errorf("the demo takes %.0f s", end)
	}
	for name, svg := range c.pictures(in) {
		file := in.file(name, ".svg")
		if drawn, err := os.ReadFile("../" + file); err != nil || string(drawn) != svg || len(svg) > 1e6 {
			t.Errorf("%s, %d bytes, is not of the recording: record it anew (%v)", file, len(drawn), err)
		}
		for x := xml.NewDecoder(strings.NewReader(svg)); ; {
			if _, err := x.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
		}
	}
}
