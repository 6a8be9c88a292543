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
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/sandbox/leak"
	"crossgrant/ui/plain"
	"crossgrant/ui/safe"
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
	fmt.Fprintf(t.out, "> %.60s\n", safe.Line(line))
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
	leak.Said("what was asked in "+t.Name(), out.String())
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
		command := strings.Contains(line, "aws ") || strings.Contains(line, "crossgrant ") || strings.HasPrefix(line, "printf ")
		if ansi.StringWidth(line) > 80 && !command && len(strings.Fields(line)) > 1 && !strings.Contains(line, `"`) {
			return fmt.Errorf("this is wider than 80 columns: %q", line)
		}
	}
	return nil
}

var varying = []struct {
	from *regexp.Regexp
	to   string
}{
	{runID, "20060102-150405-run"},
	{regexp.MustCompile(`\bAKIA[A-Z0-9]{16}\b`), "AKIAEXAMPLE"},
	{regexp.MustCompile(`Journal:\s+/\S*/runs/`), "Journal: /runs/"},
	{regexp.MustCompile(`--state-dir\s+/\S*/runs`), "--state-dir /runs"},
	{regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+`), "ENDPOINT"},
	{regexp.MustCompile(`in \d+ seconds?\.`), "in N seconds."},
	{regexp.MustCompile(`(?m)^request id .*$`), "request id EXAMPLE"},
}

// golden compares a transcript with the one in testdata, but for what is new each
// time.
func golden(t *testing.T, name, out string) {
	t.Helper()
	for _, c := range varying {
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

// yeses are the answers to a run's first steps in real accounts: the name of the bucket
// before the first of them.
func yeses(steps int) []string { return append([]string{bucket}, repeated("yes", steps)...) }

// answered are the answers to all questions before the first step of a tour.
var answered = []string{"1", "my_awesome_customer", "my_firm", bucket, "", ""}

func tourAnswers(more ...string) []string { return append(append([]string{}, answered...), more...) }

// A person who says yes to everything sees the whole tour, and each change before
// it is made.
func TestAskTour(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	code, out := w.ask(t, w.blank(""), tourAnswers(yeses(11)...)...)
	if code != exitDone {
		t.Errorf("exit code %d", code)
	}
	contains(t, out, "Both accounts are as they were.")
	w.same(t, before, "the tour")
	golden(t, "tour", out)
}

// Whatever the question, the end of the input cancels, and takes back what the run
// had made. So does a line that nobody ended with Enter.
func TestAskEndOfInput(t *testing.T) {
	t.Parallel()
	all := tourAnswers(yeses(11)...)
	for n := range all {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			if testing.Short() && n%5 != 0 {
				t.Skip("-short: the input ends at every fifth answer only")
			}
			t.Parallel()
			w := newWorld(t, sandbox.Default())
			before := w.Snapshot()
			code, out := w.ask(t, w.blank(""), all[:n]...)
			if code != exitInterrupted {
				t.Errorf("exit code %d:\n%s", code, out)
			}
			contains(t, out, "Cancelled.")
			w.same(t, before, "the run")
			if n > len(answered)+1 == (len(w.since()) == 0) {
				t.Errorf("%d changes after %d answers", len(w.since()), n)
			}
			w.setMark()
			o := w.blank("tour")
			var said bytes.Buffer
			o.Out = &said
			cut := strings.NewReader(strings.Join(all[1:len(answered)], "\n") + "\nyes")
			if code := plain.Ask(t.Context(), o, cut); code != exitInterrupted || len(w.since()) > 0 {
				t.Errorf("exit code %d and %d changes for a yes without Enter", code, len(w.since()))
			}
		})
	}
}

// Nothing but yes is a yes, whatever somebody types again and again.
func TestAskNeverTakesAnythingElseForAYes(t *testing.T) {
	t.Parallel()
	for i, line := range []string{"", " ", "1", "2", "0", "no", "c", "s", "ye", "yeah", "yes please", "ok", "apply", "\x1b[Ayes", "yes\x00", strings.Repeat("y", 1000)} {
		t.Run(line, func(t *testing.T) {
			if testing.Short() && i%5 != 0 {
				t.Skip("-short: every fifth line only is typed instead of a yes")
			}
			t.Parallel()
			w := newWorld(t, sandbox.Default())
			for i, o := range []plain.Options{w.options("tour", nil), w.options("tour", nil), w.options("setup", nil), w.blank("")} {
				lines := repeated(line, 300)
				if i == 0 { // that the accounts are the right ones is no yes to a change
					lines[0] = bucket
				}
				code, out := w.ask(t, o, lines...)
				if code != exitInterrupted {
					t.Errorf("exit code %d:\n%s", code, out)
				}
				if len(w.since()) > 0 {
					t.Errorf("%q changed %d things", line, len(w.since()))
				}
			}
		})
	}
}

// Who says no is asked what is to become of what is there.
func TestAskNo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers []string
		code    int
		says    []string
		left    bool
	}{
		"at once":       {[]string{"no", "2"}, exitInterrupted, []string{"2. End here. Nothing of this run is left."}, false},
		"take it back":  {[]string{bucket, "y", "YES", "n", "2"}, exitInterrupted, []string{"This exists now:", "- the user test-customer", "Everything that this run created is removed again."}, false},
		"look again":    {append([]string{bucket, "yes", "no", "1"}, repeated("yes", 10)...), exitDone, []string{"Step 11 of 11: Clean up the firm's side.", "Both accounts are as they were."}, false},
		"leave it":      {[]string{bucket, "yes", "yes", "no", "3"}, exitLeft, []string{"left: the user test-customer", "To remove it: crossgrant cleanup ", "To go on with it: crossgrant tour --resume "}, true},
		"hang up":       {[]string{bucket, "yes", "yes", "no"}, exitInterrupted, []string{"Cancelled."}, false},
		"not an answer": {[]string{bucket, "yes", "no", "5", "x", "", "2"}, exitInterrupted, []string{`There is no choice "5".`, `There is no choice "x".`, `There is no choice "".`}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Default())
			before := w.Snapshot()
			code, out := w.ask(t, w.options("tour", nil), c.answers...)
			if code != c.code {
				t.Errorf("exit code %d:\n%s", code, out)
			}
			contains(t, out, c.says...)
			if !c.left {
				w.same(t, before, "the run")
			}
			if name == "take it back" {
				golden(t, "no", out)
			}
		})
	}
}

func TestAskSkip(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	answers := yeses(11)
	answers[7] = "skip" // See the write refused
	code, out := w.ask(t, w.options("tour", nil), answers...)
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "skipped: You left it out.", "Step 8 of 11")
	if strings.Contains(out, "AWS refused it, as it should") {
		t.Error("the step that was skipped was done")
	}
	if answers[5] = "skip"; true { // another step cannot be skipped
		code, out = w.ask(t, w.options("tour", nil), answers[:6]...)
		if code != exitInterrupted {
			t.Errorf("exit code %d:\n%s", code, out)
		}
		contains(t, out, "Please type one of: yes, no, commands.")
	}
	w.same(t, before, "the tours")
}

// A step that failed can be tried again, taken back with all the rest, or left.
func TestAskAfterAFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers []string
		code    int
		left    bool
	}{
		"again":                   {append([]string{bucket, "yes", "yes", "1"}, repeated("yes", 10)...), exitDone, false},
		"take back":               {[]string{bucket, "yes", "yes", "2"}, exitFailed, false},
		"leave":                   {[]string{bucket, "yes", "yes", "3"}, exitLeft, true},
		"the end of the input":    {[]string{bucket, "yes", "yes"}, exitInterrupted, false},
		"nothing there, and left": {[]string{bucket, "yes", "2"}, exitFailed, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Default())
			before := w.Snapshot()
			operation := "CreateUser"
			if name == "nothing there, and left" {
				operation = "PutBucketPolicy"
			}
			w.Inject(sandbox.Fault{Operation: operation, Status: 403, Code: "AccessDenied", Message: "not authorized to perform this"})
			code, out := w.ask(t, w.options("tour", nil), c.answers...)
			if code != c.code {
				t.Errorf("exit code %d:\n%s", code, out)
			}
			contains(t, out, "AWS said: ", "Try this step again.")
			if !c.left {
				w.same(t, before, "the run")
			}
			if name == "take back" {
				golden(t, "failure", out)
			}
		})
	}
}

func TestAskExitCodeOfAFailedTest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	w.Inject(sandbox.Fault{Operation: "PutObject", Times: 100, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	code, out := w.ask(t, w.options("tour", nil), bucket, "yes", "yes", "yes", "yes", "2")
	if code != exitTestFailed {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "waiting: for ")
	w.same(t, before, "the run")
}

// The aws commands are shown before the yes, and hold no secret.
func TestAskForCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	code, out := w.ask(t, w.options("tour", nil), bucket, "c", "yes", "commands", "yes", "C", "yes", "c")
	if code != exitInterrupted {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out,
		"aws --profile my_awesome_customer s3api put-bucket-policy --bucket my.test.bucket",
		"aws --profile my_awesome_customer iam create-user --user-name test-customer",
		`AWS_SECRET_ACCESS_KEY="$SECRET_OF_THAT_KEY" aws s3api put-object`, "> probe.txt")
	golden(t, "commands", out)
}

// An interrupt ends the wait for an answer.
func TestAskInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	for _, after := range []int{0, 2} {
		ctx, cancel := context.WithCancel(t.Context())
		in, write := io.Pipe()
		var out bytes.Buffer
		o := w.options("tour", nil)
		o.Out = &out
		typed := &typist{lines: yeses(after), out: &out}
		waits := io.MultiReader(typed, readerFunc(func(p []byte) (int, error) {
			cancel()
			return in.Read(p)
		}))
		if code := plain.Ask(ctx, o, waits); code != exitInterrupted {
			t.Errorf("exit code %d:\n%s", code, &out)
		}
		_ = write.Close()
		w.same(t, before, "the run")
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// Only looking changes nothing, and asks for nothing but the answers.
func TestAskDryRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	o := w.blank("tour")
	o.DryRun = true
	code, out := w.ask(t, o, answered[1:]...)
	if code != exitDone || len(w.since()) > 0 {
		t.Errorf("exit code %d and %d changes:\n%s", code, len(w.since()), out)
	}
	contains(t, out, "Step 11 of 11", "This was a dry run: nothing was changed.")
}

// An interrupt in the middle of a step takes the run back, and asks nothing more.
func TestAskInterruptedWhileItWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	w.Inject(sandbox.Fault{Operation: "PutObject", Times: 1000, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out bytes.Buffer
	o := w.options("tour", nil)
	o.Source.Pace.Budget = time.Hour
	o.Out = writerFunc(func(p []byte) (int, error) {
		if bytes.Contains(p, []byte("waiting: ")) {
			cancel()
		}
		return out.Write(p)
	})
	code := plain.Ask(ctx, o, &typist{lines: yeses(11), out: &out})
	if code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	contains(t, out.String(), "Undoing what this run did", "Cancelled.")
	w.same(t, before, "the run")
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A policy that somebody changed after it was shown is not replaced: the step is
// shown anew.
func TestAskWhenThePolicyMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	var out bytes.Buffer
	o := w.options("tour", nil)
	o.Out = &out
	in := &typist{lines: append([]string{bucket, "yes", "1"}, repeated("yes", 11)...), out: &out}
	in.begin = func(line int) {
		if line == 0 {
			if err := w.putPolicy([]byte(foreign)); err != nil {
				t.Error(err)
			}
		}
	}
	code := plain.Ask(t.Context(), o, in)
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, &out)
	}
	contains(t, out.String(), "Try this step again.", "Added:")
	live, err := w.policy()
	if err != nil || live == nil || !strings.Contains(live.Compact(), "AuditorsRead") || strings.Contains(live.Compact(), "Crossgrant") {
		t.Errorf("the policy is %v, %v", live, err)
	}
}
