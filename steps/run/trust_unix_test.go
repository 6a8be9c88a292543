//go:build unix

package run_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"crossgrant/steps/run"
)

// A record is trusted as ssh trusts a key, and none is waited for.
func TestARecordThatOthersMayWriteIsNotTrusted(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, dir, path string){
		"a file that others may write": func(t *testing.T, _, path string) { must(t, os.Chmod(path, 0o666)) },
		"a folder that others may write": func(t *testing.T, dir, _ string) {
			must(t, os.Chmod(dir, 0o777))
			t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
		},
		"a file of another's": func(t *testing.T, _, path string) {
			if os.Getuid() != 0 {
				t.Skip("only root can give a file to somebody else")
			}
			must(t, os.Chown(path, 12345, 12345))
		},
		"a pipe": func(t *testing.T, _, path string) {
			must(t, os.Remove(path))
			must(t, syscall.Mkfifo(path, 0o600))
		},
		"a link": func(t *testing.T, dir, path string) {
			must(t, os.Rename(path, dir+"/elsewhere"))
			must(t, os.Symlink(dir+"/elsewhere", path))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			set := s.set(answers("setup", firm, first, "test-writer"))
			before := s.box.Snapshot()
			spoil(t, s.dir, filepath.Join(s.dir, set.Facts.Run+".jsonl"))
			done := make(chan run.Ending, 1)
			go func() { done <- s.cleanUp(set.Facts.Run) }()
			select {
			case e := <-done:
				if e.Code != run.Failed {
					t.Errorf("it ends %d: %s", e.Code, said(e))
				}
			case <-time.After(20 * time.Second):
				t.Fatal("it waits")
			}
			s.same(before, "a clean-up by that record")
		})
	}
}
