package screen

import (
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/uitest"
)

// checkPlan is one of the files of the bucket of uitest.
func checkPlan(e Env) *CheckPlan {
	f := uitest.Facts()
	f.Journey = "check"
	g := f.Grant()
	return &CheckPlan{Env: e, Sends: true, Begun: steps.Checking{
		Facts: f, Grant: g, Writer: awsops.User{Kind: awsops.KindUser, Name: "test-writer", ARN: f.Writer.ARN},
		Notes: []string{
			"As " + f.Writer.ARN + " (the profile writer) the files are listed, and a test file is written, read and tried to be deleted. It is deleted at the end, and nothing else is changed.",
			"Should this be cut off before that, delete it: aws --profile acme s3api delete-object --bucket my.test.bucket --key crossgrant-probe/check-1.txt --expected-bucket-owner 111122223333",
		},
	}}
}

// verdicts are how checks of the test writer end.
func verdicts(e Env) map[string]*Verdict {
	f := uitest.Facts()
	f.Journey = "check"
	open := func(by string) steps.Gate { return steps.Gate{Verdict: policy.Allowed, By: by} }
	tests := func(wrote string) []steps.Test {
		all := []steps.Test{
			{What: "list", Expected: "allowed", Got: "allowed"},
			{What: "write", Expected: "allowed", Got: wrote},
			{What: "delete", Expected: "refused", Got: "refused", Code: "AccessDenied", RequestID: "REQ3"},
		}
		if wrote == "refused" {
			all[1].Code, all[1].RequestID = "AccessDenied", "KQKPQICLMYOVIE53"
		}
		return all
	}
	ending := func(v awsops.Verdict, own, bucket steps.Gate) run.CheckEnding {
		return run.CheckEnding{Verdict: &v, Gates: steps.Row{Who: "test-writer", As: steps.Writer, Action: "s3:PutObject", Own: own, Bucket: bucket}}
	}
	show := func(end run.CheckEnding, tests []steps.Test) *Verdict {
		return &Verdict{Env: e, Ending: end, Facts: f, Tests: tests, At: time.Unix(1800000000, 0)}
	}
	half := ending(awsops.Verdict{
		Cause: policy.ObjectsNotNamed, Side: "firm", Statement: "1", Summary: "The user's own policies do not allow it",
		Detail: "Statement 1 of the caller's policy writer-policy names the bucket alone, and not the files in it: add arn:aws:s3:::my.test.bucket/* to its Resource.",
		Fixes:  []string{"An administrator of the account 4444-5555-6666 must allow s3:PutObject on arn:aws:s3:::my.test.bucket/* to the user test-writer, by a policy of the user's own."},
	}, steps.Gate{}, open("CrossgrantFirm444455556666"))
	above := ending(awsops.Verdict{
		Cause: policy.OrganisationOrNetwork, Side: "organisation", Summary: "Both accounts' policies allow it, and AWS refuses all the same",
		Detail: "What is left cannot be seen from inside the accounts.", Fixes: []string{"Ask the cloud team of the user's company."},
	}, steps.Gate{Unknown: true, Why: "a rule above it?"}, steps.Gate{Unknown: true, Why: "a rule above it?"})
	above.Letters = []steps.Letter{{To: steps.Firm, Text: letter("firm")}, {To: steps.Customer, Text: letter("customer")}}
	unread := ending(awsops.Verdict{
		Cause: policy.UnknownCause, Side: "unknown", Summary: "Why it is refused cannot be told from what could be read", Detail: "The user's own policies allow it.",
		Fixes: []string{"Check with a sign-in of the bucket's account too: --customer-profile."}, Unread: []string{"the bucket's policy"},
	}, open("writer-policy"), steps.Gate{Unknown: true, Why: "not read"})
	unread.Left = []steps.Remainder{{What: "the file crossgrant-probe/check-1.txt", May: true}}
	unread.Commands = []string{"aws --profile acme s3api delete-object --bucket my.test.bucket --key crossgrant-probe/check-1.txt"}
	failed := run.CheckEnding{Ending: run.Ending{Now: "The grant could not be checked.", Problem: &problem.Error{Summary: "AWS cannot be reached", Detail: "No connection could be made.", Fixes: []string{"Check the network."}}}}
	return map[string]*Verdict{
		"half": show(half, tests("refused")), "above": show(above, tests("refused")), "unread": show(unread, tests("refused")), "failed": show(failed, nil),
		"holds": show(ending(awsops.Verdict{Holds: true, Cause: policy.NoCause, Side: "none", Summary: "test-writer can do what the grant says"}, open("writer-policy"), open("CrossgrantFirm444455556666")), tests("allowed")),
	}
}

func letter(to string) string {
	return "Subject: An exception\n\nTo the administrators at the " + to + ".\n\n" + strings.Repeat("  x-amz-request-id  KQKPQICLMYOVIE53\n", 12) +
		"    resource          arn:aws:s3:::my.test.bucket/crossgrant-probe/check-20261126-004651-abcdef.txt\n\nPlease look whether a rule of the organisation refuses these requests,\nand tell us which exception you would make.\n"
}

