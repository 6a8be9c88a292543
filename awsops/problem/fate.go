package problem

// Whether an operation that failed may have been done all the same.

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// fate marks an error with whether the call may have been done all the same.
type fate struct {
	error
	maybeDone bool
}

func (f *fate) Unwrap() error { return f.error }

// Fate marks an error with whether the operation that it ended may have been done
// all the same, for Lost to tell.
func Fate(err error, maybeDone bool) error { return &fate{err, maybeDone} }

// Unsent marks an error after which nothing of the operation is done.
func Unsent(err error) error { return Fate(err, false) }

// Lost tells whether what failed with err may have been done all the same: the
// answer was lost on its way. A mark of Fate goes before what the error itself says.
func Lost(err error) bool {
	var f *fate
	if errors.As(err, &f) {
		return f.maybeDone
	}
	return ambiguous(err)
}

// ambiguous is Lost for the error of a single call.
func ambiguous(err error) bool {
	if err == nil || beforeSending(err) || Unreached(err) || Local(err) {
		return false
	}
	var foreign *NotAWS
	if errors.As(err, &foreign) {
		return false
	}
	status := Status(err)
	switch {
	case status == 0:
		var (
			sent   *smithyhttp.RequestSendError
			broken *net.OpError // and not net.Error, which a file's error is as well
		)
		return errors.As(err, &sent) || errors.As(err, &broken) || errors.Is(err, io.ErrUnexpectedEOF) ||
			errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	case status < 300: // an answer that broke off
		return true
	default:
		return status >= 500 && status != http.StatusNotImplemented && !throttled(err)
	}
}

// beforeSending: the SDK could not get credentials, for which it made a call
// of its own, so that the operation itself was not sent.
func beforeSending(err error) bool {
	var outer, inner *smithy.OperationError
	return errors.As(err, &outer) && errors.As(outer.Err, &inner)
}
