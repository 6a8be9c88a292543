package steps

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

// LetWriterIn is the firm's half, which most people miss: its administrator
// passes the access on to one of its users or roles by an inline policy.
type LetWriterIn struct{ Role bool }

func (s LetWriterIn) Info() Info {
	return Info{ID: "let-writer-in", Title: "Give the firm's " + word(s.Role) + " access", Side: Firm}
}

func (LetWriterIn) Plan(ctx context.Context, w *World) (Change, error) {
	of := w.Grantee()
	c := Change{Why: fmt.Sprintf("The firm's administrator passes the access on to the %s %s with an inline policy: the half that most people miss. "+
		"It covers the bucket %s and nothing else.", of.Kind, of.Name, w.Bucket)}
	grant := w.Grant()
	if grant.Key != "" {
		c.Why = strings.TrimSuffix(c.Why, " and nothing else.") + ", the KMS key with which it encrypts, and nothing else."
	}
	if grant.Key != "" && !w.signedIn(Customer) {
		c.Notes = w.KeyNotes()
	}
	want, name := grant.ForGrantee(), grant.PolicyName()
	live, err := w.inline(ctx, name)
	if err == nil && name == policyName && live != nil && !policy.Same(live, &want) {
		// A policy of that name for another bucket stays; this bucket's goes beside it.
		name += "-" + w.Bucket
		live, err = w.inline(ctx, name)
	}
	if err != nil {
		return c, err
	}
	if policy.Same(live, &want) {
		if !w.inlineMade(of.InlinePolicy(name)) {
			c.Notes = append(c.Notes, fmt.Sprintf("The %s has the policy %s already.", of.Kind, name))
			c.Shares = w.sharePolicy(name)
		}
		return c, nil
	}
	if live != nil { // by others, under both names
		return Change{}, &problem.Error{
			Summary: fmt.Sprintf("The names for the %s's policy are taken", of.Kind),
			Detail:  fmt.Sprintf("The %s %s has inline policies %s and %s that say something else. They are left as they are.", of.Kind, of.Name, policyName, name),
			Fixes: []string{
				fmt.Sprintf("Choose another %[1]s, with --firm-%[1]s.", of.Kind),
				"Or remove the one that is no longer needed: " + w.shell(of.Account, awsops.SetInlinePolicy(of, name, nil, nil).Describe().Command...),
			},
		}
	}
	if noRoom := w.fits(name, want); noRoom != nil {
		return w.inManaged(ctx, c, want, noRoom)
	}
	c.Actions = []Action{{As: FirmAdmin, Op: awsops.SetInlinePolicy(of, name, nil, &want)}}
	return c, nil
}

// policyNames are what the policy of the firm's user or role may be called.
func (w *World) policyNames() []string {
	return []string{w.Grant().PolicyName(), policyName + "-" + w.Bucket}
}

// inline reads one inline policy of the firm's user or role.
func (w *World) inline(ctx context.Context, name string) (*policy.Document, error) {
	return w.accounts.InlinePolicy(ctx, w.Grantee(), name)
}

// sharePolicy notes that another run had given the policy: it goes with the
// last run that needs it. One that nobody is known to have made stays.
func (w *World) sharePolicy(name string) []journal.Share {
	for _, r := range w.others(w.Grant()) {
		if r.Grantee == w.Grantee() {
			return []journal.Share{{What: w.Grantee().InlinePolicy(name), With: []string{"the run " + r.Run}}}
		}
	}
	return nil
}

// fits looks whether the inline policies of the firm's user or role, which were read before
// anything was changed, have room for one more.
func (w *World) fits(name string, want policy.Document) error {
	of, kind, others := w.Grantee(), policy.InlinePolicy, 0
	if of.Kind == awsops.KindRole {
		kind = policy.RolePolicy
	}
	for _, p := range w.WriterPolicies {
		if p.Name != name && !strings.HasPrefix(p.Name, "arn:") {
			others += policy.Chars(p.Document)
		}
	}
	for _, f := range policy.Lint(want, policy.Against{Kind: kind, Partition: w.Firm.Partition, Account: w.Firm.Account, Others: others}) {
		if f.Severity == policy.Refused {
			p := &problem.Error{Summary: fmt.Sprintf("The %s's inline policies have no room for this one", of.Kind), Detail: f.Text}
			if others > 0 {
				p.Fixes = append(p.Fixes, fmt.Sprintf("Remove an inline policy of %s that is no longer needed, or choose another %s.", of.Name, of.Kind))
			}
			if w.Prefix != "" {
				p.Fixes = append(p.Fixes, "Give a shorter --prefix.")
			}
			if of.Kind == awsops.KindUser {
				p.Fixes = append(p.Fixes, "Or let a role write the files, which has more room: --firm-role.")
			}
			return p
		}
	}
	return nil
}

