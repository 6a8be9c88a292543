package s3_test

import (
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func TestS3Listings(t *testing.T) {
	w := newS3World(t)
	c, ctx := w.as(customerProfile), t.Context()
	for _, key := range []string{"a", "dir/1", "dir/2", "dir/sub/3", "z +"} {
		w.must(w.put(c, key, key))
	}
	v2, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &w.bucket, Delimiter: aws.String("/"), MaxKeys: aws.Int32(2), FetchOwner: aws.Bool(true)})
	w.must(err)
	if *v2.KeyCount != 2 || !*v2.IsTruncated || *v2.CommonPrefixes[0].Prefix != "dir/" || *v2.Contents[0].Owner.ID != w.canonical(customerProfile) || *v2.Contents[0].Size != 1 || v2.Contents[0].StorageClass != "STANDARD" {
		t.Errorf("first page: %+v", v2)
	}
	v2, err = c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &w.bucket, Delimiter: aws.String("/"), ContinuationToken: v2.NextContinuationToken, EncodingType: types.EncodingTypeUrl})
	w.must(err)
	if *v2.KeyCount != 1 || *v2.IsTruncated || *v2.Contents[0].Key != "z%20%2B" || v2.Contents[0].Owner != nil {
		t.Errorf("second page: %+v", v2)
	}
	v1, err := c.ListObjects(ctx, &s3.ListObjectsInput{Bucket: &w.bucket, Delimiter: aws.String("/"), Prefix: aws.String("dir/"), MaxKeys: aws.Int32(1), Marker: aws.String("dir/1")})
	w.must(err)
	if len(v1.Contents) != 1 || *v1.Contents[0].Key != "dir/2" || aws.ToString(v1.NextMarker) != "dir/2" || v1.Contents[0].Owner == nil {
		t.Errorf("version 1: %+v", v1)
	}
	v1, err = c.ListObjects(ctx, &s3.ListObjectsInput{Bucket: &w.bucket, MaxKeys: aws.Int32(1)})
	w.must(err)
	if !*v1.IsTruncated || v1.NextMarker != nil {
		t.Errorf("without a delimiter: %+v", v1)
	}
	for query, want := range map[string]string{
		"max-keys=x": "InvalidArgument", "max-keys=-1": "InvalidArgument", "encoding-type=base64": "InvalidArgument", "max-keys=0": "<IsTruncated>false</IsTruncated>",
		"list-type=3": "InvalidArgument", "list-type=2&continuation-token=": "InvalidArgument", "list-type=2&continuation-token=zz": "InvalidArgument",
		"list-type=2&max-keys=5000": "<MaxKeys>1000</MaxKeys>", "versions&version-id-marker=x": "InvalidArgument", "versions&max-keys=0": "<IsTruncated>false</IsTruncated>",
		"unknown=ignored": "<Key>a</Key>", "prefix=dir/sub": "<Key>dir/sub/3</Key>",
	} {
		res := w.raw(customerProfile, "GET", "/my.test.bucket?"+query, "us-east-1", "")
		if text := bodyOf(t, res); !strings.Contains(text, want) {
			t.Errorf("%s: no %s in %s", query, want, text)
		}
	}
	w.versioning("Enabled")
	w.must(w.put(c, "a", "newer"))
	_, err = c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &w.bucket, Key: aws.String("z +")})
	w.must(err)
	var seen []string
	in := s3.ListObjectVersionsInput{Bucket: &w.bucket, MaxKeys: aws.Int32(1), Delimiter: aws.String("/")}
	for {
		page, err := c.ListObjectVersions(ctx, &in)
		w.must(err)
		for _, v := range page.Versions {
			seen = append(seen, fmt.Sprint(*v.Key, " ", *v.IsLatest))
		}
		for _, v := range page.DeleteMarkers {
			seen = append(seen, fmt.Sprint(*v.Key, " marker ", *v.IsLatest))
		}
		for _, p := range page.CommonPrefixes {
			seen = append(seen, *p.Prefix)
		}
		if !*page.IsTruncated {
			break
		}
		in.KeyMarker, in.VersionIdMarker = page.NextKeyMarker, page.NextVersionIdMarker
	}
	if want := []string{"a true", "a false", "dir/", "z + marker true", "z + false"}; !slices.Equal(seen, want) {
		t.Errorf("versions %q, want %q", seen, want)
	}
}

