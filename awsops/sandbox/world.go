package sandbox

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"strings"
	"time"

	"crossgrant/awsops/policy"
)

// account is one AWS account: its users, its aliases and its root user's key.
type account struct {
	id, alias string
	users     []*user // in the order they were made; deleted ones stay until that has spread
}

// user is one IAM user. Whoever is made anew under a name is another user.
type user struct {
	account    *account
	id         string // AIDA...
	name, path string
	created    time.Time
	tags       []tag
	keys       []*accessKey
	inline     []policy.Named // as written by PutUserPolicy
	attached   []string       // ARNs of managed policies

	exists spread[bool]
	inUse  spread[[]policy.Named] // inline and attached, as requests are decided by
}

func (u *user) arn() string { return "arn:aws:iam::" + u.account.id + ":user" + u.path + u.name }

type tag struct{ Key, Value string }

// accessKey is a user's key, or a root user's where user is nil.
type accessKey struct {
	id, secret string
	account    *account
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

// spread is something that IAM knows at once and the rest of AWS only after a
// delay: until then what stood before is what counts.
type spread[T any] struct{ writes []write[T] }

type write[T any] struct {
	from  time.Time
	value T
}

func (s *spread[T]) set(value T, from time.Time) {
	s.writes = append(s.writes, write[T]{from, value})
}

func (s *spread[T]) latest() (value T) {
	if n := len(s.writes); n > 0 {
		return s.writes[n-1].value
	}
	return value
}

func (s *spread[T]) seen(now time.Time) (value T) {
	for _, w := range s.writes {
		if !w.from.After(now) {
			value = w.value
		}
	}
	return value
}

// uniqueID makes an id such as AWS's AKIA... and AIDA...
func uniqueID(prefix string, length int) string {
	return prefix + base32.StdEncoding.EncodeToString(random(length))[:length]
}

// secretKey makes 40 characters of base64, as AWS's secrets are.
func secretKey() string { return base64.StdEncoding.EncodeToString(random(30)) }

func requestID() string { return strings.ToUpper(uniqueID("", 16)) }

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	return b
}
