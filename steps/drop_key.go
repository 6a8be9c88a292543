package steps

import (
	"context"
	"fmt"

	"crossgrant/awsops"
)

// DropKey deletes the key that was made for the test, since nobody asked to keep
// it.
type DropKey struct{}

func (DropKey) Info() Info {
	return Info{ID: "drop-key", Title: "Delete the test key", Side: Firm, CleanUp: true}
}

func (DropKey) Plan(_ context.Context, w *World) (Change, error) {
	c := Change{Why: fmt.Sprintf("The access key of %s was made for the test, and its secret was saved nowhere. "+
		"It is deleted; make a new one where the files will be sent from.", w.FirmUser)}
	if w.Writer.Key.ID != "" {
		c.Actions = []Action{{FirmAdmin, awsops.DeleteAccessKey{Account: w.Firm.Account, User: w.FirmUser, KeyID: w.Writer.Key.ID}}}
	}
	return c, nil
}

func (DropKey) Verify(_ context.Context, w *World) (Outcome, error) {
	return Outcome{Now: fmt.Sprintf("The user %s keeps its access, and has no key of this run's.", w.FirmUser)}, nil
}
