package steps

// A run that is one half of a grant: the other company does theirs, with sign-ins of their
// own.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/handoff"
)

// half are the steps of a set-up of one side's. From the firm's side alone it cannot be
// shown that something can be read, since there may be nothing to read.
func half(a Answers) []Step {
	all := Setup(a) // of which the first is the customer's
	switch {
	case a.Only == Customer:
		return all[:1]
	case a.Access == string(policy.Read):
		return slices.DeleteFunc(all[1:], func(s Step) bool { _, tests := s.(WriteAndRead); return tests })
	}
	return all[1:]
}

// WithGrant are the answers with the terms of a grant that the other company sent, or was
// sent.
func (a Answers) WithGrant(g policy.Grant) Answers {
	a.Bucket, a.Access, a.Prefix, a.OnlyThisUser, a.Until, a.KMSKey, a.Part = g.Bucket, string(g.Access), g.Prefix, g.Only, "", g.Key, g.Part
	if !g.Until.IsZero() {
		a.Until = g.Until.UTC().Format(time.DateOnly)
	}
	a.GranteeARN, a.FirmUser, a.FirmRole = g.Grantee, "", ""
	if name := g.Grantee[strings.LastIndexByte(g.Grantee, '/')+1:]; strings.Contains(g.Grantee, ":role/") {
		a.FirmRole = name
	} else {
		a.FirmUser = name
	}
	return a
}

// AsksHalf tells that a person is to be asked for a part of what a half needs: it was not
// said, and what was said can be right.
func AsksHalf(a Answers) bool {
	mine, theirs := a.CustomerProfile, a.FirmProfile
	if a.Only == Firm {
		mine, theirs = theirs, mine
	}
	return (mine == "" || a.OtherAccount == "" && a.Receipt == "" || a.Bucket == "") && theirs == "" && (a.Only == Customer || a.Only == Firm)
}

// checkHalf looks at what a run of one half needs to be told.
func checkHalf(a Answers) error {
	mine, theirs, flag := a.CustomerProfile, a.FirmProfile, "--firm-account"
	if a.Only == Firm {
		mine, theirs, flag = theirs, mine, "--customer-account"
	}
	switch {
	case a.Only != Customer && a.Only != Firm:
		return badTerm("There is no such half", fmt.Sprintf("%q is neither of the two sides.", problem.Clean(string(a.Only))), "Write --only customer, or --only firm.")
	case a.Journey == "tour", a.MakeBucket != "":
		return badTerm("One half alone is for a set-up", "A tour needs both sides, and a new bucket is made together with its policy.", "Leave --only out.")
	case mine == "":
		return badTerm("A profile is missing", fmt.Sprintf("For the %s's half crossgrant acts with a profile of the %[1]s's account.", a.Only), fmt.Sprintf("Name it with --%s-profile.", a.Only))
	case theirs != "":
		return badTerm("A profile too many", fmt.Sprintf("The %s's half alone needs no profile of the %s's.", a.Only, a.Only.other()), fmt.Sprintf("Leave --%s-profile out, or --only.", a.Only.other()))
	case a.OtherAccount == "" && a.Receipt == "":
		return badTerm("The other account is missing", fmt.Sprintf("The %s's half names the account of the %s, and none is known.", a.Only, a.Only.other()), "Name it with "+flag+", or give the file of the grant with --grant.")
	case a.OtherAccount != "" && !accountID.MatchString(a.OtherAccount):
		return badTerm("This is not the id of an account", fmt.Sprintf("%q does not have 12 digits.", problem.Clean(a.OtherAccount)), "Give the 12 digits with "+flag+".")
	case a.Receipt != "" && a.Only != Firm:
		return badTerm("The receipt is for the firm", "The customer's half gives a receipt, and the firm's takes it.", "Leave --receipt out.")
	}
	return nil
}

