package sandbox_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

func TestTwoAccessKeysAtMost(t *testing.T) {
	w := newWorld(t)
	c, ctx, user := w.iam(firm), t.Context(), aws.String("u")
	w.newUser(firm, "u")
	first := w.newKey(firm, "u")
	if len(first.AccessKeyID) != 20 || !strings.HasPrefix(first.AccessKeyID, "AKIA") || len(first.SecretAccessKey) != 40 {
		t.Errorf("the key has %d characters and its secret %d", len(first.AccessKeyID), len(first.SecretAccessKey))
	}
	w.newKey(firm, "u")
	_, err := c.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: &first.AccessKeyID, Status: types.StatusTypeInactive})
	w.must(err)
	_, err = c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})
	w.refused(err, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2") // an inactive one counts
	listed, err := c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: user})
	w.must(err)
	for _, k := range listed.AccessKeyMetadata {
		want := types.StatusTypeActive
		if *k.AccessKeyId == first.AccessKeyID {
			want = types.StatusTypeInactive
		}
		if k.Status != want {
			t.Errorf("a key is %s, want %s", k.Status, want)
		}
	}
	_, err = c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: &first.AccessKeyID})
	w.must(err)
	w.newKey(firm, "u")
}

func TestKeysThatIAMRefuses(t *testing.T) {
	w := newWorld(t)
	c, ctx, user := w.iam(firm), t.Context(), aws.String("u")
	w.newUser(firm, "u")
	id := w.keys(firm).AccessKeyID // the administrator's, not the user's
	_, err := c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: &id})
	w.refused(err, "NoSuchEntity", "The Access Key with id "+id+" cannot be found")
	_, err = c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: aws.String("short")})
	w.refused(err, "ValidationError", "'accessKeyId'")
	_, err = c.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: &id, Status: "Sleeping"})
	w.refused(err, "ValidationError", "[Active, Inactive]")
	_, err = c.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(w.keys(customer).AccessKeyID)})
	w.refused(err, "NoSuchEntity", "cannot be found") // another account's
}

func TestLastUsed(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.newUser(firm, "u")
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "*", "*")))
	key := w.newKey(firm, "u")
	last := func() *types.AccessKeyLastUsed {
		out, err := w.iam(firm).GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &key.AccessKeyID})
		w.must(err)
		if *out.UserName != "u" {
			t.Errorf("the key is %s's", *out.UserName)
		}
		return out.AccessKeyLastUsed
	}
	unused := func(when string) {
		t.Helper()
		if l := last(); l.LastUsedDate != nil || *l.ServiceName != "N/A" || *l.Region != "N/A" {
			t.Errorf("%s the key says that it was used for %s in %s at %v", when, *l.ServiceName, *l.Region, l.LastUsedDate)
		}
	}
	unused("before its first use")
	forged := aws.Credentials{AccessKeyID: key.AccessKeyID, SecretAccessKey: "wrong"}
	_, err := w.whoAmI(forged)
	w.refused(err, "SignatureDoesNotMatch", "")
	_, err = w.s3With(forged).ListBuckets(ctx, &s3.ListBucketsInput{})
	w.refused(err, "SignatureDoesNotMatch", "")
	unused("after others tried it with a wrong secret")

	for _, use := range []struct {
		service, region string
		do              func(region string) error
	}{
		{"sts", "us-east-1", func(string) error { _, err := w.whoAmI(key); return err }},
		{"s3", "eu-west-1", func(region string) error {
			_, err := w.s3With(key).ListBuckets(ctx, &s3.ListBucketsInput{}, func(o *s3.Options) { o.Region = region })
			return err
		}},
		{"iam", "us-east-1", func(string) error {
			_, err := iam.NewFromConfig(w.config(key)).ListUsers(ctx, nil)
			return err
		}},
	} {
		w.clock.advance(time.Minute)
		w.must(use.do(use.region))
		want := w.clock.Now().UTC().Truncate(time.Second)
		if l := last(); l.LastUsedDate == nil || !l.LastUsedDate.Equal(want) || *l.ServiceName != use.service || *l.Region != use.region {
			t.Errorf("it was used for %s in %s at %s, and says for %s in %s at %v", use.service, use.region, want, *l.ServiceName, *l.Region, l.LastUsedDate)
		}
	}
}

