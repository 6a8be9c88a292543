package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/plain"
)

// atTerms goes from the first screen of a set-up to its terms.
func (r *rig) atTerms() {
	r.t.Helper()
	r.sees("What would you like to do?")
	r.press("down", "enter")
	r.sees("✓ 1111-2222-3333")
	r.press("enter")
	r.sees("✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "✓ Policy")
	r.press("enter")
	r.sees("What should the firm be allowed?")
}

func TestTheTermsOfASetup(t *testing.T) {
	t.Parallel()
	r := newRig(t, newStage(t).options)
	r.atTerms()
	r.press("down", "tab")
	r.types("in/")
	r.sees("may write files in the bucket my.test.bucket, where their names begin with in/.")
	r.press("enter")
	r.sees("The name is free.")
	r.press("tab")
	r.types("2")
	r.press("esc")
	r.sees("What should the firm be allowed?", "┃ Prefix in/")
	r.press("tab", "tab", "space")
	r.sees("Only the user test-writer2 of the account 4444-5555-6666") // the name that was typed since
	r.press("esc")
	r.sees("Which bucket")
	r.press("enter")
	r.sees("┃ Only the writer (○) no (●) yes", "in/")
	r.press("enter")
	r.sees("test-writer2", "The name is free.")
	r.press("enter", "enter", "enter")
	r.sees("This is the plan.", "Only the user test-writer2", "may not list what is there")
	if a := r.app.answers; a.Access != "deliver" || a.Prefix != "in/" || !a.OnlyThisUser || a.Until != "" {
		t.Errorf("answers %+v", a)
	}
}

func TestTermsThatWereGivenFillTheFields(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Answers.Access, s.options.Answers.Prefix, s.options.Answers.Until = "add", "/in", "2999-12-31"
	r := newRig(t, s.options)
	r.atTerms()
	r.sees("(●) add", "Prefix /in", "does not begin with a slash", "Last day 2999-12-31")
	r.press("enter")
	r.sees("┃ Prefix")
	r.press("home", "right", "backspace", "enter")
	r.sees("The name is free.")
	if a := r.app.answers; a.Access != "add" || a.Prefix != "in" || a.Until != "2999-12-31" {
		t.Errorf("answers %+v", a)
	}
}

// The terms of a set-up are not those of a tour.
func TestATourAfterTheTermsOfASetupIsTheArticles(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.Answers.Prefix = "in/"
	r := newRig(t, s.options)
	r.atTerms()
	r.press("down", "enter")
	r.sees("The name is free.")
	r.press("esc", "esc", "esc", "esc", "esc")
	r.sees("What would you like to do?")
	r.press("home")
	r.answersAll("tour")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
	if live := policyOf(t, s); !strings.Contains(live, "s3:PutObjectAcl") || strings.Contains(live, "in/") {
		t.Errorf("the policy is %s", live)
	}
}

func policyOf(t *testing.T, s *stage) string {
	t.Helper()
	d, err := s.session(t, "my_awesome_customer").BucketPolicy(t.Context(), "my.test.bucket", "111122223333")
	if err != nil || d == nil {
		t.Fatalf("no policy: %v", err)
	}
	return d.Compact()
}

func TestStoryOfANarrowSetup(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	s := tell(t, stage.options, 80, 24)
	s.sees("What would you like to do?")
	s.press("down")
	s.sees("▸ Set up the access")
	s.press("enter")
	s.sees("✓ 1111-2222-3333")
	s.press("enter")
	s.sees("✓ 4444-5555-6666")
	s.press("enter")
	s.sees("Which bucket of the customer's", "✓ Policy")
	s.press("enter")
	s.sees("┃ (●) article", "They may not delete a file; nor change a setting of the bucket.")
	s.press("down")
	s.sees("(●) deliver", "nor read a file, not even one just written", "The article's grant would also allow listing the files; reading files; setting the permissions of files.")
	s.press("tab", "/in")
	s.sees("! A prefix does not begin with a slash: in.")
	s.press("enter")
	s.sees("┃ Prefix")
	s.press("home", "\x1b[3~")
	s.sees("where their names begin with in.")
	s.press("enter")
	s.sees("┃ The writer is")
	s.press("enter")
	s.sees("┃ Its name", "The name is free.")
	s.press("enter")
	s.sees("This is the plan.", "where their names begin with in.", "enter begin")
	s.press("enter")
	s.sees("Where should the key of", "(●) Nowhere")
	s.begins("my.test.bucket")
	s.approves("Let the firm in", "lets the firm's account in")
	if live := policyOf(t, stage); !strings.Contains(live, "my.test.bucket/in*") || strings.Contains(live, "s3:GetObject") {
		t.Errorf("the policy is %s", live)
	}
}

// The wizard, the questions line by line and the flags come to the same answers, and from
// them to the same documents.
func TestTermsAreTheSameByEveryRoad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keys, lines []string
		flags       steps.Answers
	}{
		"the article's":   {nil, []string{""}, steps.Answers{}},
		"to deliver":      {[]string{"down"}, []string{"narrower", "deliver", "", "", ""}, steps.Answers{Access: "deliver"}},
		"to add":          {[]string{"down", "down"}, []string{"narrower", "add", "", "", ""}, steps.Answers{Access: "add"}},
		"to read":         {[]string{"down", "down", "down"}, []string{"n", "4", "", "", "no"}, steps.Answers{Access: "read"}},
		"to read & write": {[]string{"down", "down", "down", "down"}, []string{"n", "read-write", "", "", ""}, steps.Answers{Access: "read-write"}},
		"a prefix": {
			[]string{"down", "up", "tab", "i", "n", "/"},
			[]string{"n", "article", "in/", "", ""},
			steps.Answers{Access: "article", Prefix: "in/"},
		},
		"a day, and one user": {
			append(append([]string{"down", "tab", "tab"}, strings.Split("2999-12-31", "")...), "tab", "space"),
			[]string{"n", "deliver", "", "2999-12-31", "yes"},
			steps.Answers{Access: "deliver", Until: "2999-12-31", OnlyThisUser: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && c.flags.Prefix == "" && c.flags.Until == "" {
				t.Skip("-short: of the terms only a prefix, and a day for one user")
			}
			t.Parallel()
			byFlag := newStage(t)
			a := &byFlag.options.Answers
			a.Journey, a.Access, a.Prefix, a.Until, a.OnlyThisUser = "setup", c.flags.Access, c.flags.Prefix, c.flags.Until, c.flags.OnlyThisUser
			if code := plain.Run(t.Context(), plain.Options{Request: byFlag.options.Request, Out: io.Discard}); code != run.Done {
				t.Fatalf("unasked it ends %d", code)
			}
			want := byFlag.stands(t)

			byLine := newStage(t)
			byLine.options.Answers.Journey = "setup"
			lines := strings.NewReader(strings.Join(append(c.lines, "none", "my.test.bucket", "yes", "yes", "yes", "yes", "yes"), "\n") + "\n")
			if code := plain.Ask(t.Context(), plain.Options{Request: byLine.options.Request, Out: io.Discard}, lines); code != run.Done {
				t.Fatalf("line by line it ends %d", code)
			}
			if d := cmp.Diff(want, byLine.stands(t)); d != "" {
				t.Errorf("by flag (-) and line by line (+):\n%s", d)
			}

			inWizard := newStage(t)
			r := newRig(t, inWizard.options)
			r.atTerms()
			r.press(append(c.keys, "enter")...)
			r.sees("The name is free.")
			r.press("enter", "enter")
			r.sees("This is the plan.")
			r.keepsNoKey()
			r.means()
			for range 5 {
				r.step("", "")
			}
			if d := cmp.Diff(want, inWizard.stands(t)); d != "" {
				t.Errorf("by flag (-) and in the wizard (+):\n%s", d)
			}
		})
	}
}

