package run_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// What a run did not make is never deleted or changed, whatever its name, tag or Sid.

// dies runs a set-up until an operation of a kind is announced, and no further: the
// program is killed there.
func (s *stage) dies(a steps.Answers, before string) (name string) {
	s.t.Helper()
	type killed struct{}
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(killed); !ok {
				panic(p)
			}
		}
	}()
	var r *run.Run
	emit := func(e steps.Event) {
		if started, ok := e.(steps.Started); ok && started.Action.Op.Kind() == before {
			r.Close()
			panic(killed{})
		}
	}
	var err error
	if r, err = run.Open(s.t.Context(), run.Request{Answers: a, Source: s.source, StateDir: s.dir}, emit); err == nil {
		err = r.Begin()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	name = r.Facts().Run
	r.Unasked(s.t.Context(), s.t.Context(), func(steps.Event) {})
	return name
}

func TestAFileThatWasThereBeforeStaysThoughTheWriteWasAnnounced(t *testing.T) {
	s := newStage(t)
	theirs := awsops.PutObject{Bucket: first, Owner: customer, Key: "incoming/old.csv", Body: "the customer's"}
	s.do(customer, theirs)
	a := answers("setup", firm, first, "test-writer")
	a.ProbeKey = "incoming/old.csv"
	s.dies(a, "put-object")
	e := s.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}})
	if e.Code != run.Done {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	s.do(customer, awsops.GetObject{Bucket: first, Owner: customer, Key: theirs.Key, Body: theirs.Body})
}

// A file that the customer deleted lives on as a version, which is not the run's though
// the test file came to lie on top of it.
func TestAnOlderVersionUnderTheTestFileStays(t *testing.T) {
	s := newStage(t)
	a := answers("setup", firm, first, "test-writer")
	a.ProbeKey = "incoming/old.csv"
	s.overwrite(first, a.ProbeKey, "the customer's")
	s.version(first, types.BucketVersioningStatusEnabled)
	s.do(customer, awsops.DeleteObject{Bucket: first, Owner: customer, Key: a.ProbeKey, Expect: awsops.Granted})
	name := s.dies(a, "put-object")
	s.overwrite(first, a.ProbeKey, "crossgrant probe of run "+name+": this file can be deleted.\n") // its answer was lost
	if e := s.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}}); e.Code != run.Done {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	versions, err := s.session(customer).ObjectVersions(t.Context(), first, customer, a.ProbeKey)
	if err != nil || len(versions) != 2 || versions[0].ID != "null" {
		t.Errorf("what is left is %v, %v, want the customer's file and their delete marker", versions, err)
	}
}

// Who may read and delete a test file needs no permission to list versions.
func TestATestFileGoesWithoutALookAtItsVersions(t *testing.T) {
	s := newStage(t)
	s.box.Inject(sandbox.Fault{Operation: "ListObjectVersions", Status: 403, Code: "AccessDenied", Message: "Access Denied", Times: 1000})
	s.set(answers("setup", firm, first, "test-writer")) // which deletes its test file
	if left := strings.Join(s.box.Snapshot(), "\n"); strings.Contains(left, "crossgrant-probe/") {
		t.Errorf("the test file is still there:\n%s", left)
	}
}

func TestADeliveryUnderTheKeyOfTheTestFileStays(t *testing.T) {
	for name, versioning := range map[string]bool{"a bucket without versions": false, "a bucket whose versions are suspended": true} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			if versioning {
				s.version(first, types.BucketVersioningStatusSuspended)
			}
			a := answers("setup", firm, first, "test-writer")
			a.ProbeKey = "incoming/data.csv"
			s.dies(a, "get-object")
			s.overwrite(first, a.ProbeKey, "a real delivery")
			e := s.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}})
			if e.Code != run.Done {
				t.Errorf("it ends %d: %s", e.Code, said(e))
			}
			s.do(customer, awsops.GetObject{Bucket: first, Owner: customer, Key: a.ProbeKey, Body: "a real delivery"})
		})
	}
}

