package s3_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops/policy"
)

func (w *s3World) policyText() string {
	w.t.Helper()
	out, err := w.as(customerProfile).GetBucketPolicy(w.t.Context(), &s3.GetBucketPolicyInput{Bucket: &w.bucket})
	w.must(err)
	return *out.Policy
}

// What S3 gives back means what was put: accounts by the ARNs of their roots, single values
// alone, all else as it was. Seen in hashicorp/terraform#9036 and noobaa/noobaa-core#10059.
func TestS3PolicyComesBackInS3sForm(t *testing.T) {
	w := newS3World(t)
	w.user(customerProfile, "test-customer", "")
	text := `{
	  "Version": "2012-10-17", "Id": "kept",
	  "Statement": [
	    {"Sid": "One", "Effect": "Allow", "Principal": {"AWS": ["` + w.arn(customerProfile, "test-customer") + `", "arn:aws:iam::444455556666:root"]},
	     "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::my.test.bucket/*"], "Condition": {"Bool": {"aws:SecureTransport": false}}},
	    {"Sid": "Two", "Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}, "NotAction": ["s3:GetObject"], "Resource": "arn:aws:s3:::my.test.bucket/*"}
	  ]
	}`
	customer := w.as(customerProfile)
	_, err := customer.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &w.bucket, Policy: &text})
	w.must(err)
	normal := text
	for was, is := range map[string]string{
		`["arn:aws:s3:::my.test.bucket/*"]`: `"arn:aws:s3:::my.test.bucket/*"`,
		`"aws:SecureTransport": false`:      `"aws:SecureTransport": "false"`,
		`"111122223333"`:                    `"arn:aws:iam::111122223333:root"`,
		`["s3:GetObject"]`:                  `"s3:GetObject"`,
	} {
		if !strings.Contains(normal, was) {
			t.Fatalf("no %s in what was put", was)
		}
		normal = strings.Replace(normal, was, is, 1)
	}
	want, err := policy.Parse([]byte(normal))
	w.must(err)
	if got := w.policyText(); got != want.Compact() {
		t.Errorf("got\n%s\nwant\n%s", got, want.Compact())
	}
	res := w.raw("my_awesome_customer_root", "GET", "/my.test.bucket?policy", "us-east-1", "")
	if got := res.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
	_, err = w.as("my_awesome_customer_root").DeleteBucketPolicy(t.Context(), &s3.DeleteBucketPolicyInput{Bucket: &w.bucket})
	w.must(err)
	_, err = customer.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: &w.bucket})
	w.wantCode(err, "NoSuchBucketPolicy")
}

// Source: AWS JSON policy elements: Principal, IAM users: an ARN is kept as the
// user's unique id.
func TestS3PolicyFollowsTheUserNotTheName(t *testing.T) {
	w := newS3World(t)
	first := w.user(customerProfile, "test-customer", "")
	w.policy(w.statement("Allow", w.arn(customerProfile, "test-customer"), readWrite, ""))
	w.must(w.put(first, "k", "v"))

	w.dropUser(customerProfile, "test-customer")
	orphaned := w.policyText()
	if strings.Contains(orphaned, "user/") || !strings.Contains(orphaned, `{"AWS":"AIDA`) {
		t.Errorf("after the user was deleted the policy reads %s", orphaned)
	}
	second := w.user(customerProfile, "test-customer", "")
	w.wantCode(w.put(second, "k", "v"), "AccessDenied")
	if got := w.policyText(); got != orphaned {
		t.Errorf("a user of the same name changed the policy to %s", got)
	}
	_, err := w.as(customerProfile).PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &w.bucket, Policy: &orphaned})
	w.wantCode(err, "MalformedPolicy")
	w.wantText(err, "Invalid principal in policy")

	w.policy(w.statement("Allow", w.arn(customerProfile, "test-customer"), readWrite, ""))
	w.must(w.put(second, "k", "v"))
}

func TestS3PolicyTakesCanonicalUsers(t *testing.T) {
	w := newS3World(t)
	firm := w.account(firmProfile)
	w.policy(`{"Effect":"Allow","Principal":{"CanonicalUser":"` + w.canonical(firmProfile) + `"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::my.test.bucket/*"}`)
	w.must(w.put(w.as(firmProfile), "k", "v"))
	if got := w.policyText(); !strings.Contains(got, `{"AWS":"arn:aws:iam::`+firm+`:root"}`) {
		t.Errorf("the policy reads %s", got)
	}
}

