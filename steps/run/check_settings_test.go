package run_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

func (c *checkStage) payer(who s3types.Payer) {
	c.t.Helper()
	buckets, _ := c.raw(customer)
	_, err := buckets.PutBucketRequestPayment(c.t.Context(), &s3.PutBucketRequestPaymentInput{Bucket: aws.String(first), RequestPaymentConfiguration: &s3types.RequestPaymentConfiguration{Payer: who}})
	must(c.t, err)
}

// unlock has the root user of the customer's account take the bucket's policy away.
func (c *checkStage) unlock() {
	c.t.Helper()
	for _, p := range c.box.Profiles() {
		if p.Name == profiles[customer]+"_root" {
			buckets, _ := c.by(p.AccessKeyID, p.SecretAccessKey)
			_, err := buckets.DeleteBucketPolicy(c.t.Context(), &s3.DeleteBucketPolicyInput{Bucket: aws.String(first)})
			must(c.t, err)
		}
	}
	c.bucketPolicy(bucketGives)
}

// settingStates are those of the bucket, of its policy's conditions, and of what S3 asks of
// an upload.
func settingStates() []state {
	withACL, ownACL := besides(`"s3:PutObjectAcl"`)
	withTags, ownTags := besides(`"s3:PutObjectTagging"`)
	noACL := deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`)
	noTag := deny(`"s3:PutObject"`, theFiles, `"Null":{"s3:RequestObjectTag/project":"true"}`)
	byKMS := deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}`)
	enforced := func(c *checkStage, _ awsops.Verdict) { c.ownership(s3types.ObjectOwnershipBucketOwnerEnforced) }
	in := func(q *steps.Question) { q.Prefix = "in/" }
	return []state{
		{name: "28 G5 Requester Pays", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.payer(s3types.PayerRequester) }, cause: "requester-pays", side: "firm", says: "--request-payer requester", fix: func(c *checkStage, _ awsops.Verdict) { c.payer(s3types.PayerBucketOwner) }},
		{name: "28b G5 Requester Pays, and the firm's half is missing", bucket: bucketGives, set: func(c *checkStage) { c.payer(s3types.PayerRequester) }, cause: "firm-policy-missing", side: "firm", fixOwn: firmGives, fix: func(c *checkStage, _ awsops.Verdict) { c.payer(s3types.PayerBucketOwner) }},
		{name: "26b O4 a Deny without an ACL, and both may set one", bucket: withACL + "," + noACL, own: ownACL, cause: "acl-required", side: "firm", says: "x-amz-acl: bucket-owner-full-control", fixBucket: withACL},
		{name: "26c O3 and the customer lets nobody set one", bucket: bucketGives + "," + noACL, own: ownACL, cause: "acl-required", side: "both", says: "s3:PutObjectAcl", letsBucket: withACL + "," + noACL, fixBucket: withACL},
		{name: "26d O3 and the firm's user may not set one", bucket: withACL + "," + noACL, own: firmGives, cause: "acl-required", side: "firm", says: "s3:PutObjectAcl", letsBucket: withACL + "," + noACL, letsOwn: ownACL, fixBucket: withACL},
		{name: "25b O4 an Allow with an ACL alone, and both may set one", bucket: withACL[:strings.LastIndex(withACL, ",{")] + "," + let(theFirm, `"s3:GetObject","s3:PutObjectAcl"`, theFiles, "") + "," + let(theFirm, `"s3:PutObject","s3:PutObjectAcl"`, theFiles, `"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`), own: ownACL, cause: "acl-required", side: "firm", fixBucket: withACL},
		{name: "a tag that uploads must have", bucket: withTags + "," + noTag, own: ownTags, cause: "header-required", side: "firm", says: "project", fixBucket: withTags},
		{name: "a tag that uploads must have, and nobody may set one", bucket: bucketGives + "," + noTag, own: firmGives, cause: "header-required", side: "both", says: "s3:PutObjectTagging", letsBucket: withTags + "," + noTag, letsOwn: ownTags, fixBucket: bucketGives},
		{name: "a tag that files must have to be read", bucket: bucketGives + "," + deny(`"s3:GetObject"`, theFiles, `"StringNotEquals":{"s3:ExistingObjectTag/scan":"clean"}`), own: firmGives, cause: "header-required", side: "firm", says: "scan", fixBucket: bucketGives},
		{name: "K5 KMS that uploads must ask for", bucket: bucketGives + "," + byKMS, own: firmGives, set: with(keyGives, firmsKey), cause: "header-required", side: "firm", says: "x-amz-server-side-encryption-aws-kms-key-id: arn:", fixBucket: bucketGives},
		{name: "K5 KMS that uploads must ask for, in a bucket without a key", bucket: bucketGives + "," + byKMS, own: firmGives, cause: "header-required", side: "both", says: "full ARN", fixBucket: bucketGives},
		{name: "K5 a key of KMS that uploads must name", bucket: bucketGives, own: firmGives, set: func(c *checkStage) {
			with(keyGives, firmsKey)(c)
			facts, err := c.session(customer).BucketFacts(c.t.Context(), first, customer)
			must(c.t, err)
			c.bucketPolicy(bucketGives + "," + deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"`+facts.KMSKey+`"}`))
		}, cause: "header-required", side: "firm", says: "x-amz-server-side-encryption: aws:kms", fixBucket: bucketGives},
		{name: "L8 a Deny that names the firm's account", bucket: bucketGives + `,{"Sid":"BlockOldVendor","Effect":"Deny","Principal":` + theFirm + `,"Action":"s3:*","Resource":[` + theBucket + "," + theFiles + `]}`, own: firmGives, cause: "bucket-policy-deny", side: "customer", statement: "BlockOldVendor", fixBucket: bucketGives, mend: "customer by text"},
		{name: "L8 a Deny of all but one folder", bucket: bucketGives + `,{"Effect":"Deny","Principal":"*","Action":"s3:PutObject","NotResource":"arn:aws:s3:::my.test.bucket/in/*"}`, own: firmGives, cause: "bucket-policy-deny", side: "customer", fixBucket: bucketGives, mend: "customer by text"},
		{name: "G3 the owner has shut itself out", bucket: bucketGives + "," + deny(`"s3:*"`, theBucket+","+theFiles, `"StringNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/gone"}`), own: firmGives, cause: "unknown", side: "unknown", says: "", fix: func(c *checkStage, _ awsops.Verdict) { c.unlock() }},
		{name: "O2 the firm owns what it writes without an ACL", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.ownership(s3types.ObjectOwnershipBucketOwnerPreferred) }, cause: "acl-required", side: "customer", says: "BucketOwnerEnforced", fix: enforced},
		{name: "the listing of another folder", bucket: let(theFirm, readWrite, theFiles, "") + "," + let(theFirm, `"s3:ListBucket"`, theBucket, `"StringLike":{"s3:prefix":"out/*"}`), own: firmGives, ask: in, cause: "wrong-prefix", side: "customer", says: `begin with "out/"`, fixBucket: let(theFirm, readWrite, theFiles, "") + "," + let(theFirm, `"s3:ListBucket"`, theBucket, `"StringLike":{"s3:prefix":"in/*"}`), mend: "customer"},
		{name: "an Allow of another unique id", bucket: onFiles(`"StringLike":{"aws:userid":"AIDAANOTHERANOTHERAN*"}`), own: firmGives, cause: "condition-not-met", side: "customer", fixBucket: bucketGives, mend: "customer"},
		{name: "an Allow for a service's requests alone", bucket: onFiles(`"StringEquals":{"aws:SourceAccount":"444455556666"}`), own: firmGives, cause: "condition-not-met", side: "customer", says: "made for the account", fixBucket: bucketGives},
		{name: "an Allow by a VPC", bucket: onFiles(`"StringEquals":{"aws:SourceVpc":"vpc-1a2b3c4d"}`), own: firmGives, cause: "condition-unknown", side: "customer", says: "vpc-1a2b3c4d", fixBucket: bucketGives},
		{name: "an Allow by the way through an organisation", bucket: onFiles(`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-abcdefghij/r-1/*"}`), own: firmGives, cause: "condition-unknown", side: "customer", says: "o-abcdefghij/r-1/*", fixBucket: bucketGives},
		{name: "P7 another bucket is misspelt on the firm's side, and a digit on the customer's", bucket: strings.ReplaceAll(bucketGives, firm, another), own: own(`"s3:*"`, `"arn:aws:s3:::my.test.buckets","arn:aws:s3:::my.test.buckets/*"`, ""), cause: "both-missing", side: "both", says: "4444-5555-6665", fixBucket: bucketGives, fixOwn: firmGives, mend: "customer and firm"},
		{name: "L9 the customer's team wrote the policy anew, for listing alone", bucket: let(theFirm, `"s3:ListBucket"`, theBucket, ""), own: firmGives, cause: "bucket-policy-missing", side: "customer", fixBucket: bucketGives, mend: "customer"},
		{name: "09b a Deny without TLS, and the files are sent over https", bucket: bucketGives + "," + deny(`"s3:*"`, theFiles, `"Bool":{"aws:SecureTransport":"false"}`), own: firmGives, cause: "tls-required", side: "here", says: "over HTTPS", fix: overHTTPS},
		{name: "09c an Allow with TLS alone", bucket: onFiles(`"Bool":{"aws:SecureTransport":"true"}`), own: firmGives, cause: "tls-required", side: "here", says: "over HTTPS", fix: overHTTPS},
		{name: "09d the user's Allow with TLS alone", bucket: bucketGives, own: ownOnFiles(`"Bool":{"aws:SecureTransport":"true"}`), cause: "tls-required", side: "here", says: "over HTTPS", fix: overHTTPS},
	}
}

func overHTTPS(c *checkStage, _ awsops.Verdict) {
	c.source.Endpoint = strings.Replace(c.source.Endpoint, "http:", "https:", 1)
}

// Object Lock keeps the test file, and whatever else is as it should be: the check holds, and
// says what stays and how long.
func TestCheckOfALockedBucket(t *testing.T) {
	c := newCheckStage(t)
	buckets, _ := c.raw(customer)
	locked := "locked.bucket"
	_, err := buckets.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &locked, ObjectLockEnabledForBucket: aws.Bool(true)})
	must(t, err)
	days := int32(1)
	_, err = buckets.PutObjectLockConfiguration(t.Context(), &s3.PutObjectLockConfigurationInput{Bucket: &locked, ObjectLockConfiguration: &s3types.ObjectLockConfiguration{
		ObjectLockEnabled: s3types.ObjectLockEnabledEnabled, Rule: &s3types.ObjectLockRule{DefaultRetention: &s3types.DefaultRetention{Mode: s3types.ObjectLockRetentionModeCompliance, Days: &days}},
	}})
	must(t, err)
	at := strings.NewReplacer(first, locked).Replace
	_, err = buckets.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: &locked, Policy: aws.String(at(document(bucketGives)))})
	must(t, err)
	c.userPolicy(at(firmGives))
	q := everybody()
	q.Bucket = locked
	o, err := run.OpenCheck(t.Context(), c.source, q, func(steps.Event) {})
	must(t, err)
	if notes := strings.Join(o.Begun.Notes, " "); !strings.Contains(notes, "Object Lock") {
		t.Errorf("before it is written nobody is told that it stays: %s", notes)
	}
	e := run.RunCheck(t.Context(), t.Context(), o, func(steps.Event) {})
	if e.Verdict == nil || !e.Verdict.Holds || len(e.Left) != 1 || !strings.Contains(e.Left[0].Why, "Object Lock") {
		t.Errorf("%+v left %+v", e.Verdict, e.Left)
	}
}