func TestABucketThatWasMadeAnewStays(t *testing.T) {
	var later atomic.Int64 // S3 lists the times of buckets in whole seconds
	s := newStage(t, func(c *sandbox.Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	})
	a := answers("setup", firm, "made.by.run", "test-writer")
	a.MakeBucket = "us-east-1"
	set := s.set(a)
	s.do(customer, awsops.SetBucketPolicy{Bucket: "made.by.run", Owner: customer, Before: s.policy("made.by.run")})
	s.do(customer, awsops.DeleteBucket{Bucket: "made.by.run", Owner: customer})
	later.Store(int64(time.Minute))
	s.do(customer, awsops.CreateBucket{Bucket: "made.by.run", Owner: customer, Region: "us-east-1"})
	if e := s.cleanUp(set.Facts.Run); e.Code != run.Done {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	if _, err := s.session(customer).FindBucket(t.Context(), "made.by.run", customer); err != nil {
		t.Errorf("the customer's new bucket: %v", err)
	}
}

// Statements of somebody else's that bear crossgrant's Sids are neither removed without a
// record nor replaced unasked.
func TestAForeignStatementWithOurSidStays(t *testing.T) {
	text := `{"Version":"2012-10-17","Statement":[
		{"Sid":"CrossgrantFirm444455556666","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/*"},
		{"Sid":"CrossgrantTestUserBucket","Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::my.test.bucket"}]}`
	theirs, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t)
	s.setPolicy(first, &theirs)
	before := s.box.Snapshot()
	if e := s.run(run.Request{Answers: answers("cleanup", firm, first, "")}); e.Code != run.Done {
		t.Errorf("a clean-up ends %d: %s", e.Code, said(e))
	}
	s.same(before, "a clean-up without a record")
	if e := s.run(run.Request{Answers: answers("setup", firm, first, "test-writer")}); e.Code != run.Failed {
		t.Errorf("a set-up ends %d: %s", e.Code, said(e))
	}
	s.same(before, "a set-up that nobody was asked about")
}

// A clean-up writes the live document less the run's own statements, whatever a record
// says that stood there before.
func TestACleanUpNeverGrants(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	path := filepath.Join(s.dir, set.Facts.Run+".jsonl")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wide := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Action":"s3:*","Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"]}]}`
	forged := strings.Replace(string(text), `"before":null`, `"before":`+wide, 1)
	if forged == string(text) {
		t.Fatal("the record has no document that was not there before")
	}
	if err := os.WriteFile(path, []byte(forged), 0o600); err != nil {
		t.Fatal(err)
	}
	s.cleanUp(set.Facts.Run)
	if live := s.policy(first); live != nil {
		t.Errorf("the clean-up wrote %s", live.Compact())
	}
}

// A record is trusted as ssh trusts a key, and none is waited for.
func TestARecordThatOthersMayWriteIsNotTrusted(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir, path string){
		"a file that others may write": func(t *testing.T, _, path string) { must(t, os.Chmod(path, 0o666)) },
		"a folder that others may write": func(t *testing.T, dir, _ string) {
			must(t, os.Chmod(dir, 0o777))
			t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
		},
		"a file of another's": func(t *testing.T, _, path string) {
			if os.Getuid() != 0 {
				t.Skip("only root can give a file to somebody else")
			}
			must(t, os.Chown(path, 12345, 12345))
		},
		"a pipe": func(t *testing.T, _, path string) {
			must(t, os.Remove(path))
			must(t, syscall.Mkfifo(path, 0o600))
		},
		"a link": func(t *testing.T, dir, path string) {
			must(t, os.Rename(path, dir+"/elsewhere"))
			must(t, os.Symlink(dir+"/elsewhere", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			set := s.set(answers("setup", firm, first, "test-writer"))
			before := s.box.Snapshot()
			spoil(t, s.dir, filepath.Join(s.dir, set.Facts.Run+".jsonl"))
			done := make(chan run.Ending, 1)
			go func() { done <- s.cleanUp(set.Facts.Run) }()
			select {
			case e := <-done:
				if e.Code != run.Failed {
					t.Errorf("it ends %d: %s", e.Code, said(e))
				}
			case <-time.After(20 * time.Second):
				t.Fatal("it waits")
			}
			s.same(before, "a clean-up by that record")
		})
	}
}

