package awsops

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

var deliverer = CreateRole{Account: firm, Name: "deliverer", Run: "run-1", Trust: policy.Trust(policy.AccountARN("aws", firm))}

// A role from its making to its deletion: it acts as what it is, and the inverses leave
// nothing.
func TestARoleAndItsInverses(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	grant, writer, role := firmGrant(), policy.WriterPolicy("aws", bucket), deliverer.Target()
	do(t, w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant})
	before := w.Snapshot()
	made := do(t, w.firm, deliverer)
	if !strings.HasPrefix(made.UserID, "AROA") || made.UserARN != "arn:aws:iam::444455556666:role/deliverer" {
		t.Errorf("its receipt is %+v", made)
	}
	give := SetInlinePolicy(role, "w", nil, &writer)
	given := do(t, w.firm, give)
	as, err := w.firm.AsRole(t.Context(), made.UserARN, true)
	if err != nil {
		t.Fatal(err)
	}
	if id, err := as.Identity(t.Context()); err != nil || id.ARN != "arn:aws:sts::444455556666:assumed-role/deliverer/"+RoleSession || id.Account != firm {
		t.Errorf("it is %+v, %v", id, err)
	}
	if left := time.Until(as.Expires()); left < 50*time.Minute || left > time.Hour {
		t.Errorf("its credentials end in %s", left)
	}
	put := PutObject{Bucket: bucket, Owner: customer, Key: "crossgrant-probe/run-1", Body: "hello", Expect: Granted}
	undo, _ := put.Inverse(do(t, as, put))
	do(t, w.customer, undo)
	do(t, as, DeleteObject{Bucket: bucket, Owner: customer, Key: "x", Expect: Refused})

	fails(t, w.firm, DeleteRole{Account: firm, Name: role.Name, ID: made.UserID, Run: "run-1"}, "The user or role still has something")
	take, _ := give.Inverse(given)
	do(t, w.firm, take)
	gone, _ := deliverer.Inverse(made)
	do(t, w.firm, gone)
	if after := w.Snapshot(); !slices.Equal(before, after) {
		t.Errorf("left behind:\nbefore %q\nafter  %q", before, after)
	}
}

func TestARoleOfAnotherMakerIsLeftAlone(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	made := do(t, w.firm, deliverer)
	if same := do(t, w.firm, deliverer); same.UserID != made.UserID {
		t.Errorf("the run's own role was not recognised: %+v", same)
	}
	other := deliverer
	other.Run = "run-2"
	fails(t, w.firm, other, "The name of the role is taken")
	for _, op := range []DeleteRole{
		{Account: firm, Name: "deliverer", ID: made.UserID, Run: "run-2"},
		{Account: firm, Name: "deliverer", ID: "AROAOTHER", Run: "run-1"},
		{Account: firm, Name: "deliverer", Run: "run-1"},
	} {
		if p := fails(t, w.firm, op, "A different role has this name now"); problem.Lost(p) {
			t.Error("Lost, though nothing was sent")
		}
	}
	writer := policy.WriterPolicy("aws", bucket)
	do(t, w.firm, SetInlinePolicy(deliverer.Target(), "w", nil, &writer))
	changed := policy.WriterPolicy("aws", "another")
	var stale *problem.Stale
	if p := fails(t, w.firm, SetInlinePolicy(deliverer.Target(), "w", &changed, nil), "It has changed since it was shown"); !errors.As(p, &stale) || !policy.Same(stale.Live, &writer) {
		t.Errorf("the policy was %+v", stale)
	}
}

// Who may not assume a role is told what is missing, and is not kept waiting where the role
// is not new.
func TestARoleThatTrustsOthers(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	theirs := deliverer
	theirs.Trust = policy.Trust(policy.AccountARN("aws", customer))
	made := do(t, w.firm, theirs)
	for isNew, tries := range map[bool]int{false: 1, true: 2} {
		calls := w.count("AssumeRole")
		_, err := w.firm.AsRole(t.Context(), made.UserARN, isNew)
		p := wantProblem(t, err, "The role cannot be assumed")
		if !strings.Contains(p.Detail, "arn:aws:iam::444455556666:user/admin") || !strings.Contains(p.Detail, "sts:AssumeRole") || p.Code != "AccessDenied" || !strings.Contains(strings.Join(p.Fixes, " "), "aws iam get-role --role-name deliverer --profile my_firm") {
			t.Errorf("it says %v", p)
		}
		if n := w.count("AssumeRole") - calls; n < tries || !isNew && n > 1 {
			t.Errorf("new %t: it was tried %d times", isNew, n)
		}
	}
}

