package run_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

const writerARN = "arn:aws:iam::444455556666:user/test-writer"

// checkStage is a stage with a user of the firm's that somebody made by hand, who has a key
// in the profile "writer", and nothing else.
type checkStage struct{ *stage }

// another is an account whose id is one digit from the firm's.
const another = "444455556665"

func newCheckStage(t testing.TB, changes ...func(*sandbox.Config)) *checkStage {
	t.Helper()
	s := newStage(t, append(changes, func(c *sandbox.Config) {
		c.Accounts = append(c.Accounts, sandbox.Account{ID: another, Admin: "another"})
		c.Buckets = append(c.Buckets, sandbox.Bucket{Name: "firms.bucket", Account: firm, Region: "us-east-1"})
	})...)
	return byHand(t, s)
}

// byHand makes the user and its key.
func byHand(t testing.TB, s *stage) *checkStage {
	t.Helper()
	on := *s
	on.t = t
	c := &checkStage{&on}
	for _, user := range []string{"test-writer", "other"} {
		c.do(firm, awsops.CreateUser{Account: firm, Name: user, Run: "by-hand"})
	}
	c.writer = c.keyFor(firm, "test-writer", "writer")
	return c
}

// keyFor makes a key of a user's, and a profile with it.
func (c *checkStage) keyFor(account, user, profile string) awsops.Receipt {
	c.t.Helper()
	key := c.do(account, awsops.CreateAccessKey{Account: account, User: user})
	text, err := os.ReadFile(c.source.CredentialsFile)
	must(c.t, err)
	c.source.CredentialsFile = filepath.Join(c.t.TempDir(), "credentials")
	must(c.t, os.WriteFile(c.source.CredentialsFile, []byte(string(text)+"\n["+profile+"]\naws_access_key_id = "+key.KeyID+"\naws_secret_access_key = "+key.Secret.Reveal()+"\n"), 0o600))
	return key
}

func (c *checkStage) fork(t testing.TB) *checkStage {
	t.Helper()
	o := *c.stage
	o.t = t
	return &checkStage{o.fork()}
}

// raw are clients of an administrator, for what crossgrant has no operation for.
func (c *checkStage) raw(account string) (*s3.Client, *iam.Client) {
	c.t.Helper()
	for _, p := range c.box.Profiles() {
		if p.Name == profiles[account] {
			return c.by(p.AccessKeyID, p.SecretAccessKey)
		}
	}
	c.t.Fatalf("no administrator of %s", account)
	return nil, nil
}

func (c *checkStage) by(key, secret string) (*s3.Client, *iam.Client) {
	url, client := c.box.URL(), &http.Client{Transport: c.source.Transport}
	with := credentials.NewStaticCredentialsProvider(key, secret, "")
	return s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: &url, UsePathStyle: true, Credentials: with, HTTPClient: client}),
		iam.New(iam.Options{Region: "us-east-1", BaseEndpoint: &url, Credentials: with, HTTPClient: client})
}

func document(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

// bucketPolicy makes these statements the bucket's policy, by S3 itself; "" takes it away.
func (c *checkStage) bucketPolicy(statements string) {
	c.t.Helper()
	buckets, _ := c.raw(customer)
	if statements == "" {
		_, err := buckets.DeleteBucketPolicy(c.t.Context(), &s3.DeleteBucketPolicyInput{Bucket: aws.String(first)})
		must(c.t, err)
		return
	}
	_, err := buckets.PutBucketPolicy(c.t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String(first), Policy: aws.String(document(statements))})
	must(c.t, err)
}

// userPolicy makes these statements the inline policy of the writer.
func (c *checkStage) userPolicy(statements string) {
	c.t.Helper()
	if statements == "" {
		return
	}
	_, users := c.raw(firm)
	_, err := users.PutUserPolicy(c.t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("test-writer"), PolicyName: aws.String("by-hand"), PolicyDocument: aws.String(document(statements))})
	must(c.t, err)
}

// role makes a role of the firm's that its account may assume, with these statements.
func (c *checkStage) role(name, statements string) {
	c.t.Helper()
	made := awsops.CreateRole{Account: firm, Name: name, Run: "by-hand", Trust: policy.Trust(policy.AccountARN("aws", firm))}
	c.do(firm, made)
	if statements == "" {
		return
	}
	d, err := policy.Parse([]byte(document(statements)))
	must(c.t, err)
	c.do(firm, awsops.SetInlinePolicy(made.Target(), "by-hand", nil, &d))
}

// managed makes a managed policy of the firm's and returns its ARN.
func (c *checkStage) managed(statements string) *string {
	c.t.Helper()
	_, users := c.raw(firm)
	out, err := users.CreatePolicy(c.t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("managed"), PolicyDocument: aws.String(document(statements))})
	must(c.t, err)
	return out.Policy.Arn
}

func (c *checkStage) boundary(statements string) {
	c.t.Helper()
	_, users := c.raw(firm)
	_, err := users.PutUserPermissionsBoundary(c.t.Context(), &iam.PutUserPermissionsBoundaryInput{UserName: aws.String("test-writer"), PermissionsBoundary: c.managed(statements)})
	must(c.t, err)
}

// everybody are the sign-ins of both sides and of the writer.
func everybody() steps.Question {
	return steps.Question{
		Answers:       steps.Answers{Journey: "check", Bucket: first, CustomerProfile: profiles[customer], FirmProfile: profiles[firm]},
		WriterProfile: "writer",
	}
}

// check checks, and proves that nothing else was changed: by the world, and by the calls.
func (c *checkStage) check(q steps.Question) (run.CheckEnding, []steps.Test) {
	c.t.Helper()
	var (
		mu    sync.Mutex
		tests []steps.Test
	)
	before, calls := c.box.Snapshot(), len(c.box.Calls())
	e := run.Check(c.t.Context(), c.t.Context(), c.source, q, func(e steps.Event) {
		mu.Lock()
		defer mu.Unlock()
		if t, is := e.(steps.Tested); is {
			tests = append(tests, t.Test)
		}
	})
	for _, call := range c.box.Calls()[calls:] {
		if call.Mutates && call.Code == "" && !(strings.Contains(call.Resource, "crossgrant-probe/check-") && (call.Operation == "PutObject" || call.Operation == "DeleteObject")) {
			c.t.Errorf("it changed something: %+v", call)
		}
	}
	if after := c.box.Snapshot(); len(e.Left) == 0 && strings.Join(before, "\n") != strings.Join(after, "\n") {
		c.t.Errorf("the world was:\n%s\nand is:\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	return e, tests
}
