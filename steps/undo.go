package steps

import (
	"context"
	"fmt"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps/journal"
)

// standing is one thing that a run changed and that has not been taken back: the
// operation that would do so, and whether the change is certain.
type standing struct {
	inverse awsops.Operation
	entry   journal.Entry
}

// fold walks the journal from its end and returns the inverses of what still
// stands, the newest first. Changes to one document become one inverse, from the
// last state to the first; what was deleted again is left out. An entry without a
// receipt counts as done: whoever acts on it looks first.
func fold(entries []journal.Entry) []standing {
	var found []standing
	gone := map[string]bool{}
	for _, e := range slices.Backward(entries) {
		if e.State == journal.Failed {
			continue
		}
		inv, ok := e.Operation.Inverse(e.Receipt)
		if !ok {
			// A deletion that AWS has confirmed; a refused try deleted nothing.
			if e.State == journal.Done && e.Receipt.Refused == "" {
				gone[e.Operation.Describe().Resource] = true
			}
			continue
		}
		thing := inv.Describe().Resource
		if gone[thing] {
			continue
		}
		d := inv.Describe()
		newer := slices.IndexFunc(found, func(s standing) bool { return s.inverse.Describe().Resource == thing })
		switch {
		case newer < 0:
			found = append(found, standing{inv, e})
		case d.Before != nil || d.After != nil:
			found[newer].inverse = awsops.Rebase(inv, found[newer].inverse.Describe().Before, d.After)
		}
	}
	return slices.DeleteFunc(found, func(s standing) bool {
		d := s.inverse.Describe()
		return (d.Before != nil || d.After != nil) && policy.Same(d.Before, d.After)
	})
}

// standing lists in words what of the run stands on one side.
func (w *World) standing(side Side) []string {
	var left []string
	for _, s := range fold(w.Journal.Entries()) {
		if w.undoer(s.inverse).Side() == side {
			left = append(left, s.inverse.Describe().Resource)
		}
	}
	return left
}

// undoer is who takes something back: the administrator of its account. What the
// firm's user wrote into the bucket is the customer's to delete.
func (w *World) undoer(op awsops.Operation) Actor {
	account := ""
	switch op := op.(type) {
	case awsops.DeleteUser:
		account = op.Account
	case awsops.DeleteAccessKey:
		account = op.Account
	case awsops.PutUserPolicy:
		account = op.Account
	case awsops.DeleteUserPolicy:
		account = op.Account
	}
	if account != "" && account == w.Firm.Account {
		return FirmAdmin
	}
	return CustomerAdmin
}

// planUndo compares what the journal says stands on one side with the live
// state, and returns the operations that take it back, in an order that works,
// and what has to stay and why.
func planUndo(ctx context.Context, w *World, side Side) ([]Action, []string, error) {
	var actions []Action
	var stays []string
	owners := map[string]owned{} // what is known of each user, looked up once
	var order []string
	for _, s := range fold(w.Journal.Entries()) {
		if u := userOf(s.inverse); u != "" && w.undoer(s.inverse).Side() == side && !slices.Contains(order, u) {
			order = append(order, u)
		}
	}
	for _, u := range order {
		o, err := w.look(ctx, side, u)
		if err != nil {
			return nil, nil, err
		}
		owners[u] = o
	}
	for _, s := range fold(w.Journal.Entries()) {
		as := w.undoer(s.inverse)
		if as.Side() != side {
			continue
		}
		ops, stay, err := w.refine(ctx, s, owners)
		if err != nil {
			return nil, nil, err
		}
		if stay != "" && !slices.Contains(stays, stay) {
			stays = append(stays, stay)
		}
		for _, op := range ops {
			actions = append(actions, Action{As: as, Op: op})
		}
	}
	// Probes go first, while the policies that let them be deleted still stand.
	slices.SortStableFunc(actions, func(a, b Action) int { return undoRank(a.Op) - undoRank(b.Op) })
	return actions, stays, nil
}

func undoRank(op awsops.Operation) int {
	switch op.(type) {
	case awsops.DeleteObject:
		return 0
	case awsops.DeleteBucket:
		return 2
	}
	return 1
}

// owned is what is known of a user that the run made or used.
type owned struct {
	user  *awsops.User // nil: there is none
	ours  bool         // this run made it
	has   awsops.Belongings
	stays string // why it must be left alone, "" when it may go
}

func userOf(op awsops.Operation) string {
	switch op := op.(type) {
	case awsops.DeleteUser:
		return op.Name
	case awsops.DeleteAccessKey:
		return op.User
	case awsops.PutUserPolicy:
		return op.User
	case awsops.DeleteUserPolicy:
		return op.User
	}
	return ""
}

func (w *World) look(ctx context.Context, side Side, name string) (owned, error) {
	u, err := w.readUser(ctx, side, name)
	if err != nil || u == nil {
		return owned{}, err
	}
	o := owned{user: u, ours: u.Run != "" && u.Run == w.Run}
	if o.has, err = w.readBelongings(ctx, side, name); err != nil {
		return owned{}, err
	}
	if !o.ours {
		return o, nil
	}
	foreign := slices.Clone(o.has.Other)
	for _, p := range o.has.Inline {
		if !w.inlineMade(name, p) {
			foreign = append(foreign, "the inline policy "+p)
		}
	}
	made := w.keysMade(w.account(side), name)
	for _, k := range o.has.Keys {
		if !made.has(k) {
			foreign = append(foreign, "the access key "+k)
		}
	}
	if len(foreign) > 0 {
		o.stays = fmt.Sprintf("the user %s: somebody gave it %s, which crossgrant did not, so it is left as it is", name, list(foreign))
	}
	return o, nil
}

