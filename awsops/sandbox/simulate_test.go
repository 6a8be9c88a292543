package sandbox_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const (
	writerARN = "arn:aws:iam::444455556666:user/u"
	fileARN   = "arn:aws:s3:::my.test.bucket/key"
)

// simulate asks about putting the file as the user u, changed as given.
func (w *world) simulate(change ...func(*iam.SimulatePrincipalPolicyInput)) types.EvaluationResult {
	w.t.Helper()
	in := iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String(writerARN), ActionNames: []string{"s3:PutObject"}, ResourceArns: []string{fileARN}}
	for _, c := range change {
		c(&in)
	}
	out := ask(w, (*iam.Client).SimulatePrincipalPolicy, in)
	if len(out.EvaluationResults) != 1 {
		w.t.Fatalf("there are %d results", len(out.EvaluationResults))
	}
	return out.EvaluationResults[0]
}

// across has the customer's bucket policy simulated too.
func across(policy string) func(*iam.SimulatePrincipalPolicyInput) {
	return func(in *iam.SimulatePrincipalPolicyInput) {
		in.ResourcePolicy, in.ResourceOwner = &policy, aws.String("arn:aws:iam::111122223333:root")
	}
}

func TestTheSimulatorDecidesAsIAMWould(t *testing.T) {
	w := newWorld(t)
	w.newGroup()
	grant := *w.grant("s3:PutObject")
	groups := func(effect string) {
		ask(w, (*iam.Client).PutGroupPolicy, iam.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String("p"), PolicyDocument: aws.String(allow(effect, "s3:*", "*"))})
	}
	want := func(got types.EvaluationResult, decision types.PolicyEvaluationDecisionType, matched string) {
		t.Helper()
		sources := ""
		for _, m := range got.MatchedStatements {
			sources += *m.SourcePolicyId + " "
		}
		if got.EvalDecision != decision || strings.TrimSpace(sources) != matched {
			t.Errorf("got %s by %q, want %s by %q", got.EvalDecision, sources, decision, matched)
		}
	}
	want(w.simulate(), types.PolicyEvaluationDecisionTypeImplicitDeny, "")
	want(w.simulate(across(grant)), types.PolicyEvaluationDecisionTypeImplicitDeny, "ResourcePolicy")
	groups("Allow")
	want(w.simulate(), types.PolicyEvaluationDecisionTypeAllowed, "p")
	both := w.simulate(across(grant))
	want(both, types.PolicyEvaluationDecisionTypeAllowed, "p ResourcePolicy")
	if both.EvalDecisionDetails["IAM Policy"] != types.PolicyEvaluationDecisionTypeAllowed || both.EvalDecisionDetails["Resource Policy"] != types.PolicyEvaluationDecisionTypeAllowed {
		t.Errorf("each side says %v", both.EvalDecisionDetails)
	}
	other := w.simulate(across(*w.grant("s3:GetObject")))
	want(other, types.PolicyEvaluationDecisionTypeImplicitDeny, "p")
	if other.EvalDecisionDetails["Resource Policy"] != types.PolicyEvaluationDecisionTypeImplicitDeny {
		t.Errorf("each side says %v", other.EvalDecisionDetails)
	}
	deny := allow("Deny", "s3:Put*", "*")
	want(w.simulate(func(in *iam.SimulatePrincipalPolicyInput) { in.PolicyInputList = []string{deny} }), types.PolicyEvaluationDecisionTypeExplicitDeny, "PolicyInputList.1")
	bound := w.simulate(func(in *iam.SimulatePrincipalPolicyInput) {
		in.PermissionsBoundaryPolicyInputList = []string{allow("Allow", "s3:Get*", "*")}
	})
	if bound.EvalDecision != types.PolicyEvaluationDecisionTypeImplicitDeny || bound.PermissionsBoundaryDecisionDetail == nil || bound.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary {
		t.Errorf("under a boundary: %s, %+v", bound.EvalDecision, bound.PermissionsBoundaryDecisionDetail)
	}
	if again := w.simulate(); again.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed || again.OrganizationsDecisionDetail != nil {
		t.Errorf("what was only simulated is still there: %+v", again)
	}
	groups("Deny")
	want(w.simulate(across(grant)), types.PolicyEvaluationDecisionTypeExplicitDeny, "p")
}

