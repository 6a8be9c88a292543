package awsops

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/awsops/shell"
)

func (RemoveKeyFile) Kind() string { return "remove-key-file" }

func (op RemoveKeyFile) Target() Target {
	if op.Profile != "" {
		return Target{Account: op.Account, Kind: KindKeyProfile, Name: op.Profile + " in " + op.Path, ID: op.KeyID}
	}
	return Target{Account: op.Account, Kind: KindKeyFile, Name: op.Path, ID: op.KeyID}
}

func (op RemoveKeyFile) Describe() Description {
	d := Description{
		Summary:  "Remove the file " + shell.Word(op.Path) + " from this computer, with the key " + op.KeyID,
		Target:   op.Target(),
		Resource: op.what(),
		Changes:  true,
		Local:    true,
		Command:  []string{"rm", op.Path},
	}
	if op.Profile != "" {
		d.Summary = "Remove the profile " + shell.Word(op.Profile) + " from " + shell.Word(op.Path) + " on this computer, with the key " + op.KeyID
		// Every sed takes a suffix for the copy that it keeps, and not every one does without.
		d.Command = []string{"sed", "-i.bak", `/^\[` + strings.ReplaceAll(op.Profile, ".", `\.`) + `\]/,/^region = /d`, op.Path}
	}
	return d
}

// what is removed, in words.
func (op RemoveKeyFile) what() string {
	if op.Profile != "" {
		return "the profile " + shell.Word(op.Profile) + " in " + shell.Word(op.Path) + " with the key " + op.KeyID
	}
	return "the file " + shell.Word(op.Path) + " with the key " + op.KeyID
}

func (RemoveKeyFile) Inverse(Receipt) (Operation, bool) { return nil, false }

// perform leaves alone what is no longer as crossgrant wrote it.
func (op RemoveKeyFile) perform(ctx context.Context, _ *Session) (Receipt, error) {
	if err := ctx.Err(); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	err := op.Holds()
	switch {
	case err == nil && op.Profile != "":
		err = profile.Remove(op.Path, op.Profile, op.KeyID)
	case err == nil:
		err = os.Remove(op.Path)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Receipt{Already: true}, nil
	case errors.Is(err, profile.ErrNotOurs):
		return Receipt{}, problem.Unsent(&problem.Error{
			Summary: "What the key was saved in is no longer as it was written",
			Detail:  fmt.Sprintf("There is something else in it than the key %s, or something beside it, so it is left as it is: %s.", problem.Clean(op.KeyID), op.what()),
			Fixes:   []string{"Look into the file, and take out what is no longer needed."},
		})
	case err != nil:
		return Receipt{}, problem.Unsent(&problem.Error{
			Summary: "What the key was saved in could not be removed",
			Detail:  "There is still " + op.what() + ", and this computer said: " + problem.Clean(err.Error()) + ".",
			Fixes:   []string{"Remove it by hand: the key in it works no more."},
		})
	}
	return Receipt{}, nil
}

// maxKeyFile is more than any file that crossgrant writes for a key.
const maxKeyFile = 4096

// Holds tells whether this very key is there as it was saved: nil. fs.ErrNotExist: the file
// or the profile is not there. profile.ErrNotOurs: something else is, or something beside it.
func (op RemoveKeyFile) Holds() error {
	if op.Profile != "" {
		return profile.Has(op.Path, op.Profile, op.KeyID)
	}
	text, err := readKeyFile(op.Path)
	if err != nil {
		return err
	}
	if rest, err := profile.Without(text, op.User, op.KeyID); err != nil || len(rest) > 0 {
		return profile.ErrNotOurs
	}
	return nil
}

// SavedKey is the key that a set-up saved in a profile of a credentials file, or in a file of
// its own where name is "". It is empty where that is not as crossgrant writes it.
func SavedKey(path, name string) (id string, secret Secret) {
	if text, err := readKeyFile(path); name == "" && (err != nil || text == nil) {
		return "", ""
	}
	files, err := profile.Read(path, os.DevNull)
	if err != nil {
		return "", ""
	}
	if all := files.Entries(); name == "" && len(all) == 1 {
		name = all[0].Name
	}
	return files.Value(name, "aws_access_key_id"), Secret(files.Value(name, "aws_secret_access_key"))
}

// readKeyFile reads a file as crossgrant writes one for a key, nothing of anything else: a
// link, a device or a pipe, which may never end, is not opened.
func readKeyFile(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxKeyFile {
		return nil, err
	}
	return os.ReadFile(path)
}

// KeyProfile tells in which credentials file a profile would be added, and why it cannot be.
func (s Source) KeyProfile(name string) (path string, err error) {
	files, err := s.files()
	if err != nil {
		return "", err
	}
	return files.Credentials, files.CanAdd(name)
}
