package steps

import (
	"regexp"
	"slices"
	"strings"

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

// may tells that the thing may not be there: the answer that would say so was lost.
func (s standing) may() bool { return s.entry.State != journal.Done || s.unsure }

// document is what became of a policy that the run changed.
type document struct {
	left, earlier *policy.Document   // what the run left, and what was there before it; nil: none
	given         []*policy.Document // all that the run made of it
	sids          []string           // of the statements that the run put there, but for those left to others
	wrote         []policy.Statement // the same in full, each time that it was put
	unsure        bool               // an operation on it has no answer
	changed       bool               // a step of the run did, and not only a clean-up
	inherits      bool               // the firm's statement stood there for other runs, and may be the last of theirs
}

// back tells whether nothing of the run is in the document any more, going by the
// journal.
func (s standing) back() bool {
	switch {
	case s.unsure:
		return false
	case s.Target.Kind != awsops.KindBucketPolicy:
		return s.left == nil || policy.Same(s.left, s.earlier)
	}
	return !slices.ContainsFunc(s.sids, func(sid string) bool { return hasSid(s.left, sid) })
}

// without is the live document less the run's own statements, but for those that others
// need. Nothing is put back that is not there: a clean-up never grants. A statement that
// bears a Sid of the run's and is about somebody else is not the run's.
func (d document) without(live *policy.Document, madeIDs []string, needed ...string) (rest *policy.Document, foreign []string) {
	var own []string
	for _, sid := range d.sids {
		switch {
		case slices.Contains(needed, sid) || !hasSid(live, sid):
		case d.ownsStatement(statementOf(live, sid).Statements[0], madeIDs):
			own = append(own, sid)
		default:
			foreign = append(foreign, sid)
		}
	}
	return policy.Remove(live, own...), foreign
}

var deletedID = regexp.MustCompile(`^A[A-Z0-9]{15,}$`)

// fold walks a journal from its end and returns the inverses of what still
// stands, the newest first, but for what a clean-up left to others. Changes to one document become one inverse, from the
// last state to the first; what was deleted again is left out. An entry without a
// receipt counts as done: whoever acts on it looks first.
func fold(j *journal.Journal) []standing {
	var found []standing
	kept := map[awsops.Target]bool{}
	for _, s := range j.Shares() {
		kept[s.What] = kept[s.What] || s.Kept
	}
	gone := map[awsops.Target]bool{}
	for _, e := range slices.Backward(j.Entries()) {
		if e.State == journal.Failed {
			continue
		}
		inverse, ok := e.Operation.Inverse(e.Receipt)
		if file, is := e.Operation.(awsops.RemoveKeyFile); is && e.State != journal.Done {
			inverse, ok, e.State = file, true, journal.Done // announced, and a look tells whether it was done
		}
		if !ok {
			// A deletion that AWS has confirmed; a refused try deleted nothing.
			if e.State == journal.Done && e.Receipt.Refused == "" {
				gone[e.Operation.Target()] = true
			}
			continue
		}
		if key, ok := inverse.(awsops.DeleteAccessKey); ok && key.KeyID == "" && lostKeyGone(j.Entries(), e) {
			continue
		}
		d := inverse.Describe()
		if gone[d.Target] || kept[owner(d.Target)] || kept[d.Target] {
			continue
		}
		newer := slices.IndexFunc(found, func(s standing) bool { return s.Target == d.Target })
		switch {
		case newer < 0:
			found = append(found, standing{inverse, e, d, document{left: d.Before, earlier: d.After}})
			newer = len(found) - 1
		case !isDocument(d.Target):
			continue
		}
		if isDocument(d.Target) {
			found[newer].document = found[newer].with(d, e.State != journal.Done)
			found[newer].changed = found[newer].changed || !takesBack(e.Step)
		}
	}
	for i := range found {
		found[i].sids = slices.DeleteFunc(found[i].sids, func(sid string) bool { return kept[statementTarget(found[i].Target, policy.FirstSid(sid))] })
	}
	return slices.DeleteFunc(found, func(s standing) bool { return isDocument(s.Target) && (!s.changed || s.back()) })
}

// takesBack tells that a step removes what others did: what it takes away is not to be
// put back.
func takesBack(step string) bool {
	return strings.HasPrefix(step, "clean-up-") || strings.HasPrefix(step, "undo-") || step == (TidyUp{}).Info().ID
}

// owner is the user that a key belongs to: with the user its keys are left to others.
func owner(t awsops.Target) awsops.Target {
	if t.Kind == awsops.KindAccessKey {
		return t.Principal()
	}
	return t
}

// statementTarget is one statement of a bucket's policy.
func statementTarget(policy awsops.Target, sid string) awsops.Target {
	return awsops.Target{Account: policy.Account, Kind: awsops.KindStatement, Name: policy.Name, ID: sid}
}

// with adds an older change to a document, as its inverse.
func (d document) with(inverse awsops.Description, unsure bool) document {
	d.earlier = inverse.After
	d.unsure = d.unsure || unsure
	d.given = append(d.given, inverse.Before)
	for _, sid := range put(inverse) {
		d.sids = append(d.sids, sid)
		d.wrote = append(d.wrote, statementOf(inverse.Before, sid).Statements[0])
	}
	return d
}

// put are the Sids of crossgrant's that a change, of which this is the inverse, put
// into a document or changed there.
func put(inverse awsops.Description) []string {
	var sids []string
	for _, sid := range policy.Own(inverse.Before) {
		if !policy.Same(statementOf(inverse.Before, sid), statementOf(inverse.After, sid)) {
			sids = append(sids, sid)
		}
	}
	return sids
}

// statementOf is the statement of a Sid as a document of its own, nil for none.
func statementOf(d *policy.Document, sid string) *policy.Document {
	if d == nil {
		return nil
	}
	for _, s := range d.Statements {
		if s.Sid == sid {
			alone := policy.New(s)
			return &alone
		}
	}
	return nil
}

func hasSid(d *policy.Document, sid string) bool { return statementOf(d, sid) != nil }

func isDocument(t awsops.Target) bool {
	return t.Kind == awsops.KindBucketPolicy || t.Kind == awsops.KindManagedPolicy || isInline(t)
}

func isAttachment(t awsops.Target) bool {
	return t.Kind == awsops.KindUserAttachment || t.Kind == awsops.KindRoleAttachment
}

func isInline(t awsops.Target) bool {
	return t.Kind == awsops.KindUserPolicy || t.Kind == awsops.KindRolePolicy
}
