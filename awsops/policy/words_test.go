package policy

import (
	"strings"
	"testing"
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
		b.WriteString(s.compact() + "\n  " + words + "\n\n")
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
