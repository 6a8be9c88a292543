package run

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/journal"
)

func TestTally(t *testing.T) {
	granted := policy.New(policy.FirmGrant("aws", "444455556666", "b"))
	user := awsops.DeleteUser{Account: "111122223333", Name: "test-customer"}
	j := journal.Memory(journal.Header{})
	for _, e := range []struct {
		op  awsops.Operation
		end func(seq int) error
	}{
		{awsops.SetBucketPolicy{Bucket: "b", Before: &granted, After: &policy.Document{}}, func(seq int) error { return j.Receive(seq, awsops.Receipt{}) }},
		{user, func(seq int) error { return j.Fail(seq, false, "no") }},
		{awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "writer-policy"}, func(seq int) error { return j.Fail(seq, true, "lost") }},
		{awsops.DeleteUser{Account: "444455556666", Name: "test-writer"}, func(int) error { return nil }},
		{user, func(seq int) error { return j.Receive(seq, awsops.Receipt{}) }}, // in a second try
	} {
		seq, err := j.Intend("clean-up", "customer", e.op)
		if err := errors.Join(err, e.end(seq)); err != nil {
			t.Fatal(err)
		}
	}
	gone, failed := (&Run{Request: Request{Answers: steps.Answers{Journey: "cleanup"}}, world: &steps.World{Journal: j}}).tally()
	if len(gone) != 2 || !strings.Contains(gone[0], "statement") || gone[1] != "the user test-customer in 1111-2222-3333" {
		t.Errorf("gone: %q", gone) // the policy itself is not: there are statements of others in it
	}
	var left []int
	for _, e := range failed {
		left = append(left, e.Seq)
	}
	if !slices.Equal(left, []int{3, 4}) {
		t.Errorf("failed: entries %v", left)
	}
}

func TestABucketThatGoesMustBeNamed(t *testing.T) {
	w := &steps.World{Facts: steps.Facts{Customer: awsops.Identity{Account: "111122223333"}}}
	r := &Run{Request: Request{Answers: steps.Answers{Journey: "cleanup"}}, engine: steps.NewEngine(w, nil, nil)}
	c := steps.Change{Step: steps.CleanUp{In: steps.Customer}.Info(), Actions: []steps.Action{
		{As: steps.CustomerAdmin, Op: awsops.DeleteBucket{Bucket: "my.test.bucket", Owner: "111122223333"}},
	}}
	var wanted []string
	for _, p := range r.Proofs(c) {
		wanted = append(wanted, p.Wanted)
	}
	if !slices.Equal(wanted, []string{"111122223333", "my.test.bucket"}) {
		t.Errorf("to be typed: %q", wanted)
	}
}
