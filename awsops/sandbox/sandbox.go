// Package sandbox is an embedded AWS for demonstrations and tests: S3, IAM and
// STS behind one HTTP front door on loopback, with several accounts, signatures
// that are checked and requests that are decided by real policies.
//
// It keeps everything in memory, binds loopback only, and its credentials work
// nowhere else. It imports the project's policy package and no other of the
// project's code: it is there to test that code. What it does not serve answers
// NotImplemented, never a wrong success.
package sandbox

import (
	"net/http"
	"sync"
	"time"
)

// Config says what world the sandbox holds. The zero value is Default's.
type Config struct {
	Listen   string        // host:port on loopback; "" is 127.0.0.1 and a free port
	Accounts []Account     // nil: Default's
	Buckets  []Bucket      // nil with Accounts nil: Default's
	IAMDelay time.Duration // before a new key, policy or principal takes effect
	Latency  time.Duration // added to each answer
	Now      func() time.Time
}

// Account is one account: an id of 12 digits, the profile name of an
// administrator user in it, and that of its root user ("" for none).
type Account struct {
	ID, Alias   string
	Admin, Root string
}

// Bucket is a bucket that is there from the start.
type Bucket struct{ Name, Account, Region string }

// Profile is a set of credentials that the sandbox knows.
type Profile struct {
	Name, Account, ARN           string
	AccessKeyID, SecretAccessKey string
}

// Default is the world of the demo: the customer, the firm and a stranger, and
// the bucket my.test.bucket in the customer's account.
func Default() Config { panic("sandbox: Default") }

// Sandbox is a running one.
type Sandbox struct {
	config Config

	mu       sync.Mutex // guards all that follows
	accounts map[string]*account
	buckets  map[string]*bucket
}

// Start serves until Close. It returns once the port answers. Listen addresses
// that are not loopback are refused.
func Start(Config) (*Sandbox, error) { panic("sandbox: Start") }

// URL is the endpoint, http://127.0.0.1:PORT.
func (s *Sandbox) URL() string { panic("sandbox: URL") }

// Close stops serving and ends open connections.
func (s *Sandbox) Close() error { panic("sandbox: Close") }

// Profiles returns every account's profiles, the administrators first.
func (s *Sandbox) Profiles() []Profile { panic("sandbox: Profiles") }

// WriteProfiles writes dir/credentials and dir/config (0600, in a 0700 folder)
// for the AWS CLI and SDKs, and returns their paths.
func (s *Sandbox) WriteProfiles(dir string) (credentials, config string, err error) {
	panic("sandbox: WriteProfiles")
}

// Call is one request that the sandbox answered.
type Call struct {
	Service   string // "s3", "iam", "sts"
	Action    string // as IAM names it: "s3:PutObject", "iam:CreateUser"
	Operation string // the API's name: "PutObject", "HeadBucket"
	Account   string // the caller's, "" when it was not authenticated
	ARN       string // the caller's
	Mutates   bool   // the operation changes something when it succeeds
	Resource  string // bucket/key, or user name
	Status    int
	Code      string // AWS's error code, "" for success
	Start     time.Time
	End       time.Time
}

// Calls returns the log so far, in the order the requests came in.
func (s *Sandbox) Calls() []Call { panic("sandbox: Calls") }

// Fault is something that goes wrong with one request.
type Fault struct {
	Operation string // API name to wait for; "" is the next request, whatever it is
	After     int    // matching requests to let pass first
	Times     int    // how many requests it hits; 0 is one
	Kind      FaultKind
	Status    int    // for Answer
	Code      string // for Answer
	Message   string // for Answer
}

// FaultKind says how a request goes wrong.
type FaultKind int

const (
	Answer      FaultKind = iota // answer Status, Code and Message, changing nothing
	ResetBefore                  // cut the connection before anything is done
	ResetAfter                   // do it, then cut the connection instead of answering
	Hang                         // answer nothing until the client gives up, changing nothing
)

// Inject queues a fault.
func (s *Sandbox) Inject(Fault) { panic("sandbox: Inject") }

// Handler serves the front door without a listener.
func (s *Sandbox) Handler() http.Handler { panic("sandbox: Handler") }

// Snapshot describes all that exists, one line a thing, sorted, without secrets
// and without times: two worlds that are alike in meaning give equal snapshots.
func (s *Sandbox) Snapshot() []string { panic("sandbox: Snapshot") }
