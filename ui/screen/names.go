package screen

import (
	"cmp"
	"fmt"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
)

// A question is one line of the names screen: a field, or a choice of two.
type question struct {
	id, label string
	side      steps.Side
	field     textinput.Model
	why       string
}

// Names asks for the names of the users.
type Names struct {
	Env
	answers   steps.Answers
	questions []question
	at        int
	users     map[string]UserRead // by side and name
	asking    map[string]bool
	rest      int
	list      *userList // open above the questions; nil: closed
}

// NewNames asks for the names that the answers so far leave open.
func NewNames(e Env, a steps.Answers) *Names {
	s := &Names{Env: e, answers: a, users: map[string]UserRead{}, asking: map[string]bool{}}
	add := func(id, label string, side steps.Side, value, why string) {
		s.questions = append(s.questions, question{id, label, side, e.Input(value), why})
	}
	if a.Journey == "tour" {
		s.answers.UseExisting = false // its users are made, and deleted at the end
		add("test-user", "Test user", steps.Customer, cmp.Or(a.TestUser, "test-customer"), "A user of the customer's account, made for testing and deleted at the end.")
	} else {
		add("existing", "The user is", steps.Firm, "", "Made now, or one that the firm has already: space switches, and enter then lists them.")
	}
	add("firm-user", "Firm's user", steps.Firm, cmp.Or(a.FirmUser, "test-writer"), "The user of the firm's account that will write the files.")
	s.focus(0)
	return s
}

// For takes another bucket, which may be one to make.
func (s *Names) For(bucket, makeIn string) { s.answers.Bucket, s.answers.MakeBucket = bucket, makeIn }

func (s *Names) Typing() bool {
	if s.list != nil {
		return s.list.Typing
	}
	return s.questions[s.at].id != "existing"
}

func (s *Names) focus(i int) {
	s.questions[s.at].field.Blur()
	s.at = i
	s.questions[i].field.Focus()
}

func (s *Names) Update(msg tea.Msg) (Action, tea.Cmd) {
	switch msg := msg.(type) {
	case UserRead:
		if msg.Profile != s.profile(msg.Side) {
			return nil, nil
		}
		id := string(msg.Side) + "/" + msg.Name
		delete(s.asking, id)
		s.users[id] = msg
	case UsersListed:
		if msg.Profile == s.answers.FirmProfile && s.list != nil && !s.list.listed {
			s.list.arrived(msg, s.Given().FirmUser)
		}
	case settled:
		if msg.number == s.rest {
			return s.Look(), nil
		}
	case tea.KeyMsg:
		if s.list != nil {
			return s.choose(msg)
		}
		return s.key(msg)
	}
	return nil, nil
}

func (s *Names) key(msg tea.KeyMsg) (Action, tea.Cmd) {
	n := len(s.questions)
	switch {
	case s.canList() && key.Matches(msg, keys.Users), s.listsNext() && key.Matches(msg, keys.Enter):
		return s.openList(), nil
	case key.Matches(msg, keys.Enter):
		if s.at < n-1 {
			s.focus(s.at + 1)
			return s.Look(), nil
		}
		if s.wrong() {
			return s.Look(), nil
		}
		return GiveNames{s.Given()}, nil
	case key.Matches(msg, keys.Next, keys.FieldDown):
		s.focus((s.at + 1) % n)
		return s.Look(), nil
	case key.Matches(msg, keys.Previous, keys.FieldUp):
		s.focus((s.at + n - 1) % n)
		return s.Look(), nil
	case key.Matches(msg, keys.Esc):
		return Back{}, nil
	}
	if !s.Typing() {
		switch {
		case key.Matches(msg, keys.Toggle, keys.Left, keys.Right):
			s.answers.UseExisting = !s.answers.UseExisting
		case key.Matches(msg, keys.Back):
			return Back{}, nil
		case key.Matches(msg, keys.Quit):
			return Leave{}, nil
		}
		return nil, nil
	}
	q := &s.questions[s.at]
	before := q.field.Value()
	var cmd tea.Cmd
	q.field, cmd = q.field.Update(msg)
	if q.field.Value() == before {
		return nil, cmd
	}
	s.rest++
	return nil, tea.Batch(cmd, s.Timer(settleTime, settled{s.rest}))
}

// canList tells that the user at hand may be one of the firm's.
func (s *Names) canList() bool { return s.answers.Journey == "setup" }

// listsNext tells that enter leads to the list.
func (s *Names) listsNext() bool {
	return s.questions[s.at].id == "existing" && s.answers.UseExisting
}

// Look asks for the names that are good and not known yet.
func (s *Names) Look() Action {
	var wanted LookUpUsers
	for _, q := range s.questions {
		id := string(q.side) + "/" + q.field.Value()
		_, known := s.users[id]
		if isName(q) && awsops.CheckUserName(q.field.Value()) == nil && !known && !s.asking[id] {
			s.asking[id] = true
			wanted = append(wanted, LookUp{q.side, q.field.Value()})
		}
	}
	if wanted == nil {
		return nil
	}
	return wanted
}

