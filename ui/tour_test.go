package ui

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"crossgrant/steps"
	"crossgrant/ui/uitest"
)

var update = flag.Bool("update", false, "write the goldens anew")

// The screens that a person sees in a tour, from a tour: at every size, and in colour on a
// dark and on a light background.
func TestTheScreensOfATour(t *testing.T) {
	golden, s := goldens(t), newStage(t)
	t.Chdir(filepath.Dir(s.options.Source.CredentialsFile)) // no screen has a path that is another each time
	for _, file := range []*string{&s.options.Source.CredentialsFile, &s.options.Source.ConfigFile} {
		*file = filepath.Base(*file)
	}
	s.options.Demo, s.options.StateDir, s.options.Still = true, "", true
	r := newRigIn(t, s.options, uitest.Coloured())

	r.sees("What would you like to do?")
	golden(r, "start")
	r.press("enter")
	r.sees("✓ 1111-2222-3333")
	golden(r, "profiles")
	r.press("enter")
	r.sees("✓ 4444-5555-6666")
	r.press("enter")
	r.sees("✓ Policy")
	golden(r, "bucket")
	r.press("enter")
	r.sees("deleted at the end. ✓ The name is free.", "will write the files. ✓ The name is free.")
	golden(r, "names")
	r.press("enter", "enter")
	r.sees("This is the plan.")
	golden(r, "plan")
	r.press("enter")
	r.sees("[In words]", "enter apply")
	golden(r, "words")
	r.press("tab")
	golden(r, "difference")
	r.press("tab", "tab", "tab")
	for _, info := range stepsOf(steps.Answers{Journey: "tour"}) {
		r.sees(info.Title+" ", "enter apply")
		if info.ID == (steps.LetWriterIn{}).Info().ID {
			golden(r, "gate")
		}
		r.press("enter")
		r.sees("Where things stand", "enter go on")
		switch info.ID {
		case steps.SeeRefused{}.Info().ID:
			golden(r, "refused")
		case steps.LetWriterIn{}.Info().ID:
			golden(r, "open")
		case steps.WriteAndRead{Who: steps.Writer}.Info().ID:
			golden(r, "works")
		}
		r.press("enter")
	}
	r.sees("Both accounts are as they were.", "enter finish")
	golden(r, "report")
}

// goldens compares what a rig shows with files.
func goldens(t *testing.T) func(*rig, string) {
	dir, err := filepath.Abs("testdata")
	if err != nil {
		t.Fatal(err)
	}
	if dir = filepath.Join(dir, "tour"); *update {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	check := func(name, got string) {
		t.Helper()
		path := filepath.Join(dir, name+".golden")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got); look at it, then go test ./ui -run Tour -update:\n%s", path, diff)
		}
	}
	return func(r *rig, name string) {
		t.Helper()
		r.view() // which looks for secrets
		var all strings.Builder
		for _, size := range []tea.WindowSizeMsg{{Width: 60, Height: 20}, {Width: 80, Height: 24}, {Width: 120, Height: 40}, {Width: 200, Height: 50}} {
			r.update(size)
			fmt.Fprintf(&all, "%dx%d\n%s\n", size.Width, size.Height, masked(ansi.Strip(r.app.View())))
		}
		check(name, all.String())
		for _, background := range []string{"light", "dark"} {
			r.app.renderer.SetHasDarkBackground(background == "dark")
			r.update(tea.WindowSizeMsg{Width: 79, Height: 24}) // what is kept for a width is drawn again
			r.app.View()
			r.update(tea.WindowSizeMsg{Width: 80, Height: 24})
			check(name+"-"+background, masked(r.app.View())+"\n")
		}
	}
}

// What is another in each run, and what stands for it, however much of it is there.
var masks = []struct {
	is   *regexp.Regexp
	mask string
}{
	{regexp.MustCompile(`\b20\d{6}-\d{6}-[a-z0-9]{6}|probe/20\d{0,6}(-\d{0,6}(-[a-z0-9]{0,5})?)?…`), "20260101-000000-abcdef"},
	{regexp.MustCompile(`\bAKIA[A-Z2-7]{1,16}`), "AKIAIOSFODNN7EXAMPLE"},
	{regexp.MustCompile(`\b[A-Z0-9]{16}\b`), "0123456789ABCDEF"},
	{regexp.MustCompile(`in \d seconds?\.`), "in 9 seconds."},
}

// masked is a screen in which such a thing is as long as before, and always the same.
func masked(view string) string {
	for _, m := range masks {
		view = m.is.ReplaceAllStringFunc(view, func(found string) string {
			before, cut := "", ""
			if rest, is := strings.CutPrefix(found, "probe/"); is {
				before, found = "probe/", rest
			}
			if rest, is := strings.CutSuffix(found, "…"); is {
				cut, found = "…", rest
			}
			return before + m.mask[:min(len(m.mask), len(found))] + cut
		})
	}
	lines := strings.Split(view, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
