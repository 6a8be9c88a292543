package run_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"

	"github.com/aws/aws-sdk-go-v2/aws"
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
	a := answers("setup", firm, first, "test-writer")
	a.ProbeKey = "incoming/old.csv"
	s.dies(a, "put-object")
	s.do(customer, theirs) // before the write that was announced
	e := s.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}})
	if e.Code != run.Done {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	s.do(customer, awsops.GetObject{Bucket: first, Owner: customer, Key: theirs.Key, Body: theirs.Body})
}

// A key that is taken is seen before anything is changed.
func TestAKeyThatIsTakenIsSeenBefore(t *testing.T) {
	s := newStage(t)
	s.overwrite(first, "incoming/old.csv", "the customer's")
	before := s.box.Snapshot()
	a := answers("setup", firm, first, "test-writer")
	a.ProbeKey = "incoming/old.csv"
	if e := s.run(run.Request{Answers: a}); e.Code != run.Failed || !strings.Contains(said(e), "An object of this name is there already") || e.Path != "" {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	s.same(before, "a set-up with a key that is taken")
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
	_, err := s.s3(customer).DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("made.by.run")})
	must(t, err)
	later.Store(int64(time.Minute))
	s.do(customer, awsops.CreateBucket{Bucket: "made.by.run", Owner: customer, Region: "us-east-1"})
	if e := s.cleanUp(set.Facts.Run); e.Code != run.Done {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	if _, err := s.session(customer).FindBucket(t.Context(), "made.by.run", customer); err != nil {
		t.Errorf("the customer's new bucket: %v", err)
	}
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

// A user that was made anew with the same tags, as a tool does that keeps accounts as they
// are written down, is not the run's.
func TestAUserThatWasMadeAnewStays(t *testing.T) {
	s := newStage(t)
	set := s.set(answers("setup", firm, first, "test-writer"))
	u, err := s.session(firm).User(t.Context(), "test-writer")
	must(t, err)
	s.do(firm, awsops.SetUserPolicy{Account: firm, User: "test-writer", Name: "writer-policy", Before: new(policy.WriterPolicy("aws", first))})
	s.do(firm, awsops.DeleteUser{Account: firm, Name: "test-writer", ID: u.ID, Run: u.Run})
	anew := s.do(firm, awsops.CreateUser{Account: firm, Name: "test-writer", Run: u.Run})
	if e := s.cleanUp(set.Facts.Run); e.Code != run.Done {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	if live, err := s.session(firm).User(t.Context(), "test-writer"); err != nil || live == nil || live.ID != anew.UserID {
		t.Errorf("the new user is %v, %v", live, err)
	}
}

// What was only announced is looked at: a bucket or a user of the name that somebody made
// at another time is theirs.
func TestWhatWasOnlyAnnouncedIsLookedAt(t *testing.T) {
	for _, before := range []string{"create-bucket", "create-user"} {
		for name, theirs := range map[string]bool{"nothing": false, "somebody else's": true} {
			t.Run(before+"/"+name, func(t *testing.T) {
				s := newStage(t)
				a := answers("setup", firm, "made.by.run", "test-writer")
				a.MakeBucket = "us-east-1"
				id := s.dies(a, before)
				if theirs {
					s.anHourAgo(id)
					if before == "create-bucket" {
						s.do(customer, awsops.CreateBucket{Bucket: "made.by.run", Owner: customer, Region: "us-east-1"})
					} else {
						s.do(firm, awsops.CreateUser{Account: firm, Name: "test-writer", Run: id})
					}
				}
				e := s.cleanUp(id)
				if e.Code != run.Done {
					t.Errorf("it ends %d: %s", e.Code, said(e))
				}
				left := strings.Join(s.box.Snapshot(), "\n")
				if there := strings.Contains(left, "made.by.run") || strings.Contains(left, "test-writer"); there != theirs {
					t.Errorf("left is\n%s", left)
				}
			})
		}
	}
}

// anHourAgo has the operations of a record announced an hour earlier.
func (s *stage) anHourAgo(name string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name+".jsonl")
	text, err := os.ReadFile(path)
	must(s.t, err)
	when := regexp.MustCompile(`"time":"([^"]+)"`)
	earlier := when.ReplaceAllStringFunc(string(text), func(field string) string {
		at, err := time.Parse(time.RFC3339Nano, when.FindStringSubmatch(field)[1])
		must(s.t, err)
		return `"time":"` + at.Add(-time.Hour).Format(time.RFC3339Nano) + `"`
	})
	must(s.t, os.WriteFile(path, []byte(earlier), 0o600))
}
