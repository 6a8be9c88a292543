//go:build unix

package plain_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"crossgrant/awsops/sandbox"
)

// The last screen of a demo's set-up has a line that delivers a first file while the demo
// runs, and c copies it. The demo's folder has the way in, for another terminal. Both go
// with the program.
func TestADemoCanBeDeliveredInto(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the demo takes as long as somebody who looks on")
	}
	t.Parallel()
	aws, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("the AWS CLI (aws) is not on PATH")
	}
	w := newWorld(t, sandbox.Config{})
	x := w.onScreen(t, pty.Winsize{Cols: 80, Rows: 24}, "setup", "--demo")
	deadline := time.After(60 * time.Second)
	for again := time.Tick(500 * time.Millisecond); !strings.Contains(x.flat(), "enter finish"); { // longer than the guard's quiet
		select {
		case <-again:
			if !strings.Contains(x.flat(), "enter finish") {
				x.press("\r")
			}
		case <-x.over:
			t.Fatalf("the program ended:\n%s", x.screen)
		case <-deadline:
			t.Fatalf("it comes to no end:\n%s", x.screen)
		}
	}
	x.sees("Deliver a first file from another terminal, while this program runs")
	line := regexp.MustCompile(`(?m)^ *AWS_SHARED_CREDENTIALS_FILE=(\S+)/\S+ \\ *\n(?:.*\\ *\n)*.*$`).FindStringSubmatch(x.screen.String())
	if line == nil {
		t.Fatalf("no line delivers:\n%s", x.screen)
	}
	x.press("c")
	x.sees("The command was sent to the terminal's clipboard.")

	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "FILE"), []byte("delivered"), 0o600); err != nil {
		t.Fatal(err)
	}
	shell := func(script string) string {
		t.Helper()
		c := exec.CommandContext(t.Context(), "sh", "-c", script)
		c.Dir, c.Env = outside, []string{"PATH=" + filepath.Dir(aws) + ":" + os.Getenv("PATH"), "HOME=" + outside}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s\nof:\n%s", err, out, script)
		}
		return string(out)
	}
	pasted := regexp.MustCompile(`(?m) +$`).ReplaceAllString(line[0], "") // as a terminal copies it
	shell(pasted)
	if said := shell(". " + line[1] + "/env\naws --profile my_awesome_customer s3 ls s3://my.test.bucket"); !strings.Contains(said, "FILE") {
		t.Errorf("the bucket holds\n%s", said)
	}
	x.press("\r")
	<-x.over
	if _, err := os.Stat(line[1]); !os.IsNotExist(err) {
		t.Errorf("the demo's folder is still there: %v", err)
	}
}
