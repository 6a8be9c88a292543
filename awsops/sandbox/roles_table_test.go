package sandbox_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// A role is made of what IAM takes, and of nothing else.
func TestRolesThatIAMRefuses(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	good := trusting(firmAccount, "")
	for _, c := range []struct {
		what       string
		change     func(*iam.CreateRoleInput)
		code, text string
	}{
		{"a name that is taken", func(in *iam.CreateRoleInput) { in.RoleName = aws.String("Writer") }, "EntityAlreadyExists", "Role with name Writer already exists."},
		{"a long name", func(in *iam.CreateRoleInput) { in.RoleName = aws.String(strings.Repeat("x", 65)) }, "ValidationError", "at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"a name with a space", func(in *iam.CreateRoleInput) { in.RoleName = aws.String("a b") }, "ValidationError", "The specified value for roleName is invalid."},
		{"a short session", func(in *iam.CreateRoleInput) { in.MaxSessionDuration = aws.Int32(3599) }, "ValidationError", "at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600"},
		{"a long session", func(in *iam.CreateRoleInput) { in.MaxSessionDuration = aws.Int32(43201) }, "ValidationError", "less than or equal to 43200"},
		{"a long description", func(in *iam.CreateRoleInput) { in.Description = aws.String(strings.Repeat("x", 1001)) }, "ValidationError", "'description'"},
		{"an unknown boundary", func(in *iam.CreateRoleInput) {
			in.PermissionsBoundary = aws.String("arn:aws:iam::aws:policy/NoSuchPolicy")
		}, "NoSuchEntity", "NoSuchPolicy does not exist or is not attachable."},
		{"no JSON", func(in *iam.CreateRoleInput) { in.AssumeRolePolicyDocument = aws.String("{") }, "MalformedPolicyDocument", "invalid Json"},
		{"a Resource", func(in *iam.CreateRoleInput) {
			in.AssumeRolePolicyDocument = aws.String(trusting(firmAccount, `,"Resource":"*"`))
		}, "MalformedPolicyDocument", "Has prohibited field Resource"},
		{"another service's action", func(in *iam.CreateRoleInput) {
			in.AssumeRolePolicyDocument = aws.String(strings.ReplaceAll(good, "sts:", "s3:"))
		}, "MalformedPolicyDocument", "AssumeRole policy may only specify STS AssumeRole actions."},
		{"a user that does not exist", func(in *iam.CreateRoleInput) {
			in.AssumeRolePolicyDocument = aws.String(trusting("arn:aws:iam::444455556666:user/nobody", ""))
		}, "MalformedPolicyDocument", `Invalid principal in policy: "AWS":"arn:aws:iam::444455556666:user/nobody"`},
		{"no account", func(in *iam.CreateRoleInput) { in.AssumeRolePolicyDocument = aws.String(trusting("12345", "")) }, "MalformedPolicyDocument", `Invalid principal in policy: "AWS":"12345"`},
		{"a trust policy that is too large", func(in *iam.CreateRoleInput) {
			in.AssumeRolePolicyDocument = aws.String(trusting(firmAccount, `,"Condition":{"StringEquals":{"aws:userid":"`+strings.Repeat("x", 2048)+`"}}`))
		}, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048"},
	} {
		in := iam.CreateRoleInput{RoleName: aws.String("other"), AssumeRolePolicyDocument: &good}
		c.change(&in)
		_, err := w.iam(firm).CreateRole(t.Context(), &in)
		t.Log(c.what)
		w.refused(err, c.code, c.text)
	}
	if roles := ask(w, (*iam.Client).ListRoles, iam.ListRolesInput{}).Roles; len(roles) != 1 {
		t.Errorf("a role that was refused is there: %v", roles)
	}
}

func TestASnapshotTellsOfRoles(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	ask(w, (*iam.Client).PutRolePermissionsBoundary, iam.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: readOnly})
	for _, line := range []string{
		" trust " + trusting("arn:aws:iam::444455556666:root", ""), ` description "" sessions of 1h0m0s`,
		" policy p " + allow("Allow", "s3:*", "*"), " boundary " + *readOnly,
	} {
		if all := w.Snapshot(); !slices.Contains(all, "role "+writerRole+line) {
			t.Errorf("the snapshot has no%s: %s", line, all)
		}
	}
}

func TestARoleIsDeletedWhenNothingIsLeftOfIt(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	c, ctx := w.iam(firm), t.Context()
	ask(w, (*iam.Client).AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: role, PolicyArn: readOnly})
	remove := func() error {
		_, err := c.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role})
		return err
	}
	w.refused(remove(), "DeleteConflict", "Cannot delete entity, must delete policies first.")
	if names := ask(w, (*iam.Client).ListRolePolicies, iam.ListRolePoliciesInput{RoleName: role}).PolicyNames; len(names) != 1 || names[0] != "p" {
		t.Errorf("the inline policies are %v", names)
	}
	ask(w, (*iam.Client).DeleteRolePolicy, iam.DeleteRolePolicyInput{RoleName: role, PolicyName: aws.String("p")})
	w.refused(remove(), "DeleteConflict", "Cannot delete entity, must detach all policies first.")
	if attached := ask(w, (*iam.Client).ListAttachedRolePolicies, iam.ListAttachedRolePoliciesInput{RoleName: role}).AttachedPolicies; len(attached) != 1 || *attached[0].PolicyArn != *readOnly {
		t.Errorf("the managed policies are %v", attached)
	}
	ask(w, (*iam.Client).DetachRolePolicy, iam.DetachRolePolicyInput{RoleName: role, PolicyArn: readOnly})
	if profiles := ask(w, (*iam.Client).ListInstanceProfilesForRole, iam.ListInstanceProfilesForRoleInput{RoleName: role}).InstanceProfiles; len(profiles) != 0 {
		t.Errorf("there are instance profiles: %v", profiles)
	}
	keys := w.mustAssume(w.keys(firm))
	w.must(remove())
	w.refused(remove(), "NoSuchEntity", "The role with name writer cannot be found.")
	_, err := c.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role, PolicyName: aws.String("p")})
	w.refused(err, "NoSuchEntity", "The role with name writer cannot be found.")
	_, err = w.whoAmI(keys)
	w.refused(err, "InvalidClientTokenId", "")
	_, err = w.assume(w.keys(firm))
	w.refused(err, "AccessDenied", "sts:AssumeRole on resource: "+writerRole)
}

