package run_test

import (
	"slices"
	"strings"
	"testing"

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
	for _, s := range states() {
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
