package s3_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Each setting: what is put is what is read, and what S3 would not take is
// refused and changes nothing.
func TestS3Settings(t *testing.T) {
	const rule = "<Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix/></Filter><Expiration><Days>1</Days></Expiration></Rule>"
	for _, c := range []struct {
		sub, body, shows string // shows is in what a read answers afterwards
		code             string // "" when it is taken
	}{
		{"versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", "<Status>Enabled</Status>", ""},
		{"versioning", "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>", "<Status>Suspended</Status>", ""},
		{"versioning", "<VersioningConfiguration><Status>Off</Status></VersioningConfiguration>", "<VersioningConfiguration xmlns", "IllegalVersioningConfigurationException"},
		{"versioning", "<VersioningConfiguration><Status>Enabled</Status><MfaDelete>Enabled</MfaDelete></VersioningConfiguration>", "<VersioningConfiguration xmlns", "NotImplemented"},
		{"versioning", "<Versioning/>", "<VersioningConfiguration xmlns", "MalformedXML"},
		{"versioning", "", "<VersioningConfiguration xmlns", "MissingRequestBodyError"},
		{"encryption", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>", "<SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>true", ""},
		{"encryption", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms:dsse</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>", "AES256", "NotImplemented"},
		{"encryption", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>k</KMSMasterKeyID></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>", "AES256", "InvalidArgument"},
		{"encryption", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>ROT13</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>", "AES256", "MalformedXML"},
		{"encryption", "<ServerSideEncryptionConfiguration/>", "AES256", "MalformedXML"},
		{"lifecycle", "<LifecycleConfiguration>" + rule + "</LifecycleConfiguration>", "<Days>1</Days>", ""},
		{"lifecycle", "<LifecycleConfiguration>" + rule + rule + "</LifecycleConfiguration>", "NoSuchLifecycleConfiguration", "InvalidArgument"},
		{"lifecycle", "<LifecycleConfiguration>" + strings.Replace(rule, "<ID>r", "<ID>"+strings.Repeat("r", 256), 1) + "</LifecycleConfiguration>", "NoSuchLifecycleConfiguration", "InvalidArgument"},
		{"lifecycle", "<LifecycleConfiguration>" + strings.Replace(rule, "Enabled", "On", 1) + "</LifecycleConfiguration>", "NoSuchLifecycleConfiguration", "MalformedXML"},
		{"lifecycle", "<LifecycleConfiguration><Rule><Status>Enabled</Status><Prefix/></Rule></LifecycleConfiguration>", "NoSuchLifecycleConfiguration", "InvalidRequest"},
		{"lifecycle", "<LifecycleConfiguration></LifecycleConfiguration>", "NoSuchLifecycleConfiguration", "MalformedXML"},
		{"tagging", "<Tagging><TagSet><Tag><Key>b</Key><Value>2</Value></Tag><Tag><Key>a</Key><Value/></Tag></TagSet></Tagging>", "<Tag><Key>a</Key><Value></Value></Tag><Tag><Key>b</Key><Value>2</Value></Tag>", ""},
		{"tagging", "<Tagging><TagSet><Tag><Key>a</Key></Tag><Tag><Key>a</Key></Tag></TagSet></Tagging>", "NoSuchTagSet", "InvalidTag"},
		{"tagging", "<Tagging><TagSet><Tag><Key>a</Key><Value>" + strings.Repeat("x", 257) + "</Value></Tag></TagSet></Tagging>", "NoSuchTagSet", "InvalidTag"},
		{"tagging", "<Tagging><TagSet>" + strings.Repeat("<Tag><Key>a</Key></Tag>", 51) + "</TagSet></Tagging>", "NoSuchTagSet", "BadRequest"},
		{"ownershipControls", "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>", "ObjectWriter", ""},
		{"ownershipControls", "<OwnershipControls><Rule><ObjectOwnership>Mine</ObjectOwnership></Rule></OwnershipControls>", "BucketOwnerEnforced", "MalformedXML"},
		{"publicAccessBlock", "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>", "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls>", ""},
		{"publicAccessBlock", "<x/>", "<IgnorePublicAcls>true</IgnorePublicAcls>", "MalformedXML"},
	} {
		w := newS3World(t)
		before := w.Snapshot()
		res := w.raw(customerProfile, "PUT", "/my.test.bucket?"+c.sub, "us-east-1", c.body)
		text := bodyOf(t, res)
		if c.code == "" && res.StatusCode/100 != 2 || !strings.Contains(text, c.code) {
			t.Errorf("%s %.80s: %d %s", c.sub, c.body, res.StatusCode, text)
		}
		if c.code != "" {
			wantSame(t, before, w.Snapshot())
		} else if strings.Join(before, "\n") == strings.Join(w.Snapshot(), "\n") {
			t.Errorf("the snapshot does not show %s", c.sub)
		}
		if text := bodyOf(t, w.raw(customerProfile, "GET", "/my.test.bucket?"+c.sub, "us-east-1", "")); !strings.Contains(text, c.shows) {
			t.Errorf("%s: no %s in %s", c.sub, c.shows, text)
		}
	}
}

func TestS3ObjectTags(t *testing.T) {
	w := newS3World(t)
	c, ctx, key := w.as(customerProfile), t.Context(), aws.String("k")
	w.must(w.put(c, "k", "v"))
	put := func(tags ...types.Tag) error {
		_, err := c.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: &w.bucket, Key: key, Tagging: &types.Tagging{TagSet: tags}})
		return err
	}
	read := func() int {
		t.Helper()
		out, err := c.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &w.bucket, Key: key})
		w.must(err)
		return len(out.TagSet)
	}
	one := types.Tag{Key: aws.String("a"), Value: aws.String("b")}
	w.must(put(one))
	w.wantCode(put(one, one), "InvalidTag")
	if n := read(); n != 1 {
		t.Errorf("%d tags", n)
	}
	_, err := c.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: &w.bucket, Key: key})
	w.must(err)
	if n := read(); n != 0 {
		t.Errorf("%d tags after they were deleted", n)
	}
	_, err = c.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &w.bucket, Key: aws.String("none")})
	w.wantCode(err, "NoSuchKey")
	eleven := strings.TrimSuffix(strings.Repeat("a=1&", 11), "&")
	if text := bodyOf(t, w.raw(customerProfile, "PUT", "/my.test.bucket/many", "us-east-1", "x", "x-amz-tagging", eleven)); !strings.Contains(text, "Object tags cannot be greater than 10") {
		t.Errorf("eleven tags: %s", text)
	}
}

