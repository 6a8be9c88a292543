package draw

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"crossgrant/awsops/shell"
	"crossgrant/ui/uitest"
)

func TestCommandsCanBeRunAsShown(t *testing.T) {
	changes := uitest.Changes()
	got := Operations(changes[2].Actions)[0].Command(uitest.Facts())
	want := `printf '%s' 'it'\''s a probe
' > probe.txt
AWS_ACCESS_KEY_ID=AKIAW AWS_SECRET_ACCESS_KEY="$SECRET_OF_THAT_KEY" \
  aws s3api put-object \
    --bucket my.test.bucket \
    --key crossgrant-probe/R-refused.txt \
    --body probe.txt \
    --content-type text/plain \
    --if-none-match '*' \
    --expected-bucket-owner 111122223333`
	if got != want {
		t.Errorf("the command is\n%s\nwant\n%s", got, want)
	}
	firm := Operations(changes[1].Actions)[0].Command(uitest.Facts())
	if !strings.Contains(uitest.Flat(firm), "aws --profile firm iam put-user-policy \\ --user-name test-writer") {
		t.Errorf("the command is\n%s", firm)
	}
}

func TestACommandIsBrokenOutsideOfQuotesAlone(t *testing.T) {
	got := Laid(`aws --profile 'a --b' iam tag-user --user-name 'it'\''s --here' --tags 'Key=\' --x` + "\nrm 'a --b'")
	want := `aws --profile 'a --b' iam tag-user \
    --user-name 'it'\''s --here' \
    --tags 'Key=\' \
    --x
rm 'a --b'`
	if got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
}

// A sentence may end in a command, which is not broken where a shell would take it for
// two, nor joined where blanks count.
func TestACommandAtTheEndOfASentenceStaysOne(t *testing.T) {
	const command = `aws iam create-access-key --user-name test-writer --profile 'the  firm'`
	for width, want := range map[int]string{
		200: "Make a key: " + command,
		60:  "Make a key:\naws iam create-access-key --user-name test-writer \\\n    --profile 'the  firm'",
	} {
		if got := strings.Join(Wrap("Make a key: "+command, width), "\n"); got != want {
			t.Errorf("in %d columns it is\n%s\nwant\n%s", width, got, want)
		}
	}
}

// A command that is laid out for any width is the same command for a shell, and no line is
// wider than it needs to be.
func TestACommandIsTheSameHoweverItIsLaidOut(t *testing.T) {
	plain := rapid.StringMatching(`[a-z0-9/.:_-]{1,90}`)
	rapid.Check(t, func(t *rapid.T) {
		words := []string{"printf", "%s\\0"}
		for range rapid.IntRange(1, 6).Draw(t, "words") {
			words = append(words, rapid.OneOf(plain, uitest.Nasty(), rapid.Just("--profile"), rapid.Just("aws")).Draw(t, "word"))
		}
		var quoted []string
		for _, w := range words {
			quoted = append(quoted, shell.Word(w))
		}
		command := strings.Join(quoted, " ")
		if got := shell.Words(command); !slices.Equal(got, quoted) {
			t.Fatalf("the words of %s are %q", command, got)
		}
		width := rapid.IntRange(20, 100).Draw(t, "width")
		for how, lines := range map[string][]string{"folded": Folded(command, width), "pasted": Pasted(command, width)} {
			text := strings.Join(lines, "\n")
			said, err := exec.Command("sh", "-c", text).Output()
			if want := strings.Join(words[2:], "\x00") + "\x00"; err != nil || string(said) != want {
				t.Fatalf("%s for %d it says %q, %v, want %q:\n%s", how, width, said, err, want, text)
			}
			for _, l := range lines {
				long := slices.ContainsFunc(shell.Words(strings.TrimSpace(l)), func(w string) bool { return ansi.StringWidth(w) > width-6 })
				if how == "pasted" {
					long = strings.ContainsAny(l, `'"`) && long
				}
				if ansi.StringWidth(l) > width && !long && !strings.Contains(command, "\n") {
					t.Fatalf("%s for %d a line is %d wide: %q", how, width, ansi.StringWidth(l), l)
				}
			}
		}
	})
}
