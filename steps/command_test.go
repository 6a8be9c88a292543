package steps

import (
	"os/exec"
	"testing"
)

func TestWordIsOneWordForAShell(t *testing.T) {
	for _, text := range []string{"", "plain", "two words", "it's", `"$HOME"`, "`id`", "a\nb", "*", "~", "-x", "é", `\`} {
		out, err := exec.Command("sh", "-c", "printf %s "+Word(text)).Output()
		if err != nil || string(out) != text {
			t.Errorf("%q reads %q, %v", text, out, err)
		}
	}
	if got := Word("s3://b/k.txt"); got != "s3://b/k.txt" {
		t.Errorf("a harmless word is %s", got)
	}
}
