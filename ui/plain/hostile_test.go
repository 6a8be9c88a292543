package plain_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox"
)

// What comes from a file or from AWS cannot move the cursor, colour the screen or
// turn text around.
func TestControlCharactersNeverReachTheOutput(t *testing.T) {
	t.Parallel()
	const evil, odd = "\x1b[2Jmy\u009b31m_firm\x07", "my_\u202efirm"
	for _, asJSON := range []bool{false, true} {
		w := newWorld(t, sandbox.Default())
		for _, file := range []string{w.source.CredentialsFile, w.source.ConfigFile} {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			spoilt := strings.NewReplacer("[my_firm]", "["+odd+"]", "[profile my_firm]", "[profile "+odd+"]", "[stranger]", "["+evil+"]", "[profile stranger]", "[profile "+evil+"]").Replace(string(text))
			if err := os.WriteFile(file, []byte(spoilt), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		// S3 keeps a condition on a tag as it is written.
		if err := w.putPolicy([]byte(`{"Version": "2012-10-17", "Statement": [{"Sid": "Odd", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket",
			"Resource": "arn:aws:s3:::my.test.bucket", "Condition": {"StringEquals": {"aws:UserAgent": "\u001b[31mred\u009b0m\u202e"}}}]}`)); err != nil {
			t.Fatal(err)
		}
		o := w.options("tour", nil)
		o.JSON, o.Answers.FirmProfile = asJSON, odd
		code, out := w.run(t, o) // run looks for control characters
		if code != exitDone {
			t.Errorf("exit code %d:\n%s", code, out)
		}
		if !asJSON {
			contains(t, out, "profile my_")
		}
		w.Inject(sandbox.Fault{Operation: "CreateUser", Status: 403, Code: "AccessDenied", Message: "not \u009b31mauthorized\u202e, said AWS"})
		code, out = w.run(t, o)
		if code != exitFailed {
			t.Errorf("exit code %d:\n%s", code, out)
		}
		if strings.ContainsAny(out, "\u202e") {
			t.Errorf("a mark that turns text around is in:\n%s", out)
		}
		contains(t, out, "authorized, said AWS")
		keep := w.options("setup", nil)
		keep.JSON, keep.Answers.FirmProfile, keep.Answers.KeyFile = asJSON, odd, filepath.Join(w.dir, "k\x1b[31mey\u009b")
		if code, out = w.run(t, keep); code != exitDone {
			t.Errorf("exit code %d:\n%s", code, out)
		}
		for _, name := range []string{evil, "\x1b[31mnone"} {
			o.Answers.FirmProfile = name
			if code, out = w.run(t, o); code != exitFailed || !strings.Contains(out, "The name of the profile has a control character") {
				t.Errorf("exit code %d:\n%s", code, out)
			}
		}
	}
}

// Every line stays JSON whatever is in it, and every JSON line has what its event
// promises.
func TestJSONLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	o := w.options("tour", nil)
	o.JSON = true
	code, out := w.run(t, o)
	if code != exitDone {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	want := map[string][]string{
		"run": {"run", "journey", "customer", "firm", "bucket", "journal"}, "planned": {"step", "why"}, "started": {"step", "action"},
		"done": {"step", "action", "receipt"}, "verified": {"step", "now", "access"}, "waiting": {"step", "wait"}, "end": {"now", "exit_code"},
	}
	for line := range strings.Lines(out) {
		var record map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		var event string
		if err := json.Unmarshal(record["event"], &event); err != nil {
			t.Fatal(err)
		}
		fields, known := want[event]
		if !known {
			t.Errorf("the event %q in a tour that works", event)
		}
		for _, f := range fields {
			if len(record[f]) == 0 && (f != "access" || !strings.Contains(line, "let-firm-in") && !strings.Contains(line, "clean-up")) {
				t.Errorf("%s has no %q: %s", event, f, line)
			}
		}
	}
}
