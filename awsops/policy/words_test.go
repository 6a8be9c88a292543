package policy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The texts are in testdata/words.txt, to be read as a whole.
func TestWords(t *testing.T) {
	arns := `"Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"]`
	deny := `"Effect":"Deny","Principal":"*","Action":"s3:*",` + arns
	statements := append(ours(), WriterPolicy("aws-cn", "my.test.bucket").Statements...)
	for _, elements := range []string{
		`"Principal":"*"`,
		`"Principal":{"AWS":["444455556666","arn:aws:iam::111122223333:role/division/admin","arn:aws:sts::111122223333:assumed-role/admin/bob","AIDAIOSFODNN7EXAMPLE","arn:aws:iam::111122223333:group/x","me"]},"Action":"s3:DeleteObject"`,
		`"Principal":{"Service":"logging.s3.amazonaws.com","Federated":"cognito-identity.amazonaws.com","CanonicalUser":"0a","X":["y"]}`,
		`"Principal":{"AWS":[]}`,
		`"Principal":"someone"`,
		`"Principal":null,"NotPrincipal":{"AWS":"444455556666"},"Effect":"Deny"`,
		`"Effect":"Perhaps"`,
		`"Action":["s3:ListBucket","s3:GetObject","s3:Get*","s3:GetBucketCORS"],` + arns,
		`"Action":"s3:*",` + arns,
		`"Action":"*","Resource":"*"`,
		`"Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::a/reports/*","arn:aws:s3:::b/key.txt","arn:aws:s3:::c/*/x?","arn:aws:s3:::c/${aws:username}"]`,
		`"Action":["s3:ListBucket","s3:GetBucketLocation"],"Resource":["arn:aws:s3:::a","arn:aws:s3:::b"]`,
		`"Action":"s3:ListBucket","Resource":"arn:aws:s3:::a/*"`,
		`"Action":"iam:GetUser","Resource":"arn:aws:iam::111122223333:user/x"`,
		`"Action":null,"NotAction":["s3:DeleteObject","s3:DeleteBucket"],"Resource":null,"NotResource":"arn:aws:s3:::a/*"`,
		`"Action":null,"Resource":null`,
		`"Resource":"arn:aws:s3:::a\u0000b/*"`,
		deny + `,"Condition":{"Bool":{"aws:SecureTransport":false}}`,
		deny + `,"Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`,
		deny + `,"Condition":{"StringNotEquals":{"aws:SourceVpce":["vpce-1","vpce-2"]},"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}`,
		deny + `,"Condition":{"NumericLessThan":{"s3:TlsVersion":1.2},"DateGreaterThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"},"NumericEquals":{"aws:x":"1"}}`,
		deny + `,"Condition":{"Null":{"s3:x-amz-server-side-encryption":"true","aws:TokenIssueTime":"false","aws:x":["true","false"]}}`,
		`"Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"},"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::444455556666:user/*"}}`,
		`"Condition":{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-1/*"},"StringLike":{"aws:UserAgent":"x"},"StringEquals":{"aws:SourceIp":[]}}`,
		`"Action":"s3:ListBucket","Resource":"arn:aws:s3:::a","Condition":{"StringLike":{"s3:prefix":"home/*"},"StringIs":{"aws:y":"z"},"Bool":{"aws:SecureTransport":"perhaps"}}`,
		`"Action":"s3:PutObject","Condition":{"StringEqualsIfExists":{"s3:x-amz-acl":"bucket-owner-full-control"}},"Note":{"a":1}`,
	} {
		statements = append(statements, mustParse(t, in(elements)).Statements...)
	}
	var b strings.Builder
	for _, s := range statements {
		words := s.Words()
		if strings.ContainsFunc(words, func(r rune) bool { return r < ' ' }) {
			t.Errorf("a control character in %q", words)
		}
		b.WriteString(s.Compact() + "\n  " + words + "\n\n")
	}
	golden(t, "words.txt", b.String())
}

