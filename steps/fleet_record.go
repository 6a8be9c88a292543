package steps

import (
	"path/filepath"
	"strings"

	"crossgrant/steps/journal"
)

// fleetRecord is a record in the folder of a fleet, as far as it was read.
type fleetRecord struct {
	*journal.Journal
	said Answers
}

// fleetRecords reads those that were not taken back, by their names.
func fleetRecords(dir string) (all []fleetRecord, err error) {
	paths, err := journal.List(dir)
	for _, path := range paths {
		j, readErr := journal.Read(path)
		if readErr != nil {
			return nil, readErr
		}
		said, readErr := answersOf(j)
		if readErr != nil {
			return nil, readErr
		}
		if j.Ended() != "undone" {
			all = append(all, fleetRecord{j, said})
		}
	}
	return all, err
}

// IsFleet tells that there are records of a fleet of this name.
func IsFleet(dir, id string) bool {
	if !strings.HasPrefix(id, "fleet-") || id != filepath.Base(id) {
		return false
	}
	paths, _ := journal.List(filepath.Join(dir, id))
	return len(paths) > 0
}
