package problem

// The kinds of failure that a caller handles differently.

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
)

// Denied tells whether err is AWS's plain refusal: the caller is known, and may
// not.
func Denied(err error) bool {
	var p *Error
	return errors.As(err, &p) && (p.Code == "AccessDenied" || p.Code == "Forbidden")
}

// Local tells whether an error is of this computer: of a file, a folder or a program.
func Local(err error) bool {
	var (
		file    *fs.PathError
		link    *os.LinkError
		program *exec.Error
		network *net.OpError // which may be about a file of its own
	)
	return (errors.As(err, &file) || errors.As(err, &link) || errors.As(err, &program)) && !errors.As(err, &network)
}

// Unreached: no connection was made.
func Unreached(err error) bool {
	var (
		never *NeverSent
		dial  *net.OpError
		dns   *net.DNSError
		cert  *tls.CertificateVerificationError
	)
	return errors.As(err, &never) || errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect") ||
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
	if !errors.As(err, &t) {
		return false
	}
	switch t.(type) {
	case *fs.PathError, *os.SyscallError, syscall.Errno: // of a file; the network wraps its own
		return false
	}
	return t.Timeout()
}
