package steps

// What can be told of the answers without AWS.

import (
	"fmt"
	"os"
	"path/filepath"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
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

// CheckAnswers looks at what can be told without AWS: the names, and the file for
// a key.
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
	if err := awsops.CheckUserName(a.FirmUser); err != nil {
		return err
	}
	if a.KeyFile == "" {
		return nil
	}
	if _, err := os.Lstat(a.KeyFile); err == nil {
		return &problem.Error{
			Summary: "The file for the key is there already",
			Detail:  fmt.Sprintf("The key would be saved to %s, and crossgrant replaces no file.", shell.Word(a.KeyFile)),
			Fixes:   []string{"Name another file with --key-file."},
		}
	}
	if _, err := os.Stat(filepath.Dir(a.KeyFile)); err != nil {
		return &problem.Error{
			Summary: "The folder for the key is not there",
			Detail:  fmt.Sprintf("The key would be saved to %s, and there is no folder %s.", shell.Word(a.KeyFile), shell.Word(filepath.Dir(a.KeyFile))),
			Fixes:   []string{"Make the folder, or name another file with --key-file."},
		}
	}
	return nil
}
