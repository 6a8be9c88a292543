package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// in is a bucket policy whose one statement has no fault, but for these elements
// put over its own; null takes one out.
func in(elements string) string {
	return over(`{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`, elements)
}

// inUser is such a policy of a user.
func inUser(elements string) string {
	return over(`{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}`, elements)
}

func over(statement, elements string) string {
	var all, changed map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal([]byte(statement), &all), json.Unmarshal([]byte("{"+elements+"}"), &changed)); err != nil {
		panic(err)
	}
	for name, value := range changed {
		all[name] = value
		if string(value) == "null" {
			delete(all, name)
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return `{"Version":"2012-10-17","Statement":[` + string(text) + `]}`
}

func rulesOf(findings []Finding) []string {
	rules := []string{}
	for _, f := range findings {
		rules = append(rules, fmt.Sprintf("%s %s", map[Severity]string{Note: "note", Warning: "warning", Refused: "refused"}[f.Severity], f.Rule))
	}
	return rules
}

func TestLintOfBucketPolicies(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string // rules, with a comma between
		says       string // in the first finding
	}{
		{"no fault", in(`"Sid":"any sid: at all"`), "", ""},
		{"older version", strings.Replace(in(``), "2012", "2008", 1), "", ""},

		{"no version", strings.Replace(in(``), `"Version":"2012-10-17",`, "", 1), "note version", "2008-10-17"},
		{"a date of one's own", strings.Replace(in(``), "2012-10-17", "2026-11-23", 1), "refused version", `"2026-11-23"`},
		{"blank version", strings.Replace(in(``), "2012-10-17", "", 1), "refused version", "2012-10-17"},
		{"variables in the older version", strings.Replace(in(`"Resource":"arn:aws:s3:::b/${aws:username}/*"`), "2012", "2008", 1), "warning version", "plain text"},

		{"no statement", `{"Version":"2012-10-17"}`, "refused statement-missing", "Add at least one"},
		{"CORS document", `{"CORSRules":[]}`, "refused unknown-element,refused statement-missing,note version", "CORSRules"},
		{"empty statement", `{"Version":"2012-10-17","Statement":[]}`, "refused statement-empty", "delete the policy"},
		{"unknown in the document", strings.Replace(in(``), `"Version"`, `"statement":1,"Version"`, 1), "refused unknown-element", `"Statement"`},
		{"unknown in the statement", in(`"Principals":"*"`), "refused unknown-element", `"Principal"`},
		{"another case", in(`"Effect":null,"effect":"Allow"`), "refused unknown-element,refused effect", `"Effect"`},

		{"effect missing", in(`"Effect":null`), "refused effect", ""},
		{"effect in lower case", in(`"Effect":"allow"`), "refused effect", "capital"},

		{"no principal", inUser(``), "refused principal-missing", "belongs on the user"},
		{"both principals", in(`"Principal":"*","NotPrincipal":"*"`), "refused principal-invalid,warning public", "Take one out"},
		{"allow with NotPrincipal", in(`"Principal":null,"NotPrincipal":{"AWS":"444455556666"}`), "warning not-principal,warning public", "everyone but"},
		{"deny with NotPrincipal", in(`"Effect":"Deny","Principal":null,"NotPrincipal":{"AWS":"444455556666"}`), "", ""},
		{"everyone", in(`"Principal":"*"`), "warning public", "everyone"},
		{"deny to everyone", in(`"Effect":"Deny","Principal":{"AWS":"*"}`), "", ""},
		{"a bare account", in(`"Principal":"444455556666"`), "refused principal-invalid", `{"AWS": "444455556666"}`},
		{"nobody", in(`"Principal":{}`), "refused principal-invalid", "nobody"},
		{"nobody in a list", in(`"Principal":{"AWS":[]}`), "refused principal-invalid", "nobody"},
		{"unknown kind", in(`"Principal":{"Aws":"444455556666"}`), "refused principal-invalid", `"Aws"`},
		{"own account", in(`"Principal":{"AWS":"arn:aws:iam::111122223333:root"}`), "note own-account", ""},

		{"bucket action on files", in(`"Action":"s3:ListBucket"`), "refused action-resource", "without /*"},
		{"object action on the bucket", in(`"Resource":"arn:aws:s3:::b"`), "refused action-resource", "with /*"},
		{"both actions on both", in(`"Action":["s3:ListBucket","s3:GetObject"],"Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]`), "", ""},
		{"one of two fits nowhere", in(`"Action":["s3:ListBucket","s3:GetObject"]`), "refused action-resource", "s3:ListBucket"},
		{"wildcard that fits", in(`"Action":"s3:*"`), "", ""},
		{"wildcard that fits nowhere", in(`"Action":"s3:GetBucket*"`), "refused action-resource", "s3:GetBucket*"},
		{"NotAction fits", in(`"Action":null,"NotAction":"s3:ListBucket"`), "", ""},
		{"account action", in(`"Action":"s3:ListAllMyBuckets"`), "refused action-resource", "Take it out"},
		{"deny too", in(`"Effect":"Deny","Action":"s3:ListBucket"`), "refused action-resource", ""},
		{"NotResource", in(`"Action":"s3:ListBucket","Resource":null,"NotResource":"arn:aws:s3:::b/*"`), "", ""},

		{"no action", in(`"Action":[]`), "refused action-missing", "s3:GetObject"},
		{"action absent", in(`"Action":null`), "refused action-missing", ""},
		{"both actions", in(`"Action":"s3:GetObject","NotAction":"s3:PutObject"`), "refused action-invalid", "Take one out"},
		{"misspelt", in(`"Action":"s3:PutObjects"`), "refused action-invalid", "s3:PutObject."},
		{"API name", in(`"Action":"s3:HeadObject"`), "refused action-invalid", "s3:GetObject"},
		{"nothing near", in(`"Action":"s3:Frobnicate"`), "refused action-invalid", `no action "s3:Frobnicate".`},
		{"another service", in(`"Action":"iam:GetUser"`), "refused action-invalid", "not one of S3"},
		{"no service", in(`"Action":"GetObject"`), "refused action-invalid", "one colon"},
		{"two colons", in(`"Action":"s3:Get:Object"`), "refused action-invalid", "one colon"},
		{"wildcard for nothing", in(`"Action":"s3:Frob*"`), "refused action-invalid", ""},
		{"everything", in(`"Action":"*"`), "", ""},

		{"no resource", in(`"Resource":[]`), "refused resource-missing", "which bucket"},
		{"both resources", in(`"Resource":"arn:aws:s3:::b/*","NotResource":"arn:aws:s3:::b/x"`), "refused resource-invalid", ""},
		{"another bucket", in(`"Resource":"arn:aws:s3:::c/*"`), "refused resource-invalid", "arn:aws:s3:::b"},
		{"a longer bucket", in(`"Resource":"arn:aws:s3:::b2/*"`), "refused resource-invalid", "not in the bucket"},
		{"any resource", in(`"Resource":"*"`), "refused resource-invalid", "arn:aws:s3:::b"},
		{"any bucket", in(`"Resource":"arn:aws:s3:::*"`), "refused resource-invalid", ""},
		{"doubled ARN", in(`"Resource":"arn:aws:s3:::arn:aws:s3:::b/*"`), "refused resource-invalid", ""},
		{"URL", in(`"Resource":"https://b.s3.amazonaws.com/*"`), "refused resource-invalid", ""},
		{"s3 URL", in(`"Resource":"s3://b/*"`), "refused resource-invalid", ""},
		{"region", in(`"Resource":"arn:aws:s3:us-east-1:111122223333:b/*"`), "refused resource-invalid", "region or account"},
		{"partition", in(`"Resource":"arn:aws-cn:s3:::b/*"`), "refused resource-invalid", "partition aws-cn"},
		{"wildcard in the bucket", in(`"Resource":"arn:aws:s3:::b*"`), "warning resource-invalid", "wildcard"},
		{"unfilled bucket", in(`"Resource":"arn:aws:s3:::${BUCKET}/*"`), "refused resource-invalid,warning variable", "not in the bucket"},

		{"operator", in(`"Condition":{"StringIs":{"aws:x":"y"}}`), "refused condition-invalid", "StringIs"},
		{"key", in(`"Condition":{"Bool":{"SecureTransport":"true"}}`), "refused condition-invalid", "aws:SourceIp"},
		{"listing key on reading", in(`"Condition":{"StringEquals":{"s3:prefix":"x"}}`), "refused condition-action", "a statement of its own"},
		{"listing key on a listing", in(`"Action":"s3:ListBucket","Resource":"arn:aws:s3:::b","Condition":{"StringEquals":{"s3:prefix":"x"}}`), "", ""},
		{"listing key on all", in(`"Action":"s3:*","Condition":{"StringEquals":{"s3:prefix":"x"}}`), "", ""},
		{"address", in(`"Condition":{"IpAddress":{"aws:SourceIp":["192.0.2.0/24","2001:db8::1","192.0.2"]}}`), "refused condition-invalid", `"192.0.2"`},
		{"a key that is nearly one of S3", in(`"Condition":{"StringEquals":{"s3:x-acl":"private"}}`), "refused condition-invalid", "s3:x-amz-acl"},
		{"a key without x-amz-", in(`"Condition":{"StringEquals":{"s3:storage-class":"STANDARD"}}`), "refused condition-invalid", "s3:x-amz-storage-class"},
		{"a key in other capitals, and of a tag", in(`"Condition":{"StringEquals":{"S3:X-Amz-Acl":"private","s3:existingobjecttag/a":"b"}}`), "", ""},
		{"a key that may be new", in(`"Condition":{"StringEquals":{"s3:SomethingOfNextYear":"a"}}`), "", ""},
		{"number", in(`"Condition":{"NumericLessThan":{"s3:TlsVersion":"new"}}`), "warning condition-unknown", `"new"`},
		{"date", in(`"Condition":{"DateLessThan":{"aws:CurrentTime":["2026-11-23T00:00:00Z","tomorrow"]}}`), "warning condition-unknown", `"tomorrow"`},
		{"switch", in(`"Condition":{"Bool":{"aws:SecureTransport":[false,"no"]}}`), "warning condition-unknown", `"no"`},
		{"no value", in(`"Condition":{"StringEquals":{"aws:PrincipalOrgID":[]}}`), "warning condition-unknown", "no value"},
		{"variable as value", in(`"Condition":{"NumericEquals":{"aws:x":"${aws:y}"}}`), "", ""},

		{"doubled Sid", `{"Version":"2012-10-17","Statement":[` + strings.Repeat(`{"Sid":"A","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"},`, 2) + `{"Sid":"","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}]}`, "refused sid-duplicate", "Statements 1 and 2"},
		{"unfilled account", in(`"Principal":{"AWS":"arn:aws:iam::${FIRM_ACCT}:root"}`), "refused principal-invalid,warning variable", ""},
		{"AWS variables", in(`"Resource":"arn:aws:s3:::b/${aws:username}/${*}/${aws:PrincipalTag/team, 'none'}/*"`), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Lint(mustParse(t, c.text), Against{Bucket: "b", Partition: "aws", Account: "111122223333"})
			if diff := cmp.Diff(c.want, strings.Join(rulesOf(got), ",")); diff != "" {
				t.Errorf("%s\n%s\n%+v", c.text, diff, got)
			} else if len(got) > 0 && !strings.Contains(got[0].Text, c.says) {
				t.Errorf("%q does not say %q", got[0].Text, c.says)
			}
		})
	}
}

