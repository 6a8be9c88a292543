package sandbox_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	ststypes "github.com/aws/aws-sdk-go-v2/service/sts/types"
)

func TestSessionsThatSTSRefuses(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	for _, c := range []struct {
		what       string
		change     func(*sts.AssumeRoleInput)
		code, text string
	}{
		{"a short time", lasting(899), "ValidationError", "at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
		{"a time that no role has", lasting(43201), "ValidationError", "less than or equal to 43200"},
		{"longer than the role's", lasting(3601), "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{"a short name", func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("x") }, "ValidationError", "at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2"},
		{"a name with a slash", func(in *sts.AssumeRoleInput) { in.RoleSessionName = aws.String("a/b") }, "ValidationError", `Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		{"no role's ARN", func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::444455556666:user/admin") }, "ValidationError", "arn:aws:iam::444455556666:user/admin is invalid"},
		{"the ARN without the path", func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::444455556666:role/writer") }, "AccessDenied", "sts:AssumeRole on resource: arn:aws:iam::444455556666:role/writer"},
		{"an account that is not there", func(in *sts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::000000000000:role/writer") }, "AccessDenied", ""},
		{"a policy that is none", func(in *sts.AssumeRoleInput) { in.Policy = aws.String("{}") }, "MalformedPolicyDocument", ""},
		{"a policy with a Principal", func(in *sts.AssumeRoleInput) { in.Policy = aws.String(grantTo(writerRole)) }, "MalformedPolicyDocument", "Policy document should not specify a principal."},
		{"a large policy", func(in *sts.AssumeRoleInput) {
			in.Policy = aws.String(allow("Allow", "s3:*", "arn:aws:s3:::"+strings.Repeat("x", 2048)))
		}, "ValidationError", "at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048"},
		{"a managed policy that is not there", func(in *sts.AssumeRoleInput) {
			in.PolicyArns = []ststypes.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/NoSuchPolicy")}}
		}, "MalformedPolicyDocument", "NoSuchPolicy does not exist."},
		{"to pass on a tag that it has not", func(in *sts.AssumeRoleInput) { in.TransitiveTagKeys = []string{"team"} }, "InvalidParameterValue", "team"},
		{"an MFA code", func(in *sts.AssumeRoleInput) {
			in.SerialNumber, in.TokenCode = aws.String("arn:aws:iam::444455556666:mfa/x"), aws.String("123456")
		}, "NotImplemented", ""},
	} {
		t.Log(c.what)
		_, err := w.assume(w.keys(firm), c.change)
		w.refused(err, c.code, c.text)
	}
	ask(w, (*iam.Client).UpdateRole, iam.UpdateRoleInput{RoleName: role, MaxSessionDuration: aws.Int32(43200)})
	keys := w.mustAssume(w.keys(firm), lasting(43200))
	_, err := w.assume(keys)
	w.refused(err, "AccessDenied", "User: arn:aws:sts::444455556666:assumed-role/writer/night is not authorized to perform: sts:AssumeRole")
	ask(w, (*iam.Client).AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: role, PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	w.mustAssume(keys)
	_, err = w.assume(keys, lasting(3601))
	w.refused(err, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
}

func TestAnExternalIDIsAskedFor(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	ask(w, (*iam.Client).UpdateAssumeRolePolicy, iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: aws.String(trusting(firmAccount, `,"Condition":{"StringEquals":{"sts:ExternalId":"e-1"}}`))})
	_, err := w.assume(w.keys(firm))
	w.refused(err, "AccessDenied", "")
	w.mustAssume(w.keys(firm), func(in *sts.AssumeRoleInput) { in.ExternalId = aws.String("e-1") })
}

// What a session was limited to it is limited to, whatever its role may.
func TestASessionPolicyLimitsASession(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	w.must(w.setPolicy(grantTo(firmAccount)))
	limit := func(document string) func(*sts.AssumeRoleInput) {
		return func(in *sts.AssumeRoleInput) { in.Policy = &document }
	}
	w.must(w.put(w.mustAssume(w.keys(firm), limit(allow("Allow", "s3:PutObject", "*")))))
	w.refused(w.put(w.mustAssume(w.keys(firm), limit(allow("Allow", "s3:GetObject", "*")))), "AccessDenied", "Access Denied")
	readOnlySession := w.mustAssume(w.keys(firm), func(in *sts.AssumeRoleInput) {
		in.PolicyArns = []ststypes.PolicyDescriptorType{{Arn: readOnly}}
	})
	w.refused(w.put(readOnlySession), "AccessDenied", "Access Denied")

	_, err := iam.NewFromConfig(w.config(readOnlySession)).ListUsers(t.Context(), nil)
	w.refused(err, "AccessDenied", "because no identity-based policy allows the iam:ListUsers action")
	ask(w, (*iam.Client).AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: role, PolicyArn: aws.String("arn:aws:iam::aws:policy/IAMFullAccess")})
	_, err = iam.NewFromConfig(w.config(readOnlySession)).ListUsers(t.Context(), nil)
	w.must(err)
	_, err = iam.NewFromConfig(w.config(readOnlySession)).GetUser(t.Context(), nil)
	w.refused(err, "ValidationError", "Must specify userName when calling with non-User credentials")
	_, err = iam.NewFromConfig(w.config(readOnlySession)).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("x")})
	w.refused(err, "AccessDenied", "because no session policy allows the iam:CreateUser action")
}

func TestABoundaryLimitsUsersAndRoles(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	w.newUser(firm, "u")
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "*", "*")))
	w.must(w.setPolicy(grantTo(firmAccount)))
	key, session := w.newKey(firm, "u"), w.mustAssume(w.keys(firm))
	ask(w, (*iam.Client).PutUserPermissionsBoundary, iam.PutUserPermissionsBoundaryInput{UserName: aws.String("u"), PermissionsBoundary: readOnly})
	ask(w, (*iam.Client).PutRolePermissionsBoundary, iam.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: readOnly})
	w.refused(w.put(key), "AccessDenied", "Access Denied")
	w.refused(w.put(session), "AccessDenied", "Access Denied")
	_, err := iam.NewFromConfig(w.config(key)).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("x")})
	w.refused(err, "AccessDenied", "because no permissions boundary allows the iam:CreateUser action")
	if b := ask(w, (*iam.Client).GetRole, iam.GetRoleInput{RoleName: role}).Role.PermissionsBoundary; b == nil || *b.PermissionsBoundaryArn != *readOnly || b.PermissionsBoundaryType != "Policy" {
		t.Errorf("the role's boundary is %v", b)
	}
	if b := ask(w, (*iam.Client).GetUser, iam.GetUserInput{UserName: aws.String("u")}).User.PermissionsBoundary; b == nil || *b.PermissionsBoundaryArn != *readOnly {
		t.Errorf("the user's boundary is %v", b)
	}
	ask(w, (*iam.Client).DeleteUserPermissionsBoundary, iam.DeleteUserPermissionsBoundaryInput{UserName: aws.String("u")})
	ask(w, (*iam.Client).DeleteRolePermissionsBoundary, iam.DeleteRolePermissionsBoundaryInput{RoleName: role})
	w.must(w.put(key))
	w.must(w.put(session))
	_, err = w.iam(firm).DeleteRolePermissionsBoundary(t.Context(), &iam.DeleteRolePermissionsBoundaryInput{RoleName: role})
	w.refused(err, "NoSuchEntity", "")
	_, err = w.iam(firm).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("x"), PermissionsBoundary: readOnly})
	w.must(err)
	w.must(w.putPolicy(firm, "x", "p", allow("Allow", "*", "*")))
	w.refused(w.put(w.newKey(firm, "x")), "AccessDenied", "")
}

// A session has its role's tags and its own, which count for more, and passes some on.
func TestPoliciesKnowTheTagsOfASession(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	team := func(value string) string {
		return strings.Replace(grantTo(firmAccount), `"Resource"`, `"Condition":{"StringEquals":{"aws:PrincipalTag/team":"`+value+`"}},"Resource"`, 1)
	}
	w.must(w.setPolicy(team("in")))
	w.refused(w.put(w.mustAssume(w.keys(firm))), "AccessDenied", "")
	ask(w, (*iam.Client).TagRole, iam.TagRoleInput{RoleName: role, Tags: []types.Tag{{Key: aws.String("Team"), Value: aws.String("in")}}})
	w.must(w.put(w.mustAssume(w.keys(firm))))
	out := w.mustAssume(w.keys(firm), passing("team", "out"))
	w.refused(w.put(out), "AccessDenied", "")
	w.must(w.setPolicy(team("out")))
	w.must(w.put(out))

	ask(w, (*iam.Client).AttachRolePolicy, iam.AttachRolePolicyInput{RoleName: role, PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	w.must(w.put(w.mustAssume(out)))
	_, err := w.assume(out, passing("team", "other"))
	w.refused(err, "InvalidParameterValue", "conflicts with a transitive tag key from the calling session")
	ask(w, (*iam.Client).UpdateAssumeRolePolicy, iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: aws.String(strings.Replace(trusting(firmAccount, ""), `,"sts:TagSession"`, "", 1))})
	w.mustAssume(w.keys(firm))
	_, err = w.assume(w.keys(firm), passing("team", "in"))
	w.refused(err, "AccessDenied", "is not authorized to perform: sts:TagSession on resource: "+writerRole)
}

// What a policy of the caller's demands of a role, it demands before the role is taken
// or made.
func TestPoliciesKnowTheRoleThatACallIsAbout(t *testing.T) {
	w := newWorld(t)
	w.newRole(firmAccount)
	w.newUser(firm, "u")
	when := func(action, condition string) string {
		return strings.Replace(allow("Allow", action, "*"), `"Resource"`, `"Condition":{"StringEquals":{`+condition+`}},"Resource"`, 1)
	}
	w.must(w.putPolicy(firm, "u", "assume", when("sts:*", `"aws:ResourceTag/for":"u","aws:RequestTag/team":"in"`)))
	w.must(w.putPolicy(firm, "u", "make", when("iam:CreateRole", `"iam:PermissionsBoundary":"`+*readOnly+`"`)))
	key := w.newKey(firm, "u")
	_, err := w.assume(key, passing("team", "in"))
	w.refused(err, "AccessDenied", "sts:AssumeRole")
	ask(w, (*iam.Client).TagRole, iam.TagRoleInput{RoleName: role, Tags: []types.Tag{{Key: aws.String("for"), Value: aws.String("u")}}})
	_, err = w.assume(key, passing("team", "out"))
	w.refused(err, "AccessDenied", "sts:AssumeRole")
	_, err = w.assume(key, passing("team", "in"))
	w.must(err)

	in := &iam.CreateRoleInput{RoleName: aws.String("other"), AssumeRolePolicyDocument: aws.String(trusting(firmAccount, ""))}
	_, err = iam.NewFromConfig(w.config(key)).CreateRole(t.Context(), in)
	w.refused(err, "AccessDenied", "iam:CreateRole on resource: arn:aws:iam::444455556666:role/other")
	in.PermissionsBoundary = readOnly
	_, err = iam.NewFromConfig(w.config(key)).CreateRole(t.Context(), in)
	w.must(err)
}
