package s3_test

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const readWrite = "s3:ListBucket s3:GetObject s3:PutObject"

// Across accounts both sides must allow; in one account either is enough.
// Source: Policy evaluation logic; Cross-account policy evaluation logic.
func TestS3TwoGates(t *testing.T) {
	for _, c := range []struct {
		name, profile, identity, principal string
		want                               string
	}{
		{"across, both", firmProfile, readWrite, "ROOT", ""},
		{"across, the user named, both", firmProfile, readWrite, "USER", ""},
		{"across, bucket alone to the account", firmProfile, "", "ROOT", "AccessDenied"},
		{"across, bucket alone to the user", firmProfile, "", "USER", "AccessDenied"},
		{"across, identity alone", firmProfile, readWrite, "", "AccessDenied"},
		{"across, neither", firmProfile, "", "", "AccessDenied"},
		{"across, bare account id", firmProfile, readWrite, "ACCOUNT", ""},
		{"same, bucket alone to the user", customerProfile, "", "USER", ""},
		{"same, bucket alone to the account", customerProfile, "", "ROOT", "AccessDenied"},
		{"same, identity alone", customerProfile, readWrite, "", ""},
		{"same, neither", customerProfile, "", "", "AccessDenied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newS3World(t)
			inline := ""
			if c.identity != "" {
				inline = identity("Allow", c.identity, "*")
			}
			user := w.user(c.profile, "somebody", inline)
			principal := map[string]string{
				"ROOT": "arn:aws:iam::" + w.account(c.profile) + ":root", "ACCOUNT": w.account(c.profile), "USER": w.arn(c.profile, "somebody"),
			}[c.principal]
			if principal != "" {
				w.policy(w.statement("Allow", principal, readWrite, ""))
			}
			w.wantCode(w.put(user, "k", "v"), c.want)
			w.wantCode(w.list(user), c.want)
			if c.want == "" {
				if got, err := w.get(user, "k"); got != "v" || err != nil {
					t.Errorf("read %q, %v", got, err)
				}
			}
			w.wantCode(w.put(w.as(strangerProfile), "k", "v"), "AccessDenied")
		})
	}
}

// Only callers of the bucket's account are told why. Source: Access denied
// message examples.
func TestS3DenialTexts(t *testing.T) {
	w := newS3World(t)
	own := w.user(customerProfile, "own", "")
	object := `"arn:aws:s3:::my.test.bucket/k"`
	me := "User: " + w.arn(customerProfile, "own") + " is not authorized to perform: "
	w.wantText(w.put(own, "k", "v"), me+"s3:PutObject on resource: "+object+" because no identity-based policy allows the s3:PutObject action")
	_, err := own.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	w.wantText(err, me+"s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action")

	w.policy(w.statement("Deny", w.arn(customerProfile, "own"), "s3:PutObject", ""))
	w.wantText(w.put(own, "k", "v"), me+"s3:PutObject on resource: "+object+" with an explicit deny in a resource-based policy")
	denied := w.user(customerProfile, "denied", identity("Deny", "s3:*", "*"))
	w.wantText(w.put(denied, "k", "v"), "with an explicit deny in an identity-based policy")

	firm := w.user(firmProfile, "firm", "")
	_, err = w.get(firm, "k")
	w.wantText(err, "AccessDenied: Access Denied")

	res := w.raw("stranger", "HEAD", "/my.test.bucket", "us-east-1", "")
	if text := bodyOf(t, res); res.StatusCode != 403 || text != "" || res.Header.Get("x-amz-bucket-region") != "us-east-1" {
		t.Errorf("HEAD: status %d, body %q, region %q", res.StatusCode, text, res.Header.Get("x-amz-bucket-region"))
	}
}

