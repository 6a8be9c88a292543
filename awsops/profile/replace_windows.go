package profile

import (
	"errors"
	"os"
	"path/filepath"
)

// replace puts a text in the place of a file. Windows does not promise that a rename is
// done at once, but a crash leaves one of the two files whole.
func replace(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