func TestLintOfPrincipals(t *testing.T) {
	for _, c := range []struct{ principal, says string }{
		{`{"AWS":"444455556666"}`, ""},
		{`{"AWS":"arn:aws:iam::444455556666:root"}`, ""},
		{`{"AWS":"arn:aws:iam::444455556666:user/division/writer"}`, ""},
		{`{"AWS":"arn:aws:iam::444455556666:role/writer"}`, ""},
		{`{"AWS":"arn:aws:sts::444455556666:assumed-role/writer/session"}`, ""},
		{`{"AWS":"arn:aws:sts::444455556666:federated-user/bob"}`, ""},
		{`{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}`, ""},
		{`{"Service":["logging.s3.amazonaws.com","cloudtrail.amazonaws.com"]}`, ""},
		{`{"Federated":"cognito-identity.amazonaws.com"}`, ""},
		{`{"CanonicalUser":"` + strings.Repeat("0a", 32) + `"}`, ""},

		{`{"AWS":"AIDAIOSFODNN7EXAMPLE"}`, "deleted"},
		{`{"AWS":"AROAIOSFODNN7EXAMPLE"}`, "deleted"},
		{`{"AWS":"4444-5555-6666"}`, "Write 444455556666"},
		{`{"AWS":"4444 5555 6666"}`, "Write 444455556666"},
		{`{"AWS":"44445555666"}`, "12 digits"},
		{`{"AWS":"* "}`, "12 digits"},
		{`{"AWS":"my_firm"}`, "12 digits"},
		{`{"AWS":"iam::444455556666:root"}`, "12 digits"},
		{`{"AWS":"arn:aws:iam::444455556666:user/*"}`, "wildcard"},
		{`{"AWS":"arn:aws:iam::*:root"}`, "wildcard"},
		{`{"AWS":"arn:aws:iam::444455556666:group/writers"}`, "group"},
		{`{"AWS":"arn:aws-cn:iam::444455556666:root"}`, "partition aws-cn"},
		{`{"AWS":"arn:aws:iam::44445555666:root"}`, "12 digits in its fifth part"},
		{`{"AWS":"arn:aws:iam:us-east-1:444455556666:root"}`, "fifth part"},
		{`{"AWS":"arn:aws:iam::444455556666:user/"}`, "not the ARN of"},
		{`{"AWS":"arn:aws:iam::444455556666:root/x"}`, "not the ARN of"},
		{`{"AWS":"arn:aws:sts::444455556666:assumed-role/writer"}`, "not the ARN of"},
		{`{"AWS":"arn:aws:s3:::bucket"}`, "fifth part"},
		{`{"AWS":"arn:aws:ec2::444455556666:instance/i"}`, "not the ARN of"},
		{`{"Service":"logging"}`, "service"},
		{`{"Service":"*"}`, "service"},
		{`{"CanonicalUser":"0a0a"}`, "64"},
	} {
		t.Run(c.principal, func(t *testing.T) {
			got := Lint(mustParse(t, in(`"Principal":`+c.principal)), Against{Bucket: "b", Partition: "aws"})
			var refusals []Finding
			for _, f := range got {
				if f.Severity == Refused {
					refusals = append(refusals, f)
				}
			}
			switch {
			case c.says == "" && len(got) > 0:
				t.Errorf("should be taken: %+v", got)
			case c.says != "" && (len(refusals) != 1 || refusals[0].Rule != RulePrincipal || !strings.Contains(refusals[0].Text, c.says)):
				t.Errorf("should be refused and say %q: %+v", c.says, got)
			}
		})
	}
}

