package ui

import (
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/steps/run"
	"crossgrant/ui/uitest"
)

// byHand gives the user of a set-up an access key, as its advice says, and returns the
// key's id.
func (s *stage) byHand(t *testing.T) string {
	t.Helper()
	receipt, err := s.session(t, "my_firm").Perform(t.Context(), awsops.CreateAccessKey{Account: "444455556666", User: "test-writer"})
	if err != nil {
		t.Fatal(err)
	}
	return receipt.KeyID
}

func TestAKeyThatSomebodyAddedStaysUnlessItIsSwitchedOn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.setUp(t)
	key := s.byHand(t)
	r := s.cleaner(t, id)
	r.press("end")
	r.sees("▸ [ ] delete too: the access key "+key, "created on", "never used", "This stays: the access key "+key, "space switch on or off", "the commands that remove it are said at the end")
	r.press("enter")
	r.confirms("111122223333")
	r.step("Clean up the customer's side", "")
	r.confirms("444455556666")
	r.sees("Clean up the firm's side", "This stays: the access key "+key)
	r.step("Clean up the firm's side", "everything that could be removed is gone")
	r.sees("something had to stay")
	text, code := r.app.farewell(nil, true)
	for _, want := range []string{
		"aws --profile my_firm iam delete-access-key --user-name test-writer --access-key-id " + key,
		"aws --profile my_firm iam delete-user --user-name test-writer", "left: the access key " + key,
	} {
		if code != run.Left || !strings.Contains(text, want) {
			t.Errorf("exit %d, and without %q in the terminal:\n%s", code, want, text)
		}
	}
}

func TestAKeyThatSomebodyAddedIsDeletedWhereItIsSwitchedOn(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	before := s.box.Snapshot()
	id := s.setUp(t)
	key := s.byHand(t)
	r := s.cleaner(t, id)
	r.press("end", "space")
	r.sees("▸ [x] delete too: the access key "+key, "What was switched on is deleted too.")
	r.lacks("This stays")
	r.press("enter")
	r.sees("type its 12-digit id", "enter confirm")

	// Who goes back to the plan is asked again, and a no is one.
	r.press("esc")
	r.sees("This is the plan.", "[ ] delete too: the access key "+key)
	r.press("enter")
	r.confirms("111122223333")
	r.sees("Clean up the customer's side", "enter apply")
	r.press("esc")
	r.sees("This is the plan.", "[ ] delete too: the access key "+key)

	r.press("end", "space", "enter")
	r.confirms("111122223333")
	r.step("Clean up the customer's side", "")
	r.sees("Clean up the firm's side", "Delete the access key "+key, "enter confirm")
	r.confirms("444455556666")
	r.step("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
	r.sees("Nothing of the run " + id + " is left.")
	if text, code := r.app.farewell(nil, true); code != run.Done || !strings.Contains(uitest.Flat(text), "gone: the access key "+key) {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
	if now := s.box.Snapshot(); !slices.Equal(now, before) {
		t.Errorf("the accounts are not as they were:\n%s", now)
	}
}

func TestWhatWasSwitchedOnAndGoneBackFromStays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	id := s.setUp(t)
	key := s.byHand(t)
	r := s.cleaner(t, id)
	r.press("end", "space", "enter")
	r.sees("type its 12-digit id", "enter confirm")
	r.press("esc")
	r.sees("[ ] delete too: the access key " + key)
	r.press("enter")
	r.confirms("111122223333")
	r.step("Clean up the customer's side", "")
	r.confirms("444455556666")
	r.sees("Clean up the firm's side", "This stays: the access key "+key)
	r.lacks("Delete the access key " + key)
}
