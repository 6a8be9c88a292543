package ui

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox"
)

// The way into a demo is one that a shell can take, wherever the demo's files are.
func TestTheHintOfADemoIsForAShell(t *testing.T) {
	t.Parallel()
	box, err := sandbox.Start(sandbox.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	for _, sh := range []string{"sh", "bash"} {
		for _, name := range []string{"demo", "x y;touch Q", "it's \"$(touch Q)\" `touch Q`", "\x1b[31m\u202e", "-x"} {
			folder := t.TempDir()
			dir := filepath.Join(folder, name)
			if _, _, err := box.WriteProfiles(dir); err != nil {
				t.Fatal(err)
			}
			const stub = `aws() { sh -c 'printf "%s\n" "$AWS_SHARED_CREDENTIALS_FILE" "$AWS_CONFIG_FILE" "$*"' aws "$@"; }` + "\n"
			cmd := exec.Command(sh, "-e", "-c", stub+LookInside(dir))
			cmd.Dir = folder
			out, err := cmd.CombinedOutput()
			want := dir + "/credentials\n" + dir + "/config\n--profile my_awesome_customer s3 ls\n"
			if err != nil || string(out) != want {
				t.Errorf("%s with %q says %q, %v, want %q", sh, name, out, err, want)
			}
			if _, err := os.Stat(filepath.Join(folder, "Q")); err == nil {
				t.Errorf("%s runs what stands in the name %q", sh, name)
			}
			for line := range strings.Lines(LookInside("/tmp/crossgrant-demo-1234567890")) {
				if len(line) > 57 {
					t.Errorf("a screen of 60 columns breaks the line %q", line)
				}
			}
		}
	}
}
