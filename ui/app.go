package ui

// The App: the only tea.Model. It gives messages and keys to whom they concern, keeps
// keys from a screen that they were not meant for, runs one call at a time, and leaves
// safely: what is under way is stopped first, and the person is told what is there.
// What is asked, planned or applied next is not decided here.

import (
	"cmp"
	"context"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/spinner"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
	"crossgrant/ui/screen"
)

// App is the wizard, as Bubble Tea runs it.
type App struct {
	screen.Env
	o        Options
	calls    *calls
	renderer *lipgloss.Renderer
	backdrop backdrop

	router
	guard         guard
	width, height int
	shows         int // number of the screen shown, for --autoplay
	flash         string
	spin          spinner.Model
	call          *call
	wantsOut      bool          // ctrl+c was pressed again while stopping
	paused        bool          // --autoplay
	untilNext     time.Duration // of --autoplay, in whole seconds

	wizard
	journey
	inquiry
	many
}

func newApp(ctx context.Context, o Options, r *lipgloss.Renderer) *App {
	env := screen.Env{Theme: draw.NewTheme(r, draw.Look{ASCII: o.ASCII, Colourless: o.colourless}), Timer: o.timer, Clock: time.Now}
	if env.Timer == nil {
		env.Timer = func(d time.Duration, m tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return m })
		}
	}
	if !o.Demo {
		o.Autoplay = 0 // nothing is approved for a person in an account of theirs
	}
	start := screen.NewStart(env, o.Demo, o.DemoHint)
	a := &App{
		Env: env, o: o, calls: newCalls(ctx, o), renderer: r, spin: spinner.New(spinner.WithSpinner(spinner.Line)),
		wizard: wizard{answers: o.Answers, expected: o.Expected, sessions: map[string]*awsops.Session{}, start: start},
	}
	a.push(start)
	return a
}

// Init asks for nothing that a first picture needs.
func (a *App) Init() tea.Cmd {
	first := []tea.Cmd{a.calls.listen, a.calls.hearWaits, a.calls.runs, a.autoplay()}
	if a.o.Colours == "" {
		first = append(first, a.backdrop.question(a.o.Out, a.renderer))
	}
	if a.o.Answers.Journey == "" && !a.o.Demo {
		first = append(first, a.calls.profiles)
	}
	return tea.Batch(append(first, a.toJourney())...)
}

// playMsg is the timer of --autoplay, for the screen that it was set for, and how long it
// still has to go.
type playMsg struct {
	shows int
	left  time.Duration
}

// Update gives a message to whom it concerns.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = cmp.Or(msg.Width, 80), cmp.Or(msg.Height, 24) // some terminals do not know their size
		return a, nil
	case tea.KeyMsg:
		if taken, known, light := a.backdrop.takes(msg); taken {
			if known {
				a.renderer.SetHasDarkBackground(!light)
			}
			return a, nil
		}
		return a, a.key(msg)
	case quietOver:
		a.guard.lower(msg)
		return a, nil
	case playMsg:
		return a, a.play(msg)
	case spinner.TickMsg:
		return a, a.turn(msg)
	case reply:
		return a, a.heard(msg)
	case *question:
		a.asked = msg
		return a, a.cover(screen.NewCode(a.Env, msg.profile, msg.device)) // the next question waits for this one's answer
	case screen.RunsListed:
		if a.cleanUps != nil {
			return a, tea.Batch(a.tell(a.start, msg), a.tell(a.cleanUps, msg))
		}
		return a, a.tell(a.start, msg)
	case signedIn:
		if msg.session != nil {
			a.sessions[msg.said.Profile] = msg.session
		}
		return a, a.tellProfiles(msg.said)
	case screen.StillChecking:
		return a, tea.Batch(a.tellProfiles(msg), a.calls.hearWaits)
	case screen.ProfilesRead:
		return a, tea.Batch(a.tell(a.start, msg), a.tellProfiles(msg))
	case screen.GrantRead:
		return a, a.tell(a.grant, msg)
	case screen.FilesWritten:
		return a, a.wrote(msg)
	case screen.BucketsListed, screen.BucketRead:
		return a, a.tell(a.bucket, msg)
	case screen.UserRead, screen.UsersListed:
		if a.names == nil {
			return a, nil // another profile was chosen meanwhile
		}
		return a, a.tell(a.names, msg)
	case screen.KeyPlaceChecked:
		if a.whereKey == nil {
			return a, nil // another run is opened meanwhile
		}
		return a, a.tell(a.whereKey, msg)
	case savedMsg:
		a.flash = "Saved to " + msg.path + "."
		if msg.err != nil {
			a.flash = "It could not be saved: " + msg.err.Error()
		}
		return a, nil
	}
	return a, a.tell(a.top(), msg)
}

// tell gives a message to a screen and does what that wants.
func (a *App) tell(s screen.Screen, msg tea.Msg) tea.Cmd {
	act, cmd := s.Update(msg)
	return tea.Batch(cmd, a.act(act))
}

// tellProfiles tells the screen that asks for profiles, if there is one by now.
func (a *App) tellProfiles(msg tea.Msg) tea.Cmd {
	if a.profiles == nil {
		return nil
	}
	return a.tell(a.profiles, msg)
}

