package steps

import (
	"context"
	"fmt"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

// World is what a step may read: the facts, what the run did, and the two
// accounts as they are, or in a dry run as the earlier steps would leave them.
type World struct {
	Facts
	CustomerSession, FirmSession *awsops.Session // the bucket's region
	Journal                      *journal.Journal

	assumed *assumptions // nil unless this is a dry run
}

// Session acts for an actor.
func (w *World) Session(a Actor) (*awsops.Session, error) {
	admin, person := w.admin(a.Side()), w.Tester
	if a == CustomerAdmin || a == FirmAdmin {
		return admin, nil
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

func (w *World) admin(s Side) *awsops.Session {
	if s == Customer {
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

// assumptions are the effects of operations that a dry run did not send.
type assumptions struct {
	policyKnown  bool
	policy       *policy.Document
	users        map[string]*awsops.User        // by account and name
	subordinates map[string]awsops.Subordinates // likewise
	inline       map[string]*policy.Document    // by side, name and the policy's name
}

func newAssumptions() *assumptions {
	return &assumptions{
		users:        map[string]*awsops.User{},
		subordinates: map[string]awsops.Subordinates{},
		inline:       map[string]*policy.Document{},
	}
}

// assume pretends that an operation was done, and returns the receipt it might
// have had.
func (a *assumptions) assume(w *World, op awsops.Operation) awsops.Receipt {
	switch op := op.(type) {
	case awsops.CreateBucket:
		a.policyKnown, a.policy = true, nil
	case awsops.SetBucketPolicy:
		a.policyKnown, a.policy = true, op.After
	case awsops.CreateUser:
		u := &awsops.User{
			Name: op.Name, Run: op.Run, ID: "AIDA-OF-" + op.Name,
			ARN: fmt.Sprintf("arn:%s:iam::%s:user/%s", w.Customer.Partition, op.Account, op.Name),
		}
		a.users[op.Account+"/"+op.Name] = u
		a.subordinates[op.Account+"/"+op.Name] = awsops.Subordinates{}
		return awsops.Receipt{UserID: u.ID, UserARN: u.ARN}
	case awsops.CreateAccessKey:
		id := "AKIA-OF-" + op.User
		b := a.subordinates[op.Account+"/"+op.User]
		b.Keys = append(slices.Clip(b.Keys), id)
		a.subordinates[op.Account+"/"+op.User] = b
		return awsops.Receipt{KeyID: id, Secret: "assumed"}
	case awsops.SetUserPolicy:
		a.inline[op.Account+"/"+op.User+"/"+op.Name] = op.After
		b := a.subordinates[op.Account+"/"+op.User]
		b.Inline = append(slices.Clip(b.Inline), op.Name)
		a.subordinates[op.Account+"/"+op.User] = b
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

// readBucketPolicy reads the live policy, and keeps it for deciding access.
func (w *World) readBucketPolicy(ctx context.Context) (*policy.Document, error) {
	if w.assumed != nil && w.assumed.policyKnown {
		w.BucketPolicy = w.assumed.policy
		return w.BucketPolicy, nil
	}
	d, err := w.CustomerSession.BucketPolicy(ctx, w.Bucket, w.Customer.Account)
	if w.MakeBucket != "" && noBucket(err) {
		err = nil // the run's own bucket, which is gone again
	}
	if err == nil {
		w.BucketPolicy = d
	}
	return d, err
}

// readInline reads one inline policy of a user of the firm's, and keeps it for
// deciding access.
func (w *World) readInline(ctx context.Context, user, name string) (*policy.Document, error) {
	id := w.Firm.Account + "/" + user
	if w.assumed != nil && (w.assumed.users[id] != nil || w.assumed.inline[id+"/"+name] != nil) {
		w.keepInline(name, w.assumed.inline[id+"/"+name])
		return w.assumed.inline[id+"/"+name], nil
	}
	d, err := w.FirmSession.UserPolicy(ctx, user, name)
	if err == nil {
		w.keepInline(name, d)
	}
	return d, err
}

func (w *World) keepInline(name string, d *policy.Document) {
	kept := slices.DeleteFunc(slices.Clone(w.WriterPolicies), func(n policy.Named) bool { return n.Name == name })
	if d != nil {
		kept = append(kept, policy.Named{Name: name, Document: *d})
	}
	w.WriterPolicies = kept
}

func (w *World) readUser(ctx context.Context, s Side, name string) (*awsops.User, error) {
	if w.assumed != nil {
		if u, ok := w.assumed.users[w.account(s)+"/"+name]; ok {
			return u, nil
		}
	}
	return w.admin(s).User(ctx, name)
}

func (w *World) readKeys(ctx context.Context, s Side, user string) ([]string, error) {
	if w.assumed != nil {
		if b, ok := w.assumed.subordinates[w.account(s)+"/"+user]; ok {
			return b.Keys, nil
		}
	}
	keys, err := w.admin(s).AccessKeys(ctx, user)
	ids := make([]string, 0, len(keys))
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return ids, err
}

func (w *World) readSubordinates(ctx context.Context, s Side, user string) (awsops.Subordinates, error) {
	if w.assumed != nil {
		if b, ok := w.assumed.subordinates[w.account(s)+"/"+user]; ok {
			return b, nil
		}
	}
	return w.admin(s).Subordinates(ctx, user)
}
