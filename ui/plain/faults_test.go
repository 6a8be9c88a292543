package plain_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/ui/plain"
)

// call is the nth call of an operation, from 0.
type call struct {
	operation string
	nth       int
}

// changing lists the calls of a log that change something, from place from on.
func changing(log []sandbox.Call, from int) []call {
	seen := map[string]int{}
	var calls []call
	for i, c := range log {
		if !c.Mutates {
			continue
		}
		if i >= from {
			calls = append(calls, call{c.Operation, seen[c.Operation]})
		}
		seen[c.Operation]++
	}
	return calls
}

// refuse makes AWS refuse these calls, once each. A call that a fault hits is not
// counted by the faults behind it.
func (w *world) refuse(calls ...call) {
	hit := map[string]int{}
	for _, c := range calls {
		w.Inject(sandbox.Fault{
			Operation: c.operation, After: c.nth - hit[c.operation], Status: 403, Code: "AccessDenied",
			Message: "User: somebody is not authorized to perform: " + c.operation,
		})
		hit[c.operation]++
	}
}

// journeys are those whose every call is refused once.
var journeys = map[string]func(*world) (plain.Options, error){
	"tour": func(w *world) (plain.Options, error) { return w.options("tour", nil), nil },
	"tour over a policy": func(w *world) (plain.Options, error) {
		return w.options("tour", nil), w.putPolicy([]byte(foreign))
	},
	"setup": func(w *world) (plain.Options, error) { return w.options("setup", nil), nil },
	"setup with a key file": func(w *world) (plain.Options, error) {
		o := w.options("setup", nil)
		o.Answers.KeyFile = filepath.Join(w.dir, "key")
		return o, nil
	},
}

// begin makes a world for a journey, and marks it.
func begin(t *testing.T, name string) (*world, plain.Options) {
	t.Helper()
	w := newWorld(t, sandbox.Default())
	o, err := journeys[name](w)
	if err != nil {
		t.Fatal(err)
	}
	w.setMark()
	return w, o
}

// A call that AWS refuses for want of a permission, whichever it is: what was made
// is taken back, or, where that is refused too, named with the command that removes
// it, and the command does.
func TestNoPermissionForOneCall(t *testing.T) {
	t.Parallel()
	for name := range journeys {
		if testing.Short() && name != "setup" {
			t.Run(name, func(t *testing.T) {
				t.Skip("-short: the calls of the " + name + " are not refused one by one, only those of the set-up")
			})
			continue
		}
		clean, o := begin(t, name)
		if code, out := clean.run(t, o); code != exitDone {
			t.Fatalf("the %s exits %d: %s", name, code, out)
		}
		for _, c := range changing(clean.Calls()[clean.mark:], 0) {
			if strings.HasSuffix(c.operation, "Object") {
				continue // a refusal of these is waited out: TestFileRefused
			}
			if name == "setup" && c.operation == "DeleteAccessKey" {
				continue // the access is proven by then: TestAKeyThatCannotBeDeletedStays
			}
			t.Run(fmt.Sprintf("%s/%s %d", name, c.operation, c.nth), func(t *testing.T) {
				t.Parallel()
				undo := takenBack(t, name, c)
				if len(undo) > 0 {
					left(t, name, c, undo)
				}
			})
		}
	}
}

