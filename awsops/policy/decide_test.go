package policy

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	acmeData = "arn:aws:s3:::acme-data"
	report   = "arn:aws:s3:::acme-data/in/report.csv"

	customer     = "111122223333"
	firm         = "444455556666"
	customerRoot = "arn:aws:iam::111122223333:root"
	firmRoot     = "arn:aws:iam::444455556666:root"
	tester       = "arn:aws:iam::111122223333:user/test-customer"
	writer       = "arn:aws:iam::444455556666:user/test-writer"
)

var (
	asTester       = Caller{Account: customer, ARN: tester, UniqueID: "AIDATESTCUSTOMER1"}
	asWriter       = Caller{Account: firm, ARN: writer, UniqueID: "AIDATESTWRITER001"}
	asDeepWriter   = Caller{Account: firm, ARN: "arn:aws:iam::444455556666:user/teams/in/test-writer", UniqueID: "AIDADEEPWRITER001"}
	asStranger     = Caller{Account: "777788889999", ARN: "arn:aws:iam::777788889999:user/stranger", UniqueID: "AIDASTRANGER00001"}
	asCustomerRoot = Caller{Account: customer, ARN: customerRoot, UniqueID: customer}
	asFirmRoot     = Caller{Account: firm, ARN: firmRoot, UniqueID: firm}
	asAnonymous    = Caller{}
)

// statementJSON writes a statement. to is "" for an identity policy's, "*" for
// everyone, a JSON object as it is, or one AWS principal; the others are a string
// or a JSON list.
func statementJSON(effect, to, action, resource string, condition ...string) string {
	value := func(s string) string {
		if strings.HasPrefix(s, "[") || strings.HasPrefix(s, "{") {
			return s
		}
		b, err := json.Marshal(s)
		if err != nil {
			panic(err)
		}
		return string(b)
	}
	s := `{"Effect": ` + value(effect)
	switch {
	case to == "*" || strings.HasPrefix(to, "{"):
		s += `, "Principal": ` + value(to)
	case to != "":
		s += `, "Principal": {"AWS": ` + value(to) + `}`
	}
	s += `, "Action": ` + value(action) + `, "Resource": ` + value(resource)
	if len(condition) > 0 {
		s += `, "Condition": ` + condition[0]
	}
	return s + "}"
}

func allow(to, action, resource string, condition ...string) string {
	return statementJSON("Allow", to, action, resource, condition...)
}

func deny(to, action, resource string, condition ...string) string {
	return statementJSON("Deny", to, action, resource, condition...)
}

// parsed reads a document of 2012-10-17 with these statements.
func parsed(t testing.TB, statements ...string) *Document {
	t.Helper()
	return parsedText(t, `{"Version": "2012-10-17", "Statement": [`+strings.Join(statements, ", ")+`]}`)
}

func parsedText(t testing.TB, text string) *Document {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("the case's own policy: %v\n%s", err, text)
	}
	return &d
}

// policies of a case: own is the caller's policy, bucket the bucket's. none
// stands for no policy at all.
type both struct{ own, bucket []string }

var none []string

func (b both) policies(t testing.TB) Policies {
	var p Policies
	if len(b.own) > 0 {
		p.Identity = []Named{{"writer-policy", *parsed(t, b.own...)}}
	}
	if len(b.bucket) > 0 {
		p.Bucket = parsed(t, b.bucket...)
	}
	return p
}

