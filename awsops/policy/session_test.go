package policy

import (
	"strings"
	"testing"
	"time"
)

const (
	customerRole = "arn:aws:iam::111122223333:role/teams/reader"
	firmRole     = "arn:aws:iam::444455556666:role/teams/night-writer"
	firmSession  = "arn:aws:sts::444455556666:assumed-role/night-writer/monday"
)

var (
	asReader = Caller{Account: customer, ARN: "arn:aws:sts::111122223333:assumed-role/reader/monday", UniqueID: "AROAREADER0000001:monday", RoleARN: customerRole}
	asNight  = Caller{Account: firm, ARN: firmSession, UniqueID: "AROANIGHT00000001:monday", RoleARN: firmRole}
)

func limited(t *testing.T, p *Policies, boundary, session []string) {
	t.Helper()
	if boundary != nil {
		p.Boundary = &Named{"boundary", *parsed(t, boundary...)}
	}
	for _, s := range session {
		p.Session = append(p.Session, Named{"session", *parsed(t, s)})
	}
}

// Sources: Policy evaluation logic, Evaluating resource-based policies and Session policies;
// Permissions boundaries for IAM entities; Cross-account policy evaluation logic.
func TestBoundariesAndSessionPoliciesLimit(t *testing.T) {
	all, put, get := allow("", "s3:*", "*"), allow("", "s3:PutObject", "*"), allow("", "s3:GetObject", "*")
	grant := func(to string) string { return allow(to, "s3:PutObject", report) }
	noPut := deny("", "s3:PutObject", "*")
	for _, c := range []struct {
		name              string
		caller            Caller
		own, bucket       []string
		boundary, session []string
		allowed           bool
	}{
		// A boundary grants nothing by itself, and takes away.
		{"a boundary alone", asTester, none, none, []string{all}, nil, false},
		{"own and boundary", asTester, []string{put}, none, []string{all}, nil, true},
		{"own, and a boundary for other things", asTester, []string{all}, none, []string{get}, nil, false},
		{"own, and a boundary that denies", asTester, []string{all}, none, []string{all, noPut}, nil, false},
		{"a role's own, and a boundary for other things", asReader, []string{all}, none, []string{get}, nil, false},

		// In one account a bucket's grant to a user is not limited, and one to the account is.
		{"the bucket names the user, the boundary is silent", asTester, none, []string{grant(tester)}, []string{get}, nil, true},
		{"the bucket names the user, the boundary denies", asTester, none, []string{grant(tester)}, []string{all, noPut}, nil, false},
		{"the bucket names the account, the boundary is silent", asTester, []string{all}, []string{grant(customerRoot)}, []string{get}, nil, false},
		{"the bucket names the account, the boundary allows and own is silent", asTester, none, []string{grant(customerRoot)}, []string{all}, nil, false},
		{"the bucket lets everyone in, the boundary is silent", asTester, none, []string{grant("*")}, []string{get}, nil, true},

		// A grant to the role is limited by both, and one to the session by neither.
		{"the bucket names the role", asReader, none, []string{grant(customerRole)}, nil, nil, true},
		{"the bucket names the role, the boundary is silent", asReader, none, []string{grant(customerRole)}, []string{get}, nil, false},
		{"the bucket names the role by id, the boundary is silent", asReader, none, []string{grant("AROAREADER0000001")}, []string{get}, nil, false},
		{"the bucket names the role, the session policy is silent", asReader, none, []string{grant(customerRole)}, nil, []string{get}, false},
		{"the bucket names the role, both allow", asReader, none, []string{grant(customerRole)}, []string{all}, []string{get, put}, true},
		{"the bucket names the session, both are silent", asReader, none, []string{grant(asReader.ARN)}, []string{get}, []string{get}, true},
		{"the bucket names the session by id, both are silent", asReader, none, []string{grant(asReader.UniqueID)}, []string{get}, []string{get}, true},
		{"the role first and the session after", asReader, none, []string{grant(customerRole), grant(asReader.ARN)}, []string{get}, nil, true},
		{"the account first and the role after", asReader, none, []string{grant(customerRoot), grant(customerRole)}, nil, nil, true},
		{"the bucket names the session, the session policy denies", asReader, none, []string{grant(asReader.ARN)}, nil, []string{all, noPut}, false},
		{"the bucket names another session", asReader, none, []string{grant(asReader.ARN + "s")}, nil, nil, false},
		{"everyone, where aws:PrincipalArn is the role", asReader, none, []string{allow("*", "s3:PutObject", report, `{"ArnEquals": {"aws:PrincipalArn": "`+customerRole+`"}}`)}, []string{get}, nil, true},

		// Session policies allow together what any of them allows, within the role's own.
		{"a session policy alone", asReader, none, none, nil, []string{put}, false},
		{"own and session", asReader, []string{all}, none, nil, []string{get, put}, true},
		{"own, and a session for other things", asReader, []string{all}, none, nil, []string{get}, false},
		{"own and session, and the boundary is silent", asReader, []string{all}, none, []string{get}, []string{put}, false},

		// Across accounts each limits the caller's side, whomever the bucket names.
		{"across accounts, both allow", asNight, []string{put}, []string{grant(firmRole)}, nil, nil, true},
		{"across accounts, own silent", asNight, none, []string{grant(firmSession)}, nil, nil, false},
		{"across accounts, the boundary allows", asNight, []string{put}, []string{grant(firmRoot)}, []string{put}, nil, true},
		{"across accounts, the boundary is silent", asNight, []string{put}, []string{grant(firmSession)}, []string{get}, nil, false},
		{"across accounts, the session is silent", asNight, []string{put}, []string{grant(firmSession)}, nil, []string{get}, false},
		{"across accounts, a user's boundary is silent", asWriter, []string{put}, []string{grant(writer)}, []string{get}, nil, false},
		{"across accounts, boundary and session allow and own is silent", asNight, none, []string{grant(firmRoot)}, []string{put}, []string{put}, false},
		{"across accounts, the bucket is silent", asNight, []string{put}, none, []string{put}, []string{put}, false},
		{"the account, where aws:PrincipalArn is the role", asNight, []string{put}, []string{allow(firmRoot, "s3:PutObject", report, `{"ArnEquals": {"aws:PrincipalArn": "`+firmRole+`"}}`)}, nil, nil, true},
		{"the account, where aws:PrincipalArn is the session", asNight, []string{put}, []string{allow(firmRoot, "s3:PutObject", report, `{"ArnEquals": {"aws:PrincipalArn": "`+firmSession+`"}}`)}, nil, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := both{c.own, c.bucket}.policies(t)
			limited(t, &p, c.boundary, c.session)
			d := Decide(Request{Caller: c.caller, Action: "s3:PutObject", Resource: report, Owner: customer}, p)
			if d.Allowed != c.allowed || strings.HasPrefix(d.Why, "Allowed") != c.allowed {
				t.Errorf("%v, want %v: %s", d.Allowed, c.allowed, d.Why)
			}
		})
	}
}