func (a *App) key(msg tea.KeyMsg) tea.Cmd {
	leaving, isLeaving := a.over.(*screen.Leaving)
	switch {
	case key.Matches(msg, keys.Interrupt):
		return a.interrupt()
	case key.Matches(msg, keys.Suspend):
		return tea.Suspend
	case a.guard.up:
		return a.guard.raise(a.Timer)
	case a.small():
		return nil // nothing is approved that is not seen
	}
	a.flash = ""
	if isLeaving {
		return a.tell(leaving, msg)
	}
	if a.o.Autoplay > 0 {
		switch {
		case key.Matches(msg, keys.Pause), key.Matches(msg, keys.Hold) && !a.paused:
			a.paused = !a.paused
			a.shows++
			return a.autoplay()
		case key.Matches(msg, keys.Forward):
			return a.play(playMsg{shows: a.shows})
		}
	}
	_, running := a.top().(*screen.Running)
	if a.over == nil && a.call != nil && !running {
		if key.Matches(msg, keys.Esc) {
			a.stop()
		}
		return nil
	}
	s := a.shown()
	if key.Matches(msg, keys.Help) && !s.Typing() && a.over == nil {
		return a.cover(screen.NewHelp(a.Env, s, a.o.DemoHint))
	}
	return a.tell(s, msg)
}

// interrupt is ctrl+c: it stops what is under way, then asks, then leaves.
func (a *App) interrupt() tea.Cmd {
	if _, asked := a.over.(*screen.Leaving); asked {
		return a.act(screen.Quit{})
	}
	if _, asked := a.over.(*screen.Code); asked {
		return a.act(screen.GiveCode{})
	}
	if a.call != nil {
		a.wantsOut = a.call.stopping
		a.stop()
		return nil
	}
	switch a.top().(type) {
	case *screen.Report, *screen.Verdict:
		return a.act(screen.Quit{}) // there is nothing to ask any more
	}
	return a.act(screen.Leave{})
}

func (a *App) stop() {
	a.call.stopping = true
	a.call.cancel()
	if r, ok := a.top().(*screen.Running); ok {
		r.Stopping()
	}
}

// goTo comes to a screen that is gone back to.
func (a *App) goTo(s screen.Screen) tea.Cmd {
	a.push(s)
	return a.shownAnew(false)
}

// show comes to a screen that passes. One that comes by itself is guarded.
func (a *App) show(s screen.Screen, byItself bool) tea.Cmd {
	a.replace(s)
	return a.shownAnew(byItself)
}

// cover puts a screen above the one at hand.
func (a *App) cover(s screen.Screen) tea.Cmd {
	a.over = s
	_, byItself := s.(*screen.Code)
	return a.shownAnew(byItself)
}

func (a *App) shownAnew(byItself bool) tea.Cmd {
	a.shows++
	a.guard.up = false
	if !byItself {
		return a.autoplay()
	}
	return tea.Batch(a.guard.raise(a.Timer), a.autoplay())
}

// autoplay sets the timer that presses the forward key.
func (a *App) autoplay() tea.Cmd {
	if a.o.Autoplay <= 0 || a.paused {
		return nil
	}
	return a.countDown(a.o.Autoplay)
}

// countDown shows how long it is until the next screen, second by second.
func (a *App) countDown(left time.Duration) tea.Cmd {
	a.untilNext = left
	step := min(left, time.Second)
	return a.Timer(step, playMsg{a.shows, left - step})
}

// play presses enter for the person, where that is the way forward.
func (a *App) play(msg playMsg) tea.Cmd {
	switch {
	case msg.shows != a.shows:
		return nil
	case msg.left > 0:
		return a.countDown(msg.left)
	}
	if a.over != nil || a.call != nil || a.guard.up || a.small() {
		return a.autoplay()
	}
	switch a.top().(type) {
	case *screen.Problem, *screen.Running:
		return nil
	case *screen.Profiles, *screen.Bucket, *screen.Terms, *screen.Names:
		return tea.Batch(a.key(tea.KeyMsg{Type: tea.KeyEnter}), a.autoplay())
	}
	return a.key(tea.KeyMsg{Type: tea.KeyEnter})
}

// turn turns the sign of work under way, as long as there is some.
func (a *App) turn(msg spinner.TickMsg) tea.Cmd {
	if a.call == nil {
		return nil
	}
	var ours, its tea.Cmd // each takes its own ticks alone
	a.spin, ours = a.spin.Update(msg)
	if r, ok := a.top().(*screen.Running); ok {
		_, its = r.Update(msg)
	}
	return tea.Batch(ours, its)
}

// begin makes a call. There is one at a time.
func (a *App) begin(what string, work func(context.Context) tea.Msg) tea.Cmd {
	if a.call != nil {
		return nil
	}
	var cmd tea.Cmd
	a.call, cmd = a.calls.begin(what, work)
	a.wantsOut = false
	turn := a.spin.Tick
	if r, ok := a.top().(*screen.Running); ok {
		turn = r.Tick()
	}
	return tea.Batch(cmd, turn)
}

// heard takes a reply of the call under way. Others come too late.
func (a *App) heard(r reply) tea.Cmd {
	if a.call == nil || r.call != a.call.id {
		return nil
	}
	if !r.last {
		if w, ok := r.msg.(steps.Waiting); ok {
			a.call.what = "Waiting for " + w.Wait.For + "."
		}
		return tea.Batch(a.tell(a.top(), r.msg), a.calls.hear(a.call))
	}
	stopped := a.call.stopping
	a.call = nil
	cmd := a.answered(r.msg, stopped)
	if a.wantsOut {
		a.wantsOut = false
		return tea.Batch(cmd, a.act(screen.Leave{}))
	}
	return cmd
}
