package journal

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
)

// unsynced is a file that does not wait for the disk.
type unsynced struct{ file }

func (unsynced) Sync() error { return nil }

// watched is a file that knows whether all that was written is on the disk.
type watched struct {
	file
	writes int
	onDisk bool
	broken error // what syncing fails with
}

func (w *watched) Write(p []byte) (int, error) {
	w.writes++
	w.onDisk = false
	return w.file.Write(p)
}

func (w *watched) Sync() error {
	if w.broken != nil {
		return w.broken
	}
	w.onDisk = true
	return w.file.Sync()
}

// TestALineIsOnTheDiskBeforeTheCallIsSent: whoever has an answer of the journal may
// act on it, since no crash can take the line back.
func TestALineIsOnTheDiskBeforeTheCallIsSent(t *testing.T) {
	j := written(t, t.TempDir())
	disk := &watched{file: j.file}
	j.file = disk
	defer j.Close()
	for i, note := range []struct {
		what string
		do   func() error
	}{
		{"an intent", func() error { _, err := j.Intend("make-writer", "firm", user); return err }},
		{"a receipt", func() error { return j.Receive(5, awsops.Receipt{UserID: "AIDA5"}) }},
		{"a failure", func() error { return j.Fail(4, true, "the connection was reset") }},
		{"an end", func() error { return j.End("left") }},
	} {
		if err := note.do(); err != nil {
			t.Fatalf("%s: %v", note.what, err)
		}
		if disk.writes != i+1 || !disk.onDisk {
			t.Errorf("%s: written %d times, want %d, and on the disk: %t", note.what, disk.writes, i+1, disk.onDisk)
		}
	}
}

func TestALineThatDoesNotReachTheDiskIsNotAnnounced(t *testing.T) {
	j := written(t, t.TempDir())
	j.file = &watched{file: j.file, broken: errors.New("input/output error")}
	defer j.Close()
	_, err := j.Intend("make-writer", "firm", user)
	if err == nil || !strings.Contains(err.Error(), "input/output error. Nothing further was done") {
		t.Errorf("an intent that is not on the disk: %v", err)
	}
	if n := len(j.Entries()); n != 4 {
		t.Errorf("%d entries, want the 4 that are on the disk", n)
	}
}

// TestATornLineLongerThanTheNextLeavesNothing: of a long line that a crash tore off,
// no rest may stand behind the shorter one that is written in its place, for
// whoever reads the record.
func TestATornLineLongerThanTheNextLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	j := written(t, dir)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(j.Path)
	if err != nil {
		t.Fatal(err)
	}
	torn := `{"type":"intent","seq":5,"operation":"` + strings.Repeat("a long policy ", 100)
	if err := os.WriteFile(j.Path, append(slices.Clip(whole), torn...), 0o600); err != nil {
		t.Fatal(err)
	}
	again, err := Open(dir, "r1")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(again.Step("let-firm-in", "done"), again.Close()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(j.Path)
	if err != nil {
		t.Fatal(err)
	}
	next, kept := strings.CutPrefix(string(text), string(whole))
	if !kept || strings.Count(next, "\n") != 1 || !strings.HasSuffix(next, "\n") || !json.Valid([]byte(next)) {
		t.Errorf("behind the whole lines (kept: %t) is %q, want the one line of the step", kept, next)
	}
}
