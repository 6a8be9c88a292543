package iam

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// entityTypes are what GetAccountAuthorizationDetails can be asked for.
var entityTypes = []string{"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"}

type userDetailXML struct {
	Path, UserName, UserId, Arn, CreateDate string

	UserPolicyList members[policyDetailXML]
	GroupList      members[string] // always empty, as are the groups
	detailXML
}

type roleDetailXML struct {
	Path, RoleName, RoleId, Arn, CreateDate string
	AssumeRolePolicyDocument                string

	InstanceProfileList members[string] // always empty
	RolePolicyList      members[policyDetailXML]
	RoleLastUsed        *roleLastUsedXML
	detailXML
}

// detailXML is what is told of users and of roles.
type detailXML struct {
	AttachedManagedPolicies members[attachedXML]
	PermissionsBoundary     *boundaryXML `xml:",omitempty"`
	Tags                    members[tag]
}

type policyDetailXML struct{ PolicyName, PolicyDocument string }

func (u *entity) detail() detailXML {
	return detailXML{members[attachedXML]{u.attachments()}, u.boundaryXML(), members[tag]{u.tags}}
}

func (u *entity) inlineDetail() members[policyDetailXML] {
	var all []policyDetailXML
	for _, p := range u.inline {
		all = append(all, policyDetailXML{p.name, encoded(p.text)})
	}
	slices.SortFunc(all, func(a, b policyDetailXML) int { return cmp.Compare(a.PolicyName, b.PolicyName) })
	return members[policyDetailXML]{all}
}

type managedDetailXML struct {
	managedXML
	PolicyVersionList members[versionXML]
}

// managedDetails tell of all the account's own managed policies.
func (a *account) managedDetails() (all []managedDetailXML) {
	for _, p := range a.policies {
		x := managedDetailXML{managedXML: p.whole(a).Policy}
		for _, v := range p.versions {
			x.PolicyVersionList.Members = append(x.PolicyVersionList.Members, p.versionXML(v, true))
		}
		all = append(all, x)
	}
	return all
}

// getAccountAuthorizationDetails tells of the account's users and roles, and at the end
// of its own managed policies. The sandbox has no groups; of AWS's managed policies it
// tells by whom they are attached and not what they say. Source: IAM API Reference,
// GetAccountAuthorizationDetails.
func getAccountAuthorizationDetails(q *query) (any, error) {
	filter, err := q.filter()
	if err != nil {
		return nil, err
	}
	if err := q.authorize("*", nil); err != nil {
		return nil, err
	}
	var all []*entity
	for _, e := range slices.Concat(q.account.users, q.account.roles) {
		if e.exists.latest() && (filter == nil || slices.Contains(filter, e.title)) {
			all = append(all, e)
		}
	}
	key := func(e *entity) string { return e.prefix + e.name } // users come before roles
	slices.SortFunc(all, func(a, b *entity) int { return cmp.Compare(key(a), key(b)) })
	all, page, err := cut(q, all, key)
	var users []userDetailXML
	var roles []roleDetailXML
	for _, e := range all {
		if e.kind == aUser {
			users = append(users, userDetailXML{e.path, e.name, e.id, e.arn(), iso(e.created), e.inlineDetail(), members[string]{}, e.detail()})
			continue
		}
		r := q.wholeRole(e)
		roles = append(roles, roleDetailXML{
			r.Path, r.RoleName, r.RoleId, r.Arn, r.CreateDate, r.AssumeRolePolicyDocument,
			members[string]{},
			e.inlineDetail(), r.RoleLastUsed, e.detail(),
		})
	}
	var policies []managedDetailXML
	if !page.IsTruncated && (filter == nil || slices.Contains(filter, "LocalManagedPolicy")) {
		policies = q.account.managedDetails()
	}
	return struct {
		UserDetailList  members[userDetailXML]
		RoleDetailList  members[roleDetailXML]
		GroupDetailList members[string]
		Policies        members[managedDetailXML]
		more
	}{members[userDetailXML]{users}, members[roleDetailXML]{roles}, members[string]{}, members[managedDetailXML]{policies}, page}, err
}

// filter reads Filter.member.N, the types of entity that are asked for; nil is all.
func (q *query) filter() ([]string, error) {
	var filter []string
	for n := 1; q.form.Has(fmt.Sprintf("Filter.member.%d", n)); n++ {
		kind := q.form.Get(fmt.Sprintf("Filter.member.%d", n))
		if !slices.Contains(entityTypes, kind) {
			q.refuse("Value '[%s]' at 'filter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [%s]]", kind, strings.Join(entityTypes, ", "))
		}
		filter = append(filter, kind)
	}
	return filter, q.validation()
}
