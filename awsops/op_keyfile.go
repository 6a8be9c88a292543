package awsops

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
)

func (RemoveKeyFile) Kind() string { return "remove-key-file" }

func (op RemoveKeyFile) Target() Target {
	return Target{Account: op.Account, Kind: KindKeyFile, Name: op.Path, ID: op.KeyID}
}

func (op RemoveKeyFile) Describe() Description {
	return Description{
		Summary:  "Remove the file " + shell.Word(op.Path) + " from this computer, with the key " + op.KeyID,
		Target:   op.Target(),
		Resource: "the file " + shell.Word(op.Path) + " with the key " + op.KeyID,
		Changes:  true,
		Local:    true,
		Command:  []string{"rm", op.Path},
	}
}

func (RemoveKeyFile) Inverse(Receipt) (Operation, bool) { return nil, false }

// perform leaves a file alone that is no longer as crossgrant wrote it.
func (op RemoveKeyFile) perform(ctx context.Context, _ *Session) (Receipt, error) {
	if err := ctx.Err(); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	switch holds, err := op.Holds(); {
	case errors.Is(err, fs.ErrNotExist):
		return Receipt{Already: true}, nil
	case err != nil:
		return Receipt{}, problem.Unsent(op.trouble(err))
	case !holds:
		return Receipt{}, problem.Unsent(&problem.Error{
			Summary: "The file of the key is no longer as it was written",
			Detail:  fmt.Sprintf("The file %s holds something else than the key %s, or something beside it. It is left as it is.", shell.Word(op.Path), problem.Clean(op.KeyID)),
			Fixes:   []string{"Look into the file, and take out what is no longer needed."},
		})
	}
	if err := os.Remove(op.Path); err != nil {
		return Receipt{}, problem.Unsent(op.trouble(err))
	}
	return Receipt{}, nil
}

func (op RemoveKeyFile) trouble(err error) *problem.Error {
	return &problem.Error{
		Summary: "The file of the key could not be removed",
		Detail:  "The file " + shell.Word(op.Path) + " with the key " + op.KeyID + " is there, and this computer said: " + problem.Clean(err.Error()) + ".",
		Fixes:   []string{"Remove it by hand: the key in it works no more."},
	}
}

// maxKeyFile is more than any file that crossgrant writes for a key.
const maxKeyFile = 4096

// Holds tells whether the file is one profile with this very key, and nothing else.
// A file that is not there is fs.ErrNotExist.
func (op RemoveKeyFile) Holds() (bool, error) {
	text, err := readKeyFile(op.Path)
	return strings.HasPrefix(text, KeyFileBegins(op.User, op.KeyID)) && strings.Count(text, "[") == 1, err
}

// SavedKey is the key that a set-up saved in a file, empty where the file is not one
// of crossgrant's.
func SavedKey(path string) (id string, secret Secret) {
	text, err := readKeyFile(path)
	if err != nil {
		return "", ""
	}
	for line := range strings.Lines(text) {
		switch name, value, _ := strings.Cut(strings.TrimSpace(line), " = "); name {
		case "aws_access_key_id":
			id = value
		case "aws_secret_access_key":
			secret = Secret(value)
		}
	}
	return id, secret
}

// readKeyFile reads a file as crossgrant writes one for a key, "" for anything else: a
// link, a device or a pipe, which may never end, is not opened.
func readKeyFile(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return "", err
	}
	text, err := os.ReadFile(path)
	return string(text), err
}

// KeyFileBegins is the beginning of a file with the key of a user, as a shared
// credentials file with one profile.
func KeyFileBegins(user, id string) string {
	return fmt.Sprintf("[%s]\naws_access_key_id = %s\n", user, id)
}
