package run_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/fleet"
	"crossgrant/steps/run"
)

func (s *stage) calls(operation string) (n int) {
	for _, c := range s.box.Calls() {
		if c.Operation == operation {
			n++
		}
	}
	return n
}

// Killed at any moment, the same command does what is left and nothing twice, and a clean-up
// leaves nothing.
func TestAFleetThatIsKilled(t *testing.T) {
	const n = 12
	for i, at := range []struct {
		operation string
		after     int
		kind      sandbox.FaultKind
	}{
		{"CreateUser", 0, sandbox.ResetAfter},
		{"CreateAccessKey", 0, sandbox.ResetAfter},
		{"PutUserPolicy", 0, sandbox.ResetAfter},
		{"PutBucketPolicy", 0, sandbox.ResetBefore},
		{"PutBucketPolicy", 5, sandbox.ResetAfter},
		{"PutObject", 0, sandbox.ResetAfter},
		{"PutObject", 7, sandbox.ResetAfter},
		{"DeleteObject", 12, sandbox.ResetAfter},
		{"DeleteAccessKey", 0, sandbox.ResetBefore},
		{"DeleteAccessKey", 0, sandbox.ResetAfter},
	} {
		t.Run(at.operation, func(t *testing.T) {
			if testing.Short() && i%3 != 1 {
				t.Skip("-short: it is killed at each third")
			}
			s := newStage(t, withFleet(n))
			before := s.box.Snapshot()
			killed, kill := context.WithCancel(t.Context())
			defer kill()
			s.box.Inject(sandbox.Fault{Operation: at.operation, After: at.after, Kind: at.kind, Struck: func(string) { kill() }})
			f, err := run.OpenFleet(killed, s.fleetRequest(fleetRows(n)), func(steps.Event) {})
			must(t, err)
			e := f.Apply(killed, killed) // nothing is taken back in good order
			f.Close()
			if killed.Err() == nil || e.Code == run.Done {
				t.Fatalf("it was not killed: %d %s", e.Code, e.Now)
			}
			put := s.calls("PutBucketPolicy")
			s.mustEnd(s.fleet(t.Context(), s.fleetRequest(fleetRows(n))), run.Done)
			if twice := s.calls("PutBucketPolicy") - n; twice > 1 { // that one's answer was lost, and it was not done
				t.Errorf("%d policies were put before, and then %d of %d buckets' again", put, twice, n)
			}
			if keys, err := s.session(firm).AccessKeys(t.Context(), "fleet-writer"); err != nil || len(keys) > 0 {
				t.Errorf("keys of the tests are left: %v, %v", keys, err)
			}
			changes := s.box.Snapshot()
			s.mustEnd(s.fleet(t.Context(), s.fleetRequest(fleetRows(n))), run.Done)
			if !slices.Equal(changes, s.box.Snapshot()) || s.calls("CreateAccessKey") > 3 {
				t.Error("once all was done something was changed")
			}
			s.mustEnd(s.takeBack(), run.Done)
			if after := s.box.Snapshot(); !slices.Equal(before, after) {
				t.Errorf("something is left: %q", after)
			}
		})
	}
}

// A longer list goes on with the fleet: the policies are widened in few writes, and what is
// done is not done again.
func TestAFleetThatGrows(t *testing.T) {
	n := 45
	if testing.Short() {
		n = 25
	}
	s := newStage(t, withFleet(n))
	before := s.box.Snapshot()
	for _, size := range []int{3, 20, n} {
		was := s.calls("PutObject")
		s.mustEnd(s.fleet(t.Context(), s.fleetRequest(fleetRows(size))), run.Done)
		t.Logf("%d buckets: %d tests", size, s.calls("PutObject")-was)
	}
	if puts := s.calls("PutObject"); puts != n {
		t.Errorf("%d test files for %d buckets", puts, n)
	}
	if writes := s.calls("PutUserPolicy") + s.calls("CreatePolicy") + s.calls("CreatePolicyVersion"); writes > 5 {
		t.Errorf("%d writes of the user's policies for three lists", writes)
	}
	for _, i := range []int{0, 19, 20, n - 1} {
		if !s.delivers(awsops.UserIn(firm, "fleet-writer"), fleetBucket(i)) {
			t.Errorf("the user cannot deliver to bucket %d", i)
		}
	}
	s.mustEnd(s.takeBack(), run.Done)
	if after := s.box.Snapshot(); !slices.Equal(before, after) {
		t.Errorf("something is left: %q", after)
	}
}

