package ui

import (
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/creack/pty"
	"github.com/hinshun/vt10x"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/sandbox/leak"
	"crossgrant/ui/uitest"
)

// sigwinch tells that the terminal has another size. It has a name on Unix alone.
const sigwinch = syscall.Signal(28)

// A story is the wizard in a pseudo-terminal, told through what is on its screen.
type story struct {
	t           *testing.T
	term        vt10x.Terminal
	master, tty *os.File
	changed     chan struct{}
	signal      func() // ends the program from outside
	end         chan struct{}
	summary     string
	code        int
}

func tell(t *testing.T, o Options, cols, rows int) *story {
	t.Helper()
	master, tty, err := pty.Open()
	if errors.Is(err, pty.ErrUnsupported) {
		t.Skip("there is no pseudo-terminal for tests here")
	}
	if err != nil {
		t.Fatal(err)
	}
	s := &story{t: t, master: master, tty: tty, changed: make(chan struct{}, 1), end: make(chan struct{})}
	s.term = vt10x.New(vt10x.WithSize(cols, rows), vt10x.WithWriter(master))
	s.size(cols, rows)
	go s.watch()
	o.In, o.Out = tty, tty
	if o.timer == nil {
		o.timer = func(d time.Duration, m tea.Msg) tea.Cmd {
			return tea.Tick(min(d, 20*time.Millisecond), func(time.Time) tea.Msg { return m })
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	s.signal = cancel
	go func() {
		defer close(s.end)
		s.summary, s.code = Run(ctx, o)
	}()
	t.Cleanup(func() {
		s.signal()
		<-s.end
		leak.Said("the farewell of "+t.Name(), s.summary)
		_ = master.Close() // the terminal itself stays: Bubble Tea may still ask for its size
	})
	return s
}

// watch draws what the program writes.
func (s *story) watch() {
	buffer := make([]byte, 1<<16)
	for kept := 0; ; {
		n, err := s.master.Read(buffer[kept:])
		if err != nil {
			return
		}
		n += kept
		done, _ := s.term.Write(buffer[:n])
		kept = copy(buffer, buffer[done:n]) // half a character
		select {
		case s.changed <- struct{}{}:
		default:
		}
	}
}

func (s *story) size(cols, rows int) {
	s.t.Helper()
	if err := pty.Setsize(s.master, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		s.t.Fatal(err)
	}
	s.term.Resize(cols, rows)
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(sigwinch)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *story) screen() string { return s.term.String() }

// until waits for the screen to be as it should.
func (s *story) until(what string, holds func(screen string) bool) {
	s.t.Helper()
	deadline := time.After(30 * time.Second)
	for !holds(s.screen()) {
		select {
		case <-s.changed:
		case <-s.end:
			s.t.Fatalf("the program ended (%d, %q) before %s", s.code, s.summary, what)
		case <-deadline:
			s.t.Fatalf("waited in vain for %s; the screen shows\n%s", what, s.screen())
		}
	}
}

// sees waits for texts, whatever their line breaks.
func (s *story) sees(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		read := false
		s.until(text, func(screen string) bool {
			if text == "enter apply" && !read && strings.Contains(screen, "enter more (") {
				read = true
				s.types("end") // what is not read to its end cannot be approved
			}
			return strings.Contains(uitest.Flat(screen), text)
		})
	}
	leak.Said("a screen of "+s.t.Name(), s.screen())
}

var typed = map[string]string{
	"enter": "\r", "esc": "\x1b", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B", "end": "\x1b[F", "home": "\x1b[H",
	"pgdown": "\x1b[6~", "ctrl+c": "\x03", "space": " ",
}

// press presses keys, each once keys are taken.
func (s *story) press(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		s.until("keys to be taken", func(screen string) bool {
			lines := strings.Split(strings.TrimRight(screen, "\n"), "\n")
			return strings.TrimSpace(lines[len(lines)-1]) != ""
		})
		s.types(k)
	}
}

// types presses keys at once.
func (s *story) types(keys ...string) {
	s.t.Helper()
	for _, k := range keys {
		code, ok := typed[k]
		if !ok {
			code = k
		}
		if _, err := s.master.WriteString(code); err != nil {
			s.t.Fatal(err)
		}
	}
}

// leaves waits for the program to end.
func (s *story) leaves(code int, said string) {
	s.t.Helper()
	select {
	case <-s.end:
	case <-time.After(30 * time.Second):
		s.t.Fatalf("it did not end; the screen shows\n%s", s.screen())
	}
	if s.code != code || !strings.Contains(uitest.Flat(s.summary), said) {
		s.t.Errorf("exit %d, and in the terminal:\n%s\nwant exit %d and %q", s.code, s.summary, code, said)
	}
}

// answersAll goes from the first screen to the plan.
func (s *story) answersAll(journey string) {
	s.t.Helper()
	s.sees("What would you like to do?")
	if journey == "setup" {
		s.press("down")
		s.sees("▸ Set up the access")
	}
	s.press("enter")
	s.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	s.press("enter")
	s.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	s.press("enter")
	s.sees("Which bucket of the customer's", "✓ Policy")
	s.press("enter")
	if journey == "setup" {
		s.sees("What should the firm be allowed?", "enter go on")
		s.press("enter")
	}
	s.sees("The name is free.")
	if journey == "setup" {
		s.press("enter")
		s.sees("┃ Its name")
	}
	if journey != "setup" {
		s.press("enter")
		s.sees("┃ Firm's user")
	}
	s.press("enter")
	s.sees("This is the plan. Nothing has been changed yet.", "enter begin")
}

// begins goes from the plan to the first step of a run in real accounts.
func (s *story) begins(bucket string) {
	s.t.Helper()
	s.press("enter")
	s.sees("This is not a demo.", "Bucket:")
	s.until("both accounts to be seen", func(screen string) bool {
		if strings.Contains(screen, "enter more") {
			s.types("enter")
		}
		return strings.Contains(screen, "enter confirm")
	})
	s.press(bucket)
	s.sees("Bucket: " + bucket)
	s.press("enter")
}

// approves says yes to a step and goes on from its result.
func (s *story) approves(title, now string) {
	s.t.Helper()
	s.sees(title+" ", "enter apply")
	s.press("enter")
	s.sees("Where things stand", now, "enter go on")
	s.press("enter")
}

func TestStoryOfTheTourInTheDemo(t *testing.T) {
	t.Parallel()
	stage := newStage(t, func(c *sandbox.Config) { c.IAMDelay = 50 * time.Millisecond })
	stage.options.Demo, stage.options.StateDir = true, ""
	stage.options.DemoHint = "export AWS_CONFIG_FILE=/tmp/config"
	before := strings.Join(stage.box.Snapshot(), "\n")
	s := tell(t, stage.options, 80, 24)
	s.sees("DEMO", "This is a demo")
	s.answersAll("tour")
	s.press("enter")
	s.approves("Let the firm in", "lets the firm's account in")
	s.approves("Create a test user", "is there, with the access key AKIA")
	s.approves("Let the test user in", "lets the test user test-customer read and write")
	s.approves("Test as the test user", "test-customer can write into the bucket")
	s.approves("Remove the test user's access", "no longer let in")
	s.approves("Create the firm's user", "is there, with the access key AKIA")
	s.approves("See the write refused", "AWS refused it, as it should: AccessDenied.")
	s.sees("Give the firm's user access", "firm's gate SHUT → OPEN writer-policy")
	s.approves("Give the firm's user access", "Both sides say yes")
	s.approves("Test as the firm's user", "test-writer can write into the bucket")
	s.approves("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	s.approves("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
	s.sees("Both accounts are as they were. Nothing is left to clean up.", "enter finish")
	s.press("enter")
	s.leaves(0, "Both accounts are as they were. Nothing is left to clean up.")
	if after := strings.Join(stage.box.Snapshot(), "\n"); after != before {
		t.Errorf("the accounts are not as they were:\n%s", after)
	}
}

func TestStoryOfASetupAndItsCleanUp(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	s := tell(t, stage.options, 120, 40)
	s.answersAll("setup")
	s.press("enter")
	s.sees("(●) Nowhere: the key is deleted after the test", "enter go on")
	s.begins("my.test.bucket")
	s.approves("Let the firm in", "lets the firm's account in")
	s.approves("Create the firm's user", "is there, with the access key AKIA")
	s.approves("Give the firm's user access", "Both sides say yes")
	s.approves("Test as the firm's user", "test-writer can write into the bucket")
	s.approves("Tidy up after the test", "test-writer keeps its access")
	s.sees("This run created these, and they stay", "crossgrant cleanup ", "enter finish")
	s.press("enter")
	s.leaves(0, "test-writer can write into the bucket my.test.bucket, and the customer can read what it writes.")

	next := tell(t, stage.options, 120, 40)
	next.sees("Clean up the setup")
	next.press("end", "up")
	next.sees("▸ Clean up the setup")
	next.press("enter")
	next.sees("This is the plan.", "enter begin")
	next.press("enter")
	next.sees("type its 12-digit id. It is 1111-2222-3333", "enter confirm")
	next.press("4444-5555-6666", "enter")
	next.sees("That is not the id of the customer's account. Nothing was changed.")
	next.press("esc")
	next.sees("This is the plan.", "enter begin")
	next.press("enter")
	next.sees("type its 12-digit id. It is 1111-2222-3333", "enter confirm")
	next.press("\x1b[200~1111-2222-3333\r\n\x1b[201~")
	next.sees("Account id: 1111-2222-3333", "enter confirm")
	next.press("enter")
	next.approves("Clean up the customer's side", "Nothing of this run is left")
	next.sees("type its 12-digit id. It is 4444-5555-6666", "enter confirm")
	next.press("444455556666", "enter")
	next.approves("Clean up the firm's side", "Nothing of this run is left")
	next.sees("enter finish")
	next.press("enter")
	next.leaves(0, "is left.")
}

func TestStoryOfDeclining(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	s := tell(t, stage.options, 80, 24)
	s.answersAll("tour")
	s.begins("my.test.bucket")
	s.sees("Let the firm in", "enter apply")
	s.press("esc")
	s.sees("This is the plan.")
	s.press("q") // there is nothing to ask
	s.leaves(130, "Nothing was changed.")
	if m := mutations(stage.box); len(m) > 0 {
		t.Errorf("it changed %v", m)
	}
}

func TestStoryOfAnotherAnswer(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	s := tell(t, stage.options, 80, 24)
	s.answersAll("tour")
	s.press("b")
	s.sees("What should the users be called?", "┃ Firm's user")
	s.press("q")
	s.sees("test-writerq")
	s.sees("The name is free.")
	s.press("enter")
	s.sees("This is the plan.", "enter begin")
	s.begins("my.test.bucket")
	s.approves("Let the firm in", "lets the firm's account in")
	s.sees("Create a test user", "enter apply")
	s.press("b")
	s.sees("Something was changed already")
	s.press("ctrl+c")
	s.sees("Do you want to leave?", "the policy of the bucket my.test.bucket", "▸ Stay")
	s.press("down")
	s.sees("▸ Undo it now")
	s.press("enter")
	s.sees("Everything that this run created is removed again.", "enter finish")
	s.press("enter")
	s.leaves(130, "Nothing is left to clean up.")
}

func TestStoryOfARefusalAndARetry(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	s := tell(t, stage.options, 80, 24)
	s.answersAll("tour")
	s.begins("my.test.bucket")
	s.sees("Let the firm in", "enter apply")
	stage.box.Inject(sandbox.Fault{Operation: "PutBucketPolicy", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	s.press("enter")
	s.sees("What you can do", "AWS said: S3 PutBucketPolicy, AccessDenied, Access Denied, request id", "Nothing of this run is left", "r try this step again")
	s.press("r")
	s.approves("Let the firm in", "lets the firm's account in")
}

func TestStoryOfAResize(t *testing.T) {
	t.Parallel()
	s := tell(t, newStage(t).options, 120, 40)
	s.answersAll("tour")
	s.begins("my.test.bucket")
	s.sees("Let the firm in", "WHO CAN", "enter apply")
	s.approves("Let the firm in", "lets the firm's account in")
	s.sees("Create a test user", "WHO CAN", "enter apply")
	s.size(80, 24)
	s.until("the side bar to go", func(screen string) bool {
		return !strings.Contains(screen, "WHO CAN") && strings.Contains(screen, "[In words]")
	})
	s.size(40, 10)
	s.sees("This window is 40x10", "needs 60x20")
	s.types("enter", "ctrl+c") // enter approves nothing that is not seen
	s.sees("This run created one thing, or may have. Press ctrl+c again to leave, or make the window larger.")
	s.size(120, 40)
	s.sees("Do you want to leave?", "esc stay")
	s.press("esc")
	s.sees("Create a test user", "WHO CAN", "[In words]", "enter apply")
	s.approves("Create a test user", "is there, with the access key AKIA")
}

func TestStoryOfStoppingAWait(t *testing.T) {
	t.Parallel()
	stage := newStage(t, func(c *sandbox.Config) { c.IAMDelay = time.Minute })
	s := tell(t, stage.options, 80, 24)
	s.answersAll("tour")
	s.begins("my.test.bucket")
	s.approves("Let the firm in", "lets the firm's account in")
	s.approves("Create a test user", "is there, with the access key AKIA")
	s.sees("Let the test user in", "enter apply")
	s.press("enter")
	s.sees("Waiting for S3 to know the user that the policy of my.test.bucket names.", "AWS says MalformedPolicy.", "at most")
	s.press("esc")
	s.sees("It was stopped before it was done.", "the user test-customer", "u undo everything")
	s.press("u")
	s.sees("Everything that this run created is removed again.")
}

func TestStoryOfCtrlCTwice(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	s := tell(t, stage.options, 80, 24)
	s.answersAll("tour")
	s.begins("my.test.bucket")
	s.approves("Let the firm in", "lets the firm's account in")
	s.sees("Create a test user", "enter apply")
	s.press("ctrl+c")
	s.sees("Do you want to leave?", "the policy of the bucket my.test.bucket", "crossgrant cleanup")
	s.press("ctrl+c")
	s.leaves(4, "What this run created so far is still there.")
}

func TestStoryOfALargePolicyOfOthers(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	foreign := uitest.LargePolicy()
	if _, err := stage.session(t, "my_awesome_customer").Perform(t.Context(), awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", After: &foreign}); err != nil {
		t.Fatal(err)
	}
	before := strings.Join(stage.box.Snapshot(), "\n")
	s := tell(t, stage.options, 60, 20)
	s.answersAll("tour")
	s.begins("my.test.bucket")
	s.sees("[In words]", "enter more (")
	s.press("tab")
	s.sees("[Difference]", "lines that stay as they are")
	s.press("tab")
	s.sees("[Whole policy]", "lines 1 to ")
	s.press("end")
	s.sees("my.test.bucket/*", "▴", "enter read it in words") // it says not what was there before
	s.press("enter")
	s.sees("[In words]", "enter more (")
	s.approves("Let the firm in", "lets the firm's account in")
	s.sees("Create a test user", "enter apply")
	s.press("q", "down")
	s.sees("▸ Undo it now")
	s.press("enter")
	s.sees("Everything that this run created is removed again.")
	if after := strings.Join(stage.box.Snapshot(), "\n"); after != before {
		t.Error("the policy of others is not as it was")
	}
}

func TestStoryOfAPaste(t *testing.T) {
	t.Parallel()
	s := tell(t, newStage(t).options, 80, 24)
	s.answersAll("tour")
	s.press("esc")
	s.sees("What should the users be called?", "┃ Firm's user")
	s.press("\x1b[200~-pasted\r\n\x1b[201~")
	s.sees("test-writer-pasted", "What should the users be called?")
}

func TestStoryOfASignal(t *testing.T) {
	t.Parallel()
	s := tell(t, newStage(t).options, 80, 24)
	s.sees("What would you like to do?")
	s.signal()
	s.leaves(130, "crossgrant was ended from outside.")
	open := func() bool {
		s.term.Lock()
		defer s.term.Unlock()
		return s.term.Mode()&vt10x.ModeAltScreen != 0
	}
	for deadline := time.After(10 * time.Second); open(); {
		select {
		case <-s.changed:
		case <-deadline:
			t.Fatal("the full screen is still open")
		}
	}
}
