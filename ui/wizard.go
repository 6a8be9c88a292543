package ui

// The wizard: what follows what a screen wants. The App calls act with each action.
// Answers are taken here and lead to the next question; what belongs to a run is
// journey.go's. Work is begun here, never done: that is calls.go's and run.go's.

import (
	"cmp"
	"errors"
	"fmt"
	"os"

	"github.com/aymanbagabas/go-osc52/v2"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/screen"
)

// wizard is what was answered so far. The screens that asked are kept, so that who
// goes back finds the answers there.
type wizard struct {
	answers  steps.Answers
	infos    []steps.Info // the steps that the answers lead to
	sessions map[string]*awsops.Session
	customer screen.Checked
	firm     screen.Checked
	asked    *question // the one for a code that is shown

	expected steps.Expected // the accounts that were stated, or that a grant names

	start    *screen.Start
	cleanUps *screen.CleanUps // nil: a run was named, or none is to be cleaned up
	profiles *screen.Profiles
	bucket   *screen.Bucket
	terms    *screen.Terms // nil: not of this journey, or not asked yet
	names    *screen.Names
	grant    *screen.Grant // of a customer's half alone
	whom     *screen.Whom  // of a firm's, as the next two
	folder   *screen.Folder
	files    *screen.Files
	whereKey *screen.Key     // of the run that is open; nil: it is not asked
	keyPlace *steps.KeyPlace // what it was told
}

// act does what a screen wants.
func (a *App) act(x screen.Action) tea.Cmd {
	switch x := x.(type) {
	case screen.Back:
		return a.back()
	case screen.Retry:
		return a.again()
	case screen.Stop:
		a.stop()
	case screen.Stay:
		a.over = nil
		return a.shownAnew(true) // the key that closed it may still be held
	case screen.Leave:
		return a.leave()
	case screen.Quit:
		return tea.Quit
	case screen.GiveCode:
		return a.giveCode(x)
	case screen.Copy:
		a.flash = x.What + " was sent to the terminal's clipboard."
		return a.toClipboard(x.Text)
	case screen.Paged:
		return a.shownAnew(x.Last) // so that a key that is held down approves nothing
	case screen.Save:
		return save(x)
	case screen.CheckIt:
		return a.runCheck()
	case screen.DoFleet:
		return a.applyFleet()
	case screen.MendIt:
		return a.mend()
	case screen.SayTerms:
		return a.sayTerms()
	case screen.ShowLetters:
		a.ask(&screen.Letters{Env: a.Env, Letters: a.calls.checked.Letters})
		return a.shownAnew(false)
	case screen.Begin, screen.Confirmed, screen.Approve, screen.Skip, screen.GoOn, screen.UndoAll, screen.TestAgain, screen.AskBreak, screen.BreakIt:
		return a.proceed(x)
	}
	return a.answer(x)
}

// answer does what a screen that asks wants.
func (a *App) answer(x screen.Action) tea.Cmd {
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
	case screen.GiveTerms:
		if a.checks() {
			return a.takeTerms(x.Answers)
		}
		a.answers = x.Answers
		return a.askNames()
	case screen.LookUpUsers:
		return a.lookUp(x)
	case screen.ListUsers:
		return a.calls.users(a.sessions[a.firm.Profile], x.Kind)
	case screen.CheckKeyPlace:
		return a.calls.keyPlace(x.To)
	case screen.GiveKeyPlace:
		a.keyPlace = &x.To
		return a.planNext()
	case screen.Over:
		a.progress.Ending, a.ended = x.Ending, true
	case screen.GiveNames:
		a.answers = x.Answers
		switch {
		case a.answers.Only == steps.Firm:
			return a.askFolder()
		case a.checks():
			return a.openCheck()
		}
		return a.open()
	}
	return a.answerHalf(x)
}

