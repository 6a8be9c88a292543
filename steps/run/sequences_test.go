package run_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps/run"
)

// A setUp is one of the set-ups that stand side by side.
type setUp struct {
	firm, bucket, user string
	role               bool // and not a user
	existing           bool // of a user or a role that an earlier set-up made
	keeps              bool // its key is saved
	access             string
}

var (
	alice    = setUp{firm: firm, bucket: first, user: "alice"}
	bob      = setUp{firm: firm, bucket: first, user: "bob"}
	carol    = setUp{firm: other, bucket: first, user: "carol"}
	again    = setUp{firm: firm, bucket: second, user: "alice", existing: true}
	keeper   = setUp{firm: firm, bucket: first, user: "alice", keeps: true}
	robot    = setUp{firm: firm, bucket: first, user: "robot", role: true}
	robotToo = setUp{firm: firm, bucket: second, user: "robot", role: true, existing: true}
	together = map[string][]setUp{
		"one":                                   {alice},
		"two users of one firm":                 {alice, bob},
		"two firms":                             {alice, carol},
		"a role":                                {robot},
		"a user and a role of one firm":         {alice, robot},
		"a user and a role of one name":         {alice, {firm: firm, bucket: first, user: "alice", role: true}},
		"one role on two buckets":               {robot, robotToo},
		"two users of one narrow grant":         {narrow("alice"), narrow("bob")},
		"two users of one grant of statements":  {wide("alice"), wide("bob")},
		"two grants of one firm":                {alice, narrow("bob")},
		"one user on two buckets":               {alice, again},
		"one user on two buckets, key kept":     {keeper, again},
		"two users of one firm, and another":    {alice, bob, carol},
		"two users, one of them on two buckets": {alice, bob, again},
	}
)

func narrow(user string) setUp {
	return setUp{firm: firm, bucket: first, user: user, access: "deliver"}
}

// wide is a grant of several statements.
func wide(user string) setUp {
	return setUp{firm: firm, bucket: first, user: user, access: "read-write"}
}

// meddling is what happens between the set-ups and their clean-ups. What it returns
// takes back what is not crossgrant's.
var meddling = map[string]func(*stage) func(*stage){
	"nothing": func(*stage) func(*stage) { return func(*stage) {} },
	"a tour": func(s *stage) func(*stage) {
		before := s.box.Snapshot()
		if e := s.run(run.Request{Answers: answers("tour", firm, first, "test-writer")}); e.Code != run.Done {
			s.t.Errorf("a tour beside the set-ups ends %d: %s %v", e.Code, e.Now, e.Problem)
		}
		if d := cmp.Diff(before, s.box.Snapshot()); d != "" {
			s.t.Errorf("a tour beside the set-ups changed the accounts:\n%s", d)
		}
		return func(*stage) {}
	},
	"a key made by hand": func(s *stage) func(*stage) {
		if u, err := s.session(firm).User(s.t.Context(), "alice"); err == nil && u != nil {
			s.do(firm, awsops.CreateAccessKey{Account: firm, User: "alice"})
		}
		return func(*stage) {}
	},
	"a statement of somebody else's": func(s *stage) func(*stage) {
		s.setPolicy(first, new(policy.Merge(s.policy(first), auditors)))
		return func(s *stage) {
			live := s.policy(first)
			if !policy.Same(live, new(policy.New(auditors))) {
				s.t.Errorf("somebody else's statement is not all that is left: %v", live)
			}
			s.setPolicy(first, policy.Remove(live, auditors.Sid))
		}
	},
}

var auditors = policy.Statement{
	Sid: "AuditorsRead", Effect: "Allow", Principal: &policy.Principal{AWS: policy.List{Values: []string{"arn:aws:iam::777788889999:root"}}},
	Action: policy.List{Values: []string{"s3:GetObject"}}, Resource: policy.List{Values: []string{"arn:aws:s3:::my.test.bucket/audit/*"}},
}

