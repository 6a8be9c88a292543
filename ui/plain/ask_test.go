package plain_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/sandbox"
	"crossgrant/ui/plain"
)

var update = flag.Bool("update", false, "write the goldens anew")

// typist types a line whenever one is read, and shows it in the transcript, as a
// terminal does.
type typist struct {
	lines []string
	out   *bytes.Buffer
	begin func(line int) // nil, or what happens before a line is typed
	at    int
}

func (t *typist) Read(p []byte) (int, error) {
	if t.begin != nil {
		t.begin(t.at)
	}
	if t.at == len(t.lines) {
		return 0, io.EOF
	}
	line := t.lines[t.at] + "\n"
	t.at++
	fmt.Fprintf(t.out, "> %s", line)
	return copy(p, line), nil
}

// blank are the options of a run of which nothing is known but the journey.
func (w *world) blank(journey string) plain.Options {
	o := w.options(journey, nil)
	o.Answers.CustomerProfile, o.Answers.FirmProfile, o.Answers.Bucket, o.Answers.TestUser, o.Answers.FirmUser = "", "", "", "", ""
	return o
}

// ask runs the questions and answers, and returns the exit code and the transcript.
func (w *world) ask(t testing.TB, o plain.Options, lines ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	o.Out = &out
	code := plain.Ask(t.Context(), o, &typist{lines: lines, out: &out})
	if err := w.spoken(out.String()); err != nil {
		t.Errorf("%v in:\n%s", err, out.String())
	}
	return code, out.String()
}

// spoken is what every transcript must be.
func (w *world) spoken(out string) error {
	for _, secret := range w.Secrets() {
		if strings.Contains(out, secret) {
			return fmt.Errorf("a secret of the sandbox's is there")
		}
	}
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\n")
		if strings.IndexFunc(line, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }) >= 0 {
			return fmt.Errorf("a control character is in %q", line)
		}
		command := strings.Contains(line, "aws ") || strings.HasPrefix(line, "printf ")
		if ansi.StringWidth(line) > 80 && !command && len(strings.Fields(line)) > 1 && !strings.Contains(line, `"`) {
			return fmt.Errorf("this is wider than 80 columns: %q", line)
		}
	}
	return nil
}

var changing_ = []struct {
	from *regexp.Regexp
	to   string
}{
	{runID, "20060102-150405-run"},
	{regexp.MustCompile(`\bAKIA[A-Z0-9]{16}\b`), "AKIAEXAMPLE"},
	{regexp.MustCompile(`\b[0-9]{1,2} [A-Z][a-z]+ 20[0-9]{2} [0-9]{2}:[0-9]{2}`), "2 January 2006 15:04"},
	{regexp.MustCompile(`/\S*/runs/`), "/runs/"},
	{regexp.MustCompile(`(?m)^request id .*$`), "request id EXAMPLE"},
}

// golden compares a transcript with the one in testdata, but for what is new each
// time.
func golden(t *testing.T, name, out string) {
	t.Helper()
	for _, c := range changing_ {
		out = c.from.ReplaceAllString(out, c.to)
	}
	file := filepath.Join("testdata", "ask", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), out); d != "" {
		t.Errorf("the transcript is another than %s (- want, + got):\n%s", file, d)
	}
}

func repeated(line string, times int) []string {
	lines := make([]string, times)
	for i := range lines {
		lines[i] = line
	}
	return lines
}

// answered are the answers to all questions before the first step of a tour.
var answered = []string{"1", "my_awesome_customer", "my_firm", bucket, "", ""}

func tourAnswers(more ...string) []string { return append(append([]string{}, answered...), more...) }

func TestTourByYes(t *testing.T) {
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	code, out := w.ask(t, w.blank(""), tourAnswers(repeated("yes", 11)...)...)
	if code != plain.ExitDone {
		t.Errorf("exit code %d", code)
	}
	contains(t, out, "Both accounts are as they were.")
	w.same(t, before, "the tour")
	golden(t, "tour", out)
}

var _ = context.Background
