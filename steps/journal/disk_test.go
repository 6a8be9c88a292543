package journal

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
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

// full is a disk with room for so many bytes more.
type full struct {
	file
	room int
}

func (f *full) Write(p []byte) (int, error) {
	n := min(len(p), f.room)
	f.room -= n
	n, err := f.file.Write(p[:n])
	if err == nil && n < len(p) {
		err = &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	}
	return n, err
}

// TestADiskThatIsFullLeavesNoHalfLine: what is written once there is room again can be
// read, and the record goes on where it was.
func TestADiskThatIsFullLeavesNoHalfLine(t *testing.T) {
	for name, broken := range map[string]func(file) file{
		"in the middle of a line": func(f file) file { return &full{file: f, room: 20} },
		"at its beginning":        func(f file) file { return &full{file: f} },
		"when it is synced":       func(f file) file { return &watched{file: f, broken: syscall.ENOSPC} },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			j := written(t, dir)
			disk := j.file
			before, err := os.ReadFile(j.Path)
			if err != nil {
				t.Fatal(err)
			}
			j.file = broken(disk)
			if _, err := j.Intend("make-writer", "firm", user); !errors.Is(err, syscall.ENOSPC) || problem.Lost(err) {
				t.Errorf("lost %t: %v", problem.Lost(err), err)
			} else if p := problem.Diagnose(err, "go on"); p.Summary != "The disk is full" || !strings.Contains(p.Detail, j.Path) {
				t.Errorf("it says %v", p)
			}
			if text, err := os.ReadFile(j.Path); err != nil || string(text) != string(before) {
				t.Errorf("%v, the record is now %q", err, text)
			}
			j.file = disk
			if _, err := j.Intend("make-writer", "firm", user); err != nil {
				t.Fatal(err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			again, err := Open(dir, "r1")
			if err != nil {
				t.Fatal(err)
			}
			defer again.Close()
			if n := len(again.Entries()); n != 5 {
				t.Errorf("%d entries, want 5", n)
			}
		})
	}
}
