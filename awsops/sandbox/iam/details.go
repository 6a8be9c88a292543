package iam

import (
	"cmp"
	"slices"
	"strings"
)

// entityTypes are what GetAccountAuthorizationDetails can be asked for.
var entityTypes = []string{"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"}

type userDetailXML struct {
	Path, UserName, UserId, Arn, CreateDate string

	UserPolicyList members[policyDetailXML]
	GroupList      members[string]
	detailXML
}

type groupDetailXML struct {
	groupXML
	GroupPolicyList         members[policyDetailXML]
	AttachedManagedPolicies members[attachedXML]
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

// getAccountAuthorizationDetails tells of the account's users, roles and groups, and at
// the end of its own managed policies. Of AWS's managed policies it tells by whom they are
// attached and not what they say. Source: IAM API Reference,
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
	for _, e := range slices.Concat(q.account.users, q.account.roles, q.account.groups) {
		if e.exists.latest() && (filter == nil || slices.Contains(filter, e.title)) {
			all = append(all, e)
		}
	}
	key := func(e *entity) string { return e.prefix + e.name } // groups come before users, and these before roles
	all, page, err := cut(q, all, key)
	var users []userDetailXML
	var roles []roleDetailXML
	var groups []groupDetailXML
	for _, e := range all {
		switch e.kind {
		case aUser:
			users = append(users, userDetailXML{e.path, e.name, e.id, e.arn(), iso(e.created), e.inlineDetail(), e.groupNames(), e.detail()})
			continue
		case aGroup:
			groups = append(groups, groupDetailXML{e.groupXML(), e.inlineDetail(), members[attachedXML]{e.attachments()}})
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
		GroupDetailList members[groupDetailXML]
		Policies        members[managedDetailXML]
		more
	}{members[userDetailXML]{users}, members[roleDetailXML]{roles}, members[groupDetailXML]{groups}, members[managedDetailXML]{policies}, page}, err
}

func (u *entity) groupNames() (names members[string]) {
	for _, g := range u.groups() {
		names.Members = append(names.Members, g.name)
	}
	slices.Sort(names.Members)
	return names
}

// filter reads Filter.member.N, the types of entity that are asked for; nil is all.
func (q *query) filter() ([]string, error) {
	var filter []string
	for _, kind := range q.list("Filter") {
		if !slices.Contains(entityTypes, kind) {
			q.refuse("Value '[%s]' at 'filter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [%s]]", kind, strings.Join(entityTypes, ", "))
		}
		filter = append(filter, kind)
	}
	return filter, q.validation()
}
