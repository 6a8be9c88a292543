package steps

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
)

// fresh is how long what was read, or written by this run, is not read again. Nobody
// has looked at a screen in between, and an operation looks itself at the document
// that it replaces.
const fresh = 5 * time.Second

// accounts reads the two accounts for the steps: as they are, or, where a run only
// assumes what it would do, as they are under the effects of that. What was read a
// moment ago it does not read again. It changes nothing.
type accounts struct {
	session func(account string) *awsops.Session
	bucket  string
	owner   string
	region  string // of a bucket that the run makes itself, "" for one that is there

	assumed []effect // what the run would have done; nil in a run that does it

	mu        sync.Mutex
	documents map[awsops.Target]seen[*policy.Document]
	users     map[awsops.Target]seen[*awsops.User]
	grantees  *grantees // of the firm's account; nothing of them is ever assumed
}

// grantees are the users and roles of an account as they were read last.
type grantees struct {
	mu  sync.Mutex
	all seen[[]awsops.Grantee]
}

func (g *grantees) known() seen[[]awsops.Grantee] {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.all
}

func (g *grantees) note(all seen[[]awsops.Grantee]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = all
}

// effect is an operation with the receipt that it had, or might have had.
type effect struct {
	op      awsops.Operation
	receipt awsops.Receipt
}

type seen[T any] struct {
	value T
	at    time.Time
	known bool // by an operation that is only assumed: it does not grow old
	made  bool // a user or a role that this run made: it has what the run gave it, and no more
}

func (s seen[T]) fresh() bool { return s.known || !s.at.IsZero() && time.Since(s.at) < fresh }

// assuming returns a reader that begins with what this one knows.
func (r *accounts) assuming() *accounts {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &accounts{
		session: r.session, bucket: r.bucket, owner: r.owner, region: r.region, assumed: []effect{},
		documents: maps.Clone(r.documents), users: maps.Clone(r.users), grantees: r.grantees,
	}
}

// forget has everything read anew that is kept in these accounts.
func (r *accounts) forget(in ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.assumed != nil {
		return
	}
	old := func(t awsops.Target) bool { return slices.Contains(in, t.Account) }
	maps.DeleteFunc(r.documents, func(t awsops.Target, _ seen[*policy.Document]) bool { return old(t) })
	maps.DeleteFunc(r.users, func(t awsops.Target, _ seen[*awsops.User]) bool { return old(t) })
	if slices.ContainsFunc(in, func(account string) bool { return account != r.owner }) {
		r.grantees.note(seen[[]awsops.Grantee]{})
	}
}

// forgetPolicy has the bucket's policy read anew.
func (r *accounts) forgetPolicy() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.assumed == nil {
		delete(r.documents, r.bucketPolicy())
	}
}

// did notes the effect of an operation.
func (r *accounts) did(op awsops.Operation, receipt awsops.Receipt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, known := time.Now(), r.assumed != nil
	target := op.Target()
	switch op := op.(type) {
	case awsops.SetBucketPolicy, awsops.SetUserPolicy, awsops.SetRolePolicy:
		r.documents[target] = seen[*policy.Document]{value: op.Describe().After, at: now, known: known}
	case awsops.CreateBucket:
		r.documents[r.bucketPolicy()] = seen[*policy.Document]{at: now, known: known}
	case awsops.CreateUser, awsops.CreateRole:
		made, _ := creation(op, receipt)
		r.users[target] = seen[*awsops.User]{value: &made, at: now, known: known, made: !receipt.Already}
	case awsops.SetRoleTrust:
		if known := r.users[target.Principal()]; known.value != nil {
			role := *known.value
			role.Trust = &op.After
			known.value = &role
			r.users[target.Principal()] = known
		}
	case awsops.DeleteUser, awsops.DeleteRole:
		r.users[target] = seen[*awsops.User]{at: now, known: known}
	}
	if known {
		r.assumed = append(r.assumed, effect{op, receipt})
	}
}

// observed are facts with the documents that were read last, so that every picture is of
// what stands.
func (r *accounts) observed(f Facts) Facts {
	r.mu.Lock()
	defer r.mu.Unlock()
	for t, d := range r.documents {
		f = f.withDocument(t, d.value)
	}
	return f
}

// errNotSignedIn is the error of a look into the account of the half that is not this run's.
var errNotSignedIn = errors.New("this run is one half alone, and is not signed in to the other account")

func (r *accounts) signedIn(account string) (*awsops.Session, error) {
	if s := r.session(account); s != nil {
		return s, nil
	}
	return nil, errNotSignedIn
}

func (r *accounts) bucketPolicy() awsops.Target {
	return awsops.Target{Account: r.owner, Kind: awsops.KindBucketPolicy, Name: r.bucket}
}

// BucketPolicy reads the policy of the bucket, nil when it has none.
func (r *accounts) BucketPolicy(ctx context.Context) (*policy.Document, error) {
	return r.document(r.bucketPolicy(), func() (*policy.Document, error) {
		s, err := r.signedIn(r.owner)
		if err != nil {
			return nil, err
		}
		d, err := s.BucketPolicy(ctx, r.bucket, r.owner)
		if r.region != "" && noBucket(err) {
			err = nil // the run's own bucket, which is gone again
		}
		return d, err
	})
}

// InlinePolicy reads one inline policy of a user or a role, nil when there is none. One
// that was made a moment ago has none.
func (r *accounts) InlinePolicy(ctx context.Context, of awsops.Target, name string) (*policy.Document, error) {
	return r.document(of.InlinePolicy(name), func() (*policy.Document, error) {
		if r.madeNow(of) {
			return nil, nil
		}
		s, err := r.signedIn(of.Account)
		if err != nil {
			return nil, err
		}
		return s.InlinePolicy(ctx, of, name)
	})
}

