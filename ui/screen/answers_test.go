package screen

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
	"crossgrant/steps/run"
	"crossgrant/ui/uitest"
)

func TestStartKeys(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want Action
	}{
		{[]string{"enter"}, Choose{Journey: "tour", Run: "R1", Resume: true}},
		{[]string{"down", "enter"}, Choose{Journey: "tour"}},
		{[]string{"j", "j", "enter"}, Choose{Journey: "setup"}},
		{[]string{"down", "down", "down", "enter"}, Choose{Journey: "setup", Only: steps.Firm}},
		{[]string{"down", "down", "down", "down", "enter"}, Choose{Journey: "setup", Only: steps.Customer}},
		{[]string{"down", "down", "down", "down", "down", "enter"}, Choose{Journey: "check"}},
		{[]string{"down", "down", "down", "down", "down", "down", "enter"}, Choose{Journey: "cleanup", Run: "R1"}},
		{[]string{"end", "up", "enter"}, Choose{Journey: "cleanup", Run: "R2"}},
		{[]string{"end", "enter"}, Choose{Journey: "cleanup", Find: true}},
		{[]string{"up", "enter"}, Choose{Journey: "cleanup", Find: true}},
		{[]string{"end", "home", "down", "enter"}, Choose{Journey: "tour"}},
		{[]string{"q"}, Leave{}},
		{[]string{"esc"}, Leave{}},
		{[]string{"x", "space", "y"}, nil},
	} {
		s := NewStart(testEnv(), false, "")
		s.Update(RunsListed{Records: testRecords()})
		asAction(t, presses(s, c.keys...), c.want)
	}
}

// Where there is one profile only, it is of one company: its half comes first.
func TestStartWithOneProfile(t *testing.T) {
	for name, keys := range map[string][]string{"at rest": {"enter"}, "a cursor that was moved": {"up", "up", "enter"}} {
		s := NewStart(testEnv(), false, "")
		if len(keys) > 1 {
			presses(s, "down", "down", "down")
		}
		s.Update(ProfilesRead{Profiles: theProfiles[:1]})
		want := Choose{Journey: "setup", Only: steps.Firm}
		if len(keys) > 1 { // from the customer's half, which came second
			want = Choose{Journey: "check"}
		}
		t.Run(name, func(t *testing.T) { asAction(t, presses(s, keys...), want) })
	}
	several := NewStart(testEnv(), false, "")
	several.Update(ProfilesRead{Profiles: theProfiles})
	asAction(t, presses(several, "enter"), Choose{Journey: "tour"})
}

func TestTheRunsComeUnderACursorThatWasMoved(t *testing.T) {
	s := NewStart(testEnv(), false, "")
	presses(s, "down")
	s.Update(RunsListed{Records: testRecords()})
	asAction(t, presses(s, "enter"), Choose{Journey: "setup"})
	s = NewStart(testEnv(), false, "")
	s.Update(RunsListed{Records: append(testRecords(), steps.Record{Run: "R4", Journey: "setup", Left: []string{"x"}})})
	asAction(t, presses(s, "enter"), Choose{Journey: "setup", Run: "R4", Resume: true})
}

func TestCleanUps(t *testing.T) {
	fresh := func() *CleanUps { return NewCleanUps(testEnv()) }
	arrives := func(s *CleanUps, msg RunsListed) Action {
		act, _ := s.Update(msg)
		return act
	}
	t.Run("several are a question, the latest first", func(t *testing.T) {
		s := fresh()
		asAction(t, presses(s, "enter", "down", "x"), nil) // before they are listed
		asAction(t, arrives(s, RunsListed{Records: testRecords()}), nil)
		sees(t, s, "▸ Clean up the setup of 2 Jan 2026", "It left the user test-customer.")
		s.Update(uitest.Key("down"))
		asAction(t, presses(s, "enter"), Choose{Journey: "cleanup", Run: "R1"})
		asAction(t, presses(s, "esc"), Back{})
		asAction(t, presses(s, "q"), Leave{})
	})
	t.Run("the only one is none", func(t *testing.T) {
		asAction(t, arrives(fresh(), RunsListed{Records: testRecords()[1:]}), Choose{Journey: "cleanup", Run: "R2"})
	})
	t.Run("nothing is said, and any key leaves", func(t *testing.T) {
		s := fresh()
		if over, ok := arrives(s, RunsListed{Records: testRecords()[2:]}).(Over); !ok || over.Ending.Code != run.Done {
			t.Errorf("it wants %+v", over)
		}
		sees(t, s, "There is nothing to clean up")
		for _, k := range []string{"enter", "q", "esc", "x", "space", "down"} {
			asAction(t, presses(s, k), Quit{})
		}
	})
	t.Run("a record that cannot be read says nothing of what its run left", func(t *testing.T) {
		s := fresh()
		if over := arrives(s, RunsListed{Records: []steps.Record{{Problem: "the journal x cannot be used"}}}).(Over); len(over.Ending.Warnings) != 1 {
			t.Errorf("it wants %+v", over)
		}
		sees(t, s, "No run whose record can be read left anything behind.", "! the journal x cannot be used")
	})
	t.Run("why there is no list is not said here", func(t *testing.T) {
		asAction(t, arrives(fresh(), RunsListed{Err: errors.New("permission denied")}), Choose{Journey: "cleanup"})
	})
}

