package ui

// The wizard of who has one company's profile alone: what follows what its screens want.
// The firm writes the files for the customer before it does its half, the customer reads
// the grant that the firm sent. The runs are those of journey.go.

import (
	"context"
	"path/filepath"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/steps/handoff"
	"crossgrant/steps/run"
	"crossgrant/ui/screen"
)

// answerHalf does what a screen of a half wants.
func (a *App) answerHalf(x screen.Action) tea.Cmd {
	switch x := x.(type) {
	case screen.ReadGrant:
		return a.calls.grant(x.Given)
	case screen.GiveGrant:
		return a.takeGrant(x.Offer)
	case screen.GiveCustomer:
		return a.takeCustomer(x)
	case screen.MakeFiles:
		a.again = func() tea.Cmd { return a.act(x) }
		return a.begin("Looking up who will use the access ...", a.calls.files(a.answers, a.expected, x))
	case screen.WriteFiles:
		return a.calls.write(x)
	case screen.DoOwnHalf:
		a.progress, a.ended = progress{}, false
		return a.open()
	}
	return nil
}

// takeProfile goes on with the one profile of a half.
func (a *App) takeProfile(x screen.PickProfiles) tea.Cmd {
	a.customer, a.firm = x.Customer, x.Firm
	a.answers.CustomerProfile, a.answers.FirmProfile = x.Customer.Profile, x.Firm.Profile
	if a.answers.Only == steps.Customer {
		a.firm.ID.Account = a.answers.OtherAccount
		return a.open()
	}
	if a.whom == nil {
		a.whom = screen.NewWhom(a.Env, x.Firm.ID.Account, a.expected.Digits().Customer, a.answers.Bucket)
	}
	return a.goTo(a.whom)
}

// takeGrant goes on with the grant that the firm sent.
func (a *App) takeGrant(o handoff.Offer) tea.Cmd {
	a.answers = a.answers.WithGrant(o.Grant)
	a.answers.OtherAccount = o.Grant.Firm
	a.again = func() tea.Cmd { return a.takeGrant(o) }
	var err error
	if a.expected, err = a.o.Expected.WithGrant(o.Grant); err != nil {
		return a.fail(err)
	}
	return a.askProfiles()
}

// takeCustomer goes on with whom the firm delivers to.
func (a *App) takeCustomer(x screen.GiveCustomer) tea.Cmd {
	a.answers.OtherAccount, a.answers.Bucket, a.expected.Customer = x.Account, x.Bucket, x.Account
	a.customer.ID.Account, a.customer.ID.Partition = x.Account, a.firm.ID.Partition
	return a.askTerms()
}

func (a *App) askFolder() tea.Cmd {
	g := a.given().Grant()
	if a.folder == nil {
		a.folder = screen.NewFolder(a.Env, g)
	}
	a.folder.For(g)
	return a.goTo(a.folder)
}

// filesMsg are the files for the customer, which nobody has written yet.
type filesMsg struct {
	dir   string
	offer handoff.Offer
	err   error
}

// files makes the files for the customer.
func (c *calls) files(a steps.Answers, said steps.Expected, x screen.MakeFiles) func(context.Context) tea.Msg {
	src := c.source()
	return func(ctx context.Context) tea.Msg {
		dir, err := filepath.Abs(steps.InHome(x.Dir))
		if err != nil {
			return filesMsg{err: problem.Diagnose(err, "find the folder")}
		}
		grant, err := steps.Offer(ctx, src, a, said)
		return filesMsg{dir, handoff.New(grant, x.Contact), err}
	}
}

// made shows the files, and does the firm's half with what they say.
func (a *App) made(msg filesMsg, stopped bool) tea.Cmd {
	if stopped {
		a.flash = "You stopped it. Nothing was written."
		return nil
	}
	if msg.err != nil {
		return a.fail(msg.err)
	}
	a.answers = a.answers.WithGrant(msg.offer.Grant)
	said := a.answers
	said.StateDir, said.AllowHTTP = a.o.StateDir, a.o.Source.AllowHTTP
	later := said.FirmsHalf(filepath.Join(msg.dir, handoff.GrantFile))
	a.files = screen.NewFiles(a.Env, msg.dir, msg.offer.Files(), later)
	a.written = run.Ending{Now: "The files for the customer are in " + msg.dir + ".", Next: []string{
		"Send the customer all files of that folder. No secret is in them.",
		"Then do the firm's half: " + later,
	}}
	return a.goTo(a.files)
}

// write writes the files for the customer.
func (c *calls) write(x screen.WriteFiles) tea.Cmd {
	return func() tea.Msg { return screen.FilesWritten{Err: handoff.Write(x.Dir, x.Files)} }
}

// wrote tells who leaves now what to do with the files.
func (a *App) wrote(msg screen.FilesWritten) tea.Cmd {
	if msg.Err == nil {
		a.progress, a.ended = progress{Ending: a.written}, true
	}
	return a.tell(a.files, msg)
}

// grant reads a grant, which is on this computer.
func (c *calls) grant(given string) tea.Cmd {
	return func() tea.Msg {
		o, err := handoff.Given(steps.InHome(given))
		return screen.GrantRead{Given: given, Offer: o, Err: err}
	}
}

// refusedMsg is a receipt that does not fit.
type refusedMsg struct {
	line string
	err  error
}

// testAgain takes over a receipt, if there is one, and plans the test again.
func (c *calls) testAgain(r *run.Run, line string, wanted screen.Begin) func(context.Context) tea.Msg {
	return func(ctx context.Context) tea.Msg {
		if line != "" {
			if err := r.TakeReceipt(line); err != nil {
				return refusedMsg{line, err}
			}
		}
		return c.plan(r, wanted, nil)(ctx)
	}
}

// await shows that the firm waits for the customer.
func (a *App) await(line string, wrong error) tea.Cmd {
	return a.show(screen.NewAwait(a.Env, steps.Problem(a.failure), a.progress.Resume, line, wrong), true)
}
