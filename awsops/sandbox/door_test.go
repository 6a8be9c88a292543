package sandbox_test

import (
	"crypto/sha256"
	"encoding/hex"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"crossgrant/awsops/sandbox"
)

// request is one that no SDK would send: signed, and then tampered with.
type request struct {
	method, target, body string
	service, region      string
	keys                 aws.Credentials
	hash                 string        // "" is the body's
	age                  time.Duration // of the signature
	header               http.Header
	tamper               func(*http.Request)
}

const whoForm = "Action=GetCallerIdentity&Version=2011-06-15"

func (w *world) send(q request) (status int, body string, header http.Header) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), q.method, w.URL()+q.target, strings.NewReader(q.body))
	w.must(err)
	for name, values := range q.header {
		r.Header[name] = values
	}
	if q.service != "s3" && q.body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	hash := q.hash
	if hash == "" {
		sum := sha256.Sum256([]byte(q.body))
		hash = hex.EncodeToString(sum[:])
	}
	if q.service == "s3" {
		r.Header.Set("X-Amz-Content-Sha256", hash)
	}
	if q.keys.AccessKeyID != "" {
		region := q.region
		if region == "" {
			region = "us-east-1"
		}
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = q.service == "s3" })
		w.must(signer.SignHTTP(w.t.Context(), q.keys, r, hash, q.service, region, w.clock.Now().Add(-q.age)))
	}
	if q.tamper != nil {
		q.tamper(r)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	w.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	w.must(err)
	return res.StatusCode, html.UnescapeString(string(text)), res.Header
}

