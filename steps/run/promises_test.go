package run_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// cleanUp takes a run back by its record.
func (s *stage) cleanUp(name string) run.Ending {
	s.t.Helper()
	return s.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: name})
}

// set sets a user up, and fails the test unless that works.
func (s *stage) set(a steps.Answers) run.Ending {
	s.t.Helper()
	e := s.run(run.Request{Answers: a})
	if e.Code != run.Done {
		s.t.Fatalf("the set-up ends %d: %s %v", e.Code, e.Now, e.Problem)
	}
	return e
}

func (s *stage) same(before []string, what string) {
	s.t.Helper()
	if d := cmp.Diff(before, s.box.Snapshot()); d != "" {
		s.t.Errorf("after %s the accounts are not as before:\n%s", what, d)
	}
}

// iam is a client of the administrator of an account, for what crossgrant never does.
func (s *stage) iam(account string) *iam.Client { return iam.NewFromConfig(s.config(account)) }

func (s *stage) config(account string) aws.Config {
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: aws.String(s.box.URL()), HTTPClient: &http.Client{Transport: s.source.Transport}}
	for _, p := range s.box.Profiles() {
		if p.Name == profiles[account] {
			cfg.Credentials = credentials.NewStaticCredentialsProvider(p.AccessKeyID, p.SecretAccessKey, "")
		}
	}
	return cfg
}

// What is left, in one text.
func said(e run.Ending) string {
	text := e.Now + "\n" + strings.Join(e.Notes, "\n") + "\n" + strings.Join(e.Warnings, "\n") + "\n" + strings.Join(steps.Words(e.Left), "\n") + "\n" + strings.Join(e.Commands, "\n")
	if e.Problem != nil {
		text += "\n" + e.Problem.Error()
	}
	return text
}

func says(t *testing.T, e run.Ending, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(said(e), w) {
			t.Errorf("%q is not in what it says:\n%s", w, said(e))
		}
	}
}

func TestAKeyMadeByHandStaysAndIsNamedWithItsCommand(t *testing.T) {
	for name, recorded := range map[string]bool{"with the record": true, "without the record": false} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			before := s.box.Snapshot()
			set := s.set(answers("setup", firm, first, "test-writer"))
			added := s.do(firm, awsops.CreateAccessKey{Account: firm, User: "test-writer"})
			q := run.Request{Answers: answers("cleanup", firm, "", "test-writer"), Run: set.Facts.Run}
			if !recorded {
				s.forgetRecord(set.Facts.Run)
				q.Answers.Bucket = first
			}
			e := s.run(q)
			if e.Code != run.Left {
				t.Errorf("it ends %d", e.Code)
			}
			says(t, e, added.KeyID, "created on ", "never used",
				"aws --profile my_firm iam delete-access-key --user-name test-writer --access-key-id "+added.KeyID,
				"aws --profile my_firm iam delete-user --user-name test-writer")
			if s.policy(first) != nil {
				t.Error("the bucket's policy is still there")
			}
			if p, err := s.session(firm).InlinePolicies(t.Context(), awsops.UserIn("", "test-writer")); err != nil || len(p) > 0 {
				t.Errorf("the policy that crossgrant gave the user is still there: %v, %v", p, err)
			}
			s.obey(e)
			if e := s.run(q); e.Code != run.Done {
				t.Errorf("the clean-up after that ends %d: %s", e.Code, said(e))
			}
			s.same(before, "the set-up and its clean-up")
		})
	}
}

