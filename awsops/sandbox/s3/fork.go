package s3

import (
	"maps"
	"sync"
)

// Fork copies all that there is. Who calls it holds the lock; the copy has its own,
// and a directory and keys of its own. What is replaced as a whole and never changed in place
// is shared: policies, tags, ACLs, and what objects are made of.
func (s *Service) Fork(lock sync.Locker, directory Directory, keys Keys) *Service {
	fork := New(lock, directory, keys, s.capacity)
	for name, b := range s.buckets {
		fork.buckets[name] = b.fork()
	}
	return fork
}

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