func TestDecide(t *testing.T) {
	const put, get, list = "s3:PutObject", "s3:GetObject", "s3:ListBucket"
	all := allow("", "s3:*", "*")
	forAll := func(to string) string { return allow(to, "s3:*", `["`+acmeData+`", "`+acmeData+`/*"]`) }
	notPrincipal := func(effect, who string) string {
		return `{"Effect": "` + effect + `", "NotPrincipal": ` + who + `, "Action": "s3:*", "Resource": "*"}`
	}
	notAction := func(effect, to, action, resource string) string {
		return strings.Replace(statementJSON(effect, to, action, resource), `"Action"`, `"NotAction"`, 1)
	}
	notResource := func(effect, to, action, resource string) string {
		return strings.Replace(statementJSON(effect, to, action, resource), `"Resource"`, `"NotResource"`, 1)
	}
	for _, c := range []struct {
		name     string
		caller   Caller
		action   string
		resource string
		own      []string
		bucket   []string
		allowed  bool
	}{
		// One account: either side is enough.
		{"one account, nothing allows", asTester, put, report, none, none, false},
		{"one account, own policy allows", asTester, put, report, []string{all}, none, true},
		{"one account, bucket names the user", asTester, put, report, none, []string{forAll(tester)}, true},
		{"one account, bucket names its unique id", asTester, put, report, none, []string{forAll("AIDATESTCUSTOMER1")}, true},
		{"one account, both allow", asTester, put, report, []string{all}, []string{forAll(tester)}, true},
		{"one account, own allows beside a bucket policy for others", asTester, put, report, []string{all}, []string{forAll(firmRoot)}, true},
		{"one account, bucket lets everyone in", asTester, put, report, none, []string{forAll("*")}, true},
		{"one account, bucket lets AWS * in", asTester, put, report, none, []string{allow(`{"AWS": "*"}`, put, report)}, true},
		{"one account, bucket grants :root, own silent", asTester, put, report, none, []string{forAll(customerRoot)}, false},
		{"one account, bucket grants the account id, own silent", asTester, put, report, none, []string{forAll(customer)}, false},
		{"one account, bucket grants :root, own allows", asTester, put, report, []string{all}, []string{forAll(customerRoot)}, true},
		{"one account, bucket grants :root, own allows another thing", asTester, put, report, []string{allow("", get, "*")}, []string{forAll(customerRoot)}, false},
		{"one account, :root first and the user after", asTester, put, report, none, []string{forAll(customerRoot), forAll(tester)}, true},
		{"one account, the user first and :root after", asTester, put, report, none, []string{forAll(tester), forAll(customerRoot)}, true},
		{"one account, another user is named", asTester, put, report, none, []string{forAll(tester + "2")}, false},
		{"one account, own denies what the bucket allows", asTester, put, report, []string{deny("", put, "*")}, []string{forAll(tester)}, false},
		{"one account, bucket denies what own allows", asTester, put, report, []string{all}, []string{deny(tester, put, report)}, false},
		{"one account, bucket denies :root what own allows", asTester, put, report, []string{all}, []string{deny(customerRoot, put, report)}, false},
		{"one account, bucket denies everyone", asTester, put, report, []string{all}, []string{deny("*", put, report), forAll(tester)}, false},
		{"one account, bucket denies another account", asTester, put, report, []string{all}, []string{deny(firm, put, report)}, true},

		// Across accounts: both must allow.
		{"across, nothing", asWriter, put, report, none, none, false},
		{"across, bucket grants :root, own allows", asWriter, put, report, []string{all}, []string{forAll(firmRoot)}, true},
		{"across, bucket grants the id, own allows", asWriter, put, report, []string{all}, []string{forAll(firm)}, true},
		{"across, bucket grants the user, own allows", asWriter, put, report, []string{all}, []string{forAll(writer)}, true},
		{"across, bucket grants everyone, own allows", asWriter, put, report, []string{all}, []string{forAll("*")}, true},
		{"across, bucket grants the unique id, own allows", asWriter, put, report, []string{all}, []string{forAll("AIDATESTWRITER001")}, true},
		{"across, bucket grants :root, own silent", asWriter, put, report, none, []string{forAll(firmRoot)}, false},
		{"across, bucket grants the user, own silent", asWriter, put, report, none, []string{forAll(writer)}, false},
		{"across, bucket grants everyone, own silent", asWriter, put, report, none, []string{forAll("*")}, false},
		{"across, own allows, no bucket policy", asWriter, put, report, []string{all}, none, false},
		{"across, own allows, bucket for another account", asWriter, put, report, []string{all}, []string{forAll(asStranger.Account)}, false},
		{"across, bucket grants another user of the account", asWriter, put, report, []string{all}, []string{forAll(firmRoot[:27] + "user/other")}, false},
		{"across, own denies", asWriter, put, report, []string{all, deny("", put, report)}, []string{forAll(firmRoot)}, false},
		{"across, bucket denies", asWriter, put, report, []string{all}, []string{forAll(firmRoot), deny(writer, put, report)}, false},
		{"across, bucket denies the account", asWriter, put, report, []string{all}, []string{forAll(writer), deny(firmRoot, put, report)}, false},
		{"across, bucket denies the account by id", asWriter, put, report, []string{all}, []string{forAll(writer), deny(firm, put, report)}, false},
		{"across, bucket denies another action", asWriter, put, report, []string{all}, []string{forAll(firmRoot), deny(firm, "s3:Delete*", report)}, true},
		{"across, own allows one action, bucket another", asWriter, put, report, []string{allow("", get, "*")}, []string{forAll(firmRoot)}, false},
		{"across, bucket allows reading only", asWriter, put, report, []string{all}, []string{allow(firmRoot, get, acmeData+"/*")}, false},
		{"a stranger with all rights at home", asStranger, put, report, []string{all}, []string{forAll(firmRoot)}, false},
		{"the owner's account is not asked for a stranger", asStranger, put, report, []string{all}, []string{forAll(customerRoot)}, false},

		// Root users.
		{"own root, no policy", asCustomerRoot, put, report, none, none, true},
		{"own root, a policy for others", asCustomerRoot, put, report, none, []string{forAll(firmRoot)}, true},
		{"own root is denied objects by the bucket", asCustomerRoot, put, report, none, []string{deny("*", "s3:*", "*")}, false},
		{"own root, denied by account id", asCustomerRoot, get, report, none, []string{deny(customer, "s3:*", "*")}, false},
		{"own root, a user is denied", asCustomerRoot, get, report, none, []string{deny(tester, "s3:*", "*")}, true},
		{"own root reads a policy that denies all", asCustomerRoot, "s3:GetBucketPolicy", acmeData, none, []string{deny("*", "s3:*", "*")}, true},
		{"own root writes a policy that denies all", asCustomerRoot, "s3:PutBucketPolicy", acmeData, none, []string{deny("*", "s3:*", "*")}, true},
		{"own root deletes a policy that denies all", asCustomerRoot, "s3:DeleteBucketPolicy", acmeData, none, []string{deny(customerRoot, "s3:*", "*")}, true},
		{"own root, the action in other letters", asCustomerRoot, "S3:deletebucketpolicy", acmeData, none, []string{deny("*", "s3:*", "*")}, true},
		{"own root may be denied the policy's status", asCustomerRoot, "s3:GetBucketPolicyStatus", acmeData, none, []string{deny("*", "s3:*", "*")}, false},
		{"own root, identity policies are not its", asCustomerRoot, put, report, []string{deny("", "*", "*")}, none, true},
		{"the owner's user has no such privilege", asTester, "s3:DeleteBucketPolicy", acmeData, []string{all}, []string{deny("*", "s3:*", "*")}, false},
		{"another root, no grant", asFirmRoot, put, report, none, none, false},
		{"another root, granted :root", asFirmRoot, put, report, none, []string{forAll(firmRoot)}, true},
		{"another root, granted the id", asFirmRoot, put, report, none, []string{forAll(firm)}, true},
		{"another root, granted everyone", asFirmRoot, put, report, none, []string{forAll("*")}, true},
		{"another root, a user is granted", asFirmRoot, put, report, none, []string{forAll(writer)}, false},
		{"another root, denied", asFirmRoot, put, report, none, []string{forAll(firmRoot), deny(firm, put, "*")}, false},
		{"another root and the bucket's policy", asFirmRoot, "s3:DeleteBucketPolicy", acmeData, none, []string{deny("*", "s3:*", "*")}, false},
		{"another account's put of the policy is decided as any other", asWriter, "s3:PutBucketPolicy", acmeData, []string{all}, []string{forAll(firmRoot)}, true},

		// Anonymous callers.
		{"anonymous, no policy", asAnonymous, get, report, none, none, false},
		{"anonymous, public", asAnonymous, get, report, none, []string{allow("*", get, acmeData+"/*")}, true},
		{"anonymous, public by AWS *", asAnonymous, get, report, none, []string{allow(`{"AWS": ["*"]}`, get, acmeData+"/*")}, true},
		{"anonymous, a grant to an account", asAnonymous, get, report, none, []string{forAll(firmRoot), forAll(customer)}, false},
		{"anonymous, public and denied", asAnonymous, get, report, none, []string{allow("*", get, "*"), deny("*", get, "*")}, false},
		{"anonymous, denied to an account", asAnonymous, get, report, none, []string{allow("*", get, "*"), deny(firm, get, "*")}, true},
		{"anonymous, an empty principal is not it", asAnonymous, get, report, none, []string{allow(`{"AWS": ""}`, get, "*")}, false},
		{"anonymous has no identity policies", asAnonymous, get, report, []string{all}, none, false},

		// Principals.
		{"principals in a list", asWriter, put, report, []string{all}, []string{allow(`{"AWS": ["`+tester+`", "`+firm+`"]}`, put, "*")}, true},
		{"no partial wildcard in a principal", asWriter, put, report, []string{all}, []string{forAll("arn:aws:iam::444455556666:user/*")}, false},
		{"no wildcard account", asWriter, put, report, []string{all}, []string{forAll("arn:aws:iam::*:root")}, false},
		{"no wildcard in an id", asWriter, put, report, []string{all}, []string{forAll("4444*")}, false},
		{"a principal has its case", asWriter, put, report, []string{all}, []string{forAll("arn:aws:iam::444455556666:user/Test-Writer")}, false},
		{"a path is part of a principal", asDeepWriter, put, report, []string{all}, []string{forAll(writer)}, false},
		{"a principal with its path", asDeepWriter, put, report, []string{all}, []string{forAll(asDeepWriter.ARN)}, true},
		{"another partition's account", asWriter, put, report, []string{all}, []string{forAll("arn:aws-cn:iam::444455556666:root")}, false},
		{"a user made anew has another unique id", asWriter, put, report, []string{all}, []string{forAll("AIDAOLDWRITER0001")}, false},
		{"a deny of an old unique id is for nobody", asWriter, put, report, []string{all}, []string{forAll(firm), deny("AIDAOLDWRITER0001", "*", "*")}, true},
		{"a service is no user", asWriter, put, report, []string{all}, []string{allow(`{"Service": "s3.amazonaws.com"}`, put, "*")}, false},
		{"a service * is no user", asWriter, put, report, []string{all}, []string{allow(`{"Service": "*"}`, put, "*")}, false},
		{"a federated * is no user", asWriter, put, report, []string{all}, []string{allow(`{"Federated": "*"}`, put, "*")}, false},
		{"a canonical user is no IAM user", asWriter, put, report, []string{all}, []string{allow(`{"CanonicalUser": "79a59df900b949e5"}`, put, "*")}, false},
		{"a service beside the account", asWriter, put, report, []string{all}, []string{allow(`{"Service": "s3.amazonaws.com", "AWS": "`+firm+`"}`, put, "*")}, true},
		{"a statement without a principal is for nobody", asWriter, put, report, []string{all}, []string{allow("", put, "*")}, false},

		// NotPrincipal.
		{"NotPrincipal deny, user and account listed", asWriter, put, report, []string{all}, []string{forAll(firm), notPrincipal("Deny", `{"AWS": ["`+writer+`", "`+firmRoot+`"]}`)}, true},
		{"NotPrincipal deny, user and account id listed", asWriter, put, report, []string{all}, []string{forAll(firm), notPrincipal("Deny", `{"AWS": ["`+writer+`", "`+firm+`"]}`)}, true},
		{"NotPrincipal deny, unique id and account listed", asWriter, put, report, []string{all}, []string{forAll(firm), notPrincipal("Deny", `{"AWS": ["AIDATESTWRITER001", "`+firm+`"]}`)}, true},
		{"NotPrincipal deny, only the user listed", asWriter, put, report, []string{all}, []string{forAll(firm), notPrincipal("Deny", `{"AWS": "`+writer+`"}`)}, false},
		{"NotPrincipal deny, only the account listed", asWriter, put, report, []string{all}, []string{forAll(firm), notPrincipal("Deny", `{"AWS": "`+firmRoot+`"}`)}, false},
		{"NotPrincipal deny, another account listed", asWriter, put, report, []string{all}, []string{forAll(firm), notPrincipal("Deny", `{"AWS": "`+customer+`"}`)}, false},
		{"NotPrincipal deny, the root user's account listed", asFirmRoot, put, report, none, []string{forAll(firm), notPrincipal("Deny", `{"AWS": "`+firmRoot+`"}`)}, true},
		{"NotPrincipal deny catches an anonymous caller", asAnonymous, put, report, none, []string{forAll("*"), notPrincipal("Deny", `{"AWS": "`+firm+`"}`)}, false},
		{"NotPrincipal deny with * denies nobody", asWriter, put, report, []string{all}, []string{forAll(firm), notPrincipal("Deny", `"*"`)}, true},
		{"NotPrincipal deny in one account", asTester, put, report, []string{all}, []string{notPrincipal("Deny", `{"AWS": ["`+tester+`", "`+customer+`"]}`)}, true},
		{"NotPrincipal deny in one account, not listed", asTester, put, report, []string{all}, []string{notPrincipal("Deny", `{"AWS": ["`+tester+`2", "`+customer+`"]}`)}, false},
		{"NotPrincipal allow of others", asWriter, put, report, []string{all}, []string{notPrincipal("Allow", `{"AWS": "`+customer+`"}`)}, true},
		{"NotPrincipal allow, its account listed", asWriter, put, report, []string{all}, []string{notPrincipal("Allow", `{"AWS": "`+firm+`"}`)}, false},
		{"NotPrincipal allow, the user listed", asWriter, put, report, []string{all}, []string{notPrincipal("Allow", `{"AWS": "`+writer+`"}`)}, false},

		// Actions.
		{"an action has no case", asTester, put, report, []string{allow("", "S3:putobject", "*")}, none, true},
		{"an action * alone", asTester, put, report, []string{allow("", "*", "*")}, none, true},
		{"an action *:*", asTester, put, report, []string{allow("", "*:*", "*")}, none, true},
		{"a prefix", asTester, put, report, []string{allow("", "s3:Put*", "*")}, none, true},
		{"a prefix in other letters", asTester, put, report, []string{allow("", "S3:PUT*", "*")}, none, true},
		{"a question mark", asTester, put, report, []string{allow("", "s3:?utObject", "*")}, none, true},
		{"a question mark is one character", asTester, put, report, []string{allow("", "s3:?PutObject", "*")}, none, false},
		{"a star in the middle", asTester, put, report, []string{allow("", "s3:*Object", "*")}, none, true},
		{"PutObjectAcl is not PutObject", asTester, "s3:PutObjectAcl", report, []string{allow("", put, "*")}, none, false},
		{"PutObject is not PutObjectAcl", asTester, put, report, []string{allow("", "s3:PutObjectAcl", "*")}, none, false},
		{"another service", asTester, put, report, []string{allow("", "iam:*", "*")}, none, false},
		{"one of a list", asTester, put, report, []string{allow("", `["s3:GetObject", "s3:PutObject"]`, "*")}, none, true},
		{"none of a list", asTester, "s3:DeleteObject", report, []string{allow("", `["s3:GetObject", "s3:PutObject"]`, "*")}, none, false},
		{"NotAction allows the others", asTester, put, report, []string{notAction("Allow", "", "iam:*", "*")}, none, true},
		{"NotAction does not allow the listed", asTester, put, report, []string{notAction("Allow", "", "s3:put*", "*")}, none, false},
		{"NotAction denies the others", asTester, put, report, []string{all, notAction("Deny", "", get, "*")}, none, false},
		{"NotAction does not deny the listed", asTester, get, report, []string{all, notAction("Deny", "", get, "*")}, none, true},

		// Resources.
		{"an object action against the bare bucket", asTester, put, report, []string{allow("", put, acmeData)}, none, false},
		{"a bucket action against the objects", asTester, list, acmeData, []string{allow("", list, acmeData+"/*")}, none, false},
		{"a bucket action against the bucket", asTester, list, acmeData, []string{allow("", list, acmeData)}, none, true},
		{"a key of slashes", asTester, put, acmeData + "/a/b/c", []string{allow("", put, acmeData+"/*")}, none, true},
		{"a star between slashes", asTester, put, acmeData + "/a/b/c/d", []string{allow("", put, acmeData+"/a/*/d")}, none, true},
		{"a prefix of keys", asTester, put, acmeData + "/out/x", []string{allow("", put, acmeData+"/in/*")}, none, false},
		{"a key has its case", asTester, put, acmeData + "/IN/x", []string{allow("", put, acmeData+"/in/*")}, none, false},
		{"a bucket with a longer name", asTester, put, acmeData + "-2/x", []string{allow("", put, acmeData+"/*")}, none, false},
		{"a bucket's star covers longer names and objects", asTester, put, acmeData + "-2/x", []string{allow("", put, acmeData+"*")}, none, true},
		{"a star for any bucket", asTester, put, report, []string{allow("", put, "arn:aws:s3:::*")}, none, true},
		{"a star for any bucket's objects", asTester, list, acmeData, []string{allow("", list, "arn:aws:s3:::*/*")}, none, false},
		{"a question mark in a key", asTester, put, acmeData + "/day-7", []string{allow("", put, acmeData+"/day-?")}, none, true},
		{"a question mark is one character of any script", asTester, put, acmeData + "/day-\u20ac", []string{allow("", put, acmeData+"/day-?")}, none, true},
		{"a question mark takes no two", asTester, put, acmeData + "/day-17", []string{allow("", put, acmeData+"/day-?")}, none, false},
		{"a key with a colon", asTester, put, acmeData + "/a:b:c", []string{allow("", put, acmeData+"/a*c")}, none, true},
		{"a wildcard for every segment", asTester, put, report, []string{allow("", put, "arn:*:s3:*:*:acme-data/*")}, none, true},
		{"another partition", asTester, put, report, []string{allow("", put, "arn:aws-cn:s3:::acme-data/*")}, none, false},
		{"another service's resource", asTester, put, report, []string{allow("", put, "arn:aws:iam:::*")}, none, false},
		{"NotResource allows elsewhere", asTester, put, report, []string{notResource("Allow", "", put, acmeData+"/out/*")}, none, true},
		{"NotResource does not allow the listed", asTester, put, report, []string{notResource("Allow", "", put, acmeData+"/in/*")}, none, false},
		{"NotResource denies elsewhere", asTester, put, report, []string{all, notResource("Deny", "", "*", acmeData+"/out/*")}, none, false},
		{"all buckets are listed", asTester, "s3:ListAllMyBuckets", "*", []string{allow("", "s3:ListAllMyBuckets", "*")}, none, true},
		{"all buckets, narrow", asTester, "s3:ListAllMyBuckets", "*", []string{allow("", "s3:ListAllMyBuckets", acmeData)}, none, false},

		// IAM: there is no policy on the other side.
		{"IAM in one account", asWriter, "iam:CreateUser", "arn:aws:iam::111122223333:user/x", []string{allow("", "iam:*", "*")}, none, false},
		{"IAM of its own account", asTester, "iam:CreateUser", "arn:aws:iam::111122223333:user/x", []string{allow("", "iam:*", "arn:aws:iam::111122223333:user/*")}, none, true},
		{"IAM, another user's path", asTester, "iam:CreateUser", "arn:aws:iam::111122223333:user/x", []string{allow("", "iam:*", "arn:aws:iam::111122223333:user/team/*")}, none, false},

		// Effects and conditions in short.
		{"an effect has its case", asTester, put, report, []string{statementJSON("allow", "", put, "*")}, none, false},
		{"a deny in other letters denies nothing", asTester, put, report, []string{all, statementJSON("DENY", "", put, "*")}, none, true},
		{"a condition that holds", asTester, put, report, []string{allow("", put, "*", `{"Bool": {"aws:SecureTransport": "true"}}`)}, none, true},
		{"a condition that does not", asTester, put, report, []string{allow("", put, "*", `{"Bool": {"aws:SecureTransport": "false"}}`)}, none, false},
		{"all conditions must hold", asTester, put, report, []string{allow("", put, "*", `{"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"s3:x-amz-acl": "private"}}`)}, none, false},
		{"a deny for plain HTTP", asTester, put, report, []string{all}, []string{deny("*", "s3:*", "*", `{"Bool": {"aws:SecureTransport": "false"}}`)}, true},
		{"a deny for a missing header", asTester, put, report, []string{all}, []string{deny("*", put, "*", `{"StringNotEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}`)}, false},
		{"a deny without MFA catches access keys", asTester, put, report, []string{all}, []string{deny("*", put, "*", `{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}`)}, false},
		{"one user through its account", asWriter, put, report, []string{all}, []string{allow(firmRoot, put, "*", `{"ArnEquals": {"aws:PrincipalArn": "`+writer+`"}}`)}, true},
		{"another user through the account", asDeepWriter, put, report, []string{all}, []string{allow(firmRoot, put, "*", `{"ArnEquals": {"aws:PrincipalArn": "`+writer+`"}}`)}, false},
		{"a perimeter by account", asWriter, put, report, []string{all}, []string{forAll(firm), deny("*", "*", "*", `{"StringNotEquals": {"aws:PrincipalAccount": "`+customer+`"}}`)}, false},
		{"an operator that nobody knows allows nothing", asTester, put, report, []string{allow("", put, "*", `{"StringMatches": {"aws:username": "*"}}`)}, none, false},
		{"an operator that nobody knows denies", asTester, put, report, []string{all}, []string{deny("*", put, "*", `{"StringMatches": {"aws:username": "nobody"}}`)}, false},
		{"an unknown operator beside one that fails denies nothing", asTester, put, report, []string{all}, []string{deny("*", put, "*", `{"StringMatches": {"aws:username": "x"}, "StringEquals": {"aws:username": "x"}}`)}, true},

		// Variables.
		{"a home folder", asTester, put, acmeData + "/home/test-customer/x", []string{allow("", put, acmeData+"/home/${aws:username}/*")}, none, true},
		{"another's home folder", asTester, put, acmeData + "/home/test-writer/x", []string{allow("", put, acmeData+"/home/${aws:username}/*")}, none, false},
		{"a home folder in the bucket policy", asWriter, put, acmeData + "/home/444455556666/x", []string{all}, []string{allow(firm, put, acmeData+"/home/${aws:PrincipalAccount}/*")}, true},
		{"a variable has no case", asTester, put, acmeData + "/home/test-customer/x", []string{allow("", put, acmeData+"/home/${AWS:UserName}/*")}, none, true},
		{"a root user has no name", asFirmRoot, put, acmeData + "/home//x", none, []string{allow(firm, put, acmeData+"/home/${aws:username}/*")}, false},
		{"a name is without its path", asDeepWriter, put, acmeData + "/test-writer", []string{all}, []string{allow(firm, put, acmeData+"/${aws:username}")}, true},
		{"an unresolved variable in NotResource makes no exception", asFirmRoot, put, report, none, []string{forAll(firm), notResource("Deny", "*", put, acmeData+"/${aws:username}")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Request{
				Caller: c.caller, Action: c.action, Resource: c.resource, Owner: customer,
				Context: map[string][]string{"aws:SecureTransport": {"true"}},
			}
			d := Decide(r, both{c.own, c.bucket}.policies(t))
			if d.Allowed != c.allowed {
				t.Errorf("allowed = %v, want %v: %s", d.Allowed, c.allowed, d.Why)
			}
			consistent(t, d)
		})
	}
}

