package s3_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestS3ObjectKeepsWhatItWasPutWith(t *testing.T) {
	w := newS3World(t)
	c, ctx := w.as(customerProfile), t.Context()
	put, err := c.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &w.bucket, Key: aws.String("k"), Body: strings.NewReader("content"), ContentType: aws.String("text/plain"), CacheControl: aws.String("no-cache"),
		ContentDisposition: aws.String("inline"), ContentEncoding: aws.String("identity"), ContentLanguage: aws.String("en"),
		Metadata: map[string]string{"who": "me"}, StorageClass: types.StorageClassStandardIa, Tagging: aws.String("a=b"),
	})
	w.must(err)
	if *put.ETag != `"9a0364b9e99bb480dd25e1f0284c8555"` || put.ServerSideEncryption != "AES256" || put.VersionId != nil {
		t.Errorf("put answers %v %v %v", *put.ETag, put.ServerSideEncryption, put.VersionId)
	}
	got, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: &w.bucket, Key: aws.String("k")})
	w.must(err)
	content, _ := io.ReadAll(got.Body)
	said := fmt.Sprint(string(content), *got.ETag, *got.ContentType, *got.CacheControl, *got.ContentDisposition, *got.ContentEncoding, *got.ContentLanguage, got.Metadata, got.StorageClass, *got.TagCount, *got.AcceptRanges, *got.ContentLength, got.VersionId == nil)
	if want := "content" + *put.ETag + "text/plainno-cacheinlineidentityenmap[who:me]STANDARD_IA1bytes7true"; strings.ReplaceAll(said, " ", "") != want {
		t.Errorf("got %s\nwant %s", said, want)
	}
	head, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &w.bucket, Key: aws.String("k"), ResponseContentType: aws.String("x/y"), ChecksumMode: types.ChecksumModeEnabled})
	w.must(err)
	if aws.ToString(head.ContentType) != "x/y" || *head.ContentLength != 7 || head.ChecksumType != "FULL_OBJECT" || time.Since(*head.LastModified) > time.Minute {
		t.Errorf("head answers %+v", head)
	}
	w.must(w.put(c, "plain", ""))
	plain, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &w.bucket, Key: aws.String("plain")})
	w.must(err)
	if *plain.ContentType != "application/octet-stream" || plain.StorageClass != "" {
		t.Errorf("a plain object is %q, %q", *plain.ContentType, plain.StorageClass)
	}
	attributes, err := c.GetObjectAttributes(ctx, &s3.GetObjectAttributesInput{Bucket: &w.bucket, Key: aws.String("k"), ObjectAttributes: []types.ObjectAttributes{"ETag", "ObjectSize", "StorageClass", "Checksum", "ObjectParts"}})
	w.must(err)
	if *attributes.ObjectSize != 7 || attributes.StorageClass != "STANDARD_IA" || `"`+*attributes.ETag+`"` != *put.ETag || attributes.Checksum.ChecksumType != "FULL_OBJECT" || attributes.ObjectParts != nil {
		t.Errorf("attributes are %+v", attributes)
	}
}

// Keys are what they are: no router may clean, fold or decode them twice.
func TestS3KeysOfAllKinds(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	keys := []string{"/lead", "//", "a//b", ".", "..", "a/../b", "a/./b", "sp ace", "plus+", "per%cent", "%2F", "ünï", "日本", "q?m=1&x", "#", "semi;colon", "'quote\"", "<xml>&amp;", "tab\there", "end/", strings.Repeat("k", 1024)}
	for _, key := range keys {
		if err := w.put(c, key, "content of "+key); err != nil {
			t.Errorf("put %q: %v", key, err)
			continue
		}
		if got, err := w.get(c, key); got != "content of "+key {
			t.Errorf("get %q: %q, %v", key, got, err)
		}
	}
	out, err := c.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &w.bucket, EncodingType: types.EncodingTypeUrl})
	w.must(err)
	var listed []string
	for _, o := range out.Contents {
		key, err := url.PathUnescape(*o.Key)
		w.must(err)
		listed = append(listed, key)
	}
	slices.Sort(keys)
	if !slices.Equal(keys, listed) {
		t.Errorf("listed %q\nwant %q", listed, keys)
	}
	w.wantCode(w.put(c, strings.Repeat("k", 1025), "x"), "KeyTooLongError")
}

