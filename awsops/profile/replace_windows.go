package profile

import "os"

// replace writes a file: Windows has no way to put one in the place of another at once.
func replace(path string, text []byte) error { return os.WriteFile(path, text, 0o600) }
