package awsops

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"
)

// The article from its first step to its last, taken back by the inverses: the
// account is then as it was.
func TestEveryOperationAndItsInverse(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	before := w.Snapshot()
	var undo []func()
	perform := func(s *Session, op Operation) Receipt {
		t.Helper()
		r := do(t, s, op)
		if inverse, ok := op.Inverse(r); ok {
			undo = append(undo, func() { do(t, s, inverse) })
		}
		return r
	}

	grant := firmGrant()
	perform(w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant})
	user := perform(w.customer, CreateUser{Account: customer, Name: "test-customer", Run: "run-1"})
	key := perform(w.customer, CreateAccessKey{Account: customer, User: "test-customer"})
	both := policy.Merge(&grant, policy.TestUserGrant(user.UserARN, bucket)...)
	perform(w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &grant, After: &both})
	tester := w.customer.WithKey(key.KeyID, key.Secret)
	if err := awaitKey(t.Context(), tester, user.UserARN); err != nil {
		t.Fatal(err)
	}
	probe := PutObject{Bucket: bucket, Owner: customer, Key: "crossgrant-probe/run-1", Body: "hello", Expect: Granted}
	written := do(t, tester, probe)
	do(t, tester, GetObject{Bucket: bucket, Owner: customer, Key: probe.Key, Body: probe.Body, Expect: Granted})
	inverse, ok := probe.Inverse(written)
	if !ok {
		t.Fatal("a probe that was written has no inverse")
	}
	undo = append(undo, func() { do(t, w.customer, inverse) })

	perform(w.firm, CreateUser{Account: firm, Name: "test-writer", Run: "run-1"})
	perform(w.firm, CreateAccessKey{Account: firm, User: "test-writer"})
	perform(w.firm, SetUserPolicy{Account: firm, User: "test-writer", Name: "writer-policy", After: new(policy.WriterPolicy("aws", bucket))})

	if slices.Equal(before, w.Snapshot()) {
		t.Fatal("nothing changed")
	}
	for _, u := range slices.Backward(undo) {
		u()
	}
	if after := w.Snapshot(); !slices.Equal(before, after) {
		t.Errorf("left behind:\nbefore %q\nafter  %q", before, after)
	}
}

func TestBucketPolicyIsNotWrittenOverAnotherOne(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	grant := firmGrant()
	other := policy.New(policy.FirmGrant("aws", "777788889999", bucket))
	do(t, w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, After: &other})

	for _, op := range []Operation{
		SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant},
		SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &grant, After: new(policy.New())},
		SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &grant},
	} {
		p := fails(t, w.customer, op, "It has changed since it was shown")
		var stale *problem.Stale
		if !errors.As(p, &stale) || !policy.Same(stale.Live, &other) || stale.Resource != op.Describe().Resource {
			t.Errorf("the error holds no Stale with the live policy: %#v", stale)
		}
		if problem.Lost(p) {
			t.Error("nothing was sent, and Lost says that something may be done")
		}
	}
	live, err := w.customer.BucketPolicy(t.Context(), bucket, customer)
	if err != nil || !policy.Same(live, &other) {
		t.Errorf("the live policy is %v, %v", live, err)
	}
}

func TestWhatIsSoAlreadyIsNotSent(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	grant := firmGrant()
	do(t, w.firm, CreateUser{Account: firm, Name: "test-writer", Run: "run-1"})
	writer := policy.WriterPolicy("aws", bucket)
	put := []Operation{
		SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant},
		SetUserPolicy{Account: firm, User: "test-writer", Name: "w", After: &writer},
	}
	remove := []Operation{
		SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &grant},
		SetUserPolicy{Account: firm, User: "test-writer", Name: "w", Before: &writer},
	}
	for i, s := range []*Session{w.customer, w.firm} {
		for _, op := range []Operation{put[i], remove[i]} {
			if r := do(t, s, op); r.Already || r.RequestID == "" || r.Time.IsZero() {
				t.Errorf("%s the first time: %+v", op.Kind(), r)
			}
			again := do(t, s, op)
			if !again.Already {
				t.Errorf("%s the second time: %+v", op.Kind(), again)
			}
			if _, ok := op.Inverse(again); ok {
				t.Errorf("%s has an inverse though it did nothing", op.Kind())
			}
		}
	}
	for _, operation := range []string{"PutBucketPolicy", "DeleteBucketPolicy", "PutUserPolicy", "DeleteUserPolicy"} {
		if n := w.count(operation); n != 1 {
			t.Errorf("%s was sent %d times", operation, n)
		}
	}
}

