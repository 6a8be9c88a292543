package steps

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/sandbox/leak"
)

// TestMain hides the AWS settings of whoever runs the tests.
func TestMain(m *testing.M) {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	debug.SetGCPercent(400)            // little is kept for long, and much made
	_ = flag.Set("test.parallel", "4") // those that wait leave room for those that work
	os.Exit(leak.Main(m))
}

// stage is two accounts in a sandbox for a run to act on.
type stage struct {
	t      testing.TB
	box    *sandbox.Sandbox
	source awsops.Source
	dir    string // for journals
}

// quick is a pace for a sandbox that spreads changes at once.
var quick = awsops.Pace{First: 1, Most: 1, Budget: 1 << 30}

func newStage(t testing.TB, world ...sandbox.Config) *stage {
	t.Helper()
	config := append(world, sandbox.Default())[0]
	config.KeepCalls = true
	box, err := sandbox.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	return (&stage{t: t}).on(box)
}

// on is a stage on a sandbox.
func (s *stage) on(box *sandbox.Sandbox) *stage {
	s.t.Helper()
	s.t.Cleanup(func() { _ = box.Close() })
	credentials, config, err := box.WriteProfiles(s.t.TempDir())
	if err != nil {
		s.t.Fatal(err)
	}
	dir := s.t.TempDir()
	s.t.Cleanup(func() {
		leak.Know(box.Secrets())
		leak.Files(dir, ".jsonl")
	})
	return &stage{s.t, box, awsops.Source{CredentialsFile: credentials, ConfigFile: config, Endpoint: box.URL(), Pace: quick}, dir}
}

func answers(journey string) Answers {
	return Answers{
		Journey: journey, CustomerProfile: "my_awesome_customer", FirmProfile: "my_firm",
		Bucket: "my.test.bucket", TestUser: "test-customer", FirmUser: "test-writer",
	}
}

// roleAnswers are those of a set-up with a role in the place of the firm's user.
func roleAnswers() Answers {
	a := answers("setup")
	a.FirmUser, a.FirmRole = "", "deliverer"
	return a
}

func (s *stage) session(profile string) *awsops.Session {
	s.t.Helper()
	session, err := s.source.Open(s.t.Context(), profile)
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// prepare gets a run ready, with a journal of its own.
func (s *stage) prepare(a Answers) *World {
	s.t.Helper()
	w, _, err := Prepare(s.t.Context(), s.source, a, Expected{})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := w.Begin(s.dir, false); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = w.Journal.Close() })
	return w
}

// walk applies n steps, or all of them when n is negative.
func walk(ctx context.Context, e *Engine, n int) error {
	for i := 0; e.At() < len(e.Journey()) && i != n; i++ {
		c, err := e.Plan(ctx)
		if err == nil {
			_, err = e.Apply(ctx, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setPolicy puts a bucket policy with nothing of crossgrant's rules in the way.
func (s *stage) setPolicy(text string) {
	s.t.Helper()
	d, err := policy.Parse([]byte(text))
	if err != nil {
		s.t.Fatal(err)
	}
	customer := s.session("my_awesome_customer")
	live, err := customer.BucketPolicy(s.t.Context(), "my.test.bucket", "111122223333")
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := customer.Perform(s.t.Context(), awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", Before: live, After: &d}); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) policy() *policy.Document {
	s.t.Helper()
	d, err := s.session("my_awesome_customer").BucketPolicy(context.WithoutCancel(s.t.Context()), "my.test.bucket", "111122223333")
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// foreign is a policy of somebody else's: one statement of each kind that must
// survive.
const foreign = `{"Version":"2012-10-17","Id":"theirs","Statement":[
	{"Sid":"TheirReader","Effect":"Allow","Principal":{"AWS":"777788889999"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/shared/*"},
	{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"],"Condition":{"NumericLessThan":{"s3:TlsVersion":1.2}}},
	{"Sid":"Ours","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"NotAction":"s3:DeleteBucket","Resource":"arn:aws:s3:::my.test.bucket"}]}`

// unchanged fails the test unless the sandbox is as it was.
func (s *stage) unchanged(before []string) {
	s.t.Helper()
	if d := cmp.Diff(before, s.box.Snapshot()); d != "" {
		s.t.Errorf("the accounts are not as they were (-before +after):\n%s", d)
	}
}

// mutations are the calls from n on that changed something.
func (s *stage) mutations(n int) []string {
	var found []string
	for _, c := range s.box.Calls()[n:] {
		if c.Mutates && c.Code == "" {
			found = append(found, c.Operation+" "+c.Resource)
		}
	}
	return found
}

func encoded(t testing.TB, c Change) []string {
	t.Helper()
	var lines []string
	for _, a := range c.Actions {
		text, err := awsops.Encode(a.Op)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(a.As)+" "+string(text))
	}
	return lines
}

// ignore is told the events of a run that nobody looks at. No secret may be in them.
func ignore(e Event) { leak.Said("an event", fmt.Sprintf("%+v", e)) }

var journeys = map[string]Answers{
	"tour":  answers("tour"),
	"setup": answers("setup"),
	"setup of an existing user": func() Answers {
		a := answers("setup")
		a.FirmUser, a.UseExisting = "admin", true
		return a
	}(),
	"setup of a role": roleAnswers(),
	"setup of a role that trusts others": func() Answers {
		a := roleAnswers()
		a.Trusts = "arn:aws:iam::777788889999:root"
		return a
	}(),
	"tour with a bucket of its own": func() Answers {
		a := answers("tour")
		a.Bucket, a.MakeBucket = "made-for-the-tour", "eu-west-1"
		return a
	}(),
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func writeFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func removeFile(t testing.TB, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// each is how many of many cases are tried: every one, or under the race detector and
// with -short one in several.
func each() int {
	if testing.Short() {
		return max(stride, 31)
	}
	return stride
}