func header(name string, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func TestS3RefusesBadSignatures(t *testing.T) {
	w := newWorld(t)
	keys := w.keys(customer)
	wrong := aws.Credentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: "wrong"}
	unknown := aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "x"}
	token := keys
	token.SessionToken = "token"
	authorization := func(old, new string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
		}
	}
	for name, c := range map[string]struct {
		request
		status int
		parts  []string
	}{
		"fine":          {request{keys: keys}, 200, []string{"ListAllMyBucketsResult"}},
		"wrong secret":  {request{keys: wrong}, 403, []string{"<Code>SignatureDoesNotMatch</Code>", "The request signature we calculated does not match the signature you provided. Check your key and signing method.", "<AWSAccessKeyId>", "<StringToSign>", "<CanonicalRequest>"}},
		"unknown key":   {request{keys: unknown}, 403, []string{"<Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our records.</Message><AWSAccessKeyId>AKIAIOSFODNN7EXAMPLE"}},
		"session token": {request{keys: token}, 400, []string{"<Code>InvalidToken</Code><Message>The provided token is malformed or otherwise invalid.</Message>"}},
		"old":           {request{keys: keys, age: 16 * time.Minute}, 403, []string{"<Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message>", "<MaxAllowedSkewMilliseconds>900000<"}},
		"early":         {request{keys: keys, age: -16 * time.Minute}, 403, []string{"RequestTimeTooSkewed"}},
		"not too old":   {request{keys: keys, age: 14 * time.Minute}, 200, nil},
		"header changed": {
			request{keys: keys, header: http.Header{"X-Amz-Meta-A": {"1"}}, tamper: header("X-Amz-Meta-A", "2")},
			403,
			[]string{"SignatureDoesNotMatch"},
		},
		"header added": {
			request{keys: keys, tamper: header("X-Amz-Acl", "private")},
			403,
			[]string{"<Code>AccessDenied</Code><Message>There were headers present in the request which were not signed</Message><HeadersNotSigned>x-amz-acl</HeadersNotSigned>"},
		},
		"query added":         {request{keys: keys, tamper: func(r *http.Request) { r.URL.RawQuery = "x-id=1" }}, 403, []string{"SignatureDoesNotMatch"}},
		"other mechanism":     {request{tamper: header("Authorization", "AWS AKIA:abc=")}, 400, []string{"<Code>InvalidRequest</Code>", "Please use AWS4-HMAC-SHA256."}},
		"old query mechanism": {request{target: "/?AWSAccessKeyId=A&Signature=b&Expires=1"}, 400, []string{"Please use AWS4-HMAC-SHA256."}},
		"two mechanisms": {
			request{keys: keys, tamper: func(r *http.Request) { r.URL.RawQuery = "X-Amz-Algorithm=AWS4-HMAC-SHA256" }},
			400,
			[]string{"Only one auth mechanism allowed"},
		},
		"no signature":   {request{keys: keys, tamper: authorization("Signature=", "Sig=")}, 400, []string{"AuthorizationHeaderMalformed", "The authorization header is malformed; "}},
		"bad credential": {request{keys: keys, tamper: authorization("/aws4_request", "/x")}, 400, []string{"AuthorizationHeaderMalformed", "the Credential is mal-formed"}},
		"other day":      {request{keys: keys, tamper: header("X-Amz-Date", "20130524T000000Z")}, 400, []string{"AuthorizationHeaderMalformed", "Invalid credential date"}},
		"no date":        {request{keys: keys, tamper: func(r *http.Request) { r.Header.Del("X-Amz-Date") }}, 403, []string{"AccessDenied", "AWS authentication requires a valid Date or x-amz-date header"}},
		"no hash":        {request{keys: keys, tamper: func(r *http.Request) { r.Header.Del("X-Amz-Content-Sha256") }}, 400, []string{"Missing required header for this request: x-amz-content-sha256"}},
		"bad hash":       {request{keys: keys, hash: "abc"}, 400, []string{"<Code>InvalidArgument</Code>", "or a valid sha256 value"}},
		"anonymous":      {request{}, 403, []string{"<Code>AccessDenied</Code>"}},
		"body changed": {
			request{keys: keys, method: "PUT", target: "/my.test.bucket/k", body: "hello", tamper: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("HELLO")) }},
			400,
			[]string{"XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."},
		},
		"other service": {request{keys: keys, service: "ec2"}, 501, []string{"NotImplemented"}},
	} {
		q := c.request
		if q.method == "" {
			q.method = "GET"
		}
		if q.target == "" {
			q.target = "/"
		}
		if q.service == "" {
			q.service = "s3"
		}
		status, body, header := w.send(q)
		if status != c.status {
			t.Errorf("%s: status %d, want %d: %s", name, status, c.status, body)
		}
		for _, part := range c.parts {
			if !strings.Contains(body, part) {
				t.Errorf("%s: %q is not in %s", name, part, body)
			}
		}
		if q.service == "s3" && (header.Get("x-amz-request-id") == "" || header.Get("x-amz-id-2") == "") {
			t.Errorf("%s: the answer has no request ids", name)
		}
		if strings.Contains(body, keys.SecretAccessKey) {
			t.Errorf("%s: the secret is in the answer", name)
		}
	}
	for _, line := range w.Snapshot() {
		if strings.Contains(line, "object") {
			t.Errorf("a body that was refused was kept: %s", line)
		}
	}
}

