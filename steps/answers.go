package steps

// What can be told of the answers without AWS.

import (
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
	if err := checkGrant(a); err != nil {
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
	return awsops.CheckUserName(a.FirmUser)
}

// checkGrant looks at the terms of the grant.
func checkGrant(a Answers) error {
	wrong := func(what, detail, fix string) error {
		return &problem.Error{Summary: what, Detail: detail, Fixes: []string{fix}}
	}
	if a.Access != "" && !slices.Contains(policy.Accesses, policy.Access(a.Access)) {
		var words []string
		for _, known := range policy.Accesses {
			words = append(words, string(known))
		}
		return wrong("There is no such access", fmt.Sprintf("%q is none of %s.", a.Access, policy.Join(words, "and")), "Choose one with --access.")
	}
	if err := policy.CheckPrefix(a.Prefix); err != nil {
		return wrong("The prefix cannot be used", policy.Capital(err.Error())+".", "Give another with --prefix, such as incoming/.")
	}
	if !strings.HasPrefix(a.ProbeKey, a.Prefix) && a.ProbeKey != "" {
		return wrong("The test file would be outside of the access", fmt.Sprintf("The key %s does not begin with the prefix %s.", a.ProbeKey, a.Prefix), "Give another with --key, or none.")
	}
	if a.Until == "" {
		return nil
	}
	last, err := time.Parse(time.DateOnly, a.Until)
	switch {
	case err != nil:
		return wrong("The last day is none", fmt.Sprintf("%q is not a day, written as 2026-12-31.", a.Until), "Give the last day of the access with --until.")
	case last.Before(time.Now().UTC().Truncate(24 * time.Hour)):
		return wrong("The last day is past", fmt.Sprintf("The access would have ended on %s.", date(last)), "Give a later day with --until.")
	}
	return nil
}