// keys are the keys that a run made for a user.
type keys struct {
	ids  []string
	lost bool // the answer to one was lost: any key not known before is the run's
	had  []string
}

func (k keys) has(id string) bool {
	return slices.Contains(k.ids, id) || k.lost && !slices.Contains(k.had, id)
}

func (w *World) keysMade(account, user string) keys {
	var k keys
	for _, e := range w.Journal.Entries() {
		op, ok := e.Operation.(awsops.CreateAccessKey)
		if !ok || op.Account != account || op.User != user {
			continue
		}
		switch e.State {
		case journal.Done:
			k.ids = append(k.ids, e.Receipt.KeyID)
		case journal.Intended, journal.Lost:
			k.lost, k.had = true, append(k.had, op.Known...)
		}
	}
	return k
}

func (w *World) inlineMade(user, name string) bool {
	return slices.ContainsFunc(w.Journal.Entries(), func(e journal.Entry) bool {
		op, ok := e.Operation.(awsops.PutUserPolicy)
		return ok && op.User == user && op.Name == name && e.State != journal.Failed
	})
}

// refine turns an inverse into the operations that fit the live state.
func (w *World) refine(ctx context.Context, s standing, owners map[string]owned) ([]awsops.Operation, string, error) {
	o := owners[userOf(s.inverse)]
	switch op := s.inverse.(type) {
	case awsops.PutBucketPolicy, awsops.DeleteBucketPolicy:
		live, err := w.readBucketPolicy(ctx)
		if err != nil {
			return nil, "", err
		}
		d := op.Describe()
		return document(op, live, withoutOurs(live, d.Before, d.After)), "", nil
	case awsops.DeleteUser:
		switch {
		case o.user == nil:
			return nil, "", nil
		case !o.ours:
			return nil, fmt.Sprintf("the user %s: it is another of the same name, which this run did not make", op.Name), nil
		case o.stays != "":
			return nil, o.stays, nil
		}
		op.ID = o.user.ID
		return []awsops.Operation{op}, "", nil
	case awsops.DeleteAccessKey:
		if o.user == nil || o.stays != "" {
			return nil, o.stays, nil
		}
		if s.entry.State == journal.Done {
			if !slices.Contains(o.has.Keys, op.KeyID) {
				return nil, "", nil
			}
			return []awsops.Operation{op}, "", nil
		}
		return w.lostKeys(s.entry, op, o)
	case awsops.PutUserPolicy, awsops.DeleteUserPolicy:
		if o.user == nil || o.stays != "" {
			return nil, o.stays, nil
		}
		live, err := w.readInline(ctx, inlineName(op))
		if err != nil {
			return nil, "", err
		}
		d := op.Describe()
		if live != nil && !policy.Same(live, d.Before) && !policy.Same(live, d.After) {
			return nil, d.Resource + ": somebody changed it after this run, so it is left as it is", nil
		}
		if live == nil && d.Before != nil && d.After != nil {
			return nil, d.Resource + ": somebody deleted it after this run, so it is not put back", nil
		}
		return document(op, live, d.After), "", nil
	}
	return []awsops.Operation{s.inverse}, "", nil
}

func inlineName(op awsops.Operation) string {
	if put, ok := op.(awsops.PutUserPolicy); ok {
		return put.Name
	}
	return op.(awsops.DeleteUserPolicy).Name
}

// lostKeys finds the keys that a lost answer may have made: those that were not
// there before. Of a user that the run did not make, they may be somebody else's.
func (w *World) lostKeys(e journal.Entry, op awsops.DeleteAccessKey, o owned) ([]awsops.Operation, string, error) {
	made := w.keysMade(op.Account, op.User)
	var ops []awsops.Operation
	for _, k := range o.has.Keys {
		if slices.Contains(made.ids, k) || !made.has(k) {
			continue
		}
		if !o.ours {
			return nil, fmt.Sprintf("the access key %s of %s: this run may have made it on %s, but cannot prove it",
				k, op.User, e.Time.Format("2 January 2006 at 15:04 MST")), nil
		}
		ops = append(ops, awsops.DeleteAccessKey{Account: op.Account, User: op.User, KeyID: k})
	}
	return ops, "", nil
}

func document(op awsops.Operation, live, want *policy.Document) []awsops.Operation {
	if policy.Same(live, want) {
		return nil
	}
	return []awsops.Operation{awsops.Rebase(op, live, want)}
}

// withoutOurs is the bucket policy to go back to: the earlier one when the live
// one is still what the run left, else the live one less the run's statements,
// with those of that Sid that had been there before.
func withoutOurs(live, left, earlier *policy.Document) *policy.Document {
	if policy.Same(live, left) {
		return earlier
	}
	rest := policy.Remove(live, policy.Own(left)...)
	if earlier == nil {
		return rest
	}
	var back []policy.Statement
	for _, s := range earlier.Statements {
		if slices.Contains(policy.Own(earlier), s.Sid) && hasSid(live, s.Sid) {
			back = append(back, s)
		}
	}
	if len(back) == 0 {
		return rest
	}
	merged := policy.Merge(rest, back...)
	return &merged
}
