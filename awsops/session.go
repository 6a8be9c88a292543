package awsops

// Sessions: where profiles come from, who acts, in which region, at which pace.

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/awsops/shell"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
)

// Source is where profiles come from and how their sessions behave. The zero
// value reads the usual files and environment.
type Source struct {
	CredentialsFile string            // "": AWS_SHARED_CREDENTIALS_FILE, else ~/.aws/credentials
	ConfigFile      string            // "": AWS_CONFIG_FILE, else ~/.aws/config
	Endpoint        string            // overrides every endpoint, whatever the environment says
	Pace            Pace              // zero: DefaultPace
	Timeout         time.Duration     // how long an answer may take to begin; 0: 20 s
	Patience        time.Duration     // how long the command of a credential_process may take; 0: a minute
	AllowHTTP       bool              // endpoints of other computers that are not encrypted, too
	Transport       http.RoundTripper // carries the requests; nil: the network
	// Token asks for an MFA code. nil: a profile that needs one fails with a
	// problem.Error that says so.
	Token func(ctx context.Context, profile, device string) (string, error)

	kept *sync.Map // sessions by profile, once AWS has said who they are
}

func (s Source) files() (*profile.Files, error) {
	return profile.Read(s.CredentialsFile, s.ConfigFile)
}

// Profiles lists the profiles of both files, each once, in the files' order.
func (s Source) Profiles() ([]profile.Entry, error) {
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	return files.Entries(), nil
}

// Remember returns a source that signs in with each profile once: AWS takes an
// MFA code only once.
func (s Source) Remember() Source {
	s.kept = &sync.Map{}
	return s
}

// SignIn opens a profile and asks STS who it is.
func (s Source) SignIn(ctx context.Context, profile string) (*Session, error) {
	if s.kept != nil {
		if known, ok := s.kept.Load(profile); ok {
			return known.(*Session), nil
		}
	}
	session, err := s.Open(ctx, profile)
	if err != nil {
		return nil, err
	}
	if _, err := session.Identity(ctx); err != nil {
		return nil, err
	}
	if s.kept != nil {
		s.kept.Store(profile, session)
	}
	return session, nil
}

// Pace says how long to wait for AWS to spread a change, and how often to ask.
type Pace struct {
	First, Most time.Duration // between two tries: First, and where AWS is busy doubling, to Most
	Budget      time.Duration // altogether

	// settles is when a refusal is AWS's delay no more, as otherwise says; zero: that is not known.
	settles   time.Time
	otherwise string
}

// DefaultPace fits AWS: every second, up to every 8 s where it is busy, 1 minute in all.
var DefaultPace = Pace{First: time.Second, Most: 8 * time.Second, Budget: time.Minute}

// homeRegion is where calls go that name no region. The one region whose buckets
// have no location constraint.
const homeRegion = "us-east-1"

// Session acts as one identity: a profile, or a key that was just made. It is
// safe for concurrent use.
type Session struct {
	profile string
	key     string // id of the key of WithKey, or of a role's session
	expires time.Time
	cfg     aws.Config
	pace    Pace
	hidden  []problem.Setting // what none of its errors may show
	who     *whoami
	s3      *s3.Client
	iam     *iam.Client
	sts     *sts.Client
	kms     *kms.Client // reads alone
	ends    Endpoints   // of a profile's session
}

func newSession(profile, key string, cfg aws.Config, pace Pace) *Session {
	s := &Session{profile: profile, key: key, pace: pace}
	s.who = newWhoami(cfg.Credentials, s.label())
	cfg.Credentials = s.who
	s.cfg, s.s3, s.iam, s.sts, s.kms = cfg, s3.NewFromConfig(cfg), iam.NewFromConfig(cfg), sts.NewFromConfig(cfg), kms.NewFromConfig(cfg)
	s.who.ask = func(ctx context.Context, with aws.Credentials) (Identity, error) { return askSTS(ctx, s.sts, with) }
	return s
}

// Profile is the name of the profile, "" for a key's session.
func (s *Session) Profile() string { return s.profile }

// Region is where its calls go that name no other.
func (s *Session) Region() string { return s.cfg.Region }

// In returns the session for calls in another region.
func (s *Session) In(region string) *Session {
	if region == "" || region == s.cfg.Region {
		return s
	}
	other := *s
	other.cfg.Region = region
	other.s3, other.kms = s3.NewFromConfig(other.cfg), kms.NewFromConfig(other.cfg)
	return &other
}

// WithKey returns a session that acts with a key alone: same endpoint, region
// and pace, nothing of the profile's.
func (s *Session) WithKey(id string, secret Secret) *Session {
	cfg := s.cfg.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(id, secret.Reveal(), "")
	other := newSession("", id, cfg, s.pace)
	other.hidden = append([]problem.Setting{{Name: "the secret", Where: "the key " + id, Value: secret.Reveal()}}, s.hidden...)
	return other
}

