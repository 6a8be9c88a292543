package ui

import (
	"errors"
	"fmt"
	"maps"
	"os"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
)

// act does what a screen wants.
func (a *App) act(x action) tea.Cmd {
	switch x := x.(type) {
	case chooseJourney:
		return a.choose(x)
	case rereadProfiles:
		return a.flow.profiles
	case checkProfile:
		return a.flow.check(x.name, x.chosen)
	case pickedProfiles:
		return a.takeProfiles(x)
	case listBuckets:
		return a.flow.buckets(a.customer.session)
	case readBucket:
		return a.flow.bucket(a.customer.session, a.customer.id.Account, x.name)
	case pickedBucket:
		return a.takeBucket(x)
	case lookUpUsers:
		return a.lookUp(x)
	case listUsers:
		return a.flow.users(a.firm.session)
	case givenNames:
		a.answers = x.answers
		return a.prepare()
	case beginRun:
		a.off = maps.Clone(x.off)
		a.cleaning.confirmed = map[steps.Side]bool{}
		return a.startRun()
	case confirmed:
		return a.confirm(x)
	case approve:
		return a.apply(x)
	case skipStep:
		a.off[a.infos[a.progress.at].ID] = true
		return a.planNext()
	case goOn:
		return a.planNext()
	case goBack:
		return a.goBack()
	case retry:
		return a.again()
	case undoAll:
		return a.takeBack()
	case stop:
		a.stop()
	case stay:
		a.over = nil
		return a.shownAnew(false)
	case leave:
		return a.cover(a.leaving())
	case quitNow:
		return tea.Quit
	case giveCode:
		return a.give(x)
	case copied:
		a.flash = x.what + " was sent to the terminal's clipboard."
		return a.toClipboard(x.text)
	case saved:
		return save(x)
	}
	return nil
}

func (a *App) choose(x chooseJourney) tea.Cmd {
	a.chosen = x
	a.answers.Journey = x.journey
	a.infos = infos(a.answers)
	if a.recorded() && !x.find {
		return a.reopen()
	}
	if a.profiles != nil && a.profiles.answers.Journey == x.journey {
		return a.show(a.profiles, false)
	}
	a.profiles, a.names = newProfiles(a.kit, a.answers, a.o.Expected), nil
	return tea.Batch(a.show(a.profiles, false), a.flow.profiles)
}

func (a *App) takeProfiles(x pickedProfiles) tea.Cmd {
	same := a.bucket != nil && a.customer.profile == x.customer.profile && a.firm.profile == x.firm.profile
	a.customer, a.firm = x.customer, x.firm
	a.answers.CustomerProfile, a.answers.FirmProfile = x.customer.profile, x.firm.profile
	if same {
		a.bucket.forJourney(a.answers.Journey)
		return a.show(a.bucket, false)
	}
	a.bucket, a.names = newBucket(a.kit, a.customer, a.answers), nil
	return tea.Batch(a.show(a.bucket, false), a.act(listBuckets{}))
}

func (a *App) takeBucket(x pickedBucket) tea.Cmd {
	a.answers.Bucket, a.answers.MakeBucket = x.name, x.makeIn
	a.infos = infos(a.answers)
	if a.chosen.find {
		return a.reopen()
	}
	if a.names == nil {
		a.names = newNames(a.kit, a.answers)
	}
	a.names.answers.Bucket, a.names.answers.MakeBucket = x.name, x.makeIn
	return tea.Batch(a.show(a.names, false), a.act(a.names.look()))
}

func (a *App) lookUp(wanted lookUpUsers) tea.Cmd {
	var cmds []tea.Cmd
	for _, w := range wanted {
		session := a.firm.session
		if w.side == steps.Customer {
			session = a.customer.session
		}
		cmds = append(cmds, a.flow.user(session, w.side, w.name))
	}
	return tea.Batch(cmds...)
}

func (a *App) prepare() tea.Cmd {
	a.again = a.prepare
	return a.begin("Looking at both accounts, the bucket and the users; nothing is changed ...", a.flow.prepare(a.answers))
}

// recorded tells that the run began before this program.
func (a *App) recorded() bool { return a.chosen.journey == "cleanup" || a.chosen.resume }

func (a *App) reopen() tea.Cmd {
	a.again = a.reopen
	what := "Reading the record of that run, and what is left of it ..."
	if a.chosen.find {
		what = "Looking in both accounts for what crossgrant made; nothing is changed ..."
	}
	return a.begin(what, a.flow.reopen(a.chosen, a.answers))
}

