package awsops

// Sending a request that changes something: when again, and after which look.

import (
	"context"
	"errors"
	"fmt"

	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
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
	// moves: what it replaces or deletes may be another's by the next try, so settle looks
	// before each.
	moves bool
	// once: a lost answer ends it.
	once bool
}

func onceS3(o *s3.Options)   { o.Retryer = aws.NopRetryer{} }
func onceIAM(o *iam.Options) { o.Retryer = aws.NopRetryer{} }
func onceSTS(o *sts.Options) { o.Retryer = aws.NopRetryer{} }

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
		lost := problem.Lost(err)
		maybeDone = maybeDone || lost
		if stop := ctx.Err(); stop != nil { // whatever the last answer was
			return problem.Fate(errors.Join(stop, err), maybeDone)
		}
		if r.settle != nil && (lost || r.moves) {
			done, lookErr := r.settle(ctx)
			var (
				found   *problem.Error
				foreign *problem.NotAWS
			)
			switch {
			case errors.As(lookErr, &found) && found.Err == nil: // seen, and not ours
				return problem.Unsent(found)
			case errors.As(lookErr, &foreign) && foreign.HTTPS: // to which no request went as it has to be
				return problem.Unsent(lookErr)
			}
			if lookErr != nil {
				return problem.Fate(errors.Join(err, fmt.Errorf("look whether it was done: %w", lookErr)), maybeDone)
			}
			if done {
				return nil
			}
		}
		patient := problem.Busy(err) || r.patient != nil && r.patient(err)
		switch {
		case patient && wait.left():
		case sends < maxSends && (lost && !r.once || problem.Busy(err) || problem.Unreached(err)):
			sends++
		default:
			return problem.Fate(err, maybeDone)
		}
		if stop := wait.pause(ctx, problem.Brief(err), problem.Busy(err)); stop != nil {
			return problem.Fate(errors.Join(stop, err), maybeDone)
		}
	}
}