func TestUserOfAnotherMakerIsLeftAlone(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	made := do(t, w.firm, CreateUser{Account: firm, Name: "test-writer", Run: "run-1"})

	same := do(t, w.firm, CreateUser{Account: firm, Name: "test-writer", Run: "run-1"})
	if same.UserID != made.UserID {
		t.Errorf("the run's own user was not recognised: %+v", same)
	}
	fails(t, w.firm, CreateUser{Account: firm, Name: "test-writer", Run: "run-2"}, "The name of the user is taken")
	for _, op := range []DeleteUser{
		{Account: firm, Name: "test-writer", ID: made.UserID, Run: "run-2"},
		{Account: firm, Name: "test-writer", ID: "AIDAOTHER", Run: "run-1"},
		{Account: firm, Name: "test-writer", Run: "run-1"},
	} {
		p := fails(t, w.firm, op, "A different user has this name now")
		if problem.Lost(p) {
			t.Error("Lost, though nothing was sent")
		}
	}
	if u, err := w.firm.User(t.Context(), "test-writer"); err != nil || u == nil || u.ID != made.UserID || u.Run != "run-1" {
		t.Errorf("the user is now %+v, %v", u, err)
	}
	if r := do(t, w.firm, DeleteUser{Account: firm, Name: "never-was", ID: "AIDA", Run: "run-1"}); !r.Already {
		t.Errorf("deleting what is not there: %+v", r)
	}
}

func TestOperationsStayInTheirAccount(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	before := w.Snapshot()
	for _, op := range []Operation{
		CreateUser{Account: customer, Name: "u", Run: "r"},
		DeleteUser{Account: customer, Name: "u", ID: "i", Run: "r"},
		CreateAccessKey{Account: customer, User: "my_firm"},
		DeleteAccessKey{Account: customer, User: "my_firm", KeyID: "k"},
		SetUserPolicy{Account: customer, User: "my_firm", Name: "n", After: new(firmGrant())},
		SetUserPolicy{Account: customer, User: "my_firm", Name: "n", Before: new(firmGrant())},
		CreateBucket{Owner: customer, Bucket: "new.bucket", Region: "us-east-1"},
		SetBucketPolicy{Bucket: bucket, Owner: customer, After: new(firmGrant())},
		SetBucketPolicy{Bucket: bucket, Owner: customer, Before: new(firmGrant())},
	} {
		p := fails(t, w.firm, op, "This is another account than the one meant")
		if problem.Lost(p) {
			t.Errorf("%s: Lost, though nothing was sent", op.Kind())
		}
	}
	if after := w.Snapshot(); !slices.Equal(before, after) {
		t.Errorf("changed: %q", after)
	}
}

func TestProbeIsNeverWrittenOverAnObject(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	op := PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "the customer's"}
	do(t, w.customer, op)
	fails(t, w.customer, PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "ours"}, "An object of this name is there already")
	do(t, w.customer, GetObject{Bucket: bucket, Owner: customer, Key: "k", Body: "the customer's"})
	fails(t, w.customer, GetObject{Bucket: bucket, Owner: customer, Key: "k", Body: "ours"}, "The file that was read is not the one that was written")
	do(t, w.customer, DeleteObject{Bucket: bucket, Owner: customer, Key: "k"})
	fails(t, w.customer, GetObject{Bucket: bucket, Owner: customer, Key: "k", Body: "x", Expect: Granted}, "There is no such object")
}

