package sandbox_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops/sandbox"
)

// kept is how many bytes are in use after all that nobody needs is thrown away.
func kept() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// Nothing stays of a request that was refused, whatever was in it.
func TestRefusedRequestsLeaveNothingBehind(t *testing.T) {
	s, err := sandbox.Start(sandbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	door := s.Handler() // the server itself would refuse so large a head
	key := strings.Repeat("k", 900<<10)
	before := kept()
	for range 30 {
		res := httptest.NewRecorder()
		door.ServeHTTP(res, httptest.NewRequest("GET", "/nosuch/"+key, nil))
		if res.Code != 400 {
			t.Fatalf("a key of 900 KB: status %d", res.Code)
		}
	}
	if more := kept() - before; more > 10<<20 {
		t.Errorf("thirty requests left %d KB behind", more>>10)
	}
	if calls := s.Calls(); len(calls) != 0 {
		t.Errorf("a log of %d calls is kept unasked", len(calls))
	}
}

func TestHugeHeadsAreRefused(t *testing.T) {
	w := newWorld(t)
	status, body, _ := w.send(request{method: "GET", target: "/nosuch/" + strings.Repeat("k", 900<<10), service: "s3"})
	if status != 431 || len(w.Calls()) != 0 {
		t.Errorf("%d %s, and the front door saw %d calls", status, body, len(w.Calls()))
	}
}

// A short name that came in a long form must not hold all of the form.
func TestNamesDoNotHoldWhatTheyCameIn(t *testing.T) {
	w := newWorld(t)
	junk := strings.Repeat("j", 900<<10)
	before := kept()
	for i := range 30 {
		status, body, _ := w.send(request{
			method: "POST", target: "/", service: "iam", keys: w.keys(firm),
			body: fmt.Sprintf("Action=CreateUser&Version=2010-05-08&UserName=u%d&Junk=%s", i, junk),
		})
		if status != 200 {
			t.Fatalf("%d %s", status, body)
		}
	}
	if more := kept() - before; more > 10<<20 {
		t.Errorf("thirty users take %d KB", more>>10)
	}
}

// What is made of parts is held once, and a piece of an object does not hold the rest.
func TestPartsDoNotHoldMoreThanTheyAre(t *testing.T) {
	w := newWorld(t)
	const part = 16 << 20
	begin := func(key string) (id *string) {
		return askS3(w, (*s3.Client).CreateMultipartUpload, s3.CreateMultipartUploadInput{Bucket: bucket, Key: &key}).UploadId
	}
	upload := begin("k")
	before := kept()
	var parts []types.CompletedPart
	for n := range int32(2) {
		out := askS3(w, (*s3.Client).UploadPart, s3.UploadPartInput{
			Bucket: bucket, Key: aws.String("k"), UploadId: upload, PartNumber: aws.Int32(n + 1), Body: bytes.NewReader(make([]byte, part)),
		})
		parts = append(parts, types.CompletedPart{PartNumber: aws.Int32(n + 1), ETag: out.ETag})
	}
	askS3(w, (*s3.Client).CompleteMultipartUpload, s3.CompleteMultipartUploadInput{
		Bucket: bucket, Key: aws.String("k"), UploadId: upload, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	if more := kept() - before; more > 2*part+part/2 {
		t.Errorf("an object of two parts takes %d KB, and is %d KB large", more>>10, 2*part>>10)
	}
	askS3(w, (*s3.Client).UploadPartCopy, s3.UploadPartCopyInput{
		Bucket: bucket, Key: aws.String("piece"), UploadId: begin("piece"), PartNumber: aws.Int32(1),
		CopySource: aws.String(*bucket + "/k"), CopySourceRange: aws.String("bytes=0-0"),
	})
	askS3(w, (*s3.Client).DeleteObject, s3.DeleteObjectInput{Bucket: bucket, Key: aws.String("k")})
	if more := kept() - before; more > part/2 {
		t.Errorf("one byte of an object that is deleted takes %d KB", more>>10)
	}
}
