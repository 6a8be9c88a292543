package s3_test

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// Every part but the last has at least this size.
const minPart = 5 << 20

func TestS3MultipartUpload(t *testing.T) {
	w := newS3World(t)
	c, ctx, key := w.as(customerProfile), t.Context(), aws.String("big")
	first, second := bytes.Repeat([]byte("a"), minPart), []byte("the end")
	for _, kind := range []struct {
		algorithm types.ChecksumAlgorithm
		of        types.ChecksumType
		suffix    string
	}{{"", "", ""}, {"CRC32", "", "-2"}, {"CRC32", "FULL_OBJECT", ""}, {"SHA256", "COMPOSITE", "-2"}, {"CRC64NVME", "", ""}} {
		up, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &w.bucket, Key: key, ChecksumAlgorithm: kind.algorithm, ChecksumType: kind.of, Metadata: map[string]string{"who": "me"}})
		w.must(err)
		var parts []types.CompletedPart
		for i, data := range [][]byte{first, second} {
			out, err := c.UploadPart(ctx, &s3.UploadPartInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId, PartNumber: aws.Int32(int32(i + 1)), Body: bytes.NewReader(data), ChecksumAlgorithm: kind.algorithm})
			w.must(err)
			parts = append(parts, types.CompletedPart{PartNumber: aws.Int32(int32(i + 1)), ETag: out.ETag})
		}
		listed, err := c.ListParts(ctx, &s3.ListPartsInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId, MaxParts: aws.Int32(1)})
		w.must(err)
		if len(listed.Parts) != 1 || !*listed.IsTruncated || *listed.NextPartNumberMarker != "1" || *listed.Parts[0].Size != minPart {
			t.Errorf("ListParts: %+v", listed)
		}
		listed, err = c.ListParts(ctx, &s3.ListPartsInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId, PartNumberMarker: listed.NextPartNumberMarker})
		if err != nil || len(listed.Parts) != 1 || *listed.Parts[0].PartNumber != 2 {
			t.Errorf("ListParts, second page: %+v, %v", listed, err)
		}
		uploads, err := c.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: &w.bucket})
		if err != nil || len(uploads.Uploads) != 1 || *uploads.Uploads[0].UploadId != *up.UploadId {
			t.Errorf("ListMultipartUploads: %+v, %v", uploads, err)
		}
		done, err := c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
		w.must(err)
		a, b := md5.Sum(first), md5.Sum(second)
		if want := fmt.Sprintf(`"%x-2"`, md5.Sum(append(a[:], b[:]...))); *done.ETag != want {
			t.Errorf("ETag %s, want %s", *done.ETag, want)
		}
		got, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: &w.bucket, Key: key, ChecksumMode: types.ChecksumModeEnabled})
		w.must(err)
		content, err := io.ReadAll(got.Body) // the SDK checks the checksum
		if err != nil || !bytes.Equal(content, append(bytes.Clone(first), second...)) || got.Metadata["who"] != "me" {
			t.Errorf("%+v: read %d bytes, %v", kind, len(content), err)
		}
		value := aws.ToString(got.ChecksumCRC32) + aws.ToString(got.ChecksumSHA256) + aws.ToString(got.ChecksumCRC64NVME)
		if value == "" || strings.HasSuffix(value, "-2") != (kind.suffix != "") {
			t.Errorf("%+v: checksum %q", kind, value)
		}
		part, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: &w.bucket, Key: key, PartNumber: aws.Int32(2)})
		w.must(err)
		if content, _ := io.ReadAll(part.Body); string(content) != "the end" || *part.PartsCount != 2 {
			t.Errorf("part 2 is %q", content)
		}
		_, err = c.UploadPart(ctx, &s3.UploadPartInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId, PartNumber: aws.Int32(3), Body: strings.NewReader("late")})
		w.wantCode(err, "NoSuchUpload")
	}
}

