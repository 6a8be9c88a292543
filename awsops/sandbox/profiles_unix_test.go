//go:build unix

package sandbox_test

import (
	"os"
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
