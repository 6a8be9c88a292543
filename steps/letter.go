package steps

// A text for those who alone can see and change what is left once both accounts allow a
// request: the administrators of an organisation in AWS, or of a network.

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// A Letter is a text for the administrators of one company, ready to be sent. There is no
// secret in it.
type Letter struct {
	To   Side   `json:"to"`
	Text string `json:"text"`
}

// Appeal is what letters are written about: requests that a rule refuses which is in
// neither account.
type Appeal struct {
	Writer   string // ARN of the user or role
	Grant    policy.Grant
	Refused  []Test
	Rule     string // its kind, as in problem.RuleOf; "" where AWS names none
	Denies   bool   // AWS says that one denies, not that none allows
	Policy   string // its ARN, where AWS names it
	Excluded []string
}

// Letters are one for each company that may have the rule. The customer's organisation has
// those on resources, the firm's those on its users, and its network the endpoint.
func Letters(a Appeal) []Letter {
	firm, customer := Letter{Firm, a.text(Firm)}, Letter{Customer, a.text(Customer)}
	switch a.Rule {
	case problem.ServiceControl, problem.VPCEndpoint:
		return []Letter{firm}
	case problem.ResourceControl:
		return []Letter{customer}
	}
	return []Letter{firm, customer}
}

func (a Appeal) text(to Side) string {
	g, account := a.Grant, a.Grant.Firm
	if to == Customer {
		account = g.Owner
	}
	var b strings.Builder
	say := func(format string, values ...any) {
		b.WriteString(wrapped(fmt.Sprintf(format, values...), "") + "\n\n")
	}
	item := func(text string) { b.WriteString("- " + wrapped(text, "  ") + "\n") }
	title := func(text string) { b.WriteString(text + "\n\n") }

	b.WriteString("Subject: An exception for files that are delivered to " + g.Bucket + "\n\n")
	say("To the administrators of %s at the %s%s.", a.whose(to), to, inAccount(account))
	say("The firm%s delivers files into the bucket %s of the customer%s, as %s. AWS refuses that. %s", inAccount(g.Firm), g.Bucket, inAccount(g.Owner), problem.Clean(a.Writer), a.says(to))

	title("What was refused")
	for _, t := range a.Refused {
		fmt.Fprintf(&b, "  %s UTC\n    action            %s\n    resource\n    %s\n    as\n    %s\n", t.At.UTC().Format("2006-01-02 15:04:05"), t.Action, problem.Clean(t.Resource), problem.Clean(t.As))
		fmt.Fprintf(&b, "    AWS's code        %s\n    x-amz-request-id  %s\n", cmp.Or(t.Code, "none"), cmp.Or(t.RequestID, "not known"))
		if t.HostID != "" {
			fmt.Fprintf(&b, "    x-amz-id-2\n    %s\n", t.HostID)
		}
	}
	b.WriteString("\n")
	if len(a.Excluded) > 0 {
		title("What was read, and does not refuse it")
		for _, e := range a.Excluded {
			item(e)
		}
		b.WriteString("\n")
	}
	title("What is asked for")
	for _, ask := range a.asks(to) {
		say("%s", ask.why)
		b.WriteString(ask.json + "\n\n")
	}
	say("The access that is wanted: %s %s", g.Gives(), g.Withholds())
	say("If the rule is to stay as it is, please say so: then the files need another way.")
	return strings.TrimSpace(b.String()) + "\n"
}

// whose is who has the rules that a letter asks about.
func (a Appeal) whose(to Side) string {
	switch {
	case a.Rule == problem.VPCEndpoint:
		return "the network"
	case a.Rule == "" && to == Firm:
		return "the organisation in AWS, and of the network,"
	}
	return "the organisation in AWS"
}

func inAccount(id string) string {
	if id == "" {
		return ""
	}
	return " (account " + policy.Dashed(id) + ")"
}

// says is what is known of the rule.
func (a Appeal) says(to Side) string {
	switch {
	case a.Policy != "":
		return fmt.Sprintf("AWS says that it is denied by the %s %s.", a.Rule, problem.Clean(a.Policy))
	case a.Rule != "" && a.Denies:
		return fmt.Sprintf("AWS says that a %s denies it, and not which.", a.Rule)
	case a.Rule != "":
		return fmt.Sprintf("AWS says that no %s allows it.", a.Rule)
	case to == Customer:
		return "AWS does not say which rule refuses it. The policies in both accounts allow it, so that a resource control policy above the bucket's account may be the cause. That cannot be seen from inside the account. Please look whether one applies to this request."
	}
	return "AWS does not say which rule refuses it. The policies in both accounts allow it, so that a service control policy above the firm's account may be the cause, or the policy of a VPC endpoint that the request went through. Neither can be seen from inside the account. Please look whether one applies to this request."
}

