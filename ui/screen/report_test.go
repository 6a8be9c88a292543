package screen

import (
	"regexp"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/handoff"
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

// The line for the firm is copied, and stands on one line in the terminal afterwards.
func TestTheReceiptIsToBeCopied(t *testing.T) {
	line := "crossgrant receipt v1 bucket=my.test.bucket account=111122223333 region=us-east-1 sha256=" + strings.Repeat("0", 64)
	e := run.Ending{Now: "The customer's half is done.", Receipt: line}
	asAction(t, presses(&Report{Env: testEnv(), Ending: e, Hint: "else"}, "c"), Copy{"The line for the firm", line})
	if said := Text(e, 80); !strings.Contains(said, "\n"+line+"\n") {
		t.Errorf("the receipt is not on a line of its own in\n%s", said)
	}
}

// What is copied with the mouse from the smallest screen is the whole line, frame and all.
func TestTheReceiptIsWholeOnTheScreen(t *testing.T) {
	g := policy.Grant{Partition: "aws", Bucket: strings.Repeat("long-", 12) + "b", Owner: "111122223333", Firm: "444455556666", Grantee: "arn:aws:iam::444455556666:user/w"}
	want := handoff.NewReceipt(g, "ap-southeast-1", g.ForBucket())
	e := run.Ending{Now: "The customer's half is done.", Receipt: want.String()}
	for _, width := range []int{60, 80, 120} {
		view := (&Report{Env: testEnv(), Ending: e}).View(width, 40)
		shown := strings.Join(regexp.MustCompile(`(?m)^.*┃.*$`).FindAllString(ansi.Strip(view), -1), "\n")
		_, shown, _ = strings.Cut(shown, "crossgrant receipt")
		if got, err := handoff.ParseReceipt("crossgrant receipt" + shown); err != nil || got != want {
			t.Errorf("at %d columns the screen says %v, %v:\n%s", width, got, err, view)
		}
	}
}

// The commands so far are saved from the last screen, and from the question whether to leave.
func TestTheCommandsSoFarAreSaved(t *testing.T) {
	e := run.Ending{Script: "#!/bin/sh\n", Facts: steps.Facts{Run: "R"}}
	want := Save{"crossgrant-R-commands.sh", "#!/bin/sh\n"}
	asAction(t, presses(&Report{Env: testEnv(), Ending: e}, "s"), want)
	asAction(t, presses(NewLeaving(testEnv(), e, false, true), "s"), want)
	asAction(t, presses(&Report{Env: testEnv()}, "s"), nil)
	asAction(t, presses(NewLeaving(testEnv(), run.Ending{}, false, true), "s"), nil)
}
