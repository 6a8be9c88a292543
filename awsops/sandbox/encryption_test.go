package sandbox_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// encryptBy makes a key of KMS the bucket's default, named as given.
func (w *world) encryptBy(named string) {
	w.t.Helper()
	rule := types.ServerSideEncryptionRule{ApplyServerSideEncryptionByDefault: &types.ServerSideEncryptionByDefault{SSEAlgorithm: types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &named}}
	askS3(w, (*s3.Client).PutBucketEncryption, s3.PutBucketEncryptionInput{Bucket: bucket, ServerSideEncryptionConfiguration: &types.ServerSideEncryptionConfiguration{Rules: []types.ServerSideEncryptionRule{rule}}})
}

func (w *world) read(keys aws.Credentials) error {
	out, err := w.s3With(keys).GetObject(w.t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key})
	if err == nil {
		_, err = io.Copy(io.Discard, out.Body)
		out.Body.Close()
	}
	return err
}

func (w *world) write(keys aws.Credentials, change ...func(*s3.PutObjectInput)) error {
	in := &s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("v")}
	for _, c := range change {
		c(in)
	}
	_, err := w.s3With(keys).PutObject(w.t.Context(), in)
	return err
}

func withKey(named string) func(*s3.PutObjectInput) {
	return func(in *s3.PutObjectInput) {
		in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &named
	}
}

const noMatter = " because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"

// The four tables of a firm that writes into a bucket with a customer's own key: both the
// key policy and the firm's own policy must let it use the key. Sources: Allowing users in
// other accounts to use a KMS key; Using SSE-KMS encryption for cross-account operations.
func TestACustomersKeyWantsBothSides(t *testing.T) {
	forFirm := func(actions, condition string) string { return keyStatement("Allow", firmAccount, actions, condition) }
	const both = "kms:GenerateDataKey kms:Decrypt"
	s3Only, keysToo := allow("Allow", "s3:*", "*"), `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","kms:*"],"Resource":"*"}]}`
	for name, c := range map[string]struct {
		key         []string // statements of the key policy beside the owner's
		own         string
		write, read string // how it is refused, "" for not
	}{
		"neither": {nil, s3Only, "kms:GenerateDataKey on this resource" + noMatter, "kms:Decrypt on the resource associated with this ciphertext" + noMatter},
		"own":     {nil, keysToo, "kms:GenerateDataKey on this resource" + noMatter, "kms:Decrypt on the resource associated with this ciphertext" + noMatter},
		"the key's": {
			[]string{forFirm(both, "")},
			s3Only,
			"kms:GenerateDataKey on resource: KEY because no identity-based policy allows the kms:GenerateDataKey action",
			"kms:Decrypt on resource: KEY because no identity-based policy allows the kms:Decrypt action",
		},
		"both":               {[]string{forFirm(both, "")}, keysToo, "", ""},
		"both, to write":     {[]string{forFirm("kms:GenerateDataKey*", "")}, keysToo, "", "kms:Decrypt on the resource associated with this ciphertext" + noMatter},
		"both, by way of S3": {[]string{forFirm(both, `,"Condition":{"StringEquals":{"kms:ViaService":"s3.us-east-1.amazonaws.com","kms:CallerAccount":"444455556666"}}`)}, keysToo, "", ""},
		"both, for the file": {[]string{forFirm(both, `,"Condition":{"StringEquals":{"kms:EncryptionContext:aws:s3:arn":"arn:aws:s3:::my.test.bucket/key"}}`)}, keysToo, "", ""},
		"both, for another file": {
			[]string{forFirm(both, `,"Condition":{"StringEquals":{"kms:EncryptionContext:aws:s3:arn":"arn:aws:s3:::my.test.bucket/other"}}`)},
			keysToo,
			"kms:GenerateDataKey on this resource" + noMatter, "kms:Decrypt on the resource associated with this ciphertext" + noMatter,
		},
		"both, not by way of S3": {
			[]string{forFirm(both, `,"Condition":{"Bool":{"aws:ViaAWSService":"false"}}`)},
			keysToo,
			"kms:GenerateDataKey on this resource" + noMatter, "kms:Decrypt on the resource associated with this ciphertext" + noMatter,
		},
		"both, from the firm's network": { // which S3 does not ask from
			[]string{forFirm(both, `,"Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.1"}}`)},
			keysToo,
			"kms:GenerateDataKey on this resource" + noMatter, "kms:Decrypt on the resource associated with this ciphertext" + noMatter,
		},
		"both, and a Deny of the firm's": {
			[]string{forFirm(both, "")},
			keysToo[:len(keysToo)-2] + `,{"Effect":"Deny","Action":"kms:*","Resource":"*"}]}`,
			"kms:GenerateDataKey on resource: KEY with an explicit deny in an identity-based policy", "kms:Decrypt on resource: KEY with an explicit deny in an identity-based policy",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			arn := w.newKMSKey()
			w.encryptBy(arn)
			w.must(w.setPolicy(*w.grant("s3:*")))
			w.must(w.write(w.keys(customer)))
			w.must(w.putKeyPolicy(arn, keyPolicy(append(c.key, ownersKey)...)))
			w.newUser(firm, "u")
			w.must(w.putPolicy(firm, "u", "p", c.own))
			u := w.newKey(firm, "u")
			for _, try := range []struct {
				err  error
				text string
			}{{w.read(u), c.read}, {w.write(u), c.write}} {
				if try.text == "" {
					w.must(try.err)
					continue
				}
				w.refused(try.err, "AccessDenied", "User: arn:aws:iam::444455556666:user/u is not authorized to perform: "+strings.ReplaceAll(try.text, "KEY", arn))
			}
		})
	}
}

