package steps

import (
	"context"
	"fmt"
	"slices"
	"time"

	"crossgrant/awsops"
	"crossgrant/steps/journal"
)

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

// keyWindow is how far from its announcement a key may have been made to be the
// one that was announced. It allows for a slow answer, and for clocks that differ.
const keyWindow = 5 * time.Minute

// lostKeys finds the keys that a lost answer may have made: those that were not
// there before. Of a user that the run did not make, such a key may be somebody
// else's, unless it was made just when this run asked for one.
func (w *World) lostKeys(ctx context.Context, e journal.Entry, op awsops.DeleteAccessKey, o owned) ([]awsops.Operation, string, error) {
	made := w.keysMade(op.Account, op.User)
	keys, err := w.admin(w.side(op.Account)).AccessKeys(ctx, op.User)
	if err != nil {
		return nil, "", err
	}
	var ops []awsops.Operation
	for _, k := range keys {
		switch apart := k.Created.Sub(e.Time).Abs(); {
		case slices.Contains(made.ids, k.ID) || !made.has(k.ID):
		case !o.ours && apart > keyWindow:
			return nil, fmt.Sprintf("the access key %s of %s: this run may have made it on %s, but cannot prove it",
				k.ID, op.User, e.Time.Format("2 January 2006 at 15:04 MST")), nil
		default:
			ops = append(ops, awsops.DeleteAccessKey{Account: op.Account, User: op.User, KeyID: k.ID})
		}
	}
	return ops, "", nil
}

// lostProbe finds what a write whose answer was lost may have left. A key of the
// run's own can hold nothing of anybody else's.
func (w *World) lostProbe(ctx context.Context, op awsops.DeleteObject) ([]awsops.Operation, string, error) {
	versions, err := w.CustomerSession.ObjectVersions(ctx, op.Bucket, op.Owner, op.Key)
	if noBucket(err) {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	if w.ProbeKey != "" && len(versions) > 1 {
		return nil, op.Describe().Resource + ": this run may have written one of its versions, but cannot prove which", nil
	}
	var ops []awsops.Operation
	for _, v := range versions {
		gone := op
		if gone.VersionID = v; v == "null" && len(versions) == 1 {
			gone.VersionID = "" // a bucket that keeps no versions
		}
		ops = append(ops, gone)
	}
	return ops, "", nil
}
