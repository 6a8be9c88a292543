package ui

import (
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
)

func TestStoryOfASetupForAUserThatIsThere(t *testing.T) {
	t.Parallel()
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
	s.begins("my.test.bucket")
	s.approves("Let the firm in", "lets the firm's account in")
	s.approves("Make the firm's user", "is there, with the access key AKIA")
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
