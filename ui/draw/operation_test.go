package draw

import (
	"strings"
	"testing"

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
