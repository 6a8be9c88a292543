package run_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
)

// group puts the writer into a group with these statements, or changes those of the group.
func (c *checkStage) group(statements string) {
	c.t.Helper()
	_, users := c.raw(firm)
	name := aws.String("writers")
	if _, err := users.GetGroup(c.t.Context(), &iam.GetGroupInput{GroupName: name}); err != nil {
		_, err := users.CreateGroup(c.t.Context(), &iam.CreateGroupInput{GroupName: name})
		must(c.t, err)
		_, err = users.AddUserToGroup(c.t.Context(), &iam.AddUserToGroupInput{GroupName: name, UserName: aws.String("test-writer")})
		must(c.t, err)
	}
	_, err := users.PutGroupPolicy(c.t.Context(), &iam.PutGroupPolicyInput{GroupName: name, PolicyName: aws.String("by-hand"), PolicyDocument: aws.String(document(statements))})
	must(c.t, err)
}

func (c *checkStage) attach(statements string) {
	c.t.Helper()
	_, users := c.raw(firm)
	_, err := users.AttachUserPolicy(c.t.Context(), &iam.AttachUserPolicyInput{UserName: aws.String("test-writer"), PolicyArn: c.managed(statements)})
	must(c.t, err)
}

// rewritten makes these the statements of the managed policy.
func rewritten(statements string) func(*checkStage, awsops.Verdict) {
	return func(c *checkStage, _ awsops.Verdict) {
		_, users := c.raw(firm)
		_, err := users.CreatePolicyVersion(c.t.Context(), &iam.CreatePolicyVersionInput{PolicyArn: aws.String("arn:aws:iam::444455556666:policy/managed"), PolicyDocument: aws.String(document(statements)), SetAsDefault: true})
		must(c.t, err)
	}
}

func withoutBoundary(c *checkStage, _ awsops.Verdict) {
	_, users := c.raw(firm)
	_, err := users.DeleteUserPermissionsBoundary(c.t.Context(), &iam.DeleteUserPermissionsBoundaryInput{UserName: aws.String("test-writer")})
	must(c.t, err)
}

// profile writes another sign-in into the writer's profile.
func (c *checkStage) profile(key, secret string) {
	c.t.Helper()
	text, err := os.ReadFile(c.source.CredentialsFile)
	must(c.t, err)
	before, _, _ := strings.Cut(string(text), "\n[writer]\n") // which is the last
	c.source.CredentialsFile = filepath.Join(c.t.TempDir(), "credentials")
	must(c.t, os.WriteFile(c.source.CredentialsFile, []byte(before+"\n[writer]\naws_access_key_id = "+key+"\naws_secret_access_key = "+secret+"\n"), 0o600))
}

func rightKey(c *checkStage, _ awsops.Verdict) {
	c.profile(c.writer.KeyID, c.writer.Secret.Reveal())
}

func (c *checkStage) keyIs(on bool) {
	c.t.Helper()
	_, users := c.raw(firm)
	status := types.StatusTypeInactive
	if on {
		status = types.StatusTypeActive
	}
	_, err := users.UpdateAccessKey(c.t.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("test-writer"), AccessKeyId: &c.writer.KeyID, Status: status})
	must(c.t, err)
}

// rolePolicy makes these statements the inline policy of a role.
func (c *checkStage) rolePolicy(name, statements string) {
	c.t.Helper()
	_, users := c.raw(firm)
	_, err := users.PutRolePolicy(c.t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("by-hand"), PolicyDocument: aws.String(document(statements))})
	must(c.t, err)
}

// pathRole makes a role with a path.
func (c *checkStage) pathRole() {
	c.t.Helper()
	_, users := c.raw(firm)
	trust := policy.Trust(policy.AccountARN("aws", firm))
	_, err := users.CreateRole(c.t.Context(), &iam.CreateRoleInput{RoleName: aws.String("deliverer"), Path: aws.String("/jobs/"), AssumeRolePolicyDocument: aws.String(trust.Compact())})
	must(c.t, err)
	c.rolePolicy("deliverer", firmGives)
}

