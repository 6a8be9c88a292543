package awsops

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"
)

func TestFindBucket(t *testing.T) {
	config := sandbox.Default()
	config.Buckets = append(config.Buckets,
		sandbox.Bucket{Name: "in-ireland", Account: customer, Region: "eu-west-1"},
		sandbox.Bucket{Name: "the-firms", Account: firm, Region: "us-east-1"})
	w := newWorld(t, config)
	for name, region := range map[string]string{bucket: "us-east-1", "in-ireland": "eu-west-1"} {
		if got, err := w.customer.FindBucket(t.Context(), name, customer); err != nil || got != region {
			t.Errorf("%s is in %q, %v", name, got, err)
		}
	}
	tests := []struct {
		session      *Session
		name, owner  string
		summary, say string
	}{
		{w.customer, "my.test.buckt", customer, "There is no such bucket", "Did you mean my.test.bucket?"},
		{w.customer, "the-firms", customer, "The bucket belongs to another account", "swapped"},
		{w.firm, "the-firms", customer, "The bucket belongs to another account", "1111-2222-3333"},
		{w.firm, bucket, customer, "The bucket is not the account's, or closed to you", "my_firm"},
		{w.customer, "s3://my.test.bucket/", customer, "This is not the name of a bucket", "Enter the name alone: my.test.bucket"},
	}
	for _, test := range tests {
		if _, err := test.session.Identity(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := test.session.FindBucket(t.Context(), test.name, test.owner)
		p := wantProblem(t, err, test.summary)
		if !strings.Contains(p.Error(), test.say) {
			t.Errorf("%s: %q is not in: %v", test.name, test.say, p)
		}
	}
	_, s := w.withUser(t, w.customer, customer, "nobody")
	_, err := s.FindBucket(t.Context(), bucket, customer)
	wantProblem(t, err, "The bucket is not the account's, or closed to you")
	do(t, w.customer, SetUserPolicy{Account: customer, User: "nobody", Name: "p", After: new(parse(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}}`))})
	_, err = s.FindBucket(t.Context(), bucket, customer)
	wantProblem(t, err, "The bucket is yours, but closed to you")
	if region, found := s.FindClosedBucket(t.Context(), bucket, customer); !found || region != "us-east-1" {
		t.Errorf("a bucket that may not be listed is in %q, %v", region, found)
	}
	if region, found := s.FindClosedBucket(t.Context(), "the-firms", customer); found {
		t.Errorf("another's bucket counts as the account's own, in %q", region)
	}
}

// AWS answers a request that is signed for the wrong region with the right one
// in a header, and no body.
func TestFindBucketFollowsTheRegion(t *testing.T) {
	for _, wrong := range []int{http.StatusMovedPermanently, http.StatusBadRequest} {
		t.Run(fmt.Sprint(wrong), func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("X-Amz-Expected-Bucket-Owner") != customer {
					t.Error("the request names no expected owner")
				}
				w.Header().Set("X-Amz-Bucket-Region", "eu-west-3")
				if !strings.Contains(r.Header.Get("Authorization"), "/eu-west-3/s3/") {
					w.WriteHeader(wrong)
				}
			}))
			t.Cleanup(server.Close)
			s := sourceOf(t, "[a]\n"+someKey, "")
			s.Endpoint = server.URL
			session, err := s.Open(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			if region, err := session.FindBucket(t.Context(), bucket, customer); err != nil || region != "eu-west-3" {
				t.Errorf("%q, %v", region, err)
			}
		})
	}
}

func TestCleanBucketName(t *testing.T) {
	for _, good := range []string{"my.test.bucket", "abc", strings.Repeat("a", 63), "0-9"} {
		if name, err := CleanBucketName(good); name != good || err != nil {
			t.Errorf("%q: %q, %v", good, name, err)
		}
	}
	for input, fix := range map[string]string{
		"s3://my.bucket":                                "Enter the name alone: my.bucket",
		"s3://my.bucket/a/b.txt":                        "Enter the name alone: my.bucket",
		"S3://My.Bucket":                                "Enter the name alone: my.bucket",
		"arn:aws:s3:::my.bucket":                        "Enter the name alone: my.bucket",
		"arn:aws-cn:s3:::my.bucket/*":                   "Enter the name alone: my.bucket",
		"https://my.bucket.s3.amazonaws.com/key":        "Enter the name alone: my.bucket",
		"https://my-bucket.s3.eu-west-1.amazonaws.com":  "Enter the name alone: my-bucket",
		"https://s3.eu-west-1.amazonaws.com/my.bucket/": "Enter the name alone: my.bucket",
		"https://eu-west-1.console.aws.amazon.com/s3/buckets/my.bucket?region=eu-west-1": "Enter the name alone: my.bucket",
		"My.Test.Bucket":         "Enter the name alone: my.test.bucket",
		" my.bucket ":            "Enter the name alone: my.bucket",
		"my.bucket/":             "Enter the name alone: my.bucket",
		"my.bucket\n":            "Enter the name alone: my.bucket",
		"my bucket":              "Enter the name alone, as",
		"":                       "Enter the name alone, as",
		"ab":                     "Enter the name alone, as",
		"my_bucket":              "Enter the name alone, as",
		"a..b":                   "Enter the name alone, as",
		"192.168.0.1":            "Enter the name alone, as",
		"-abc":                   "Enter the name alone, as",
		"${BUCKET}":              "Enter the name alone, as",
		strings.Repeat("a", 64):  "Enter the name alone, as",
		"b\x1b[31mad":            "Enter the name alone, as",
		"https://example.com/my": "Enter the name alone",
	} {
		name, err := CleanBucketName(input)
		p := wantProblem(t, err, "This is not the name of a bucket")
		if name != "" || !strings.HasPrefix(p.Fixes[0], fix) || strings.ContainsRune(p.Error(), '\x1b') {
			t.Errorf("%q: %q, %v", input, name, p)
		}
	}
}

func FuzzCleanBucketName(f *testing.F) {
	f.Add("s3://a.b/c")
	f.Add("https://s3.amazonaws.com/x")
	f.Fuzz(func(t *testing.T, input string) {
		name, err := CleanBucketName(input)
		if err == nil {
			if name != input {
				t.Errorf("%q became %q silently", input, name)
			}
			return
		}
		if _, proposed, ok := strings.Cut(err.(*problem.Error).Fixes[0], "Enter the name alone: "); ok {
			if _, err := CleanBucketName(proposed); err != nil {
				t.Errorf("for %q it proposes %q, which it refuses", input, proposed)
			}
		}
	})
}

func TestCheckUserName(t *testing.T) {
	for _, good := range []string{"test-writer", "a", "A_b+c=d,e.f@g-h", strings.Repeat("u", 64)} {
		if err := CheckUserName(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for bad, says := range map[string]string{
		"": "empty", "a b": "character", "a/b": "Enter the name alone: b", "/team/me": "Enter the name alone: me", "a/": "character", "a/b c": "character", strings.Repeat("u", 65): "65 characters", "é": "character",
		"arn:aws:iam::111122223333:user/me": "Enter the name alone: me", "a\n": "character",
	} {
		if p := wantProblem(t, CheckUserName(bad), "This is not the name of a user"); !strings.Contains(p.Error(), says) {
			t.Errorf("%q: %v", bad, p)
		}
	}
}

func parse(t *testing.T, text string) policy.Document {
	t.Helper()
	d, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCheckRegion(t *testing.T) {
	for _, good := range []string{"us-east-1", "eu-west-1", "ap-southeast-7", "us-gov-west-1", "cn-north-1", "us-isob-east-1", "eusc-de-east-1"} {
		if err := CheckRegion(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{"", "Ireland", "us-east-1a", "us-east", "us-east-1 ", "us_east_1", "x.example/us-east-1", "us-east-1\n"} {
		wantProblem(t, CheckRegion(bad), "This is not the code of a region")
	}
}
