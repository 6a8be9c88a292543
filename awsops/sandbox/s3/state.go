package s3

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops/policy"
)

// bucket is one bucket with all its settings and objects.
type bucket struct {
	name, account, region string
	created               time.Time

	policy     *policy.Document // its principals are unique ids
	public     bool             // the policy is, as Block Public Access means it
	block      *publicAccessBlock
	ownership  string // "" after DeleteBucketOwnershipControls: like ObjectWriter
	acl        acl
	versioning string // "", "Enabled" or "Suspended"
	encryption encryption
	payer      string // BucketOwner or Requester
	lifecycle  []byte // the configuration as it was put; nil for none
	tags       []tag
	locks      bool       // Object Lock is on, for good
	retention  *retention // its default, nil for none

	keys    map[string][]*object // newest first; never empty
	held    int                  // the sizes of all of them
	uploads map[string]*upload
}

// object is one version of a key. It never changes but for its tags, ACL and protection.
type object struct {
	key, version string // "null" when it was written without versioning
	marker       bool   // a delete marker
	owner        string // account of the writer
	modified     time.Time

	body     []byte
	etag     string // with its quotes
	checksum checksum
	parts    []part // of a multipart upload

	headers http.Header // Content-Type and its like, x-amz-meta-*
	storage string      // storage class, "" for STANDARD
	locked  locking
	tags    []tag
	acl     acl

	protection protection
}

type part struct {
	number   int
	body     []byte
	etag     string
	checksum checksum
	modified time.Time
}

// upload is a multipart upload that is neither completed nor aborted.
type upload struct {
	id    string
	began time.Time
	by    string // ARN of who began it
	draft object // what it will be, without its content
	parts map[int]part
}

const (
	enforced     = "BucketOwnerEnforced"
	preferred    = "BucketOwnerPreferred"
	objectWriter = "ObjectWriter"
	nullVersion  = "null"
)

type tag struct{ Key, Value string }

// newBucket has the settings of a bucket made today: no public access, no ACLs,
// encryption by S3. Source: Amazon S3 default settings for new buckets, April 2023.
func newBucket(name, account, region string, now time.Time) *bucket {
	return &bucket{
		name: name, account: account, region: region, created: now.Truncate(time.Second).UTC(),
		block:      &publicAccessBlock{BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true},
		ownership:  enforced,
		acl:        private(account),
		encryption: defaultEncryption(),
		payer:      ownerPays,
		keys:       map[string][]*object{},
		uploads:    map[string]*upload{},
	}
}

func (b *bucket) arn() string { return "arn:aws:s3:::" + b.name }

// find returns a version of a key, or the newest one for version "", or nil.
func (b *bucket) find(key, version string) *object {
	versions := b.keys[key]
	if version == "" && len(versions) > 0 {
		return versions[0]
	}
	for _, o := range versions {
		if o.version == version {
			return o
		}
	}
	return nil
}

// live returns what a plain read of the key finds, or nil.
func (b *bucket) live(key string) *object {
	if o := b.find(key, ""); o != nil && !o.marker {
		return o
	}
	return nil
}

// add makes o the newest version of its key, as the bucket's versioning has it.
func (b *bucket) add(o *object) {
	o.version = nullVersion
	if b.versioning == "Enabled" {
		o.version = newID()
	} else {
		b.remove(o.key, nullVersion)
	}
	b.keys[o.key] = slices.Insert(b.keys[o.key], 0, o)
	b.held += o.size()
}

// remove takes one version away for good and returns it, or nil.
func (b *bucket) remove(key, version string) *object {
	versions := b.keys[key]
	i := slices.IndexFunc(versions, func(o *object) bool { return o.version == version })
	if i < 0 {
		return nil
	}
	gone := versions[i]
	b.held -= gone.size()
	if b.keys[key] = slices.Delete(versions, i, i+1); len(b.keys[key]) == 0 {
		delete(b.keys, key)
	}
	return gone
}

// ownerOf returns the account that owns an object: with ACLs off, the bucket's.
func (b *bucket) ownerOf(o *object) string {
	if b.ownership == enforced {
		return b.account
	}
	return o.owner
}

func (b *bucket) sortedKeys() []string { return slices.Sorted(maps.Keys(b.keys)) }

// newID returns an id for a version or an upload, 32 characters like AWS's.
func newID() string { return strings.ToLower(rand.Text() + rand.Text()[:6]) }

// Snapshot describes the buckets; ids that differ from run to run are left out.
// Who calls it holds the lock.
func (s *Service) Snapshot() []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		b := s.buckets[name]
		say := func(format string, args ...any) {
			lines = append(lines, "s3 "+name+" "+fmt.Sprintf(format, args...))
		}
		say("account %s region %s ownership %q versioning %q encryption %s payer %s", b.account, b.region, b.ownership, b.versioning, b.encryption, b.payer)
		say("acl %v", b.acl)
		if b.policy != nil {
			say("policy %s", s.shown(*b.policy).Compact())
		}
		if b.block != nil {
			say("public access block %+v", *b.block)
		}
		if b.locks {
			say("object lock, by default %+v", b.retention)
		}
		if b.lifecycle != nil {
			say("lifecycle %s", b.lifecycle)
		}
		if len(b.tags) > 0 {
			say("tags %v", b.tags)
		}
		for _, key := range b.sortedKeys() {
			for i, o := range b.keys[key] {
				say("object %q version %d marker %t owner %s etag %s size %d headers %v tags %v acl %v key %q mode %q hold %t",
					key, len(b.keys[key])-i, o.marker, o.owner, o.etag, len(o.body), o.headers, o.tags, o.acl, o.locked.key, o.protection.mode, o.protection.hold)
			}
		}
		for _, u := range slices.SortedFunc(maps.Values(b.uploads), func(x, y *upload) int { return cmp.Compare(x.draft.key, y.draft.key) }) {
			say("upload %q parts %d", u.draft.key, len(u.parts))
		}
	}
	return lines
}
