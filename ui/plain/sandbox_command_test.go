package plain_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

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
