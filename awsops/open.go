package awsops

// From the name of a profile to a session.

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/awsops/shell"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// Open makes a session for a profile. It contacts AWS only where the profile's
// kind needs it. Its errors say what to do: an unknown profile comes with the
// nearest names.
func (s Source) Open(ctx context.Context, profile string) (*Session, error) {
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	if err := files.Usable(profile); err != nil {
		return nil, err
	}
	says := func(key string) string { return files.Value(profile, key) }
	pace := s.Pace
	if pace == (Pace{}) {
		pace = DefaultPace
	}
	endpoints, err := s.endpoints(files, profile)
	if err != nil {
		return nil, err
	}
	text, inCopy, err := files.Copy(profile)
	if err != nil {
		return nil, err
	}
	var needsToken bool
	base := cmp.Or(says("source_profile"), profile) // the SDK keeps the options: they must not keep all profiles
	command := &process{patience: s.Patience}
	cfg, err := s.load(
		ctx, text,
		config.WithSharedConfigProfile(inCopy),
		s.kindOfEndpoint(),
		config.WithDefaultRegion(homeRegion),
		config.WithEC2IMDSClientEnableState(metadataService(says("credential_source"))),
		config.WithLogger(logging.Nop{}), // the SDK writes to stderr, over whatever is on the screen
		config.WithHTTPClient(s.client()),
		config.WithServiceOptions(setEndpoints(endpoints, says("s3.addressing_style") == "path")),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = maxSends
				o.MaxBackoff = pace.Most
			})
		}),
		config.WithWebIdentityRoleCredentialOptions(func(o *stscreds.WebIdentityRoleOptions) {
			if client, ok := o.Client.(*sts.Client); ok {
				o.Client = signInAt(endpoints["sts"], client, command)
			}
		}),
		config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
			if client, ok := o.Client.(*sts.Client); ok {
				o.Client = signInAt(endpoints["sts"], client, command)
			}
			if o.SerialNumber != nil {
				needsToken = true
				o.TokenProvider = s.token(ctx, profile, base, aws.ToString(o.SerialNumber))
			}
		}),
	)
	if err != nil { // of any setting, and it quotes what it does not take
		return nil, problem.DiagnoseAs(err, "read the profile "+problem.Clean(profile), problem.Actor{Profile: profile, Hidden: files.Settings(profile)})
	}
	command.of(cfg.ConfigSources, func(inCopy string) string { return files.Original(profile, inCopy) })
	cfg.Credentials = command.instead(cfg.Credentials)
	// A client that can still be built up is copied for each service, and with it
	// its connections.
	if client, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = watchful{client.Freeze()}
	}
	session := newSession(profile, "", cfg, pace)
	session.hidden, session.ends = files.Secrets(profile), s.endpointsOf(session)
	if err := session.wrongEndpoint(files.Settings(profile)); err != nil {
		return nil, err
	}
	if at := session.Unencrypted(); at != "" && !s.AllowHTTP {
		return nil, unencrypted(profile, at)
	}
	if needsToken { // ask now, not in the middle of something
		if _, err := fetchFor(ctx, cfg.Credentials); err != nil {
			return nil, problem.DiagnoseAs(err, "sign in with the profile "+problem.Clean(profile), problem.Actor{Profile: profile, Hidden: session.hidden})
		}
	}
	return session, nil
}

func (s *Session) endpointsSet() []string {
	var set []string
	for _, endpoint := range []*string{s.s3.Options().BaseEndpoint, s.iam.Options().BaseEndpoint, s.sts.Options().BaseEndpoint, s.kms.Options().BaseEndpoint} {
		if endpoint != nil {
			set = append(set, *endpoint)
		}
	}
	return set
}

// wrongEndpoint is the error of an endpoint that is no address: the SDK would send
// requests nowhere for a while, and say that their answers were lost.
func (s *Session) wrongEndpoint(settings []problem.Setting) error {
	for _, endpoint := range s.endpointsSet() {
		if u, err := url.Parse(endpoint); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" {
			continue
		}
		where := "the endpoint"
		for _, set := range settings {
			if set.Value == endpoint {
				where = problem.Clean(set.Name + " of " + set.Where)
			}
		}
		return &problem.Error{
			Summary: "The endpoint is not an address",
			Detail:  fmt.Sprintf("What is set as %s does not begin with https:// or http:// and a name, so the profile %s cannot be used. It is not shown here: a secret may have come there by mistake. Nothing was sent.", where, problem.Clean(s.profile)),
			Fixes:   []string{"Write it as http://HOST:PORT or https://HOST:PORT: " + where + "."},
		}
	}
	return nil
}

// Unencrypted is the host on another computer that the session would reach by http://,
// "" for none: whoever is on the way there reads the secret of a new key, and can change
// a policy.
func (s *Session) Unencrypted() string {
	for _, endpoint := range s.endpointsSet() {
		if u, err := url.Parse(endpoint); err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
			return u.Host
		}
	}
	return ""
}

