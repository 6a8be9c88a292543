package awsops

// Waiting, mostly for AWS to spread a change, and telling of it.

import (
	"context"
	"sync"
	"time"
)

// Wait tells of one round of waiting: for AWS to spread a change, or for a program of this
// computer that a profile names.
type Wait struct {
	For     string        // "the new key of test-writer to work": no full stop
	Code    string        // what AWS answered this time
	Why     string        // a sentence on what takes its time; "": AWS spreads a change
	Elapsed time.Duration // since the first try
	Limit   time.Duration // at most
	Try     int
}

type waitsKey struct{}

// WithWaits returns a context under which waits are told to f, one call at a
// time, from the goroutine that waits.
func WithWaits(ctx context.Context, f func(Wait)) context.Context {
	var one sync.Mutex
	return context.WithValue(ctx, waitsKey{}, func(w Wait) {
		one.Lock()
		defer one.Unlock()
		f(w)
	})
}

func tell(ctx context.Context, w Wait) {
	if f, ok := ctx.Value(waitsKey{}).(func(Wait)); ok {
		f(w)
	}
}

type hopeKey struct{}

// WithHope returns a context under which a refusal is waited out only where hope agrees: its
// caller may know that no waiting helps.
func WithHope(ctx context.Context, hope func(error) bool) context.Context {
	return context.WithValue(ctx, hopeKey{}, hope)
}

func hopeless(ctx context.Context, err error) bool {
	hope, ok := ctx.Value(hopeKey{}).(func(error) bool)
	return ok && !hope(err)
}

// A waiting paces the tries of one call.
type waiting struct {
	pace  Pace
	what  string // what is waited for
	start time.Time
	try   int
	next  time.Duration
}

func (s *Session) waitFor(what string) *waiting {
	return &waiting{pace: s.pace, what: what, start: time.Now(), next: s.pace.First}
}

// settled tells that a refusal is certainly not AWS's delay.
func (p Pace) settled() bool { return !p.settles.IsZero() && !time.Now().Before(p.settles) }

// left tells whether there is time for another try.
func (w *waiting) left() bool { return time.Since(w.start) < w.pace.Budget }

// pause tells of the wait and sleeps until the next try: evenly where AWS spreads a
// change, so that the wait is hardly longer than AWS's own, and longer each time where
// AWS is busy. Its error is the context's.
func (w *waiting) pause(ctx context.Context, code string, busy bool) error {
	elapsed, limit, why := time.Since(w.start), w.pace.Budget, ""
	if code == "AccessDenied" && !w.pace.settles.IsZero() {
		limit, why = min(limit, w.pace.settles.Sub(w.start)), w.pace.otherwise
	}
	w.try++
	tell(ctx, Wait{For: w.what, Code: code, Why: why, Elapsed: elapsed, Limit: limit, Try: w.try})
	rest := w.next
	if elapsed < limit {
		rest = min(rest, limit-elapsed) // so that the last try is at the end
	}
	if busy {
		w.next = min(2*w.next, w.pace.Most)
	}
	return sleep(ctx, rest)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return ctx.Err()
	}
}
