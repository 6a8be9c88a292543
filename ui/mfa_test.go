package ui

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/charmbracelet/x/term"
)

// guard makes the customer's profile one that asks for an MFA code.
func (s *stage) guard(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(s.options.Source.ConfigFile, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.WriteString("\n[profile guarded]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = my_awesome_customer\nmfa_serial = arn:aws:iam::111122223333:mfa/me\n")
	_ = f.Close()
	s.options.Answers.CustomerProfile = "guarded"
}

func TestAProfileWithMFAAsksOnlyWhenItIsChosen(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.guard(t)
	r := newRig(t, s.options)
	r.sees("What would you like to do?")
	r.press("enter")
	r.sees("▸ guarded", "asks for an MFA code: press enter")
	r.press("enter")
	r.sees("AWS wants an MFA code", "arn:aws:iam::111122223333:mfa/me")
	r.press("esc")
	r.sees("No MFA code was given")
}

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