// A Deny does not pass by waiting.
func TestARoleThatADenyForbids(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	made := do(t, w.firm, deliverer)
	w.Inject(sandbox.Fault{Operation: "AssumeRole", Times: 9, Status: 403, Code: "AccessDenied", Message: "User: x is not authorized to perform: sts:AssumeRole on resource: y with an explicit deny in a service control policy"})
	_, err := w.firm.AsRole(t.Context(), made.UserARN, true)
	if p := wantProblem(t, err, "The role cannot be assumed"); !strings.Contains(p.Message, "explicit deny") || w.count("AssumeRole") != 1 {
		t.Errorf("it was tried %d times, and says %v", w.count("AssumeRole"), p)
	}
}

// What hangs on a role comes with the command that takes it away.
func TestReadWhatARoleHas(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	do(t, w.firm, deliverer)
	do(t, w.firm, CreateUser{Account: firm, Name: "deliverer", Run: "run-2"}) // a user of the same name
	role, arn := deliverer.Target(), "arn:aws:iam::aws:policy/ReadOnlyAccess"
	writer := policy.WriterPolicy("aws", bucket)
	do(t, w.firm, SetInlinePolicy(role, "w", nil, &writer))
	if _, err := w.firm.iam.AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: &role.Name, PolicyArn: &arn}); err != nil {
		t.Fatal(err)
	}
	all, err := w.firm.Grantees(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(g Grantee) bool { return g.Target() == role })
	if at < 0 || !policy.Same(all[at].Trust, &deliverer.Trust) || all[at].Run != "run-1" {
		t.Fatalf("the role is not as it is in %+v", all)
	}
	for name, known := range map[string]*Grantee{"list by list": nil, "of all at once": &all[at]} {
		b, err := w.firm.Subordinates(t.Context(), role, known)
		want := []string{"iam", "detach-role-policy", "--role-name", "deliverer", "--policy-arn", arn}
		if err != nil || len(b.Keys) != 0 || !slices.Equal(b.Inline, []string{"w"}) || len(b.Other) != 1 || !slices.Equal(b.Other[0].Command, want) {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
	policies, err := w.firm.InlinePolicies(t.Context(), role)
	if err != nil || len(policies) != 1 || !policy.Equal(policies[0].Document, writer) {
		t.Errorf("%+v, %v", policies, err)
	}
	if tagged, err := w.firm.Tagged(t.Context(), "run-1"); err != nil || len(tagged) != 1 || tagged[0].Target() != role {
		t.Errorf("%+v, %v", tagged, err)
	}
}

// A refusal of a role is about its own policies, and not about those of a user of its name.
func TestRefusalOfARole(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	grant, writer := firmGrant(), policy.WriterPolicy("aws", bucket)
	do(t, w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant})
	made := do(t, w.firm, deliverer)
	do(t, w.firm, CreateUser{Account: firm, Name: "deliverer", Run: "r"})
	do(t, w.firm, SetUserPolicy{Account: firm, User: "deliverer", Name: "w", After: &writer})
	as, err := w.firm.AsRole(t.Context(), made.UserARN, true)
	if err != nil {
		t.Fatal(err)
	}
	put := PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "x"}
	_, err = as.Perform(t.Context(), put)
	r := Refusal{Action: "s3:PutObject", Bucket: bucket, Key: "k", User: User{Kind: KindRole, Name: "deliverer", ARN: made.UserARN, ID: made.UserID}, Err: errors.Unwrap(err)}
	p := DiagnoseRefusal(t.Context(), r, w.firm, w.customer)
	if p.Summary != "The role's own policies do not allow it" || strings.Contains(p.Error(), "user") {
		t.Errorf("it says %v", p)
	}
}

func TestCheckTrusts(t *testing.T) {
	for arn, good := range map[string]bool{
		"arn:aws:iam::444455556666:root": true, "arn:aws:iam::444455556666:user/admin": true, "arn:aws:iam::444455556666:user/division/x@y": true,
		"arn:aws:iam::444455556666:role/aws-service-role/x": true, "arn:aws-us-gov:iam::444455556666:role/r": true,
		"": false, "*": false, "444455556666": false, "arn:aws:iam::444455556666:role/*": false, "arn:aws:iam::444455556666:role/a?/r": false, "arn:aws:iam::*:root": false,
		"arn:aws:iam::444455556666:group/g": false, "arn:aws:sts::444455556666:assumed-role/r/s": false, "arn:aws:iam::444455556666:user/": false, "arn:aws:iam::44445555666:root": false,
		"arn:aws:iam::444455556666:role/r\n": false, "arn:aws:iam::444455556666:rooty": false, "arn:aws:iam::444455556666:role/\u202er": false,
	} {
		if err := CheckTrusts(arn); (err == nil) != good {
			t.Errorf("%q: %v", arn, err)
		}
	}
	if err := CheckRoleName(strings.Repeat("r", 64)); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "a b", "a/b", strings.Repeat("r", 65), "é"} {
		wantProblem(t, CheckRoleName(bad), "This is not the name of a role")
	}
}
