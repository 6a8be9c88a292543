package screen

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
	"crossgrant/ui/safe"
)

// Profiles asks for the customer's profile, then for the firm's, or for one of them alone,
// and checks each while the person looks at it. For a check it asks for the writer's too, and
// any of them may be left out, but not all.
type Profiles struct {
	Env
	WriterProfile string // that is known already

	want     steps.Expected
	answers  steps.Answers // what is known already
	side     steps.Side
	list     draw.PickList
	profiles []profile.Entry
	read     bool
	checks   map[string]Checked
	checking map[string]bool
	waits    map[string]awsops.Wait // of what is checked
	picked   map[steps.Side]Checked
	waiting  string // chosen, and its check is not back yet
	rest     int    // number of the timer for the profile under the cursor
	problem  *problem.Error
}

// writes is the side of who writes the files, where that is a sign-in of its own.
const writes steps.Side = "writer"

// NewProfiles asks for the profiles, which must be as is wanted: of a half for its own.
func NewProfiles(e Env, a steps.Answers, want steps.Expected) *Profiles {
	return &Profiles{
		Env: e, answers: a, want: want, side: cmp.Or(a.Only, steps.Customer), list: draw.NewPickList(e.Theme),
		checks: map[string]Checked{}, checking: map[string]bool{}, waits: map[string]awsops.Wait{}, picked: map[steps.Side]Checked{},
	}
}

// Journey and Only are what the profiles are asked for.
func (s *Profiles) Journey() string { return s.answers.Journey }

func (s *Profiles) Only() steps.Side { return s.answers.Only }

func (s *Profiles) Typing() bool { return s.list.Typing }

// optional tells that a profile can be left out.
func (s *Profiles) optional() bool { return s.answers.Journey == "check" }

func (s *Profiles) Update(msg tea.Msg) (Action, tea.Cmd) {
	switch msg := msg.(type) {
	case ProfilesRead:
		return s.arrived(msg)
	case Checked:
		return s.checked(msg)
	case StillChecking:
		s.waits[msg.Profile] = msg.Wait
		return nil, nil
	case settled:
		if msg.number == s.rest {
			return s.look(), nil
		}
		return nil, nil
	case tea.KeyMsg:
		if !s.Typing() {
			if act, taken := s.key(msg); taken {
				return act, nil
			}
		}
		before := s.list.Pick()
		cmd := s.list.Update(msg)
		if s.list.Pick() != before {
			s.problem, s.waiting = nil, ""
			return nil, tea.Batch(cmd, s.settle())
		}
		return nil, cmd
	}
	return nil, nil
}

func (s *Profiles) arrived(msg ProfilesRead) (Action, tea.Cmd) {
	s.read, s.profiles, s.problem = true, msg.Profiles, nil
	if msg.Err != nil {
		s.problem = steps.Problem(msg.Err)
	}
	s.fillList()
	s.preselect()
	return s.look(), nil
}

func (s *Profiles) checked(msg Checked) (Action, tea.Cmd) {
	delete(s.checking, msg.Profile)
	delete(s.waits, msg.Profile)
	s.checks[msg.Profile] = msg
	s.fillList()
	if s.waiting == msg.Profile && (msg.Asked || msg.Err == nil) {
		s.waiting = ""
		return s.choose(msg), nil
	}
	return nil, nil
}

func (s *Profiles) key(msg tea.KeyMsg) (Action, bool) {
	switch {
	case key.Matches(msg, keys.Enter):
		return s.enter(), true
	case key.Matches(msg, keys.Retry):
		s.problem = nil
		if s.profiles == nil {
			return ReadProfiles{}, true
		}
		delete(s.checks, s.list.Pick())
		return s.check(true), true
	case s.optional() && key.Matches(msg, keys.Skip):
		s.problem, s.waiting = nil, ""
		return s.pick(Checked{}), true
	case key.Matches(msg, keys.Back) && !s.list.Filtered():
		return s.back(), true
	case key.Matches(msg, keys.Quit):
		return Leave{}, true
	}
	return nil, false
}

