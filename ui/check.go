package ui

// The check: what follows in the wizard from who is tested to the verdict. It is no run and
// has no record. What is sent and what it shows is the check's, by the calls below.

import (
	"cmp"
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/screen"
)

// inquiry is where a check stands.
type inquiry struct {
	writer screen.Checked     // none: no profile of the writer's was chosen
	stated bool               // what the access should be was said here
	check  *steps.OpenedCheck // that has sent nothing yet; nil: none is at hand
	about  steps.Checking     // of the last that was run
	sends  bool               // it is under way
	before beforeMend
	mended run.Ending // of the run that changed what kept the requests out
	waits  bool       // that was all, and AWS may not know it yet
}

// beforeMend is what a check goes on with after the run that mends what it found.
type beforeMend struct {
	chosen         screen.Choose
	answers        steps.Answers
	customer, firm screen.Checked
}

// Messages of calls.
type (
	// checkOpenedMsg is a check that has sent nothing but reads yet.
	checkOpenedMsg struct {
		check *steps.OpenedCheck
		err   error
	}
	// checkedMsg is a check that ended.
	checkedMsg struct{ run.CheckEnding }
)

// checks tells that it is a check.
func (a *App) checks() bool { return a.chosen.Journey == "check" }

// question is what the check is about, as far as it was answered.
func (a *App) question() steps.Question {
	q := a.o.Question
	named := q.Answers // whom the flags name, if anybody
	q.Answers, q.WriterProfile = a.answers, a.writer.Profile
	if q.WriterProfile != "" || q.GrantFile != "" {
		q.FirmUser, q.FirmRole = named.FirmUser, named.FirmRole
	}
	q.Stated = q.Stated || a.stated
	q.Expected.Customer = cmp.Or(q.Expected.Customer, a.o.Expected.Customer)
	q.Expected.Firm = cmp.Or(q.Expected.Firm, a.o.Expected.Firm, a.answers.OtherAccount)
	q.OtherAccount, q.Mended = "", a.waits
	return q
}

// openCheck finds out what can be tested.
func (a *App) openCheck() tea.Cmd {
	a.again = a.openCheck
	return a.begin("Looking at the bucket, and at who can be tested; nothing is changed ...", a.calls.openCheck(a.question()))
}

func (c *calls) openCheck(q steps.Question) func(context.Context) tea.Msg {
	src := c.source()
	return func(ctx context.Context) tea.Msg {
		c.checked = nil
		o, err := run.OpenCheck(ctx, src, q, func(e steps.Event) { c.tell(e) })
		return checkOpenedMsg{o, err}
	}
}

func (a *App) checkOpened(msg checkOpenedMsg, stopped bool) tea.Cmd {
	switch {
	case stopped:
		a.flash = "You stopped it. Nothing was sent but reads."
		return nil
	case msg.err != nil:
		return a.fail(msg.err)
	}
	a.check, a.failure = msg.check, nil
	a.settle()
	if _, before := a.top().(*screen.CheckPlan); before { // of a check that is over
		a.pop()
	}
	if msg.check.Decided() {
		return a.runCheck()
	}
	a.push(&screen.CheckPlan{Env: a.Env, Begun: msg.check.Begun, Sends: msg.check.Sends, Stated: msg.check.Stated, Demo: a.o.Demo})
	return a.shownAnew(true)
}

// runCheck makes the requests.
func (a *App) runCheck() tea.Cmd {
	switch {
	case a.call != nil:
		return nil
	case a.check == nil: // a check is run once
		return a.openCheck()
	}
	o := a.check
	a.check, a.about, a.sends = nil, o.Begun, true
	const title = "Testing the access"
	cmd := a.show(screen.NewRunning(a.Env, title, a.about.Facts, nil), false)
	return tea.Batch(cmd, a.begin(title, a.calls.runCheck(o)))
}

// runCheck lets the test file be deleted also where the program has to end.
func (c *calls) runCheck(o *steps.OpenedCheck) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		e := run.RunCheck(ctx, context.WithoutCancel(ctx), o, func(e steps.Event) { c.tell(e) })
		c.checked = &e
		return checkedMsg{e}
	}
}

// checked shows what a check found. One that was stopped and left nothing is as if it had
// not been begun.
func (a *App) checked(e run.CheckEnding) tea.Cmd {
	a.sends = false
	if e.Stopped && len(e.Left) == 0 {
		a.settle()
		if _, plan := a.top().(*screen.CheckPlan); plan { // a check is run once
			a.pop()
		}
		a.flash = "You stopped it. The test file is deleted, if it was written."
		return a.shownAnew(true)
	}
	a.checkEnded(e)
	a.waits = false
	s := &screen.Verdict{Env: a.Env, Ending: e, Facts: a.about.Facts, At: a.Clock()}
	if running, ok := a.top().(*screen.Running); ok {
		s.Tests = running.Tests()
	}
	a.again = a.openCheck
	return a.show(s, true)
}

// checkEnded takes over what is said in the ordinary terminal afterwards.
func (a *App) checkEnded(e run.CheckEnding) {
	a.progress, a.ended = progress{Ending: e.Ending}, true
	if v := e.Verdict; v != nil {
		a.progress.Now, a.progress.Next = v.Summary+".", v.Fixes
	}
	a.progress.CleanUp, a.progress.Path = a.mended.CleanUp, a.mended.Path
}

// mend opens the run that changes what keeps the requests out. It is shown, confirmed and
// recorded like any other.
func (a *App) mend() tea.Cmd {
	a.before = beforeMend{a.chosen, a.answers, a.customer, a.firm}
	a.chosen = screen.Choose{Journey: "setup"}
	a.answers = a.calls.checked.Mend.Answers()
	a.progress, a.ended = progress{}, false
	a.infos = stepsOf(a.answers)
	return a.open()
}

// checkAgain goes back to the check that the run was for.
func (a *App) checkAgain() tea.Cmd {
	if a.ended {
		a.mended = a.progress.Ending
		a.waits = a.mended.Code == run.Done && a.calls.checked.Mend.Whole()
	}
	b := a.before
	a.journey, a.infos = journey{chosen: b.chosen}, nil
	a.answers, a.customer, a.firm = b.answers, b.customer, b.firm
	return a.openCheck()
}

// sayTerms asks what the access should be.
func (a *App) sayTerms() tea.Cmd {
	if a.check == nil { // it was run
		return a.openCheck()
	}
	f := a.check.Begun.Facts
	f.Answers = a.answers
	f.Writer.ARN = a.check.Begun.Writer.ARN
	if a.terms == nil {
		a.terms = screen.NewTerms(a.Env, f)
	} else {
		a.terms.For(f)
	}
	return a.goTo(a.terms)
}

// takeTerms checks against what was said.
func (a *App) takeTerms(said steps.Answers) tea.Cmd {
	a.answers, a.stated = said, true
	a.pop()
	return tea.Batch(a.shownAnew(true), a.openCheck())
}