func (a *App) startRun() tea.Cmd {
	a.again = a.startRun
	return a.begin("Reading how things are now ...", a.flow.start(a.world, a.answers.Journey, a.chosen.resume, a.off))
}

func (a *App) planNext() tea.Cmd {
	a.again = a.planNext
	return a.begin("Reading how things are now ...", a.flow.plan(a.world, a.off))
}

func (a *App) apply(x approve) tea.Cmd {
	if a.call != nil {
		return nil
	}
	for _, d := range x.list {
		a.applied = a.applied || d.Does.Changes
	}
	a.again = a.planNext
	cmd := a.show(newRunning(a.kit, x.change.Step.Title, a.progress.facts, x.list), false)
	return tea.Batch(cmd, a.begin(x.change.Step.Title, a.flow.apply(a.world, x.change)))
}

func (a *App) takeBack() tea.Cmd {
	a.over = nil
	if a.call != nil || !a.engineRuns() || a.cleansUp() {
		return nil
	}
	cmd := a.show(newRunning(a.kit, "Taking back everything that this run made", a.progress.facts, nil), false)
	return tea.Batch(cmd, a.begin("Taking back", a.flow.undo(a.world)))
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
	if !a.chosen.find { // which learns no names
		a.answers = f.Answers
	}
	a.answers.Journey = a.chosen.journey
	if f := msg.world.Journal; f != nil {
		a.cleaning.from = len(f.Entries())
	}
	a.infos = infos(a.answers)
	a.applied = a.chosen.resume
	a.customer.id, a.firm.id = f.Customer, f.Firm
	a.plan = newPlan(a.kit, f, msg.notes, msg.changes)
	return a.show(a.plan, true)
}

func (a *App) planned(msg plannedMsg, stopped bool) tea.Cmd {
	if len(msg.states) > 0 {
		a.progress = msg.progress
	}
	switch {
	case msg.err != nil && stopped:
		if _, planning := a.screen.(*planScreen); planning && a.engineRuns() {
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
		return a.show(newConfirm(a.kit, msg, a.screen), true)
	}
	return a.show(newStep(a.kit, msg.change, msg.list, msg.facts), true)
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
	r := &resultScreen{kit: a.kit, title: info.Title, outcome: msg.outcome, facts: msg.facts}
	if run, ok := a.screen.(*runningScreen); ok {
		r.list = run.list
	}
	if msg.at < len(a.infos) {
		r.next = a.infos[msg.at].Title
	}
	return a.show(r, true)
}

// fail shows a problem.
func (a *App) fail(err error) tea.Cmd {
	a.failure = err
	s := &problemScreen{kit: a.kit, problem: steps.Problem(err), left: a.left(), again: "try again", canBack: !a.applied}
	if a.engineRuns() {
		s.again = "try this step again"
		s.cleansUp = a.cleansUp()
	} else {
		s.unread = a.recorded()
	}
	return a.show(s, true)
}

// goBack goes back to the answers, as long as nothing was applied.
func (a *App) goBack() tea.Cmd {
	switch s := a.screen.(type) {
	case *profilesScreen:
		return a.toStart()
	case *bucketScreen:
		return a.show(a.profiles, false)
	case *confirmScreen:
		if a.applied {
			return a.show(s.behind, false)
		}
	case *namesScreen:
		a.answers = s.given()
		return a.show(a.bucket, false)
	}
	_, planning := a.screen.(*planScreen)
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
		if a.chosen.find && a.bucket != nil {
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

func (a *App) give(x giveCode) tea.Cmd {
	a.over = nil
	if x.code == "" {
		close(x.ask.answer)
	} else {
		x.ask.answer <- x.code
	}
	return tea.Batch(a.shownAnew(false), a.flow.listen)
}

// toClipboard sends a text to the clipboard of the terminal, which may be on
// another computer than this program.
func (a *App) toClipboard(text string) tea.Cmd {
	return func() tea.Msg {
		_, _ = clipboard(text).WriteTo(a.o.Out)
		return nil
	}
}

// save writes a new file in the folder that the program was started in.
func save(s saved) tea.Cmd {
	return func() tea.Msg {
		f, err := os.OpenFile(s.name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, os.ErrExist) {
			return savedMsg{err: fmt.Errorf("there is a file %s already, and it is left as it is", s.name)}
		}
		if err == nil {
			_, err = f.WriteString(s.text)
			err = errors.Join(err, f.Close())
		}
		return savedMsg{s.name, err}
	}
}