// takenBack refuses one call, and returns the calls that took the run back.
func takenBack(t *testing.T, name string, c call) []call {
	w, o := begin(t, name)
	before := w.Snapshot()
	w.refuse(c)
	code, out := w.run(t, o)
	if code != exitFailed {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	w.same(t, before, "the run")
	contains(t, out, "Nothing is left to clean up.", "AccessDenied", c.operation)
	if _, err := os.Stat(filepath.Join(w.dir, "key")); err == nil {
		t.Error("the file of the key that was taken back is there")
	}
	w.noSecret(t)
	log := w.Calls()[w.mark:]
	at := slices.IndexFunc(log, func(l sandbox.Call) bool {
		return l.Operation == c.operation && l.Code == "AccessDenied"
	})
	return changing(log, at+1)
}

// left refuses the taking back as well.
func left(t *testing.T, name string, c call, undo []call) {
	w, o := begin(t, name)
	before := w.Snapshot()
	w.refuse(append([]call{c}, undo...)...)
	code, out := w.run(t, o)
	if code != exitLeft {
		t.Errorf("exit code %d with the taking back (%v) refused:\n%s", code, undo, out)
	}
	run := runID.FindString(out)
	contains(t, out, "Some of what this run created is still there.", "left ", "crossgrant cleanup "+run)
	w.noSecret(t)
	w.Mend() // what came after something that was refused was not sent
	o.Answers.Journey, o.Answers.CustomerProfile, o.Answers.FirmProfile, o.Run = "cleanup", "", "", run
	code, out = w.run(t, o)
	if code != exitDone {
		t.Errorf("cleanup exits %d:\n%s", code, out)
	}
	w.same(t, before, "the run and its clean-up")
}

func (w *world) noSecret(t *testing.T) {
	t.Helper()
	found, err := w.secretIn(w.dir, filepath.Join(w.dir, "key"))
	if err != nil || len(found) > 0 {
		t.Errorf("secrets are in %v, %v", found, err)
	}
}

// A file that cannot be written or read after all that was waited is the access
// test that failed: exit 3, with nothing left.
func TestFileRefused(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"PutObject", "GetObject"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			w, o := begin(t, "setup")
			before := w.Snapshot()
			w.Inject(sandbox.Fault{Operation: operation, Times: 1000, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
			code, out := w.run(t, o)
			if code != exitTestFailed {
				t.Errorf("exit code %d:\n%s", code, out)
			}
			contains(t, out, "Nothing is left to clean up.", "to do ")
			w.same(t, before, "the run")

			// One refusal alone is no more than IAM's delay.
			w, o = begin(t, "setup")
			reads := 2 // the customer's administrator reads beside the user
			w.Inject(sandbox.Fault{Operation: operation, Times: reads, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
			if code, out := w.run(t, o); code != exitDone {
				t.Errorf("exit code %d:\n%s", code, out)
			} else {
				contains(t, out, "waiting ", "(AWS says AccessDenied)")
			}
		})
	}
}

// The key that was made for the test and cannot be deleted is left, and named with the
// command for it. The access that was proven stays.
func TestAKeyThatCannotBeDeletedStays(t *testing.T) {
	t.Parallel()
	w, o := begin(t, "setup")
	before := w.Snapshot()
	w.Inject(sandbox.Fault{Operation: "DeleteAccessKey", Status: 403, Code: "AccessDenied", Message: "User: somebody is not authorized to perform: iam:DeleteAccessKey"})
	code, out := w.run(t, o)
	if code != exitLeft {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "test-writer can write into the bucket", "left the access key AKIA", "it could not be deleted. AWS refused access.", "not authorized to perform: iam:DeleteAccessKey", "aws --profile my_firm iam delete-access-key --user-name test-writer")
	if p, err := w.sessions["firm"].InlinePolicy(t.Context(), awsops.UserIn("", "test-writer"), "writer-policy"); err != nil || p == nil {
		t.Errorf("the access that was proven is gone: %v, %v", p, err)
	}
	o.Answers.Journey, o.Run = "cleanup", runID.FindString(out)
	if code, out := w.run(t, o); code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	w.same(t, before, "the set-up and its clean-up")
}

// The file that was written as a test and cannot be deleted is left, and named.
func TestFileStays(t *testing.T) {
	t.Parallel()
	w, o := begin(t, "setup")
	before := w.Snapshot()
	w.Inject(sandbox.Fault{Operation: "DeleteObject", Times: 1000, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	code, out := w.run(t, o)
	if code != exitLeft {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	run := runID.FindString(out)
	contains(t, out, "crossgrant-probe/"+run+"-writer.txt", "crossgrant cleanup "+run)
	w.Mend()
	o.Answers.Journey, o.Run = "cleanup", run
	if code, out := w.run(t, o); code != exitDone {
		t.Errorf("cleanup exits %d:\n%s", code, out)
	}
	w.same(t, before, "the run and its clean-up")
}