func (s *Names) profile(side steps.Side) string {
	if side == steps.Customer {
		return s.answers.CustomerProfile
	}
	return s.answers.FirmProfile
}

func isName(q question) bool { return q.id == "test-user" || q.id == "firm-user" }

// Given are the answers as they stand.
func (s *Names) Given() steps.Answers {
	a := s.answers
	for _, q := range s.questions {
		switch v := q.field.Value(); q.id {
		case "test-user":
			a.TestUser = v
		case "firm-user":
			a.FirmUser = v
		}
	}
	return a
}

// wrong tells that a name cannot be used as it is.
func (s *Names) wrong() bool {
	for _, q := range s.questions {
		if _, fine := s.verdict(q); !fine {
			return true
		}
	}
	return false
}

// verdict says what is to be said of an answer, and whether it will do.
func (s *Names) verdict(q question) (said string, fine bool) {
	if !isName(q) {
		return "", true
	}
	name := q.field.Value()
	if err := awsops.CheckUserName(name); err != nil {
		return draw.InOne(steps.Problem(err)), false
	}
	u, known := s.users[string(q.side)+"/"+name]
	existing := q.id == "firm-user" && s.answers.UseExisting
	account := "the " + string(q.side) + "'s account"
	switch {
	case s.asking[string(q.side)+"/"+name]:
		return "Asking AWS whether the name is free ...", true
	case !known:
		return "", true
	case u.Err != nil:
		return draw.Sentence(steps.Problem(u.Err).Summary) + " Whether the name is free is looked at again later.", true
	case u.User == nil && existing:
		return fmt.Sprintf("There is no user %s in %s. Press ctrl+l for the list of those there are, or choose above that it is made now.", name, account), false
	case u.User == nil:
		return "The name is free.", true
	case existing:
		return "This user is there: " + u.User.ARN, true
	case u.User.Run != "":
		return fmt.Sprintf("The name is taken, by a user that the run %s made. Clean that run up, or type another name.", u.User.Run), false
	case q.id == "firm-user" && s.answers.Journey == "setup":
		return fmt.Sprintf("The name is taken: %s has this user already. Type another, or press ctrl+l to use one that is there.", account), false
	}
	return fmt.Sprintf("The name is taken: %s has this user already, and it is left as it is. Type another name.", account), false
}

func (s *Names) View(width, height int) string {
	if s.list != nil {
		return s.list.view(width, height)
	}
	p := s.Page(width)
	p.Say(s.Bold, "What shall the users be called?")
	if s.answers.Journey == "setup" {
		p.Say(s.Plain, "crossgrant makes a user only under a name that is free, and uses one that is there only if you say so here.")
	} else {
		p.Say(s.Plain, "crossgrant makes users only under names that are free, and never touches a user that it did not make.")
	}
	for i, q := range s.questions {
		p.Gap()
		lead := "  "
		if i == s.at {
			lead = s.Paint(draw.MarkNow) + " "
		}
		value := draw.Cut(q.field.View(), width-20)
		if q.id == "existing" {
			value = s.Radio("made now", !s.answers.UseExisting) + "   " + s.Radio("there already", s.answers.UseExisting)
		}
		p.Add(lead + s.Side(q.side).Render(draw.Fill(q.label, 16)) + "  " + value)
		p.Behind("    ", 4, q.why)
		if said, fine := s.verdict(q); said != "" {
			m := draw.MarkYes
			if !fine {
				m = draw.MarkLook
			}
			p.Behind("    "+s.Paint(m)+" ", 6, said)
		}
	}
	return p.String()
}

func (s *Names) ShortHelp() []key.Binding {
	enter := keys.Named(keys.Enter, "next")
	switch {
	case s.list != nil:
		return s.list.keys()
	case s.listsNext():
		enter = keys.Named(keys.Enter, "list them")
	case s.at == len(s.questions)-1:
		enter = keys.Named(keys.Enter, "go on")
	}
	if !s.Typing() {
		return []key.Binding{enter, keys.Named(keys.Toggle, "switch"), keys.Next, keys.Back, keys.Help, keys.Quit}
	}
	b := []key.Binding{enter, keys.Next, keys.Named(keys.Previous, "previous"), keys.Esc, keys.Interrupt}
	if s.canList() {
		b = []key.Binding{enter, keys.Users, keys.Next, keys.Esc, keys.Interrupt}
	}
	return b
}

func (s *Names) FullHelp() [][]key.Binding {
	if s.list != nil {
		return [][]key.Binding{s.ShortHelp(), {keys.PageUp, keys.PageDown, keys.Home, keys.End}}
	}
	return [][]key.Binding{s.ShortHelp(), {keys.FieldUp, keys.FieldDown}}
}