// theCustomer is who the customer's profile turned out to be.
var theCustomer = Checked{Profile: "acme", ID: uitest.Identity("111122223333")}

// theProfiles are a few profiles of all kinds.
var theProfiles = []profile.Entry{
	{Name: "acme", Kind: "key", File: "/home/me/.aws/credentials", Detail: "AKIA"},
	{Name: "firm", Kind: "sso", File: "/home/me/.aws/config"},
	{Name: "quiet", Kind: "process", File: "/home/me/.aws/config"},
	{Name: "mfa", Kind: "role", File: "/home/me/.aws/config", Detail: "arn:aws:iam::444455556666:role/r"},
}

func TestProfiles(t *testing.T) {
	customer := theCustomer
	firm := Checked{Profile: "firm", ID: uitest.Identity("444455556666")}
	fresh := func() *Profiles {
		s := NewProfiles(testEnv(), steps.Answers{Journey: "tour"}, steps.Expected{})
		act, _ := s.Update(ProfilesRead{Profiles: theProfiles})
		asAction(t, act, CheckProfile{"acme", false})
		return s
	}

	t.Run("two that are checked are picked", func(t *testing.T) {
		s := fresh()
		s.Update(customer)
		asAction(t, presses(s, "enter"), CheckProfile{"firm", false})
		s.Update(firm)
		if got, ok := presses(s, "enter").(PickProfiles); !ok || got.Customer.Profile != "acme" || got.Firm.Profile != "firm" {
			t.Errorf("picked %+v", got)
		}
	})
	t.Run("one that was chosen before its check came back", func(t *testing.T) {
		s := fresh()
		asAction(t, presses(s, "enter"), CheckProfile{"acme", true})
		asked := customer
		asked.Asked = true
		s.Update(asked)
		if s.side != steps.Firm {
			t.Error("the customer is not picked")
		}
	})
	t.Run("one account twice is refused here", func(t *testing.T) {
		s := fresh()
		s.Update(customer)
		presses(s, "enter")
		s.Update(Checked{Profile: "firm", ID: uitest.Identity("111122223333")})
		if got := presses(s, "enter"); got != nil || s.problem == nil || s.problem.Summary != "Both profiles are in one account" {
			t.Errorf("action %v, problem %v", got, s.problem)
		}
	})
	t.Run("other partitions are refused here", func(t *testing.T) {
		s := fresh()
		s.Update(customer)
		presses(s, "enter")
		china := firm
		china.ID.Partition = "aws-cn"
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
		asAction(t, presses(s, "enter"), CheckProfile{"quiet", true})
	})
	t.Run("the one under the cursor is checked when it rests", func(t *testing.T) {
		s := fresh()
		presses(s, "down")
		if act, _ := s.Update(settled{s.rest - 1}); act != nil {
			t.Errorf("a timer of before led to %v", act)
		}
		act, _ := s.Update(settled{s.rest})
		asAction(t, act, CheckProfile{"firm", false})
	})
	t.Run("a failed check can be made again", func(t *testing.T) {
		s := fresh()
		s.Update(Checked{Profile: "acme", Err: &problem.Error{Summary: "The SSO login has expired", Fixes: []string{"Sign in again: aws sso login --profile acme"}}})
		sees(t, s, "The SSO login has expired.", "aws sso login --profile acme")
		asAction(t, presses(s, "r"), CheckProfile{"acme", true})
	})
	t.Run("a code is promised, not a problem shown", func(t *testing.T) {
		s := fresh()
		presses(s, "end")
		s.Update(Checked{Profile: "mfa", Err: &problem.Error{Summary: "The profile needs an MFA code"}})
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
		asAction(t, presses(s, "enter"), CheckProfile{"quiet", true})
		presses(s, "esc")
		if s.list.Filtered() || s.side != steps.Customer {
			t.Error("esc did not show all again")
		}
		asAction(t, presses(s, "esc"), Back{})
	})
	t.Run("back from the firm's to the customer's", func(t *testing.T) {
		s := fresh()
		s.Update(customer)
		presses(s, "enter")
		if got := presses(s, "b"); got != nil || s.side != steps.Customer {
			t.Errorf("action %v, side %v", got, s.side)
		}
		asAction(t, presses(s, "b"), Back{})
	})
	t.Run("no profiles", func(t *testing.T) {
		s := NewProfiles(testEnv(), steps.Answers{}, steps.Expected{})
		s.Update(ProfilesRead{})
		sees(t, s, "There are no AWS profiles on this computer.", "aws configure")
		if got := presses(s, "enter"); got != nil {
			t.Errorf("enter did %v", got)
		}
		asAction(t, presses(s, "r"), ReadProfiles{})
	})
	t.Run("files that cannot be read", func(t *testing.T) {
		s := NewProfiles(testEnv(), steps.Answers{}, steps.Expected{})
		s.Update(ProfilesRead{Err: errors.New("permission denied")})
		sees(t, s, "permission denied")
	})
}

