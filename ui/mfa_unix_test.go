//go:build unix

package ui

import (
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/term"
)

// A code is not on the screen while it is typed, and whoever leaves at that has a
// terminal that shows again what is typed.
func TestStoryOfAnMFACode(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	stage.guard(t)
	s := tell(t, stage.options, 80, 24)
	s.sees("What would you like to do?")
	s.press("enter")
	s.sees("▸ guarded", "asks for an MFA code")
	s.press("enter")
	s.sees("AWS wants an MFA code")
	s.press("9078")
	s.sees("Code ••••", "A code has 6 digits.")
	if strings.Contains(s.screen(), "9078") {
		t.Errorf("the code is on the screen:\n%s", s.screen())
	}
	s.press("ctrl+c")
	s.sees("No MFA code was given")
	s.press("ctrl+c")
	s.leaves(130, "Nothing was changed.")
	mode, err := term.GetState(s.tty.Fd())
	if err != nil || mode.Lflag&(syscall.ECHO|syscall.ICANON) != syscall.ECHO|syscall.ICANON {
		t.Errorf("the terminal is left as %+v, %v", mode, err)
	}
}
