package plain_test

import (
	"path/filepath"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/handoff"
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

// Who has one company's profile alone is asked for all that the half needs, and the firm
// goes on with the line that the customer sends back.
func TestAskOfBothHalves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	folder := filepath.Join(t.TempDir(), "files")
	g := policy.Grant{Partition: "aws", Bucket: bucket, Owner: customer, Firm: firm, Grantee: "arn:aws:iam::" + firm + ":user/test-writer"}
	line := handoff.NewReceipt(g, "us-east-1", g.ForBucket()).String()
	code, out := w.ask(
		t, w.blank(""), "4", "my_firm", firm, "123", customer, "NOT_A_BUCKET", bucket, "", "", "test-writer",
		folder, "Jane Roe", "see", "no", folder, "Jane Roe", "yes", "none", bucket, "yes", "yes", "yes",
		"4", "crossgrant receipt v1 nothing", line, "yes", "3",
	)
	contains(
		t, out, "That is the firm's own account.", `"123" does not have 12 digits.`, "The file apply.sh:", "#!/usr/bin/env bash", "Send the customer all files",
		"--only firm --firm-profile my_firm", "The bucket does not let the firm in yet", "This is not a receipt", "by the receipt the customer's too", "setup --resume",
	)
	if code != run.Left {
		t.Fatalf("exit code %d:\n%s", code, out)
	}

	code, out = w.ask(t, w.blank(""), "6", folder+"/none", folder, "my_awesome_customer", bucket, "yes")
	contains(t, out, "The grant cannot be read", "Who asks: Jane Roe, for the account 4444-5555-6666, the firm", "may list and read files", line)
	if code != run.Done {
		t.Fatalf("exit code %d:\n%s", code, out)
	}

	code, out = w.ask(t, w.blank(""), "4", bucket, "yes", "yes", "yes")
	contains(t, out, "test-writer can write into the bucket my.test.bucket.")
	if code != run.Done {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}
