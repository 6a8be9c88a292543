package iam

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"crossgrant/awsops/sandbox/api"
)

type userXML struct {
	Path                string
	UserName            string `xml:",omitempty"` // the root user has none
	UserId              string
	Arn                 string
	CreateDate          string
	PermissionsBoundary *boundaryXML  `xml:",omitempty"`
	Tags                *members[tag] `xml:",omitempty"`
}

func (u *entity) xml() userXML {
	return userXML{Path: u.path, UserName: u.name, UserId: u.id, Arn: u.arn(), CreateDate: iso(u.created)}
}

type userResult struct{ User userXML }

func createUser(q *query) (any, error) {
	name, err := q.name("UserName", 64)
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
	if err := q.authorizeOn(&entity{kind: aUser, account: q.account, path: path, name: name}, tags); err != nil {
		return nil, err
	}
	u, err := q.create(name, path, tags)
	if err != nil {
		return nil, err
	}
	return userResult{u.whole()}, nil
}

// create makes a user, a role or a group, where there is room for it.
func (q *query) create(name, path string, tags []tag) (*entity, error) {
	boundary := ""
	if q.form.Has("PermissionsBoundary") {
		var err error
		if boundary, err = q.readBoundary(); err != nil {
			return nil, err
		}
	}
	if q.account.named(q.kind, name) != nil {
		return nil, q.exists(name)
	}
	if q.account.count(q.kind) >= q.kind.quota {
		return nil, limitExceeded("Cannot exceed quota for %ssPerAccount: %d", q.kind.title, q.kind.quota)
	}
	e := q.account.add(q.kind, name, path, tags, q.Now, q.effective())
	e.boundary = boundary
	e.apply(q.Now, q.effective())
	return e, nil
}

// count is how many users, roles or groups the account has.
func (a *account) count(k *kind) (n int) {
	for _, e := range *a.all(k) {
		if e.exists.latest() {
			n++
		}
	}
	return n
}

func (q *query) exists(name string) error {
	return &api.Error{Status: http.StatusConflict, Code: "EntityAlreadyExists", Message: fmt.Sprintf("%s with name %s already exists.", q.kind.title, name)}
}

// whole is a user with what lists of users leave out.
func (u *entity) whole() userXML {
	x := u.xml()
	x.PermissionsBoundary, x.Tags = u.boundaryXML(), u.tagsXML()
	return x
}

func (u *entity) tagsXML() *members[tag] {
	if len(u.tags) == 0 {
		return nil
	}
	return &members[tag]{u.tags}
}

func getUser(q *query) (any, error) {
	u, err := q.targetOrCaller()
	if err != nil {
		return nil, err
	}
	return userResult{u.whole()}, nil
}

func updateUser(q *query) (any, error) {
	u, err := q.target()
	if err != nil {
		return nil, err
	}
	name, path := u.name, u.path
	if q.form.Has("NewUserName") {
		if name, err = q.name("NewUserName", 64); err != nil {
			return nil, err
		}
	}
	if q.form.Has("NewPath") {
		if path, err = q.path("NewPath"); err != nil {
			return nil, err
		}
	}
	// The caller must be allowed to do this to the user as it is and as it will be.
	if err := q.authorizeOn(&entity{kind: aUser, account: q.account, path: path, name: name}, nil); err != nil {
		return nil, err
	}
	if other := q.account.named(aUser, name); other != nil && other != u {
		return nil, q.exists(name)
	}
	u.name, u.path = name, path
	return nil, nil
}

func listUsers(q *query) (any, error) {
	prefix, err := q.path("PathPrefix")
	if err != nil {
		return nil, err
	}
	if err := q.authorize("arn:aws:iam::"+q.account.id+":user"+prefix, nil); err != nil {
		return nil, err
	}
	var users []userXML
	for _, u := range q.account.users {
		if u.exists.latest() && strings.HasPrefix(u.path, prefix) {
			users = append(users, u.xml())
		}
	}
	key := func(u userXML) string { return u.UserName }
	users, page, err := cut(q, users, key)
	return struct {
		Users members[userXML]
		more
	}{members[userXML]{users}, page}, err
}

// deleteEntity refuses while anything of the user's or the role's is left, as IAM does
// not cascade.
func deleteEntity(q *query) (any, error) {
	u, err := q.target()
	if err != nil {
		return nil, err
	}
	for _, left := range []struct {
		any  bool
		what string
	}{
		{len(u.keys) > 0, "delete access keys"},
		{len(u.inline) > 0, "delete policies"},
		{len(u.attached) > 0, "detach all policies"},
		{len(u.members) > 0 || len(u.groups()) > 0, "remove users from group"},
	} {
		if left.any {
			return nil, deleteConflict("Cannot delete entity, must " + left.what + " first.")
		}
	}
	u.exists.set(false, q.Now, q.effective())
	u.tags = nil // a user's keys and a role's sessions are remembered, and it with them
	all := q.account.all(q.kind)
	*all = slices.DeleteFunc(*all, func(u *entity) bool { return !u.exists.latest() && !u.exists.seen(q.Now) })
	return nil, nil
}

func tagEntity(q *query) (any, error) {
	tags, err := q.tags()
	if err != nil {
		return nil, err
	}
	u, err := q.target(tags...)
	if err != nil {
		return nil, err
	}
	after := slices.Clone(u.tags)
	for _, t := range tags {
		after = append(slices.DeleteFunc(after, t.sameKey), t)
	}
	if len(after) > maxTags {
		return nil, limitExceeded("Cannot exceed quota for TagsPer%s: %d", u.title, maxTags)
	}
	u.tags = after
	return nil, nil
}

func untagEntity(q *query) (any, error) {
	u, err := q.target()
	if err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		name := fmt.Sprintf("TagKeys.member.%d", n)
		if !q.form.Has(name) {
			return nil, nil
		}
		u.tags = slices.DeleteFunc(slices.Clone(u.tags), tag{Key: q.form.Get(name)}.sameKey)
	}
}

func listEntityTags(q *query) (any, error) {
	u, err := q.target()
	if err != nil {
		return nil, err
	}
	key := func(t tag) string { return t.Key }
	tags, page, err := cut(q, slices.Clone(u.tags), key)
	return struct {
		Tags members[tag]
		more
	}{members[tag]{tags}, page}, err
}

// listNone lists what no user or role of the sandbox has.
func listNone(element string) operation {
	return func(q *query) (any, error) {
		target := q.targetOrCaller
		if q.kind == aRole {
			target = func() (*entity, error) { return q.target() }
		}
		if _, err := target(); err != nil {
			return nil, err
		}
		return struct {
			List *named
			more
		}{List: &named{element, members[string]{}}}, nil
	}
}

func noLoginProfile(q *query) (any, error) {
	u, err := q.targetOrCaller()
	if err != nil {
		return nil, err
	}
	return nil, noSuchEntity("Login Profile for User %s cannot be found.", u.name)
}
