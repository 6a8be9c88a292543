package awsops

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"

	"github.com/aws/smithy-go"
)

// Each way in which an answer can be lost, or a request be turned away for a
// while.
var troubles = []sandbox.Fault{
	{Kind: sandbox.ResetBefore},
	{Kind: sandbox.ResetAfter},
	{Kind: sandbox.Hang},
	{Kind: sandbox.Answer, Status: 500, Code: "InternalError", Message: "We encountered an internal error."},
	{Kind: sandbox.Answer, Status: 503, Code: "ServiceUnavailable", Message: "Please try again."},
	{Kind: sandbox.Answer, Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."},
	{Kind: sandbox.Answer, Status: 400, Code: "Throttling", Message: "Rate exceeded"},
}

func named(f sandbox.Fault) string { return fmt.Sprintf("kind %d %s", f.Kind, f.Code) }

// Whatever becomes of the first try, the operation ends right and there is
// exactly one of what it makes.
func TestTroubleOnTheWay(t *testing.T) {
	t.Parallel()
	grant := firmGrant()
	writer := policy.WriterPolicy("aws", bucket)
	for _, fault := range troubles {
		for _, times := range []int{1, 2} {
			fault := fault
			fault.Times = times
			t.Run(fmt.Sprintf("%s %d", named(fault), times), func(t *testing.T) {
				if testing.Short() && times > 1 {
					t.Skip("-short: each trouble comes once only")
				}
				t.Parallel() // mostly they wait
				w := newWorld(t, sandbox.Config{})
				w.source.Timeout = 100 * time.Millisecond
				w.firm, w.customer = w.open(t, "my_firm"), w.open(t, "my_awesome_customer")
				before := w.Snapshot()
				inject := func(operation string) {
					f := fault
					f.Operation = operation
					w.Inject(f)
				}

				inject("CreateUser")
				user := do(t, w.firm, CreateUser{Account: firm, Name: "test-writer", Run: "run-1"})
				live, err := w.firm.User(t.Context(), "test-writer")
				if err != nil || live == nil || live.ID != user.UserID || live.ARN != user.UserARN || live.Run != "run-1" {
					t.Errorf("the user is %+v %v, the receipt %+v", live, err, user)
				}

				inject("CreateAccessKey")
				var key Receipt
				for err = error(&problem.Error{}); err != nil; {
					for _, id := range keyIDs(t, w.firm, "test-writer") { // of a lost answer
						do(t, w.firm, DeleteAccessKey{Account: firm, User: "test-writer", KeyID: id})
					}
					if key, err = w.firm.Perform(t.Context(), CreateAccessKey{Account: firm, User: "test-writer"}); err != nil && !problem.Lost(err) {
						t.Fatal(err)
					}
				}
				if ids := keyIDs(t, w.firm, "test-writer"); !slices.Equal(ids, []string{key.KeyID}) {
					t.Errorf("keys %q, want only %s", ids, key.KeyID)
				}
				if err := awaitKey(t.Context(), w.firm.WithKey(key.KeyID, key.Secret), user.UserARN); err != nil {
					t.Errorf("the key does not work: %v", err)
				}

				inject("PutUserPolicy")
				do(t, w.firm, SetUserPolicy{Account: firm, User: "test-writer", Name: "w", After: &writer})
				inject("PutBucketPolicy")
				do(t, w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant})
				if live, err := w.customer.BucketPolicy(t.Context(), bucket, customer); err != nil || !policy.Same(live, &grant) {
					t.Errorf("the policy is %v, %v", live, err)
				}

				inject("PutObject")
				probe := PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b", Expect: Granted}
				written := do(t, w.firm, probe)
				inject("GetObject")
				do(t, w.firm, GetObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b", Expect: Granted})

				inject("DeleteObject")
				inverse, _ := probe.Inverse(written)
				do(t, w.customer, inverse)
				inject("DeleteBucketPolicy")
				do(t, w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &grant})
				inject("DeleteUserPolicy")
				do(t, w.firm, SetUserPolicy{Account: firm, User: "test-writer", Name: "w", Before: &writer})
				inject("DeleteAccessKey")
				do(t, w.firm, DeleteAccessKey{Account: firm, User: "test-writer", KeyID: key.KeyID})
				inject("DeleteUser")
				do(t, w.firm, DeleteUser{Account: firm, Name: "test-writer", ID: user.UserID, Run: "run-1"})
				if after := w.Snapshot(); !slices.Equal(before, after) {
					t.Errorf("left behind: %q", after)
				}
			})
		}
	}
}

