package ui

// The journey: how a run goes on, from the plan to the report. The App calls proceed
// with what a screen of a run wants, and answered with the last reply of each call.
// What is planned, applied and undone is the engine's, by the calls of run.go; here
// it only becomes the next screen.

import (
	"maps"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/screen"
)

// run is where the run stands, as it was told last.
type run struct {
	chosen   screen.Choose
	world    *steps.World
	off      map[string]bool // steps that are left out
	progress progress
	cleaning cleaning
	applied  bool              // something of the run was sent
	makes    bool              // the step that is applied makes a user
	hadUsers bool              // a user of the run was known
	results  map[string]string // what each step made true, by its id
	warnings []string
	stays    []string
	failure  error // the last that was not mended
	again    func() tea.Cmd
	ending   screen.Ending
	ended    bool
}

// cleaning is where a clean-up of an earlier run stands.
type cleaning struct {
	from      int                 // entries of the record that are older than it
	confirmed map[steps.Side]bool // whose account's id was typed
}

// recorded tells that the run began before this program.
func (a *App) recorded() bool { return a.cleansUp() || a.chosen.Resume }

// cleansUp tells that the journey is the clean-up of what is left of earlier runs.
func (a *App) cleansUp() bool { return a.chosen.Journey == "cleanup" }

// engineRuns tells that the journey has begun.
func (a *App) engineRuns() bool { return len(a.progress.states) > 0 }

// facts are what is known, for the frame. An answer that is being asked for is not:
// what was answered before may not go with the rest any more.
func (a *App) facts() steps.Facts {
	if a.engineRuns() {
		return a.progress.facts
	}
	f := steps.Facts{Answers: a.answers}
	if a.world != nil || a.passed(a.profiles) {
		f.Customer, f.Firm = a.customer.ID, a.firm.ID
	}
	if a.world == nil && !a.passed(a.bucket) {
		f.Bucket = ""
	}
	return f
}

// left is what the run made that stands.
func (a *App) left() []string {
	if a.ended {
		return a.ending.Left
	}
	return a.progress.left
}

// proceed does what a screen of a run wants.
func (a *App) proceed(x screen.Action) tea.Cmd {
	switch x := x.(type) {
	case screen.Begin:
		a.off = maps.Clone(x.Off)
		a.cleaning.confirmed = map[steps.Side]bool{}
		return a.startRun()
	case screen.Confirmed:
		a.cleaning.confirmed[x.Change.Step.Side] = true
		return a.showStep(x.Change, x.List)
	case screen.Approve:
		return a.apply(x)
	case screen.Skip:
		a.off[a.infos[a.progress.at].ID] = true
	case screen.UndoAll:
		return a.takeBack()
	}
	return a.planNext()
}

func (a *App) prepare() tea.Cmd {
	a.again = a.prepare
	return a.begin("Looking at both accounts, the bucket and the users; nothing is changed ...", a.calls.prepare(a.answers))
}

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
	for _, o := range x.List {
		a.applied = a.applied || o.Does.Changes
	}
	f := a.progress.facts
	a.makes = len(after(f, x.Change).Access().Rows) > len(f.Access().Rows)
	a.again = a.planNext
	cmd := a.show(screen.NewRunning(a.Env, x.Change.Step.Title, f, x.List), false)
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
	if j := msg.world.Journal; j != nil {
		a.cleaning.from = len(j.Entries())
	}
	a.infos = stepsOf(a.answers)
	a.applied = a.chosen.Resume
	a.customer.ID, a.firm.ID = f.Customer, f.Firm
	a.push(screen.NewPlan(a.Env, f, msg.notes, msg.changes))
	return a.shownAnew(true)
}

func (a *App) planned(msg plannedMsg, stopped bool) tea.Cmd {
	if len(msg.states) > 0 {
		a.told(msg.progress)
	}
	switch {
	case msg.err != nil && stopped:
		if _, planning := a.top().(*screen.Plan); planning {
			a.forget()
		}
		a.flash = "You stopped it. Nothing was changed just now."
		return nil
	case msg.err != nil:
		return a.fail(msg.err)
	case msg.over:
		return a.finish()
	case a.mustConfirm(msg.change):
		a.ask(screen.NewConfirm(a.Env, msg.change, msg.list, proofsFor(msg.facts, msg.change)))
		return a.shownAnew(true)
	}
	return a.showStep(msg.change, msg.list)
}

// mustConfirm tells that something has to be typed before a change is shown.
func (a *App) mustConfirm(c steps.Change) bool {
	return a.cleansUp() && !a.o.Demo && len(c.Actions) > 0 && !a.cleaning.confirmed[c.Step.Side]
}

// showStep shows a change before it is applied, to what is known now.
func (a *App) showStep(c steps.Change, list []draw.Operation) tea.Cmd {
	f := a.progress.facts
	s := screen.NewStep(a.Env, c, list, f, after(f, c).Access())
	s.CanBack = !a.applied
	return a.show(s, true)
}

func (a *App) done(msg appliedMsg) tea.Cmd {
	before := a.progress.at
	a.told(msg.progress)
	if msg.err != nil {
		return a.fail(msg.err)
	}
	a.failure = nil
	info := a.infos[before]
	a.results[info.ID] = msg.outcome.Now
	a.warnings = append(a.warnings, msg.outcome.Warnings...)
	a.stays = append(a.stays, msg.outcome.Left...)
	r := &screen.Result{Env: a.Env, Title: info.Title, Outcome: msg.outcome, Facts: msg.facts}
	if running, ok := a.top().(*screen.Running); ok {
		r.List = running.List()
	}
	if msg.at < len(a.infos) {
		r.Next = a.infos[msg.at].Title
	}
	return a.show(r, true)
}

// told takes over where the run stands.
func (a *App) told(p progress) {
	a.progress = p
	a.hadUsers = a.hadUsers || len(p.facts.Access().Rows) > 0
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

// forget gives up a run that has done nothing yet.
func (a *App) forget() {
	if !a.engineRuns() {
		return
	}
	if !a.recorded() {
		endRecord(a.world.Journal, "undone")
		a.world.Journal = nil
	}
	a.progress, a.failure, a.hadUsers = progress{}, nil, false
}

// letGo closes a run that was looked at only.
func (a *App) letGo() {
	endRecord(a.world.Journal, "")
	a.world, a.applied = nil, false
}

// leave asks what is to become of what is there, if anything is. A clean-up takes
// nothing back by another road than its own, which asks for the accounts.
func (a *App) leave() tea.Cmd {
	if len(a.left()) == 0 {
		return tea.Quit
	}
	return a.cover(screen.NewLeaving(a.Env, a.left(), a.cleanUp(), a.o.Demo, !a.cleansUp()))
}
