package steps

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
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

// saveKey writes a key as a credentials file with one profile, named after the
// user, that only its owner can read. It never replaces a file.
func saveKey(path, user string, k Key, region string) error {
	return WriteNew(path, fmt.Sprintf("%saws_secret_access_key = %s\nregion = %s\n", awsops.KeyFileBegins(user, k.ID), k.Secret.Reveal(), region))
}

// unsaved is the error of a key that is not in its file, and what became of it.
func unsaved(path string, err error, became string) error {
	p := &problem.Error{
		Summary: "The key could not be saved",
		Detail:  fmt.Sprintf("The file %s could not be written: %v. %s", shell.Word(path), reason(err), became),
		Fixes:   []string{"Name another file with --key-file."},
	}
	if errors.Is(err, fs.ErrExist) {
		p.Detail = fmt.Sprintf("The file %s is there already, and is left as it is. %s", shell.Word(path), became)
	}
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
