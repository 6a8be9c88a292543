package steps

import (
	"context"
	"fmt"
	"slices"

	"crossgrant/awsops"
)

// TidyUp takes back what a set-up made only for its test: the probe, and the key
// unless the person asked to keep it. It goes by the journal, like every undoing.
type TidyUp struct{}

func (TidyUp) Info() Info {
	return Info{ID: "tidy-up", Title: "Tidy up after the test", Side: Firm, CleanUp: true}
}

func (TidyUp) Plan(ctx context.Context, w *World) (Change, error) {
	c := Change{
		Why: fmt.Sprintf("The file written as a test goes, and so does the access key of %s that was made for it, since its secret was saved nowhere. "+
			"Make a new key where the files will be sent from.", w.FirmUser),
		KeepGoing: true,
	}
	if w.KeyFile != "" {
		c.Why = fmt.Sprintf("The file written as a test goes. The access key of %s stays: it is saved in %s.", w.FirmUser, w.KeyFile)
	}
	for _, side := range []Side{Customer, Firm} {
		actions, stays := planUndo(ctx, w, side)
		c.Actions = append(c.Actions, slices.DeleteFunc(actions, func(a Action) bool { return !w.onlyForTest(a.Op) })...)
		if side == Customer {
			c.stays(stays)
		}
	}
	return c, nil
}

func (w *World) onlyForTest(op awsops.Operation) bool {
	switch op.(type) {
	case awsops.DeleteObject:
		return true
	case awsops.DeleteAccessKey:
		return w.KeyFile == ""
	}
	return false
}

func (TidyUp) Verify(_ context.Context, w *World) (Outcome, error) {
	if w.KeyFile != "" {
		return Outcome{Now: fmt.Sprintf("The user %s keeps its access, and its key is in %s.", w.FirmUser, w.KeyFile)}, nil
	}
	return Outcome{Now: fmt.Sprintf("The user %s keeps its access, and has no key of this run's.", w.FirmUser)}, nil
}
