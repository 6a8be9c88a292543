//go:build unix

package plain_test

import (
	"bytes"
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/creack/pty"

	"crossgrant/awsops/sandbox"
)

// A terminal that answers no question sees the first screen at once: nothing waits for its
// colour. Package background sees to that, as long as Go loads it before Bubble Tea, which
// the name of the module decides. A computer that is busy has five tries.
func TestAMuteTerminalIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	const most = time.Second // Bubble Tea would wait for 5
	w := newWorld(t, sandbox.Config{})
	var shown []byte
	for range 5 {
		if shown = w.onMuteTerminal(t, most); bytes.Contains(shown, []byte("What would you like to do?")) {
			return
		}
	}
	t.Errorf("after %v a terminal that says nothing shows %q", most, shown)
}

// onMuteTerminal starts the wizard, and returns what it wrote by then.
func (w *world) onMuteTerminal(t *testing.T, by time.Duration) (shown []byte) {
	t.Helper()
	ctx, end := context.WithTimeout(t.Context(), by)
	c := exec.CommandContext(ctx, binary)
	c.Env = append(w.environment(t), "TERM=xterm-256color")
	terminal, err := pty.StartWithSize(c, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		end()
		_ = c.Wait()
		_ = terminal.Close()
	}()
	buffer := make([]byte, 1<<14)
	for !bytes.Contains(shown, []byte("What would you like to do?")) {
		n, err := terminal.Read(buffer)
		if shown = append(shown, buffer[:n]...); err != nil { // it was ended
			break
		}
	}
	return shown
}
