package ui

// The journey: how a run goes on, from the plan to the report. The App calls proceed
// with what a screen of a run wants, and answered with the last reply of each call.
// What is planned, applied, proved and undone is the run's, by the calls of run.go; here
// it only becomes the next screen.

import (
	"maps"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/screen"
)

// journey is where the run stands, as it was told last.
type journey struct {
	chosen   screen.Choose
	run      *run.Run // nil: none is open
	wanted   screen.Begin
	proved   map[proved]bool
	progress progress // none: the run has not begun
	applied  bool     // something of the run was sent
	makes    bool     // the step that is applied makes a user
	hadUsers bool     // a user of the run was known
	failure  error    // the last that was not mended
	again    func() tea.Cmd
	ended    bool
	written  run.Ending // of who leaves after the files for the customer were written
}

// proved is what was typed before a step.
type proved struct {
	step string
	run.Proof
}

// cleansUp tells that the journey is the clean-up of what is left of earlier runs.
func (a *App) cleansUp() bool { return a.chosen.Journey == "cleanup" }

// begun tells that the journey has begun.
func (a *App) begun() bool { return len(a.progress.Steps) > 0 }

// facts are what is known, for the frame. An answer that is being asked for is not:
// what was answered before may not go with the rest any more.
func (a *App) facts() steps.Facts {
	if a.begun() {
		return a.progress.Facts
	}
	f := steps.Facts{Answers: a.answers}
	if a.run != nil || a.passed(a.profiles) {
		f.Customer, f.Firm = a.customer.ID, a.firm.ID
	}
	if a.run == nil && !a.passed(a.bucket) && !a.passed(a.whom) && !a.passed(a.grant) {
		f.Bucket = ""
	}
	return f
}

// request is the run that was chosen, with what was answered. One that began before has
// its own answers.
func (a *App) request() run.Request {
	q := a.o.Request
	q.Source, q.Run, q.Resume, q.Find = a.calls.source(), a.chosen.Run, a.chosen.Resume, a.chosen.Find
	q.Expected = a.expected
	switch {
	case q.Resume:
		q.Answers = steps.Answers{}
	case q.Find:
		q.Answers = steps.Answers{CustomerProfile: a.answers.CustomerProfile, FirmProfile: a.answers.FirmProfile, Bucket: a.answers.Bucket}
	case !a.cleansUp():
		q.Answers = a.answers
	}
	q.Answers.Journey = a.chosen.Journey
	return q
}

// proceed does what a screen of a run wants.
func (a *App) proceed(x screen.Action) tea.Cmd {
	switch x := x.(type) {
	case screen.Begin:
		a.wanted = screen.Begin{Off: maps.Clone(x.Off), Too: x.Too}
		a.proved = map[proved]bool{}
		if a.whereKey != nil {
			return tea.Batch(a.goTo(a.whereKey), a.act(a.whereKey.Look()))
		}
	case screen.Confirmed:
		for _, p := range x.Proofs {
			a.proved[proved{x.Change.Step.ID, p}] = true
		}
		return a.showStep(x.Change, x.List)
	case screen.Approve:
		return a.apply(x)
	case screen.Skip:
		a.wanted.Off[a.infos[a.progress.at].ID] = true
	case screen.UndoAll:
		return a.takeBack()
	case screen.TestAgain:
		return a.begin("Reading how things are now ...", a.calls.testAgain(a.run, x.Receipt, a.wanted))
	case screen.AskBreak:
		return a.cover(screen.NewBreak(a.Env, a.progress.Facts))
	case screen.BreakIt:
		a.over = nil
		a.again = a.planNext
		return a.begin("Reading how things are now ...", a.calls.breakIt(a.run, x.In, a.wanted))
	}
	return a.planNext()
}

// open opens the run that was chosen.
func (a *App) open() tea.Cmd {
	a.again = a.open
	what := "Looking at both accounts, the bucket and the users; nothing is changed ..."
	q := a.request()
	switch {
	case q.WithoutRecord():
		what = "Looking in both accounts for what crossgrant created; nothing is changed ..."
	case q.Recorded():
		what = "Reading the record of that run, and what is left of it ..."
	}
	return a.begin(what, a.calls.open(q))
}

func (a *App) planNext() tea.Cmd {
	a.again = a.planNext
	return a.begin("Reading how things are now ...", a.calls.plan(a.run, a.wanted, a.keyPlace))
}

func (a *App) apply(x screen.Approve) tea.Cmd {
	if a.call != nil {
		return nil
	}
	a.applied = a.applied || slices.ContainsFunc(x.List, func(o draw.Operation) bool { return o.Does.Changes })
	f := a.progress.Facts
	a.makes = len(f.After(x.Change).Access().Rows) > len(f.Access().Rows)
	a.again = a.planNext
	cmd := a.show(screen.NewRunning(a.Env, x.Change.Step.Title, f, x.List), false)
	return tea.Batch(cmd, a.begin(x.Change.Step.Title, a.calls.apply(a.run, x.Change)))
}

func (a *App) takeBack() tea.Cmd {
	a.over = nil
	if a.call != nil || !a.begun() || a.cleansUp() {
		return nil
	}
	a.applied = true
	cmd := a.show(screen.NewRunning(a.Env, "Undoing everything that this run did", a.progress.Facts, nil), false)
	return tea.Batch(cmd, a.begin("Undoing", a.calls.undo(a.run, a.failure)))
}