// Of who may assume a role the simulator says what the caller's own policies say.
func TestTheSimulatorKnowsNoTrustPolicy(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "u")
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "sts:*", "*")))
	trust := strings.Replace(trusting(writerARN, ""), "Allow", "Deny", 1)
	got := w.simulate(func(in *iam.SimulatePrincipalPolicyInput) {
		in.ActionNames, in.ResourceArns, in.ResourcePolicy = []string{"sts:AssumeRole"}, []string{writerRole}, &trust
	})
	if got.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed || len(got.MatchedStatements) != 1 {
		t.Errorf("a trust policy that denies: %s, %v", got.EvalDecision, got.MatchedStatements)
	}
}

func TestTheSimulatorAsksTheOrganization(t *testing.T) {
	w := newWorld(t, under(t, firmAccount, []string{allow("Deny", "iam:CreateAccessKey", "*")}, nil))
	admin := aws.String("arn:aws:iam::444455556666:user/admin")
	out := ask(w, (*iam.Client).SimulatePrincipalPolicy, iam.SimulatePrincipalPolicyInput{PolicySourceArn: admin, ActionNames: []string{"iam:CreateUser", "iam:CreateAccessKey"}})
	for i, want := range []struct {
		decision types.PolicyEvaluationDecisionType
		allowed  bool
	}{{types.PolicyEvaluationDecisionTypeAllowed, true}, {types.PolicyEvaluationDecisionTypeExplicitDeny, false}} {
		got := out.EvaluationResults[i]
		if got.EvalDecision != want.decision || got.OrganizationsDecisionDetail == nil || got.OrganizationsDecisionDetail.AllowedByOrganizations != want.allowed || *got.EvalResourceName != "*" {
			t.Errorf("%s is %s, %+v", *got.EvalActionName, got.EvalDecision, got.OrganizationsDecisionDetail)
		}
	}
	// Resource control policies it does not know.
	closed := newWorld(t, under(t, firmAccount, nil, []string{perimeter}))
	out = ask(closed, (*iam.Client).SimulatePrincipalPolicy, iam.SimulatePrincipalPolicyInput{PolicySourceArn: admin, ActionNames: []string{"s3:PutObject"}, ResourceArns: []string{fileARN}})
	if got := out.EvaluationResults[0]; got.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed || !got.OrganizationsDecisionDetail.AllowedByOrganizations {
		t.Errorf("under an RCP: %s", got.EvalDecision)
	}
}

