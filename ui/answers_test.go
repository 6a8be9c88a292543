package ui

import (
	"errors"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/steps"
)

func TestStartKeys(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want action
	}{
		{[]string{"enter"}, chooseJourney{journey: "tour"}},
		{[]string{"down", "enter"}, chooseJourney{journey: "setup"}},
		{[]string{"j", "enter"}, chooseJourney{journey: "setup"}},
		{[]string{"down", "down", "enter"}, chooseJourney{journey: "tour", run: "R1", resume: true}},
		{[]string{"down", "down", "down", "enter"}, chooseJourney{journey: "cleanup", run: "R1"}},
		{[]string{"end", "up", "enter"}, chooseJourney{journey: "cleanup", run: "R2"}},
		{[]string{"end", "enter"}, chooseJourney{journey: "cleanup", find: true}},
		{[]string{"up", "enter"}, chooseJourney{journey: "cleanup", find: true}},
		{[]string{"end", "home", "enter"}, chooseJourney{journey: "tour"}},
		{[]string{"q"}, leave{}},
		{[]string{"esc"}, leave{}},
		{[]string{"x", "space", "y"}, nil},
	} {
		s := newStart(testKit(), false, "")
		s.Update(runsMsg{testRecords()})
		asAction(t, presses(s, c.keys...), c.want)
	}
}

// theProfiles are a few profiles of all kinds.
var theProfiles = []profile.Entry{
	{Name: "acme", Kind: "key", File: "/home/me/.aws/credentials", Detail: "AKIA"},
	{Name: "firm", Kind: "sso", File: "/home/me/.aws/config"},
	{Name: "quiet", Kind: "process", File: "/home/me/.aws/config"},
	{Name: "mfa", Kind: "role", File: "/home/me/.aws/config", Detail: "arn:aws:iam::444455556666:role/r"},
}

func identity(account string) awsops.Identity {
	return awsops.Identity{Account: account, ARN: "arn:aws:iam::" + account + ":user/admin", Partition: "aws"}
}

func TestProfiles(t *testing.T) {
	customer := checkedMsg{profile: "acme", id: identity("111122223333")}
	firm := checkedMsg{profile: "firm", id: identity("444455556666")}
	fresh := func() *profilesScreen {
		s := newProfiles(testKit(), steps.Answers{Journey: "tour"}, steps.Expected{})
		act, _ := s.Update(profilesMsg{profiles: theProfiles})
		asAction(t, act, checkProfile{"acme", false})
		return s
	}

	t.Run("two that are checked are picked", func(t *testing.T) {
		s := fresh()
		s.Update(customer)
		asAction(t, presses(s, "enter"), checkProfile{"firm", false})
		s.Update(firm)
		if got, ok := presses(s, "enter").(pickedProfiles); !ok || got.customer.profile != "acme" || got.firm.profile != "firm" {
			t.Errorf("picked %+v", got)
		}
	})
	t.Run("one that was chosen before its check came back", func(t *testing.T) {
		s := fresh()
		asAction(t, presses(s, "enter"), checkProfile{"acme", true})
		asked := customer
		asked.asked = true
		s.Update(asked)
		if s.side != steps.Firm {
			t.Error("the customer is not picked")
		}
	})
	t.Run("one account twice is refused here", func(t *testing.T) {
		s := fresh()
		s.Update(customer)
		presses(s, "enter")
		s.Update(checkedMsg{profile: "firm", id: identity("111122223333")})
		if got := presses(s, "enter"); got != nil || s.problem == nil || s.problem.Summary != "Both profiles are in one account" {
			t.Errorf("action %v, problem %v", got, s.problem)
		}
	})
	t.Run("other partitions are refused here", func(t *testing.T) {
		s := fresh()
		s.Update(customer)
		presses(s, "enter")
		china := firm
		china.id.Partition = "aws-cn"
		s.Update(china)
		if got := presses(s, "enter"); got != nil || s.problem == nil {
			t.Errorf("action %v, problem %v", got, s.problem)
		}
	})
	t.Run("another program is not started before it is chosen", func(t *testing.T) {
		s := fresh()
		presses(s, "end", "up")
		if act, _ := s.Update(settled{s.rest}); act != nil {
			t.Errorf("asked for %v", act)
		}
		asAction(t, presses(s, "enter"), checkProfile{"quiet", true})
	})
	t.Run("the one under the cursor is checked when it rests", func(t *testing.T) {
		s := fresh()
		presses(s, "down")
		if act, _ := s.Update(settled{s.rest - 1}); act != nil {
			t.Errorf("a timer of before led to %v", act)
		}
		act, _ := s.Update(settled{s.rest})
		asAction(t, act, checkProfile{"firm", false})
	})
	t.Run("a failed check can be made again", func(t *testing.T) {
		s := fresh()
		s.Update(checkedMsg{profile: "acme", err: &problem.Error{Summary: "The SSO login has expired", Fixes: []string{"Sign in again: aws sso login --profile acme"}}})
		sees(t, s, "The SSO login has expired.", "aws sso login --profile acme")
		asAction(t, presses(s, "r"), checkProfile{"acme", true})
	})
	t.Run("a code is promised, not a problem shown", func(t *testing.T) {
		s := fresh()
		presses(s, "end")
		s.Update(checkedMsg{profile: "mfa", err: &problem.Error{Summary: "The profile needs an MFA code"}})
		sees(t, s, "asks for an MFA code: press enter")
	})
	t.Run("the filter takes letters as text", func(t *testing.T) {
		s := fresh()
		presses(s, "/")
		if !s.Typing() {
			t.Fatal("the filter takes no text")
		}
		presses(s, "q", "u", "i")
		if s.list.Pick() != "quiet" {
			t.Errorf("under the cursor is %q", s.list.Pick())
		}
		presses(s, "enter")
		asAction(t, presses(s, "enter"), checkProfile{"quiet", true})
		presses(s, "esc")
		if s.list.Filtered() || s.side != steps.Customer {
			t.Error("esc did not show all again")
		}
		asAction(t, presses(s, "esc"), goBack{})
	})
	t.Run("back from the firm's to the customer's", func(t *testing.T) {
		s := fresh()
		s.Update(customer)
		presses(s, "enter")
		if got := presses(s, "b"); got != nil || s.side != steps.Customer {
			t.Errorf("action %v, side %v", got, s.side)
		}
		asAction(t, presses(s, "b"), goBack{})
	})
	t.Run("no profiles", func(t *testing.T) {
		s := newProfiles(testKit(), steps.Answers{}, steps.Expected{})
		s.Update(profilesMsg{})
		sees(t, s, "There are no AWS profiles on this computer.", "aws configure")
		if got := presses(s, "enter"); got != nil {
			t.Errorf("enter did %v", got)
		}
		asAction(t, presses(s, "r"), rereadProfiles{})
	})
	t.Run("files that cannot be read", func(t *testing.T) {
		s := newProfiles(testKit(), steps.Answers{}, steps.Expected{})
		s.Update(profilesMsg{err: errors.New("permission denied")})
		sees(t, s, "permission denied")
	})
}

