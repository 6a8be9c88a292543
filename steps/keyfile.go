package steps

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
)

// saveKey writes a key as a credentials file with one profile, named after the
// user, that only its owner can read. It never replaces a file.
func saveKey(path, user string, k Key, region string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return unsaved(path, err)
	}
	_, err = fmt.Fprintf(f, "%saws_secret_access_key = %s\nregion = %s\n", keyFileBegins(user, k.ID), k.Secret.Reveal(), region)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return unsaved(path, err)
	}
	return nil
}

func unsaved(path string, err error) error {
	p := &problem.Error{
		Summary: "The key could not be saved",
		Detail:  fmt.Sprintf("The file %s could not be written: %v. The new key is of no use without its secret, and is deleted.", path, err),
		Fixes:   []string{"Name another file with --key-file."},
	}
	if errors.Is(err, fs.ErrExist) {
		p.Detail = fmt.Sprintf("The file %s is there already, and is left as it is. The new key is of no use without its secret, and is deleted.", path)
	}
	return p
}

// loadKey reads what saveKey wrote. The key is empty where there is none.
func loadKey(path string) Key {
	text, err := os.ReadFile(path)
	if err != nil {
		return Key{}
	}
	var k Key
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		switch name {
		case "aws_access_key_id":
			k.ID = value
		case "aws_secret_access_key":
			k.Secret = awsops.Secret(value)
		}
	}
	return k
}

func keyFileBegins(user, id string) string {
	return fmt.Sprintf("[%s]\naws_access_key_id = %s\n", user, id)
}

// dropKeyFile removes the file of a key that is deleted, unless somebody put
// another profile into it. That it stays is no harm: the key works no more.
func dropKeyFile(path, user, id string) {
	text, err := os.ReadFile(path)
	if err == nil && strings.HasPrefix(string(text), keyFileBegins(user, id)) && strings.Count(string(text), "[") == 1 {
		_ = os.Remove(path)
	}
}
