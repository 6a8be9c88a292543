package ui

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"crossgrant/steps"
	"crossgrant/steps/handoff"
	"crossgrant/ui/uitest"
)

// Who has one company's profile alone does its half, and gives the other a line.
func TestStoryOfTheCustomersHalf(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	o := stage.options
	o.Answers = steps.Answers{
		Journey: "setup", Only: steps.Customer, CustomerProfile: "my_awesome_customer", OtherAccount: "444455556666",
		Bucket: "my.test.bucket", FirmUser: "test-writer", Access: "deliver",
	}
	s := tell(t, o, 80, 24)
	s.sees("This is the plan.", "enter begin")
	s.press("enter")
	s.sees("who does their half themselves")
	s.begins("my.test.bucket")
	s.sees("enter apply")
	s.press("enter")
	s.sees("enter go on")
	s.press("enter")
	s.sees("The customer's half is done", "Send this line to the firm", "crossgrant receipt v1 bucket=my.test.bucket", "enter finish")
	s.press("enter")
	s.leaves(0, "crossgrant receipt v1 bucket=my.test.bucket account=111122223333 region=us-east-1 sha256=")
}

// home is the stage as one company has it: its own profile alone, and its own records.
func (s *stage) home(t *testing.T, profile string) Options {
	t.Helper()
	o := s.options
	o.Answers, o.StateDir = steps.Answers{FirmUser: "test-writer"}, t.TempDir()
	o.Source.Pace.Budget = 200 * time.Millisecond // what is refused stays so
	for _, file := range []*string{&o.Source.CredentialsFile, &o.Source.ConfigFile} {
		text, err := os.ReadFile(*file)
		own := regexp.MustCompile(`(?m)^\[(profile )?` + profile + `\]\n(.+\n)+`).Find(text)
		*file = filepath.Join(t.TempDir(), "its-own")
		if err == nil {
			err = os.WriteFile(*file, own, 0o600)
		}
		if err != nil || own == nil {
			t.Fatalf("the profile %s: %v", profile, err)
		}
	}
	return o
}

// The firm writes the files and does its half, which waits; the customer does theirs with
// the files; the firm goes on with the line that they send back.
func TestStoryOfTwoCompanies(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	folder := filepath.Join(t.TempDir(), "it's for them")
	firm := stage.home(t, "my_firm")
	s := tell(t, firm, 80, 24)
	s.sees("There is one AWS profile on this computer, my_firm", "▸ Set it up with a customer: I am the firm")
	s.press("enter")
	s.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	s.press("enter")
	s.sees("Who is the customer?")
	s.press("444455556666")
	s.sees("That is the firm's own account.")
	s.press("\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f", "1111-2222-3333", "enter", "my.test.bucket", "enter")
	s.sees("What should the firm be allowed?", "enter go on")
	s.press("enter")
	s.sees("The name is free.")
	s.press("enter")
	s.sees("┃ Its name")
	s.press("enter")
	s.sees("Where should the files for the customer go?", "for-my.test.bucket")
	s.press("\x15", folder, "enter", "Jane Roe", "enter") // ctrl+u clears the proposal
	s.sees("[README.md]", "A request for access to the bucket my.test.bucket", "enter write them")
	s.press("tab")
	s.sees("[bucket-policy.json]", "CrossgrantFirm444455556666")
	if _, err := os.Stat(folder); err == nil {
		t.Fatal("the files were written before they were seen")
	}
	s.press("enter")
	s.sees("6 files are in", "Send the customer all files", "--only firm --firm-profile my_firm", "enter do the firm's half")
	s.press("enter")
	s.sees("This is the plan.", "enter begin")
	s.press("enter")
	s.sees("(●) Nowhere: the key is deleted after the test", "enter go on")
	s.press("enter")
	s.sees("who does their half themselves")
	s.begins("my.test.bucket")
	s.approves("Create the firm's user", "is there, with the access key AKIA")
	s.approves("Give the firm's user access", "")
	s.sees("Test as the firm's user ", "enter apply")
	s.press("enter")
	s.sees("The bucket does not let the firm in yet", "enter test again")
	s.press("enter")
	s.sees("Test as the firm's user ", "enter apply")
	s.press("enter")
	s.sees("The bucket does not let the firm in yet", "┃ Receipt", "enter test again")

	c := tell(t, stage.home(t, "my_awesome_customer"), 80, 24)
	c.sees("▸ Set it up with a customer: I am the firm")
	c.press("down")
	c.sees("▸ Set it up with a firm: I am the customer")
	c.press("enter")
	c.sees("Which grant did the firm send you?")
	c.press(folder+"/nothing.json", "enter")
	c.sees("The grant cannot be read")
	c.press("\x15", folder, "enter")
	c.sees("Jane Roe, for the account 4444-5555-6666, the firm", "may list and read files", "enter go on with this grant")
	c.press("enter")
	c.sees("Which profile is the customer's?", "✓ 1111-2222-3333")
	c.press("enter")
	c.sees("This is the plan.", "enter begin")
	c.press("enter")
	c.begins("my.test.bucket")
	c.approves("Let the firm in", "lets the firm's account in")
	c.sees("The customer's half is done", "Send this line to the firm", "enter finish")
	c.press("c")
	c.sees("The line for the firm was sent to the terminal's clipboard.")
	c.press("enter")
	c.leaves(0, "crossgrant receipt v1 bucket=my.test.bucket")
	line := regexp.MustCompile(`crossgrant receipt v1 .*`).FindString(c.summary)

	wrong := strings.Replace(line, "111122223333", "777788889999", 1)
	s.press(wrong)
	s.press("enter")
	s.sees("The receipt is of another account", "enter test again")
	s.press("\x15", line)
	s.press("enter")
	s.approves("Test as the firm's user", "Both halves are there")
	s.approves("Tidy up after the test", "test-writer keeps its access")
	s.sees("test-writer can write into the bucket my.test.bucket.", "enter finish")
	s.press("enter")
	s.leaves(0, "test-writer can write into the bucket my.test.bucket.")
}