func (s *Profiles) enter() Action {
	name := s.list.Pick()
	if name == "" {
		return nil
	}
	s.problem = nil
	if c, ok := s.checks[name]; ok && c.Err == nil {
		return s.choose(c)
	}
	s.waiting = name
	return s.check(true)
}

// choose takes a checked profile, unless the two cannot be a customer and a firm.
func (s *Profiles) choose(c Checked) Action {
	if c.Err != nil {
		s.problem = steps.Problem(c.Err)
		return nil
	}
	if s.answers.Only != "" {
		return s.alone(c)
	}
	if s.side == steps.Firm && (!s.optional() || s.picked[steps.Customer].Profile != "") {
		customer := s.picked[steps.Customer]
		f := steps.Facts{Customer: customer.ID, Firm: c.ID}
		f.CustomerProfile, f.FirmProfile, f.Journey = customer.Profile, c.Profile, s.answers.Journey
		if s.refused(f, "Choose another profile here, or press b and choose the customer's again.") {
			return nil
		}
	}
	return s.pick(c)
}

// pick takes a profile, or none, and goes on to the next.
func (s *Profiles) pick(c Checked) Action {
	s.picked[s.side] = c
	switch s.side {
	case steps.Customer:
		s.answers.CustomerProfile = c.Profile
		s.side = steps.Firm
	case steps.Firm:
		s.answers.FirmProfile = c.Profile
		if !s.optional() {
			return s.all()
		}
		s.side = writes
	default:
		s.WriterProfile = c.Profile
		return s.all()
	}
	s.list.ShowAll()
	s.fillList()
	s.preselect()
	return s.look()
}

// all are the profiles that were picked.
func (s *Profiles) all() Action {
	x := PickProfiles{s.picked[steps.Customer], s.picked[steps.Firm], s.picked[writes]}
	if x.Customer.Profile+x.Firm.Profile+x.Writer.Profile == "" {
		s.problem = &problem.Error{
			Summary: "A profile is missing",
			Detail:  "A check needs one sign-in at least.",
			Fixes:   []string{"Choose a profile here, or press b and choose the firm's or the customer's."},
		}
		return nil
	}
	return x
}

// alone takes the one profile of a half, unless the other company's account is its own.
func (s *Profiles) alone(c Checked) Action {
	f, picked := steps.Facts{Answers: steps.Answers{Only: s.side}, Customer: c.ID, Firm: c.ID}, PickProfiles{}
	if s.side == steps.Customer {
		f.CustomerProfile, f.Firm.Account, picked.Customer = c.Profile, s.want.Digits().Firm, c
	} else {
		f.FirmProfile, f.Customer.Account, picked.Firm = c.Profile, s.want.Digits().Customer, c
	}
	if s.refused(f, "Choose another profile here, or press b.") {
		return nil
	}
	return picked
}

// refused tells that two accounts cannot be a customer and a firm, and says why.
func (s *Profiles) refused(f steps.Facts, fix string) bool {
	err := steps.CheckAccounts(f, s.want)
	if err == nil {
		return false
	}
	p := *steps.Problem(err)
	p.Fixes = []string{fix}
	s.problem = &p
	return true
}

func (s *Profiles) back() Action {
	s.problem, s.waiting = nil, ""
	switch {
	case s.side == steps.Customer || s.answers.Only != "":
		return Back{}
	case s.side == steps.Firm:
		s.side = steps.Customer
	default:
		s.side = steps.Firm
	}
	s.fillList()
	s.preselect()
	return nil
}

// look checks the profile under the cursor, unless that could ask the person
// something or start another program.
func (s *Profiles) look() Action {
	i := slices.IndexFunc(s.profiles, func(p profile.Entry) bool { return p.Name == s.list.Pick() })
	if i < 0 || s.profiles[i].Kind == "process" || s.profiles[i].Kind == "none" {
		return nil
	}
	return s.check(false)
}

