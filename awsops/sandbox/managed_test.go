package sandbox_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func (w *world) newPolicy(document string) *types.Policy {
	w.t.Helper()
	return ask(w, (*iam.Client).CreatePolicy, iam.CreatePolicyInput{PolicyName: aws.String("own"), PolicyDocument: &document, Description: aws.String("d")}).Policy
}

// What is attached counts as it is in effect now, and stays while anybody uses it.
func TestAManagedPolicyIsOneForAllWhoUseIt(t *testing.T) {
	w := newWorld(t)
	c, ctx := w.iam(firm), t.Context()
	w.newRole(firmAccount)
	w.newUser(firm, "u")
	ask(w, (*iam.Client).DeleteRolePolicy, iam.DeleteRolePolicyInput{RoleName: role, PolicyName: aws.String("p")})
	w.must(w.setPolicy(grantTo(firmAccount)))
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "*", "*")))
	key, session := w.newKey(firm, "u"), w.mustAssume(w.keys(firm))

	made := w.newPolicy(allow("Allow", "s3:PutObject", "*"))
	if *made.Arn != *own || *made.DefaultVersionId != "v1" || *made.AttachmentCount != 0 || !strings.HasPrefix(*made.PolicyId, "ANPA") {
		t.Errorf("the policy is %+v", made)
	}
	ask(w, (*iam.Client).AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: role, PolicyArn: own})
	ask(w, (*iam.Client).PutUserPermissionsBoundary, iam.PutUserPermissionsBoundaryInput{UserName: aws.String("u"), PermissionsBoundary: own})
	w.must(w.put(session))
	w.must(w.put(key))

	ask(w, (*iam.Client).CreatePolicyVersion, iam.CreatePolicyVersionInput{PolicyArn: own, PolicyDocument: aws.String(allow("Allow", "s3:GetObject", "*"))})
	w.must(w.put(session)) // it is not the default
	ask(w, (*iam.Client).SetDefaultPolicyVersion, iam.SetDefaultPolicyVersionInput{PolicyArn: own, VersionId: aws.String("v2")})
	w.refused(w.put(session), "AccessDenied", "")
	w.refused(w.put(key), "AccessDenied", "")

	got := ask(w, (*iam.Client).GetPolicy, iam.GetPolicyInput{PolicyArn: own}).Policy
	if *got.AttachmentCount != 1 || *got.PermissionsBoundaryUsageCount != 1 || *got.DefaultVersionId != "v2" || *got.Description != "d" {
		t.Errorf("the policy is %+v", got)
	}
	version := ask(w, (*iam.Client).GetPolicyVersion, iam.GetPolicyVersionInput{PolicyArn: own, VersionId: aws.String("v1")}).PolicyVersion
	if text, err := url.PathUnescape(*version.Document); err != nil || text != allow("Allow", "s3:PutObject", "*") || version.IsDefaultVersion {
		t.Errorf("the first version says %s (%+v)", text, version)
	}
	entities := ask(w, (*iam.Client).ListEntitiesForPolicy, iam.ListEntitiesForPolicyInput{PolicyArn: own})
	if len(entities.PolicyRoles) != 1 || *entities.PolicyRoles[0].RoleName != "writer" || len(entities.PolicyUsers) != 1 || *entities.PolicyUsers[0].UserName != "u" {
		t.Errorf("it is used by %v and %v", entities.PolicyRoles, entities.PolicyUsers)
	}
	details := ask(w, (*iam.Client).GetAccountAuthorizationDetails, iam.GetAccountAuthorizationDetailsInput{}).Policies
	if len(details) != 1 || len(details[0].PolicyVersionList) != 2 || details[0].PolicyVersionList[0].Document == nil {
		t.Errorf("the account's policies are %+v", details)
	}

	remove := func() error {
		_, err := c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: own})
		return err
	}
	w.refused(remove(), "DeleteConflict", "Cannot delete a policy attached to entities.")
	ask(w, (*iam.Client).DetachRolePolicy, iam.DetachRolePolicyInput{RoleName: role, PolicyArn: own})
	w.refused(remove(), "DeleteConflict", "Cannot delete a policy attached to entities.")
	ask(w, (*iam.Client).DeleteUserPermissionsBoundary, iam.DeleteUserPermissionsBoundaryInput{UserName: aws.String("u")})
	w.refused(remove(), "DeleteConflict", "This policy has more than one version.")
	_, err := c.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: own, VersionId: aws.String("v2")})
	w.refused(err, "DeleteConflict", "Cannot delete the default version of a policy.")
	ask(w, (*iam.Client).DeletePolicyVersion, iam.DeletePolicyVersionInput{PolicyArn: own, VersionId: aws.String("v1")})
	w.must(remove())
	w.refused(remove(), "NoSuchEntity", "Policy arn:aws:iam::444455556666:policy/own was not found.")
}

func TestManagedPoliciesThatIAMRefuses(t *testing.T) {
	w := newWorld(t)
	c, ctx := w.iam(firm), t.Context()
	w.newPolicy(allow("Allow", "s3:*", "*"))
	create := func(name, document string) error {
		_, err := c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document})
		return err
	}
	w.refused(create("Own", allow("Allow", "s3:*", "*")), "EntityAlreadyExists", "A policy called Own already exists.")
	w.refused(create("x", "{"), "MalformedPolicyDocument", "Syntax errors in policy.")
	w.refused(create("x", grantTo(firmAccount)), "MalformedPolicyDocument", "Policy document should not specify a principal.")
	w.refused(create("x", allow("Allow", "s3:*", "arn:aws:s3:::"+strings.Repeat("x", 6144))), "LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
	w.refused(create("a b", allow("Allow", "s3:*", "*")), "ValidationError", "policyName")
	for range 4 {
		ask(w, (*iam.Client).CreatePolicyVersion, iam.CreatePolicyVersionInput{PolicyArn: own, PolicyDocument: aws.String(allow("Allow", "*", "*"))})
	}
	_, err := c.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: own, PolicyDocument: aws.String(allow("Allow", "*", "*"))})
	w.refused(err, "LimitExceeded", "A managed policy can have up to 5 versions.")
	_, err = c.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: own, VersionId: aws.String("v9")})
	w.refused(err, "NoSuchEntity", "version v9 does not exist")
	_, err = c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: readOnly})
	w.refused(err, "AccessDenied", "managed by AWS")
	_, err = w.iam(customer).GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: own})
	w.refused(err, "NoSuchEntity", "") // another account's
	if aws := ask(w, (*iam.Client).ListPolicies, iam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal}).Policies; len(aws) != 1 {
		t.Errorf("the account's own policies are %v", aws)
	}
	if n := len(ask(w, (*iam.Client).ListPolicies, iam.ListPoliciesInput{}).Policies); n != 6 {
		t.Errorf("there are %d policies, want AWS's five and one", n)
	}
}

func TestTenManagedPoliciesOfARole(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	attach := func(name string) error {
		made := ask(w, (*iam.Client).CreatePolicy, iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: aws.String(allow("Allow", "s3:*", "*"))})
		_, err := w.iam(firm).AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: made.Policy.Arn})
		return err
	}
	for i := range 10 {
		w.must(attach(fmt.Sprint("p", i)))
	}
	w.refused(attach("more"), "LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10")
}
