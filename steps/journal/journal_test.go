package journal

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
)

func header(run string) Header {
	return Header{
		Run: run, Journey: "tour", Started: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC),
		Customer: "111122223333", Firm: "444455556666", Region: "us-east-1", Answers: json.RawMessage(`{"bucket":"b"}`),
	}
}

var user = awsops.CreateUser{Account: "444455556666", Name: "test-writer", Run: "r1"}

// written makes a journal with one operation of each state.
func written(t *testing.T, dir string) *Journal {
	t.Helper()
	j, err := Create(dir, header("r1"))
	if err != nil {
		t.Fatal(err)
	}
	for i, settle := range []func(int) error{
		func(n int) error { return j.Receive(n, awsops.Receipt{UserID: "AIDA1", Secret: "hush"}) },
		func(n int) error { return j.Fail(n, false, "refused") },
		func(n int) error { return j.Fail(n, true, "the connection was reset") },
		func(int) error { return nil },
	} {
		n, err := j.Intend("make-writer", "firm", user)
		if err != nil || n != i+1 {
			t.Fatalf("intent %d: %d, %v", i+1, n, err)
		}
		if err := settle(n); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

func TestAJournalReadsAsItWasWritten(t *testing.T) {
	dir := t.TempDir()
	j := written(t, dir)
	if err := errors.Join(j.Step("let-firm-in", "done"), j.End("left"), j.Close()); err != nil {
		t.Fatal(err)
	}
	back, err := Read(j.Path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(j.Header, back.Header); d != "" {
		t.Errorf("the header differs:\n%s", d)
	}
	var states []State
	for _, e := range back.Entries() {
		states = append(states, e.State)
		if e.Operation != awsops.Operation(user) || e.As != "firm" || e.Step != "make-writer" || e.Time.IsZero() {
			t.Errorf("entry %+v", e)
		}
	}
	if d := cmp.Diff([]State{Done, Failed, Lost, Intended}, states); d != "" {
		t.Errorf("states:\n%s", d)
	}
	if e := back.Entries()[0]; e.Receipt.UserID != "AIDA1" || e.Receipt.Secret != "" {
		t.Errorf("the receipt is %+v", e.Receipt)
	}
	if back.StepState("let-firm-in") != "done" || back.StepState("x") != "" || back.Ended() != "left" {
		t.Errorf("steps and end: %q %q", back.StepState("let-firm-in"), back.Ended())
	}
	text, err := os.ReadFile(j.Path)
	if err != nil || strings.Contains(string(text), "hush") {
		t.Errorf("the secret is in the file (%v)", err)
	}
}

func TestOnlyTheOwnerCanReadAJournal(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "runs")
	j := written(t, dir)
	defer j.Close()
	for path, want := range map[string]os.FileMode{dir: 0o700, j.Path: 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v (%v)", path, info.Mode().Perm(), want, err)
		}
	}
}

func TestOneWriterAtATime(t *testing.T) {
	dir := t.TempDir()
	j := written(t, dir)
	if _, err := Open(dir, "r1"); err == nil || !strings.Contains(err.Error(), "another crossgrant") {
		t.Errorf("a second writer got %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir, "r1")
	if err != nil {
		t.Fatal(err)
	}
	n, err := again.Intend("make-writer", "firm", user)
	if err != nil || n != 5 {
		t.Errorf("going on, the next intent is %d (%v), want 5", n, err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if back, err := Read(j.Path); err != nil || len(back.Entries()) != 5 {
		t.Errorf("after going on: %v", err)
	}
}

// TestATornLineIsNoLine cuts the file at every byte: what is whole is read, what
// is not is dropped, and writing goes on behind it.
func TestATornLineIsNoLine(t *testing.T) {
	dir := t.TempDir()
	j := written(t, dir)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(j.Path)
	if err != nil {
		t.Fatal(err)
	}
	first := strings.IndexByte(string(text), '\n') + 1
	for n := first; n <= len(text); n++ {
		if err := os.WriteFile(j.Path, text[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir, "r1")
		if err != nil {
			t.Fatalf("cut at byte %d: %v", n, err)
		}
		again.file = unsynced{again.file} // hundreds of waits for the disk would show nothing
		before := len(again.Entries())
		if _, err := again.Intend("s", "firm", user); err != nil {
			t.Fatal(err)
		}
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
		back, err := Read(j.Path)
		if err != nil || len(back.Entries()) != before+1 {
			t.Fatalf("cut at byte %d and gone on: %v", n, err)
		}
	}
}

func TestAJournalThatCannotBeUsed(t *testing.T) {
	const first = `{"type":"run","schema":2,"run":"r1","journey":"tour","started":"2026-11-23T12:00:00Z","customer":"1","firm":"2","region":"x","answers":{}}` + "\n"
	for name, c := range map[string]struct{ text, says string }{
		"empty":                {"", "is empty"},
		"not JSON":             {"hello\n", "line 1"},
		"no journal":           {"{}\n", "does not begin as a journal"},
		"of a newer version":   {strings.Replace(first, `"schema":2`, `"schema":3`, 1), "format 3"},
		"of another run":       {strings.Replace(first, `"r1"`, `"r2"`, 1), "another run"},
		"a run that is a path": {strings.Replace(first, `"r1"`, `"../r1"`, 1), "another run"},
		"an unknown line":      {first + `{"type":"surprise"}` + "\n", "line 2"},
		"an unknown operation": {first + `{"type":"intent","seq":1,"time":"2026-11-23T12:00:00Z","operation":{"kind":"format-disk"}}` + "\n", "line 2"},
		"a receipt of nothing": {first + `{"type":"receipt","seq":1,"receipt":{}}` + "\n", "not there"},
		"an empty receipt":     {first + intent + `{"type":"receipt","seq":1}` + "\n", "says nothing"},
		"a failure of no kind": {first + intent + `{"type":"failure","seq":1,"state":"maybe"}` + "\n", "says nothing"},
		"intents out of order": {first + strings.Replace(intent, `"seq":1`, `"seq":7`, 1), "out of order"},
		"control characters":   {first + "{\"type\":\"\x1b[2J\"}\n", "line 2"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "r1.jsonl")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(dir, "r1")
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("it said %v, want the path and %q", err, c.says)
			}
			if strings.ContainsRune(err.Error(), '\x1b') {
				t.Error("a control character is in the message")
			}
			if text, _ := os.ReadFile(path); string(text) != c.text {
				t.Error("the file was changed")
			}
			lock := &Journal{Path: path}
			if err := errors.Join(lock.acquire(), lock.release()); err != nil {
				t.Errorf("it stayed locked: %v", err)
			}
		})
	}
}

// intent is the line that announces the deletion of a key.
var intent = func() string {
	op, err := awsops.Encode(awsops.DeleteAccessKey{Account: "1", User: "u", KeyID: "k"})
	if err != nil {
		panic(err)
	}
	return `{"type":"intent","seq":1,"time":"2026-11-23T12:00:00Z","operation":` + string(op) + "}\n"
}()

func TestRunsThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	for _, run := range []string{"", "../r", "a/b", "a b", "-x", strings.Repeat("x", 64), "r\x1b"} {
		if _, err := Create(dir, header(run)); err == nil {
			t.Errorf("a run could be named %q", run)
		}
		if _, err := Open(dir, run); err == nil {
			t.Errorf("a run named %q could be opened", run)
		}
	}
	if _, err := Open(dir, "r9"); err == nil || !strings.Contains(err.Error(), "there is no run r9") {
		t.Errorf("a run that is not there: %v", err)
	}
	if _, err := Create(filepath.Join(dir, "r"), header("r1")); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(dir, "r"), header("r1")); err == nil {
		t.Error("a journal was started over another")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(filepath.Join(file, "sub"), header("r1")); err == nil || !strings.Contains(err.Error(), "could not make the folder") {
		t.Errorf("a folder that cannot be made: %v", err)
	}
}

func TestListTakesJournalsOnly(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"20260102-a.jsonl", "20260101-b.jsonl", "notes.txt", "..jsonl", "x\x1b.jsonl"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := List(dir)
	want := []string{filepath.Join(dir, "20260101-b.jsonl"), filepath.Join(dir, "20260102-a.jsonl")}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	if got, err := List(filepath.Join(dir, "none")); got != nil || err != nil {
		t.Errorf("no folder: %q, %v", got, err)
	}
}

func TestAFullDiskIsNoticedBeforeAnythingIsSent(t *testing.T) {
	dir := t.TempDir()
	j := written(t, dir)
	if err := j.file.Close(); err != nil { // writing fails from here on
		t.Fatal(err)
	}
	if _, err := j.Intend("s", "firm", user); err == nil || !strings.Contains(err.Error(), "could not write the journal") {
		t.Errorf("an intent that was not written: %v", err)
	}
	if n := len(j.Entries()); n != 4 {
		t.Errorf("%d entries, want the 4 that were written", n)
	}
	if err := j.Receive(4, awsops.Receipt{UserID: "AIDA4"}); err == nil {
		t.Error("a receipt that was not written is no error")
	}
	if e := j.Entries()[3]; e.State != Done || e.Receipt.UserID != "AIDA4" {
		t.Errorf("what is known was forgotten: %+v", e)
	}
}

func TestMemoryAndFork(t *testing.T) {
	j := Memory(header("r1"))
	if _, err := j.Intend("s", "firm", user); err != nil {
		t.Fatal(err)
	}
	f := j.Fork()
	if err := f.Receive(1, awsops.Receipt{}); err != nil {
		t.Fatal(err)
	}
	if j.Entries()[0].State != Intended || f.Entries()[0].State != Done {
		t.Error("a fork and its origin are not apart")
	}
	if err := j.Close(); err != nil || j.Path != "" {
		t.Errorf("in memory: %q, %v", j.Path, err)
	}
}
