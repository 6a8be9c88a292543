package steps

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps/journal"
)

// Reopen gets ready to go on with an earlier run or to take it back, from its
// journal in dir. An empty run is the one run that left something behind. Profiles
// named in a override the journal's.
func Reopen(ctx context.Context, src awsops.Source, dir, run string, a Answers) (*World, error) {
	a.StateDir = dir
	if run == "" {
		var err error
		if run, err = a.onlyRun(); err != nil {
			return nil, err
		}
	}
	j, err := journal.Open(dir, run)
	if err != nil {
		return nil, err
	}
	w, err := reopened(ctx, src, j, a)
	if err == nil {
		w.records = &records{dir: dir}
	}
	if err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return w, nil
}

// GoOn is Reopen for a run that is to go on with its own journey.
func GoOn(ctx context.Context, src awsops.Source, dir, run string, a Answers) (*World, error) {
	w, err := Reopen(ctx, src, dir, run, a)
	if err != nil {
		return nil, err
	}
	var p *problem.Error
	switch ended := w.Journal.Ended(); {
	case w.Answers.Journey != a.Journey:
		p = &problem.Error{
			Summary: "The run is of another journey",
			Detail:  fmt.Sprintf("The run %s is a %s.", run, w.Answers.Journey),
			Fixes:   []string{"Go on with it: " + w.Crossgrant(w.Answers.Journey, "--resume", run)},
		}
	case ended == "finished" || ended == "undone":
		p = &problem.Error{
			Summary: "The run is over",
			Detail:  fmt.Sprintf("The run %s came to its end, so there is nothing to go on with.", run),
			Fixes:   []string{"Start a new one: " + w.Again()},
		}
	}
	if p != nil {
		return nil, errors.Join(p, w.Journal.Close())
	}
	w.Writer.Key = w.reload(w.Writer.Key)
	if a.Journey == "setup" && w.signedIn(Customer) { // at the end of which they are told; what cannot be read is not
		w.settings, _ = w.CustomerSession.BucketFacts(ctx, w.Bucket, w.Customer.Account)
	}
	return w, nil
}

// reload finds a key's secret where the person asked to save it.
func (w *World) reload(k Key) Key {
	if k.ID == "" || w.KeyFile == "" {
		return k
	}
	if id, secret := awsops.SavedKey(w.KeyFile, w.KeyProfile); id == k.ID {
		k.Secret = secret
	}
	return k
}

func (a Answers) onlyRun() (string, error) {
	records, err := Records(a.StateDir)
	if err != nil {
		return "", err
	}
	var open []string
	for _, r := range records {
		if len(r.Left) > 0 {
			open = append(open, r.Run)
		}
	}
	switch len(open) {
	case 0:
		return "", &problem.Error{Summary: "There is nothing to clean up", Detail: "No recorded run in " + shell.Word(a.StateDir) + " left anything behind."}
	case 1:
		if !IsFleet(a.StateDir, open[0]) {
			return open[0], nil
		}
		return "", &UsageError{badTerm("A fleet is cleaned up by its name", "What is left is of the fleet "+open[0]+", with many buckets.", "Name it: "+a.Crossgrant("cleanup", open[0]))}
	}
	return "", &UsageError{&problem.Error{
		Summary: "Several runs left something behind",
		Detail:  "They are " + policy.Join(open, "and") + ".",
		Fixes:   []string{"Name one: " + a.Crossgrant("cleanup", open[len(open)-1]), "See what each left: " + a.Crossgrant("runs")},
	}}
}

func reopened(ctx context.Context, src awsops.Source, j *journal.Journal, a Answers) (*World, error) {
	if j.Demo {
		return nil, &problem.Error{Summary: "The run was a demo", Detail: "Its accounts were an embedded AWS that ended with it, so there is nothing left of it."}
	}
	said, err := answersOf(j)
	if err != nil {
		return nil, err
	}
	said.CustomerProfile = cmp.Or(a.CustomerProfile, said.CustomerProfile)
	said.FirmProfile = cmp.Or(a.FirmProfile, said.FirmProfile)
	said.Receipt = cmp.Or(a.Receipt, said.Receipt)
	said.StateDir, said.AllowHTTP = a.StateDir, a.AllowHTTP || said.AllowHTTP
	w := &World{Journal: j, Facts: Facts{
		Answers: said, Run: j.Run, Region: j.Region,
		Tester: Person{Name: said.TestUser}, Writer: Person{Name: said.Grantee().Name, ARN: said.GranteeARN},
	}}
	if err := w.signIn(ctx, src); err != nil {
		return nil, err
	}
	for _, side := range []struct{ name, was, is, profile string }{
		{"customer", j.Customer, w.Customer.Account, said.CustomerProfile},
		{"firm", j.Firm, w.Firm.Account, said.FirmProfile},
	} {
		if side.was != side.is {
			return nil, &problem.Error{
				Summary: "The profile is in another account than the run was",
				Detail:  fmt.Sprintf("The run %s acted in the %s's account %s, and the profile %s is in %s. Nothing was changed.", j.Run, side.name, policy.Dashed(side.was), side.profile, policy.Dashed(side.is)),
				Fixes:   []string{fmt.Sprintf("Name a profile of the account %s, with --%s-profile.", side.was, side.name)},
			}
		}
	}
	if err := w.checkReceipt(); err != nil {
		return nil, err
	}
	w.at(j.Region)
	w.reading()
	w.relearn(j)
	w.Facts.PolicyRead, w.Facts.WriterRead = false, false // others may have changed them since
	w.lookAgain(ctx)
	return w, nil
}

// relearn takes over what a record's receipts taught.
func (w *World) relearn(j *journal.Journal) {
	for _, e := range j.Entries() {
		if e.State == journal.Done {
			w.Facts = w.Learn(Action{As: Actor(e.As), Op: e.Operation}, e.Receipt)
		}
	}
}

// lookAgain reads, side by side, what the picture of who can do what is decided from.
// What cannot be read is not in the picture.
func (w *World) lookAgain(ctx context.Context) {
	var (
		g      errgroup.Group
		writer *awsops.User
	)
	g.Go(func() error {
		_, err := w.accounts.BucketPolicy(ctx)
		return err
	})
	g.Go(func() (err error) {
		writer, err = w.accounts.Principal(ctx, w.Grantee())
		return err
	})
	for _, name := range w.policyNames() {
		g.Go(func() error {
			_, err := w.inline(ctx, name)
			return err
		})
	}
	_ = g.Wait()
	w.observe()
	if writer != nil && (w.Writer.ID == "" || w.Writer.ID == writer.ID) {
		w.Writer.ARN, w.Writer.ID = writer.ARN, writer.ID
	}
}
