package steps

import (
	"context"
	"fmt"
	"slices"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

// World is what a step may read: the facts, what the run did, and the two accounts
// as they are, or in a dry run as the earlier steps would leave them.
type World struct {
	Facts
	CustomerSession, FirmSession *awsops.Session // the bucket's region
	Journal                      *journal.Journal

	accounts *accounts
	assumed  *assumed               // the session of the firm's role
	records  *records               // of other runs; nil: none
	unasked  map[awsops.Target]bool // what an Ask named, and the person wants gone too
	proved   bool                   // what is found by every sign goes, though nobody is asked
	suspects []suspect              // what has a sign of crossgrant's, and not all of them

	goes     []string       // of a bucket of a fleet: the names and ARNs of the policies that a clean-up takes back on the firm's side
	firmDone time.Time      // of a bucket of a fleet: when the firm's side was changed, in another run
	fleet    []policy.Grant // of the firm's side of a fleet: all that it passes on, in the order in which they joined it

	settings    awsops.BucketFacts // of the bucket, as far as they were looked at
	undeletable map[string]string  // test files by their keys, and why each stays
}

// reading gives the world its reader, once the accounts and the bucket are known.
func (w *World) reading() {
	w.accounts = &accounts{
		session: w.sessionOf, bucket: w.Bucket, owner: w.Customer.Account, region: w.MakeBucket,
		documents: map[awsops.Target]seen[*policy.Document]{}, users: map[awsops.Target]seen[*awsops.User]{},
		grantees: &grantees{},
	}
	w.assumed = &assumed{}
}

// assumed is the session of a role, which lasts for an hour.
type assumed struct{ session *awsops.Session }

// asRole is the session of the firm's role. A role that this run made is waited for.
func (w *World) asRole(ctx context.Context) (*awsops.Session, error) {
	if s := w.assumed.session; s != nil && time.Until(s.Expires()) > 5*time.Minute {
		return s, nil
	}
	s, err := w.FirmSession.AsRole(ctx, w.Grant().Grantee, !w.existing())
	w.assumed.session = s
	return s, err
}

// Assumed is the same world for a run that only assumes what it would do: nothing is
// sent, and its journal is written nowhere.
func (w *World) Assumed() *World {
	a := *w
	a.Journal = w.Journal.Fork()
	a.accounts = w.accounts.assuming()
	return &a
}

// versioned tells that the bucket keeps versions.
func (w *World) versioned() bool { return w.settings.Versioning != "" }

// forget has both accounts read anew.
func (w *World) forget() { w.accounts.forget(w.Customer.Account, w.Firm.Account) }

// Include lets a clean-up remove something that somebody else added, which an Ask
// named. Plan again then.
func (w *World) Include(t awsops.Target) {
	if w.unasked == nil {
		w.unasked = map[awsops.Target]bool{}
	}
	w.unasked[t] = true
}

// IncludeProved lets a clean-up without a record remove, without asking, what has every
// sign of crossgrant's.
func (w *World) IncludeProved() { w.proved = true }

// observe takes over what was read.
func (w *World) observe() { w.Facts = w.accounts.observed(w.Facts) }

// Session acts for an actor.
func (w *World) Session(ctx context.Context, a Actor) (*awsops.Session, error) {
	s, err := w.session(ctx, a)
	if err == nil && a == Writer && w.Only == Firm && w.Receipt == "" {
		s = s.Until(w.halfDone(), "AWS takes a few seconds to spread the firm's half. If the customer has not applied theirs yet, this ends, and you test again later.")
	}
	return s, err
}

// halfDone is when the firm's half was changed last, which AWS may be spreading. A key is not
// counted: S3 says so where it does not know one yet. The zero time: this run did not change it.
func (w *World) halfDone() time.Time {
	at := w.firmDone
	for _, e := range w.Journal.Entries() {
		if e.As == string(FirmAdmin) && e.Operation.Target().Kind != awsops.KindAccessKey {
			at = e.Time
		}
	}
	return at
}

func (w *World) session(ctx context.Context, a Actor) (*awsops.Session, error) {
	admin, person := w.admin(a.Side()), w.Tester
	if a.isAdmin() {
		return admin, nil
	}
	if a == Writer && w.Grantee().Kind == awsops.KindRole {
		return w.asRole(ctx)
	}
	if a == Writer {
		person = w.Facts.Writer
	}
	if person.Key.Secret == "" {
		return nil, &problem.Error{
			Summary: "There is no key to act with",
			Detail:  fmt.Sprintf("This run holds no access key of the user %s, so nothing can be tested as that user.", person.Name),
			Fixes:   []string{"Clean this run up, then start again."},
		}
	}
	return admin.WithKey(person.Key.ID, person.Key.Secret), nil
}

// signedIn tells that the run acts on a side, and not on the other one alone.
func (a Answers) signedIn(s Side) bool { return a.Only == "" || a.Only == s }

func (w *World) admin(s Side) *awsops.Session { return w.sessionOf(w.account(s)) }

// Sessions are those that the run acts with.
func (w *World) Sessions() []*awsops.Session {
	return slices.DeleteFunc([]*awsops.Session{w.CustomerSession, w.FirmSession}, func(s *awsops.Session) bool { return s == nil })
}

func (w *World) sessionOf(account string) *awsops.Session {
	if account == w.Customer.Account {
		return w.CustomerSession
	}
	return w.FirmSession
}

func (w *World) account(s Side) string {
	if s == Customer {
		return w.Customer.Account
	}
	return w.Firm.Account
}

func (w *World) side(account string) Side {
	if account == w.Customer.Account {
		return Customer
	}
	return Firm
}
