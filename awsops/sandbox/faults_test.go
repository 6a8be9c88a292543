package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"crossgrant/awsops/sandbox"
)

func (w *world) createUser(name string) error {
	_, err := w.iam(firm).CreateUser(w.t.Context(), &iam.CreateUserInput{UserName: &name})
	return err
}

func (w *world) has(name string) bool {
	return strings.Contains(strings.Join(w.Snapshot(), "\n"), "user arn:aws:iam::444455556666:user/"+name)
}

func TestFaultAnswers(t *testing.T) {
	w := newWorld(t)
	w.Inject(sandbox.Fault{Operation: "CreateUser", After: 1, Times: 2, Status: 400, Code: "Throttling", Message: "Rate exceeded"})
	w.must(w.createUser("one"))
	w.must(func() error { _, err := w.iam(firm).ListUsers(t.Context(), nil); return err }()) // another operation
	for range 2 {
		err := w.createUser("two")
		w.refused(err, "Throttling", "Rate exceeded")
		if statusOf(err) != 400 || w.has("two") {
			t.Errorf("status %d, made: %v", statusOf(err), w.has("two"))
		}
	}
	w.must(w.createUser("two"))
	w.Inject(sandbox.Fault{Operation: "PutBucketPolicy", Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."})
	_, err := w.s3With(w.keys(customer)).PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("my.test.bucket"), Policy: aws.String("{}")})
	w.refused(err, "SlowDown", "Please reduce your request rate.")
	w.Inject(sandbox.Fault{})
	_, err = w.sts(firm).GetCallerIdentity(t.Context(), nil)
	if w.refused(err, "InternalError", ""); statusOf(err) != 500 {
		t.Errorf("a fault that says nothing came with status %d", statusOf(err))
	}
	last := w.Calls()[len(w.Calls())-1]
	if last.Operation != "GetCallerIdentity" || last.Status != 500 || last.Code != "InternalError" {
		t.Errorf("the log says %+v", last)
	}
}

// Each fault counts for itself, and a request is hit by one only.
func TestFaultsAreIndependent(t *testing.T) {
	w := newWorld(t)
	w.Inject(sandbox.Fault{Operation: "CreateUser", After: 1, Code: "First"})
	w.Inject(sandbox.Fault{Operation: "", After: 1, Code: "Second"})
	w.must(w.createUser("a"))
	w.refused(w.createUser("b"), "First", "")
	w.refused(w.createUser("b"), "Second", "")
	w.must(w.createUser("b"))
}

func TestResets(t *testing.T) {
	w := newWorld(t)
	w.Inject(sandbox.Fault{Operation: "CreateUser", Kind: sandbox.ResetBefore})
	w.Inject(sandbox.Fault{Operation: "CreateUser", Kind: sandbox.ResetAfter})
	if err := w.createUser("u"); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
		t.Errorf("cut before: %v", err)
	}
	if w.has("u") {
		t.Error("cut before, and the user was made")
	}
	if err := w.createUser("u"); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
		t.Errorf("cut after: %v", err)
	}
	// The cut happens after the record, so the log has both.
	calls := w.Calls()
	if len(calls) != 2 || calls[0].Status != 0 || calls[1].Status != 200 || !w.has("u") {
		t.Errorf("after both cuts: made %v, log %+v", w.has("u"), calls)
	}
	w.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.ResetAfter})
	_, err := w.s3With(w.keys(customer)).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("my.test.bucket"), Key: aws.String("k"), Body: strings.NewReader("v")})
	if err == nil {
		t.Error("an answer came over a connection that was cut")
	}
	_, err = w.s3With(w.keys(customer)).HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("my.test.bucket"), Key: aws.String("k")})
	w.must(err)
}

func TestHangLastsUntilTheClientGivesUp(t *testing.T) {
	w := newWorld(t)
	w.Inject(sandbox.Fault{Kind: sandbox.Hang})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := w.iam(firm).CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("u")})
	if !errors.Is(err, context.DeadlineExceeded) || w.has("u") {
		t.Errorf("made %v, %v", w.has("u"), err)
	}
	w.Inject(sandbox.Fault{Kind: sandbox.Hang})
	gone := make(chan error)
	go func() { gone <- w.createUser("u") }()
	w.Close() // a client that waits is let go too
	if err := <-gone; err == nil {
		t.Error("an answer came from a sandbox that was closed")
	}
}

func TestLatencyIsAdded(t *testing.T) {
	w := newWorld(t, func(c *sandbox.Config) { c.Latency = 30 * time.Millisecond; c.Now = nil })
	_, err := w.sts(firm).GetCallerIdentity(t.Context(), nil)
	w.must(err)
	if call := w.Calls()[0]; call.End.Sub(call.Start) < 30*time.Millisecond {
		t.Errorf("the answer took %v", call.End.Sub(call.Start))
	}
	res, err := http.Get(w.URL())
	w.must(err)
	res.Body.Close()
}

// Calls at once must neither lose a line of the log nor make a third key.
func TestManyAtOnce(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "u")
	var group sync.WaitGroup
	results := make(chan error, 16)
	for range cap(results) {
		group.Go(func() {
			_, err := w.iam(firm).CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("u")})
			w.Calls()
			w.Snapshot()
			results <- err
		})
	}
	group.Wait()
	close(results)
	made := 0
	for err := range results {
		if err == nil {
			made++
		} else {
			w.refused(err, "LimitExceeded", "AccessKeysPerUser")
		}
	}
	if calls := w.Calls(); made != 2 || len(calls) != 17 {
		t.Errorf("%d keys were made, and the log has %d lines", made, len(calls))
	}
}
