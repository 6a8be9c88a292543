package steps

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps/journal"
)

// stage is two accounts in a sandbox for a run to act on.
type stage struct {
	t      testing.TB
	box    *sandbox.Sandbox
	source awsops.Source
	dir    string // for journals
}

// quick is a pace for a sandbox that spreads changes at once.
var quick = awsops.Pace{First: 1, Most: 1, Budget: 1 << 30, InARow: 2}

func newStage(t testing.TB, world ...sandbox.Config) *stage {
	t.Helper()
	box, err := sandbox.Start(append(world, sandbox.Default())[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	credentials, config, err := box.WriteProfiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &stage{t, box, awsops.Source{CredentialsFile: credentials, ConfigFile: config, Endpoint: box.URL(), Pace: quick}, t.TempDir()}
}

func answers(journey string) Answers {
	return Answers{
		Journey: journey, CustomerProfile: "my_awesome_customer", FirmProfile: "my_firm",
		Bucket: "my.test.bucket", TestUser: "test-customer", FirmUser: "test-writer",
	}
}

func (s *stage) session(profile string) *awsops.Session {
	s.t.Helper()
	session, err := s.source.Open(s.t.Context(), profile)
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// prepare gets a run ready, with a journal of its own.
func (s *stage) prepare(a Answers) *World {
	s.t.Helper()
	w, _, err := Prepare(s.t.Context(), s.source, a, Expected{})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := w.Begin(s.dir, false); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = w.Journal.Close() })
	return w
}

// walk applies n steps, or all of them when n is negative.
func walk(ctx context.Context, e *Engine, n int) error {
	for i := 0; e.At() < len(e.Journey()) && i != n; i++ {
		c, err := e.Plan(ctx)
		if err == nil {
			_, err = e.Apply(ctx, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setPolicy puts a bucket policy with nothing of crossgrant's rules in the way.
func (s *stage) setPolicy(text string) {
	s.t.Helper()
	d, err := policy.Parse([]byte(text))
	if err != nil {
		s.t.Fatal(err)
	}
	customer := s.session("my_awesome_customer")
	live, err := customer.BucketPolicy(s.t.Context(), "my.test.bucket", "111122223333")
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := customer.Perform(s.t.Context(), awsops.PutBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", Before: live, After: d}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) policy() *policy.Document {
	s.t.Helper()
	d, err := s.session("my_awesome_customer").BucketPolicy(context.WithoutCancel(s.t.Context()), "my.test.bucket", "111122223333")
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// foreign is a policy of somebody else's: one statement of each kind that must
// survive.
const foreign = `{"Version":"2012-10-17","Id":"theirs","Statement":[
	{"Sid":"TheirReader","Effect":"Allow","Principal":{"AWS":"777788889999"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/shared/*"},
	{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"],"Condition":{"NumericLessThan":{"s3:TlsVersion":1.2}}},
	{"Sid":"Ours","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"NotAction":"s3:DeleteBucket","Resource":"arn:aws:s3:::my.test.bucket"}]}`

// unchanged fails the test unless the sandbox is as it was.
func (s *stage) unchanged(before []string) {
	s.t.Helper()
	if d := cmp.Diff(before, s.box.Snapshot()); d != "" {
		s.t.Errorf("the accounts are not as they were (-before +after):\n%s", d)
	}
}

// mutations are the calls from n on that changed something.
func (s *stage) mutations(n int) []string {
	var found []string
	for _, c := range s.box.Calls()[n:] {
		if c.Mutates && c.Code == "" {
			found = append(found, c.Operation+" "+c.Resource)
		}
	}
	return found
}

func encoded(t testing.TB, c Change) []string {
	t.Helper()
	var lines []string
	for _, a := range c.Actions {
		text, err := awsops.Encode(a.Op)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(a.As)+" "+string(text))
	}
	return lines
}

func ignore(Event) {}

var journeys = map[string]Answers{
	"tour":  answers("tour"),
	"setup": answers("setup"),
	"setup of an existing user": func() Answers {
		a := answers("setup")
		a.FirmUser, a.UseExisting = "admin", true
		return a
	}(),
}

func TestAJourneyEndsAsItPromises(t *testing.T) {
	s := newStage(t)
	s.setPolicy(foreign)
	before := s.box.Snapshot()
	w := s.prepare(answers("tour"))
	want, err := policy.Parse([]byte(foreign))
	if err != nil {
		t.Fatal(err)
	}
	var e *Engine
	e = NewEngine(w, Tour(), func(ev Event) {
		if _, ok := ev.(Done); !ok {
			return
		}
		live := s.policy()
		if theirs := policy.Remove(live, policy.Own(live)...); !policy.Same(theirs, &want) {
			t.Errorf("in step %s the foreign statements read\n%s", e.Journey()[e.At()].ID, theirs.Indent())
		}
	})
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	s.unchanged(before)
	if left := e.Left(); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	f := e.Facts()
	if !f.Tester.Tested || !f.Writer.Tested {
		t.Error("not both users were tested")
	}
	for _, r := range f.Refusals {
		if r.Code != "AccessDenied" || r.RequestID == "" {
			t.Errorf("%s by %s was answered %q (request %q), want AccessDenied", r.Action, r.As, r.Code, r.RequestID)
		}
	}
}

func TestSetupKeepsTheAccessAndUndoTakesItBack(t *testing.T) {
	s := newStage(t)
	s.setPolicy(foreign)
	before := s.box.Snapshot()
	e := NewEngine(s.prepare(answers("setup")), Setup(), ignore)
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	row, ok := e.Facts().Access().Row(Writer)
	if !ok || !row.Put.Allowed || !row.Get.Allowed || !row.List.Allowed || row.Delete.Allowed {
		t.Errorf("the firm's user has access %+v", row)
	}
	want := []string{"policy of the bucket", "inline policy writer-policy", "user test-writer"}
	if left := e.Left(); len(left) != len(want) {
		t.Errorf("left: %q, want three things: %q", left, want)
	}
	if left := e.Undo(t.Context()); len(left) > 0 {
		t.Errorf("undo left %q", left)
	}
	s.unchanged(before)
}

// TestEveryStep holds each step of each journey to the same contract.
func TestEveryStep(t *testing.T) {
	for name, a := range journeys {
		for i, step := range Journey(a) {
			t.Run(name+"/"+step.Info().ID, func(t *testing.T) {
				t.Parallel()
				t.Run("plans the same twice and writes nothing", func(t *testing.T) {
					s := newStage(t)
					s.setPolicy(foreign)
					e := NewEngine(s.prepare(a), Journey(a), ignore)
					if err := walk(t.Context(), e, i); err != nil {
						t.Fatal(err)
					}
					calls := len(s.box.Calls())
					first, err := e.Plan(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					second, err := e.Plan(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if d := cmp.Diff(encoded(t, first), encoded(t, second)); d != "" {
						t.Errorf("two plans differ:\n%s", d)
					}
					if m := s.mutations(calls); len(m) > 0 {
						t.Errorf("planning changed something: %q", m)
					}
					if _, err := e.Apply(t.Context(), first); !errors.Is(err, ErrNotPlanned) {
						t.Errorf("a plan that was replaced was applied: %v", err)
					}
				})
				t.Run("has nothing to do when it is done, and undo takes it back", func(t *testing.T) {
					s := newStage(t)
					s.setPolicy(foreign)
					before := s.box.Snapshot()
					w := s.prepare(a)
					e := NewEngine(w, Journey(a), ignore)
					if err := walk(t.Context(), e, i+1); err != nil {
						t.Fatal(err)
					}
					again, err := step.Plan(t.Context(), w)
					if err != nil {
						t.Fatal(err)
					}
					if len(again.Actions) > 0 && step.Info().ID != "make-writer" {
						t.Errorf("it would still do %q", encoded(t, again))
					}
					if left := e.Undo(t.Context()); len(left) > 0 {
						t.Errorf("undo left %q", left)
					}
					s.unchanged(before)
				})
				t.Run("refuses a world that moved", func(t *testing.T) {
					s := newStage(t)
					s.setPolicy(foreign)
					e := NewEngine(s.prepare(a), Journey(a), ignore)
					if err := walk(t.Context(), e, i); err != nil {
						t.Fatal(err)
					}
					c, err := e.Plan(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if len(c.Actions) == 0 {
						return
					}
					if k := c.Actions[0].Op.Kind(); k != "put-bucket-policy" && k != "delete-bucket-policy" {
						return
					}
					live := s.policy()
					moved := policy.Remove(live, "TheirReader")
					s.setPolicy(moved.Compact())
					var stale *awsops.Stale
					if _, err := e.Apply(t.Context(), c); !errors.As(err, &stale) {
						t.Fatalf("apply said %v, want a stale plan", err)
					}
					if !policy.Same(s.policy(), moved) {
						t.Error("the other's change was overwritten")
					}
					if err := walk(t.Context(), e, 1); err != nil {
						t.Errorf("planned anew, it failed: %v", err)
					}
					if hasSid(s.policy(), "TheirReader") {
						t.Error("what the other took out is back")
					}
				})
			})
		}
	}
}

func TestADryRunSendsNothing(t *testing.T) {
	for name, a := range journeys {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.setPolicy(foreign)
			real := NewEngine(s.prepare(a), Journey(a), ignore)
			dry := NewEngine(s.prepare(a), Journey(a), ignore)
			calls := len(s.box.Calls())
			planned := map[string]int{}
			for dry.At() < len(dry.Journey()) {
				c, err := dry.Plan(t.Context())
				if err == nil {
					planned[c.Step.ID] = len(c.Actions)
					err = dry.Assume(c)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if m := s.mutations(calls); len(m) > 0 {
				t.Fatalf("a dry run changed %q", m)
			}
			for real.At() < len(real.Journey()) {
				c, err := real.Plan(t.Context())
				if err == nil {
					if len(c.Actions) != planned[c.Step.ID] {
						t.Errorf("%s: the dry run planned %d operations, the run %d", c.Step.ID, planned[c.Step.ID], len(c.Actions))
					}
					_, err = real.Apply(t.Context(), c)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestEveryRefusal refuses each call of a run in turn: what was made before is
// taken back.
func TestEveryRefusal(t *testing.T) {
	for name, a := range journeys {
		s := newStage(t)
		e := NewEngine(s.prepare(a), Journey(a), ignore)
		calls := len(s.box.Calls())
		if err := walk(t.Context(), e, -1); err != nil {
			t.Fatal(err)
		}
		total := len(s.box.Calls()) - calls
		for n := 0; n < total; n += stride {
			s := newStage(t)
			s.source.Pace.Budget = 1
			s.setPolicy(foreign)
			before := s.box.Snapshot()
			e := NewEngine(s.prepare(a), Journey(a), ignore)
			s.box.Inject(sandbox.Fault{After: n, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
			if err := walk(t.Context(), e, -1); err == nil && a.Journey == "tour" {
				s.unchanged(before)
				continue // the call was one that should be refused anyway
			}
			if left := e.Undo(t.Context()); len(left) > 0 {
				t.Errorf("%s, call %d refused: left %q", name, n, left)
			}
			s.unchanged(before)
		}
		t.Logf("%s: %d calls refused in turn", name, total)
	}
}

// TestEveryCrash ends a run at each line of its journal, before and after the
// call that the line announces. Then a clean-up from the journal leaves nothing,
// and, from another such crash, going on finishes the run.
func TestEveryCrash(t *testing.T) {
	for name, a := range journeys {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			end := newStage(t)
			end.setPolicy(foreign)
			if err := walk(t.Context(), NewEngine(end.prepare(a), Journey(a), ignore), -1); err != nil {
				t.Fatal(err)
			}
			crashes := 0
			for n := 1; ; n += stride {
				cleaned := newStage(t)
				cleaned.setPolicy(foreign)
				before := cleaned.box.Snapshot()
				w := cleaned.prepare(a)
				if !cleaned.crash(w, a, n) {
					break
				}
				crashes++
				cleaned.cleanUp(w.Run, n)
				cleaned.unchanged(before)

				resumed := newStage(t)
				resumed.setPolicy(foreign)
				w = resumed.prepare(a)
				resumed.crash(w, a, n)
				resumed.goOn(w.Run, a, n)
				if a.Journey == "tour" {
					resumed.unchanged(before)
				} else if d := cmp.Diff(tagless(end.box.Snapshot()), tagless(resumed.box.Snapshot())); d != "" {
					t.Errorf("crash %d: gone on, the accounts differ from a run that did not crash:\n%s", n, d)
				}
			}
			t.Logf("%d crashes, each cleaned up and gone on with", crashes)
		})
	}
}

func (s *stage) cleanUp(run string, n int) {
	s.t.Helper()
	w, err := Reopen(s.t.Context(), s.source, s.dir, run, Answers{})
	if err != nil {
		s.t.Fatalf("crash %d: %v", n, err)
	}
	defer w.Journal.Close()
	if err := walk(s.t.Context(), NewEngine(w, Cleanup(), ignore), -1); err != nil {
		s.t.Errorf("crash %d: cleaning up: %v", n, err)
	}
}

func (s *stage) goOn(run string, a Answers, n int) {
	s.t.Helper()
	w, err := GoOn(s.t.Context(), s.source, s.dir, run, a)
	if err != nil {
		s.t.Fatalf("crash %d: %v", n, err)
	}
	defer w.Journal.Close()
	if err := walk(s.t.Context(), Resume(w, Journey(a), ignore), -1); err != nil {
		s.t.Errorf("crash %d: going on: %v", n, err)
	}
}

// tagless drops the lines that tell runs apart.
func tagless(snapshot []string) []string {
	return slices.DeleteFunc(snapshot, func(l string) bool { return strings.Contains(l, `"crossgrant-run"`) })
}

// crash runs a journey until the nth moment at which a process can die with
// something unwritten: an operation announced, or sent and its receipt not yet
// written. It returns false when the journey has fewer.
func (s *stage) crash(w *World, a Answers, n int) (crashed bool) {
	s.t.Helper()
	type died struct{}
	defer func() {
		switch p := recover().(type) {
		case nil:
		case died:
			crashed = true
			if err := w.Journal.Close(); err != nil {
				s.t.Error(err)
			}
		default:
			panic(p)
		}
	}()
	moment := 0
	e := NewEngine(w, Journey(a), func(ev Event) {
		switch ev := ev.(type) {
		case Started:
			if moment++; moment == n {
				panic(died{})
			}
			if !ev.Action.Op.Describe().Changes {
				return
			}
			if moment++; moment == n { // sent, and no receipt written
				session, err := w.Session(ev.Action.As)
				if err != nil {
					s.t.Fatal(err)
				}
				if _, err := session.Perform(s.t.Context(), ev.Action.Op); err != nil {
					s.t.Fatal(err)
				}
				panic(died{})
			}
		case Done:
			if moment++; moment == n {
				panic(died{})
			}
		}
	})
	if err := walk(s.t.Context(), e, -1); err != nil {
		s.t.Fatal(err)
	}
	return false
}

func TestAUserThatSomebodyGaveSomethingIsLeftAlone(t *testing.T) {
	s := newStage(t)
	e := NewEngine(s.prepare(answers("setup")), Setup(), ignore)
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	firm := s.session("my_firm")
	if _, err := firm.Perform(t.Context(), awsops.CreateAccessKey{Account: "444455556666", User: "test-writer"}); err != nil {
		t.Fatal(err)
	}
	left := e.Undo(t.Context())
	if len(left) != 1 || !strings.Contains(left[0], "test-writer") || !strings.Contains(left[0], "access key AKIA") {
		t.Errorf("left %q, want the user with its foreign key", left)
	}
	u, err := firm.User(t.Context(), "test-writer")
	if err != nil || u == nil {
		t.Fatalf("the user is gone: %v", err)
	}
	if p, err := firm.UserPolicy(t.Context(), "test-writer", policyName); err != nil || p == nil {
		t.Errorf("the user that was left alone lost its policy: %v", err)
	}
	if s.policy() != nil {
		t.Error("the bucket's policy is still there")
	}
}

func TestUndoKeepsWhatOthersChangedMeanwhile(t *testing.T) {
	s := newStage(t)
	s.setPolicy(foreign)
	e := NewEngine(s.prepare(answers("setup")), Setup(), ignore)
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	live := *s.policy()
	live.Statements = slices.DeleteFunc(slices.Clone(live.Statements), func(st policy.Statement) bool { return st.Sid == "TheirReader" })
	added := policy.Merge(&live, policy.Statement{
		Sid: "New", Effect: "Deny", Principal: &policy.Principal{Everyone: true},
		Action: policy.List{Values: []string{"s3:DeleteBucket"}}, Resource: policy.List{Values: []string{"arn:aws:s3:::my.test.bucket"}},
	})
	s.setPolicy(added.Compact())
	if left := e.Undo(t.Context()); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	want := policy.Remove(&added, policy.SidFirm+"444455556666")
	if got := s.policy(); !policy.Same(got, want) {
		t.Errorf("the policy reads\n%s\nwant\n%s", got.Indent(), want.Indent())
	}
}

func TestJournalsHoldNoSecret(t *testing.T) {
	s := newStage(t)
	w := s.prepare(answers("tour"))
	var secrets []awsops.Secret
	e := NewEngine(w, Tour(), func(ev Event) {
		if d, ok := ev.(Done); ok && d.Receipt.Secret != "" {
			secrets = append(secrets, d.Receipt.Secret)
		}
	})
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	text := readFile(t, w.Journal.Path)
	if len(secrets) != 2 {
		t.Fatalf("%d secrets were made, want 2", len(secrets))
	}
	for _, secret := range secrets {
		if strings.Contains(text, secret.Reveal()) {
			t.Error("the journal holds a secret")
		}
	}
	j, err := journal.Read(w.Journal.Path)
	if err != nil {
		t.Fatal(err)
	}
	if len(fold(j.Entries())) > 0 {
		t.Error("a finished tour's journal says that something is left")
	}
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatAnotherMachineMadeIsFoundByItsTags(t *testing.T) {
	for name, a := range map[string]Answers{"tour": answers("tour"), "setup": answers("setup")} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.setPolicy(foreign)
			before := s.box.Snapshot()
			n := 5
			if name == "tour" {
				n = 8 // both users, before the second test
			}
			if err := walk(t.Context(), NewEngine(s.prepare(a), Journey(a), ignore), n); err != nil {
				t.Fatal(err)
			}
			a := Answers{Journey: "cleanup", CustomerProfile: "my_awesome_customer", FirmProfile: "my_firm", Bucket: "my.test.bucket"}
			w, err := Find(t.Context(), s.source, a, "")
			if err != nil {
				t.Fatal(err)
			}
			if err := walk(t.Context(), NewEngine(w, Cleanup(), ignore), -1); err != nil {
				t.Error(err)
			}
			if name == "tour" { // probes are found by the journal alone
				before = slices.DeleteFunc(before, isProbe)
			}
			after := slices.DeleteFunc(s.box.Snapshot(), isProbe)
			if d := cmp.Diff(before, after); d != "" {
				t.Errorf("the accounts are not as they were:\n%s", d)
			}
		})
	}
}

func isProbe(line string) bool { return strings.Contains(line, "crossgrant-probe/") }