func TestIAMAndSTSRefuseBadSignatures(t *testing.T) {
	w := newWorld(t)
	keys := w.keys(firm)
	token := keys
	token.SessionToken = "token"
	for name, c := range map[string]struct {
		request
		status     int
		code, text string
	}{
		"fine":          {request{keys: keys}, 200, "", "<Arn>arn:aws:iam::444455556666:user/admin</Arn>"},
		"any region":    {request{keys: keys, region: "eu-west-1"}, 200, "", "<Account>444455556666</Account>"},
		"unsigned":      {request{}, 403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		"wrong secret":  {request{keys: aws.Credentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: "x"}}, 403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."},
		"unknown key":   {request{keys: aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "x"}}, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		"session token": {request{keys: token}, 403, "InvalidClientTokenId", "The security token included in the request is invalid."},
		"old":           {request{keys: keys, age: time.Hour}, 403, "SignatureDoesNotMatch", "Signature expired: "},
		"old, in full":  {request{keys: keys, age: time.Hour}, 403, "SignatureDoesNotMatch", " - 15 min.)"},
		"early":         {request{keys: keys, age: -time.Hour}, 403, "SignatureDoesNotMatch", "Signature not yet current: "},
		"malformed":     {request{keys: keys, tamper: header("Authorization", "AWS4-HMAC-SHA256 x")}, 400, "IncompleteSignature", "Authorization header requires 'Credential' parameter."},
		"body changed": {request{keys: keys, tamper: func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(whoForm + "&x=1"))
			r.ContentLength += 4
		}}, 403, "SignatureDoesNotMatch", "does not match"},
		"header added":  {request{keys: keys, tamper: header("X-Amz-Target", "x")}, 403, "SignatureDoesNotMatch", "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."},
		"other version": {request{keys: keys, body: "Action=GetCallerIdentity&Version=1"}, 400, "InvalidAction", "Could not find operation GetCallerIdentity for version 1"},
		"no action":     {request{keys: keys, body: "Version=2011-06-15"}, 400, "MissingAction", "no Action"},
		"not a form":    {request{keys: keys, body: "Action=%zz"}, 400, "MalformedQueryString", "syntax"},
		"far too large": {request{keys: keys, body: whoForm + "&x=" + strings.Repeat("x", 1<<20)}, 413, "RequestEntityTooLarge", "too large"},
		"as a GET":      {request{keys: keys, method: "GET", target: "/?" + whoForm, body: "-"}, 200, "", "444455556666"},
		"unsigned IAM":  {request{body: "Action=ListUsers&Version=2010-05-08"}, 403, "MissingAuthenticationToken", "iam.amazonaws.com/doc/2010-05-08/"},
	} {
		q := c.request
		if q.method == "" {
			q.method = "POST"
		}
		if q.target == "" {
			q.target = "/"
		}
		switch q.body {
		case "":
			q.body = whoForm
		case "-":
			q.body = ""
		}
		q.service = "sts"
		status, body, header := w.send(q)
		if status != c.status || !strings.Contains(body, c.text) || c.code != "" && !strings.Contains(body, "<Code>"+c.code+"</Code>") {
			t.Errorf("%s: %d %s\nwant %d %s %s", name, status, body, c.status, c.code, c.text)
		}
		if id := header.Get("x-amzn-RequestId"); len(id) != 36 || !strings.Contains(body, "<RequestId>"+id+"</RequestId>") {
			t.Errorf("%s: the request id %q is not in %s", name, id, body)
		}
	}
}

// The SDKs do not send what is missing; others do.
func TestMissingParameters(t *testing.T) {
	w := newWorld(t)
	for action, want := range map[string]string{
		"CreateUser":      "1 validation error detected: Value null at 'userName' failed to satisfy constraint: Member must not be null",
		"PutUserPolicy":   "2 validation errors detected: Value null at 'policyDocument' failed to satisfy constraint: Member must not be null; Value null at 'policyName' failed",
		"DeleteAccessKey": "Value null at 'accessKeyId' failed to satisfy constraint: Member must not be null",
		"UpdateAccessKey": "Value null at 'status' failed to satisfy constraint: Member must not be null",
	} {
		status, body, _ := w.send(request{method: "POST", target: "/", service: "iam", keys: w.keys(firm), body: "Version=2010-05-08&Action=" + action})
		if status != 400 || !strings.Contains(body, "<Code>ValidationError</Code>") || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", action, status, body)
		}
	}
}

