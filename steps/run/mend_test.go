package run_test

import (
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// applied walks the run of a mend to its end.
func (c *checkStage) applied(m *steps.Mend) run.Ending {
	c.t.Helper()
	r, err := run.Mend(c.t.Context(), c.source, c.dir, m, func(steps.Event) {})
	must(c.t, err)
	defer r.Close()
	return r.Unasked(c.t.Context(), c.t.Context(), func(steps.Event) {})
}

// Where a statement can mend what a check finds, the run that applies it makes the check hold,
// and cleaning that run up leaves both sides' documents as they were. Where none can, none is
// given.
func TestCheckMends(t *testing.T) {
	base := newCheckStage(t)
	for _, s := range some(slices.Concat(states(), settingStates(), personStates())) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			c := base.fork(t)
			if s.bucket != "" {
				c.bucketPolicy(s.bucket)
			}
			c.userPolicy(s.own)
			if s.set != nil {
				s.set(c)
			}
			q := everybody()
			if s.ask != nil {
				s.ask(&q)
			}
			e, _ := c.check(q)
			var sides []string
			for _, half := range e.Mend.Both() {
				if side := string(half.Side); len(half.Change.Actions) == 0 {
					sides = append(sides, side+" by text")
				} else {
					sides = append(sides, side)
				}
				if half.Proof == "" || half.After == nil || half.Change.Why == "" || !half.Here {
					t.Errorf("%+v", half)
				}
				t.Logf("%s\n%s\n%s", half.Proof, half.Command(), half.After.Indent())
			}
			if found := strings.Join(sides, " and "); found != s.mend {
				t.Fatalf("it is mended on the side %q, want %q", found, s.mend)
			}
			if e.Mend == nil || !e.Mend.Applies() {
				return
			}
			before := c.box.Snapshot()
			if done := c.applied(e.Mend); done.Code != run.Done || done.CleanUp == "" {
				t.Fatalf("%+v", done)
			}
			if e, tests := c.check(q); !e.Verdict.Holds || e.Mend != nil {
				t.Errorf("mended it does not hold: %+v\n%+v", e.Verdict, tests)
			}
			if done := c.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}}); done.Code != run.Done || len(done.Left) > 0 {
				t.Errorf("%+v", done)
			}
			if after := c.box.Snapshot(); !slices.Equal(before, after) {
				t.Errorf("the world was:\n%s\nand is:\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
			}
		})
	}
}

// A statement of crossgrant's own that somebody spoilt is put right in its place, where the
// person says so: it may have been narrowed on purpose.
func TestMendPutsItsOwnStatementRight(t *testing.T) {
	c := newCheckStage(t)
	a := answers("setup", firm, first, "test-writer")
	a.UseExisting, a.Access, a.Prefix = true, "read-write", "in/"
	if e := c.run(run.Request{Answers: a}); e.Code != run.Done {
		t.Fatalf("%+v", e)
	}
	whole := c.policy(first)
	spoilt := *whole
	spoilt.Statements = slices.Clone(whole.Statements)
	s := &spoilt.Statements[0]
	s.Action.Values = slices.DeleteFunc(slices.Clone(s.Action.Values), func(a string) bool { return a == "s3:PutObject" })
	c.setPolicy(first, &spoilt)
	q := everybody()
	q.Access, q.Prefix, q.Stated = "read-write", "in/", true
	e, _ := c.check(q)
	if e.Mend == nil || e.Mend.Side != steps.Customer || e.Mend.Before == nil || !strings.Contains(e.Mend.Proof, "others of the firm's account what the grant gives them") {
		t.Fatalf("%+v %+v", e.Verdict, e.Mend)
	}
	if done := c.applied(e.Mend); done.Code == run.Done || done.Problem == nil || done.Problem.Summary != "This wants to be asked about" {
		t.Fatalf("%+v", done)
	}
	r, err := run.Mend(t.Context(), c.source, c.dir, e.Mend, func(steps.Event) {})
	must(t, err)
	defer r.Close()
	must(t, r.Begin())
	change, err := r.Plan(t.Context())
	must(t, err)
	if change.Consent == "" || len(change.Actions) != 1 || change.Actions[0].Op.Describe().Summary != e.Mend.Change.Actions[0].Op.Describe().Summary {
		t.Errorf("%+v", change)
	}
	if _, err := r.Apply(t.Context(), change); err != nil || !policy.Same(c.policy(first), whole) {
		t.Errorf("%v %s", err, c.policy(first).Indent())
	}
}

