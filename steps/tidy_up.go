package steps

import (
	"context"
	"fmt"
	"slices"

	"crossgrant/awsops"
	"crossgrant/steps/journal"
)

// TidyUp takes back what a set-up made only for its test: the probe, the key unless the
// person asked to keep it, and that the administrator may assume a role. It goes by the journal, like every undoing. The
// access is proven by then, so a test file that cannot be deleted does not undo it.
type TidyUp struct{}

func (TidyUp) Info() Info {
	return Info{ID: "tidy-up", Title: "Tidy up after the test", Side: Firm, CleanUp: true}
}

func (TidyUp) Plan(ctx context.Context, w *World) (Change, error) {
	of := w.Grantee()
	c := Change{
		Why: fmt.Sprintf("The test file is deleted, and so is the access key of %s that was created for it, since its secret was saved nowhere. "+
			"Create a new key on the machine that will send the files.", w.FirmUser),
		KeepGoing: true, MayFail: true,
	}
	switch {
	case w.Only != "" && of.Kind == awsops.KindUser && w.KeyFile == "":
		c.Why = fmt.Sprintf("The access key of %s that was made for the test goes, since its secret was saved nowhere. Make a new key where the files will be sent from.", w.FirmUser)
	case w.Only != "":
		c.Why = fmt.Sprintf("The %s %s stays, and its access.", of.Kind, of.Name)
	case of.Kind == awsops.KindRole:
		c.Why = fmt.Sprintf("The test file is deleted. The role %s stays, and its access.", of.Name)
		if !w.trustsAdmin() {
			c.Why += fmt.Sprintf(" From now on only %s may assume it.", w.trusts())
		}
	case w.KeyFile != "":
		c.Why = fmt.Sprintf("The test file is deleted. The access key of %s stays: it is saved in %s.", w.FirmUser, w.KeptIn())
	}
	actions, stays := w.testOnly(ctx)
	c.Actions = actions
	c.stays(stays)
	if w.Only != "" {
		theirs := &undoing{}
		w.sayTheirs(theirs, Customer)
		c.Notes = append(c.Notes, theirs.notes...)
	}
	return c, nil
}

// testOnly is what is to be taken back of the test alone.
func (w *World) testOnly(ctx context.Context) (actions []Action, stays []Remainder) {
	for _, side := range []Side{Customer, Firm} {
		u := planUndo(ctx, w, side)
		actions = append(actions, slices.DeleteFunc(u.actions(), func(a Action) bool { return !w.onlyForTest(a.Op.Target()) })...)
		stays = append(stays, slices.DeleteFunc(u.stays, func(r Remainder) bool { return !w.onlyForTest(r.target) })...)
	}
	actions = append(actions, w.trustOnly(ctx)...)
	for i := range actions {
		actions[i].Beside = i > 0
	}
	return actions, stays
}

func (w *World) onlyForTest(t awsops.Target) bool {
	return t.Kind == awsops.KindObject || t.Kind == awsops.KindAccessKey && w.KeyFile == ""
}

func (TidyUp) diagnose(_ context.Context, w *World, a Action, err error) error {
	return w.forbidden(a, err)
}

func (s TidyUp) Verify(ctx context.Context, w *World) (Outcome, error) {
	o := Outcome{Now: fmt.Sprintf("The user %s keeps its access, and no access key was kept.", w.FirmUser)}
	switch {
	case w.Grantee().Kind == awsops.KindRole:
		o.Now = fmt.Sprintf("The role %s keeps its access.", w.FirmRole)
	case w.KeyFile != "":
		o.Now = fmt.Sprintf("The user %s keeps its access, and its key is in %s.", w.FirmUser, w.KeptIn())
	}
	for _, s := range fold(w.Journal) {
		if file, ok := s.inverse.(awsops.DeleteObject); ok {
			if why := w.keepsFile(file.Key, file.VersionID != ""); why != "" {
				o.Warnings = append(o.Warnings, fmt.Sprintf("The test file stays, %s: %s.", s.Resource, why))
			}
		}
	}
	if !slices.ContainsFunc(w.Journal.Entries(), func(e journal.Entry) bool { return e.Step == s.Info().ID && e.State != journal.Done }) {
		return o, nil
	}
	w.forget() // something has no answer, or was refused: look again
	actions, _ := w.testOnly(ctx)
	for _, a := range actions {
		d, why := a.Op.Describe(), "it could not be deleted"
		if d.After != nil {
			why = "it could not be changed back"
		}
		for _, e := range slices.Backward(w.Journal.Entries()) {
			if e.Operation.Target() == d.Target && e.Problem != "" {
				why += ". " + e.Problem
				break
			}
		}
		o.Left = append(o.Left, Remainder{What: d.Resource, Why: why, Commands: []string{w.Shell(a)}})
	}
	return o, nil
}
