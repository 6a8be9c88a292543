package iam

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/api"
)

const (
	managedPrefix = "arn:aws:iam::aws:policy/"
	maxManaged    = 1500 // of an account. Source: IAM and AWS STS quotas
	maxVersions   = 5    // of a policy, likewise
)

// managedPolicy is a policy that stands by itself: one of AWS's, or of an account.
type managedPolicy struct {
	account          *account // nil: AWS's
	id, name, path   string
	description      string
	created, updated time.Time
	tags             []tag
	versions         []policyVersion
	current          int // number of the version in effect
	last             int // number of the version made last
}

type policyVersion struct {
	number   int
	text     string
	document policy.Document
	created  time.Time
}

func (v policyVersion) id() string { return fmt.Sprintf("v%d", v.number) }

// awsManaged are those of AWS's own policies that can be attached here.
// ReadOnlyAccess covers the services that the sandbox has.
var awsManaged = func() (all []*managedPolicy) {
	for name, actions := range map[string]string{
		"AdministratorAccess":    "*",
		"AmazonS3FullAccess":     "s3:* s3-object-lambda:*",
		"AmazonS3ReadOnlyAccess": "s3:Get* s3:List* s3:Describe* s3-object-lambda:Get* s3-object-lambda:List*",
		"IAMFullAccess":          "iam:*",
		"ReadOnlyAccess":         "iam:Get* iam:List* iam:Generate* iam:Simulate* kms:Describe* kms:Get* kms:List* s3:Get* s3:List* sts:GetCallerIdentity",
	} {
		document := policy.Document{Version: "2012-10-17", Statements: []policy.Statement{{
			Effect: "Allow", Action: policy.List{Values: strings.Fields(actions)}, Resource: policy.List{Values: []string{"*"}},
		}}}
		made := time.Date(2015, 2, 6, 18, 40, 0, 0, time.UTC)
		all = append(all, &managedPolicy{
			id: uniqueID("ANPA", 17), name: name, path: "/", created: made, updated: made, current: 1, last: 1,
			versions: []policyVersion{{1, document.Compact(), document, made}},
		})
	}
	return all
}()

func (p *managedPolicy) arn() string {
	if p.account == nil {
		return managedPrefix + p.name
	}
	return "arn:aws:iam::" + p.account.id + ":policy" + p.path + p.name
}

func (p *managedPolicy) find(version string) int {
	return slices.IndexFunc(p.versions, func(v policyVersion) bool { return v.id() == version })
}

func (p *managedPolicy) inEffect() policyVersion {
	return p.versions[slices.IndexFunc(p.versions, func(v policyVersion) bool { return v.number == p.current })]
}

// managedPolicies are those that can be attached in the account: AWS's and its own.
func (a *account) managedPolicies() []*managedPolicy { return slices.Concat(awsManaged, a.policies) }

// managed is the policy of an ARN that can be attached in the account, or nil.
func (a *account) managed(arn string) *managedPolicy {
	for _, p := range a.managedPolicies() {
		if p.arn() == arn {
			return p
		}
	}
	return nil
}

// named is the policy as requests are decided by it.
func (p *managedPolicy) named() policy.Named {
	return policy.Named{Name: p.name, Document: p.inEffect().document}
}

// using are the users, roles and groups of an account that a policy is attached to, and those
// whose boundary it is.
func (a *account) using(p *managedPolicy) (attached, bound []*entity) {
	for _, e := range slices.Concat(a.users, a.roles, a.groups) {
		if !e.exists.latest() {
			continue
		}
		if slices.Contains(e.attached, p.arn()) {
			attached = append(attached, e)
		}
		if e.boundary == p.arn() {
			bound = append(bound, e)
		}
	}
	return attached, bound
}

type managedXML struct {
	PolicyName, PolicyId, Arn, Path, DefaultVersionId string
	AttachmentCount, PermissionsBoundaryUsageCount    int
	IsAttachable                                      bool
	Description                                       string `xml:",omitempty"`
	CreateDate, UpdateDate                            string
	Tags                                              *members[tag] `xml:",omitempty"`
}

// xml is a policy without what lists of policies leave out.
func (p *managedPolicy) xml(a *account) managedXML {
	attached, bound := a.using(p)
	return managedXML{
		PolicyName: p.name, PolicyId: p.id, Arn: p.arn(), Path: p.path, DefaultVersionId: p.inEffect().id(),
		AttachmentCount: len(attached), PermissionsBoundaryUsageCount: len(bound), IsAttachable: true,
		CreateDate: iso(p.created), UpdateDate: iso(p.updated),
	}
}

type managedResult struct{ Policy managedXML }

func (p *managedPolicy) whole(a *account) managedResult {
	x := p.xml(a)
	x.Description = p.description
	if len(p.tags) > 0 {
		x.Tags = &members[tag]{p.tags}
	}
	return managedResult{x}
}

