package journal

import (
	"path/filepath"

	"github.com/adrg/xdg"
)

// DefaultDir is where the records of runs stand unless another folder is named.
func DefaultDir() string { return filepath.Join(xdg.StateHome, "crossgrant", "runs") }
