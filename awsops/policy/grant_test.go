package policy

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	grantOwner, grantFirm = "111122223333", "444455556666"
	grantBucket           = "my.test.bucket"
	grantUser             = "arn:aws:iam::444455556666:user/team/bob"
	grantRole             = "arn:aws:iam::444455556666:role/team/bob"
	grantStranger         = "777788889999"
)

func anyGrant(t *rapid.T) Grant {
	g := Grant{
		Partition: rapid.SampledFrom([]string{"aws", "aws-us-gov"}).Draw(t, "partition"), Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm,
		Access: rapid.SampledFrom(Accesses).Draw(t, "access"), Prefix: rapid.SampledFrom([]string{"", "in/", "in/2026-"}).Draw(t, "prefix"),
		Only: rapid.Bool().Draw(t, "only"),
	}
	g.Grantee = strings.Replace(rapid.SampledFrom([]string{grantUser, grantRole}).Draw(t, "grantee"), "arn:aws:", "arn:"+g.Partition+":", 1)
	if rapid.Bool().Draw(t, "ends") {
		g.Until = time.Date(2026, 12, 31, 9, 0, 0, 0, time.UTC)
	}
	return g
}

// try is a request with what the grant depends on.
type try struct {
	who, action, key string // who: ARN of a user, or of the role of a session; key: of a file, or what a listing asks for
	prefixed         bool   // the listing asks for a prefix at all
	conditional      bool   // If-None-Match is sent
	part             bool   // of a multipart upload
	bucket, owner    string
	at               time.Time
}

// means is what the words say.
func (g Grant) means(r try) bool {
	within := strings.HasPrefix(r.key, g.Prefix)
	switch {
	case r.bucket != g.Bucket, AccountOf(r.who) != g.Firm, g.Only && r.who != g.Grantee, !g.Until.IsZero() && !r.at.Before(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)):
		return false
	case r.action == "s3:ListBucket":
		return slices.Contains([]Access{Article, Read, ReadWrite}, g.Access) && (g.Prefix == "" || r.prefixed && within)
	case !within:
		return false
	}
	switch r.action {
	case "s3:GetObject":
		return slices.Contains([]Access{Article, Read, ReadWrite}, g.Access)
	case "s3:PutObject":
		return g.Access != Read && (g.Access != Add || r.conditional || r.part)
	case "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts":
		return slices.Contains([]Access{Deliver, Add, ReadWrite}, g.Access)
	case "s3:PutObjectAcl":
		return g.Access == Article
	}
	return false
}

