package run_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/fleet"
	"crossgrant/steps/run"
)

// withFleet adds buckets of many customers' to a world: n of one account.
func withFleet(n int) func(*sandbox.Config) {
	return func(c *sandbox.Config) {
		for i := range n {
			c.Buckets = append(c.Buckets, sandbox.Bucket{Name: fleetBucket(i), Account: customer, Region: "us-east-1"})
		}
	}
}

func fleetBucket(i int) string { return fmt.Sprintf("customer-%021d", i) }

func fleetRows(n int, change ...func(*fleet.Row)) (rows []fleet.Row) {
	for i := range n {
		r := fleet.Row{Line: i + 2, Profile: profiles[customer], Bucket: fleetBucket(i)}
		for _, f := range change {
			f(&r)
		}
		rows = append(rows, r)
	}
	return rows
}

func (s *stage) fleetRequest(rows []fleet.Row) run.FleetRequest {
	return run.FleetRequest{
		Firm: steps.Answers{FirmProfile: profiles[firm], FirmUser: "fleet-writer"}, Rows: rows,
		Source: s.source.Remember(), StateDir: s.dir,
	}
}

// fleet opens and applies.
func (s *stage) fleet(ctx context.Context, q run.FleetRequest) run.FleetEnding {
	s.t.Helper()
	f, err := run.OpenFleet(ctx, q, func(steps.Event) {})
	if err != nil {
		return run.FleetRefused(err)
	}
	defer f.Close()
	return f.Apply(ctx, context.WithoutCancel(ctx))
}

// takeBack cleans a fleet up, which must leave nothing.
func (s *stage) takeBack() run.FleetEnding {
	s.t.Helper()
	q := s.fleetRequest(nil)
	q.ID = steps.FleetID(awsops.UserIn(firm, "fleet-writer"))
	if q.Firm.FirmRole != "" {
		q.ID = steps.FleetID(awsops.RoleIn(firm, q.Firm.FirmRole))
	}
	return s.fleet(s.t.Context(), q)
}

func (s *stage) mustEnd(e run.FleetEnding, code int) {
	s.t.Helper()
	if e.Code == code {
		return
	}
	s.t.Errorf("the code is %d, want %d: %s %v", e.Code, code, e.Now, e.Problem)
	for _, r := range e.Table() {
		if r.Why != "" {
			s.t.Errorf("%s: %s: %s", r.Bucket, r.State, r.Why)
		}
	}
}

// Sixty buckets for one user, for which it takes an inline policy and a managed one: each
// takes what the user delivers, and a clean-up leaves both sides as they were.
func TestAFleetForOneUser(t *testing.T) {
	n := 60
	if testing.Short() {
		n = 25
	}
	s := newStage(t, withFleet(n))
	before := s.box.Snapshot()
	s.mustEnd(s.fleet(t.Context(), s.fleetRequest(fleetRows(n))), run.Done)
	for i := range n {
		if !s.delivers(awsops.UserIn(firm, "fleet-writer"), fleetBucket(i)) {
			t.Fatalf("the user cannot deliver to bucket %d", i)
		}
	}
	s.mustEnd(s.takeBack(), run.Done)
	if after := s.box.Snapshot(); !slices.Equal(before, after) {
		t.Errorf("something is left: %q", after)
	}
}

// A thousand buckets in an AWS that is slow and that fails now and then: all are done.
func TestAFleetThroughFaults(t *testing.T) {
	n := 1000
	if testing.Short() || raced {
		n = 60
	}
	s := newStage(t, withFleet(n), func(c *sandbox.Config) { c.Latency, c.KeepCalls = 20*time.Millisecond, false })
	for i := range n { // one of twenty requests
		kind := []sandbox.Fault{
			{Kind: sandbox.Answer, Status: 503, Code: "SlowDown"}, {Kind: sandbox.Answer, Status: 500, Code: "InternalError"}, {Kind: sandbox.ResetBefore}, {Kind: sandbox.ResetAfter},
		}[i%4]
		for _, operation := range []string{"PutBucketPolicy", "PutObject", "GetObject", "GetBucketPolicy"} {
			if i%5 == 0 {
				kind.Operation, kind.After = operation, i/5*7
				s.box.Inject(kind)
			}
		}
	}
	s.source.Transport = nil
	rows := fleetRows(n, func(r *fleet.Row) { r.Access = "deliver" }) // of the article's access a user has room for 639
	// A bucket may come upon more faults than are waited out. Then all others are done, and the
	// same command does it.
	if e := s.fleet(t.Context(), s.fleetRequest(rows)); e.Code != run.Done {
		failed := slices.DeleteFunc(e.Table(), func(r run.FleetRow) bool { return r.State == string(steps.RowDone) })
		if t.Logf("%d buckets failed: %+v", len(failed), failed); e.Code != run.Left || len(failed) > n/100+1 {
			t.Fatal(e.Code, e.Now, e.Problem)
		}
		s.mustEnd(s.fleet(t.Context(), s.fleetRequest(rows)), run.Done)
	}
	for _, i := range []int{0, n / 2, n - 1} {
		if !s.delivers(awsops.UserIn(firm, "fleet-writer"), fleetBucket(i)) {
			t.Errorf("the user cannot deliver to bucket %d", i)
		}
	}
}

// BenchmarkFleet tells what a bucket costs in requests and in memory.
func BenchmarkFleet(b *testing.B) {
	const n = 200
	for b.Loop() {
		s := newStage(b, withFleet(n))
		s.source.Transport = nil // by the network, as its users have it
		before := len(s.box.Calls())
		var was, is runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&was)
		q := s.fleetRequest(fleetRows(n))
		f, err := run.OpenFleet(b.Context(), q, func(steps.Event) {})
		must(b, err)
		opened := len(s.box.Calls())
		e := f.Apply(b.Context(), b.Context())
		runtime.ReadMemStats(&is)
		f.Close()
		if e.Code != run.Done {
			b.Fatal(e.Now, e.Problem)
		}
		count := map[string]int{}
		for _, c := range s.box.Calls()[before:] {
			count[c.Operation]++
		}
		b.Log(count)
		b.ReportMetric(float64(opened-before)/n, "reads/bucket")
		b.ReportMetric(float64(len(s.box.Calls())-before)/n, "requests/bucket")
		b.ReportMetric(float64(is.HeapInuse-was.HeapInuse)/(1<<20), "MB")
	}
}