func TestLintOfIdentityPolicies(t *testing.T) {
	for _, c := range []struct {
		name, text string
		kind       Kind
		want       string
	}{
		{"no fault", inUser(`"Sid":"Abc123"`), InlinePolicy, ""},
		{"Sid", inUser(`"Sid":"read files"`), InlinePolicy, "refused sid-invalid"},
		{"Sid with a dash", inUser(`"Sid":"read-files"`), ManagedPolicy, "refused sid-invalid"},
		{"principal", in(``), InlinePolicy, "refused principal-in-identity"},
		{"NotPrincipal", inUser(`"NotPrincipal":"*"`), InlinePolicy, "refused principal-in-identity"},
		{"no version", strings.Replace(inUser(``), `"Version":"2012-10-17",`, "", 1), InlinePolicy, "note version"},
		{"managed without a version", strings.Replace(inUser(``), `"Version":"2012-10-17",`, "", 1), ManagedPolicy, "refused version"},
		{"managed of the older version", strings.Replace(inUser(``), "2012", "2008", 1), ManagedPolicy, "refused version"},
		{"everything", inUser(`"Action":"*","Resource":"*"`), InlinePolicy, ""},
		{"another service", inUser(`"Action":["iam:GetUser","s3-object-lambda:Get*"],"Resource":"arn:aws:iam::444455556666:user/x"`), InlinePolicy, ""},
		{"no such action", inUser(`"Action":"s3:HeadObject"`), InlinePolicy, "warning action-unknown"},
		{"no service", inUser(`"Action":"GetObject"`), InlinePolicy, "refused action-invalid"},
		{"service with a wildcard", inUser(`"Action":"s*:GetObject"`), InlinePolicy, "refused action-invalid"},
		{"no action", inUser(`"Action":[]`), InlinePolicy, "refused action-missing"},
		{"bucket action on files", inUser(`"Action":"s3:ListBucket"`), InlinePolicy, "warning action-resource"},
		{"bucket action on any", inUser(`"Action":"s3:ListBucket","Resource":["arn:aws:s3:::b/*","*"]`), InlinePolicy, ""},
		{"all buckets", inUser(`"Action":["s3:ListBucket","s3:GetObject"],"Resource":"arn:aws:s3:::*"`), InlinePolicy, ""},
		{"access point", inUser(`"Action":"s3:ListBucket","Resource":"arn:aws:s3:us-east-1:444455556666:accesspoint/x"`), InlinePolicy, ""},
		{"partition", inUser(`"Resource":"arn:aws-cn:s3:::b/*"`), InlinePolicy, "refused partition"},
		{"any partition", inUser(`"Resource":"arn:*:s3:::b/*"`), InlinePolicy, ""},
		{"not an ARN", inUser(`"Resource":"b/*"`), InlinePolicy, "refused resource-invalid"},
		{"service of a resource", inUser(`"Resource":"arn:aws:s*:::b/*"`), InlinePolicy, "refused resource-invalid"},
		{"region of a bucket", inUser(`"Resource":"arn:aws:s3:us-east-1::b/*"`), InlinePolicy, "refused resource-invalid"},
		{"listing key", inUser(`"Condition":{"StringEquals":{"s3:prefix":"x"}}`), InlinePolicy, ""},
		{"unfilled", inUser(`"Resource":"arn:aws:s3:::${BUCKET}/*"`), InlinePolicy, "warning variable"},
		{"unfilled and open", inUser(`"Resource":"arn:aws:s3:::x/${aws:username"`), InlinePolicy, "warning variable"},
		{"shell's default", inUser(`"Resource":"arn:aws:s3:::${BUCKET:-b}/*"`), InlinePolicy, "warning variable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Lint(mustParse(t, c.text), Against{Kind: c.kind, Partition: "aws"})
			if diff := cmp.Diff(c.want, strings.Join(rulesOf(got), ",")); diff != "" {
				t.Errorf("%s\n%s\n%+v", c.text, diff, got)
			}
		})
	}
}

