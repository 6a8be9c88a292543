package steps

import (
	"context"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
)

// firmOfFleet signs in to the firm's account.
func firmOfFleet(ctx context.Context, src awsops.Source, a Answers, said Expected) (*World, error) {
	a.Journey, a.Only, a.Bucket, a.CustomerProfile, a.OtherAccount = "setup", Firm, "", "", ""
	err := CheckRole(a)
	if err == nil && a.FirmRole == "" {
		err = awsops.CheckUserName(a.FirmUser)
	}
	if err == nil && a.FirmProfile == "" {
		err = badTerm("A profile is missing", "A fleet is set up with a profile of the firm's account.", "Name it with --firm-profile.")
	}
	if err == nil {
		a.KeyFile, err = PlaceKey(src, KeyPlace{a.KeyFile, a.KeyProfile})
	}
	if err != nil {
		return nil, &UsageError{err}
	}
	w := &World{Facts: Facts{Answers: a, Writer: Person{Name: a.Grantee().Name}}}
	if w.FirmSession, w.Firm, err = SignIn(ctx, src, a.FirmProfile); err != nil {
		return nil, err
	}
	w.Customer.Partition, w.FirmEndpoints, w.Region = w.Firm.Partition, w.FirmSession.Endpoints(), w.FirmSession.Region()
	if err := CheckAccounts(w.Facts, Expected{Firm: said.Firm}); err != nil {
		return nil, err
	}
	w.Fleet = FleetID(w.Grantee())
	w.reading()
	return w, w.nameRun()
}

// goOn takes over the record of the firm's side.
func (f *Fleet) goOn(r fleetRecord) error {
	w := f.firm
	if at := w.KeyFile; at != "" && (at != r.said.KeyFile || w.KeyProfile != r.said.KeyProfile) {
		return &UsageError{badTerm("The fleet's key is elsewhere already", "Where the key of a fleet is saved is said when it is first set up.", "Leave --key-file and --key-profile out.")}
	}
	w.Run, w.Journal = r.Run, r.Fork()
	w.KeyFile, w.KeyProfile, w.UseExisting, w.UseExistingRole, w.Trusts = r.said.KeyFile, r.said.KeyProfile, r.said.UseExisting, r.said.UseExistingRole, r.said.Trusts
	w.relearn(r.Journal)
	w.Writer.Key = w.reload(w.Writer.Key)
	f.begun = true
	return nil
}

// grants are those that the firm's side passes on, in the order in which they joined: what
// was never begun and is not in the list has not.
func (f *Fleet) grants(found []fleetRecord) (all []policy.Grant) {
	rows := map[string]*FleetRow{}
	for _, row := range f.Rows {
		rows[row.which()] = row
	}
	for _, r := range found {
		row := rows[r.said.which()]
		if never := len(r.Entries()) == 0 && r.Ended() == ""; r.said.Bucket == "" || never && (row == nil || row.State == RowFailed) {
			continue
		}
		facts := Facts{Answers: r.said, Firm: f.firm.Firm, Customer: awsops.Identity{Account: r.Customer, Partition: f.firm.Firm.Partition}, Writer: f.firm.Writer}
		all = append(all, facts.Grant())
	}
	for _, row := range f.Rows {
		if row.record == "" && row.State != RowFailed {
			all = append(all, row.world.Grant())
		}
	}
	return all
}

// planFirm plans the firm's side: nothing where it holds already and no bucket is to be
// tested.
func (f *Fleet) planFirm(ctx context.Context) error {
	w := f.firm
	access, err := LetWriterInAll{w.FirmRole != ""}.Plan(ctx, w)
	if err != nil {
		return err
	}
	f.engine = NewEngine(w, Journey(w.Answers), f.emit)
	if len(access.Actions) == 0 && f.count(RowToDo) == 0 {
		if !f.begun || isFinished(w.Journal) {
			return nil
		}
		f.engine = NewEngine(w, []Step{TidyUp{}}, f.emit) // which was not come to
	}
	f.Changes, err = f.engine.Foresee(ctx)
	return err
}