// toJourney goes to the journey that the program was started for, if it was for one.
func (a *App) toJourney() tea.Cmd {
	q := a.o.Request
	x := screen.Choose{Journey: q.Answers.Journey, Run: q.Run, Resume: q.Resume, Find: q.WithoutRecord()}
	switch {
	case a.o.Fleet != nil:
		return a.toFleet(*a.o.Fleet)
	case x.Journey == "":
		return nil
	case q.CleansUp() && x.Run == "" && !x.Find:
		a.cleanUps = screen.NewCleanUps(a.Env)
		a.push(a.cleanUps)
		return nil
	case q.Answers.Only != "" && !x.Resume && !steps.AsksHalf(q.Answers):
		a.chosen, a.answers, a.infos = x, q.Answers, stepsOf(q.Answers)
		return a.open()
	}
	x.Only = q.Answers.Only
	return a.choose(x)
}

func (a *App) choose(x screen.Choose) tea.Cmd {
	if steps.IsFleet(a.o.StateDir, x.Run) {
		return a.toFleet(run.FleetRequest{ID: x.Run, StateDir: a.o.StateDir})
	}
	a.chosen, a.progress, a.ended = x, progress{}, false
	if a.profiles != nil && a.profiles.Journey() == x.Journey && a.profiles.Only() == "" && x.Only == "" {
		a.answers.Journey, a.answers.Bucket = x.Journey, cmp.Or(x.Bucket, a.o.Answers.Bucket)
	} else {
		a.begins(x)
	}
	a.infos = stepsOf(a.answers)
	switch {
	case a.request().Recorded() && !x.Find:
		return a.open()
	case x.Only == steps.Customer && a.answers.OtherAccount == "":
		a.grant = screen.NewGrant(a.Env)
		return a.goTo(a.grant)
	case a.profiles != nil:
		return a.goTo(a.profiles)
	}
	return a.askProfiles()
}

// begins begins with the answers that were given to the program.
func (a *App) begins(x screen.Choose) {
	given := a.o.Answers
	given.Journey, given.Only, given.Bucket = x.Journey, x.Only, cmp.Or(x.Bucket, given.Bucket)
	if x.Journey != "setup" && x.Journey != a.o.Answers.Journey { // the tour's grant is the article's
		given.Access, given.Prefix, given.Until, given.OnlyThisUser = "", "", "", false
	}
	a.answers, a.expected = given, a.o.Expected
	a.profiles, a.terms, a.names, a.whom, a.folder = nil, nil, nil, nil, nil
}

func (a *App) askProfiles() tea.Cmd {
	a.profiles = screen.NewProfiles(a.Env, a.answers, a.expected)
	a.profiles.WriterProfile = a.o.Question.WriterProfile
	return tea.Batch(a.goTo(a.profiles), a.calls.profiles)
}

// stepsOf are the steps of a journey, before there is a run.
func stepsOf(a steps.Answers) []steps.Info {
	var list []steps.Info
	for _, s := range steps.Journey(a) {
		list = append(list, s.Info())
	}
	return list
}

func (a *App) takeProfiles(x screen.PickProfiles) tea.Cmd {
	if a.answers.Only != "" {
		return a.takeProfile(x)
	}
	a.writer = x.Writer
	if a.checks() && a.o.Question.GrantFile != "" { // which says the rest
		a.customer, a.firm = x.Customer, x.Firm
		a.answers.CustomerProfile, a.answers.FirmProfile = x.Customer.Profile, x.Firm.Profile
		return a.openCheck()
	}
	same := a.bucket != nil && a.customer.Profile == x.Customer.Profile && a.firm.Profile == x.Firm.Profile
	a.customer, a.firm = x.Customer, x.Firm
	a.answers.CustomerProfile, a.answers.FirmProfile = x.Customer.Profile, x.Firm.Profile
	if same {
		a.bucket.ForJourney(a.answers.Journey)
		return a.goTo(a.bucket)
	}
	a.bucket, a.terms, a.names = screen.NewBucket(a.Env, a.customer, a.answers), nil, nil
	if x.Customer.Profile == "" { // for a check
		return a.goTo(a.bucket)
	}
	return tea.Batch(a.goTo(a.bucket), a.act(screen.ListBuckets{}))
}