// A version's id is known also when the answer that named it was lost.
func TestLostAnswerOfAVersionedProbe(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	enableVersioning(t, w.customer)
	w.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.ResetAfter})
	r := do(t, w.customer, PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b"})
	versions, err := w.customer.ObjectVersions(t.Context(), bucket, customer, "k")
	if want := []Version{{ID: r.VersionID, ETag: r.ETag}}; err != nil || !slices.Equal(versions, want) || r.ETag == "" {
		t.Errorf("versions %v %v, the receipt says %v", versions, err, want)
	}
}

func TestLost(t *testing.T) {
	t.Parallel()
	refused := sandbox.Fault{Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"}
	tests := []struct {
		name   string
		faults []sandbox.Fault
		lost   bool
	}{
		{"refused", []sandbox.Fault{refused}, false},
		{"throttled", []sandbox.Fault{{Kind: sandbox.Answer, Status: 400, Code: "Throttling", Times: 99}}, false},
		{"told to slow down", []sandbox.Fault{{Kind: sandbox.Answer, Status: 503, Code: "SlowDown", Times: 99}}, false},
		{"reset", []sandbox.Fault{{Kind: sandbox.ResetBefore, Times: 9}}, true},
		{"500", []sandbox.Fault{{Kind: sandbox.Answer, Status: 500, Code: "InternalError", Times: 9}}, true},
		{"501", []sandbox.Fault{{Kind: sandbox.Answer, Status: 501, Code: "NotImplemented", Times: 9}}, false},
		{"reset, then refused", []sandbox.Fault{{Kind: sandbox.ResetBefore}, refused}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Config{})
			for _, f := range test.faults {
				f.Operation = "PutUserPolicy"
				w.Inject(f)
			}
			do(t, w.firm, CreateUser{Account: firm, Name: "u", Run: "r"})
			_, err := w.firm.Perform(t.Context(), SetUserPolicy{Account: firm, User: "u", Name: "n", After: new(policy.WriterPolicy("aws", bucket))})
			if err == nil || problem.Lost(err) != test.lost {
				t.Errorf("Lost is %v, want %v: %v", problem.Lost(err), test.lost, err)
			}
		})
	}
	t.Run("a read before", func(t *testing.T) {
		w := newWorld(t, sandbox.Config{})
		w.Inject(sandbox.Fault{Operation: "GetBucketPolicy", Kind: sandbox.Answer, Times: 9})
		_, err := w.customer.Perform(t.Context(), SetBucketPolicy{Bucket: bucket, Owner: customer, After: new(firmGrant())})
		if err == nil || problem.Lost(err) {
			t.Errorf("nothing was sent, and Lost is true: %v", err)
		}
	})
	t.Run("no one there", func(t *testing.T) {
		w := newWorld(t, sandbox.Config{})
		_ = w.Close()
		_, err := w.open(t, "my_awesome_customer").Perform(t.Context(), PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b"})
		wantProblem(t, err, "AWS cannot be reached")
		if problem.Lost(err) {
			t.Errorf("no connection was made, and Lost is true: %v", err)
		}
	})
}