func TestS3OtherAccountsMayNotTouchThePolicy(t *testing.T) {
	w := newS3World(t)
	ctx, firm, bucket := t.Context(), w.as(firmProfile), aws.String(testBucket)
	calls := map[string]func(*s3.Client) error{
		"get": func(c *s3.Client) error {
			_, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: bucket})
			return err
		},
		"put": func(c *s3.Client) error {
			return putPolicy(ctx, c, testBucket, w.statement("Allow", w.account(firmProfile), "s3:*", ""))
		},
		"delete": func(c *s3.Client) error {
			_, err := c.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: bucket})
			return err
		},
	}
	for _, do := range calls {
		w.wantCode(do(firm), "AccessDenied")
	}
	w.policy(w.statement("Allow", w.account(firmProfile), "s3:*", ""))
	for _, do := range calls {
		w.wantCode(do(firm), "MethodNotAllowed")
		w.wantCode(do(w.user(firmProfile, "powerless"+rand.Text()[:4], "")), "AccessDenied")
	}
	w.policy(w.statement("Deny", "*", "s3:*", ""))
	for name, do := range calls {
		w.wantCode(do(w.as(customerProfile)), "AccessDenied")
		if name != "delete" {
			if err := do(w.as("my_awesome_customer_root")); err != nil {
				t.Errorf("the owner's root user may not %s the policy: %v", name, err)
			}
		}
		w.must(putPolicy(ctx, w.as("my_awesome_customer_root"), testBucket, w.statement("Deny", "*", "s3:*", "")))
	}
	w.must(calls["delete"](w.as("my_awesome_customer_root")))
}

func TestS3MissingKeysAreToldToThoseWhoMayList(t *testing.T) {
	w := newS3World(t)
	reader := w.user(customerProfile, "reader", identity("Allow", "s3:GetObject", "*"))
	lister := w.user(customerProfile, "lister", identity("Allow", "s3:GetObject s3:ListBucket", "*"))
	_, err := w.get(reader, "none")
	w.wantCode(err, "AccessDenied")
	w.wantText(err, "s3:ListBucket on resource: \"arn:aws:s3:::my.test.bucket\" because")
	_, err = w.get(lister, "none")
	w.wantCode(err, "NoSuchKey")
	for client, status := range map[*s3.Client]int{reader: 403, lister: 404} {
		_, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &w.bucket, Key: aws.String("none")})
		w.wantText(err, fmt.Sprintf("StatusCode: %d", status))
	}
}

func TestS3ObjectActionsNeverMatchTheBareBucket(t *testing.T) {
	w := newS3World(t)
	user := w.user(customerProfile, "u", identity("Allow", "s3:*", "arn:aws:s3:::my.test.bucket"))
	w.must(w.list(user))
	w.wantCode(w.put(user, "k", "v"), "AccessDenied")
	objects := w.user(customerProfile, "o", identity("Allow", "s3:*", "arn:aws:s3:::my.test.bucket/*"))
	w.must(w.put(objects, "k", "v"))
	w.wantCode(w.list(objects), "AccessDenied")
}

func TestS3ExpectedBucketOwner(t *testing.T) {
	w := newS3World(t)
	customer, owner, other := w.as(customerProfile), w.account(customerProfile), w.account(firmProfile)
	for want, account := range map[string]string{"": owner, "AccessDenied": other} {
		_, err := customer.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &w.bucket, Key: aws.String("k"), ExpectedBucketOwner: &account})
		w.wantCode(err, want)
		_, err = customer.GetBucketPolicyStatus(t.Context(), &s3.GetBucketPolicyStatusInput{Bucket: &w.bucket, ExpectedBucketOwner: &account})
		if want == "" {
			want = "NoSuchBucketPolicy"
		}
		w.wantCode(err, want)
	}
	_, err := customer.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: &w.bucket, Key: aws.String("c"), CopySource: aws.String(testBucket + "/k"), ExpectedSourceBucketOwner: &other})
	w.wantCode(err, "AccessDenied")
}

