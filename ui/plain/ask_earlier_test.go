package plain_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crossgrant/awsops/sandbox"
	"crossgrant/ui/plain"
)

// halfway leaves a tour after two of its steps, and returns the run.
func (w *world) halfway(t testing.TB) string {
	t.Helper()
	code, out := w.ask(t, w.options("tour", nil), bucket, "yes", "yes", "no", "3")
	if code != exitLeft {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	return runID.FindString(out)
}

// An unfinished run is offered at the next start, and goes on where it stopped.
func TestAskGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	run := w.halfway(t)
	code, out := w.ask(t, w.blank(""), append([]string{"4"}, yeses(10)...)...)
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "4. Go on with the tour of ", "the customer 1111-2222-3333 and the firm 4444-5555-6666", run,
		"state: stopped half-way, after 2 steps", "created: the user test-customer",
		"1. Let the firm in, on the customer's side: done already.", "Both accounts are as they were.")
	w.same(t, before, "the tour in two parts")
}

// Who hears of an unfinished run and goes away again changes nothing of it.
func TestAskLeavesAnEarlierRunAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	run := w.halfway(t)
	before := w.Snapshot()
	resume := w.options("tour", nil)
	resume.Resume, resume.Run = true, run
	for name, c := range map[string]struct {
		o       plain.Options
		answers []string
	}{
		"the end of the input": {resume, nil},
		"no, and leave":        {resume, []string{"no", "3"}},
		"a menu's end":         {w.blank(""), []string{"4"}},
	} {
		code, out := w.ask(t, c.o, c.answers...)
		if code != exitLeft {
			t.Errorf("%s: exit code %d:\n%s", name, code, out)
		}
		contains(t, out, "crossgrant cleanup "+run, "crossgrant tour --resume "+run)
		w.same(t, before, name)
	}
	_, out := w.ask(t, w.blank("setup"))
	contains(t, out, "note: the tour of", "has not ended. To go on with it: crossgrant tour --resume "+run)
	w.same(t, before, "another journey")
}

// What an earlier run made goes only after the ids of both accounts and a yes to
// each side.
func TestAskCleanUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	empty := w.Snapshot()
	code, out := w.ask(t, w.options("setup", nil), append([]string{"", ""}, yeses(5)...)...)
	if code != exitDone {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	golden(t, "setup", out)
	set := w.Snapshot()
	all := []string{"3", "1", customer, firm, "yes", "yes"}
	for n := range 5 { // the fifth is the first yes
		code, out := w.ask(t, w.blank(""), all[:n]...)
		if want := map[bool]int{true: exitInterrupted, false: exitLeft}[n < 2]; code != want {
			t.Errorf("exit code %d after %d answers:\n%s", code, n, out)
		}
		w.same(t, set, fmt.Sprintf("a clean-up of %d answers", n))
	}
	for _, answers := range [][]string{
		{"3", "1", "no"},
		{"3", "1", customer, "no"},
		{"3", "1", "yes", "y", firm, "", "11112222333", "111122223333 444455556666", "111122223334"},
		{"3", "1", customer, customer, "yes", "yes"},
		{"3", "1", customer, firm, "no", "2"},
	} {
		code, out := w.ask(t, w.blank(""), answers...)
		if code != exitLeft {
			t.Errorf("exit code %d after %q:\n%s", code, answers, out)
		}
		w.same(t, set, fmt.Sprintf("a clean-up with the answers %q", answers))
	}
	code, out = w.ask(t, w.blank(""), all[:5]...)
	if code != exitLeft || slices.Equal(set, w.Snapshot()) {
		t.Errorf("exit code %d after one side:\n%s", code, out)
	}
	contains(t, out, "Nothing of this run is left in the customer's account.", "left: the user test-writer")
	o := w.blank("cleanup")
	o.Run = runID.FindString(out)
	code, out = w.ask(t, o, "4444-5555-6667", "4444-5555-6666", "yes")
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "That is not the id of the firm's account. Nothing was changed.", "Nothing of the run "+o.Run+" is left.")
	golden(t, "cleanup", out)
	w.same(t, empty, "the set-up and its clean-up")
}

