package s3_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

func (w *s3World) payer(p types.Payer) {
	w.t.Helper()
	_, err := w.as(customerProfile).PutBucketRequestPayment(w.t.Context(), &s3.PutBucketRequestPaymentInput{Bucket: &w.bucket, RequestPaymentConfiguration: &types.RequestPaymentConfiguration{Payer: p}})
	w.must(err)
}

// Another account reads and writes only where it agrees to pay; the owner need not.
func TestWhoDoesNotAgreeToPayIsRefused(t *testing.T) {
	w := newS3World(t)
	ctx, customer := t.Context(), w.as(customerProfile)
	w.openToPublic()
	w.policy(w.statement("Allow", "*", "s3:*", ""))
	w.must(w.put(w.as(firmProfile), "k", "v"))
	w.payer(types.PayerRequester)
	if got, err := customer.GetBucketRequestPayment(ctx, &s3.GetBucketRequestPaymentInput{Bucket: &w.bucket}); err != nil || got.Payer != types.PayerRequester {
		t.Errorf("the payer is %v, %v", got, err)
	}
	w.must(w.put(customer, "k", "v"))

	for name, c := range map[string]*s3.Client{"the firm": w.as(firmProfile), "anybody": w.anonymous()} {
		for what, err := range map[string]error{"put": w.put(c, "k", "v"), "list": w.list(c)} {
			w.wantCode(err, "AccessDenied")
			if err != nil && !strings.Contains(err.Error(), ": Access Denied") {
				t.Errorf("%s, %s: S3 does not say why, the sandbox does: %v", name, what, err)
			}
		}
	}
	in := &s3.GetObjectInput{Bucket: &w.bucket, Key: aws.String("k"), RequestPayer: types.RequestPayerRequester}
	_, err := w.anonymous().GetObject(ctx, in)
	w.wantCode(err, "AccessDenied")
	out, err := w.as(firmProfile).GetObject(ctx, in)
	if err != nil || out.RequestCharged != types.RequestChargedRequester {
		t.Errorf("who agrees gets %+v, %v", out, err)
	}

	url, err := s3.NewPresignClient(w.as(firmProfile)).PresignGetObject(ctx, in)
	w.must(err)
	if !strings.Contains(url.URL, "x-amz-request-payer=requester") {
		t.Fatalf("the SDK says in %s, with %v, nothing of who pays", url.URL, url.SignedHeader)
	}
	res, err := http.Get(url.URL)
	w.must(err)
	if res.Body.Close(); res.StatusCode != 200 {
		t.Errorf("a presigned request that agrees: %d for %s", res.StatusCode, url.URL)
	}
	w.payer(types.PayerBucketOwner)
	w.must(w.put(w.as(firmProfile), "k", "v"))
}

// A copy reads its source, which the one who copies pays for as well.
func TestACopyPaysForItsSource(t *testing.T) {
	w := newS3World(t)
	ctx, firm := t.Context(), w.as(firmProfile)
	w.policy(w.statement("Allow", w.account(firmProfile), "s3:*", ""))
	w.must(w.put(firm, "k", "v"))
	w.payer(types.PayerRequester)
	_, err := firm.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("firms.own")})
	w.must(err)
	in := &s3.CopyObjectInput{Bucket: aws.String("firms.own"), Key: aws.String("k"), CopySource: aws.String(w.bucket + "/k")}
	_, err = firm.CopyObject(ctx, in)
	w.wantCode(err, "AccessDenied")
	in.RequestPayer = types.RequestPayerRequester
	out, err := firm.CopyObject(ctx, in)
	if err != nil || out.RequestCharged != types.RequestChargedRequester {
		t.Errorf("the copy: %+v, %v", out, err)
	}
}

func TestOnlyTwoCanPay(t *testing.T) {
	w := newS3World(t)
	const body = `<RequestPaymentConfiguration><Payer>Nobody</Payer></RequestPaymentConfiguration>`
	if res := w.raw(customerProfile, "PUT", "/"+w.bucket+"?requestPayment", "us-east-1", body); res.StatusCode != 400 || !strings.Contains(bodyOf(t, res), "MalformedXML") {
		t.Errorf("got %d", res.StatusCode)
	}
}
