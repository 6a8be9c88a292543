package awsops

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// maxSends is how often a call is sent when AWS is busy or answers are lost.
const maxSends = 4

// A request is one call that changes something. The SDK does not retry it: what
// may be sent again, and after which look, is decided here.
type request struct {
	waitFor string // what a wait is for, as in Wait.For
	call    func(context.Context) error
	// patient tells which refusals AWS's delay explains; they are waited out.
	patient func(error) bool
	// settle looks, after a lost answer, whether the call was done. nil: to send it
	// twice does no harm.
	settle func(context.Context) (done bool, err error)
}

// fate marks an error with whether the call may have been done all the same.
type fate struct {
	error
	maybeDone bool
}

func (f *fate) Unwrap() error { return f.error }

// unsent marks an error after which nothing of the operation is done.
func unsent(err error) error { return &fate{err, false} }

func onceS3(o *s3.Options)   { o.Retryer = aws.NopRetryer{} }
func onceIAM(o *iam.Options) { o.Retryer = aws.NopRetryer{} }

// send does a request until it worked, was refused, or must be given up.
func (s *Session) send(ctx context.Context, r request) error {
	var (
		wait      = s.waitFor(r.waitFor)
		maybeDone bool
	)
	for sends := 1; ; {
		err := r.call(ctx)
		if err == nil {
			return nil
		}
		lost := ambiguous(err)
		maybeDone = maybeDone || lost
		if ctx.Err() != nil {
			return &fate{err, maybeDone}
		}
		if lost && r.settle != nil {
			done, lookErr := r.settle(ctx)
			var found *Problem
			if errors.As(lookErr, &found) && found.err == nil { // seen, and not ours
				return unsent(found)
			}
			if lookErr != nil {
				return &fate{errors.Join(err, fmt.Errorf("look whether it was done: %w", lookErr)), true}
			}
			if done {
				return nil
			}
		}
		patient := busy(err) || r.patient != nil && r.patient(err)
		switch {
		case patient && wait.left():
		case sends < maxSends && (lost || busy(err) || unreached(err)):
			sends++
		default:
			return &fate{err, maybeDone}
		}
		if stop := wait.pause(ctx, briefly(err)); stop != nil {
			return &fate{errors.Join(stop, err), maybeDone}
		}
	}
}
