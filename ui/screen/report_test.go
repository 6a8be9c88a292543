package screen

import (
	"strings"
	"testing"

	"crossgrant/steps/run"
)

// c copies the line that delivers, and else the way into the sandbox.
func TestTheReportCopiesTheLineThatDelivers(t *testing.T) {
	const deliver, hint = "AWS_SHARED_CREDENTIALS_FILE=k aws s3 cp FILE s3://b/FILE", ". /tmp/demo/env"
	for _, c := range []struct{ deliver, hint, want string }{{deliver, "", deliver}, {deliver, hint, deliver}, {"", hint, hint}} {
		s := &Report{Env: testEnv(), Ending: run.Ending{Deliver: c.deliver}, Hint: c.hint}
		asAction(t, presses(s, "c"), Copy{"The command", c.want})
	}
	s := &Report{Env: testEnv()}
	asAction(t, presses(s, "c"), nil)
	for _, k := range s.ShortHelp() {
		if k.Help().Key == "c" {
			t.Error("it offers to copy nothing")
		}
	}
}

// Where there is a sandbox, the first screen and the help copy the way into it.
func TestTheWayIntoTheSandboxIsCopied(t *testing.T) {
	const hint = ". /tmp/demo/env\naws s3 ls"
	want := Copy{"The way into the sandbox", hint}
	asAction(t, presses(NewStart(testEnv(), true, hint), "c"), want)
	asAction(t, presses(NewHelp(testEnv(), NewStart(testEnv(), true, hint), hint), "c"), want)
	asAction(t, presses(NewStart(testEnv(), false, ""), "c"), nil)
	asAction(t, presses(NewHelp(testEnv(), NewStart(testEnv(), false, ""), ""), "c"), nil)
}

// The farewell fits its terminal, however long the names in its commands are.
func TestTheFarewellFits(t *testing.T) {
	long := strings.Repeat("a-long-name", 6)
	e := run.Ending{
		Now: "It works.", Saw: []string{strings.Repeat("With both gates open it wrote a file. ", 4)}, CleanUp: "crossgrant cleanup R --state-dir /home/me/" + long,
		Next: []string{"Deliver a first file: AWS_SHARED_CREDENTIALS_FILE=/home/me/.aws/crossgrant-" + long + " aws --profile w s3 cp FILE s3://" + long + "/incoming/FILE", "Have the software send a header: " + strings.Repeat("so it is. ", 20)},
	}
	for _, columns := range []int{60, 80} {
		for l := range strings.Lines(Text(e, columns)) {
			if len(strings.TrimRight(l, "\n")) > columns {
				t.Errorf("this is %d wide in %d columns: %q", len(l), columns, l)
			}
		}
	}
	said := Text(e, 80)
	if whole := strings.NewReplacer("\\\n    ", "", "\\\n  ", "", "\\\n", "").Replace(said); !strings.Contains(whole, " s3 cp FILE s3://"+long+"/incoming/FILE\n") || !strings.Contains(whole, "/.aws/crossgrant-"+long+" aws --profile w ") {
		t.Errorf("the command is another in\n%s", said)
	}
}
