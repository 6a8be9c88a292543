package awsops

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const (
	customer = "111122223333"
	firm     = "444455556666"
	bucket   = "my.test.bucket"
)

// quick is a pace for a sandbox without delays.
var quick = Pace{First: time.Millisecond, Most: 4 * time.Millisecond, Budget: 100 * time.Millisecond}

// TestMain hides the AWS settings of whoever runs the tests.
func TestMain(m *testing.M) {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	os.Exit(m.Run())
}

// A world is a sandbox with sessions in it.
type world struct {
	*sandbox.Sandbox
	source                   Source
	customer, firm, stranger *Session
}

func newWorld(t *testing.T, config sandbox.Config) *world {
	t.Helper()
	config.KeepCalls = true
	box, err := sandbox.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Close() })
	credentials, file, err := box.WriteProfiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Sandbox: box, source: Source{CredentialsFile: credentials, ConfigFile: file, Pace: quick, Timeout: 300 * time.Millisecond}}
	w.customer = w.open(t, "my_awesome_customer")
	w.firm = w.open(t, "my_firm")
	w.stranger = w.open(t, "stranger")
	return w
}

func (w *world) open(t *testing.T, profile string) *Session {
	t.Helper()
	s, err := w.source.Open(t.Context(), profile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// count tells how many requests of an operation the sandbox was sent.
func (w *world) count(operation string) int {
	n := 0
	for _, c := range w.Calls() {
		if c.Operation == operation {
			n++
		}
	}
	return n
}

func do(t *testing.T, s *Session, op Operation) Receipt {
	t.Helper()
	r, err := s.Perform(t.Context(), op)
	if err != nil {
		t.Fatalf("%s: %v", op.Kind(), err)
	}
	return r
}

// fails performs an operation that must end in an error with this summary.
func fails(t *testing.T, s *Session, op Operation, summary string) *problem.Error {
	t.Helper()
	_, err := s.Perform(t.Context(), op)
	return wantProblem(t, err, summary)
}

func wantProblem(t *testing.T, err error, summary string) *problem.Error {
	t.Helper()
	p, ok := err.(*problem.Error)
	if !ok {
		t.Fatalf("error is %T %v, want a problem.Error %q", err, err, summary)
	}
	if p.Summary != summary {
		t.Fatalf("the problem is %q, want %q: %v", p.Summary, summary, p)
	}
	if len(p.Fixes) == 0 {
		t.Errorf("the problem names nothing to do: %v", p)
	}
	return p
}

func firmGrant() policy.Document { return policy.New(policy.FirmGrant("aws", firm, bucket)) }

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// withUser makes a user with a key of its own.
func (w *world) withUser(t *testing.T, admin *Session, account, name string) (Receipt, *Session) {
	t.Helper()
	user := do(t, admin, CreateUser{Account: account, Name: name, Run: "run-1"})
	key := do(t, admin, CreateAccessKey{Account: account, User: name})
	s := admin.WithKey(key.KeyID, key.Secret)
	if err := awaitKey(t.Context(), s, user.UserARN); err != nil {
		t.Fatal(err)
	}
	return user, s
}

func keyIDs(t *testing.T, s *Session, user string) []string {
	t.Helper()
	keys, err := s.AccessKeys(context.Background(), user)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	slices.Sort(ids)
	return ids
}

func enableVersioning(t *testing.T, s *Session) {
	t.Helper()
	name := bucket
	_, err := s.s3.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket:                  &name,
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// awaitKey asks STS until it knows the session's key, which must be the user's.
func awaitKey(ctx context.Context, s *Session, arn string) error {
	key, err := s.who.credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	for {
		id, err := s.who.ask(ctx, key)
		switch {
		case err == nil && id.ARN == arn:
			return nil
		case err == nil:
			return fmt.Errorf("the key is of %s, not of %s", id.ARN, arn)
		case !problem.Is(err, "InvalidClientTokenId") && !problem.Busy(err) || ctx.Err() != nil:
			return err
		}
		if err := sleep(ctx, s.pace.First); err != nil {
			return err
		}
	}
}
