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

	UserPolicyList          members[policyDetailXML]
	GroupList               members[string] // always empty, as are the groups
	AttachedManagedPolicies members[attachedXML]
	Tags                    members[tag]
}

type policyDetailXML struct{ PolicyName, PolicyDocument string }

func (u *entity) detail() userDetailXML {
	x := userDetailXML{Path: u.path, UserName: u.name, UserId: u.id, Arn: u.arn(), CreateDate: iso(u.created)}
	for _, p := range u.inline {
		x.UserPolicyList.Members = append(x.UserPolicyList.Members, policyDetailXML{p.name, encoded(p.text)})
	}
	slices.SortFunc(x.UserPolicyList.Members, func(a, b policyDetailXML) int { return cmp.Compare(a.PolicyName, b.PolicyName) })
	x.AttachedManagedPolicies.Members = u.attachments()
	x.Tags.Members = u.tags
	return x
}

// getAccountAuthorizationDetails tells of the account's users. The sandbox has no
// groups, no roles and no managed policies of an account's own; of AWS's managed
// policies it tells by whom they are attached and not what they say. Source: IAM
// API Reference, GetAccountAuthorizationDetails.
func getAccountAuthorizationDetails(q *query) (any, error) {
	filter, err := q.filter()
	if err != nil {
		return nil, err
	}
	if err := q.authorize("*", nil); err != nil {
		return nil, err
	}
	var users []userDetailXML
	for _, u := range q.account.users {
		if u.exists.latest() && (filter == nil || slices.Contains(filter, "User")) {
			users = append(users, u.detail())
		}
	}
	key := func(u userDetailXML) string { return u.UserName }
	slices.SortFunc(users, func(a, b userDetailXML) int { return cmp.Compare(key(a), key(b)) })
	users, page, err := cut(q, users, key)
	return struct {
		UserDetailList                            members[userDetailXML]
		GroupDetailList, RoleDetailList, Policies members[string]
		more
	}{UserDetailList: members[userDetailXML]{users}, more: page}, err
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
