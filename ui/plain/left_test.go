package plain_test

import (
	"strings"
	"syscall"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
)

// A user that somebody gave something stays, and is named. Once that is taken back
// the same clean-up removes the user, though it was called done before.
func TestCleanUpLooksAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	o := w.options("setup", nil)
	code, out := w.run(t, o)
	if code != exitDone {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	run := runID.FindString(out)
	foreign := awsops.SetUserPolicy{Account: firm, User: "test-writer", Name: "payroll", After: new(policy.WriterPolicy("aws", "payroll"))}
	if _, err := w.do("firm", foreign); err != nil {
		t.Fatal(err)
	}
	o.Answers.Journey, o.Run = "cleanup", run
	code, out = w.run(t, o)
	if code != exitLeft {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "the inline policy payroll", "crossgrant cleanup "+run)
	if u, err := w.sessions["firm"].User(t.Context(), "test-writer"); err != nil || u == nil {
		t.Errorf("the user is %v, %v", u, err)
	}
	if _, err := w.do("firm", awsops.SetUserPolicy{Account: firm, User: "test-writer", Name: "payroll", Before: foreign.After}); err != nil {
		t.Fatal(err)
	}
	if code, out = w.run(t, o); code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	w.same(t, before, "the set-up and its clean-up")
}

// Whoever kills the program can clean up afterwards.
func TestCleanUpAfterAKill(t *testing.T) {
	t.Parallel()
	for _, until := range []string{"1/11  Let the firm in", "test-customer: Read the test file", "8/11  Give the firm's user access", "Clean up the customer's side"} {
		t.Run(until, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Default())
			before := w.Snapshot()
			run, lines, said := w.start(t, until, "tour", "--yes", "--state-dir", w.dir+"/runs")
			if err := run.Process.Signal(syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			_, out := finish(t, run, lines, said)
			o := w.options("cleanup", nil)
			o.Run = runID.FindString(out)
			if code, out := w.run(t, o); code != exitDone {
				t.Errorf("exit code %d:\n%s", code, out)
			}
			w.same(t, before, "the run that was killed and its clean-up")
		})
	}
}

// A statement that somebody adds while the access is in use stays.
func TestCleanUpKeepsWhatCameLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	code, out := w.run(t, w.options("setup", nil))
	if code != exitDone {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	live, err := w.policy()
	if err != nil {
		t.Fatal(err)
	}
	auditors, err := policy.Parse([]byte(foreign))
	if err != nil {
		t.Fatal(err)
	}
	later := policy.Merge(live, auditors.Statements[0])
	if _, err := w.do("customer", awsops.SetBucketPolicy{Bucket: bucket, Owner: customer, Before: live, After: &later}); err != nil {
		t.Fatal(err)
	}
	o := w.options("cleanup", nil)
	o.Run = runID.FindString(out)
	if code, out := w.run(t, o); code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if live, err = w.policy(); err != nil || live == nil || !strings.Contains(live.Compact(), "AuditorsRead") || strings.Contains(live.Compact(), "Crossgrant") {
		t.Errorf("the policy is %v, %v", live, err)
	}
}

// Whoever stops reading, as `crossgrant tour --yes | head` does, leaves nothing
// half-way.
func TestClosedPipeDoesNotStopARun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	run, lines, said := w.start(t, "3/11  Let the test user in", "tour", "--yes")
	if err := w.output.Close(); err != nil {
		t.Fatal(err)
	}
	if code, out := finish(t, run, lines, said); code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	w.same(t, before, "the run that nobody read")
	if w.count("DeleteUser") != 2 {
		t.Error("the run did not go on")
	}
}

// A dry run that meets a problem says so, as what it is.
func TestDryRunMeetsAProblem(t *testing.T) {
	t.Parallel()
	for _, asJSON := range []bool{false, true} {
		w := newWorld(t, sandbox.Default())
		o := w.options("tour", nil)
		o.DryRun, o.JSON = true, asJSON
		code, out := w.run(t, o)
		if code != exitDone {
			t.Errorf("exit code %d:\n%s", code, out)
		}
		contains(t, out, "This was a dry run: nothing was changed.")
		w.Inject(sandbox.Fault{Operation: "GetBucketPolicy", Status: 403, Code: "AccessDenied", Message: "Access Denied"})
		code, out = w.run(t, o)
		if code != exitFailed {
			t.Errorf("exit code %d:\n%s", code, out)
		}
		contains(t, out, "AWS refused access", "Nothing was changed.")
		if len(w.since()) > 0 {
			t.Errorf("calls that change something: %+v", w.since())
		}
	}
}
