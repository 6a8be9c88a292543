package steps

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
)

// What the sandbox's log shows of the administrators of a run, and what the table of needs
// says of the operations that they did, is the same: nothing that changes something is
// missing, and nothing is asked for that was not sent.
func TestTheNeedsAreWhatIsSent(t *testing.T) {
	made, read := answers("setup"), answers("setup")
	made.Bucket, made.MakeBucket = "new.bucket", "us-east-1"
	read.Access = "read" // the customer writes the file
	for name, a := range map[string]Answers{"a tour": answers("tour"), "a set-up": answers("setup"), "a role": roleAnswers(), "a new bucket": made, "reading": read} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			w := s.prepare(a)
			began := len(s.box.Calls())
			said := map[string]bool{}
			journey := Journey(a)
			if a.MakeBucket != "" { // and its clean-up deletes it
				journey = append(journey, CleanUp{Customer})
			}
			err := walk(t.Context(), NewEngine(w, journey, func(e Event) {
				if d, ok := e.(Done); ok && d.Action.As.isAdmin() {
					for _, action := range awsops.Needs(d.Action.Op) {
						said[string(d.Action.As)+" "+action] = true
					}
				}
			}), -1)
			if err != nil {
				t.Fatal(err)
			}
			sent := map[string]bool{}
			for _, c := range s.box.Calls()[began:] {
				as := map[string]Actor{w.Customer.ARN: CustomerAdmin, w.Firm.ARN: FirmAdmin}[c.ARN]
				if as == "" {
					continue
				}
				sent[string(as)+" "+c.Action] = true
				if c.Mutates && !said[string(as)+" "+c.Action] {
					t.Errorf("%s sends %s, and no need says so: %s", as, c.Action, slices.Sorted(maps.Keys(said)))
				}
			}
			for n := range said {
				// These two are no calls of their own: the tags come with the user or the role, and
				// the ownership with the bucket. Sources: CreateUser; CreateRole; CreateBucket.
				beside := strings.Contains(n, "iam:Tag") || strings.HasSuffix(n, "s3:PutBucketOwnershipControls")
				// What is read a moment before is not read again.
				if !sent[n] && !beside && !strings.Contains(n, "iam:Get") {
					t.Errorf("it is said to need %s, which is not sent", n)
				}
			}
		})
	}
}

// What is foreseen to be needed is what is done: not one action more or less.
func TestThePlanNeedsWhatTheRunDoes(t *testing.T) {
	for name, a := range map[string]Answers{"a tour": answers("tour"), "a set-up": answers("setup"), "a role": roleAnswers()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			w := s.prepare(a)
			plan, err := w.foresee(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			foreseen, done := map[string]bool{}, map[string]bool{}
			for _, n := range w.needed(plan.changes) {
				foreseen[string(n.as)+" "+n.action] = true
			}
			err = walk(t.Context(), NewEngine(w, Journey(a), func(e Event) {
				if d, ok := e.(Done); ok && d.Action.As.isAdmin() {
					for _, action := range awsops.Needs(d.Action.Op) {
						done[string(d.Action.As)+" "+action] = true
					}
				}
			}), -1)
			if err != nil || !maps.Equal(foreseen, done) {
				t.Errorf("foreseen are %s\nand done is %s: %v", slices.Sorted(maps.Keys(foreseen)), slices.Sorted(maps.Keys(done)), err)
			}
		})
	}
}
