package plain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps/journal"
	"crossgrant/ui/plain"
)

// listed is what `crossgrant runs` says of the only run in a folder: as text, line by
// line behind its word, and as JSON.
func listed(t interface{ Fatal(...any) }, dir string) (text map[string][]string, record map[string]any) {
	var said, lines bytes.Buffer
	for out, asJSON := range map[*bytes.Buffer]bool{&said: false, &lines: true} {
		if err := plain.Runs(dir, asJSON, out); err != nil {
			t.Fatal(err)
		}
	}
	if err := json.Unmarshal(lines.Bytes(), &record); err != nil {
		t.Fatal(err, lines.String())
	}
	text = map[string][]string{}
	word := ""
	for _, line := range strings.Split(strings.TrimRight(said.String(), "\n"), "\n")[1:] {
		name, rest := strings.TrimSpace(line[:min(11, len(line))]), strings.TrimSpace(line[min(11, len(line)):])
		if name == "" {
			text[word][len(text[word])-1] += " " + rest // wrapped
			continue
		}
		word = name
		text[word] = append(text[word], rest)
	}
	return text, record
}

// A run that was interrupted while its key was made is over, and says nothing else:
// before a clean-up of it, and after.
func TestARunThatIsOverHasMadeNothing(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]sandbox.FaultKind{"done, its answer lost": sandbox.ResetAfter, "not done": sandbox.Hang} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Default())
			before := w.Snapshot()
			ctx, interrupt := context.WithCancel(t.Context())
			w.Inject(sandbox.Fault{Operation: "CreateAccessKey", Kind: kind, Struck: func(string) { interrupt() }})
			var out bytes.Buffer
			o := w.options("setup", &out)
			if code := plain.Run(ctx, o); code != exitInterrupted {
				t.Fatalf("exit code %d:\n%s", code, out.String())
			}
			w.same(t, before, "the run")
			over := func(when string) {
				t.Helper()
				text, record := listed(t, o.StateDir)
				if state := text["state"]; len(state) != 1 || !strings.HasPrefix(state[0], "over; ") {
					t.Errorf("%s its state is %q", when, state)
				}
				for _, word := range []string{"made", "left", "take back", "go on"} {
					if len(text[word]) > 0 {
						t.Errorf("%s it is over, and %s: %q", when, word, text[word])
					}
				}
				if record["ended"] != "undone" || record["left"] != nil || record["clean_up"] != nil || record["resume"] != nil {
					t.Errorf("%s the JSON is %v", when, record)
				}
			}
			over("at first")
			o.Answers.Journey, o.Run = "cleanup", runID.FindString(out.String())
			o.Answers.Bucket = ""
			if code, said := w.run(t, o); code != exitDone {
				t.Fatalf("the clean-up ends with %d:\n%s", code, said)
			}
			over("after a clean-up")
		})
	}
}

// A thing is what a run may make, and what its record says of it in the list.
type thing struct {
	step, as, named string
	make, remove    awsops.Operation
	receipt         awsops.Receipt
	shared          awsops.Target // where others may need it too
}

// fates are what may become of a thing.
var fates = []string{"untouched", "refused", "made", "lost", "announced", "made and removed", "lost and removed", "made, and not removed", "kept for others"}

// stands tells whether something of that fate is there going by the record, and whether
// that is sure.
func stands(fate string) (there, perhaps bool) {
	switch fate {
	case "made", "made, and not removed":
		return true, false
	case "lost", "announced":
		return true, true
	}
	return false, false
}

