package sandbox

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"fmt"
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

// populate makes the accounts and buckets that the configuration asks for.
func (s *Sandbox) populate() error {
	created := s.now()
	for _, want := range s.config.Accounts {
		if !accountID.MatchString(want.ID) || s.accounts[want.ID] != nil {
			return fmt.Errorf("the sandbox's account %q must be 12 digits, and there once", want.ID)
		}
		a := &account{id: want.ID, alias: want.Alias}
		a.root = &user{account: a, id: a.id, created: created}
		s.accounts[a.id] = a
		if want.Admin != "" {
			admin := a.newUser("admin", "/", nil, created, time.Time{})
			admin.attached = []string{managedPrefix + "AdministratorAccess"}
			admin.apply(time.Time{})
			s.addProfile(want.Admin, admin, created)
		}
	}
	for _, want := range s.config.Accounts {
		if want.Root != "" {
			s.addProfile(want.Root, s.accounts[want.ID].root, created)
		}
	}
	for _, b := range s.config.Buckets {
		if s.accounts[b.Account] == nil {
			return fmt.Errorf("the bucket %s is in account %q, which the sandbox does not have: add it to Accounts", b.Name, b.Account)
		}
		s.makeBucket(b)
	}
	return nil
}

func (s *Sandbox) addProfile(name string, u *user, created time.Time) {
	key := s.newKey(u, created, time.Time{})
	s.profiles = append(s.profiles, Profile{
		Name: name, Account: u.account.id, ARN: u.arn(), AccessKeyID: key.id, SecretAccessKey: key.secret,
	})
}

func (a *account) newUser(name, path string, tags []tag, now, from time.Time) *user {
	u := &user{account: a, id: uniqueID("AIDA", 17), name: name, path: path, created: now, tags: tags}
	u.exists.set(true, from)
	a.users = append(a.users, u)
	return u
}

func (s *Sandbox) newKey(u *user, now, from time.Time) *accessKey {
	key := &accessKey{id: uniqueID("AKIA", 16), secret: secretKey(), user: u, created: now, active: true}
	key.works.set(true, from)
	u.keys = append(u.keys, key)
	s.keys[key.id] = key
	return key
}

// apply lets the user's policies as they are now take effect.
func (u *user) apply(from time.Time) {
	var all []policy.Named
	for _, p := range u.inline {
		all = append(all, policy.Named{Name: p.name, Document: p.document})
	}
	for _, arn := range u.attached {
		all = append(all, policy.Named{Name: managedName(arn), Document: managed[managedName(arn)]})
	}
	u.inEffect.set(all, from)
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
func uniqueID(prefix string, length int) string {
	return prefix + base32.StdEncoding.EncodeToString(random(length))[:length]
}

// secretKey makes 40 characters of base64, as AWS's secrets are.
func secretKey() string { return base64.StdEncoding.EncodeToString(random(30)) }

// requestID is of S3's kind, and queryRequestID of IAM's and STS's, a UUID.
func requestID() string { return uniqueID("", 16) }

func queryRequestID() string {
	b := random(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func hostID() string { return base64.StdEncoding.EncodeToString(random(42)) }

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	return b
}
