package steps

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/sandbox"
)

// TestEveryRefusal refuses each call of a run in turn: what was made before is
// taken back.
func TestEveryRefusal(t *testing.T) {
	for name, a := range journeys {
		s := newStage(t)
		e := NewEngine(s.prepare(a), Journey(a), ignore)
		calls := len(s.box.Calls())
		if err := walk(t.Context(), e, -1); err != nil {
			t.Fatal(err)
		}
		total := len(s.box.Calls()) - calls
		for n := 0; n < total; n += stride {
			s := newStage(t)
			s.source.Pace.Budget = 1
			s.setPolicy(foreign)
			before := s.box.Snapshot()
			e := NewEngine(s.prepare(a), Journey(a), ignore)
			s.box.Inject(sandbox.Fault{After: n, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
			if err := walk(t.Context(), e, -1); err == nil && a.Journey == "tour" {
				s.unchanged(before)
				continue // the call was one that should be refused anyway
			}
			if left := e.Undo(t.Context()); len(left) > 0 {
				t.Errorf("%s, call %d refused: left %q", name, n, left)
			}
			s.unchanged(before)
		}
		t.Logf("%s: %d calls refused in turn", name, total)
	}
}

// TestEveryCrash ends a run at each line of its journal, before and after the
// call that the line announces. Then a clean-up from the journal leaves nothing,
// and, from another such crash, going on finishes the run.
func TestEveryCrash(t *testing.T) {
	for name, a := range journeys {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			end := newStage(t)
			end.setPolicy(foreign)
			if err := walk(t.Context(), NewEngine(end.prepare(a), Journey(a), ignore), -1); err != nil {
				t.Fatal(err)
			}
			crashes := 0
			for n := 1; ; n += stride {
				cleaned := newStage(t)
				cleaned.setPolicy(foreign)
				before := cleaned.box.Snapshot()
				w := cleaned.prepare(a)
				if !cleaned.crash(w, a, n) {
					break
				}
				crashes++
				cleaned.cleanUp(w.Run, n)
				cleaned.unchanged(before)

				resumed := newStage(t)
				resumed.setPolicy(foreign)
				w = resumed.prepare(a)
				resumed.crash(w, a, n)
				resumed.goOn(w.Run, a, n)
				if a.Journey == "tour" {
					resumed.unchanged(before)
				} else if d := cmp.Diff(tagless(end.box.Snapshot()), tagless(resumed.box.Snapshot())); d != "" {
					t.Errorf("crash %d: gone on, the accounts differ from a run that did not crash:\n%s", n, d)
				}
			}
			t.Logf("%d crashes, each cleaned up and gone on with", crashes)
		})
	}
}

func (s *stage) cleanUp(run string, n int) {
	s.t.Helper()
	w, err := Reopen(s.t.Context(), s.source, s.dir, run, Answers{})
	if err != nil {
		s.t.Fatalf("crash %d: %v", n, err)
	}
	defer w.Journal.Close()
	if err := walk(s.t.Context(), NewEngine(w, Cleanup(), ignore), -1); err != nil {
		s.t.Errorf("crash %d: cleaning up: %v", n, err)
	}
}

func (s *stage) goOn(run string, a Answers, n int) {
	s.t.Helper()
	w, err := GoOn(s.t.Context(), s.source, s.dir, run, a)
	if err != nil {
		s.t.Fatalf("crash %d: %v", n, err)
	}
	defer w.Journal.Close()
	if err := walk(s.t.Context(), Resume(w, Journey(a), ignore), -1); err != nil {
		s.t.Errorf("crash %d: going on: %v", n, err)
	}
}

// tagless drops the lines that tell runs apart.
func tagless(snapshot []string) []string {
	return slices.DeleteFunc(snapshot, func(l string) bool { return strings.Contains(l, `"crossgrant-run"`) })
}

// crash runs a journey until the nth moment at which a process can die with
// something unwritten: an operation announced, or sent and its receipt not yet
// written. It returns false when the journey has fewer.
func (s *stage) crash(w *World, a Answers, n int) (crashed bool) {
	s.t.Helper()
	type died struct{}
	defer func() {
		switch p := recover().(type) {
		case nil:
		case died:
			crashed = true
			if err := w.Journal.Close(); err != nil {
				s.t.Error(err)
			}
		default:
			panic(p)
		}
	}()
	moment := 0
	e := NewEngine(w, Journey(a), func(ev Event) {
		switch ev := ev.(type) {
		case Started:
			if moment++; moment == n {
				panic(died{})
			}
			if !ev.Action.Op.Describe().Changes {
				return
			}
			if moment++; moment == n { // sent, and no receipt written
				session, err := w.Session(ev.Action.As)
				if err != nil {
					s.t.Fatal(err)
				}
				if _, err := session.Perform(s.t.Context(), ev.Action.Op); err != nil {
					s.t.Fatal(err)
				}
				panic(died{})
			}
		case Done:
			if moment++; moment == n {
				panic(died{})
			}
		}
	})
	if err := walk(s.t.Context(), e, -1); err != nil {
		s.t.Fatal(err)
	}
	return false
}
