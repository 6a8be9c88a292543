//go:build unix

package steps

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"crossgrant/awsops/problem"
)

// narrow lets no file of this process grow beyond so many bytes, as a full disk does.
func narrow(t *testing.T, bytes uint64) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatCannotBeFinishedIsRemoved(t *testing.T) {
	if os.Getenv("NARROW") == "" { // in a process of its own: the others write larger files
		again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		again.Env = append(os.Environ(), "NARROW=yes")
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
		return
	}
	path := filepath.Join(t.TempDir(), "key")
	narrow(t, 30)
	w := &World{Facts: Facts{Answers: Answers{FirmUser: "test-writer", KeyFile: path}, Region: "us-east-1"}}
	err := w.saveKey(Key{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "hidden"})
	if !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "nothing is left of it") {
		t.Errorf("it says %v", err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a part of the key's file is there: %v", err)
	}
	if p := problem.Diagnose(err, "save the key"); p.Summary != "The file may not become as large as it has to" || problem.Lost(err) {
		t.Errorf("lost %t, %v", problem.Lost(err), p)
	}
	if err := WriteNew(path, "short"); err != nil {
		t.Errorf("what fits: %v", err)
	}
	if err := WriteNew(path, "again"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file that is there: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "short" {
		t.Errorf("it holds %q, %v", text, err)
	}
}
