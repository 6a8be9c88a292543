package s3_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops/sandbox"
)

func megabytes(n int) func(*sandbox.Config) {
	return func(c *sandbox.Config) { c.Capacity = n << 20 }
}

var half = strings.Repeat("x", 600<<10) // of a megabyte, with something over

// patient is a client that tries again, as clients do unless they are told otherwise.
func (w *s3World) patient(profile string) *s3.Client {
	p := w.profile(profile)
	options := w.client(p.AccessKeyID, p.SecretAccessKey, "us-east-1").Options()
	options.Retryer, options.RetryMaxAttempts = retry.NewStandard(), 0
	return s3.New(options)
}

func TestS3IsFullAtItsCapacity(t *testing.T) {
	w := newS3World(t, megabytes(1))
	c := w.patient(customerProfile)
	w.must(w.put(c, "first", half))
	before, calls := w.Snapshot(), len(w.Calls())
	err := w.put(c, "second", half)
	w.wantCode(err, "InsufficientCapacity")
	w.wantText(err, "StatusCode: 507")
	w.wantText(err, "1 MB at most. Delete objects")
	if n := len(w.Calls()) - calls; n != 1 {
		t.Errorf("the SDK tried %d times: waiting makes no room", n)
	}
	wantSame(t, before, w.Snapshot())
	_, err = c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: &w.bucket, Key: aws.String("copy"), CopySource: aws.String(w.bucket + "/first")})
	w.wantCode(err, "InsufficientCapacity")
	upload := w.upload(c, "parts")
	_, err = c.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: &w.bucket, Key: aws.String("parts"), UploadId: upload, PartNumber: aws.Int32(1), Body: strings.NewReader(half)})
	w.wantCode(err, "InsufficientCapacity")
	_, err = c.UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{Bucket: &w.bucket, Key: aws.String("parts"), UploadId: upload, PartNumber: aws.Int32(1), CopySource: aws.String(w.bucket + "/first")})
	w.wantCode(err, "InsufficientCapacity")
	rules := &types.BucketLifecycleConfiguration{Rules: []types.LifecycleRule{{
		ID: aws.String("r"), Status: types.ExpirationStatusEnabled, Filter: &types.LifecycleRuleFilter{Prefix: aws.String(half)}, Expiration: &types.LifecycleExpiration{Days: aws.Int32(1)},
	}}}
	_, err = c.PutBucketLifecycleConfiguration(t.Context(), &s3.PutBucketLifecycleConfigurationInput{Bucket: &w.bucket, LifecycleConfiguration: rules})
	w.wantCode(err, "InsufficientCapacity")
	w.must(w.deleteIf(c, "first", "", ""))
	w.must(w.put(c, "second", half))
}

func (w *s3World) upload(c *s3.Client, key string) (id *string) {
	w.t.Helper()
	out, err := c.CreateMultipartUpload(w.t.Context(), &s3.CreateMultipartUploadInput{Bucket: &w.bucket, Key: &key})
	w.must(err)
	return out.UploadId
}

// Whatever takes room gives it back: else the third time round there is none.
func TestS3RoomIsGivenBack(t *testing.T) {
	for name, round := range map[string]func(w *s3World, c *s3.Client){
		"deleted": func(w *s3World, c *s3.Client) {
			w.must(w.put(c, "k", half))
			w.must(w.deleteIf(c, "k", "", ""))
		},
		"replaced": func(w *s3World, c *s3.Client) {
			w.must(w.put(c, "k", half[:300<<10]))
		},
		"a version deleted": func(w *s3World, c *s3.Client) {
			w.versioning("Enabled")
			w.must(w.put(c, "k", half))
			w.must(w.deleteIf(c, "k", "", "")) // leaves a marker, and the version
			for _, v := range w.allVersions(c) {
				w.must(w.deleteIf(c, v[0], v[1], ""))
			}
		},
		"an upload aborted": func(w *s3World, c *s3.Client) {
			id := w.upload(c, "k")
			_, err := c.UploadPart(w.t.Context(), &s3.UploadPartInput{Bucket: &w.bucket, Key: aws.String("k"), UploadId: id, PartNumber: aws.Int32(1), Body: strings.NewReader(half)})
			w.must(err)
			_, err = c.AbortMultipartUpload(w.t.Context(), &s3.AbortMultipartUploadInput{Bucket: &w.bucket, Key: aws.String("k"), UploadId: id})
			w.must(err)
		},
		"an upload completed": func(w *s3World, c *s3.Client) {
			id := w.upload(c, "k")
			part, err := c.UploadPart(w.t.Context(), &s3.UploadPartInput{Bucket: &w.bucket, Key: aws.String("k"), UploadId: id, PartNumber: aws.Int32(1), Body: strings.NewReader(half)})
			w.must(err)
			_, err = c.CompleteMultipartUpload(w.t.Context(), &s3.CompleteMultipartUploadInput{
				Bucket: &w.bucket, Key: aws.String("k"), UploadId: id,
				MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{PartNumber: aws.Int32(1), ETag: part.ETag}}},
			})
			w.must(err)
			w.wantThere(c, "k", half)
			w.must(w.deleteIf(c, "k", "", ""))
		},
		"the bucket deleted": func(w *s3World, c *s3.Client) {
			_, err := c.CreateBucket(w.t.Context(), &s3.CreateBucketInput{Bucket: aws.String("of-its-own")})
			w.must(err)
			of := *w
			of.bucket = "of-its-own"
			id := of.upload(c, "k")
			_, err = c.UploadPart(w.t.Context(), &s3.UploadPartInput{Bucket: &of.bucket, Key: aws.String("k"), UploadId: id, PartNumber: aws.Int32(1), Body: strings.NewReader(half)})
			w.must(err)
			_, err = c.DeleteBucket(w.t.Context(), &s3.DeleteBucketInput{Bucket: &of.bucket})
			w.must(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newS3World(t, megabytes(1))
			for range 3 {
				round(w, w.as(customerProfile))
			}
		})
	}
}