// Each call with the IAM action that it takes: a user who may do just that is let
// in, and one who may do all but that is not. Source: Required permissions for
// Amazon S3 API operations.
func TestS3ActionOfEachOperation(t *testing.T) {
	const ok = ""
	for _, c := range []struct {
		method, target, body string
		headers              []string
		actions              string
		want                 string // the code that comes when it is allowed
	}{
		{"GET", "/", "", nil, "s3:ListAllMyBuckets", ok},
		{"PUT", "/new-bucket", "", nil, "s3:CreateBucket", ok},
		{"HEAD", "/B", "", nil, "s3:ListBucket", ok},
		{"GET", "/B", "", nil, "s3:ListBucket", ok},
		{"GET", "/B?list-type=2", "", nil, "s3:ListBucket", ok},
		{"GET", "/B?versions", "", nil, "s3:ListBucketVersions", ok},
		{"GET", "/B?uploads", "", nil, "s3:ListBucketMultipartUploads", ok},
		{"GET", "/B?location", "", nil, "s3:GetBucketLocation", ok},
		{"GET", "/B?policy", "", nil, "s3:GetBucketPolicy", "NoSuchBucketPolicy"},
		{"DELETE", "/B?policy", "", nil, "s3:DeleteBucketPolicy", ok},
		{"PUT", "/B?policy", "", nil, "s3:PutBucketPolicy", "MalformedPolicy"},
		{"GET", "/B?policyStatus", "", nil, "s3:GetBucketPolicyStatus", "NoSuchBucketPolicy"},
		{"GET", "/B?publicAccessBlock", "", nil, "s3:GetBucketPublicAccessBlock", ok},
		{"DELETE", "/B?publicAccessBlock", "", nil, "s3:PutBucketPublicAccessBlock", ok},
		{"GET", "/B?ownershipControls", "", nil, "s3:GetBucketOwnershipControls", ok},
		{"DELETE", "/B?ownershipControls", "", nil, "s3:PutBucketOwnershipControls", ok},
		{"GET", "/B?versioning", "", nil, "s3:GetBucketVersioning", ok},
		{"PUT", "/B?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", nil, "s3:PutBucketVersioning", ok},
		{"GET", "/B?encryption", "", nil, "s3:GetEncryptionConfiguration", ok},
		{"DELETE", "/B?encryption", "", nil, "s3:PutEncryptionConfiguration", ok},
		{"GET", "/B?lifecycle", "", nil, "s3:GetLifecycleConfiguration", "NoSuchLifecycleConfiguration"},
		{"DELETE", "/B?lifecycle", "", nil, "s3:PutLifecycleConfiguration", ok},
		{"GET", "/B?tagging", "", nil, "s3:GetBucketTagging", "NoSuchTagSet"},
		{"DELETE", "/B?tagging", "", nil, "s3:PutBucketTagging", ok},
		{"GET", "/B?acl", "", nil, "s3:GetBucketAcl", ok},
		{"GET", "/B?requestPayment", "", nil, "s3:GetBucketRequestPayment", ok},
		{"GET", "/B?logging", "", nil, "s3:GetBucketLogging", ok},
		{"GET", "/B?notification", "", nil, "s3:GetBucketNotification", ok},
		{"GET", "/B?accelerate", "", nil, "s3:GetAccelerateConfiguration", ok},
		{"GET", "/B?object-lock", "", nil, "s3:GetBucketObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"},
		{"GET", "/B?website", "", nil, "s3:GetBucketWebsite", "NoSuchWebsiteConfiguration"},
		{"GET", "/B?cors", "", nil, "s3:GetBucketCORS", "NoSuchCORSConfiguration"},
		{"GET", "/B?replication", "", nil, "s3:GetReplicationConfiguration", "ReplicationConfigurationNotFoundError"},
		{"DELETE", "/B", "", nil, "s3:DeleteBucket", "BucketNotEmpty"},

		{"GET", "/B/k", "", nil, "s3:GetObject", ok},
		{"HEAD", "/B/k", "", nil, "s3:GetObject", ok},
		{"GET", "/B/k?versionId=null", "", nil, "s3:GetObjectVersion", ok},
		{"HEAD", "/B/k?versionId=null", "", nil, "s3:GetObjectVersion", ok},
		{"GET", "/B/k?attributes", "", []string{"x-amz-object-attributes", "ETag"}, "s3:GetObject s3:GetObjectAttributes", ok},
		{"GET", "/B/k?acl", "", nil, "s3:GetObjectAcl", ok},
		{"GET", "/B/k?acl&versionId=null", "", nil, "s3:GetObjectVersionAcl", ok},
		{"PUT", "/B/k?acl", "", []string{"x-amz-acl", "bucket-owner-full-control"}, "s3:PutObjectAcl", ok},
		{"GET", "/B/k?tagging", "", nil, "s3:GetObjectTagging", ok},
		{"GET", "/B/k?tagging&versionId=null", "", nil, "s3:GetObjectVersionTagging", ok},
		{"DELETE", "/B/k?tagging", "", nil, "s3:DeleteObjectTagging", ok},
		{"PUT", "/B/new", "x", nil, "s3:PutObject", ok},
		{"PUT", "/B/new", "x", []string{"x-amz-acl", "bucket-owner-full-control"}, "s3:PutObject s3:PutObjectAcl", ok},
		{"PUT", "/B/new", "x", []string{"x-amz-tagging", "a=b"}, "s3:PutObject s3:PutObjectTagging", ok},
		{"PUT", "/B/copy", "", []string{"x-amz-copy-source", "/B/k"}, "s3:PutObject s3:GetObject", ok},
		{"DELETE", "/B/k", "", nil, "s3:DeleteObject", ok},
		{"DELETE", "/B/k?versionId=null", "", nil, "s3:DeleteObjectVersion", ok},
		{"POST", "/B/k?uploads", "", nil, "s3:PutObject", ok},
		{"PUT", "/B/k?uploadId=none&partNumber=1", "x", nil, "s3:PutObject", "NoSuchUpload"},
		{"POST", "/B/k?uploadId=none", "", nil, "s3:PutObject", "NoSuchUpload"},
		{"DELETE", "/B/k?uploadId=none", "", nil, "s3:AbortMultipartUpload", "NoSuchUpload"},
		{"GET", "/B/k?uploadId=none", "", nil, "s3:ListMultipartUploadParts", "NoSuchUpload"},
	} {
		t.Run(c.method+" "+c.target, func(t *testing.T) {
			w := newS3World(t)
			w.must(w.put(w.as(customerProfile), "k", "v"))
			w.user(customerProfile, "u", "")
			inB := func(text string) string {
				return strings.ReplaceAll(text, "/B", "/"+testBucket)
			}
			var headers []string
			for _, h := range c.headers {
				headers = append(headers, inB(h))
			}
			call := func(document string) (int, string) {
				_, err := w.iam(customerProfile).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("u"), PolicyName: aws.String("p"), PolicyDocument: &document})
				w.must(err)
				res := w.raw("u", c.method, inB(c.target), "us-east-1", c.body, headers...)
				return res.StatusCode, bodyOf(t, res)
			}
			all := strings.Fields(c.actions)
			for i := range all {
				others := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"` + all[i] + `","Resource":"*"}]}`
				if status, text := call(others); status != 403 || c.method != "HEAD" && !strings.Contains(text, "<Code>AccessDenied</Code>") {
					t.Errorf("without %s: %d %s", all[i], status, text)
				}
			}
			status, text := call(identity("Allow", c.actions, "*"))
			if c.want == "" && status/100 != 2 || c.want != "" && !strings.Contains(text, "<Code>"+c.want+"</Code>") {
				t.Errorf("with %s alone: %d %s", c.actions, status, text)
			}
		})
	}
}

func TestS3ConditionKeys(t *testing.T) {
	condition := func(w *s3World, effect, operator, key, value string) string {
		st := w.statement(effect, w.arn(customerProfile, "u"), "s3:*", "")
		return strings.TrimSuffix(st, "}") + `,"Condition":{"` + operator + `":{"` + key + `":"` + value + `"}}}`
	}
	put := func(in s3.PutObjectInput) func(*s3World, *s3.Client) error {
		return func(w *s3World, c *s3.Client) error {
			in.Bucket, in.Key, in.Body = &w.bucket, aws.String("k"), strings.NewReader("x")
			_, err := c.PutObject(w.t.Context(), &in)
			return err
		}
	}
	list := func(in s3.ListObjectsV2Input) func(*s3World, *s3.Client) error {
		return func(w *s3World, c *s3.Client) error {
			in.Bucket = &w.bucket
			_, err := c.ListObjectsV2(w.t.Context(), &in)
			return err
		}
	}
	get := func(in s3.GetObjectInput) func(*s3World, *s3.Client) error {
		return func(w *s3World, c *s3.Client) error {
			in.Bucket, in.Key = &w.bucket, aws.String("tagged")
			_, err := c.GetObject(w.t.Context(), &in)
			return err
		}
	}
	for _, c := range []struct {
		operator, key, value string
		yes, no              func(*s3World, *s3.Client) error
	}{
		{"StringEquals", "s3:prefix", "home/", list(s3.ListObjectsV2Input{Prefix: aws.String("home/")}), list(s3.ListObjectsV2Input{})},
		{"StringEquals", "s3:delimiter", "/", list(s3.ListObjectsV2Input{Delimiter: aws.String("/")}), list(s3.ListObjectsV2Input{})},
		{"NumericLessThanEquals", "s3:max-keys", "10", list(s3.ListObjectsV2Input{MaxKeys: aws.Int32(5)}), list(s3.ListObjectsV2Input{MaxKeys: aws.Int32(11)})},
		{"StringEquals", "s3:x-amz-acl", "bucket-owner-full-control", put(s3.PutObjectInput{ACL: types.ObjectCannedACLBucketOwnerFullControl}), put(s3.PutObjectInput{})},
		{"StringEquals", "s3:x-amz-server-side-encryption", "AES256", put(s3.PutObjectInput{ServerSideEncryption: "AES256"}), put(s3.PutObjectInput{})},
		{"StringEquals", "s3:x-amz-storage-class", "STANDARD_IA", put(s3.PutObjectInput{StorageClass: "STANDARD_IA"}), put(s3.PutObjectInput{})},
		{"StringEquals", "s3:if-none-match", "*", put(s3.PutObjectInput{IfNoneMatch: aws.String("*")}), put(s3.PutObjectInput{})},
		{"StringEquals", "s3:RequestObjectTag/team", "red", put(s3.PutObjectInput{Tagging: aws.String("team=red")}), put(s3.PutObjectInput{Tagging: aws.String("team=blue")})},
		{"StringEquals", "s3:ExistingObjectTag/team", "red", get(s3.GetObjectInput{}), put(s3.PutObjectInput{})},
		{"StringEquals", "s3:VersionId", "null", get(s3.GetObjectInput{VersionId: aws.String("null")}), get(s3.GetObjectInput{})},
		{"StringEquals", "s3:ResourceAccount", "111122223333", put(s3.PutObjectInput{}), nil},
		{"StringEquals", "s3:signatureversion", "AWS4-HMAC-SHA256", put(s3.PutObjectInput{}), nil},
		{"StringEquals", "s3:authType", "REST-HEADER", put(s3.PutObjectInput{}), nil},
		{"StringEquals", "aws:RequestedRegion", "us-east-1", put(s3.PutObjectInput{}), nil},
		{"Bool", "aws:SecureTransport", "false", put(s3.PutObjectInput{}), nil},
		{"IpAddress", "aws:SourceIp", "127.0.0.0/8", put(s3.PutObjectInput{}), nil},
		{"StringLike", "aws:UserAgent", "aws-sdk-go*", put(s3.PutObjectInput{}), nil},
	} {
		t.Run(c.key, func(t *testing.T) {
			w := newS3World(t)
			user := w.user(customerProfile, "u", "")
			_, err := w.as(customerProfile).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &w.bucket, Key: aws.String("tagged"), Tagging: aws.String("team=red"), Body: strings.NewReader("x")})
			w.must(err)
			w.policy(condition(w, "Allow", c.operator, c.key, c.value))
			w.wantCode(c.yes(w, user), "")
			if c.no != nil {
				w.wantCode(c.no(w, user), "AccessDenied")
			}
			w.policy(w.statement("Allow", w.arn(customerProfile, "u"), "s3:*", ""), condition(w, "Deny", c.operator, c.key, c.value))
			w.wantCode(c.yes(w, user), "AccessDenied")
		})
	}
}

func TestS3Regions(t *testing.T) {
	w := newS3World(t)
	p := w.profile(customerProfile)
	west := w.client(p.AccessKeyID, p.SecretAccessKey, "us-west-2")
	_, err := west.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("in-the-west"), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "us-west-2"}})
	w.must(err)
	err = func() error {
		_, err := w.as(customerProfile).GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("in-the-west")})
		return err
	}()
	w.wantCode(err, "AuthorizationHeaderMalformed")
	w.wantText(err, "the region 'us-east-1' is wrong; expecting 'us-west-2'")
	location, err := w.as(customerProfile).GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: aws.String("in-the-west")})
	if err != nil || location.LocationConstraint != "us-west-2" {
		t.Errorf("GetBucketLocation from us-east-1: %v, %v", location, err)
	}
	res := w.raw(customerProfile, "HEAD", "/in-the-west", "us-east-1", "")
	if res.StatusCode != 400 || res.Header.Get("x-amz-bucket-region") != "us-west-2" {
		t.Errorf("HEAD: %d, region %q", res.StatusCode, res.Header.Get("x-amz-bucket-region"))
	}
	res = w.raw(customerProfile, "GET", "/in-the-west?location", "eu-west-1", "")
	if text := bodyOf(t, res); res.StatusCode != 400 || !strings.Contains(text, "<Region>us-west-2</Region>") {
		t.Errorf("wrong signing region: %d %s", res.StatusCode, text)
	}
	res = w.raw(customerProfile, "GET", "/", "us-west-2", "", "Host", "in-the-west.s3.us-east-2.amazonaws.com")
	if text := bodyOf(t, res); res.StatusCode != 301 || !strings.Contains(text, "<Code>PermanentRedirect</Code>") || !strings.Contains(text, "<Endpoint>s3.us-west-2.amazonaws.com</Endpoint>") || res.Header.Get("x-amz-bucket-region") != "us-west-2" {
		t.Errorf("wrong host: %d %s", res.StatusCode, text)
	}
}

// What is not served is refused, whoever asks.
func TestS3NotImplemented(t *testing.T) {
	w := newS3World(t)
	w.must(w.put(w.as(customerProfile), "k", "v"))
	before := w.Snapshot()
	for _, c := range []struct {
		method, target string
		headers        []string
	}{
		{"GET", "/my.test.bucket?analytics", nil},
		{"GET", "/my.test.bucket?something-new", nil},
		{"GET", "/my.test.bucket?inventory&id=1", nil},
		{"PUT", "/my.test.bucket?website", nil},
		{"PUT", "/my.test.bucket?cors", nil},
		{"PUT", "/my.test.bucket?replication", nil},
		{"PUT", "/my.test.bucket?acl&policy", nil},
		{"POST", "/my.test.bucket", nil},
		{"PATCH", "/my.test.bucket/k", nil},
		{"DELETE", "/my.test.bucket?versionId=null", nil},
		{"DELETE", "/my.test.bucket/k?something-new", nil},
		{"PUT", "/my.test.bucket/k?versionId=null", nil},
		{"PUT", "/my.test.bucket/k?partNumber=1", nil},
		{"PUT", "/my.test.bucket/k?annotation", nil},
		{"GET", "/my.test.bucket/k?torrent", nil},
		{"POST", "/my.test.bucket/k?restore", nil},
		{"POST", "/my.test.bucket/k?select&select-type=2", nil},
		{"PUT", "/my.test.bucket/k", []string{"x-amz-server-side-encryption-customer-algorithm", "AES256"}},
		{"PUT", "/my.test.bucket/k", []string{"x-amz-server-side-encryption", "aws:kms:dsse"}},
		{"PUT", "/my.test.bucket/k", []string{"x-amz-write-offset-bytes", "1"}},
	} {
		res := w.raw(customerProfile, c.method, c.target, "us-east-1", "", c.headers...)
		text, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusNotImplemented || !strings.Contains(string(text), "<Code>NotImplemented</Code><Message>A header you provided implies functionality that is not implemented</Message>") {
			t.Errorf("%s %s: %d %s", c.method, c.target, res.StatusCode, text)
		}
	}
	wantSame(t, before, w.Snapshot())
}

func wantSame(t *testing.T, before, after []string) {
	t.Helper()
	if strings.Join(before, "\n") != strings.Join(after, "\n") {
		t.Errorf("something was changed:\n%s\n--\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}
