package plain_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
)

// What a run did, as a script, does the same again: on accounts as they were before.
func TestScriptOfARunDoesTheSame(t *testing.T) {
	t.Parallel()
	aws := applyCLI(t)
	for name, answers := range map[string]func(*steps.Answers){
		"tour":                func(a *steps.Answers) { a.Journey = "tour" },
		"setup":               func(*steps.Answers) {},
		"setup with a role":   func(a *steps.Answers) { a.FirmUser, a.FirmRole = "", "courier" },
		"setup of a narrow":   func(a *steps.Answers) { a.Access, a.Prefix = "deliver", "it's in/" },
		"setup with versions": func(a *steps.Answers) { a.Prefix = "versioned/" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Default())
			if name == "setup with versions" {
				w.keepVersions(t, aws)
			}
			if err := w.putPolicy([]byte(foreign)); err != nil {
				t.Fatal(err)
			}
			o := w.options("setup", nil)
			answers(&o.Answers)
			if code, out := w.run(t, o); code != exitDone {
				t.Fatalf("exit %d:\n%s", code, out)
			}
			records, err := steps.Records(o.StateDir)
			if err != nil || len(records) != 1 {
				t.Fatalf("%d records, %v", len(records), err)
			}
			text, err := steps.Script(o.StateDir, records[0].Run)
			if err != nil {
				t.Fatal(err)
			}
			want := w.meaning()
			if records[0].CleanUp != "" {
				clean := w.options("cleanup", nil)
				clean.Answers.FirmUser, clean.Answers.Bucket = "", ""
				if code, out := w.run(t, clean); code != exitDone {
					t.Fatalf("clean-up: exit %d:\n%s", code, out)
				}
			}
			w.bash(t, aws, text)
			if d := cmp.Diff(want, w.meaning()); d != "" {
				t.Errorf("the script does something else (- the run, + the script):\n%s\n%s", d, text)
			}
		})
	}
}

// givenByAWS are ids and times that differ each time.
var givenByAWS = regexp.MustCompile(`\b(AKIA|AIDA|AROA)[A-Z0-9]{12,}\b|\d{4}-\d\d-\d\dT[\d:.]+Z|secret \S+`)

// meaning is the world without what AWS gives anew each time.
func (w *world) meaning() []string {
	var lines []string
	for _, line := range w.Snapshot() {
		lines = append(lines, givenByAWS.ReplaceAllString(line, "given"))
	}
	slices.Sort(lines)
	return lines
}

// bash runs a script as a person does who saved it, with the AWS CLI.
func (w *world) bash(t *testing.T, aws, script string) {
	t.Helper()
	home := t.TempDir()
	path := filepath.Join(home, "run.sh")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	config, err := os.ReadFile(w.source.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	named := filepath.Join(home, "config") // as most people have it: no [default] tells of an endpoint
	if err := os.WriteFile(named, []byte(strings.Replace(string(config), "[default]", "[profile another]", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", path)
	cmd.Env = []string{
		"PATH=" + filepath.Dir(aws) + ":" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home,
		"AWS_SHARED_CREDENTIALS_FILE=" + w.source.CredentialsFile, "AWS_CONFIG_FILE=" + named,
	}
	if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "should have been refused") {
		t.Fatalf("%v:\n%s\n%s", err, out, script)
	}
	if err := w.sound(script); err != nil && strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}

func (w *world) keepVersions(t *testing.T, aws string) {
	t.Helper()
	w.bash(t, aws, "set -e\naws --profile my_awesome_customer s3api put-bucket-versioning --bucket my.test.bucket --versioning-configuration Status=Enabled\n")
}
