package command

import (
	"fmt"
	"runtime/debug"
	"time"
)

var release string

// version is the release, with the commit and its time where the build knows them.
func version() string {
	if commit, at := commit(); commit != "" {
		return fmt.Sprintf("%s (commit %.12s of %s)", release, commit, at.Format(time.RFC3339))
	}
	return release
}

// commit is the one that was built, and its time; "" and the beginning of time where the
// build knows neither.
func commit() (id string, at time.Time) {
	at = time.Unix(0, 0).UTC()
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", at
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			id = s.Value
		case "vcs.time":
			if t, err := time.Parse(time.RFC3339, s.Value); err == nil {
				at = t
			}
		}
	}
	return id, at
}
