package policy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const grantKey = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// anyKeyGrant is any grant on a bucket with a key.
func anyKeyGrant(t *rapid.T) Grant {
	g := anyGrant(t)
	g.Key = strings.Replace(grantKey, "arn:aws:", "arn:"+g.Partition+":", 1)
	return g
}

// For any grant both sides together let S3 alone use the one key, for whom the words say and
// for no more than the access needs; neither side is enough by itself.
func TestAGrantGivesItsKeyToS3ForTheGrantee(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyKeyGrant(t)
		who := strings.Replace(rapid.SampledFrom([]string{
			grantUser, grantRole, "arn:aws:iam::444455556666:user/eve", "arn:aws:iam::" + grantStranger + ":user/team/bob",
		}).Draw(t, "who"), "arn:aws:", "arn:"+g.Partition+":", 1)
		action := rapid.SampledFrom([]string{"kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt", "kms:DescribeKey", "kms:CreateGrant", "kms:PutKeyPolicy"}).Draw(t, "action")
		via := rapid.SampledFrom([]string{"s3.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com", "s3.us-east-1.amazonaws.com", "ec2.eu-west-1.amazonaws.com", ""}).Draw(t, "via")
		key := rapid.SampledFrom([]string{g.Key, g.Key, strings.Replace(g.Key, "1234abcd", "1234abce", 1)}).Draw(t, "key")
		r := Request{Caller: CallerOf(who, "AIDA", "night"), Action: action, Resource: key, Owner: grantOwner, Time: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), Context: map[string][]string{}}
		if via != "" {
			r.Context["kms:ViaService"] = []string{via}
		}
		needs := action == "kms:Decrypt" || action == "kms:GenerateDataKey" && g.Access != Read
		want := needs && via == "s3.eu-west-1.amazonaws.com" && key == g.Key && AccountOf(who) == grantFirm && (!g.Only || who == g.Grantee)
		keys, own := New(g.ForKey()), []Named{{Name: g.PolicyName(), Document: g.ForGrantee()}}
		if is := Decide(r, Policies{Bucket: &keys, Identity: own}).Allowed; is != want {
			t.Errorf("%s by %s through %q: allowed %t, and should be %t\n%s\n%s", action, who, via, is, want, keys.Indent(), own[0].Document.Indent())
		}
		if Decide(r, Policies{Bucket: &keys}).Allowed || Decide(r, Policies{Identity: own}).Allowed {
			t.Error("one side alone lets it through")
		}
	})
}

// The key is a part of the grant that the grantee's policy tells, and changes nothing else.
func TestAGrantWithAKeyIsFoundAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyKeyGrant(t)
		bare := g
		bare.Key = ""
		if !slices.EqualFunc(g.ForBucket(), bare.ForBucket(), func(a, b Statement) bool { return Equal(New(a), New(b)) }) || g.PolicyName() != bare.PolicyName() {
			t.Error("the key changes what is not about it")
		}
		with, without := g.ForGrantee(), bare.ForGrantee()
		if Same(&with, &without) {
			t.Error("the grantee's policy does not have the key")
		}
		found, ours := GrantFor(with, g.Partition, g.Firm)
		again := found.ForGrantee()
		if !ours || found.Key != g.Key || found.Access != g.access() || found.Prefix != g.Prefix || !Same(&again, &with) {
			t.Errorf("of %+v this was found: %+v", g, found)
		}
		text, err := json.Marshal(g)
		var read Grant
		if err != nil || json.Unmarshal(text, &read) != nil || !read.Until.Equal(g.Until) || read.Key != g.Key {
			t.Errorf("%s is read as %+v: %v", text, read, err)
		}
		if !strings.Contains(g.Gives(), g.Key) || strings.Contains(bare.Gives(), "KMS") {
			t.Errorf("%q, and without the key %q", g.Gives(), bare.Gives())
		}
	})
}