// Encrypted tells whether requests to S3 go by https, which policies know as
// aws:SecureTransport.
func (s *Session) Encrypted() bool {
	u, err := url.Parse(aws.ToString(s.s3.Options().BaseEndpoint))
	return err != nil || u.Scheme != "http"
}

// Lasting tells that the session acts with an access key that a user has, and not with
// the temporary one of a sign-in. Source: IAM identifiers, Understanding unique ID
// prefixes.
func (s *Session) Lasting() bool {
	s.who.mu.Lock()
	defer s.who.mu.Unlock()
	return strings.HasPrefix(s.who.key, "AKIA")
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.Unmap().IsLoopback()
}

func unencrypted(profile, host string) *problem.Error {
	return &problem.Error{
		Summary: "The way to the endpoint is not encrypted",
		Detail: fmt.Sprintf("The profile %s, or the environment (AWS_ENDPOINT_URL and the like), sends requests to http://%s, which is another computer. Whoever is on the way there could read the secret of a new access key, and change a policy. Nothing was sent.",
			problem.Clean(profile), problem.Clean(host)),
		Fixes: []string{
			"Use https:// in endpoint_url.",
			"If that network is yours alone, say so with --allow-http.",
		},
	}
}

// metadataService is off, since the SDK would ask it for minutes on a computer
// that has none, unless the profile says that it is to be asked.
func metadataService(source string) imds.ClientEnableState {
	if source == "Ec2InstanceMetadata" {
		return imds.ClientDefaultEnableState
	}
	return imds.ClientDisabled
}

func (s Source) token(ctx context.Context, profile, base, device string) func() (string, error) {
	return func() (string, error) {
		if s.Token == nil {
			return "", &problem.Error{
				Summary: "The profile needs an MFA code",
				Detail:  fmt.Sprintf("The profile %s signs in with the device %s, and there is no one to ask for its code.", problem.Clean(profile), problem.Clean(device)),
				Fixes: []string{
					"Run crossgrant in a terminal, where it can ask for the code.",
					"Or sign in beforehand and use a profile with the temporary credentials: " + shell.Command("aws", "sts", "get-session-token", "--profile", base, "--serial-number", device, "--token-code", "CODE"),
				},
			}
		}
		// Credentials are made anew after an hour, when the context of Open may be over.
		return s.Token(context.WithoutCancel(ctx), profile, device)
	}
}

// signInAt is the client with which the SDK fetches a role's credentials: it makes that
// one before it knows of endpoints that are not of STS alone.
func signInAt(endpoint string, made *sts.Client, command *process) *sts.Client {
	options := made.Options()
	options.Credentials = command.instead(options.Credentials)
	if client, ok := options.HTTPClient.(*awshttp.BuildableClient); ok {
		options.HTTPClient = watchful{client}
	}
	options.BaseEndpoint = pointer(endpoint)
	return sts.New(options)
}

// setEndpoints sets what each client has of endpoint and addressing. It comes after
// environment and profile: both are read already, and better. For the SDK an empty
// AWS_ENDPOINT_URL stands before the endpoint of a service in the files.
func setEndpoints(of map[string]string, pathStyle bool) func(string, any) {
	return func(_ string, options any) {
		switch o := options.(type) {
		case *s3.Options:
			o.BaseEndpoint = pointer(of["s3"])
			o.UsePathStyle = pathStyle || !isAWS(o.BaseEndpoint) // others seldom answer to bucket.host names
			o.DisableLogOutputChecksumValidationSkipped = true
		case *iam.Options:
			o.BaseEndpoint = pointer(of["iam"])
		case *sts.Options:
			o.BaseEndpoint = pointer(of["sts"])
		case *kms.Options:
			o.BaseEndpoint = pointer(of["kms"])
		}
	}
}

// endpoints are where the calls of each service go; "" is AWS.
func (s Source) endpoints(files *profile.Files, name string) (map[string]string, error) {
	if s.Endpoint != "" {
		return map[string]string{"s3": s.Endpoint, "iam": s.Endpoint, "sts": s.Endpoint, "kms": s.Endpoint}, nil
	}
	return files.Endpoints(name)
}

// kindOfEndpoint keeps AWS's own kinds, FIPS and dual stack, from a source that has an
// endpoint whatever the environment says: the SDK refuses the two together.
func (s Source) kindOfEndpoint() func(*config.LoadOptions) error {
	return func(o *config.LoadOptions) error {
		if s.Endpoint != "" {
			o.UseFIPSEndpoint, o.UseDualStackEndpoint = aws.FIPSEndpointStateDisabled, aws.DualStackEndpointStateDisabled
		}
		return nil
	}
}

// pointer is nil for what is not known.
func pointer(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// isAWS: no endpoint of its own is AWS's.
func isAWS(endpoint *string) bool { return profile.IsAWS(aws.ToString(endpoint)) }
