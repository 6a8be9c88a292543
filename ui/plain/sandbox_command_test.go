package plain_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// serve runs "crossgrant sandbox" in an empty folder, and returns the line that it says
// when it is ready.
func serve(t *testing.T, dir string) (at, ready string) {
	t.Helper()
	at = t.TempDir()
	c := exec.CommandContext(t.Context(), binary, "sandbox", "--dir", dir)
	c.Dir, c.Env = at, []string{"HOME=" + at}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
	})
	ready, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return at, ready
}

// serves DIR FLAG... runs "crossgrant sandbox" until the script ends, and goes on once it is
// ready.
func serves(ts *testscript.TestScript, _ bool, args []string) {
	c := exec.Command(binary, append([]string{"sandbox", "--dir"}, args...)...)
	c.Dir, c.Stderr = ts.Getenv("WORK"), ts.Stderr()
	out, err := c.StdoutPipe()
	ts.Check(err)
	ts.Check(c.Start())
	ts.Defer(func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
	})
	ready, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	_, err = io.WriteString(ts.Stdout(), ready)
	ts.Check(err)
}

// What it says can be pasted into a shell, whatever the folder is called.
func TestSandboxSaysItsFolderForAShell(t *testing.T) {
	for _, dir := range []string{"plain", "x y;touch Q", `it's "$(touch Q)" & touch Q`, "日本/x"} {
		at, ready := serve(t, dir)
		_, variables, found := strings.Cut(ready, "use it with ")
		if !found {
			t.Fatalf("it says %q", ready)
		}
		c := exec.CommandContext(t.Context(), "sh", "-c", strings.TrimSpace(variables)+` exec sh -c 'cat "$AWS_SHARED_CREDENTIALS_FILE" "$AWS_CONFIG_FILE"'`)
		c.Dir = at
		text, err := c.CombinedOutput()
		if err != nil || !strings.Contains(string(text), "aws_secret_access_key") || !strings.Contains(string(text), "endpoint_url") {
			t.Errorf("%s: a shell that sets %s reads %v: %s", dir, variables, err, text)
		}
		if _, err := os.Stat(filepath.Join(at, "Q")); err == nil {
			t.Errorf("%s: the name of the folder was run", dir)
		}
	}
}

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
