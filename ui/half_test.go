package ui

import (
	"testing"

	"crossgrant/steps"
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