// Source: Variables and tags, Principal key values; AWS global condition context keys.
func TestWhatConditionsKnowOfASession(t *testing.T) {
	for key, value := range map[string]string{
		"aws:PrincipalArn": firmRole, "aws:userid": asNight.UniqueID, "aws:PrincipalType": "AssumedRole", "aws:PrincipalAccount": firm,
	} {
		own := allow("", "s3:PutObject", "*", `{"StringEquals": {"`+key+`": "`+value+`"}}`)
		p := both{[]string{own}, []string{allow(firmRoot, "s3:PutObject", report)}}.policies(t)
		if d := Decide(Request{Caller: asNight, Action: "s3:PutObject", Resource: report, Owner: customer, Time: time.Now()}, p); !d.Allowed {
			t.Errorf("%s is not %s: %s", key, value, d.Why)
		}
	}
}

// Sources: Policy evaluation logic (a role's trust policy must allow); Cross-account
// policy evaluation logic; AWS JSON policy elements: Principal.
func TestWhoMayAssumeARole(t *testing.T) {
	trust := func(effect, to string, condition ...string) string {
		return strings.Replace(statementJSON(effect, to, "sts:AssumeRole", "*", condition...), `, "Resource": "*"`, "", 1)
	}
	may := allow("", "sts:AssumeRole", firmRole)
	night := `{"StringEquals": {"sts:ExternalId": "night"}}`
	for _, c := range []struct {
		name       string
		caller     Caller
		own, trust []string
		allowed    bool
	}{
		{"the trust policy names the user", asWriter, none, []string{trust("Allow", writer)}, true},
		{"it names another user", asWriter, []string{may}, []string{trust("Allow", writer+"2")}, false},
		{"own alone", asWriter, []string{may}, none, false},
		{"it names the account, own silent", asWriter, none, []string{trust("Allow", firmRoot)}, false},
		{"it names the account, own allows", asWriter, []string{may}, []string{trust("Allow", firmRoot)}, true},
		{"it names the account, own allows another role", asWriter, []string{allow("", "sts:AssumeRole", firmRole+"2")}, []string{trust("Allow", firm)}, false},
		{"it names the user, own denies", asWriter, []string{deny("", "sts:*", "*")}, []string{trust("Allow", writer)}, false},
		{"it denies what own allows", asWriter, []string{may}, []string{trust("Allow", firmRoot), trust("Deny", writer)}, false},
		{"across accounts, it alone", asTester, none, []string{trust("Allow", tester)}, false},
		{"across accounts, both", asTester, []string{may}, []string{trust("Allow", tester)}, true},
		{"across accounts, own alone", asTester, []string{may}, none, false},
		{"a session that it names by its role", asNight, none, []string{trust("Allow", firmRole)}, true},
		{"a condition that does not hold", asWriter, []string{may}, []string{trust("Allow", writer, night)}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Decide(Request{Caller: c.caller, Action: "sts:AssumeRole", Resource: firmRole, Owner: firm}, both{c.own, c.trust}.policies(t))
			if d.Allowed != c.allowed || strings.HasPrefix(d.Why, "Allowed") != c.allowed || strings.Contains(d.Why, "bucket") {
				t.Errorf("%v, want %v: %s", d.Allowed, c.allowed, d.Why)
			}
		})
	}
}

