package plain_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
)

// One Enter gives the article's access; narrower terms are asked for one by one, and bad
// ones again.
func TestAskForTheTerms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers []string
		says    []string
		gives   steps.Answers // but for what is asked for elsewhere
	}{
		"passed with Enter": {[]string{""}, []string{"The article's access: Users and roles of the account 4444-5555-6666", "or type narrower"}, steps.Answers{}},
		"by its word":       {[]string{"narrow", "no", "Article"}, []string{"Please type one of: article, narrower."}, steps.Answers{}},
		"by words": {
			[]string{"narrower", "deliver", "in/", "2999-12-31", "yes"},
			[]string{
				"2. deliver: write files, and nothing else.", "Only the user test-writer of the account 4444-5555-6666 may write files", "until the end of 31 December 2999",
				"It may not list what is there;", "The article's grant would also allow listing the files;",
			},
			steps.Answers{Access: "deliver", Prefix: "in/", Until: "2999-12-31", OnlyThisUser: true},
		},
		"by a number and letters": {[]string{"n", "5", "", "", "n"}, nil, steps.Answers{Access: "read-write"}},
		"the rest with Enter":     {[]string{"n", "add", "", "", ""}, nil, steps.Answers{Access: "add"}},
		"bad answers": {
			[]string{"n", "", "everything", "write", "9", "read", "/in", "in/*", "in/", "tomorrow", "2020-01-01", "2999-02-30", "2999-02-28", "perhaps", "no"},
			[]string{
				"An empty line chooses nothing.", `"everything" is none of article, deliver, add, read and read-write.`, "No name is exactly that.",
				"A prefix does not begin with a slash: in.", "A prefix holds no *, ? or $", `"tomorrow" is not a day. Write it as 2026-12-31.`,
				"The access would have ended on 1 January 2020.", `"2999-02-30" is not a day.`, "Please type one of: yes, no.",
			},
			steps.Answers{Access: "read", Prefix: "in/", Until: "2999-02-28"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Default())
			o := w.options("setup", nil)
			o.Answers.FirmUser = ""
			code, out := w.ask(t, o, append(c.answers, append([]string{"", "", "none"}, yeses(1)...)...)...)
			if code != exitInterrupted {
				t.Errorf("exit code %d", code)
			}
			contains(t, out, append(c.says, "Step 2 of 5")...)
			made := w.options("setup", nil)
			made.Answers.Access, made.Answers.Prefix, made.Answers.Until, made.Answers.OnlyThisUser = c.gives.Access, c.gives.Prefix, c.gives.Until, c.gives.OnlyThisUser
			if got, want := w.given(t), made.Answers; got != want {
				t.Errorf("the answers are %+v, not %+v", got, want)
			}
		})
	}
}

// given are the answers of the only run that is recorded.
func (w *world) given(t *testing.T) (a steps.Answers) {
	t.Helper()
	records, err := steps.Records(filepath.Join(w.dir, "runs"))
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	text, err := os.ReadFile(records[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(string(text), "\n")
	if err := json.Unmarshal([]byte(header), &struct{ Answers *steps.Answers }{&a}); err != nil {
		t.Fatal(err)
	}
	return a
}

// Terms on the command line are not asked for, unless they are wrong.
func TestAskOnlyForTermsThatAreWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	o := w.options("setup", nil)
	o.Answers.Access = "deliver"
	_, out := w.ask(t, o, append([]string{"none"}, yeses(1)...)...)
	contains(t, out, "may write files in the bucket", "They may not list", "Step 2 of 5")
	if strings.Contains(out, "narrower") {
		t.Errorf("it asks for terms that were given:\n%s", out)
	}
	o.Answers.Access, o.Answers.Prefix, o.Answers.Until = "all", "/in", "2020-01-01"
	_, out = w.ask(t, o, append([]string{"add", "in/", "2999-12-31", "none"}, yeses(1)...)...)
	contains(t, out, `"all" is none of`, "does not begin with a slash", "would have ended", "may write new files in the bucket my.test.bucket, where their names begin with in/, until", "Step 2 of 5")
}
