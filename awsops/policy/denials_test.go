package policy

import (
	"strings"
	"testing"
)

// What a Deny of a bucket does to the firm's user: a request over HTTPS with an access key
// and nothing special.
func TestDenials(t *testing.T) {
	const writer = "arn:aws:iam::444455556666:user/writer"
	const none, may, certain = "none", "may", "certain"
	base := `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]}`
	deny := func(elements string) string { return over(base, elements) }
	when := func(c string) string { return deny(`"Condition":{` + c + `}`) }
	for _, c := range []struct{ name, text, want, says string }{
		{"an Allow", in(`"Principal":"*"`), none, ""},
		{"everything", deny(``), certain, ""},
		{"the very action", deny(`"Action":"s3:putobject"`), certain, ""},
		{"other actions", deny(`"Action":["s3:DeleteObject","s3:PutObjectAcl","s3:ListBucket"]`), none, ""},
		{"everything but reading", deny(`"Action":null,"NotAction":["s3:Get*","s3:List*"]`), certain, ""},
		{"everything but writing", deny(`"Action":null,"NotAction":["s3:Put*"]`), none, ""},
		{"another account", deny(`"Principal":{"AWS":"777788889999"}`), none, ""},
		{"the firm by its id", deny(`"Principal":{"AWS":"444455556666"}`), certain, ""},
		{"the firm by its root", deny(`"Principal":{"AWS":"arn:aws:iam::444455556666:root"}`), certain, ""},
		{"the firm of another partition", deny(`"Principal":{"AWS":"arn:aws-us-gov:iam::444455556666:root"}`), none, ""},
		{"the user", deny(`"Principal":{"AWS":"` + writer + `"}`), certain, ""},
		{"another user", deny(`"Principal":{"AWS":"` + writer + `2"}`), none, ""},
		{"a service", deny(`"Principal":{"Service":"s3.amazonaws.com"}`), none, ""},
		{"other files", deny(`"Resource":"arn:aws:s3:::b/private/*"`), none, ""},
		{"the files of tests", deny(`"Resource":"arn:aws:s3:::b/*/probe.txt"`), certain, ""},
		{"all but an inbox", deny(`"Resource":null,"NotResource":"arn:aws:s3:::b/inbox/*"`), certain, ""},
		{"all but tests", deny(`"Resource":null,"NotResource":"arn:aws:s3:::b/tests/*"`), none, ""},
		{"another's own files", deny(`"Resource":"arn:aws:s3:::b/${aws:username}/*"`), none, ""},
		{"files by a tag that nobody knows", deny(`"Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team}/*"`), may, ""},
		{"the bucket alone", deny(`"Resource":"arn:aws:s3:::b"`), none, ""},
		{"not the company's", deny(`"Principal":null,"NotPrincipal":{"AWS":"111122223333"}`), certain, "spares only those that it names"},
		{"not the firm's account", deny(`"Principal":null,"NotPrincipal":{"AWS":"444455556666"}`), certain, "its account is named too"},
		{"not the user, and its account is not named", deny(`"Principal":null,"NotPrincipal":{"AWS":"` + writer + `"}`), may, "its account is named too"},
		{"not the user and its account", deny(`"Principal":null,"NotPrincipal":{"AWS":["` + writer + `","444455556666"]}`), none, ""},

		{"no HTTPS", when(`"Bool":{"aws:SecureTransport":"false"}`), none, ""},
		{"HTTPS", when(`"Bool":{"aws:SecureTransport":"true"}`), certain, ""},
		{"TLS below 1.2", when(`"NumericLessThan":{"s3:TlsVersion":1.2}`), none, ""},
		{"TLS below 1.3", when(`"NumericLessThan":{"s3:TlsVersion":1.3}`), may, "TLS"},
		{"TLS below 1.4", when(`"NumericLessThan":{"s3:TlsVersion":1.4}`), certain, ""},
		{"endpoint", when(`"StringNotEquals":{"aws:SourceVpce":"vpce-1"}`), may, `network endpoint "vpce-1"`},
		{"no private network", when(`"Null":{"aws:SourceVpc":"true"}`), may, ""},
		{"addresses", when(`"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}`), may, "company or network"},
		{"those addresses", when(`"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}`), may, "192.0.2.0/24"},
		{"organisation", when(`"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}`), may, "organisation"},
		{"organisation's paths", when(`"ForAnyValue:StringNotLike":{"aws:PrincipalOrgPaths":"o-1/*"}`), may, ""},
		{"account", when(`"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`), certain, "111122223333"},
		{"account, the firm's among them", when(`"StringNotEquals":{"aws:PrincipalAccount":["111122223333","444455556666"]}`), none, ""},
		{"allow-list", when(`"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}`), certain, "role/*"},
		{"allow-list with the firm", when(`"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::111122223333:role/*","arn:aws:iam::444455556666:user/*"]}`), none, ""},
		{"allow-list by id", when(`"StringNotLike":{"aws:userId":["AROAEXAMPLE:*","111122223333"]}`), certain, "AROAEXAMPLE"},
		{"MFA", when(`"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`), certain, "no second factor"},
		{"MFA, only if it is known", when(`"Bool":{"aws:MultiFactorAuthPresent":"false"}`), none, ""},
		{"through access points only", when(`"StringNotEquals":{"s3:DataAccessPointAccount":"111122223333"}`), certain, ""},
		{"company's over HTTP", when(`"StringNotEquals":{"aws:PrincipalOrgID":"o-1"},"Bool":{"aws:SecureTransport":"false"}`), none, ""},
		{"not the company's, of another account", when(`"StringNotEquals":{"aws:PrincipalOrgID":"o-1","aws:PrincipalAccount":"111122223333"}`), may, ""},
		{"unknown key", when(`"StringEquals":{"aws:PrincipalTag/team":"x"}`), may, ""},
		{"a value that nobody knows", when(`"StringEquals":{"aws:username":"${aws:PrincipalTag/name}"}`), may, ""},
		{"unknown operator", when(`"StringIs":{"aws:SecureTransport":"x"}`), may, ""},
		{"unknown and surely not", when(`"StringIs":{"aws:x":"x"},"Bool":{"aws:SecureTransport":"false"}`), none, ""},

		{"no ACL", when(`"StringNotEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}`), certain, "header x-amz-acl"},
		{"a public ACL", when(`"StringEquals":{"s3:x-amz-acl":"public-read"}`), none, ""},
		{"no encryption", when(`"Null":{"s3:x-amz-server-side-encryption":"true"}`), certain, "x-amz-server-side-encryption"},
		{"other encryption, if any", when(`"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"},"Null":{"s3:x-amz-server-side-encryption":"false"}`), none, ""},
		{"an unsigned body", when(`"StringNotEquals":{"s3:x-amz-content-sha256":"UNSIGNED-PAYLOAD"}`), may, ""},
		{"no tag", when(`"Null":{"s3:RequestObjectTag/team":"true"}`), certain, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := mustParse(t, c.text)
			p := Prospect{Request: Request{
				Caller: Caller{Account: "444455556666", ARN: writer, UniqueID: "AIDAW"},
				Action: "s3:PutObject", Resource: "arn:aws:s3:::b/tests/probe.txt", Owner: "111122223333",
				Context: map[string][]string{"aws:SecureTransport": {"true"}},
			}, Lasting: true, Either: map[string][]string{"s3:tlsversion": {"1.2", "1.3"}}}
			got := p.Denials(Policies{Bucket: &d})
			found := none
			if len(got) == 1 {
				found = map[bool]string{true: certain, false: may}[got[0].Certain]
				if text := got[0].When + strings.Join(got[0].Advice, " "); !strings.Contains(text, c.says) {
					t.Errorf("does not say %q: %s", c.says, text)
				}
			}
			if found != c.want || len(got) > 1 {
				t.Errorf("%s, not %s: %+v", found, c.want, got)
			}
			// What is certain is what AWS would answer.
			if d := Decide(p.Request, Policies{Bucket: &d}); found == certain && !strings.Contains(c.text, "TlsVersion") && d.Resource.Verdict != Denied {
				t.Errorf("it is not denied: %s", d.Why)
			}
		})
	}
}

