package run_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/sandbox/leak"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// TestMain hides the AWS settings of whoever runs the tests.
func TestMain(m *testing.M) {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	debug.SetGCPercent(400) // little is kept for long, and much made
	os.Exit(leak.Main(m))
}

const (
	customer = "111122223333"
	firm     = "444455556666"
	other    = "777788889999" // another firm
	first    = "my.test.bucket"
	second   = "second.bucket"
)

var profiles = map[string]string{customer: "my_awesome_customer", firm: "my_firm", other: "stranger"}

// stage is a customer with two buckets and two firms, in a sandbox, with the records of
// the runs that act on them.
type stage struct {
	t      testing.TB
	box    *sandbox.Sandbox
	source awsops.Source
	dir    string

	sessions *sync.Map      // by account
	writer   awsops.Receipt // the key of the user whom a check is about
}

func newStage(t testing.TB, changes ...func(*sandbox.Config)) *stage {
	t.Helper()
	world := sandbox.Default()
	world.KeepCalls = true
	world.Buckets = append(world.Buckets, sandbox.Bucket{Name: second, Account: customer, Region: "us-east-1"})
	for _, change := range changes {
		change(&world)
	}
	box, err := sandbox.Start(world)
	if err != nil {
		t.Fatal(err)
	}
	credentials, config, err := box.WriteProfiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	source := awsops.Source{CredentialsFile: credentials, ConfigFile: config, Pace: awsops.Pace{First: 1, Most: 1, Budget: 1 << 26}}
	return (&stage{t: t, source: source, dir: t.TempDir()}).on(box)
}

// on is a stage on another sandbox with the same keys, and a copy of the records.
func (s *stage) on(box *sandbox.Sandbox) *stage {
	s.t.Helper()
	s.t.Cleanup(func() { _ = box.Close() })
	return s.in(box, s.t.TempDir())
}

func (s *stage) in(box *sandbox.Sandbox, dir string) *stage {
	s.t.Helper()
	o := *s
	o.box, o.dir, o.source.Endpoint, o.sessions = box, dir, box.URL(), &sync.Map{}
	o.source.Transport = within{box.Handler()}
	if err := os.CopyFS(o.dir, os.DirFS(s.dir)); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		leak.Know(box.Secrets())
		leak.Files(o.dir, ".jsonl")
	})
	return &o
}

func (s *stage) fork() *stage {
	s.t.Helper()
	box, err := s.box.Fork()
	if err != nil {
		s.t.Fatal(err)
	}
	return s.on(box)
}

// forkFor is a fork for a test within the one that s is of.
func (s *stage) forkFor(t testing.TB) *stage {
	t.Helper()
	o := *s
	o.t = t
	return o.fork()
}

func (s *stage) session(account string) *awsops.Session {
	s.t.Helper()
	if known, ok := s.sessions.Load(account); ok {
		return known.(*awsops.Session)
	}
	session, err := s.source.Open(context.WithoutCancel(s.t.Context()), profiles[account])
	if err != nil {
		s.t.Fatal(err)
	}
	s.sessions.Store(account, session)
	return session
}

func (s *stage) do(account string, op awsops.Operation) awsops.Receipt {
	s.t.Helper()
	r, err := s.session(account).Perform(s.t.Context(), op)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// answers are those of a journey for a user of a firm's on a bucket.
func answers(journey, firm, bucket, user string) steps.Answers {
	return steps.Answers{
		Journey: journey, CustomerProfile: profiles[customer], FirmProfile: profiles[firm],
		Bucket: bucket, TestUser: "test-customer", FirmUser: user,
	}
}

// asRole has a role write the files, in the place of the firm's user of the answers.
func asRole(a steps.Answers) steps.Answers {
	a.FirmRole, a.UseExistingRole = a.FirmUser, a.UseExisting
	a.FirmUser, a.UseExisting = "", false
	return a
}

// run walks a run to its end, unasked.
func (s *stage) run(q run.Request) run.Ending {
	s.t.Helper()
	q.Source, q.StateDir = s.source, s.dir
	told := func(e steps.Event) { leak.Said("an event of "+s.t.Name(), fmt.Sprintf("%+v", e)) }
	r, err := run.Open(s.t.Context(), q, told)
	if err != nil {
		return run.Refused(err)
	}
	defer r.Close()
	e := r.Unasked(s.t.Context(), s.t.Context(), told)
	leak.Said("the ending of "+s.t.Name(), fmt.Sprintf("%+v", e))
	return e
}

func (s *stage) policy(bucket string) *policy.Document {
	s.t.Helper()
	d, err := s.session(customer).BucketPolicy(s.t.Context(), bucket, customer)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// setPolicy writes a bucket's policy as somebody else would.
func (s *stage) setPolicy(bucket string, d *policy.Document) {
	s.t.Helper()
	s.do(customer, awsops.SetBucketPolicy{Bucket: bucket, Owner: customer, Before: s.policy(bucket), After: d})
}

// delivers tells whether a user or a role can write into a bucket: a user by a key made for
// the question.
func (s *stage) delivers(who awsops.Target, bucket string) bool {
	s.t.Helper()
	admin := s.session(who.Account)
	u, err := admin.Principal(s.t.Context(), who)
	if err != nil || u == nil {
		return false
	}
	var session *awsops.Session
	if who.Kind == awsops.KindRole {
		session, err = admin.AsRole(s.t.Context(), u.ARN, false)
		must(s.t, err)
	} else {
		key := s.do(who.Account, awsops.CreateAccessKey{Account: who.Account, User: who.Name})
		defer s.do(who.Account, awsops.DeleteAccessKey{Account: who.Account, User: who.Name, KeyID: key.KeyID})
		session = admin.WithKey(key.KeyID, key.Secret)
	}
	put := awsops.PutObject{Bucket: bucket, Owner: customer, Key: "delivery/" + who.Name, Body: "x"}
	r, err := session.Perform(s.t.Context(), put)
	if err != nil {
		return false
	}
	gone, _ := put.Inverse(r)
	s.do(customer, gone)
	return true
}

// obey runs the commands that an ending prints for what crossgrant leaves, as far as
// they are about keys.
func (s *stage) obey(e run.Ending) {
	s.t.Helper()
	for _, command := range e.Commands {
		words := strings.Fields(command)
		if len(words) < 9 || words[4] != "delete-access-key" {
			continue
		}
		account := firm
		for id, profile := range profiles {
			if profile == words[2] {
				account = id
			}
		}
		s.do(account, awsops.DeleteAccessKey{Account: account, User: words[6], KeyID: words[8]})
	}
}

// forgetRecord removes the record of a run, as if it stood on another computer.
func (s *stage) forgetRecord(name string) {
	s.t.Helper()
	if err := os.Remove(filepath.Join(s.dir, name+".jsonl")); err != nil {
		s.t.Fatal(err)
	}
}
