package screen

import (
	"github.com/charmbracelet/bubbles/help"
	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/viewport"
	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/keys"
)

// glossary explains the words that the wizard cannot do without.
var glossary = []struct{ word, means string }{
	{"Profile", "A saved sign-in of the aws command, with a name, in the files of ~/.aws. crossgrant uses one for each account."},
	{"Bucket", "Where S3 keeps files, which it calls objects. It belongs to one account, and its name is the only one of its kind in the world."},
	{"Account", "A company's own AWS account, with a number of 12 digits. The customer has one, the firm has another, and neither can do anything in the other's unless it is let in."},
	{"IAM user", "A name in an account that signs in with an access key. A role has no key: who may assume it gets credentials for an hour."},
	{"ARN", "The full name of anything in AWS, such as arn:aws:iam::444455556666:user/test-writer."},
	{"Principal", "Who a policy is about: a user, a role, or a whole account."},
	{"Statement", "One rule of a policy: who may do what to which resource, on which conditions. Its name is the Sid."},
	{":root", "In a principal, arn:aws:iam::444455556666:root means the account 4444-5555-6666 as a whole. It is not the root user. The account's administrators then decide who in it may use the access."},
	{"Bucket policy", "The rules on a bucket, kept by the customer. A bucket has one policy only, and writing it replaces it; crossgrant adds its own statements and leaves all others as they are."},
	{"Inline policy", "The rules on one user, kept by the user's own account. An ordinary user may do nothing until such a policy allows it."},
	{"The two gates", "A request from one account into another passes only when both say yes: the user's own policy, and the bucket's policy. Within one account a single yes is enough. A Deny on either side always wins."},
	{"Access key", "What a program signs in with: an id that anybody may see, and a secret that nobody may. AWS shows the secret once. crossgrant shows it nowhere, and keeps it only where you ask it to."},
}

// fromOutside comes before the command that looks at the sandbox.
const fromOutside = "While this program runs, you can look at the sandbox from another terminal with the AWS CLI:"

// Help shows the keys that are valid now and the glossary.
type Help struct {
	Env
	still
	of   help.KeyMap
	hint string
	view viewport.Model
}

// NewHelp explains the keys of a screen; hint is how to look at the sandbox.
func NewHelp(e Env, of help.KeyMap, hint string) *Help {
	s := &Help{Env: e, of: of, hint: hint, view: viewport.New(0, 0)}
	s.view.KeyMap = keys.Viewport()
	return s
}

func (s *Help) Update(msg tea.Msg) (Action, tea.Cmd) {
	m, ok := msg.(tea.KeyMsg)
	if !ok {
		return nil, nil
	}
	switch {
	case key.Matches(m, keys.Help, keys.Back, keys.Enter, keys.Quit):
		return Stay{}, nil
	case key.Matches(m, keys.Copy) && s.hint != "":
		return Copy{"The way into the sandbox", s.hint}, nil
	case key.Matches(m, keys.Home):
		s.view.GotoTop()
		return nil, nil
	case key.Matches(m, keys.End):
		s.view.GotoBottom()
		return nil, nil
	}
	var cmd tea.Cmd
	s.view, cmd = s.view.Update(msg)
	return nil, cmd
}

func (s *Help) View(width, height int) string {
	p := s.Page(width).Say(s.Bold, "Keys")
	for _, group := range s.of.FullHelp() {
		for _, b := range group {
			p.Named(b.Help().Key, 12, b.Help().Desc)
		}
	}
	p.Named("ctrl+c", 12, "stop what is under way, then ask whether to leave")
	p.Named("ctrl+z", 12, "suspend; `fg` comes back")
	if s.hint != "" {
		p.Gap().Say(s.Bold, "The sandbox").Say(s.Plain, fromOutside).Command(s.hint)
	}
	p.Gap().Say(s.Bold, "Words")
	for _, g := range glossary {
		p.Gap().Say(s.Accent, g.word).Behind("  ", 2, g.means)
	}
	s.view.Width, s.view.Height = width, height
	s.view.SetContent(p.String())
	return s.view.View()
}

func (s *Help) ShortHelp() []key.Binding {
	b := []key.Binding{keys.Up, keys.Down, keys.PageDown, keys.End, keys.Named(keys.Esc, "close the help")}
	if s.hint != "" {
		b = append(b, keys.Named(keys.Copy, "copy the way into the sandbox"))
	}
	return b
}

func (s *Help) FullHelp() [][]key.Binding { return bindings(s.ShortHelp()).FullHelp() }