// In the key's own account the key policy must allow as well, and what it hands to the
// account the user's own policy decides.
func TestAUserOfTheKeysAccountWantsTheKeyToo(t *testing.T) {
	w := newWorld(t)
	arn := w.newKMSKey()
	w.encryptBy(arn)
	w.newUser(customer, "u")
	u := w.newKey(customer, "u")
	w.must(w.putPolicy(customer, "u", "p", allow("Allow", "s3:*", "*")))
	w.refused(w.write(u), "AccessDenied", "kms:GenerateDataKey on resource: "+arn+" because no identity-based policy allows the kms:GenerateDataKey action")
	w.must(w.putKeyPolicy(arn, keyPolicy(ownersKey, keyStatement("Allow", "arn:aws:iam::111122223333:user/u", "kms:GenerateDataKey", ""))))
	w.must(w.write(u))
	w.must(w.putPolicy(customer, "u", "p", allow("Allow", "*", "*")))
	w.must(w.read(u))
	w.must(w.putKeyPolicy(arn, keyPolicy(keyStatement("Allow", "arn:aws:iam::111122223333:user/admin", "kms:*", ""))))
	w.refused(w.read(u), "AccessDenied", "kms:Decrypt on resource: "+arn+" because no resource-based policy allows the kms:Decrypt action")
	w.refused(w.write(w.keys(customerRoot)), "AccessDenied", "because no resource-based policy allows")
	w.must(w.read(w.keys(customer)))
}

// What a key cannot do any more fails with the code that S3 hands on, and works again with
// the key.
func TestAFileIsAsGoodAsItsKey(t *testing.T) {
	w := newWorld(t)
	arn := w.newKMSKey()
	w.encryptBy(arn)
	admin := w.keys(customer)
	w.must(w.write(admin))
	both := func(code, text string) {
		w.t.Helper()
		w.refused(w.read(admin), code, text)
		w.refused(w.write(admin), code, text)
	}
	w.mustKMS(customer, "DisableKey", `{"KeyId":"`+arn+`"}`)
	both("KMS.DisabledException", arn+" is disabled.")
	w.mustKMS(customer, "EnableKey", `{"KeyId":"`+arn+`"}`)
	w.must(w.read(admin))
	w.mustKMS(customer, "ScheduleKeyDeletion", `{"KeyId":"`+arn+`","PendingWindowInDays":7}`)
	both("KMS.KMSInvalidStateException", arn+" is pending deletion.")
	w.clock.advance(7 * 24 * time.Hour)
	for _, c := range []struct {
		method, code string
		status       int
	}{{"GET", "KMS.NotFoundException", 400}, {"PUT", "KMS.NotFoundException", 400}, {"DELETE", "", 204}} {
		status, body, _ := w.send(request{method: c.method, target: "/my.test.bucket/key", service: "s3", keys: admin})
		if status != c.status || !strings.Contains(body, c.code) {
			t.Errorf("%s of what its key is gone for: %d %s", c.method, status, body)
		}
	}
}

