package run_test

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
)

const (
	theBucket = `"arn:aws:s3:::my.test.bucket"`
	theFiles  = `"arn:aws:s3:::my.test.bucket/*"`
	theFirm   = `{"AWS":"arn:aws:iam::444455556666:root"}`
	anybody   = `"*"`
)

// let is a statement of a bucket's policy, deny a Deny. A condition may be "".
func let(who, actions, resources, condition string) string {
	return clause("Allow", who, actions, resources, condition)
}

func deny(actions, resources, condition string) string {
	return clause("Deny", anybody, actions, resources, condition)
}

func clause(effect, who, actions, resources, condition string) string {
	s := `{"Effect":"` + effect + `",`
	if who != "" {
		s += `"Principal":` + who + `,`
	}
	s += fmt.Sprintf(`"Action":[%s],"Resource":[%s]`, actions, resources)
	if condition != "" {
		s += `,"Condition":{` + condition + `}`
	}
	return s + "}"
}

// own is a statement of a user's policy.
func own(actions, resources, condition string) string {
	return clause("Allow", "", actions, resources, condition)
}

var (
	readWrite   = `"s3:GetObject","s3:PutObject"`
	bucketGives = let(theFirm, `"s3:ListBucket"`, theBucket, "") + "," + let(theFirm, readWrite, theFiles, "")
	firmGives   = own(`"s3:ListBucket"`, theBucket, "") + "," + own(readWrite, theFiles, "")
)

// onFiles are both sides' statements with a condition on what is done to files.
func onFiles(condition string) string {
	return let(theFirm, `"s3:ListBucket"`, theBucket, "") + "," + let(theFirm, readWrite, theFiles, condition)
}

func ownOnFiles(condition string) string {
	return own(`"s3:ListBucket"`, theBucket, "") + "," + own(readWrite, theFiles, condition)
}

// besides are both sides' statements with one action on files more.
func besides(action string) (bucket, own string) {
	return strings.ReplaceAll(bucketGives, readWrite, readWrite+","+action), strings.ReplaceAll(firmGives, readWrite, readWrite+","+action)
}

// a state is what somebody made of the two accounts, what is wrong with it, and where that
// is a policy the one that is right.
type state struct {
	name        string
	bucket, own string
	set         func(*checkStage)
	ask         func(*steps.Question)
	cause, side string
	says        string // in the detail or the fixes
	statement   string
	letsBucket  string // both sides' policies, where the fixes want more in them before a header helps
	letsOwn     string
	fixBucket   string
	fixOwn      string
	fix         func(*checkStage, awsops.Verdict) // by other calls than those for the two policies
	asks        func(*steps.Question)             // what is asked otherwise once it is put right
	mend        string                            // the sides that a mend changes; "": there is none
}

