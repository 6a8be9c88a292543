package policy

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func fleetGrants(n int, access Access) (all []Grant) {
	for i := range n {
		all = append(all, Grant{
			Partition: "aws", Bucket: fmt.Sprintf("customer-%021d", i), Owner: fmt.Sprintf("%012d", 100000000000+i/2),
			Firm: "444455556666", Grantee: "arn:aws:iam::444455556666:user/w", Access: access,
		})
	}
	return all
}

// What fits where is what the documentation says of a firm with many customers, for names
// of 30 characters.
func TestFitting(t *testing.T) {
	for _, c := range []struct {
		access      Access
		chars, want int
	}{
		{Article, MaxInlineChars, 19},
		{Article, MaxRoleChars, 107},
		{Article, MaxManagedChars, 63},
		{Deliver, MaxInlineChars, 32},
		{Deliver, MaxManagedChars, 106},
		{Article, 10, 0},
	} {
		grants := fleetGrants(250, c.access)
		got := Fitting(grants, c.chars)
		if got != c.want {
			t.Errorf("%d grants of %s fit into %d characters, want %d", got, c.access, c.chars, c.want)
		}
	}
	by := Grant.InAccount
	var accounts []Grant
	for _, g := range fleetGrants(800, Article) {
		accounts = append(accounts, by(g))
	}
	if got := Fitting(accounts, MaxManagedChars); got < 780 {
		t.Errorf("by account %d buckets fit into one managed policy", got)
	}
}

// One document passes on what each of the grants gives, and nothing that none of them does.
func TestCombined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		grants := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Grant {
			return Grant{
				Partition: "aws", Firm: "444455556666", Grantee: "arn:aws:iam::444455556666:user/w",
				Bucket: rapid.SampledFrom([]string{"one", "two", "three"}).Draw(t, "bucket"),
				Access: rapid.SampledFrom(Accesses).Draw(t, "access"),
				Prefix: rapid.SampledFrom([]string{"", "in/", "out/"}).Draw(t, "prefix"),
			}
		}), 1, 6).Draw(t, "grants")
		owners := map[string]string{"one": "111122223333", "two": "111122223333", "three": "777788889999", "else": "777788889999"}
		for i := range grants {
			grants[i].Owner = owners[grants[i].Bucket]
		}
		all := Combined(grants...)
		for _, f := range Lint(all, Against{Kind: InlinePolicy, Partition: "aws", Account: "444455556666"}) {
			if f.Severity == Refused && f.Rule != RuleSize {
				t.Fatalf("AWS would refuse it: %s", f.Text)
			}
		}
		allows := func(d Document, action, bucket, key string) bool {
			r := Request{
				Caller: CallerOf("arn:aws:iam::444455556666:user/w", "AIDA", ""), Action: action, Owner: owners[bucket],
				Resource: bucketARN("aws", bucket),
				Context:  map[string][]string{"s3:ResourceAccount": {owners[bucket]}, "s3:if-none-match": {"*"}, "s3:prefix": {key}},
			}
			if key != "" && action != "s3:ListBucket" {
				r.Resource += "/" + key
			}
			return Decide(r, Policies{Identity: []Named{{Name: "p", Document: d}}}).Identity.Verdict == Allowed
		}
		for bucket := range owners {
			for _, key := range []string{"a", "in/a", "out/a"} {
				for _, action := range []string{"s3:PutObject", "s3:GetObject", "s3:PutObjectAcl", "s3:DeleteObject", "s3:ListBucket"} {
					want := false
					for _, g := range grants {
						want = want || allows(g.ForGrantee(), action, bucket, key)
					}
					if got := allows(all, action, bucket, key); got != want {
						t.Fatalf("%s of %s in %s: %v, want %v by\n%s", action, key, bucket, got, want, all.Indent())
					}
				}
			}
		}
	})
}

func TestInAccount(t *testing.T) {
	for _, access := range Accesses {
		d := Combined(fleetGrants(1, access)[0].InAccount())
		for owner, want := range map[string]bool{"100000000000": true, "111122223333": false} {
			r := Request{
				Caller: CallerOf("arn:aws:iam::444455556666:user/w", "AIDA", ""), Action: "s3:PutObject", Owner: owner, Resource: "arn:aws:s3:::any/a",
				Context: map[string][]string{"s3:ResourceAccount": {owner}, "s3:if-none-match": {"*"}},
			}
			if access == Read {
				r.Action = "s3:GetObject"
			}
			if got := Decide(r, Policies{Identity: []Named{{Document: d}}}).Identity.Verdict == Allowed; got != want {
				t.Errorf("%s in the account %s: %v, want %v", access, owner, got, want)
			}
		}
	}
}
