package screen

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/uitest"
)

// What the command tab shows, copies and saves does what the program would do, whatever
// stands in a policy or a name.
func TestTheCommandTabIsTheOperations(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, f := uitest.NastyChange(t)
		s := onTab(NewStep(testEnv(), c, draw.Operations(c.Actions), f), 3)
		s.View(78, 20)
		saved := presses(s, "w").(Save).Text
		if copied := presses(s, "c").(Copy).Text; copied != saved {
			t.Fatalf("it copies\n%s\nand saves\n%s", copied, saved)
		}
		for _, sh := range uitest.Shells() {
			uitest.Holds(t, sh, saved, c, f)
		}
		s.View(2000, 400) // wide enough to show every line whole
		if shown := uitest.Plain(s.View(2000, 400)); !strings.Contains(shown, "put-bucket-policy") || !within(shown, saved) {
			t.Fatalf("it shows\n%s\nand saves\n%s", shown, saved)
		}
	})
}

// within tells whether every line that is no comment is shown as it is.
func within(shown, saved string) bool {
	lines := map[string]bool{}
	for l := range strings.Lines(shown) {
		lines[strings.TrimRight(l, " \n")] = true
	}
	for l := range strings.Lines(saved) {
		if !strings.HasPrefix(l, "#") && !lines[strings.TrimRight(l, " \n")] {
			return false
		}
	}
	return true
}

// So do the commands for what is left, on the last screen and in the report.
func TestTheCommandsOfAnEndingAreTheOperations(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, f := uitest.NastyChange(t)
		e := run.Ending{Facts: f}
		for _, a := range c.Actions {
			e.Commands = append(e.Commands, f.Shell(a))
		}
		script := strings.Join(e.Commands, "\n")
		for _, sh := range uitest.Shells() {
			uitest.Holds(t, sh, draw.Laid(script), c, f)
		}
		for what, text := range map[string]string{"the report": Markdown(e), "the terminal": Text(e, 80)} {
			if !strings.Contains(text, "\n"+script+"\n") {
				t.Fatalf("%s has other commands than\n%s:\n%s", what, script, text)
			}
		}
		view := uitest.Plain((&Report{Env: testEnv(), Ending: e}).View(2000, 1000))
		if !within(strings.ReplaceAll(view, "\n  ", "\n"), draw.Laid(script)) {
			t.Fatalf("the last screen has other commands than\n%s:\n%s", draw.Laid(script), view)
		}
	})
}
