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
	root      *user
	users     []*user // deleted ones too, until that has spread
}

// user is one IAM user, or an account's root user, whose id is the account's.
// Whoever is made anew under a name is another user.
type user struct {
	account    *account
	id         string // AIDA...
	name, path string
	created    time.Time
	tags       []tag
	keys       []*accessKey
	inline     []inlinePolicy
	attached   []string // ARNs of managed policies

	exists   spread[bool]
	inEffect spread[[]policy.Named] // inline and attached, as requests are decided by
}

func (u *user) isRoot() bool { return u == u.account.root }

func (u *user) arn() string {
	if u.isRoot() {
		return "arn:aws:iam::" + u.account.id + ":root"
	}
	return "arn:aws:iam::" + u.account.id + ":user" + u.path + u.name
}

type inlinePolicy struct {
	name, text string // the text as it came, which is what AWS gives back
	document   policy.Document
}

type tag struct{ Key, Value string }

type accessKey struct {
	id, secret string
	user       *user
	created    time.Time
	active     bool
	works      spread[bool] // as signatures are checked
	lastUsed   lastUse
}

type lastUse struct {
	at              time.Time
	service, region string
}

func (a *account) newUser(name, path string, tags []tag, now, from time.Time) *user {
	u := &user{account: a, id: uniqueID("AIDA", 17), name: name, path: path, created: now, tags: tags}
	u.exists.set(true, now, from)
	a.users = append(a.users, u)
	return u
}

func (d *Directory) newKey(u *user, now, from time.Time) *accessKey {
	key := &accessKey{id: uniqueID("AKIA", 16), secret: secretKey(), user: u, created: now, active: true}
	key.works.set(true, now, from)
	u.keys = append(u.keys, key)
	d.keys[key.id] = key
	return key
}

// apply lets the user's policies as they are now take effect.
func (u *user) apply(now, from time.Time) {
	var all []policy.Named
	for _, p := range u.inline {
		all = append(all, policy.Named{Name: p.name, Document: p.document})
	}
	for _, arn := range u.attached {
		all = append(all, policy.Named{Name: managedName(arn), Document: managed[managedName(arn)]})
	}
	u.inEffect.set(all, now, from)
}

// named finds a user as IAM does: whatever the case of the name.
func (a *account) named(name string) *user {
	for _, u := range a.users {
		if u.exists.latest() && strings.EqualFold(u.name, name) {
			return u
		}
	}
	return nil
}

// uniqueID makes an id such as AWS's AKIA... and AIDA...
func uniqueID(prefix string, length int) string { return prefix + rand.Text()[:length] }

// secretKey makes 40 characters of base64, as AWS's secrets are.
func secretKey() string {
	b := make([]byte, 30)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	return base64.StdEncoding.EncodeToString(b)
}