// Each half is there to be applied by whoever is signed in to its account; the other is said.
func TestMendByOneSignIn(t *testing.T) {
	base := newCheckStage(t)
	for name, s := range map[string]struct {
		ask                    func(*steps.Question)
		bucket, own            string
		customersHere, firmHas bool // the two halves, by whom one is signed in
		only                   steps.Side
	}{
		"both":                      {func(*steps.Question) {}, "", "", true, true, ""},
		"the customer's alone":      {func(q *steps.Question) { q.FirmProfile, q.WriterProfile, q.Expected.Firm = "", "", firm }, "", "", true, false, steps.Customer},
		"the firm's and its writer": {func(q *steps.Question) { q.CustomerProfile, q.Expected.Customer = "", customer }, bucketGives, "", false, true, steps.Firm},
	} {
		t.Run(name, func(t *testing.T) {
			c := base.fork(t)
			c.bucketPolicy(s.bucket)
			c.userPolicy(s.own)
			q := everybody()
			s.ask(&q)
			e, _ := c.check(q)
			if e.Mend == nil || !e.Mend.Applies() {
				t.Fatalf("%+v %+v", e.Verdict, e.Mend)
			}
			here := map[steps.Side]bool{}
			for _, half := range e.Mend.Both() {
				here[half.Side] = half.Here
				if !strings.Contains(half.Command(), " --profile "+profiles[map[steps.Side]string{steps.Customer: customer, steps.Firm: firm}[half.Side]]) {
					t.Errorf("the command is %s", half.Command())
				}
			}
			if here[steps.Customer] != s.customersHere || here[steps.Firm] != s.firmHas || e.Mend.Answers().Only != s.only {
				t.Errorf("%v, only %q", here, e.Mend.Answers().Only)
			}
			before := c.box.Snapshot()
			if done := c.applied(e.Mend); done.Code != run.Done {
				t.Errorf("%+v", done)
			}
			if records, err := steps.Records(c.dir); err != nil || len(records) != 1 || records[0].CleanUp == "" || records[0].State() != "finished; what it set up is in place" {
				t.Errorf("%v %+v", err, records)
			}
			if done := c.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}}); done.Code != run.Done || !slices.Equal(before, c.box.Snapshot()) {
				t.Errorf("%+v\n%q", done, c.box.Snapshot())
			}
		})
	}
}

// A mend is no part of a set-up of the same terms: it stands where the set-up's own statement
// was taken out by hand, and goes without it.
func TestMendOfWhatSomebodyTookOut(t *testing.T) {
	c := newCheckStage(t)
	a := answers("setup", firm, first, "test-writer")
	a.UseExisting, a.Access, a.OnlyThisUser = true, "deliver", true
	if e := c.run(run.Request{Answers: a}); e.Code != run.Done {
		t.Fatalf("%+v", e)
	}
	setUp, err := steps.Records(c.dir)
	must(t, err)
	c.bucketPolicy("")
	before := c.box.Snapshot()
	q := everybody()
	q.Access, q.OnlyThisUser, q.Stated = "deliver", true, true
	e, _ := c.check(q)
	if e.Mend == nil || e.Mend.Side != steps.Customer {
		t.Fatalf("%+v", e.Verdict)
	}
	if done := c.applied(e.Mend); done.Code != run.Done {
		t.Fatalf("%+v", done)
	}
	records, err := steps.Records(c.dir)
	must(t, err)
	mine := slices.IndexFunc(records, func(r steps.Record) bool { return r.Run != setUp[0].Run })
	if done := c.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: records[mine].Run}); done.Code != run.Done || len(done.Left) > 0 || !slices.Equal(before, c.box.Snapshot()) {
		t.Errorf("%+v\n%s", done, strings.Join(c.box.Snapshot(), "\n"))
	}
}

// A mend of a set-up's access goes by itself: the set-up keeps what is its own, and the other
// way round, whichever is cleaned up first.
func TestMendBesideASetUp(t *testing.T) {
	base := newCheckStage(t)
	a := answers("setup", firm, first, "test-writer")
	a.UseExisting, a.Access = true, "deliver"
	before := base.box.Snapshot()
	if e := base.run(run.Request{Answers: a}); e.Code != run.Done {
		t.Fatalf("%+v", e)
	}
	setUp := base.box.Snapshot()
	records, err := steps.Records(base.dir)
	must(t, err)
	q := everybody()
	q.Access, q.Stated = "read-write", true // which is more than it gives
	for _, mendFirst := range []bool{true, false} {
		c := base.fork(t)
		e, _ := c.check(q)
		if e.Mend == nil || !e.Mend.Applies() {
			t.Fatalf("%+v %+v", e.Verdict, e.Mend)
		}
		if done := c.applied(e.Mend); done.Code != run.Done {
			t.Fatalf("%+v", done)
		}
		if e, tests := c.check(q); !e.Verdict.Holds {
			t.Errorf("%+v %+v", e.Verdict, tests)
		}
		all, err := steps.Records(c.dir)
		must(t, err)
		order := []string{all[0].Run, all[1].Run}
		if mendFirst == (order[0] == records[0].Run) {
			slices.Reverse(order)
		}
		for i, name := range order {
			if done := c.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: name}); done.Code != run.Done || len(done.Left) > 0 {
				t.Errorf("mend first %t, %d: %+v", mendFirst, i, done)
			}
			if now := c.box.Snapshot(); mendFirst && i == 0 && !slices.Equal(now, setUp) {
				t.Errorf("of the set-up there is\n%s", strings.Join(now, "\n"))
			}
		}
		if now := c.box.Snapshot(); !slices.Equal(now, before) {
			t.Errorf("mend first %t: the world was:\n%s\nand is:\n%s", mendFirst, strings.Join(before, "\n"), strings.Join(now, "\n"))
		}
	}
}

// Right after the change AWS may still refuse: that is waited out, and no organisation is
// blamed for it. Where nothing was changed a check does not wait.
func TestACheckAfterAMendWaitsForAWS(t *testing.T) {
	base := newCheckStage(t)
	for mended, want := range map[bool]policy.Cause{false: policy.OrganisationOrNetwork, true: policy.NoCause} {
		c := base.fork(t)
		c.bucketPolicy(bucketGives)
		c.userPolicy(firmGives)
		for _, operation := range []string{"ListObjectsV2", "PutObject", "PutObject", "GetObject"} {
			c.box.Inject(sandbox.Fault{Operation: operation, Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
		}
		q := everybody()
		q.Mended = mended
		if e, tests := c.check(q); e.Verdict == nil || e.Verdict.Cause != want || (len(e.Letters) > 0) == mended {
			t.Errorf("after a mend %t: %+v\n%+v", mended, e, tests)
		}
	}
}
