package screen

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/draw"
	"crossgrant/ui/keys"
	"crossgrant/ui/safe"
)

// A userList is the firm's users, or its roles, to pick the one that is to write the files. It
// is read anew whenever it is opened.
type userList struct {
	draw.PickList
	kind   awsops.Kind
	users  []awsops.User
	checks bool   // nothing of it is changed
	own    string // ARN of whom the profile signs in as
	listed bool
	failed *problem.Error // why there is no list
}

func (s *Names) openList() Action {
	kind := s.writers[s.writer].kind
	s.list = &userList{PickList: draw.NewPickList(s.Theme), kind: kind, checks: s.checks()}
	return ListUsers{kind}
}

func (l *userList) arrived(msg UsersListed, now string) {
	l.listed, l.users, l.own = true, msg.Users, msg.Own
	l.PutNone()
	if msg.Err != nil {
		l.failed = steps.Problem(msg.Err)
	}
	for i, u := range msg.Users {
		l.Rows = append(l.Rows, draw.Row{Name: u.Name})
		if msg.Own != "" && u.ARN == msg.Own {
			l.Rows[i].Kind = "signed in"
		}
		if u.Name == now && !steps.Administers(u, msg.Own) {
			l.Put(now)
		}
	}
}

// picked is the user under the cursor.
func (l *userList) picked() (awsops.User, bool) {
	name := l.Pick()
	for _, u := range l.users {
		if u.Name == name {
			return u, true
		}
	}
	return awsops.User{}, false
}

// choose gives keys to the list.
func (s *Names) choose(msg tea.KeyMsg) (Action, tea.Cmd) {
	l := s.list
	switch {
	case l.Typing:
	case key.Matches(msg, keys.Enter):
		if u, ok := l.picked(); ok {
			s.use(u)
		}
		return nil, nil
	case key.Matches(msg, keys.Retry) && l.failed != nil:
		return s.openList(), nil
	case key.Matches(msg, keys.Back) && !l.Filtered():
		s.list = nil
		return nil, nil
	case key.Matches(msg, keys.Quit):
		return Leave{}, nil
	}
	return nil, l.Update(msg)
}

// use takes a user or role that is there.
func (s *Names) use(u awsops.User) {
	s.write(s.list.kind, true)
	ask := LookUp{steps.Firm, s.list.kind, u.Name}
	s.users[idOf(ask)] = UserRead{s.answers.FirmProfile, ask.Side, ask.Kind, ask.Name, &u, nil}
	s.list = nil
	for i, q := range s.questions {
		if q.id == "firm-user" {
			s.put(i, u.Name)
			s.focus(i)
		}
	}
}

func (l *userList) view(width, height int) string {
	p := l.Page(width)
	p.Say(l.Bold, fmt.Sprintf("Which %s of the firm's account will write the files?", l.kind))
	switch {
	case l.checks:
		p.Say(l.Plain, "Nothing of it is changed.")
	case l.kind == awsops.KindRole:
		p.Say(l.Plain, "It keeps its policies, and who may assume it. This run adds one policy to it.")
	default:
		p.Say(l.Plain, "It keeps its keys and policies. This run adds one policy and one key to it.")
	}
	below := l.Page(width)
	switch u, ok := l.picked(); {
	case ok:
		below.Say(l.Dim, safe.Line(u.ARN))
		if !l.checks && steps.Administers(u, l.own) {
			below.Marked(draw.MarkLook, fmt.Sprintf("This looks like an administrator's %s. Choose one that only delivers files.", l.kind))
		}
	case len(l.users) > 0:
		below.Say(l.Dim, fmt.Sprintf("No %s is chosen yet: the arrow keys go to one.", l.kind))
	}
	switch {
	case !l.listed:
		p.Gap().Say(l.Dim, fmt.Sprintf("Asking AWS for the %ss ...", l.kind))
	case l.failed != nil:
		p.Gap().Marked(draw.MarkLook, draw.Sentence(l.failed.Summary)).Behind("  ", 2, draw.InOne(l.failed))
		p.Marked(draw.MarkLook, fmt.Sprintf("Press esc, and type the name of the %s instead.", l.kind))
	case len(l.users) == 0:
		p.Gap().Marked(draw.MarkLook, fmt.Sprintf("The firm's account has no %s yet. Press esc, and let one be created.", l.kind))
	default:
		l.Draw(p, height-len(p.Lines)-len(below.Lines)-1)
	}
	return p.Gap().Add(below.Lines...).String()
}

func (l *userList) keys() []key.Binding {
	switch {
	case l.Typing:
		return []key.Binding{keys.Named(keys.Enter, "go to the list"), keys.Named(keys.Esc, "show all again")}
	case l.failed != nil:
		return []key.Binding{keys.Retry, keys.Back, keys.Help, keys.Quit}
	case len(l.users) == 0:
		return []key.Binding{keys.Back, keys.Help, keys.Quit}
	}
	b := []key.Binding{keys.Move, keys.Filter, keys.Back, keys.Help, keys.Quit}
	if _, ok := l.picked(); ok {
		b = slices.Insert(b, 0, keys.Named(keys.Enter, "use this one"))
	}
	return b
}
