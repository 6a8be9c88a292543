package problem

// What goes wrong on the way to AWS, as far as awsops can tell it by more than a text.

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// NeverSent is the error of a request for which no connection was there: whatever it
// asks for was not done.
type NeverSent struct{ Err error }

func (e *NeverSent) Error() string { return e.Err.Error() }
func (e *NeverSent) Unwrap() error { return e.Err }

// RetryableError tells the SDK not to try again what stays as it is.
func (e *NeverSent) RetryableError() bool {
	var (
		dns        *net.DNSError
		cert       *tls.CertificateVerificationError
		refused    *ProxyRefused
		unreadable *ProxyUnreadable
	)
	switch {
	case errors.As(e.Err, &refused):
		return refused.Status >= 500
	case errors.As(e.Err, &dns):
		return !dns.IsNotFound
	}
	return !errors.As(e.Err, &cert) && !errors.As(e.Err, &unreadable) && !errors.Is(e.Err, http.ErrSchemeMismatch)
}

// ProxyRefused is the answer of a proxy that makes no connection.
type ProxyRefused struct {
	Proxy  string // its host
	Status int
}

func (e *ProxyRefused) Error() string {
	if e.Status == http.StatusProxyAuthRequired {
		return fmt.Sprintf("the proxy %s answered 407 Proxy Authentication Required", e.Proxy)
	}
	return fmt.Sprintf("the proxy %s refused with %d %s", e.Proxy, e.Status, http.StatusText(e.Status))
}

// ProxyUnreadable is a proxy that is set in a way that nobody can read.
type ProxyUnreadable struct{ Variable string }

func (e *ProxyUnreadable) Error() string { return e.Variable + " is not the address of a proxy" }

// NotAWS is an answer that is not AWS's, nor of what speaks as AWS does, and no fault of
// a gateway: whatever was asked for was not done.
type NotAWS struct {
	Host   string // that was asked; "": not known
	Status int
	HTTPS  bool // the host takes encrypted requests only
}

func (e *NotAWS) Error() string {
	switch {
	case e.HTTPS:
		return "not aws: the port is encrypted, and the request was not"
	case e.Status == http.StatusProxyAuthRequired:
		return "not aws: 407 Proxy Authentication Required"
	}
	return fmt.Sprintf("not aws: the answer is %d %s, and not in AWS's format", e.Status, http.StatusText(e.Status))
}

// RetryableError tells the SDK not to ask again.
func (e *NotAWS) RetryableError() bool { return false }

// through is the proxy that an error is about, and asked the host that was asked.
func through(err error) (proxy, asked string) {
	var (
		refused *ProxyRefused
		foreign *NotAWS
		dns     *net.DNSError
		op      *net.OpError
	)
	proxy, asked = "the proxy", "the endpoint"
	switch {
	case errors.As(err, &refused):
		proxy = "the proxy " + Clean(refused.Proxy)
	case errors.As(err, &dns):
		proxy, asked = "the proxy "+Clean(dns.Name), Clean(dns.Name)
	case errors.As(err, &foreign) && foreign.Host != "":
		asked = Clean(foreign.Host)
	}
	for errors.As(err, &op) {
		if op.Op == "dial" && op.Addr != nil && dns == nil {
			proxy, asked = "the proxy "+Clean(op.Addr.String()), Clean(op.Addr.String())
		}
		err = op.Err
	}
	return proxy, asked
}
