//go:build unix

package plain_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"

	"crossgrant/awsops/sandbox"
	"crossgrant/ui/plain"
)

// A fullScreen is the program in a pseudo-terminal of its own, as a person has it.
type fullScreen struct {
	t       *testing.T
	screen  vt10x.Terminal
	keys    *os.File
	program *exec.Cmd
	changed chan struct{}
	over    chan struct{}
}

// onScreen starts the program where a terminal says that it has this size.
func (w *world) onScreen(t *testing.T, size pty.Winsize, args ...string) *fullScreen {
	t.Helper()
	c := exec.CommandContext(t.Context(), binary, args...)
	c.Env = append(w.environment(t), "TERM=xterm-256color", "PATH="+os.Getenv("PATH"))
	keys, err := pty.StartWithSize(c, &size)
	if err != nil {
		t.Fatal(err)
	}
	x := &fullScreen{t: t, keys: keys, program: c, changed: make(chan struct{}, 1), over: make(chan struct{})}
	x.screen = vt10x.New(vt10x.WithSize(max(80, int(size.Cols)), max(24, int(size.Rows))), vt10x.WithWriter(keys))
	go func() {
		defer close(x.over)
		buffer := make([]byte, 1<<16)
		for kept := 0; ; {
			n, err := keys.Read(buffer[kept:])
			if err != nil {
				return
			}
			n += kept
			done, _ := x.screen.Write(buffer[:n])
			kept = copy(buffer, buffer[done:n]) // half a character
			select {
			case x.changed <- struct{}{}:
			default:
			}
		}
	}()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		_ = keys.Close()
		<-x.over
	})
	return x
}

func (x *fullScreen) flat() string { return strings.Join(strings.Fields(x.screen.String()), " ") }

// sees waits for texts on the screen, whatever their line breaks.
func (x *fullScreen) sees(texts ...string) {
	x.t.Helper()
	deadline := time.After(30 * time.Second)
	for _, text := range texts {
		for !strings.Contains(x.flat(), text) {
			select {
			case <-x.changed:
			case <-x.over:
				x.t.Fatalf("the program ended without %q:\n%s", text, x.screen)
			case <-deadline:
				x.t.Fatalf("waited in vain for %q; the screen shows\n%s", text, x.screen)
			}
		}
	}
}

func (x *fullScreen) press(keys string) {
	x.t.Helper()
	if _, err := x.keys.WriteString(keys); err != nil {
		x.t.Fatal(err)
	}
}

// commanded makes both profiles those of a script, in which KEY is theirs as JSON.
func (w *world) commanded(t *testing.T, script string) {
	t.Helper()
	var config strings.Builder
	for _, p := range w.Profiles() {
		key := fmt.Sprintf(`'{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s"}'`, p.AccessKeyID, p.SecretAccessKey)
		file := filepath.Join(t.TempDir(), "get.sh")
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(script, "KEY", key)), 0o600); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&config, "[profile %s]\ncredential_process = sh %s\nregion = us-east-1\nendpoint_url = %s\n", p.Name, file, w.URL())
	}
	w.source.CredentialsFile = filepath.Join(t.TempDir(), "credentials")
	w.source.ConfigFile = filepath.Join(t.TempDir(), "config")
	for file, text := range map[string]string{w.source.CredentialsFile: "", w.source.ConfigFile: config.String()} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// What a command writes beside its answer does not come onto the wizard's screen.
func TestCase03ACommandThatTalksInTheWizard(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Config{})
	w.commanded(t, "echo 'contacting the vault ...' >&2\necho 'contacting the vault ...' >/dev/tty\necho KEY\n")
	x := w.onScreen(t, pty.Winsize{Cols: 90, Rows: 26}, "setup")
	x.sees("Which profile is the customer's?")
	title := strings.SplitN(x.screen.String(), "\n", 2)[0]
	x.press("\r")
	x.sees("Which profile is the firm's?")
	x.press("\r")
	x.sees("Which bucket")
	screen := x.screen.String()
	if got := strings.SplitN(screen, "\n", 2)[0]; got != title || strings.Contains(screen, "vault") || strings.Contains(screen, "Which profile") {
		t.Errorf("the screen is not whole:\n%s", screen)
	}
}

// All keys are the wizard's: a command that asks finds nobody, and fails at once.
func TestCase03ACommandThatAsksInTheWizard(t *testing.T) {
	t.Parallel()
	for _, from := range []string{"", " </dev/tty"} {
		w := newWorld(t, sandbox.Config{})
		w.commanded(t, "printf 'Enter MFA code: ' >&2\nread code"+from+" || exit 4\necho KEY\n")
		x := w.onScreen(t, pty.Winsize{Cols: 90, Rows: 26}, "setup")
		x.sees("Which profile is the customer's?")
		x.press("\r")
		x.sees("The profile's own command gave no credentials", "It said: Enter MFA code:", "run it in a shell first")
		x.press("?")
		x.sees("close the help")
	}
}

// A command that takes its time is told of, also before there is a run.
func TestACommandThatTakesItsTimeIsToldOf(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]string{
		"text": "for the command in credential_process of the profile my_",
		"json": `"for":"the command in credential_process of the profile my_`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sandbox.Config{})
			path := filepath.Join(t.TempDir(), "go")
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			goOn, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer goOn.Close()
			w.commanded(t, "read on <"+path+"\necho KEY\n")
			o := w.options("setup", nil)
			o.Source.Patience = time.Minute / 20
			o.DryRun, o.JSON = true, name == "json"
			out := &listening{to: goOn, text: "credential_process"}
			o.Out = out
			if code := plain.Run(t.Context(), o); code != exitDone {
				t.Errorf("it ended with %d: %s", code, out.said.String())
			}
			contains(t, out.said.String(), says)
		})
	}
}

// listening lets what waits go on once a text was written.
type listening struct {
	said strings.Builder
	to   *os.File
	text string
}

func (l *listening) Write(p []byte) (int, error) {
	if strings.Contains(string(p), l.text) {
		_, _ = l.to.WriteString("\n\n") // a line for each profile
	}
	return l.said.Write(p)
}

// Whoever leaves while a command runs leaves nothing of it behind.
func TestCase03LeavingEndsTheCommand(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*fullScreen){
		"by a key": func(x *fullScreen) { x.press("q") },
		"by a signal": func(x *fullScreen) {
			if err := x.program.Process.Signal(syscall.SIGTERM); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sandbox.Config{})
			path := filepath.Join(t.TempDir(), "alive")
			if err := syscall.Mkfifo(path, 0o600); err != nil {
				t.Fatal(err)
			}
			alive, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer alive.Close()
			w.commanded(t, "exec 3>"+path+"\n(sleep 1000) &\n(trap '' TERM HUP INT; sleep 1000) &\nwait\n")
			x := w.onScreen(t, pty.Winsize{Cols: 90, Rows: 26}, "setup")
			x.sees("Which profile is the customer's?")
			x.press("\r")
			x.sees("Asking AWS who this is ...")
			for { // until the command has it open
				var one [1]byte
				if err := alive.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
					t.Fatal(err)
				}
				if _, err := alive.Read(one[:]); errors.Is(err, os.ErrDeadlineExceeded) {
					break
				}
			}
			leave(x)
			<-x.over
			if err := alive.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadAll(alive); err != nil {
				t.Errorf("something of the command runs on: %v", err)
			}
		})
	}
}
