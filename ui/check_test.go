package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/ui/screen"
	"crossgrant/ui/uitest"
)

// refuses prepares an access that is refused: the bucket lets the firm in, and the policy of
// the user test-writer names the bucket and not the files in it. Its key is in the profile
// writer.
func (s *stage) refuses(t testing.TB) {
	t.Helper()
	const customer, firm, bucket = "111122223333", "444455556666", "my.test.bucket"
	gives := policy.New(policy.FirmGrant("aws", firm, bucket))
	own := policy.New(policy.Statement{
		Effect: "Allow", Action: policy.List{Values: []string{"s3:ListBucket", "s3:GetObject", "s3:PutObject"}},
		Resource: policy.List{Values: []string{"arn:aws:s3:::" + bucket}},
	})
	s.perform(t, "my_awesome_customer", awsops.SetBucketPolicy{Bucket: bucket, Owner: customer, After: &gives})
	s.perform(t, "my_firm", awsops.CreateUser{Account: firm, Name: "test-writer", Run: "by-hand"})
	s.perform(t, "my_firm", awsops.SetUserPolicy{Account: firm, User: "test-writer", Name: "by-hand", After: &own})
	key := s.perform(t, "my_firm", awsops.CreateAccessKey{Account: firm, User: "test-writer"})
	text, err := os.ReadFile(s.options.Source.CredentialsFile)
	if err != nil {
		t.Fatal(err)
	}
	s.options.Source.CredentialsFile = filepath.Join(t.TempDir(), "credentials")
	text = append(text, "\n[writer]\naws_access_key_id = "+key.KeyID+"\naws_secret_access_key = "+key.Secret.Reveal()+"\n"...)
	if err := os.WriteFile(s.options.Source.CredentialsFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s.options.Question.WriterProfile = "writer"
}

func (s *stage) perform(t testing.TB, profile string, op awsops.Operation) awsops.Receipt {
	t.Helper()
	r, err := s.session(t, profile).Perform(t.Context(), op)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// files are the keys of the files that are in the sandbox.
func (s *stage) files() string {
	var files []string
	for _, l := range s.box.Snapshot() {
		if strings.Contains(l, "crossgrant-probe/") {
			files = append(files, l)
		}
	}
	return strings.Join(files, "\n")
}

// asks goes from the first screen of a check to what it would send.
func (r *rig) asks() {
	r.t.Helper()
	r.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	r.press("enter")
	r.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which profile writes the files?", "▸ writer", "You are arn:aws:iam::444455556666:user/test-writer")
	r.press("enter")
	r.sees("Which bucket of the customer's does the firm write into?", "✓ Policy")
	r.press("enter")
	r.sees("This is the check of my.test.bucket.", "q leave")
	for strings.Contains(r.view(), "enter more") {
		r.press("enter")
		r.sees("q leave")
	}
}

func newCheckStage(t testing.TB, change ...func(*sandbox.Config)) *stage {
	t.Helper()
	s := newStage(t, change...)
	s.refuses(t)
	s.options.Answers.Journey = "check"
	return s
}

func TestACheckInTheWizard(t *testing.T) {
	t.Parallel()
	s := newCheckStage(t)
	before := strings.Join(s.box.Snapshot(), "\n")
	r := newRig(t, s.options)
	r.asks()
	if strings.Join(s.box.Snapshot(), "\n") != before {
		t.Error("something was changed before anybody said yes")
	}
	r.press("enter", "enter")
	r.sees("This is the check of my.test.bucket.")
	r.press("y")
	r.sees("The user's own policies do not allow it.", "firm's gate", "SHUT", "enter finish")
	r.press("end")
	r.sees("! write refused, and should be allowed", "✗ delete refused, as it should be", "Cause: objects-not-named.")
	if after := strings.Join(s.box.Snapshot(), "\n"); after != before {
		t.Errorf("the check changed something:\n%s", after)
	}
	r.press("enter")
	r.until("the program to end", func() bool { return r.gone })
	if summary, code := r.app.farewell(nil, true); code != 3 || !strings.Contains(summary, "The user's own policies do not allow it.") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, summary)
	}
}

