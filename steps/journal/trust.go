package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"crossgrant/awsops/shell"
)

// maxSize is more than any record: what is larger is not one.
const maxSize = 16 << 20

// trusted refuses a record that somebody else may have written, whoever wrote it: a
// clean-up does what it says. It never waits: only regular files are opened.
func trusted(path string) error {
	folder, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return cannot("look at the folder of the journal", filepath.Dir(path), err)
	}
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return cannot("look at the journal", path, err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("the journal %s is no ordinary file, so it is not opened. Nothing was changed", shell.Word(path))
	case info.Size() > maxSize:
		return fmt.Errorf("the journal %s has %d bytes: no run writes so much, so it is not read. Nothing was changed", shell.Word(path), info.Size())
	case others(folder):
		return fmt.Errorf("the folder %s is another's, or others may write in it, so its records are not trusted: make it yours alone with chmod 700. Nothing was changed", shell.Word(filepath.Dir(path)))
	case others(info):
		return fmt.Errorf("the journal %s is another's, or others may write it, so it is not trusted. Nothing was changed", shell.Word(path))
	}
	return nil
}

// ownFolder makes the folder for records, and refuses one that others may write.
func ownFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return cannot("make the folder for the journal", dir, err)
	}
	info, err := os.Stat(dir)
	if err == nil && others(info) {
		err = errors.New("it is another's, or others may write in it: make it yours alone with chmod 700, or name another with --state-dir")
	}
	if err != nil {
		return cannot("use the folder for the journal", dir, err)
	}
	return nil
}
