//go:build unix

package plain_test

import (
	"bufio"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"crossgrant/awsops/sandbox"
)

func TestATerminalWithoutASizeIsOneOf80x24(t *testing.T) {
	t.Parallel()
	for _, size := range []pty.Winsize{{}, {Cols: 90}, {Rows: 30}} {
		w := newWorld(t, sandbox.Config{})
		x := w.onScreen(t, size, "setup")
		x.sees("Which profile is the customer's?", "q leave")
	}
}

// Whoever began the program so that it goes on when the terminal is closed has it go on.
func TestASignalThatWasIgnoredStaysIgnored(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		signal syscall.Signal
	}{{"HUP", syscall.SIGHUP}, {"INT", syscall.SIGINT}} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			program := exec.CommandContext(t.Context(), "sh", "-c", `trap "" `+c.name+`; exec "$@"`, "sh", binary, "sandbox", "--dir", dir)
			out, err := program.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := program.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(out)
			if !lines.Scan() {
				t.Fatal("it said nothing")
			}
			url, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "ready: "), ",")
			if err := program.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			for range 200 { // it would end within these
				answer, err := http.Get(url)
				if err != nil {
					t.Fatalf("it ended: %v", err)
				}
				_ = answer.Body.Close()
			}
			if err := program.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if code, said := finish(t, program, lines, &strings.Builder{}); code != exitDone {
				t.Errorf("it ended with %d, as by two signals: %s", code, said)
			}
		})
	}
}
