package problem

// The kinds of failure that a caller handles differently.

import (
	"context"
	"crypto/tls"
	"errors"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// Denied tells whether err is AWS's plain refusal: the caller is known, and may
// not.
func Denied(err error) bool {
	var p *Error
	return errors.As(err, &p) && (p.Code == "AccessDenied" || p.Code == "Forbidden")
}

// Unreached: no connection was made.
func Unreached(err error) bool {
	var (
		dial *net.OpError
		dns  *net.DNSError
		cert *tls.CertificateVerificationError
	)
	return errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect") ||
		errors.As(err, &dns) || errors.As(err, &cert)
}

func throttled(err error) bool {
	_, ok := retry.DefaultThrottleErrorCodes[Code(err)]
	return ok
}

// Busy: AWS did not do it, but will when asked again.
func Busy(err error) bool {
	return throttled(err) || Is(err, "OperationAborted", "ConditionalRequestConflict", "ConcurrentModification",
		"EntityTemporarilyUnmodifiable", "RequestTimeTooSkewed", "RequestTimeout")
}

// Brief is what a wait shows of an error: its code, or that there was no answer.
func Brief(err error) string {
	switch c := Code(err); {
	case c != "":
		return Clean(c)
	case errors.Is(err, context.DeadlineExceeded) || timedOut(err):
		return "no answer"
	case Unreached(err):
		return "no connection"
	default:
		return "connection lost"
	}
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