func TestS3MultipartRefusals(t *testing.T) {
	w := newS3World(t)
	c, ctx, key := w.as(customerProfile), t.Context(), aws.String("big")
	up, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &w.bucket, Key: key})
	w.must(err)
	part := func(n int32, content string) types.CompletedPart {
		t.Helper()
		out, err := c.UploadPart(ctx, &s3.UploadPartInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId, PartNumber: &n, Body: strings.NewReader(content)})
		w.must(err)
		return types.CompletedPart{PartNumber: &n, ETag: out.ETag}
	}
	one, two := part(1, "small"), part(2, "last")
	other := types.CompletedPart{PartNumber: aws.Int32(2), ETag: aws.String(`"x"`)}
	missing := types.CompletedPart{PartNumber: aws.Int32(3), ETag: two.ETag}
	for _, in := range []struct {
		parts []types.CompletedPart
		want  string
	}{
		{[]types.CompletedPart{one, two}, "EntityTooSmall"},
		{[]types.CompletedPart{two, one}, "InvalidPartOrder"},
		{[]types.CompletedPart{two, two}, "InvalidPartOrder"},
		{[]types.CompletedPart{one, other}, "InvalidPart"},
		{[]types.CompletedPart{one, missing}, "InvalidPart"},
		{nil, "MalformedXML"},
	} {
		_, err := c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: in.parts}})
		w.wantCode(err, in.want)
	}
	for _, n := range []int32{0, 10001} {
		_, err := c.UploadPart(ctx, &s3.UploadPartInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId, PartNumber: &n, Body: strings.NewReader("")})
		w.wantCode(err, "InvalidArgument")
	}
	w.must(w.put(c, "src", "0123456789"))
	piece, err := c.UploadPartCopy(ctx, &s3.UploadPartCopyInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId, PartNumber: aws.Int32(1), CopySource: aws.String(testBucket + "/src"), CopySourceRange: aws.String("bytes=2-4")})
	w.must(err)
	if want := fmt.Sprintf(`"%x"`, md5.Sum([]byte("234"))); *piece.CopyPartResult.ETag != want {
		t.Errorf("the copied part has ETag %s, want %s", *piece.CopyPartResult.ETag, want)
	}
	_, err = c.UploadPartCopy(ctx, &s3.UploadPartCopyInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId, PartNumber: aws.Int32(1), CopySource: aws.String(testBucket + "/src"), CopySourceRange: aws.String("2-4")})
	w.wantCode(err, "InvalidArgument")
	_, err = c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &w.bucket, Key: aws.String("src"), UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{two}},
	})
	w.wantCode(err, "NoSuchUpload") // it is another key's
	w.wantCode(w.put(c, "src", "x"), "")
	_, err = c.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &w.bucket, Key: key, UploadId: up.UploadId, MpuObjectSize: aws.Int64(5), MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{two}},
	})
	w.wantCode(err, "InvalidRequest")
	_, err = c.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId})
	w.must(err)
	_, err = c.ListParts(ctx, &s3.ListPartsInput{Bucket: &w.bucket, Key: key, UploadId: up.UploadId})
	w.wantCode(err, "NoSuchUpload")
	for _, h := range [][]string{{"x-amz-checksum-algorithm", "CRC16"}, {"x-amz-checksum-algorithm", "SHA1", "x-amz-checksum-type", "FULL_OBJECT"}, {"x-amz-checksum-algorithm", "CRC64NVME", "x-amz-checksum-type", "COMPOSITE"}} {
		if res := w.raw(customerProfile, "POST", "/my.test.bucket/k?uploads", "us-east-1", "", h...); res.StatusCode != 400 {
			t.Errorf("%v: %d", h, res.StatusCode)
		}
	}
}

func TestS3UploadListing(t *testing.T) {
	w := newS3World(t)
	c, ctx := w.as(customerProfile), t.Context()
	for _, key := range []string{"a", "a", "b", "dir/c"} {
		_, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &w.bucket, Key: &key})
		w.must(err)
	}
	var seen []string
	in := s3.ListMultipartUploadsInput{Bucket: &w.bucket, MaxUploads: aws.Int32(1), Delimiter: aws.String("/")}
	for {
		page, err := c.ListMultipartUploads(ctx, &in)
		w.must(err)
		for _, u := range page.Uploads {
			seen = append(seen, *u.Key)
		}
		if len(page.CommonPrefixes) != 1 || *page.CommonPrefixes[0].Prefix != "dir/" {
			t.Errorf("prefixes %+v", page.CommonPrefixes)
		}
		if !*page.IsTruncated {
			break
		}
		in.KeyMarker, in.UploadIdMarker = page.NextKeyMarker, page.NextUploadIdMarker
	}
	if got := strings.Join(seen, " "); got != "a a b" {
		t.Errorf("uploads of %s", got)
	}
}
