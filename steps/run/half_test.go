package run_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/handoff"
	"crossgrant/steps/run"
)

// home is the stage as one company has it: its own profile alone, and its own records.
func (s *stage) home(account string) *stage {
	s.t.Helper()
	h := *s
	h.dir = s.t.TempDir()
	text, err := os.ReadFile(s.source.CredentialsFile)
	must(s.t, err)
	own := regexp.MustCompile(`(?m)^\[` + profiles[account] + `\]\n(.+\n)+`).Find(text)
	if own == nil {
		s.t.Fatalf("there is no profile of %s", account)
	}
	h.source.CredentialsFile = filepath.Join(s.t.TempDir(), "credentials")
	must(s.t, os.WriteFile(h.source.CredentialsFile, own, 0o600))
	return &h
}

// halfAnswers are those of one half of a grant, as the file of the grant gives them.
func halfAnswers(only steps.Side, g policy.Grant) steps.Answers {
	a := steps.Answers{Journey: "setup", Only: only, OtherAccount: g.Firm, CustomerProfile: profiles[customer]}
	if only == steps.Firm {
		a.OtherAccount, a.CustomerProfile, a.FirmProfile = g.Owner, "", profiles[firm]
	}
	return a.WithGrant(g)
}

func theGrant(change func(*policy.Grant)) policy.Grant {
	g := policy.Grant{Partition: "aws", Bucket: first, Owner: customer, Firm: firm, Grantee: "arn:aws:iam::" + firm + ":user/writer"}
	if change != nil {
		change(&g)
	}
	return g
}

// Two companies, each with its own profile alone, come to what one run with both makes, and
// each takes back its own.
func TestTwoHalvesMakeTheWhole(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*policy.Grant){
		"article":    nil,
		"deliver":    func(g *policy.Grant) { g.Access, g.Prefix = policy.Deliver, "in/" },
		"add, ends":  func(g *policy.Grant) { g.Access, g.Until = policy.Add, time.Date(2031, 1, 2, 0, 0, 0, 0, time.UTC) },
		"read":       func(g *policy.Grant) { g.Access = policy.Read },
		"role alone": func(g *policy.Grant) { g.Only, g.Grantee = true, "arn:aws:iam::"+firm+":role/writer" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := theGrant(change)
			s := newStage(t)
			s.setPolicy(first, theirPolicy(t))
			whole := s.fork()
			both := halfAnswers("", g)
			both.OtherAccount, both.FirmProfile = "", profiles[firm]
			if e := whole.run(run.Request{Answers: both}); e.Code != run.Done {
				t.Fatalf("with both profiles: %v", e.Problem)
			}
			before := s.box.Snapshot()

			c, f := s.home(customer), s.home(firm)
			given := c.run(run.Request{Answers: halfAnswers(steps.Customer, g)})
			if given.Code != run.Done || given.Receipt == "" {
				t.Fatalf("the customer's half ends with %d, %v", given.Code, given.Problem)
			}
			firms := halfAnswers(steps.Firm, g)
			firms.Receipt = given.Receipt
			r, err := run.Open(t.Context(), run.Request{Answers: firms, Source: f.source}, func(steps.Event) {})
			must(t, err)
			if said := strings.Join(r.Notes(), "\n"); strings.Contains(said, "administrator") {
				t.Errorf("the firm's half speaks of an administrator's permissions: %s", said)
			}
			r.Close()
			done := f.run(run.Request{Answers: firms})
			if done.Code != run.Done {
				t.Fatalf("the firm's half ends with %d, %v", done.Code, done.Problem)
			}
			if is, want := s.policy(first), whole.policy(first); !policy.Same(is, want) {
				t.Errorf("the bucket's policy is %v, want %v", is, want)
			}
			if is, want := s.inline(g), whole.inline(g); !cmp.Equal(is, want) {
				t.Errorf("the firm's policies are %v, want %v", is, want)
			}

			if e := f.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}}); e.Code != run.Done {
				t.Errorf("the firm's clean-up ends with %d, %v", e.Code, e.Problem)
			}
			if is, want := s.policy(first), whole.policy(first); !policy.Same(is, want) {
				t.Errorf("the firm's clean-up changed the bucket's policy: %v", is)
			}
			if e := c.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}}); e.Code != run.Done {
				t.Errorf("the customer's clean-up ends with %d, %v", e.Code, e.Problem)
			}
			left := slices.DeleteFunc(s.box.Snapshot(), func(line string) bool { return strings.Contains(line, "crossgrant-probe/") })
			if d := cmp.Diff(before, left); d != "" {
				t.Errorf("left behind (- before, + after):\n%s", d)
			}
		})
	}
}