func TestS3Buckets(t *testing.T) {
	w := newS3World(t)
	c, ctx := w.as(customerProfile), t.Context()
	make := func(c *s3.Client, name string) error {
		_, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name})
		return err
	}
	w.must(make(c, "second"))
	w.must(make(c, "second")) // in us-east-1 that is no error
	w.wantCode(make(w.as(firmProfile), "second"), "BucketAlreadyExists")
	w.must(make(w.as(firmProfile), "of-the-firm"))
	var names []string
	in := s3.ListBucketsInput{MaxBuckets: aws.Int32(1)}
	for {
		page, err := c.ListBuckets(ctx, &in)
		w.must(err)
		names = append(names, *page.Buckets[0].Name)
		if page.ContinuationToken == nil {
			break
		}
		in.ContinuationToken = page.ContinuationToken
	}
	if want := []string{"my.test.bucket", "second"}; !slices.Equal(names, want) {
		t.Errorf("buckets %q, want %q", names, want)
	}
	some, err := c.ListBuckets(ctx, &s3.ListBucketsInput{Prefix: aws.String("sec")})
	if err != nil || len(some.Buckets) != 1 || *some.Buckets[0].BucketRegion != "us-east-1" {
		t.Errorf("with a prefix: %+v, %v", some, err)
	}
	_, err = w.anonymous().ListBuckets(ctx, &s3.ListBucketsInput{})
	w.wantCode(err, "AccessDenied")

	res := w.raw(customerProfile, "PUT", "/Not_Valid", "us-east-1", "")
	if text := bodyOf(t, res); !strings.Contains(text, "<Code>InvalidBucketName</Code>") {
		t.Errorf("a bad name: %s", text)
	}
	for _, l := range []struct{ signed, constraint, want string }{
		{"us-east-1", "", ""},
		{"us-east-1", "eu-west-1", ""},
		{"us-east-1", "EU", ""},
		{"eu-west-1", "eu-west-1", ""},
		{"us-east-1", "us-east-1", "InvalidLocationConstraint"},
		{"us-east-1", "mars-1", "InvalidLocationConstraint"},
		{"eu-west-1", "", "The unspecified location constraint is incompatible"},
		{"eu-west-1", "us-west-2", "The us-west-2 location constraint is incompatible"},
	} {
		body := ""
		if l.constraint != "" {
			body = "<CreateBucketConfiguration><LocationConstraint>" + l.constraint + "</LocationConstraint></CreateBucketConfiguration>"
		}
		target := "/" + strings.ToLower("b-"+rand.Text())
		res := w.raw(customerProfile, "PUT", target, l.signed, body)
		if text := bodyOf(t, res); !strings.Contains(text, l.want) || (l.want == "") != (res.StatusCode == 200) {
			t.Errorf("%+v: %d %s", l, res.StatusCode, text)
		}
		if l.constraint == "eu-west-1" {
			if res := w.raw(customerProfile, "PUT", target, l.signed, body); res.StatusCode != 409 || !strings.Contains(bodyOf(t, res), "BucketAlreadyOwnedByYou") {
				t.Errorf("%+v again: %d", l, res.StatusCode)
			}
		}
	}
	for _, h := range [][2]string{{"x-amz-acl", "public-read"}, {"x-amz-object-ownership", "Nobody"}} {
		if res := w.raw(customerProfile, "PUT", "/never-made", "us-east-1", "", h[0], h[1]); res.StatusCode/100 == 2 {
			t.Errorf("%v was taken", h)
		}
	}
}

func TestS3BucketInTheHostName(t *testing.T) {
	w := newS3World(t)
	res := w.raw(customerProfile, "PUT", "/virtual//key", "us-east-1", "v", "Host", "my.test.bucket.s3.us-east-1.amazonaws.com")
	if res.StatusCode != 200 {
		t.Fatalf("%d %s", res.StatusCode, bodyOf(t, res))
	}
	if got, err := w.get(w.as(customerProfile), "virtual//key"); got != "v" {
		t.Errorf("%q, %v", got, err)
	}
}
