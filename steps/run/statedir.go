package run

import "crossgrant/steps/journal"

// DefaultStateDir is where the records of runs stand unless another folder is named.
func DefaultStateDir() string { return journal.DefaultDir() }
