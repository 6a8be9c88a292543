package awsops

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Lost tells whether an operation that failed with err may have been done all
// the same: the answer was lost on its way.
func Lost(err error) bool {
	var f *fate
	if errors.As(err, &f) {
		return f.maybeDone
	}
	return ambiguous(err)
}

// ambiguous is Lost for the error of a single call.
func ambiguous(err error) bool {
	if err == nil || beforeSending(err) || unreached(err) {
		return false
	}
	status := status(err)
	switch {
	case status == 0:
		var (
			sent   *smithyhttp.RequestSendError
			broken net.Error
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

// unreached: no connection was made.
func unreached(err error) bool {
	var (
		dial *net.OpError
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
	)
	return errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect") ||
		errors.As(err, &dns) || errors.As(err, &cert)
}

func throttled(err error) bool {
	_, ok := retry.DefaultThrottleErrorCodes[code(err)]
	return ok
}

// busy: AWS did not do it, but will when asked again.
func busy(err error) bool {
	return throttled(err) || is(err, "OperationAborted", "ConditionalRequestConflict", "ConcurrentModification",
		"EntityTemporarilyUnmodifiable", "RequestTimeTooSkewed", "RequestTimeout")
}

// code is AWS's error code, "" when AWS gave none.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func is(err error, codes ...string) bool { return err != nil && slices.Contains(codes, code(err)) }

func status(err error) int {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil {
		return response.HTTPStatusCode()
	}
	return 0
}

func header(err error, name string) string {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil {
		return response.Response.Header.Get(name)
	}
	return ""
}

// briefly is the code that a wait shows.
func briefly(err error) string {
	switch c := code(err); {
	case c != "":
		return clean(c)
	case errors.Is(err, context.DeadlineExceeded) || timedOut(err):
		return "no answer"
	case unreached(err):
		return "no connection"
	default:
		return "connection lost"
	}
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