// The key aws/s3 of an account is for nobody else. Source: Setting default
// server-side encryption behavior for Amazon S3 buckets.
func TestS3KMSDoesNotGoAcrossAccounts(t *testing.T) {
	w := newS3World(t)
	customer, ctx := w.as(customerProfile), t.Context()
	w.policy(w.statement("Allow", w.account(firmProfile), readWrite, ""))
	_, err := customer.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{Bucket: &w.bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{
		Rules: []types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: "aws:kms"}}},
	}})
	w.must(err)
	out, err := customer.PutObject(ctx, &s3.PutObjectInput{Bucket: &w.bucket, Key: aws.String("k"), Body: strings.NewReader("v")})
	w.must(err)
	if out.ServerSideEncryption != "aws:kms" || !strings.Contains(aws.ToString(out.SSEKMSKeyId), ":111122223333:key/") {
		t.Errorf("put answers %v %v", out.ServerSideEncryption, aws.ToString(out.SSEKMSKeyId))
	}
	if got, err := w.get(customer, "k"); got != "v" {
		t.Errorf("%q, %v", got, err)
	}
	firm := w.as(firmProfile)
	w.wantText(w.put(firm, "f", "v"), "is not authorized to perform: kms:GenerateDataKey on this resource because the resource does not exist in this Region, no resource-based policies allow access")
	_, err = w.get(firm, "k")
	w.wantText(err, "is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext")
	_, err = firm.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &w.bucket, Key: aws.String("c"), CopySource: aws.String(testBucket + "/k")})
	w.wantText(err, "kms:Decrypt")
	w.openToPublic()
	w.policy(w.statement("Allow", "*", readWrite, ""))
	_, err = w.get(w.anonymous(), "k")
	w.wantText(err, "InvalidArgument: Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature Version 4.")
	_, err = customer.DeleteBucketEncryption(ctx, &s3.DeleteBucketEncryptionInput{Bucket: &w.bucket})
	w.must(err)
	w.must(w.put(firm, "f", "v"))
}

func TestS3ArchivedObjectsCannotBeRead(t *testing.T) {
	w := newS3World(t)
	c, ctx := w.as(customerProfile), t.Context()
	_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: &w.bucket, Key: aws.String("k"), StorageClass: "GLACIER", Body: strings.NewReader("v")})
	w.must(err)
	_, err = w.get(c, "k")
	w.wantCode(err, "InvalidObjectState")
	_, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &w.bucket, Key: aws.String("k")})
	w.must(err)
}

func TestS3Presigned(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	w.must(w.put(c, "k y", "v"))
	signed, err := s3.NewPresignClient(c).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: &w.bucket, Key: aws.String("k y"), ResponseContentType: aws.String("a/b"), ExpectedBucketOwner: aws.String("111122223333")})
	w.must(err)
	target := strings.TrimPrefix(signed.URL, w.URL())
	res := w.raw("", "GET", target, "", "")
	if text := bodyOf(t, res); text != "v" || res.Header.Get("Content-Type") != "a/b" {
		t.Errorf("%d %s", res.StatusCode, text)
	}
	wrong, err := s3.NewPresignClient(c).PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: &w.bucket, Key: aws.String("k y"), ExpectedBucketOwner: aws.String("444455556666")})
	w.must(err)
	var headers []string
	for name, values := range wrong.SignedHeader {
		if name != "Host" {
			headers = append(headers, name, values[0])
		}
	}
	if res := w.raw("", "GET", strings.TrimPrefix(wrong.URL, w.URL()), "", "", headers...); res.StatusCode != 403 {
		t.Errorf("of another owner: %d", res.StatusCode)
	}
	for _, cond := range []string{"REST-QUERY-STRING", "REST-HEADER"} {
		st := strings.TrimSuffix(w.statement("Deny", "*", "s3:GetObject", ""), "}") + `,"Condition":{"StringEquals":{"s3:authType":"` + cond + `"}}}`
		w.policy(st)
		if res := w.raw("", "GET", target, "", ""); (res.StatusCode == 403) != (cond == "REST-QUERY-STRING") {
			t.Errorf("with a deny of %s: %d", cond, res.StatusCode)
		}
	}
	if res := w.raw("", "GET", "/my.test.bucket/k%20y?response-content-type=a/b", "", ""); res.StatusCode != 403 {
		t.Errorf("anonymous: %d", res.StatusCode)
	}
}
