package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps/journal"
)

// owned is what is known of a user that the run made or used, for taking it back.
type owned struct {
	account, name string
	user          *awsops.User // nil: there is none
	has           awsops.Subordinates
	err           error
	made          *standing  // its making, by this run or by one that left it to this; nil: a user that was there
	another       bool       // it is another user of the same name
	runs          []string   // other runs that need it, in words
	sameBucket    bool       // one of them for this very bucket
	foreign       []addition // what somebody else gave it
	keeps         bool       // this run made it, and saved its key
	ownKeys       []string   // keys that only the record of another run knows
	lost          []string   // keys that lost answers made
	unproved      []string   // keys that they made, or somebody else
}

// addition is something that somebody else gave to a user of a run's.
type addition struct {
	what     string
	why      string           // it stays
	op       awsops.Operation // that removes it, nil: crossgrant has none
	commands []string
	target   awsops.Target
}

// goes tells whether something of the user's may be taken back.
func (o *owned) goes(s standing) bool {
	switch {
	case o.err != nil || o.another:
		return false
	case s.Target.Kind == awsops.KindUserPolicy:
		return !o.sameBucket
	case s.Target.Kind == awsops.KindAccessKey: // one that is saved nowhere serves nobody
		return len(o.runs) == 0 || !o.keeps
	}
	return true
}

// own finds out what is the run's of a user, and what is not.
func (w *World) own(ctx context.Context, side Side, name string, found *userSurvey, todo []standing) *owned {
	o := &owned{account: w.account(side), name: name, user: found.user, has: found.has, err: found.err}
	mine := map[string]bool{}
	for i, s := range todo {
		switch {
		case s.Target.Name != name:
		case s.Target.Kind == awsops.KindUser:
			o.made = &todo[i]
		case s.Target.Kind == awsops.KindUserPolicy:
			mine[s.Target.ID] = true
		}
	}
	if o.err != nil || o.user == nil {
		return o
	}
	if o.made != nil {
		o.keeps = w.KeyFile != "" && o.made.entry.Seq > 0
		o.another = !w.ownsUser(o.user, *o.made)
	}
	if o.another {
		return o
	}
	o.lost, o.unproved = w.ownsKeys(ctx, o.account, o.name, o.has.Keys)
	if side == Firm {
		w.needOf(o)
	}
	for _, p := range o.has.Inline {
		if mine[p] || w.inlineMade(name, p) {
			continue
		}
		w.otherPolicy(ctx, o, p)
	}
	w.foreignKeys(ctx, o)
	if o.made != nil {
		for _, other := range o.has.Other {
			o.foreign = append(o.foreign, addition{what: other.What, why: w.notOurs(), commands: []string{w.shell(o.account, other.Command...)}})
		}
	}
	return o
}

// needOf finds the recorded runs that need the user.
func (w *World) needOf(o *owned) {
	for _, r := range w.recorded() {
		if r.FirmUser != o.name || r.Ended != "" && r.Ended != "finished" || r.Bucket == "" {
			continue
		}
		switch {
		case r.Bucket == w.Bucket && slices.Contains(r.Steps, LetFirmIn{}.Info().ID):
			o.sameBucket = true
		case r.Ended == "finished": // its policy tells
			continue
		}
		o.runs = append(o.runs, fmt.Sprintf("the run %s (bucket %s)", r.Run, r.Bucket))
	}
}

// otherPolicy judges an inline policy of the user's that this run did not make.
func (w *World) otherPolicy(ctx context.Context, o *owned, name string) {
	target := awsops.Target{Account: o.account, Kind: awsops.KindUserPolicy, Name: o.name, ID: name}
	if isPolicyName(name) {
		if d, err := w.accounts.InlinePolicy(ctx, o.account, o.name, name); err == nil {
			if bucket := w.bucketOf(d); bucket != "" {
				if !slices.ContainsFunc(o.runs, func(r string) bool { return r == "the set-up for the bucket "+bucket }) {
					o.runs = append(o.runs, "the set-up for the bucket "+bucket)
				}
				return
			}
		}
	}
	o.foreign = append(o.foreign, addition{
		what: "the inline policy " + name, why: w.notOurs(), target: target,
		commands: []string{w.shell(o.account, "iam", "delete-user-policy", "--user-name", o.name, "--policy-name", name)},
	})
}

