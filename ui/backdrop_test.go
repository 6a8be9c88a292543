package ui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/ui/uitest"
)

// heardKeys are the keys that an answer of the terminal comes as.
func heardKeys(parts ...string) []tea.KeyMsg {
	keys := []tea.KeyMsg{{Type: tea.KeyRunes, Runes: []rune{']'}, Alt: true}}
	for _, p := range parts {
		keys = append(keys, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(p)})
	}
	return append(keys, tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'\\'}, Alt: true})
}

func TestTheTerminalsColourIsHeardAmongTheKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		parts []string
		light bool
	}{
		{[]string{"11;rgb:ffff/ffff/ffff"}, true},
		{[]string{"11;r", "gb:fdfd/f6f6", "/e3e3"}, true},
		{[]string{"11;rgb:0000/0000/0000"}, false},
		{[]string{"11;rgb:00/2b/36"}, false},
		{[]string{"11;rgb:what/is/this"}, false},
	} {
		b := backdrop{asked: true}
		var taken, known, light bool
		for _, k := range heardKeys(c.parts...) {
			if taken, known, light = b.takes(k); !taken {
				t.Errorf("%v: %q went on to the screen", c.parts, k)
			}
		}
		if !known || light != c.light {
			t.Errorf("%v: known %v, light %v", c.parts, known, light)
		}
		if taken, _, _ := b.takes(uitest.Key("q")); taken {
			t.Error("a key after the answer was kept from the screen")
		}
	}
}

func TestAPersonsKeysAreNoAnswer(t *testing.T) {
	t.Parallel()
	b := backdrop{asked: true}
	b.takes(heardKeys()[0])
	if taken, _, _ := b.takes(uitest.Key("q")); taken {
		t.Error("q after alt+] was kept from the screen")
	}
	if taken, _, _ := b.takes(uitest.Key("enter")); taken {
		t.Error("enter was kept from the screen")
	}
	quiet := backdrop{}
	if taken, _, _ := quiet.takes(heardKeys()[0]); taken {
		t.Error("nothing was asked, and alt+] was kept from the screen")
	}
}

func TestALightTerminalIsDrawnInOtherColours(t *testing.T) {
	t.Parallel()
	a := showing(inRun(uitest.Coloured(), Options{}, 7), 1)
	dark := a.View()
	a.backdrop.asked = true
	for _, k := range heardKeys("11;rgb:ffff/ffff/ffff") {
		a.Update(k)
	}
	light := showing(a, 1).View() // whose lines were drawn already
	if light == dark || uitest.Plain(light) != uitest.Plain(dark) {
		t.Error("the light picture is not the dark one in other colours")
	}
}
