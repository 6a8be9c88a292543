package sandbox_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// onlyIf puts a policy on the bucket that denies reading where a condition does not hold.
func (w *world) onlyIf(operator, key, value string) {
	w.t.Helper()
	policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/*",` +
		`"Condition":{"` + operator + `":{"` + key + `":"` + value + `"}}}]}`
	askS3(w, (*s3.Client).PutBucketPolicy, s3.PutBucketPolicyInput{Bucket: bucket, Policy: &policy})
}

// follow does what a browser does with a presigned URL.
func (w *world) follow(url string) (status int, text string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), "GET", url, nil)
	w.must(err)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Referer", "http://example.com/")
	r.Header.Set("Range", "bytes=0-")
	res, err := http.DefaultClient.Do(r)
	w.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	w.must(err)
	return res.StatusCode, string(body)
}

func (w *world) presigned() string {
	w.t.Helper()
	url, err := s3.NewPresignClient(w.s3With(w.keys(customer))).PresignGetObject(w.t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: key})
	w.must(err)
	return url.URL
}

// What looks like a presigned request is none unless its signature says so.
func TestTheWayOfSigningIsThatOfTheSignature(t *testing.T) {
	w := newWorld(t)
	askS3(w, (*s3.Client).PutObject, s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("v")})
	inHeader := request{method: "GET", target: "/my.test.bucket/key", service: "s3", keys: w.keys(customer)}
	added := inHeader
	added.tamper = func(r *http.Request) { r.URL.RawQuery = "X-Amz-Signature=0" }
	signedAlong := inHeader
	signedAlong.target += "?X-Amz-Signature=0"

	// Without a policy the parameter is one that S3 does not know, and ignores.
	for name, c := range map[string]struct {
		request
		status int
	}{"as it is": {inHeader, 200}, "signed along": {signedAlong, 200}, "added": {added, 403}} {
		if status, body, _ := w.send(c.request); status != c.status || status == 403 && !strings.Contains(body, "SignatureDoesNotMatch") {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}

	w.onlyIf("StringNotEquals", "s3:authType", "REST-QUERY-STRING")
	for name, c := range map[string]struct {
		request
		code string
	}{"as it is": {inHeader, "AccessDenied"}, "signed along": {signedAlong, "AccessDenied"}, "added": {added, "SignatureDoesNotMatch"}} {
		if status, body, _ := w.send(c.request); status != 403 || !strings.Contains(body, "<Code>"+c.code+"</Code>") {
			t.Errorf("%s, where only presigned requests may read: %d %s", name, status, body)
		}
	}
	if status, body := w.follow(w.presigned()); status != 206 || body != "v" {
		t.Errorf("presigned: %d %s", status, body)
	}

	w.onlyIf("StringNotEquals", "s3:authType", "REST-HEADER")
	if status, body := w.follow(w.presigned()); status != 403 {
		t.Errorf("presigned, where only headers may sign: %d %s", status, body)
	}
	if status, body, _ := w.send(inHeader); status != 200 {
		t.Errorf("in the header, where only headers may sign: %d %s", status, body)
	}
}

func TestSignaturesOfPresignedRequestsGrowOld(t *testing.T) {
	w := newWorld(t)
	askS3(w, (*s3.Client).PutObject, s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("v")})
	w.onlyIf("NumericGreaterThan", "s3:signatureAge", "600000")
	url := w.presigned()
	w.clock.advance(9 * time.Minute)
	if status, body := w.follow(url); status != 206 {
		t.Errorf("after nine minutes: %d %s", status, body)
	}
	w.clock.advance(2 * time.Minute)
	if status, body := w.follow(url); status != 403 || !strings.Contains(body, "explicit deny in a resource-based policy") {
		t.Errorf("after eleven minutes: %d %s", status, body)
	}
	// The key is of presigned requests alone.
	inHeader := request{method: "GET", target: "/my.test.bucket/key", service: "s3", keys: w.keys(customer), age: 11 * time.Minute}
	if status, body, _ := w.send(inHeader); status != 200 {
		t.Errorf("signed in the header eleven minutes ago: %d %s", status, body)
	}
}

// s3:x-amz-content-sha256 is a condition on the header, not on a query key.
func TestHashInTheQueryIsNoHeader(t *testing.T) {
	w := newWorld(t)
	askS3(w, (*s3.Client).PutObject, s3.PutObjectInput{Bucket: bucket, Key: key, Body: strings.NewReader("v")})
	w.onlyIf("StringEquals", "s3:x-amz-content-sha256", "UNSIGNED-PAYLOAD")
	r, err := http.NewRequestWithContext(t.Context(), "GET", w.URL()+"/my.test.bucket/key?X-Amz-Expires=60&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD", nil)
	w.must(err)
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	url, _, err := signer.PresignHTTP(t.Context(), w.keys(customer), r, "UNSIGNED-PAYLOAD", "s3", "us-east-1", w.clock.Now())
	w.must(err)
	if status, body := w.follow(url); status != 206 {
		t.Errorf("with the hash in the query: %d %s", status, body)
	}
	unsigned := request{method: "GET", target: "/my.test.bucket/key", service: "s3", keys: w.keys(customer), hash: "UNSIGNED-PAYLOAD"}
	if status, body, _ := w.send(unsigned); status != 403 {
		t.Errorf("with the hash in a header: %d %s", status, body)
	}
}