// TestSequencesOfRuns sets up what stands side by side, lets something happen, and cleans
// up in every order, with and without the records. After each step what still must work
// works; at the end both accounts are as before.
func TestSequencesOfRuns(t *testing.T) {
	var ran, right atomic.Int32
	t.Cleanup(func() {
		t.Logf("%d sequences of runs, %d ended as they should", ran.Load(), right.Load())
	})
	for name, all := range together {
		for what, meddle := range meddling {
			if raced && len(all) > 2 && what != "nothing" {
				continue
			}
			t.Run(name+"/"+what, func(t *testing.T) {
				if testing.Short() && (len(all) > 2 || what != "nothing" && name != "two users of one firm" || slices.ContainsFunc(all, func(u setUp) bool { return u.access != "" })) {
					t.Skip("-short: three set-ups are left out, narrow grants, and what happens between two but for two users of one firm")
				}
				t.Parallel()
				s := newStage(t)
				empty := s.box.Snapshot()
				runs := s.setUpAll(all)
				mend := meddle(s)
				for _, order := range orders(len(all)) {
					for recorded := range 1 << len(all) {
						if (raced || testing.Short()) && recorded != 0 && recorded != 1<<len(all)-1 {
							continue // of the mixed ones only some of the records are there
						}
						ran.Add(1)
						f := s.fork()
						f.cleanAll(all, runs, order, recorded)
						mend(f)
						if d := cmp.Diff(empty, f.box.Snapshot()); d != "" {
							t.Errorf("cleaned up in the order %v, recorded %b: the accounts are not as before:\n%s", order, recorded, d)
						}
						if !t.Failed() {
							right.Add(1)
						}
						_ = f.box.Close()
					}
				}
			})
		}
	}
}

func (u setUp) target() awsops.Target {
	if u.role {
		return awsops.RoleIn(u.firm, u.user)
	}
	return awsops.UserIn(u.firm, u.user)
}

// setUpAll runs the set-ups, after each of which all of them work.
func (s *stage) setUpAll(all []setUp) (runs []string) {
	s.t.Helper()
	for i, u := range all {
		a := answers("setup", u.firm, u.bucket, u.user)
		a.UseExisting, a.Access = u.existing, u.access
		if u.keeps {
			a.KeyFile = filepath.Join(s.t.TempDir(), "key")
		}
		if u.role {
			a = asRole(a)
		}
		e := s.run(run.Request{Answers: a})
		if e.Code != run.Done {
			s.t.Fatalf("the set-up of %s on %s ends %d: %s %v", u.user, u.bucket, e.Code, e.Now, e.Problem)
		}
		runs = append(runs, e.Facts.Run)
		if keys, err := s.session(u.firm).AccessKeys(s.t.Context(), u.user); !u.role && (err != nil || len(keys) != kept(all[:i+1], u)) {
			s.t.Errorf("after the set-up of %s it has the keys %v, %v", u.user, keys, err)
		}
		s.all(all[:i+1], "after the set-up of "+u.user)
	}
	return runs
}

// kept counts the keys that set-ups saved for a user.
func kept(all []setUp, of setUp) (n int) {
	for _, u := range all {
		if u.keeps && u.user == of.user {
			n++
		}
	}
	return n
}

// all fails the test unless each of the set-ups works.
func (s *stage) all(standing []setUp, when string) {
	s.t.Helper()
	for _, u := range standing {
		if keys, err := s.session(u.firm).AccessKeys(s.t.Context(), u.user); !u.role && err == nil && len(keys) == 2 {
			continue // there is no room for a key to try with
		}
		if !s.delivers(u.target(), u.bucket) {
			s.t.Errorf("%s %s can no longer deliver into %s", when, u.user, u.bucket)
		}
	}
}

// cleanAll cleans up in an order; bit i of recorded tells that the record of set-up i
// is there.
func (s *stage) cleanAll(all []setUp, runs []string, order []int, recorded int) {
	s.t.Helper()
	for i, name := range runs {
		if recorded&(1<<i) == 0 {
			s.forgetRecord(name)
		}
	}
	var gone []int
	for _, i := range order {
		u := all[i]
		q := run.Request{Answers: answers("cleanup", u.firm, "", ""), Run: runs[i]}
		q.Answers.TestUser = ""
		if recorded&(1<<i) == 0 {
			q.Answers.Bucket = u.bucket
			if u.existing {
				q.Run = "" // its user is another run's by its tag
			}
		}
		e := s.run(q)
		if e.Code == run.Left { // what somebody added, or what nothing proves to be ours
			s.obey(e)
			e = s.run(q)
		}
		when := fmt.Sprintf("recorded %b, order %v, after the clean-up of %s on %s", recorded, order, u.user, u.bucket)
		if e.Code != run.Done {
			s.t.Errorf("%s: it ends %d: %s %v %v", when, e.Code, e.Now, e.Problem, e.Left)
		}
		if strings.HasPrefix(e.Now, "Nothing") && len(e.Notes) > 0 {
			s.t.Errorf("%s: it says %q and %q", when, e.Now, e.Notes)
		}
		gone = append(gone, i)
		var standing []setUp
		for j, u := range all {
			if !slices.Contains(gone, j) {
				standing = append(standing, u)
			}
		}
		s.all(standing, when)
	}
}

// orders are all orders of n things.
func orders(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, o := range orders(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(o), at, n-1))
		}
	}
	return all
}