// Who writes is the same by every road as well.
func TestWritersAreTheSameByEveryRoad(t *testing.T) {
	t.Parallel()
	role := awsops.CreateRole{Account: "444455556666", Name: "delivery", Trust: policy.Trust(policy.AccountARN("aws", "444455556666"))}
	for name, c := range map[string]struct {
		there awsops.Operation
		keys  []string // on the screen of names
		lines []string
		flags steps.Answers
	}{
		"a new user": {nil, []string{"tab", "2"}, []string{"", "test-writer2", "none"}, steps.Answers{FirmUser: "test-writer2"}},
		"a new role": {nil, []string{"up", "tab", "2"}, []string{"role", "test-writer2"}, steps.Answers{FirmRole: "test-writer2"}},
		"a user that is there": {
			awsops.CreateUser{Account: "444455556666", Name: "uploader"},
			[]string{"space", "enter", "end", "enter"},
			[]string{"user", "uploader", "yes", "none"},
			steps.Answers{FirmUser: "uploader", UseExisting: true},
		},
		"a role that is there": {role, []string{"left", "left", "down", "down", "down", "enter", "end", "enter"}, []string{"r", "delivery", "yes"}, steps.Answers{FirmRole: "delivery", UseExistingRole: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stands := map[string][]string{}
			for road, walk := range map[string]func(*stage) int{
				"by flag": func(s *stage) int {
					a := &s.options.Answers
					a.Journey, a.FirmUser, a.UseExisting, a.FirmRole, a.UseExistingRole = "setup", c.flags.FirmUser, c.flags.UseExisting, c.flags.FirmRole, c.flags.UseExistingRole
					return plain.Run(t.Context(), plain.Options{Request: s.options.Request, Out: io.Discard})
				},
				"line by line": func(s *stage) int {
					s.options.Answers.Journey, s.options.Answers.FirmUser = "setup", ""
					lines := append(append([]string{""}, c.lines...), "my.test.bucket", "yes", "yes", "yes", "yes", "yes")
					return plain.Ask(t.Context(), plain.Options{Request: s.options.Request, Out: io.Discard}, strings.NewReader(strings.Join(lines, "\n")+"\n"))
				},
				"in the wizard": func(s *stage) int {
					r := newRig(t, s.options)
					r.atTerms()
					r.press("enter")
					r.sees("┃ The writer is")
					for _, k := range c.keys {
						r.press(k)
						r.until("what is asked", func() bool { return !strings.Contains(r.view(), "Asking AWS for") })
					}
					for range 3 {
						if strings.Contains(r.view(), "Who should write") {
							r.press("enter")
						}
					}
					r.sees("This is the plan.")
					if c.flags.FirmRole == "" {
						r.keepsNoKey()
						r.means()
					} else {
						r.begins()
					}
					for r.sees("enter "); !strings.Contains(r.view(), "enter finish"); r.sees("enter ") {
						r.press("end", "enter")
					}
					_, code := r.app.farewell(nil, true)
					return code
				},
			} {
				s := newStage(t)
				if c.there != nil {
					if _, err := s.session(t, "my_firm").Perform(t.Context(), c.there); err != nil {
						t.Fatal(err)
					}
				}
				if code := walk(s); code != run.Done {
					t.Fatalf("%s it ends %d", road, code)
				}
				stands[road] = s.stands(t)
			}
			for _, road := range []string{"line by line", "in the wizard"} {
				if d := cmp.Diff(stands["by flag"], stands[road]); d != "" {
					t.Errorf("by flag (-) and %s (+):\n%s", road, d)
				}
			}
		})
	}
}

// stands are the answers of the run that was recorded and the documents that it wrote.
func (s *stage) stands(t *testing.T) (all []string) {
	t.Helper()
	records, err := steps.Records(s.options.StateDir)
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	text, err := os.ReadFile(records[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	var header struct{ Answers steps.Answers }
	if err := json.Unmarshal(bytes.SplitN(text, []byte("\n"), 2)[0], &header); err != nil {
		t.Fatal(err)
	}
	own, err := s.session(t, "my_firm").InlinePolicies(t.Context(), header.Answers.Grantee())
	if err != nil || len(own) != 1 {
		t.Fatalf("the policies of the writer are %v, %v", own, err)
	}
	return []string{fmt.Sprintf("%+v", header.Answers), policyOf(t, s), own[0].Name, own[0].Document.Compact()}
}
