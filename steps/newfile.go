package steps

import (
	"errors"
	"fmt"
	"os"
)

// WriteNew writes a file that only its owner can read. It never replaces one, and leaves
// none that is not whole.
func WriteNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		if left := os.Remove(path); left != nil {
			return errors.Join(err, left)
		}
		return fmt.Errorf("%w, and nothing is left of it", err)
	}
	return nil
}