func TestDenialsOfOtherCallers(t *testing.T) {
	const session, root = "arn:aws-us-gov:sts::111122223333:assumed-role/admin/anna", "arn:aws-us-gov:iam::111122223333:root"
	for _, c := range []struct {
		name, arn, elements string
		certain, may        int
	}{
		{"a session, by its account", session, `"Principal":{"AWS":"` + root + `"}`, 1, 0},
		{"a session, by its role", session, `"Principal":{"AWS":"arn:aws-us-gov:iam::111122223333:role/ours/admin"}`, 1, 0},
		{"a session, by another role", session, `"Principal":{"AWS":"arn:aws-us-gov:iam::111122223333:role/other-admin"}`, 0, 0},
		{"all but the session's role and account", session, `"NotPrincipal":{"AWS":["` + root + `","arn:aws-us-gov:iam::111122223333:role/admin"]}`, 0, 1},
		{"all but the session", session, `"NotPrincipal":{"AWS":["` + root + `","` + session + `"]}`, 0, 0},
		{"a session by the ARN of its role, whose path is not known", session, `"Principal":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws-us-gov:iam::111122223333:role/sso/*"}}`, 0, 1},
		{"a session without a second factor", session, `"Principal":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`, 0, 1},
		{"the owner's root user", root, `"Principal":"*"`, 0, 0},
	} {
		d := mustParse(t, over(`{"Effect":"Deny","Action":"s3:PutBucketPolicy","Resource":"arn:aws-us-gov:s3:::b"}`, c.elements))
		p := Prospect{Request: Request{
			Caller: Caller{Account: "111122223333", ARN: c.arn, UniqueID: "AROAX:anna"},
			Action: "s3:PutBucketPolicy", Resource: "arn:aws-us-gov:s3:::b", Owner: "111122223333",
		}}
		certain, may := 0, 0
		for _, d := range p.Denials(Policies{Bucket: &d}) {
			if d.Certain {
				certain++
			} else {
				may++
			}
		}
		if certain != c.certain || may != c.may {
			t.Errorf("%s: %d certain and %d that may be, want %d and %d", c.name, certain, may, c.certain, c.may)
		}
	}
}

