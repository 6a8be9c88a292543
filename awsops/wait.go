package awsops

import (
	"context"
	"time"
)

// Wait tells of one round of waiting for AWS to spread a change.
type Wait struct {
	For     string        // "the new key of test-writer to work": no full stop
	Code    string        // what AWS answered this time
	Elapsed time.Duration // since the first try
	Limit   time.Duration // at most
	Try     int
}

// WithWaits returns a context under which waits are told to f, one call at a
// time, from the goroutine that waits.
func WithWaits(ctx context.Context, f func(Wait)) context.Context { panic("awsops: WithWaits") }
