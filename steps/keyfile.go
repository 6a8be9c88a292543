package steps

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/awsops/shell"
)

// KeyFolder is where keys are saved unless the person says otherwise: beside the AWS
// files, or in the home folder where those are not. "": there is no home folder.
func KeyFolder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	folder := filepath.Join(home, ".aws")
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return home
	}
	return folder
}

// usualCredentials is where the AWS tools look for the shared credentials file.
func usualCredentials() string {
	home, _ := os.UserHomeDir()
	return filepath.Join(home, ".aws", "credentials")
}

// NextKeyFile is a new file in a folder, named after the bucket that its key is for, and
// after crossgrant where the folder, as a demo's, is not. "": there is no folder.
func NextKeyFile(folder, bucket string) string {
	if folder == "" {
		return ""
	}
	name := "crossgrant-" + bucket
	if strings.HasPrefix(filepath.Base(folder), "crossgrant") {
		name = bucket
	}
	path := filepath.Join(folder, name)
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); err != nil {
			return path
		}
		path = filepath.Join(folder, fmt.Sprintf("%s-%d", name, n))
	}
}

// InHome is a path with ~ or $HOME at its beginning as a shell would read it.
func InHome(path string) string {
	for _, short := range []string{"~", "$HOME", "${HOME}"} {
		rest, is := strings.CutPrefix(path, short)
		if home, err := os.UserHomeDir(); is && err == nil && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
			return home + rest
		}
	}
	return path
}

// A KeyPlace is where the new key of the firm's user goes: to a new Profile of the shared
// credentials file, to a new File, or, where both are "", nowhere.
type KeyPlace struct{ File, Profile string }

// PlaceKey tells which file on this computer a key goes to, and why it cannot.
func PlaceKey(src awsops.Source, to KeyPlace) (path string, err error) {
	switch {
	case to.Profile != "":
		path, err = src.KeyProfile(to.Profile)
	case to.File != "":
		path = InHome(to.File)
	default:
		return "", nil
	}
	if whole, err := filepath.Abs(path); err == nil && path != "" { // a clean-up may begin in another folder
		path = whole
	}
	if err != nil || to.Profile != "" {
		return path, err
	}
	if _, err := os.Lstat(path); err == nil {
		return path, &problem.Error{
			Summary: "The file for the key is there already",
			Detail:  fmt.Sprintf("The key would be saved to %s, and crossgrant replaces no file.", shell.Word(path)),
			Fixes:   []string{"Name another file with --key-file."},
		}
	}
	if !isFolder(filepath.Dir(path)) {
		return path, &problem.Error{
			Summary: "The folder for the key is not there",
			Detail:  fmt.Sprintf("The key would be saved to %s, and there is no folder %s.", shell.Word(path), shell.Word(filepath.Dir(path))),
			Fixes:   []string{"Create the folder, or name another file with --key-file."},
		}
	}
	return path, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// KeptIn says where the key is saved.
func (a Answers) KeptIn() string {
	if a.KeyProfile != "" {
		return "the profile " + shell.Word(a.KeyProfile) + " of " + shell.Word(a.KeyFile)
	}
	return shell.Word(a.KeyFile)
}

// saveKey saves a key for its owner alone to read. It never replaces a file or a profile.
func (w *World) saveKey(k Key) error {
	lines := profile.Section(cmp.Or(w.KeyProfile, w.FirmUser), k.ID, k.Secret.Reveal(), w.Region)
	if w.KeyProfile != "" {
		return profile.Add(w.KeyFile, w.KeyProfile, lines)
	}
	return WriteNew(w.KeyFile, lines)
}

// unsaved is the error of a key that is not saved, and what became of it.
func (w *World) unsaved(err error, became string) error {
	p := &problem.Error{Summary: "The key could not be saved", Fixes: []string{"Save it elsewhere, with --key-file or --key-profile."}}
	var told *problem.Error
	switch {
	case errors.As(err, &told):
		p.Detail = told.Detail
	case errors.Is(err, fs.ErrExist):
		p.Detail = fmt.Sprintf("The file %s is there already, and is left as it is.", shell.Word(w.KeyFile))
	default:
		p.Detail = fmt.Sprintf("The file %s could not be written: %v.", shell.Word(w.KeyFile), reason(err))
	}
	p.Detail += " " + became
	return p
}

// reason is why a file cannot be used, without its name.
func reason(err error) error {
	var file *fs.PathError
	if errors.As(err, &file) {
		return file.Err
	}
	return err
}
