package screen

import (
	"fmt"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// Start says what this is and asks what to do.
type Start struct {
	Env
	still
	menu  draw.Menu
	demo  bool
	hint  string
	alone string // the only profile on this computer, "" where there are others
}

const (
	refusedTitle = "Find out why a delivery is refused"
	refusedText  = "Tests an access that anybody set up, and says which side keeps it out, and what helps."
)

// NewStart offers the journeys; hint is how to look at the sandbox of a demo.
func NewStart(e Env, demo bool, hint string) *Start {
	s := &Start{Env: e, demo: demo, hint: hint}
	s.menu.Offer("Take the tour", "Walks through it all with test users, and removes everything at the end.", Choose{Journey: "tour"})
	both := "Set up the access, and keep it: I have both profiles"
	if demo {
		both = "Set up the access, and keep it"
	}
	s.menu.Offer(both, "Lets one user of the firm write into the customer's bucket, and tests it.", Choose{Journey: "setup"})
	if demo {
		s.menu.Offer("See a bucket that lets no other company in", "A rule of deny.bucket forbids it, whatever else allows it. crossgrant finds that before it changes anything.", Choose{Journey: "setup", Bucket: "deny.bucket"})
		s.menu.Offer(refusedTitle, refusedText, Choose{Journey: "check", Bucket: "refused.bucket"})
		return s
	}
	s.menu.Offer("Set it up with a customer: I am the firm", "Writes files that the customer does their half with, then does the firm's.", Choose{Journey: "setup", Only: steps.Firm})
	s.menu.Offer("Set it up with a firm: I am the customer", "Reads the grant.json that the firm sent you, and does the customer's half.", Choose{Journey: "setup", Only: steps.Customer})
	s.menu.Offer(refusedTitle, refusedText, Choose{Journey: "check"})
	return s
}

func (s *Start) Update(msg tea.Msg) (Action, tea.Cmd) {
	switch msg := msg.(type) {
	case RunsListed:
		for _, r := range msg.Records {
			s.offer(r)
		}
		if !s.demo { // whose accounts are as young as itself
			s.menu.Offer("Clean up without a record", "For a run of another computer, or one whose record is lost: looks in both accounts for what crossgrant created.", Choose{Journey: "cleanup", Find: true})
		}
	case ProfilesRead:
		if len(msg.Profiles) == 1 && !s.demo {
			s.halves(msg.Profiles[0].Name)
		}
	case tea.KeyMsg:
		if key.Matches(msg, keys.Quit, keys.Esc) {
			return Leave{}, nil
		}
		if key.Matches(msg, keys.Copy) && s.hint != "" {
			return Copy{"The way into the sandbox", s.hint}, nil
		}
		return s.menu.Update(msg), nil
	}
	return nil, nil
}

// halves come first where there is one profile only, which is of one company. What goes on
// with a run still comes before them.
func (s *Start) halves(profile string) {
	s.alone = profile
	s.menu.Raise(func(c draw.Choice) bool {
		x, _ := c.Wants.(Choose)
		return x.Only != "" || x.Resume
	})
}

// offer adds what can be done about an earlier run. To go on with one that stopped
// comes before anything new, the latest first.
func (s *Start) offer(r steps.Record) {
	name := runName(r)
	if r.Unfinished() && r.Ended == "" && r.Buckets == 0 { // a fleet goes on with its list
		s.menu.Prefer("Go on with "+name, "It stopped half-way. The steps that are done are skipped.", Choose{Journey: r.Journey, Run: r.Run, Resume: true})
	}
	if len(r.Left) > 0 {
		s.menu.Offer("Clean up "+name, "What it created in the two accounts is shown first, then removed.", Choose{Journey: "cleanup", Run: r.Run})
	}
}

// runName is what a person knows a run by.
func runName(r steps.Record) string {
	name := fmt.Sprintf("the %s of %s", r.Journey, r.Started.Local().Format("2 Jan 2006, 15:04"))
	switch {
	case r.Buckets > 0:
		name += fmt.Sprintf(" (%d buckets, %s)", r.Buckets, r.Grantee.Name)
	case r.Bucket != "" && r.Grantee.Name != "":
		name += fmt.Sprintf(" (%s, %s)", r.Bucket, r.Grantee.Name)
	}
	return name
}

func (s *Start) View(width, height int) string {
	p := s.Page(width)
	p.Say(s.Bold, "A firm delivers files into a customer's S3 bucket: two companies, two AWS accounts.")
	p.Say(s.Plain, "Each account must do its half, and crossgrant leads you through both. It shows every policy before it is applied, and can undo everything it did.")
	if s.demo {
		p.Gap().Say(s.Warn, "This is a demo: AWS is a sandbox inside this program, and no account or profile of yours is touched.")
	}
	if s.alone != "" {
		p.Gap().Say(s.Plain, "There is one AWS profile on this computer, "+s.alone+", so you can do one company's half. Which company are you?").Gap()
	} else {
		p.Gap().Say(s.Dim, "What would you like to do?").Gap()
	}
	s.menu.Draw(p, height-len(p.Lines))
	if hint := s.Page(width).Gap().Say(s.Dim, fromOutside).Command(s.hint); s.demo && s.hint != "" && len(p.Lines)+len(hint.Lines) <= height {
		p.Add(hint.Lines...)
	}
	return p.String()
}

func (s *Start) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Named(keys.Enter, "choose"), keys.Move, keys.Help, keys.Quit}
	if s.hint != "" {
		b = append(b, keys.Named(keys.Copy, "copy the way into the sandbox"))
	}
	return b
}

func (s *Start) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
