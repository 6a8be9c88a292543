package ui

import (
	"slices"
	"strings"
	"testing"
)

func TestAnotherBucketAfterOneToMake(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	r := newRig(t, s.options)
	r.sees("What would you like to do?")
	r.press("enter")
	r.sees("✓ 1111-2222-3333")
	r.press("enter")
	r.sees("✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "there is none yet", "m make one")
	r.press("m")
	r.types("made-for-the-tour")
	r.sees("The name is free.")
	r.press("enter", "enter")
	r.sees("What should the users be called?", "The name is free.")
	r.press("enter", "enter")
	r.sees("This is the plan.", "Create the bucket made-for-the-tour in us-east-1")
	r.press("b")
	r.sees("What should the users be called?")
	r.press("esc")
	r.sees("made-for-the-tour")
	r.press("esc")
	r.sees("▸ my.test.bucket")
	r.press("enter", "enter")
	r.sees("This is the plan.")
	r.lacks("Create the bucket")
	if a := r.app.answers; a.MakeBucket != "" || a.Bucket != "my.test.bucket" {
		t.Errorf("answers %+v", a)
	}
}

func TestStoryOfATourOnABucketOfItsOwn(t *testing.T) {
	t.Parallel()
	stage := newStage(t)
	before := stage.box.Snapshot()
	s := tell(t, stage.options, 80, 24)
	s.sees("What would you like to do?")
	s.press("enter")
	s.sees("✓ 1111-2222-3333")
	s.press("enter")
	s.sees("✓ 4444-5555-6666")
	s.press("enter")
	s.sees("Which bucket of the customer's", "✓ Policy")
	s.press("m")
	s.sees("▸ Its name")
	s.press("my.test.bucket")
	s.sees("has a bucket of this name already.")
	s.press("-2", "enter")
	s.sees("▸ Its region", "The name is free.")
	s.press("enter")
	s.sees("▸ Test user", "The name is free.")
	s.press("enter")
	s.sees("▸ Firm's user")
	s.press("enter")
	s.sees("This is the plan.", "1 customer Create the bucket", "enter begin")
	s.press("end")
	s.sees("12 firm Clean up the firm's side")
	s.press("up")
	s.sees("Delete the bucket my.test.bucket-2")
	s.begins("my.test.bucket-2")
	s.sees("Create the bucket the customer's side", "closed to the public and with ACLs off", "deleted at the end", "enter apply")
	s.sees("[In words]", "The customer's administrator: Create the bucket my.test.bucket-2")
	s.press("tab", "tab")
	s.sees("[Whole policy]", "This step changes no policy.")
	s.press("tab")
	s.sees("[AWS command]", "aws --profile my_awesome_customer s3api create-bucket \\ --bucket my.test.bucket-2", "--region us-east-1")
	s.approves("Create the bucket", "The bucket my.test.bucket-2 is there, empty, and the customer's alone.")
	for _, title := range []string{
		"Let the firm in", "Create a test user", "Let the test user in", "Test as the test user", "Remove the test user's access", "Create the firm's user", "See the write refused",
		"Give the firm's user access", "Test as the firm's user",
	} {
		s.approves(title, "")
	}
	s.sees("The bucket my.test.bucket-2 goes too", "enter confirm")
	s.press("my.test.bucket", "enter")
	s.sees("That is not the name of the bucket. Nothing was changed.")
	s.press("-2", "enter")
	s.sees("Clean up the customer's side", "enter apply")
	s.press("end")
	s.sees("Delete the bucket my.test.bucket-2")
	s.approves("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	s.approves("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
	s.sees("Both accounts are as they were. Nothing is left to clean up.", "enter finish")
	s.press("enter")
	s.leaves(0, "Both accounts are as they were.")
	if after := stage.box.Snapshot(); !slices.Equal(after, before) {
		t.Errorf("the accounts are not as they were:\n%s", strings.Join(after, "\n"))
	}
	if !slices.Contains(mutations(stage.box), "CreateBucket") {
		t.Error("no bucket was made")
	}
}