func thingsOf(run string) []thing {
	grant := policy.New(policy.FirmGrant("aws", firm, bucket))
	writer := policy.WriterPolicy("aws", bucket)
	const user, probe = "test-writer", `"e"`
	return []thing{
		{
			"let-firm-in", "customer-admin", "the policy of the bucket my.test.bucket",
			awsops.SetBucketPolicy{Bucket: bucket, Owner: customer, After: &grant},
			awsops.SetBucketPolicy{Bucket: bucket, Owner: customer, Before: &grant},
			awsops.Receipt{},
			awsops.Target{Account: customer, Kind: awsops.KindStatement, Name: bucket, ID: policy.SidFirm + firm},
		},
		{
			"make-writer", "firm-admin", "the user test-writer in 4444-5555-6666",
			awsops.CreateUser{Account: firm, Name: user, Run: run},
			awsops.DeleteUser{Account: firm, Name: user, ID: "AIDA1", Run: run},
			awsops.Receipt{UserID: "AIDA1"},
			awsops.Target{},
		},
		{
			"make-writer", "firm-admin", "the access key",
			awsops.CreateAccessKey{Account: firm, User: user},
			awsops.DeleteAccessKey{Account: firm, User: user, KeyID: "AKIA1"},
			awsops.Receipt{KeyID: "AKIA1"},
			awsops.Target{},
		},
		{
			"let-writer-in", "firm-admin", "the inline policy writer-policy",
			awsops.SetUserPolicy{Account: firm, User: user, Name: "writer-policy", After: &writer},
			awsops.SetUserPolicy{Account: firm, User: user, Name: "writer-policy", Before: &writer},
			awsops.Receipt{},
			awsops.Target{},
		},
		{
			"write-and-read-writer", "writer", "the object",
			awsops.PutObject{Bucket: bucket, Owner: customer, Key: "crossgrant-probe/" + run + "-writer.txt"},
			awsops.DeleteObject{Bucket: bucket, Owner: customer, Key: "crossgrant-probe/" + run + "-writer.txt", ETag: probe},
			awsops.Receipt{ETag: probe},
			awsops.Target{},
		},
	}
}

