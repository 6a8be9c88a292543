package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/profile"
	"crossgrant/steps/journal"
)

// Remainder is something of a run's that is there, or may be.
type Remainder struct {
	What     string
	Why      string // why it stays, "" where it was not tried
	May      bool   // it may not be there: the answer that would say so was lost
	target   awsops.Target
	Commands []string // what removes it by hand, each for a shell
}

func (r Remainder) String() string {
	text := r.What
	if r.May {
		text = "perhaps " + text + " (AWS's answer was lost)"
	}
	if r.Why != "" {
		text += ": " + r.Why
	}
	return text
}

// Words are remainders as people read them.
func Words(all []Remainder) []string {
	var words []string
	for _, r := range all {
		words = append(words, r.String())
	}
	return words
}

// Ask is something that is not known to be the run's: what somebody else added to what
// a run made, or what is only found by its signs. It stays, unless the person says that
// it may go.
type Ask struct {
	Target awsops.Target
	What   string // "the access key AKIA... of the user bob, made on 24 November 2026, never used"
	Else   string // what becomes of it otherwise: "It stays, and the user with it"
}

// undoing is how what a run left on one side is taken back.
type undoing struct {
	list   []Action // side by side; what waits for others is behind them
	stays  []Remainder
	asks   []Ask
	shares []journal.Share // what is left to others
	notes  []string
}

func (u *undoing) stay(r Remainder) {
	if !slices.ContainsFunc(u.stays, func(s Remainder) bool { return s.What == r.What && s.Why == r.Why }) {
		u.stays = append(u.stays, r)
	}
}

func (u *undoing) note(text string) {
	if !slices.Contains(u.notes, text) {
		u.notes = append(u.notes, text)
	}
}

// leave leaves something to those who need it too.
func (u *undoing) leave(what awsops.Target, with []string, said string) {
	u.note(said)
	if !slices.ContainsFunc(u.shares, func(s journal.Share) bool { return s.What == what }) {
		u.shares = append(u.shares, journal.Share{What: what, With: with, Kept: true})
	}
}

// has tells that an operation is among them already.
func (u *undoing) has(op awsops.Operation) bool {
	return slices.ContainsFunc(u.list, func(a Action) bool { return a.Op.Target() == op.Target() })
}

// actions are all of them, in an order that works: a user or a role is deleted after what
// belongs to it, a bucket after what is in it, and the file with a key after the key.
func (u *undoing) actions() []Action {
	slices.SortStableFunc(u.list, func(a, b Action) int { return rank(a.Op) - rank(b.Op) })
	for i, a := range u.list {
		u.list[i].Beside = i > 0
		u.list[i].After = nil
		for _, earlier := range u.list[:i] {
			if belongs(earlier.Op.Target(), a.Op.Target()) {
				u.list[i].After = append(u.list[i].After, earlier.Op.Target())
			}
		}
	}
	return u.list
}

func rank(op awsops.Operation) int {
	switch op.Target().Kind {
	case awsops.KindManagedPolicy, awsops.KindUser, awsops.KindRole, awsops.KindBucket, awsops.KindKeyFile, awsops.KindKeyProfile:
		return 1
	}
	return 0
}

// belongs tells whether a thing has to go before another can.
func belongs(part, whole awsops.Target) bool {
	switch whole.Kind {
	case awsops.KindUser, awsops.KindRole: // a policy that names a user reads otherwise once it is deleted
		return part.Account == whole.Account && (part.Kind == awsops.KindBucketPolicy || part != whole && part.Principal() == whole)
	case awsops.KindManagedPolicy:
		return isAttachment(part) && strings.HasSuffix(part.ID, ":policy/"+whole.Name)
	case awsops.KindBucket:
		return part.Kind == awsops.KindObject || part.Kind == awsops.KindBucketPolicy
	case awsops.KindKeyFile, awsops.KindKeyProfile:
		return part.Kind == awsops.KindAccessKey && part.ID == whole.ID
	}
	return false
}

