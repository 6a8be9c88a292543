package screen

import (
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
)

func TestUserList(t *testing.T) {
	setup := steps.Answers{Journey: "setup", CustomerProfile: "acme", FirmProfile: "firm"}
	found := UsersListed{Profile: "firm", Users: []awsops.User{
		{Name: "alice", ARN: "arn:aws:iam::444455556666:user/alice"},
		{Name: "uploader", ARN: "arn:aws:iam::444455556666:user/service/uploader"},
	}}
	open := func(a steps.Answers) *Names {
		s := NewNames(testEnv(), a)
		asAction(t, presses(s, "space", "enter"), ListUsers{})
		return s
	}
	t.Run("one is picked", func(t *testing.T) {
		s := open(setup)
		sees(t, s, "Asking AWS for the users")
		s.Update(found)
		sees(t, s, "▸ alice", "uploader", "arn:aws:iam::444455556666:user/alice")
		presses(s, "down", "enter")
		sees(t, s, "▸ Firm's user uploader", "(●) there already", "This user is there: arn:aws:iam::444455556666:user/service/uploader")
		got, _ := presses(s, "enter", "enter").(GiveNames)
		if !got.Answers.UseExisting || got.Answers.FirmUser != "uploader" {
			t.Errorf("answers %+v", got.Answers)
		}
	})
	t.Run("ctrl+l opens it from the name, and a new user becomes an existing one", func(t *testing.T) {
		s := NewNames(testEnv(), setup)
		presses(s, "tab")
		asAction(t, presses(s, "ctrl+l"), ListUsers{})
		s.Update(found)
		presses(s, "enter")
		if a := s.Given(); !a.UseExisting || a.FirmUser != "alice" {
			t.Errorf("answers %+v", a)
		}
	})
	t.Run("a name that is taken says so, and how to use it", func(t *testing.T) {
		s := NewNames(testEnv(), setup)
		s.Update(UserRead{Profile: "firm", Side: steps.Firm, Name: "test-writer", User: &awsops.User{Name: "test-writer"}})
		sees(t, s, "The name is taken", "ctrl+l to use one that is there")
		presses(s, "ctrl+l")
		s.Update(UsersListed{Profile: "firm", Users: append(found.Users, awsops.User{Name: "test-writer"})})
		if s.list.Pick() != "test-writer" {
			t.Errorf("under the cursor is %q", s.list.Pick())
		}
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
		s.Update(UsersListed{Profile: "firm", Err: &problem.Error{Summary: "It is forbidden", Detail: "You may not.", Fixes: []string{"Ask for iam:ListUsers."}}})
		sees(t, s, "It is forbidden.", "Ask for iam:ListUsers.", "type the name of the user instead")
		asAction(t, presses(s, "r"), ListUsers{})
	})
	t.Run("an account without users", func(t *testing.T) {
		s := open(setup)
		s.Update(UsersListed{Profile: "firm"})
		sees(t, s, "The firm's account has no user yet.")
		if got := presses(s, "enter"); got != nil || s.list == nil {
			t.Errorf("enter did %v", got)
		}
		asAction(t, presses(s, "q"), Leave{})
	})
	t.Run("answers for nobody are dropped", func(t *testing.T) {
		s := open(setup)
		s.Update(UsersListed{Profile: "other", Users: found.Users})
		if s.list.listed {
			t.Error("another profile's users were taken")
		}
		presses(s, "esc")
		s.Update(found)
		if s.list != nil {
			t.Error("the list opened by itself")
		}
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
