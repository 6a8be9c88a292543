package ui

import (
	"strings"
	"testing"
)

// atTerms goes from the first screen of a set-up to its terms.
func (r *rig) atTerms() {
	r.t.Helper()
	r.sees("What would you like to do?")
	r.press("down", "enter")
	r.sees("✓ 1111-2222-3333")
	r.press("enter")
	r.sees("✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "✓ Policy")
	r.press("enter")
	r.sees("What should the firm be allowed?")
}

func TestTheTermsOfASetup(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options)
	r.atTerms()
	r.press("down", "tab")
	r.types("in/")
	r.sees("may write files in the bucket my.test.bucket, where their names begin with in/.")
	r.press("enter")
	r.sees("The name is free.")
	r.press("tab")
	r.types("2")
	r.press("esc")
	r.sees("What should the firm be allowed?", "▸ Prefix in/")
	r.press("tab", "tab", "space")
	r.sees("Only the user test-writer2 of the account 4444-5555-6666") // the name that was typed since
	r.press("esc")
	r.sees("Which bucket")
	r.press("enter")
	r.sees("▸ Only one user (○) no (●) yes", "in/")
	r.press("enter")
	r.sees("test-writer2", "The name is free.")
	r.press("enter", "enter", "enter")
	r.sees("This is the plan.", "Only the user test-writer2", "may not list what is there")
	if a := r.app.answers; a.Access != "deliver" || a.Prefix != "in/" || !a.OnlyThisUser || a.Until != "" {
		t.Errorf("answers %+v", a)
	}
}

func TestTermsThatWereGivenFillTheFields(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Answers.Access, s.options.Answers.Prefix, s.options.Answers.Until = "add", "/in", "2999-12-31"
	r := newRig(t, s.options)
	r.atTerms()
	r.sees("▸ (●) add", "Prefix /in", "does not begin with a slash", "Last day 2999-12-31")
	r.press("enter")
	r.sees("▸ Prefix")
	r.press("home", "right", "backspace", "enter")
	r.sees("The name is free.")
	if a := r.app.answers; a.Access != "add" || a.Prefix != "in" || a.Until != "2999-12-31" {
		t.Errorf("answers %+v", a)
	}
}

// The terms of a set-up are not those of a tour.
func TestATourAfterTheTermsOfASetupIsTheArticles(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Answers.Prefix = "in/"
	r := newRig(t, s.options)
	r.atTerms()
	r.press("down", "enter")
	r.sees("The name is free.")
	r.press("esc", "esc", "esc", "esc", "esc")
	r.sees("What would you like to do?")
	r.press("home")
	r.answersAll("tour")
	r.press("enter")
	r.step("Let the firm in", "lets the firm's account in")
	if live := policyOf(t, s); !strings.Contains(live, "s3:PutObjectAcl") || strings.Contains(live, "in/") {
		t.Errorf("the policy is %s", live)
	}
}

func policyOf(t *testing.T, s *stage) string {
	t.Helper()
	d, err := s.session(t, "my_awesome_customer").BucketPolicy(t.Context(), "my.test.bucket", "111122223333")
	if err != nil || d == nil {
		t.Fatalf("no policy: %v", err)
	}
	return d.Compact()
}

func TestStoryOfANarrowSetup(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	s := tell(t, stage.options, 80, 24)
	s.sees("What would you like to do?")
	s.press("down")
	s.sees("▸ Set up the access")
	s.press("enter")
	s.sees("✓ 1111-2222-3333")
	s.press("enter")
	s.sees("✓ 4444-5555-6666")
	s.press("enter")
	s.sees("Which bucket of the customer's", "✓ Policy")
	s.press("enter")
	s.sees("▸ (●) article", "They may not delete a file; nor change a setting of the bucket.")
	s.press("down")
	s.sees("▸ (●) deliver", "nor read a file, not even one just written", "The article's grant would also allow listing the files; reading files; setting the permissions of files.")
	s.press("tab", "/in")
	s.sees("! A prefix does not begin with a slash: in.")
	s.press("enter")
	s.sees("▸ Prefix")
	s.press("home", "\x1b[3~")
	s.sees("where their names begin with in.")
	s.press("enter")
	s.sees("▸ The user is")
	s.press("enter")
	s.sees("▸ Firm's user", "The name is free.")
	s.press("enter")
	s.sees("▸ Save its key to")
	s.press("enter")
	s.sees("This is the plan.", "where their names begin with in.", "enter begin")
	s.press("enter")
	s.approves("Let the firm in", "lets the firm's account in")
	if live := policyOf(t, stage); !strings.Contains(live, "my.test.bucket/in*") || strings.Contains(live, "s3:GetObject") {
		t.Errorf("the policy is %s", live)
	}
}