// An ask is one change that would let the requests through.
type ask struct{ why, json string }

const staysForOthers = "A Deny refuses only where all of its conditions are met, so that the rule stays as it is for everything else. Where it has such a condition already, add the value to that."

// asks are the smallest exceptions, by whose rule it may be. Sources: AWS global condition
// context keys; SCP and RCP evaluation; Endpoint policies for gateway endpoints.
func (a Appeal) asks(to Side) (all []ask) {
	g := a.Grant
	if to == Customer {
		condition := map[string]any{"StringNotEquals": map[string]string{"aws:PrincipalAccount": g.Firm}}
		who := "the firm's account"
		if g.Only {
			condition = map[string]any{"ArnNotEquals": map[string]string{"aws:PrincipalArn": g.Grantee}}
			who = "this user or role of the firm's"
		}
		return []ask{{"One condition more in the statement that denies it, which leaves out " + who + " alone. " + staysForOthers, indented(map[string]any{"Condition": condition})}}
	}
	scp := ask{
		"One condition more in the statement of the service control policy that denies it, which leaves out what is in the customer's account alone. " + staysForOthers + " A rule that compares aws:ResourceOrgID takes it beside that.",
		indented(map[string]any{"Condition": map[string]any{"StringNotEquals": map[string]string{"aws:ResourceAccount": cmp.Or(g.Owner, "ACCOUNT-OF-THE-BUCKET")}}}),
	}
	allowed := ask{"A statement that allows this alone, in a service control policy at each level above the firm's account that does not allow it.", indented(a.allows(false))}
	if a.Rule == problem.ServiceControl && !a.Denies {
		scp = allowed
	}
	endpoint := ask{"A statement in the policy of the VPC endpoint, which allows this alone.", indented(a.allows(true))}
	if a.Rule == problem.VPCEndpoint && a.Denies {
		endpoint = ask{strings.Replace(scp.why, "service control policy", "VPC endpoint's policy", 1), scp.json}
	}
	switch a.Rule {
	case problem.ServiceControl:
		return []ask{scp}
	case problem.VPCEndpoint:
		return []ask{endpoint}
	}
	scp.why, allowed.why = "If it is a service control policy: "+uncapital(scp.why), "If it is one that denies nothing, and allows other things alone: "+uncapital(allowed.why)
	endpoint.why = "If it is the policy of a VPC endpoint: " + uncapital(endpoint.why)
	return []ask{scp, allowed, endpoint}
}

// allows is a statement for the actions that were refused, on the two ARNs. The policy of an
// endpoint names a principal by a condition.
func (a Appeal) allows(endpoint bool) map[string]any {
	var actions []string
	for _, t := range a.Refused {
		if !slices.Contains(actions, t.Action) {
			actions = append(actions, t.Action)
		}
	}
	bucket := "arn:" + a.Grant.Partition + ":s3:::" + a.Grant.Bucket
	statement := map[string]any{"Effect": "Allow", "Action": actions, "Resource": []string{bucket, bucket + "/" + a.Grant.Prefix + "*"}}
	if endpoint {
		statement["Principal"] = "*"
		statement["Condition"] = map[string]any{"ArnEquals": map[string]string{"aws:PrincipalArn": a.Writer}}
	}
	return statement
}

func uncapital(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func indented(v any) string {
	text, _ := json.MarshalIndent(v, "  ", "  ") // of strings alone
	return "  " + string(text)
}

// letterWidth is how wide a letter's lines are, as mail programs take them.
const letterWidth = 76

func wrapped(text, indent string) string {
	var b strings.Builder
	at := len(indent)
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case at+1+len(word) > letterWidth:
			b.WriteString("\n" + indent)
			at = len(indent)
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += len(word)
	}
	return b.String()
}

// FileName is the name for a file with the letter.
func (l Letter) FileName() string { return "crossgrant-letter-to-the-" + string(l.To) + ".txt" }