// inManaged gives the policy as a managed one, for which there is room where the inline
// ones have none. One that is there and not this run's stays as it is.
func (w *World) inManaged(ctx context.Context, c Change, want policy.Document, noRoom error) (Change, error) {
	of, arn := w.Grantee(), w.managedARN()
	live, err := w.FirmSession.ManagedPolicy(ctx, arn)
	if err != nil {
		return Change{}, err
	}
	attached, err := w.FirmSession.Attached(ctx, of)
	if err != nil && !problem.Is(err, "NoSuchEntity") { // which is said of who is to be created, or was a moment ago
		return Change{}, err
	}
	set := awsops.SetManagedPolicy{ARN: arn, Run: w.Run, After: &want}
	attach := awsops.AttachPolicy{User: w.FirmUser, Role: w.FirmRole, ARN: arn, Run: w.Run}
	if live != nil {
		if live.Run != w.Run {
			return Change{}, noRoom
		}
		set.ID, set.Before, attach.ID = live.ID, &live.Document, live.ID
	}
	c.Notes = append(c.Notes, fmt.Sprintf("The inline policies of %s have no room for one more, so it gets a managed policy.", of.Name))
	if !policy.Same(set.Before, set.After) {
		c.Actions = append(c.Actions, Action{As: FirmAdmin, Op: set})
	}
	if !slices.Contains(attached, arn) {
		if len(attached) >= maxAttached {
			return Change{}, noRoom
		}
		c.Actions = append(c.Actions, Action{As: FirmAdmin, Op: attach})
	}
	return c, nil
}

// managedARN is that of the managed policy by which this user or role uses this bucket.
func (w *World) managedARN() string {
	name := fmt.Sprintf("%s-%s-%s", policyName, w.Bucket, strings.TrimPrefix(FleetID(w.Grantee()), "fleet-"))
	return fmt.Sprintf("arn:%s:iam::%s:policy/%s", w.Firm.Partition, w.Firm.Account, name)
}

// gaveManaged tells that this run gave the policy as a managed one, which the tests prove.
func (w *World) gaveManaged(want policy.Document) bool {
	return slices.ContainsFunc(w.Journal.Entries(), func(e journal.Entry) bool {
		op, is := e.Operation.(awsops.SetManagedPolicy)
		return is && e.State == journal.Done && policy.Same(op.After, &want)
	})
}

func (LetWriterIn) Verify(ctx context.Context, w *World) (Outcome, error) {
	grant, of := w.Grant(), w.Grantee()
	want := grant.ForGrantee()
	for _, name := range w.policyNames() {
		live, err := w.inline(ctx, name)
		if err != nil {
			return Outcome{}, err
		}
		if policy.Same(live, &want) || w.gaveManaged(want) {
			if !w.signedIn(Customer) {
				return Outcome{Now: fmt.Sprintf("The firm lets %s use the bucket. Whether the bucket lets the firm in, the test shows.", of.Name)}, nil
			}
			o := Outcome{Now: fmt.Sprintf("Both sides say yes: the bucket lets the firm's account in, and the firm lets %s use it.", of.Name)}
			if w.testOfKey() != nil {
				o.Now += " Whether the bucket's KMS key lets it in too, the test shows."
			}
			return o, nil
		}
	}
	return Outcome{}, &problem.Error{
		Summary: fmt.Sprintf("The %s's policy does not hold", of.Kind),
		Detail:  fmt.Sprintf("AWS took the inline policy of %s, but it is not there as it was sent. Somebody else may be changing it at this moment.", of.Name),
		Fixes:   []string{fmt.Sprintf("Ask who else works on this %s, then try this step again.", of.Kind)},
	}
}
