package iam

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"time"

	"crossgrant/awsops/policy"
)

// account is one AWS account.
type account struct {
	id, alias string
	root      *entity
	users     []*entity // deleted ones too, until that has spread
	roles     []*entity // likewise
	groups    []*entity
	policies  []*managedPolicy

	organization organization
}

// kind is what sets IAM's users, roles and groups apart, where the same is done to all.
type kind struct {
	word, title string // "user", "User"
	prefix      string // of the unique ids
	longestName int
	lint        policy.Kind
	maxInline   int // characters of all inline policies together
	quota       int // how many an account may have
}

// Source: IAM and AWS STS quotas.
var (
	aUser  = &kind{"user", "User", "AIDA", 128, policy.InlinePolicy, policy.MaxInlineChars, 5000}
	aRole  = &kind{"role", "Role", "AROA", 64, policy.RolePolicy, policy.MaxRoleChars, 1000}
	aGroup = &kind{"group", "Group", "AGPA", 128, policy.GroupPolicy, policy.MaxGroupChars, 300}
)

// entity is one IAM user, role or group, or an account's root user, whose id is the
// account's. Whoever is made anew under a name is another one.
type entity struct {
	*kind
	account    *account
	id         string // AIDA..., AROA...
	name, path string
	created    time.Time
	tags       []tag
	inline     []inlinePolicy
	attached   []string // ARNs of managed policies
	boundary   string   // ARN of a managed policy, "" for none

	exists   spread[bool]
	inEffect spread[policy.Policies] // inline, attached and the boundary, as requests are decided by

	keys    []*accessKey // a user's
	members []*entity    // a group's users
	asRole               // a role's
}

// asRole is what only a role has.
type asRole struct {
	description string
	longest     time.Duration           // that a session may last
	trust       spread[policy.Document] // its principals as they are stored
	lastUsed    lastUse
}

// isRoot is false of a session too, which is no entity.
func (u *entity) isRoot() bool { return u != nil && u == u.account.root }

func (u *entity) arn() string {
	if u.isRoot() {
		return "arn:aws:iam::" + u.account.id + ":root"
	}
	return "arn:aws:iam::" + u.account.id + ":" + u.word + u.path + u.name
}

type inlinePolicy struct {
	name, text string // the text as it came, which is what AWS gives back
	document   policy.Document
}

type tag struct{ Key, Value string }

type accessKey struct {
	id, secret string
	user       *entity
	created    time.Time
	active     bool
	works      spread[bool] // as signatures are checked
	lastUsed   lastUse
}

type lastUse struct {
	at              time.Time
	service, region string
}

// all are the account's users, its roles or its groups.
func (a *account) all(k *kind) *[]*entity {
	switch k {
	case aRole:
		return &a.roles
	case aGroup:
		return &a.groups
	}
	return &a.users
}

func (a *account) add(k *kind, name, path string, tags []tag, now, from time.Time) *entity {
	e := &entity{kind: k, account: a, id: uniqueID(k.prefix, 17), name: name, path: path, created: now, tags: tags}
	e.exists.set(true, now, from)
	*a.all(k) = append(*a.all(k), e)
	return e
}

func (d *Directory) newKey(u *entity, now, from time.Time) *accessKey {
	key := &accessKey{id: uniqueID("AKIA", 16), secret: random(30), user: u, created: now, active: true}
	key.works.set(true, now, from)
	u.keys = append(u.keys, key)
	d.keys[key.id] = key
	return key
}

// apply lets the policies as they are now take effect: a user's with those of its
// groups, and a group's for each of its users.
func (u *entity) apply(now, from time.Time) {
	if u.kind == aGroup {
		for _, member := range u.members {
			member.apply(now, from)
		}
		return
	}
	all := policy.Policies{Identity: u.own()}
	for _, g := range u.groups() {
		all.Identity = append(all.Identity, g.own()...)
	}
	if u.boundary != "" {
		boundary := u.account.managed(u.boundary).named()
		all.Boundary = &boundary
	}
	u.inEffect.set(all, now, from)
}

// own are the policies that a user, a role or a group has itself.
func (u *entity) own() (all []policy.Named) {
	for _, p := range u.inline {
		all = append(all, policy.Named{Name: p.name, Document: p.document})
	}
	for _, arn := range u.attached {
		all = append(all, u.account.managed(arn).named())
	}
	return all
}

// named finds a user, a role or a group as IAM does: whatever the case of the name.
func (a *account) named(k *kind, name string) *entity {
	for _, e := range *a.all(k) {
		if e.exists.latest() && strings.EqualFold(e.name, name) {
			return e
		}
	}
	return nil
}

// uniqueID makes an id such as AWS's AKIA... and AIDA...
func uniqueID(prefix string, length int) string { return prefix + rand.Text()[:length] }

// random makes base64 of so many bytes: of 30 that is 40 characters, as AWS's secrets are.
func random(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	return base64.StdEncoding.EncodeToString(b)
}
