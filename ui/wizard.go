package ui

// The wizard: what follows what a screen wants, and what a call led to. The App
// calls act with each action of a screen, and answered with the last reply of each
// call. Work is begun here, never done: that is calls.go's and run.go's.

import (
	"errors"
	"fmt"
	"maps"
	"os"

	"github.com/aymanbagabas/go-osc52/v2"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/screen"
)

// act does what a screen wants.
func (a *App) act(x screen.Action) tea.Cmd {
	switch x := x.(type) {
	case screen.Choose:
		return a.choose(x)
	case screen.ReadProfiles:
		return a.calls.profiles
	case screen.CheckProfile:
		return a.calls.check(x.Name, x.Chosen)
	case screen.PickProfiles:
		return a.takeProfiles(x)
	case screen.ListBuckets:
		return a.calls.buckets(a.sessions[a.customer.Profile])
	case screen.ReadBucket:
		return a.calls.bucket(a.sessions[a.customer.Profile], a.customer.ID.Account, x.Name)
	case screen.PickBucket:
		return a.takeBucket(x)
	case screen.LookUpUsers:
		return a.lookUp(x)
	case screen.ListUsers:
		return a.calls.users(a.sessions[a.firm.Profile])
	case screen.GiveNames:
		a.answers = x.Answers
		return a.prepare()
	case screen.Begin:
		a.off = maps.Clone(x.Off)
		a.cleaning.confirmed = map[steps.Side]bool{}
		return a.startRun()
	case screen.Confirmed:
		return a.confirm(x)
	case screen.Approve:
		return a.apply(x)
	case screen.Skip:
		a.off[a.infos[a.progress.at].ID] = true
		return a.planNext()
	case screen.GoOn:
		return a.planNext()
	case screen.Back:
		return a.goBack()
	case screen.Retry:
		return a.again()
	case screen.UndoAll:
		return a.takeBack()
	case screen.Stop:
		a.stop()
	case screen.Stay:
		a.over = nil
		return a.shownAnew(false)
	case screen.Leave:
		return a.cover(a.leaving())
	case screen.Quit:
		return tea.Quit
	case screen.GiveCode:
		return a.give(x)
	case screen.Copy:
		a.flash = x.What + " was sent to the terminal's clipboard."
		return a.toClipboard(x.Text)
	case screen.Save:
		return save(x)
	}
	return nil
}

func (a *App) choose(x screen.Choose) tea.Cmd {
	a.chosen = x
	a.answers.Journey = x.Journey
	a.infos = stepsOf(a.answers)
	if a.recorded() && !x.Find {
		return a.reopen()
	}
	if a.profiles != nil && a.profiles.Journey() == x.Journey {
		return a.show(a.profiles, false)
	}
	a.profiles, a.names = screen.NewProfiles(a.Env, a.answers, a.o.Expected), nil
	return tea.Batch(a.show(a.profiles, false), a.calls.profiles)
}

func (a *App) takeProfiles(x screen.PickProfiles) tea.Cmd {
	same := a.bucket != nil && a.customer.Profile == x.Customer.Profile && a.firm.Profile == x.Firm.Profile
	a.customer, a.firm = x.Customer, x.Firm
	a.answers.CustomerProfile, a.answers.FirmProfile = x.Customer.Profile, x.Firm.Profile
	if same {
		a.bucket.ForJourney(a.answers.Journey)
		return a.show(a.bucket, false)
	}
	a.bucket, a.names = screen.NewBucket(a.Env, a.customer, a.answers), nil
	return tea.Batch(a.show(a.bucket, false), a.act(screen.ListBuckets{}))
}

func (a *App) takeBucket(x screen.PickBucket) tea.Cmd {
	a.answers.Bucket, a.answers.MakeBucket = x.Name, x.MakeIn
	a.infos = stepsOf(a.answers)
	if a.chosen.Find {
		return a.reopen()
	}
	if a.names == nil {
		a.names = screen.NewNames(a.Env, a.answers)
	}
	a.names.For(x.Name, x.MakeIn)
	return tea.Batch(a.show(a.names, false), a.act(a.names.Look()))
}

func (a *App) lookUp(wanted screen.LookUpUsers) tea.Cmd {
	var cmds []tea.Cmd
	for _, w := range wanted {
		profile := a.firm.Profile
		if w.Side == steps.Customer {
			profile = a.customer.Profile
		}
		cmds = append(cmds, a.calls.user(a.sessions[profile], w.Side, w.Name))
	}
	return tea.Batch(cmds...)
}

func (a *App) prepare() tea.Cmd {
	a.again = a.prepare
	return a.begin("Looking at both accounts, the bucket and the users; nothing is changed ...", a.calls.prepare(a.answers))
}