// personStates are those of who writes: what is given by groups and managed policies, what
// limits it, and with which sign-in it comes.
func personStates() []state {
	misspelt := own(`"s3:*"`, `"arn:aws:s3:::my.test.buckets","arn:aws:s3:::my.test.buckets/*"`, "")
	noWrite := clause("Deny", "", `"s3:PutObject"`, `"*"`, "")
	byRole := strings.ReplaceAll(bucketGives, firm+":root", firm+":role/deliverer")
	again := func(c *checkStage) {
		c.role("deliverer", firmGives)
		c.bucketPolicy(byRole)
		_, users := c.raw(firm)
		_, err := users.DeleteRolePolicy(c.t.Context(), &iam.DeleteRolePolicyInput{RoleName: aws.String("deliverer"), PolicyName: aws.String("by-hand")})
		must(c.t, err)
		_, err = users.DeleteRole(c.t.Context(), &iam.DeleteRoleInput{RoleName: aws.String("deliverer")})
		must(c.t, err)
		c.role("deliverer", firmGives)
	}
	ofRole := func(arn string) string { return onFiles(`"ArnLike":{"aws:PrincipalArn":"` + arn + `"}`) }
	return []state{
		{name: "46 a group's policy names another bucket", bucket: bucketGives, set: func(c *checkStage) { c.group(misspelt) }, cause: "wrong-bucket", side: "firm", says: "of the group writers", fix: func(c *checkStage, _ awsops.Verdict) { c.group(firmGives) }, mend: "firm"},
		{name: "46b a group has a Deny", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.group(noWrite) }, cause: "firm-policy-deny", side: "firm", says: "of the group writers", fix: func(c *checkStage, _ awsops.Verdict) {
			_, users := c.raw(firm)
			_, err := users.RemoveUserFromGroup(c.t.Context(), &iam.RemoveUserFromGroupInput{GroupName: aws.String("writers"), UserName: aws.String("test-writer")})
			must(c.t, err)
		}, mend: "firm by text"},
		{name: "46c the groups were not read, and Requester Pays is on", bucket: bucketGives, set: func(c *checkStage) {
			c.group(firmGives)
			c.payer("Requester")
			c.box.Inject(sandbox.Fault{Operation: "ListGroupsForUser", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "no"})
		}, cause: "requester-pays", side: "firm", fix: func(c *checkStage, _ awsops.Verdict) { c.payer("BucketOwner") }},
		{name: "46d the groups were not read, and the bucket is shut", own: firmGives, set: func(c *checkStage) {
			c.box.Inject(sandbox.Fault{Operation: "ListGroupsForUser", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "no"})
		}, cause: "bucket-policy-missing", side: "customer", fixBucket: bucketGives, mend: "customer"},
		{name: "05b P8 the user's managed policy lacks /*", bucket: bucketGives, set: func(c *checkStage) { c.attach(own(`"s3:*"`, theBucket, "")) }, cause: "objects-not-named", side: "firm", says: "managed", fix: rewritten(firmGives), mend: "firm"},
		{name: "07b the user's managed policy has a Deny", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.attach(noWrite) }, cause: "firm-policy-deny", side: "firm", says: "managed", fix: func(c *checkStage, _ awsops.Verdict) {
			_, users := c.raw(firm)
			_, err := users.DetachUserPolicy(c.t.Context(), &iam.DetachUserPolicyInput{UserName: aws.String("test-writer"), PolicyArn: aws.String("arn:aws:iam::444455556666:policy/managed")})
			must(c.t, err)
		}, mend: "firm by text"},
		{name: "32b G4 the boundary is for another bucket", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.boundary(misspelt) }, cause: "boundary", side: "firm", fix: rewritten(own(`"s3:*"`, `"*"`, ""))},
		{name: "32c G4 the boundary lets it read alone", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.boundary(own(`"s3:Get*","s3:List*"`, `"*"`, "")) }, cause: "boundary", side: "firm", says: "s3:PutObject", fix: withoutBoundary},
		{name: "33b G4 the boundary of a role", bucket: bucketGives, set: func(c *checkStage) {
			c.role("deliverer", firmGives)
			_, users := c.raw(firm)
			_, err := users.PutRolePermissionsBoundary(c.t.Context(), &iam.PutRolePermissionsBoundaryInput{RoleName: aws.String("deliverer"), PermissionsBoundary: c.managed(own(`"iam:*"`, `"*"`, ""))})
			must(c.t, err)
		}, ask: asDeliverer, cause: "boundary", side: "firm", fix: func(c *checkStage, _ awsops.Verdict) {
			_, users := c.raw(firm)
			_, err := users.DeleteRolePermissionsBoundary(c.t.Context(), &iam.DeleteRolePermissionsBoundaryInput{RoleName: aws.String("deliverer")})
			must(c.t, err)
		}},
		{name: "L5 the bucket names the user, whose own policy is missing", bucket: strings.ReplaceAll(bucketGives, firm+":root", firm+":user/test-writer"), cause: "firm-policy-missing", side: "firm", fixOwn: firmGives, mend: "firm"},
		{name: "41 P4 the role was created again under its name", set: again, ask: asDeliverer, cause: "principal-deleted", side: "customer", says: "created again", fixBucket: byRole},
		{name: "the bucket names the role without its path", bucket: ofRole("arn:aws:iam::444455556666:role/deliverer"), set: (*checkStage).pathRole, ask: asDeliverer, cause: "condition-not-met", side: "customer", says: "arn:aws:iam::444455556666:role/deliverer", fixBucket: ofRole("arn:aws:iam::444455556666:role/jobs/deliverer"), mend: "customer"},
		{name: "the bucket names the sessions of the role", bucket: ofRole("arn:aws:sts::444455556666:assumed-role/deliverer/*"), set: func(c *checkStage) { c.role("deliverer", firmGives) }, ask: asDeliverer, cause: "condition-not-met", side: "customer", says: "assumed-role", fixBucket: ofRole("arn:aws:iam::444455556666:role/deliverer"), mend: "customer"},
		{name: "a tag that the user must have", bucket: onFiles(`"StringEquals":{"aws:PrincipalTag/team":"delivery"}`), own: firmGives, cause: "condition-unknown", side: "customer", says: "team", fix: func(c *checkStage, _ awsops.Verdict) {
			_, users := c.raw(firm)
			_, err := users.TagUser(c.t.Context(), &iam.TagUserInput{UserName: aws.String("test-writer"), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("delivery")}}})
			must(c.t, err)
		}},
		{name: "38b the user's Deny unless from an address", bucket: bucketGives, own: firmGives + "," + clause("Deny", "", `"s3:*"`, `"*"`, `"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}`), cause: "condition-unknown", side: "firm", says: "203.0.113.0/24", fixOwn: firmGives},
		{name: "14b C11 the user's policy is for buckets of another account", bucket: bucketGives, own: ownOnFiles(`"StringEquals":{"s3:ResourceAccount":"111122223332"}`), cause: "condition-not-met", side: "firm", says: "111122223332", fixOwn: firmGives, mend: "firm"},
		{name: "12c the user's policy is for a folder of its own name", bucket: bucketGives, own: own(`"s3:ListBucket"`, theBucket, "") + "," + own(readWrite, `"arn:aws:s3:::my.test.bucket/${aws:username}/*"`, ""), cause: "wrong-prefix", side: "firm", asks: func(q *steps.Question) { q.Prefix = "test-writer/" }, mend: "firm"},
		{name: "39b the user may do all but write", bucket: bucketGives, own: `{"Effect":"Allow","NotAction":"s3:PutObject","Resource":"*"}`, cause: "firm-policy-missing", side: "firm", fixOwn: firmGives, mend: "firm"},
		{name: "C5 the secret of the key is another", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.profile(c.writer.KeyID, strings.Repeat("x", 40)) }, cause: "credentials", side: "here", says: "secret", fix: rightKey},
		{name: "C1 C2 the key is not there", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.profile("AKIAIOSFODNN7EXAMPLE", strings.Repeat("x", 40)) }, cause: "credentials", side: "here", fix: rightKey},
		{name: "C1 the key is off, and is switched on", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.keyIs(false) }, cause: "credentials", side: "here", fix: func(c *checkStage, _ awsops.Verdict) { c.keyIs(true) }},
		{name: "C10 the profile is that of another firm", bucket: bucketGives, own: firmGives, ask: func(q *steps.Question) { q.WriterProfile = profiles[other] }, cause: "wrong-account", side: "here", asks: func(q *steps.Question) { q.WriterProfile = "writer" }},
		{name: "R7 the bucket's name is misspelt", bucket: bucketGives, own: firmGives, ask: func(q *steps.Question) { q.Bucket = "my.test.bucke" }, cause: "no-such-bucket", side: "here", asks: func(q *steps.Question) { q.Bucket = first }},
		{name: "R7 the bucket is the firm's own", bucket: bucketGives, own: firmGives, ask: func(q *steps.Question) { q.Bucket = "firms.bucket" }, cause: "not-the-customers-bucket", side: "here", asks: func(q *steps.Question) { q.Bucket = first }},
		{name: "the user of the grant is another", bucket: bucketGives, own: firmGives, ask: func(q *steps.Question) { q.FirmUser = "other" }, cause: "wrong-principal", side: "here", asks: func(q *steps.Question) { q.FirmUser = "test-writer" }},
		saidByAWS("C7", "400", "ExpiredToken", "The provided token has expired.", "credentials", "here"),
		saidByAWS("C8", "400", "InvalidToken", "The provided token is malformed or otherwise invalid.", "credentials", "here"),
	}
}

