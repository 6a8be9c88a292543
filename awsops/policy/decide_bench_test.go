package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// large returns a bucket policy of just under 20 KB: statements for other
// accounts, actions, folders and conditions, and one that is for the firm, last.
// Conditions that hold or fail late make up the second shape.
func large(t testing.TB, everyStatementMatches bool) *Document {
	t.Helper()
	conditions := []string{
		`{"Bool": {"aws:SecureTransport": "false"}}`,
		`{"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8:%d::/48"]}}`,
		`{"StringNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:user/test-*", "arn:aws:iam::%012d:role/ops"]}}`,
		`{"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}, "NumericLessThan": {"s3:TlsVersion": "1.%d"}}`,
		`{"DateGreaterThan": {"aws:CurrentTime": "2031-01-01T00:00:00Z"}}`,
		`{"StringLike": {"s3:prefix": ["home/${aws:username}/%d/*"]}}`,
		`{"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::%012d:user/w"}}`,
		`{"ForAnyValue:StringEquals": {"aws:TagKeys": ["k%d"]}, "Null": {"s3:prefix": "true"}}`,
	}
	var statements []string
	size := func() int { return len(parsed(t, statements...).Compact()) }
	last := allow(firmRoot, `["s3:PutObject", "s3:GetObject"]`, acmeData+"/*")
	for i := 0; ; i++ {
		to, action, resource := fmt.Sprintf("arn:aws:iam::%012d:root", 700000000000+i), `["s3:GetObject", "s3:PutObject", "s3:PutObjectAcl"]`, fmt.Sprintf("%s/in/%d/*", acmeData, i)
		if everyStatementMatches || i%8 == 0 {
			to, action, resource = "*", "s3:*", `["`+acmeData+`", "`+acmeData+`/*"]`
		} else if i%3 == 0 {
			to = firmRoot
		}
		condition := conditions[i%len(conditions)]
		if strings.Contains(condition, "%") {
			condition = fmt.Sprintf(condition, i)
		}
		effect := []string{"Deny", "Allow"}[i%2]
		statements = append(statements, statementJSON(effect, to, action, resource, condition))
		if n := size(); n > MaxBucketBytes-600 {
			break
		}
	}
	statements = append(statements, last)
	d := parsed(t, statements...)
	if n := len(d.Compact()); n < MaxBucketBytes*97/100 || n > MaxBucketBytes {
		t.Fatalf("the policy has %d bytes, want just under %d", n, MaxBucketBytes)
	}
	return d
}

func largeRequest() Request {
	return Request{
		Caller: asWriter, Action: "s3:PutObject", Resource: report, Owner: customer,
		Time: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC),
		Context: map[string][]string{
			"aws:SecureTransport": {"true"}, "aws:SourceIp": {"203.0.113.9"}, "aws:UserAgent": {"aws-cli/2"},
			"s3:x-amz-acl": {"bucket-owner-full-control"}, "s3:TlsVersion": {"1.3"}, "s3:signatureversion": {"AWS4-HMAC-SHA256"},
			"aws:TagKeys": {"team", "cost"}, "aws:RequestedRegion": {"us-east-1"},
		},
	}
}

// BenchmarkDecide20KB is to stay under 20 microseconds. "mixed" is a policy as
// they grow in real buckets; "worst" asks the conditions of every statement.
func BenchmarkDecide20KB(b *testing.B) {
	for _, shape := range []string{"mixed", "worst"} {
		b.Run(shape, func(b *testing.B) {
			p := Policies{
				Identity: []Named{{"writer-policy", WriterPolicy("aws", "acme-data")}},
				Bucket:   large(b, shape == "worst"),
			}
			r := largeRequest()
			if d := Decide(r, p); !d.Allowed || d.Resource.Verdict != Allowed {
				b.Fatalf("should be allowed: %s", d.Why)
			}
			b.ReportMetric(float64(len(p.Bucket.Compact())), "policy-bytes")
			b.ReportMetric(float64(len(p.Bucket.Statements)), "statements")
			b.ReportAllocs()
			for b.Loop() {
				Decide(r, p)
			}
		})
	}
}

// The scan itself takes no memory: a longer policy needs no more of it.
func TestDecideAllocates(t *testing.T) {
	r := largeRequest()
	short := Policies{Bucket: parsed(t, allow(firmRoot, "s3:*", "*"))}
	long := short
	long.Bucket = large(t, false)
	count := func(p Policies) float64 { return testing.AllocsPerRun(100, func() { Decide(r, p) }) }
	if a, b := count(short), count(long); b > a+20 {
		t.Errorf("a short policy takes %v allocations, a long one %v", a, b)
	}
}

// The mend of a bucket that lets many in, each to a folder, with a Deny of everything.
func BenchmarkMend(b *testing.B) {
	g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantUser}
	d := New(g.ForBucket()...)
	for i := range 60 {
		d.Statements = append(d.Statements, Statement{Effect: "Allow", Principal: &Principal{AWS: one(fmt.Sprintf("%012d", 800000000000+i))}, Action: one("s3:*"), Resource: one(fmt.Sprintf("arn:aws:s3:::my.test.bucket/%d/*", i))})
	}
	d.Statements = append(d.Statements, Statement{Effect: "Deny", Principal: &Principal{Everyone: true}, Action: one("s3:*"), Resource: list("arn:aws:s3:::my.test.bucket", "arn:aws:s3:::my.test.bucket/*"), Condition: []Condition{condition("StringNotEquals", "aws:PrincipalAccount", grantOwner)}})
	live := Policies{Bucket: &d, Identity: []Named{{Name: "own", Document: g.ForGrantee()}}}
	for b.Loop() {
		if _, ok := g.Mend(g.asks(), live, false); !ok {
			b.Fatal("there is none")
		}
	}
}