func (s *Profiles) check(chosen bool) Action {
	name := s.list.Pick()
	if _, known := s.checks[name]; name == "" || known && !chosen || s.checking[name] && !chosen {
		return nil
	}
	s.checking[name] = true
	s.fillList()
	return CheckProfile{name, chosen}
}

func (s *Profiles) settle() tea.Cmd {
	s.rest++
	return s.Timer(settleTime, settled{s.rest})
}

func (s *Profiles) preselect() {
	name := map[steps.Side]string{steps.Customer: s.answers.CustomerProfile, steps.Firm: s.answers.FirmProfile, writes: s.WriterProfile}[s.side]
	if s.side != steps.Customer && name == "" { // not one just picked
		i := slices.IndexFunc(s.profiles, func(p profile.Entry) bool { return s.pickedAs(p.Name) == "" })
		if i >= 0 {
			name = s.profiles[i].Name
		}
	}
	s.list.Put(name)
}

// pickedAs is the side, of those before this one, that a profile was picked for.
func (s *Profiles) pickedAs(name string) steps.Side {
	switch {
	case s.side == steps.Customer:
	case s.picked[steps.Customer].Profile == name:
		return steps.Customer
	case s.side == writes && s.picked[steps.Firm].Profile == name:
		return steps.Firm
	}
	return ""
}

func (s *Profiles) fillList() {
	s.list.Rows = nil
	for _, p := range s.profiles {
		s.list.Rows = append(s.list.Rows, draw.Row{Name: p.Name, Kind: p.Kind, State: s.state(p)})
	}
}

func (s *Profiles) state(p profile.Entry) string {
	c, known := s.checks[p.Name]
	switch {
	case s.pickedAs(p.Name) != "":
		as := s.pickedAs(p.Name)
		return s.Side(as).Render("the " + string(as) + "'s")
	case s.checking[p.Name]:
		return s.Dim.Render("asking AWS ...")
	case !known:
		return ""
	case c.Err != nil && !c.Asked && needsCode(c.Err):
		return s.Dim.Render("asks for a code")
	case c.Err != nil:
		return s.Paint(draw.MarkLook) + " " + s.Warn.Render("see below")
	}
	return s.Paint(draw.MarkYes) + " " + policy.Dashed(c.ID.Account)
}

// needsCode tells that a profile could not be checked without asking for a code.
func needsCode(err error) bool {
	var p *problem.Error
	return errors.As(err, &p) && strings.Contains(p.Summary, "MFA")
}

func (s *Profiles) View(width, height int) string {
	p := s.Page(width)
	c := s.picked[steps.Customer]
	switch {
	case s.answers.Only != "":
		does := map[steps.Side]string{steps.Customer: "The customer owns the bucket.", steps.Firm: "The firm will write into the bucket."}[s.side]
		p.Say(s.Bold, fmt.Sprintf("Which profile is the %s's?", s.side))
		p.Say(s.Plain, does+" crossgrant signs in with an AWS profile, a saved sign-in in ~/.aws, as the aws command does.")
	case s.side == writes:
		p.Say(s.Bold, "Which profile writes the files?")
		p.Say(s.Plain, "It is tested by real requests. Without it press s: then the firm's profile is tested, if it is the writer's or may assume the role, or else the policies alone are looked at.")
	case s.side == steps.Customer:
		p.Say(s.Bold, "Which profile is the customer's?")
		text := "The customer owns the bucket. crossgrant signs in to each account with an AWS profile, a saved sign-in in ~/.aws, as the aws command does."
		if s.optional() {
			text += " With this one the bucket's policy is read, and the test file deleted. Press s if you have none."
		}
		p.Say(s.Plain, text)
	case s.optional():
		p.Say(s.Bold, "Which profile is the firm's?")
		p.Say(s.Plain, "With an administrator's the policies of who writes the files are read. Press s if you have none.")
	default:
		p.Say(s.Bold, "Which profile is the firm's?")
		p.Say(s.Plain, "The firm will write into the bucket. This must be a profile of another account than the customer's, which is "+policy.Dashed(c.ID.Account)+" ("+c.Profile+").")
	}
	below := s.below(width)
	room := height - len(p.Lines) - len(below) - 1
	if s.read && len(s.profiles) > 0 {
		s.list.Draw(p, room)
	} else if !s.read {
		p.Gap().Say(s.Dim, "Reading your AWS files ...")
	}
	return p.Gap().Add(below...).String()
}

