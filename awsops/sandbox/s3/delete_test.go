package s3_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// putAs writes a key and returns the ETag that S3 gave for it.
func (w *s3World) putAs(c *s3.Client, key, content string) (etag string) {
	w.t.Helper()
	out, err := c.PutObject(w.t.Context(), &s3.PutObjectInput{Bucket: &w.bucket, Key: &key, Body: strings.NewReader(content)})
	w.must(err)
	return *out.ETag
}

func (w *s3World) deleteIf(c *s3.Client, key, version, match string) error {
	in := &s3.DeleteObjectInput{Bucket: &w.bucket, Key: &key}
	if version != "" {
		in.VersionId = &version
	}
	if match != "" {
		in.IfMatch = &match
	}
	_, err := c.DeleteObject(w.t.Context(), in)
	return err
}

// deleteAllIf deletes keys by one request and returns what became of each: "" or the
// code of its error.
func (w *s3World) deleteAllIf(c *s3.Client, objects ...types.ObjectIdentifier) map[string]string {
	w.t.Helper()
	out, err := c.DeleteObjects(w.t.Context(), &s3.DeleteObjectsInput{Bucket: &w.bucket, Delete: &types.Delete{Objects: objects}})
	w.must(err)
	fates := map[string]string{}
	for _, d := range out.Deleted {
		fates[*d.Key] = ""
	}
	for _, e := range out.Errors {
		fates[*e.Key] = *e.Code
	}
	return fates
}

func (w *s3World) wantThere(c *s3.Client, key, content string) {
	w.t.Helper()
	if got, err := w.get(c, key); err != nil || got != content {
		w.t.Errorf("%s is %q, %v; want %q", key, got, err, content)
	}
}

func (w *s3World) wantGone(c *s3.Client, key string) {
	w.t.Helper()
	_, err := w.get(c, key)
	w.wantCode(err, "NoSuchKey")
}

const otherETag = `"0cc175b9c0f1b6a831c399e269772661"`

func TestS3ConditionalDelete(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	for _, condition := range []struct {
		match, want string // "" matches by the object's own ETag
	}{
		{"", ""},
		{"*", ""},
		{otherETag, "PreconditionFailed"},
	} {
		etag := w.putAs(c, "k", "content")
		match := condition.match
		if match == "" {
			match = etag
		}
		err := w.deleteIf(c, "k", "", match)
		if w.wantCode(err, condition.want); condition.want == "" {
			w.wantGone(c, "k")
		} else {
			w.wantText(err, "StatusCode: 412")
			w.wantThere(c, "k", "content")
		}
	}
	for _, match := range []string{"*", otherETag} {
		err := w.deleteIf(c, "none", "", match)
		w.wantCode(err, "NoSuchKey")
		w.wantText(err, "StatusCode: 404")
	}
	w.must(w.deleteIf(c, "none", "", "")) // without a condition it counts as deleted
}

// The condition is about the current version, whichever is to go.
func TestS3ConditionalDeleteLooksAtTheCurrentVersion(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	w.versioning("Enabled")
	first, err := c.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &w.bucket, Key: aws.String("k"), Body: strings.NewReader("first")})
	w.must(err)
	second := w.putAs(c, "k", "second")
	w.wantCode(w.deleteIf(c, "k", "", *first.ETag), "PreconditionFailed")
	w.wantCode(w.deleteIf(c, "k", *first.VersionId, *first.ETag), "PreconditionFailed")
	w.wantThere(c, "k", "second")
	w.must(w.deleteIf(c, "k", *first.VersionId, second))
	w.must(w.deleteIf(c, "k", "", second))
	w.wantGone(c, "k")
	// Under a delete marker there is no object, whatever lies below.
	w.wantCode(w.deleteIf(c, "k", "", second), "NoSuchKey")
	w.wantCode(w.deleteIf(c, "k", "", "*"), "NoSuchKey")
	if left := w.allVersions(c); len(left) != 2 {
		t.Errorf("left are %v, want the second version and its delete marker", left)
	}
}