// For any grant both sides' documents together allow exactly what its words say, to a user
// and to a role's session, whoever else has the grantee's policy.
func TestAGrantAllowsWhatItsWordsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGrant(t)
		r := try{
			who: strings.Replace(rapid.SampledFrom([]string{
				grantUser, grantRole, "arn:aws:iam::444455556666:user/eve", "arn:aws:iam::444455556666:role/bob", // whose sessions have the ARNs of the other's
				"arn:aws:iam::" + grantStranger + ":user/team/bob", "arn:aws:iam::" + grantOwner + ":role/team/bob",
			}).Draw(t, "who"), "arn:aws:", "arn:"+g.Partition+":", 1),
			action: rapid.SampledFrom([]string{"s3:GetObject", "s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject", "s3:ListBucket", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:GetObjectVersion", "s3:PutBucketPolicy", "s3:GetObjectAcl"}).Draw(t, "action"),
			key:    rapid.SampledFrom([]string{"in/a", "in/2026-01/a", "other/a", "in", "", "in/"}).Draw(t, "key"), prefixed: rapid.Bool().Draw(t, "prefixed"),
			conditional: rapid.Bool().Draw(t, "conditional"), part: rapid.Bool().Draw(t, "part"),
			bucket: rapid.SampledFrom([]string{grantBucket, grantBucket, "my.test.bucket2"}).Draw(t, "bucket"),
			owner:  rapid.SampledFrom([]string{grantOwner, grantOwner, grantStranger}).Draw(t, "owner"),
			at:     rapid.SampledFrom([]time.Time{time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)}).Draw(t, "at"),
		}
		listing := r.action == "s3:ListBucket"
		if r.key == "" && !listing && r.action != "s3:PutBucketPolicy" {
			r.key = "in/a"
		}
		request := Request{
			Caller: CallerOf(r.who, "AIDA", "night"), Action: r.action, Resource: bucketARN(g.Partition, r.bucket), Owner: r.owner, Time: r.at,
			Context: map[string][]string{"s3:ResourceAccount": {r.owner}, "s3:ObjectCreationOperation": {"true"}},
		}
		if listing {
			if r.prefixed {
				request.Context["s3:prefix"] = []string{r.key}
			}
		} else if r.action != "s3:PutBucketPolicy" {
			request.Resource += "/" + r.key
		}
		if r.part {
			request.Context["s3:ObjectCreationOperation"] = []string{"false"}
		} else if r.conditional {
			request.Context["s3:if-none-match"] = []string{"*"}
		}
		r.conditional = r.conditional && !r.part
		bucket := New(g.ForBucket()...)
		own := []Named{{Name: g.PolicyName(), Document: g.ForGrantee()}}
		if r.owner != grantOwner { // a bucket of somebody else's, which lets the firm in
			open := New(Statement{Effect: "Allow", Principal: &Principal{AWS: one(AccountARN(g.Partition, g.Firm))}, Action: one(r.action), Resource: one(request.Resource)})
			if !g.plain() && AccountOf(r.who) == g.Firm && Decide(request, Policies{Bucket: &open, Identity: own}).Allowed {
				t.Errorf("the grantee's policy lets %s into a bucket of another owner", r.who)
			}
			return
		}
		if AccountOf(r.who) == g.Owner { // whom its own administrator lets in, not this grant
			own = nil
		}
		d := Decide(request, Policies{Bucket: &bucket, Identity: own})
		if d.Allowed != g.means(r) {
			t.Errorf("%+v: allowed %t, by the words %t: %s %s\n%s\n%s", r, d.Allowed, g.means(r), g.Gives(), g.Withholds(), bucket.Indent(), g.ForGrantee().Indent())
		}
		if elsewhere := Decide(request, Policies{Bucket: &bucket}); elsewhere.Allowed {
			t.Errorf("the bucket's policy alone lets %s in", r.who)
		}
	})
}

// What is said to be beyond a grant is what the article's documents allow and its own do not.
func TestBeyondAGrantIsWhatTheArticleAllowsMore(t *testing.T) {
	day := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	allows := func(g Grant, who, action, key string, at time.Time) bool {
		bucket := New(g.ForBucket()...)
		r := Request{
			Caller: Caller{Account: grantFirm, ARN: who}, Action: action, Resource: bucketARN("aws", grantBucket) + "/" + key, Owner: grantOwner, Time: at,
			Context: map[string][]string{"s3:ResourceAccount": {grantOwner}, "s3:ObjectCreationOperation": {"true"}, "s3:prefix": {key}},
		}
		if g.Access == Add && key != "in/there" {
			r.Context["s3:if-none-match"] = []string{"*"}
		}
		if action == "s3:ListBucket" {
			r.Resource = bucketARN("aws", grantBucket)
		}
		return Decide(r, Policies{Bucket: &bucket, Identity: []Named{{Name: g.PolicyName(), Document: g.ForGrantee()}}}).Allowed
	}
	for _, access := range Accesses {
		for n := range 8 {
			g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantUser, Access: access, Only: n&2 != 0}
			if n&1 != 0 {
				g.Prefix = "in/"
			}
			if n&4 != 0 {
				g.Until = day
			}
			article := g
			article.Access, article.Prefix, article.Only, article.Until = Article, "", false, time.Time{}
			use := "s3:PutObject" // what the grant itself allows
			if access == Read {
				use = "s3:GetObject"
			}
			for words, r := range map[string]struct {
				who, action, key string
				at               time.Time
			}{
				"listing the files":                {grantUser, "s3:ListBucket", "in/", day},
				"reading files":                    {grantUser, "s3:GetObject", "in/a", day},
				"; replacing files":                {grantUser, "s3:PutObject", "in/there", day},
				"writing and replacing files":      {grantUser, "s3:PutObject", "in/a", day},
				"setting the permissions of files": {grantUser, "s3:PutObjectAcl", "in/a", day},
				"elsewhere in the bucket":          {grantUser, use, "out/a", day},
				"to other users and roles":         {"arn:aws:iam::" + grantFirm + ":user/eve", use, "in/a", day},
				"after that day":                   {grantUser, use, "in/a", day.AddDate(0, 0, 1)},
			} {
				more := allows(article, r.who, r.action, r.key, r.at) && !allows(g, r.who, r.action, r.key, r.at)
				if words == "; replacing files" {
					more = more && access == Add // else it cannot write at all
				}
				if said := strings.Contains(g.Beyond(), words); said != more {
					t.Errorf("%s The article's allows more is %t, and %q said %t: %q", g.Gives(), more, words, said, g.Beyond())
				}
			}
		}
	}
}

