package iam

import (
	"fmt"
	"slices"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/api"
)

// organization is what an account has of its organization.
type organization struct {
	id       string // "o-...", "" for none
	scp, rcp []policy.Named
}

// path is where the account is, as condition keys have it. Source: AWS global condition
// context keys, aws:PrincipalOrgPaths.
func (o organization) path() string { return o.id + "/r-0000/" }

// Join puts an account into an organization, which limits it by these policies. Each
// service control policy is of another level above the account. AWS has everything allowed
// at each level until somebody takes that away; so one that only denies stands beside that,
// and one that allows stands in its place. Source: SCP evaluation.
func (d *Directory) Join(account, id string, scps, rcps []policy.Document) {
	o := organization{id: id}
	named := func(kind string, n int, doc policy.Document) policy.Named {
		return policy.Named{Name: fmt.Sprintf("arn:aws:organizations::%s:policy/%s/%s/p-%08d", account, id, kind, n+1), Document: doc}
	}
	for i, doc := range scps {
		if !slices.ContainsFunc(doc.Statements, func(s policy.Statement) bool { return s.Effect == "Allow" }) {
			doc.Statements = append([]policy.Statement{everything}, doc.Statements...)
		}
		o.scp = append(o.scp, named("service_control_policy", i, doc))
	}
	for i, doc := range rcps {
		o.rcp = append(o.rcp, named("resource_control_policy", i, doc))
	}
	d.accounts[account].organization = o
}

// everything is the statement of FullAWSAccess.
var everything = policy.Statement{Effect: "Allow", Action: policy.List{Values: []string{"*"}}, Resource: policy.List{Values: []string{"*"}}}

// RCP are the resource control policies that an account's resources are under.
func (d *Directory) RCP(account string) []policy.Named {
	if a := d.accounts[account]; a != nil {
		return a.organization.rcp
	}
	return nil
}

// Same tells whether two accounts are one, or of one organization.
func (d *Directory) Same(one, other string) bool {
	a, b := d.accounts[one], d.accounts[other]
	return a != nil && b != nil && (a == b || a.organization.id != "" && a.organization.id == b.organization.id)
}

// Of adds the condition keys of an account that owns what a request is about.
func (d *Directory) Of(account string, facts map[string][]string) {
	if a := d.accounts[account]; a != nil && a.organization.id != "" {
		facts["aws:ResourceOrgID"] = []string{a.organization.id}
		facts["aws:ResourceOrgPaths"] = []string{a.organization.path()}
	}
}

// under puts a caller under the policies of its account's organization.
func (o organization) under(c *api.Call) {
	c.Own.SCP = o.scp
	if o.id != "" {
		c.CallerKeys["aws:PrincipalOrgID"] = []string{o.id}
		c.CallerKeys["aws:PrincipalOrgPaths"] = []string{o.path()}
	}
}