func states() []state {
	withACL, ownACL := besides(`"s3:PutObjectAcl"`)
	network := `"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}`
	onlyACL := `"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`
	return []state{
		{name: "01 L5 the customer's half is missing", own: firmGives, cause: "bucket-policy-missing", side: "customer", says: "let the account 4444-5555-6666 in with s3:PutObject and s3:GetObject on arn:aws:s3:::my.test.bucket/*", fixBucket: bucketGives, mend: "customer"},
		{name: "01b L9 the bucket's policy is about something else", bucket: let(`{"AWS":"111122223333"}`, readWrite, theFiles, ""), own: firmGives, cause: "bucket-policy-missing", side: "customer", fixBucket: bucketGives, mend: "customer"},
		{name: "02 L1 the firm's half is missing", bucket: bucketGives, cause: "firm-policy-missing", side: "firm", says: "must allow s3:PutObject and s3:GetObject on arn:aws:s3:::my.test.bucket/* to the user test-writer", fixOwn: firmGives, mend: "firm"},
		{name: "03 both are missing", cause: "both-missing", side: "both", fixBucket: bucketGives, fixOwn: firmGives, mend: "customer and firm"},
		{name: "03b both lack what is for files", bucket: let(theFirm, `"s3:ListBucket"`, theBucket, ""), own: own(`"s3:ListBucket"`, theBucket, ""), cause: "both-missing", side: "both", fixBucket: bucketGives, fixOwn: firmGives, mend: "customer and firm"},
		{name: "04 P7 the user's policy names another bucket", bucket: bucketGives, own: own(`"s3:*"`, `"arn:aws:s3:::my.test.buckets","arn:aws:s3:::my.test.buckets/*"`, ""), cause: "wrong-bucket", side: "firm", says: "my.test.buckets", statement: "1", fixOwn: firmGives, mend: "firm"},
		{name: "04b it names a bucket that is nothing like it", bucket: bucketGives, own: own(`"s3:*"`, `"arn:aws:s3:::reports","arn:aws:s3:::reports/*"`, ""), cause: "firm-policy-missing", side: "firm", fixOwn: firmGives, mend: "firm"},
		{name: "05 P8 the user's policy lacks /*", bucket: bucketGives, own: own(`"s3:*"`, theBucket, ""), cause: "objects-not-named", side: "firm", says: "add arn:aws:s3:::my.test.bucket/*", fixOwn: firmGives, mend: "firm"},
		{name: "06 P8 the bucket's policy lacks /*", bucket: let(theFirm, `"s3:*"`, theBucket, ""), own: firmGives, cause: "objects-not-named", side: "customer", says: "add arn:aws:s3:::my.test.bucket/*", fixBucket: bucketGives, mend: "customer"},
		{name: "06b the bucket's policy lacks the bucket", bucket: let(theFirm, `"s3:*"`, theFiles, ""), own: firmGives, cause: "bucket-not-named", side: "customer", says: "without /*", fixBucket: bucketGives, mend: "customer"},
		{name: "06c the user's policy lacks the bucket", bucket: bucketGives, own: own(`"s3:*"`, theFiles, ""), cause: "bucket-not-named", side: "firm", says: "without /*", fixOwn: firmGives, mend: "firm"},
		{name: "07 a Deny of the user", bucket: bucketGives, own: firmGives + "," + clause("Deny", "", `"s3:PutObject"`, `"*"`, ""), cause: "firm-policy-deny", side: "firm", statement: "3", fixOwn: firmGives, mend: "firm by text"},
		{name: "08 L8 a Deny of the bucket", bucket: bucketGives + `,{"Sid":"NoOutsiders","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":` + theFiles + `,"Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}}`, own: firmGives, cause: "bucket-policy-deny", side: "customer", statement: "NoOutsiders", fixBucket: bucketGives, mend: "customer by text"},
		{name: "09 a Deny without TLS, over http", bucket: bucketGives + "," + deny(`"s3:*"`, theFiles, `"Bool":{"aws:SecureTransport":"false"}`), own: firmGives, cause: "tls-required", side: "here", says: "over HTTPS", fixBucket: bucketGives},
		{name: "11 the bucket's prefix", bucket: let(theFirm, `"s3:ListBucket"`, theBucket, "") + "," + let(theFirm, readWrite, `"arn:aws:s3:::my.test.bucket/in/*"`, ""), own: firmGives, cause: "wrong-prefix", side: "customer", says: `"in/*"`, fixBucket: bucketGives, mend: "customer"},
		{name: "12 the user's prefix", bucket: bucketGives, own: own(`"s3:ListBucket"`, theBucket, "") + "," + own(readWrite, `"arn:aws:s3:::my.test.bucket/in/*"`, ""), cause: "wrong-prefix", side: "firm", fixOwn: firmGives, mend: "firm"},
		{name: "12b a prefix in other letters", bucket: let(theFirm, `"s3:ListBucket"`, theBucket, "") + "," + let(theFirm, readWrite, `"arn:aws:s3:::my.test.bucket/In/*"`, ""), own: firmGives, ask: func(q *steps.Question) { q.Prefix = "in/" }, cause: "wrong-prefix", side: "customer", says: "Capital letters count", fixBucket: bucketGives, mend: "customer"},
		{name: "13 P3 a principal that was deleted", set: func(c *checkStage) {
			gone := c.do(firm, awsops.CreateUser{Account: firm, Name: "gone", Run: "by-hand"})
			c.bucketPolicy(strings.ReplaceAll(bucketGives, "444455556666:root", "444455556666:user/gone"))
			c.do(firm, awsops.DeleteUser{Account: firm, Name: "gone", ID: gone.UserID, Run: "by-hand"})
		}, own: firmGives, cause: "principal-deleted", side: "customer", says: "was deleted", fixBucket: bucketGives},
		{name: "14 P2 C11 a digit of the account", bucket: strings.ReplaceAll(bucketGives, firm, another), own: firmGives, cause: "wrong-account", side: "customer", says: "4444-5555-6665", fixBucket: bucketGives, mend: "customer"},
		{name: "15 P5 another user", bucket: strings.ReplaceAll(bucketGives, firm+":root", firm+":user/other"), own: firmGives, cause: "wrong-principal", side: "customer", says: "other", fixBucket: bucketGives, mend: "customer"},
		{name: "15b another user by a condition", bucket: onFiles(`"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::444455556666:user/other"}`), own: firmGives, cause: "condition-not-met", side: "customer", fixBucket: bucketGives, mend: "customer"},
		{name: "15c an Allow with a second factor alone", bucket: onFiles(`"Bool":{"aws:MultiFactorAuthPresent":"true"}`), own: firmGives, cause: "condition-not-met", side: "customer", fixBucket: bucketGives},
		{name: "16 an Allow by organisation", bucket: onFiles(`"StringEquals":{"aws:PrincipalOrgID":"o-abcdefghij"}`), own: firmGives, cause: "condition-unknown", side: "customer", says: "o-abcdefghij", fixBucket: bucketGives},
		{name: "17 G1 a Deny unless of the organisation", bucket: bucketGives + "," + deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"aws:PrincipalOrgID":"o-abcdefghij"}`), own: firmGives, cause: "condition-unknown", side: "customer", says: "o-abcdefghij", fixBucket: bucketGives},
		{name: "18 an Allow by address", bucket: onFiles(`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`), own: firmGives, cause: "condition-unknown", side: "customer", says: "203.0.113.0/24", fixBucket: bucketGives},
		{name: "19 a Deny unless from an address", bucket: bucketGives + "," + deny(readWrite, theFiles, network), own: firmGives, cause: "condition-unknown", side: "customer", says: "may forbid", fixBucket: bucketGives},
		{name: "20 a Deny by address", bucket: bucketGives + "," + deny(readWrite, theFiles, `"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}`), own: firmGives, cause: "condition-unknown", side: "customer", says: "127.0.0.0/8", fixBucket: bucketGives},
		{name: "21 G2 a Deny unless by an endpoint", bucket: bucketGives + "," + deny(readWrite, theFiles, `"StringNotEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}`), own: firmGives, cause: "condition-unknown", side: "customer", says: "vpce-1a2b3c4d", fixBucket: bucketGives},
		{name: "22 an Allow by endpoint", bucket: onFiles(`"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}`), own: firmGives, cause: "condition-unknown", side: "customer", says: "vpce-1a2b3c4d", fixBucket: bucketGives},
		{name: "23 K5 the header for encryption", bucket: bucketGives + "," + deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"s3:x-amz-server-side-encryption":"AES256"}`), own: firmGives, cause: "header-required", side: "firm", says: "x-amz-server-side-encryption: AES256", fixBucket: bucketGives},
		{name: "24 K5 any header for encryption", bucket: bucketGives + "," + deny(`"s3:PutObject"`, theFiles, `"Null":{"s3:x-amz-server-side-encryption":"true"}`), own: firmGives, cause: "header-required", side: "firm", says: "x-amz-server-side-encryption", fixBucket: bucketGives},
		{name: "25 O4 an Allow with an ACL alone", bucket: bucketGivesBut(`"s3:PutObject"`, onlyACL), own: firmGives, cause: "acl-required", side: "both", says: "x-amz-acl: bucket-owner-full-control", letsBucket: strings.ReplaceAll(bucketGivesBut(`"s3:PutObject"`, onlyACL), `"s3:GetObject"`, `"s3:GetObject","s3:PutObjectAcl"`), letsOwn: ownACL, fixBucket: bucketGives},
		{name: "26 O4 a Deny without an ACL", bucket: bucketGives + "," + deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`), own: firmGives, cause: "acl-required", side: "both", says: "x-amz-acl: bucket-owner-full-control", letsBucket: withACL + "," + deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`), letsOwn: ownACL, fixBucket: bucketGives},
		{name: "27 B2 Block Public Access and an open statement", set: func(c *checkStage) {
			c.restrict(false)
			c.bucketPolicy(bucketGives + "," + let(anybody, `"s3:GetObject"`, `"arn:aws:s3:::my.test.bucket/public/*"`, ""))
			c.restrict(true)
		}, own: firmGives, cause: "block-public-access", side: "customer", says: "open to everyone", fixBucket: bucketGives},
		{name: "27b the firm's half is missing, and Block Public Access shuts it out", set: func(c *checkStage) {
			c.restrict(false)
			c.bucketPolicy(bucketGives + "," + let(anybody, `"s3:GetObject"`, `"arn:aws:s3:::my.test.bucket/public/*"`, ""))
			c.restrict(true)
		}, cause: "firm-policy-missing", side: "firm", fixOwn: firmGives, fix: nothingOpen},
		{name: "27c S3 would store no policy with the statement that is open", set: func(c *checkStage) {
			c.restrict(false)
			c.bucketPolicy(let(anybody, `"s3:GetObject"`, `"arn:aws:s3:::my.test.bucket/public/*"`, ""))
			buckets, _ := c.raw(customer)
			_, err := buckets.PutPublicAccessBlock(c.t.Context(), &s3.PutPublicAccessBlockInput{Bucket: aws.String(first), PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{BlockPublicPolicy: aws.Bool(true)}})
			must(c.t, err)
		}, own: firmGives, cause: "bucket-policy-missing", side: "customer", fix: nothingOpen},
		{name: "32 G4 a boundary without S3", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.boundary(own(`"iam:*"`, `"*"`, "")) }, cause: "boundary", side: "firm", fix: withoutBoundary, statement: "arn:aws:iam::444455556666:policy/managed"},
		{name: "33 G4 a boundary with a Deny", bucket: bucketGives, own: firmGives, set: func(c *checkStage) {
			c.boundary(own(`"*"`, `"*"`, "") + "," + clause("Deny", "", `"s3:PutObject"`, `"*"`, ""))
		}, cause: "boundary", side: "firm", fix: rewritten(own(`"*"`, `"*"`, ""))},
		{name: "34 G1 what neither side's documents hold", bucket: bucketGives, own: firmGives, set: func(c *checkStage) {
			c.box.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
		}, cause: "organisation-or-network", side: "organisation", says: "service control policy"},
		{name: "34b G1 a service control policy that AWS names", bucket: bucketGives, own: firmGives, set: func(c *checkStage) {
			c.box.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "User: " + writerARN + ` is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::my.test.bucket/k" with an explicit deny in a service control policy: arn:aws:organizations::777788889999:policy/o-1/p-1`})
		}, cause: "organisation-or-network", side: "organisation", statement: "arn:aws:organizations::777788889999:policy/o-1/p-1"},
		saidByAWS("K3", "400", "KMS.DisabledException", "The key is disabled", "kms-key-unusable", "customer"),
		saidByAWS("K2", "403", "AccessDenied", "User: "+writerARN+" is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:111122223333:key/k because no identity-based policy allows the kms:GenerateDataKey action", "kms-firm-policy", "firm"),
		saidByAWS("K2", "403", "AccessDenied", "User: "+writerARN+" is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:111122223333:key/k because no resource-based policy allows the kms:GenerateDataKey action", "kms-key-policy", "customer"),
		saidByAWS("G1", "403", "AccessDenied", "User: "+writerARN+` is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::my.test.bucket/k" with an explicit deny in a resource control policy`, "organisation-or-network", "organisation"),
		saidByAWS("G2", "403", "AccessDenied", "User: "+writerARN+` is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::my.test.bucket/k" because no VPC endpoint policy allows the s3:PutObject action`, "organisation-or-network", "network"),
		saidByAWS("O1", "400", "AccessControlListNotSupported", "The bucket does not allow ACLs", "acl-not-taken", "firm"),
		saidByAWS("31 D4", "400", "InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters", "object-lock", "customer"),
		saidByAWS("C5", "403", "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.", "credentials", "here"),
		saidByAWS("C6", "403", "SignatureDoesNotMatch", "Signature expired: 20261125T000000Z is now earlier than 20261125T001500Z (20261125T003000Z - 15 min.)", "clock", "here"),
		saidByAWS("R1", "301", "PermanentRedirect", "The bucket you are attempting to access must be addressed using the specified endpoint.", "region", "here"),
		{name: "34c what was not read may be the cause", bucket: bucketGives, own: firmGives, set: func(c *checkStage) {
			for _, operation := range []string{"PutObject", "GetBucketEncryption"} {
				c.box.Inject(sandbox.Fault{Operation: operation, Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
			}
		}, cause: "unknown", side: "unknown", says: "the bucket's default encryption"},
		{name: "35 an action of the user's", bucket: bucketGives, own: own(`"s3:ListBucket"`, theBucket, "") + "," + own(`"s3:GetObject"`, theFiles, ""), cause: "action-missing", side: "firm", says: "s3:PutObject", fixOwn: firmGives, mend: "firm"},
		{name: "35b an action of the bucket's", bucket: let(theFirm, `"s3:ListBucket"`, theBucket, "") + "," + let(theFirm, `"s3:PutObject"`, theFiles, ""), own: firmGives, cause: "action-missing", side: "customer", says: "s3:GetObject", fixBucket: bucketGives, mend: "customer"},
		{name: "36 a Deny that spares the account alone", bucket: bucketGives + `,{"Effect":"Deny","NotPrincipal":` + theFirm + `,"Action":"s3:PutObject","Resource":` + theFiles + `}`, own: firmGives, cause: "bucket-policy-deny", side: "customer", says: "a user only if its account is named too", fixBucket: bucketGives, mend: "customer by text"},
		{name: "37 a Deny without MFA", bucket: bucketGives + "," + deny(`"s3:PutObject"`, theFiles, `"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`), own: firmGives, cause: "bucket-policy-deny", side: "customer", says: "second factor", fixBucket: bucketGives, mend: "customer by text"},
		{name: "38 the user's Allow by address", bucket: bucketGives, own: ownOnFiles(`"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}`), cause: "condition-unknown", side: "firm", says: "203.0.113.0/24", fixOwn: firmGives},
		{name: "39 the user's Deny of all but some", bucket: bucketGives, own: firmGives + `,{"Effect":"Deny","NotAction":["s3:GetObject","s3:ListBucket"],"Resource":"*"}`, cause: "firm-policy-deny", side: "firm", fixOwn: firmGives, mend: "firm by text"},
		{name: "40 a Deny of all but one user", bucket: bucketGives + "," + deny(readWrite, theFiles, `"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/*"}`), own: firmGives, cause: "bucket-policy-deny", side: "customer", fixBucket: bucketGives, mend: "customer by text"},
		{name: "42 the access has ended", bucket: onFiles(`"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}`), own: firmGives, cause: "expired", side: "customer", fixBucket: bucketGives},
		{name: "42e the access has ended, and its new last day is said", bucket: onFiles(`"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}`), own: firmGives, ask: stated(func(q *steps.Question) { q.Until = "2098-12-31" }), cause: "expired", side: "customer", fixBucket: onFiles(`"DateLessThan":{"aws:CurrentTime":"2099-01-01T00:00:00Z"}`), mend: "customer"},
		{name: "42b the access has not begun", bucket: onFiles(`"DateGreaterThan":{"aws:CurrentTime":"2099-01-01T00:00:00Z"}`), own: firmGives, cause: "not-yet", side: "customer", fixBucket: bucketGives},
		{name: "42c it was forbidden from a day on", bucket: bucketGives + "," + deny(readWrite, theFiles, `"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}`), own: firmGives, cause: "expired", side: "customer", fixBucket: bucketGives},
		{name: "42d the user's access has ended", bucket: bucketGives, own: ownOnFiles(`"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}`), cause: "expired", side: "firm", fixOwn: firmGives},
		{name: "43 an Allow by referer", bucket: onFiles(`"StringLike":{"aws:Referer":"https://example.com/*"}`), own: firmGives, cause: "header-required", side: "firm", says: "the header referer", fixBucket: bucketGives},
		{name: "44 an Allow by address, and the firm's half is missing", bucket: onFiles(`"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}`), cause: "firm-policy-missing", side: "firm", fixOwn: firmGives, mend: "firm"},
		{name: "45 the storage class", bucket: bucketGives + "," + deny(`"s3:PutObject"`, theFiles, `"StringNotEquals":{"s3:x-amz-storage-class":"STANDARD_IA"}`), own: firmGives, cause: "header-required", side: "firm", says: "x-amz-storage-class: STANDARD_IA", fixBucket: bucketGives},
		{name: "47 the bucket was not read", own: firmGives, ask: func(q *steps.Question) { q.CustomerProfile = "" }, cause: "unknown", side: "unknown", says: "--customer-profile", fixBucket: bucketGives},
		{name: "47b the firm was not read", bucket: bucketGives, ask: func(q *steps.Question) { q.FirmProfile = "" }, cause: "unknown", side: "unknown", says: "--firm-profile", fixOwn: firmGives},
		{name: "47c the writer alone", ask: func(q *steps.Question) { q.CustomerProfile, q.FirmProfile = "", "" }, cause: "unknown", side: "unknown"},
		{name: "C1 C2 the writer's key is off", bucket: bucketGives, own: firmGives, set: func(c *checkStage) {
			_, users := c.raw(firm)
			keys, err := c.session(firm).AccessKeys(c.t.Context(), "test-writer")
			must(c.t, err)
			_, err = users.UpdateAccessKey(c.t.Context(), &iam.UpdateAccessKeyInput{UserName: aws.String("test-writer"), AccessKeyId: &keys[0].ID, Status: types.StatusTypeInactive})
			must(c.t, err)
		}, cause: "credentials", side: "here", fix: func(c *checkStage, _ awsops.Verdict) { c.keyIs(true) }},
		{name: "L6 C10 the writer is of another account", bucket: bucketGives, own: firmGives, ask: func(q *steps.Question) { q.WriterProfile = profiles[other] }, cause: "wrong-account", side: "here"},
		{name: "the writer is somebody else", bucket: bucketGives, own: firmGives, ask: func(q *steps.Question) { q.FirmUser = "other" }, cause: "wrong-principal", side: "here"},
		{name: "R7 there is no such bucket", own: firmGives, ask: func(q *steps.Question) { q.Bucket = "my.test.buckets" }, cause: "no-such-bucket", side: "here"},
		{name: "there is no such bucket, and no owner is known", ask: func(q *steps.Question) { q.Bucket, q.CustomerProfile = "my.test.buckets", "" }, cause: "no-such-bucket", side: "here", says: "with the bucket's owner"},
		{name: "R7 the bucket is somebody else's", own: firmGives, ask: func(q *steps.Question) { q.Bucket = "firms.bucket" }, cause: "not-the-customers-bucket", side: "here"},
		{name: "L7 O2 the firm owns what it writes", bucket: bucketGives, own: firmGives, set: func(c *checkStage) { c.ownership(s3types.ObjectOwnershipObjectWriter) }, cause: "acl-required", side: "customer", fix: func(c *checkStage, _ awsops.Verdict) { c.ownership(s3types.ObjectOwnershipBucketOwnerEnforced) }, says: "BucketOwnerEnforced"},
		{name: "U4 there is no such user", bucket: bucketGives, own: firmGives, ask: func(q *steps.Question) { q.WriterProfile, q.FirmUser = "", "nobody" }, cause: "principal-deleted", side: "firm", asks: func(q *steps.Question) { q.WriterProfile, q.FirmUser = "writer", "" }, says: "its name is another"},
		{name: "a role without a policy", bucket: bucketGives, set: func(c *checkStage) { c.role("deliverer", "") }, ask: asDeliverer, cause: "firm-policy-missing", side: "firm", fix: func(c *checkStage, _ awsops.Verdict) { c.rolePolicy("deliverer", firmGives) }, mend: "firm"},
		{name: "a role whose policy lacks /*", bucket: bucketGives, set: func(c *checkStage) { c.role("deliverer", own(`"s3:*"`, theBucket, "")) }, ask: asDeliverer, cause: "objects-not-named", side: "firm", fix: func(c *checkStage, _ awsops.Verdict) { c.rolePolicy("deliverer", firmGives) }, mend: "firm"},
		{name: "a role that the bucket does not let in", bucket: strings.ReplaceAll(bucketGives, firm+":root", firm+":user/other"), set: func(c *checkStage) { c.role("deliverer", firmGives) }, ask: asDeliverer, cause: "wrong-principal", side: "customer", fixBucket: bucketGives, mend: "customer"},
		{name: "decided alone: the firm's half is missing", bucket: bucketGives, ask: func(q *steps.Question) { q.WriterProfile = "" }, cause: "firm-policy-missing", side: "firm", fixOwn: firmGives, mend: "firm"},
		{name: "decided alone: the customer's half is missing", own: firmGives, ask: func(q *steps.Question) { q.WriterProfile = "" }, cause: "bucket-policy-missing", side: "customer", fixBucket: bucketGives, mend: "customer"},
		{name: "decided alone, by one side", bucket: bucketGives, own: firmGives, ask: func(q *steps.Question) {
			q.WriterProfile, q.FirmProfile, q.Expected.Firm = "", "", firm
		}, cause: "unknown", side: "unknown", says: "--firm-profile"},
		{name: "wider: it may delete", bucket: bucketGives + "," + let(theFirm, `"s3:DeleteObject"`, theFiles, ""), own: firmGives + "," + own(`"s3:DeleteObject"`, theFiles, ""), ask: stated(func(q *steps.Question) { q.Access = "read-write" }), cause: "wider-than-granted", side: "both", says: "can delete files", fixBucket: bucketGives},
		{name: "wider: it may read", bucket: bucketGives, own: firmGives, ask: stated(func(q *steps.Question) { q.Access = "deliver" }), cause: "wider-than-granted", side: "both", says: "can list the files and read files", fixBucket: let(theFirm, `"s3:PutObject"`, theFiles, "")},
		{name: "wider: elsewhere", bucket: let(theFirm, `"s3:PutObject"`, theFiles, ""), own: own(`"s3:PutObject"`, theFiles, ""), ask: stated(func(q *steps.Question) { q.Access, q.Prefix = "deliver", "in/" }), cause: "wider-than-granted", side: "both", says: "outside of the prefix", fixBucket: let(theFirm, `"s3:PutObject"`, `"arn:aws:s3:::my.test.bucket/in/*"`, "")},
		{name: "wider: it may replace", bucket: let(theFirm, `"s3:PutObject"`, theFiles, ""), own: own(`"s3:PutObject"`, theFiles, ""), ask: stated(func(q *steps.Question) { q.Access = "add" }), cause: "wider-than-granted", side: "both", says: "can replace files", fixBucket: let(theFirm, `"s3:PutObject"`, theFiles, `"Null":{"s3:if-none-match":"false"}`)},
		{name: "wider: others", bucket: bucketGives, own: firmGives, ask: stated(func(q *steps.Question) { q.OnlyThisUser = true }), cause: "wider-than-granted", side: "both", says: "other users", statement: "2", fixBucket: strings.ReplaceAll(bucketGives, firm+":root", firm+":user/test-writer")},
		{name: "wider: no end", bucket: bucketGives, own: firmGives, ask: stated(func(q *steps.Question) { q.Until = "2098-12-31" }), cause: "wider-than-granted", side: "both", says: "does not end", fixBucket: onFiles(`"DateLessThan":{"aws:CurrentTime":"2099-01-01T00:00:00Z"}`)},
		{name: "wider, decided alone", bucket: bucketGives, own: firmGives, ask: stated(func(q *steps.Question) { q.Access, q.WriterProfile = "deliver", "" }), cause: "wider-than-granted", side: "both", fixBucket: let(theFirm, `"s3:PutObject"`, theFiles, "")},
	}
}

