package iam

import (
	"slices"
	"sync"
)

// Fork copies all that there is: accounts with their users, roles and groups, and all keys and
// sessions with theirs, also those whose users and roles may no longer be in any account. The
// copy has its own lock. What is replaced as a whole and never changed in place is
// shared: tags, and documents.
func (d *Directory) Fork(lock sync.Locker) *Directory {
	fork := New(lock, d.delay)
	copies := map[*entity]*entity{}
	forkEntity := func(u *entity) *entity {
		if copies[u] == nil {
			copies[u] = u.fork(fork.accounts[u.account.id])
		}
		return copies[u]
	}
	for id, a := range d.accounts {
		fork.accounts[id] = &account{id: a.id, alias: a.alias, organization: a.organization}
		fork.accounts[id].root = forkEntity(a.root)
		for _, u := range a.users {
			fork.accounts[id].users = append(fork.accounts[id].users, forkEntity(u))
		}
		for _, g := range a.groups {
			fork.accounts[id].groups = append(fork.accounts[id].groups, forkEntity(g))
		}
		for _, p := range a.policies {
			copied := *p
			copied.account, copied.versions = fork.accounts[id], slices.Clone(p.versions)
			fork.accounts[id].policies = append(fork.accounts[id].policies, &copied)
		}
		for _, r := range a.roles {
			fork.accounts[id].roles = append(fork.accounts[id].roles, forkEntity(r))
		}
	}
	for id, k := range d.keys {
		key := *k
		key.user, key.works = forkEntity(k.user), k.works.fork()
		fork.keys[id] = &key
	}
	for id, s := range d.sessions {
		session := *s
		session.role = forkEntity(s.role)
		fork.sessions[id] = &session
	}
	for from, to := range copies {
		for _, k := range from.keys {
			to.keys = append(to.keys, fork.keys[k.id])
		}
		for _, member := range from.members {
			to.members = append(to.members, copies[member])
		}
	}
	return fork
}

// fork copies a user, a role or a group into an account, without its keys and its members.
func (u *entity) fork(into *account) *entity {
	fork := *u
	fork.account, fork.keys, fork.members = into, nil, nil
	fork.inline, fork.attached = slices.Clone(u.inline), slices.Clone(u.attached)
	fork.exists, fork.inEffect, fork.trust = u.exists.fork(), u.inEffect.fork(), u.trust.fork()
	return &fork
}