// consistent asserts what holds of every decision.
func consistent(t testing.TB, d Decision) {
	t.Helper()
	allowed := true
	for _, g := range []Gate{d.Identity, d.Resource} {
		if g.Verdict == Denied || g.Needed && g.Verdict != Allowed {
			allowed = false
		}
		if g.Verdict == Silent && g.Statement != -1 || g.Verdict == Denied && g.Statement == -1 {
			t.Errorf("verdict %v by statement %d", g.Verdict, g.Statement)
		}
		if !strings.HasSuffix(g.Why, ".") {
			t.Errorf("not a sentence: %q", g.Why)
		}
	}
	if d.Allowed != allowed {
		t.Errorf("allowed = %v, but the gates say %+v", d.Allowed, d)
	}
	if word, _, _ := strings.Cut(d.Why, " "); d.Allowed && word != "Allowed." || !d.Allowed && !strings.HasPrefix(word, "Refused") {
		t.Errorf("allowed = %v, why = %q", d.Allowed, d.Why)
	}
}

func TestVariablesNeedTheVersion(t *testing.T) {
	statement := allow("", "s3:PutObject", acmeData+"/${aws:username}")
	for version, want := range map[string]bool{
		`"Version": "2012-10-17", `: true,
		`"Version": "2008-10-17", `: false,
		``:                          false,
	} {
		d := parsedText(t, `{`+version+`"Statement": `+statement+`}`)
		p := Policies{Identity: []Named{{"p", *d}}}
		r := Request{Caller: asTester, Action: "s3:PutObject", Resource: acmeData + "/test-customer", Owner: customer}
		if got := Decide(r, p).Allowed; got != want {
			t.Errorf("%sthe variable's value: allowed = %v", version, got)
		}
		r.Resource = acmeData + "/${aws:username}"
		if got := Decide(r, p).Allowed; got == want {
			t.Errorf("%sthe variable's text: allowed = %v", version, got)
		}
	}
}

