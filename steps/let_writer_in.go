package steps

import (
	"context"
	"fmt"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

// LetWriterIn is the firm's half, which most people miss: its administrator
// passes the access on to one of its users by an inline policy.
type LetWriterIn struct{}

func (LetWriterIn) Info() Info {
	return Info{ID: "let-writer-in", Title: "Pass the access on", Side: Firm}
}

func (LetWriterIn) Plan(ctx context.Context, w *World) (Change, error) {
	c := Change{Why: fmt.Sprintf("The firm's administrator passes the access on to the user %s with an inline policy: the half that most people miss. "+
		"It covers the bucket %s and nothing else.", w.FirmUser, w.Bucket)}
	grant := w.Grant()
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
		if !w.inlineMade(w.FirmUser, name) {
			c.Notes = append(c.Notes, fmt.Sprintf("The user has the policy %s already.", name))
			c.Shares = w.sharePolicy(name)
		}
		return c, nil
	}
	if live != nil { // by others, under both names
		return Change{}, &problem.Error{
			Summary: "The names for the user's policy are taken",
			Detail:  fmt.Sprintf("The user %s has inline policies %s and %s that say something else. They are left as they are.", w.FirmUser, policyName, name),
			Fixes: []string{
				"Choose another user, with --firm-user.",
				"Or remove the one that is no longer needed: " + w.shell(w.Firm.Account, awsops.SetUserPolicy{Account: w.Firm.Account, User: w.FirmUser, Name: name}.Describe().Command...),
			},
		}
	}
	if err := w.fits(name, want); err != nil {
		return Change{}, err
	}
	c.Actions = []Action{{As: FirmAdmin, Op: awsops.SetUserPolicy{
		Account: w.Firm.Account, User: w.FirmUser, Name: name, After: &want,
	}}}
	return c, nil
}

// policyNames are what the user's policy may be called.
func (w *World) policyNames() []string {
	return []string{w.Grant().PolicyName(), policyName + "-" + w.Bucket}
}

// inline reads one inline policy of the firm's user.
func (w *World) inline(ctx context.Context, name string) (*policy.Document, error) {
	return w.accounts.InlinePolicy(ctx, w.Firm.Account, w.FirmUser, name)
}

// sharePolicy notes that another run had given the user its policy: it goes with the
// last run that needs it. One that nobody is known to have made stays.
func (w *World) sharePolicy(name string) []journal.Share {
	for _, r := range w.others(w.Grant()) {
		if r.FirmUser == w.FirmUser {
			target := awsops.Target{Account: w.Firm.Account, Kind: awsops.KindUserPolicy, Name: w.FirmUser, ID: name}
			return []journal.Share{{What: target, With: []string{"the run " + r.Run}}}
		}
	}
	return nil
}

// fits looks whether the user's inline policies, which were read before anything was
// changed, have room for one more. A user that this run made has no others.
func (w *World) fits(name string, want policy.Document) error {
	if !w.UseExisting {
		return nil
	}
	others := 0
	for _, p := range w.WriterPolicies {
		if p.Name != name {
			others += policy.Chars(p.Document)
		}
	}
	for _, f := range policy.Lint(want, policy.Against{Kind: policy.InlinePolicy, Partition: w.Firm.Partition, Account: w.Firm.Account, Others: others}) {
		if f.Severity == policy.Refused {
			return &problem.Error{
				Summary: "The user's inline policies have no room for this one",
				Detail:  f.Text,
				Fixes:   []string{"Remove an inline policy of " + w.FirmUser + " that is no longer needed, or choose another user."},
			}
		}
	}
	return nil
}

func (LetWriterIn) Verify(ctx context.Context, w *World) (Outcome, error) {
	grant := w.Grant()
	want := grant.ForGrantee()
	for _, name := range w.policyNames() {
		live, err := w.inline(ctx, name)
		if err != nil {
			return Outcome{}, err
		}
		if policy.Same(live, &want) {
			return Outcome{Now: fmt.Sprintf("Both sides say yes: the bucket lets the firm's account in, and the firm lets %s use it.", w.FirmUser)}, nil
		}
	}
	return Outcome{}, &problem.Error{
		Summary: "The user's policy does not hold",
		Detail:  fmt.Sprintf("AWS took the inline policy of %s, but it is not there as it was sent. Somebody else may be changing it at this moment.", w.FirmUser),
		Fixes:   []string{"Ask who else works on this user, then try this step again."},
	}
}