func TestWordsOfARolesPolicies(t *testing.T) {
	want := "The account 4444-5555-6666 may assume the role. Its administrator decides which of its users may."
	if got := Trust(AccountARN("aws", "444455556666")).Statements[0].Words(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	want = "The role with this policy may list the bucket b, read the files in it, write them and set their permissions."
	if got := WriterPolicy("aws", "b").Statements[0].WordsOn("role"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWordsOfTheFirmsGrant(t *testing.T) {
	want := "The account 4444-5555-6666 may list the bucket my.test.bucket, see its lifecycle rules, read the files in it, " +
		"write them and set their permissions. Its administrator decides which of its users may."
	if got := FirmGrant("aws", "444455556666", "my.test.bucket").Words(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What a person must be able to read from a statement: nothing of it is left out.
func TestWordsLeaveNothingOut(t *testing.T) {
	for _, c := range []struct{ elements, want string }{
		{`"Principal":null,"Resource":["arn:aws:s3:::b/*","*"]`, `The user with this policy may read the files in the bucket b and read the files in every bucket.`},
		{`"Resource":["arn:aws:s3:::b/public/*","arn:aws:s3:::*"]`, `may read the files whose names begin with "public/" in the bucket b and read the files in every bucket.`},
		{`"Action":["s3:ListBucket","s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::*"`, `may list every bucket, read the files in every bucket and write them.`},
		{`"Resource":["arn:aws:s3:::b/*","arn:aws:s3:::log-*/*"]`, `may read the files in the bucket b and read "arn:aws:s3:::log-*/*".`},
		{`"Action":["s3:ListBucket","s3:GetObject"],"Resource":["arn:aws:s3:::log-*","arn:aws:s3:::log-*/*"]`, `may list "arn:aws:s3:::log-*", read "arn:aws:s3:::log-*/*" and read "arn:aws:s3:::log-*".`},
		{`"Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::b/*","arn:aws:s3:us-west-2:123456789012:accesspoint/ap/object/*"]`, `may read the files in the bucket b, write them, read "arn:aws:s3:us-west-2:123456789012:accesspoint/ap/object/*" and write it.`},
		{`"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]`, `Nobody may write the files in the bucket b, whatever else allows it.`},
		{`"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]`, `may read the files in the bucket b.`},
		{`"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::c","arn:aws:s3:::b/*","arn:aws:s3:::c/*"]`, `may list the bucket c, read the files in the bucket b and read the files in the bucket c.`},
		{`"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::c","arn:aws:s3:::b/*"]`, `may list the bucket b, list the bucket c and read the files in the bucket b.`},
		{`"Resource":["arn:aws:s3:::c","arn:aws:s3:::b/*"]`, `may read the files in the bucket b. Nothing of this can be done to the bucket c, which it also names.`},
		{`"Resource":["arn:aws:s3:::b/*","arn:aws:iam::111122223333:user/x"]`, `Nothing of this can be done to "arn:aws:iam::111122223333:user/x", which it also names.`},

		{`"Action":"s3:*","Resource":"*"`, `may do everything with everything in Amazon S3.`},
		{`"Action":["s3:*","iam:ListUsers","s3:GetObject"],"Resource":"*"`, `may do everything with everything in Amazon S3 and use "iam:ListUsers" on everything.`},
		{`"Action":"S3:*","Resource":["arn:aws:s3:::b/everything/*","*"]`, `may do everything with the files whose names begin with "everything/" in the bucket b and everything in Amazon S3.`},

		{`"Principal":{"AWS":"AIDAIOSFODNN7EXAMPLE"}`, `Nobody may read the files in the bucket b. The entry "AIDAIOSFODNN7EXAMPLE" is what AWS shows of a user or role that was deleted: it is about nobody.`},
		{`"Effect":"Deny","Principal":{"AWS":"AROAIOSFODNN7EXAMPLE"}`, `It is forbidden to nobody to read the files in the bucket b, whatever else allows it. The entry "AROAIOSFODNN7EXAMPLE"`},
		{`"Effect":"Deny","Principal":null,"NotPrincipal":{"AWS":["444455556666","arn:aws:iam::444455556666:user/u"]}`, `Nobody except the account 4444-5555-6666 and the user u of the account 4444-5555-6666 may read the files in the bucket b, whatever else allows it. A user or role is spared only if its account is named too, and an account that is named alone spares its root user alone.`},

		{`"Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringLike":{"s3:prefix":["home/*","a?/*","*"]}}`, `but only if the listing asks for names that begin with "home/", "a?/*" or "*".`},
		{`"Effect":"Deny","Condition":{"StringNotEquals":{"s3:ExistingObjectTag/Scan":"clean"}}`, `When the file has no tag "Scan" with the value "clean", the account 4444-5555-6666 may not read the files in the bucket b, whatever else allows it.`},
		{`"Effect":"Deny","Condition":{"Null":{"s3:x-amz-acl":"true","s3:RequestObjectTag/Team":"true","s3:ExistingObjectTag/Scan":"false"}}`, `When the request does not send the header x-amz-acl, the upload gives no tag "Team" and the file has a tag "Scan", the account`},
		{`"Action":"s3:PutObject","Condition":{"StringEquals":{"s3:RequestObjectTag/team":["a","b"]}}`, `but only if the upload gives the tag "team" the value "a" or "b".`},
		{`"Effect":"Deny","Condition":{"BoolIfExists":{"aws:SecureTransport":"false"},"StringNotEquals":{"aws:SourceVpce":["vpce-1","vpce-2"]}}`, `, whatever else allows it, when all of this is so: the connection is not encrypted (no HTTPS), or this is not known of the request; the request does not come through the network endpoint "vpce-1" or "vpce-2".`},
		{`"Condition":{"BoolIfExists":{"aws:SecureTransport":"true"},"StringEquals":{"aws:PrincipalOrgID":"o-1"}}`, `but only if all of this is so: the connection is encrypted (HTTPS), or this is not known of the request; the caller's account belongs to the organisation "o-1".`},
	} {
		if got := mustParse(t, in(c.elements)).Statements[0].Words(); !strings.Contains(got, c.want) {
			t.Errorf("%s\ngot  %s\nwant %s", c.elements, got, c.want)
		}
	}
}

// Whatever the statement says, each bucket of its resources is in the words.
func TestWordsNameEveryResource(t *testing.T) {
	arns := []string{"*", "arn:aws:s3:::*", "arn:aws:s3:::first", "arn:aws:s3:::first/*", "arn:aws:s3:::second/a/*", "arn:aws:s3:::third*", "arn:aws:sns:us-east-1:111122223333:fourth", "arn:aws:s3:::fifth/x?"}
	names := []string{"every", "every", "first", "first", "second", "third", "fourth", "fifth"}
	actions := []string{"s3:*", "*", "s3:GetObject", "s3:ListBucket", "s3:Get*", "iam:GetUser", "s3:PutObject"}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.SliceOfN(rapid.IntRange(0, len(arns)-1), 1, 4).Draw(t, "resources")
		s := Statement{Effect: rapid.SampledFrom([]string{"Allow", "Deny"}).Draw(t, "effect"), Principal: &Principal{Everyone: true}}
		s.Action.Values = rapid.SliceOfN(rapid.SampledFrom(actions), 1, 3).Draw(t, "actions")
		for _, i := range at {
			s.Resource.Values = append(s.Resource.Values, arns[i])
		}
		words := s.Words()
		for _, i := range at {
			if !strings.Contains(words, names[i]) {
				t.Fatalf("%v is not in: %s", arns[i], words)
			}
		}
	})
}
