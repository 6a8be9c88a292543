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
// operation that would do so, and the entry that tells how certain the change is.
type standing struct {
	inverse            awsops.Operation
	entry              journal.Entry
	awsops.Description // of the inverse
	document
}

// document is what became of a policy that the run changed.
type document struct {
	left, earlier *policy.Document   // what the run left, and what was there before it; nil: none
	states        []*policy.Document // all that the run gave it or found
	sids          []string           // crossgrant's own in any of them
	moved         bool               // somebody changed it between two operations of the run
	unsure        bool               // an operation on it has no answer
}

// back tells whether the document is back to what it was, as far as the run goes.
func (d document) back() bool {
	if d.unsure {
		return false
	}
	return policy.Same(d.left, d.earlier) || d.moved && !slices.ContainsFunc(d.sids, func(sid string) bool {
		return hasSid(d.left, sid) && !hasSid(d.earlier, sid)
	})
}

func hasSid(d *policy.Document, sid string) bool {
	return d != nil && slices.ContainsFunc(d.Statements, func(s policy.Statement) bool { return s.Sid == sid })
}

// restored is the document to go back to from the live one: the earlier one when
// nobody else changed it, else the live one less the run's own statements, with
// those of the same Sid that had been there before.
func (d document) restored(live *policy.Document) *policy.Document {
	if !d.moved && policy.Same(live, d.left) {
		return d.earlier
	}
	rest := policy.Remove(live, d.sids...)
	if d.earlier == nil {
		return rest
	}
	var back []policy.Statement
	for _, s := range d.earlier.Statements {
		if slices.Contains(d.sids, s.Sid) && hasSid(live, s.Sid) {
			back = append(back, s)
		}
	}
	if len(back) == 0 {
		return rest
	}
	merged := policy.Merge(rest, back...)
	return &merged
}

// fold walks the journal from its end and returns the inverses of what still
// stands, the newest first. Changes to one document become one inverse, from the
// last state to the first; what was deleted again is left out. An entry without a
// receipt counts as done: whoever acts on it looks first.
func fold(entries []journal.Entry) []standing {
	var found []standing
	gone := map[awsops.Target]bool{}
	for _, e := range slices.Backward(entries) {
		if e.State == journal.Failed {
			continue
		}
		inverse, ok := e.Operation.Inverse(e.Receipt)
		if !ok {
			// A deletion that AWS has confirmed; a refused try deleted nothing.
			if e.State == journal.Done && e.Receipt.Refused == "" {
				gone[e.Operation.Describe().Target] = true
			}
			continue
		}
		d := inverse.Describe()
		newer := slices.IndexFunc(found, func(s standing) bool { return s.Target == d.Target })
		switch {
		case gone[d.Target]:
			continue
		case newer < 0:
			found = append(found, standing{inverse, e, d, document{left: d.Before, earlier: d.After}})
			newer = len(found) - 1
		case isDocument(d.Target):
			doc := &found[newer].document
			doc.moved = doc.moved || !policy.Same(doc.earlier, d.Before)
			doc.earlier = d.After
		default:
			continue
		}
		if isDocument(d.Target) {
			doc := &found[newer].document
			doc.unsure = doc.unsure || e.State != journal.Done
			doc.states = append(doc.states, d.Before, d.After)
			doc.sids = slices.Concat(doc.sids, policy.Own(d.Before), policy.Own(d.After))
		}
	}
	return slices.DeleteFunc(found, func(s standing) bool { return isDocument(s.Target) && s.back() })
}

func isDocument(t awsops.Target) bool {
	return t.Kind == awsops.KindBucketPolicy || t.Kind == awsops.KindUserPolicy
}

// standing lists in words what of the run stands on one side.
func (w *World) standing(side Side) []string {
	var left []string
	for _, s := range fold(w.Journal.Entries()) {
		if w.undoer(s.Target).Side() == side {
			left = append(left, s.Resource)
		}
	}
	return left
}

// undoer is who takes something back: the administrator of its account. What the
// firm's user wrote into the bucket is the customer's to delete.
func (w *World) undoer(t awsops.Target) Actor {
	if t.Account == w.Firm.Account {
		return FirmAdmin
	}
	return CustomerAdmin
}

// planUndo compares what the journal says stands on one side with the live
// state, and returns the operations that take it back, in an order that works,
// and what has to stay and why. What cannot be looked at stays: it does not keep
// the rest from going.
func planUndo(ctx context.Context, w *World, side Side) (actions []Action, stays []string) {
	stay := func(why string) {
		if why != "" && !slices.Contains(stays, why) {
			stays = append(stays, why)
		}
	}
	users := map[string]owned{}
	for _, s := range fold(w.Journal.Entries()) {
		as := w.undoer(s.Target)
		if as.Side() != side {
			continue
		}
		var err error
		name := userOf(s.Target)
		owner, known := users[name]
		if name != "" && !known {
			if owner, err = w.look(ctx, side, name); err != nil {
				owner.stays = "the user " + name + ", which could not be looked at: " + explained(err, "look at the user "+name).Error()
			}
			users[name] = owner
		}
		ops, why, err := w.refine(ctx, s, owner)
		if err != nil {
			why = s.Resource + ", which could not be looked at: " + explained(err, "look at it").Error()
		}
		stay(why)
		for _, op := range ops {
			actions = append(actions, Action{As: as, Op: op})
		}
	}
	// Probes go first, while the policies that let them be deleted still stand.
	slices.SortStableFunc(actions, func(a, b Action) int { return undoRank(a.Op) - undoRank(b.Op) })
	return actions, stays
}

