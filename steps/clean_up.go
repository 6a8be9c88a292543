package steps

import (
	"context"
	"fmt"
	"slices"

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
	actions, stays := planUndo(ctx, w, s.In)
	c := Change{
		Why:     fmt.Sprintf("Everything that %s made in the %s's account goes. What was there before stays as it was.", w.maker(), s.In),
		Actions: actions, KeepGoing: true,
	}
	c.stays(stays)
	return c, nil
}

func (c *Change) stays(what []string) {
	for _, why := range what {
		c.Notes = append(c.Notes, "This stays: "+why+".")
	}
}

func (s CleanUp) Verify(ctx context.Context, w *World) (Outcome, error) {
	left, stays, err := w.remains(ctx, s.In)
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
	if len(stays) > 0 {
		return Outcome{
			Now:  fmt.Sprintf("In the %s's account everything that could be removed is gone.", s.In),
			Left: stays,
		}, nil
	}
	if w.Run == "" {
		return Outcome{Now: fmt.Sprintf("Nothing that was found in the %s's account is left there.", s.In)}, nil
	}
	return Outcome{Now: fmt.Sprintf("Nothing of this run is left in the %s's account.", s.In)}, nil
}

// maker is who made what goes: this run, or after a search any.
func (w *World) maker() string {
	if w.Run == "" {
		return "crossgrant"
	}
	return "this run"
}

func (w *World) tryAgain() []string {
	if w.Run == "" {
		return []string{"Try again, in the same two accounts and with the same bucket."}
	}
	return []string{"Try again: crossgrant cleanup " + w.Run}
}

// remains looks again for what the run made on one side: what is there and should
// not be, and what has to stay.
func (w *World) remains(ctx context.Context, side Side) (left, stays []string, err error) {
	actions, stays := planUndo(ctx, w, side)
	if len(stays) > 0 {
		return nil, stays, nil
	}
	for _, a := range actions {
		left = append(left, a.Op.Describe().Resource)
	}
	users, sids := w.touched(side)
	for name, id := range users {
		u, err := w.readUser(ctx, side, name)
		if err != nil {
			return nil, nil, err
		}
		if u != nil && u.ID == id {
			left = append(left, "the user "+name)
		}
	}
	if len(sids) == 0 {
		return left, nil, nil
	}
	live, err := w.readBucketPolicy(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, sid := range sids {
		if hasSid(live, sid) {
			left = append(left, "the statement "+sid+" of the bucket's policy")
		}
	}
	return left, nil, nil
}

// touched lists the users that the run made on one side, by name and id, and the
// Sids that it added to the bucket's policy.
func (w *World) touched(side Side) (users map[string]string, sids []string) {
	users = map[string]string{}
	for _, e := range w.Journal.Entries() {
		if e.State != journal.Done {
			continue
		}
		switch op := e.Operation.(type) {
		case awsops.CreateUser:
			if w.side(op.Account) == side {
				users[op.Name] = e.Receipt.UserID
			}
		case awsops.SetBucketPolicy:
			before := policy.Own(op.Before)
			for _, sid := range policy.Own(op.After) {
				if side == Customer && !slices.Contains(before, sid) && !slices.Contains(sids, sid) {
					sids = append(sids, sid)
				}
			}
		}
	}
	return users, sids
}
