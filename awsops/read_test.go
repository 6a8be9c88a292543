package awsops

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
)

func TestBucketFacts(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	enableVersioning(t, w.customer)
	grant := firmGrant()
	do(t, w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant})
	f, err := w.customer.BucketFacts(t.Context(), bucket, customer)
	if err != nil {
		t.Fatal(err)
	}
	if f.Name != bucket || f.Owner != customer || f.Region != "us-east-1" || !policy.Same(f.Policy, &grant) ||
		f.Public || f.Ownership != "BucketOwnerEnforced" || f.Encryption != "AES256" || f.KMSKey != "" ||
		f.BlockPublic != (BlockPublic{true, true, true, true}) || f.Versioning != "Enabled" || f.MFADelete || f.RequesterPays {
		t.Errorf("%+v", f)
	}
	for name, p := range f.Unknown {
		if p.Code != "NotImplemented" {
			t.Errorf("%s could not be read: %v", name, p)
		}
	}
}

// What cannot be read is said by name; the policy must be readable.
func TestBucketFactsThatCannotBeRead(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	open := parse(t, `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::my.test.bucket"}}`)
	do(t, w.customer, SetBucketPolicy{Bucket: bucket, Owner: customer, After: &open})
	refuse := func(operation string) {
		w.Inject(sandbox.Fault{Operation: operation, Kind: sandbox.Answer, Status: 403, Code: "AccessDenied"})
	}
	for _, operation := range []string{"GetBucketPolicyStatus", "GetBucketEncryption", "GetBucketVersioning"} {
		refuse(operation)
	}
	f, err := w.customer.BucketFacts(t.Context(), bucket, customer)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Public", "Encryption", "Versioning"} {
		if p := f.Unknown[name]; p == nil || p.Code != "AccessDenied" {
			t.Errorf("%s: %v", name, p)
		}
	}
	if public, _ := policy.Public(open); f.Public != public {
		t.Errorf("Public is %v", f.Public)
	}
	refuse("GetBucketPolicy")
	_, err = w.customer.BucketFacts(t.Context(), bucket, customer)
	wantProblem(t, err, "AWS refused access")
}

func TestReadUsers(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	for i := range 12 {
		do(t, w.firm, CreateUser{Account: firm, Name: fmt.Sprintf("u-%d", i), Run: fmt.Sprintf("run-%d", i%2)})
	}
	if u, err := w.firm.User(t.Context(), "none"); u != nil || err != nil {
		t.Errorf("%v, %v", u, err)
	}
	all, err := w.firm.Users(t.Context())
	if err != nil || len(all) < 13 {
		t.Errorf("%d users, %v", len(all), err)
	}
	for run, want := range map[string]int{"": 12, "run-1": 6, "run-9": 0} {
		ours, err := w.firm.Tagged(t.Context(), run)
		if err != nil || len(ours) != want {
			t.Errorf("run %q: %d users, %v", run, len(ours), err)
		}
	}
}

func TestReadWhatAUserHas(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	do(t, w.firm, CreateUser{Account: firm, Name: "u", Run: "r"})
	writer := policy.WriterPolicy("aws", bucket)
	for _, name := range []string{"one", "two"} {
		do(t, w.firm, SetUserPolicy{Account: firm, User: "u", Name: name, After: &writer})
	}
	key := do(t, w.firm, CreateAccessKey{Account: firm, User: "u"})
	policies, err := w.firm.InlinePolicies(t.Context(), UserIn("", "u"))
	if err != nil || len(policies) != 2 || !policy.Equal(policies[1].Document, writer) || policies[1].Name != "two" {
		t.Errorf("%+v, %v", policies, err)
	}
	if d, err := w.firm.InlinePolicy(t.Context(), UserIn("", "u"), "three"); d != nil || err != nil {
		t.Errorf("%v, %v", d, err)
	}
	keys, err := w.firm.AccessKeys(t.Context(), "u")
	if err != nil || len(keys) != 1 || keys[0].ID != key.KeyID || !keys[0].Active || keys[0].Created.IsZero() {
		t.Errorf("%+v, %v", keys, err)
	}
	b, err := w.firm.Subordinates(t.Context(), UserIn("", "u"), nil)
	if err != nil || len(b.Keys) != 1 || b.Keys[0].ID != key.KeyID || !slices.Equal(b.Inline, []string{"one", "two"}) || len(b.Other) != 0 {
		t.Errorf("%+v, %v", b, err)
	}
	fails(t, w.firm, DeleteUser{Account: firm, Name: "u", ID: userID(t, w.firm, "u"), Run: "r"}, "The user or role still has something")
	if _, err := w.firm.Subordinates(t.Context(), UserIn("", "none"), nil); err == nil {
		t.Error("a user who is not there has subordinates")
	}
}

func userID(t *testing.T, s *Session, name string) string {
	t.Helper()
	u, err := s.User(t.Context(), name)
	if err != nil || u == nil {
		t.Fatal(u, err)
	}
	return u.ID
}

// AWS answers with a result for each action, which may be about several resources, or with
// one for each pair.
func TestWhatTheSimulatorSays(t *testing.T) {
	const bucket, file = "arn:aws:s3:::b", "arn:aws:s3:::b/k"
	got := simulated([]types.EvaluationResult{
		{
			EvalActionName: aws.String("s3:PutObject"), EvalResourceName: aws.String("*"), EvalDecision: types.PolicyEvaluationDecisionTypeImplicitDeny,
			ResourceSpecificResults: []types.ResourceSpecificResult{
				{EvalResourceName: aws.String(bucket), EvalResourceDecision: types.PolicyEvaluationDecisionTypeImplicitDeny, MissingContextValues: []string{"aws:SourceIp"}},
				{EvalResourceName: aws.String(file), EvalResourceDecision: types.PolicyEvaluationDecisionTypeAllowed},
			},
		},
		{
			EvalActionName: aws.String("iam:CreateUser"), EvalResourceName: aws.String(file), EvalDecision: types.PolicyEvaluationDecisionTypeExplicitDeny,
			OrganizationsDecisionDetail: &types.OrganizationsDecisionDetail{},
		},
		{
			EvalActionName: aws.String("iam:GetUser"), EvalResourceName: aws.String(file), EvalDecision: types.PolicyEvaluationDecisionTypeImplicitDeny,
			PermissionsBoundaryDecisionDetail: &types.PermissionsBoundaryDecisionDetail{}, MissingContextValues: []string{"aws:SourceVpc"},
		},
	})
	want := map[Permission]Simulated{
		{"s3:putobject", bucket}: {Missing: []string{"aws:SourceIp"}},
		{"s3:putobject", file}:   {Allowed: true},
		{"iam:createuser", file}: {Denied: true, Organisation: true},
		{"iam:getuser", file}:    {Boundary: true, Missing: []string{"aws:SourceVpc"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
