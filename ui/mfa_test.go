package ui

import (
	"os"
	"testing"
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
