package ui

import (
	"fmt"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
)

// largePolicy is nearly as large as a bucket policy may be.
func largePolicy() policy.Document {
	var statements []policy.Statement
	d := policy.New()
	for i := 0; len(d.Compact()) < 19500; i++ {
		statements = append(statements, policy.Statement{
			Sid: fmt.Sprintf("Theirs%03d", i), Effect: "Allow",
			Principal: &policy.Principal{AWS: policy.List{Values: []string{fmt.Sprintf("arn:aws:iam::%012d:root", 100000000000+i)}}},
			Action:    policy.List{Values: []string{"s3:GetObject", "s3:GetObjectVersion"}},
			Resource:  policy.List{Values: []string{fmt.Sprintf("arn:aws:s3:::my.test.bucket/reports/%03d/*", i)}},
		})
		d = policy.New(statements...)
	}
	return d
}

func largeStep() steps.Change {
	c := testChanges()[0]
	before := largePolicy()
	after := policy.Merge(&before, policy.FirmGrant("aws", "444455556666", "my.test.bucket"))
	c.Actions = []steps.Action{{As: steps.CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", Before: &before, After: &after}}}
	return c
}

// largeApp shows the whole of a policy of 20 KB.
func largeApp() *App {
	a := gallery(coloured(), Options{})["step-changes"]
	a.screen = stepOf(a.kit, largeStep())
	drawn(a, 120, 40)
	a.key(keyNamed("tab"))
	return a
}

func TestLargePolicyIsScrolledToItsEnd(t *testing.T) {
	a := largeApp()
	drawn(a, 80, 40) // without the side bar
	a.key(keyNamed("end"))
	if shown := flat(plain(a.View())); !strings.Contains(shown, `"arn:aws:s3:::my.test.bucket/*" ] } ] }`) || strings.Contains(shown, "▾") {
		t.Errorf("its end is not on the screen:\n%s", plain(a.View()))
	}
	a.key(keyNamed("home"))
	if shown := flat(plain(a.View())); !strings.Contains(shown, "lines 1 to ") {
		t.Errorf("its start is not on the screen:\n%s", plain(a.View()))
	}
}

// A key's effect is to be drawn within 16 ms.
func BenchmarkKey20KB(b *testing.B) {
	a := largeApp()
	down, up := keyNamed("down"), keyNamed("up")
	b.ResetTimer()
	for i := range b.N {
		if i%400 < 200 {
			a.Update(down)
		} else {
			a.Update(up)
		}
		a.View()
	}
}

func BenchmarkTab20KB(b *testing.B) {
	a := largeApp()
	b.ResetTimer()
	for range b.N {
		a.Update(keyNamed("tab"))
		a.View()
	}
}

func BenchmarkResize20KB(b *testing.B) {
	a := largeApp()
	b.ResetTimer()
	for i := range b.N {
		drawn(a, 100+i%40, 40)
	}
}