func TestPresignedRequests(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	presigner := s3.NewPresignClient(w.s3With(w.keys(customer)))
	bucket, key := aws.String("my.test.bucket"), aws.String("a b+c/ü.txt")
	put, err := presigner.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key})
	w.must(err)
	get, err := presigner.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: bucket, Key: key}, s3.WithPresignExpires(time.Minute))
	w.must(err)
	do := func(method, target, body string) (int, string) {
		r, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
		w.must(err)
		res, err := http.DefaultClient.Do(r)
		w.must(err)
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		w.must(err)
		return res.StatusCode, string(text)
	}
	if status, text := do("PUT", put.URL, "hello"); status != 200 {
		t.Errorf("put: %d %s", status, text)
	}
	if status, text := do("GET", get.URL, ""); status != 200 || text != "hello" {
		t.Errorf("get: %d %s", status, text)
	}
	if status, text := do("GET", put.URL, ""); status != 403 || !strings.Contains(text, "SignatureDoesNotMatch") {
		t.Errorf("a put's URL used to get: %d %s", status, text)
	}
	change := func(name, value string) string {
		u, err := url.Parse(get.URL)
		w.must(err)
		q := u.Query()
		q.Set(name, value)
		if value == "" {
			q.Del(name)
		}
		u.RawQuery = q.Encode()
		return u.String()
	}
	for name, c := range map[string]struct{ value, text string }{
		"X-Amz-Expires":    {"604801", "must be less than a week"},
		"X-Amz-Signature":  {"", "Query-string authentication version 4 requires"},
		"X-Amz-Algorithm":  {"AWS4-X", "X-Amz-Algorithm only supports"},
		"X-Amz-Credential": {"x", "the Credential is mal-formed"},
	} {
		if status, text := do("GET", change(name, c.value), ""); status != 400 || !strings.Contains(text, "AuthorizationQueryParametersError") || !strings.Contains(text, c.text) {
			t.Errorf("%s = %q: %d %s", name, c.value, status, text)
		}
	}
	for value, part := range map[string]string{"-1": "must be non-negative", "soon": "should be a number"} {
		if _, text := do("GET", change("X-Amz-Expires", value), ""); !strings.Contains(text, part) {
			t.Errorf("X-Amz-Expires = %s: %s", value, text)
		}
	}
	w.clock.advance(2 * time.Minute)
	if status, text := do("GET", get.URL, ""); status != 403 || !strings.Contains(text, "<Code>AccessDenied</Code><Message>Request has expired</Message>") {
		t.Errorf("expired: %d %s", status, text)
	}
	who, err := sts.NewPresignClient(sts.NewFromConfig(w.config(w.keys(firm)))).PresignGetCallerIdentity(ctx, nil)
	w.must(err)
	if status, text := do("GET", who.URL, ""); status != 200 || !strings.Contains(text, firmAccount) {
		t.Errorf("presigned GetCallerIdentity: %d %s", status, text)
	}
	w.clock.advance(-20 * time.Minute)
	if status, text := do("GET", get.URL, ""); status != 403 || !strings.Contains(text, "Request is not valid yet") {
		t.Errorf("early: %d %s", status, text)
	}
}

func TestCallsAreLoggedBeforeTheAnswerIsSeen(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	for i := range 20 {
		w.must(func() error { _, err := w.sts(firm).GetCallerIdentity(ctx, nil); return err }())
		if n := len(w.Calls()); n != i+1 {
			t.Fatalf("after %d calls the log has %d", i+1, n)
		}
	}
	w.newUser(customer, "u")
	_, err := w.iam(customer).GetUser(ctx, &iam.GetUserInput{UserName: aws.String("nobody")})
	w.refused(err, "NoSuchEntity", "nobody")
	calls := w.Calls()[20:]
	start := calls[0].Start
	for i := range calls {
		if calls[i].End.Before(calls[i].Start) {
			t.Errorf("call %d ended before it began", i)
		}
		calls[i].Start, calls[i].End = time.Time{}, time.Time{}
	}
	if !start.Equal(w.clock.Now()) {
		t.Errorf("the call is of %s", start)
	}
	const arn = "arn:aws:iam::111122223333:user/admin"
	want := []sandbox.Call{
		{Service: "iam", Action: "iam:CreateUser", Operation: "CreateUser", Account: customerAccount, ARN: arn, Mutates: true, Resource: "u", Status: 200},
		{Service: "iam", Action: "iam:GetUser", Operation: "GetUser", Account: customerAccount, ARN: arn, Resource: "nobody", Status: 404, Code: "NoSuchEntity"},
	}
	if len(calls) != 2 || calls[0] != want[0] || calls[1] != want[1] {
		t.Errorf("got %+v\nwant %+v", calls, want)
	}
}

func TestHandlerServesWithoutAListener(t *testing.T) {
	w := newWorld(t)
	res := httptest.NewRecorder()
	w.Handler().ServeHTTP(res, httptest.NewRequest("POST", "/?Action=ListUsers&Version=2010-05-08", nil))
	if res.Code != 403 || !strings.Contains(res.Body.String(), "MissingAuthenticationToken") {
		t.Errorf("got %d %s", res.Code, res.Body)
	}
	if date := res.Header().Get("Date"); date != w.clock.Now().UTC().Format(http.TimeFormat) {
		t.Errorf("the answer is dated %s, by another clock than the sandbox's", date)
	}
}