// AWS's own principals are accepted, and are nobody else's.
func TestS3PolicyTakesAWSsOwnPrincipals(t *testing.T) {
	w := newS3World(t)
	for _, c := range []struct{ name, principal, back string }{
		{"CloudFront's origin access identity", `{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QWRUHAPOMQZL"}`, ""},
		{"Amazon Redshift's logs", `{"AWS":"arn:aws:iam::193672423079:user/logs"}`, ""},
		{"a load balancer's account", `{"AWS":"127311923021"}`, `{"AWS":"arn:aws:iam::127311923021:root"}`},
		{"CloudFront's log delivery", `{"CanonicalUser":"c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0"}`, `{"AWS":"arn:aws:iam::162777425019:root"}`},
		{"a service", `{"Service":"delivery.logs.amazonaws.com"}`, ""},
		{"an identity that is none", `{"AWS":"arn:aws:iam::cloudfront:user/somebody"}`, "refused"},
		{"a user logs of any account", `{"AWS":"arn:aws:iam::777788889999:user/logs"}`, "refused"},
		{"another user of Redshift's", `{"AWS":"arn:aws:iam::193672423079:user/other"}`, "refused"},
		{"a canonical user that is not known", `{"CanonicalUser":"` + strings.Repeat("ab", 32) + `"}`, "refused"},
	} {
		text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + c.principal + `,"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/*"}]}`
		_, err := w.as(customerProfile).PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &w.bucket, Policy: &text})
		if c.back == "refused" {
			w.wantText(err, "Invalid principal in policy")
			continue
		}
		w.must(err)
		if got := w.policyText(); !strings.Contains(got, `"Principal":`+cmp.Or(c.back, c.principal)) {
			t.Errorf("%s reads back as %s", c.name, got)
		}
		_, err = w.get(w.anonymous(), "k")
		w.wantCode(err, "AccessDenied")
	}
}