// foreignKeys are the keys of a user that the run made which somebody else gave it, and
// of any user those of which nothing proves whose they are. They may go if the person
// says so.
func (w *World) foreignKeys(ctx context.Context, o *owned) {
	made := w.keysMade(o.account, o.name)
	known := w.recordedKeys(o.account, o.name)
	for _, k := range o.has.Keys {
		why := w.notOurs()
		switch {
		case slices.Contains(made.ids, k.ID) || slices.Contains(o.lost, k.ID):
			continue
		case slices.Contains(o.unproved, k.ID):
			why = "it looks like crossgrant's, and is not proved to be: the answer to this run's own was lost, and this one may be somebody else's"
		case o.made == nil:
			continue
		case slices.Contains(known, k.ID):
			o.ownKeys = append(o.ownKeys, k.ID)
			continue
		}
		op := awsops.DeleteAccessKey{Account: o.account, User: o.name, KeyID: k.ID}
		o.foreign = append(o.foreign, addition{
			what: w.describeKey(ctx, o.account, k), why: why, op: op, target: op.Target(),
			commands: []string{w.shell(o.account, op.Describe().Command...)},
		})
	}
}

// describeKey says how old a key is and when it was used last.
func (w *World) describeKey(ctx context.Context, account string, k awsops.AccessKey) string {
	text := "the access key " + k.ID
	if !k.Created.IsZero() {
		text += ", created on " + date(k.Created)
	}
	switch used, err := w.sessionOf(account).KeyLastUsed(ctx, k.ID); {
	case err != nil:
		return text + " (when it was used last could not be looked at)"
	case used.IsZero():
		return text + " and never used"
	default:
		return text + " and last used on " + date(used)
	}
}

// takeUserBack deletes a user that the run made, unless others need it or somebody gave
// it something.
func (w *World) takeUserBack(u *undoing, o *owned) {
	as := w.undoer(awsops.Target{Account: o.account})
	what := fmt.Sprintf("the user %s in %s", o.name, policy.Dashed(o.account))
	target := awsops.Target{Account: o.account, Kind: awsops.KindUser, Name: o.name}
	switch {
	case o.err != nil:
		u.stay(Remainder{What: what, target: target, Why: "it could not be looked at. " + explained(o.err, "look at the user "+o.name).Error()})
		return
	case o.another:
		u.note(fmt.Sprintf("There is another user %s now, which this run did not make. It is left alone.", o.name))
		return
	case o.user == nil:
		return
	case len(o.runs) > 0:
		w.leaveUser(u, o, what)
		return
	}
	stays := w.askAbout(u, o, as)
	if o.made == nil {
		return
	}
	asked := w.Journal.Found && !w.proved
	if asked {
		u.asks = append(u.asks, Ask{target, what + ": it has every sign of a user that crossgrant made", "It stays"})
	}
	for _, id := range o.ownKeys {
		u.list = append(u.list, Action{As: as, Op: awsops.DeleteAccessKey{Account: o.account, User: o.name, KeyID: id}})
	}
	if stays > 0 {
		u.stay(Remainder{
			What: what, target: target, Why: "it cannot be deleted while it has what somebody else gave it",
			Commands: []string{w.shell(o.account, "iam", "delete-user", "--user-name", o.name)},
		})
		return
	}
	if asked && !w.unasked[target] {
		u.stay(Remainder{What: what, target: target, Why: "it goes only where you say so", Commands: []string{w.shell(o.account, "iam", "delete-user", "--user-name", o.name)}})
		return
	}
	gone := o.made.inverse.(awsops.DeleteUser)
	gone.ID = cmp.Or(gone.ID, o.user.ID) // the record's, where it has one
	u.list = append(u.list, Action{As: as, Op: gone})
}

// askAbout asks about what is not proved to be the run's, and returns how much of it
// stays.
func (w *World) askAbout(u *undoing, o *owned, as Actor) (stays int) {
	for _, f := range o.foreign {
		if o.made == nil && f.op == nil {
			continue // somebody else's user: what it has is no business of the run's
		}
		if f.op != nil {
			u.asks = append(u.asks, Ask{f.target, fmt.Sprintf("%s, of the user %s: %s", f.what, o.name, f.why), "It stays, and the user with it"})
			if w.unasked[f.target] {
				u.list = append(u.list, Action{As: as, Op: f.op})
				continue
			}
		}
		stays++
		u.stay(Remainder{target: f.target, What: fmt.Sprintf("%s, of the user %s", f.what, o.name), Why: f.why, Commands: f.commands})
	}
	return stays
}

