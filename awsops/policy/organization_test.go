package policy

import (
	"strings"
	"testing"
)

// Sources: Service control policies (SCPs), SCP evaluation; Resource control policies
// (RCPs), RCP evaluation.
func TestOrganizationsLimit(t *testing.T) {
	everything, noPut := allow("", "*", "*"), deny("", "s3:PutObject", "*")
	grant := allow(firmRoot, "s3:*", acmeData+"/*")
	outsiders := deny("*", "s3:*", "*", `{"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}`)
	for _, c := range []struct {
		name     string
		caller   Caller
		scp, rcp []string
		allowed  bool
		why      string
	}{
		{"none", asWriter, nil, nil, true, ""},
		{"one that allows", asWriter, []string{everything}, nil, true, ""},
		{"one that allows other things", asWriter, []string{allow("", "iam:*", "*")}, nil, false, "The service control policies of the caller's organization must allow it too. The service control policy of the user test-writer"},
		{"two levels, the upper is silent", asWriter, []string{allow("", "iam:*", "*"), everything}, nil, false, "must allow it too"},
		{"two levels, the lower is silent", asWriter, []string{everything, allow("", "iam:*", "*")}, nil, false, "must allow it too"},
		{"two levels, both allow", asWriter, []string{everything, allow("", "s3:*", "*")}, nil, true, ""},
		{"a level that denies", asWriter, []string{everything + ", " + noPut}, nil, false, "Statement 2 of the service control policy level forbids"},
		{"a lower level that denies below one that is silent", asWriter, []string{allow("", "iam:*", "*"), everything + ", " + noPut}, nil, false, "a Deny wins"},
		{"the root user is under it too", asFirmRoot, []string{everything + ", " + noPut}, nil, false, "a Deny wins"},

		{"an RCP that denies outsiders", asWriter, nil, []string{outsiders}, false, "Statement 1 of the resource control policy perimeter forbids"},
		{"an RCP that denies others", asWriter, nil, []string{deny("*", "s3:*", "*", `{"StringNotEquals": {"aws:PrincipalAccount": "444455556666"}}`)}, true, ""},
		{"an RCP's Allow lets nobody in, and its silence keeps nobody out", asStranger, nil, []string{allow("*", "*", "*")}, false, ""},
		{"an RCP that denies another service", asWriter, nil, []string{deny("*", "kms:*", "*")}, true, ""},
		{"the owner's own user by an RCP", asTester, nil, []string{deny("*", "s3:PutObject", "*")}, false, "resource control policy"},
		{"an anonymous caller by an RCP", asAnonymous, nil, []string{outsiders}, false, "resource control policy"},
	} {
		p := Policies{Identity: []Named{{"own", *parsed(t, everything)}}, Bucket: parsed(t, grant)}
		for _, s := range c.scp {
			p.SCP = append(p.SCP, Named{"level", *parsed(t, s)})
		}
		for _, s := range c.rcp {
			p.RCP = append(p.RCP, Named{"perimeter", *parsed(t, s)})
		}
		d := Decide(Request{Caller: c.caller, Action: "s3:PutObject", Resource: report, Owner: customer}, p)
		if d.Allowed != c.allowed || !strings.Contains(d.Why, c.why) {
			t.Errorf("%s: %t, %s", c.name, d.Allowed, d.Why)
		}
	}
}

// What the owner's root user may always do, organizations alone can stop. RCPs are not
// about IAM, and SCPs not about those who sign nothing.
func TestWhatOrganizationsReach(t *testing.T) {
	all := []Named{{"all", *parsed(t, deny("*", "*", "*"))}}
	for name, c := range map[string]struct {
		caller           Caller
		action, resource string
		p                Policies
		allowed          bool
	}{
		"the bucket policy, by an SCP": {asCustomerRoot, "s3:DeleteBucketPolicy", acmeData, Policies{SCP: all}, false},
		"the bucket policy, by an RCP": {asCustomerRoot, "s3:DeleteBucketPolicy", acmeData, Policies{RCP: all}, false},
		"the bucket policy, by itself": {asCustomerRoot, "s3:DeleteBucketPolicy", acmeData, Policies{Bucket: &all[0].Document}, true},
		"IAM, by an RCP":               {asCustomerRoot, "iam:CreateUser", "arn:aws:iam::111122223333:user/u", Policies{RCP: all}, true},
		"IAM, by an SCP":               {asCustomerRoot, "iam:CreateUser", "arn:aws:iam::111122223333:user/u", Policies{SCP: all}, false},
		"anybody, by an SCP":           {asAnonymous, "s3:GetObject", report, Policies{SCP: all, Bucket: parsed(t, allow("*", "s3:*", "*"))}, true},
	} {
		if d := Decide(Request{Caller: c.caller, Action: c.action, Resource: c.resource, Owner: customer}, c.p); d.Allowed != c.allowed {
			t.Errorf("%s: %t, %s", name, d.Allowed, d.Why)
		}
	}
}
