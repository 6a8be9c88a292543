package plain_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox"
)

// Who passes a set-up with Enter ends with a key in a file of its own, which the clean-up
// removes with the key, and with the line that delivers a first file.
func TestPassedWithEnterTheKeyIsSaved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	o := w.options("setup", nil)
	o.KeyFolder = t.TempDir()
	file := filepath.Join(o.KeyFolder, "crossgrant-"+bucket)
	if err := os.WriteFile(file, []byte("somebody's\n"), 0o644); err != nil { // a name that is taken
		t.Fatal(err)
	}
	code, out := w.ask(t, o, append([]string{"", ""}, yeses(5)...)...)
	saved, err := os.Stat(file + "-2")
	if code != exitDone || err != nil || saved.Mode().Perm() != 0o600 {
		t.Fatalf("exit code %d, the file is %v, %v:\n%s", code, saved, err, out)
	}
	line := regexp.MustCompile(`(?m)^(AWS_SHARED_CREDENTIALS_FILE=\S+ aws --profile test-writer s3 cp FILE .*)$`).FindString(out)
	if line == "" {
		t.Fatalf("it does not say how to deliver:\n%s", out)
	}
	w.delivers(t, line)

	clean := w.options("cleanup", nil)
	clean.Run = runID.FindString(out)
	clean.Answers.Bucket = ""
	if code, out := w.run(t, clean); code != exitDone {
		t.Errorf("the clean-up ends %d:\n%s", code, out)
	}
	if _, err := os.Stat(file + "-2"); !os.IsNotExist(err) {
		t.Errorf("the file with the key is still there: %v", err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "somebody's\n" {
		t.Errorf("somebody's file holds %q, %v", text, err)
	}
	for _, line := range w.Snapshot() {
		if !strings.Contains(line, "FILE") && !contained(before, line) { // what was delivered stays
			t.Errorf("left behind: %s", line)
		}
	}
}

func contained(lines []string, line string) bool {
	for _, l := range lines {
		if l == line {
			return true
		}
	}
	return false
}

// delivers runs the line that was shown, where the AWS CLI is there, with a file that is
// called FILE. With -short it does not.
func (w *world) delivers(t *testing.T, line string) {
	t.Helper()
	if _, err := exec.LookPath("aws"); err != nil || testing.Short() {
		t.Log("-short, or there is no AWS CLI here: the line is not run")
		return
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "FILE"), []byte("delivered"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), "sh", "-c", line)
	c.Dir = dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "AWS_ENDPOINT_URL=" + w.URL(), "AWS_CONFIG_FILE=" + filepath.Join(dir, "none")}
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
	if !strings.Contains(strings.Join(w.Snapshot(), "\n"), `object "FILE"`) {
		t.Error("nothing was delivered")
	}
}

// Who types none has the key deleted after the test.
func TestAKeyIsNotSavedWhereNoneIsTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	o := w.options("setup", nil)
	o.KeyFolder = t.TempDir()
	code, out := w.ask(t, o, append([]string{"", "none"}, yeses(5)...)...)
	if files, err := os.ReadDir(o.KeyFolder); code != exitDone || err != nil || len(files) > 0 || !strings.Contains(out, "create-access-key") {
		t.Errorf("exit code %d, the files %v, %v:\n%s", code, files, err, out)
	}
}

// ~ and $HOME are what a shell makes of them.
func TestAKeyFileInTheHomeFolder(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	w := newWorld(t, sandbox.Default())
	o := w.options("setup", nil)
	code, out := w.ask(t, o, append([]string{"", "~/key"}, yeses(5)...)...)
	if _, err := os.Stat(filepath.Join(home, "key")); code != exitDone || err != nil {
		t.Errorf("exit code %d, %v:\n%s", code, err, out)
	}
}

// Who types a profile has the key in the shared credentials file, and the line that is said
// delivers. The clean-up takes out that profile and nothing else.
func TestAKeyBecomesAProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := readFile(t, w.source.CredentialsFile)
	o := w.options("setup", nil)
	o.KeyFolder = t.TempDir()
	code, out := w.ask(t, o, append([]string{"", "yes", "profile", "profile my_firm", "profile a]", "profile my acme"}, yeses(5)...)...)
	if code != exitDone {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	contains(t, out, `"yes" is no path.`, "Type the name of the profile too", "The profile my_firm is in "+w.source.CredentialsFile, `Not every AWS tool reads "a]"`,
		"The key will be saved in the profile 'my acme' of "+w.source.CredentialsFile)
	line := regexp.MustCompile(`(?m)^(AWS_SHARED_CREDENTIALS_FILE=\S+ aws --profile 'my acme' s3 cp FILE .*)$`).FindString(out)
	if line == "" {
		t.Fatalf("it does not say how to deliver:\n%s", out)
	}
	w.delivers(t, line)
	behind := "\n[theirs]\nregion = us-east-1\n"
	after := readFile(t, w.source.CredentialsFile)
	if !strings.HasPrefix(after, before) || os.WriteFile(w.source.CredentialsFile, []byte(after+behind), 0o600) != nil {
		t.Errorf("what was there is no longer the beginning of the file")
	}

	clean := w.options("cleanup", nil)
	clean.Run = runID.FindString(out)
	clean.Answers.Bucket = ""
	code, out = w.run(t, clean)
	if code != exitDone {
		t.Errorf("the clean-up ends %d:\n%s", code, out)
	}
	contains(t, out, "Remove the profile 'my acme' from "+w.source.CredentialsFile)
	if left := readFile(t, w.source.CredentialsFile); left != before+behind {
		t.Errorf("the file is not what was there with what was added since")
	}
	if files, err := os.ReadDir(o.KeyFolder); err != nil || len(files) > 0 {
		t.Errorf("the folder that was proposed holds %v, %v", files, err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// In the usual file the profile alone tells the AWS CLI where the key is.
func TestAProfileInTheUsualFileNeedsNoVariable(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	w := newWorld(t, sandbox.Default())
	usual := filepath.Join(home, ".aws", "credentials")
	if err := os.Mkdir(filepath.Dir(usual), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(usual, []byte(readFile(t, w.source.CredentialsFile)), 0o600); err != nil {
		t.Fatal(err)
	}
	o := w.options("setup", nil)
	o.Source.CredentialsFile, o.Answers.KeyProfile = "", "acme"
	code, out := w.run(t, o)
	line := strings.TrimSpace(regexp.MustCompile(`(?m)^ *aws --profile acme s3 cp FILE (?:.*\\\n)*.*$`).FindString(out))
	if code != exitDone || line == "" {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	w.delivers(t, "AWS_SHARED_CREDENTIALS_FILE="+usual+" "+line) // whose home is another
}

// In a demo nothing is saved on this computer, so nothing is asked.
func TestADemoAsksNotWhereTheKeyGoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	o := w.options("setup", nil)
	o.Demo = true
	if code, out := w.ask(t, o, append([]string{""}, repeated("yes", 5)...)...); code != exitDone || strings.Contains(out, "Where should the access key") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}
