//go:build unix

package awsops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"
)

// A commanded profile is one whose command is a script, run where "started" counts its
// runs and "alive" is held open by all that run.
type commanded struct {
	Source
	dir string
}

// commands makes a profile p of a script. KEY is the firm's, as JSON.
func (w *world) commands(t *testing.T, script string) commanded {
	t.Helper()
	c := commanded{dir: t.TempDir()}
	for _, p := range w.Profiles() {
		if p.Name == "my_firm" {
			script = strings.ReplaceAll(script, "KEY", fmt.Sprintf(`'{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"%s"}'`, p.AccessKeyID, p.SecretAccessKey))
		}
	}
	for _, name := range []string{"alive", "go"} {
		if err := syscall.Mkfifo(filepath.Join(c.dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script = "cd " + c.dir + "\necho >>started\n" + script
	c.Source = sourceOf(t, "", "[profile p]\ncredential_process = sh "+writeFile(t, "get.sh", script)+"\n")
	c.Endpoint = w.URL()
	return c
}

func (c commanded) identity(ctx context.Context, profile string) (Identity, error) {
	s, err := c.Open(ctx, profile)
	if err != nil {
		return Identity{}, err
	}
	return s.Identity(ctx)
}

func (c commanded) runs(t *testing.T) int {
	t.Helper()
	lines, err := os.ReadFile(filepath.Join(c.dir, "started"))
	if err != nil {
		t.Fatal(err)
	}
	return len(lines)
}

// ended waits until nobody holds "alive" open any more.
func (c commanded) ended(t *testing.T, alive *os.File) {
	t.Helper()
	if err := alive.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(alive); err != nil {
		t.Errorf("something of the command runs on: %v", err)
	}
}

// alive opens what the command and its children hold open.
func (c commanded) alive(t *testing.T) *os.File {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(c.dir, "alive"), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// staying starts children that stay, of its own group and holding "alive" open.
const staying = "exec 3>alive\n(sleep 1000) &\n(trap '' TERM HUP; sleep 1000) &\necho up >&3\nwait\n"

// What a command writes to stderr is kept, and said where the command fails.
func TestCase03WhatTheCommandSays(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	ok := w.commands(t, "echo 'contacting the vault ...' >&2\necho KEY\n")
	if id, err := ok.identity(t.Context(), "p"); err != nil || id.Account != firm {
		t.Errorf("a command that talks and answers: %+v, %v", id, err)
	}
	_, err := w.commands(t, "echo 'contacting the vault ...' >&2\necho 'the vault is sealed' >&2\nexit 3\n").identity(t.Context(), "p")
	p := wantProblem(t, err, "The profile's own command gave no credentials")
	if !strings.Contains(p.Detail, "It said: contacting the vault ... the vault is sealed.") || problem.Lost(err) {
		t.Errorf("lost %t: %v", problem.Lost(err), p)
	}
}

// A command that asks finds nobody: not on stdin, and not at the terminal.
func TestCase03TheCommandHasNoKeyboard(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	for name, from := range map[string]string{"stdin": "", "the terminal": " </dev/tty", "the terminal by stderr": " <&2"} {
		t.Run(name, func(t *testing.T) {
			c := w.commands(t, "printf 'Enter MFA code: ' >&2\nread code"+from+" || exit 4\necho KEY\n")
			_, err := c.identity(t.Context(), "p")
			p := wantProblem(t, err, "The profile's own command gave no credentials")
			for _, says := range []string{"It said: Enter MFA code:", "run it in a shell first, or use a profile whose command does not ask"} {
				if !strings.Contains(p.Error(), says) {
					t.Errorf("it does not say %q: %v", says, p)
				}
			}
			if n := c.runs(t); n != 1 {
				t.Errorf("the command was started %d times", n)
			}
		})
	}
}

func TestACommandIsToldOfWhileItRuns(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	c := w.commands(t, "read on <go\necho KEY\n")
	c.Patience = time.Minute / 20
	goOn, err := os.OpenFile(filepath.Join(c.dir, "go"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer goOn.Close()
	var waits []Wait
	ctx := WithWaits(t.Context(), func(wait Wait) {
		waits = append(waits, wait)
		_, _ = fmt.Fprintln(goOn, "on")
	})
	if id, err := c.identity(ctx, "p"); err != nil || id.Account != firm {
		t.Errorf("%+v, %v", id, err)
	}
	if len(waits) == 0 || !strings.Contains(waits[0].For, "credential_process of the profile p") || waits[0].Why == "" || waits[0].Code != "" ||
		waits[0].Limit != c.Patience || waits[0].Elapsed < c.Patience/6 {
		t.Errorf("it was told %+v", waits)
	}
}

func TestACommandThatDoesNotAnswerIsEndedWithItsChildren(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	c := w.commands(t, "echo 'waiting for the vault' >&2\n"+staying)
	c.Patience = 300 * time.Millisecond
	alive := c.alive(t)
	_, err := c.identity(t.Context(), "p")
	p := wantProblem(t, err, "The profile's own command did not answer")
	if !strings.Contains(p.Detail, "It said: waiting for the vault.") || problem.Lost(err) {
		t.Errorf("lost %t: %v", problem.Lost(err), p)
	}
	c.ended(t, alive)
	if n := c.runs(t); n != 1 {
		t.Errorf("the command was started %d times", n)
	}
}

// roles serves STS's AssumeRole with the credentials of a profile.
func (w *world) roles(t *testing.T) (url string, asked *atomic.Int32) {
	t.Helper()
	asked = new(atomic.Int32)
	sts := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = rw.Write([]byte(`<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`))
	}))
	t.Cleanup(sts.Close)
	return sts.URL, asked
}

// builds adds two roles to the profile: r builds on q, and q on p.
func (c *commanded) builds(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(c.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	role := "role_arn = arn:aws:iam::444455556666:role/r\nsource_profile = "
	c.ConfigFile = writeFile(t, "config", string(text)+"[profile q]\n"+role+"p\n[profile r]\n"+role+"q\n")
}

// Who stops leaves nothing of the command behind, however the profile comes to it.
func TestStoppingEndsTheCommandWithItsChildren(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	for _, profile := range []string{"p", "q", "r"} {
		t.Run(profile, func(t *testing.T) {
			c := w.commands(t, staying)
			c.builds(t)
			alive := c.alive(t)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			failed := make(chan error, 1)
			go func() {
				_, err := c.identity(ctx, profile)
				failed <- err
			}()
			var up [3]byte
			for n := 0; n < len(up); { // nobody has it open before the command does
				read, err := alive.Read(up[n:])
				if n += read; err != nil && !errors.Is(err, io.EOF) {
					t.Fatal(err)
				}
			}
			stop()
			if err := <-failed; !errors.Is(err, context.Canceled) || problem.Lost(err) {
				t.Errorf("lost %t: %v", problem.Lost(err), err)
			}
			c.ended(t, alive)
		})
	}
}

// A role that builds on such a profile is told of its command's failure as the profile is.
func TestARoleThatBuildsOnACommand(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	url, asked := w.roles(t)
	for _, profile := range []string{"q", "r"} {
		bad := w.commands(t, "echo 'the vault is sealed' >&2\nexit 3\n")
		bad.builds(t)
		bad.Endpoint = url
		_, err := bad.identity(t.Context(), profile)
		p := wantProblem(t, err, "The profile's own command gave no credentials")
		if !strings.Contains(p.Detail, "It said: the vault is sealed.") || problem.Lost(err) || asked.Load() != 0 || bad.runs(t) != 1 {
			t.Errorf("STS asked %d times, %d runs: %v", asked.Load(), bad.runs(t), p)
		}
	}
	good := w.commands(t, "echo KEY\n")
	good.builds(t)
	good.Endpoint = url
	s, err := good.Open(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	if given, err := s.who.Retrieve(t.Context()); err != nil || given.AccessKeyID != "ASIA" || asked.Load() != 2 {
		t.Errorf("%s after %d roles, %v", given.AccessKeyID, asked.Load(), err)
	}
}

// What a command left running in the background has nothing to do with its answer.
func TestACommandMayLeaveSomethingRunning(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	c := w.commands(t, "(read on <go) &\necho KEY\n")
	if id, err := c.identity(t.Context(), "p"); err != nil || id.Account != firm {
		t.Errorf("%+v, %v", id, err)
	}
	goOn, err := os.OpenFile(filepath.Join(c.dir, "go"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_ = goOn.Close() // which ends it
}

// A command's own words hold no secret, do nothing to a terminal and are no longer than
// a few lines.
func TestWhatTheCommandSaysIsNoSecret(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	for name, test := range map[string]struct{ script, says string }{
		"a trace":         {"set -x\necho KEY >&2\nexit 1\n", ""},
		"an answer":       {"echo '{\"SecretAccessKey\": \"" + short + "\", \"SessionToken\":\"" + short + "\"}' >&2\nexit 1\n", "(not shown)"},
		"a header":        {"echo '> Authorization: Bearer " + short + "' >&2\nexit 1\n", "Authorization: Bearer (not shown)"},
		"a password":      {"echo 'PASSWORD=" + short + " vault_token: " + short + "' >&2\nexit 1\n", "PASSWORD=(not shown)"},
		"an address":      {"echo 'GET https://me:" + short + "@vault.example/' >&2\nexit 1\n", "vault.example"},
		"a torn line":     {"echo 'SecretAccessKey: " + secret + "' >&2\nhead -c 4076 /dev/zero | tr '\\0' ' ' >&2\necho ends >&2\nexit 1\n", "It said: ends"},
		"one endless":     {"head -c 9000000 /dev/zero | tr '\\0' 'y' >&2\nexit 1\n", "It said: |"},
		"many lines":      {"i=0; while [ $i -lt 900 ]; do echo \"line $i\" >&2; i=$((i+1)); done\nexit 1\n", "line 899"},
		"control":         {"printf 'a\\033[2Jb' >&2\nexit 1\n", "a<U+001B>[2Jb"},
		"quotation marks": {"echo 'cannot decode \"" + short + "\"' >&2\nexit 1\n", "cannot decode"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.commands(t, test.script).identity(t.Context(), "p")
			p := wantProblem(t, err, "The profile's own command gave no credentials")
			if no, absent := strings.CutSuffix(test.says, "|"); absent == strings.Contains(p.Error(), no) {
				t.Errorf("of %q it says %v", test.says, p)
			}
			for _, hidden := range []string{short, secret[:5], secret[len(secret)-5:], w.Profiles()[1].SecretAccessKey} {
				if strings.Contains(p.Error(), hidden) {
					t.Errorf("%q is shown: %v", hidden, p)
				}
			}
			if len(p.Error()) > 1500 {
				t.Errorf("it is %d characters long", len(p.Error()))
			}
		})
	}
}

// Side by side, and the command is run once.
func TestACommandIsRunOnceAtATime(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	c := w.commands(t, "echo KEY\n")
	s, err := c.Open(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	err = sideBySide(8, func(int) error {
		_, err := s.Users(t.Context())
		return err
	})
	if n := c.runs(t); err != nil || n != 1 {
		t.Errorf("%d runs, %v", n, err)
	}
}
