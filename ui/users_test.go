package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
)

// usersGallery are the screens around the list of the firm's users.
func usersGallery(k kit, known func(string) *App) {
	setup := testFacts().Answers
	setup.Journey, setup.UseExisting, setup.FirmUser = "setup", true, "uploader"
	found := usersMsg{profile: "firm", users: []awsops.User{
		{Name: "日本の会社🙂", ARN: "arn:aws:iam::444455556666:user/x"},
		{Name: "uploader", ARN: "arn:aws:iam::444455556666:user/service/uploader"},
	}}
	for i := range 40 {
		found.users = append(found.users, awsops.User{Name: fmt.Sprintf("user-%02d", i+1), ARN: "arn:aws:iam::444455556666:user/u"})
	}
	refused := usersMsg{profile: "firm", err: &problem.Error{
		Summary: "The profile is not allowed to do this", Detail: "The profile firm of the account 4444-5555-6666 may not call iam:ListUsers.",
		Fixes: []string{"Ask the firm's administrator for iam:ListUsers."},
	}}
	with := func(name string, arrived usersMsg) *namesScreen {
		a := known(name)
		a.answers = setup
		a.infos = infos(setup)
		s := newNames(k, setup)
		a.screen = s
		s.Update(keyNamed("enter"))
		s.Update(arrived)
		return s
	}
	with("names-list", found)
	with("names-list-refused", refused)
	with("names-picked", found).Update(keyNamed("enter"))
}

func TestUserList(t *testing.T) {
	setup := steps.Answers{Journey: "setup", CustomerProfile: "acme", FirmProfile: "firm"}
	found := usersMsg{profile: "firm", users: []awsops.User{
		{Name: "alice", ARN: "arn:aws:iam::444455556666:user/alice"},
		{Name: "uploader", ARN: "arn:aws:iam::444455556666:user/service/uploader"},
	}}
	open := func(a steps.Answers) *namesScreen {
		s := newNames(testKit(), a)
		asAction(t, presses(s, "space", "enter"), listUsers{})
		return s
	}
	t.Run("one is picked", func(t *testing.T) {
		s := open(setup)
		sees(t, s, "Asking AWS for the users")
		s.Update(found)
		sees(t, s, "▸ alice", "uploader", "arn:aws:iam::444455556666:user/alice")
		presses(s, "down", "enter")
		sees(t, s, "▸ Firm's user uploader", "(●) there already", "This user is there: arn:aws:iam::444455556666:user/service/uploader")
		got, _ := presses(s, "enter", "enter").(givenNames)
		if !got.answers.UseExisting || got.answers.FirmUser != "uploader" {
			t.Errorf("answers %+v", got.answers)
		}
	})
	t.Run("ctrl+l opens it from the name, and a new user becomes an existing one", func(t *testing.T) {
		s := newNames(testKit(), setup)
		presses(s, "tab")
		asAction(t, presses(s, "ctrl+l"), listUsers{})
		s.Update(found)
		presses(s, "enter")
		if a := s.given(); !a.UseExisting || a.FirmUser != "alice" {
			t.Errorf("answers %+v", a)
		}
	})
	t.Run("a name that is taken says so, and how to use it", func(t *testing.T) {
		s := newNames(testKit(), setup)
		s.Update(userMsg{profile: "firm", side: steps.Firm, name: "test-writer", user: &awsops.User{Name: "test-writer"}})
		sees(t, s, "The name is taken", "ctrl+l to use one that is there")
		presses(s, "ctrl+l")
		s.Update(usersMsg{profile: "firm", users: append(found.users, awsops.User{Name: "test-writer"})})
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
		if a := s.given(); a.FirmUser != "uploader" {
			t.Errorf("answers %+v", a)
		}
	})
	t.Run("back changes nothing", func(t *testing.T) {
		s := open(setup)
		s.Update(found)
		presses(s, "/", "x", "x", "enter", "enter")
		sees(t, s, "None has that in its name.")
		if got := presses(s, "esc", "esc"); got != nil || s.list != nil || s.given().FirmUser != "test-writer" {
			t.Errorf("esc did %v, and the name is %s", got, s.given().FirmUser)
		}
		asAction(t, presses(s, "esc"), goBack{})
	})
	t.Run("a list that AWS refuses", func(t *testing.T) {
		s := open(setup)
		s.Update(usersMsg{profile: "firm", err: &problem.Error{Summary: "It is forbidden", Detail: "You may not.", Fixes: []string{"Ask for iam:ListUsers."}}})
		sees(t, s, "It is forbidden.", "Ask for iam:ListUsers.", "type the name of the user instead")
		asAction(t, presses(s, "r"), listUsers{})
	})
	t.Run("an account without users", func(t *testing.T) {
		s := open(setup)
		s.Update(usersMsg{profile: "firm"})
		sees(t, s, "The firm's account has no user yet.")
		if got := presses(s, "enter"); got != nil || s.list == nil {
			t.Errorf("enter did %v", got)
		}
		asAction(t, presses(s, "q"), leave{})
	})
	t.Run("answers for nobody are dropped", func(t *testing.T) {
		s := open(setup)
		s.Update(usersMsg{profile: "other", users: found.users})
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
		s := newNames(testKit(), a)
		presses(s, "tab")
		if got := presses(s, "ctrl+l"); got != nil || s.list != nil {
			t.Errorf("ctrl+l did %v", got)
		}
		if s.given().UseExisting {
			t.Error("the tour uses an existing user")
		}
	})
}

func TestStoryOfASetupForAUserThatIsThere(t *testing.T) {
	stage := newStage(t)
	firm := stage.session(t, "my_firm")
	for _, name := range []string{"alice", "uploader"} {
		if _, err := firm.Perform(t.Context(), awsops.CreateUser{Account: "444455556666", Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	s := tell(t, stage.options, 80, 24)
	s.sees("What would you like to do?")
	s.press("down")
	s.sees("▸ Set up the access")
	s.press("enter")
	s.sees("✓ 1111-2222-3333")
	s.press("enter")
	s.sees("✓ 4444-5555-6666")
	s.press("enter")
	s.sees("Which bucket of the customer's", "✓ Policy")
	s.press("enter")
	s.sees("▸ The user is", "space switch")
	s.press("space")
	s.sees("enter list them")
	s.press("enter")
	s.sees("Which user of the firm's account will write the files?", "▸ admin", "alice")
	s.press("/")
	s.sees("filter:")
	s.press("upl")
	s.sees("▸ uploader")
	s.press("enter", "enter")
	s.sees("This user is there: arn:aws:iam::444455556666:user/uploader")
	s.press("enter")
	s.sees("▸ Save its key to")
	s.press("enter")
	s.sees("This is the plan.", "enter begin")
	s.press("enter")
	s.approves("Let the firm in", "lets the firm's account in")
	s.approves("Make the firm's user", "AWS knows its key")
	s.approves("Pass the access on", "Both sides say yes")
	s.approves("Write and read as the firm's user", "uploader can write into the bucket")
	s.approves("Tidy up after the test", "uploader keeps its access")
	s.sees("This run has made, and it stays", "enter finish")
	s.press("enter")
	s.leaves(0, "uploader can write into the bucket my.test.bucket")
	users, err := firm.Users(t.Context())
	if err != nil || len(users) != 3 {
		t.Errorf("the firm has the users %v, %v", users, err)
	}
	if made := mutations(stage.box); slices.Index(made[2:], "CreateUser") >= 0 {
		t.Errorf("a user was made: %s", strings.Join(made, " "))
	}
}