// A Deny is foreseen wherever it stands.
func TestDenialsOfLimitsAndTrustPolicies(t *testing.T) {
	put := Request{Caller: asNight, Action: "s3:PutObject", Resource: report, Owner: customer}
	assume := Request{Caller: asWriter, Action: "sts:AssumeRole", Resource: firmRole, Owner: firm}
	var boundary, session Policies
	limited(t, &boundary, []string{deny("", "s3:*", "*")}, nil)
	limited(t, &session, nil, []string{deny("", "s3:*", "*")})
	trust := parsedText(t, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}`)
	for text, c := range map[string]struct {
		request Request
		all     Policies
	}{
		"statement 1 of the caller's policy boundary": {put, boundary},
		"statement 1 of the caller's policy session":  {put, session},
		"statement 1 of the trust policy":             {assume, Policies{Bucket: trust}},
	} {
		found := Prospect{Request: c.request}.Denials(c.all)
		if len(found) != 1 || !found[0].Certain || found[0].Text != text {
			t.Errorf("got %+v, want %s", found, text)
		}
	}
}

func TestWhyALimitRefuses(t *testing.T) {
	p := both{[]string{allow("", "s3:*", "*")}, []string{allow(firmRoot, "s3:PutObject", report)}}.policies(t)
	limited(t, &p, []string{allow("", "s3:GetObject", "*")}, nil)
	request := Request{Caller: asNight, Action: "s3:PutObject", Resource: report, Owner: customer}
	want := "Refused. A permissions boundary must allow it too. The permissions boundary of the role night-writer of account 4444-5555-6666 does not allow s3:PutObject on " + report + "."
	if d := Decide(request, p); d.Why != want {
		t.Errorf("got  %s\nwant %s", d.Why, want)
	}
	p.Boundary = nil
	limited(t, &p, nil, []string{deny("", "s3:PutObject", "*")})
	want = "Refused: a Deny wins over everything that allows. Statement 1 of the caller's policy session forbids s3:PutObject on " + report + " to the role night-writer of account 4444-5555-6666."
	if d := Decide(request, p); d.Why != want {
		t.Errorf("got  %s\nwant %s", d.Why, want)
	}
}

func TestLintOfARolesPolicies(t *testing.T) {
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}]}`
	filler := `{"Version":"2012-10-17","Statement":[` + allow("", "s3:GetObject", "arn:aws:s3:::"+strings.Repeat("x", 2100)) + `]}`
	for _, c := range []struct {
		name, text string
		against    Against
		rule       string
	}{
		{"a trust policy", trust, Against{Kind: TrustPolicy}, ""},
		{"one of a service", strings.Replace(trust, `"AWS":"444455556666"`, `"Service":"ec2.amazonaws.com"`, 1), Against{Kind: TrustPolicy}, ""},
		{"one with a Resource", strings.Replace(trust, `"Action"`, `"Resource":"*","Action"`, 1), Against{Kind: TrustPolicy}, RuleResource},
		{"one without a Principal", strings.Replace(trust, `"Principal":{"AWS":"444455556666"},`, "", 1), Against{Kind: TrustPolicy}, RuleNoPrincipal},
		{"one about another service", strings.Replace(trust, "sts:AssumeRole", "s3:GetObject", 1), Against{Kind: TrustPolicy}, RuleAction},
		{"one with a deleted principal", strings.Replace(trust, "444455556666", "AROANIGHT00000001XYZ", 1), Against{Kind: TrustPolicy}, RulePrincipal},
		{"one that is too large", strings.Replace(trust, "sts:AssumeRole", "sts:"+strings.Repeat("x", MaxTrustChars), 1), Against{Kind: TrustPolicy}, RuleSize},
		{"a role's policy, too large for a user", filler, Against{Kind: RolePolicy}, ""},
		{"a user's with a character that IAM does not take", strings.Replace(filler, "x", "日", 1), Against{Kind: InlinePolicy}, RuleCharacter},
		{"the same for a user", filler, Against{Kind: InlinePolicy}, RuleSize},
		{"a role's with others that take the room", filler, Against{Kind: RolePolicy, Others: 8200}, RuleSize},
		{"a role's policy with a Principal", trust, Against{Kind: RolePolicy}, RuleIdentity},
	} {
		t.Run(c.name, func(t *testing.T) {
			rule := ""
			for _, f := range Lint(*parsedText(t, c.text), c.against) {
				if f.Severity == Refused && rule == "" {
					rule = f.Rule
				}
			}
			if rule != c.rule {
				t.Errorf("refused by %q, want %q", rule, c.rule)
			}
		})
	}
}
