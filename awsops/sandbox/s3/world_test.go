package s3_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops/sandbox"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

const (
	customerProfile = "my_awesome_customer"
	firmProfile     = "my_firm"
	strangerProfile = "stranger"
	testBucket      = "my.test.bucket"
)

// s3World is a running sandbox and a bucket of the customer's to try things in.
type s3World struct {
	*sandbox.Sandbox
	t      *testing.T
	bucket string
	users  []sandbox.Profile // that the test has made, the last one first
}

func newS3World(t *testing.T, change ...func(*sandbox.Config)) *s3World {
	t.Helper()
	config := sandbox.Default()
	config.KeepCalls = true
	for _, c := range change {
		c(&config)
	}
	s, err := sandbox.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &s3World{Sandbox: s, t: t, bucket: testBucket}
}

func (w *s3World) profile(name string) sandbox.Profile {
	w.t.Helper()
	for _, p := range slices.Concat(w.users, w.Profiles()) {
		if p.Name == name {
			return p
		}
	}
	w.t.Fatalf("the sandbox has no profile %s", name)
	return sandbox.Profile{}
}

func (w *s3World) as(name string) *s3.Client {
	p := w.profile(name)
	return w.client(p.AccessKeyID, p.SecretAccessKey, "us-east-1")
}

func (w *s3World) client(id, secret, region string) *s3.Client {
	return s3.New(s3.Options{
		Region: region, BaseEndpoint: aws.String(w.URL()), UsePathStyle: true, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, ""),
	})
}

func (w *s3World) anonymous() *s3.Client {
	return s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: aws.String(w.URL()), UsePathStyle: true, RetryMaxAttempts: 1, Credentials: aws.AnonymousCredentials{}})
}

func (w *s3World) iam(profile string) *iam.Client {
	p := w.profile(profile)
	return iam.New(iam.Options{Region: "us-east-1", BaseEndpoint: aws.String(w.URL()), RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider(p.AccessKeyID, p.SecretAccessKey, "")})
}

// user makes a user in a profile's account with one inline policy ("" for none).
func (w *s3World) user(profile, name, inline string) *s3.Client {
	w.t.Helper()
	ctx, c := w.t.Context(), w.iam(profile)
	_, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
	w.must(err)
	key, err := c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
	w.must(err)
	if inline != "" {
		_, err = c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("inline"), PolicyDocument: &inline})
		w.must(err)
	}
	made := sandbox.Profile{Name: name, AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey}
	w.users = slices.Insert(w.users, 0, made)
	return w.as(name)
}

func (w *s3World) dropUser(profile, name string) {
	w.t.Helper()
	ctx, c := w.t.Context(), w.iam(profile)
	keys, err := c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: &name})
	w.must(err)
	for _, k := range keys.AccessKeyMetadata {
		_, err := c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &name, AccessKeyId: k.AccessKeyId})
		w.must(err)
	}
	policies, err := c.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: &name})
	w.must(err)
	for _, p := range policies.PolicyNames {
		_, err := c.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: &name, PolicyName: &p})
		w.must(err)
	}
	_, err = c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &name})
	w.must(err)
}

// canonical is the canonical user id of a profile's account.
func (w *s3World) canonical(profile string) string {
	w.t.Helper()
	out, err := w.as(profile).ListBuckets(w.t.Context(), &s3.ListBucketsInput{})
	w.must(err)
	return *out.Owner.ID
}

func (w *s3World) account(profile string) string { return w.profile(profile).Account }

func (w *s3World) arn(profile, user string) string {
	return "arn:aws:iam::" + w.account(profile) + ":user/" + user
}

func (w *s3World) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// policy puts a bucket policy of these statements on the bucket.
func (w *s3World) policy(statements ...string) {
	w.t.Helper()
	w.must(putPolicy(w.t.Context(), w.as(customerProfile), w.bucket, statements...))
}

