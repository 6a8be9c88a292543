package run_test

import (
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// A user whose inline policies have no room left gets a managed one for the next bucket. Each
// set-up works beside the others, and is taken back by itself in any order.
func TestTheNextBucketOfAUser(t *testing.T) {
	const n = 11
	all := newStage(t, withFleet(n))
	all.do(firm, awsops.CreateUser{Account: firm, Name: "busy", Run: "somebody"})
	before := all.box.Snapshot()
	var runs []string
	for i := range n {
		a := answers("setup", firm, fleetBucket(i), "busy")
		a.UseExisting = true
		e := all.run(run.Request{Answers: a})
		if e.Code != run.Done {
			t.Fatal(i, e.Now, e.Problem)
		}
		runs = append(runs, e.Facts.Run)
	}
	if all.calls("CreatePolicy") == 0 || all.calls("PutUserPolicy") == 0 {
		t.Fatalf("%d managed policies, %d inline ones", all.calls("CreatePolicy"), all.calls("PutUserPolicy"))
	}
	for name, back := range map[string]func(a []string){"the first first": func([]string) {}, "the last first": slices.Reverse[[]string]} {
		t.Run(name, func(t *testing.T) {
			s := all.forkFor(t)
			for i := range n {
				if !s.delivers(awsops.UserIn(firm, "busy"), fleetBucket(i)) {
					t.Errorf("it cannot deliver to bucket %d", i)
				}
			}
			runs := slices.Clone(runs)
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
	t.Run("what it has cannot be looked at", func(t *testing.T) {
		s := all.forkFor(t)
		before := s.calls("DeletePolicy")
		s.box.Inject(sandbox.Fault{Operation: "ListMFADevices", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "no", Times: 1000})
		e := s.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: runs[n-1]})
		if e.Code != run.Left || s.calls("DeletePolicy") != before || !strings.Contains(said(e), "managed policy") {
			t.Errorf("%d %s: %v, %d policies deleted", e.Code, e.Now, e.Left, s.calls("DeletePolicy")-before)
		}
	})
}