func TestUserPolicyComesBackAsItWasPut(t *testing.T) {
	w := newWorld(t)
	c, ctx, user := w.iam(firm), t.Context(), aws.String("u")
	w.newUser(firm, "u")
	document := "{ \"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::b/a+b c%20ü\"}}"
	w.must(w.putPolicy(firm, "u", "second", document))
	w.must(w.putPolicy(firm, "u", "first", allow("Allow", "s3:*", "*")))
	got, err := c.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: user, PolicyName: aws.String("second")})
	w.must(err)
	if strings.ContainsAny(*got.PolicyDocument, "+ {") {
		t.Errorf("the document is not percent-encoded: %s", *got.PolicyDocument)
	}
	if plain, err := url.PathUnescape(*got.PolicyDocument); err != nil || plain != document {
		t.Errorf("got %s, want %s", plain, document)
	}
	listed, err := c.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: user})
	w.must(err)
	if strings.Join(listed.PolicyNames, " ") != "first second" {
		t.Errorf("the policies are %v", listed.PolicyNames)
	}
	for _, name := range []string{"second", "second"} {
		_, err = c.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: &name})
	}
	w.refused(err, "NoSuchEntity", "The user policy with name second cannot be found.")
}

func TestUserPoliciesThatIAMRefuses(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "u")
	statement := func(rest string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + rest + `}]}`
	}
	for _, c := range []struct{ document, code, text string }{
		{`{"Version":`, "MalformedPolicyDocument", "Syntax errors in policy."},
		{`{"Version":"2012-10-17"}`, "MalformedPolicyDocument", "Syntax errors in policy."},
		{statement(`"Action":"s3:*","Resource":"*","Principal":"*"`), "MalformedPolicyDocument", "Policy document should not specify a principal."},
		{statement(`"Resource":"*"`), "MalformedPolicyDocument", "Policy statement must contain actions."},
		{statement(`"Action":"s3:*"`), "MalformedPolicyDocument", "Policy statement must contain resources."},
		{statement(`"Action":"GetObject","Resource":"*"`), "MalformedPolicyDocument", "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{statement(`"Action":"s3:*","Resource":"my.test.bucket"`), "MalformedPolicyDocument", `Resource my.test.bucket must be in ARN format or "*".`},
		{statement(`"Action":"s3:*","Resource":"arn:aws-cn:s3:::b"`), "MalformedPolicyDocument", `Partition "aws-cn" is not valid for resource "arn:aws-cn:s3:::b".`},
		{statement(`"Sid":"a-b","Action":"s3:*","Resource":"*"`), "MalformedPolicyDocument", "Statement IDs (SID) must be alpha-numeric."},
		{
			`{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"s3:*","Resource":"*"}]}`,
			"MalformedPolicyDocument", "Statement IDs (SID) in a single policy must be unique.",
		},
		{statement(`"Action":"s3:*","Resource":"arn:aws:s3:::` + strings.Repeat("x", 2000) + `"`), "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user u"},
		{"", "ValidationError", "'policyDocument'"},
	} {
		w.refused(w.putPolicy(firm, "u", "p", c.document), c.code, c.text)
	}
	w.refused(w.putPolicy(firm, "u", "a b", allow("Allow", "s3:*", "*")), "ValidationError", "policyName")
	_, err := w.iam(firm).GetUserPolicy(t.Context(), &iam.GetUserPolicyInput{UserName: aws.String("u"), PolicyName: aws.String("p")})
	w.refused(err, "NoSuchEntity", "The user policy with name p cannot be found.")
}

// The 2,048 characters are of all inline policies of a user together, and white
// space does not count.
func TestInlinePoliciesAreCountedTogether(t *testing.T) {
	w := newWorld(t)
	w.newUser(firm, "u")
	long := allow("Allow", "s3:*", "arn:aws:s3:::"+strings.Repeat("x", 1000))
	w.must(w.putPolicy(firm, "u", "one", long+strings.Repeat(" ", 2000)))
	w.refused(w.putPolicy(firm, "u", "two", long), "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user u")
	w.must(w.putPolicy(firm, "u", "one", long)) // in its own place it does not count twice
}

