package screen

import (
	"errors"
	"testing"

	"crossgrant/awsops"
	"crossgrant/steps"
)

func TestNamesThatAreTaken(t *testing.T) {
	tour := steps.Answers{Journey: "tour", CustomerProfile: "acme", FirmProfile: "firm"}
	setup := steps.Answers{Journey: "setup", CustomerProfile: "acme", FirmProfile: "firm"}
	t.Run("the next name that is free is one enter away", func(t *testing.T) {
		s := NewNames(testEnv(), tour)
		s.Look()
		is := func(side steps.Side, name string, there bool) Action {
			msg := UserRead{Profile: s.profile(side), Kind: awsops.KindUser, Side: side, Name: name}
			if there {
				msg.User = &awsops.User{Name: name}
			}
			act, _ := s.Update(msg)
			return act
		}
		is(steps.Firm, "test-writer", true)
		asAction(t, is(steps.Firm, "test-writer-2", true), LookUpUsers{{steps.Firm, awsops.KindUser, "test-writer-3"}})
		is(steps.Customer, "test-customer", false)
		is(steps.Customer, "test-customer-2", false)
		sees(t, s, "it is left as it is. Type another name.") // while nothing is known of the third
		is(steps.Firm, "test-writer-3", false)
		sees(t, s, "┃ Test user", "test-writer-3 is free.")
		presses(s, "enter")
		sees(t, s, "┃ Firm's user test-writer", "Press enter to take test-writer-3, which is free")
		asAction(t, presses(s, "enter"), LookUpUsers{{steps.Firm, awsops.KindUser, "test-writer-4"}})
		sees(t, s, "┃ Firm's user test-writer-3", "The name is free.")
		want := tour
		want.TestUser, want.FirmUser = "test-customer", "test-writer-3"
		asAction(t, presses(s, "enter"), GiveNames{want})
	})
	t.Run("what could not be looked up is not proposed", func(t *testing.T) {
		s := NewNames(testEnv(), tour)
		s.Update(UserRead{Profile: "acme", Kind: awsops.KindUser, Side: steps.Customer, Name: "test-customer", User: &awsops.User{Name: "test-customer"}})
		s.Update(UserRead{Profile: "acme", Kind: awsops.KindUser, Side: steps.Customer, Name: "test-customer-2", Err: errors.New("no")})
		sees(t, s, "Type another name.")
	})
	t.Run("enter goes to the first fault", func(t *testing.T) {
		s := NewNames(testEnv(), tour)
		presses(s, append(letters(" x"), "enter")...)
		asAction(t, presses(s, "enter"), nil)
		sees(t, s, "┃ Test user", "holds a character that IAM does not take")
	})
	t.Run("a path is not a part of the name", func(t *testing.T) {
		a := setup
		a.FirmUser = "/team/uploader"
		sees(t, NewNames(testEnv(), a), "Enter the name alone: uploader")
	})
}

func TestTheWriter(t *testing.T) {
	setup := steps.Answers{Journey: "setup", CustomerProfile: "acme", FirmProfile: "firm"}
	t.Run("a role has another name space, and no key to save", func(t *testing.T) {
		a := setup
		a.KeyFile, a.Trusts = "key", "arn:aws:iam::444455556666:role/robot"
		s := NewNames(testEnv(), a)
		sees(t, s, "(○) a new role: no key that can leak", "(●) a new user: most people start here")
		asAction(t, presses(s, "up"), LookUpUsers{{steps.Firm, awsops.KindRole, "test-writer"}, {steps.Firm, awsops.KindRole, "test-writer-2"}})
		s.Update(UserRead{Profile: "firm", Kind: awsops.KindUser, Side: steps.Firm, Name: "test-writer", User: &awsops.User{Name: "test-writer"}})
		s.Update(UserRead{Profile: "firm", Kind: awsops.KindRole, Side: steps.Firm, Name: "test-writer"})
		sees(t, s, "(●) a new role", "The name is free.")
		want := a
		want.FirmRole, want.KeyFile = "test-writer", ""
		asAction(t, presses(s, "enter", "enter"), GiveNames{want})
		presses(s, "up", "down")
		want = a
		want.FirmUser, want.Trusts = "test-writer", ""
		asAction(t, s.Given(), want)
	})
	t.Run("a role that was given", func(t *testing.T) {
		a := setup
		a.FirmRole, a.UseExistingRole = "delivery", true
		s := NewNames(testEnv(), a)
		sees(t, s, "┃ The writer is", "(●) a role that is there already", "Its name delivery")
		asAction(t, s.Given(), a)
	})
}