// Where another company's half may be missing, a refusal is waited out while ours spreads, and
// a key that S3 does not know yet as long as ever.
func TestARefusalIsWaitedOutUntilOursHasSpread(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	s := *w.firm
	s.pace = Pace{First: time.Millisecond, Most: time.Millisecond, Budget: time.Hour}
	if limit := time.Until(s.Until(time.Now(), "").pace.settles); limit < 19*time.Minute || limit > 20*time.Minute {
		t.Errorf("right after the change a refusal is waited out for %v", limit)
	}
	const unknown = 30
	w.Inject(sandbox.Fault{Operation: "PutObject", Status: 403, Code: "InvalidAccessKeyId", Times: unknown})
	keys := 0
	ctx := WithWaits(t.Context(), func(w Wait) {
		switch {
		case w.Code == "InvalidAccessKeyId":
			keys++
		case w.Limit > time.Second || w.Why != "Or theirs is missing.":
			t.Errorf("it says %+v", w)
		}
	})
	later := s.Until(time.Now().Add(-time.Hour), "Or theirs is missing.")
	_, err := later.Perform(ctx, PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b", Expect: Granted})
	if !problem.Denied(err) || keys != unknown {
		t.Errorf("an hour later it ends with %v, after %d refusals of the key", err, keys)
	}
}

// What IAM's delay explains is waited out, and told.
func TestDelayIsWaitedOut(t *testing.T) {
	w := newWorld(t, sandbox.Config{IAMDelay: 30 * time.Millisecond})
	w.source.Pace = Pace{First: 5 * time.Millisecond, Most: 10 * time.Millisecond, Budget: 2 * time.Second}
	w.customer, w.firm = w.open(t, "my_awesome_customer"), w.open(t, "my_firm")
	told := map[string]string{}
	var waits []Wait
	ctx := WithWaits(t.Context(), func(wait Wait) {
		told[wait.Code] = wait.For
		waits = append(waits, wait)
	})
	perform := func(s *Session, op Operation) Receipt {
		t.Helper()
		r, err := s.Perform(ctx, op)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	user := perform(w.customer, CreateUser{Account: customer, Name: "test-customer", Run: "r"})
	key := perform(w.customer, CreateAccessKey{Account: customer, User: "test-customer"})
	perform(w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, After: new(policy.New(policy.TestUserGrant(user.UserARN, bucket)...))})
	tester := w.customer.WithKey(key.KeyID, key.Secret)
	if err := awaitKey(ctx, tester, user.UserARN); err != nil {
		t.Fatal(err)
	}
	perform(tester, PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b", Expect: Granted})
	if _, ok := told["MalformedPolicy"]; !ok {
		t.Errorf("no wait for the principal was told: %v", told)
	}
	for i, wait := range waits {
		if wait.For == "" || wait.Code == "" || wait.Limit != w.source.Pace.Budget || wait.Try < 1 || wait.Elapsed < 0 {
			t.Errorf("wait %d says too little: %+v", i, wait)
		}
	}
}

// Who stops while AWS answers a last time has stopped: that answer is not the end of a
// wait that nobody is in any more.
func TestAStopCountsWhateverTheLastAnswerWas(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	refusal := &smithy.GenericAPIError{Code: "MalformedPolicy", Message: "Invalid principal in policy"}
	err := w.customer.send(ctx, request{
		waitFor: "S3 to know the user",
		call:    func(context.Context) error { stop(); return refusal },
		patient: func(error) bool { return true },
	})
	if !errors.Is(err, context.Canceled) || !errors.Is(err, refusal) {
		t.Errorf("it ends with %v", err)
	}
}

func TestNewPrincipalIsWaitedForOnlyWhenItIsNew(t *testing.T) {
	ghost := policy.New(policy.TestUserGrant("arn:aws:iam::111122223333:user/ghost", bucket)...)
	dead := policy.New(policy.TestUserGrant("AIDAQ3EGSMZ4EXAMPLEID", bucket)...)
	both := policy.Merge(&dead, policy.FirmGrant("aws", firm, bucket))
	for name, test := range map[string]struct {
		after policy.Document
		waits bool
	}{"a user": {ghost, true}, "a deleted user": {dead, false}, "with a deleted user": {both, false}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sandbox.Config{})
			fails(t, w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, After: &test.after}, "The policy names someone whom AWS does not know")
			if sent := w.count("PutBucketPolicy"); (sent > 1) != test.waits {
				t.Errorf("it was sent %d times", sent)
			}
		})
	}
}

func TestStoppingEndsAWaitAtOnce(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	w.source.Pace = Pace{First: time.Hour, Most: time.Hour, Budget: time.Hour}
	s := w.open(t, "my_awesome_customer")
	ctx, stop := context.WithCancel(t.Context())
	ctx = WithWaits(ctx, func(Wait) { stop() })
	ghost := policy.New(policy.TestUserGrant("arn:aws:iam::111122223333:user/ghost", bucket)...)
	_, err := s.Perform(ctx, SetBucketPolicy{Bucket: bucket, Owner: customer, After: &ghost})
	if !errors.Is(err, context.Canceled) || problem.Lost(err) {
		t.Errorf("canceled %v, lost %v: %v", errors.Is(err, context.Canceled), problem.Lost(err), err)
	}
}

