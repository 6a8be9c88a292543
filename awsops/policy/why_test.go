package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTrace(t *testing.T) {
	sid := func(name, statement string) string { return `{"Sid": "` + name + `", ` + statement[1:] }
	grantFirm := sid("CrossgrantFirm444455556666", allow(firmRoot, "s3:*", `["`+acmeData+`", "`+acmeData+`/*"]`))
	own := sid("allowwriteruseriamaccess", allow("", "s3:PutObject", acmeData+"/*"))
	for _, c := range []struct {
		name   string
		caller Caller
		action string
		both
		want Decision
	}{
		{
			"across, the firm's half is missing", asWriter, "s3:PutObject",
			both{none, []string{deny(tester, "s3:*", "*"), grantFirm}},
			Decision{
				Identity: Gate{Needed: true, Statement: -1, Why: "The user test-writer of account 4444-5555-6666 has no policy of its own."},
				Resource: Gate{
					Verdict: Allowed, Needed: true, Statement: 1, Sid: "CrossgrantFirm444455556666", Delegates: true,
					Why: "Statement 2 (CrossgrantFirm444455556666) of the bucket policy allows s3:PutObject on arn:aws:s3:::acme-data/in/report.csv to account 4444-5555-6666, which has to pass it on: the caller's own policies must allow it too.",
				},
				Why: "Refused. The request goes from account 4444-5555-6666 into account 1111-2222-3333, so both sides must allow it. The user test-writer of account 4444-5555-6666 has no policy of its own.",
			},
		},
		{
			"across, the customer's half is missing", asWriter, "s3:PutObject",
			both{[]string{own}, none},
			Decision{
				Identity: Gate{
					Verdict: Allowed, Needed: true, Policy: "writer-policy", Sid: "allowwriteruseriamaccess",
					Why: "Statement 1 (allowwriteruseriamaccess) of the caller's policy writer-policy allows s3:PutObject on arn:aws:s3:::acme-data/in/report.csv to the user test-writer of account 4444-5555-6666.",
				},
				Resource: Gate{Needed: true, Statement: -1, Why: "The bucket acme-data has no policy."},
				Why:      "Refused. The request goes from account 4444-5555-6666 into account 1111-2222-3333, so both sides must allow it. The bucket acme-data has no policy.",
			},
		},
		{
			"across, both halves are missing", asWriter, "s3:GetObject",
			both{[]string{own}, []string{allow(customer, "s3:*", "*")}},
			Decision{
				Identity: Gate{Needed: true, Statement: -1, Why: "The user test-writer of account 4444-5555-6666 has no policy of its own that allows s3:GetObject on arn:aws:s3:::acme-data/in/report.csv."},
				Resource: Gate{Needed: true, Statement: -1, Why: "The bucket policy has no statement that allows s3:GetObject on arn:aws:s3:::acme-data/in/report.csv to the user test-writer of account 4444-5555-6666."},
				Why:      "Refused. The request goes from account 4444-5555-6666 into account 1111-2222-3333, so both sides must allow it. Neither does. The user test-writer of account 4444-5555-6666 has no policy of its own that allows s3:GetObject on arn:aws:s3:::acme-data/in/report.csv. The bucket policy has no statement that allows s3:GetObject on arn:aws:s3:::acme-data/in/report.csv to the user test-writer of account 4444-5555-6666.",
			},
		},
		{
			"one account, the bucket alone is enough", asTester, "s3:PutObject",
			both{none, []string{sid("Users", allow(tester, "s3:*", "*"))}},
			Decision{
				Allowed:  true,
				Identity: Gate{Statement: -1, Why: "The user test-customer of account 1111-2222-3333 has no policy of its own."},
				Resource: Gate{
					Verdict: Allowed, Needed: true, Sid: "Users",
					Why: "Statement 1 (Users) of the bucket policy allows s3:PutObject on arn:aws:s3:::acme-data/in/report.csv to the user test-customer of account 1111-2222-3333.",
				},
				Why: "Allowed. Statement 1 (Users) of the bucket policy allows s3:PutObject on arn:aws:s3:::acme-data/in/report.csv to the user test-customer of account 1111-2222-3333.",
			},
		},
		{
			"a condition is all that is missing", asAnonymous, "s3:GetObject",
			both{none, []string{allow("*", "s3:GetObject", "*", `{"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}`)}},
			Decision{
				Identity: Gate{Statement: -1, Why: "An anonymous caller has no policies of its own."},
				Resource: Gate{
					Needed: true, Statement: -1,
					Why: `The bucket policy has no statement that allows s3:GetObject on arn:aws:s3:::acme-data/in/report.csv to an anonymous caller. Statement 1 of the bucket policy would, but its condition IpAddress on aws:SourceIp does not hold: the request has "198.51.100.7".`,
				},
				Why: `Refused. An anonymous caller gets in by the bucket policy alone. The bucket policy has no statement that allows s3:GetObject on arn:aws:s3:::acme-data/in/report.csv to an anonymous caller. Statement 1 of the bucket policy would, but its condition IpAddress on aws:SourceIp does not hold: the request has "198.51.100.7".`,
			},
		},
		{
			"another account's root user", asFirmRoot, "s3:GetObject",
			both{none, []string{sid("Firm", allow(firm, "s3:*", "*"))}},
			Decision{
				Allowed:  true,
				Identity: Gate{Verdict: Allowed, Statement: -1, Why: "The root user of account 4444-5555-6666 needs no policy of its own."},
				Resource: Gate{
					Verdict: Allowed, Needed: true, Sid: "Firm",
					Why: "Statement 1 (Firm) of the bucket policy allows s3:GetObject on arn:aws:s3:::acme-data/in/report.csv to the root user of account 4444-5555-6666.",
				},
				Why: "Allowed. The request goes from account 4444-5555-6666 into account 1111-2222-3333, so both sides must allow it. The root user of account 4444-5555-6666 needs no policy of its own. Statement 1 (Firm) of the bucket policy allows s3:GetObject on arn:aws:s3:::acme-data/in/report.csv to the root user of account 4444-5555-6666.",
			},
		},
		{
			"the owner's root user is denied", asCustomerRoot, "s3:GetObject",
			both{none, []string{sid("NoOne", deny("*", "*", "*"))}},
			Decision{
				Identity: Gate{Verdict: Allowed, Statement: -1, Why: "The root user of account 1111-2222-3333 needs no policy of its own."},
				Resource: Gate{
					Verdict: Denied, Sid: "NoOne",
					Why: "Statement 1 (NoOne) of the bucket policy forbids s3:GetObject on arn:aws:s3:::acme-data/in/report.csv to the root user of account 1111-2222-3333.",
				},
				Why: "Refused: a Deny wins over everything that allows. Statement 1 (NoOne) of the bucket policy forbids s3:GetObject on arn:aws:s3:::acme-data/in/report.csv to the root user of account 1111-2222-3333.",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Decide(Request{
				Caller: c.caller, Action: c.action, Resource: report, Owner: customer,
				Context: map[string][]string{"AWS:sourceip": {"198.51.100.7"}},
			}, c.policies(t))
			if diff := cmp.Diff(c.want, d); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhySays(t *testing.T) {
	all := allow("", "s3:*", "*")
	for _, c := range []struct {
		name   string
		caller Caller
		action string
		both
		want string
	}{
		{"both deny", asTester, "s3:PutObject", both{[]string{deny("", "*", "*")}, []string{deny("*", "*", "*")}}, "caller's policy writer-policy forbids s3:PutObject on " + report + " to the user test-customer of account 1111-2222-3333. Statement 1 of the bucket policy forbids"},
		{"own denies", asTester, "s3:PutObject", both{[]string{deny("", "*", "*")}, none}, "Refused: a Deny wins over everything that allows. Statement 1 of the caller's policy writer-policy forbids"},
		{"the unlocking root user", asCustomerRoot, "s3:PutBucketPolicy", both{none, []string{deny("*", "*", "*")}}, "may always read, write and delete its policy"},
		{"the root user at home", asCustomerRoot, "s3:PutObject", both{}, "The root user of account 1111-2222-3333 may do everything in its own account"},
		{"a grant to everyone", asAnonymous, "s3:PutObject", both{none, []string{allow("*", "*", "*")}}, "to everyone."},
		{"a delegation in one account", asTester, "s3:PutObject", both{none, []string{allow(customer, "*", "*")}}, "to account 1111-2222-3333, which has to pass it on: the caller's own policies must allow it too. The user test-customer of account 1111-2222-3333 has no policy"},
		{"nothing in one account", asTester, "s3:PutObject", both{}, "In one account either side's Allow is enough, and neither allows it."},
		{"own allows", asTester, "s3:PutObject", both{[]string{all}, none}, "Allowed. Statement 1 of the caller's policy writer-policy allows"},
		{"both allow across", asWriter, "s3:PutObject", both{[]string{all}, []string{allow(firm, "*", "*")}}, "both sides must allow it. Statement 1 of the caller's policy"},
		{"an unknown operator denies", asTester, "s3:PutObject", both{none, []string{deny("*", "*", "*", `{"NullIfExists": {"aws:username": "true"}}`)}}, `Its condition operator "NullIfExists" is not one that AWS has, so the condition is taken to hold.`},
		{"an unknown operator does not allow", asTester, "s3:PutObject", both{[]string{allow("", "*", "*", `{"stringequals": {"aws:username": "test-customer"}}`)}, none}, `Statement 1 of the caller's policy writer-policy would, but its condition operator "stringequals" is not one that AWS has.`},
		{"a key that the request lacks", asTester, "s3:PutObject", both{[]string{allow("", "*", "*", `{"StringEquals": {"s3:x-amz-acl": "private"}}`)}, none}, "its condition StringEquals on s3:x-amz-acl does not hold: the request has no s3:x-amz-acl."},
		{"a key that nobody has told of", asTester, "s3:PutObject", both{[]string{allow("", "*", "*", `{"StringEquals": {"aws:PrincipalOrgID": "o-1"}}`)}, none}, "its condition StringEquals on aws:PrincipalOrgID may not hold: what the request has there is not known."},
		{"a caller that is no user", Caller{Account: customer, ARN: "arn:aws:sts::111122223333:assumed-role/r/s"}, "s3:PutObject", both{}, "The role r of account 1111-2222-3333 has no policy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Decide(Request{Caller: c.caller, Action: c.action, Resource: report, Owner: customer}, c.policies(t))
			if !strings.Contains(d.Why, c.want) {
				t.Errorf("why = %q\nwant %q in it", d.Why, c.want)
			}
			consistent(t, d)
		})
	}
}

// An IAM resource has no policy, so in one account its side is not a gate.
func TestTraceOfIAM(t *testing.T) {
	r := Request{Caller: asTester, Action: "iam:CreateUser", Resource: "arn:aws:iam::111122223333:user/x", Owner: customer}
	d := Decide(r, Policies{})
	if d.Allowed || !d.Identity.Needed || d.Resource.Needed || strings.Contains(d.Why, "either side") {
		t.Errorf("%+v", d)
	}
}