// Statements of one Sid say the same, whatever bucket they are for, and AWS takes them.
func TestKeyStatementsFollowFromTheirSids(t *testing.T) {
	said := map[string]string{}
	for _, access := range Accesses {
		for _, grantee := range []string{grantUser, grantRole} {
			for n := range 8 {
				g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantee, Access: access, Only: n&1 != 0, Key: grantKey}
				if n&2 != 0 {
					g.Bucket, g.Prefix = "another.bucket", "in/"
				}
				if n&4 != 0 {
					g.Until = time.Now()
				}
				d := New(g.ForKey())
				if before, is := said[g.KeySid()]; is && before != d.Compact() {
					t.Errorf("%s is both\n%s\n%s", g.KeySid(), before, d.Compact())
				}
				said[g.KeySid()] = d.Compact()
				for _, f := range append(Lint(d, Against{Kind: KeyPolicy, Partition: "aws", Account: grantOwner}), Lint(g.ForGrantee(), Against{Kind: InlinePolicy, Partition: "aws", Account: grantFirm})...) {
					if f.Severity == Refused {
						t.Errorf("%s: %s", d.Compact(), f.Text)
					}
				}
			}
		}
	}
	if len(said) != 6 { // to write or to read alone, for the account or for one of the two
		t.Errorf("there are %d: %v", len(said), said)
	}
}

func TestTheKeyInWords(t *testing.T) {
	g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantUser, Access: Deliver, Key: grantKey}
	statements := g.ForGrantee().Statements
	if got, want := statements[len(statements)-1].Words(), `The user with this policy may encrypt with the KMS key `+grantKey+` and decrypt with it, but only if the request comes through the AWS service "s3.eu-west-1.amazonaws.com".`; got != want {
		t.Error(got)
	}
	g.Partition, g.Key = "aws-cn", strings.Replace(grantKey, "arn:aws:kms:eu-west-1", "arn:aws-cn:kms:cn-north-1", 1)
	if got := g.ForKey().Compact(); !strings.Contains(got, `["s3.cn-north-1.amazonaws.com","s3.cn-north-1.amazonaws.com.cn"]`) {
		t.Error(got)
	}
}

func TestKeyARNs(t *testing.T) {
	for _, is := range []string{grantKey, strings.Replace(grantKey, "1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-1234abcd12ab34cd56ef1234567890ab", 1)} {
		if !IsKeyARN(is) {
			t.Errorf("%q is not taken", is)
		}
	}
	for _, not := range []string{"", "*", "alias/x", "1234abcd-12ab-34cd-56ef-1234567890ab", strings.Replace(grantKey, "key/", "alias/", 1), grantKey + "\n", strings.Replace(grantKey, "1234abcd", "1234abc*", 1), strings.Replace(grantKey, "kms", "s3", 1), strings.Replace(grantKey, "eu-west-1", "", 1)} {
		if IsKeyARN(not) {
			t.Errorf("%q is taken", not)
		}
	}
}

func TestAKeyIsOpenForAGrant(t *testing.T) {
	g := Grant{Partition: "aws", Bucket: grantBucket, Owner: grantOwner, Firm: grantFirm, Grantee: grantUser, Access: Deliver, Key: grantKey}
	firm := &Principal{AWS: one(AccountARN("aws", grantFirm))}
	let := func(change func(*Statement)) *Document {
		s := Statement{Effect: "Allow", Principal: firm, Action: list("kms:*"), Resource: one("*")}
		change(&s)
		d := New(s)
		return &d
	}
	ours := New(g.ForKey())
	others := g
	others.Only, others.Grantee = true, grantRole
	denied := New(g.ForKey(), Statement{Effect: "Deny", Principal: &Principal{Everyone: true}, Action: list("kms:Decrypt"), Resource: one("*"), Condition: []Condition{condition("StringNotEquals", "aws:PrincipalOrgID", "o-1")}})
	another := New(others.ForKey())
	for name, c := range map[string]struct {
		d    *Document
		open bool
	}{
		"not read": {nil, false}, "its own statement": {&ours, true}, "another's alone": {&another, false},
		"all of KMS":       {let(func(*Statement) {}), true},
		"not all it needs": {let(func(s *Statement) { s.Action = list("kms:GenerateDataKey*") }), false},
		"another account":  {let(func(s *Statement) { s.Principal = &Principal{AWS: one(grantStranger)} }), false},
		"for this bucket": {let(func(s *Statement) {
			s.Condition = []Condition{condition("StringLike", "kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::my.test.bucket*")}
		}), true},
		"for files, and not the bucket's own key": {let(func(s *Statement) {
			s.Condition = []Condition{condition("StringLike", "kms:EncryptionContext:aws:s3:arn", "arn:aws:s3:::my.test.bucket/*")}
		}), false},
		"a Deny that may hold": {&denied, false},
	} {
		if g.KeyIsOpen(c.d) != c.open {
			t.Errorf("%s: open is not %t", name, c.open)
		}
	}
}
