package steps

import (
	"errors"
	"fmt"
	"io/fs"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
)

// saveKey writes a key as a credentials file with one profile, named after the
// user, that only its owner can read. It never replaces a file.
func saveKey(path, user string, k Key, region string) error {
	return WriteNew(path, fmt.Sprintf("%saws_secret_access_key = %s\nregion = %s\n", awsops.KeyFileBegins(user, k.ID), k.Secret.Reveal(), region))
}

// unsaved is the error of a key that is not in its file, and what became of it.
func unsaved(path string, err error, became string) error {
	p := &problem.Error{
		Summary: "The key could not be saved",
		Detail:  fmt.Sprintf("The file %s could not be written: %v. %s", path, err, became),
		Fixes:   []string{"Name another file with --key-file."},
	}
	if errors.Is(err, fs.ErrExist) {
		p.Detail = fmt.Sprintf("The file %s is there already, and is left as it is. %s", path, became)
	}
	return p
}
