package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What is no plain file is neither opened, which may block for ever, nor replaced.
func TestProfilesAreWrittenOverPlainFilesAlone(t *testing.T) {
	w := newWorld(t)
	own := filepath.Join(t.TempDir(), "own")
	_, _, err := w.WriteProfiles(own)
	w.must(err)
	for what, put := range map[string]func(path string) error{
		"a pipe":                      func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a folder":                    func(path string) error { return os.Mkdir(path, 0o700) },
		"a link to a device":          func(path string) error { return os.Symlink(os.DevNull, path) },
		"a link to nothing":           func(path string) error { return os.Symlink("nothing", path) },
		"a link to a file of its own": func(path string) error { return os.Symlink(filepath.Join(own, "credentials"), path) },
	} {
		for _, name := range []string{"credentials", "config", "env"} {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			w.must(put(path))
			before, err := os.Lstat(path)
			w.must(err)
			_, _, err = w.WriteProfiles(dir)
			if err == nil || !strings.Contains(err.Error(), path+" is not the sandbox's") {
				t.Errorf("%s for the %s: %v", what, name, err)
			}
			after, err := os.Lstat(path)
			w.must(err)
			if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 || !os.SameFile(before, after) {
				t.Errorf("%s for the %s: replaced, or there is more: %v, %v", what, name, entries, err)
			}
		}
	}
}

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
