package plain

import (
	"bytes"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"crossgrant/steps/run"
	"crossgrant/ui/uitest"
)

// What is printed as a command does what the program would do, whatever stands in a
// policy or a name.
func TestThePrintedCommandIsTheOperation(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c, f := uitest.NastyChange(t)
		var asked, left bytes.Buffer
		(&textView{out: &asked}).commands(c, f)
		e := run.Ending{Facts: f}
		for _, a := range c.Actions {
			e.Commands = append(e.Commands, f.Shell(a))
		}
		(&textView{out: &left}).end(e)
		_, commands, _ := bytes.Cut(left.Bytes(), []byte("by hand:\n"))
		for _, sh := range uitest.Shells() {
			uitest.Holds(t, sh, asked.String(), c, f)
			uitest.Holds(t, sh, string(commands), c, f)
		}
	})
}

// A command at the end of a sentence is on one line, with every blank that it has.
func TestACommandAtTheEndOfASentenceStaysOne(t *testing.T) {
	const lead, command = "The run has not come to its end.  To go on with it: ", "crossgrant setup --resume R --state-dir '/home/me/my  records'"
	want := []string{"The run has not come to its end. To go on with it:", command}
	if got := wrapped(lead+command, 78); !slices.Equal(got, want) {
		t.Errorf("it is %q, want %q", got, want)
	}
	if got := wrapped("Go on: "+command, 200); !slices.Equal(got, []string{"Go on: " + command}) {
		t.Errorf("on a wide line it is %q", got)
	}
}