func createPolicy(q *query) (any, error) {
	text := q.required("PolicyDocument", maxPolicyInput)
	description := q.sized("Description", q.form.Get("Description"), 0, 1000)
	name, err := q.name("PolicyName", 128)
	if err != nil {
		return nil, err
	}
	path, err := q.path("Path")
	if err != nil {
		return nil, err
	}
	tags, err := q.tags()
	if err != nil {
		return nil, err
	}
	p := &managedPolicy{
		account: q.account, id: uniqueID("ANPA", 17), name: name, path: path, description: description,
		created: q.Now, updated: q.Now, tags: tags, current: 1, last: 1,
	}
	context := map[string][]string{}
	tagged(context, nil, tags)
	err = q.authorize(p.arn(), context)
	if err == nil && len(tags) > 0 {
		err = q.authorizeFor("iam:TagPolicy", p.arn(), context)
	}
	if err != nil {
		return nil, err
	}
	version, err := q.readManaged(text)
	switch {
	case err != nil:
		return nil, err
	case slices.ContainsFunc(q.account.policies, func(p *managedPolicy) bool { return strings.EqualFold(p.name, name) }):
		return nil, &api.Error{Status: http.StatusConflict, Code: "EntityAlreadyExists", Message: fmt.Sprintf("A policy called %s already exists. Duplicate names are not allowed.", name)}
	case len(q.account.policies) >= maxManaged:
		return nil, limitExceeded("Cannot exceed quota for PoliciesPerAccount: %d", maxManaged)
	}
	p.versions = []policyVersion{version}
	q.account.policies = append(q.account.policies, p)
	return p.whole(q.account), nil
}

// targetPolicy is the managed policy that a call names, once the caller may do this to
// it. AWS's own nobody may change.
func (q *query) targetPolicy() (*managedPolicy, error) {
	arn := q.required("PolicyArn", 2048)
	if err := q.validation(); err != nil {
		return nil, err
	}
	if err := q.authorize(arn, nil); err != nil {
		return nil, err
	}
	p := q.account.managed(arn)
	switch {
	case p == nil:
		return nil, noSuchEntity("Policy %s was not found.", arn)
	case p.account == nil && q.Mutates:
		return nil, &api.Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Cannot modify a policy that is managed by AWS: " + arn}
	}
	return p, nil
}

func getManaged(q *query) (any, error) {
	p, err := q.targetPolicy()
	if err != nil {
		return nil, err
	}
	return p.whole(q.account), nil
}

func deleteManaged(q *query) (any, error) {
	p, err := q.targetPolicy()
	if err != nil {
		return nil, err
	}
	switch attached, bound := q.account.using(p); {
	case len(attached)+len(bound) > 0:
		return nil, deleteConflict("Cannot delete a policy attached to entities.")
	case len(p.versions) > 1:
		return nil, deleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	}
	q.account.policies = slices.DeleteFunc(q.account.policies, func(other *managedPolicy) bool { return other == p })
	return nil, nil
}

func deleteConflict(message string) error {
	return &api.Error{Status: http.StatusConflict, Code: "DeleteConflict", Message: message}
}

func listManaged(q *query) (any, error) {
	prefix, err := q.path("PathPrefix")
	if err != nil {
		return nil, err
	}
	if err := q.authorize("*", nil); err != nil {
		return nil, err
	}
	var all []managedXML
	for _, p := range q.account.managedPolicies() {
		x, scope := p.xml(q.account), q.form.Get("Scope")
		if scope == "AWS" && p.account != nil || scope == "Local" && p.account == nil || !strings.HasPrefix(p.path, prefix) ||
			q.form.Get("OnlyAttached") == "true" && x.AttachmentCount == 0 {
			continue
		}
		all = append(all, x)
	}
	key := func(p managedXML) string { return p.Arn }
	all, page, err := cut(q, all, key)
	return struct {
		Policies members[managedXML]
		more
	}{members[managedXML]{all}, page}, err
}

// listEntities lists whom a policy is attached to, or whose boundary it is.
func listEntities(q *query) (any, error) {
	p, err := q.targetPolicy()
	if err != nil {
		return nil, err
	}
	type userXML struct{ UserName, UserId string }
	type roleXML struct{ RoleName, RoleId string }
	type groupXML struct{ GroupName, GroupId string }
	var answer struct {
		PolicyGroups members[groupXML]
		PolicyUsers  members[userXML]
		PolicyRoles  members[roleXML]
		more
	}
	all, bound := q.account.using(p)
	switch q.form.Get("PolicyUsageFilter") {
	case "PermissionsBoundary":
		all = bound
	case "":
		all = append(all, bound...)
	}
	for _, e := range all {
		switch filter := q.form.Get("EntityFilter"); {
		case filter != "" && filter != e.title:
		case e.kind == aUser:
			answer.PolicyUsers.Members = append(answer.PolicyUsers.Members, userXML{e.name, e.id})
		case e.kind == aGroup:
			answer.PolicyGroups.Members = append(answer.PolicyGroups.Members, groupXML{e.name, e.id})
		default:
			answer.PolicyRoles.Members = append(answer.PolicyRoles.Members, roleXML{e.name, e.id})
		}
	}
	return answer, nil
}
