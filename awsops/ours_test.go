package awsops

// What somebody else made is never taken for ours, whatever goes wrong: what is ours
// is deleted in the end.

import (
	"slices"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"
)

// After a lost answer no other key is made, and none is deleted: which one is whose is
// not for a call to guess.
func TestALostKeyIsLeftToTheCaller(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	do(t, w.firm, CreateUser{Account: firm, Name: "u", Run: "r"})
	old := do(t, w.firm, CreateAccessKey{Account: firm, User: "u"})
	w.Inject(sandbox.Fault{Operation: "CreateAccessKey", Kind: sandbox.ResetAfter})
	_, err := w.firm.Perform(t.Context(), CreateAccessKey{Account: firm, User: "u", Known: []string{old.KeyID}})
	if !problem.Lost(err) {
		t.Errorf("it ends %v, which is not said to be lost", err)
	}
	if ids := keyIDs(t, w.firm, "u"); len(ids) != 2 || w.count("CreateAccessKey") != 2 || w.count("DeleteAccessKey") != 0 {
		t.Errorf("keys %q", ids)
	}
}

// A user of the same name that appears while the answer is lost is not ours.
func TestLostUserIsNotMistaken(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	do(t, w.firm, CreateUser{Account: firm, Name: "u", Run: "someone-else"})
	w.Inject(sandbox.Fault{Operation: "CreateUser", Kind: sandbox.ResetBefore})
	fails(t, w.firm, CreateUser{Account: firm, Name: "u", Run: "mine"}, "The name of the user is taken")
}

// AWS that says 503 SlowDown has not done it: nothing is looked for, and a key that
// somebody else made in the meantime is not deleted as one whose answer was lost.
func TestSlowDownIsNotALostAnswer(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	do(t, w.firm, CreateUser{Account: firm, Name: "u", Run: "r"})
	theirs := do(t, w.firm, CreateAccessKey{Account: firm, User: "u"})
	w.Inject(sandbox.Fault{Operation: "CreateAccessKey", Kind: sandbox.Answer, Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."})
	ours := do(t, w.firm, CreateAccessKey{Account: firm, User: "u"})
	want := []string{theirs.KeyID, ours.KeyID}
	slices.Sort(want)
	if ids := keyIDs(t, w.firm, "u"); !slices.Equal(ids, want) {
		t.Errorf("keys %q, want %q", ids, want)
	}
}

// A bucket that another process of the same account makes after we looked is not ours:
// the clean-up would delete it. Only a try of ours that had no answer can have made it.
func TestABucketThatAnotherMadeAfterWeLookedIsNotOurs(t *testing.T) {
	for name, first := range map[string]sandbox.Fault{
		"the first try":                      {},
		"while the other is still making it": {Kind: sandbox.Answer, Status: 409, Code: "OperationAborted", Message: "A conflicting conditional operation is currently in progress."},
		"after we were told to slow down":    {Kind: sandbox.Answer, Status: 503, Code: "SlowDown", Message: "Please reduce your request rate."},
	} {
		t.Run(name, func(t *testing.T) {
			config := sandbox.Default()
			config.Buckets = append(config.Buckets, sandbox.Bucket{Name: "theirs", Account: customer, Region: "eu-west-1"})
			w := newWorld(t, config)
			w.Inject(sandbox.Fault{Operation: "HeadBucket", Kind: sandbox.Answer, Status: 404, Code: "NotFound"}) // it was not there yet
			if first.Code != "" {
				first.Operation = "CreateBucket"
				w.Inject(first)
			}
			op := CreateBucket{Bucket: "theirs", Owner: customer, Region: "eu-west-1"}
			_, err := w.customer.Perform(t.Context(), op)
			p := wantProblem(t, err, "A bucket of this name is there already")
			if p.Code != "BucketAlreadyOwnedByYou" || problem.Lost(err) {
				t.Errorf("Lost is %v, which would have it looked for and deleted: %v", problem.Lost(err), p)
			}
		})
	}
}

// After a lost answer, or a wait, somebody else's may stand where ours did: it is not
// written over, and not deleted.
func TestWhatOthersDoBetweenTwoTriesStays(t *testing.T) {
	theirs := policy.New(policy.Statement{
		Sid: "Theirs", Effect: "Allow", Principal: &policy.Principal{AWS: policy.List{Values: []string{"arn:aws:iam::777788889999:root"}}},
		Action: policy.List{Values: []string{"s3:GetObject"}}, Resource: policy.List{Values: []string{"arn:aws:s3:::my.test.bucket/*"}},
	})
	for name, kind := range map[string]sandbox.Fault{
		"after it was done":  {Kind: sandbox.ResetAfter},
		"before it was done": {Kind: sandbox.ResetBefore},
		"while AWS is busy":  {Kind: sandbox.Answer, Status: 503, Code: "SlowDown"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, sandbox.Config{})
			meanwhile := func(operation string, act func()) {
				f := kind
				f.Operation, f.Struck = operation, func(string) { act() }
				w.Inject(f)
			}
			other := w.open(t, "my_awesome_customer") // who acts beside us
			grant := firmGrant()
			meanwhile("PutBucketPolicy", func() {
				live, err := other.BucketPolicy(t.Context(), bucket, customer)
				if err != nil {
					t.Error(err)
				}
				do(t, other, SetBucketPolicy{Bucket: bucket, Owner: customer, Before: live, After: &theirs})
			})
			_, err := w.customer.Perform(t.Context(), SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant})
			wantProblem(t, err, "It has changed since it was shown")
			if live, err := w.customer.BucketPolicy(t.Context(), bucket, customer); err != nil || !policy.Same(live, &theirs) {
				t.Errorf("the policy is %v, %v", live, err)
			}

			user := do(t, w.customer, CreateUser{Account: customer, Name: "u", Run: "r"})
			var anew Receipt
			meanwhile("DeleteUser", func() {
				if u, err := other.User(t.Context(), "u"); err == nil && u != nil {
					do(t, other, DeleteUser{Account: customer, Name: "u", ID: u.ID, Run: "r"})
				}
				anew = do(t, other, CreateUser{Account: customer, Name: "u", Run: "r"})
			})
			do(t, w.customer, DeleteUser{Account: customer, Name: "u", ID: user.UserID, Run: "r"})
			if u, err := w.customer.User(t.Context(), "u"); err != nil || u == nil || u.ID != anew.UserID {
				t.Errorf("the new user is %v, %v", u, err)
			}

			probe := PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "ours"}
			gone, _ := probe.Inverse(do(t, w.customer, probe))
			meanwhile("DeleteObject", func() {
				if there, err := other.Holds(t.Context(), bucket, customer, "k", "", "ours"); err == nil && there {
					do(t, other, gone)
				}
				do(t, other, PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "theirs"})
			})
			do(t, w.customer, gone)
			do(t, w.customer, GetObject{Bucket: bucket, Owner: customer, Key: "k", Body: "theirs"})
		})
	}
}