func putPolicy(ctx context.Context, c *s3.Client, bucket string, statements ...string) error {
	text := `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
	_, err := c.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: &bucket, Policy: &text})
	return err
}

// statement writes one of a bucket policy; a resource of "" is the bucket and
// all that is in it.
func (w *s3World) statement(effect, principal, actions, resource string) string {
	if resource == "" {
		resource = `["arn:aws:s3:::` + w.bucket + `","arn:aws:s3:::` + w.bucket + `/*"]`
	} else {
		resource = `"` + resource + `"`
	}
	if principal != "*" {
		principal = `{"AWS":"` + principal + `"}`
	} else {
		principal = `"*"`
	}
	return `{"Effect":"` + effect + `","Principal":` + principal + `,"Action":["` + strings.ReplaceAll(actions, " ", `","`) + `"],"Resource":` + resource + `}`
}

func identity(effect, actions, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":["` + strings.ReplaceAll(actions, " ", `","`) + `"],"Resource":"` + resource + `"}]}`
}

func (w *s3World) put(c *s3.Client, key, content string) error {
	_, err := c.PutObject(w.t.Context(), &s3.PutObjectInput{Bucket: &w.bucket, Key: &key, Body: strings.NewReader(content)})
	return err
}

func (w *s3World) get(c *s3.Client, key string) (string, error) {
	out, err := c.GetObject(w.t.Context(), &s3.GetObjectInput{Bucket: &w.bucket, Key: &key})
	if err != nil {
		return "", err
	}
	defer out.Body.Close()
	content, err := io.ReadAll(out.Body)
	return string(content), err
}

func (w *s3World) list(c *s3.Client) error {
	_, err := c.ListObjectsV2(w.t.Context(), &s3.ListObjectsV2Input{Bucket: &w.bucket})
	return err
}

func (w *s3World) ownership(o types.ObjectOwnership) {
	w.t.Helper()
	_, err := w.as(customerProfile).PutBucketOwnershipControls(w.t.Context(), &s3.PutBucketOwnershipControlsInput{
		Bucket: &w.bucket, OwnershipControls: &types.OwnershipControls{Rules: []types.OwnershipControlsRule{{ObjectOwnership: o}}},
	})
	w.must(err)
}

func (w *s3World) openToPublic() {
	w.t.Helper()
	_, err := w.as(customerProfile).DeletePublicAccessBlock(w.t.Context(), &s3.DeletePublicAccessBlockInput{Bucket: &w.bucket})
	w.must(err)
}

func (w *s3World) versioning(status types.BucketVersioningStatus) {
	w.t.Helper()
	_, err := w.as(customerProfile).PutBucketVersioning(w.t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &w.bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: status},
	})
	w.must(err)
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	if api := smithy.APIError(nil); errors.As(err, &api) {
		return api.ErrorCode()
	}
	return err.Error()
}

func (w *s3World) wantCode(err error, code string) {
	w.t.Helper()
	if got := codeOf(err); got != code {
		w.t.Errorf("got code %q, want %q (%v)", got, code, err)
	}
}

func (w *s3World) wantText(err error, part string) {
	w.t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		w.t.Errorf("got %v, want an error with %q in it", err, part)
	}
}

// raw sends a signed request as it is written, for what no SDK would send.
func (w *s3World) raw(profile, method, target, region string, body string, headers ...string) *http.Response {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.URL()+target, strings.NewReader(body))
	w.must(err)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	const hash = "UNSIGNED-PAYLOAD"
	if profile != "" {
		r.Header.Set("X-Amz-Content-Sha256", hash)
		p := w.profile(profile)
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
		w.must(signer.SignHTTP(w.t.Context(), aws.Credentials{AccessKeyID: p.AccessKeyID, SecretAccessKey: p.SecretAccessKey}, r, hash, "s3", region, time.Now()))
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	w.must(err)
	w.t.Cleanup(func() { res.Body.Close() })
	return res
}

func bodyOf(t *testing.T, res *http.Response) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestS3FirstSteps(t *testing.T) {
	w := newS3World(t)
	customer := w.as(customerProfile)
	w.must(w.put(customer, "hello.txt", "hello"))
	got, err := w.get(customer, "hello.txt")
	if err != nil || got != "hello" {
		t.Fatalf("got %q, %v", got, err)
	}
	w.wantCode(w.put(w.as(firmProfile), "x", "x"), "AccessDenied")
	w.wantText(w.put(w.as(strangerProfile), "x", "x"), "Access Denied")
	last := w.Calls()[len(w.Calls())-1]
	if last.Operation != "PutObject" || last.Action != "s3:PutObject" || !last.Mutates || last.Resource != testBucket+"/x" || last.Code != "AccessDenied" {
		t.Errorf("the log says %+v", last)
	}
}
