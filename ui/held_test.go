package ui

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"crossgrant/steps"
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
	for name, c := range map[string]struct {
		change func(*steps.Answers)
		gets   string // the firm, by the screen of the two accounts
		says   string // at the end
	}{
		"as proposed": {func(*steps.Answers) {}, "the user test-writer", "Its key is in "},
		"with every term": {func(a *steps.Answers) {
			a.Access, a.Prefix, a.Until, a.OnlyThisUser = "add", "in dex/", "2999-12-31", true
		}, "the user test-writer", "If-None-Match"},
		"a key in a profile": {func(a *steps.Answers) { a.Access, a.KeyProfile = "deliver", "acme" }, "the user test-writer", "Its key is in the profile acme"},
		"a role": {func(a *steps.Answers) {
			a.FirmRole, a.FirmUser, a.Prefix, a.OnlyThisUser = "deliverer", "", "in/", true
		}, "the role deliverer", "Add a profile for the role"},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "with every term" {
				t.Skip("-short: only with every term")
			}
			t.Parallel()
			stage := newStage(t)
			stage.options.Answers.Journey, stage.options.KeyFolder = "setup", t.TempDir()
			c.change(&stage.options.Answers)
			s := tell(t, stage.options, 80, 24)
			s.hammers("Are these the two accounts that you mean?")
			s.sees("CUSTOMER account 1111-2222-3333 (acme-data), profile my_awesome_customer", "FIRM account 4444-5555-6666 (my-firm), profile my_firm", c.gets)
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
			if !strings.Contains(uitest.Flat(s.summary), c.says) {
				t.Errorf("%q is not said at the end:\n%s", c.says, s.summary)
			}
			deliversAsShown(t, stage, s.summary)
			if len(mutations(stage.box)) == 0 {
				t.Error("nothing was changed at the end: the test sees nothing")
			}
		})
	}
}

var delivering = regexp.MustCompile(`(?m)^ *(?:AWS_SHARED_CREDENTIALS_FILE=|aws )(?:.*\\\n)*.*$`)

// deliversAsShown pastes the lines that deliver a first file into a shell, as they stand on
// a terminal of 80 columns: of a role, after those that add its profile.
func deliversAsShown(t *testing.T, stage *stage, said string) {
	t.Helper()
	line := strings.Join(delivering.FindAllString(said, -1), "\n")
	if line == "" {
		t.Fatalf("no line delivers a first file:\n%s", said)
	}
	for l := range strings.Lines(line) {
		if len(strings.TrimRight(l, "\n")) > 80 {
			t.Errorf("a terminal of 80 columns breaks %q", l)
		}
	}
	if testing.Short() {
		t.Log("-short: the line is not run")
		return
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
	c.Dir, c.Env = dir, []string{"PATH=" + filepath.Dir(aws) + ":" + os.Getenv("PATH"), "HOME=" + dir, "AWS_EC2_METADATA_DISABLED=true"}
	if strings.Contains(line, "aws configure set role_arn") { // it builds on the profile of who may assume it
		c.Env = append(c.Env, "AWS_CONFIG_FILE="+stage.options.Source.ConfigFile, "AWS_SHARED_CREDENTIALS_FILE="+stage.options.Source.CredentialsFile)
	}
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s\nof:\n%s", err, out, line)
	}
	if there := strings.Join(stage.box.Snapshot(), "\n"); !strings.Contains(there, "FILE") {
		t.Errorf("nothing was delivered by\n%s\nto\n%s", line, there)
	}
}
