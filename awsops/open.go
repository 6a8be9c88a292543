package awsops

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// Open makes a session for a profile. It contacts AWS only where the profile's
// kind needs it. Its errors say what to do: an unknown profile comes with the
// nearest names.
func (s Source) Open(ctx context.Context, profile string) (*Session, error) {
	all, err := s.shared()
	if err != nil {
		return nil, err
	}
	if err := all.usable(profile); err != nil {
		return nil, err
	}
	e, _ := all.find(profile)
	pace := s.Pace
	if pace == (Pace{}) {
		pace = DefaultPace
	}
	var needsToken bool
	cfg, err := config.LoadDefaultConfig(
		ctx,
		config.WithSharedCredentialsFiles([]string{all.credentials}),
		config.WithSharedConfigFiles([]string{all.config}),
		config.WithSharedConfigProfile(profile),
		config.WithDefaultRegion(homeRegion),
		config.WithEC2IMDSClientEnableState(metadataService(e)),
		config.WithLogger(logging.Nop{}), // the SDK writes to stderr, over whatever is on the screen
		config.WithHTTPClient(s.client()),
		config.WithServiceOptions(s.endpoints(e.values["s3.addressing_style"] == "path")),
		config.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = maxSends
				o.MaxBackoff = pace.Most
			})
		}),
		config.WithWebIdentityRoleCredentialOptions(func(o *stscreds.WebIdentityRoleOptions) {
			if client, ok := o.Client.(*sts.Client); ok {
				o.Client = s.signIn(client, e)
			}
		}),
		config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
			if client, ok := o.Client.(*sts.Client); ok {
				o.Client = s.signIn(client, e)
			}
			if o.SerialNumber != nil {
				needsToken = true
				o.TokenProvider = s.token(ctx, profile, aws.ToString(o.SerialNumber))
			}
		}),
	)
	who := problem.Actor{Profile: profile}
	if err != nil {
		return nil, problem.DiagnoseAs(err, "read the profile "+problem.Clean(profile), who)
	}
	if needsToken { // ask now, not in the middle of something
		if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
			return nil, problem.DiagnoseAs(err, "sign in with the profile "+problem.Clean(profile), who)
		}
	}
	// A client that can still be built up is copied for each service, and with it
	// its connections.
	if client, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = client.Freeze()
	}
	return newSession(profile, cfg, pace), nil
}

// usable tells what is wrong with a profile in words, before the SDK does.
func (a *shared) usable(name string) error {
	e, ok := a.find(name)
	if !ok {
		return a.unknown(name)
	}
	v := e.values
	if (v["aws_access_key_id"] == "") != (v["aws_secret_access_key"] == "") {
		return &problem.Error{
			Summary: "The profile has half a key",
			Detail:  fmt.Sprintf("The profile %s in %s needs both aws_access_key_id and aws_secret_access_key, and has one of them.", problem.Clean(name), problem.Clean(e.file)),
			Fixes:   []string{"Enter both: aws configure --profile " + problem.Clean(name)},
		}
	}
	if source := v["source_profile"]; source != "" && source != name {
		if _, ok := a.find(source); !ok {
			p := &problem.Error{
				Summary: "A profile builds on one that is not there",
				Detail:  fmt.Sprintf("The profile %s in %s has source_profile = %s, and there is no profile of that name.", problem.Clean(name), problem.Clean(e.file), problem.Clean(source)),
			}
			if close := problem.Near(source, a.names()); close != "" {
				p.Fixes = append(p.Fixes, "Did you mean source_profile = "+close+"?")
			}
			p.Fixes = append(p.Fixes, "Make that profile: aws configure --profile "+problem.Clean(source))
			return p
		}
	}
	if a.profile(e).Kind == "none" {
		return &problem.Error{
			Summary: "The profile has no credentials",
			Detail:  fmt.Sprintf("The profile %s in %s says nothing of how to sign in: no key, no SSO, no role.", problem.Clean(name), problem.Clean(e.file)),
			Fixes:   []string{"Enter a key: aws configure --profile " + problem.Clean(name), "Or sign in by SSO: aws configure sso --profile " + problem.Clean(name)},
		}
	}
	return nil
}

// metadataService is off, since the SDK would ask it for minutes on a computer
// that has none, unless the profile says that it is to be asked.
func metadataService(e entry) imds.ClientEnableState {
	if e.values["credential_source"] == "Ec2InstanceMetadata" {
		return imds.ClientDefaultEnableState
	}
	return imds.ClientDisabled
}

func (s Source) token(ctx context.Context, profile, device string) func() (string, error) {
	return func() (string, error) {
		if s.Token == nil {
			return "", &problem.Error{
				Summary: "The profile needs an MFA code",
				Detail:  fmt.Sprintf("The profile %s signs in with the device %s, and there is no one to ask for its code.", problem.Clean(profile), problem.Clean(device)),
				Fixes: []string{
					"Run crossgrant in a terminal, where it can ask for the code.",
					"Or sign in beforehand and use a profile with the temporary credentials: aws sts get-session-token --serial-number " + problem.Clean(device) + " --token-code CODE",
				},
			}
		}
		// Credentials are made anew after an hour, when the context of Open may be over.
		return s.Token(context.WithoutCancel(ctx), profile, device)
	}
}

func (s Source) client() *awshttp.BuildableClient {
	answerIn := cmp.Or(s.Timeout, 20*time.Second)
	return awshttp.NewBuildableClient().
		WithTimeout(3 * answerIn).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = 5 * time.Second }).
		WithTransportOptions(func(t *http.Transport) {
			t.ResponseHeaderTimeout = answerIn
			t.TLSHandshakeTimeout = 10 * time.Second
			t.MaxIdleConns = 64
			t.MaxIdleConnsPerHost = 32 // readers ask side by side
		})
}

// signIn is the client with which the SDK fetches a role's credentials: it makes
// that one before it knows of endpoints that are not of STS alone.
func (s Source) signIn(made *sts.Client, e entry) *sts.Client {
	options := made.Options()
	if ignored, _ := strconv.ParseBool(os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")); !ignored && options.BaseEndpoint == nil {
		if url := cmp.Or(os.Getenv("AWS_ENDPOINT_URL"), e.values["endpoint_url"]); url != "" {
			options.BaseEndpoint = &url
		}
	}
	options.BaseEndpoint = s.endpoint(options.BaseEndpoint)
	return sts.New(options)
}

// endpoints sets what each client has of endpoint and addressing. It comes after
// environment and profile.
func (s Source) endpoints(pathStyle bool) func(string, any) {
	return func(_ string, options any) {
		switch o := options.(type) {
		case *s3.Options:
			o.BaseEndpoint = s.endpoint(o.BaseEndpoint)
			o.UsePathStyle = pathStyle || !isAWS(o.BaseEndpoint)
			o.DisableLogOutputChecksumValidationSkipped = true
		case *iam.Options:
			o.BaseEndpoint = s.endpoint(o.BaseEndpoint)
		case *sts.Options:
			o.BaseEndpoint = s.endpoint(o.BaseEndpoint)
		}
	}
}

func (s Source) endpoint(configured *string) *string {
	if s.Endpoint != "" {
		return &s.Endpoint
	}
	return configured
}

// isAWS: no endpoint of its own is AWS's. Others seldom answer to
// bucket.host names.
func isAWS(endpoint *string) bool {
	if endpoint == nil {
		return true
	}
	u, err := url.Parse(*endpoint)
	if err != nil {
		return false
	}
	for _, domain := range []string{".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws"} {
		if strings.HasSuffix(u.Hostname(), domain) {
			return true
		}
	}
	return false
}
