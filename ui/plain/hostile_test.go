package plain_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/ui/plain"
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
			contains(t, out, "profile my_<U+202E>firm")
		}
		w.Inject(sandbox.Fault{Operation: "CreateUser", Status: 403, Code: "AccessDenied", Message: "not \u009b31mauthorized\u202e, said AWS"})
		code, out = w.run(t, o)
		if code != exitFailed {
			t.Errorf("exit code %d:\n%s", code, out)
		}
		if strings.ContainsAny(out, "\u202e") {
			t.Errorf("a mark that turns text around is in:\n%s", out)
		}
		contains(t, out, "authorized<U+202E>, said AWS")
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

// recorded writes a record of a run that made a user, as somebody else might, and returns
// its folder.
func recorded(t *testing.T, journey, answered string) (dir, name string) {
	t.Helper()
	dir, name = filepath.Join(t.TempDir(), "runs"), "20261120-101010-abcdef"
	record := `{"type":"run","schema":2,"run":"` + name + `","journey":"` + journey + `","started":"2026-11-20T10:10:10Z","customer":"111122223333","firm":"444455556666","region":"us-east-1",
	"answers":{"journey":"` + answered + `","bucket":"my.test.bucket","firm_user":"w","customer_profile":"my_awesome_customer","firm_profile":"my_firm"}}
{"type":"intent","seq":1,"time":"2026-11-20T10:10:10Z","step":"make-user-writer","as":"firm","operation":{"kind":"create-user","input":{"account":"444455556666","name":"w","run":"` + name + `"}}}
{"type":"receipt","seq":1,"time":"2026-11-20T10:10:10Z","receipt":{"time":"2026-11-20T10:10:10Z","user_id":"AIDA"}}
`
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".jsonl"), []byte(strings.Replace(record, ",\n\t", ",", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, name
}

// A record whose journey is none, which would be printed as a command and may come from
// anybody who can write the file, is broken.
func TestARecordOfNoJourneyBecomesNoCommand(t *testing.T) {
	t.Parallel()
	for _, journey := range []string{"setup; touch X #", "cleanup", ""} {
		dir, name := recorded(t, journey, "setup")
		var out bytes.Buffer
		if err := plain.Runs(dir, false, &out); err != nil {
			t.Fatal(err)
		}
		contains(t, out.String(), "problem", "it is of a journey that crossgrant does not have")
		if strings.Contains(out.String(), "--resume") || strings.Contains(out.String(), "crossgrant cleanup") {
			t.Errorf("a command is printed for the journey %q:\n%s", journey, out.String())
		}
		w := newWorld(t, sandbox.Default())
		o := w.options("cleanup", nil)
		o.Answers.Bucket, o.Run, o.StateDir = "", name, dir
		if code, said := w.run(t, o); code != exitFailed || !strings.Contains(said, "cannot be used") {
			t.Errorf("a clean-up goes by the record, exit code %d:\n%s", code, said)
		}
	}
	dir, name := recorded(t, "setup", "setup; touch X #")
	w := newWorld(t, sandbox.Default())
	o := w.options("tour", nil)
	o.Run, o.Resume, o.StateDir = name, true, dir
	_, said := w.run(t, o)
	contains(t, said, "Go on with it: crossgrant setup --resume "+name)
}

// What a terminal would obey or not show is an escape in JSON, and reads as it was.
func TestJSONHasNothingUnseen(t *testing.T) {
	t.Parallel()
	const odd = "b\u009b31m\x7f\u202e\u2066\U000e0041\u200b\ufeff🙂"
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	const name = "20261120-101010-abcdef"
	record := `{"type":"run","schema":2,"run":"` + name + `","journey":"setup","started":"2026-11-20T10:10:10Z","customer":"` + odd + `","firm":"2","region":"x","answers":{"bucket":"` + odd + `"}}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, name+".jsonl"), []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	var runs bytes.Buffer
	if err := plain.Runs(dir, true, &runs); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, sandbox.Default())
	o := w.options("setup", nil)
	o.JSON, o.StateDir = true, filepath.Join(w.dir, odd)
	_, events := w.run(t, o)
	for what, out := range map[string]string{"runs": runs.String(), "the events": events} {
		if unseen := strings.ContainsFunc(strings.ReplaceAll(out, "\n", ""), policy.Unseen); unseen || !strings.Contains(out, "\\udb40\\udc41") {
			t.Errorf("something unseen is in %s, or taken out: %q", what, out)
		}
	}
	var back struct{ Bucket, Customer string }
	if err := json.Unmarshal(runs.Bytes(), &back); err != nil || back.Bucket != odd || back.Customer != odd {
		t.Errorf("the run reads %q, %v", back, err)
	}
}