// signInAlone opens the profile of the one side. The other's account is as it was said, and
// of the same partition.
func (w *World) signInAlone(ctx context.Context, src awsops.Source) (err error) {
	other := awsops.Identity{Account: w.OtherAccount}
	if w.Receipt != "" && other.Account == "" {
		r, err := handoff.ParseReceipt(w.Receipt)
		if err != nil {
			return &UsageError{err}
		}
		other.Account = r.Account
		w.OtherAccount = r.Account
	}
	if w.Only == Customer {
		if w.CustomerSession, w.Customer, err = SignIn(ctx, src, w.CustomerProfile); err != nil {
			return err
		}
		other.Partition = w.Customer.Partition
		w.Firm, w.CustomerEndpoints = other, w.CustomerSession.Endpoints()
		return nil
	}
	if w.FirmSession, w.Firm, err = SignIn(ctx, src, w.FirmProfile); err != nil {
		return err
	}
	other.Partition = w.Firm.Partition
	w.Customer, w.FirmEndpoints = other, w.FirmSession.Endpoints()
	return nil
}

// checkReceipt compares what the customer sent back with the grant.
func (w *World) checkReceipt() error {
	if w.Receipt == "" {
		return nil
	}
	r, err := handoff.ParseReceipt(w.Receipt)
	if err == nil {
		err = r.Check(w.Grant())
	}
	if err != nil {
		return &UsageError{err}
	}
	return nil
}

// TakeReceipt takes over what the customer sent back, once it fits the grant. The record
// does not have it: its answers are those that the run began with.
func (w *World) TakeReceipt(line string) error {
	before := w.Receipt
	w.Receipt = line
	err := w.checkReceipt()
	if err != nil {
		w.Receipt = before
	}
	return err
}

// checkGrantee: where the customer lets in one user or role alone, it has to be that one.
func (w *World) checkGrantee() error {
	if is := w.Grant().Grantee; w.OnlyThisUser && w.GranteeARN != "" && is != w.GranteeARN {
		return &problem.Error{
			Summary: fmt.Sprintf("The grant names another %s", w.Grantee().Kind),
			Detail:  fmt.Sprintf("The customer's bucket is to let in %s alone, and this would be %s. Nothing was changed.", w.GranteeARN, is),
			Fixes:   []string{fmt.Sprintf("Where it is there already, say so with --existing-%s.", w.Grantee().Kind), "Or write the files for the customer again: crossgrant handoff"},
		}
	}
	return nil
}

// GiveReceipt is the line for the firm, "" where the run is no customer's half or its
// statements do not stand.
func (f Facts) GiveReceipt() string {
	grant := f.Grant()
	if there, whole := grant.In(f.BucketPolicy); f.Only == Customer && whole {
		return handoff.NewReceipt(grant, f.Region, there).String()
	}
	return ""
}

// shutAtTheCustomers is the problem of a firm whose half is done and whose request S3
// refuses, which cannot see the bucket's policy.
func (w *World) shutAtTheCustomers(err error) *problem.Error {
	p := explained(err, "write the test file")
	shut := *p
	cause, _ := problem.CauseOf(err)
	if cause == policy.KMSKeyPolicy || cause == policy.KMSFirmPolicy {
		shut.Summary, shut.Detail, shut.Fixes = w.keyShutToTheFirm()
		return &shut
	}
	shut.Summary = "The bucket does not let the firm in yet"
	shut.Detail = fmt.Sprintf("The firm's half is done, and S3 still refuses what %s sends. The firm cannot see the bucket's policy. Most likely the customer has not applied their half yet.", w.Grantee().Name)
	shut.Fixes = []string{"Ask the customer to apply their half and to send the receipt. Then go on, with that line behind --receipt where you have it: " + w.Crossgrant("setup", "--resume", w.Run)}
	if w.Receipt != "" {
		shut.Detail = fmt.Sprintf("The firm's half is done, and by the receipt the customer's too, and S3 still refuses what %s sends. Something else forbids it: another statement of the bucket's policy, or a rule of one of the two organisations.", w.Grantee().Name)
		shut.Fixes = []string{"The customer sees which half is missing with: crossgrant check. When it is mended, go on: " + w.Crossgrant("setup", "--resume", w.Run)}
	}
	return &shut
}

// sayTheirs notes what is on the side that this run is not signed in to: it stays, for them
// to remove.
func (w *World) sayTheirs(u *undoing, side Side) {
	for _, s := range fold(w.Journal) {
		if as := w.undoer(s.Target); as.Side() == side {
			u.note(fmt.Sprintf("%s stays: only the %s can remove it, with: %s", policy.Capital(s.Resource), side, w.Command(as, s.Description)))
		}
	}
}
