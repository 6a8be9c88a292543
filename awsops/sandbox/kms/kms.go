// Package kms is the sandbox's KMS: keys with their policies and aliases. It encrypts
// nothing; it decides who could. S3 asks it before it writes or reads an object that is
// encrypted with a key. Who calls was found out before: it checks no signature and knows
// no users, and asks a Directory about them.
package kms

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"crossgrant/awsops/policy"
)

// Service is KMS with the keys of all accounts and regions.
type Service struct {
	lock      sync.Locker // guards the keys, and what the directory reads
	directory Directory
	keys      map[string]*key   // by ARN
	aliases   map[string]string // ARNs of keys, by the alias's
	made      map[string]int    // keys that an account ever had in a region, by the ARNs' beginning
}

// Directory knows the principals that key policies name. It is asked under the lock.
type Directory interface {
	// Principal says whether an AWS principal exists by now, and the unique id that is
	// stored for it.
	Principal(value string, now time.Time) (id string, ok bool)
	// Shown is what a stored id reads as now.
	Shown(id string) string
	// RCP are the resource control policies that an account's resources are under.
	RCP(account string) []policy.Named
	// Of adds the condition keys of an account that owns what a request is about.
	Of(account string, facts map[string][]string)
}

// New returns KMS without a key.
func New(lock sync.Locker, directory Directory) *Service {
	return &Service{lock: lock, directory: directory, keys: map[string]*key{}, aliases: map[string]string{}, made: map[string]int{}}
}

// Fork copies all keys and aliases. Who calls it holds the lock; the copy has its own, and
// a directory of its own. Policies are replaced as a whole, and shared.
func (s *Service) Fork(lock sync.Locker, directory Directory) *Service {
	fork := New(lock, directory)
	for arn, k := range s.keys {
		copied := *k
		fork.keys[arn] = &copied
	}
	maps.Copy(fork.aliases, s.aliases)
	maps.Copy(fork.made, s.made)
	return fork
}

// Snapshot describes the keys that somebody made, and the aliases. Who calls it holds the
// lock.
func (s *Service) Snapshot() []string {
	var lines []string
	for arn, k := range s.keys {
		if k.manager == ofCustomer {
			lines = append(lines, fmt.Sprintf("kms %s %s %q policy %s", arn, k.state, k.description, s.shown(k)))
		}
	}
	for alias, arn := range s.aliases {
		if !strings.HasSuffix(alias, ":"+managedAlias) {
			lines = append(lines, fmt.Sprintf("kms %s is %s", alias, arn))
		}
	}
	slices.Sort(lines)
	return lines
}
