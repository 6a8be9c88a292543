package docs_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/plain"
)

const (
	bucket   = "my.test.bucket"
	customer = "111122223333"
	firm     = "444455556666"

	exampleKey = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

// world is a sandbox in which people run journeys.
type world struct {
	*sandbox.Sandbox
	t      testing.TB
	dir    string
	source awsops.Source
	said   strings.Builder
	code   int    // the first that was not 0
	key    string // with which the bucket encrypts
}

func newWorld(t testing.TB) *world {
	t.Helper()
	box, err := sandbox.Start(sandbox.Default())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	w := &world{Sandbox: box, t: t, dir: t.TempDir()}
	w.source.Pace = awsops.Pace{First: time.Millisecond, Most: 4 * time.Millisecond, Budget: 20 * time.Millisecond}
	w.source.CredentialsFile, w.source.ConfigFile, err = box.WriteProfiles(w.dir)
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// admin is the administrator's profile of an account.
func admin(account string) string {
	if account == customer {
		return "my_awesome_customer"
	}
	return "my_firm"
}

func (w *world) do(account string, op awsops.Operation) awsops.Receipt {
	w.t.Helper()
	s, err := w.source.Open(w.t.Context(), admin(account))
	w.must(err)
	r, err := s.Perform(w.t.Context(), op)
	w.must(err)
	return r
}

// inline is the policy that a set-up gives the firm's user.
func (w *world) inline(user string) *policy.Document {
	w.t.Helper()
	s, err := w.source.Open(w.t.Context(), admin(firm))
	w.must(err)
	d, err := s.InlinePolicy(w.t.Context(), awsops.UserIn(firm, user), "writer-policy")
	w.must(err)
	return d
}

// hire creates a user with a profile of its own, who may do what a document says. The key of
// the documents is the bucket's.
func (w *world) hire(account, name string, may policy.Document) {
	w.t.Helper()
	may, err := policy.Parse([]byte(strings.ReplaceAll(may.Compact(), exampleKey, cmp.Or(w.key, exampleKey))))
	w.must(err)
	w.do(account, awsops.CreateUser{Account: account, Name: name})
	w.do(account, awsops.SetUserPolicy{Account: account, User: name, Name: "may", After: &may})
	w.signIn(account, name)
}

// signIn creates a key of a user, and a profile of that name.
func (w *world) signIn(account, name string) {
	w.t.Helper()
	key := w.do(account, awsops.CreateAccessKey{Account: account, User: name})
	for path, text := range map[string]string{
		w.source.CredentialsFile: fmt.Sprintf("\n[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", name, key.KeyID, key.Secret.Reveal()),
		w.source.ConfigFile:      fmt.Sprintf("\n[profile %s]\nregion = us-east-1\nendpoint_url = %s\n", name, w.URL()),
	} {
		was, err := os.ReadFile(path)
		w.must(err)
		w.must(os.WriteFile(path, append(was, text...), 0o600))
	}
}

// others have a statement of their own in the bucket's policy.
func (w *world) others() {
	w.t.Helper()
	d, err := policy.Parse([]byte(`{"Version": "2012-10-17", "Statement": [{"Sid": "AuditorsRead", "Effect": "Allow",
		"Principal": {"AWS": "777788889999"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::my.test.bucket/*"}]}`))
	w.must(err)
	w.do(customer, awsops.SetBucketPolicy{Bucket: bucket, Owner: customer, After: &d})
}

// customers is S3 and KMS for the customer's administrator.
func (w *world) customers() (*s3.Client, *kms.Client) {
	profiles := w.Profiles()
	p := profiles[slices.IndexFunc(profiles, func(p sandbox.Profile) bool { return p.Name == admin(customer) })]
	url, key := w.URL(), credentials.NewStaticCredentialsProvider(p.AccessKeyID, p.SecretAccessKey, "")
	return s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &url, UsePathStyle: true, Credentials: key}),
		kms.New(kms.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: key})
}

// encrypts has the bucket encrypt with a key that lets the firm in.
func (w *world) encrypts() {
	w.t.Helper()
	buckets, keys := w.customers()
	key, err := keys.CreateKey(w.t.Context(), &kms.CreateKeyInput{Policy: aws.String(`{"Version": "2012-10-17", "Statement": {
		"Effect": "Allow", "Principal": {"AWS": ["111122223333", "444455556666"]}, "Action": "kms:*", "Resource": "*"}}`)})
	w.must(err)
	w.key = *key.KeyMetadata.Arn
	_, err = buckets.PutBucketEncryption(w.t.Context(), &s3.PutBucketEncryptionInput{
		Bucket: aws.String(bucket), ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
			Rules: []types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{
				SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: key.KeyMetadata.Arn,
			}}},
		},
	})
	w.must(err)
}

// versions switches the bucket's versions on.
func (w *world) versions() {
	w.t.Helper()
	c, _ := w.customers()
	_, err := c.PutBucketVersioning(w.t.Context(), &s3.PutBucketVersioningInput{
		Bucket: aws.String(bucket), VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	w.must(err)
}

// run runs a journey with --yes, and returns the run's name.
func (w *world) run(q run.Request) (id string) {
	w.t.Helper()
	var out bytes.Buffer
	q.Source, q.StateDir = w.source, filepath.Join(w.dir, cmp.Or(q.StateDir, "runs"))
	w.note(plain.Run(w.t.Context(), plain.Options{Request: q, Out: &out}), out.String())
	return runID.FindString(out.String())
}

// fleet runs what is done for many buckets with --yes.
func (w *world) fleet(q run.FleetRequest) {
	w.t.Helper()
	var out bytes.Buffer
	q.Source, q.StateDir = w.source, filepath.Join(w.dir, "runs")
	w.note(plain.Fleet(w.t.Context(), plain.FleetOptions{FleetRequest: q, Out: &out, Hard: w.t.Context()}), out.String())
}

var runID = regexp.MustCompile(`\b[0-9]{8}-[0-9]{6}-[a-z0-9]{6}\b`)

func (w *world) check(q steps.Question) {
	w.t.Helper()
	var out bytes.Buffer
	q.Journey = "check"
	w.note(plain.Check(w.t.Context(), plain.Options{Request: run.Request{Source: w.source}, Out: &out}, q), out.String())
}

func (w *world) note(code int, said string) {
	w.code = cmp.Or(w.code, code)
	w.said.WriteString(said)
}

// words are what was said, however it was wrapped.
func (w *world) words() string { return strings.Join(strings.Fields(w.said.String()), " ") }

// forget drops what was said so far: it is not what is tested.
func (w *world) forget() {
	w.code = 0
	w.said.Reset()
}