func TestRefusalThatIsExpected(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	for _, op := range []Operation{
		PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b", Expect: Refused},
		GetObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b", Expect: Refused},
		DeleteObject{Bucket: bucket, Owner: customer, Key: "k", Expect: Refused},
	} {
		r := do(t, w.stranger, op)
		if r.Refused != "AccessDenied" || r.RequestID == "" {
			t.Errorf("%s by a stranger: %+v", op.Kind(), r)
		}
		if _, ok := op.Inverse(r); ok {
			t.Errorf("%s was refused and has an inverse", op.Kind())
		}
		if r := do(t, w.customer, op); r.Refused != "" {
			t.Errorf("%s by the owner: %+v", op.Kind(), r)
		}
	}
	fails(t, w.stranger, PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b"}, "AWS refused access")
}

func TestVersionedProbeIsDeletedByItsVersion(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	enableVersioning(t, w.customer)
	op := PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b"}
	r := do(t, w.customer, op)
	if r.VersionID == "" {
		t.Fatalf("no version in %+v", r)
	}
	versions := func() int {
		t.Helper()
		ids, err := w.customer.ObjectVersions(t.Context(), bucket, customer, "k")
		if err != nil {
			t.Fatal(err)
		}
		return len(ids)
	}
	if n := versions(); n != 1 {
		t.Fatalf("%d versions", n)
	}
	inverse, _ := op.Inverse(r)
	do(t, w.customer, inverse)
	if n := versions(); n != 0 {
		t.Errorf("%d versions are left", n)
	}
	do(t, w.customer, inverse)
}

func TestBucketOfOnesOwn(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	op := CreateBucket{Bucket: "run-1-bucket", Owner: customer, Region: "eu-central-1"}
	r := do(t, w.customer, op)
	facts, err := w.customer.In("eu-central-1").BucketFacts(t.Context(), op.Bucket, customer)
	if err != nil {
		t.Fatal(err)
	}
	if facts.BlockPublic != (BlockPublic{true, true, true, true}) || facts.Ownership != "BucketOwnerEnforced" {
		t.Errorf("the bucket is not closed: %+v", facts)
	}
	if region, err := w.customer.FindBucket(t.Context(), op.Bucket, customer); err != nil || region != "eu-central-1" {
		t.Errorf("found in %q, %v", region, err)
	}
	fails(t, w.customer, op, "A bucket of this name is there already")
	fails(t, w.firm, CreateBucket{Bucket: op.Bucket, Owner: firm, Region: "us-east-1"}, "A bucket of this name is there already")

	europe := w.customer.In("eu-central-1")
	do(t, europe, PutObject{Bucket: op.Bucket, Owner: customer, Key: "k", Body: "b"})
	inverse, _ := op.Inverse(r)
	fails(t, europe, inverse, "The bucket is not empty")
	do(t, europe, DeleteObject{Bucket: op.Bucket, Owner: customer, Key: "k"})
	if r := do(t, europe, inverse); r.Already {
		t.Errorf("deleting: %+v", r)
	}
	if r := do(t, europe, inverse); !r.Already {
		t.Errorf("deleting again: %+v", r)
	}
}

// Every request to a bucket names its owner, and none has an ACL.
func TestEveryRequestNamesTheOwner(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	var requests atomic.Int32
	door := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/"+bucket) {
			requests.Add(1)
			if r.Header.Get("X-Amz-Expected-Bucket-Owner") != customer || r.Header.Get("X-Amz-Acl") != "" {
				t.Errorf("%s %s has the headers %v", r.Method, r.URL, r.Header)
			}
			if r.Method == http.MethodPut && !r.URL.Query().Has("policy") && (r.Header.Get("If-None-Match") != "*" || r.Header.Get("Content-Type") != "text/plain") {
				t.Errorf("a probe is put with %v", r.Header)
			}
		}
		w.Handler().ServeHTTP(out, r)
	}))
	t.Cleanup(door.Close)
	w.source.Endpoint = door.URL
	s := w.open(t, "my_awesome_customer")
	grant := firmGrant()
	for _, op := range []Operation{
		SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant},
		SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &grant},
		PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b"},
		GetObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b"},
		DeleteObject{Bucket: bucket, Owner: customer, Key: "k"},
	} {
		do(t, s, op)
	}
	if _, err := s.BucketFacts(t.Context(), bucket, customer); err != nil {
		t.Error(err)
	}
	if _, err := s.ObjectVersions(t.Context(), bucket, customer, "k"); err != nil {
		t.Error(err)
	}
	if _, err := s.FindBucket(t.Context(), bucket, customer); err != nil {
		t.Error(err)
	}
	created, err := s.BucketCreated(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	do(t, s, DeleteBucket{Bucket: bucket, Owner: customer, Created: created})
	if n := requests.Load(); n < 15 {
		t.Errorf("only %d requests were looked at", n)
	}
}
