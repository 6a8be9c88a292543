package screen

import (
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/uitest"
)

func TestUserList(t *testing.T) {
	setup := steps.Answers{Journey: "setup", CustomerProfile: "acme", FirmProfile: "firm"}
	found := UsersListed{Profile: "firm", Kind: awsops.KindUser, Users: []awsops.User{
		{Name: "alice", ARN: "arn:aws:iam::444455556666:user/alice"},
		{Name: "uploader", ARN: "arn:aws:iam::444455556666:user/service/uploader"},
	}}
	open := func(a steps.Answers) *Names {
		s := NewNames(testEnv(), a)
		asAction(t, presses(s, "space", "enter"), ListUsers{awsops.KindUser})
		return s
	}
	t.Run("one is picked", func(t *testing.T) {
		s := open(setup)
		sees(t, s, "Asking AWS for the users")
		s.Update(found)
		sees(t, s, "alice", "uploader", "No user is chosen yet")
		if got := presses(s, "enter"); got != nil || s.list == nil {
			t.Errorf("enter on no user did %v", got)
		}
		presses(s, "down")
		sees(t, s, "▸ alice", "arn:aws:iam::444455556666:user/alice")
		presses(s, "down", "enter")
		sees(t, s, "┃ Its name uploader", "(●) a user that is there already", "This user is there: arn:aws:iam::444455556666:user/service/uploader")
		got, _ := presses(s, "enter", "enter").(GiveNames)
		if !got.Answers.UseExisting || got.Answers.FirmUser != "uploader" {
			t.Errorf("answers %+v", got.Answers)
		}
	})
	t.Run("ctrl+l opens it from the name, and a new user becomes an existing one", func(t *testing.T) {
		s := NewNames(testEnv(), setup)
		presses(s, "tab")
		asAction(t, presses(s, "ctrl+l"), ListUsers{awsops.KindUser})
		s.Update(found)
		presses(s, "down", "enter")
		if a := s.Given(); !a.UseExisting || a.FirmUser != "alice" {
			t.Errorf("answers %+v", a)
		}
	})
	t.Run("a name that is taken says so, and how to use it", func(t *testing.T) {
		s := NewNames(testEnv(), setup)
		s.Update(UserRead{Profile: "firm", Kind: awsops.KindUser, Side: steps.Firm, Name: "test-writer", User: &awsops.User{Name: "test-writer"}})
		sees(t, s, "The name is taken", "To use the one that is there, press ctrl+l.")
		presses(s, "ctrl+l")
		s.Update(UsersListed{Profile: "firm", Kind: awsops.KindUser, Users: append(found.Users, awsops.User{Name: "test-writer"})})
		if s.list.Pick() != "test-writer" {
			t.Errorf("under the cursor is %q", s.list.Pick())
		}
	})
	t.Run("no administrator is under the cursor by itself", func(t *testing.T) {
		const own = "arn:aws:iam::444455556666:user/ops/deployer"
		all := UsersListed{Profile: "firm", Kind: awsops.KindUser, Own: own, Users: append([]awsops.User{
			{Name: "admin", ARN: "arn:aws:iam::444455556666:user/admin"}, {Name: "Root-Admins", ARN: "arn:aws:iam::444455556666:user/Root-Admins"}, {Name: "deployer", ARN: own},
		}, found.Users...)}
		for name, chosen := range map[string]string{"admin": "", "Root-Admins": "", "deployer": "", "uploader": "uploader", "nobody": ""} {
			a := setup
			a.FirmUser = name
			s := open(a)
			s.Update(all)
			if s.list.Pick() != chosen {
				t.Errorf("of the answer %s, under the cursor is %q", name, s.list.Pick())
			}
		}
		s := open(setup)
		s.Update(all)
		presses(s, "down")
		sees(t, s, "▸ admin", "looks like an administrator's user", "deployer signed in")
	})
	t.Run("the filter takes letters as text", func(t *testing.T) {
		s := open(setup)
		s.Update(found)
		presses(s, "/", "u", "p")
		if !s.Typing() {
			t.Fatal("the filter takes no text")
		}
		presses(s, "enter", "enter")
		if a := s.Given(); a.FirmUser != "uploader" {
			t.Errorf("answers %+v", a)
		}
	})
	t.Run("back changes nothing", func(t *testing.T) {
		s := open(setup)
		s.Update(found)
		presses(s, "/", "x", "x", "enter", "enter")
		sees(t, s, "None has that in its name.")
		if got := presses(s, "esc", "esc"); got != nil || s.list != nil || s.Given().FirmUser != "test-writer" {
			t.Errorf("esc did %v, and the name is %s", got, s.Given().FirmUser)
		}
		asAction(t, presses(s, "esc"), Back{})
	})
	t.Run("a list that AWS refuses", func(t *testing.T) {
		s := open(setup)
		s.Update(UsersListed{Profile: "firm", Kind: awsops.KindUser, Err: &problem.Error{Summary: "It is forbidden", Detail: "You may not.", Fixes: []string{"Ask for iam:ListUsers."}}})
		sees(t, s, "It is forbidden.", "Ask for iam:ListUsers.", "type the name of the user instead")
		asAction(t, presses(s, "r"), ListUsers{awsops.KindUser})
	})
	t.Run("an account without users", func(t *testing.T) {
		s := open(setup)
		s.Update(UsersListed{Profile: "firm", Kind: awsops.KindUser})
		sees(t, s, "The firm's account has no user yet.")
		if got := presses(s, "enter"); got != nil || s.list == nil {
			t.Errorf("enter did %v", got)
		}
		asAction(t, presses(s, "q"), Leave{})
	})
	t.Run("answers for nobody are dropped", func(t *testing.T) {
		s := open(setup)
		s.Update(UsersListed{Profile: "other", Kind: awsops.KindUser, Users: found.Users})
		if s.list.listed {
			t.Error("another profile's users were taken")
		}
		presses(s, "esc")
		s.Update(found)
		if s.list != nil {
			t.Error("the list opened by itself")
		}
	})
	t.Run("a role that is there", func(t *testing.T) {
		s := NewNames(testEnv(), setup)
		presses(s, "down", "down")
		asAction(t, presses(s, "enter"), ListUsers{awsops.KindRole})
		s.Update(found) // users, asked for before
		sees(t, s, "Which role of the firm's account will write the files?", "Asking AWS for the roles")
		s.Update(UsersListed{Profile: "firm", Kind: awsops.KindRole, Users: []awsops.User{{Kind: awsops.KindRole, Name: "delivery", ARN: "arn:aws:iam::444455556666:role/delivery"}}})
		presses(s, "down", "enter")
		sees(t, s, "(●) a role that is there already", "This role is there: arn:aws:iam::444455556666:role/delivery")
		want := setup
		want.FirmRole, want.UseExistingRole = "delivery", true
		asAction(t, presses(s, "enter"), GiveNames{want})
	})
	t.Run("a tour has new users alone", func(t *testing.T) {
		a := setup
		a.Journey, a.UseExisting = "tour", true
		s := NewNames(testEnv(), a)
		presses(s, "tab")
		if got := presses(s, "ctrl+l"); got != nil || s.list != nil {
			t.Errorf("ctrl+l did %v", got)
		}
		if s.Given().UseExisting {
			t.Error("the tour uses an existing user")
		}
	})
}

// On a small screen the question at hand is seen with all that is said of it.
func TestNamesOnASmallScreen(t *testing.T) {
	for _, journey := range []string{"setup", "tour"} {
		s := NewNames(testEnv(), steps.Answers{
			Journey: journey, CustomerProfile: "acme", FirmProfile: "firm", TestUser: strings.Repeat("a", 64), FirmUser: strings.Repeat("b", 64), KeyFile: "/home/me/a key",
		})
		for side, name := range map[steps.Side]string{steps.Customer: strings.Repeat("a", 64), steps.Firm: strings.Repeat("b", 64)} {
			s.Update(UserRead{Profile: s.profile(side), Kind: awsops.KindUser, Side: side, Name: name, User: &awsops.User{Name: name, Run: "20260102-030405-abcdef"}})
		}
		for range s.questions {
			shown := s.View(58, 16)
			checkFits(t, shown, 58, 16)
			said, _ := s.verdict(s.questions[s.at])
			if flat := uitest.Flat(shown); !strings.Contains(flat, "┃ "+s.questions[s.at].label) || !containsFlat(flat, s.questions[s.at].why) || !containsFlat(flat, said) {
				t.Errorf("%q is not whole:\n%s", said, shown)
			}
			presses(s, "tab")
		}
	}
}