// answered goes on with what a call led to.
func (a *App) answered(msg tea.Msg, stopped bool) tea.Cmd {
	switch msg := msg.(type) {
	case openedMsg:
		return a.opened(msg, stopped)
	case plannedMsg:
		return a.planned(msg, stopped)
	case appliedMsg:
		return a.done(msg)
	case filesMsg:
		return a.made(msg, stopped)
	case refusedMsg:
		return a.await(msg.line, msg.err)
	case endedMsg:
		return a.end(msg)
	case checkOpenedMsg:
		return a.checkOpened(msg, stopped)
	case checkedMsg:
		return a.checked(msg.CheckEnding)
	case fleetOpenedMsg:
		return a.fleetOpened(msg, stopped)
	case fleetEndedMsg:
		return a.fleetEnded(msg.FleetEnding)
	}
	return nil
}

func (a *App) opened(msg openedMsg, stopped bool) tea.Cmd {
	if stopped {
		if msg.run != nil {
			msg.run.Forget()
		}
		a.flash = "You stopped it. Nothing was changed."
		return nil
	}
	if msg.err != nil {
		return a.fail(msg.err)
	}
	a.run, a.failure = msg.run, nil
	if !a.chosen.Find { // which learns no names
		a.answers = msg.Facts.Answers
	}
	a.answers.Journey = a.chosen.Journey
	a.answers.KeyFile, a.answers.KeyProfile = a.o.Answers.KeyFile, a.o.Answers.KeyProfile // it is asked once the plan is seen
	a.whereKey, a.keyPlace = nil, nil
	if msg.run.AsksKey() {
		a.whereKey = screen.NewKey(a.Env, msg.Facts.FirmUser, msg.Facts.KeyFile)
	}
	a.infos = msg.run.Steps()
	a.customer.ID, a.firm.ID = msg.Facts.Customer, msg.Facts.Firm
	plan := screen.NewPlan(a.Env, msg.Ending, msg.changes)
	plan.GoesOn, plan.Findings, plan.AsksKey = a.chosen.Resume, msg.run.Findings, a.whereKey != nil
	a.push(plan)
	return a.shownAnew(true)
}

func (a *App) planned(msg plannedMsg, stopped bool) tea.Cmd {
	if len(msg.Steps) > 0 {
		a.told(msg.progress)
	}
	if stopped { // what was read meanwhile is read again
		if !a.passing() {
			a.progress = progress{}
		}
		a.flash = "You stopped it. Nothing was changed just now."
		return nil
	}
	if msg.err != nil {
		return a.fail(msg.err)
	}
	a.failure = nil
	missing := slices.DeleteFunc(msg.proofs, func(p run.Proof) bool { return a.proved[proved{msg.change.Step.ID, p}] })
	if len(missing) > 0 {
		s := screen.NewConfirm(a.Env, msg.change, msg.list, missing)
		s.Parties = msg.parties
		a.ask(s)
		return a.shownAnew(true)
	}
	return a.showStep(msg.change, msg.list)
}

// showStep shows a change before it is applied, to what is known now.
func (a *App) showStep(c steps.Change, list []draw.Operation) tea.Cmd {
	f := a.progress.Facts
	s := screen.NewStep(a.Env, c, list, f)
	s.CanBack = !a.applied
	return a.show(s, true)
}

func (a *App) done(msg appliedMsg) tea.Cmd {
	before, was := a.progress.at, a.progress.Facts
	a.told(msg.progress)
	if msg.err != nil {
		return a.fail(msg.err)
	}
	r := &screen.Result{Env: a.Env, Step: a.infos[before], Outcome: msg.outcome, Before: was, Facts: msg.Facts}
	if running, ok := a.top().(*screen.Running); ok {
		r.List = running.List()
	}
	r.CanBreak = msg.canBreak
	if msg.at < len(a.infos) {
		r.Next = a.infos[msg.at].Title
	}
	if a.o.Still {
		return a.show(r, true)
	}
	return tea.Batch(a.show(r, true), r.Move())
}

// end shows how a run ended.
func (a *App) end(msg endedMsg) tea.Cmd {
	a.told(msg.progress)
	a.ended = true
	s := &screen.Report{Env: a.Env, Ending: msg.Ending, CanUndo: len(msg.Left) > 0 && len(msg.Kept) == 0 && !a.cleansUp()}
	if a.o.Demo {
		s.Hint = a.o.DemoHint
	}
	if s.Checks = a.answers.Mends; s.Checks {
		a.again = a.checkAgain
	}
	return a.show(s, true)
}

// told takes over where the run stands.
func (a *App) told(p progress) {
	a.progress = p
	a.infos = a.infos[:0:0]
	for _, s := range p.Steps { // a demo may have got more of them
		a.infos = append(a.infos, s.Step)
	}
	a.hadUsers = a.hadUsers || len(p.Facts.Access().Rows) > 0
}

// fail shows a problem.
func (a *App) fail(err error) tea.Cmd {
	a.failure = err
	if a.run != nil && a.run.WaitsForCustomer(err) {
		return a.await("", nil)
	}
	s := &screen.Problem{Env: a.Env, Problem: steps.Problem(err), Left: steps.Words(a.progress.Left), Again: "try again", CanBack: !a.applied}
	if a.begun() {
		s.Again = "try this step again"
		s.CleansUp = a.cleansUp()
	} else {
		s.Unread = a.checks() || a.request().Recorded()
	}
	return a.show(s, true)
}

// letGo gives up a run that has done nothing yet.
func (a *App) letGo() {
	a.run.Forget()
	a.journey = journey{chosen: a.chosen}
}

// leave asks what is to become of what is there, if anything is. A clean-up takes
// nothing back by another road than its own, which asks for the accounts.
func (a *App) leave() tea.Cmd {
	if len(a.progress.Left) == 0 || a.checks() {
		return tea.Quit
	}
	return a.cover(screen.NewLeaving(a.Env, a.progress.Ending, a.o.Demo, !a.cleansUp()))
}
