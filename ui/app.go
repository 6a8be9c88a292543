package ui

import (
	"context"
	"time"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/spinner"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"crossgrant/steps"
	"crossgrant/steps/journal"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// guardTime is how long a screen that came by itself takes no key, so that one
// meant for the screen before cannot approve anything.
const guardTime = 400 * time.Millisecond

// App is the wizard: the screen at hand, what was answered so far, and the run.
type App struct {
	kit
	o        Options
	flow     *flow
	renderer *lipgloss.Renderer
	backdrop backdrop

	width, height int
	screen        screen
	over          screen // help, a question for a code, or leaving: above the screen
	guarded       bool
	shows         int // number of the screen shown, for its timers
	flash         string
	spin          spinner.Model
	call          *call
	wantsOut      bool // ctrl+c was pressed again while stopping
	paused        bool // --autoplay

	answers  steps.Answers
	infos    []steps.Info
	customer checkedMsg
	firm     checkedMsg
	start    *startScreen
	profiles *profilesScreen
	bucket   *bucketScreen
	names    *namesScreen
	plan     *planScreen

	world    *steps.World
	chosen   chooseJourney
	off      map[string]bool
	progress progress
	cleaning cleaning
	applied  bool // something of the run was sent
	told     map[string]string
	warnings []string
	stays    []string
	failure  error // the last that was not mended
	again    func() tea.Cmd
	ending   report
	ended    bool
}

func newApp(ctx context.Context, o Options, r *lipgloss.Renderer) *App {
	k := kit{Theme: draw.NewTheme(r, o.ASCII), timer: o.timer, clock: time.Now}
	if k.timer == nil {
		k.timer = func(d time.Duration, m tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return m })
		}
	}
	if !o.Demo {
		o.Autoplay = 0 // nothing is approved for a person in an account of theirs
	}
	a := &App{kit: k, o: o, flow: newFlow(ctx, o), renderer: r, answers: o.Answers, told: map[string]string{}}
	a.spin = spinner.New(spinner.WithSpinner(spinner.Line))
	a.start = newStart(k, o.Demo, o.DemoHint)
	a.screen = a.start
	return a
}

// Init asks for nothing that a first picture needs.
func (a *App) Init() tea.Cmd {
	first := []tea.Cmd{a.backdrop.question(a.o.Out, a.renderer), a.flow.listen, a.flow.runs, a.autoplay()}
	switch a.o.Answers.Journey {
	case "":
	case "cleanup":
		find := a.o.Answers.Bucket != "" && !journal.Exists(a.o.StateDir, a.o.CleanUp)
		first = append(first, a.act(chooseJourney{journey: "cleanup", run: a.o.CleanUp, find: find}))
	default:
		first = append(first, a.act(chooseJourney{journey: a.o.Answers.Journey, run: a.o.Resume, resume: a.o.Resume != ""}))
	}
	return tea.Batch(first...)
}

// Timers of the App; each names the screen that it was set for.
type (
	guardOver struct{ shows int }
	playMsg   struct{ shows int }
	savedMsg  struct {
		path string
		err  error
	}
)

// Update gives a message to whom it concerns.
func (a *App) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = msg.Width, msg.Height
		return a, nil
	case tea.KeyMsg:
		if taken, known, light := a.backdrop.takes(msg); taken {
			if known {
				a.renderer.SetHasDarkBackground(!light)
			}
			return a, nil
		}
		return a, a.key(msg)
	case guardOver:
		if msg.shows == a.shows {
			a.guarded = false
		}
		return a, nil
	case playMsg:
		return a, a.play(msg)
	case spinner.TickMsg:
		return a, a.turn(msg)
	case reply:
		return a, a.heard(msg)
	case *ask:
		return a, a.cover(newCode(a.kit, msg)) // the next question waits for this one's answer
	case runsMsg:
		return a, a.pass(a.start, msg)
	case profilesMsg, checkedMsg:
		return a, a.pass(a.profiles, msg)
	case bucketsMsg, bucketMsg:
		return a, a.pass(a.bucket, msg)
	case userMsg, usersMsg:
		if a.names == nil {
			return a, nil // another profile was chosen meanwhile
		}
		return a, a.pass(a.names, msg)
	case savedMsg:
		a.flash = "Saved to " + msg.path + "."
		if msg.err != nil {
			a.flash = "It could not be saved: " + msg.err.Error()
		}
		return a, nil
	}
	return a, a.pass(a.screen, msg)
}

// pass gives a message to a screen and does what that wants.
func (a *App) pass(s screen, msg tea.Msg) tea.Cmd {
	act, cmd := s.Update(msg)
	return tea.Batch(cmd, a.act(act))
}

// shown is the screen that the keys are for.
func (a *App) shown() screen {
	if a.over != nil {
		return a.over
	}
	return a.screen
}