// What is small counts too, so that there is an end to that as well.
func TestS3SmallThingsFillItToo(t *testing.T) {
	for name, once := range map[string]func(w *s3World, c *s3.Client, i int) error{
		"objects":  func(w *s3World, c *s3.Client, i int) error { return w.put(c, fmt.Sprint(i), "") },
		"versions": func(w *s3World, c *s3.Client, _ int) error { return w.put(c, "k", "") },
		"markers":  func(w *s3World, c *s3.Client, _ int) error { return w.deleteIf(c, "k", "", "") },
		"uploads": func(w *s3World, c *s3.Client, _ int) error {
			_, err := c.CreateMultipartUpload(w.t.Context(), &s3.CreateMultipartUploadInput{Bucket: &w.bucket, Key: aws.String("k")})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newS3World(t, megabytes(1))
			w.versioning("Enabled")
			c := w.as(customerProfile)
			for i := range 100 {
				if err := once(w, c, i); err != nil {
					w.wantCode(err, "InsufficientCapacity")
					return
				}
			}
			t.Error("a hundred went into a megabyte: they would never have an end")
		})
	}
}

// A fork has as much room as there is left in what it was made of.
func TestS3RoomOfAFork(t *testing.T) {
	w := newS3World(t, megabytes(1))
	w.must(w.put(w.as(customerProfile), "first", half))
	box, err := w.Fork()
	w.must(err)
	t.Cleanup(func() { box.Close() })
	fork := &s3World{Sandbox: box, t: t, bucket: w.bucket}
	c := fork.as(customerProfile)
	fork.wantCode(fork.put(c, "second", half), "InsufficientCapacity")
	fork.must(fork.deleteIf(c, "first", "", ""))
	fork.must(fork.put(c, "second", half))
	w.wantCode(w.put(w.as(customerProfile), "second", half), "InsufficientCapacity")
}

func TestS3HeadTooLarge(t *testing.T) {
	w := newS3World(t)
	long := strings.Repeat("x", 8<<10)
	for name, res := range map[string]*http.Response{
		"a header": w.raw(customerProfile, "PUT", "/my.test.bucket/k", "us-east-1", "v", "Cache-Control", long),
		"a query":  w.raw(customerProfile, "PUT", "/my.test.bucket/k?x-id="+long, "us-east-1", "v"),
	} {
		if text := bodyOf(t, res); res.StatusCode != 400 || !strings.Contains(text, "<Code>RequestHeaderSectionTooLarge</Code>") {
			t.Errorf("%s of 8 KB: %d %s", name, res.StatusCode, text)
		}
	}
	if res := w.raw(customerProfile, "PUT", "/my.test.bucket/k", "us-east-1", "v", "Cache-Control", long[:6<<10]); res.StatusCode != 200 {
		t.Errorf("a header of 6 KB: %d %s", res.StatusCode, bodyOf(t, res))
	}
}

func TestS3BucketQuota(t *testing.T) {
	w := newS3World(t, func(c *sandbox.Config) {
		for i := len(c.Buckets); i < 10000; i++ {
			c.Buckets = append(c.Buckets, sandbox.Bucket{Name: fmt.Sprintf("bucket-%d", i), Account: "111122223333"})
		}
	})
	create := func(profile, bucket string) error {
		_, err := w.as(profile).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket})
		return err
	}
	w.wantCode(create(customerProfile, "one-too-many"), "TooManyBuckets")
	w.must(create(firmProfile, "of-another-account"))
	_, err := w.as(customerProfile).DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("bucket-5000")})
	w.must(err)
	w.must(create(customerProfile, "one-for-another"))
}

func TestS3KeysThatAreTooLongMakeNoMarkers(t *testing.T) {
	w := newS3World(t)
	w.versioning("Enabled")
	long := strings.Repeat("k", 1025)
	if fate := w.deleteAllIf(w.as(customerProfile), types.ObjectIdentifier{Key: &long})[long]; fate != "KeyTooLongError" {
		t.Errorf("a key of 1025 bytes: %q", fate)
	}
	if left := w.allVersions(w.as(customerProfile)); len(left) != 0 {
		t.Errorf("it left %d markers", len(left))
	}
}

func TestS3GrantsOfAnACL(t *testing.T) {
	w := newS3World(t)
	w.ownership(types.ObjectOwnershipBucketOwnerPreferred)
	c := w.as(customerProfile)
	w.must(w.put(c, "k", "v"))
	put := func(grants int) error {
		id := aws.String(w.canonical(customerProfile))
		in := &types.AccessControlPolicy{Owner: &types.Owner{ID: id}}
		for range grants {
			in.Grants = append(in.Grants, types.Grant{Grantee: &types.Grantee{Type: types.TypeCanonicalUser, ID: id}, Permission: types.PermissionRead})
		}
		_, err := c.PutObjectAcl(t.Context(), &s3.PutObjectAclInput{Bucket: &w.bucket, Key: aws.String("k"), AccessControlPolicy: in})
		return err
	}
	w.must(put(100))
	w.wantCode(put(101), "MalformedACLError")
}
