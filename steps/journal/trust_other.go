//go:build !unix

package journal

import "io/fs"

// others cannot be told by a file's mode here: the profile folder is the user's own.
func others(fs.FileInfo) bool { return false }
