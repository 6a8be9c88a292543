// Package iam is the sandbox's IAM and STS, and with them the directory of its
// accounts, users, roles and access keys: it says who a key belongs to, what they may do,
// and which principals there are. What is written is read back at once, as AWS's
// own IAM does it, and takes effect elsewhere after a delay. It checks no signature
// and decides about nothing but its own operations.
package iam

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox/api"
)

// Directory is all accounts with their users, roles, keys and policies. But for Handle,
// who calls its methods holds the lock.
type Directory struct {
	lock     sync.Locker // guards all that follows
	delay    time.Duration
	accounts map[string]*account
	keys     map[string]*accessKey // deleted ones too
	sessions map[string]*session   // by the ids of their keys
}

// New returns a directory without an account; what is changed in it takes effect
// after the delay.
func New(lock sync.Locker, delay time.Duration) *Directory {
	return &Directory{lock: lock, delay: delay, accounts: map[string]*account{}, keys: map[string]*accessKey{}, sessions: map[string]*session{}}
}

// Key is an access key and the ARN of its user.
type Key struct{ ID, Secret, ARN string }

// AddAccount makes an account of 12 digits, with nothing in it but its root user.
func (d *Directory) AddAccount(id, alias string, now time.Time) error {
	if !accountID.MatchString(id) || d.accounts[id] != nil {
		return fmt.Errorf("the sandbox's account %q must be 12 digits, and there once", id)
	}
	a := &account{id: id, alias: alias}
	a.root = &entity{kind: aUser, account: a, id: id, created: now}
	d.accounts[id] = a
	return nil
}

// HasAccount tells whether there is such an account.
func (d *Directory) HasAccount(id string) bool { return d.accounts[id] != nil }

// AddAdministrator makes a user in an account who may do everything, and a key.
func (d *Directory) AddAdministrator(account string, now time.Time) Key {
	admin := d.accounts[account].add(aUser, "admin", "/", nil, now, time.Time{})
	admin.attached = []string{managedPrefix + "AdministratorAccess"}
	admin.apply(now, time.Time{})
	return d.addKey(admin, now)
}

// AddRootKey makes a key of an account's root user.
func (d *Directory) AddRootKey(account string, now time.Time) Key {
	return d.addKey(d.accounts[account].root, now)
}

func (d *Directory) addKey(u *entity, now time.Time) Key {
	key := d.newKey(u, now, time.Time{})
	return Key{ID: key.id, Secret: key.secret, ARN: u.arn()}
}

// Secret is what goes with a key's id: its secret, and with a session's the token.
type Secret struct {
	Key, Token string
	Expired    bool
}

// Secret is that of a key that works by now. The keys of a role that is deleted do not.
func (d *Directory) Secret(keyID string, now time.Time) (secret Secret, ok bool) {
	if s := d.sessions[keyID]; s != nil {
		return Secret{s.secret, s.token, !now.Before(s.expires)}, s.role.exists.seen(now)
	}
	key := d.keys[keyID]
	if key == nil || !key.works.seen(now) {
		return Secret{}, false
	}
	return Secret{Key: key.secret}, true
}

// Identify sets who makes a call, once it is known to be signed with the call's key,
// and remembers that the key was used.
func (d *Directory) Identify(c *api.Call) {
	if s := d.sessions[c.KeyID]; s != nil {
		s.identify(c)
		return
	}
	key := d.keys[c.KeyID]
	key.lastUsed = lastUse{c.Now, c.Service, c.Region}
	c.Caller = policy.Caller{Account: key.user.account.id, ARN: key.user.arn(), UniqueID: key.user.id}
	c.Own, c.CallerKeys = key.user.inEffect.seen(c.Now), principalTags(key.user.tags)
	key.user.account.organization.under(c)
}

// Secrets returns the secret of every key there is or was, and the tokens of sessions.
func (d *Directory) Secrets() []string {
	var secrets []string
	for k := range maps.Values(d.keys) {
		secrets = append(secrets, k.secret)
	}
	for _, s := range d.sessions {
		secrets = append(secrets, s.secret, s.token)
	}
	slices.Sort(secrets)
	return secrets
}
