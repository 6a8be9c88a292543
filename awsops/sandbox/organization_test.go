package sandbox_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
)

// under puts an account under policies of its organization.
func under(t *testing.T, account string, scps, rcps []string) func(*sandbox.Config) {
	t.Helper()
	parsed := func(texts []string) (all []policy.Document) {
		for _, text := range texts {
			d, err := policy.Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, d)
		}
		return all
	}
	return func(c *sandbox.Config) {
		for i := range c.Accounts {
			if c.Accounts[i].ID == account {
				c.Accounts[i].SCPs, c.Accounts[i].RCPs = parsed(scps), parsed(rcps)
			}
		}
	}
}

func allInOne(c *sandbox.Config) {
	for i := range c.Accounts {
		c.Accounts[i].Organization = "o-exampleorgid"
	}
}

// perimeter is an RCP that keeps out who is not of the organization.
const perimeter = `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["s3:*","kms:*","sts:*"],"Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-111122223333"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}]}`

// An SCP of the firm's limits its user wherever it goes, and its root user at home. In its
// own account AWS says which policy it is; across companies S3 says nothing.
func TestAnSCPLimitsAnAccount(t *testing.T) {
	noS3 := allow("Deny", "s3:*", "*")
	w := newWorld(t, under(t, firmAccount, []string{noS3}, nil))
	w.must(w.setPolicy(*w.grant("s3:*")))
	w.refused(w.write(w.keys(firm)), "AccessDenied", "Access Denied")
	const arn = "with an explicit deny in a service control policy: arn:aws:organizations::444455556666:policy/o-444455556666/service_control_policy/p-00000001"
	for _, profile := range []string{firm, firmRoot} {
		_, err := w.s3With(w.keys(profile)).ListBuckets(t.Context(), nil)
		w.refused(err, "AccessDenied", arn)
	}
	w.must(w.write(w.keys(customer)))

	onlyS3 := newWorld(t, under(t, firmAccount, []string{allow("Allow", "s3:*", "*")}, nil))
	onlyS3.must(onlyS3.setPolicy(*w.grant("s3:*")))
	onlyS3.must(onlyS3.write(onlyS3.keys(firm)))
	for _, profile := range []string{firm, firmRoot} {
		_, err := onlyS3.iam(profile).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("u")})
		onlyS3.refused(err, "AccessDenied", "iam:CreateUser on resource: arn:aws:iam::444455556666:user/u because no service control policy allows the iam:CreateUser action")
	}
	if _, err := onlyS3.whoAmI(onlyS3.keys(firm)); err != nil {
		t.Errorf("nothing can keep a caller from knowing who it is: %v", err)
	}
}

// An RCP of the customer's limits who comes to its buckets, roles and keys, whatever else
// lets them in.
func TestAnRCPKeepsOthersOut(t *testing.T) {
	w := newWorld(t, under(t, customerAccount, nil, []string{perimeter}))
	w.must(w.setPolicy(*w.grant("s3:*")))
	w.refused(w.write(w.keys(firm)), "AccessDenied", "Access Denied")
	w.must(w.write(w.keys(customer)))
	arn := w.newKMSKey()
	w.must(w.putKeyPolicy(arn, keyPolicy(ownersKey, keyStatement("Allow", firmAccount, "kms:*", ""))))
	_, err := w.kms(firm, "DescribeKey", `{"KeyId":"`+arn+`"}`)
	w.refused(err, "AccessDeniedException", "because the resource does not exist in this Region")
	_, err = w.iam(customer).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String(trusting(firmAccount, ""))})
	w.must(err) // IAM is not among the services that RCPs are about

	// It is about everybody, the owner's own users too; and in one organization AWS says so.
	closed := newWorld(t, allInOne, under(t, customerAccount, nil, []string{strings.Replace(perimeter, "o-111122223333", "o-another", 1)}))
	_, err = closed.s3With(closed.keys(customerRoot)).PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: bucket, Policy: w.grant("s3:*")})
	closed.refused(err, "AccessDenied", "resource control policy") // it stops the owner's root user too
	for _, profile := range []string{customer, firm} {
		closed.refused(closed.write(closed.keys(profile)), "AccessDenied", "with an explicit deny in a resource control policy: arn:aws:organizations::111122223333:policy/o-exampleorgid/resource_control_policy/p-00000001")
	}
}

