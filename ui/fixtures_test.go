package ui

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/draw"
)

func containsFlat(shown, text string) bool { return strings.Contains(shown, flat(text)) }

// testFacts are a run's in which both users are there and the firm is let in.
func testFacts() steps.Facts {
	bucket := policy.New(policy.FirmGrant("aws", "444455556666", "my.test.bucket"))
	return steps.Facts{
		Answers: steps.Answers{
			Journey: "tour", CustomerProfile: "acme", FirmProfile: "firm", Bucket: "my.test.bucket",
			TestUser: "test-customer", FirmUser: "test-writer",
		},
		Run: "R", Region: "us-east-1",
		Customer: identity("111122223333"), Firm: identity("444455556666"),
		Tester:       steps.Person{Name: "test-customer", ARN: "arn:aws:iam::111122223333:user/test-customer", ID: "AIDAT", Key: steps.Key{ID: "AKIAT", Secret: "hidden"}},
		Writer:       steps.Person{Name: "test-writer", ARN: "arn:aws:iam::444455556666:user/test-writer", ID: "AIDAW", Key: steps.Key{ID: "AKIAW", Secret: "hidden"}},
		BucketPolicy: &bucket,
	}
}

// testChanges are three steps: one of a bucket policy, one of an inline policy,
// and an optional one of a test write.
func testChanges() []steps.Change {
	bucket := policy.New(policy.FirmGrant("aws", "444455556666", "my.test.bucket"))
	foreign := policy.New(policy.Statement{
		Sid: "Theirs", Effect: "Allow", Principal: &policy.Principal{AWS: policy.List{Values: []string{"arn:aws:iam::999900001111:root"}}},
		Action: policy.List{Values: []string{"s3:GetObject"}}, Resource: policy.List{Values: []string{"arn:aws:s3:::my.test.bucket/reports/*"}},
	})
	merged := policy.Merge(&foreign, bucket.Statements...)
	return []steps.Change{
		{
			Step:    steps.LetFirmIn{}.Info(),
			Why:     "The policy of the bucket my.test.bucket will let the firm's account 4444-5555-6666 list it, and read and write the files in it. This alone lets no user in.",
			Notes:   []string{"Any administrator of the firm's account can use this access at once."},
			Actions: []steps.Action{{As: steps.CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", Before: &foreign, After: &merged}}},
		},
		{
			Step:    steps.LetWriterIn{}.Info(),
			Why:     "The firm's administrator passes the access on to the user test-writer with an inline policy: the half that most people miss. It covers the bucket my.test.bucket and nothing else.",
			Actions: []steps.Action{{As: steps.FirmAdmin, Op: awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "writer-policy", After: new(policy.WriterPolicy("aws", "my.test.bucket"))}}},
		},
		{
			Step:    steps.SeeRefused{}.Info(),
			Why:     "The bucket already lets the firm's account in, but the user test-writer has no policy of its own yet, so AWS should refuse it.",
			Actions: []steps.Action{{As: steps.Writer, Op: awsops.PutObject{Bucket: "my.test.bucket", Owner: "111122223333", Key: "crossgrant-probe/R-refused.txt", Body: "it's a probe\n", Expect: awsops.Refused}}},
		},
	}
}

// cleanUpPlanned is the first step of a clean-up, with more to do than usual.
func cleanUpPlanned(more ...awsops.Operation) plannedMsg {
	f := testFacts()
	c := steps.Change{Step: steps.CleanUp{In: steps.Customer}.Info(), Actions: []steps.Action{
		{As: steps.CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", Before: f.BucketPolicy}},
		{As: steps.CustomerAdmin, Op: awsops.DeleteAccessKey{Account: "111122223333", User: "test-customer", KeyID: "AKIAT"}},
		{As: steps.CustomerAdmin, Op: awsops.DeleteUser{Account: "111122223333", Name: "test-customer"}},
	}}
	for _, op := range more {
		c.Actions = append(c.Actions, steps.Action{As: steps.CustomerAdmin, Op: op})
	}
	return plannedMsg{change: c, list: draw.Operations(c.Actions), progress: progress{facts: f}}
}

func testReport() report {
	f := testFacts()
	return report{
		now: "Both accounts are as they were. Nothing is left to clean up.", facts: f, path: "/home/me/.local/state/crossgrant/runs/R.jsonl",
		warnings: []string{"test-writer could delete the file, which the policies shown do not allow."},
		steps: []reported{
			{steps.LetFirmIn{}.Info(), "done", "The bucket lets the firm in."},
			{steps.SeeRefused{}.Info(), "skipped", ""},
			{steps.LetWriterIn{}.Info(), "", ""},
		},
	}
}

func plain(picture string) string { return ansi.Strip(picture) }

// testRecords are a tour that stopped half-way and a setup that is to stay.
func testRecords() []steps.Record {
	return []steps.Record{
		{Run: "R1", Journey: "tour", Bucket: "my.test.bucket", Started: time.Date(2026, 1, 1, 10, 0, 0, 0, time.Local), Left: []string{"the user test-customer"}},
		{Run: "R2", Journey: "setup", Bucket: "my.test.bucket", Started: time.Date(2026, 1, 2, 10, 0, 0, 0, time.Local), Ended: "finished", Left: []string{"the user test-writer"}},
		{Run: "R3", Journey: "tour", Ended: "undone"},
	}
}

func stepOf(k kit, c steps.Change) *stepScreen {
	return newStep(k, c, draw.Operations(c.Actions), testFacts())
}

func foreseenChanges() []foreseen {
	var all []foreseen
	for _, c := range testChanges() {
		all = append(all, foreseen{c.Step, draw.Operations(c.Actions)})
	}
	return all
}
