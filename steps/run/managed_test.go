package run_test

import (
	"slices"
	"testing"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// A user whose inline policies have no room left gets a managed one for the next bucket. Each
// set-up works beside the others, and is taken back by itself in any order.
func TestTheNextBucketOfAUser(t *testing.T) {
	const n = 11
	for name, back := range map[string]func(a []string){"the first first": func([]string) {}, "the last first": slices.Reverse[[]string]} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, withFleet(n))
			user := awsops.UserIn(firm, "busy")
			s.do(firm, awsops.CreateUser{Account: firm, Name: "busy", Run: "somebody"})
			before := s.box.Snapshot()
			var runs []string
			for i := range n {
				a := answers("setup", firm, fleetBucket(i), "busy")
				a.UseExisting = true
				e := s.run(run.Request{Answers: a})
				if e.Code != run.Done {
					t.Fatal(i, e.Now, e.Problem)
				}
				runs = append(runs, e.Facts.Run)
			}
			if s.calls("CreatePolicy") == 0 || s.calls("PutUserPolicy") == 0 {
				t.Fatalf("%d managed policies, %d inline ones", s.calls("CreatePolicy"), s.calls("PutUserPolicy"))
			}
			for i := range n {
				if !s.delivers(user, fleetBucket(i)) {
					t.Errorf("it cannot deliver to bucket %d", i)
				}
			}
			back(runs)
			for _, r := range runs {
				if e := s.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: r}); e.Code != run.Done {
					t.Errorf("%d %s %v", e.Code, e.Now, e.Left)
				}
			}
			if after := s.box.Snapshot(); !slices.Equal(before, after) {
				t.Errorf("something is left: %q", after)
			}
		})
	}
}
