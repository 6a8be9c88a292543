package ui

import (
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
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
	s.sees("What should the firm be allowed?", "enter go on")
	s.press("enter")
	s.sees("▸ The writer is", "↑/↓ choose")
	s.press("space")
	s.sees("enter list them")
	s.press("enter")
	s.sees("Which user of the firm's account will write the files?", "No user is chosen yet", "admin signed in", "alice")
	s.press("/")
	s.sees("filter:")
	s.press("upl")
	s.sees("▸ uploader")
	s.press("enter", "enter")
	s.sees("This user is there: arn:aws:iam::444455556666:user/uploader")
	s.press("enter")
	s.sees("This is the plan.", "enter begin")
	s.press("enter")
	s.sees("Where should the key of uploader go?", "enter go on")
	s.begins("my.test.bucket")
	s.approves("Let the firm in", "lets the firm's account in")
	s.approves("Create the firm's user", "is there, with the access key AKIA")
	s.approves("Give the firm's user access", "Both sides say yes")
	s.approves("Test as the firm's user", "uploader can write into the bucket")
	s.approves("Tidy up after the test", "uploader keeps its access")
	s.sees("This run created these, and they stay", "enter finish")
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

// A user with a path is let in, and named, with it.
func TestASetupForAUserWithAPathAlone(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	config := aws.Config{Region: "us-east-1", BaseEndpoint: aws.String(stage.box.URL())}
	for _, p := range stage.box.Profiles() {
		if p.Name == "my_firm" {
			config.Credentials = credentials.NewStaticCredentialsProvider(p.AccessKeyID, p.SecretAccessKey, "")
		}
	}
	if _, err := iam.NewFromConfig(config).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("uploader"), Path: aws.String("/team/x/")}); err != nil {
		t.Fatal(err)
	}
	r := newRig(t, stage.options)
	r.atTerms()
	r.press("shift+tab", "space", "enter")
	r.sees("▸ The writer is")
	r.press("space", "enter")
	r.sees("Which user of the firm's account will write the files?", "uploader")
	r.press("end")
	r.sees("▸ uploader", "arn:aws:iam::444455556666:user/team/x/uploader")
	r.press("enter")
	r.sees("This user is there: arn:aws:iam::444455556666:user/team/x/uploader")
	r.press("esc")
	r.sees("Only the user team/x/uploader of the account 4444-5555-6666 may list and read files")
	r.press("enter")
	r.sees("▸ Its name uploader")
	r.press("enter", "enter")
	r.sees("This is the plan.", "Only the user team/x/uploader")
	r.keepsNoKey()
	r.means()
	for range 5 {
		r.step("", "")
	}
	r.sees("uploader can write into the bucket my.test.bucket")
	if live := policyOf(t, stage); !strings.Contains(live, `"aws:PrincipalArn":"arn:aws:iam::444455556666:user/team/x/uploader"`) {
		t.Errorf("the policy is %s", live)
	}
}

func TestStoryOfATakenName(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	for _, name := range []string{"test-writer", "test-writer-2"} {
		if _, err := stage.session(t, "my_firm").Perform(t.Context(), awsops.CreateUser{Account: "444455556666", Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	r := newRig(t, stage.options)
	r.atTerms()
	r.press("enter", "enter")
	r.sees("Press enter to take test-writer-3, which is free", "enter take it")
	r.press("enter")
	r.sees("▸ Its name test-writer-3", "The name is free.")
	r.press("enter", "enter")
	r.sees("This is the plan.", "Nothing has been changed yet.")
	if a := r.app.answers; a.FirmUser != "test-writer-3" || a.UseExisting {
		t.Errorf("answers %+v", a)
	}
}

func TestASetupForARole(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	r := newRig(t, stage.options)
	r.atTerms()
	r.press("shift+tab", "space", "enter")
	r.sees("▸ The writer is", "(●) a new user")
	r.press("up", "tab")
	r.types("-role")
	r.sees("Its name test-writer-role", "The name is free.")
	r.press("esc")
	r.sees("Only the role test-writer-role of the account 4444-5555-6666 may")
	r.press("enter")
	r.sees("(●) a new role", "▸ Its name test-writer-role")
	r.press("enter")
	r.sees("This is the plan.", "Create the firm's role")
	r.begins()
	for range 5 {
		r.step("", "")
	}
	r.sees("test-writer-role can write into the bucket my.test.bucket")
	if live := policyOf(t, stage); !strings.Contains(live, `"aws:PrincipalArn":"arn:aws:iam::444455556666:role/test-writer-role"`) {
		t.Errorf("the policy is %s", live)
	}
}