// A bare id and an alias are of the account of whoever sends the request, also where a
// bucket has them as its default. Source: PutBucketEncryption.
func TestWhoseKeyIsMeant(t *testing.T) {
	w := newWorld(t)
	arn := w.newKMSKey()
	_, id, _ := strings.Cut(arn, "key/")
	w.mustKMS(customer, "CreateAlias", `{"AliasName":"alias/files","TargetKeyId":"`+arn+`"}`)
	w.must(w.putKeyPolicy(arn, keyPolicy(ownersKey, keyStatement("Allow", firmAccount, "kms:*", ""))))
	w.must(w.setPolicy(*w.grant("s3:*")))
	const alias = "arn:aws:kms:us-east-1:111122223333:alias/files"
	for _, named := range []string{arn, id, "alias/files", alias} {
		w.must(w.write(w.keys(customer), withKey(named)))
		w.encryptBy(named)
		w.must(w.write(w.keys(customer)))
		for _, err := range []error{w.write(w.keys(firm)), w.write(w.keys(firm), withKey(named))} {
			if named == arn {
				w.must(err)
			} else {
				w.refused(err, "KMS.NotFoundException", "")
			}
		}
	}
	head := askS3(w, (*s3.Client).HeadObject, s3.HeadObjectInput{Bucket: bucket, Key: key})
	if head.ServerSideEncryption != types.ServerSideEncryptionAwsKms || *head.SSEKMSKeyId != arn {
		t.Errorf("the file is encrypted with %v %s", head.ServerSideEncryption, *head.SSEKMSKeyId)
	}

	w.encryptBy("alias/files")
	firms, err := w.kms(firm, "CreateKey", "")
	w.must(err)
	_, err = w.kms(firm, "CreateAlias", `{"AliasName":"alias/files","TargetKeyId":"`+firms["KeyMetadata"].(map[string]any)["Arn"].(string)+`"}`)
	w.must(err)
	w.must(w.write(w.keys(firm)))
	w.refused(w.read(w.keys(customer)), "AccessDenied", "kms:Decrypt on the resource associated with this ciphertext") // it is locked with the firm's key

	for named, code := range map[string]string{
		strings.Replace(arn, "us-east-1", "eu-west-1", 1):         "KMS.NotFoundException",
		"arn:aws:kms:us-east-1:444455556666:key/" + id[:35] + "0": "AccessDenied",
	} {
		w.refused(w.write(w.keys(customer), withKey(named)), code, "")
	}
	var api smithy.APIError
	if err := w.write(w.keys(customer), func(in *s3.PutObjectInput) { in.SSEKMSKeyId = &arn }); !errors.As(err, &api) || api.ErrorCode() != "InvalidArgument" {
		t.Errorf("a key without its algorithm: %v", err)
	}
}

// Whoever uploads in parts must be allowed to decrypt as well: the parts are read once more
// when they are joined.
func TestPartsWantDecryptToo(t *testing.T) {
	w := newWorld(t)
	arn := w.newKMSKey()
	w.encryptBy(arn)
	w.must(w.setPolicy(*w.grant("s3:*")))
	grant := func(actions string) {
		w.must(w.putKeyPolicy(arn, keyPolicy(ownersKey, keyStatement("Allow", firmAccount, actions, ""))))
	}
	grant("kms:GenerateDataKey")
	c, ctx := w.s3With(w.keys(firm)), t.Context()
	up, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: bucket, Key: key})
	w.must(err)
	part := func() (*s3.UploadPartOutput, error) {
		return c.UploadPart(ctx, &s3.UploadPartInput{Bucket: bucket, Key: key, UploadId: up.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("v")})
	}
	_, err = part()
	w.refused(err, "AccessDenied", "kms:Decrypt on the resource associated with this ciphertext")
	grant("kms:Decrypt")
	one, err := part()
	w.must(err)
	complete := func() error {
		_, err := c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: bucket, Key: key, UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: one.ETag}}}})
		return err
	}
	grant("kms:GenerateDataKey")
	w.refused(complete(), "AccessDenied", "kms:Decrypt")
	grant("kms:Decrypt")
	w.must(complete())
	w.must(w.read(w.keys(firm)))
}

// With a bucket key KMS is asked about the bucket. Source: Reducing the cost of SSE-KMS
// with Amazon S3 Bucket Keys.
func TestABucketKeyIsOfTheBucket(t *testing.T) {
	w := newWorld(t)
	arn := w.newKMSKey()
	w.must(w.putKeyPolicy(arn, keyPolicy(
		keyStatement("Allow", "arn:aws:iam::111122223333:user/admin", "kms:*", `,"Condition":{"StringLikeIfExists":{"kms:EncryptionContext:aws:s3:arn":"arn:aws:s3:::my.test.bucket"}}`))))
	w.refused(w.write(w.keys(customer), withKey(arn)), "AccessDenied", "")
	w.must(w.write(w.keys(customer), withKey(arn), func(in *s3.PutObjectInput) { in.BucketKeyEnabled = aws.Bool(true) }))
	if out := askS3(w, (*s3.Client).GetObject, s3.GetObjectInput{Bucket: bucket, Key: key}); !aws.ToBool(out.BucketKeyEnabled) {
		t.Error("the answer does not say that there is a bucket key")
	}
}