// planUndo compares what the journal says stands on one side with the live state:
// what takes it back, what stays and why. What cannot be looked at stays: it does not
// keep the rest from going.
func planUndo(ctx context.Context, w *World, side Side) *undoing {
	u := &undoing{}
	if !w.signedIn(side) {
		w.sayTheirs(u, side)
		return u
	}
	todo := slices.DeleteFunc(w.inherited(fold(w.Journal)), func(s standing) bool { return w.undoer(s.Target).Side() != side })
	found := w.survey(ctx, side, todo)
	users := map[awsops.Target]*owned{}
	var order []*owned
	for _, s := range todo {
		whose := s.Target.Principal()
		if whose.Name != "" && users[whose] == nil {
			users[whose] = w.own(ctx, whose, found.users[whose], todo)
			order = append(order, users[whose])
		}
		if o := users[whose]; o == nil || o.goes(s) {
			w.takeBack(ctx, u, s, o, found)
		}
	}
	for _, o := range order {
		w.takeUserBack(u, o)
	}
	w.sayUnproved(ctx, u, side)
	return u
}

// undoer is who takes something back: the administrator of its account. What the
// firm's user wrote into the bucket is the customer's to delete.
func (w *World) undoer(t awsops.Target) Actor {
	if t.Account == w.Firm.Account {
		return FirmAdmin
	}
	return CustomerAdmin
}

// survey is what an undoing has to know of the accounts, read side by side.
type survey struct {
	policy    *policy.Document
	policyErr error
	users     map[awsops.Target]*userSurvey // and roles
}

type userSurvey struct {
	user *awsops.User // nil: there is none
	has  awsops.Subordinates
	err  error
}

func (w *World) survey(ctx context.Context, side Side, todo []standing) *survey {
	f := &survey{users: map[awsops.Target]*userSurvey{}}
	var g errgroup.Group
	for _, s := range todo {
		whose := s.Target.Principal()
		if whose.Name != "" && f.users[whose] == nil {
			u := &userSurvey{}
			f.users[whose] = u
			var hasErr error
			one := errgroup.Group{}
			one.Go(func() (err error) {
				u.user, err = w.accounts.Principal(ctx, whose)
				return err
			})
			one.Go(func() error {
				u.has, hasErr = w.accounts.Subordinates(ctx, whose)
				return nil
			})
			g.Go(func() error {
				if u.err = one.Wait(); u.err == nil && u.user != nil {
					u.err = hasErr
				}
				return nil
			})
		}
		if isInline(s.Target) {
			g.Go(func() error { // into the reader's memory
				_, _ = w.accounts.InlinePolicy(ctx, whose, s.Target.ID)
				return nil
			})
		}
	}
	if slices.ContainsFunc(todo, func(s standing) bool { return s.Target.Kind == awsops.KindBucketPolicy }) {
		g.Go(func() error {
			f.policy, f.policyErr = w.accounts.BucketPolicy(ctx)
			return nil
		})
	}
	if side == Customer && slices.ContainsFunc(todo, w.ofFirm) {
		g.Go(func() error { // into the reader's memory: who else needs the firm's statement
			_, _ = w.accounts.Grantees(ctx, w.Firm.Account)
			return nil
		})
	}
	_ = g.Wait()
	w.observe()
	return f
}

// ofFirm tells that the firm's statement may go with this.
func (w *World) ofFirm(s standing) bool {
	return s.Target.Kind == awsops.KindBucketPolicy && (s.inherits || slices.ContainsFunc(s.sids, w.ofThisFirm))
}

