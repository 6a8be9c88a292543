package screen

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/uitest"
)

func testEnv() Env { return envOf(draw.NewTheme(uitest.Uncoloured(), draw.Look{})) }

func envOf(t *draw.Theme) Env {
	return Env{Theme: t, Timer: uitest.Never, Clock: func() time.Time { return time.Unix(100, 0) }}
}

// presses gives keys to a screen and returns the last action that came of them.
func presses(s Screen, names ...string) Action {
	var last Action
	for _, n := range names {
		if act, _ := s.Update(uitest.Key(n)); act != nil {
			last = act
		}
	}
	return last
}

func asAction(t *testing.T, got, want Action) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("action (-want +got):\n%s", diff)
	}
}

// sees looks for texts on a screen, whatever its line breaks.
func sees(t *testing.T, s Screen, texts ...string) {
	t.Helper()
	shown := uitest.Flat(s.View(78, 20))
	for _, text := range texts {
		if !containsFlat(shown, text) {
			t.Errorf("%q is not on the screen:\n%s", text, s.View(78, 20))
		}
	}
}

func containsFlat(shown, text string) bool { return strings.Contains(shown, uitest.Flat(text)) }

func letters(text string) []string { return strings.Split(text, "") }

// cleanUpConfirm asks for what the first step of a clean-up wants typed, the last of
// which is the name of a bucket.
func cleanUpConfirm(e Env, more ...awsops.Operation) *Confirm {
	f := uitest.Facts()
	c := steps.Change{Step: steps.CleanUp{In: steps.Customer}.Info(), Actions: []steps.Action{
		{As: steps.CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", Before: f.BucketPolicy}},
		{As: steps.CustomerAdmin, Op: awsops.DeleteAccessKey{Account: "111122223333", User: "test-customer", KeyID: "AKIAT"}},
		{As: steps.CustomerAdmin, Op: awsops.DeleteUser{Account: "111122223333", Name: "test-customer"}},
	}}
	proofs := []run.Proof{{
		Ask: "If you mean this account, type its 12-digit id. It is 1111-2222-3333, of the profile acme.", Label: "Account id",
		Wanted: "111122223333", Account: true, Wrong: "That is not the id of the customer's account. Nothing was changed.",
	}}
	for _, op := range more {
		c.Actions = append(c.Actions, steps.Action{As: steps.CustomerAdmin, Op: op})
		proofs = append(proofs, run.Proof{
			Ask: "The bucket my.test.bucket is deleted too, because crossgrant created it. If you mean that, type its name.", Label: "Bucket",
			Wanted: "my.test.bucket", Wrong: "That is not the name of the bucket. Nothing was changed.",
		})
	}
	return NewConfirm(e, c, draw.Operations(c.Actions), proofs)
}

// firstConfirm asks for the deliberate yes before the first change to real accounts.
func firstConfirm(e Env) *Confirm {
	f, c := uitest.Facts(), uitest.Changes()[0]
	s := NewConfirm(e, c, draw.Operations(c.Actions), []run.Proof{{
		Ask:   "To go on, type the name of the customer's bucket, my.test.bucket.",
		Label: "Bucket", Wanted: "my.test.bucket", Wrong: "That is not the name of the bucket. Nothing was changed.", First: true,
	}})
	s.Parties = []run.Party{
		{Side: steps.Customer, Profile: "acme", Identity: f.Customer, Alias: "acme-prod", Gets: []string{"the policy of the bucket my.test.bucket: 1 statement more", "a test file"}},
		{Side: steps.Firm, Profile: "firm", Identity: f.Firm, Gets: []string{"the user test-writer", "the access keys of the user test-writer: 1 more", "the inline policy writer-policy of the user test-writer"}},
	}
	return s
}

func testEnding() run.Ending {
	return run.Ending{
		Now: "Both accounts are as they were. Nothing is left to clean up.", Facts: uitest.Facts(), Path: "/home/me/.local/state/crossgrant/runs/R.jsonl",
		Warnings: []string{"test-writer could delete the file, which the policies shown do not allow."},
		Steps: []run.StepEnd{
			{Step: steps.LetFirmIn{}.Info(), State: "done", Now: "The bucket lets the firm in."},
			{Step: steps.SeeRefused{}.Info(), State: "skipped"},
			{Step: steps.LetWriterIn{}.Info()},
		},
	}
}

// testRecords are a tour that stopped half-way and a setup that is to stay.
func testRecords() []steps.Record {
	return []steps.Record{
		{Run: "R1", Journey: "tour", Bucket: "my.test.bucket", Grantee: awsops.UserIn("", "test-writer"), Started: time.Date(2026, 1, 1, 10, 0, 0, 0, time.Local), Left: []string{"the user test-customer"}},
		{Run: "R2", Journey: "setup", Bucket: "a-long-name.of-a-bucket.for-the-files.of-the-customer", Grantee: awsops.UserIn("", "uploader"), Started: time.Date(2026, 1, 2, 10, 0, 0, 0, time.Local), Ended: "finished", Left: []string{"the user test-writer"}},
		{Run: "R3", Journey: "tour", Ended: "undone"},
	}
}

// stepOf shows one of the changes of uitest; the second lets the writer in.
func stepOf(e Env, i int) *Step {
	c, f := uitest.Changes()[i], uitest.Facts()
	s := NewStep(e, c, draw.Operations(c.Actions), f)
	s.CanBack = i == 0
	return s
}

// foreseenChanges are those of uitest in their order.
func foreseenChanges() []Foreseen {
	var all []Foreseen
	changes := uitest.Changes()
	for _, c := range []steps.Change{changes[0], changes[2], changes[1]} {
		all = append(all, Foreseen{c, draw.Operations(c.Actions)})
	}
	return all
}

// standing is a run that has not begun.
func standing(f steps.Facts) run.Ending {
	e := run.Ending{Facts: f}
	for _, i := range stepsOf(f.Answers) {
		e.Steps = append(e.Steps, run.StepEnd{Step: i})
	}
	return e
}

// cleanUpPlan is the plan of a clean-up that finds an access key of somebody else's.
func cleanUpPlan(e Env) *Plan {
	f := uitest.Facts()
	f.Journey = "cleanup"
	const key = "the access key AKIAX, created on 1 January 2026 and never used, of the user test-writer"
	customer := steps.Change{Step: steps.CleanUp{In: steps.Customer}.Info(), Actions: []steps.Action{
		{As: steps.CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: f.Bucket, Owner: "111122223333", Before: f.BucketPolicy}},
	}}
	firm := steps.Change{
		Step:  steps.CleanUp{In: steps.Firm}.Info(),
		Asks:  []steps.Ask{{Target: awsops.Target{Kind: awsops.KindAccessKey, ID: "AKIAX"}, What: key + ", was added by somebody else"}},
		Stays: []steps.Remainder{{What: key, Why: "somebody else added it"}},
		Notes: []string{"This stays: " + key + ": somebody else added it."},
	}
	return NewPlan(e, standing(f), []Foreseen{{customer, draw.Operations(customer.Actions)}, {firm, nil}})
}

// stepsOf are the steps of a journey.
func stepsOf(a steps.Answers) []steps.Info {
	var list []steps.Info
	for _, s := range steps.Journey(a) {
		list = append(list, s.Info())
	}
	return list
}