// Until is a session for what another company has to let in, too. A refusal does not say
// whose half is missing: it is waited out only while our own, which was changed then, may not
// have spread. AWS mostly takes seconds, so that is a third of the pace, and a moment at
// least. Otherwise is a sentence on what else it may be.
func (s *Session) Until(changed time.Time, otherwise string) *Session {
	other := *s
	other.pace.settles, other.pace.otherwise = changed.Add(s.pace.Budget/3), otherwise
	if moment := time.Now().Add(2 * s.pace.First); other.pace.settles.Before(moment) {
		other.pace.settles = moment
	}
	return &other
}

// RoleSession is the name that the sessions of roles have.
const RoleSession = "crossgrant"

// AsRole returns a session that acts as a role: same endpoint, region and pace, with
// credentials that STS gives for an hour. Where the role is new the first refusals are
// AWS's delay, which is waited out. Source: AssumeRole.
func (s *Session) AsRole(ctx context.Context, arn string, isNew bool) (*Session, error) {
	var out *sts.AssumeRoleOutput
	err := s.send(ctx, request{
		waitFor: "the role " + nameIn(arn) + " to be one that can be assumed",
		patient: func(err error) bool { return isNew && problem.Is(err, "AccessDenied") && !Forbidden(err) },
		call: func(ctx context.Context) (err error) {
			out, err = s.sts.AssumeRole(ctx, &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String(RoleSession)}, onceSTS)
			return err
		},
	})
	if err != nil {
		return nil, s.notAssumed(arn, err)
	}
	given := out.Credentials
	cfg := s.cfg.Copy()
	cfg.Credentials = credentials.NewStaticCredentialsProvider(aws.ToString(given.AccessKeyId), aws.ToString(given.SecretAccessKey), aws.ToString(given.SessionToken))
	other := newSession("", aws.ToString(given.AccessKeyId), cfg, s.pace)
	other.expires = aws.ToTime(given.Expiration)
	for name, value := range map[string]*string{"the secret": given.SecretAccessKey, "the session token": given.SessionToken} {
		other.hidden = append(other.hidden, problem.Setting{Name: name, Where: "the session of the role " + nameIn(arn), Value: aws.ToString(value)})
	}
	other.hidden = append(other.hidden, s.hidden...)
	return other, nil
}

// notAssumed is the problem of a role that the session may not assume.
func (s *Session) notAssumed(arn string, err error) *problem.Error {
	p := s.problem(err, "assume the role "+arn)
	if !problem.Denied(p) {
		return p
	}
	who := s.label()
	if id, ok := s.who.known(); ok {
		who += " (" + id.ARN + ")"
	}
	p.Summary = "The role cannot be assumed"
	p.Detail = fmt.Sprintf("AWS does not let %s assume the role %s. The role's trust policy must name that user or role, or its account; where it names the account, that user or role also needs a policy of its own that allows sts:AssumeRole on the role.", problem.Clean(who), problem.Clean(arn))
	p.Fixes = []string{
		"See whom the role trusts: " + shell.Command("aws", "iam", "get-role", "--role-name", nameIn(arn), "--profile", s.profile),
		"Have an administrator of the account allow sts:AssumeRole on " + problem.Clean(arn) + ", then try again.",
	}
	return p
}

// Expires is when the credentials of a role's session end; zero: they do not.
func (s *Session) Expires() time.Time { return s.expires }

// Perform does an operation, once. A call that is not safe to send twice is
// looked up before it is sent again. Every error is a problem.Error, and
// problem.Lost tells whether AWS may have done it all the same.
func (s *Session) Perform(ctx context.Context, op Operation) (Receipt, error) {
	receipt, err := op.perform(ctx, s)
	if err != nil {
		return Receipt{}, s.problem(err, uncapital(op.Describe().Summary))
	}
	receipt.Time = time.Now().UTC()
	return receipt, nil
}

func uncapital(sentence string) string {
	r, n := utf8.DecodeRuneInString(sentence)
	return string(unicode.ToLower(r)) + sentence[n:]
}

// problem is Diagnose with what the session knows of itself.
func (s *Session) problem(err error, doing string) *problem.Error {
	account := ""
	if id, ok := s.who.known(); ok {
		account = id.Account
	}
	return problem.DiagnoseAs(err, doing, problem.Actor{Profile: s.profile, Key: s.key, Account: account, Endpoint: s.ends.of("sts", true), Hidden: s.hidden})
}

func requestID(m middleware.Metadata) string {
	id, _ := awsmiddleware.GetRequestIDMetadata(m)
	return id
}
