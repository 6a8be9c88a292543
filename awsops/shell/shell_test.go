package shell

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops/policy"
)

// words are each one word, whatever is in them.
var words = []string{
	"", "plain", "s3://b/k.txt", "two  words", " ", "it's", `"$HOME"`, "`id`", "$(id)", "!!", "a\nb", "\n", "a\n\nb\n\n", "\nä", "a\n'b", "a\r\nb", "*", "~", "-x", "=ls", "é", `\`, "🙂",
	"\x1b[31m", "\u009b31m", "tab\t", "\r\n", "a\u202eb", "\U000e0041", "\u200b\n", "\ufeff'", "\x7f\\", "no \xff text", "\u3164",
}

func TestWordIsOneWordForEveryShell(t *testing.T) {
	for _, sh := range []string{"sh", "bash", "dash"} {
		if _, err := exec.LookPath(sh); err != nil {
			continue
		}
		for _, text := range words {
			for _, written := range []string{Word(text), Lines(text)} {
				out, err := exec.Command(sh, "-c", "printf '<%s>' "+written).Output()
				if err != nil || string(out) != "<"+text+">" {
					t.Errorf("for %s %q is %s, which reads %q, %v", sh, text, written, out, err)
				}
			}
		}
	}
}

func TestWordCanBeRead(t *testing.T) {
	for _, text := range words {
		if w := Word(text); strings.ContainsFunc(strings.ReplaceAll(w, "\n", ""), policy.Unseen) || strings.Contains(w, "\xff") {
			t.Errorf("something of %q is not seen", w)
		}
	}
	for text, want := range map[string]string{
		"s3://b/k.txt": "s3://b/k.txt", "=ls": "'=ls'", "it's": `'it'\''s'`, "a\u202eb": `'a'"$(printf '\342\200\256')"'b'`,
	} {
		if got := Word(text); got != want {
			t.Errorf("%q is written %s, want %s", text, got, want)
		}
	}
}

func TestAValueIsNotTakenForAnOption(t *testing.T) {
	args := []string{"aws", "--profile", "a b", "iam", "tag-user", "--user-name", "-x", "--tags", "a", "b", "--query", "--y=z", "--v=w", "--z", "1"}
	want := []string{"aws", "--profile", "a b", "iam", "tag-user", "--user-name=-x", "--tags", "a", "b", "--query=--y=z", "--v=w", "--z", "1"}
	if got := Arguments(args); !slices.Equal(got, want) {
		t.Errorf("the arguments are %q, want %q", got, want)
	}
	if got := Command(args...); got != "aws --profile 'a b' iam tag-user --user-name=-x --tags a b --query=--y=z --v=w --z 1" {
		t.Errorf("the command is %s", got)
	}
}

// Whatever wraps a text leaves a name in it as it is.
func TestAQuotedNameIsNotBroken(t *testing.T) {
	for _, name := range words {
		text := "The customer's  folder " + Word(name) + ", and the firm's, stay."
		want := []string{"The", "customer's", "folder", strings.ReplaceAll(Word(name), "\n", "<U+000A>") + ",", "and", "the", "firm's,", "stay."}
		if got := Fields(text); !slices.Equal(got, want) {
			t.Errorf("%s is parted into %q", text, got)
		}
		if w := strings.TrimRight(Word(name), "\n'"); strings.Contains(w, "\n") {
			t.Errorf("a line break stands in %q", w)
		}
	}
}

func TestASentenceIsPartedFromItsCommand(t *testing.T) {
	for text, want := range map[string][2]string{
		"Sign in again: aws sso login --profile 'a  b'":         {"Sign in again:", "aws sso login --profile 'a  b'"},
		"Two things: see it: crossgrant cleanup R: aws":         {"Two things: see it:", "crossgrant cleanup R: aws"},
		"Name another file with --key-file.":                    {"Name another file with --key-file.", ""},
		"The user: it has awsome keys.":                         {"The user: it has awsome keys.", ""},
		"Two lines: crossgrant runs --state-dir 'a\n'":          {"Two lines:", "crossgrant runs --state-dir 'a\n'"},
		"Choose another name for the user, with: --firm-user U": {"Choose another name for the user, with:", "--firm-user U"},
	} {
		if said, command := AtEnd(text); said != want[0] || command != want[1] {
			t.Errorf("%q is parted into %q and %q", text, said, command)
		}
	}
}
