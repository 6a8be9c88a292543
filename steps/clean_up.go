package steps

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

// CleanUp takes back, in one account, whatever the journal says still stands.
type CleanUp struct{ In Side }

func (s CleanUp) Info() Info {
	return Info{ID: "clean-up-" + string(s.In), Title: "Clean up the " + string(s.In) + "'s side", Side: s.In, CleanUp: true}
}

func (s CleanUp) Plan(ctx context.Context, w *World) (Change, error) {
	u := s.plan(ctx, w)
	c := Change{
		Why:     fmt.Sprintf("Everything that %s created in the %s's account is deleted. What was there before stays as it was.", w.maker(), s.In),
		Actions: u.actions(), KeepGoing: true, Asks: u.asks, Shares: u.shares,
	}
	if len(u.stays)+len(u.notes) > 0 { // then not everything goes
		c.Why = fmt.Sprintf("Of what %s created in the %s's account, what nobody else needs is deleted. What stays is said here.", w.maker(), s.In)
	}
	c.stays(u.stays)
	c.Notes = append(c.Notes, u.notes...)
	return c, nil
}

func (s CleanUp) plan(ctx context.Context, w *World) *undoing {
	u := planUndo(ctx, w, s.In)
	if w.Only != "" {
		w.sayTheirs(u, w.Only.other())
	}
	if s.In == Customer {
		w.sayKey(ctx, u)
	}
	return u
}

func (c *Change) stays(what []Remainder) {
	c.Stays = what
	for _, r := range what {
		c.Notes = append(c.Notes, "This stays: "+r.String()+".")
	}
}

func (CleanUp) diagnose(_ context.Context, w *World, a Action, err error) error {
	return w.forbidden(a, err)
}

func (s CleanUp) Verify(ctx context.Context, w *World) (Outcome, error) {
	w.accounts.forget(w.account(s.In))
	u := s.plan(ctx, w)
	left, err := w.remains(ctx, s.In, u)
	if err != nil {
		return Outcome{}, err
	}
	if len(left) > 0 {
		return Outcome{}, &problem.Error{
			Summary: "Something is still there",
			Detail:  fmt.Sprintf("In the %s's account %s could not be removed.", s.In, policy.Join(left, "and")),
			Fixes:   w.tryAgain(),
		}
	}
	o := Outcome{Left: u.stays, Notes: u.notes, Now: fmt.Sprintf("Nothing of this run is left in the %s's account.", s.In)}
	switch {
	case len(u.stays) > 0:
		o.Now = fmt.Sprintf("In the %s's account everything that could be removed is gone.", s.In)
	case len(u.notes) > 0:
		o.Now = fmt.Sprintf("Everything that was only this run's is gone from the %s's account.", s.In)
	case w.Journal.Found:
		o.Now = fmt.Sprintf("Nothing that was found in the %s's account is left there.", s.In)
	}
	return o, nil
}

// maker is who made what goes: this run, or after a search any.
func (w *World) maker() string {
	if w.Journal.Found && w.Run == "" {
		return "crossgrant"
	}
	return "this run"
}

func (w *World) tryAgain() []string {
	if w.Journal.Found {
		return []string{"Try again, in the same two accounts and with the same bucket."}
	}
	return []string{"Try again: " + w.Crossgrant("cleanup", w.Run)}
}

// remains lists what is still there after a clean-up and neither stays nor is left to
// others: what would still be done, and what should be gone by the journal and is not.
func (w *World) remains(ctx context.Context, side Side, u *undoing) (left []string, err error) {
	for _, a := range u.actions() {
		left = append(left, a.Op.Describe().Resource)
	}
	users, sids := w.touched(side)
	var (
		g    errgroup.Group
		live *policy.Document
		lost = make([]bool, len(users))
	)
	for i, made := range users {
		g.Go(func() error {
			user, err := w.accounts.Principal(ctx, made.target)
			lost[i] = user != nil && user.ID == made.id
			return err
		})
	}
	if len(sids) > 0 {
		g.Go(func() (err error) {
			live, err = w.accounts.BucketPolicy(ctx)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	for i, made := range users {
		if lost[i] && !u.knows(made.target) {
			left = append(left, fmt.Sprintf("the %s %s", made.target.Kind, made.target.Name))
		}
	}
	for _, sid := range sids {
		if hasSid(live, sid) && !u.knows(statementTarget(w.accounts.bucketPolicy(), policy.FirstSid(sid))) {
			left = append(left, "the statement "+sid+" of the bucket's policy")
		}
	}
	return left, nil
}

// knows tells that something stays, and that it was said.
func (u *undoing) knows(t awsops.Target) bool {
	return slices.ContainsFunc(u.stays, func(r Remainder) bool { return r.target == t }) ||
		slices.ContainsFunc(u.shares, func(s journal.Share) bool { return s.What == t }) ||
		slices.ContainsFunc(u.actions(), func(a Action) bool { return a.Op.Target() == t })
}

// madeUser is a user or a role that the run made.
type madeUser struct {
	target awsops.Target
	id     string
}

// touched lists the users and roles that the run made on one side and AWS has not confirmed to be
// deleted, and the Sids that it added to the bucket's policy, but for what it left to
// others.
func (w *World) touched(side Side) (users []madeUser, sids []string) {
	for _, e := range w.Journal.Entries() {
		if e.State != journal.Done {
			continue
		}
		switch op := e.Operation.(type) {
		case awsops.CreateUser, awsops.CreateRole:
			if t := op.Target(); w.side(t.Account) == side && !w.kept(t) {
				users = append(users, madeUser{t, e.Receipt.UserID})
			}
		case awsops.DeleteUser, awsops.DeleteRole:
			gone := deletion(op)
			users = slices.DeleteFunc(users, func(u madeUser) bool { return u == madeUser{op.Target(), gone.ID} })
		case awsops.SetBucketPolicy:
			if inverse, ok := op.Inverse(e.Receipt); ok && side == Customer {
				for _, sid := range put(inverse.Describe()) {
					if !hasSid(op.Before, sid) && !slices.Contains(sids, sid) && !w.kept(statementTarget(w.accounts.bucketPolicy(), policy.FirstSid(sid))) {
						sids = append(sids, sid)
					}
				}
			}
		}
	}
	return users, sids
}