func TestSeveralIdentityPolicies(t *testing.T) {
	reads := Named{"reads", *parsed(t, allow("", "s3:GetObject", "*"))}
	writes := Named{"writes", *parsed(t, allow("", "s3:PutObject", "*"))}
	never := Named{"never", *parsed(t, allow("", "s3:ListBucket", "*"), deny("", "s3:PutObject", "*"))}
	r := Request{Caller: asTester, Action: "s3:PutObject", Resource: report, Owner: customer}

	d := Decide(r, Policies{Identity: []Named{reads, writes}})
	if !d.Allowed || d.Identity.Policy != "writes" || d.Identity.Statement != 0 {
		t.Errorf("the second policy should allow: %+v", d)
	}
	d = Decide(r, Policies{Identity: []Named{writes, {"more", writes.Document}}})
	if !d.Allowed || d.Identity.Policy != "writes" {
		t.Errorf("the first policy should be named: %+v", d)
	}
	d = Decide(r, Policies{Identity: []Named{reads, writes, never}})
	if d.Allowed || d.Identity.Policy != "never" || d.Identity.Statement != 1 {
		t.Errorf("the third policy should deny: %+v", d)
	}
}

func TestContextKeysOfTheCaller(t *testing.T) {
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 3600))
	claims := map[string][]string{"aws:PrincipalAccount": {"999999999999"}, "AWS:PRINCIPALARN": {"arn:forged"}, "s3:prefix": {"in/"}}
	for _, c := range []struct {
		caller Caller
		key    string
		want   []string
	}{
		{asWriter, "aws:PrincipalArn", []string{writer}},
		{asWriter, "AWS:principalaccount", []string{firm}},
		{asWriter, "aws:PrincipalType", []string{"User"}},
		{asWriter, "aws:userid", []string{"AIDATESTWRITER001"}},
		{asDeepWriter, "aws:username", []string{"test-writer"}},
		{asFirmRoot, "aws:PrincipalArn", []string{firmRoot}},
		{asFirmRoot, "aws:PrincipalType", []string{"Account"}},
		{asFirmRoot, "aws:userid", []string{firm}},
		{asFirmRoot, "aws:username", nil},
		{asAnonymous, "aws:PrincipalType", []string{"Anonymous"}},
		{asAnonymous, "aws:userid", []string{"anonymous"}},
		{asAnonymous, "aws:username", nil},
		{asWriter, "aws:CurrentTime", []string{"2026-03-04T04:06:07Z"}},
		{asWriter, "aws:EpochTime", []string{"1772597167"}},
		{asWriter, "S3:Prefix", []string{"in/"}},
		{asWriter, "s3:delimiter", nil},
		{asWriter, "aws:PrincipalIsAWSService", []string{"false"}},
		{asFirmRoot, "aws:PrincipalIsAWSService", []string{"false"}},
		{asAnonymous, "aws:PrincipalIsAWSService", nil},
		{asWriter, "aws:ViaAWSService", []string{"false"}},
		{asAnonymous, "aws:ViaAWSService", []string{"false"}},
		{asWriter, "aws:ResourceAccount", []string{customer}},
		{asWriter, "s3:ResourceAccount", []string{customer}},
	} {
		var own [ownKeys]string
		e := evaluation{keys: contextKeys(&Request{Caller: c.caller, Action: "s3:PutObject", Owner: customer, Time: at, Context: claims}, &own, nil)}
		if diff := cmp.Diff(c.want, e.values(c.key)); diff != "" {
			t.Errorf("%s of %+v: %s", c.key, c.caller, diff)
		}
	}
	var own [ownKeys]string
	e := evaluation{keys: contextKeys(&Request{Caller: asWriter}, &own, nil)}
	if v := e.values("aws:CurrentTime"); v != nil {
		t.Errorf("without a time aws:CurrentTime = %v", v)
	}
	e = evaluation{keys: contextKeys(&Request{Caller: asWriter, Action: "iam:GetUser", Owner: firm}, &own, nil)}
	if v := e.values("s3:ResourceAccount"); v != nil {
		t.Errorf("a request to IAM has s3:ResourceAccount = %v", v)
	}
}

// The Deny that AWS proposes for a data perimeter leans on keys that each request has.
// Source: Data perimeter policy examples, resource-based policies.
func TestDataPerimeter(t *testing.T) {
	perimeter := deny("*", "s3:*", "*", `{
		"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1", "aws:PrincipalAccount": "999900001111"},
		"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}, "Bool": {"aws:ViaAWSService": "false"}
	}`)
	plain := deny("*", "s3:*", "*", `{"Bool": {"aws:PrincipalIsAWSService": "false"}, "StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}`)
	for _, statement := range []string{perimeter, plain} {
		r := Request{Caller: asWriter, Action: "s3:PutObject", Resource: report, Owner: customer}
		if d := Decide(r, both{bucket: []string{statement}}.policies(t)); d.Resource.Verdict != Denied {
			t.Errorf("%s does not hold: %s", statement, d.Why)
		}
	}
}