// takeBack turns an inverse into the operations that fit the live state.
func (w *World) takeBack(ctx context.Context, u *undoing, s standing, o *owned, found *survey) {
	as := w.undoer(s.Target)
	do := func(ops ...awsops.Operation) {
		for _, op := range ops {
			u.list = append(u.list, Action{As: as, Op: op})
		}
	}
	unseen := func(err error) {
		u.stay(Remainder{What: s.Resource, target: s.Target, May: s.may(), Why: "it could not be looked at. " + explained(err, "look at it").Error()})
	}
	switch op := s.inverse.(type) {
	case awsops.SetBucketPolicy:
		if found.policyErr != nil {
			unseen(found.policyErr)
			return
		}
		op.Before, op.After = found.policy, w.withoutOwn(ctx, u, s, found.policy)
		if !policy.Same(op.Before, op.After) {
			do(op)
		}
	case awsops.SetUserPolicy, awsops.SetRolePolicy:
		whose := s.Target.Principal()
		switch live, err := w.accounts.InlinePolicy(ctx, whose, s.Target.ID); {
		case err != nil:
			unseen(err)
		case live != nil && !s.ownsPolicy(live):
			u.stay(Remainder{What: s.Resource, target: s.Target, Why: "somebody changed it after this run, so it is left as it is"})
		case s.earlier != nil:
			u.note("There was a policy before this run in the place of " + s.Resource + ". It is left as it is.")
		case live != nil:
			do(awsops.SetInlinePolicy(whose, s.Target.ID, live, nil))
		}
	case awsops.SetManagedPolicy:
		whose := found.users[w.Grantee()]
		switch live, err := w.FirmSession.ManagedPolicy(ctx, op.ARN); {
		case err != nil:
			unseen(err)
		case live != nil && whose != nil && whose.err != nil: // who may have it still
			unseen(whose.err)
		case live == nil:
		case !ownsManaged(live, op) || !s.ownsPolicy(&live.Document):
			u.stay(Remainder{What: s.Resource, target: s.Target, Why: "it is another one now, or somebody changed it after this run, so it is left as it is"})
		default:
			op.Before, op.After = &live.Document, nil
			do(op)
		}
	case awsops.DetachPolicy:
		if slices.ContainsFunc(o.has.Other, func(other awsops.Other) bool { return other.Policy == op.ARN }) {
			do(op)
		}
	case awsops.DeleteAccessKey:
		w.takeKeyBack(u, s, op, o, do)
	case awsops.RemoveKeyFile: // whose key went before it
		if !u.has(op) && op.Holds() == nil {
			do(op)
		}
	case awsops.DeleteUser, awsops.DeleteRole:
		// after all that belongs to it: takeUserBack
	case awsops.DeleteBucket:
		w.takeBucketBack(ctx, u, s, op, do, unseen)
	case awsops.DeleteObject:
		w.takeProbeBack(ctx, u, s, op, do, unseen)
	default:
		do(op)
	}
}

// takeBucketBack deletes the bucket that the run made: known by when that was, or where
// the answer was lost by its being made just then.
func (w *World) takeBucketBack(ctx context.Context, u *undoing, s standing, op awsops.DeleteBucket, do func(...awsops.Operation), unseen func(error)) {
	if w.accounts.bucketAssumed() {
		do(op)
		return
	}
	created, err := w.CustomerSession.BucketCreated(ctx, op.Bucket)
	switch {
	case err != nil:
		unseen(err)
	case created.IsZero(): // it is gone
	case ownsBucket(created, s):
		op.Created = created
		do(op)
	default:
		u.note(fmt.Sprintf("The bucket %s is another one now, created on %s: this run did not create it, and it is left alone.", op.Bucket, created.Format("2 January 2006 at 15:04:05 MST")))
	}
}

// takeKeyBack deletes a key that the run made, and then the file that it was saved in.
func (w *World) takeKeyBack(u *undoing, s standing, op awsops.DeleteAccessKey, o *owned, do func(...awsops.Operation)) {
	ids := []string{op.KeyID}
	if s.entry.State != journal.Done {
		ids = o.lost
	}
	for _, id := range ids {
		op.KeyID = id
		if u.has(op) {
			continue
		}
		if slices.ContainsFunc(o.has.Keys, func(k awsops.AccessKey) bool { return k.ID == id }) {
			do(op)
		}
		if op.Target().Principal() == w.Grantee() && w.KeyFile != "" { // also where the key went already
			w.takeKeyFileBack(u, op)
		}
	}
}