// The change that helps is a run like any other, after which the check is made again.
func TestACheckThatIsMended(t *testing.T) {
	t.Parallel()
	s := newCheckStage(t)
	r := newRig(t, s.options)
	r.asks()
	r.press("y")
	r.sees("m mend it")
	r.press("m")
	r.sees("This is the plan.", "Create the inline policy", "enter begin")
	r.press("b")
	r.sees("This is the check of my.test.bucket.", "q leave") // what was not wanted is not sent
	for strings.Contains(r.view(), "enter more") {
		r.press("enter")
		r.sees("q leave")
	}
	r.press("y")
	r.sees("m mend it")
	r.press("m")
	r.sees("This is the plan.", "enter begin")
	r.press("enter")
	r.sees("Bucket:", "enter")
	for strings.Contains(r.view(), "enter more") {
		r.press("enter")
		r.sees("enter")
	}
	r.types("my.test.bucket")
	r.press("enter")
	r.sees("Give the firm's user access", "enter apply")
	r.press("enter")
	r.sees("Where things stand", "enter go on")
	r.press("enter")
	r.sees("enter check again")
	r.press("enter")
	r.sees("This is the check of my.test.bucket.", "q leave")
	for strings.Contains(r.view(), "enter more") {
		r.press("enter")
		r.sees("q leave")
	}
	r.press("y")
	r.sees("test-writer can do what the grant says.", "enter finish")
	r.lacks("m mend it")
	r.press("enter")
	summary, code := r.app.farewell(nil, true)
	if code != 0 || !strings.Contains(uitest.Flat(summary), "crossgrant cleanup ") {
		t.Errorf("exit %d, and what undoes the change is not said:\n%s", code, summary)
	}
	if s.files() != "" {
		t.Errorf("files are left:\n%s", s.files())
	}
}

func TestACheckOfWhatIsAboveTheAccounts(t *testing.T) {
	t.Chdir(t.TempDir())
	s := newCheckStage(t)
	s.perform(t, "my_firm", awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "more", After: new(policy.WriterPolicy("aws", "my.test.bucket"))})
	s.box.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	r := newRig(t, s.options)
	r.asks()
	r.press("y")
	r.sees("l text to send", "UNKNOWN")
	r.press("l")
	r.sees("For the administrators at the firm (1 of 2)")
	r.press("tab", "s")
	r.until("the text to be saved", func() bool { return strings.Contains(r.view(), "Saved to crossgrant-letter-to-the-customer.txt") })
	text, err := os.ReadFile("crossgrant-letter-to-the-customer.txt")
	info, _ := os.Stat("crossgrant-letter-to-the-customer.txt")
	if err != nil || info.Mode().Perm() != 0o600 || !strings.Contains(string(text), "x-amz-id-2") {
		t.Errorf("%v, %v: %s", err, info, text)
	}
	r.press("s")
	r.until("the file to be spared", func() bool { return strings.Contains(r.view(), "could not be saved") })
	r.press("b")
	r.sees("enter finish")
	r.press("q")
	r.until("the program to end", func() bool { return r.gone })
}

// Whoever has one sign-in is asked for the rest.
func TestACheckWithOneSignIn(t *testing.T) {
	t.Parallel()
	t.Run("the customer's", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, newCheckStage(t).options)
		r.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
		r.press("enter")
		r.sees("Which profile is the firm's?")
		r.press("s")
		r.sees("Which profile writes the files?")
		r.press("s")
		r.sees("✓ Policy")
		r.press("enter")
		r.sees("Who writes the files?", "Its account")
		r.press("enter", "enter")
		r.types("444455556666")
		r.press("enter")
		r.sees("No request is sent to the bucket", "Nobody here can act as", "enter check it")
		r.press("enter")
		r.sees("UNKNOWN", "not read", "enter finish")
	})
	t.Run("the writer's", func(t *testing.T) {
		t.Parallel()
		s := newCheckStage(t)
		r := newRig(t, s.options)
		r.sees("Which profile is the customer's?")
		r.press("s")
		r.sees("Which profile is the firm's?")
		r.press("s")
		r.sees("You are arn:aws:iam::444455556666:user/test-writer")
		r.press("enter")
		r.sees("its buckets cannot be listed")
		r.press("esc")
		r.sees("Which profile writes the files?")
		r.press("enter")
		r.sees("its buckets cannot be listed")
		r.press("enter")
		r.sees("This is the check of my.test.bucket.")
		r.press("t")
		r.sees("What should the firm be allowed?")
		r.press("down", "enter")
		r.until("the check that was narrowed", func() bool {
			p, is := r.app.top().(*screen.CheckPlan)
			return is && p.Stated && !r.app.guard.up && r.app.call == nil
		})
		r.view()
		r.press("end", "y")
		r.sees("cannot be told from what could be read", "enter finish")
		if s.files() != "" {
			t.Errorf("files are left:\n%s", s.files())
		}
	})
}