func TestManagedPolicies(t *testing.T) {
	w := newWorld(t)
	c, ctx, user := w.iam(firm), t.Context(), aws.String("u")
	w.newUser(firm, "u")
	key := w.newKey(firm, "u")
	mine := iam.NewFromConfig(w.config(key))
	attach := func(arn string) error {
		_, err := c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: user, PolicyArn: &arn})
		return err
	}
	_, err := mine.ListUsers(ctx, nil)
	w.refused(err, "AccessDenied", "because no identity-based policy allows the iam:ListUsers action")
	w.must(attach("arn:aws:iam::aws:policy/ReadOnlyAccess"))
	w.must(attach("arn:aws:iam::aws:policy/ReadOnlyAccess")) // again is no error
	_, err = mine.ListUsers(ctx, nil)
	w.must(err)
	_, err = mine.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("v")})
	w.refused(err, "AccessDenied", "iam:CreateUser")
	w.must(attach("arn:aws:iam::aws:policy/IAMFullAccess"))
	_, err = mine.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("v")})
	w.must(err)
	w.refused(attach("arn:aws:iam::aws:policy/NoSuchPolicy"), "NoSuchEntity", "Policy arn:aws:iam::aws:policy/NoSuchPolicy does not exist or is not attachable.")
	w.refused(attach("ReadOnlyAccess"), "ValidationError", "'policyArn'")
	listed, err := c.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: user})
	w.must(err)
	if len(listed.AttachedPolicies) != 2 || *listed.AttachedPolicies[0].PolicyName != "IAMFullAccess" || *listed.AttachedPolicies[1].PolicyArn != "arn:aws:iam::aws:policy/ReadOnlyAccess" {
		t.Errorf("attached are %v", listed.AttachedPolicies)
	}
	_, err = c.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: user, PolicyArn: aws.String("arn:aws:iam::aws:policy/AmazonS3FullAccess")})
	w.refused(err, "NoSuchEntity", "was not found.")
}

func TestDenialsNameTheSide(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.newUser(firm, "u")
	key := w.newKey(firm, "u")
	mine := iam.NewFromConfig(w.config(key))
	create := func() error {
		_, err := mine.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("v"), Path: aws.String("/x/")})
		return err
	}
	const denied = "User: arn:aws:iam::444455556666:user/u is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::444455556666:user/x/v "
	err := create()
	w.refused(err, "AccessDenied", denied+"because no identity-based policy allows the iam:CreateUser action")
	if statusOf(err) != 403 {
		t.Errorf("AccessDenied came with status %d", statusOf(err))
	}
	w.must(w.putPolicy(firm, "u", "deny", allow("Deny", "iam:*", "*")))
	w.must(w.putPolicy(firm, "u", "allow", allow("Allow", "iam:*", "*")))
	w.refused(create(), "AccessDenied", denied+"with an explicit deny in an identity-based policy")
	if arn, err := w.whoAmI(key); err != nil || arn != "arn:aws:iam::444455556666:user/u" {
		t.Errorf("GetCallerIdentity, which nothing can deny, says %q, %v", arn, err)
	}
	// IAM acts in the caller's account: the customer has no user u.
	_, err = w.iam(customer).GetUser(ctx, &iam.GetUserInput{UserName: aws.String("u")})
	w.refused(err, "NoSuchEntity", "The user with name u cannot be found.")
}