func (w *World) takeKeyFileBack(u *undoing, key awsops.DeleteAccessKey) {
	file := awsops.RemoveKeyFile{Account: key.Account, User: key.User, KeyID: key.KeyID, Path: w.KeyFile, Profile: w.KeyProfile}
	switch err := file.Holds(); {
	case u.has(file): // an earlier clean-up announced it
	case err == nil:
		u.list = append(u.list, Action{As: FirmAdmin, Op: file})
	case errors.Is(err, profile.ErrNotOurs) && w.KeyProfile != "":
		u.note(fmt.Sprintf("On this computer %s stays: it holds something else than the key that this run created, or something beside it.", w.KeptIn()))
	case errors.Is(err, profile.ErrNotOurs):
		u.note(fmt.Sprintf("The file %s stays on this computer: it holds something else than the key that this run created, or something beside it.", w.KeptIn()))
	}
}

// takeProbeBack deletes a test file, unless a rule of the bucket's forbids that to the
// customer's administrator too: no waiting helps then.
func (w *World) takeProbeBack(ctx context.Context, u *undoing, s standing, op awsops.DeleteObject, do func(...awsops.Operation), unseen func(error)) {
	if why := w.keepsFile(op.Key, op.VersionID != ""); why != "" {
		u.stay(Remainder{What: s.Resource, target: s.Target, Why: why, May: s.may()})
		return
	}
	if s.entry.State == journal.Done {
		do(op)
		return
	}
	ops, why, err := w.lostProbe(ctx, op)
	switch {
	case err != nil:
		unseen(err)
	case why != "":
		u.stay(Remainder{What: s.Resource, target: s.Target, Why: why, May: true})
	default:
		do(ops...)
	}
}

// withoutOwn is the bucket's policy without what is this run's own in it. What others
// need stays.
func (w *World) withoutOwn(ctx context.Context, u *undoing, s standing, live *policy.Document) *policy.Document {
	var needed, inherited []string
	for _, g := range w.grants(live) {
		there, whole := g.In(live)
		if len(there) == 0 || !s.inherits && !slices.ContainsFunc(g.Sids(), func(sid string) bool { return slices.Contains(s.sids, sid) }) {
			continue
		}
		others, err := w.leaners(ctx, g, w.ownPolicies())
		if err != nil && w.signedIn(Firm) {
			u.note("Who else uses the statement " + g.Sid() + " could not be looked at in the firm's account: " + explained(err, "look at its users").Brief() + ".")
		}
		switch {
		case len(others) > 0:
			needed = append(needed, g.Sids()...)
			w.leaveStatement(u, statementTarget(w.accounts.bucketPolicy(), g.Sid()), others)
		case s.inherits && whole:
			inherited = g.Sids()
		}
	}
	after, foreign := s.without(live, w.madeIDs(), needed...)
	for _, sid := range foreign {
		u.note(fmt.Sprintf("The statement %s of the bucket's policy is no longer about whom this run let in. It is somebody else's now, and stays.", sid))
	}
	after = policy.Remove(after, inherited...)
	w.standIns(u, s, after)
	return after
}

// grants are those of the firm's that a clean-up may be about: the run's own, or without a
// record all that are found.
func (w *World) grants(live *policy.Document) []policy.Grant {
	if !w.Journal.Found || live == nil {
		return []policy.Grant{w.Grant()}
	}
	var all []policy.Grant
	for _, s := range live.Statements {
		g, ours := policy.GrantOf(s, w.Customer.Partition, w.Bucket, w.Customer.Account)
		if ours && g.Firm == w.Firm.Account && !slices.ContainsFunc(all, func(known policy.Grant) bool { return known.Sid() == g.Sid() }) {
			all = append(all, g)
		}
	}
	return all
}

func (w *World) leaveStatement(u *undoing, firm awsops.Target, others []leaner) {
	said := fmt.Sprintf("The statement %s of the bucket's policy stays, because %s it too.", firm.ID, needed(whose(others)))
	if slices.ContainsFunc(others, func(l leaner) bool { return l.run }) {
		u.leave(firm, whose(others), said+" It is deleted when the last of them is cleaned up.")
		return
	}
	u.stay(Remainder{
		What: "the statement " + firm.ID + " of the bucket's policy", target: firm,
		Why: needed(whose(others)) + " it too, with access that somebody else gave. Take that back first, then clean up again",
	})
}

// date is a day as a sentence has it.
func date(t time.Time) string { return t.UTC().Format("2 January 2006") }
