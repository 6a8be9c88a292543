package steps

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

// What may have come of a call that has no answer: found, shown, and taken back.

// keys are the keys that a run made for a user.
type keys struct {
	ids  []string
	lost []journal.Entry // the making was announced, and the answer lost
}

func (w *World) keysMade(user awsops.Target) keys {
	return keysIn(w.Journal.Entries(), user)
}

func keysIn(entries []journal.Entry, user awsops.Target) keys {
	var k keys
	for _, e := range entries {
		op, ok := e.Operation.(awsops.CreateAccessKey)
		if !ok || op.Target().Principal() != user {
			continue
		}
		switch {
		case e.State == journal.Done:
			k.ids = append(k.ids, e.Receipt.KeyID)
		case e.State != journal.Failed && !lostKeyGone(entries, e):
			k.lost = append(k.lost, e)
		}
	}
	return k
}

// lostKeyGone tells that a key whose making has no answer was found and deleted since:
// one of the user's that the run does not know otherwise.
func lostKeyGone(entries []journal.Entry, lost journal.Entry) bool {
	made := lost.Operation.(awsops.CreateAccessKey)
	known := slices.Clone(made.Known)
	for _, e := range entries {
		if op, ok := e.Operation.(awsops.CreateAccessKey); ok && e.State == journal.Done && op.Account == made.Account && op.User == made.User {
			known = append(known, e.Receipt.KeyID)
		}
	}
	return slices.ContainsFunc(entries, func(e journal.Entry) bool {
		op, ok := e.Operation.(awsops.DeleteAccessKey)
		return ok && e.Seq > lost.Seq && e.State == journal.Done && op.Account == made.Account && op.User == made.User && !slices.Contains(known, op.KeyID)
	})
}

// withKnown has the making of a key know which keys are there right before it. A user that
// this run made a moment ago has none.
func (w *World) withKnown(ctx context.Context, op awsops.Operation) (awsops.Operation, error) {
	made, ok := op.(awsops.CreateAccessKey)
	user := op.Target().Principal()
	if !ok || w.accounts.madeNow(user) {
		return op, nil
	}
	made.Known = nil
	all, err := w.accounts.Keys(ctx, user)
	if err != nil && !problem.Is(err, "NoSuchEntity") { // which IAM says of a user a moment old
		return op, err
	}
	for _, k := range all {
		made.Known = append(made.Known, k.ID)
	}
	return made, nil
}

// keyAgain makes a key once more after its answer was lost, when what that one may have
// made is found and gone.
func (e *Engine) keyAgain(ctx context.Context, step Info, a Action, lost error) error {
	if ctx.Err() != nil || len(e.world.keysMade(a.Op.Target().Principal()).lost) >= maxLost {
		return lost
	}
	if err := e.dropLost(ctx, step, a, lost); err != nil {
		return err
	}
	if err := e.do(ctx, step, []Action{a})[0]; err != nil {
		return err
	}
	return e.dropLost(ctx, step, a, lost) // IAM may have listed it late
}

// maxLost is how often an answer is lost before a key is not asked for again.
const maxLost = 3

// dropLost deletes the key that a lost answer made. Where that is not proved nothing is
// deleted.
func (e *Engine) dropLost(ctx context.Context, step Info, a Action, lost error) error {
	w, op := e.world, a.Op.(awsops.CreateAccessKey)
	all, err := w.sessionOf(op.Account).AccessKeys(ctx, op.User)
	if problem.Is(err, "NoSuchEntity") { // not known yet: it can have no key
		return nil
	}
	if err != nil {
		return errors.Join(lost, err)
	}
	ours, unproved := w.ownsKeys(ctx, op.Target().Principal(), all)
	if len(unproved) > 0 {
		return w.whichIsOurs(op, unproved)
	}
	for _, id := range ours {
		gone := Action{As: a.As, Op: awsops.DeleteAccessKey{Account: op.Account, User: op.User, KeyID: id}}
		if err := e.do(ctx, step, []Action{gone})[0]; err != nil {
			return err
		}
	}
	// With a later key in the list an earlier one would be in it too.
	made := w.keysMade(op.Target().Principal())
	if !slices.ContainsFunc(all, func(k awsops.AccessKey) bool { return slices.Contains(made.ids, k.ID) }) {
		return nil
	}
	for _, entry := range made.lost {
		if err := w.Journal.Fail(entry.Seq, false, "no key was created: it was looked for"); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) whichIsOurs(op awsops.CreateAccessKey, unproved []string) *problem.Error {
	p := &problem.Error{
		Summary: "Which key is the new one is not known",
		Detail: fmt.Sprintf("AWS's answer to creating a key for the user %s was lost. It may have created %s, and so may somebody else. Nothing proves whose each is, so none was deleted.",
			op.User, policy.Join(unproved, "or")),
	}
	for _, id := range unproved {
		gone := awsops.DeleteAccessKey{Account: op.Account, User: op.User, KeyID: id}
		p.Fixes = append(p.Fixes, "If nobody knows "+id+": "+w.shell(op.Account, gone.Describe().Command...))
	}
	return p
}

// recordedKeys are the keys that the records of other runs know to be theirs.
func (w *World) recordedKeys(user awsops.Target) []string {
	var ids []string
	for _, r := range w.recorded() {
		ids = append(ids, keysIn(r.entries, user).ids...)
	}
	return ids
}

// lostProbe finds what a write whose answer was lost, or that was only announced, may
// have left: what holds the run's own text, whatever its key. The text names the run.
func (w *World) lostProbe(ctx context.Context, op awsops.DeleteObject) ([]awsops.Operation, string, error) {
	versions, err := w.CustomerSession.ObjectVersions(ctx, op.Bucket, op.Owner, op.Key)
	if noBucket(err) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	var ops []awsops.Operation
	for _, v := range versions {
		gone := op
		if gone.VersionID, gone.ETag = v.ID, v.ETag; v.ID == "null" && len(versions) == 1 {
			gone.VersionID = "" // a bucket that keeps no versions
		}
		ours, err := w.ownsFile(ctx, v, gone)
		if err != nil {
			return nil, "what is there could not be read, so nothing proves that this run wrote it", nil
		}
		if ours {
			ops = append(ops, gone)
		}
	}
	return ops, "", nil
}
