package plain_test

import (
	"os"
	"strings"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
)

// oddName is the name of a profile that looks like tx where nothing unseen is shown.
const oddName = "t\U000e0041x"

// odd is a world whose firm's profile has an odd name, and whose bucket has a policy with
// characters that nobody sees in its Id, a Sid, a Resource and a Condition.
func odd(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, sandbox.Default())
	for _, file := range []string{w.source.CredentialsFile, w.source.ConfigFile} {
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "my_firm]", oddName+"]")), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.putPolicy([]byte(`{"Version": "2012-10-17", "Id": "an\u200bId", "Statement": [{"Sid": "A\u2066Sid", "Effect": "Deny", "Principal": "*",
		"Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::my.test.bucket/p\u202eq/*", "Condition": {"StringEquals": {"aws:UserAgent": "a\u3164b"}}}]}`)); err != nil {
		t.Fatal(err)
	}
	return w
}

// Whatever is shown, each character of it is seen, and an odd name is not taken for the
// one that it looks like.
func TestWhatNobodySeesIsShown(t *testing.T) {
	t.Parallel()
	w := odd(t)
	o := w.options("tour", nil)
	o.Answers.FirmProfile = oddName
	code, unasked := w.run(t, o)
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, unasked)
	}
	o.JSON = true
	code, events := w.run(t, o)
	if code != exitDone {
		t.Errorf("exit code %d", code)
	}
	number := "2" // of the profile in the list
	code, asked := w.ask(t, w.blank(""), append([]string{"1", "my_awesome_customer", number, bucket, "", ""}, yeses(11)...)...)
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, asked)
	}
	for what, out := range map[string]string{"--yes": unasked, "--json": events, "--plain": asked} {
		if at := strings.IndexFunc(strings.ReplaceAll(out, "\n", ""), policy.Unseen); at >= 0 {
			t.Errorf("%s shows something unseen: %+.200q", what, out[max(0, at-50):])
		}
		for shown, escaped := range map[string]string{"<U+E0041>": `\udb40\udc41`, "<U+200B>": `\u200b`, "<U+2066>": `\u2066`, "<U+202E>": `\u202e`, "<U+3164>": `\u3164`} {
			if !strings.Contains(out, shown) && !strings.Contains(out, escaped) {
				t.Errorf("%s leaves out %s", what, shown)
			}
		}
		if what != "--json" {
			contains(t, out, "profile t<U+E0041>x")
		}
	}
}
