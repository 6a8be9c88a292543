package ui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// listUsers wants the users of the firm's account.
type listUsers struct{}

// A userList is the firm's users, to pick the one that is to write the files. It
// is read anew whenever it is opened.
type userList struct {
	pickList
	users  []awsops.User
	listed bool
	failed *problem.Error // why there is no list
}

func (s *namesScreen) openList() action {
	s.list = &userList{pickList: newPickList(s.theme)}
	return listUsers{}
}

func (l *userList) arrived(msg usersMsg, now string) {
	l.listed, l.users = true, msg.users
	if msg.err != nil {
		l.failed = steps.Problem(msg.err)
	}
	for _, u := range msg.users {
		l.rows = append(l.rows, row{name: u.Name})
	}
	l.put(now)
}

// picked is the user under the cursor.
func (l *userList) picked() (awsops.User, bool) {
	name := l.pick()
	for _, u := range l.users {
		if u.Name == name {
			return u, true
		}
	}
	return awsops.User{}, false
}

// choose gives keys to the list.
func (s *namesScreen) choose(msg tea.KeyMsg) (action, tea.Cmd) {
	l := s.list
	switch {
	case l.typing:
	case key.Matches(msg, keys.enter):
		if u, ok := l.picked(); ok {
			s.use(u)
		}
		return nil, nil
	case key.Matches(msg, keys.retry) && l.failed != nil:
		return s.openList(), nil
	case key.Matches(msg, keys.back) && !l.filtered():
		s.list = nil
		return nil, nil
	case key.Matches(msg, keys.quit):
		return leave{}, nil
	}
	return nil, l.update(msg)
}

// use takes a user that is there.
func (s *namesScreen) use(u awsops.User) {
	s.list = nil
	s.answers.UseExisting = true
	s.users[string(steps.Firm)+"/"+u.Name] = userMsg{s.answers.FirmProfile, steps.Firm, u.Name, &u, nil}
	for i := range s.questions {
		if q := &s.questions[i]; q.id == "firm-user" {
			q.field.SetValue(u.Name)
			q.field.CursorEnd()
			s.focus(i)
		}
	}
}

func (l *userList) view(width, height int) string {
	p := l.page(width)
	p.say(l.bold, "Which user of the firm's account will write the files?")
	p.say(l.plain, "It keeps its keys and policies. This run adds one policy and one key to it.")
	below := l.page(width)
	if u, ok := l.picked(); ok {
		below.say(l.dim, safe.Line(u.ARN))
	}
	switch {
	case !l.listed:
		p.gap().say(l.dim, "Asking AWS for the users ...")
	case l.failed != nil:
		p.gap().marked(markLook, sentence(l.failed.Summary)).behind("  ", 2, inOne(l.failed))
		p.marked(markLook, "Press esc, and type the name of the user instead.")
	case len(l.users) == 0:
		p.gap().marked(markLook, "The firm's account has no user yet. Press esc, and let one be made.")
	default:
		l.draw(p, height-len(p.lines)-len(below.lines)-1)
	}
	return p.gap().add(below.lines...).String()
}

func (l *userList) keys() []key.Binding {
	switch {
	case l.typing:
		return []key.Binding{named(keys.enter, "go to the list"), named(keys.esc, "show all again")}
	case l.failed != nil:
		return []key.Binding{keys.retry, keys.back, keys.help, keys.quit}
	case len(l.users) == 0:
		return []key.Binding{keys.back, keys.help, keys.quit}
	}
	return []key.Binding{named(keys.enter, "use this one"), move, keys.filter, keys.back, keys.help, keys.quit}
}
