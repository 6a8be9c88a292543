package iam

import (
	"slices"
	"sync"
)

// Fork copies all that there is: accounts with their users, and all keys with theirs,
// also the keys that are deleted, whose users may no longer be in any account. The
// copy has its own lock. What is replaced as a whole and never changed in place is
// shared: tags, and documents.
func (d *Directory) Fork(lock sync.Locker) *Directory {
	fork := New(lock, d.delay)
	users := map[*user]*user{}
	forkUser := func(u *user) *user {
		if users[u] == nil {
			users[u] = u.fork(fork.accounts[u.account.id])
		}
		return users[u]
	}
	for id, a := range d.accounts {
		fork.accounts[id] = &account{id: a.id, alias: a.alias}
		fork.accounts[id].root = forkUser(a.root)
		for _, u := range a.users {
			fork.accounts[id].users = append(fork.accounts[id].users, forkUser(u))
		}
	}
	for id, k := range d.keys {
		key := *k
		key.user, key.works = forkUser(k.user), k.works.fork()
		fork.keys[id] = &key
	}
	for from, to := range users {
		for _, k := range from.keys {
			to.keys = append(to.keys, fork.keys[k.id])
		}
	}
	return fork
}

// fork copies a user into an account, without its keys.
func (u *user) fork(into *account) *user {
	fork := *u
	fork.account, fork.keys = into, nil
	fork.inline, fork.attached = slices.Clone(u.inline), slices.Clone(u.attached)
	fork.exists, fork.inEffect = u.exists.fork(), u.inEffect.fork()
	return &fork
}