// What others will do with the access: any file, with any headers.
func TestDenialsOfWhatOthersWillDo(t *testing.T) {
	for name, c := range map[string]struct {
		elements        string
		certain, partly bool
	}{
		"every file":           {`"Resource":"arn:aws:s3:::b/*"`, true, false},
		"some":                 {`"Resource":"arn:aws:s3:::b/private/*"`, false, true},
		"by their ending":      {`"Resource":"arn:aws:s3:::b/*.exe"`, false, true},
		"all but some":         {`"NotResource":"arn:aws:s3:::b/inbox/*"`, false, true},
		"those without an ACL": {`"Resource":"arn:aws:s3:::b/*","Condition":{"Null":{"s3:x-amz-acl":"true"}}`, false, false},
	} {
		d := mustParse(t, over(`{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:PutObject"}`, c.elements))
		p := Prospect{Request: Request{
			Caller: Caller{Account: "444455556666", ARN: "arn:aws:iam::444455556666:user/u"},
			Action: "s3:PutObject", Resource: "arn:aws:s3:::b/", Owner: "111122223333",
		}, Theirs: true, AnyKey: true}
		got := p.Denials(Policies{Bucket: &d})
		if len(got) != 1 || got[0].Certain != c.certain || got[0].Partly != c.partly || got[0].Sid != "Theirs" || got[0].Statement != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The caller's own policies count too, and what is certain comes first.
func TestDenialsOfTheCallersOwnPolicies(t *testing.T) {
	own := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}`)
	bucket := mustParse(t, `{"Version":"2012-10-17","Statement":[{"Sid":"No","Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`)
	p := Prospect{Request: Request{Caller: Caller{Account: "444455556666", ARN: "arn:aws:iam::444455556666:user/u"}, Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k", Owner: "111122223333"}}
	got := p.Denials(Policies{Identity: []Named{{"ceiling", own}}, Bucket: &bucket})
	if len(got) != 2 || !got[0].Certain || got[0].Sid != "No" || got[1].Certain || got[1].Policy != "ceiling" || !strings.Contains(got[1].Text, "ceiling") {
		t.Errorf("%+v", got)
	}
}
