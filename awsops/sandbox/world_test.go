package sandbox_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"crossgrant/awsops/sandbox"
)

const (
	customer     = "my_awesome_customer"
	customerRoot = "my_awesome_customer_root"
	firm         = "my_firm"
	firmRoot     = "my_firm_root"
	stranger     = "stranger"

	customerAccount = "111122223333"
	firmAccount     = "444455556666"
)

// clock is moved by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a running sandbox and real clients of it.
type world struct {
	*sandbox.Sandbox
	t     *testing.T
	clock *clock
}

func newWorld(t *testing.T, configure ...func(*sandbox.Config)) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{now: time.Now()}}
	config := sandbox.Default()
	config.Now, config.KeepCalls = w.clock.Now, true
	for _, c := range configure {
		c(&config)
	}
	var err error
	w.Sandbox, err = sandbox.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func delayed(d time.Duration) func(*sandbox.Config) {
	return func(c *sandbox.Config) { c.IAMDelay = d }
}

func (w *world) keys(profile string) aws.Credentials {
	w.t.Helper()
	for _, p := range w.Profiles() {
		if p.Name == profile {
			return aws.Credentials{AccessKeyID: p.AccessKeyID, SecretAccessKey: p.SecretAccessKey}
		}
	}
	w.t.Fatalf("no profile %s", profile)
	return aws.Credentials{}
}

func (w *world) config(keys aws.Credentials) aws.Config {
	return aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(w.URL()), RetryMaxAttempts: 1,
		Credentials: credentials.StaticCredentialsProvider{Value: keys},
	}
}

func (w *world) iam(profile string) *iam.Client { return iam.NewFromConfig(w.config(w.keys(profile))) }

func (w *world) sts(profile string) *sts.Client { return sts.NewFromConfig(w.config(w.keys(profile))) }

func (w *world) s3With(keys aws.Credentials) *s3.Client {
	return s3.NewFromConfig(w.config(keys), func(o *s3.Options) { o.UsePathStyle = true })
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// refused wants AWS's code and a part of its text.
func (w *world) refused(err error, code, text string) {
	w.t.Helper()
	var api smithy.APIError
	switch {
	case !errors.As(err, &api):
		w.t.Errorf("got %v, want %s: %s", err, code, text)
	case api.ErrorCode() != code || !strings.Contains(api.ErrorMessage(), text):
		w.t.Errorf("got %s: %s\nwant %s: %s", api.ErrorCode(), api.ErrorMessage(), code, text)
	}
}

func (w *world) newUser(profile, name string) {
	w.t.Helper()
	_, err := w.iam(profile).CreateUser(w.t.Context(), &iam.CreateUserInput{UserName: &name})
	w.must(err)
}

func (w *world) newKey(profile, user string) aws.Credentials {
	w.t.Helper()
	out, err := w.iam(profile).CreateAccessKey(w.t.Context(), &iam.CreateAccessKeyInput{UserName: &user})
	w.must(err)
	return aws.Credentials{AccessKeyID: *out.AccessKey.AccessKeyId, SecretAccessKey: *out.AccessKey.SecretAccessKey}
}

func (w *world) putPolicy(profile, user, name, document string) error {
	_, err := w.iam(profile).PutUserPolicy(w.t.Context(), &iam.PutUserPolicyInput{UserName: &user, PolicyName: &name, PolicyDocument: &document})
	return err
}

// allow is an identity policy of one statement.
func allow(effect, action, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":"` + action + `","Resource":"` + resource + `"}]}`
}

func (w *world) whoAmI(keys aws.Credentials) (string, error) {
	out, err := sts.NewFromConfig(w.config(keys)).GetCallerIdentity(w.t.Context(), nil)
	if err != nil {
		return "", err
	}
	return *out.Arn, nil
}

func statusOf(err error) int {
	var response interface{ HTTPStatusCode() int }
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return http.StatusOK
}