// Who leaves once the files are written is told how to go on.
func TestTheFirmLeavesWithTheFilesWritten(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	folder := filepath.Join(t.TempDir(), "files")
	o := stage.home(t, "my_firm")
	o.Answers.Journey, o.Answers.Only = "setup", steps.Firm
	o.Answers.OtherAccount, o.Answers.Bucket, o.Expected.Customer = "111122223333", "my.test.bucket", "111122223333"
	r := newRig(t, o)
	r.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	r.press("enter")
	r.sees("1111", "my.test.bucket")
	r.press("enter", "enter")
	r.sees("What should the firm be allowed?")
	r.press("enter")
	r.sees("The name is free.")
	r.press("enter", "enter")
	r.sees("Where should the files for the customer go?")
	r.press("ctrl+u")
	r.types(folder)
	r.press("enter", "enter")
	r.sees("enter write them")
	r.press("enter")
	r.sees("6 files are in")
	r.press("q")
	r.until("the end", func() bool { return r.gone })
	text, code := r.app.farewell(nil, true)
	if code != 0 || !strings.Contains(uitest.Flat(text), "The files for the customer are in") || !strings.Contains(text, "--only firm") {
		t.Errorf("exit %d, and in the terminal:\n%s", code, text)
	}
	if m := mutations(stage.box); len(m) > 0 {
		t.Errorf("it changed %v", m)
	}
	if _, err := handoff.Read(folder); err != nil {
		t.Error(err)
	}

	// A folder with other files is left as it is.
	again := newRig(t, o)
	again.sees("Which profile is the firm's?", "✓ 4444-5555-6666")
	again.press("enter")
	again.sees("Who is the customer?")
	again.press("enter", "enter")
	again.sees("What should the firm be allowed?")
	again.press("down", "enter")
	again.sees("The name is free.")
	again.press("enter", "enter")
	again.sees("Where should the files for the customer go?")
	again.press("ctrl+u")
	again.types(folder)
	again.press("enter", "enter")
	again.sees("enter write them")
	again.press("enter")
	again.sees("The folder has files of another grant", "Nothing was written")
}