// A clock that is an hour behind is corrected by what AWS answers, as all of AWS's SDKs do,
// and is no reason to say that the bucket is another's.
func TestCheckWithAWrongClock(t *testing.T) {
	var behind atomic.Int64
	c := newCheckStage(t, func(s *sandbox.Config) {
		s.Now = func() time.Time { return time.Now().Add(time.Duration(behind.Load())) }
	})
	c.bucketPolicy(bucketGives)
	c.userPolicy(firmGives)
	behind.Store(int64(time.Hour))
	for _, ask := range []func(*steps.Question){func(*steps.Question) {}, func(q *steps.Question) { q.CustomerProfile = "" }} {
		q := everybody()
		ask(&q)
		if e, tests := c.check(q); e.Verdict == nil || !e.Verdict.Holds {
			t.Errorf("%+v, %v\n%+v", e.Verdict, e.Problem, tests)
		}
	}
}

func TestCheckWithSwappedProfiles(t *testing.T) {
	c := newCheckStage(t)
	c.bucketPolicy(bucketGives)
	c.userPolicy(firmGives)
	q := everybody()
	q.CustomerProfile, q.FirmProfile = q.FirmProfile, q.CustomerProfile
	if e, _ := c.check(q); e.Verdict == nil || e.Verdict.Side != "here" {
		t.Errorf("%+v, %v", e.Verdict, e.Problem)
	}
}
