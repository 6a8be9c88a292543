// Package sandbox is an embedded AWS for demonstrations and tests: S3, IAM, STS
// and KMS behind one HTTP front door on loopback, with several accounts, signatures
// that are checked and requests that are decided by real policies.
//
// This package is the front door: it takes requests in, checks with sigv4 how they
// are signed, lets faults have their way and hands the rest to iam, s3 and kms.
//
// It keeps everything in memory, binds loopback only, and its credentials work
// nowhere else. It imports the project's policy package and no other of the
// project's code: it is there to test that code. What it does not serve answers
// NotImplemented, never a wrong success.
package sandbox

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/iam"
	"crossgrant/awsops/sandbox/kms"
	"crossgrant/awsops/sandbox/s3"
)

// Config says what world the sandbox holds. The zero value is Default's.
type Config struct {
	Listen   string           // host:port on loopback; "" is 127.0.0.1 and a free port
	Accounts []Account        // nil: Default's
	Buckets  []Bucket         // nil with Accounts nil: Default's
	IAMDelay time.Duration    // before a new key, policy or principal takes effect
	Latency  time.Duration    // added to each answer
	Now      func() time.Time // nil: the real clock. Signatures' ages are measured by it too
	TLS      bool             // serve https, with a certificate that WriteProfiles has clients trust
	Capacity int              // bytes that all objects and uploads may count for; 0 is 512 MB

	// KeepCalls keeps a log of all requests for Calls to give: a test's aid, which
	// takes the more memory the longer a sandbox runs.
	KeepCalls bool
}

// Account is one account: an id of 12 digits, the profile name of an
// administrator user in it, and that of its root user ("" for none).
type Account struct {
	ID, Alias   string
	Admin, Root string

	// Organization is the id of the account's, such as o-exampleorgid: one of its own
	// where there are policies and no id. Each of the SCPs is of another level above the
	// account; the RCPs can only deny.
	Organization string
	SCPs, RCPs   []policy.Document
}

// Bucket is a bucket that is there from the start, with its policy, nil for none, which
// names everyone alone.
type Bucket struct {
	Name, Account, Region string
	Policy                *policy.Document
}

// Profile is a set of credentials that the sandbox knows.
type Profile struct {
	Name, Account, ARN           string
	AccessKeyID, SecretAccessKey string
}

// Default is the world of the demo: the customer, the firm and a stranger, and
// the bucket my.test.bucket in the customer's account.
func Default() Config {
	return Config{
		Accounts: []Account{
			{ID: "111122223333", Alias: "acme-data", Admin: "my_awesome_customer", Root: "my_awesome_customer_root"},
			{ID: "444455556666", Alias: "my-firm", Admin: "my_firm", Root: "my_firm_root"},
			{ID: "777788889999", Admin: "stranger"},
		},
		Buckets: []Bucket{{Name: "my.test.bucket", Account: "111122223333", Region: s3.DefaultRegion}},
	}
}

// Sandbox is a running one.
type Sandbox struct {
	config      Config
	listener    net.Listener
	certificate *tls.Certificate // nil without TLS
	server      *http.Server
	profiles    []Profile

	mu     sync.Mutex // guards all that follows, and what it holds
	iam    *iam.Directory
	kms    *kms.Service
	s3     *s3.Service
	calls  []*Call // with KeepCalls; without an End while a call has no answer yet
	faults []*Fault
}

// Start serves until Close. It returns once the port answers. Listen addresses
// that are not loopback are refused.
func Start(config Config) (*Sandbox, error) {
	if config.Accounts == nil {
		config.Accounts = Default().Accounts
		if config.Buckets == nil {
			config.Buckets = Default().Buckets
		}
	}
	s := &Sandbox{config: config}
	s.iam = iam.New(&s.mu, config.IAMDelay)
	s.kms = kms.New(&s.mu, s.iam)
	s.s3 = s3.New(&s.mu, s.iam, s.kms, config.Capacity)
	if err := s.populate(); err != nil {
		return nil, err
	}
	if config.TLS {
		var err error
		if s.certificate, err = selfSigned(); err != nil {
			return nil, err
		}
	}
	if err := s.listen(); err != nil {
		return nil, err
	}
	return s, nil
}

// listen serves on the configured address until Close.
func (s *Sandbox) listen() error {
	address, err := loopback(cmp.Or(s.config.Listen, "127.0.0.1:0"))
	if err != nil {
		return err
	}
	if s.listener, err = net.Listen("tcp", address); err != nil {
		return fmt.Errorf("the sandbox cannot listen on %s: %w; choose another port, or 0 for a free one", address, err)
	}
	if s.certificate != nil {
		s.listener = tls.NewListener(s.listener, &tls.Config{Certificates: []tls.Certificate{*s.certificate}})
	}
	s.server = &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    64 << 10, // some of it is kept with what a request makes
		ReadTimeout:       2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          log.New(io.Discard, "", 0), // it would write across the screen
	}
	go s.server.Serve(s.listener)
	return nil
}

func loopback(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("the address %q to listen on is not HOST:PORT: %w", listen, err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("the sandbox listens on loopback only, and %q is not: use 127.0.0.1:%s", listen, port)
	}
	return net.JoinHostPort(host, port), nil
}

func (s *Sandbox) now() time.Time {
	if s.config.Now != nil {
		return s.config.Now()
	}
	return time.Now()
}

// URL is the endpoint, http://127.0.0.1:PORT or with TLS https.
func (s *Sandbox) URL() string {
	if s.certificate != nil {
		return "https://" + s.listener.Addr().String()
	}
	return "http://" + s.listener.Addr().String()
}

// Close stops serving and ends open connections.
func (s *Sandbox) Close() error {
	err := s.server.Close()
	// Serve may not have taken the listener over yet, and then Close missed it.
	if closed := s.listener.Close(); err == nil && !errors.Is(closed, net.ErrClosed) {
		err = closed
	}
	return err
}

// Call is one request that the sandbox answered, or left without an answer
// because of a fault.
type Call struct {
	Service   string // "s3", "iam", "sts", "kms"
	Action    string // as IAM names it: "s3:PutObject", "iam:CreateUser"
	Operation string // the API's name: "PutObject", "HeadBucket"
	Account   string // the caller's, "" when it was not authenticated
	ARN       string // the caller's
	Mutates   bool   // the operation changes something when it succeeds
	Resource  string // bucket/key, or the name of a user or a key
	Status    int    // 0 when it was cut off before anything was done
	Code      string // AWS's error code, "" for success
	Start     time.Time
	End       time.Time
}

// Calls returns the log so far, in the order the requests came in, of a sandbox that
// was started with KeepCalls.
func (s *Sandbox) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var calls []Call
	for _, c := range s.calls {
		if !c.End.IsZero() {
			calls = append(calls, *c)
		}
	}
	return calls
}

// Handler serves the front door without a listener.
func (s *Sandbox) Handler() http.Handler { return http.HandlerFunc(s.serve) }