// notOurs is why something of a user's stays: with a record it is known to be somebody
// else's, without one nothing proves whose it is.
func (w *World) notOurs() string {
	if w.Journal.Found {
		return "nothing here proves that crossgrant made it"
	}
	return "somebody else added it"
}

func (w *World) leaveUser(u *undoing, o *owned, what string) {
	if o.made == nil {
		if o.sameBucket {
			u.note(fmt.Sprintf("The user %s keeps its access, because %s needs it too.", o.name, policy.Join(o.runs, "and")))
		}
		return
	}
	target := awsops.Target{Account: o.account, Kind: awsops.KindUser, Name: o.name}
	keys := ""
	if len(o.has.Keys) > 0 {
		keys = " with its keys"
	}
	u.leave(target, o.runs, fmt.Sprintf("%s stays%s, because %s needs it too. It goes when the last of them is cleaned up.", policy.Capital(what), keys, policy.Join(o.runs, "and")))
	if o.sameBucket {
		for _, p := range w.ownPolicies()[o.name] {
			u.leave(awsops.Target{Account: o.account, Kind: awsops.KindUserPolicy, Name: o.name, ID: p}, o.runs, u.notes[len(u.notes)-1])
		}
	}
}

// ownPolicies are the inline policies that a clean-up of this run takes back, by user.
func (w *World) ownPolicies() map[string][]string {
	mine := map[string][]string{}
	for _, s := range w.inherited(fold(w.Journal)) {
		if s.Target.Kind == awsops.KindUserPolicy {
			mine[s.Target.Name] = append(mine[s.Target.Name], s.Target.ID)
		}
	}
	return mine
}

// inherited adds what other runs had made and this one used: should it be the last that
// needs it, it goes with this run.
func (w *World) inherited(found []standing) []standing {
	add := func(op awsops.Operation, d document) {
		found = append(found, standing{inverse: op, entry: journal.Entry{State: journal.Done, Operation: op}, Description: op.Describe(), document: d})
	}
	for _, s := range w.shared(awsops.KindStatement) {
		if len(s.With) == 0 || w.kept(s.What) {
			continue
		}
		if i := slices.IndexFunc(found, func(f standing) bool { return f.Target == w.accounts.bucketPolicy() }); i >= 0 {
			found[i].inherits = true
			continue
		}
		add(awsops.SetBucketPolicy{Bucket: w.Bucket, Owner: w.Customer.Account}, document{inherits: true})
	}
	for _, s := range w.shared(awsops.KindUserPolicy) {
		if !w.kept(s.What) {
			want := w.Grant().ForGrantee()
			add(awsops.SetUserPolicy{Account: s.What.Account, User: s.What.Name, Name: s.What.ID, Before: &want}, document{left: &want, given: []*policy.Document{&want}})
		}
	}
	for _, s := range w.shared(awsops.KindUser) {
		named := s.What
		named.ID = ""
		if !w.kept(named) && len(s.With) > 0 {
			add(awsops.DeleteUser{Account: s.What.Account, Name: s.What.Name, ID: s.What.ID, Run: s.With[0]}, document{})
		}
	}
	return found
}

// kept tells that this run has left something to others.
func (w *World) kept(t awsops.Target) bool {
	return slices.ContainsFunc(w.Journal.Shares(), func(s journal.Share) bool { return s.Kept && s.What == t })
}

// inlineMade tells whether this run made an inline policy.
func (w *World) inlineMade(user, name string) bool {
	return slices.ContainsFunc(w.Journal.Entries(), func(e journal.Entry) bool {
		op, ok := e.Operation.(awsops.SetUserPolicy)
		return ok && op.User == user && op.Name == name && op.After != nil && e.State != journal.Failed
	})
}

// shell is an aws command of the administrator of an account.
func (w *World) shell(account string, args ...string) string {
	return w.AWS(w.undoer(awsops.Target{Account: account}), args...)
}