func TestTheSimulatorSaysWhatItWasNotTold(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "u")
	w.must(w.putPolicy(firm, "u", "p", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"true"},"StringEquals":{"aws:username":"u"}}}]}`))
	got := w.simulate()
	if got.EvalDecision != types.PolicyEvaluationDecisionTypeImplicitDeny || len(got.ResourceSpecificResults) != 1 || !slices.Equal(got.ResourceSpecificResults[0].MissingContextValues, []string{"aws:SecureTransport"}) {
		t.Errorf("got %s, %+v", got.EvalDecision, got.ResourceSpecificResults)
	}
	got = w.simulate(func(in *iam.SimulatePrincipalPolicyInput) {
		in.ContextEntries = []types.ContextEntry{{ContextKeyName: aws.String("AWS:securetransport"), ContextKeyType: types.ContextKeyTypeEnumBoolean, ContextKeyValues: []string{"true"}}}
	})
	if got.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed || len(got.ResourceSpecificResults[0].MissingContextValues) != 0 {
		t.Errorf("got %s, %+v", got.EvalDecision, got.ResourceSpecificResults)
	}
	if got = w.simulate(func(in *iam.SimulatePrincipalPolicyInput) { in.ResourceArns = nil }); !slices.Equal(got.MissingContextValues, []string{"aws:SecureTransport"}) {
		t.Errorf("of all resources it misses %v", got.MissingContextValues)
	}
}

// Of a role the simulator takes no resource's policy, unless a user is to call.
func TestWhatTheSimulatorRefuses(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	c, ctx := w.iam(firm), t.Context()
	source := aws.String(writerRole)
	for _, step := range []struct {
		in         iam.SimulatePrincipalPolicyInput
		code, text string
	}{
		{iam.SimulatePrincipalPolicyInput{ResourcePolicy: w.grant("s3:*")}, "InvalidInput", "CallerArn is required"},
		{iam.SimulatePrincipalPolicyInput{ResourcePolicy: w.grant("s3:*"), CallerArn: source}, "InvalidInput", writerRole + " is not the ARN of an IAM user"},
		{iam.SimulatePrincipalPolicyInput{ResourcePolicy: w.grant("s3:*"), CallerArn: aws.String(writerARN), ResourceOwner: aws.String("111122223333")}, "InvalidInput", "'111122223333' is not a valid as a Resource Owner."},
		{iam.SimulatePrincipalPolicyInput{ResourcePolicy: aws.String("{"), CallerArn: aws.String(writerARN)}, "InvalidInput", "ResourcePolicy"},
		{iam.SimulatePrincipalPolicyInput{PolicyInputList: []string{"x"}}, "InvalidInput", "PolicyInputList.1"},
		{iam.SimulatePrincipalPolicyInput{ActionNames: []string{"s3:*"}}, "InvalidInput", "Invalid Action: s3:*"},
		{iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String("arn:aws:iam::444455556666:user/none")}, "NoSuchEntity", "The user with name none cannot be found."},
		{iam.SimulatePrincipalPolicyInput{PolicySourceArn: aws.String("arn:aws:sts::444455556666:assumed-role/writer/night")}, "InvalidInput", "does not clearly define entity type and name"},
		{iam.SimulatePrincipalPolicyInput{ActionNames: slices.Repeat([]string{"s3:GetObject"}, 1001)}, "LimitExceeded", "1001"},
	} {
		if step.in.PolicySourceArn == nil {
			step.in.PolicySourceArn = source
		}
		if step.in.ActionNames == nil {
			step.in.ActionNames = []string{"s3:PutObject"}
		}
		_, err := c.SimulatePrincipalPolicy(ctx, &step.in)
		w.refused(err, step.code, step.text)
	}
	in := iam.SimulatePrincipalPolicyInput{PolicySourceArn: source, ActionNames: []string{"s3:PutObject"}, ResourceArns: []string{fileARN}, ResourcePolicy: w.grant("s3:*"), CallerArn: aws.String(writerARN), ResourceOwner: aws.String("arn:aws:iam::111122223333:root")}
	if got := ask(w, (*iam.Client).SimulatePrincipalPolicy, in).EvaluationResults[0]; got.EvalDecision != types.PolicyEvaluationDecisionTypeAllowed {
		t.Errorf("a user with the role's policies: %s", got.EvalDecision)
	}

	w.newUser(firm, "u")
	as := iam.NewFromConfig(w.config(w.newKey(firm, "u")))
	_, err := as.SimulatePrincipalPolicy(ctx, &in)
	w.refused(err, "AccessDenied", "iam:SimulatePrincipalPolicy on resource: "+writerRole)
}

func TestSimulatedPoliciesOfOnesOwn(t *testing.T) {
	w := newWorld(t)
	in := iam.SimulateCustomPolicyInput{
		PolicyInputList: []string{allow("Allow", "s3:Get*", "*"), allow("Deny", "s3:GetObjectAcl", "*")},
		ActionNames:     []string{"s3:GetObject", "s3:GetObjectAcl", "s3:PutObject"}, ResourceArns: []string{fileARN, fileARN + "2"}, MaxItems: aws.Int32(4),
	}
	var got []string
	for {
		out := ask(w, (*iam.Client).SimulateCustomPolicy, in)
		for _, r := range out.EvaluationResults {
			got = append(got, string(r.EvalDecision))
		}
		if !out.IsTruncated {
			break
		}
		in.Marker = out.Marker
	}
	if want := []string{"allowed", "allowed", "explicitDeny", "explicitDeny", "implicitDeny", "implicitDeny"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
