package run_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// opened is a run of these answers that is foreseen and begun.
func (s *stage) opened(q run.Request) *run.Run {
	s.t.Helper()
	q.Source, q.StateDir = s.source, s.dir
	r, err := run.Open(s.t.Context(), q, func(steps.Event) {})
	if err == nil {
		_, err = r.Foresee(s.t.Context())
	}
	if err == nil {
		err = r.Begin()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(r.Close)
	return r
}

// step applies the next step, and tells whether a deliberate yes came before it.
func (s *stage) step(r *run.Run) (asked bool) {
	s.t.Helper()
	c, err := r.Plan(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range r.Proofs(c) {
		if p.First {
			asked = true
			for typed, right := range map[string]bool{"": false, "y": false, "yes": false, "my-test-bucket": false, first: true, " " + first + " ": true} {
				if p.Holds(typed) != right {
					s.t.Errorf("%q is taken for a yes: %v", typed, !right)
				}
			}
		}
	}
	if _, err := r.Apply(s.t.Context(), c); err != nil {
		s.t.Fatal(err)
	}
	return asked
}

// The deliberate yes comes before the first change of a program in real accounts, and not
// again: of a run that is gone on with too.
func TestADeliberateYesComesOnceBeforeTheFirstChange(t *testing.T) {
	t.Parallel()
	for _, journey := range []string{"tour", "setup"} {
		s := newStage(t)
		r := s.opened(run.Request{Answers: answers(journey, firm, first, "writer")})
		if !s.step(r) || s.step(r) {
			t.Errorf("%s: the first step asks for no deliberate yes, or the second does", journey)
		}
		r.Close()
		on := s.opened(run.Request{Answers: steps.Answers{Journey: journey}, Run: r.Facts().Run, Resume: true})
		if !s.step(on) || s.step(on) {
			t.Errorf("%s that is gone on with: the first step asks for no deliberate yes, or the second does", journey)
		}
	}
}

// Where the first step finds its work done, the yes comes before the one that changes
// something; and a demo asks nothing.
func TestADeliberateYesIsForAChange(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.run(run.Request{Answers: answers("setup", firm, first, "earlier")})
	r := s.opened(run.Request{Answers: answers("setup", firm, first, "writer")})
	if s.step(r) || !s.step(r) {
		t.Error("a step that changes nothing asks, or the first that does not asks")
	}
	if s.step(newStage(t).opened(run.Request{Answers: answers("setup", firm, first, "writer"), Demo: true})) {
		t.Error("a demo asks for a deliberate yes")
	}
}

func TestTheTwoAccountsAndWhatTheyGet(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := answers("tour", firm, first, "writer")
	a.CustomerProfile = "my_awesome_customer_root"
	r := s.opened(run.Request{Answers: a})
	both := r.Parties(t.Context())
	if got := []string{both[0].Alias, both[1].Alias, both[0].ARN, both[1].Profile}; !slices.Equal(got, []string{"acme-data", "my-firm", "arn:aws:iam::111122223333:root", "my_firm"}) {
		t.Errorf("the two are %q", got)
	}
	if d := cmp.Diff([][]string{
		{"the policy of the bucket my.test.bucket: 3 statements more", "the user test-customer", "the access keys of the user test-customer: 1 more", "a test file"},
		{"the user writer", "the access keys of the user writer: 1 more", "the inline policy writer-policy of the user writer"},
	}, [][]string{both[0].Gets, both[1].Gets}); d != "" {
		t.Errorf("what they get (-want +got):\n%s", d)
	}
	if both[1].Warns != "" || !strings.HasPrefix(both[0].Warns, "This is the root user") || !strings.Contains(strings.Join(r.Notes(), "\n"), "The profile my_awesome_customer_root signs in as the root user") {
		t.Errorf("it warns %q of the customer's profile, %q of the firm's, and %q before the plan", both[0].Warns, both[1].Warns, r.Notes())
	}
}

// A statement that is only written anew is not one more.
func TestAChangedStatementIsNotOneMore(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	a := answers("setup", firm, first, "writer")
	a.Until = "2098-12-31"
	s.run(run.Request{Answers: a})
	a.FirmUser, a.Until = "another", "2099-12-31"
	both := s.opened(run.Request{Answers: a}).Parties(t.Context())
	if got := both[0].Gets; len(got) == 0 || got[0] != "the policy of the bucket my.test.bucket" {
		t.Errorf("the customer gets %q", got)
	}
}

// An alias that may not be read is none; who is asked nothing is not told of them.
func TestAliasesAreReadOnlyToBeShown(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.box.Inject(sandbox.Fault{Operation: "ListAccountAliases", Times: 2, Status: 403, Code: "AccessDenied", Message: "not allowed"})
	r := s.opened(run.Request{Answers: answers("setup", firm, first, "writer")})
	for _, p := range r.Parties(t.Context()) {
		if p.Alias != "" || p.Account == "" {
			t.Errorf("the %s is %+v", p.Side, p)
		}
	}
	unasked := newStage(t)
	if e := unasked.run(run.Request{Answers: answers("tour", firm, first, "writer")}); e.Code != run.Done {
		t.Fatalf("it ends with %d, %v", e.Code, e.Problem)
	}
	for _, c := range unasked.box.Calls() {
		if c.Operation == "ListAccountAliases" {
			t.Error("a run that asks nothing reads an alias")
		}
	}
}