// Without the record of the run, the two accounts are looked at.
// A bucket that a run made goes only after its name was typed.
func TestAskCleanUpOfABucket(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	empty := w.Snapshot()
	o := w.options("setup", nil)
	o.Answers.Bucket, o.Answers.MakeBucket = "made-here", "us-east-1"
	code, out := w.run(t, o)
	if code != exitDone {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	o = w.options("cleanup", nil)
	o.Answers.Bucket, o.Run = "", runID.FindString(out)
	before := w.Snapshot()
	_, out = w.ask(t, o, customer, "not-here", "no", "3")
	contains(t, out, "The bucket made-here is deleted too", "That is not the name of the bucket.")
	w.same(t, before, "a clean-up that was declined")
	code, out = w.ask(t, o, customer, "made-here", firm, "yes", "yes")
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	w.same(t, empty, "the set-up and its clean-up")
}

func TestAskCleanUpWithoutARecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	w.halfway(t)
	left := w.Snapshot()
	if err := os.RemoveAll(w.dir + "/runs"); err != nil {
		t.Fatal(err)
	}
	answers := []string{"1", "1", "2", "1", "yes", "yes", customer, "yes", "yes"} // its key and the user may go
	code, out := w.ask(t, w.blank("cleanup"), answers[:7]...)
	if code != exitLeft {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "To remove it: crossgrant cleanup --customer-profile my_awesome_customer --firm-profile my_firm --bucket my.test.bucket")
	w.same(t, left, "a clean-up without a yes")
	if code, out = w.ask(t, w.blank("cleanup"), answers...); code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	w.same(t, before, "the run and its clean-up")
}

// A record that cannot be used is told of, and the rest works.
func TestAskWithASpoiltRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	run := w.halfway(t)
	if err := os.WriteFile(w.dir+"/runs/"+run+".jsonl", []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out := w.ask(t, w.blank(""))
	if code != exitInterrupted || !strings.Contains(out, "note: ") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

// A profile that is gone can be replaced when a run is taken up again.
func TestAskGoesOnWithOtherProfiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	before := w.Snapshot()
	o := w.blank("tour")
	o.Resume, o.Run, o.Answers.FirmProfile = true, w.halfway(t), "gone"
	code, out := w.ask(t, o, append([]string{"1", "2", "my_awesome_customer_root", "my_firm_root"}, yeses(10)...)...)
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "problem: There is no such profile.", "2. Choose other profiles.")
	w.same(t, before, "the tour")
}

// Whatever is typed, every way out ends as its exit code says, and nothing changes
// without a yes.
func TestAskEndsAsItSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w, err := openWorld(t.TempDir(), sandbox.Default())
		if err != nil {
			r.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		before := w.Snapshot()
		if rapid.Bool().Draw(r, "with a fault") {
			w.Inject(sandbox.Fault{
				Operation: rapid.SampledFrom([]string{"PutBucketPolicy", "CreateUser", "CreateAccessKey", "PutUserPolicy", "PutObject", "DeleteUser"}).Draw(r, "operation"),
				Status:    403, Code: "AccessDenied", Message: "no",
			})
		}
		answers := rapid.SliceOfN(rapid.SampledFrom([]string{"yes", "yes", "yes", "yes", "y", "no", "1", "2", "3", "c", "skip", ""}), 0, 25).Draw(r, "answers")
		if rapid.Bool().Draw(r, "the bucket is named") {
			answers = append([]string{bucket}, answers...)
		}
		code, out := w.ask(t, w.options("tour", nil), answers...)
		switch same := slices.Equal(before, w.Snapshot()); code {
		case exitDone, exitFailed, exitTestFailed, exitInterrupted:
			if !same {
				r.Fatalf("exit code %d, and something is left:\n%s", code, out)
			}
		case exitLeft:
			if same {
				r.Fatalf("exit code %d, and nothing is left:\n%s", code, out)
			}
		default:
			r.Fatalf("exit code %d:\n%s", code, out)
		}
		said := slices.Contains(answers, "yes") || slices.Contains(answers, "y")
		if !(said && slices.Contains(answers, bucket)) && len(w.since()) > 0 {
			r.Fatalf("something changed without a yes:\n%s", out)
		}
	})
}