// stepsOf are the steps of a journey, before there is an engine.
func stepsOf(a steps.Answers) []steps.Info {
	var list []steps.Info
	for _, s := range steps.Journey(a) {
		list = append(list, s.Info())
	}
	return list
}

// recorded tells that the run began before this program.
func (a *App) recorded() bool { return a.chosen.Journey == "cleanup" || a.chosen.Resume }

func (a *App) reopen() tea.Cmd {
	a.again = a.reopen
	what := "Reading the record of that run, and what is left of it ..."
	if a.chosen.Find {
		what = "Looking in both accounts for what crossgrant made; nothing is changed ..."
	}
	return a.begin(what, a.calls.reopen(a.chosen, a.answers))
}

func (a *App) startRun() tea.Cmd {
	a.again = a.startRun
	return a.begin("Reading how things are now ...", a.calls.start(a.world, a.answers.Journey, a.chosen.Resume, a.off))
}

func (a *App) planNext() tea.Cmd {
	a.again = a.planNext
	return a.begin("Reading how things are now ...", a.calls.plan(a.world, a.off))
}

func (a *App) apply(x screen.Approve) tea.Cmd {
	if a.call != nil {
		return nil
	}
	for _, d := range x.List {
		a.applied = a.applied || d.Does.Changes
	}
	a.again = a.planNext
	cmd := a.show(screen.NewRunning(a.Env, x.Change.Step.Title, a.progress.facts, x.List), false)
	return tea.Batch(cmd, a.begin(x.Change.Step.Title, a.calls.apply(a.world, x.Change)))
}

func (a *App) takeBack() tea.Cmd {
	a.over = nil
	if a.call != nil || !a.engineRuns() || a.cleansUp() {
		return nil
	}
	cmd := a.show(screen.NewRunning(a.Env, "Taking back everything that this run made", a.progress.facts, nil), false)
	return tea.Batch(cmd, a.begin("Taking back", a.calls.undo(a.world)))
}

// answered goes on with what a call led to.
func (a *App) answered(msg tea.Msg, stopped bool) tea.Cmd {
	switch msg := msg.(type) {
	case preparedMsg:
		return a.prepared(msg, stopped)
	case plannedMsg:
		return a.planned(msg, stopped)
	case appliedMsg:
		return a.done(msg)
	case undoneMsg:
		return a.undone(msg)
	}
	return nil
}

func (a *App) prepared(msg preparedMsg, stopped bool) tea.Cmd {
	if stopped {
		if msg.world != nil {
			endRecord(msg.world.Journal, "")
		}
		a.flash = "You stopped it. Nothing was changed."
		return nil
	}
	if msg.err != nil {
		return a.fail(msg.err)
	}
	a.world = msg.world
	f := msg.world.Facts
	if !a.chosen.Find { // which learns no names
		a.answers = f.Answers
	}
	a.answers.Journey = a.chosen.Journey
	if f := msg.world.Journal; f != nil {
		a.cleaning.from = len(f.Entries())
	}
	a.infos = stepsOf(a.answers)
	a.applied = a.chosen.Resume
	a.customer.ID, a.firm.ID = f.Customer, f.Firm
	a.plan = screen.NewPlan(a.Env, f, msg.notes, msg.changes)
	return a.show(a.plan, true)
}

func (a *App) planned(msg plannedMsg, stopped bool) tea.Cmd {
	if len(msg.states) > 0 {
		a.progress = msg.progress
	}
	switch {
	case msg.err != nil && stopped:
		if _, planning := a.screen.(*screen.Plan); planning && a.engineRuns() {
			a.forget()
		}
		a.flash = "You stopped it. Nothing was changed just now."
		return nil
	case msg.err != nil:
		return a.fail(msg.err)
	case msg.over:
		return a.finish()
	}
	if a.mustConfirm(msg.change) {
		a.behind = a.screen
		return a.show(screen.NewConfirm(a.Env, msg.change, msg.list, proofsFor(msg.facts, msg.change)), true)
	}
	return a.showStep(msg.change, msg.list)
}

func (a *App) done(msg appliedMsg) tea.Cmd {
	before := a.progress.at
	a.progress = msg.progress
	if msg.err != nil {
		return a.fail(msg.err)
	}
	a.failure = nil
	info := a.infos[before]
	a.told[info.ID] = msg.outcome.Now
	a.warnings = append(a.warnings, msg.outcome.Warnings...)
	a.stays = append(a.stays, msg.outcome.Left...)
	r := &screen.Result{Env: a.Env, Title: info.Title, Outcome: msg.outcome, Facts: msg.facts}
	if run, ok := a.screen.(*screen.Running); ok {
		r.List = run.List()
	}
	if msg.at < len(a.infos) {
		r.Next = a.infos[msg.at].Title
	}
	return a.show(r, true)
}

