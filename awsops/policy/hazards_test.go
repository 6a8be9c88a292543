package policy

import (
	"strings"
	"testing"
)

func TestHazards(t *testing.T) {
	const firm = "arn:aws:iam::444455556666:user/writer"
	deny := func(elements string) string {
		return over(`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}`, elements)
	}
	when := func(c string) string { return deny(`"Condition":{` + c + `}`) }
	const harmless, blocks, may = "harmless", "blocks", "may"
	for _, c := range []struct{ name, text, want, says string }{
		{"allow", in(`"Principal":"*"`), harmless, ""},
		{"everything", deny(``), blocks, "list, read, write and set the permissions of"},
		{"everything but", deny(`"Action":null,"NotAction":["s3:Get*","s3:List*"]`), blocks, "forbids the firm to write and set"},
		{"an action of no concern", deny(`"Action":["s3:DeleteBucket","s3:PutBucketPolicy"]`), harmless, ""},
		{"another account", deny(`"Principal":{"AWS":"777788889999"}`), harmless, ""},
		{"the firm's account", deny(`"Principal":{"AWS":"444455556666"}`), blocks, "the firm"},
		{"the firm's user", deny(`"Principal":{"AWS":"` + firm + `"},"Action":"s3:PutObject"`), blocks, "write"},
		{"some files", deny(`"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/private/*"`), may, "some of the files"},
		{"all but some files", deny(`"Action":"s3:PutObject","Resource":null,"NotResource":"arn:aws:s3:::b/inbox/*"`), blocks, "write"},
		{"another bucket", deny(`"Resource":"arn:aws:s3:::c/*"`), harmless, ""},
		{"not the company's", deny(`"Principal":null,"NotPrincipal":{"AWS":"111122223333"}`), blocks, "spares only those that it names"},
		{"not the firm, but its account is not named", deny(`"Principal":null,"NotPrincipal":{"AWS":"` + firm + `"}`), blocks, "its account is named too"},
		{"not the firm", deny(`"Principal":null,"NotPrincipal":{"AWS":["` + firm + `","444455556666"]}`), harmless, ""},

		{"HTTPS only", when(`"Bool":{"aws:SecureTransport":"false"}`), harmless, ""},
		{"HTTP only", when(`"Bool":{"aws:SecureTransport":"true"}`), blocks, "encrypted"},
		{"TLS 1.2", when(`"NumericLessThan":{"s3:TlsVersion":1.2}`), harmless, ""},
		{"endpoint", when(`"StringNotEquals":{"aws:SourceVpce":"vpce-1"}`), blocks, `network endpoint "vpce-1"`},
		{"endpoint, if known", when(`"StringNotEqualsIfExists":{"aws:SourceVpce":"vpce-1"}`), blocks, ""},
		{"that endpoint alone", when(`"StringEquals":{"aws:SourceVpce":"vpce-1"}`), harmless, ""},
		{"that endpoint or none", when(`"StringEqualsIfExists":{"aws:SourceVpce":"vpce-1"}`), blocks, ""},
		{"private network", when(`"StringNotEquals":{"aws:SourceVpc":"vpc-1"}`), blocks, "vpc-1"},
		{"no private network", when(`"Null":{"aws:SourceVpc":"true"}`), may, "cannot tell"},
		{"addresses", when(`"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}`), blocks, "192.0.2.0/24"},
		{"those addresses", when(`"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`), may, "cannot tell"},
		{"organisation", when(`"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}`), blocks, "organisation"},
		{"organisation's paths", when(`"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"o-1/*"}`), may, "cannot tell"},
		{"account", when(`"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`), blocks, "111122223333"},
		{"account, the firm's among them", when(`"StringNotEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}`), harmless, ""},
		{"allow-list", when(`"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}`), blocks, "role/*"},
		{"allow-list with the firm", when(`"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::111122223333:role/*","arn:aws:iam::444455556666:user/*"]}`), harmless, ""},
		{"allow-list by id", when(`"StringNotLike":{"aws:userId":["AROAEXAMPLE:*","111122223333"]}`), blocks, "AROAEXAMPLE"},
		{"MFA", when(`"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`), blocks, "no second factor"},
		{"MFA, only if it is known", when(`"Bool":{"aws:MultiFactorAuthPresent":"false"}`), harmless, ""},
		{"MFA, present", when(`"Null":{"aws:MultiFactorAuthAge":"true"}`), blocks, "no second factor"},
		{"through access points only", when(`"StringNotEquals":{"s3:DataAccessPointAccount":"111122223333"}`), blocks, ""},
		{"not of a service", when(`"Bool":{"aws:PrincipalIsAWSService":"false"}`), blocks, "not a service of AWS"},
		{"old signatures", when(`"StringNotEquals":{"s3:signatureversion":"AWS4-HMAC-SHA256"}`), harmless, ""},
		{"company's, unless a service", when(`"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-1"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}`), blocks, " and "},
		{"company's over HTTP", when(`"StringNotEquals":{"aws:PrincipalOrgID":"o-1"},"Bool":{"aws:SecureTransport":"false"}`), harmless, ""},

		{"over HTTP and not the company's", when(`"Bool":{"aws:SecureTransport":"false"},"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}`), harmless, ""},
		{"unknown and not the company's", when(`"StringIs":{"aws:x":"x"},"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}`), may, "cannot tell"},

		{"ACL", when(`"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`), may, "header x-amz-acl"},
		{"a public ACL", when(`"StringEquals":{"s3:x-amz-acl":"public-read"}`), harmless, ""},
		{"encryption", when(`"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}`), may, "x-amz-server-side-encryption"},
		{"encryption missing", when(`"Null":{"s3:x-amz-server-side-encryption":"true"}`), may, "x-amz-server-side-encryption"},
		{"other encryption, if any", when(`"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"},"Null":{"s3:x-amz-server-side-encryption":"false"}`), harmless, ""},

		{"unknown key", when(`"StringEquals":{"aws:PrincipalTag/team":"x"}`), may, "cannot tell"},
		{"unknown operator", when(`"StringIs":{"aws:SecureTransport":"x"}`), may, "cannot tell"},
		{"unknown and surely not", when(`"StringIs":{"aws:x":"x"},"Bool":{"aws:SecureTransport":"false"}`), harmless, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Hazards(mustParse(t, c.text), firm, "b")
			found := harmless
			if len(got) == 1 {
				found = map[bool]string{true: blocks, false: may}[got[0].Blocks]
				if !strings.Contains(got[0].Text, c.says) || !strings.Contains(got[0].Text, "Only the customer can change it") {
					t.Errorf("does not say %q: %s", c.says, got[0].Text)
				}
			}
			if found != c.want || len(got) > 1 {
				t.Errorf("%s, not %s: %+v", found, c.want, got)
			}
		})
	}
}

func TestHazardsForAnAccount(t *testing.T) {
	d := mustParse(t, over(`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}`, `"Condition":{"StringNotEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}}`))
	for principal, want := range map[string]int{
		"arn:aws:iam::444455556666:root": 0,
		"arn:aws:iam::777788889999:root": 1,
	} {
		if got := Hazards(d, principal, "b"); len(got) != want {
			t.Errorf("%s: %+v", principal, got)
		}
	}
}

func TestHazardsNameTheStatement(t *testing.T) {
	d := New(ours()...)
	d.Statements = append(d.Statements, mustParse(t, over(`{"Sid":"Perimeter"}`, `"Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"arn:aws-cn:s3:::b/*"`)).Statements...)
	got := Hazards(d, "arn:aws-cn:iam::444455556666:user/writer", "b")
	if len(got) != 1 || got[0].Statement != 3 || !strings.HasPrefix(got[0].Text, "Statement 4 (Perimeter) ") {
		t.Errorf("got %+v", got)
	}
}
