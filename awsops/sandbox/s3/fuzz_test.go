package s3_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox/s3"
)

// Whatever is asked of a bucket in which everyone may do everything, the answer
// is never an internal error, and a refusal changes nothing.
func FuzzS3Requests(f *testing.F) {
	for _, op := range s3.Operations() {
		target := "/my.test.bucket"
		if op.OnObject {
			target += "/k"
		}
		f.Add(op.Method, target+"?"+op.Sub, "<Delete><Object><Key>k</Key></Object></Delete>", "x-amz-copy-source", "my.test.bucket/k")
		f.Add(op.Method, target+"?"+op.Sub+"=1&partNumber=1&versionId=null&max-keys=1&prefix=k&delimiter=/", `{"Version":"2012-10-17"}`, "Range", "bytes=0-1")
	}
	f.Add("PUT", "/my.test.bucket/%2e%2e/%ff", "", "x-amz-tagging", "a=b&%zz")
	f.Fuzz(func(t *testing.T, method, target, body, name, value string) {
		if _, err := url.ParseRequestURI(target); err != nil || !strings.HasPrefix(target, "/") || strings.Trim(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || method == "" {
			return
		}
		w := newS3World(t)
		w.openToPublic()
		w.must(w.put(w.as(customerProfile), "k", "v"))
		w.policy(w.statement("Allow", "*", "s3:*", ""))
		before := w.Snapshot()
		r, err := http.NewRequest(method, target, strings.NewReader(body))
		if err != nil {
			return
		}
		r.RequestURI, r.RemoteAddr, r.Host = target, "127.0.0.1:1", "127.0.0.1"
		r.Header[http.CanonicalHeaderKey(name)] = []string{value}
		res := httptest.NewRecorder()
		w.Handler().ServeHTTP(res, r)
		if res.Code == http.StatusInternalServerError {
			t.Errorf("%s %s: %s", method, target, res.Body)
		}
		if res.Code >= 300 {
			wantSame(t, before, w.Snapshot())
		}
	})
}