// sees looks for texts on a screen, whatever its line breaks.
func sees(t *testing.T, s screen, texts ...string) {
	t.Helper()
	shown := flat(s.View(78, 20))
	for _, text := range texts {
		if !containsFlat(shown, text) {
			t.Errorf("%q is not on the screen:\n%s", text, s.View(78, 20))
		}
	}
}

func TestBucketScreen(t *testing.T) {
	customer := checkedMsg{profile: "acme", id: identity("111122223333")}
	facts := awsops.BucketFacts{
		Name: "in", Region: "eu-west-1", Ownership: "BucketOwnerEnforced", Encryption: "AES256",
		BlockPublic: awsops.BlockPublic{ACLs: true, IgnoreACLs: true, Policy: true, Restrict: true},
	}
	listed := func() *bucketScreen {
		s := newBucket(testKit(), customer, steps.Answers{})
		act, _ := s.Update(bucketsMsg{profile: "acme", names: []string{"in", "out"}})
		asAction(t, act, readBucket{"in"})
		return s
	}
	t.Run("one of the list", func(t *testing.T) {
		s := listed()
		s.Update(bucketMsg{profile: "acme", name: "in", facts: facts})
		sees(t, s, "✓ Region eu-west-1", "✓ Ownership all files belong to the customer", "✓ Policy there is none yet")
		asAction(t, presses(s, "enter"), pickedBucket{"in", ""})
	})
	t.Run("one that is chosen before its facts are back", func(t *testing.T) {
		s := listed()
		presses(s, "down")
		asAction(t, presses(s, "enter"), readBucket{"out"})
		act, _ := s.Update(bucketMsg{profile: "acme", name: "out"})
		asAction(t, act, pickedBucket{"out", ""})
	})
	t.Run("what needs a look is marked", func(t *testing.T) {
		s := listed()
		f := facts
		f.Ownership, f.Encryption, f.Versioning, f.Public = "ObjectWriter", "aws:kms", "Enabled", true
		f.BlockPublic = awsops.BlockPublic{}
		f.Policy = &policy.Document{Statements: []policy.Statement{{}, {}}}
		f.Unknown = map[string]*problem.Error{"Versioning": {Summary: "It is forbidden"}}
		s.Update(bucketMsg{profile: "acme", name: "in", facts: f})
		sees(t, s, "! Ownership files belong to whoever writes them", "! Public access not all of it is on",
			"! Encryption with AWS's own key", "! Old versions could not be read: It is forbidden.", "! Policy there is one with 2 statements, which stay")
	})
	t.Run("a typed name", func(t *testing.T) {
		s := listed()
		presses(s, "t")
		if !s.Typing() {
			t.Fatal("no field to type in")
		}
		presses(s, "q", "-", "b", "u", "c", "k", "e", "t")
		asAction(t, presses(s, "enter"), readBucket{"q-bucket"})
		act, _ := s.Update(bucketMsg{profile: "acme", name: "q-bucket", facts: facts})
		asAction(t, act, pickedBucket{"q-bucket", ""})
	})
	t.Run("a name that cannot be is not sent", func(t *testing.T) {
		s := listed()
		presses(s, "t", "A", "_")
		if got := presses(s, "enter"); got != nil {
			t.Errorf("enter did %v", got)
		}
		sees(t, s, "This is not the name of a bucket.")
		presses(s, "esc")
		if s.Typing() {
			t.Error("esc did not go back to the list")
		}
	})
	t.Run("a list that AWS refuses", func(t *testing.T) {
		s := newBucket(testKit(), customer, steps.Answers{})
		s.Update(bucketsMsg{profile: "acme", err: &problem.Error{Summary: "It is forbidden"}})
		sees(t, s, "The buckets could not be listed: It is forbidden. Type the name instead.")
		if got := presses(s, "esc"); got != nil || s.Typing() {
			t.Errorf("esc did %v", got)
		}
		sees(t, s, "The buckets could not be listed: It is forbidden.")
		asAction(t, presses(s, "r"), listBuckets{})
		asAction(t, presses(s, "esc"), goBack{})
	})
	t.Run("an answer for another profile comes too late", func(t *testing.T) {
		s := newBucket(testKit(), customer, steps.Answers{})
		s.Update(bucketsMsg{profile: "other", names: []string{"x"}})
		s.Update(bucketMsg{profile: "other", name: "in", facts: facts})
		if s.listed || len(s.facts) > 0 {
			t.Error("it was taken")
		}
	})
	t.Run("keys", func(t *testing.T) {
		asAction(t, presses(listed(), "b"), goBack{})
		asAction(t, presses(listed(), "q"), leave{})
	})
}