// What the list says of a run follows from its record, whatever became of each thing and
// however the run ended, and no line of it contradicts another.
func TestTheListSaysWhatTheRecordSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "runs")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		const run = "20261120-101010-abcdef"
		j, err := journal.Create(dir, journal.Header{
			Run: run, Journey: "setup", Started: time.Date(2026, 11, 20, 10, 10, 10, 0, time.UTC), Customer: customer, Firm: firm, Region: "us-east-1",
			Answers: json.RawMessage(`{"journey":"setup","customer_profile":"c","firm_profile":"f","bucket":"my.test.bucket","firm_user":"test-writer"}`),
		})
		if err != nil {
			t.Fatal(err)
		}
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		send := func(step, as string, op awsops.Operation, settle string, r awsops.Receipt) {
			n, err := j.Intend(step, as, op)
			must(err)
			switch settle {
			case "done":
				must(j.Receive(n, r))
			case "refused", "lost":
				must(j.Fail(n, settle == "lost", "it failed"))
			}
		}
		var there, perhaps, kept []string
		changed, takenBack := false, false
		things := thingsOf(run)
		chosen := make([]string, len(things))
		for i, x := range things {
			fate := rapid.SampledFrom(fates).Filter(func(f string) bool { return f != "kept for others" || x.shared.ID != "" }).Draw(t, x.named)
			chosen[i] = fate
			begun, _, _ := strings.Cut(fate, " and ")
			switch begun, _, _ = strings.Cut(begun, ","); begun {
			case "untouched":
				continue
			case "made", "kept for others":
				send(x.step, x.as, x.make, "done", x.receipt)
			case "announced", "lost", "refused":
				send(x.step, x.as, x.make, begun, awsops.Receipt{})
			}
			changed = changed || fate != "refused"
			if standing, unsure := stands(fate); standing && unsure {
				perhaps = append(perhaps, x.named)
			} else if standing {
				there = append(there, x.named)
			}
		}
		finished := rapid.Bool().Draw(t, "finished before it is taken back")
		if finished {
			must(j.End("finished"))
		}
		for i, x := range things {
			switch fate := chosen[i]; {
			case strings.HasSuffix(fate, "and removed"):
				send("clean-up-firm", "firm-admin", x.remove, "done", awsops.Receipt{})
				takenBack = true
			case strings.HasSuffix(fate, "not removed"):
				send("clean-up-firm", "firm-admin", x.remove, "refused", awsops.Receipt{})
			case fate == "kept for others":
				must(j.Share(journal.Share{What: x.shared, With: []string{"the run 20261121-101010-fedcba"}, Kept: true}))
				kept = append(kept, x.shared.ID)
			}
		}
		end := rapid.SampledFrom([]string{"killed", "undone", "left"}).Draw(t, "end")
		said := []string{"the user somebody: it has a key of somebody else's"}
		switch end {
		case "undone":
			must(j.End("undone"))
			there, perhaps = nil, nil
		case "left":
			must(j.End("left", said...))
			there, perhaps = said, nil
		}
		must(j.Close())

		text, record := listed(t, dir)
		state := strings.Join(text["state"], "\n")
		left := slices.Concat(text["made"], text["left"])
		fails := func(what string) {
			t.Fatalf("%s, of %v ended %q (finished: %t):\n%v\n%v", what, chosen, end, finished, text, record)
		}
		for _, want := range slices.Concat(there, perhaps) {
			i := slices.IndexFunc(left, func(l string) bool { return strings.HasPrefix(strings.TrimPrefix(l, "perhaps "), want) })
			if i < 0 || strings.HasPrefix(left[i], "perhaps ") != slices.Contains(perhaps, want) {
				fails(want + " is not said as it is")
			}
		}
		some := len(there)+len(perhaps) > 0
		goesOn := end == "killed" && !finished && some
		switch {
		case len(left) != len(there)+len(perhaps):
			fails("it says of something that it is there")
		case len(text["stays"]) != len(kept):
			fails("it does not say what stays for others")
		case (len(text["take back"]) > 0) != some || (record["clean_up"] != nil) != some:
			fails("the command that takes back is there, or is not")
		case (len(text["go on"]) > 0) != goesOn || (record["resume"] != nil) != goesOn:
			fails("the command that goes on is there, or is not")
		case len(text["made"]) > 0 && end == "left" || len(text["left"]) > 0 && end != "left":
			fails("what is left is said to be made")
		case (strings.Contains(state, "stopped half-way") || strings.Contains(state, "is in place") || strings.Contains(state, "left behind") || strings.Contains(state, "some of what")) != some:
			fails("the state is that of another run")
		case strings.Contains(state, "changed anything") && changed || strings.HasSuffix(state, "what it created is removed") && (some || len(kept) > 0):
			fails("the state is not true")
		case strings.Contains(state, "what it set up is in place") && takenBack:
			fails("some of it does not stand")
		case record["state"] != state:
			fails("the views differ")
		}
		if inJSON, _ := record["left"].([]any); len(inJSON) != len(left) || record["ended"] == "undone" && some || record["ended"] == "left" && !some {
			fails("the JSON contradicts itself")
		}
	})
}

// A clean-up that was killed when it had removed all left nothing, though the one before
// it did.
func TestWhatAnEndSaidIsOldAfterAnotherTry(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "runs")
	const run = "20261120-101010-abcdef"
	j, err := journal.Create(dir, journal.Header{
		Run: run, Journey: "setup", Started: time.Now(), Customer: customer, Firm: firm, Region: "us-east-1",
		Answers: json.RawMessage(`{"bucket":"my.test.bucket","firm_user":"test-writer"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	user, key := thingsOf(run)[1], thingsOf(run)[2]
	for _, x := range []struct {
		op awsops.Operation
		r  awsops.Receipt
	}{{user.make, user.receipt}, {key.make, key.receipt}} {
		n, err := j.Intend("make-writer", "firm-admin", x.op)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Receive(n, x.r); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.End("left", "the user test-writer: refused", "the access key AKIA1: refused"); err != nil {
		t.Fatal(err)
	}
	n, err := j.Intend("clean-up-firm", "firm-admin", key.remove)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Receive(n, awsops.Receipt{}); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	text, _ := listed(t, dir)
	if left := text["left"]; len(left) != 1 || left[0] != "the user test-writer in 4444-5555-6666" {
		t.Errorf("it says that %q is left", left)
	}
}
