package background

import "testing"

func TestDark(t *testing.T) {
	for set, want := range map[string]bool{
		"": true, "15;0": true, "7;8": true, "0;15": false, "0;7": false, "12;default;15": false, "0;default": true, "15": true,
	} {
		if got := Dark(set); got != want {
			t.Errorf("COLORFGBG=%q: dark is %v, want %v", set, got, want)
		}
	}
}
