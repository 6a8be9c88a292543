package run_test

import (
	"strings"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// seesGates fails for a picture of the two gates that says something else than the verdict.
func seesGates(t *testing.T, e run.CheckEnding) {
	t.Helper()
	v, g := e.Verdict, e.Gates
	open := func(g steps.Gate) bool { return g.Verdict == policy.Allowed && !g.Unsure && !g.Unknown }
	if g.Who == "" {
		if v.Side != "here" && v.Side != "firm" { // it never came to a gate, or nobody is there to come
			t.Errorf("no gates are drawn for %s %s", v.Cause, v.Side)
		}
		return
	}
	if both := open(g.Own) && open(g.Bucket); both != (v.Cause == policy.WiderThanGranted || v.Cause == policy.ACLRequired && v.Side == "customer") {
		t.Errorf("both gates are open: %v, and the verdict is %s: %+v", both, v.Cause, g)
	}
	if v.Side == "customer" && open(g.Bucket) && !strings.HasPrefix(string(v.Cause), "acl-required") {
		t.Errorf("the customer must act on %s, and the bucket's gate is open: %+v", v.Cause, g)
	}
	if v.Side == "both" && v.Cause == policy.BothMissing && (open(g.Own) || open(g.Bucket)) {
		t.Errorf("both are missing, and a gate is open: %+v", g)
	}
}

// The rule that AWS names is at the gate of the company whose rule it is.
func TestTheGateOfARuleThatAWSNames(t *testing.T) {
	c := newCheckStage(t)
	c.bucketPolicy(bucketGives)
	c.userPolicy(firmGives)
	for says, want := range map[string]struct {
		own, bucket string
		letters     []steps.Side
	}{
		"with an explicit deny in a service control policy":  {"a rule above it", "", []steps.Side{steps.Firm}},
		"with an explicit deny in a resource control policy": {"", "a rule above it", []steps.Side{steps.Customer}},
		"because no VPC endpoint policy allows the action":   {"a rule above it", "", []steps.Side{steps.Firm}},
		"": {"a rule above it?", "a rule above it?", []steps.Side{steps.Firm, steps.Customer}},
	} {
		t.Run(says, func(t *testing.T) {
			on := c.fork(t)
			message := "Access Denied"
			if says != "" {
				message = "User: " + writerARN + ` is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::my.test.bucket/k" ` + says
			}
			on.refuse("PutObject", message)
			e, _ := on.check(everybody())
			if e.Gates.Own.Why != want.own || e.Gates.Bucket.Why != want.bucket {
				t.Errorf("the gates are %+v and %+v", e.Gates.Own, e.Gates.Bucket)
			}
			var to []steps.Side
			for _, l := range e.Letters {
				to = append(to, l.To)
				for _, part := range []string{"x-amz-id-2", "s3:PutObject", writerARN, "the policies of the user test-writer: they allow it", "Block Public Access", "Requester Pays, which is off"} {
					if !strings.Contains(strings.Join(strings.Fields(l.Text), " "), part) {
						t.Errorf("the letter to the %s lacks %q:\n%s", l.To, part, l.Text)
					}
				}
			}
			if len(to) != len(want.letters) || to[0] != want.letters[0] {
				t.Errorf("letters to %v, want %v", to, want.letters)
			}
		})
	}
}

// What is in neither company's documents is not said to be excluded where they refuse too.
func TestALetterSaysOnlyWhatWasRead(t *testing.T) {
	c := newCheckStage(t)
	c.bucketPolicy(bucketGives)
	c.refuse("PutObject", "User: "+writerARN+` is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::my.test.bucket/k" with an explicit deny in a service control policy`)
	e, _ := c.check(everybody())
	if len(e.Letters) != 1 || strings.Contains(e.Letters[0].Text, "they allow it") {
		t.Errorf("the user has no policy at all, and the letters are %+v", e.Letters)
	}
}

// refuse has AWS refuse the next call of an operation in these words.
func (c *checkStage) refuse(operation, message string) {
	c.box.Inject(sandbox.Fault{Operation: operation, Kind: sandbox.Answer, Status: 403, Code: "AccessDenied", Message: message})
}
