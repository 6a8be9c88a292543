package screen

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/ui/uitest"
)

func TestConfirmKeys(t *testing.T) {
	fresh := func() *Confirm { return cleanUpConfirm(testEnv()) }
	for typed, right := range map[string]bool{
		"111122223333": true, "1111-2222-3333": true, " 1111 2222 3333 ": true,
		"": false, "444455556666": false, "11112222333": false, "1111222233334": false, "yes": false, "11112222333３": false,
	} {
		s := fresh()
		s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(typed), Paste: true})
		_, ok := presses(s, "enter").(Confirmed)
		if ok != right {
			t.Errorf("%q confirms: %v", typed, ok)
		}
		if said := uitest.Flat(s.View(78, 20)); containsFlat(said, "That is not the id of the customer's account. Nothing was changed.") == right {
			t.Errorf("after %q it shows\n%s", typed, said)
		}
	}
	s := fresh()
	asAction(t, presses(s, "q", "enter", "b"), nil)
	if s.wrong {
		t.Error("the complaint stays while something else is typed")
	}
	asAction(t, presses(s, "esc"), Back{})
}

func TestABucketGoesOnlyWhenItsNameIsTyped(t *testing.T) {
	s := cleanUpConfirm(testEnv(), awsops.DeleteBucket{Bucket: "my.test.bucket", Owner: "111122223333"})
	types := func(text string) Action {
		s.field.SetValue(text)
		return presses(s, "enter")
	}
	asAction(t, types("111122223333"), nil)
	sees(t, s, "The bucket my.test.bucket is deleted too", "type its name")
	asAction(t, types("mytestbucket"), nil)
	sees(t, s, "That is not the name of the bucket. Nothing was changed.")
	if _, ok := types("my.test.bucket").(Confirmed); !ok {
		t.Error("the right name does not confirm")
	}
}

func TestTheFirstChangeWantsTheBucketsName(t *testing.T) {
	s := firstConfirm(testEnv())
	sees(t, s, "account 1111-2222-3333 (acme-prod), profile acme", "account 4444-5555-6666, profile firm", "as arn:aws:iam::444455556666:user/admin", "- the user test-writer")
	for range 30 {
		asAction(t, presses(s, "enter"), nil)
	}
	sees(t, s, "That is not the name of the bucket. Nothing was changed.")
	s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("my.test.bucket"), Paste: true})
	if _, ok := presses(s, "enter").(Confirmed); !ok {
		t.Error("the right name does not confirm")
	}
	asAction(t, presses(s, "esc"), Back{})
}

// What does not fit is scrolled to, and the question stays in sight.
func TestBothAccountsCanBeSeenWhereRoomIsShort(t *testing.T) {
	s := firstConfirm(testEnv())
	shown := func() string { return uitest.Flat(s.View(58, 16)) }
	if said := shown(); !containsFlat(said, "CUSTOMER") || containsFlat(said, "writer-policy") || !containsFlat(said, "Bucket:") {
		t.Errorf("it begins with\n%s", s.View(58, 16))
	}
	presses(s, letters("my.test.bucket")...)
	for pages := 0; s.ShortHelp()[0].Help().Desc == "more"; pages++ {
		asAction(t, presses(s, "enter"), nil)
		s.View(58, 16)
		if pages > 5 {
			t.Fatal("it comes to no end")
		}
	}
	if said := shown(); !containsFlat(said, "the inline policy writer-policy") || !containsFlat(said, "Bucket:") {
		t.Errorf("it ends with\n%s", s.View(58, 16))
	}
	if _, ok := presses(s, "enter").(Confirmed); !ok {
		t.Error("it was all seen, and the right name does not confirm")
	}
	if presses(s, "k"); s.field.Value() != "my.test.bucketk" {
		t.Errorf("a letter is no text: %q", s.field.Value())
	}
}
