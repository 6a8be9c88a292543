package sandbox

import (
	"maps"
	"slices"
)

// Fork starts another sandbox, on a free port, that holds all that this one holds
// now: accounts, users, keys with their secrets, what has yet to take effect,
// buckets, objects and uploads. From then on neither sees what is done in the
// other. The log of calls and the faults that wait are not taken along.
func (s *Sandbox) Fork() (*Sandbox, error) {
	fork := &Sandbox{config: s.config, profiles: s.profiles}
	fork.config.Listen = ""
	s.mu.Lock()
	fork.accounts, fork.keys = forkAccounts(s.accounts, s.keys)
	fork.buckets = map[string]*bucket{}
	for name, b := range s.buckets {
		fork.buckets[name] = b.fork()
	}
	s.mu.Unlock()
	if err := fork.listen(); err != nil {
		return nil, err
	}
	return fork, nil
}

// What is replaced as a whole and never changed in place is shared by a thing and
// its fork: documents, tags, ACLs, and what objects are made of.

// forkAccounts copies accounts with their users, and all keys with theirs: also
// the keys that are deleted, whose users may no longer be in any account.
func forkAccounts(accounts map[string]*account, keys map[string]*accessKey) (map[string]*account, map[string]*accessKey) {
	forks, forkedKeys := map[string]*account{}, map[string]*accessKey{}
	users := map[*user]*user{}
	forkUser := func(u *user) *user {
		if users[u] == nil {
			users[u] = u.fork(forks[u.account.id])
		}
		return users[u]
	}
	for id, a := range accounts {
		forks[id] = &account{id: a.id, alias: a.alias}
		forks[id].root = forkUser(a.root)
		for _, u := range a.users {
			forks[id].users = append(forks[id].users, forkUser(u))
		}
	}
	for id, k := range keys {
		fork := *k
		fork.user, fork.works = forkUser(k.user), k.works.fork()
		forkedKeys[id] = &fork
	}
	for from, to := range users {
		for _, k := range from.keys {
			to.keys = append(to.keys, forkedKeys[k.id])
		}
	}
	return forks, forkedKeys
}

// fork copies a user into an account, without its keys.
func (u *user) fork(into *account) *user {
	fork := *u
	fork.account, fork.keys = into, nil
	fork.inline, fork.attached = slices.Clone(u.inline), slices.Clone(u.attached)
	fork.exists, fork.inEffect = u.exists.fork(), u.inEffect.fork()
	return &fork
}

func (s *spread[T]) fork() spread[T] { return spread[T]{slices.Clone(s.writes)} }

func (b *bucket) fork() *bucket {
	fork := *b
	fork.keys, fork.uploads = map[string][]*object{}, map[string]*upload{}
	for key, versions := range b.keys {
		for _, o := range versions {
			copied := *o
			fork.keys[key] = append(fork.keys[key], &copied)
		}
	}
	for id, u := range b.uploads {
		copied := *u
		copied.parts = maps.Clone(u.parts)
		fork.uploads[id] = &copied
	}
	return &fork
}