// below is what there is to say of the profile under the cursor.
func (s *Profiles) below(width int) []string {
	p := s.Page(width)
	if s.problem != nil {
		return s.trouble(p, s.problem)
	}
	i := slices.IndexFunc(s.profiles, func(p profile.Entry) bool { return p.Name == s.list.Pick() })
	if i < 0 {
		if s.read && len(s.profiles) == 0 {
			p.Marked(draw.MarkLook, "There are no AWS profiles on this computer.")
			p.Say(s.Plain, "Create one with `aws configure --profile NAME`, then press r. Or look around without any account: crossgrant --demo")
		}
		return p.Lines
	}
	prof := s.profiles[i]
	p.Named("Profile", 10, safe.Line(prof.Name)+", "+kindWords(prof))
	p.Named("File", 10, safe.Line(prof.File))
	c, known := s.checks[prof.Name]
	switch {
	case s.checking[prof.Name] && s.waits[prof.Name].For != "":
		w := s.waits[prof.Name]
		p.Named("Account", 10, fmt.Sprintf("Waiting for %s: %s so far, %s at most. %s", w.For, seconds(w.Elapsed), seconds(w.Limit), w.Why))
	case s.checking[prof.Name]:
		p.Named("Account", 10, "Asking AWS who this is ...")
	case !known:
		p.Named("Account", 10, "Press enter, and AWS is asked who this is.")
	case c.Err != nil && !c.Asked && needsCode(c.Err):
		p.Named("Account", 10, "This profile asks for an MFA code: press enter, and you can type it here.")
	case c.Err != nil:
		return s.trouble(p, steps.Problem(c.Err))
	default:
		p.Named("Account", 10, policy.Dashed(c.ID.Account)).Named("You are", 10, c.ID.ARN)
	}
	return p.Lines
}

func (s *Profiles) trouble(p *draw.Page, problem *problem.Error) []string {
	p.Trouble(problem)
	return p.Lines[:min(len(p.Lines), 12)]
}

func kindWords(p profile.Entry) string {
	switch p.Kind {
	case "key":
		return "with an access key"
	case "sso":
		return "signs in by SSO"
	case "role":
		return "takes on the role " + safe.Line(p.Detail)
	case "process":
		return "asks another program for its key"
	case "login":
		return "signs in by aws login"
	case "web identity":
		return "signs in by a web identity"
	}
	return "which says nothing of how to sign in"
}

func (s *Profiles) ShortHelp() []key.Binding {
	if s.Typing() {
		return []key.Binding{keys.Named(keys.Enter, "go to the list"), keys.Named(keys.Esc, "show all again")}
	}
	b := []key.Binding{keys.Named(keys.Enter, "choose"), keys.Move, keys.Filter, keys.Named(keys.Retry, "check again"), keys.Back, keys.Help, keys.Quit}
	if s.optional() {
		b = slices.Insert(b, 1, keys.Named(keys.Skip, "none"))
	}
	return b
}

func (s *Profiles) FullHelp() [][]key.Binding {
	return [][]key.Binding{s.ShortHelp(), {keys.PageUp, keys.PageDown, keys.Home, keys.End}}
}
