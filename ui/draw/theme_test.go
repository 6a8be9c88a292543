package draw

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/charmbracelet/lipgloss"

	"crossgrant/ui/uitest"
)

// Every text can be read on usual backgrounds.
// Source: WCAG 2.2, Contrast (Minimum).
func TestContrast(t *testing.T) {
	for i, c := range palette {
		for _, on := range []struct{ text, background string }{
			{c.Light, "#ffffff"}, {c.Light, "#fdf6e3"}, {c.Dark, "#000000"}, {c.Dark, "#1e1e1e"}, {c.Dark, "#282c34"},
		} {
			if got := contrast(on.text, on.background); got < 4.5 {
				t.Errorf("colour %d: %s on %s has a contrast of %.1f", i, on.text, on.background, got)
			}
		}
	}
}

// The theme has no colour that is not among those.
func TestThemeUsesThePaletteAlone(t *testing.T) {
	theme := reflect.ValueOf(*NewTheme(uitest.Coloured(), Look{}))
	known := map[string]bool{fmt.Sprint(lipgloss.NoColor{}): true}
	for _, c := range palette {
		known[fmt.Sprint(c)] = true
	}
	for i := range theme.NumField() {
		style := theme.Field(i)
		if style.Type() != reflect.TypeFor[lipgloss.Style]() {
			continue
		}
		for _, colour := range []string{"fgColor", "bgColor"} {
			c := style.FieldByName(colour)
			if !c.IsValid() {
				t.Fatal("lipgloss.Style has no field", colour)
			}
			if !c.IsNil() && !known[fmt.Sprint(c)] {
				t.Errorf("%s has the colour %v", theme.Type().Field(i).Name, c)
			}
		}
	}
}

func contrast(a, b string) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative one of WCAG 2.2.
func luminance(hex string) float64 {
	var r, g, b int
	_, _ = fmt.Sscanf(hex, "#%02x%02x%02x", &r, &g, &b)
	part := func(v int) float64 {
		c := float64(v) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}
