package steps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps/journal"
)

// owned is what is known of a user or a role that the run made or used, for taking it back.
type owned struct {
	target     awsops.Target
	user       *awsops.User // nil: there is none
	has        awsops.Subordinates
	err        error
	made       *standing  // its making, by this run or by one that left it to this; nil: a user that was there
	another    bool       // it is another user of the same name
	runs       []string   // other runs that need it, in words
	sameBucket bool       // one of them for this very bucket
	foreign    []addition // what somebody else gave it
	keeps      bool       // this run made it, and saved its key
	ownKeys    []string   // keys that only the record of another run knows
	lost       []string   // keys that lost answers made
	unproved   []string   // keys that they made, or somebody else
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
	case isInline(s.Target):
		return !o.sameBucket
	case s.Target.Kind == awsops.KindAccessKey: // one that is saved nowhere serves nobody
		return len(o.runs) == 0 || !o.keeps
	}
	return true
}

// own finds out what is the run's of a user or a role, and what is not.
func (w *World) own(ctx context.Context, whose awsops.Target, found *userSurvey, todo []standing) *owned {
	o := &owned{target: whose, user: found.user, has: found.has, err: found.err}
	mine := map[string]bool{}
	for i, s := range todo {
		switch {
		case s.Target.Principal() != whose:
		case isInline(s.Target):
			mine[s.Target.ID] = true
		case isAttachment(s.Target):
			mine[s.Target.ID] = true
		case s.Target.Kind == whose.Kind:
			o.made = &todo[i]
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
	o.lost, o.unproved = w.ownsKeys(ctx, o.target, o.has.Keys)
	if w.side(whose.Account) == Firm {
		w.needOf(o)
	}
	for _, p := range o.has.Inline {
		if mine[p] || w.inlineMade(whose.InlinePolicy(p)) {
			continue
		}
		w.otherPolicy(ctx, o, p)
	}
	w.foreignKeys(ctx, o)
	if o.made != nil {
		for _, other := range o.has.Other {
			if mine[other.Policy] {
				continue
			}
			o.foreign = append(o.foreign, addition{what: other.What, why: w.notOurs(), commands: []string{w.shell(o.target.Account, other.Command...)}})
		}
	}
	return o
}

// needOf finds the recorded runs that need the user or the role.
func (w *World) needOf(o *owned) {
	for _, r := range w.recorded() {
		if r.Grantee != o.target || r.Ended != "" && r.Ended != "finished" || r.Bucket == "" {
			continue
		}
		switch {
		case r.Bucket == w.Bucket && slices.Contains(r.Steps, LetFirmIn{}.Info().ID) && r.terms == w.terms(): // of other terms the policy is another
			o.sameBucket = true
		case r.Ended == "finished": // its policy tells
			continue
		}
		o.runs = append(o.runs, fmt.Sprintf("the run %s (bucket %s)", r.Run, r.Bucket))
	}
}

// otherPolicy judges an inline policy that this run did not create.
func (w *World) otherPolicy(ctx context.Context, o *owned, name string) {
	if isPolicyName(name) {
		if d, err := w.accounts.InlinePolicy(ctx, o.target, name); err == nil {
			if bucket := w.bucketOf(d); bucket != "" {
				if !slices.ContainsFunc(o.runs, func(r string) bool { return r == "the set-up for the bucket "+bucket }) {
					o.runs = append(o.runs, "the set-up for the bucket "+bucket)
				}
				return
			}
		}
	}
	o.foreign = append(o.foreign, addition{
		what: "the inline policy " + name, why: w.notOurs(), target: o.target.InlinePolicy(name),
		commands: []string{w.shell(o.target.Account, awsops.SetInlinePolicy(o.target, name, nil, nil).Describe().Command...)},
	})
}

// foreignKeys are the keys of a user that the run made which somebody else gave it, and
// of any user those of which nothing proves whose they are. They may go if the person
// says so.
func (w *World) foreignKeys(ctx context.Context, o *owned) {
	made := w.keysMade(o.target)
	known := w.recordedKeys(o.target)
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
		op := awsops.DeleteAccessKey{Account: o.target.Account, User: o.target.Name, KeyID: k.ID}
		o.foreign = append(o.foreign, addition{
			what: w.describeKey(ctx, o.target.Account, k), why: why, op: op, target: op.Target(),
			commands: []string{w.shell(o.target.Account, op.Describe().Command...)},
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

// takeUserBack deletes a user or a role that the run made, unless others need it or somebody gave
// it something.
func (w *World) takeUserBack(u *undoing, o *owned) {
	target, kind := o.target, o.target.Kind
	as := w.undoer(target)
	what := fmt.Sprintf("the %s %s in %s", kind, target.Name, policy.Dashed(target.Account))
	deletes := []string{w.shell(target.Account, awsops.DeletePrincipal(target, "", "").Describe().Command...)}
	switch {
	case o.err != nil:
		u.stay(Remainder{What: what, target: target, Why: "it could not be looked at. " + explained(o.err, fmt.Sprintf("look at the %s %s", kind, target.Name)).Error()})
		return
	case o.another:
		u.note(fmt.Sprintf("There is another %s %s now, which this run did not create. It is left alone.", kind, target.Name))
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
		u.asks = append(u.asks, Ask{target, fmt.Sprintf("%s: it has every sign of a %s that crossgrant created", what, kind), "It stays"})
	}
	for _, id := range o.ownKeys {
		u.list = append(u.list, Action{As: as, Op: awsops.DeleteAccessKey{Account: target.Account, User: target.Name, KeyID: id}})
	}
	if stays > 0 {
		u.stay(Remainder{
			What: what, target: target, Why: "it cannot be deleted while it has what somebody else gave it",
			Commands: deletes,
		})
		return
	}
	if asked && !w.unasked[target] {
		u.stay(Remainder{What: what, target: target, Why: "it is deleted only if you say so", Commands: deletes})
		return
	}
	gone := deletion(o.made.inverse)
	id := cmp.Or(gone.ID, o.user.ID) // the record's, where it has one
	u.list = append(u.list, Action{As: as, Op: awsops.DeletePrincipal(target, id, gone.Run)})
}

// askAbout asks about what is not proved to be the run's, and returns how much of it
// stays.
func (w *World) askAbout(u *undoing, o *owned, as Actor) (stays int) {
	for _, f := range o.foreign {
		if o.made == nil && f.op == nil {
			continue // somebody else's: what it has is no business of the run's
		}
		if f.op != nil {
			u.asks = append(u.asks, Ask{f.target, fmt.Sprintf("%s, of the %s %s: %s", f.what, o.target.Kind, o.target.Name, f.why), fmt.Sprintf("It stays, and the %s with it", o.target.Kind)})
			if w.unasked[f.target] {
				u.list = append(u.list, Action{As: as, Op: f.op})
				continue
			}
		}
		stays++
		u.stay(Remainder{target: f.target, What: fmt.Sprintf("%s, of the %s %s", f.what, o.target.Kind, o.target.Name), Why: f.why, Commands: f.commands})
	}
	return stays
}

// notOurs is why something of a user's or a role's stays: with a record it is known to be somebody
// else's, without one nothing proves whose it is.
func (w *World) notOurs() string {
	if w.Journal.Found {
		return "nothing here proves that crossgrant created it"
	}
	return "somebody else added it"
}

func (w *World) leaveUser(u *undoing, o *owned, what string) {
	if o.made == nil {
		if o.sameBucket {
			u.note(fmt.Sprintf("The %s %s keeps its access, because %s it too.", o.target.Kind, o.target.Name, needed(o.runs)))
		}
		return
	}
	keys := ""
	if len(o.has.Keys) > 0 {
		keys = " with its keys"
	}
	u.leave(o.target, o.runs, fmt.Sprintf("%s stays%s, because %s it too. It is deleted when the last of them is cleaned up.", policy.Capital(what), keys, needed(o.runs)))
	if o.sameBucket {
		for _, p := range w.ownPolicies()[o.target] {
			if strings.HasPrefix(p, "arn:") {
				continue
			}
			u.leave(o.target.InlinePolicy(p), o.runs, u.notes[len(u.notes)-1])
		}
	}
}

// ownPolicies are the inline policies by their names, and the managed ones by their ARNs, that a clean-up of this run takes back, by whose they
// are.
func (w *World) ownPolicies() map[awsops.Target][]string {
	mine := map[awsops.Target][]string{}
	if w.goes != nil {
		mine[w.Grantee()] = w.goes
	}
	for _, s := range w.inherited(fold(w.Journal)) {
		if whose := s.Target.Principal(); isInline(s.Target) || isAttachment(s.Target) {
			mine[whose] = append(mine[whose], s.Target.ID)
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
	for _, s := range w.shared(awsops.KindUserPolicy, awsops.KindRolePolicy) {
		if !w.kept(s.What) {
			want := w.Grant().ForGrantee()
			add(awsops.SetInlinePolicy(s.What.Principal(), s.What.ID, &want, nil), document{left: &want, given: []*policy.Document{&want}})
		}
	}
	for _, s := range w.shared(awsops.KindUser, awsops.KindRole) {
		if named := s.What.Principal(); !w.kept(named) && len(s.With) > 0 {
			add(awsops.DeletePrincipal(named, s.What.ID, s.With[0]), document{})
		}
	}
	return found
}

// kept tells that this run has left something to others.
func (w *World) kept(t awsops.Target) bool {
	return slices.ContainsFunc(w.Journal.Shares(), func(s journal.Share) bool { return s.Kept && s.What == t })
}

// inlineMade tells whether this run made an inline policy.
func (w *World) inlineMade(t awsops.Target) bool {
	return slices.ContainsFunc(w.Journal.Entries(), func(e journal.Entry) bool {
		return e.Operation.Target() == t && e.Operation.Describe().After != nil && e.State != journal.Failed
	})
}

// shell is an aws command of the administrator of an account.
func (w *World) shell(account string, args ...string) string {
	return w.AWS(w.undoer(awsops.Target{Account: account}), args...)
}
