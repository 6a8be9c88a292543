package steps

import (
	"context"
	"fmt"
	"regexp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

var accountID = regexp.MustCompile(`^\d{12}$`)

// Account is the id of an account as somebody typed it, "" for none.
func Account(flag, typed string) (string, error) {
	id := Expected{Firm: typed}.Digits().Firm
	if id == "" || accountID.MatchString(id) {
		return id, nil
	}
	return "", badTerm("This is not the id of an account", fmt.Sprintf("%q does not have 12 digits.", problem.Clean(typed)), "Give the 12 digits with "+flag+".")
}

// Offer is the grant that the firm asks the customer for. It needs nothing of the
// customer's: their account may be unknown. Of the firm's it signs in where a profile is
// named, and else takes its account as it was said, of AWS's usual partition.
func Offer(ctx context.Context, src awsops.Source, a Answers, said Expected) (policy.Grant, error) {
	a.Journey = "setup" // which is what it asks for
	owner, err := Account("--customer-account", said.Customer)
	if err == nil {
		said.Firm, err = Account("--firm-account", said.Firm)
	}
	if err == nil {
		err = checkNames(a)
	}
	if err == nil && a.FirmProfile == "" && said.Firm == "" {
		err = badTerm("The firm's account is missing", "The customer's bucket lets in an account, and none is named.", "Name the firm's account with --firm-account, or its profile with --firm-profile.")
	}
	if err != nil {
		return policy.Grant{}, &UsageError{err}
	}
	f := Facts{Answers: a, Customer: awsops.Identity{Account: owner}, Firm: awsops.Identity{Account: said.Firm, Partition: "aws"}}
	if a.FirmProfile != "" {
		if err := f.offeredBy(ctx, src, said.Firm); err != nil {
			return policy.Grant{}, err
		}
	}
	f.Customer.Partition = f.Firm.Partition
	if owner == f.Firm.Account {
		return policy.Grant{}, &UsageError{badTerm("Both sides are one account", "The account "+policy.Dashed(owner)+" is named as the customer's and as the firm's.", "Name the customer's account with --customer-account, and the firm's with --firm-account or --firm-profile.")}
	}
	return f.Grant(), nil
}

// offeredBy signs in as the firm, and takes over the ARN of a user or role that is there:
// it may have a path.
func (f *Facts) offeredBy(ctx context.Context, src awsops.Source, said string) error {
	s, id, err := SignIn(ctx, src, f.FirmProfile)
	if err != nil {
		return err
	}
	if said != "" && said != id.Account {
		return &UsageError{badTerm("The account is not the one that was named",
			fmt.Sprintf("The firm's account was named as %s, but the profile %s is in the account %s.", policy.Dashed(said), f.FirmProfile, policy.Dashed(id.Account)),
			"Name the profile of the right account with --firm-profile, or correct --firm-account.")}
	}
	f.Firm = id
	there, err := s.Principal(ctx, f.Grantee())
	switch {
	case err != nil && !problem.Denied(err):
		return err
	case there != nil:
		f.Writer.ARN = there.ARN
	case err == nil && f.existing():
		return (&World{Facts: *f, FirmSession: s}).noSuchPrincipal(f.Grantee())
	}
	return nil
}