// One bucket that fails stops no other, and is done once what it lacked is there.
func TestOneBucketOfAFleetFails(t *testing.T) {
	const n = 6
	s := newStage(t, withFleet(n))
	deny, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Sid":"Own","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws:s3:::` + fleetBucket(2) + `/*"}]}`))
	must(t, err)
	s.setPolicy(fleetBucket(2), &deny)
	e := s.fleet(t.Context(), s.fleetRequest(append(fleetRows(n), fleet.Row{Line: 9, Profile: profiles[customer], Bucket: "no.such.bucket"})))
	table := e.Table()
	if e.Code != run.Left || len(table) != n+1 {
		t.Fatalf("%d %s %+v", e.Code, e.Now, table)
	}
	for i, want := range []string{"done", "done", "done", "done", "done", "failed", "failed"} {
		if table[i].State != want || (want == "failed") != (table[i].Why != "" && len(table[i].Next) > 0) {
			t.Errorf("line %d is %+v, want %s", i, table[i], want)
		}
	}
	s.setPolicy(fleetBucket(2), nil)
	s.mustEnd(s.fleet(t.Context(), s.fleetRequest(fleetRows(n))), run.Done)
}

// A customer of whom only the account is known does their half themselves: until then the
// bucket waits, and the same command goes on.
func TestAFleetWaitsForACustomer(t *testing.T) {
	s := newStage(t, withFleet(3))
	rows := fleetRows(3, func(r *fleet.Row) {
		if r.Line == 3 {
			r.Profile, r.Account = "", customer
		}
	})
	e := s.fleet(t.Context(), s.fleetRequest(rows))
	if last := e.Table()[2]; e.Code != run.Left || last.State != "waiting" || !strings.Contains(last.Next[0], "customer") {
		t.Fatalf("%d %s %+v", e.Code, e.Now, e.Table())
	}
	s.setPolicy(fleetBucket(1), new(policy.New(policy.FirmGrant("aws", firm, fleetBucket(1)))))
	s.mustEnd(s.fleet(t.Context(), s.fleetRequest(rows)), run.Done)
	if !s.delivers(awsops.UserIn(firm, "fleet-writer"), fleetBucket(1)) {
		t.Error("the user cannot deliver")
	}
}

// By account the policy stays small, and a role has more room inline: each delivers, and all
// goes again.
func TestAFleetByAccountAndOfARole(t *testing.T) {
	for name, change := range map[string]func(*run.FleetRequest){
		"by account": func(q *run.FleetRequest) { q.Firm.ByAccount = true },
		"a role":     func(q *run.FleetRequest) { q.Firm.FirmRole, q.Firm.FirmUser = "fleet-role", "" },
	} {
		t.Run(name, func(t *testing.T) {
			const n = 25
			s := newStage(t, withFleet(n))
			before := s.box.Snapshot()
			q := s.fleetRequest(fleetRows(n))
			change(&q)
			s.mustEnd(s.fleet(t.Context(), q), run.Done)
			if s.calls("CreatePolicy") > 0 {
				t.Error("it took a managed policy")
			}
			of := awsops.UserIn(firm, "fleet-writer")
			if q.Firm.FirmRole != "" {
				of = awsops.RoleIn(firm, q.Firm.FirmRole)
			}
			if !s.delivers(of, fleetBucket(n-1)) {
				t.Error("it cannot deliver")
			}
			q.Rows, q.ID = nil, steps.FleetID(of)
			s.mustEnd(s.fleet(t.Context(), q), run.Done)
			if after := s.box.Snapshot(); !slices.Equal(before, after) {
				t.Errorf("something is left: %q", after)
			}
		})
	}
}

// Two grants on one bucket are set up one after the other, and taken back so.
func TestTwoGrantsOfAFleetOnOneBucket(t *testing.T) {
	s := newStage(t, withFleet(1))
	before := s.box.Snapshot()
	rows := append(fleetRows(1), fleetRows(1, func(r *fleet.Row) { r.Prefix, r.Access = "in/", "deliver" })...)
	s.mustEnd(s.fleet(t.Context(), s.fleetRequest(rows)), run.Done)
	s.mustEnd(s.takeBack(), run.Done)
	if after := s.box.Snapshot(); !slices.Equal(before, after) {
		t.Errorf("something is left: %q", after)
	}
}

// What others need stays: another user of the firm leans on a bucket's statement, somebody
// changed the fleet's policy, or took its name.
func TestAFleetLeavesWhatIsOthers(t *testing.T) {
	const n = 22 // which takes a managed policy
	base := newStage(t, withFleet(n))
	done := base.fork()
	done.mustEnd(done.fleet(t.Context(), done.fleetRequest(fleetRows(n))), run.Done)
	id := steps.FleetID(awsops.UserIn(firm, "fleet-writer"))
	arn := "arn:aws:iam::" + firm + ":policy/writer-policy-" + id + "-1"
	t.Run("a statement", func(t *testing.T) {
		s := done.forkFor(t)
		single := s.run(run.Request{Answers: answers("setup", firm, fleetBucket(n-1), "another")})
		if single.Code != run.Done {
			t.Fatal(single.Now, single.Problem)
		}
		e := s.takeBack()
		if !s.delivers(awsops.UserIn(firm, "another"), fleetBucket(n-1)) {
			t.Errorf("the other user cannot deliver any more: %d %s", e.Code, e.Now)
		}
	})
	t.Run("of the fleet", func(t *testing.T) {
		s := base.forkFor(t)
		single := s.run(run.Request{Answers: answers("setup", firm, fleetBucket(n-1), "another")})
		s.mustEnd(s.fleet(t.Context(), s.fleetRequest(fleetRows(n))), run.Done)
		if e := s.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: single.Facts.Run}); e.Code != run.Done {
			t.Fatal(e.Now, e.Problem)
		}
		if !s.delivers(awsops.UserIn(firm, "fleet-writer"), fleetBucket(n-1)) {
			t.Error("a clean-up of another run shut the fleet out")
		}
	})
	t.Run("a policy that was changed", func(t *testing.T) {
		s := done.forkFor(t)
		p, err := s.session(firm).ManagedPolicy(t.Context(), arn)
		must(t, err)
		theirs := policy.WriterPolicy("aws", "theirs")
		s.do(firm, awsops.SetManagedPolicy{ARN: arn, ID: p.ID, Before: &p.Document, After: &theirs})
		if e := s.fleet(t.Context(), s.fleetRequest(fleetRows(n))); e.Code != run.Failed || e.Problem == nil || e.Problem.Summary != "A policy of the fleet was changed by somebody else" {
			t.Errorf("%d %s %v", e.Code, e.Now, e.Problem)
		}
		e := s.takeBack()
		if p, err := s.session(firm).ManagedPolicy(t.Context(), arn); e.Code != run.Left || err != nil || p == nil || !policy.Equal(p.Document, theirs) {
			t.Errorf("%d %s: the policy is %v, %v", e.Code, e.Now, p, err)
		}
	})
	t.Run("a name", func(t *testing.T) {
		s := base.forkFor(t)
		s.do(firm, awsops.SetManagedPolicy{ARN: arn, Run: "somebody", After: new(policy.WriterPolicy("aws", "theirs"))})
		before := s.box.Snapshot()
		e := s.fleet(t.Context(), s.fleetRequest(fleetRows(n)))
		if after := s.box.Snapshot(); e.Code != run.Failed || !slices.Equal(before, after) {
			t.Errorf("%d %s %v: %v", e.Code, e.Now, e.Problem, after)
		}
	})
}

// A record that somebody wrote into is not followed.
func TestARecordOfAFleetThatSpeaksOfOthers(t *testing.T) {
	s := newStage(t, withFleet(2))
	s.mustEnd(s.fleet(t.Context(), s.fleetRequest(fleetRows(2))), run.Done)
	paths, err := filepath.Glob(filepath.Join(s.dir, "fleet-*", "0*.jsonl"))
	must(t, err)
	text, err := os.ReadFile(paths[0])
	must(t, err)
	must(t, os.WriteFile(paths[0], []byte(strings.ReplaceAll(string(text), `"bucket":"`+fleetBucket(0)+`","owner"`, `"bucket":"their.bucket","owner"`)), 0o600))
	before := s.box.Snapshot()
	if e := s.takeBack(); e.Code != run.Failed || !slices.Equal(before, s.box.Snapshot()) {
		t.Errorf("%d %s", e.Code, e.Now)
	}
}

// Two do not work on one fleet at a time, and a profile of another account than the list
// says changes nothing.
func TestAFleetIsOnesAlone(t *testing.T) {
	s := newStage(t, withFleet(1))
	before := s.box.Snapshot()
	q := s.fleetRequest(fleetRows(1, func(r *fleet.Row) { r.Account = "999900001111" }))
	first, err := run.OpenFleet(t.Context(), q, func(steps.Event) {})
	must(t, err)
	e := s.fleet(t.Context(), q)
	if s.mustEnd(e, run.Failed); e.Problem.Summary != "Another crossgrant is working on this fleet" {
		t.Errorf("it says %v", e.Problem)
	}
	first.Close()
	e = s.fleet(t.Context(), q)
	if s.mustEnd(e, run.Failed); e.CleanUp != "" || !strings.Contains(e.Table()[0].Why, "said to be of the account 9999-0000-1111, but") {
		t.Errorf("it says %+v", e.Table())
	}
	if !slices.Equal(s.box.Snapshot(), before) {
		t.Error("something was changed")
	}
}
