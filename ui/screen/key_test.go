package screen

import (
	"errors"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/problem"
	"crossgrant/steps"
)

func TestKey(t *testing.T) {
	const file = "/home/me/.aws/crossgrant-b"
	found := func(s *Key) { s.Update(KeyPlaceChecked{To: s.to(), Path: "/whole"}) }
	t.Run("a file that is proposed", func(t *testing.T) {
		s := NewKey(testEnv(), "bob", file)
		asAction(t, presses(s, "enter"), CheckKeyPlace{steps.KeyPlace{File: file}}) // not known yet
		found(s)
		sees(t, s, "Where should the key of bob go?", "The file will be /whole.")
		asAction(t, presses(s, "enter"), GiveKeyPlace{steps.KeyPlace{File: file}})
	})
	t.Run("what is typed is looked at anew", func(t *testing.T) {
		s := NewKey(testEnv(), "bob", file)
		found(s)
		asAction(t, presses(s, "q"), CheckKeyPlace{steps.KeyPlace{File: file + "q"}})
		asAction(t, presses(s, "enter"), CheckKeyPlace{steps.KeyPlace{File: file + "q"}})
		s.Update(KeyPlaceChecked{To: steps.KeyPlace{File: file}, Path: "/whole"}) // late
		asAction(t, presses(s, "enter"), CheckKeyPlace{steps.KeyPlace{File: file + "q"}})
	})
	t.Run("a profile that is taken", func(t *testing.T) {
		s := NewKey(testEnv(), "bob", file)
		asAction(t, presses(s, "down"), CheckKeyPlace{steps.KeyPlace{Profile: "bob"}})
		s.Update(KeyPlaceChecked{To: s.to(), Err: &problem.Error{Detail: "It is taken.", Fixes: []string{"Use --key-profile."}}})
		sees(t, s, "It is taken.")
		if strings.Contains(s.View(80, 24), "--key-profile") {
			t.Error("it names a flag, which nobody types here")
		}
		asAction(t, presses(s, "enter"), CheckKeyPlace{steps.KeyPlace{Profile: "bob"}})
	})
	t.Run("an error of this computer", func(t *testing.T) {
		s := NewKey(testEnv(), "bob", file)
		s.Update(KeyPlaceChecked{To: s.to(), Err: errors.New("no home")})
		asAction(t, presses(s, "enter"), CheckKeyPlace{steps.KeyPlace{File: file}})
	})
	t.Run("nowhere", func(t *testing.T) {
		s := NewKey(testEnv(), "bob", file)
		presses(s, "up")
		if s.Typing() {
			t.Error("letters are text where there is no field")
		}
		asAction(t, presses(s, "q"), Leave{})
		asAction(t, presses(s, "b"), Back{})
		asAction(t, presses(s, "enter"), GiveKeyPlace{})
	})
	t.Run("nothing is no place", func(t *testing.T) {
		s := NewKey(testEnv(), "bob", "x")
		presses(s, "backspace")
		if got := presses(s, "enter"); got != nil {
			t.Errorf("an empty field gives %v", got)
		}
	})
	t.Run("what is pasted submits nothing", func(t *testing.T) {
		s := NewKey(testEnv(), "bob", file)
		found(s)
		act, _ := s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("-a\nb\n"), Paste: true})
		if _, gives := act.(GiveKeyPlace); gives {
			t.Error("a paste ends the screen")
		}
	})
	t.Run("the end of a long path is seen", func(t *testing.T) {
		s := NewKey(testEnv(), "bob", "/"+strings.Repeat("long/", 60)+"end")
		sees(t, s, "long/end")
	})
	t.Run("without a folder to propose", func(t *testing.T) {
		asAction(t, presses(NewKey(testEnv(), "bob", ""), "enter"), GiveKeyPlace{})
	})
}