func TestS3PolicyRefusals(t *testing.T) {
	w := newS3World(t)
	const doc = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/*"}]}`
	put := func(old, with string) string {
		if !strings.Contains(doc, old) {
			t.Fatalf("no %s in the document", old)
		}
		return strings.Replace(doc, old, with, 1)
	}
	before := w.Snapshot()
	for _, c := range []struct{ name, text, code, want string }{
		{"a user that does not exist", put("444455556666", "arn:aws:iam::444455556666:user/nobody"), "MalformedPolicy", "Invalid principal in policy"},
		{"a role that does not exist", put("444455556666", "arn:aws:iam::444455556666:role/nobody"), "MalformedPolicy", "Invalid principal in policy"},
		{"a wildcard user", put("444455556666", "arn:aws:iam::444455556666:user/*"), "MalformedPolicy", "Invalid principal in policy"},
		{"a group", put("444455556666", "arn:aws:iam::444455556666:group/g"), "MalformedPolicy", "Invalid principal in policy"},
		{"dashes in the account", put("444455556666", "4444-5555-6666"), "MalformedPolicy", "Invalid principal in policy"},
		{"a deleted user", put("444455556666", "AIDACKCEVSQ6C2EXAMPLE"), "MalformedPolicy", "Invalid principal in policy"},
		{"another partition", put("444455556666", "arn:aws-cn:iam::444455556666:root"), "MalformedPolicy", "Invalid principal in policy"},
		{"another bucket", put("my.test.bucket/*", "another/*"), "MalformedPolicy", "Policy has invalid resource"},
		{"an ARN with an account", put("s3:::", "s3::111122223333:"), "MalformedPolicy", "Policy has invalid resource"},
		{"an object action on the bucket", put("/*", ""), "MalformedPolicy", "Action does not apply to any resource(s) in statement"},
		{"a bucket action on objects", put("s3:GetObject", "s3:ListBucket"), "MalformedPolicy", "Action does not apply to any resource(s) in statement"},
		{"no such action", put("s3:GetObject", "s3:HeadObject"), "MalformedPolicy", "Policy has invalid action"},
		{"a listing's key beside uploads", put(`"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/*"`, `["s3:ListBucket","s3:ListBucketMultipartUploads"],"Resource":"arn:aws:s3:::my.test.bucket","Condition":{"StringLike":{"s3:prefix":"a/*"}}`), "MalformedPolicy", "Conditions do not apply to combination of actions and resources in statement"},
		{"a listing's key on reading", put(`/*"}`, `/*","Condition":{"StringEquals":{"s3:delimiter":"/"}}}`), "MalformedPolicy", "Conditions do not apply to combination of actions and resources in statement"},
		{"a condition key without a service", put(`/*"}`, `/*","Condition":{"StringEquals":{"prefix":"a"}}}`), "MalformedPolicy", "Policy has an invalid condition key"},
		{"not JSON", "hello", "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'"},
		{"nothing", "", "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'"},
		{"a byte order mark", "\ufeff" + doc, "MalformedPolicy", "Policies must be valid JSON and the first byte must be '{'"},
		{"broken JSON", doc[:len(doc)-1], "MalformedPolicy", "This policy contains invalid Json"},
		{"no Statement", `{"Version":"2012-10-17"}`, "MalformedPolicy", "Missing required field Statement"},
		{"empty Statement", `{"Version":"2012-10-17","Statement":[]}`, "MalformedPolicy", "Could not parse the policy: Statement is empty!"},
		{"no Principal", put(`"Principal":{"AWS":"444455556666"},`, ""), "MalformedPolicy", "Missing required field Principal"},
		{"no Action", put(`"Action":"s3:GetObject",`, ""), "MalformedPolicy", "Missing required field Action"},
		{"no Resource", put(`,"Resource":"arn:aws:s3:::my.test.bucket/*"`, ""), "MalformedPolicy", "Missing required field Resource"},
		{"a version of today", put("2012-10-17", "2026-01-01"), "MalformedPolicy", "The policy must contain a valid version string"},
		{"too large", put("my.test.bucket/*", "my.test.bucket/"+strings.Repeat("x", 20480)), "PolicyTooLarge", "Policy exceeds the maximum allowed document size."},
	} {
		t.Run(c.name, func(t *testing.T) {
			res := w.raw(customerProfile, "PUT", "/my.test.bucket?policy", "us-east-1", c.text)
			text := bodyOf(t, res)
			want := fmt.Sprintf("<Code>%s</Code><Message>%s</Message>", c.code, strings.ReplaceAll(c.want, "'", "&#39;"))
			if res.StatusCode != 400 || !strings.Contains(text, want) {
				t.Errorf("got %d %s", res.StatusCode, text)
			}
			if last := w.Calls()[len(w.Calls())-1]; last.Code != c.code {
				t.Errorf("the log says %+v", last)
			}
		})
	}
	wantSame(t, before, w.Snapshot())
}

func TestS3PolicyLargestThatFits(t *testing.T) {
	w := newS3World(t)
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/"}]}`
	text = strings.Replace(text, `bucket/"`, `bucket/`+strings.Repeat("x", policy.MaxBucketBytes-len(text))+`"`, 1)
	var indented strings.Builder
	var any json.RawMessage = []byte(text)
	out, err := json.MarshalIndent(any, "", "        ")
	w.must(err)
	indented.Write(out)
	for _, text := range []string{text, indented.String()} { // white space does not count
		_, err := w.as(customerProfile).PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &w.bucket, Policy: &text})
		w.wantCode(err, "")
	}
}

func TestS3BlockPublicAccess(t *testing.T) {
	w := newS3World(t)
	customer, bucket := w.as(customerProfile), &w.bucket
	firm := w.user(firmProfile, "firm", identity("Allow", "s3:*", "*"))
	block := func(b types.PublicAccessBlockConfiguration) {
		t.Helper()
		_, err := customer.PutPublicAccessBlock(t.Context(), &s3.PutPublicAccessBlockInput{Bucket: bucket, PublicAccessBlockConfiguration: &b})
		w.must(err)
	}
	isPublic := func() bool {
		t.Helper()
		status, err := customer.GetBucketPolicyStatus(t.Context(), &s3.GetBucketPolicyStatusInput{Bucket: bucket})
		w.must(err)
		return *status.PolicyStatus.IsPublic
	}
	got, err := customer.GetPublicAccessBlock(t.Context(), &s3.GetPublicAccessBlockInput{Bucket: bucket})
	w.must(err)
	for name, on := range map[string]*bool{"BlockPublicAcls": got.PublicAccessBlockConfiguration.BlockPublicAcls, "IgnorePublicAcls": got.PublicAccessBlockConfiguration.IgnorePublicAcls, "BlockPublicPolicy": got.PublicAccessBlockConfiguration.BlockPublicPolicy, "RestrictPublicBuckets": got.PublicAccessBlockConfiguration.RestrictPublicBuckets} {
		if on == nil || !*on {
			t.Errorf("%s is off on a new bucket", name)
		}
	}
	grant := w.statement("Allow", w.account(firmProfile), readWrite, "")
	open := w.statement("Allow", "*", "s3:GetObject", "")
	err = putPolicy(t.Context(), customer, testBucket, grant, open)
	w.wantCode(err, "AccessDenied")
	w.wantText(err, `is not authorized to perform: s3:PutBucketPolicy on resource: "arn:aws:s3:::my.test.bucket" because public policies are blocked by the BlockPublicPolicy block public access setting.`)

	w.policy(grant)
	if isPublic() {
		t.Error("a grant to one account counts as public")
	}
	w.must(w.put(firm, "k", "v"))

	block(types.PublicAccessBlockConfiguration{RestrictPublicBuckets: aws.Bool(true)})
	w.policy(grant, open)
	if !isPublic() {
		t.Error("a grant to everyone does not count as public")
	}
	_, err = w.get(firm, "k")
	w.wantCode(err, "AccessDenied")
	_, err = w.get(w.anonymous(), "k")
	w.wantCode(err, "AccessDenied")
	if _, err := w.get(customer, "k"); err != nil {
		t.Errorf("the owner is shut out: %v", err)
	}

	_, err = customer.DeletePublicAccessBlock(t.Context(), &s3.DeletePublicAccessBlockInput{Bucket: bucket})
	w.must(err)
	_, err = customer.GetPublicAccessBlock(t.Context(), &s3.GetPublicAccessBlockInput{Bucket: bucket})
	w.wantCode(err, "NoSuchPublicAccessBlockConfiguration")
	for _, c := range []*s3.Client{firm, w.anonymous()} {
		if got, err := w.get(c, "k"); got != "v" || err != nil {
			t.Errorf("read %q, %v", got, err)
		}
	}
	w.wantCode(w.put(w.anonymous(), "k", "v"), "AccessDenied")
}
