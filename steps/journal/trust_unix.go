//go:build unix

package journal

import (
	"io/fs"
	"os"
	"syscall"
)

// others tells whether a file or folder belongs to somebody else than the user and root,
// or others may write it: a record is trusted as ssh trusts its own files.
func others(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return info.Mode().Perm()&0o022 != 0 || ok && stat.Uid != 0 && int(stat.Uid) != os.Getuid()
}