func TestBucketScreen(t *testing.T) {
	facts := awsops.BucketFacts{
		Name: "in", Region: "eu-west-1", Ownership: "BucketOwnerEnforced", Encryption: "AES256",
		BlockPublic: awsops.BlockPublic{ACLs: true, IgnoreACLs: true, Policy: true, Restrict: true},
	}
	listed := func() *Bucket {
		s := NewBucket(testEnv(), theCustomer, steps.Answers{})
		act, _ := s.Update(BucketsListed{Profile: "acme", Names: []string{"in", "out"}})
		asAction(t, act, ReadBucket{"in"})
		return s
	}
	t.Run("one of the list", func(t *testing.T) {
		s := listed()
		s.Update(BucketRead{Profile: "acme", Name: "in", Facts: facts})
		sees(t, s, "✓ Region eu-west-1", "✓ Ownership all files belong to the customer", "✓ Policy there is none yet")
		asAction(t, presses(s, "enter"), PickBucket{"in", ""})
	})
	t.Run("one that is chosen before its facts are back", func(t *testing.T) {
		s := listed()
		presses(s, "down")
		asAction(t, presses(s, "enter"), ReadBucket{"out"})
		act, _ := s.Update(BucketRead{Profile: "acme", Name: "out"})
		asAction(t, act, PickBucket{"out", ""})
	})
	t.Run("one that was chosen and gone back from is not picked late", func(t *testing.T) {
		s := listed()
		presses(s, "down", "enter")
		asAction(t, presses(s, "b"), Back{})
		act, _ := s.Update(BucketRead{Profile: "acme", Name: "out"})
		asAction(t, act, nil)
	})
	t.Run("what needs a look is marked", func(t *testing.T) {
		s := listed()
		f := facts
		f.Ownership, f.Encryption, f.Versioning, f.Public = "ObjectWriter", "aws:kms", "Enabled", true
		f.BlockPublic = awsops.BlockPublic{}
		f.Policy = &policy.Document{Statements: []policy.Statement{{}, {}}}
		f.Unknown = map[string]*problem.Error{"Versioning": {Summary: "It is forbidden", Message: "not authorized to perform: s3:GetBucketVersioning"}}
		s.Update(BucketRead{Profile: "acme", Name: "in", Facts: f})
		sees(t, s, "! Ownership files belong to whoever writes them", "! Public access not all of it is on",
			"! Encryption with AWS's own key", "! Versioning could not be read: It is forbidden (s3:GetBucketVersioning).", "! Policy there is one with 2 statements, which stay")
	})
	t.Run("a typed name", func(t *testing.T) {
		s := listed()
		presses(s, "t")
		if !s.Typing() {
			t.Fatal("no field to type in")
		}
		presses(s, "q", "-", "b", "u", "c", "k", "e", "t")
		asAction(t, presses(s, "enter"), ReadBucket{"q-bucket"})
		act, _ := s.Update(BucketRead{Profile: "acme", Name: "q-bucket", Facts: facts})
		asAction(t, act, PickBucket{"q-bucket", ""})
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
		s := NewBucket(testEnv(), theCustomer, steps.Answers{})
		s.Update(BucketsListed{Profile: "acme", Err: &problem.Error{Summary: "It is forbidden"}})
		sees(t, s, "The buckets could not be listed: It is forbidden. Type the name instead.")
		if got := presses(s, "esc"); got != nil || s.Typing() {
			t.Errorf("esc did %v", got)
		}
		sees(t, s, "The buckets could not be listed: It is forbidden.")
		asAction(t, presses(s, "r"), ListBuckets{})
		asAction(t, presses(s, "esc"), Back{})
	})
	t.Run("an answer for another profile comes too late", func(t *testing.T) {
		s := NewBucket(testEnv(), theCustomer, steps.Answers{})
		s.Update(BucketsListed{Profile: "other", Names: []string{"x"}})
		s.Update(BucketRead{Profile: "other", Name: "in", Facts: facts})
		if s.listed || len(s.facts) > 0 {
			t.Error("it was taken")
		}
	})
	t.Run("keys", func(t *testing.T) {
		asAction(t, presses(listed(), "b"), Back{})
		asAction(t, presses(listed(), "q"), Leave{})
	})
}

