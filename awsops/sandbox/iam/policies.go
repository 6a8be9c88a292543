package iam

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/api"
)

const (
	maxAttached    = 10
	maxPolicyInput = 131072
)

func (u *entity) findInline(name string) int {
	return slices.IndexFunc(u.inline, func(p inlinePolicy) bool { return p.name == name })
}

func putPolicy(q *query) (any, error) {
	text := q.required("PolicyDocument", maxPolicyInput)
	name, err := q.name("PolicyName", 128)
	if err != nil {
		return nil, err
	}
	u, err := q.target()
	if err != nil {
		return nil, err
	}
	document, err := policy.Parse([]byte(text))
	if err != nil {
		return nil, malformed("Syntax errors in policy.")
	}
	others := 0
	for _, p := range u.inline {
		if p.name != name {
			others += policy.Chars(p.document)
		}
	}
	for _, f := range policy.Lint(document, policy.Against{Kind: u.lint, Partition: "aws", Account: q.account.id, Others: others}) {
		switch {
		case f.Severity != policy.Refused:
		case f.Rule == policy.RuleSize:
			return nil, limitExceeded("Maximum policy size of %d bytes exceeded for %s %s", u.maxInline, u.word, u.name)
		default:
			return nil, malformed(refusal(document, f))
		}
	}
	p := inlinePolicy{name, text, document}
	if i := u.findInline(name); i >= 0 {
		u.inline[i] = p
	} else {
		u.inline = append(u.inline, p)
	}
	u.apply(q.Now, q.effective())
	return nil, nil
}

func malformed(message string) error {
	return &api.Error{Status: 400, Code: "MalformedPolicyDocument", Message: message}
}

// refusal is what IAM says of a document that Lint says is refused.
func refusal(d policy.Document, f policy.Finding) string {
	var resources policy.List
	if f.Statement >= 0 {
		resources = d.Statements[f.Statement].Resource
	}
	switch f.Rule {
	case policy.RuleIdentity:
		return "Policy document should not specify a principal."
	case policy.RuleNoAction:
		return "Policy statement must contain actions."
	case policy.RuleNoResource:
		return "Policy statement must contain resources."
	case policy.RuleAction:
		return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	case policy.RuleDoubledSid:
		return "Statement IDs (SID) in a single policy must be unique."
	case policy.RuleSid:
		return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
	case policy.RulePartition:
		for _, r := range resources.Values {
			if parts := strings.SplitN(r, ":", 3); len(parts) == 3 && parts[1] != "aws" {
				return fmt.Sprintf("Partition %q is not valid for resource %q.", parts[1], r)
			}
		}
	case policy.RuleResource:
		for _, r := range resources.Values {
			if r != "*" && !strings.HasPrefix(r, "arn:") {
				return fmt.Sprintf("Resource %s must be in ARN format or \"*\".", r)
			}
		}
	}
	return "Syntax errors in policy."
}

// targetInline is the inline policy that a call names, as a place among its user's or its role's.
func (q *query) targetInline() (*entity, int, error) {
	name, err := q.name("PolicyName", 128)
	if err != nil {
		return nil, 0, err
	}
	u, err := q.target()
	if err != nil {
		return nil, 0, err
	}
	i := u.findInline(name)
	if i < 0 {
		return nil, 0, noSuchEntity("The %s policy with name %s cannot be found.", u.word, name)
	}
	return u, i, nil
}

// nameXML is the name of a user, a role or a group, as answers have it.
type nameXML struct {
	UserName  string `xml:",omitempty"`
	RoleName  string `xml:",omitempty"`
	GroupName string `xml:",omitempty"`
}

func (u *entity) nameXML() nameXML {
	switch u.kind {
	case aRole:
		return nameXML{RoleName: u.name}
	case aGroup:
		return nameXML{GroupName: u.name}
	}
	return nameXML{UserName: u.name}
}

// getPolicy gives the document as it was put, percent-encoded.
func getPolicy(q *query) (any, error) {
	u, i, err := q.targetInline()
	if err != nil {
		return nil, err
	}
	return struct {
		nameXML
		policyDetailXML
	}{u.nameXML(), policyDetailXML{u.inline[i].name, encoded(u.inline[i].text)}}, nil
}

// encoded is the text of a document as IAM's answers carry it.
func encoded(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

func deletePolicy(q *query) (any, error) {
	u, i, err := q.targetInline()
	if err != nil {
		return nil, err
	}
	u.inline = slices.Delete(u.inline, i, i+1)
	u.apply(q.Now, q.effective())
	return nil, nil
}

func listPolicies(q *query) (any, error) {
	u, err := q.target()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range u.inline {
		names = append(names, p.name)
	}
	names, page, err := cut(q, names, func(name string) string { return name })
	return struct {
		PolicyNames members[string]
		more
	}{members[string]{names}, page}, err
}

func attachPolicy(q *query) (any, error) {
	arn, u, err := q.targetManaged()
	if err != nil {
		return nil, err
	}
	switch {
	case q.account.managed(arn) == nil:
		return nil, noSuchEntity("Policy %s does not exist or is not attachable.", arn)
	case slices.Contains(u.attached, arn):
		return nil, nil
	case len(u.attached) >= maxAttached:
		return nil, limitExceeded("Cannot exceed quota for PoliciesPer%s: %d", u.title, maxAttached)
	}
	u.attached = append(u.attached, arn)
	u.apply(q.Now, q.effective())
	return nil, nil
}

func detachPolicy(q *query) (any, error) {
	arn, u, err := q.targetManaged()
	if err != nil {
		return nil, err
	}
	i := slices.Index(u.attached, arn)
	if i < 0 {
		return nil, noSuchEntity("Policy %s was not found.", arn)
	}
	u.attached = slices.Delete(u.attached, i, i+1)
	u.apply(q.Now, q.effective())
	return nil, nil
}

func (q *query) targetManaged() (arn string, u *entity, err error) {
	arn = q.required("PolicyArn", 2048)
	if len(arn) < 20 && len(q.invalid) == 0 {
		q.sized("PolicyArn", arn, 20, 2048)
	}
	if err := q.validation(); err != nil {
		return "", nil, err
	}
	u, err = q.target()
	return arn, u, err
}

func listAttachedPolicies(q *query) (any, error) {
	u, err := q.target()
	if err != nil {
		return nil, err
	}
	policies, page, err := cut(q, u.attachments(), func(p attachedXML) string { return p.PolicyName })
	return struct {
		AttachedPolicies members[attachedXML]
		more
	}{members[attachedXML]{policies}, page}, err
}

type attachedXML struct{ PolicyName, PolicyArn string }

// attachments are the managed policies of a user or a role, sorted by name.
func (u *entity) attachments() []attachedXML {
	var policies []attachedXML
	for _, arn := range u.attached {
		policies = append(policies, attachedXML{arn[strings.LastIndexByte(arn, '/')+1:], arn})
	}
	slices.SortFunc(policies, func(a, b attachedXML) int { return cmp.Compare(a.PolicyName, b.PolicyName) })
	return policies
}
