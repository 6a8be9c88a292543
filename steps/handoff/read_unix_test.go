//go:build unix

package handoff

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Nobody may ever write into a pipe: it is not read, wherever it is.
func TestAPipeIsNoFile(t *testing.T) {
	o := grants()["article"]
	for _, name := range []string{GrantFile, "apply.sh"} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		if name != GrantFile {
			if err := Write(dir, o.Files()[:1]); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "Nothing was changed") {
			t.Errorf("with a pipe as %s: %v", name, err)
		}
		if err := Write(dir, o.Files()); err == nil {
			t.Errorf("with a pipe as %s the files were written", name)
		}
	}
}
