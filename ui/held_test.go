package ui

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"crossgrant/ui/uitest"
)

// hammers presses Enter again and again until the screen shows a text, "" for the end.
// Between two keys it is as long as the guard wants it to be.
func (s *story) hammers(text string) {
	s.t.Helper()
	deadline := time.After(2 * time.Minute)
	for again := time.Tick(80 * time.Millisecond); text == "" || !strings.Contains(uitest.Flat(s.screen()), text); {
		select {
		case <-again:
			s.types("enter")
		case <-s.end:
			if text != "" {
				s.t.Fatalf("the program ended (%d, %q) before %q", s.code, s.summary, text)
			}
			return
		case <-deadline:
			s.t.Fatalf("Enter leads nowhere; the screen shows\n%s", s.screen())
		}
	}
}

// Whoever only ever hits Enter comes to the two accounts, and no further: nothing is
// changed before the bucket's name is typed. Then it goes on to the end, and the line that
// is shown there delivers.
func TestStoryOfEnterAllTheWay(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	stage.options.Answers.Journey, stage.options.KeyFolder = "setup", t.TempDir()
	s := tell(t, stage.options, 80, 24)
	s.hammers("Are these the two accounts that you mean?")
	s.sees("CUSTOMER account 1111-2222-3333 (acme-data), profile my_awesome_customer", "FIRM account 4444-5555-6666 (my-firm), profile my_firm", "the user test-writer")
	s.hammers("That is not the name of the bucket. Nothing was changed.")
	for range 100 {
		s.types("enter")
	}
	s.press("my.test.bucket")
	s.sees("Bucket: my.test.bucket")
	if m := mutations(stage.box); len(m) > 0 {
		t.Fatalf("Enter alone changed %v", m)
	}
	s.hammers("")
	s.leaves(0, "Deliver a first file:")
	deliversAsShown(t, stage, s.summary)
	if len(mutations(stage.box)) == 0 {
		t.Error("nothing was changed at the end: the test sees nothing")
	}
}

var delivering = regexp.MustCompile(`(?m)^ *AWS_SHARED_CREDENTIALS_FILE=(?:.*\\\n)*.*$`)

// deliversAsShown pastes the line that delivers a first file into a shell, as it stands on
// a terminal of 80 columns.
func deliversAsShown(t *testing.T, stage *stage, said string) {
	t.Helper()
	line := delivering.FindString(said)
	if line == "" {
		t.Fatalf("no line delivers a first file:\n%s", said)
	}
	for l := range strings.Lines(line) {
		if len(strings.TrimRight(l, "\n")) > 80 {
			t.Errorf("a terminal of 80 columns breaks %q", l)
		}
	}
	aws := uitest.StartCLI(t)
	if aws == "" {
		t.Log("the AWS CLI (aws) is not on PATH, so the line is not run")
		return
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "FILE"), []byte("delivered"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "sh", "-c", line)
	c.Dir, c.Env = dir, []string{"PATH=" + filepath.Dir(aws) + ":" + os.Getenv("PATH"), "HOME=" + dir, "AWS_CONFIG_FILE=" + os.DevNull, "AWS_EC2_METADATA_DISABLED=true"}
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\nof:\n%s", err, out, line)
	}
	if there := strings.Join(stage.box.Snapshot(), "\n"); !strings.Contains(there, "FILE") {
		t.Errorf("nothing was delivered by\n%s\nto\n%s", line, there)
	}
}