func TestTheProfilesOfACheck(t *testing.T) {
	writer := Checked{Profile: "writer", ID: uitest.Identity("444455556666")}
	firm := Checked{Profile: "firm", ID: uitest.Identity("444455556666")}
	fresh := func() *Profiles {
		s := NewProfiles(testEnv(), steps.Answers{Journey: "check", CustomerProfile: "acme", FirmProfile: "firm"}, steps.Expected{})
		s.WriterProfile = "writer"
		s.Update(ProfilesRead{Profiles: append(slices.Clone(theProfiles), profile.Entry{Name: "writer", Kind: "key"})})
		for _, c := range []Checked{theCustomer, firm, writer} {
			s.Update(c)
		}
		return s
	}
	t.Run("all three", func(t *testing.T) {
		got, ok := presses(fresh(), "enter", "enter", "enter").(PickProfiles)
		if !ok || got.Customer.Profile != "acme" || got.Firm.Profile != "firm" || got.Writer.Profile != "writer" {
			t.Errorf("picked %+v", got)
		}
	})
	t.Run("one is enough, whichever it is", func(t *testing.T) {
		for i, want := range []string{"acme", "firm", "writer"} {
			keys := []string{"s", "s", "s"}
			keys[i] = "enter"
			got, ok := presses(fresh(), keys...).(PickProfiles)
			if !ok || got.Customer.Profile+got.Firm.Profile+got.Writer.Profile != want {
				t.Errorf("%v picked %+v", keys, got)
			}
		}
	})
	t.Run("none is too few", func(t *testing.T) {
		s := fresh()
		if act := presses(s, "s", "s", "s"); act != nil {
			t.Errorf("it goes on with %+v", act)
		}
		sees(t, s, "A profile is missing.")
		asAction(t, presses(s, "b", "b", "b"), Back{})
	})
	t.Run("two of one account are told apart here too", func(t *testing.T) {
		s := fresh()
		s.Update(Checked{Profile: "firm", ID: uitest.Identity("111122223333")})
		presses(s, "enter", "enter")
		sees(t, s, "Which profile is the firm's?")
	})
	t.Run("a set-up leaves none out", func(t *testing.T) {
		s := NewProfiles(testEnv(), steps.Answers{Journey: "setup"}, steps.Expected{})
		s.Update(ProfilesRead{Profiles: theProfiles})
		if presses(s, "s"); s.side != steps.Customer {
			t.Errorf("it went on to the %s's", s.side)
		}
	})
}

func TestABucketThatNobodyHereOwns(t *testing.T) {
	s := NewBucket(testEnv(), Checked{}, steps.Answers{Journey: "check", Bucket: "my.test.bucket"})
	sees(t, s, "its buckets cannot be listed")
	asAction(t, presses(s, "enter"), PickBucket{"my.test.bucket", ""})
	presses(s, letters("/x")...)
	if act := presses(s, "enter"); act != nil {
		t.Errorf("a name that is none led to %+v", act)
	}
	asAction(t, presses(s, "esc"), Back{})
	if act, _ := s.Update(settled{s.rest}); act != nil {
		t.Errorf("it wants %+v, with no sign-in to ask by", act)
	}
}

func TestTheWriterOfACheck(t *testing.T) {
	t.Run("with a profile of the firm's it is looked up, and may be gone", func(t *testing.T) {
		s := NewNames(testEnv(), steps.Answers{Journey: "check", FirmProfile: "firm", FirmUser: "gone"})
		asAction(t, presses(s, "enter"), ListUsers{awsops.KindUser})
		presses(s, "esc", "tab")
		s.Update(UserRead{Profile: "firm", Side: steps.Firm, Kind: awsops.KindUser, Name: "gone"})
		sees(t, s, "There is no user gone in the firm's account. If this is its right name, that is why it is refused.")
		if got, ok := presses(s, "enter").(GiveNames); !ok || got.Answers.FirmUser != "gone" {
			t.Errorf("it gives %+v", got)
		}
	})
	t.Run("without one its account is asked for", func(t *testing.T) {
		s := NewNames(testEnv(), steps.Answers{Journey: "check", CustomerProfile: "acme"})
		if act := s.Look(); act != nil {
			t.Errorf("it wants %+v, with no sign-in to ask by", act)
		}
		presses(s, "down", "enter", "enter")
		if act := presses(s, "enter"); act != nil {
			t.Errorf("without an account it goes on with %+v", act)
		}
		sees(t, s, "Enter its 12 digits.")
		presses(s, letters("4444-5555-6666")...)
		got, ok := presses(s, "enter").(GiveNames)
		if !ok || got.Answers.OtherAccount != "444455556666" || got.Answers.FirmRole != "test-writer" || got.Answers.FirmUser != "" {
			t.Errorf("it gives %+v", got)
		}
	})
}

