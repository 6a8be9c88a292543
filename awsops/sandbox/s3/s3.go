// Package s3 is the sandbox's S3: buckets and objects in memory, requests that are
// decided by the caller's policies, the bucket's and the ACLs, and answers as S3
// gives them. Who calls was found out before: it checks no signature and knows no
// users, and asks a Directory about them, and Keys about what is encrypted.
package s3

import (
	"cmp"
	"sync"
	"time"

	"crossgrant/awsops/policy"
)

// DefaultRegion is where S3 puts a bucket whose region nobody names.
const DefaultRegion = "us-east-1"

// Service is S3 with all its buckets.
type Service struct {
	lock      sync.Locker // guards the buckets, and what the directory reads
	directory Directory
	keys      Keys
	capacity  int // bytes that all the buckets may count for
	buckets   map[string]*bucket
}

// Directory knows the principals that policies, ACLs and owners name. It is asked
// under the lock.
type Directory interface {
	// Principal says whether an AWS principal exists for S3 by now, and the unique
	// id that is stored for it.
	Principal(value string, now time.Time) (id string, ok bool)
	// Shown is what a stored id reads as now.
	Shown(id string) string
	// Canonical is an account's canonical user id.
	Canonical(account string) string
	// RCP are the resource control policies that an account's resources are under.
	RCP(account string) []policy.Named
	// Same tells whether two accounts are one, or of one organization.
	Same(one, other string) bool
	// Of adds the condition keys of an account that owns what a request is about.
	Of(account string, facts map[string][]string)
	// AccountOf gives the account that a canonical user id belongs to.
	AccountOf(canonical string) (account string, ok bool)
}

// New returns S3 without a bucket; capacity 0 is the default one.
func New(lock sync.Locker, directory Directory, keys Keys, capacity int) *Service {
	return &Service{lock: lock, directory: directory, keys: keys, capacity: cmp.Or(capacity, DefaultCapacity), buckets: map[string]*bucket{}}
}

// AddBucket makes a bucket with its policy, nil for none; region "" is the default one.
func (s *Service) AddBucket(name, account, region string, p *policy.Document, now time.Time) {
	s.buckets[name] = newBucket(name, account, cmp.Or(region, DefaultRegion), now)
	s.buckets[name].policy = p
}
