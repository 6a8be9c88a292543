package run_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// garbled answers the reads of the bucket's policy and of the user's with texts of its own.
type garbled struct {
	http.RoundTripper
	bucket, own string
}

func (g garbled) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	answer, err := g.RoundTripper.RoundTrip(r)
	form, _ := url.ParseQuery(string(body))
	switch {
	case err != nil || answer.StatusCode != http.StatusOK:
		return answer, err
	case r.Method == http.MethodGet && r.URL.Query().Has("policy"):
		answer.Body = io.NopCloser(strings.NewReader(g.bucket))
	case form.Get("Action") == "GetUserPolicy":
		var escaped bytes.Buffer
		if err := xml.EscapeText(&escaped, []byte(url.PathEscape(g.own))); err != nil {
			return nil, err
		}
		answer.Body = io.NopCloser(strings.NewReader("<GetUserPolicyResponse><GetUserPolicyResult><UserName>test-writer</UserName><PolicyName>by-hand</PolicyName><PolicyDocument>" + escaped.String() + "</PolicyDocument></GetUserPolicyResult></GetUserPolicyResponse>"))
	default:
		return answer, err
	}
	answer.ContentLength = -1
	answer.Header.Del("Content-Length")
	return answer, nil
}

// Whatever stands where AWS has its policies, a check ends in a verdict that can be read. Of
// access that works it says that it works, or what is beyond the grant; of what nobody tried
// it names what it could not read.
func FuzzCheckReadsAnything(f *testing.F) {
	f.Add(document(bucketGives), document(firmGives))
	f.Add(document(let(`{"AWS":"AIDAIOSFODNN7EXAMPLE"}`, `"s3:*"`, theFiles, "")), "{}")
	f.Add(`{"Version":"2012-10-17","Statement":`, "\x00\x1b[2J")
	f.Add(`{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"NotAction":"s3:?","NotResource":"${aws:username}","Condition":{"Null":{"s3:prefix":"true"}}}}`, `[]`)
	grant := policy.Grant{Partition: "aws", Bucket: first, Owner: customer, Firm: firm, Grantee: writerARN, Access: policy.Add, Prefix: "in/", Only: true}
	ours := policy.New(grant.ForBucket()...)
	f.Add(ours.Compact(), grant.ForGrantee().Compact())
	base := newCheckStage(f)
	base.bucketPolicy(bucketGives)
	base.userPolicy(firmGives)
	f.Fuzz(func(t *testing.T, theirs, own string) {
		source := base.source
		source.Transport = garbled{source.Transport, theirs, own}
		for _, tried := range []bool{true, false} {
			q := everybody()
			if !tried {
				q.WriterProfile = ""
			}
			e := run.Check(t.Context(), t.Context(), source, q, func(steps.Event) {})
			v := e.Verdict
			if v == nil {
				t.Fatalf("tried %t: %+v", tried, e.Ending)
			}
			said := v.Summary + v.Detail + strings.Join(v.Fixes, "") + v.Statement + strings.Join(e.Warnings, "") + strings.Join(v.Unread, "")
			if said != problem.Clean(said) || v.Summary == "" || v.Holds != (v.Cause == policy.NoCause) || !v.Holds && len(v.Fixes) == 0 {
				t.Errorf("tried %t: %q, %+v", tried, said, v)
			}
			if tried && !slices.Contains([]policy.Cause{policy.NoCause, policy.WiderThanGranted}, v.Cause) {
				t.Errorf("it works, and the verdict is %+v", v)
			}
			for what, text := range map[string]string{"the bucket's policy": theirs, "own policies": own} {
				if _, err := policy.Parse([]byte(text)); err != nil && !strings.Contains(fmt.Sprint(v.Unread), what) {
					t.Errorf("%q is no policy, and of %s nothing is said: %+v", text, what, v)
				}
			}
		}
	})
}