// Each operation asks for its own action on the user that it names.
func TestEveryOperationIsDecided(t *testing.T) {
	w := newWorld(t)
	ctx, u := t.Context(), aws.String("admin")
	w.newUser(firm, "nobody")
	c := iam.NewFromConfig(w.config(w.newKey(firm, "nobody")))
	id := aws.String(w.keys(firm).AccessKeyID)
	name, document := aws.String("p"), aws.String(allow("Allow", "s3:*", "*"))
	managed := aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")
	key, value := "k", "v"
	const user, own, users, all = "arn:aws:iam::444455556666:user/admin", "arn:aws:iam::444455556666:user/nobody", "arn:aws:iam::444455556666:user/", "*"
	for action, call := range map[string]struct {
		resource string
		do       func() (any, error)
	}{
		"GetUser":    {own, func() (any, error) { return c.GetUser(ctx, nil) }},
		"UpdateUser": {user, func() (any, error) { return c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: u}) }},
		"ListUsers":  {users, func() (any, error) { return c.ListUsers(ctx, nil) }},
		"DeleteUser": {user, func() (any, error) { return c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: u}) }},
		"TagUser": {user, func() (any, error) {
			return c.TagUser(ctx, &iam.TagUserInput{UserName: u, Tags: []types.Tag{{Key: &key, Value: &value}}})
		}},
		"UntagUser":       {user, func() (any, error) { return c.UntagUser(ctx, &iam.UntagUserInput{UserName: u, TagKeys: []string{key}}) }},
		"ListUserTags":    {user, func() (any, error) { return c.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: u}) }},
		"CreateAccessKey": {user, func() (any, error) { return c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: u}) }},
		"ListAccessKeys":  {user, func() (any, error) { return c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: u}) }},
		"UpdateAccessKey": {user, func() (any, error) {
			return c.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: u, AccessKeyId: id, Status: "Inactive"})
		}},
		"DeleteAccessKey": {user, func() (any, error) {
			return c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: u, AccessKeyId: id})
		}},
		"PutUserPolicy": {user, func() (any, error) {
			return c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: u, PolicyName: name, PolicyDocument: document})
		}},
		"GetUserPolicy": {user, func() (any, error) {
			return c.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: u, PolicyName: name})
		}},
		"ListUserPolicies": {user, func() (any, error) { return c.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: u}) }},
		"DeleteUserPolicy": {user, func() (any, error) {
			return c.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: u, PolicyName: name})
		}},
		"AttachUserPolicy": {user, func() (any, error) {
			return c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: u, PolicyArn: managed})
		}},
		"DetachUserPolicy": {user, func() (any, error) {
			return c.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: u, PolicyArn: managed})
		}},
		"ListAttachedUserPolicies": {user, func() (any, error) {
			return c.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: u})
		}},
		"GetAccessKeyLastUsed": {user, func() (any, error) {
			return c.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: id})
		}},
		"ListGroupsForUser":              {user, func() (any, error) { return c.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: u}) }},
		"GetLoginProfile":                {user, func() (any, error) { return c.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: u}) }},
		"GetAccountAuthorizationDetails": {all, func() (any, error) { return c.GetAccountAuthorizationDetails(ctx, nil) }},
		"ListAccountAliases":             {all, func() (any, error) { return c.ListAccountAliases(ctx, nil) }},
		"CreateAccountAlias": {all, func() (any, error) {
			return c.CreateAccountAlias(ctx, &iam.CreateAccountAliasInput{AccountAlias: aws.String("alias")})
		}},
		"DeleteAccountAlias": {all, func() (any, error) {
			return c.DeleteAccountAlias(ctx, &iam.DeleteAccountAliasInput{AccountAlias: aws.String("my-firm")})
		}},
	} {
		before := strings.Join(w.Snapshot(), "\n")
		_, err := call.do()
		w.refused(err, "AccessDenied", "User: "+own+" is not authorized to perform: iam:"+action+" on resource: "+call.resource+" because no identity-based policy allows the iam:"+action+" action")
		if after := strings.Join(w.Snapshot(), "\n"); after != before {
			t.Errorf("%s was refused and still changed something:\n%s", action, after)
		}
	}
}

func TestPoliciesSeeTags(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.newUser(firm, "u")
	c := iam.NewFromConfig(w.config(w.newKey(firm, "u")))
	w.must(w.putPolicy(firm, "u", "p", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["iam:CreateUser","iam:TagUser"],"Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"a"}}},
		{"Effect":"Allow","Action":"iam:DeleteUser","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}]}`))
	_, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("v")})
	w.refused(err, "AccessDenied", "iam:CreateUser")
	_, err = c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("v"), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("a")}}})
	w.must(err)
	_, err = c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("admin")})
	w.refused(err, "AccessDenied", "iam:DeleteUser")
	_, err = c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("v")})
	w.must(err)
}

func TestRootNeedsNoPolicy(t *testing.T) {
	w := newWorld(t)
	w.newUser(firmRoot, "u")
	w.must(w.putPolicy(firmRoot, "u", "p", allow("Allow", "s3:*", "*")))
}