func TestNames(t *testing.T) {
	tour := steps.Answers{Journey: "tour", CustomerProfile: "acme", FirmProfile: "firm"}
	setup := steps.Answers{Journey: "setup", CustomerProfile: "acme", FirmProfile: "firm"}
	t.Run("the article's names", func(t *testing.T) {
		s := newNames(testKit(), tour)
		if diff := cmp.Diff(action(lookUpUsers{{steps.Customer, "test-customer"}, {steps.Firm, "test-writer"}}), s.look(), cmp.AllowUnexported(lookUpUser{})); diff != "" {
			t.Error(diff)
		}
		want := tour
		want.TestUser, want.FirmUser = "test-customer", "test-writer"
		asAction(t, presses(s, "enter", "enter"), givenNames{want})
	})
	t.Run("q and b are letters", func(t *testing.T) {
		s := newNames(testKit(), tour)
		if got := presses(s, "q", "b", "?"); got != nil {
			t.Errorf("they did %v", got)
		}
		sees(t, s, "test-customerqb?", "holds a character that IAM does not take")
	})
	t.Run("a name that is taken is not let through", func(t *testing.T) {
		s := newNames(testKit(), tour)
		s.look()
		s.Update(userMsg{profile: "acme", side: steps.Customer, name: "test-customer", user: &awsops.User{Name: "test-customer"}})
		sees(t, s, "The name is taken: the customer's account has this user already")
		if got := presses(s, "enter", "enter"); got != nil {
			t.Errorf("enter did %v", got)
		}
	})
	t.Run("a taken name of an earlier run's", func(t *testing.T) {
		s := newNames(testKit(), tour)
		s.Update(userMsg{profile: "firm", side: steps.Firm, name: "test-writer", user: &awsops.User{Name: "test-writer", Run: "R1"}})
		sees(t, s, "by a user that the run R1 made")
	})
	t.Run("an existing user", func(t *testing.T) {
		s := newNames(testKit(), setup)
		presses(s, "space", "tab")
		s.Update(userMsg{profile: "firm", side: steps.Firm, name: "test-writer"})
		sees(t, s, "There is no user test-writer in the firm's account.")
		s.Update(userMsg{profile: "firm", side: steps.Firm, name: "test-writer", user: &awsops.User{Name: "test-writer", ARN: "arn:aws:iam::444455556666:user/test-writer"}})
		sees(t, s, "This user is there: arn:aws:iam::444455556666:user/test-writer")
		got, _ := presses(s, "tab", "enter").(givenNames)
		if !got.answers.UseExisting || got.answers.FirmUser != "test-writer" {
			t.Errorf("answers %+v", got.answers)
		}
	})
	t.Run("a file for the key", func(t *testing.T) {
		s := newNames(testKit(), setup)
		presses(s, "tab", "tab", "k", "e", "y")
		got, _ := presses(s, "enter").(givenNames)
		if got.answers.KeyFile != "key" {
			t.Errorf("answers %+v", got.answers)
		}
	})
	t.Run("what is pasted submits nothing", func(t *testing.T) {
		s := newNames(testKit(), tour)
		act, _ := s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("-a\nb\n"), Paste: true})
		if act != nil || s.at != 0 {
			t.Errorf("action %v, field %d", act, s.at)
		}
	})
	t.Run("moving", func(t *testing.T) {
		s := newNames(testKit(), tour)
		presses(s, "down")
		if s.at != 1 {
			t.Errorf("down led to %d", s.at)
		}
		presses(s, "shift+tab")
		if s.at != 0 {
			t.Errorf("shift+tab led to %d", s.at)
		}
		asAction(t, presses(s, "esc"), goBack{})
	})
}