// What AWS makes for an account is out of its RCPs' reach. Source: Resource control
// policies, Resources and entities not restricted by RCPs.
func TestAnRCPLeavesAWSsOwnKeysAlone(t *testing.T) {
	w := newWorld(t, under(t, customerAccount, nil, []string{`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":"*"}]}`}))
	w.refused(w.write(w.keys(customer), withKey(w.newKMSKey())), "AccessDenied", "kms:GenerateDataKey on resource: ")
	w.must(w.write(w.keys(customer), withKey("alias/aws/s3")))
	w.must(w.read(w.keys(customer)))
}

// Roles are reached by both: who assumes one by the RCPs of its account, and its sessions by
// the SCPs.
func TestOrganizationsLimitRoles(t *testing.T) {
	w := newWorld(t, under(t, firmAccount, []string{allow("Deny", "s3:PutObject", "*")}, []string{strings.Replace(perimeter, "o-111122223333", "o-444455556666", 1)}))
	w.newRole("*")
	_, err := w.assume(w.keys(customer))
	w.refused(err, "AccessDenied", "sts:AssumeRole")
	w.must(w.setPolicy(*w.grant("s3:*")))
	session := w.mustAssume(w.keys(firm))
	w.refused(w.write(session), "AccessDenied", "Access Denied")
	w.must(w.write(w.keys(customer)))
	w.must(w.read(session))
}

// Within one organization AWS says why, and conditions know whose the two are.
func TestWithinOneOrganization(t *testing.T) {
	w := newWorld(t, allInOne)
	w.refused(w.write(w.keys(firm)), "AccessDenied", "s3:PutObject on resource: \"arn:aws:s3:::my.test.bucket/key\" because no resource-based policy allows the s3:PutObject action")
	w.must(w.setPolicy(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::my.test.bucket/*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid","aws:ResourceOrgID":"${aws:PrincipalOrgID}"},"StringLike":{"aws:PrincipalOrgPaths":"o-exampleorgid/r-*/"}}}]}`))
	w.must(w.write(w.keys(firm)))
}

// A fork is under the same policies, and a world says which they are.
func TestAForkIsUnderTheSamePolicies(t *testing.T) {
	w := newWorld(t, under(t, firmAccount, []string{allow("Deny", "s3:*", "*")}, nil))
	_, err := w.fork().s3With(w.keys(firm)).ListBuckets(t.Context(), nil)
	w.refused(err, "AccessDenied", "service control policy")
	if text := strings.Join(w.Snapshot(), "\n"); !strings.Contains(text, "account 444455556666 under arn:aws:organizations::444455556666:policy/") {
		t.Errorf("the world says nothing of it: %s", text)
	}
}

func TestPoliciesThatOrganizationsDoesNotTake(t *testing.T) {
	for name, c := range map[string]struct{ scps, rcps []string }{
		"an SCP with a Principal":   {scps: []string{grantTo(firmAccount)}},
		"an RCP that allows":        {rcps: []string{grantTo(firmAccount)}},
		"an RCP without Principals": {rcps: []string{allow("Deny", "s3:*", "*")}},
		"an SCP without an Effect":  {scps: []string{allow("", "s3:*", "*")}},
	} {
		config := sandbox.Default()
		under(t, firmAccount, c.scps, c.rcps)(&config)
		if box, err := sandbox.Start(config); err == nil || !strings.Contains(err.Error(), "statement 1 of a ") {
			t.Errorf("%s: %v %v", name, box, err)
		}
	}
}