func (a *App) key(msg tea.KeyMsg) tea.Cmd {
	leaving, isLeaving := a.over.(*leavingScreen)
	switch {
	case key.Matches(msg, keys.Interrupt):
		return a.interrupt()
	case key.Matches(msg, keys.Suspend):
		return tea.Suspend
	case a.small() || a.guarded:
		return nil // nothing is approved that is not seen
	}
	a.flash = ""
	if isLeaving {
		return a.pass(leaving, msg)
	}
	if a.o.Autoplay > 0 && key.Matches(msg, keys.Pause) {
		a.paused = !a.paused
		a.shows++
		return a.autoplay()
	}
	_, running := a.screen.(*runningScreen)
	if a.over == nil && a.call != nil && !running {
		if key.Matches(msg, keys.Esc) {
			a.stop()
		}
		return nil
	}
	s := a.shown()
	if key.Matches(msg, keys.Help) && !s.Typing() && a.over == nil {
		return a.cover(newHelp(a.kit, s, a.o.DemoHint))
	}
	return a.pass(s, msg)
}

// interrupt is ctrl+c: it stops what is under way, then asks, then leaves.
func (a *App) interrupt() tea.Cmd {
	if _, asked := a.over.(*leavingScreen); asked {
		return a.act(quitNow{})
	}
	if c, asked := a.over.(*codeScreen); asked {
		return a.act(giveCode{c.ask, ""})
	}
	if a.call != nil {
		a.wantsOut = a.call.stopping
		a.stop()
		return nil
	}
	if _, over := a.screen.(*reportScreen); over {
		return a.act(quitNow{}) // there is nothing to ask any more
	}
	return a.act(leave{})
}

func (a *App) stop() {
	a.call.stopping = true
	a.call.cancel()
	if r, ok := a.screen.(*runningScreen); ok {
		r.stopping = true
	}
}

// show changes the screen. One that comes by itself takes no key for a moment.
func (a *App) show(s screen, byItself bool) tea.Cmd {
	a.screen = s
	return a.shownAnew(byItself)
}

// cover puts a screen above the one at hand.
func (a *App) cover(s screen) tea.Cmd {
	a.over = s
	_, byItself := s.(*codeScreen)
	return a.shownAnew(byItself)
}

func (a *App) shownAnew(byItself bool) tea.Cmd {
	a.shows++
	a.guarded = byItself
	var cmds []tea.Cmd
	if byItself {
		cmds = append(cmds, a.timer(guardTime, guardOver{a.shows}))
	}
	return tea.Batch(append(cmds, a.autoplay())...)
}

// autoplay sets the timer that presses the forward key.
func (a *App) autoplay() tea.Cmd {
	if a.o.Autoplay <= 0 || a.paused {
		return nil
	}
	return a.timer(a.o.Autoplay, playMsg{a.shows})
}

// play presses enter for the person, where that is the way forward.
func (a *App) play(msg playMsg) tea.Cmd {
	if msg.shows != a.shows || a.paused {
		return nil
	}
	if a.over != nil || a.call != nil || a.guarded || a.small() {
		return a.autoplay()
	}
	switch a.screen.(type) {
	case *problemScreen, *runningScreen:
		return nil
	case *profilesScreen, *bucketScreen, *namesScreen:
		return tea.Batch(a.key(tea.KeyMsg{Type: tea.KeyEnter}), a.autoplay())
	}
	return a.key(tea.KeyMsg{Type: tea.KeyEnter})
}

// turn turns the sign of work under way, as long as there is some.
func (a *App) turn(msg spinner.TickMsg) tea.Cmd {
	if a.call == nil {
		return nil
	}
	if r, ok := a.screen.(*runningScreen); ok && msg.ID == r.spin.ID() {
		_, cmd := r.Update(msg)
		return cmd
	}
	var cmd tea.Cmd
	a.spin, cmd = a.spin.Update(msg)
	return cmd
}

// begin makes a call. There is one at a time.
func (a *App) begin(what string, work func(context.Context) tea.Msg) tea.Cmd {
	if a.call != nil {
		return nil
	}
	var cmd tea.Cmd
	a.call, cmd = a.flow.begin(what, work)
	a.wantsOut = false
	turn := a.spin.Tick
	if r, ok := a.screen.(*runningScreen); ok {
		turn = r.spin.Tick
	}
	return tea.Batch(cmd, turn)
}

// heard takes a reply of the call under way. Others come too late.
func (a *App) heard(r reply) tea.Cmd {
	if a.call == nil || r.call != a.call.id {
		return nil
	}
	if !r.last {
		return tea.Batch(a.pass(a.screen, r.msg), a.flow.hear(a.call))
	}
	stopped := a.call.stopping
	a.call = nil
	cmd := a.answered(r.msg, stopped)
	if a.wantsOut {
		a.wantsOut = false
		return tea.Batch(cmd, a.act(leave{}))
	}
	return cmd
}

// facts are what is known, for the frame.
func (a *App) facts() steps.Facts {
	if a.engineRuns() {
		return a.progress.facts
	}
	f := steps.Facts{Answers: a.answers, Customer: a.customer.id, Firm: a.firm.id}
	return f
}

// engineRuns tells that the journey has begun.
func (a *App) engineRuns() bool { return len(a.progress.states) > 0 }

// left is what the run made that stands.
func (a *App) left() []string {
	if a.ended {
		return a.ending.left
	}
	return a.progress.left
}
