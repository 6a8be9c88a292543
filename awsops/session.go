package awsops

import (
	"context"
	"time"
)

// Source is where profiles come from and how their sessions behave. The zero
// value reads the usual files and environment.
type Source struct {
	CredentialsFile string // "": AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials
	ConfigFile      string // "": AWS_CONFIG_FILE, else ~/.aws/config
	Endpoint        string // overrides every endpoint, whatever the environment says
	Pace            Pace   // zero: DefaultPace
	// Token asks for an MFA code. nil: a profile that needs one fails with a
	// Problem that says so.
	Token func(ctx context.Context, profile, device string) (string, error)
}

// Pace says how long to wait for AWS to spread a change, and how often to ask.
type Pace struct {
	First, Most time.Duration // between two tries: from First, doubling, to Most
	Budget      time.Duration // altogether
	InARow      int           // successes that prove a new key
	Gap         time.Duration // between those
}

// DefaultPace fits AWS: 1 s doubling to 8 s, 1 minute in all, three successes.
var DefaultPace = Pace{First: time.Second, Most: 8 * time.Second, Budget: time.Minute, InARow: 3, Gap: 500 * time.Millisecond}

// Profile is one profile of the shared files.
type Profile struct {
	Name   string
	Kind   string // "key", "sso", "role", "process", "login", "web identity" or "none"
	File   string // where it stands
	Region string // "" when it has none
	Detail string // such as the role's ARN or the SSO start page
}

// Profiles lists the profiles of both files, each once, in the files' order.
func (s Source) Profiles() ([]Profile, error) { panic("awsops: Profiles") }

// Open makes a session for a profile. It contacts AWS only where the profile's
// kind needs it. Its errors are Problems: an unknown profile comes with the
// nearest names.
func (s Source) Open(ctx context.Context, profile string) (*Session, error) { panic("awsops: Open") }

// Session acts as one identity: a profile, or a key that was just made. It is
// safe for concurrent use.
type Session struct{}

// Identity is who a session is, by sts:GetCallerIdentity.
type Identity struct {
	Account, ARN, UserID string
	Partition            string // "aws", "aws-cn", "aws-us-gov", "aws-eusc"
}

// Profile is the name of the profile, "" for a key's session.
func (s *Session) Profile() string { panic("awsops: Session.Profile") }

// Identity asks STS who this is, once: later calls return the same answer.
func (s *Session) Identity(ctx context.Context) (Identity, error) { panic("awsops: Identity") }

// In returns the session for calls in another region.
func (s *Session) In(region string) *Session { panic("awsops: In") }

// WithKey returns a session that acts with a key alone: same endpoint, region
// and pace, nothing of the profile's.
func (s *Session) WithKey(id string, secret Secret) *Session { panic("awsops: WithKey") }

// Perform does an operation, once. A call that is not safe to send twice is
// looked up before it is sent again. Errors are Problems; Lost tells whether AWS
// may have done it all the same.
func (s *Session) Perform(ctx context.Context, op Operation) (Receipt, error) {
	return op.perform(ctx, s)
}

// AwaitKey asks STS with this session's key until it answered Pace.InARow times
// running that this is the user arn.
func (s *Session) AwaitKey(ctx context.Context, arn string) error { panic("awsops: AwaitKey") }