// The accounts that the person stated count on every road.
func TestStatedAccountsCountForACleanUp(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	before := s.box.Snapshot()
	for name, q := range map[string]run.Request{
		"by the record":    {Answers: steps.Answers{Journey: "cleanup"}, Run: set.Facts.Run},
		"without a record": {Answers: answers("cleanup", firm, first, "")},
	} {
		q.Expected = steps.Expected{Firm: "999999999999"}
		if e := s.run(q); e.Code != run.Failed || !strings.Contains(said(e), "FIRM_ACCT") {
			t.Errorf("%s it ends %d: %s", name, e.Code, said(e))
		}
	}
	s.same(before, "clean-ups of other accounts than were stated")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// s3 is a client of the administrator of an account, for what crossgrant never does.
func (s *stage) s3(account string) *s3.Client {
	return s3.NewFromConfig(s.config(account), func(o *s3.Options) { o.UsePathStyle = true })
}

func (s *stage) version(bucket string, status types.BucketVersioningStatus) {
	s.t.Helper()
	_, err := s.s3(customer).PutBucketVersioning(s.t.Context(), &s3.PutBucketVersioningInput{
		Bucket: &bucket, VersioningConfiguration: &types.VersioningConfiguration{Status: status},
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) overwrite(bucket, key, text string) {
	s.t.Helper()
	if _, err := s.s3(customer).PutObject(s.t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(text)}); err != nil {
		s.t.Fatal(err)
	}
}

// A profile that comes to give another account's credentials in the middle of a run: the
// other account is left alone, and what was made before is said to stand.
func TestCredentialsThatMoveToAnotherAccount(t *testing.T) {
	s := newStage(t)
	given := filepath.Join(t.TempDir(), "given.json")
	become := func(profile string) {
		for _, p := range s.box.Profiles() {
			if p.Name == profile {
				text := fmt.Sprintf(`{"Version":1,"AccessKeyId":%q,"SecretAccessKey":%q,"Expiration":"2020-01-01T00:00:00Z"}`, p.AccessKeyID, p.SecretAccessKey)
				must(t, os.WriteFile(given, []byte(text), 0o600))
			}
		}
	}
	become("my_firm")
	keys, err := os.ReadFile(s.source.CredentialsFile)
	must(t, err)
	path := filepath.Join(t.TempDir(), "credentials")
	must(t, os.WriteFile(path, append(keys, "\n[moving]\ncredential_process = cat "+given+"\n"...), 0o600))
	s.source.CredentialsFile = path
	s.do(other, awsops.CreateUser{Account: other, Name: "test-writer", Run: "theirs"}) // where the policy would go
	a := answers("setup", firm, first, "test-writer")
	a.FirmProfile = "moving"
	r, err := run.Open(t.Context(), run.Request{Answers: a, Source: s.source, StateDir: s.dir}, func(e steps.Event) {
		if started, ok := e.(steps.Started); ok && started.Action.Op.Kind() == "set-user-policy" {
			become("stranger")
		}
	})
	must(t, err)
	defer r.Close()
	e := r.Unasked(t.Context(), t.Context(), func(steps.Event) {})
	if e.Code != run.Left {
		t.Errorf("it ends %d", e.Code)
	}
	says(t, e, "The credentials are of another account now", "the user test-writer in 4444-5555-6666")
	if list, err := s.session(other).UserPolicies(t.Context(), "test-writer"); err != nil || len(list) > 0 {
		t.Errorf("the other account's user has %v, %v", list, err)
	}
	if u, err := s.session(firm).User(t.Context(), "test-writer"); err != nil || u == nil {
		t.Errorf("the firm's user is %v, %v", u, err)
	}
}

// lostKey runs a set-up for the firm's existing user bob, lets meanwhile happen as soon as
// the making of its key is announced, and loses the answer.
func (s *stage) lostKey(kind sandbox.FaultKind, meanwhile func()) (run.Ending, []string) {
	s.t.Helper()
	a := answers("setup", firm, first, "bob")
	a.UseExisting, a.KeyFile = true, filepath.Join(s.t.TempDir(), "key")
	s.box.Inject(sandbox.Fault{Operation: "CreateAccessKey", Kind: kind, Struck: meanwhile})
	var told []string
	emit := func(e steps.Event) {
		if done, ok := e.(steps.Done); ok {
			told = append(told, done.Action.Op.Describe().Summary)
		}
	}
	r, err := run.Open(s.t.Context(), run.Request{Answers: a, Source: s.source, StateDir: s.dir}, emit)
	must(s.t, err)
	defer r.Close()
	return r.Unasked(s.t.Context(), s.t.Context(), emit), told
}

func (s *stage) keysOf(user string) (ids []string) {
	s.t.Helper()
	keys, err := s.session(firm).AccessKeys(s.t.Context(), user)
	must(s.t, err)
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return ids
}

// The key of a lost answer is deleted in sight: it is shown and recorded, and another is
// made.
func TestTheKeyOfALostAnswerIsDeletedInSight(t *testing.T) {
	s := newStage(t)
	s.do(firm, awsops.CreateUser{Account: firm, Name: "bob", Run: "theirs"})
	e, told := s.lostKey(sandbox.ResetAfter, nil)
	if e.Code != run.Done || len(s.keysOf("bob")) != 1 {
		t.Errorf("it ends %d with the keys %v: %s", e.Code, s.keysOf("bob"), said(e))
	}
	if !slices.ContainsFunc(told, func(line string) bool { return strings.HasPrefix(line, "Delete the access key AKIA") }) {
		t.Errorf("the deletion is not told: %q", told)
	}
	text, err := os.ReadFile(e.Path)
	must(t, err)
	if !strings.Contains(string(text), `"kind":"delete-access-key"`) {
		t.Error("the deletion is not recorded")
	}
}

// A colleague's key that was made before the run asked for its own, though after the plan
// was shown, is not taken for it.
func TestAColleaguesKeyThatWasMadeSinceThePlanStays(t *testing.T) {
	s := newStage(t)
	s.do(firm, awsops.CreateUser{Account: firm, Name: "bob", Run: "theirs"})
	var theirs string
	a := answers("setup", firm, first, "bob")
	a.UseExisting, a.KeyFile = true, filepath.Join(t.TempDir(), "key")
	s.box.Inject(sandbox.Fault{Operation: "CreateAccessKey", Kind: sandbox.ResetBefore, After: 1})
	emit := func(e steps.Event) {
		if p, ok := e.(steps.Planned); ok && p.Change.Step.ID == "make-writer" && theirs == "" {
			theirs = s.do(firm, awsops.CreateAccessKey{Account: firm, User: "bob"}).KeyID
		}
	}
	r, err := run.Open(t.Context(), run.Request{Answers: a, Source: s.source, StateDir: s.dir}, emit)
	must(t, err)
	defer r.Close()
	e := r.Unasked(t.Context(), t.Context(), emit)
	if keys := s.keysOf("bob"); e.Code != run.Done || len(keys) != 2 || !slices.Contains(keys, theirs) {
		t.Errorf("it ends %d with the keys %v, of which %s is the colleague's: %s", e.Code, keys, theirs, said(e))
	}
}

// Where two keys came up while the answer was lost, nothing proves which is whose: none is
// deleted, and both are named.
func TestOfTwoKeysThatCameUpTogetherNoneIsDeleted(t *testing.T) {
	s := newStage(t)
	s.do(firm, awsops.CreateUser{Account: firm, Name: "bob", Run: "theirs"})
	e, _ := s.lostKey(sandbox.ResetAfter, func() { s.do(firm, awsops.CreateAccessKey{Account: firm, User: "bob"}) })
	keys := s.keysOf("bob")
	if e.Code != run.Left || len(keys) != 2 {
		t.Errorf("it ends %d with the keys %v", e.Code, keys)
	}
	says(t, e, "Which key is the new one is not known")
	for _, id := range keys {
		says(t, e, "aws --profile my_firm iam delete-access-key --user-name bob --access-key-id "+id)
	}
}
