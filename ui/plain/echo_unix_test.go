//go:build unix

package plain_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/creack/pty"

	"crossgrant/awsops/sandbox"
)

// A person is the program in a terminal, told through what the terminal shows.
type person struct {
	t           *testing.T
	program     *exec.Cmd
	master, tty *os.File
	shown       bytes.Buffer
	more        chan []byte
	mode        *term.State // of the terminal, before the program began
}

func (w *world) inTerminal(t *testing.T, args ...string) *person {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, program: exec.CommandContext(t.Context(), binary, args...), master: master, tty: tty, more: make(chan []byte)}
	if p.mode, err = term.GetState(tty.Fd()); err != nil {
		t.Fatal(err)
	}
	p.program.Env = w.environment(t)
	p.program.Stdin, p.program.Stdout, p.program.Stderr = tty, tty, tty
	p.program.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.program.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.more)
		for {
			buffer := make([]byte, 1<<12)
			n, err := master.Read(buffer)
			if err != nil {
				return
			}
			p.more <- buffer[:n]
		}
	}()
	t.Cleanup(func() {
		_ = p.program.Process.Kill()
		_ = tty.Close()
		_ = master.Close()
		for range p.more { // what nobody waited for
		}
	})
	return p
}

// sees waits until the terminal shows a text so many times, whatever its line breaks.
func (p *person) sees(text string, times int) {
	p.t.Helper()
	deadline := time.After(30 * time.Second)
	for strings.Count(strings.Join(strings.Fields(p.shown.String()), " "), text) < times {
		select {
		case more := <-p.more:
			p.shown.Write(more)
		case <-deadline:
			p.t.Fatalf("waited in vain for %q; the terminal shows\n%s", text, &p.shown)
		}
	}
}

func (p *person) types(text string) {
	p.t.Helper()
	if _, err := p.master.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

// An MFA code is not shown while it is typed, as everything else is, and reaches AWS
// all the same. An interrupt while it is asked for leaves the terminal as it was.
func TestAnMFACodeIsNotShown(t *testing.T) {
	t.Parallel()
	const code = "907856"
	asked := make(chan string, 1)
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.PostFormValue("TokenCode")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`<ErrorResponse><Error><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA one time pass code.</Message></Error></ErrorResponse>`))
	}))
	t.Cleanup(sts.Close)
	w := newWorld(t, sandbox.Default())
	w.addProfile(t, "[profile careful]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = my_awesome_customer\n"+
		"mfa_serial = arn:aws:iam::111122223333:mfa/me\nendpoint_url = "+sts.URL+"\n")
	p := w.inTerminal(t, "setup", "--plain", "--customer-profile", "careful", "--state-dir", filepath.Join(w.dir, "runs"))
	p.sees("press Enter alone to give none.", 1)
	p.types(code + "\r")
	p.sees("The MFA code was not accepted.", 1)
	if got := <-asked; got != code {
		t.Errorf("AWS was sent the code %q", got)
	}
	p.sees("Which profile", 1)
	p.types("careful\r")
	p.sees("press Enter alone to give none.", 2)
	p.types(code + "\x03")
	p.sees("Cancelled.", 1)
	var ended *exec.ExitError
	if err := p.program.Wait(); !errors.As(err, &ended) || ended.ExitCode() != exitInterrupted {
		t.Errorf("it ended with %v", err)
	}
	if strings.Contains(p.shown.String(), code) || !strings.Contains(p.shown.String(), "careful\r\n") {
		t.Errorf("the code, or not what else was typed, is in:\n%s", &p.shown)
	}
	mode, err := term.GetState(p.tty.Fd())
	if err != nil || *mode != *p.mode {
		t.Errorf("the terminal is left as %+v, %v; it was %+v", mode, err, p.mode)
	}
}
