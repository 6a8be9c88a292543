package plain_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/sandbox/leak"
)

// start runs the program in a world until a line with this text shows up, and
// returns it with the rest of its output to come.
func (w *world) start(t *testing.T, until string, args ...string) (*exec.Cmd, *bufio.Scanner, *strings.Builder) {
	t.Helper()
	c := exec.CommandContext(t.Context(), binary, args...)
	c.Env = w.environment(t)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	w.output = out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	said := &strings.Builder{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), until) {
			return c, lines, said
		}
	}
	t.Fatalf("the program ended without %q: %v\n%s", until, c.Wait(), said)
	return nil, nil, nil
}

// environment is that of a person who acts in the world.
func (w *world) environment(t *testing.T) []string {
	return []string{
		"HOME=" + t.TempDir(), "AWS_SHARED_CREDENTIALS_FILE=" + w.source.CredentialsFile, "AWS_CONFIG_FILE=" + w.source.ConfigFile,
		"CUSTOMER_PROFILE=my_awesome_customer", "FIRM_PROFILE=my_firm", "BUCKET=" + bucket,
	}
}

// finish waits for the end and returns the exit code and all that was said.
func finish(t *testing.T, c *exec.Cmd, lines *bufio.Scanner, said *strings.Builder) (int, string) {
	t.Helper()
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
	}
	leak.Said("what the program said in "+t.Name(), said.String())
	err := c.Wait()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return 0, said.String()
	case errors.As(err, &ended):
		return ended.ExitCode(), said.String()
	}
	t.Fatal(err)
	return 0, ""
}

// A signal ends the run in good order, wherever it is.
func TestSignalTakesBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		until  string
		signal syscall.Signal
		args   []string
	}{
		{"crossgrant tour", syscall.SIGINT, []string{"tour", "--yes"}},
		{"1/11  Let the firm in", syscall.SIGTERM, []string{"tour", "--yes"}},
		{"test-customer: Read the test file", syscall.SIGINT, []string{"tour", "--yes"}},
		{"8/11  Give the firm's user access", syscall.SIGHUP, []string{"tour", "--yes"}},
		{"3/5  Give the firm's user access", syscall.SIGINT, []string{"setup", "--yes"}},
		{`"event":"verified"`, syscall.SIGINT, []string{"setup", "--yes", "--json"}},
	} {
		t.Run(c.args[0]+" at "+c.until, func(t *testing.T) {
			t.Parallel()
			if signal.Ignored(c.signal) {
				t.Skip("the tests were started with this signal ignored, as nohup does, and so is the program")
			}
			config := sandbox.Default()
			config.Latency = 50 * time.Millisecond // so that it is not over before the signal
			w := newWorld(t, config)
			before := w.Snapshot()
			run, lines, said := w.start(t, c.until, c.args...)
			if err := run.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			code, out := finish(t, run, lines, said)
			if code != exitInterrupted {
				t.Errorf("exit code %d:\n%s", code, out)
			}
			w.same(t, before, "the run")
			if err := w.sound(out); err != nil {
				t.Error(err)
			}
			if c.args[len(c.args)-1] == "--json" {
				contains(t, out, `"exit_code":130`)
				return
			}
			contains(t, out, "Interrupted.")
			if strings.Count(out, "Interrupted") != 1 {
				t.Errorf("it says more than once that it was interrupted:\n%s", out)
			}
		})
	}
}

// A second signal ends the taking back as well: what is left is named.
func TestSecondSignalLeavesWhatIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	run, lines, said := w.start(t, "8/11  Give the firm's user access", "tour", "--yes")
	w.Inject(sandbox.Fault{Operation: "DeleteUser", Kind: sandbox.Hang})
	if err := run.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "Undoing") {
			break // a user is deleted in there, and that hangs
		}
	}
	if err := run.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	code, out := finish(t, run, lines, said)
	if code != exitLeft {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "Interrupted.", "left the user test-", "crossgrant cleanup "+runID.FindString(out))
}

// A second signal ends the program also where it is stuck: here nobody reads what it
// says, and it can say no more.
func TestSecondSignalEndsWhatIsStuck(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	unread, full, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = errors.Join(unread.Close(), full.Close()) }()
	if err := full.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for err == nil { // until the pipe takes no more
		_, err = full.Write(make([]byte, 4096))
	}
	c := exec.CommandContext(t.Context(), binary, "tour", "--yes")
	c.Env, c.Stdout = w.environment(t), full
	said := &strings.Builder{}
	c.Stderr = said
	asked := make(chan struct{})
	w.Inject(sandbox.Fault{Operation: "GetCallerIdentity", Kind: sandbox.Hang, Struck: func(string) { close(asked) }})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		if err := c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
	}
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != exitLeft {
		t.Errorf("exit code %d", code)
	}
	contains(t, said.String(), "crossgrant runs")
}
