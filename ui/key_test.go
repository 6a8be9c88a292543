package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// setupSteps are the titles of a set-up's steps.
var setupSteps = []string{"Let the firm in", "Create the firm's user", "Give the firm's user access", "Test as the firm's user", "Tidy up after the test"}

// A key goes to a profile whose name is typed, and from there again with the clean-up.
func TestTheKeyOfASetupBecomesAProfile(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.KeyFolder = t.TempDir()
	file := s.options.Source.CredentialsFile
	before := s.file(t)
	r := newRig(t, s.options)
	r.answersAll("setup")
	r.press("enter")
	r.sees("Where should the key of test-writer go?", "the name is free")
	r.press("down")
	r.sees("▸ (●) To a new profile", "where the name is free. Nothing else in the file is changed.")
	for range "test-writer" {
		r.press("backspace")
	}
	r.types("my_firm")
	r.sees("The profile my_firm is in")
	r.press("enter")
	r.sees("Where should the key of test-writer go?")
	r.types("s_key")
	r.sees("where the name is free")
	r.begins()
	for _, step := range setupSteps {
		r.step(step, "")
	}
	r.sees("Its key is in the profile my_firms_key of")
	if text, _ := r.app.farewell(nil, true); !strings.Contains(pasted(text), "AWS_SHARED_CREDENTIALS_FILE="+file+" aws --profile my_firms_key s3 cp FILE s3://my.test.bucket/FILE") {
		t.Errorf("in the terminal:\n%s", text)
	}
	if id, err := s.session(t, "my_firms_key").Identity(t.Context()); err != nil || !strings.HasSuffix(id.ARN, "user/test-writer") {
		t.Errorf("with the profile AWS says %+v, %v", id, err)
	}
	next := s.cleaner(t, r.app.progress.Facts.Run)
	next.sees("Remove the profile my_firms_key from")
	next.press("enter")
	next.confirms("111122223333")
	next.step("Clean up the customer's side", "")
	next.confirms("444455556666")
	next.step("Clean up the firm's side", "")
	next.sees("This is gone", "the profile my_firms_key in")
	if s.file(t) != before {
		t.Error("the credentials file is not what it was")
	}
}

func (s *stage) file(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(s.options.Source.CredentialsFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Until something is done, who goes back can say otherwise, and the record says it too.
func TestWhereTheKeyGoesCanBeSaidAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.KeyFolder = t.TempDir()
	r := newRig(t, s.options)
	r.answersAll("setup")
	r.press("enter")
	r.sees("the name is free")
	r.begins()
	r.sees("Let the firm in", "enter apply")
	r.press("b")
	r.sees("Where should the key of test-writer go?")
	r.press("end")
	r.types("-other")
	r.sees("the name is free")
	r.press("enter")
	r.sees("Let the firm in", "enter apply")
	r.press("esc", "esc")
	r.sees("This is the plan.")
	r.press("esc")
	r.sees("Who should write the files")
	r.press("enter", "enter")
	r.sees("This is the plan.")
	r.press("enter")
	r.sees("Where should the key of test-writer go?", "the name is free") // the run is another one, and asks again
	r.press("end")
	r.types("-third")
	r.sees("the name is free")
	r.begins()
	for _, step := range setupSteps {
		r.step(step, "")
	}
	files, err := os.ReadDir(s.options.KeyFolder)
	if err != nil || len(files) != 1 || files[0].Name() != "crossgrant-my.test.bucket-third" {
		t.Errorf("the folder holds %v, %v", files, err)
	}
}

func TestStoppingTheFirstLookStaysAtTheQuestionOfTheKey(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.options.KeyFolder = t.TempDir()
	r := newRig(t, s.options)
	r.answersAll("setup")
	r.press("enter")
	r.sees("the name is free")
	r.press("enter", "esc")
	r.sees("You stopped it. Nothing was changed just now.", "Where should the key of test-writer go?")
	r.lacks("1/5")
	r.begins()
	r.step("Let the firm in", "lets the firm's account in")
}

// ~ is what a shell makes of it; a folder that is not there is said while the path is typed.
func TestThePathOfAKeyIsSaidWhileItIsTyped(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	s := newStage(t)
	s.options.KeyFolder = "~"
	r := newRig(t, s.options)
	r.answersAll("setup")
	r.press("enter")
	whole := func(path string) {
		r.until(path, func() bool { return strings.Contains(strings.Join(strings.Fields(r.view()), ""), path) })
	}
	whole("Thefilewillbe" + filepath.Join(os.Getenv("HOME"), "crossgrant-my.test.bucket") + ".Itsfolderisthere")
	r.types("/x")
	whole("thereisnofolder" + filepath.Join(os.Getenv("HOME"), "crossgrant-my.test.bucket") + ".")
	r.press("enter")
	r.sees("Where should the key of test-writer go?")
}

// Who said it before, by a flag, is not asked; nor is a demo, which saves nothing.
func TestWhereTheKeyGoesIsAskedOnce(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Options){
		"a file":    func(o *Options) { o.Answers.KeyFile = filepath.Join(t.TempDir(), "key") },
		"a profile": func(o *Options) { o.Answers.KeyProfile = "acme" },
		"a demo":    func(o *Options) { o.Demo = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			change(&s.options)
			r := newRig(t, s.options)
			r.answersAll("setup")
			r.begins()
			r.sees("Let the firm in", "enter apply")
			r.press("esc")
			r.sees("This is the plan.")
			r.press("esc")
			r.sees("Who should write the files")
			r.press("enter", "enter")
			r.sees("This is the plan.")
		})
	}
}

// The three choices, in a terminal of 80x24.
func TestStoryOfWhereTheKeyGoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keys []string
		sees string
		says string
	}{
		"a file":    {nil, "▸ (●) To a new file", "Its key is in "},
		"a profile": {[]string{"down"}, "where the name is free", "Its key is in the profile test-writer of "},
		"nowhere":   {[]string{"up"}, "▸ (●) Nowhere", "aws --profile my_firm iam create-access-key --user-name test-writer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := newStage(t)
			stage.options.KeyFolder = t.TempDir()
			s := tell(t, stage.options, 80, 24)
			s.answersAll("setup")
			s.press("enter")
			s.sees("Where should the key of test-writer go?", "Its folder is there, and the name is free.")
			s.press(c.keys...)
			s.sees(c.sees, "enter go on")
			s.begins("my.test.bucket")
			for _, title := range setupSteps {
				s.approves(title, "")
			}
			s.sees("enter finish")
			s.press("enter")
			s.leaves(0, c.says)
			if files, err := os.ReadDir(stage.options.KeyFolder); err != nil || len(files) > 0 != (name == "a file") {
				t.Errorf("the folder that was proposed holds %v, %v", files, err)
			}
			if strings.Contains(stage.file(t), "[test-writer]") != (name == "a profile") {
				t.Error("the credentials file is not as it was chosen")
			}
		})
	}
}
