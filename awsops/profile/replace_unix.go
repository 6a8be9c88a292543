//go:build unix

package profile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

// replace puts a text in the place of a file at once, with the mode and the owner of what
// was there.
func replace(path string, text []byte) error {
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer func() { _ = f.Cleanup() }()
	if _, err := f.Write(text); err != nil {
		return err
	}
	if was, err := os.Stat(path); err == nil {
		if stat, ok := was.Sys().(*syscall.Stat_t); ok {
			err = f.Chown(int(stat.Uid), int(stat.Gid))
			if int(stat.Uid) == os.Geteuid() {
				err = nil // of a group that one is not in
			}
		}
		if err = errors.Join(err, f.Chmod(was.Mode().Perm())); err != nil {
			return err
		}
	}
	return f.CloseAtomicallyReplace()
}
