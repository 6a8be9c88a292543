package steps

import (
	"context"
	"sync"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
)

// order keeps an operation of a group from beginning before those that it comes after: it
// looks at what it is about right before it is sent.
type order struct{ over map[awsops.Target]*result }

// result is what came of one operation, once its channel is closed.
type result struct {
	once  sync.Once
	known chan struct{}
	err   error
}

func newOrder(group []Action) order {
	o := order{map[awsops.Target]*result{}}
	for _, a := range group {
		o.over[a.Op.Target()] = &result{known: make(chan struct{})}
	}
	return o
}

// done tells what came of an action.
func (o order) done(a Action, err error) {
	r := o.over[a.Op.Target()]
	r.once.Do(func() {
		r.err = err
		close(r.known)
	})
}

// wait waits for what an action comes after. Where that failed nothing is sent.
func (o order) wait(ctx context.Context, a Action) error {
	for _, t := range a.After {
		if o.over[t] == nil {
			continue // it is not in this group
		}
		select {
		case <-o.over[t].known:
		case <-ctx.Done():
			return problem.Unsent(ctx.Err())
		}
		if o.over[t].err != nil {
			return problem.Unsent(&problem.Error{
				Summary: "It was not tried",
				Detail:  "What belongs to it could not be removed first: " + string(t.Kind) + " " + t.ID + ".",
				Fixes:   []string{"See to that, then try again."},
			})
		}
	}
	return nil
}
