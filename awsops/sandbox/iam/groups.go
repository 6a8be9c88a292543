package iam

import (
	"slices"
	"strings"
)

// maxGroups is how many groups a user may be in. Source: IAM and AWS STS quotas.
const maxGroups = 10

type groupXML struct{ Path, GroupName, GroupId, Arn, CreateDate string }

func (u *entity) groupXML() groupXML {
	return groupXML{u.path, u.name, u.id, u.arn(), iso(u.created)}
}

// groups are those that a user is in.
func (u *entity) groups() (all []*entity) {
	for _, g := range u.account.groups {
		if slices.Contains(g.members, u) {
			all = append(all, g)
		}
	}
	return all
}

func createGroup(q *query) (any, error) {
	name, err := q.name("GroupName", aGroup.longestName)
	if err != nil {
		return nil, err
	}
	path, err := q.path("Path")
	if err != nil {
		return nil, err
	}
	if err := q.authorizeOn(&entity{kind: aGroup, account: q.account, path: path, name: name}, nil); err != nil {
		return nil, err
	}
	g, err := q.create(name, path, nil)
	if err != nil {
		return nil, err
	}
	return struct{ Group groupXML }{g.groupXML()}, nil
}

func getGroup(q *query) (any, error) {
	g, err := q.target()
	if err != nil {
		return nil, err
	}
	var users []userXML
	for _, u := range g.members {
		users = append(users, u.xml())
	}
	key := func(u userXML) string { return u.UserName }
	users, page, err := cut(q, users, key)
	return struct {
		Group groupXML
		Users members[userXML]
		more
	}{g.groupXML(), members[userXML]{users}, page}, err
}

func listGroups(q *query) (any, error) {
	prefix, err := q.path("PathPrefix")
	if err != nil {
		return nil, err
	}
	if err := q.authorize("arn:aws:iam::"+q.account.id+":group"+prefix, nil); err != nil {
		return nil, err
	}
	return q.groupList(slices.DeleteFunc(slices.Clone(q.account.groups), func(g *entity) bool {
		return !g.exists.latest() || !strings.HasPrefix(g.path, prefix)
	}))
}

func listGroupsForUser(q *query) (any, error) {
	u, err := q.target()
	if err != nil {
		return nil, err
	}
	return q.groupList(u.groups())
}

func (q *query) groupList(all []*entity) (any, error) {
	var groups []groupXML
	for _, g := range all {
		groups = append(groups, g.groupXML())
	}
	key := func(g groupXML) string { return g.GroupName }
	groups, page, err := cut(q, groups, key)
	return struct {
		Groups members[groupXML]
		more
	}{members[groupXML]{groups}, page}, err
}

// membership is the group and the user that a call names. It takes the permission on
// the group alone. Source: Service Authorization Reference, Actions defined by AWS IAM.
func (q *query) membership() (g, u *entity, err error) {
	name, err := q.name("UserName", aUser.longestName)
	if err != nil {
		return nil, nil, err
	}
	if g, err = q.target(); err != nil {
		return nil, nil, err
	}
	if u = q.account.named(aUser, name); u == nil {
		return nil, nil, noSuchEntity("The user with name %s cannot be found.", name)
	}
	return g, u, nil
}

func addUserToGroup(q *query) (any, error) {
	g, u, err := q.membership()
	switch {
	case err != nil || slices.Contains(g.members, u):
		return nil, err
	case len(u.groups()) >= maxGroups:
		return nil, limitExceeded("Cannot exceed quota for GroupsPerUser: %d", maxGroups)
	}
	g.members = append(g.members, u)
	u.apply(q.Now, q.effective())
	return nil, nil
}

func removeUserFromGroup(q *query) (any, error) {
	g, u, err := q.membership()
	if err != nil {
		return nil, err
	}
	g.members = slices.DeleteFunc(g.members, func(m *entity) bool { return m == u })
	u.apply(q.Now, q.effective())
	return nil, nil
}