func TestPartitionsThatAreNotKnown(t *testing.T) {
	for partition, fits := range map[string]bool{"aws": true, "aws-us-gov": true, "aws-eusc": true, "amazon": false} {
		d := New(FirmGrant(partition, "444455556666", "b"))
		if got := rulesOf(Lint(d, Against{Bucket: "b"})); (len(got) == 0) != fits {
			t.Errorf("%s: %v", partition, got)
		}
	}
}

// padded has exactly this many bytes, and one character less: é has two bytes.
func padded(size int, d Document) Document {
	d.Statements[0].Resource.Values[0] += "é"
	d.Statements[0].Resource.Values[0] += strings.Repeat("x", size-len(d.Compact()))
	return d
}

func TestSizes(t *testing.T) {
	bucket := func(size int) Document {
		s := FirmGrant("aws", "444455556666", "b")
		s.Resource = list("arn:aws:s3:::b/", "arn:aws:s3:::b")
		return padded(size, New(s))
	}
	user := func(chars int) Document { return padded(chars+1, WriterPolicy("aws", "b")) }
	for _, c := range []struct {
		name    string
		d       Document
		a       Against
		refused bool
	}{
		{"full bucket policy", bucket(20480), Against{Bucket: "b"}, false},
		{"too large a bucket policy", bucket(20481), Against{Bucket: "b"}, true},
		{"full inline policy", user(2048), Against{Kind: InlinePolicy}, false},
		{"too large an inline policy", user(2049), Against{Kind: InlinePolicy}, true},
		{"full with the others", user(1048), Against{Kind: InlinePolicy, Others: 1000}, false},
		{"too large with the others", user(1048), Against{Kind: InlinePolicy, Others: 1001}, true},
		{"full managed policy", user(6144), Against{Kind: ManagedPolicy}, false},
		{"too large a managed policy", user(6145), Against{Kind: ManagedPolicy}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Lint(c.d, c.a)
			if refused := len(got) > 0 && got[0].Rule == RuleSize && got[0].Severity == Refused; refused != c.refused {
				t.Errorf("%d characters, %d bytes: %v", Chars(c.d), len(c.d.Compact()), rulesOf(got))
			}
		})
	}
}

func TestCharsCountNoWhiteSpaceOutsideStrings(t *testing.T) {
	d := mustParse(t, "{ \"Id\" :\n\t\"é  <\" }")
	if got := Chars(d); got != len(`{"Id":"x  <"}`) {
		t.Errorf("got %d", got)
	}
}

func TestTheWorstComesFirst(t *testing.T) {
	d := mustParse(t, `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"},{"Effect":"allow","Principal":{"AWS":"444455556666"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]}`)
	got := Lint(d, Against{Bucket: "b"})
	if diff := cmp.Diff([]string{"refused effect", "warning public", "note version"}, rulesOf(got)); diff != "" {
		t.Error(diff)
	}
	if got[0].Statement != 1 || got[1].Statement != 0 || got[2].Statement != -1 {
		t.Errorf("statements: %+v", got)
	}
}
