package awsops

import (
	"slices"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"
)

// A managed policy is created, given, widened and narrowed as often as one likes, and its
// inverses leave nothing of it.
func TestAManagedPolicyAndItsInverses(t *testing.T) {
	for _, kind := range []Kind{KindUser, KindRole} {
		w := newWorld(t, sandbox.Config{})
		before := w.Snapshot()
		made := Operation(CreateUser{Account: firm, Name: "w", Run: "run-1"})
		attach := AttachPolicy{User: "w", ARN: managedARN, Run: "run-1"}
		if kind == KindRole {
			made = CreateRole{Account: firm, Name: "w", Run: "run-1", Trust: policy.Trust(policy.AccountARN("aws", firm))}
			attach.User, attach.Role = "", "w"
		}
		principal := do(t, w.firm, made)
		one, two := policy.WriterPolicy("aws", "one"), policy.WriterPolicy("aws", "two")
		set := SetManagedPolicy{ARN: managedARN, Run: "run-1", After: &one}
		created := do(t, w.firm, set)
		if created.PolicyID == "" {
			t.Fatal("the receipt does not name the policy")
		}
		given := do(t, w.firm, attach)
		for range 7 { // more than IAM keeps versions
			do(t, w.firm, SetManagedPolicy{ARN: managedARN, ID: created.PolicyID, Run: "run-1", Before: &one, After: &two})
			do(t, w.firm, SetManagedPolicy{ARN: managedARN, ID: created.PolicyID, Run: "run-1", Before: &two, After: &one})
		}
		if arns, err := w.firm.Attached(t.Context(), made.Target()); err != nil || !slices.Equal(arns, []string{managedARN}) {
			t.Fatalf("attached are %q, %v", arns, err)
		}
		back := func(op Operation, r Receipt) {
			t.Helper()
			inverse, ok := op.Inverse(r)
			if !ok {
				t.Fatalf("%s has no inverse", op.Kind())
			}
			do(t, w.firm, inverse)
			if r := do(t, w.firm, inverse); !r.Already {
				t.Errorf("%s did something twice", inverse.Kind())
			}
		}
		back(attach, given)
		back(set, created)
		back(made, principal)
		if !slices.Equal(before, w.Snapshot()) {
			t.Errorf("%s: something is left", kind)
		}
	}
}

// A name proves nothing: another's policy of the name is not changed, given or deleted, also
// where it comes while the request is under way.
func TestAnothersManagedPolicyStays(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	do(t, w.firm, CreateUser{Account: firm, Name: "w", Run: "mine"})
	mine, theirs := policy.WriterPolicy("aws", "mine"), policy.WriterPolicy("aws", "theirs")
	created := do(t, w.firm, SetManagedPolicy{ARN: managedARN, Run: "theirs", After: &theirs})
	const summary = "A different managed policy has this name"
	fails(t, w.firm, SetManagedPolicy{ARN: managedARN, Run: "mine", After: &mine}, summary)
	fails(t, w.firm, SetManagedPolicy{ARN: managedARN, ID: "ANPAMINE", Run: "mine", Before: &theirs, After: &mine}, summary)
	fails(t, w.firm, SetManagedPolicy{ARN: managedARN, ID: "ANPAMINE", Run: "mine", Before: &theirs}, summary)
	fails(t, w.firm, AttachPolicy{User: "w", ARN: managedARN, Run: "mine"}, summary)
	do(t, w.firm, AttachPolicy{User: "w", ARN: managedARN, Run: "theirs"})
	fails(t, w.firm, DetachPolicy{User: "w", ARN: managedARN, ID: "ANPAMINE", Run: "mine"}, summary)
	p, err := w.firm.ManagedPolicy(t.Context(), managedARN)
	if err != nil || p.ID != created.PolicyID || !policy.Equal(p.Document, theirs) {
		t.Errorf("the policy is %+v, %v", p, err)
	}
	// A widening that was shown over another document is refused.
	fails(t, w.firm, SetManagedPolicy{ARN: managedARN, ID: created.PolicyID, Run: "theirs", Before: &mine, After: new(policy.WriterPolicy("aws", "wider"))}, "It has changed since it was shown")
}

// An answer that is lost is looked up: what was done is not done twice, and its receipt
// tells the id.
func TestALostAnswerAboutAManagedPolicy(t *testing.T) {
	for _, kind := range []sandbox.FaultKind{sandbox.ResetBefore, sandbox.ResetAfter} {
		w := newWorld(t, sandbox.Config{})
		do(t, w.firm, CreateUser{Account: firm, Name: "w", Run: "r"})
		doc := policy.WriterPolicy("aws", "one")
		w.Inject(sandbox.Fault{Operation: "CreatePolicy", Kind: kind})
		w.Inject(sandbox.Fault{Operation: "AttachUserPolicy", Kind: kind})
		w.Inject(sandbox.Fault{Operation: "DetachUserPolicy", Kind: kind})
		w.Inject(sandbox.Fault{Operation: "DeletePolicy", Kind: kind})
		set := SetManagedPolicy{ARN: managedARN, Run: "r", After: &doc}
		created := do(t, w.firm, set)
		attach := AttachPolicy{User: "w", ARN: managedARN, Run: "r"}
		given := do(t, w.firm, attach)
		if created.PolicyID == "" || given.PolicyID != created.PolicyID {
			t.Errorf("the receipts name %q and %q", created.PolicyID, given.PolicyID)
		}
		detach, _ := attach.Inverse(given)
		do(t, w.firm, detach)
		remove, _ := set.Inverse(created)
		do(t, w.firm, remove)
		if p, err := w.firm.ManagedPolicy(t.Context(), managedARN); p != nil || err != nil {
			t.Errorf("it is still there: %+v, %v", p, err)
		}
	}
	w := newWorld(t, sandbox.Config{})
	if _, err := w.customer.Perform(t.Context(), SetManagedPolicy{ARN: managedARN, Run: "r", After: new(policy.WriterPolicy("aws", "b"))}); err == nil || problem.Lost(err) {
		t.Errorf("another account's administrator created it: %v", err)
	}
}
