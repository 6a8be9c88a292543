package steps

import (
	"context"
	"fmt"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// LetWriterInAll is the firm's half for all buckets of a fleet: in one inline policy, and
// what that has no room for in managed ones. A bucket more widens the last of them.
type LetWriterInAll struct{ Role bool }

func (s LetWriterInAll) Info() Info { return LetWriterIn(s).Info() }

// maxAttached is how many managed policies a user or a role can have. Source: IAM and AWS
// STS quotas.
const maxAttached = 10

func (LetWriterInAll) Plan(ctx context.Context, w *World) (Change, error) {
	of := w.Grantee()
	c := Change{Why: fmt.Sprintf("The firm's administrator passes the access to %s on to the %s %s.", policy.Count(len(w.fleet), "bucket"), of.Kind, of.Name)}
	if w.ByAccount {
		c.Notes = append(c.Notes, fmt.Sprintf("The policy names the customers' accounts and not their buckets: where such an account lets the firm into another bucket, %s may use that too.", of.Name))
	}
	live, err := w.heldByFleet(ctx)
	if err != nil {
		return Change{}, err
	}
	docs, err := w.fleetPolicies(live)
	if err != nil {
		return Change{}, err
	}
	do := func(op awsops.Operation) { c.Actions = append(c.Actions, Action{As: FirmAdmin, Op: op}) }
	if want := docs[0]; !policy.Same(live.inline, want) {
		do(awsops.SetInlinePolicy(of, w.fleetPolicy(), live.inline, want))
	}
	for i := 1; i < max(len(docs), len(live.managed)+1); i++ {
		arn := w.fleetPolicyARN(i)
		is := live.managed[arn]
		set := awsops.SetManagedPolicy{ARN: arn, Run: w.Run}
		attach := awsops.AttachPolicy{User: w.FirmUser, Role: w.FirmRole, ARN: arn, Run: w.Run}
		if is != nil {
			set.ID, set.Before, attach.ID = is.ID, &is.Document, is.ID
		}
		if i >= len(docs) { // all of them found room before it
			if live.attached[arn] {
				do(awsops.DetachPolicy(attach))
			}
			do(set)
			continue
		}
		if set.After = docs[i]; !policy.Same(set.Before, set.After) {
			do(set)
		}
		if !live.attached[arn] {
			do(attach)
		}
	}
	return c, nil
}

// fleetPolicy is the name of a fleet's inline policy, with which those of its managed ones
// begin.
func (a Answers) fleetPolicy() string { return policyName + "-" + a.Fleet }

func (w *World) fleetPolicyARN(n int) string {
	return fmt.Sprintf("arn:%s:iam::%s:policy/%s-%d", w.Firm.Partition, w.Firm.Account, w.fleetPolicy(), n)
}

// held is what the firm's user or role has.
type held struct {
	inline   *policy.Document // the fleet's
	room     int              // for it
	managed  map[string]*awsops.ManagedPolicy
	attached map[string]bool // by ARN, also what is not the fleet's
}

// heldByFleet reads what the firm's user or role has, and refuses to change what is not the
// fleet's, or was changed since.
func (w *World) heldByFleet(ctx context.Context) (held, error) {
	of := w.Grantee()
	h := held{room: policy.MaxInlineChars, managed: map[string]*awsops.ManagedPolicy{}, attached: map[string]bool{}}
	if of.Kind == awsops.KindRole {
		h.room = policy.MaxRoleChars
	}
	if w.accounts.made(of) {
		return h, nil
	}
	all, err := w.FirmSession.InlinePolicies(ctx, of)
	if problem.Is(err, "NoSuchEntity") {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	for _, p := range all {
		if p.Name == w.fleetPolicy() {
			h.inline = &p.Document
		} else {
			h.room -= policy.Chars(p.Document)
		}
	}
	arns, err := w.FirmSession.Attached(ctx, of)
	if err != nil {
		return h, err
	}
	for _, arn := range arns {
		h.attached[arn] = true
	}
	ours := fold(w.Journal)
	if h.inline != nil && !slices.ContainsFunc(ours, func(s standing) bool {
		return s.Target == of.InlinePolicy(w.fleetPolicy()) && s.ownsPolicy(h.inline)
	}) {
		return h, w.notTheFleets("the inline policy " + w.fleetPolicy())
	}
	for _, s := range ours {
		op, is := s.inverse.(awsops.SetManagedPolicy)
		if !is {
			continue
		}
		live, err := w.FirmSession.ManagedPolicy(ctx, op.ARN)
		if err != nil {
			return h, err
		}
		if live != nil && (!ownsManaged(live, op) || !s.ownsPolicy(&live.Document)) {
			return h, w.notTheFleets(s.Resource)
		}
		if live != nil {
			h.managed[op.ARN] = live
		}
	}
	return h, nil
}

func (w *World) notTheFleets(what string) *problem.Error {
	return &problem.Error{
		Summary: "A policy of the fleet was changed by somebody else",
		Detail:  fmt.Sprintf("%s is not as crossgrant left it, or not crossgrant's. It is left as it is. Nothing was changed.", policy.Capital(what)),
		Fixes: []string{
			"Ask who changed it. If it is not needed, delete it, then try again.",
			fmt.Sprintf("Or choose another %[1]s, with --firm-%[1]s.", w.Grantee().Kind),
		},
	}
}

// fleetPolicies are the documents that pass the grants of the fleet on: the inline one, nil
// where there is no room for it, then the managed ones.
func (w *World) fleetPolicies(live held) ([]*policy.Document, error) {
	rest := w.fleet
	if w.ByAccount {
		rest = nil
		for _, g := range w.fleet {
			rest = append(rest, g.InAccount())
		}
	}
	room := live.room
	if live.inline != nil {
		room = max(room, policy.Chars(*live.inline))
	}
	docs := packed(rest, room)
	others := 0
	for arn := range live.attached {
		if live.managed[arn] == nil {
			others++
		}
	}
	if others+len(docs)-1 <= maxAttached {
		return docs, nil
	}
	p := &problem.Error{
		Summary: fmt.Sprintf("One %s has no room for so many buckets", w.Grantee().Kind),
		Detail: fmt.Sprintf("To let %s into %s takes %d managed policies, and it can have %d, of which %d are somebody else's. Nothing was changed.",
			w.Grantee().Name, policy.Count(len(w.fleet), "bucket"), len(docs)-1, maxAttached, others),
	}
	if !w.ByAccount {
		p.Fixes = append(p.Fixes, "Name the customers' accounts and not their buckets, which takes far less room: --fleet-by-account.")
	}
	if w.Grantee().Kind == awsops.KindUser && len(packed(rest, policy.MaxRoleChars))-1 <= maxAttached {
		p.Fixes = append(p.Fixes, "Let a role write the files, which has more room: --firm-role.")
	}
	p.Fixes = append(p.Fixes, fmt.Sprintf("Or split the list, with one %s for each part.", w.Grantee().Kind))
	return nil, p
}

// packed are the documents that grants have room in, the first of so many characters.
func packed(rest []policy.Grant, room int) (docs []*policy.Document) {
	for len(rest) > 0 || docs == nil {
		n := policy.Fitting(rest, room)
		if docs != nil { // a managed policy has room for any one grant
			n = max(n, 1)
		}
		var d *policy.Document
		if n > 0 {
			d = new(policy.Combined(rest[:n]...))
		}
		docs, rest, room = append(docs, d), rest[n:], policy.MaxManagedChars
	}
	return docs
}

// Verify reads nothing: the tests of the buckets prove it.
func (s LetWriterInAll) Verify(_ context.Context, w *World) (Outcome, error) {
	return Outcome{Now: fmt.Sprintf("The firm lets %s use %s. Whether the buckets let the firm in, the tests show.", w.Grantee().Name, policy.Count(len(w.fleet), "bucket"))}, nil
}