// AWS takes the documents of every grant, and grants with other terms have other names.
func TestGrantsStandSideBySide(t *testing.T) {
	sids, names := map[string]string{}, map[string]string{}
	for _, access := range Accesses {
		for _, prefix := range []string{"", "in/", "out/"} {
			for _, only := range []bool{false, true} {
				g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantUser, Access: access, Prefix: prefix, Only: only, Until: time.Now()}
				bucket := New(g.ForBucket()...)
				for _, f := range append(
					Lint(bucket, Against{Kind: BucketPolicy, Bucket: grantBucket, Partition: "aws", Account: grantOwner}),
					Lint(g.ForGrantee(), Against{Kind: InlinePolicy, Partition: "aws", Account: grantFirm})...,
				) {
					if f.Severity == Refused {
						t.Errorf("%s: %s", g.Gives(), f.Text)
					}
				}
				terms := g.Gives() + g.Withholds()
				if other, taken := sids[g.Sid()]; taken {
					t.Errorf("%q and %q have the Sid %s", other, terms, g.Sid())
				}
				if other, taken := names[g.PolicyName()]; taken && !g.plain() {
					t.Errorf("%q and %q have the policy %s", other, terms, g.PolicyName())
				}
				sids[g.Sid()], names[g.PolicyName()] = terms, terms
				if own := Own(&bucket); len(own) != len(bucket.Statements) {
					t.Errorf("of %s only %v are known as crossgrant's", bucket.Compact(), own)
				}
				later := g
				later.Until = later.Until.AddDate(1, 0, 0)
				if later.Sid() != g.Sid() || later.PolicyName() != g.PolicyName() {
					t.Error("a later day is another grant")
				}
			}
		}
	}
}

// Passed with nothing chosen a grant is the article's, action for action.
func TestTheDefaultGrantIsTheArticles(t *testing.T) {
	g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantUser}
	bucket, article := New(g.ForBucket()...), New(FirmGrant("aws", grantFirm, grantBucket))
	user, writer := g.ForGrantee(), WriterPolicy("aws", grantBucket)
	if !Equal(bucket, article) || !Equal(user, writer) || g.Sid() != SidFirm+grantFirm || g.PolicyName() != "writer-policy" {
		t.Errorf("%s\n%s", bucket.Indent(), user.Indent())
	}
}

func TestAGrantNamesAUserWithItsPath(t *testing.T) {
	g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantUser, Only: true}
	if said := g.Gives(); !strings.HasPrefix(said, "Only the user team/bob of the account 4444-5555-6666 may ") {
		t.Error(said)
	}
}

func TestPrefixesThatCannotBe(t *testing.T) {
	for _, p := range []string{"/in", "in/*", "a?", "${aws:username}/", "a\u202eb", "\xff/", "日本/", strings.Repeat("a", 513)} {
		if CheckPrefix(p) == nil {
			t.Errorf("%q is taken", p)
		}
	}
	for _, p := range []string{"", "in/", "in/2026-", "Ünïcode /"} {
		if err := CheckPrefix(p); err != nil {
			t.Errorf("%q: %v", p, err)
		}
	}
}