func (a *App) takeBucket(x screen.PickBucket) tea.Cmd {
	a.answers.Bucket, a.answers.MakeBucket = x.Name, x.MakeIn
	a.infos = stepsOf(a.answers)
	if a.chosen.Find {
		return a.open()
	}
	if a.checks() && a.writer.Profile != "" { // which says who writes
		return a.openCheck()
	}
	if a.answers.Journey != "setup" {
		return a.askNames()
	}
	return a.askTerms()
}

func (a *App) askTerms() tea.Cmd {
	if f := a.given(); a.terms == nil {
		a.terms = screen.NewTerms(a.Env, f)
	} else {
		a.terms.For(f)
	}
	return a.goTo(a.terms)
}

// given are all answers so far, and whose accounts they are about.
func (a *App) given() steps.Facts {
	f := steps.Facts{Answers: a.answers, Customer: a.customer.ID, Firm: a.firm.ID}
	if a.names != nil {
		f.Writer.ARN = a.names.ARN()
	}
	return f
}

func (a *App) askNames() tea.Cmd {
	if a.names == nil {
		a.names = screen.NewNames(a.Env, a.answers)
	}
	a.names.For(a.answers)
	return tea.Batch(a.goTo(a.names), a.act(a.names.Look()))
}

func (a *App) lookUp(wanted screen.LookUpUsers) tea.Cmd {
	var cmds []tea.Cmd
	for _, w := range wanted {
		profile := a.firm.Profile
		if w.Side == steps.Customer {
			profile = a.customer.Profile
		}
		cmds = append(cmds, a.calls.user(a.sessions[profile], w))
	}
	return tea.Batch(cmds...)
}

// back goes back by one screen. The screens of a run lead back to its plan, as long
// as nothing was applied.
func (a *App) back() tea.Cmd {
	switch s := a.top().(type) {
	case *screen.Terms:
		if !a.checks() { // there, what is not said is not meant
			a.answers = s.Given()
		}
	case *screen.Names:
		a.answers = s.Given()
		if a.terms != nil {
			a.terms.For(a.given())
		}
	case *screen.Plan:
		a.letGo()
	}
	_, asks := a.top().(*screen.Confirm)
	_, reads := a.top().(*screen.Letters)
	switch {
	case !a.passing() || a.applied && asks || reads:
		a.pop()
	case a.applied:
		a.flash = "Something was changed already, so the answers are fixed: q undoes it."
		if a.cleansUp() {
			a.flash = "This clean-up has begun already. Press q to leave the rest as it is."
		}
		return nil
	default:
		a.progress, a.failure = progress{}, nil
		a.settle()
		if len(a.wanted.Too) > 0 { // which a run cannot unlearn
			a.letGo()
			a.pop()
			return a.open()
		}
	}
	if _, plan := a.top().(*screen.CheckPlan); plan && !a.checks() { // from a mend that was not wanted
		return a.checkAgain()
	}
	if a.top() == a.start {
		a.answers.Journey, a.infos = "", nil
	}
	return a.shownAnew(false)
}

// giveCode answers the question for a code, and hears the next one.
func (a *App) giveCode(x screen.GiveCode) tea.Cmd {
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

// savedMsg tells what became of a file.
type savedMsg struct {
	path string
	err  error
}

// save writes a new file in the folder that the program was started in.
func save(s screen.Save) tea.Cmd {
	return func() tea.Msg {
		err := steps.WriteNew(s.Name, s.Text)
		if errors.Is(err, os.ErrExist) {
			return savedMsg{err: fmt.Errorf("there is a file %s already, and it is left as it is", s.Name)}
		}
		return savedMsg{s.Name, err}
	}
}