func TestS3ConditionalDeleteObjects(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	same, any := w.putAs(c, "same", "1"), aws.String("*")
	w.putAs(c, "any", "2")
	w.putAs(c, "changed", "3")
	w.putAs(c, "sized", "4")
	fates := w.deleteAllIf(
		c,
		types.ObjectIdentifier{Key: aws.String("same"), ETag: &same},
		types.ObjectIdentifier{Key: aws.String("any"), ETag: any},
		types.ObjectIdentifier{Key: aws.String("changed"), ETag: aws.String(otherETag)},
		types.ObjectIdentifier{Key: aws.String("none"), ETag: any},
		types.ObjectIdentifier{Key: aws.String("none, unconditionally")},
		types.ObjectIdentifier{Key: aws.String("sized"), Size: aws.Int64(9)},
	)
	for key, want := range map[string]string{
		"same": "", "any": "", "changed": "PreconditionFailed", "none": "NoSuchKey", "none, unconditionally": "", "sized": "NotImplemented",
	} {
		if got, told := fates[key]; !told || got != want {
			t.Errorf("%s: %q, told %v; want %q", key, got, told, want)
		}
	}
	w.wantGone(c, "same")
	w.wantGone(c, "any")
	w.wantThere(c, "changed", "3")
	w.wantThere(c, "sized", "4")
}

// Who compares an ETag must be allowed to read the object; who asks only whether there
// is one need not.
func TestS3ConditionalDeleteTakesReading(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	blind := w.user(customerProfile, "blind", identity("Allow", "s3:DeleteObject", "*"))
	reader := w.user(customerProfile, "reader", identity("Allow", "s3:DeleteObject s3:GetObject", "*"))
	etag := w.putAs(c, "k", "content")
	w.wantCode(w.deleteIf(blind, "k", "", etag), "AccessDenied")
	if fate := w.deleteAllIf(blind, types.ObjectIdentifier{Key: aws.String("k"), ETag: &etag})["k"]; fate != "AccessDenied" {
		t.Errorf("by DeleteObjects: %q", fate)
	}
	w.wantThere(c, "k", "content")
	w.must(w.deleteIf(blind, "k", "", "*"))
	w.putAs(c, "k", "content")
	w.must(w.deleteIf(reader, "k", "", etag))
	w.putAs(c, "k", "content")
	if fate := w.deleteAllIf(reader, types.ObjectIdentifier{Key: aws.String("k"), ETag: &etag})["k"]; fate != "" {
		t.Errorf("by DeleteObjects, allowed to read: %q", fate)
	}
}

// The policy of AWS's guide: Enforce conditional deletes on Amazon S3 buckets.
func TestS3ConditionalDeleteCanBeEnforced(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	user := w.user(customerProfile, "u", "")
	w.policy(
		strings.TrimSuffix(w.statement("Allow", w.arn(customerProfile, "u"), "s3:DeleteObject", ""), "}")+`,"Condition":{"Null":{"s3:if-match":"false"}}}`,
		w.statement("Allow", w.arn(customerProfile, "u"), "s3:GetObject", ""),
	)
	one, two := w.putAs(c, "one", "1"), w.putAs(c, "two", "2")
	w.wantCode(w.deleteIf(user, "one", "", ""), "AccessDenied")
	w.must(w.deleteIf(user, "one", "", one))
	w.putAs(c, "one", "1")
	fates := w.deleteAllIf(user, types.ObjectIdentifier{Key: aws.String("two"), ETag: &two}, types.ObjectIdentifier{Key: aws.String("one")})
	if fates["two"] != "" || fates["one"] != "AccessDenied" {
		t.Errorf("by DeleteObjects: %q", fates)
	}
	w.wantGone(c, "two")
	w.wantThere(c, "one", "1")
}

// Directory buckets know conditions that others do not: to drop them would delete what
// was to stay.
func TestS3ConditionsOfDirectoryBuckets(t *testing.T) {
	w := newS3World(t)
	c := w.as(customerProfile)
	w.putAs(c, "k", "content")
	_, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("k"), IfMatchSize: aws.Int64(9)})
	w.wantCode(err, "NotImplemented")
	w.wantThere(c, "k", "content")
}
