package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A shell that sources the file env finds the profiles, from whichever folder, and no
// variable leads past them.
func TestAShellThatSourcesEnvFindsTheProfiles(t *testing.T) {
	w := newWorld(t)
	for _, sh := range []string{"sh", "bash", "dash"} {
		if _, err := exec.LookPath(sh); err != nil {
			continue
		}
		for _, name := range []string{"demo", "x y;touch Q", "it's \"$(touch Q)\" `touch Q`", "日本\nx"} {
			at := t.TempDir()
			t.Chdir(at)
			credentials, config, err := w.WriteProfiles(name)
			w.must(err)
			c := exec.CommandContext(t.Context(), sh, "-c", `. ./"$1"/env && cd / && cat "$AWS_SHARED_CREDENTIALS_FILE" "$AWS_CONFIG_FILE" && echo "left: $AWS_PROFILE$AWS_ACCESS_KEY_ID $AWS_ENDPOINT_URL"`, sh, name)
			c.Env = append(os.Environ(), "AWS_PROFILE=real", "AWS_ENDPOINT_URL=http://elsewhere", "AWS_ACCESS_KEY_ID=AKIAREAL")
			said, err := c.CombinedOutput()
			var want []byte
			for _, file := range []string{credentials, config} {
				text, err := os.ReadFile(file)
				w.must(err)
				want = append(want, text...)
			}
			if err != nil || string(said) != string(want)+"left:  "+w.URL()+"\n" {
				t.Errorf("%s with %q: %v", sh, name, err)
			}
			if _, err := os.Stat("Q"); err == nil {
				t.Errorf("%s runs what stands in the name %q", sh, name)
			}
		}
	}
}

// A file that is not the sandbox's is known by its beginning, however large it is.
func TestProfilesOfOthersAreNotReadToTheirEnd(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	w.must(os.WriteFile(path, []byte("[mine]\n"), 0o600))
	if err := os.Truncate(path, 1<<40); err != nil { // a terabyte, all of it a hole
		t.Skipf("no file of that size can be made here: %v", err)
	}
	if _, _, err := w.WriteProfiles(dir); err == nil || !strings.Contains(err.Error(), "is not the sandbox's") {
		t.Errorf("a terabyte of somebody else's: %v", err)
	}
}