func TestNames(t *testing.T) {
	tour := steps.Answers{Journey: "tour", CustomerProfile: "acme", FirmProfile: "firm"}
	setup := steps.Answers{Journey: "setup", CustomerProfile: "acme", FirmProfile: "firm"}
	t.Run("the article's names", func(t *testing.T) {
		s := NewNames(testEnv(), tour)
		if diff := cmp.Diff(Action(LookUpUsers{{steps.Customer, awsops.KindUser, "test-customer"}, {steps.Customer, awsops.KindUser, "test-customer-2"}, {steps.Firm, awsops.KindUser, "test-writer"}, {steps.Firm, awsops.KindUser, "test-writer-2"}}), s.Look()); diff != "" {
			t.Error(diff)
		}
		want := tour
		want.TestUser, want.FirmUser = "test-customer", "test-writer"
		asAction(t, presses(s, "enter", "enter"), GiveNames{want})
	})
	t.Run("q and b are letters", func(t *testing.T) {
		s := NewNames(testEnv(), tour)
		if got := presses(s, "q", "b", "?"); got != nil {
			t.Errorf("they did %v", got)
		}
		sees(t, s, "test-customerqb?", "holds a character that IAM does not take")
	})
	t.Run("a name that is taken is not let through", func(t *testing.T) {
		s := NewNames(testEnv(), tour)
		s.Look()
		s.Update(UserRead{Profile: "acme", Kind: awsops.KindUser, Side: steps.Customer, Name: "test-customer", User: &awsops.User{Name: "test-customer"}})
		sees(t, s, "The name is taken: the customer's account has this user already")
		if got := presses(s, "enter", "enter"); got != nil {
			t.Errorf("enter did %v", got)
		}
	})
	t.Run("a taken name of an earlier run's", func(t *testing.T) {
		s := NewNames(testEnv(), tour)
		s.Update(UserRead{Profile: "firm", Kind: awsops.KindUser, Side: steps.Firm, Name: "test-writer", User: &awsops.User{Name: "test-writer", Run: "R1"}})
		sees(t, s, "by a user that the run R1 created")
	})
	t.Run("an existing user", func(t *testing.T) {
		s := NewNames(testEnv(), setup)
		presses(s, "space", "tab")
		s.Update(UserRead{Profile: "firm", Kind: awsops.KindUser, Side: steps.Firm, Name: "test-writer"})
		sees(t, s, "There is no user test-writer in the firm's account.")
		s.Update(UserRead{Profile: "firm", Kind: awsops.KindUser, Side: steps.Firm, Name: "test-writer", User: &awsops.User{Name: "test-writer", ARN: "arn:aws:iam::444455556666:user/test-writer"}})
		sees(t, s, "This user is there: arn:aws:iam::444455556666:user/test-writer")
		got, _ := presses(s, "enter").(GiveNames)
		if !got.Answers.UseExisting || got.Answers.FirmUser != "test-writer" {
			t.Errorf("answers %+v", got.Answers)
		}
	})
	t.Run("what is pasted submits nothing", func(t *testing.T) {
		s := NewNames(testEnv(), tour)
		act, _ := s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("-a\nb\n"), Paste: true})
		if act != nil || s.at != 0 {
			t.Errorf("action %v, field %d", act, s.at)
		}
	})
	t.Run("moving", func(t *testing.T) {
		s := NewNames(testEnv(), tour)
		presses(s, "down")
		if s.at != 1 {
			t.Errorf("down led to %d", s.at)
		}
		presses(s, "shift+tab")
		if s.at != 0 {
			t.Errorf("shift+tab led to %d", s.at)
		}
		asAction(t, presses(s, "esc"), Back{})
	})
}
