// Record makes the pictures of docs/ from the real program: it builds crossgrant,
// plays the tour in a pseudo-terminal, and draws what that showed.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// A beat waits for a picture, leaves people time to read it, and presses a key.
type beat struct {
	see   string  // a pattern of what stands on the screen, from top to bottom
	read  float64 // seconds
	key   string
	still string // the name of a picture that is kept of it
}

const enter, tab = "\r", "\t"

// step reads a step and applies it, then reads what came of it.
func step(title string, read, result float64, still, resultStill string) []beat {
	return []beat{
		{title + `.*\[In words\].*enter (apply|more|go on)`, read, enter, still},
		{title + `.*Where things stand.*enter go on`, result, enter, resultStill},
	}
}

var tour = slices.Concat(
	[]beat{
		{`customer's\?.*✓ 1111-2222-3333`, 1.2, enter, "profiles"},
		{`firm's\?.*✓ 4444-5555-6666`, 1, enter, ""},
		{`Which bucket.*✓ Policy`, 1.3, enter, "bucket"},
		{`▸ Test user.*free\..*free\.`, 1, enter, ""},
		{`▸ Firm's user`, 0.6, enter, ""},
		{`This is the plan`, 1.5, enter, "plan"},
		{`\[In words\].*enter (apply|more)`, 2, tab, "words"},
		{`\[Difference\]`, 1.5, tab, "change"},
		{`\[Whole policy\]`, 1, tab, ""},
		{`\[AWS command\]`, 1.5, enter, ""},
		{`Where things stand.*enter go on`, 1.5, enter, ""},
	},
	step("Create a test user", 0.8, 0.8, "", ""),
	step("Let the test user in", 1, 0.8, "", ""),
	step("Test as the test user", 0.8, 1, "", ""),
	step("Remove the test user's access", 0.8, 0.8, "", ""),
	step("Create the firm's user", 0.8, 0.8, "", ""),
	step("See the write refused", 1.2, 3.2, "", "refused"),
	step("Give the firm's user access", 2, 2.5, "gates", "open"),
	step("Test as the firm's user", 0.8, 2.2, "", "works"),
	step("Clean up the customer", 0.8, 0.8, "", ""),
	step("Clean up the firm", 0.8, 0.8, "", ""),
	[]beat{{`What you saw.*enter finish`, 3, enter, "report"}},
)

func main() {
	var err error
	for _, l := range []scheme{dark, light} {
		var c cast
		if c, err = record(l); err == nil {
			err = c.write("docs", l)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

// A session is a program that runs, and what its terminal has shown.
type session struct {
	cast
	start  time.Time
	screen vt10x.Terminal
	output chan string
	ended  bool
}

// record plays the tour. The program gets a temporary home and no variable of
// this machine.
func record(l scheme) (cast, error) {
	home, err := os.MkdirTemp("", "crossgrant-record-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(home) }()
	program := filepath.Join(home, "crossgrant")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build: %w; run this from the project's root\n%s", err, out)
	}
	cmd := exec.Command(program, "tour", "--demo", "--"+l.name)
	cmd.Dir = home
	cmd.Env = []string{"TERM=xterm-256color", "COLORTERM=truecolor", "HOME=" + home, "TMPDIR=/tmp", "LANG=C.UTF-8"}
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: lines})
	if err != nil {
		return nil, err
	}
	s := &session{start: time.Now(), screen: newScreen(), output: make(chan string)}
	go s.read(bufio.NewReader(tty))
	err = s.play(tty)
	if err != nil {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		err = fmt.Errorf("%w; the screen was:\n%s", err, s.screen)
	}
	for !s.ended {
		_, more := <-s.output
		s.ended = !more
	}
	return s.cast, errors.Join(err, cmd.Wait())
}

// read hands on whole characters, until the program ends.
func (s *session) read(from *bufio.Reader) {
	defer close(s.output)
	var text strings.Builder
	for {
		r, _, err := from.ReadRune()
		if err != nil {
			return
		}
		text.WriteRune(r)
		if from.Buffered() == 0 {
			s.output <- text.String()
			text.Reset()
		}
	}
}

func (s *session) play(tty *os.File) error {
	for _, b := range tour {
		wanted := regexp.MustCompile("(?s)" + b.see)
		if !s.watch(20*time.Second, func() bool { return wanted.MatchString(s.screen.String()) }) {
			return fmt.Errorf("%q did not come", b.see)
		}
		s.watch(time.Duration(b.read*float64(time.Second)), func() bool { return false })
		if b.still != "" {
			s.add("m", b.still)
		}
		if strings.Contains(s.screen.String(), "enter more (") && b.key == enter { // to its end first
			if _, err := tty.WriteString("\x1b[F"); err != nil {
				return err
			}
			s.watch(5*time.Second, func() bool { return strings.Contains(s.screen.String(), "enter apply") })
			s.watch(700*time.Millisecond, func() bool { return false })
		}
		if _, err := tty.WriteString(b.key); err != nil {
			return err
		}
	}
	s.watch(10*time.Second, func() bool { return s.ended })
	if !strings.Contains(s.screen.String(), "Nothing is left to clean up.") {
		return errors.New("the tour did not end well")
	}
	time.Sleep(time.Second)
	s.add("m", "end")
	return nil
}

// watch records for so long, or until things are as wanted.
func (s *session) watch(most time.Duration, wanted func() bool) bool {
	over := time.After(most)
	for !wanted() {
		select {
		case text, more := <-s.output:
			if !more {
				s.ended = true
				return wanted()
			}
			_, _ = s.screen.Write([]byte(text))
			s.add("o", text)
		case <-over:
			return false
		}
	}
	return true
}

func (s *session) add(kind, text string) {
	s.cast = append(s.cast, event{time.Since(s.start).Round(time.Millisecond).Seconds(), kind, text})
}
