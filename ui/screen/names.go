package screen

import (
	"cmp"
	"slices"
	"strings"

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

// A writer is who may write the files.
type writer struct {
	kind     awsops.Kind
	existing bool
	says     string
}

// newWriters are those of a set-up, in the order in which they are offered: the safest first.
var newWriters = []writer{
	{awsops.KindRole, false, "a new role: no key that can leak"},
	{awsops.KindUser, false, "a new user: most people start here"},
	{awsops.KindUser, true, "a user that is there already"},
	{awsops.KindRole, true, "a role that is there already"},
}

// checkedWriters are those of a check, which makes none.
var checkedWriters = []writer{{awsops.KindUser, true, "a user"}, {awsops.KindRole, true, "a role"}}

// Names asks who is to write the files, and for the names.
type Names struct {
	Env
	answers   steps.Answers
	questions []question
	at        int
	writers   []writer
	writer    int                 // of writers
	users     map[string]UserRead // by side, kind and name
	asking    map[string]bool
	rest      int
	list      *userList // open above the questions; nil: closed
	form
}

// NewNames asks for the names that the answers so far leave open.
func NewNames(e Env, a steps.Answers) *Names {
	s := &Names{Env: e, answers: a, writers: newWriters, users: map[string]UserRead{}, asking: map[string]bool{}}
	add := func(id, label string, side steps.Side, value, why string) {
		s.questions = append(s.questions, question{id, label, side, e.Input(value), why})
	}
	name := cmp.Or(a.FirmRole, a.FirmUser, "test-writer")
	switch a.Journey {
	case "check":
		s.writers = checkedWriters
		s.write(a.Grantee().Kind, true)
		add("writer", "The writer is", steps.Firm, "", "")
		add("firm-user", "Its name", steps.Firm, name, "")
		if a.FirmProfile == "" {
			add("firm-account", "Its account", steps.Firm, a.OtherAccount, "The 12 digits of the firm's account, of which you gave no profile.")
		}
	case "tour": // its users are made, and deleted at the end
		s.write(awsops.KindUser, false)
		add("test-user", "Test user", steps.Customer, cmp.Or(a.TestUser, "test-customer"), "A user of the customer's account, created for testing and deleted at the end.")
		add("firm-user", "Firm's user", steps.Firm, name, "The user of the firm's account that will write the files.")
	default:
		s.write(a.Grantee().Kind, a.UseExisting || a.UseExistingRole)
		add("writer", "The writer is", steps.Firm, "", "")
		add("firm-user", "Its name", steps.Firm, name, "")
	}
	s.focus(0)
	return s
}

// For takes other answers to what is asked elsewhere.
func (s *Names) For(a steps.Answers) { s.answers = a }

// write chooses who is to write the files.
func (s *Names) write(kind awsops.Kind, existing bool) {
	for i, w := range s.writers {
		if w.kind == kind && w.existing == existing {
			s.writer = i
		}
	}
}

func (s *Names) Typing() bool {
	if s.list != nil {
		return s.list.Typing
	}
	return s.questions[s.at].id != "writer"
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
		id := idOf(LookUp{msg.Side, msg.Kind, msg.Name})
		delete(s.asking, id)
		s.users[id] = msg
		if msg.User != nil {
			return s.Look(), nil // for the next name that is free
		}
	case UsersListed:
		if msg.Profile == s.answers.FirmProfile && s.list != nil && !s.list.listed && s.list.kind == msg.Kind {
			s.list.arrived(msg, s.Given().Grantee().Name)
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
	case s.scrolls(msg):
		return nil, nil
	case s.canList() && key.Matches(msg, keys.Users), s.listsNext() && key.Matches(msg, keys.Enter):
		return s.openList(), nil
	case key.Matches(msg, keys.Enter):
		if free := s.free(s.questions[s.at]); free != "" {
			s.put(s.at, free)
			return s.Look(), nil
		}
		if s.at < n-1 {
			s.focus(s.at + 1)
			return s.Look(), nil
		}
		if at := s.wrong(); at >= 0 {
			s.focus(at)
			return s.Look(), nil
		}
		return GiveNames{s.Given()}, nil
	case !s.Typing() && key.Matches(msg, keys.Up, keys.Left) && s.writer > 0:
		s.writer--
		return s.Look(), nil
	case !s.Typing() && (key.Matches(msg, keys.Down) && s.writer < len(s.writers)-1 || key.Matches(msg, keys.Toggle, keys.Right)):
		s.writer = (s.writer + 1) % len(s.writers)
		return s.Look(), nil
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

// canList tells that the user or role at hand may be one that is there.
func (s *Names) canList() bool {
	return s.answers.Journey == "setup" || s.checks() && s.answers.FirmProfile != ""
}

func (s *Names) checks() bool { return s.answers.Journey == "check" }

// listsNext tells that enter leads to the list.
func (s *Names) listsNext() bool {
	return s.questions[s.at].id == "writer" && s.writers[s.writer].existing && s.canList()
}

// existing tells that a question is for a user or role that is there.
func (s *Names) existing(q question) bool {
	return q.id == "firm-user" && s.writers[s.writer].existing
}

// put answers a question.
func (s *Names) put(i int, name string) {
	s.questions[i].field.SetValue(name)
	s.questions[i].field.CursorEnd()
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
	a, w := s.answers, s.writers[s.writer]
	role := w.kind == awsops.KindRole
	a.FirmUser, a.FirmRole = "", ""
	if role { // which has no key
		a.KeyFile, a.KeyProfile = "", ""
	}
	a.UseExisting, a.UseExistingRole = w.existing && !role, w.existing && role
	if !role || w.existing {
		a.Trusts = ""
	}
	for _, q := range s.questions {
		switch v := q.field.Value(); q.id {
		case "test-user":
			a.TestUser = v
		case "firm-account":
			a.OtherAccount = steps.Expected{Firm: v}.Digits().Firm
		case "firm-user":
			if role {
				a.FirmRole = v
			} else {
				a.FirmUser = v
			}
		}
	}
	return a
}

// ARN is that of the firm's user or role if it is one that is there, "" for any other.
func (s *Names) ARN() string {
	a := s.Given()
	u := s.users[idOf(LookUp{steps.Firm, a.Grantee().Kind, a.Grantee().Name})].User
	if u == nil || !s.writers[s.writer].existing {
		return ""
	}
	return u.ARN
}

// wrong is the first question whose answer cannot be used as it is, -1 for none.
func (s *Names) wrong() int {
	return slices.IndexFunc(s.questions, func(q question) bool {
		_, m := s.verdict(q)
		return m == draw.MarkLook
	})
}

func (s *Names) View(width, height int) string {
	if s.list != nil {
		return s.list.view(width, height)
	}
	return s.fit(s.Theme, height, 2, func(room int) ([]string, int) { return s.page(width, room) })
}

// page is the whole screen, and the last line of the question at hand. Without room there
// are no gaps, and then no word but on that question.
func (s *Names) page(width, room int) (lines []string, at int) {
	p := s.Page(width)
	switch s.answers.Journey {
	case "check":
		p.Say(s.Bold, "Who writes the files?")
		p.Say(s.Plain, "The check is about this user or role of the firm's. Nothing of it is changed.")
	case "setup":
		p.Say(s.Bold, "Who should write the files?")
		p.Say(s.Plain, "crossgrant creates a user or role only under a name that is free, and uses one that is there only if you say so here.")
	default:
		p.Say(s.Bold, "What should the users be called?")
		p.Say(s.Plain, "crossgrant creates users only under names that are free, and never touches a user that it did not create.")
	}
	for i := range s.questions {
		q := &s.questions[i]
		if room == 2 {
			p.Gap()
		}
		from := len(p.Lines)
		lead := "  " + s.Side(q.side).Render(draw.Fill(q.label, 16)) + "  "
		if q.id == "writer" {
			for w := range s.writers {
				p.Add(lead + s.Radio(s.writers[w].says, w == s.writer))
				lead = strings.Repeat(" ", 20)
			}
		} else {
			q.field.Width = width - 21
			p.Add(lead + draw.Cut(q.field.View(), width-20))
		}
		if q.why != "" && (room > 0 || i == s.at) {
			p.Behind("    ", 4, q.why)
		}
		if said, m := s.verdict(*q); said != "" {
			p.Behind("    "+s.Paint(m)+" ", 6, said)
		}
		if i == s.at {
			p.Focus(from)
			at = len(p.Lines) - 1
		}
	}
	return p.Lines, at
}

func (s *Names) ShortHelp() []key.Binding {
	enter := keys.Named(keys.Enter, "next")
	switch {
	case s.list == nil && s.free(s.questions[s.at]) != "":
		enter = keys.Named(keys.Enter, "take it")
	case s.list != nil:
		return s.list.keys()
	case s.listsNext():
		enter = keys.Named(keys.Enter, "list them")
	case s.at == len(s.questions)-1:
		enter = keys.Named(keys.Enter, "go on")
	}
	if !s.Typing() {
		return []key.Binding{enter, keys.Named(keys.Move, "choose"), keys.Next, keys.Back, keys.Help, keys.Quit}
	}
	b := []key.Binding{enter, keys.Next, keys.Named(keys.Previous, "previous"), keys.Esc, keys.Interrupt}
	if s.canList() {
		b = []key.Binding{enter, keys.Named(keys.Users, "list"), keys.Next, keys.Esc, keys.Interrupt}
	}
	if more := s.keys(); more != nil {
		b = slices.Insert(b, 2, more...)
	}
	return b
}

func (s *Names) FullHelp() [][]key.Binding {
	if s.list != nil {
		return [][]key.Binding{s.ShortHelp(), {keys.PageUp, keys.PageDown, keys.Home, keys.End}}
	}
	return [][]key.Binding{s.ShortHelp(), {keys.FieldUp, keys.FieldDown, keys.PageUp, keys.PageDown}}
}