// fail shows a problem.
func (a *App) fail(err error) tea.Cmd {
	a.failure = err
	s := &screen.Problem{Env: a.Env, Problem: steps.Problem(err), Left: a.left(), Again: "try again", CanBack: !a.applied}
	if a.engineRuns() {
		s.Again = "try this step again"
		s.CleansUp = a.cleansUp()
	} else {
		s.Unread = a.recorded()
	}
	return a.show(s, true)
}

// goBack goes back to the answers, as long as nothing was applied.
func (a *App) goBack() tea.Cmd {
	switch s := a.screen.(type) {
	case *screen.Profiles:
		return a.toStart()
	case *screen.Bucket:
		return a.show(a.profiles, false)
	case *screen.Confirm:
		if a.applied {
			return a.show(a.behind, false)
		}
	case *screen.Names:
		a.answers = s.Given()
		return a.show(a.bucket, false)
	}
	_, planning := a.screen.(*screen.Plan)
	if a.applied && !planning {
		a.flash = "This run has changed something already, so its answers stay. Press q to take it back; then begin anew."
		if a.cleansUp() {
			a.flash = "This clean-up has begun already. Press q to leave the rest as it is."
		}
		return nil
	}
	if a.engineRuns() && !planning {
		a.forget()
		return a.show(a.plan, false)
	}
	if a.names == nil || a.recorded() {
		if a.world != nil {
			endRecord(a.world.Journal, "")
			a.world = nil
		}
		if a.chosen.Find && a.bucket != nil {
			return a.show(a.bucket, false)
		}
		return a.toStart()
	}
	return a.show(a.names, false)
}

func (a *App) toStart() tea.Cmd {
	a.answers.Journey, a.infos = "", nil
	return a.show(a.start, false)
}

// forget gives up a run that has done nothing yet.
func (a *App) forget() {
	if !a.recorded() {
		endRecord(a.world.Journal, "undone")
		a.world.Journal = nil
	}
	a.progress, a.failure = progress{}, nil
}

// give answers the question for a code, and hears the next one.
func (a *App) give(x screen.GiveCode) tea.Cmd {
	a.over = nil
	if x.Code == "" {
		close(a.asked.answer)
	} else {
		a.asked.answer <- x.Code
	}
	return tea.Batch(a.shownAnew(false), a.calls.listen)
}

// toClipboard sends a text to the clipboard of the terminal, which may be on
// another computer than this program.
func (a *App) toClipboard(text string) tea.Cmd {
	return func() tea.Msg {
		_, _ = osc52.New(text).WriteTo(a.o.Out)
		return nil
	}
}

// save writes a new file in the folder that the program was started in.
func save(s screen.Save) tea.Cmd {
	return func() tea.Msg {
		f, err := os.OpenFile(s.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, os.ErrExist) {
			return savedMsg{err: fmt.Errorf("there is a file %s already, and it is left as it is", s.Name)}
		}
		if err == nil {
			_, err = f.WriteString(s.Text)
			err = errors.Join(err, f.Close())
		}
		return savedMsg{s.Name, err}
	}
}

// cleaning is where a clean-up of an earlier run stands.
type cleaning struct {
	from      int                 // entries of the record that are older than it
	confirmed map[steps.Side]bool // whose account's id was typed
}

// cleansUp tells that the journey is the clean-up of what is left of earlier runs.
func (a *App) cleansUp() bool { return a.chosen.Journey == "cleanup" }

// mustConfirm tells that something has to be typed before a change is shown.
func (a *App) mustConfirm(c steps.Change) bool {
	return a.cleansUp() && !a.o.Demo && len(c.Actions) > 0 && !a.cleaning.confirmed[c.Step.Side]
}

func (a *App) confirm(x screen.Confirmed) tea.Cmd {
	a.cleaning.confirmed[x.Change.Step.Side] = true
	return a.showStep(x.Change, x.List)
}

// showStep shows a change before it is applied, to what is known now.
func (a *App) showStep(c steps.Change, list []draw.Operation) tea.Cmd {
	f := a.progress.facts
	return a.show(screen.NewStep(a.Env, c, list, f, after(f, c).Access()), true)
}

// leaving asks whether to leave. A clean-up takes nothing back by another road than
// its own, which asks for the accounts.
func (a *App) leaving() *screen.Leaving {
	return screen.NewLeaving(a.Env, a.left(), a.cleanUp(), a.o.Demo, !a.cleansUp())
}
