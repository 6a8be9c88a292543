package screen

import (
	"cmp"
	"fmt"
	"slices"

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

// Names asks for the names of the users, and where to save a key.
type Names struct {
	Env
	answers   steps.Answers
	questions []question
	at        int
	users     map[string]UserRead // by side and name
	asking    map[string]bool
	rest      int
	list      *userList // open above the questions; nil: closed
	form
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
	if a.Journey == "setup" {
		add("key-file", "Save its key to", steps.Firm, a.KeyFile, "A new file for the user's access key, which you alone can read. Leave it empty, and the key is deleted after the test.")
	}
	s.focus(0)
	return s
}

// For takes other answers to what is asked elsewhere.
func (s *Names) For(a steps.Answers) {
	a.UseExisting = s.answers.UseExisting
	s.answers = a
}

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
		if msg.User != nil {
			return s.Look(), nil // for the next name that is free
		}
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
func (s *Names) canList() bool {
	return s.answers.Journey == "setup" && s.questions[s.at].id != "key-file"
}

// listsNext tells that enter leads to the list.
func (s *Names) listsNext() bool {
	return s.questions[s.at].id == "existing" && s.answers.UseExisting
}

// Look asks for the names that are good and not known yet, and for those that would be
// proposed in their place, side by side.
func (s *Names) Look() Action {
	var wanted LookUpUsers
	for _, q := range s.questions {
		if !isName(q) || awsops.CheckUserName(q.field.Value()) != nil {
			continue
		}
		for _, name := range []string{q.field.Value(), s.next(q)} {
			id := string(q.side) + "/" + name
			if _, known := s.users[id]; name != "" && !known && !s.asking[id] {
				s.asking[id] = true
				wanted = append(wanted, LookUp{q.side, name})
			}
		}
	}
	if wanted == nil {
		return nil
	}
	return wanted
}

// next is the name to propose in place of one, as far as is known: "" where it is to be
// one that is there, or nothing can be proposed.
func (s *Names) next(q question) string {
	if s.existing(q) {
		return ""
	}
	name := q.field.Value()
	for range 10 {
		if name = steps.NextName(name); s.users[string(q.side)+"/"+name].User == nil {
			return name
		}
	}
	return ""
}

// free is a name to take in place of one that is taken, "" where none is known.
func (s *Names) free(q question) string {
	next := s.next(q)
	taken, free := s.users[string(q.side)+"/"+q.field.Value()], s.users[string(q.side)+"/"+next]
	if !isName(q) || taken.User == nil || free.Name == "" || free.Err != nil {
		return ""
	}
	return next
}

// existing tells that a question is for a user that is there.
func (s *Names) existing(q question) bool { return q.id == "firm-user" && s.answers.UseExisting }

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
	a := s.answers
	for _, q := range s.questions {
		switch v := q.field.Value(); q.id {
		case "test-user":
			a.TestUser = v
		case "firm-user":
			a.FirmUser = v
		case "key-file":
			a.KeyFile = steps.InHome(v)
		}
	}
	return a
}

// ARN is that of the firm's user if it is one that is there, "" for any other.
func (s *Names) ARN() string {
	u := s.users[string(steps.Firm)+"/"+s.Given().FirmUser].User
	if u == nil || !s.answers.UseExisting {
		return ""
	}
	return u.ARN
}

// wrong is the first question whose answer cannot be used as it is, -1 for none.
func (s *Names) wrong() int {
	return slices.IndexFunc(s.questions, func(q question) bool {
		_, fine := s.verdict(q)
		return !fine
	})
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
	account := "the " + string(q.side) + "'s account"
	switch {
	case s.asking[string(q.side)+"/"+name]:
		return "Asking AWS whether the name is free ...", true
	case !known:
		return "", true
	case u.Err != nil:
		return draw.Sentence(steps.Problem(u.Err).Summary) + " Whether the name is free is looked at again later.", true
	case u.User == nil && s.existing(q):
		return fmt.Sprintf("There is no user %s in %s. Press ctrl+l for the list of those there are, or choose above that it is made now.", name, account), false
	case u.User == nil:
		return "The name is free.", true
	case s.existing(q):
		return "This user is there: " + u.User.ARN, true
	}
	said = fmt.Sprintf("The name is taken: %s has this user already, and it is left as it is.", account)
	if u.User.Run != "" {
		said = fmt.Sprintf("The name is taken, by a user that the run %s made. It goes when that run is cleaned up.", u.User.Run)
	}
	switch free := s.free(q); {
	case free == "":
		said += " Type another name."
	case q.id == s.questions[s.at].id:
		said += fmt.Sprintf(" Press enter to take %s, which is free, or type another.", free)
	default:
		said += fmt.Sprintf(" %s is free.", free)
	}
	if q.id == "firm-user" && s.answers.Journey == "setup" {
		said += " To use the one that is there, press ctrl+l."
	}
	return said, false
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
	p.Say(s.Bold, "What shall the users be called?")
	if s.answers.Journey == "setup" {
		p.Say(s.Plain, "crossgrant makes a user only under a name that is free, and uses one that is there only if you say so here.")
	} else {
		p.Say(s.Plain, "crossgrant makes users only under names that are free, and never touches a user that it did not make.")
	}
	for i := range s.questions {
		q := &s.questions[i]
		if room == 2 {
			p.Gap()
		}
		lead := "  "
		if i == s.at {
			lead = s.Paint(draw.MarkNow) + " "
		}
		q.field.Width = width - 21
		value := draw.Cut(q.field.View(), width-20)
		if q.id == "existing" {
			value = s.Radio("made now", !s.answers.UseExisting) + "   " + s.Radio("there already", s.answers.UseExisting)
		}
		p.Add(lead + s.Side(q.side).Render(draw.Fill(q.label, 16)) + "  " + value)
		if room > 0 || i == s.at {
			p.Behind("    ", 4, q.why)
		}
		if said, fine := s.verdict(*q); said != "" {
			m := draw.MarkYes
			if !fine {
				m = draw.MarkLook
			}
			p.Behind("    "+s.Paint(m)+" ", 6, said)
		}
		if i == s.at {
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
		return []key.Binding{enter, keys.Named(keys.Toggle, "switch"), keys.Next, keys.Back, keys.Help, keys.Quit}
	}
	b := []key.Binding{enter, keys.Next, keys.Named(keys.Previous, "previous"), keys.Esc, keys.Interrupt}
	if s.canList() {
		b = []key.Binding{enter, keys.Users, keys.Next, keys.Esc, keys.Interrupt}
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
