package screen

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/problem"
	"crossgrant/ui/draw"
	"crossgrant/ui/uitest"
)

var update = flag.Bool("update", false, "write the goldens anew")

func uncoloured() map[string]*picture {
	return newGallery(draw.NewTheme(uitest.Uncoloured(), draw.Look{}))
}

func coloured() map[string]*picture {
	return newGallery(draw.NewTheme(uitest.Coloured(), draw.Look{}))
}

func inASCII() map[string]*picture {
	return newGallery(draw.NewTheme(uitest.Uncoloured(), draw.Look{ASCII: true}))
}

// checkFits fails for a line that is wider than the window, and for a picture that
// is higher than it.
func checkFits(t *testing.T, shown string, width, height int) {
	t.Helper()
	lines := strings.Split(shown, "\n")
	if len(lines) > height {
		t.Errorf("%d lines in a window of %d", len(lines), height)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > width {
			t.Errorf("line %d is %d wide in a window of %d: %q", i+1, w, width, ansi.Strip(l))
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); look at it, then go test ./ui/screen -update:\n%s", path, diff)
	}
}

// trimmed takes out the blanks at the ends of lines.
func trimmed(shown string) string {
	lines := strings.Split(shown, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestGoldens(t *testing.T) {
	for name, p := range uncoloured() {
		for _, size := range []struct{ width, height int }{{60, 20}, {80, 24}, {120, 40}, {200, 50}} {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size.width, size.height), func(t *testing.T) {
				shown := p.drawn(size.width, size.height)
				checkFits(t, shown, size.width, size.height)
				golden(t, fmt.Sprintf("%s-%dx%d", name, size.width, size.height), trimmed(ansi.Strip(shown)))
			})
		}
	}
}

func TestGoldensInColour(t *testing.T) {
	shown := coloured()
	for _, name := range []string{"step-changes", "step-policy", "step-gates", "result", "problem", "verdict-half"} {
		golden(t, name+"-colour", shown[name].drawn(120, 40)+"\n")
	}
}

func TestColourIsNoSignal(t *testing.T) {
	plain, colour := uncoloured(), coloured()
	for name := range plain {
		if diff := cmp.Diff(plain[name].drawn(80, 24), ansi.Strip(colour[name].drawn(80, 24))); diff != "" {
			t.Errorf("%s says something else without colour:\n%s", name, diff)
		}
	}
}

func TestEverySizeFits(t *testing.T) {
	for name, p := range uncoloured() {
		for _, width := range []int{1, 20, 40, 59, 60, 72, 79, 80, 81, 99, 100, 101, 110, 119, 140, 250} {
			for _, height := range []int{1, 10, 19, 20, 21, 24, 25, 50} {
				if testing.Short() && height%5 > 0 {
					continue
				}
				shown := p.drawn(width, height)
				checkFits(t, shown, width, height)
				if t.Failed() {
					t.Fatalf("%s at %dx%d:\n%s", name, width, height, shown)
				}
			}
		}
	}
}

func TestTooSmallSaysSoAndRecovers(t *testing.T) {
	p := uncoloured()["step-changes"]
	before := p.drawn(80, 24)
	golden(t, "small-40x10", trimmed(p.drawn(40, 10)))
	if after := p.drawn(80, 24); after != before {
		t.Errorf("it did not recover:\n%s", after)
	}
}

func TestASCII(t *testing.T) {
	for name, p := range inASCII() {
		for _, width := range []int{80, 120} {
			shown := p.drawn(width, 40)
			checkFits(t, shown, width, 40)
			for i, r := range shown {
				if r > 0x7e {
					t.Fatalf("%s at %d has %q: %s", name, width, r, shown[max(0, i-20):i+1])
				}
			}
		}
	}
	golden(t, "ascii-120x40", trimmed(inASCII()["step-gates"].drawn(120, 40)))
}

func TestNothingForeignReachesTheTerminal(t *testing.T) {
	for name, p := range uncoloured() {
		for _, r := range p.drawn(120, 40) {
			if r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 {
				t.Fatalf("%s draws the control character %q", name, r)
			}
		}
	}
}

func TestEveryKeyOfTheFooterIsSeen(t *testing.T) {
	for name, p := range uncoloured() {
		lines := strings.Split(p.drawn(80, 24), "\n")
		if last := lines[len(lines)-1]; strings.Contains(last, "…") {
			t.Errorf("%s leaves out keys: %s", name, last)
		}
	}
}

func TestNoSecretIsDrawnOrReported(t *testing.T) {
	for name, p := range uncoloured() {
		if strings.Contains(p.drawn(120, 40), "hidden") {
			t.Errorf("%s draws a secret", name)
		}
	}
	for name, text := range map[string]string{"the Markdown": Markdown(testEnding()), "the summary": Text(testEnding(), 80)} {
		if strings.Contains(text, "hidden") {
			t.Errorf("%s holds a secret", name)
		}
	}
}

func TestEveryScreenHasHelp(t *testing.T) {
	for name, p := range uncoloured() {
		keys := 0
		for _, group := range p.FullHelp() {
			for _, b := range group {
				if b.Help().Key == "" || b.Help().Desc == "" {
					t.Errorf("%s has a key without words: %+v", name, b)
				}
				keys++
			}
		}
		if keys < 2 {
			t.Errorf("%s tells of %d keys", name, keys)
		}
	}
}

// What is in the gallery is held to all of the above. So each screen is there.
func TestEveryScreenIsInTheGallery(t *testing.T) {
	there := map[string]bool{}
	for _, p := range uncoloured() {
		there[reflect.TypeOf(p.Screen).Elem().Name()] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	view := regexp.MustCompile(`(?m)^func \(\w* ?\*?(\w+)\) View\(width, height int\) string`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range view.FindAllStringSubmatch(string(text), -1) {
			if !there[m[1]] {
				t.Errorf("%s: there is no picture of %s", file, m[1])
			}
		}
	}
}

func TestAScreenThatScrollsSaysSoAtOnce(t *testing.T) {
	long := &Problem{Env: testEnv(), Again: "try again", Problem: &problem.Error{Summary: "It did not work"}}
	for range 30 {
		long.Problem.Fixes = append(long.Problem.Fixes, "Do this and that.")
	}
	p := &picture{Frame: draw.Frame{Theme: testEnv().Theme}, Screen: long}
	if lines := strings.Split(p.drawn(80, 24), "\n"); !strings.Contains(lines[23], "↑/↓ scroll") {
		t.Errorf("its keys are %q", lines[23])
	}
}
