package plain_test

import (
	"testing"

	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// Of one half only the profile of that side is asked for, and where its key goes.
func TestAskOfOneHalf(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	o := w.options("setup", nil)
	o.Answers = steps.Answers{Journey: "setup", Only: steps.Firm, OtherAccount: customer, Bucket: bucket, FirmUser: "test-writer"}
	code, out := w.ask(t, o, "my_firm", "none", bucket, "yes", "yes", "yes", "3")
	contains(t, out, "Which profile is the firm's?", "who does their half themselves", "The bucket does not let the firm in yet", "setup --resume")
	if code != run.Left {
		t.Errorf("exit code %d:\n%s", code, out)
	}

	o.Answers = steps.Answers{Journey: "setup", Only: steps.Customer, OtherAccount: firm, Bucket: bucket, FirmUser: "test-writer"}
	code, out = w.ask(t, o, "my_awesome_customer", bucket, "yes")
	contains(t, out, "Which profile is the customer's?", "crossgrant receipt v1 bucket=my.test.bucket")
	if code != run.Done {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}
