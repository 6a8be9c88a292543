package run

import (
	"path/filepath"

	"github.com/adrg/xdg"
)

// DefaultStateDir is where the records of runs stand unless another folder is named.
func DefaultStateDir() string { return filepath.Join(xdg.StateHome, "crossgrant", "runs") }