// The wrong half of a profile's key is told apart from a wrong key, at its
// first use, and the profile is named.
func TestWrongCredentials(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	admin := w.Profiles()[0]
	for name, test := range map[string]struct{ id, secret, token, code, summary string }{
		"key":    {"AKIAIOSFODNN7EXAMPLE", "x", "", "", "AWS does not know the access key"},
		"secret": {admin.AccessKeyID, "x", "", "", "The secret of the access key is wrong"},
		"token":  {admin.AccessKeyID, admin.SecretAccessKey, "t", "ExpiredToken", "The credentials have expired"},
	} {
		t.Run(name, func(t *testing.T) {
			text := fmt.Sprintf("[bad]\naws_access_key_id = %s\naws_secret_access_key = %s\n", test.id, test.secret)
			if test.token != "" {
				text += "aws_session_token = " + test.token + "\n"
				w.Inject(sandbox.Fault{Operation: "GetCallerIdentity", Status: 403, Code: test.code, Message: "expired"})
			}
			s := Source{CredentialsFile: writeFile(t, "c", text), ConfigFile: writeFile(t, "f", ""), Endpoint: w.URL(), Pace: quick}
			session, err := s.Open(t.Context(), "bad")
			if err != nil {
				t.Fatal(err)
			}
			_, err = session.Identity(t.Context())
			if p := wantProblem(t, err, test.summary); !strings.Contains(p.Error(), "--profile bad") {
				t.Errorf("the profile is not named: %v", p)
			}
		})
	}
}

// What was deleted a moment ago can still count as something of the user's.
func TestDeleteUserWaitsForWhatIsGone(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	user := do(t, w.firm, CreateUser{Account: firm, Name: "u", Run: "r"})
	w.Inject(sandbox.Fault{Operation: "DeleteUser", Status: 409, Code: "DeleteConflict", Message: "Cannot delete entity, must delete access keys first."})
	do(t, w.firm, DeleteUser{Account: firm, Name: "u", ID: user.UserID, Run: "r"})
	if u, err := w.firm.User(t.Context(), "u"); u != nil || err != nil {
		t.Errorf("%v, %v", u, err)
	}
	fails(t, w.firm, DeleteAccessKey{Account: firm, User: "u"}, "It is not known which key to delete")
}

// A call whose context is over is not made.
func TestNothingIsDoneOnceStopped(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	before := len(w.Calls())
	for _, op := range examples() {
		if _, err := w.firm.Perform(ctx, op); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", op.Kind(), err)
		}
	}
	if n := len(w.Calls()); n != before {
		t.Errorf("%d calls were made", n-before)
	}
}

// A bucket that was made by the try whose answer was lost is ours. S3 closes it to
// the public.
func TestTroubleWhileABucketIsMade(t *testing.T) {
	t.Parallel()
	for _, fault := range troubles {
		t.Run(named(fault), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Config{})
			for _, operation := range []string{"CreateBucket", "DeleteBucket"} {
				f := fault
				f.Operation = operation
				w.Inject(f)
			}
			before := w.Snapshot()
			op := CreateBucket{Bucket: "made-in-ireland", Owner: customer, Region: "eu-west-1"}
			r := do(t, w.customer, op)
			facts, err := w.customer.In("eu-west-1").BucketFacts(t.Context(), op.Bucket, customer)
			if err != nil || facts.BlockPublic != (BlockPublic{true, true, true, true}) {
				t.Errorf("%+v, %v", facts, err)
			}
			inverse, _ := op.Inverse(r)
			do(t, w.customer.In("eu-west-1"), inverse)
			if after := w.Snapshot(); !slices.Equal(before, after) {
				t.Errorf("left behind: %q", after)
			}
		})
	}
}

// A delete in a bucket that keeps versions only hides the object: its inverse
// shows it again.
func TestDeleteMarkerIsTakenBack(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	enableVersioning(t, w.customer)
	do(t, w.customer, PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b"})
	op := DeleteObject{Bucket: bucket, Owner: customer, Key: "k", Expect: Refused}
	inverse, ok := op.Inverse(do(t, w.customer, op))
	if !ok {
		t.Fatal("no inverse")
	}
	do(t, w.customer, inverse)
	do(t, w.customer, GetObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b"})
}

// A wait for AWS to spread a change asks evenly: it is hardly longer than AWS's own.
func TestAWaitForAWSIsEven(t *testing.T) {
	w := &waiting{pace: Pace{First: time.Nanosecond, Most: time.Hour, Budget: time.Hour}, start: time.Now(), next: time.Nanosecond}
	for range 40 { // doubling, the last pause alone would be 18 minutes
		if err := w.pause(t.Context(), "InvalidAccessKeyId", false); err != nil {
			t.Fatal(err)
		}
	}
	if w.next != time.Nanosecond {
		t.Errorf("the pauses grew to %v", w.next)
	}
	if err := w.pause(t.Context(), "SlowDown", true); err != nil || w.next != 2*time.Nanosecond {
		t.Errorf("where AWS is busy the next pause is %v, %v", w.next, err)
	}
}