func undoRank(op awsops.Operation) int {
	switch op.Describe().Target.Kind {
	case awsops.KindObject:
		return 0
	case awsops.KindBucket:
		return 2
	}
	return 1
}

// owned is what is known of a user that the run made or used.
type owned struct {
	user  *awsops.User // nil: there is none
	ours  bool         // this run made it
	has   awsops.Subordinates
	stays string // why it must be left alone, "" when it may go
}

// userOf is the user that a thing belongs to, or is.
func userOf(t awsops.Target) string {
	switch t.Kind {
	case awsops.KindUser, awsops.KindAccessKey, awsops.KindUserPolicy:
		return t.Name
	}
	return ""
}

func (w *World) look(ctx context.Context, side Side, name string) (owned, error) {
	u, err := w.readUser(ctx, side, name)
	if err != nil || u == nil {
		return owned{}, err
	}
	o := owned{user: u, ours: u.Run != "" && u.Run == w.runOf(w.account(side), name)}
	if o.has, err = w.readSubordinates(ctx, side, name); err != nil {
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
		o.stays = fmt.Sprintf("the user %s: somebody gave it %s, which crossgrant did not, so it is left as it is", name, policy.Join(foreign, "and"))
	}
	return o, nil
}

// runOf is the run that made a user, going by the journal, which after a search
// holds several.
func (w *World) runOf(account, user string) string {
	for _, e := range w.Journal.Entries() {
		if op, ok := e.Operation.(awsops.CreateUser); ok && op.Account == account && op.Name == user {
			return op.Run
		}
	}
	return w.Run
}

func (w *World) inlineMade(user, name string) bool {
	return slices.ContainsFunc(w.Journal.Entries(), func(e journal.Entry) bool {
		op, ok := e.Operation.(awsops.SetUserPolicy)
		return ok && op.User == user && op.Name == name && e.State != journal.Failed
	})
}

// refine turns an inverse into the operations that fit the live state.
func (w *World) refine(ctx context.Context, s standing, o owned) ([]awsops.Operation, string, error) {
	if o.stays != "" {
		return nil, o.stays, nil
	}
	switch op := s.inverse.(type) {
	case awsops.SetBucketPolicy:
		live, err := w.readBucketPolicy(ctx)
		if err != nil {
			return nil, "", err
		}
		if op.Before, op.After = live, s.restored(live); !policy.Same(op.Before, op.After) {
			return []awsops.Operation{op}, "", nil
		}
		return nil, "", nil
	case awsops.DeleteUser:
		switch {
		case o.user == nil:
			return nil, "", nil
		case !o.ours:
			return nil, fmt.Sprintf("the user %s: it is another of the same name, which this run did not make", op.Name), nil
		}
		op.ID = o.user.ID
		return []awsops.Operation{op}, "", nil
	case awsops.DeleteAccessKey:
		if o.user == nil {
			return nil, "", nil
		}
		if s.entry.State == journal.Done {
			if !slices.Contains(o.has.Keys, op.KeyID) {
				return nil, "", nil
			}
			return []awsops.Operation{op}, "", nil
		}
		return w.lostKeys(ctx, s.entry, op, o)
	case awsops.SetUserPolicy:
		if o.user == nil {
			return nil, "", nil
		}
		live, err := w.readInline(ctx, op.User, op.Name)
		if err != nil {
			return nil, "", err
		}
		switch {
		case live != nil && !slices.ContainsFunc(s.states, func(d *policy.Document) bool { return policy.Same(live, d) }):
			return nil, s.Resource + ": somebody changed it after this run, so it is left as it is", nil
		case live == nil && s.left != nil && s.earlier != nil:
			return nil, s.Resource + ": somebody deleted it after this run, so it is not put back", nil
		}
		if op.Before, op.After = live, s.earlier; !policy.Same(op.Before, op.After) {
			return []awsops.Operation{op}, "", nil
		}
		return nil, "", nil
	case awsops.DeleteBucket:
		if there, err := w.bucketIsThere(ctx); err != nil || !there {
			return nil, "", err
		}
	case awsops.DeleteObject:
		if s.entry.State != journal.Done {
			return w.lostProbe(ctx, op)
		}
	}

	return []awsops.Operation{s.inverse}, "", nil
}
