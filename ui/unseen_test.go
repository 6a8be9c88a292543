package ui

import (
	"os"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
)

// Every character of a name and of a policy is seen, on every screen that has them: in
// the list of profiles, in a change, in a policy and in its words.
func TestWhatNobodySeesIsShown(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	const odd = "t\U000e0041x"
	for _, file := range []string{s.options.Source.CredentialsFile, s.options.Source.ConfigFile} {
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "my_firm]", odd+"]")), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	foreign, err := policy.Parse([]byte(`{"Version": "2012-10-17", "Id": "an\u200bId", "Statement": [{"Sid": "A\u2066Sid", "Effect": "Deny", "Principal": "*",
		"Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::my.test.bucket/p\u202eq/*", "Condition": {"StringEquals": {"aws:UserAgent": "a\u3164b"}}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.session(t, "my_awesome_customer").Perform(t.Context(), awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", After: &foreign}); err != nil {
		t.Fatal(err)
	}
	s.options.Answers.FirmProfile = odd
	r := newRig(t, s.options)
	shown := func(texts ...string) {
		t.Helper()
		r.sees(texts...)
		if at := strings.IndexFunc(strings.ReplaceAll(r.view(), "\n", ""), policy.Unseen); at >= 0 {
			t.Errorf("something unseen is on the screen:\n%+q", r.view())
		}
	}
	r.update(tea.WindowSizeMsg{Width: 160, Height: 80})
	r.sees("What would you like to do?")
	r.press("enter")
	r.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	r.press("enter")
	shown("▸ t<U+E0041>x", "Profile t<U+E0041>x, with an access key", "✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket of the customer's", "✓ Policy")
	r.press("enter")
	r.sees("What should the users be called?", "The name is free.")
	r.press("enter", "enter")
	shown("This is the plan.", "enter begin")
	r.begins()
	shown("Let the firm in", "enter apply", "[In words]")
	r.update(tea.WindowSizeMsg{Width: 120, Height: 60})
	for i, tab := range []string{"[In words]", "[Difference]", "[Whole policy]", "[AWS command]"} {
		shown(tab)
		if i == 1 { // which folds what stays
			r.press("tab")
			continue
		}
		view := r.view()
		for char, escaped := range map[string]string{"<U+202E>": `\u202e`, "<U+3164>": `\u3164`} {
			if !strings.Contains(view, char) && !strings.Contains(view, escaped) {
				t.Errorf("%s leaves out %s:\n%s", tab, char, view)
			}
		}
		r.press("tab")
	}
}