func TestARolesPoliciesHaveTenThousandCharacters(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	put := func(name string, size int) error {
		text := allow("Allow", "s3:*", "arn:aws:s3:::")
		text = strings.Replace(text, ":::", ":::"+strings.Repeat("x", size-len(text)), 1)
		_, err := w.iam(firm).PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: role, PolicyName: &name, PolicyDocument: &text})
		return err
	}
	w.must(put("p", 5000))
	w.must(put("q", 5240))
	w.refused(put("q", 5241), "LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role writer")
}

// Who is named in a trust policy is who it was then, whoever has the name later.
func TestATrustPolicyNamesThatVeryUser(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "u")
	w.newRole("arn:aws:iam::444455556666:user/u")
	keys := w.newKey(firm, "u")
	w.mustAssume(keys) // named itself, it needs no policy of its own
	_, err := w.assume(w.keys(firm))
	w.refused(err, "AccessDenied", "User: arn:aws:iam::444455556666:user/admin is not authorized to perform: sts:AssumeRole on resource: "+writerRole)
	_, err = w.assume(w.keys(firmRoot))
	w.refused(err, "AccessDenied", "Roles may not be assumed by root accounts.")

	ask(w, (*iam.Client).DeleteAccessKey, iam.DeleteAccessKeyInput{UserName: aws.String("u"), AccessKeyId: &keys.AccessKeyID})
	ask(w, (*iam.Client).DeleteUser, iam.DeleteUserInput{UserName: aws.String("u")})
	w.newUser(firm, "u")
	_, err = w.assume(w.newKey(firm, "u"))
	w.refused(err, "AccessDenied", "")
	for _, r := range ask(w, (*iam.Client).GetAccountAuthorizationDetails, iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeRole}}).RoleDetailList {
		trust, _ := url.PathUnescape(*r.AssumeRolePolicyDocument)
		if strings.Contains(trust, "user/u") || !strings.Contains(trust, "AIDA") || len(r.RolePolicyList) != 1 {
			t.Errorf("the trust policy reads %s; inline policies: %d", trust, len(r.RolePolicyList))
		}
	}
	ask(w, (*iam.Client).UpdateAssumeRolePolicy, iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: aws.String(trusting(firmAccount, ""))})
	_, err = w.assume(w.newKey(firm, "u"))
	w.refused(err, "AccessDenied", "") // the account may, and has not passed it on
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "sts:AssumeRole", writerRole)))
	w.mustAssume(w.newKeyInstead("u"))
}