// What a check sends is seen to its end, and wanted by a key that nobody holds down.
func TestACheckIsAskedFor(t *testing.T) {
	s := checkPlan(testEnv())
	s.View(78, 8)
	if act := presses(s, "y"); act != nil {
		t.Errorf("what was not shown to its end led to %+v", act)
	}
	for pages := 0; s.scroll.Below(); pages++ {
		if act, ok := presses(s, "enter").(Paged); !ok || pages > 20 {
			t.Fatalf("enter led to %+v", act)
		}
		s.View(78, 8)
	}
	if act := presses(s, "enter", "enter"); act != nil {
		t.Errorf("enter led to %+v", act)
	}
	asAction(t, presses(s, "y"), CheckIt{})
	asAction(t, presses(s, "t"), SayTerms{})
	asAction(t, presses(s, "b"), Back{})
	asAction(t, presses(s, "q"), Leave{})

	s.Demo = true
	asAction(t, presses(s, "enter"), CheckIt{})
	s.Demo, s.Sends = false, false
	asAction(t, presses(s, "enter"), CheckIt{})
}

func TestVerdictKeys(t *testing.T) {
	all := verdicts(testEnv())
	s := all["above"]
	s.View(78, 20)
	asAction(t, presses(s, "enter"), Quit{})
	asAction(t, presses(s, "r"), Retry{})
	asAction(t, presses(s, "l"), ShowLetters{})
	saved, ok := presses(s, "s").(Save)
	if copied, too := presses(s, "c").(Copy); !ok || !too || copied.Text != saved.Text || !strings.HasPrefix(saved.Name, "crossgrant-check-2027") {
		t.Errorf("it saves %+v", saved)
	}
	for _, part := range []string{"my.test.bucket  <-  test-writer", "Both accounts' policies allow it", "UNKNOWN", "KQKPQICLMYOVIE53", "To the administrators at the firm.", "To the administrators at the customer."} {
		if !strings.Contains(saved.Text, part) {
			t.Errorf("%q is not in the file:\n%s", part, saved.Text)
		}
	}
	if act := presses(all["half"], "l", "m"); act != nil {
		t.Errorf("without a text or a change there came %+v", act)
	}
	for name, want := range map[string]string{
		"half": "SHUT", "holds": "OPEN", "unread": "The bucket's policy.", "failed": "AWS cannot be reached.",
	} {
		if shown := uitest.Flat(all[name].View(78, 60)); !strings.Contains(shown, want) {
			t.Errorf("%s does not say %q:\n%s", name, want, shown)
		}
	}
	if shown := all["unread"].View(78, 60); !strings.Contains(shown, "delete-object") {
		t.Errorf("what deletes the file that is left is not said:\n%s", shown)
	}
}

// In a narrow window a letter's prose is wrapped for that window, and its lists and JSON keep
// their lines.
func TestALetterInANarrowWindow(t *testing.T) {
	s := &Letters{Env: testEnv(), Letters: verdicts(testEnv())["above"].Ending.Letters}
	text := s.Letters[0].Text
	for _, width := range []int{40, 58, 120} {
		var words, narrow []string
		for _, line := range paragraphs(text, width) {
			if words = append(words, strings.Fields(line)...); width < 76 && line != "" && line[0] != ' ' {
				narrow = append(narrow, line)
			}
		}
		if !slices.Equal(words, strings.Fields(text)) {
			t.Errorf("at %d other words: %q", width, words)
		}
		if width < 76 && !slices.ContainsFunc(narrow, func(l string) bool { return len(l) > 80 }) {
			t.Errorf("at %d the prose keeps its lines: %q", width, narrow)
		}
		for line := range strings.Lines(text) {
			if line = strings.TrimRight(line, "\n"); strings.HasPrefix(line, "  ") && !slices.Contains(paragraphs(text, width), line) {
				t.Errorf("at %d the line %q is gone", width, line)
			}
		}
	}
}

func TestLettersKeys(t *testing.T) {
	s := &Letters{Env: testEnv(), Letters: verdicts(testEnv())["above"].Ending.Letters}
	s.View(78, 10)
	asAction(t, presses(s, "c"), Copy{"The text for the firm's administrators", letter("firm")})
	asAction(t, presses(s, "tab", "s"), Save{"crossgrant-letter-to-the-customer.txt", letter("customer")})
	sees(t, s, "For the administrators at the customer (2 of 2)")
	asAction(t, presses(s, "b"), Back{})
	asAction(t, presses(s, "q"), Leave{})
}

func TestARunningCheckShowsEachTestAsItComes(t *testing.T) {
	f := uitest.Facts()
	f.Journey = "check"
	s := NewRunning(testEnv(), "Testing the access", f, nil)
	s.Update(steps.Tested{Test: steps.Test{What: "write", Expected: "allowed", Got: "refused", Code: "AccessDenied", RequestID: "REQ1"}})
	s.Update(steps.Tested{Test: steps.Test{What: "delete", Expected: "refused", Got: "refused"}})
	s.Update(steps.Tested{Test: steps.Test{What: "list", Expected: "allowed", Got: "error", Code: "SlowDown"}})
	sees(t, s, "! write refused, and should be allowed", "AccessDenied, request REQ1", "✗ delete refused, as it should be", "! list not answered as S3 does: SlowDown")
	s.Stopping()
	sees(t, s, "The test file is deleted first.")
	if len(s.Tests()) != 3 {
		t.Errorf("of 3 tests %d are kept", len(s.Tests()))
	}
}