// saidByAWS is a state of two healthy accounts in which AWS says of the write what is wrong.
func saidByAWS(rows, status, code, message, cause, side string) state {
	return state{name: rows + " " + code + " " + cause + " " + side, bucket: bucketGives, own: firmGives, set: func(c *checkStage) {
		number, err := strconv.Atoi(status)
		must(c.t, err)
		c.box.Inject(sandbox.Fault{Operation: "PutObject", Kind: sandbox.Answer, Status: number, Code: code, Message: message})
	}, cause: cause, side: side}
}

// bucketGivesBut lets the firm do some actions only on a condition.
func bucketGivesBut(actions, condition string) string {
	return let(theFirm, `"s3:ListBucket"`, theBucket, "") + "," + let(theFirm, `"s3:GetObject"`, theFiles, "") + "," + let(theFirm, actions, theFiles, condition)
}

func asDeliverer(q *steps.Question) { q.WriterProfile, q.FirmRole = "", "deliverer" }

func stated(ask func(*steps.Question)) func(*steps.Question) {
	return func(q *steps.Question) {
		ask(q)
		q.Stated = true
	}
}

func (c *checkStage) restrict(on bool) {
	c.t.Helper()
	buckets, _ := c.raw(customer)
	_, err := buckets.PutPublicAccessBlock(c.t.Context(), &s3.PutPublicAccessBlockInput{Bucket: aws.String(first), PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{RestrictPublicBuckets: &on}})
	must(c.t, err)
}

// nothingOpen makes the statement specific that is open to everyone.
func nothingOpen(c *checkStage, _ awsops.Verdict) { c.bucketPolicy(bucketGives) }

func (c *checkStage) ownership(of s3types.ObjectOwnership) {
	c.t.Helper()
	buckets, _ := c.raw(customer)
	_, err := buckets.PutBucketOwnershipControls(c.t.Context(), &s3.PutBucketOwnershipControlsInput{Bucket: aws.String(first), OwnershipControls: &s3types.OwnershipControls{Rules: []s3types.OwnershipControlsRule{{ObjectOwnership: of}}}})
	must(c.t, err)
}