func TestS3Conditions(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	w.must(w.put(c, "k", "v"))
	const etag, other = `"9e3669d19b675bd57058fd4664205d2a"`, `"00000000000000000000000000000000"`
	past, future := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	for _, in := range []struct {
		s3.GetObjectInput
		want string
	}{
		{s3.GetObjectInput{IfMatch: aws.String(etag)}, ""},
		{s3.GetObjectInput{IfMatch: aws.String(other)}, "PreconditionFailed"},
		{s3.GetObjectInput{IfMatch: aws.String("*")}, ""},
		{s3.GetObjectInput{IfNoneMatch: aws.String(etag)}, "304"},
		{s3.GetObjectInput{IfNoneMatch: aws.String(other)}, ""},
		{s3.GetObjectInput{IfModifiedSince: &past}, ""},
		{s3.GetObjectInput{IfModifiedSince: &future}, "304"},
		{s3.GetObjectInput{IfUnmodifiedSince: &past}, "PreconditionFailed"},
		{s3.GetObjectInput{IfUnmodifiedSince: &future}, ""},
		{s3.GetObjectInput{IfMatch: aws.String(etag), IfUnmodifiedSince: &past}, ""},
		{s3.GetObjectInput{IfNoneMatch: aws.String(etag), IfModifiedSince: &past}, "304"},
		{s3.GetObjectInput{IfNoneMatch: aws.String(other), IfModifiedSince: &future}, ""},
	} {
		in.Bucket, in.Key = &w.bucket, aws.String("k")
		_, err := c.GetObject(t.Context(), &in.GetObjectInput)
		if (err == nil) != (in.want == "") || err != nil && !strings.Contains(err.Error(), in.want) {
			t.Errorf("%+v: got %v, want %q", in.GetObjectInput, err, in.want)
		}
	}
	for _, in := range []struct {
		key string
		s3.PutObjectInput
		want string
	}{
		{"new", s3.PutObjectInput{IfNoneMatch: aws.String("*")}, ""},
		{"new", s3.PutObjectInput{IfNoneMatch: aws.String("*")}, "PreconditionFailed"},
		{"k", s3.PutObjectInput{IfNoneMatch: aws.String(etag)}, "NotImplemented"},
		{"k", s3.PutObjectInput{IfMatch: aws.String(other)}, "PreconditionFailed"},
		{"k", s3.PutObjectInput{IfMatch: aws.String(etag)}, ""},
		{"none", s3.PutObjectInput{IfMatch: aws.String(etag)}, "NoSuchKey"},
	} {
		in.Bucket, in.Key, in.Body = &w.bucket, &in.key, strings.NewReader("other")
		_, err := c.PutObject(t.Context(), &in.PutObjectInput)
		w.wantCode(err, in.want)
	}
	_, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("new"), IfMatch: aws.String(other)})
	w.wantCode(err, "PreconditionFailed")
	_, err = c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("none"), IfMatch: aws.String(other)})
	w.wantCode(err, "NoSuchKey")
	if got, _ := w.get(c, "k"); got != "other" {
		t.Errorf("the conditional write left %q", got)
	}
}