func theirPolicy(t *testing.T) *policy.Document {
	d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Sid":"Auditors","Effect":"Allow","Principal":{"AWS":"` + other + `"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::` + first + `/*"}]}`))
	must(t, err)
	return &d
}

// inline are the policies of the grant's user or role, as text.
func (s *stage) inline(g policy.Grant) map[string]string {
	s.t.Helper()
	of := awsops.UserIn(firm, "writer")
	if strings.Contains(g.Grantee, ":role/") {
		of = awsops.RoleIn(firm, "writer")
	}
	all, err := s.session(firm).InlinePolicies(s.t.Context(), of)
	must(s.t, err)
	texts := map[string]string{}
	for _, p := range all {
		texts[p.Name] = p.Document.Compact()
	}
	return texts
}

// Where the customer has not applied their half, the firm's stays as it is, and is gone on
// with once they have.
func TestTheFirmWaitsForTheCustomer(t *testing.T) {
	t.Parallel()
	g := theGrant(nil)
	s := newStage(t)
	c, f := s.home(customer), s.home(firm)
	e := f.run(run.Request{Answers: halfAnswers(steps.Firm, g)})
	if e.Code != run.Left || e.Problem == nil || e.Resume == "" || !strings.Contains(e.Problem.Detail, "the customer has not applied their half yet") {
		t.Fatalf("it ends with %d, %v, to go on: %q", e.Code, e.Problem, e.Resume)
	}
	if len(s.inline(g)) == 0 {
		t.Fatal("the firm's half was taken back")
	}
	if s.policy(first) != nil {
		t.Fatal("the firm changed the customer's bucket")
	}
	given := c.run(run.Request{Answers: halfAnswers(steps.Customer, g)})
	on := run.Request{Answers: steps.Answers{Journey: "setup", Receipt: given.Receipt}, Run: e.Facts.Run, Resume: true}
	if e := f.run(on); e.Code != run.Done {
		t.Errorf("gone on with, it ends with %d, %v", e.Code, e.Problem)
	}
	if !s.delivers(awsops.UserIn(firm, "writer"), first) {
		t.Error("the firm's user cannot deliver")
	}
}

// What the other company's administrator may do is not the run's to say.
func TestAHalfSaysNothingOfTheOthersPermissions(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	other := map[steps.Side]steps.Side{steps.Firm: steps.Customer, steps.Customer: steps.Firm}
	for side, account := range map[steps.Side]string{steps.Firm: firm, steps.Customer: customer} {
		h := s.home(account)
		r, err := run.Open(t.Context(), run.Request{Answers: halfAnswers(side, theGrant(nil)), Source: h.source, StateDir: h.dir}, func(steps.Event) {})
		must(t, err)
		_, err = r.Foresee(t.Context())
		must(t, err)
		for _, f := range r.Findings {
			if strings.Contains(f.Text, string(other[side])+"'s administrator") {
				t.Errorf("the %s's half says: %s", side, f.Text)
			}
		}
		r.Close()
	}
}

// A refusal is waited out only while AWS may be spreading the firm's half: later the customer
// is waited for, and that is said at once.
func TestTheFirmWaitsForItsOwnHalfAlone(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*policy.Grant){
		"user": nil,
		"role": func(g *policy.Grant) { g.Grantee = "arn:aws:iam::" + firm + ":role/writer" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			f := s.home(firm)
			e := f.run(run.Request{Answers: halfAnswers(steps.Firm, theGrant(change))})
			text, err := os.ReadFile(e.Path)
			must(t, err)
			must(t, os.WriteFile(e.Path, regexp.MustCompile(`"time":"20\d\d`).ReplaceAll(text, []byte(`"time":"2001`)), 0o600))
			f.source.Pace.Budget = time.Hour
			var waited []awsops.Wait
			on := run.Request{Answers: steps.Answers{Journey: "setup"}, Run: e.Facts.Run, Resume: true, Source: f.source, StateDir: f.dir}
			r, err := run.Open(t.Context(), on, func(steps.Event) {})
			must(t, err)
			defer r.Close()
			e = r.Unasked(t.Context(), t.Context(), func(e steps.Event) {
				if w, is := e.(steps.Waiting); is && w.Wait.Code == "AccessDenied" {
					waited = append(waited, w.Wait)
				}
			})
			if e.Code != run.Left || !strings.Contains(e.Problem.Detail, "the customer has not applied their half yet") {
				t.Errorf("it ends with %d, %v", e.Code, e.Problem)
			}
			for _, w := range waited {
				if w.Limit > time.Minute || !strings.Contains(w.Why, "the customer has not applied theirs yet") {
					t.Errorf("it waits %v for this: %q", w.Limit, w.Why)
				}
			}
		})
	}
}

func TestARecordOfNoHalfIsRefused(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	f := s.home(firm)
	e := f.run(run.Request{Answers: halfAnswers(steps.Firm, theGrant(nil))})
	text, err := os.ReadFile(e.Path)
	must(t, err)
	must(t, os.WriteFile(e.Path, []byte(strings.ReplaceAll(string(text), `"only":"firm"`, `"only":"both"`)), 0o600))
	before := s.box.Snapshot()
	if e := f.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: e.Facts.Run}); e.Code == run.Done || !strings.Contains(e.Problem.Error(), "cannot be used") {
		t.Errorf("it ends with %d, %v", e.Code, e.Problem)
	}
	if d := cmp.Diff(before, s.box.Snapshot()); d != "" {
		t.Errorf("it changed something:\n%s", d)
	}
}

// Each side finds its own also where there is no record, and touches nothing of the other's.
func TestAHalfIsCleanedUpWithoutARecord(t *testing.T) {
	t.Parallel()
	g := theGrant(nil)
	s := newStage(t)
	before := s.box.Snapshot()
	c, f := s.home(customer), s.home(firm)
	given := c.run(run.Request{Answers: halfAnswers(steps.Customer, g)})
	firms := halfAnswers(steps.Firm, g)
	firms.Receipt = given.Receipt
	if e := f.run(run.Request{Answers: firms}); e.Code != run.Done {
		t.Fatal(e.Problem)
	}
	find := func(only steps.Side) run.Request {
		a := halfAnswers(only, g)
		return run.Request{Answers: steps.Answers{Journey: "cleanup", Only: only, OtherAccount: a.OtherAccount, CustomerProfile: a.CustomerProfile, FirmProfile: a.FirmProfile, Bucket: first}}
	}
	nothing := s.home(firm) // with no record
	e := nothing.run(find(steps.Firm))
	if e.Problem != nil || s.policy(first) == nil {
		t.Errorf("the firm's clean-up ends with %d, %v; the bucket's policy is %v", e.Code, e.Problem, s.policy(first))
	}
	if e := s.home(customer).run(find(steps.Customer)); e.Code != run.Done {
		t.Errorf("the customer's clean-up ends with %d, %v", e.Code, e.Problem)
	}
	left := slices.DeleteFunc(s.box.Snapshot(), func(line string) bool { return strings.Contains(line, "crossgrant-probe/") })
	if d := cmp.Diff(before, left); d != "" {
		t.Errorf("left behind (- before, + after):\n%s", d)
	}
}

// With a receipt that fits, another reason is looked for.
func TestWithAReceiptTheFirmSaysThatSomethingElseForbidsIt(t *testing.T) {
	t.Parallel()
	g := theGrant(nil)
	s := newStage(t)
	c, f := s.home(customer), s.home(firm)
	given := c.run(run.Request{Answers: halfAnswers(steps.Customer, g)})
	s.setPolicy(first, nil) // somebody took it out again
	a := halfAnswers(steps.Firm, g)
	a.Receipt = given.Receipt
	if e := f.run(run.Request{Answers: a}); e.Code != run.Left || !strings.Contains(e.Problem.Detail, "Something else forbids it") {
		t.Errorf("it ends with %d, %v", e.Code, e.Problem)
	}
}

func TestAHalfThatCannotBe(t *testing.T) {
	t.Parallel()
	g := theGrant(nil)
	line := handoff.NewReceipt(g, "us-east-1", g.ForBucket()).String()
	for name, test := range map[string]struct {
		side   steps.Side
		change func(*steps.Answers)
		want   string
	}{
		"no such half":               {steps.Customer, func(a *steps.Answers) { a.Only = "nobody" }, "no such half"},
		"no profile":                 {steps.Firm, func(a *steps.Answers) { a.FirmProfile = "" }, "--firm-profile"},
		"both profiles":              {steps.Customer, func(a *steps.Answers) { a.FirmProfile = "my_firm" }, "A profile too many"},
		"no other account":           {steps.Customer, func(a *steps.Answers) { a.OtherAccount = "" }, "--firm-account"},
		"an account that is none":    {steps.Firm, func(a *steps.Answers) { a.OtherAccount = "12" }, "12 digits"},
		"one account":                {steps.Firm, func(a *steps.Answers) { a.OtherAccount = firm }, "one account"},
		"a tour":                     {steps.Customer, func(a *steps.Answers) { a.Journey, a.TestUser = "tour", "t" }, "set-up"},
		"a receipt to the customer":  {steps.Customer, func(a *steps.Answers) { a.Receipt = line }, "for the firm"},
		"a receipt cut off":          {steps.Firm, func(a *steps.Answers) { a.Receipt = line[:90] }, "not a receipt"},
		"a receipt of another grant": {steps.Firm, func(a *steps.Answers) { a.Receipt, a.Access = line, "deliver" }, "other statements"},
		"another role than named": {steps.Firm, func(a *steps.Answers) {
			a.OnlyThisUser, a.GranteeARN = true, "arn:aws:iam::"+firm+":user/path/writer"
		}, "names another user"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			before := s.box.Snapshot()
			a := halfAnswers(test.side, g)
			test.change(&a)
			e := s.run(run.Request{Answers: a})
			if e.Problem == nil || e.Code != run.Usage && e.Code != run.Failed || !strings.Contains(e.Problem.Error(), test.want) {
				t.Errorf("it ends with %d, %v, and not %q", e.Code, e.Problem, test.want)
			}
			if d := cmp.Diff(before, s.box.Snapshot()); d != "" {
				t.Errorf("it changed something:\n%s", d)
			}
		})
	}
}

// A receipt that does not fit is not taken: the run says no more than it knew before.
func TestAReceiptIsTakenOnlyWhereItFits(t *testing.T) {
	t.Parallel()
	g := theGrant(nil)
	s := newStage(t)
	f := s.home(firm)
	r, err := run.Open(t.Context(), run.Request{Answers: halfAnswers(steps.Firm, g), Source: f.source, StateDir: f.dir}, func(steps.Event) {})
	must(t, err)
	defer r.Close()
	line := handoff.NewReceipt(g, "us-east-1", g.ForBucket()).String()
	for _, wrong := range []string{line[:90], strings.Replace(line, customer, other, 1), strings.Replace(line, first, second, 1)} {
		if err := r.TakeReceipt(wrong); err == nil || r.Facts().Receipt != "" {
			t.Errorf("%q is taken: %v", wrong, err)
		}
	}
	if err := r.TakeReceipt(line); err != nil || r.Facts().Receipt != line {
		t.Errorf("%q is not taken: %v", line, err)
	}
}