// A new key is unknown, a new policy not in effect, until IAM's delay is over;
// IAM itself shows both at once.
func TestDelayBeforeChangesTakeEffect(t *testing.T) {
	w := newWorld(t, delayed(5*time.Second))
	c, ctx, user := w.iam(firm), t.Context(), aws.String("u")
	w.newUser(firm, "u")
	key := w.newKey(firm, "u")
	mine, s3Mine := iam.NewFromConfig(w.config(key)), w.s3With(key)
	listUsers := func() error { _, err := mine.ListUsers(ctx, nil); return err }
	listBuckets := func() error { _, err := s3Mine.ListBuckets(ctx, &s3.ListBucketsInput{}); return err }

	if out, err := c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: user}); err != nil || len(out.AccessKeyMetadata) != 1 {
		t.Errorf("IAM does not show the new key at once: %v %v", out, err)
	}
	_, err := w.whoAmI(key)
	w.refused(err, "InvalidClientTokenId", "The security token included in the request is invalid.")
	w.refused(listUsers(), "InvalidClientTokenId", "The security token included in the request is invalid.")
	w.refused(listBuckets(), "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
	w.clock.advance(5 * time.Second)
	_, err = w.whoAmI(key)
	w.must(err)

	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "*", "*")))
	w.refused(listUsers(), "AccessDenied", "because no identity-based policy allows")
	w.clock.advance(5*time.Second - 1)
	w.refused(listUsers(), "AccessDenied", "because no identity-based policy allows")
	w.clock.advance(1)
	w.must(listUsers())
	w.must(listBuckets())

	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "s3:*", "*")))
	w.must(listUsers()) // as before, still
	_, err = c.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: aws.String("p")})
	w.must(err)
	w.clock.advance(5 * time.Second)
	w.refused(listUsers(), "AccessDenied", "because no identity-based policy allows")

	_, err = c.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: &key.AccessKeyID, Status: types.StatusTypeInactive})
	w.must(err)
	_, err = w.whoAmI(key)
	w.must(err)
	w.clock.advance(5 * time.Second)
	_, err = w.whoAmI(key)
	w.refused(err, "InvalidClientTokenId", "invalid")
	_, err = c.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: &key.AccessKeyID, Status: types.StatusTypeActive})
	w.must(err)
	w.clock.advance(5 * time.Second)
	_, err = w.whoAmI(key)
	w.must(err)
	_, err = c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: &key.AccessKeyID})
	w.must(err)
	_, err = w.whoAmI(key)
	w.must(err)
	w.clock.advance(5 * time.Second)
	_, err = w.whoAmI(key)
	w.refused(err, "InvalidClientTokenId", "invalid")
}

// A new user is no valid principal for S3 until the delay is over.
func TestNewUserAsPrincipal(t *testing.T) {
	w := newWorld(t, delayed(5*time.Second))
	ctx := t.Context()
	bucket := aws.String("my.test.bucket")
	w.newUser(customer, "test-customer")
	grant := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/test-customer"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::my.test.bucket"}]}`
	put := func() error {
		_, err := w.s3With(w.keys(customer)).PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: bucket, Policy: &grant})
		return err
	}
	w.refused(put(), "MalformedPolicy", "Invalid principal in policy")
	w.clock.advance(5 * time.Second)
	w.must(put())
	policy := func() string {
		out, err := w.s3With(w.keys(customer)).GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: bucket})
		w.must(err)
		return *out.Policy
	}
	if !strings.Contains(policy(), "user/test-customer") {
		t.Errorf("the principal reads as %s", policy())
	}
	_, err := w.iam(customer).DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("test-customer")})
	w.must(err)
	w.newUser(customer, "test-customer")
	if !strings.Contains(policy(), "AIDA") || strings.Contains(policy(), "test-customer") {
		t.Errorf("of a deleted user the unique id must be left, not %s", policy())
	}
}

func TestWhatIsNotServedSaysSo(t *testing.T) {
	w := newWorld(t)
	_, err := w.iam(firm).ListInstanceProfiles(t.Context(), &iam.ListInstanceProfilesInput{})
	w.refused(err, "NotImplemented", "iam:ListInstanceProfiles")
	var response smithy.APIError
	if !errors.As(err, &response) || statusOf(err) != 501 {
		t.Errorf("NotImplemented came with status %d", statusOf(err))
	}
	_, err = w.sts(firm).GetSessionToken(t.Context(), nil)
	w.refused(err, "NotImplemented", "sts:GetSessionToken")
}