func TestS3Ranges(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	w.must(w.put(c, "k", "0123456789"))
	w.must(w.put(c, "empty", ""))
	for _, in := range []struct{ key, header, want, code string }{
		{"k", "bytes=0-0", "0", ""},
		{"k", "bytes=2-5", "2345", ""},
		{"k", "bytes=7-", "789", ""},
		{"k", "bytes=-3", "789", ""},
		{"k", "bytes=-99", "0123456789", ""},
		{"k", "bytes=5-99", "56789", ""},
		{"k", "bytes=5-2", "0123456789", ""},
		{"k", "bytes=x-y", "0123456789", ""},
		{"k", "bytes=0-1,3-4", "0123456789", ""},
		{"k", "lines=1-2", "0123456789", ""},
		{"k", "bytes=10-", "", "InvalidRange"},
		{"k", "bytes=-0", "", "InvalidRange"},
		{"empty", "bytes=0-", "", "InvalidRange"},
		{"empty", "bytes=-1", "", "InvalidRange"},
	} {
		out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &w.bucket, Key: &in.key, Range: &in.header})
		w.wantCode(err, in.code)
		if err != nil {
			continue
		}
		if content, _ := io.ReadAll(out.Body); string(content) != in.want {
			t.Errorf("%s: got %q, want %q", in.header, content, in.want)
		}
		if partial := len(in.want) < 10 || in.header == "bytes=-99"; partial != (out.ContentRange != nil) {
			t.Errorf("%s: Content-Range %v", in.header, out.ContentRange)
		}
	}
	out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &w.bucket, Key: aws.String("k"), PartNumber: aws.Int32(1)})
	if err != nil || *out.ContentLength != 10 || *out.ContentRange != "bytes 0-9/10" {
		t.Errorf("part 1: %+v, %v", out, err)
	}
	_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &w.bucket, Key: aws.String("k"), PartNumber: aws.Int32(2)})
	w.wantCode(err, "InvalidPartNumber")
	_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &w.bucket, Key: aws.String("k"), PartNumber: aws.Int32(1), Range: aws.String("bytes=0-1")})
	w.wantCode(err, "InvalidRequest")
}

// another is a checksum of the same length, and wrong.
func another(checksum string) string {
	if checksum[0] == 'A' {
		return "B" + checksum[1:]
	}
	return "A" + checksum[1:]
}

func crc32Of(body string) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))))
}

func TestS3Checksums(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	// Of "123456789", as the algorithms' descriptions give them.
	known := map[string]string{"CRC32": "y/Q5Jg==", "CRC32C": "4waSgw==", "CRC64NVME": "rosUhgp5mIg=", "SHA1": "98O8HYCOBHMq32eZZczDTKeuNEE=", "SHA256": "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="}
	for algorithm, value := range known {
		for with, status := range map[string]int{value: 200, another(value): 400, "!": 400} {
			res := w.raw(customerProfile, "PUT", "/my.test.bucket/k", "us-east-1", "123456789", "x-amz-checksum-"+strings.ToLower(algorithm), with)
			if res.StatusCode != status {
				t.Errorf("%s %s: %d %s", algorithm, with, res.StatusCode, bodyOf(t, res))
			}
		}
		// In a trailer, as today's SDKs send it.
		out, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &w.bucket, Key: aws.String("k"), Body: strings.NewReader("123456789"), ChecksumAlgorithm: types.ChecksumAlgorithm(algorithm)})
		w.must(err)
		back := map[string]*string{"CRC32": out.ChecksumCRC32, "CRC32C": out.ChecksumCRC32C, "CRC64NVME": out.ChecksumCRC64NVME, "SHA1": out.ChecksumSHA1, "SHA256": out.ChecksumSHA256}[algorithm]
		if back == nil || *back != value {
			t.Errorf("%s: put answers %v", algorithm, back)
		}
	}
	for with, want := range map[string]string{"JfnnlDI7RTiF9RgfG2JNCw==": "", "1B2M2Y8AsgTpgAmY7PhCfg==": "BadDigest", "x": "InvalidDigest"} {
		res := w.raw(customerProfile, "PUT", "/my.test.bucket/k", "us-east-1", "123456789", "Content-MD5", with)
		if text := bodyOf(t, res); want == "" && res.StatusCode != 200 || !strings.Contains(text, want) {
			t.Errorf("Content-MD5 %s: %d %s", with, res.StatusCode, text)
		}
	}
	res := w.raw(customerProfile, "PUT", "/my.test.bucket/two", "us-east-1", "123456789", "x-amz-checksum-crc32", known["CRC32"], "x-amz-checksum-sha1", known["SHA1"])
	if text := bodyOf(t, res); !strings.Contains(text, "Expecting a single x-amz-checksum- header") {
		t.Errorf("two checksums: %s", text)
	}
	res = w.raw(customerProfile, "PUT", "/my.test.bucket/none", "us-east-1", "123456789")
	if got := res.Header.Get("x-amz-checksum-crc64nvme"); got != known["CRC64NVME"] {
		t.Errorf("without a checksum S3 makes one; got %q", got)
	}
	res = w.raw(customerProfile, "HEAD", "/my.test.bucket/none", "us-east-1", "")
	if got := res.Header.Get("x-amz-checksum-crc64nvme"); got != "" {
		t.Errorf("a checksum that was not asked for: %q", got)
	}
}

