package steps

import (
	"context"
	"fmt"
	"slices"
	"time"

	"crossgrant/awsops"
	"crossgrant/steps/journal"
)

// keyWindow is how far from its announcement a key may have been made to be the
// one that was announced. It allows for a slow answer, and for clocks that differ.
const keyWindow = 5 * time.Minute

// keys are the keys that a run made for a user.
type keys struct {
	ids  []string
	lost []lostKey
}

// lostKey is a key whose making was announced, and the answer to it lost.
type lostKey struct {
	announced time.Time
	known     []string // the user's keys before
}

// has tells whether a key is the run's: one that it knows, or one that was not there
// before and was made just when the run asked for one.
func (k keys) has(key awsops.AccessKey) bool {
	return slices.Contains(k.ids, key.ID) || slices.ContainsFunc(k.lost, func(l lostKey) bool { return l.is(key) })
}

func (l lostKey) is(key awsops.AccessKey) bool {
	return !slices.Contains(l.known, key.ID) && key.Created.Sub(l.announced).Abs() <= keyWindow
}

func (w *World) keysMade(account, user string) keys {
	return keysIn(w.Journal.Entries(), account, user)
}

func keysIn(entries []journal.Entry, account, user string) keys {
	var k keys
	for _, e := range entries {
		op, ok := e.Operation.(awsops.CreateAccessKey)
		if !ok || op.Account != account || op.User != user {
			continue
		}
		switch e.State {
		case journal.Done:
			k.ids = append(k.ids, e.Receipt.KeyID)
		case journal.Intended, journal.Lost:
			k.lost = append(k.lost, lostKey{e.Time, op.Known})
		}
	}
	return k
}

// lostKeyGone tells that a key whose making has no answer was found and deleted since:
// one of the user's that the run does not know otherwise.
func lostKeyGone(entries []journal.Entry, lost journal.Entry) bool {
	made := lost.Operation.(awsops.CreateAccessKey)
	known := append(keysIn(entries, made.Account, made.User).ids, made.Known...)
	return slices.ContainsFunc(entries, func(e journal.Entry) bool {
		op, ok := e.Operation.(awsops.DeleteAccessKey)
		return ok && e.Seq > lost.Seq && e.State == journal.Done && op.Account == made.Account && op.User == made.User && !slices.Contains(known, op.KeyID)
	})
}

// recordedKeys are the keys that the records of other runs know to be theirs.
func (w *World) recordedKeys(account, user string) []string {
	var ids []string
	for _, r := range w.recorded() {
		if j, err := journal.Read(r.Path); err == nil {
			ids = append(ids, keysIn(j.Entries(), account, user).ids...)
		}
	}
	return ids
}

// lostKeys finds the key that a lost answer may have made.
func (w *World) lostKeys(u *undoing, e journal.Entry, op awsops.DeleteAccessKey, o *owned) []awsops.DeleteAccessKey {
	made := w.keysMade(op.Account, op.User)
	var gone []awsops.DeleteAccessKey
	for _, k := range o.has.Keys {
		switch {
		case slices.Contains(made.ids, k.ID):
		case made.has(k):
			gone = append(gone, awsops.DeleteAccessKey{Account: op.Account, User: op.User, KeyID: k.ID})
		case o.made == nil && !slices.ContainsFunc(made.lost, func(l lostKey) bool { return slices.Contains(l.known, k.ID) }):
			u.note(fmt.Sprintf("The access key %s of %s stays: this run asked for a key on %s and lost the answer, but this one was not created then.",
				k.ID, op.User, e.Time.Format("2 January 2006 at 15:04 MST")))
		}
	}
	return gone
}

// lostProbe finds what a write whose answer was lost, or that was only announced, may
// have left. A key of the run's own can hold nothing of anybody else's; under one that
// was asked for only what holds the run's own text is the run's.
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
		if w.ProbeKey != "" { // the customer may have a file of that name
			if v.ETag == "" {
				continue // a delete marker, which no run writes
			}
			holds, err := w.CustomerSession.Holds(ctx, op.Bucket, op.Owner, op.Key, gone.VersionID, w.probeBody())
			if err != nil {
				return nil, "what is there could not be read, so nothing proves that this run wrote it", nil
			}
			if !holds {
				continue // it is not the run's
			}
		}
		ops = append(ops, gone)
	}
	return ops, "", nil
}
