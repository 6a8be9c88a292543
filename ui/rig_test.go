package ui

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/sandbox/leak"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/uitest"
)

// quick fits a sandbox that spreads changes at once.
var quick = awsops.Pace{First: time.Millisecond, Most: 20 * time.Millisecond, Budget: 20 * time.Second}

// stage is a sandbox with profiles for it.
type stage struct {
	box     *sandbox.Sandbox
	options Options
}

func newStage(t testing.TB, change ...func(*sandbox.Config)) *stage {
	t.Helper()
	config := sandbox.Default()
	config.KeepCalls = true
	for _, c := range change {
		c(&config)
	}
	box, err := sandbox.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	credentials, conf, err := box.WriteProfiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Cleanup(func() {
		leak.Know(box.Secrets())
		leak.Files(dir, ".jsonl")
	})
	return &stage{box, Options{
		Request: run.Request{
			Source:   awsops.Source{CredentialsFile: credentials, ConfigFile: conf, Endpoint: box.URL(), Pace: quick},
			StateDir: dir,
			Answers: steps.Answers{
				CustomerProfile: "my_awesome_customer", FirmProfile: "my_firm",
				Bucket: "my.test.bucket", TestUser: "test-customer", FirmUser: "test-writer",
			},
		},
		Out:   io.Discard,
		Still: testing.Short(), // else each picture of what moves is drawn
	}}
}

func (s *stage) session(t testing.TB, profile string) *awsops.Session {
	t.Helper()
	session, err := s.options.Source.Open(t.Context(), profile)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

// atOnce is a timer whose time is always over.
func atOnce(_ time.Duration, m tea.Msg) tea.Cmd { return func() tea.Msg { return m } }

// A rig runs an App without a terminal: it executes its Cmds, and is told through
// what the App draws.
type rig struct {
	t    testing.TB
	app  *App
	msgs chan tea.Msg
	gone bool   // the App quit
	end  func() // ends it from outside
	seen string // the screen, "" since the last message
	said string // the screen that was last looked through for secrets
}

func newRig(t testing.TB, o Options) *rig {
	t.Helper()
	return newRigIn(t, o, uitest.Uncoloured())
}

// newRigIn is one that is drawn by this renderer.
func newRigIn(t testing.TB, o Options, renderer *lipgloss.Renderer) *rig {
	t.Helper()
	if o.timer == nil {
		o.timer = atOnce
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := &rig{t: t, app: newApp(ctx, o, renderer), msgs: make(chan tea.Msg), end: cancel}
	t.Cleanup(func() {
		cancel()
		r.app.calls.settle()
	})
	r.update(tea.WindowSizeMsg{Width: 80, Height: 24})
	r.do(r.app.Init())
	return r
}

// tall is a window in which all choices of the start are in sight.
func (r *rig) tall() { r.update(tea.WindowSizeMsg{Width: 80, Height: 40}) }

func (r *rig) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	ctx := r.app.calls.ctx
	go func() {
		select {
		case r.msgs <- cmd():
		case <-ctx.Done():
		}
	}()
}

func (r *rig) update(msg tea.Msg) {
	r.seen = ""
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			r.do(c)
		}
	case tea.QuitMsg:
		r.gone = true
	default:
		_, cmd := r.app.Update(msg)
		r.do(cmd)
	}
}

// until handles messages until something holds.
func (r *rig) until(what string, holds func() bool) {
	r.t.Helper()
	deadline := time.After(20 * time.Second)
	for !holds() {
		select {
		case m := <-r.msgs:
			r.update(m)
		case <-deadline:
			r.t.Fatalf("waited in vain for %s; the screen shows\n%s", what, r.view())
		}
	}
}

func (r *rig) view() string {
	if r.seen == "" { // it is asked for often
		r.seen = ansi.Strip(r.app.View())
	}
	if r.seen != r.said {
		leak.Said("a screen of "+r.t.Name(), r.seen)
		r.said = r.seen
	}
	return r.seen
}

// sees waits for a text on the screen, whatever its line breaks, and until keys
// are taken.
func (r *rig) sees(texts ...string) {
	r.t.Helper()
	for _, text := range texts {
		r.until(text, func() bool {
			if text == "enter apply" && !r.app.guard.up && strings.Contains(r.view(), "enter more (") {
				r.press("end") // what is not read to its end cannot be approved
			}
			return strings.Contains(uitest.Flat(r.view()), text) && !r.app.guard.up && (r.app.call == nil || isRunning(r.app.top()))
		})
	}
}

func (r *rig) lacks(text string) {
	r.t.Helper()
	if strings.Contains(uitest.Flat(r.view()), text) {
		r.t.Fatalf("the screen shows %q:\n%s", text, r.view())
	}
}

// press presses keys by their names.
func (r *rig) press(names ...string) {
	r.t.Helper()
	for _, n := range names {
		r.update(uitest.Key(n))
	}
}

func (r *rig) types(text string) {
	for _, c := range text {
		r.update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{c}})
	}
}