func TestS3BadHeaders(t *testing.T) {
	w := newS3World(t)
	for _, c := range []struct{ header, value, code string }{
		{"x-amz-storage-class", "COLD", "InvalidStorageClass"},
		{"x-amz-server-side-encryption", "ROT13", "InvalidEncryptionAlgorithmError"},
		{"x-amz-acl", "everyone", "InvalidArgument"},
		{"x-amz-tagging", "a=1&a=2", "InvalidTag"},
		{"x-amz-tagging", "%zz=1", "InvalidArgument"},
		{"x-amz-tagging", "aws:x=1", "InvalidTag"},
		{"x-amz-meta-big", strings.Repeat("x", 2049), "MetadataTooLarge"},
		{"x-amz-copy-source", "nokey", "InvalidArgument"},
		{"x-amz-copy-source", "/none/k", "NoSuchBucket"},
		{"x-amz-copy-source", "/my.test.bucket/none", "NoSuchKey"},
		{"x-amz-copy-source", "arn:aws:s3:us-east-1:111122223333:accesspoint/a/object/k", "NotImplemented"},
	} {
		res := w.raw(customerProfile, "PUT", "/my.test.bucket/k", "us-east-1", "x", c.header, c.value)
		if text := bodyOf(t, res); !strings.Contains(text, "<Code>"+c.code+"</Code>") {
			t.Errorf("%s: %.20s: %d %s", c.header, c.value, res.StatusCode, text)
		}
	}
}

func TestS3Copies(t *testing.T) {
	w := newS3World(t)
	c, ctx := w.as(customerProfile), t.Context()
	_, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("target")})
	w.must(err)
	put, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: &w.bucket, Key: aws.String("s p/ü"), Body: strings.NewReader("v"), Metadata: map[string]string{"who": "me"}, Tagging: aws.String("a=b")})
	w.must(err)
	source := aws.String(url.PathEscape(testBucket + "/s p/ü"))
	copied, err := c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("target"), Key: aws.String("k"), CopySource: source})
	w.must(err)
	head, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("target"), Key: aws.String("k")})
	w.must(err)
	if *copied.CopyObjectResult.ETag != *put.ETag || head.Metadata["who"] != "me" || *head.TagCount != 1 {
		t.Errorf("the copy is %+v", head)
	}
	_, err = c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("target"), Key: aws.String("k"), CopySource: source, MetadataDirective: "REPLACE", Metadata: map[string]string{"new": "1"}, TaggingDirective: "REPLACE"})
	w.must(err)
	head, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("target"), Key: aws.String("k")})
	w.must(err)
	if head.Metadata["new"] != "1" || head.Metadata["who"] != "" || head.TagCount != nil {
		t.Errorf("the replaced copy is %+v", head)
	}
	itself := s3.CopyObjectInput{Bucket: aws.String("target"), Key: aws.String("k"), CopySource: aws.String("target/k")}
	_, err = c.CopyObject(ctx, &itself)
	w.wantCode(err, "InvalidRequest")
	itself.MetadataDirective = "REPLACE"
	_, err = c.CopyObject(ctx, &itself)
	w.must(err)
	for _, in := range []s3.CopyObjectInput{{CopySourceIfMatch: aws.String("x")}, {CopySourceIfNoneMatch: put.ETag}, {CopySourceIfModifiedSince: aws.Time(time.Now().Add(time.Hour))}} {
		in.Bucket, in.Key, in.CopySource = aws.String("target"), aws.String("k"), source
		_, err := c.CopyObject(ctx, &in)
		w.wantCode(err, "PreconditionFailed")
	}

	// Both sides decide, and the tags of the source take permissions of their own.
	reader := w.user(customerProfile, "reader", identity("Allow", "s3:GetObject", "*"))
	writer := w.user(customerProfile, "writer", identity("Allow", "s3:PutObject", "*"))
	both := w.user(customerProfile, "both", identity("Allow", "s3:PutObject s3:GetObject", "*"))
	for name, c := range map[string]*s3.Client{"reader": reader, "writer": writer, "both": both} {
		_, err := c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("target"), Key: aws.String("k2"), CopySource: source})
		if codeOf(err) != "AccessDenied" {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = both.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("target"), Key: aws.String("k2"), CopySource: source, TaggingDirective: "REPLACE"})
	w.must(err)
}

