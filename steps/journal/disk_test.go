package journal

import (
	"errors"
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
