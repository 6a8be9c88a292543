package policy

import (
	"strings"
	"testing"
)

const customersKey = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// Sources: Key policies in AWS KMS; Default key policy; Allowing users in other accounts
// to use a KMS key.
func TestOnlyTheKeyPolicyLetsAnybodyUseAKey(t *testing.T) {
	all := allow("", "kms:*", "*")
	grant := func(to string) string { return allow(to, "kms:GenerateDataKey", "*") }
	for _, c := range []struct {
		name     string
		caller   Caller
		own, key []string
		allowed  bool
		why      string
	}{
		{"own alone", asTester, []string{all}, none, false, "Only the key policy can let anybody use a key of KMS."},
		{"the key names the user", asTester, none, []string{grant(tester)}, true, ""},
		{"the key names the account, own is silent", asTester, none, []string{grant(customerRoot)}, false, "has no policy of its own"},
		{"the key names the account, and own", asTester, []string{all}, []string{grant(customerRoot)}, true, ""},
		{"the root user, whom the key does not name", asCustomerRoot, none, []string{grant(tester)}, false, "The key policy has no statement"},
		{"the root user, by the account's name", asCustomerRoot, none, []string{grant(customerRoot)}, true, ""},

		{"across accounts, the key alone", asWriter, none, []string{grant(writer)}, false, ""},
		{"across accounts, own alone", asWriter, []string{all}, []string{grant(customerRoot)}, false, ""},
		{"across accounts, both", asWriter, []string{all}, []string{grant(firmRoot)}, true, ""},
		{"a Deny of the key's", asTester, []string{all}, []string{grant(customerRoot), deny("*", "kms:*", "*")}, false, "of the key policy forbids"},
	} {
		r := Request{Caller: c.caller, Action: "kms:GenerateDataKey", Resource: customersKey, Owner: customer}
		p := Policies{Bucket: parsed(t, c.key...)}
		for _, s := range c.own {
			p.Identity = append(p.Identity, Named{"own", *parsed(t, s)})
		}
		if d := Decide(r, p); d.Allowed != c.allowed || !strings.Contains(d.Why, c.why) {
			t.Errorf("%s: %t, %s", c.name, d.Allowed, d.Why)
		}
	}
}

func TestWhoAsksByWayOfAService(t *testing.T) {
	statement := allow(tester, "kms:Decrypt", "*", `{"Bool": {"aws:ViaAWSService": "true"}}`)
	r := Request{Caller: asTester, Action: "kms:Decrypt", Resource: customersKey, Owner: customer}
	for _, via := range []bool{false, true} {
		r.Via = via
		if d := Decide(r, Policies{Bucket: parsed(t, statement)}); d.Allowed != via {
			t.Errorf("via a service: %t, allowed: %t", via, d.Allowed)
		}
	}
}

func TestLintOfAKeyPolicy(t *testing.T) {
	good := `{"Sid": "Enable IAM User Permissions", ` + allow(customerRoot, "kms:*", "*")[1:]
	for statement, rule := range map[string]string{
		good:                           "",
		allow("", "kms:Decrypt", "*"):  RuleNoPrincipal,
		allow("nobody", "kms:*", "*"):  RulePrincipal,
		allow(writer, "Decrypt", "*"):  RuleAction,
		allow(writer, "kms:*", "this"): RuleResource,
		allow(writer, "kms:*", "arn:aws:kms:us-east-1:111122223333:key/"+strings.Repeat("x", MaxKeyBytes)): RuleSize,
	} {
		found := ""
		for _, f := range Lint(*parsed(t, statement), Against{Kind: KeyPolicy, Partition: "aws", Account: customer}) {
			if f.Severity == Refused {
				found = f.Rule
			}
		}
		if found != rule {
			t.Errorf("%.80s: refused for %q, want %q", statement, found, rule)
		}
	}
}