func TestS3Versions(t *testing.T) {
	w := newS3World(t)
	c, ctx := w.as(customerProfile), t.Context()
	w.must(w.put(c, "k", "overwritten"))
	w.must(w.put(c, "k", "null version"))
	if all := w.allVersions(c); len(all) != 1 || all[0][1] != "null" {
		t.Errorf("a bucket without versions has %q", all)
	}
	w.versioning("Enabled")
	put := func(content string) string {
		t.Helper()
		out, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: &w.bucket, Key: aws.String("k"), Body: strings.NewReader(content)})
		w.must(err)
		return aws.ToString(out.VersionId)
	}
	read := func(version string) (string, error) {
		out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: &w.bucket, Key: aws.String("k"), VersionId: &version})
		if err != nil {
			return "", err
		}
		content, err := io.ReadAll(out.Body)
		if *out.VersionId != version {
			t.Errorf("asked for %s, got %s", version, *out.VersionId)
		}
		return string(content), err
	}
	one := put("one")
	two := put("two")
	for version, want := range map[string]string{"null": "null version", one: "one", two: "two"} {
		if got, err := read(version); got != want {
			t.Errorf("%s: %q, %v", version, got, err)
		}
	}
	gone, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("k")})
	w.must(err)
	if gone.DeleteMarker == nil || !*gone.DeleteMarker || aws.ToString(gone.VersionId) == "" {
		t.Errorf("delete answers %+v", gone)
	}
	_, err = w.get(c, "k")
	w.wantCode(err, "NoSuchKey")
	res := w.raw(customerProfile, "GET", "/my.test.bucket/k", "us-east-1", "")
	if res.StatusCode != 404 || res.Header.Get("x-amz-delete-marker") != "true" || res.Header.Get("x-amz-version-id") != *gone.VersionId {
		t.Errorf("a deleted key answers %d %v", res.StatusCode, res.Header)
	}
	_, err = read(*gone.VersionId)
	w.wantCode(err, "MethodNotAllowed")
	_, err = read(strings.Repeat("x", 32))
	w.wantCode(err, "NoSuchVersion")
	_, err = read("x")
	w.wantCode(err, "InvalidArgument")
	w.must(w.put(w.as(customerProfile), "k2", "x"))
	if out, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: &w.bucket, Key: aws.String("k"), IfNoneMatch: aws.String("*"), Body: strings.NewReader("three")}); err != nil {
		t.Errorf("a deleted key is not free: %v", err)
	} else if _, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("k"), VersionId: out.VersionId}); err != nil {
		t.Error(err)
	}
	unmarked, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("k"), VersionId: gone.VersionId})
	w.must(err)
	if !*unmarked.DeleteMarker || *unmarked.VersionId != *gone.VersionId {
		t.Errorf("deleting a marker answers %+v", unmarked)
	}
	if got, _ := w.get(c, "k"); got != "two" {
		t.Errorf("without its marker the key reads %q", got)
	}

	w.versioning("Suspended")
	if version := put("again null"); version != "" {
		t.Errorf("a suspended bucket made version %q", version)
	}
	if all := w.allVersions(c); len(all) != 4 {
		t.Errorf("a null version did not take the other's place: %q", all)
	}
	if got, _ := read("null"); got != "again null" {
		t.Errorf("the null version reads %q", got)
	}
	gone, err = c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("k")})
	w.must(err)
	if *gone.VersionId != "null" || !*gone.DeleteMarker {
		t.Errorf("deleting in a suspended bucket answers %+v", gone)
	}
	if got, _ := read(one); got != "one" {
		t.Errorf("version one reads %q", got)
	}
	_, err = c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &w.bucket})
	w.wantCode(err, "BucketNotEmpty")
	for _, o := range w.allVersions(c) {
		_, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String(o[0]), VersionId: aws.String(o[1])})
		w.must(err)
	}
	_, err = c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &w.bucket})
	w.must(err)
	w.wantCode(w.list(c), "NoSuchBucket")
}