// A check that is stopped leaves no file behind, and can be begun anew.
func TestACheckThatIsStopped(t *testing.T) {
	t.Parallel()
	s := newCheckStage(t)
	s.box.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.Hang})
	r := newRig(t, s.options)
	r.asks()
	r.press("y")
	r.until("the requests", func() bool { return isRunning(r.app.top()) && strings.Contains(r.view(), "Testing the access") })
	r.press("esc")
	r.until("the end", func() bool { return r.app.call == nil })
	if s.files() != "" {
		t.Errorf("files are left:\n%s", s.files())
	}
	if _, verdict := r.app.top().(*screen.Verdict); !verdict {
		r.sees("Which bucket of the customer's")
		r.press("enter")
		r.sees("This is the check of my.test.bucket.")
	}
}

func TestAKeyMeantForAnotherScreenChecksNothing(t *testing.T) {
	t.Parallel()
	a := inRun(uitest.Uncoloured(), Options{}, 0)
	a.chosen.Journey = "check"
	a.checkOpened(checkOpenedMsg{check: &steps.OpenedCheck{Sends: true}}, false)
	for range 20 {
		a.Update(uitest.Key("y"))
	}
	if _, same := a.top().(*screen.CheckPlan); !same || a.call != nil {
		t.Error("a key meant for the screen before began the check")
	}
}

func TestStoryOfACheckFromTheStart(t *testing.T) {
	t.Parallel()
	stage := newCheckStage(t)
	stage.options.Answers.Journey = ""
	s := tell(t, stage.options, 80, 24)
	s.sees("What would you like to do?")
	s.press("down", "down", "down", "down")
	s.sees("▸ Find out why a delivery is refused")
	s.press("enter")
	s.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	s.press("enter")
	s.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	s.press("enter")
	s.sees("Which profile writes the files?", "user/test-writer")
	s.press("enter")
	s.sees("Which bucket of the customer's", "✓ Policy")
	s.press("enter")
	s.sees("This is the check of my.test.bucket. Nothing has been sent yet.", "enter more")
	s.press("enter")
	s.sees("y yes, check it")
	s.press("y")
	s.sees("The user's own policies do not allow it.", "SHUT", "OPEN", "enter finish")
	s.press("enter")
	s.leaves(3, "The user's own policies do not allow it.")
}

// Where it cannot be told how a check ended, its file is not said to be gone.
func TestACheckThatDoesNotEndInTime(t *testing.T) {
	t.Parallel()
	s := newCheckStage(t)
	s.box.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.Hang})
	s.box.Inject(sandbox.Fault{Operation: "GetObject", Kind: sandbox.Hang, Times: 9}) // by which the file is looked for
	r := newRig(t, s.options)
	r.asks()
	r.press("y")
	r.until("the requests", func() bool { return isRunning(r.app.top()) && strings.Contains(r.view(), "Testing the access") })
	if summary, code := r.app.farewell(errOutside, false); code != 4 || !strings.Contains(uitest.Flat(summary), "its test file may be left") || !strings.Contains(summary, "delete-object") {
		t.Errorf("exit %d, and it says\n%s", code, summary)
	}
}

// A check that is ended from outside deletes its file all the same, and says how it ended.
func TestACheckEndedFromOutside(t *testing.T) {
	t.Parallel()
	s := newCheckStage(t)
	s.perform(t, "my_firm", awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "more", After: new(policy.WriterPolicy("aws", "my.test.bucket"))})
	s.box.Inject(sandbox.Fault{Operation: "ListObjectsV2", Kind: sandbox.Hang})
	r := newRig(t, s.options)
	r.asks()
	r.press("y")
	r.until("the file", func() bool { return s.files() != "" })
	r.end()
	summary, code := r.app.farewell(errOutside, r.app.calls.settle())
	if code != 130 || s.files() != "" {
		t.Errorf("exit %d, and this is left:\n%s\n%s", code, s.files(), summary)
	}
}