// newKeyInstead is another key of a user that has as many as it may.
func (w *world) newKeyInstead(user string) aws.Credentials {
	w.t.Helper()
	ask(w, (*iam.Client).DeleteAccessKey, iam.DeleteAccessKeyInput{UserName: &user, AccessKeyId: w.keyOf(user)})
	return w.newKey(firm, user)
}

// So it is in a bucket's policy, and there with a session of the role too.
func TestABucketPolicyNamesThatVeryRole(t *testing.T) {
	w := newWorld(t)
	w.refused(w.setPolicy(grantTo(writerRole)), "MalformedPolicy", "Invalid principal in policy")
	w.newRole(firmAccount)
	shown := func() string {
		return *askS3(w, (*s3.Client).GetBucketPolicy, s3.GetBucketPolicyInput{Bucket: bucket}).Policy
	}
	for _, principal := range []string{writerRole, "arn:aws:sts::444455556666:assumed-role/writer/night"} {
		w.must(w.setPolicy(grantTo(principal)))
		if !strings.Contains(shown(), `"`+principal+`"`) {
			t.Errorf("%s reads as %s", principal, shown())
		}
		ask(w, (*iam.Client).DeleteRolePolicy, iam.DeleteRolePolicyInput{RoleName: role, PolicyName: aws.String("p")})
		ask(w, (*iam.Client).DeleteRole, iam.DeleteRoleInput{RoleName: role})
		w.newRole(firmAccount)
		if !strings.Contains(shown(), `"AROA`) {
			t.Errorf("of the deleted role is left %s", shown())
		}
		w.refused(w.put(w.mustAssume(w.keys(firm))), "AccessDenied", "")
	}
}

func TestRolesTakeEffectAfterTheDelay(t *testing.T) {
	w := newWorld(t, delayed(time.Minute))
	w.newRole(firmAccount)
	_, err := w.assume(w.keys(firm))
	w.refused(err, "AccessDenied", "")
	w.refused(w.setPolicy(grantTo(writerRole)), "MalformedPolicy", "Invalid principal in policy")
	w.clock.advance(time.Minute)
	w.must(w.setPolicy(grantTo(writerRole)))
	keys := w.mustAssume(w.keys(firm))
	w.must(w.put(keys))
	ask(w, (*iam.Client).PutRolePolicy, iam.PutRolePolicyInput{RoleName: role, PolicyName: aws.String("p"), PolicyDocument: aws.String(allow("Deny", "s3:*", "*"))})
	ask(w, (*iam.Client).UpdateAssumeRolePolicy, iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: aws.String(trusting(customerAccount, ""))})
	w.must(w.put(keys))
	w.mustAssume(w.keys(firm))
	w.clock.advance(time.Minute)
	w.refused(w.put(keys), "AccessDenied", "")
	_, err = w.assume(w.keys(firm))
	w.refused(err, "AccessDenied", "")

	ask(w, (*iam.Client).CreateRole, iam.CreateRoleInput{RoleName: aws.String("gone"), AssumeRolePolicyDocument: aws.String(trusting(firmAccount, ""))})
	w.clock.advance(time.Minute)
	ask(w, (*iam.Client).DeleteRole, iam.DeleteRoleInput{RoleName: aws.String("gone")})
	gone := func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::444455556666:role/gone") }
	keys = w.mustAssume(w.keys(firm), gone)
	w.clock.advance(time.Minute)
	_, err = w.assume(w.keys(firm), gone)
	w.refused(err, "AccessDenied", "")
	_, err = w.whoAmI(keys)
	w.refused(err, "InvalidClientTokenId", "")
}