func TestWhatWasAddedGoesWhereThePersonSaysSo(t *testing.T) {
	s := newStage(t)
	before := s.box.Snapshot()
	set := s.set(answers("setup", firm, first, "test-writer"))
	s.do(firm, awsops.CreateAccessKey{Account: firm, User: "test-writer"})
	r, err := run.Open(t.Context(), run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: set.Facts.Run, Source: s.source, StateDir: s.dir}, func(steps.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	changes, err := r.Foresee(t.Context())
	if err != nil || len(changes) != 2 || len(changes[1].Asks) != 1 {
		t.Fatalf("foreseen is %+v, %v, want one question", changes, err)
	}
	r.Include(changes[1].Asks[0].Target)
	if e := r.Unasked(t.Context(), t.Context(), func(steps.Event) {}); e.Code != run.Done {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	s.same(before, "the set-up and its clean-up")
}

// A group or a managed policy that somebody gave the user is named, with its command.
func TestWhatCrossgrantHasNoOperationForIsNamedWithItsCommand(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	other := policy.WriterPolicy("aws", "payroll")
	other.Statements[0].Sid = "Payroll"
	s.do(firm, awsops.SetUserPolicy{Account: firm, User: "test-writer", Name: "payroll", After: &other})
	e := s.cleanUp(set.Facts.Run)
	if e.Code != run.Left {
		t.Errorf("it ends %d", e.Code)
	}
	says(t, e, "the inline policy payroll", "aws --profile my_firm iam delete-user-policy --user-name test-writer --policy-name payroll")
}

// A user with a path is the one that a rule of the bucket's excepts.
func TestAnExistingUserIsJudgedByItsWholeARN(t *testing.T) {
	s := newStage(t)
	if _, err := s.iam(firm).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("bob"), Path: aws.String("/team/")}); err != nil {
		t.Fatal(err)
	}
	d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"],
		"Condition":{"ArnNotEquals":{"aws:PrincipalArn":["arn:aws:iam::444455556666:user/team/bob","arn:aws:iam::111122223333:user/admin"]}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	s.setPolicy(first, &d)
	a := answers("setup", firm, first, "bob")
	a.UseExisting = true
	s.set(a)
}

// A lost answer leaves what may be there, and is not said to be more.
func TestWhatMayHaveBeenMadeIsNotSaidToBeThere(t *testing.T) {
	s := newStage(t)
	s.source.Timeout = 50_000_000
	r, err := run.Open(t.Context(), run.Request{Answers: answers("setup", firm, first, "test-writer"), Source: s.source, StateDir: s.dir}, func(steps.Event) {})
	if err == nil {
		err = r.Begin()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	step := func() error {
		c, err := r.Plan(t.Context())
		if err == nil {
			_, err = r.Apply(t.Context(), c)
		}
		return err
	}
	if err := step(); err != nil {
		t.Fatal(err)
	}
	s.box.Inject(sandbox.Fault{Operation: "CreateUser", Kind: sandbox.ResetBefore, Times: 20})
	s.box.Inject(sandbox.Fault{Operation: "GetUser", Kind: sandbox.ResetBefore, Times: 20})
	if err := step(); err == nil {
		t.Fatal("it was made")
	}
	left := r.Left()
	at := slices.IndexFunc(left, func(l steps.Remainder) bool { return strings.Contains(l.What, "the user test-writer") })
	if at < 0 || !left[at].May || !strings.HasPrefix(left[at].String(), "perhaps ") {
		t.Errorf("left %+v, want the user, perhaps", left)
	}
}

// A run that an earlier program began stays as it is when going on with it fails, whoever
// is asked or not.
func TestAFailureWhileGoingOnLeavesTheEarlierRun(t *testing.T) {
	s := newStage(t)
	r, err := run.Open(t.Context(), run.Request{Answers: answers("setup", firm, first, "test-writer"), Source: s.source, StateDir: s.dir}, func(steps.Event) {})
	if err == nil {
		err = r.Begin()
	}
	for range 2 {
		var c steps.Change
		if err == nil {
			c, err = r.Plan(t.Context())
		}
		if err == nil {
			_, err = r.Apply(t.Context(), c)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	name := r.Facts().Run
	r.Close()
	before := s.box.Snapshot()
	s.box.Inject(sandbox.Fault{Operation: "PutUserPolicy", Status: 403, Code: "AccessDenied", Message: "not authorized"})
	e := s.run(run.Request{Answers: steps.Answers{Journey: "setup"}, Run: name, Resume: true})
	if e.Code != run.Left || !strings.Contains(e.CleanUp, "crossgrant cleanup "+name) || !strings.Contains(e.Resume, "crossgrant setup --resume "+name) {
		t.Errorf("it ends %d, %q, %q", e.Code, e.CleanUp, e.Resume)
	}
	s.same(before, "a failure")
	if e := s.run(run.Request{Answers: steps.Answers{Journey: "setup"}, Run: name, Resume: true}); e.Code != run.Done {
		t.Errorf("gone on with it ends %d: %s", e.Code, said(e))
	}
}

// Another user of the same name is not the run's, and no remainder.
func TestAnotherUserOfTheNameIsNotARemainder(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	admin := s.session(firm)
	u, err := admin.User(t.Context(), "test-writer")
	if err != nil {
		t.Fatal(err)
	}
	writer := policy.WriterPolicy("aws", first)
	s.do(firm, awsops.SetUserPolicy{Account: firm, User: "test-writer", Name: "writer-policy", Before: &writer})
	s.do(firm, awsops.DeleteUser{Account: firm, Name: "test-writer", ID: u.ID, Run: u.Run})
	s.do(firm, awsops.CreateUser{Account: firm, Name: "test-writer", Run: u.Run}) // with the same tags, as code would
	s.do(firm, awsops.SetUserPolicy{Account: firm, User: "test-writer", Name: "writer-policy", After: &writer})
	e := s.cleanUp(set.Facts.Run)
	if e.Code != run.Done || len(e.Left) > 0 {
		t.Errorf("it ends %d and leaves %v", e.Code, e.Left)
	}
	says(t, e, "another user test-writer", "this run did not create")
	if again, err := admin.User(t.Context(), "test-writer"); err != nil || again == nil {
		t.Errorf("the other user is %v, %v", again, err)
	}
	if p, err := admin.InlinePolicies(t.Context(), awsops.UserIn("", "test-writer")); err != nil || len(p) != 1 {
		t.Errorf("the other user's policies are %v, %v", p, err)
	}
}

// What is foreseen of a run that is gone on with is what is left of it.
func TestGoingOnIsForeseenFromWhereItStands(t *testing.T) {
	s := newStage(t)
	q := run.Request{Answers: answers("tour", firm, first, "test-writer"), Source: s.source, StateDir: s.dir}
	r, err := run.Open(t.Context(), q, func(steps.Event) {})
	if err == nil {
		err = r.Begin()
	}
	for range 3 {
		var c steps.Change
		if err == nil {
			c, err = r.Plan(t.Context())
		}
		if err == nil {
			_, err = r.Apply(t.Context(), c)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	q.Run, q.Resume = r.Facts().Run, true
	r.Close()
	if r, err = run.Open(t.Context(), q, func(steps.Event) {}); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	access := r.Facts().Access() // D4: the gates are as they are, not as if nothing stood
	if row, ok := access.Row(steps.TestUser); !ok || !row.Put.Allowed {
		t.Errorf("the test user's access is %+v, %v: the live policy lets it write", row, ok)
	}
	changes, err := r.Foresee(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range changes {
		ids = append(ids, c.Step.ID)
	}
	want := []string{"make-test-user", "test-test-user", "take-test-user-out", "make-writer", "see-it-refused", "let-writer-in", "test-writer", "clean-up-customer", "clean-up-firm"}
	if !slices.Equal(ids, want) {
		t.Errorf("foreseen are %q, want %q: the key's secret ended with the program, the rest is done", ids, want)
	}
}

// The gates of a clean-up by record are drawn from what stands.
func TestACleanUpKnowsWhoCanWrite(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	r, err := run.Open(t.Context(), run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: set.Facts.Run, Source: s.source, StateDir: s.dir}, func(steps.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if row, ok := r.Facts().Access().Row(steps.Writer); !ok || !row.Put.Allowed {
		t.Errorf("the user's access is %+v, %v: it can write", row, ok)
	}
}

// One thing that must stay does not keep the rest from being looked at.
func TestACleanUpLooksAtAllThatItCouldNotRemove(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	s.do(firm, awsops.CreateAccessKey{Account: firm, User: "test-writer"})
	s.box.Inject(sandbox.Fault{Operation: "DeleteUserPolicy", Status: 403, Code: "AccessDenied", Message: "not authorized"})
	e := s.cleanUp(set.Facts.Run)
	if e.Code != run.Left || strings.Contains(e.Now, "Everything else is gone") {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	says(t, e, "the inline policy writer-policy")
}

func TestAnUnknownRunIsAUsageErrorThatNamesTheKnown(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	for _, q := range []run.Request{
		{Answers: steps.Answers{Journey: "cleanup"}, Run: "nosuch"},
		{Answers: answers("tour", firm, first, "test-writer"), Run: "nosuch", Resume: true},
	} {
		e := s.run(q)
		if e.Code != run.Usage || e.Problem == nil || e.Problem.Code != "" || e.Problem.Message != "" {
			t.Errorf("it ends %d: %+v", e.Code, e.Problem)
		}
		says(t, e, "There is no run nosuch", set.Facts.Run, "crossgrant runs")
		if n := strings.Count(said(e), "nosuch"); n != 1 {
			t.Errorf("it says the name %d times: %s", n, said(e))
		}
	}
}

// The plan names the files of the run that follows it.
func TestThePlanNamesTheRunThatFollows(t *testing.T) {
	s := newStage(t)
	r, err := run.Open(t.Context(), run.Request{Answers: answers("setup", firm, first, "test-writer"), Source: s.source, StateDir: s.dir}, func(steps.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	name := r.Facts().Run
	changes, err := r.Foresee(t.Context())
	if err == nil {
		err = r.Begin()
	}
	if err != nil || r.Facts().Run != name || name == "" {
		t.Fatalf("the run is %q, was %q: %v", r.Facts().Run, name, err)
	}
	put := changes[3].Actions[0].Op.Describe().Summary
	if !strings.Contains(put, name) {
		t.Errorf("the plan says %q, the run is %s", put, name)
	}
	if _, err := os.Stat(filepath.Join(s.dir, name+".jsonl")); err != nil {
		t.Error(err)
	}
}

// The file of a key is shown before it is removed.
func TestTheFileOfAKeyIsShownBeforeItIsRemoved(t *testing.T) {
	s := newStage(t)
	a := answers("setup", firm, first, "test-writer")
	a.KeyFile = filepath.Join(t.TempDir(), "writer key")
	set := s.set(a)
	q := run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: set.Facts.Run, Source: s.source, StateDir: s.dir}
	r, err := run.Open(t.Context(), q, func(steps.Event) {})
	if err != nil {
		t.Fatal(err)
	}
	changes, err := r.Foresee(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var shown []string
	for _, c := range changes {
		for _, a := range c.Actions {
			shown = append(shown, r.Facts().Shell(a))
		}
	}
	if want := "rm '" + a.KeyFile + "'"; !slices.Contains(shown, want) {
		t.Errorf("shown are %q, want %q", shown, want)
	}
	if e := r.Unasked(t.Context(), t.Context(), func(steps.Event) {}); e.Code != run.Done {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	if _, err := os.Stat(a.KeyFile); !os.IsNotExist(err) {
		t.Errorf("the file: %v", err)
	}
}

// A clean-up that is interrupted leaves the rest, and says so.
func TestACleanUpThatIsInterruptedSaysWhatIsLeft(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	ctx, cancel := context.WithCancel(t.Context())
	r, err := run.Open(ctx, run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: set.Facts.Run, Source: s.source, StateDir: s.dir}, func(e steps.Event) {
		if v, ok := e.(steps.Verified); ok && v.Step.Side == steps.Customer {
			cancel()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	e := r.Unasked(ctx, t.Context(), func(steps.Event) {})
	if e.Code != run.Left || !e.Stopped || len(e.Gone) != 1 || len(e.Left) != 2 {
		t.Errorf("it ends %d, gone %q, left %q", e.Code, e.Gone, e.Left)
	}
	if e := s.cleanUp(set.Facts.Run); e.Code != run.Done {
		t.Errorf("the next clean-up ends %d: %s", e.Code, said(e))
	}
}

// A clean-up without a record leaves what is another firm's, and what is of other buckets.
func TestACleanUpWithoutARecordLeavesWhatIsOthers(t *testing.T) {
	s := newStage(t)
	s.set(answers("setup", firm, first, "alice"))
	s.set(answers("setup", firm, second, "bob"))
	s.set(answers("setup", other, first, "carol"))
	s.dir = t.TempDir() // another computer
	e := s.run(run.Request{Answers: answers("cleanup", firm, first, "")})
	if e.Code != run.Done {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	s.all([]setUp{{firm: firm, bucket: second, user: "bob"}, {firm: other, bucket: first, user: "carol"}}, "after the clean-up of alice")
	if u, err := s.session(firm).User(t.Context(), "alice"); err != nil || u != nil {
		t.Errorf("alice is %v, %v", u, err)
	}
}

// A set-up of the same user or role on the same bucket a second time leans on the first: each
// clean-up leaves the other what it needs, and the last takes all.
func TestTheSameSetUpTwice(t *testing.T) {
	for _, who := range []setUp{alice, robot} {
		for _, order := range orders(2) {
			s := newStage(t)
			before := s.box.Snapshot()
			again := who
			again.existing = true
			runs := s.setUpAll([]setUp{who, again})
			for i, n := range order {
				if e := s.cleanUp(runs[n]); e.Code != run.Done {
					t.Errorf("in the order %v, clean-up %d of %s ends %d: %s", order, i, who.user, e.Code, said(e))
				}
				if i == 0 && !s.delivers(who.target(), first) {
					t.Errorf("in the order %v %s can no longer deliver after the first clean-up", order, who.user)
				}
			}
			s.same(before, "both clean-ups")
		}
	}
}

// What a clean-up left to others is no longer the run's.
func TestWhatWasLeftToOthersIsNotTheRunsAnyMore(t *testing.T) {
	s := newStage(t)
	alice := s.set(answers("setup", firm, first, "alice")).Facts.Run
	s.set(answers("setup", firm, first, "bob"))
	if e := s.cleanUp(alice); e.Code != run.Done {
		t.Fatalf("it ends %d: %s", e.Code, said(e))
	}
	records, err := steps.Records(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if r.Run == alice && (len(r.Left) > 0 || len(r.Kept) != 1 || !strings.Contains(r.Kept[0], "bob")) {
			t.Errorf("the record says that %q is left, and %q kept for others", r.Left, r.Kept)
		}
	}
}
