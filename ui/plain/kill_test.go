//go:build !race

// The process that is killed is not built with the race detector: once is enough.

package plain_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
)

// TestKillAtEveryLine ends the real process with SIGKILL at each operation that its
// journal announces: when it was sent and not done, and when it was done and not
// answered. Then, from one such death, --resume finishes the run, and from another
// cleanup leaves nothing.
func TestKillAtEveryLine(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: the program is not killed at each operation of a tour and a set-up, only where TestCleanUpAfterAKill does it")
	}
	for _, journey := range []string{"tour", "setup"} {
		t.Run(journey, func(t *testing.T) {
			t.Parallel()
			whole := newWorld(t, sandbox.Default())
			untouched := whole.Snapshot()
			if out, err := whole.process(t, journey, "--yes").CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			finished := whole.Snapshot()
			deaths := 0
			var g errgroup.Group
			g.SetLimit(8) // mostly they wait
			for n, call := range whole.Calls() {
				if !call.Mutates {
					continue
				}
				for _, kind := range []sandbox.FaultKind{sandbox.Hang, sandbox.ResetAfter} {
					when := fmt.Sprintf("killed at call %d, %s, kind %d", n+1, call.Operation, kind)
					deaths += 2
					g.Go(func() error {
						return dies(t, when, journey, n, kind, finished, "--resume")
					})
					g.Go(func() error {
						return dies(t, when, journey, n, kind, untouched, "cleanup")
					})
				}
			}
			if err := g.Wait(); err != nil {
				t.Error(err)
			}
			t.Logf("%d processes killed", deaths)
		})
	}
}

// dies runs a journey in a new world until its nth call, kills it there, and goes
// on with it or cleans it up: then the world must be as wanted.
func dies(t *testing.T, when, journey string, n int, kind sandbox.FaultKind, want []string, then string) error {
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		return err
	}
	w, err := openWorld(dir, sandbox.Default())
	if err != nil {
		return err
	}
	defer w.Close()
	c := w.process(t, journey, "--yes")
	w.Inject(sandbox.Fault{After: n, Kind: kind, Struck: func(string) { _ = c.Process.Kill() }})
	if out, err := c.CombinedOutput(); err == nil {
		return fmt.Errorf("%s: it was not:\n%s", when, out)
	}
	records, err := steps.Records(filepath.Join(w.dir, "runs"))
	if err != nil || len(records) != 1 {
		return fmt.Errorf("%s: the records are %+v, %w", when, records, err)
	}
	next := []string{"cleanup", records[0].Run, "--yes"}
	if then == "--resume" {
		next = []string{journey, "--yes", "--resume", records[0].Run}
	}
	if out, err := w.process(t, next...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s, then %v: %w\n%s", when, next, err, out)
	}
	for _, secret := range w.Secrets() {
		if found, _ := exec.Command("grep", "-rlF", secret, filepath.Join(w.dir, "runs")).Output(); len(found) > 0 {
			return fmt.Errorf("%s: a secret is in %s", when, found)
		}
	}
	if d := differ(want, w.Snapshot()); d != "" {
		return fmt.Errorf("%s, then %v: %s", when, next, d)
	}
	return nil
}

// TestKilledWhereAKeyIsSaved ends the process at each call around the saving and the removing
// of a key in the shared credentials file. What is there is the old file or the new; a
// clean-up then leaves the old, and a run that goes on the new.
func TestKilledWhereAKeyIsSaved(t *testing.T) {
	t.Parallel()
	calls := []string{"CreateAccessKey", "PutUserPolicy", "DeleteObject"}
	for _, kind := range []sandbox.FaultKind{sandbox.Hang, sandbox.ResetAfter} {
		for _, call := range calls {
			for _, then := range []string{"cleanup", "--resume"} {
				t.Run(fmt.Sprintf("%s, %d, %s", call, kind, then), func(t *testing.T) {
					if testing.Short() && (kind == sandbox.Hang) == (then == "cleanup") {
						t.Skip("-short: what AWS has not done is gone on with, and what it has is cleaned up")
					}
					t.Parallel()
					diesSaving(t, call, kind, then)
				})
			}
		}
		t.Run(fmt.Sprintf("DeleteAccessKey, %d", kind), func(t *testing.T) {
			t.Parallel()
			diesSaving(t, "DeleteAccessKey", kind, "cleanup")
		})
	}
}

// diesSaving kills a set-up that saves a profile, or its clean-up, at a call.
func diesSaving(t *testing.T, call string, kind sandbox.FaultKind, then string) {
	t.Helper()
	w := newWorld(t, sandbox.Default())
	old, untouched := readFile(t, w.source.CredentialsFile), w.Snapshot()
	c := w.process(t, "setup", "--yes", "--key-profile", "acme")
	if call == "DeleteAccessKey" {
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		c = w.process(t, "cleanup", "--yes")
	}
	w.Inject(sandbox.Fault{Operation: call, Kind: kind, Struck: func(string) { _ = c.Process.Kill() }})
	if out, err := c.CombinedOutput(); err == nil {
		t.Fatalf("it was not killed:\n%s", out)
	}
	saved := regexp.MustCompile(`^\n\[acme\]\naws_access_key_id = AKIA\w+\naws_secret_access_key = \S+\nregion = us-east-1\n$`)
	behind, kept := strings.CutPrefix(readFile(t, w.source.CredentialsFile), old)
	if !kept || behind != "" && !saved.MatchString(behind) {
		t.Errorf("killed, it left a file that is neither the old nor the new one")
	}
	records, err := steps.Records(filepath.Join(w.dir, "runs"))
	if err != nil || len(records) != 1 {
		t.Fatalf("the records are %+v, %v", records, err)
	}
	next := []string{"cleanup", records[0].Run, "--yes"}
	if then == "--resume" {
		next = []string{"setup", "--yes", "--resume", records[0].Run}
	}
	if out, err := w.process(t, next...).CombinedOutput(); err != nil {
		t.Fatalf("then %v: %v\n%s", next, err, out)
	}
	behind, kept = strings.CutPrefix(readFile(t, w.source.CredentialsFile), old)
	switch {
	case !kept:
		t.Error("what was in the file is no longer there")
	case then == "--resume":
		if !saved.MatchString(behind) {
			t.Error("the run went on, and its key is not saved")
		}
	case behind != "":
		t.Error("the profile is still there")
	default:
		w.same(t, untouched, "the set-up and its clean-up")
	}
}

func (w *world) process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), binary, append(args, "--state-dir", filepath.Join(w.dir, "runs"))...)
	c.Env = w.environment(t)
	return c
}

// differ compares two worlds but for what tells runs apart.
func differ(want, got []string) string {
	plainly := func(lines []string) []string {
		return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.Contains(l, `"crossgrant-run"`) })
	}
	if w, g := strings.Join(plainly(want), "\n"), strings.Join(plainly(got), "\n"); w != g {
		return "the accounts are\n" + g + "\nwant\n" + w
	}
	return ""
}