func (w *s3World) allVersions(c *s3.Client) (out [][2]string) {
	w.t.Helper()
	page, err := c.ListObjectVersions(w.t.Context(), &s3.ListObjectVersionsInput{Bucket: &w.bucket})
	w.must(err)
	for _, v := range page.Versions {
		out = append(out, [2]string{*v.Key, *v.VersionId})
	}
	for _, v := range page.DeleteMarkers {
		out = append(out, [2]string{*v.Key, *v.VersionId})
	}
	return out
}

func TestS3DeleteObjects(t *testing.T) {
	w := newS3World(t)
	c, ctx := w.as(customerProfile), t.Context()
	for _, key := range []string{"a", "b", "keep/c"} {
		w.must(w.put(c, key, key))
	}
	some := w.user(customerProfile, "some", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*"},{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::*/keep/*"}]}`)
	objects := []types.ObjectIdentifier{{Key: aws.String("a")}, {Key: aws.String("none")}, {Key: aws.String("keep/c")}, {Key: aws.String("b"), VersionId: aws.String("null")}}
	out, err := some.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &w.bucket, Delete: &types.Delete{Objects: objects}})
	w.must(err)
	if len(out.Deleted) != 2 || len(out.Errors) != 2 || *out.Errors[0].Key != "keep/c" || *out.Errors[0].Code != "AccessDenied" || *out.Errors[1].Key != "b" {
		t.Errorf("deleted %+v, errors %+v", out.Deleted, out.Errors)
	}
	out, err = c.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &w.bucket, Delete: &types.Delete{Quiet: aws.Bool(true), Objects: objects}})
	w.must(err)
	if len(out.Deleted)+len(out.Errors) != 0 {
		t.Errorf("quiet, yet it answers %+v", out)
	}
	w.versioning("Enabled")
	out, err = c.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &w.bucket, Delete: &types.Delete{Objects: objects[:1]}})
	w.must(err)
	if d := out.Deleted[0]; !*d.DeleteMarker || aws.ToString(d.DeleteMarkerVersionId) == "" || d.VersionId != nil {
		t.Errorf("with versions it answers %+v", d)
	}
	for body, want := range map[string]string{"": "MissingRequestBodyError", "<Delete></Delete>": "MalformedXML", "<Other/>": "MalformedXML", "<Delete>": "MalformedXML"} {
		res := w.raw(customerProfile, "POST", "/my.test.bucket?delete", "us-east-1", body, "x-amz-checksum-crc32", crc32Of(body))
		if text := bodyOf(t, res); !strings.Contains(text, "<Code>"+want+"</Code>") {
			t.Errorf("%q: %s", body, text)
		}
	}
	res := w.raw(customerProfile, "POST", "/my.test.bucket?delete", "us-east-1", "<Delete><Object><Key>a</Key></Object></Delete>")
	if text := bodyOf(t, res); !strings.Contains(text, "Missing required header for this request: Content-MD5") {
		t.Errorf("without a checksum: %s", text)
	}
}
