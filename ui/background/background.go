// Package background keeps the terminal from being asked for its colour before
// the first picture. Bubble Tea asks when it is loaded, and waits 5 s for a
// terminal that does not answer. A background that is set already is not asked
// for, and Go loads this package first: of those that are ready it takes them by
// import path.
package background

import (
	"os"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

func init() { lipgloss.SetHasDarkBackground(Dark(os.Getenv("COLORFGBG"))) }

// Dark reads COLORFGBG, which some terminals set to "text;background" in the 16
// ANSI colours. Without it the background counts as dark, as most are.
func Dark(colorfgbg string) bool {
	i := strings.LastIndex(colorfgbg, ";")
	switch colorfgbg[i+1:] {
	case "7", "9", "10", "11", "12", "13", "14", "15":
		return i < 0
	}
	return true
}
