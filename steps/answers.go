package steps

// What can be told of the answers without AWS.

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// UsageError is the error of an answer that cannot be right, whatever AWS says.
type UsageError struct{ Err error }

func (e *UsageError) Error() string { return e.Err.Error() }

func (e *UsageError) Unwrap() error { return e.Err }

// CheckProfiles looks whether two profiles are named.
func CheckProfiles(a Answers) error {
	if a.Only != "" {
		return checkHalf(a)
	}
	if a.CustomerProfile == "" || a.FirmProfile == "" {
		return &problem.Error{
			Summary: "A profile is missing",
			Detail:  "crossgrant acts with two profiles of ~/.aws: one of the customer's account, one of the firm's.",
			Fixes:   []string{"Name them with --customer-profile and --firm-profile.", "Or look around without any account first: crossgrant tour --demo"},
		}
	}
	if a.CustomerProfile == a.FirmProfile {
		return oneAccount(a, "Both are the profile "+a.CustomerProfile+".")
	}
	return nil
}

// CheckAnswers looks at what the answers alone can tell: the names, and the terms.
func CheckAnswers(a Answers) error {
	if err := CheckProfiles(a); err != nil {
		return err
	}
	return checkNames(a)
}

func checkNames(a Answers) error {
	if a.Bucket == "" {
		return &problem.Error{
			Summary: "The bucket is missing",
			Detail:  "crossgrant needs the name of the customer's bucket.",
			Fixes:   []string{"Name it with --bucket."},
		}
	}
	if _, err := awsops.CleanBucketName(a.Bucket); err != nil {
		return err
	}
	if err := CheckTerms(a); err != nil {
		return err
	}
	if a.MakeBucket != "" {
		if err := awsops.CheckRegion(a.MakeBucket); err != nil {
			return err
		}
	}
	if err := awsops.CheckKey(a.ProbeKey); err != nil {
		return err
	}
	if a.Journey == "tour" {
		if err := awsops.CheckUserName(a.TestUser); err != nil {
			return err
		}
	}
	if err := CheckRole(a); err != nil || a.FirmRole != "" {
		return err
	}
	return awsops.CheckUserName(a.FirmUser)
}

// CheckRole looks at what is said of a role of the firm's, which takes the place of a user.
func CheckRole(a Answers) error {
	wrong := func(summary, detail string, fixes ...string) error {
		return &problem.Error{Summary: summary, Detail: detail, Fixes: fixes}
	}
	switch {
	case a.FirmRole == "" && a.UseExistingRole:
		return wrong("The role is missing", "--existing-role says that the firm's role is there already, and none is named.", "Name it with --firm-role.")
	case a.FirmRole == "" && a.Trusts != "":
		return wrong("There is no role to trust anybody", "--trusts says who may assume a new role, and the files are to be written by a user.", "Name a role with --firm-role, or leave --trusts out.")
	case a.FirmRole == "":
		return nil
	case a.FirmUser != "" || a.UseExisting:
		return wrong("Both a user and a role are named", "Either a user of the firm writes the files, or a role.", "Leave --firm-user and --existing-user out, or --firm-role.")
	case a.KeyFile != "" || a.KeyProfile != "":
		return wrong("A role has no key to save", "A role has no access key: who assumes it gets credentials that end after an hour. So there is nothing to save.", "Leave --key-file and --key-profile out.")
	case a.UseExistingRole && a.Trusts != "":
		return wrong("The trust policy of an existing role stays as it is", "--trusts says who may assume a role that is made, and --existing-role that none is.", "Leave one of the two out.")
	case a.Journey != "setup" && a.Journey != "check":
		return wrong("A "+a.Journey+" has no role", "It shows the procedure with users that it deletes again.", "Leave --firm-role out, or set the access up with crossgrant setup.")
	}
	if err := awsops.CheckRoleName(a.FirmRole); err != nil || a.Trusts == "" {
		return err
	}
	return awsops.CheckTrusts(a.Trusts)
}

// CheckTerms looks at the terms of the grant.
func CheckTerms(a Answers) error {
	return cmp.Or(CheckAccess(a), CheckPrefix(a), CheckUntil(a), CheckKMSKey(a))
}

// CheckAccess looks whether the access is one of those there are.
func CheckAccess(a Answers) error {
	if a.Access == "" || slices.Contains(policy.Accesses, policy.Access(a.Access)) {
		return nil
	}
	var words []string
	for _, known := range policy.Accesses {
		words = append(words, string(known))
	}
	return badTerm("There is no such access", fmt.Sprintf("%q is none of %s.", a.Access, policy.Join(words, "and")), "Choose one with --access.")
}

// CheckPrefix looks at what the names of the files are to begin with.
func CheckPrefix(a Answers) error {
	if err := policy.CheckPrefix(a.Prefix); err != nil {
		return badTerm("The prefix cannot be used", policy.Capital(err.Error())+".", "Give another with --prefix, such as incoming/.")
	}
	if !strings.HasPrefix(a.ProbeKey, a.Prefix) && a.ProbeKey != "" {
		return badTerm("The test file would be outside of the access", fmt.Sprintf("The key %s does not begin with the prefix %s.", a.ProbeKey, a.Prefix), "Give another with --key, or none.")
	}
	return nil
}

// CheckUntil looks at the last day of the access.
func CheckUntil(a Answers) error {
	if a.Until == "" {
		return nil
	}
	last, err := time.Parse(time.DateOnly, a.Until)
	switch {
	case err != nil:
		return badTerm("The last day is not a date", fmt.Sprintf("%q is not a day. Write it as 2026-12-31.", a.Until), "Give the last day of the access with --until.")
	case last.AddDate(0, 0, 1).Year() > 9999:
		return badTerm("The last day is too late", "A policy holds no time after the year 9999.", "Leave --until out: then the access does not end.")
	case last.Before(time.Now().UTC().Truncate(24 * time.Hour)):
		return badTerm("The last day is past", fmt.Sprintf("The access would have ended on %s.", date(last)), "Give a later day with --until.")
	}
	return nil
}

func badTerm(what, detail, fix string) error {
	return &problem.Error{Summary: what, Detail: detail, Fixes: []string{fix}}
}
