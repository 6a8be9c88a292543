package steps

import (
	"slices"
	"testing"
	"time"

	"crossgrant/awsops/sandbox"
)

// BenchmarkTour runs the whole tour in a sandbox without delays: all that a
// person waits for after the profiles are known. Besides the time it reports what
// does not depend on the machine: the calls to AWS, and how many round trips had
// to follow one another.
func BenchmarkTour(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := newStage(b, sandbox.Default())
		b.StartTimer()
		s.tour(b)
		b.StopTimer()
		_ = s.box.Close()
		b.StartTimer()
	}
	b.StopTimer()
	slow := sandbox.Default()
	slow.Latency = 10 * time.Millisecond // so that calls side by side overlap
	s := newStage(b, slow)
	s.tour(b)
	calls := s.box.Calls()
	b.ReportMetric(float64(len(calls)), "calls/op")
	b.ReportMetric(float64(roundTrips(calls)), "roundtrips/op")
}

func (s *stage) tour(b *testing.B) {
	w, _, err := Prepare(b.Context(), s.source, answers("tour"), Expected{})
	if err == nil {
		err = w.Begin(s.dir, false)
	}
	if err == nil {
		err = walk(b.Context(), NewEngine(w, Tour(), ignore), -1)
	}
	if err != nil {
		b.Fatal(err)
	}
	_ = w.Journal.Close()
}

// roundTrips counts the calls that began when no earlier one was under way: those
// that run side by side count once.
func roundTrips(calls []sandbox.Call) int {
	calls = slices.SortedFunc(slices.Values(calls), func(a, b sandbox.Call) int { return a.Start.Compare(b.Start) })
	n, end := 0, time.Time{}
	for _, c := range calls {
		if !c.Start.Before(end) {
			n++
		}
		if c.End.After(end) {
			end = c.End
		}
	}
	return n
}
