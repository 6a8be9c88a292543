package run_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// a ruleState is a rule of an organisation, which is in neither account.
type ruleState struct {
	name     string
	to       steps.Side // whose rule it is
	rule     string     // statement
	together bool       // both accounts are of one organisation, so that AWS names the rule
	ask      func(*steps.Question)
	at       int // which of the letter's exceptions is for it
}

func ruleStates() []ruleState {
	perimeter := `{"Effect":"Deny","Principal":"*","Action":["s3:*","kms:*"],"Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-111122223333"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}`
	someOnly := clause("Allow", "", `"iam:*","sts:*","ec2:*"`, `"*"`, "")
	return []ruleState{
		{name: "34 G1 a service control policy denies S3", to: steps.Firm, rule: clause("Deny", "", `"s3:*"`, `"*"`, "")},
		{name: "34d G1 a service control policy keeps to the organisation's own buckets", to: steps.Firm, rule: clause("Deny", "", `"s3:PutObject"`, `"*"`, `"StringNotEquals":{"aws:ResourceOrgID":"o-444455556666"}`)},
		{name: "34e G1 a service control policy allows other services alone", to: steps.Firm, rule: someOnly, at: 1},
		{name: "34f G1 the same, which AWS names", to: steps.Firm, rule: someOnly, together: true},
		{name: "34g G1 a service control policy denies S3, which AWS names", to: steps.Firm, rule: clause("Deny", "", `"s3:*"`, `"*"`, ""), together: true},
		{name: "34h G1 a resource control policy keeps others out", to: steps.Customer, rule: perimeter},
		{name: "34i G1 the same, and the grant is one user's", to: steps.Customer, rule: perimeter, ask: stated(func(q *steps.Question) { q.OnlyThisUser = true })},
		{name: "34j G1 a resource control policy denies writes, which AWS names", to: steps.Customer, rule: deny(`"s3:PutObject"`, `"*"`, `"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}`), together: true},
	}
}

// under puts an account under a statement of its organisation's.
func (r ruleState) under(t *testing.T, statements string) func(*sandbox.Config) {
	d, err := policy.Parse([]byte(document(statements)))
	must(t, err)
	return func(c *sandbox.Config) {
		for i := range c.Accounts {
			a := &c.Accounts[i]
			if r.together {
				a.Organization = "o-together"
			}
			switch {
			case a.ID == firm && r.to == steps.Firm:
				a.SCPs = []policy.Document{d}
			case a.ID == customer && r.to == steps.Customer:
				a.RCPs = []policy.Document{d}
			}
		}
	}
}

var inLetter = regexp.MustCompile(`(?ms)^  \{.*?^  \}`)

// excepted is the rule with what a letter asks for: one condition more, or one statement more.
func excepted(t *testing.T, rule, exception string) string {
	t.Helper()
	var is, asked map[string]any
	must(t, json.Unmarshal([]byte(rule), &is))
	must(t, json.Unmarshal([]byte(exception), &asked))
	if asked["Effect"] != nil {
		return rule + "," + exception
	}
	conditions, _ := is["Condition"].(map[string]any)
	if conditions == nil {
		conditions = map[string]any{}
	}
	for operator, keys := range asked["Condition"].(map[string]any) {
		if there, is := conditions[operator].(map[string]any); is {
			for key, value := range keys.(map[string]any) {
				if was, is := there[key]; is { // "add the value to that"
					value = []any{was, value}
				}
				there[key] = value
			}
		} else {
			conditions[operator] = keys
		}
	}
	is["Condition"] = conditions
	text, err := json.Marshal(is)
	must(t, err)
	return string(text)
}

// A rule above the accounts is found by elimination or by AWS's words, and the exception that
// the letter to its administrators asks for lets the files through.
func TestTheExceptionOfALetterWorks(t *testing.T) {
	for _, r := range ruleStates() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			q := everybody()
			bucket := bucketGives
			if r.ask != nil {
				r.ask(&q)
				bucket = strings.ReplaceAll(bucket, firm+":root", firm+":user/test-writer")
			}
			check := func(statements string) (run.CheckEnding, []steps.Test) {
				c := newCheckStage(t, r.under(t, statements))
				c.bucketPolicy(bucket)
				c.userPolicy(firmGives)
				return c.check(q)
			}
			e, tests := check(r.rule)
			if v := e.Verdict; v == nil || v.Cause != policy.OrganisationOrNetwork || v.Side != "organisation" {
				t.Fatalf("%+v, %v\n%+v", v, e.Problem, tests)
			}
			at := slices.IndexFunc(e.Letters, func(l steps.Letter) bool { return l.To == r.to })
			if at < 0 || r.together && len(e.Letters) != 1 {
				t.Fatalf("the letters are %+v", e.Letters)
			}
			exceptions := inLetter.FindAllString(e.Letters[at].Text, -1)
			if len(exceptions) <= r.at {
				t.Fatalf("the letter asks for nothing that fits:\n%s", e.Letters[at].Text)
			}
			mended := excepted(t, r.rule, exceptions[r.at])
			if e, tests := check(mended); e.Verdict == nil || !e.Verdict.Holds {
				t.Errorf("with %s it does not hold: %+v, %v\n%+v", mended, e.Verdict, e.Problem, tests)
			}
		})
	}
}

// Whoever is of the organisation that a statement of the bucket's demands is let in.
func TestCheckOfOneOrganisation(t *testing.T) {
	for name, bucket := range map[string]string{
		"16 an Allow by organisation":              onFiles(`"StringEquals":{"aws:PrincipalOrgID":"o-together"}`),
		"17 a Deny unless of the organisation":     bucketGives + "," + deny(`"s3:*"`, theFiles, `"StringNotEquals":{"aws:PrincipalOrgID":"o-together"}`),
		"an Allow by the way through organisation": onFiles(`"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-together/*"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCheckStage(t, ruleState{together: true}.under(t, own(`"*"`, `"*"`, "")))
			c.bucketPolicy(bucket)
			c.userPolicy(firmGives)
			if e, tests := c.check(everybody()); e.Verdict == nil || !e.Verdict.Holds {
				t.Errorf("%+v, %v\n%+v", e.Verdict, e.Problem, tests)
			}
		})
	}
}