func (r *accounts) document(t awsops.Target, read func() (*policy.Document, error)) (*policy.Document, error) {
	r.mu.Lock()
	known := r.documents[t]
	r.mu.Unlock()
	if !known.fresh() {
		d, err := read()
		if err != nil {
			return nil, err
		}
		known = seen[*policy.Document]{value: d, at: time.Now()}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.documents[t] = known
	return known.value, nil
}

// remember keeps a document that was read by another road.
func (r *accounts) remember(t awsops.Target, d *policy.Document) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.documents[t] = seen[*policy.Document]{value: d, at: time.Now()}
}

// Principal reads a user or a role, nil when there is none.
func (r *accounts) Principal(ctx context.Context, t awsops.Target) (*awsops.User, error) {
	r.mu.Lock()
	known := r.users[t]
	r.mu.Unlock()
	if known.fresh() {
		return known.value, nil
	}
	s, err := r.signedIn(t.Account)
	if err != nil {
		return nil, err
	}
	u, err := s.Principal(ctx, t)
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.users[t] = seen[*awsops.User]{value: u, at: time.Now()}
	}
	return u, err
}

// madeNow tells that this run made a user or a role a moment ago: it has what the run gave
// it.
func (r *accounts) madeNow(t awsops.Target) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.users[t]
	return known.made && known.fresh()
}

// made tells that a user or a role is only assumed to be made.
func (r *accounts) made(t awsops.Target) bool {
	return slices.ContainsFunc(r.assumed, func(e effect) bool {
		_, makes := creation(e.op, e.receipt)
		return makes && e.op.Target() == t
	})
}

// bucketAssumed tells that the bucket is there because it is assumed to be made.
func (r *accounts) bucketAssumed() bool {
	return slices.ContainsFunc(r.assumed, func(e effect) bool {
		_, ok := e.op.(awsops.CreateBucket)
		return ok
	})
}

// Grantees lists the users and roles of the firm's account with their inline policies.
func (r *accounts) Grantees(ctx context.Context, firm string) ([]awsops.Grantee, error) {
	if known := r.grantees.known(); known.fresh() {
		return known.value, nil
	}
	s, err := r.signedIn(firm)
	if err != nil {
		return nil, err
	}
	all, err := s.Grantees(ctx)
	if err == nil {
		r.grantees.note(seen[[]awsops.Grantee]{value: all, at: time.Now()})
	}
	return all, err
}

// Keys lists the access keys of a user.
func (r *accounts) Keys(ctx context.Context, user awsops.Target) ([]awsops.AccessKey, error) {
	var keys []awsops.AccessKey
	if !r.made(user) {
		var err error
		if keys, err = r.session(user.Account).AccessKeys(ctx, user.Name); err != nil {
			return nil, err
		}
	}
	return r.keysAfter(keys, user), nil
}

func (r *accounts) keysAfter(keys []awsops.AccessKey, user awsops.Target) []awsops.AccessKey {
	for _, e := range r.assumed {
		if e.op.Target().Principal() != user {
			continue
		}
		switch op := e.op.(type) {
		case awsops.CreateAccessKey:
			keys = append(slices.Clip(keys), awsops.AccessKey{ID: e.receipt.KeyID, Active: true})
		case awsops.DeleteAccessKey:
			keys = slices.DeleteFunc(slices.Clone(keys), func(k awsops.AccessKey) bool { return k.ID == op.KeyID })
		}
	}
	return keys
}

// Subordinates lists all that must be gone before a user or a role can be deleted.
func (r *accounts) Subordinates(ctx context.Context, of awsops.Target) (awsops.Subordinates, error) {
	var has awsops.Subordinates
	if !r.made(of) {
		var err error
		if has, err = r.session(of.Account).Subordinates(ctx, of, r.grantee(of)); err != nil {
			return awsops.Subordinates{}, err
		}
	}
	has.Keys = r.keysAfter(has.Keys, of)
	for _, e := range r.assumed {
		t := e.op.Target()
		if !isInline(t) || t.Principal() != of {
			continue
		}
		has.Inline = slices.DeleteFunc(slices.Clone(has.Inline), func(n string) bool { return n == t.ID })
		if e.op.Describe().After != nil {
			has.Inline = append(has.Inline, t.ID)
		}
	}
	return has, nil
}

// grantee is what was read of a user or a role a moment ago along with all others, nil for
// nothing.
func (r *accounts) grantee(of awsops.Target) *awsops.Grantee {
	known := r.grantees.known()
	if of.Account == r.owner || !known.fresh() {
		return nil
	}
	for _, g := range known.value {
		if g.Target() == of {
			return &g
		}
	}
	return nil
}

// receiptFor is the receipt that an operation might have had.
func receiptFor(op awsops.Operation, partition string) awsops.Receipt {
	switch op := op.(type) {
	case awsops.CreateUser, awsops.CreateRole:
		return awsops.Receipt{UserID: awsops.ToCome, UserARN: arnOf(op.Target(), partition)}
	case awsops.SetManagedPolicy, awsops.AttachPolicy:
		return awsops.Receipt{PolicyID: awsops.ToCome}
	case awsops.CreateAccessKey:
		return awsops.Receipt{KeyID: awsops.ToCome, Secret: awsops.ToCome}
	case awsops.PutObject:
		if op.Expect == awsops.Refused {
			return awsops.Receipt{Refused: "AccessDenied"}
		}
	case awsops.DeleteObject:
		if op.Expect == awsops.Refused {
			return awsops.Receipt{Refused: "AccessDenied"}
		}
	}
	return awsops.Receipt{}
}
