//go:build unix

package plain_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSandboxRefuses(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "with-a-pipe")
	if err := os.Mkdir(pipe, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(pipe, "credentials"), 0o600); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		"red\x1b[31m":       `"red\x1b[31m" has characters`,
		"two\nlines":        `"two\nlines" has characters`,
		"turned\u202egnp":   `"turned\u202egnp" has characters`,
		"c1 of 8 bits \x9b": `"c1 of 8 bits \x9b" has characters`,
		pipe:                "credentials is not the sandbox's",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // for one that waits at the pipe
		defer cancel()
		c := exec.CommandContext(ctx, binary, "sandbox", "--dir", dir)
		c.Dir, c.Env = t.TempDir(), []string{"HOME=" + t.TempDir()}
		text, _ := c.CombinedOutput()
		if code := c.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(text), want) || !strings.Contains(string(text), "another folder") {
			t.Errorf("%q: exit code %d, and it says %q", dir, code, text)
		}
		if left, err := os.ReadDir(c.Dir); err != nil || len(left) != 0 {
			t.Errorf("%q: refused, and it left %v, %v", dir, left, err)
		}
	}
}
