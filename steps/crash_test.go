package steps

import (
	"os"
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
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "setup" {
				t.Skip("-short: only calls of a set-up are refused")
			}
			t.Parallel()
			s := newStage(t)
			e := NewEngine(s.prepare(a), Journey(a), ignore)
			calls := len(s.box.Calls())
			if err := walk(t.Context(), e, -1); err != nil {
				t.Fatal(err)
			}
			total, refused := len(s.box.Calls())-calls, 0
			for n := 0; n < total; n += each() {
				refused++
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
				if left, _ := e.Undo(t.Context()); len(left) > 0 {
					t.Errorf("call %d refused: left %q", n, left)
				}
				s.unchanged(before)
			}
			t.Logf("%d calls refused in turn", refused)
		})
	}
}

// TestEveryCrash ends a run at each line of its journal, before and after the call
// that the line announces. Then a clean-up from the journal leaves nothing, and, from
// the same crash, going on finishes the run. The run is walked once: what stands at
// each moment is copied, the sandbox's memory and the journal.
func TestEveryCrash(t *testing.T) {
	for name, a := range journeys {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "tour" {
				t.Skip("-short: only a tour is ended at some lines of its journal")
			}
			t.Parallel()
			s := newStage(t)
			s.setPolicy(foreign)
			before := s.box.Snapshot()
			run, moments := s.crashes(a)
			end := s.box.Snapshot()
			for n, cleaned := range moments {
				resumed := cleaned.fork()
				cleaned.cleanUp(run, n)
				cleaned.unchanged(before)
				resumed.goOn(run, a, n)
				if a.Journey == "tour" {
					resumed.unchanged(before)
				} else if d := cmp.Diff(tagless(end), tagless(resumed.box.Snapshot())); d != "" {
					t.Errorf("crash %d: gone on, the accounts differ from a run that did not crash:\n%s", n, d)
				}
				_, _ = cleaned.box.Close(), resumed.box.Close()
			}
			t.Logf("%d crashes, each cleaned up and gone on with", len(moments))
		})
	}
}

// fork is a stage of its own with what stands now: both accounts, and the records.
func (s *stage) fork() *stage {
	s.t.Helper()
	box, err := s.box.Fork()
	if err != nil {
		s.t.Fatal(err)
	}
	f := s.on(box)
	if err := os.CopyFS(f.dir, os.DirFS(s.dir)); err != nil {
		s.t.Fatal(err)
	}
	return f
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
	return slices.DeleteFunc(slices.Clone(snapshot), func(l string) bool { return strings.Contains(l, `"crossgrant-run"`) })
}

// crashes runs a journey to its end, and returns what stood at each moment (or at one in
// several: each) at which a process can die with something unwritten: an operation
// announced, or sent and its receipt not yet written, or the receipt written.
func (s *stage) crashes(a Answers) (run string, moments []*stage) {
	s.t.Helper()
	w := s.prepare(a)
	n := 0
	stands := func(then func(*stage)) {
		if n%each() == 0 {
			f := s.fork()
			then(f)
			moments = append(moments, f)
		}
		n++
	}
	e := NewEngine(w, Journey(a), func(ev Event) {
		switch ev := ev.(type) {
		case Started:
			stands(func(*stage) {})
			if ev.Action.Op.Describe().Changes {
				stands(func(sent *stage) { sent.send(w, ev.Action) })
			}
		case Done:
			stands(func(*stage) {})
		}
	})
	if err := walk(s.t.Context(), e, -1); err != nil {
		s.t.Fatal(err)
	}
	return w.Run, moments
}

// send sends an operation of a run elsewhere: in a fork, whose journal does not hear of
// it. One that waits for others may be refused.
func (s *stage) send(w *World, a Action) {
	s.t.Helper()
	session := s.session("my_awesome_customer")
	if a.As.Side() == Firm {
		session = s.session("my_firm")
	}
	switch a.As {
	case TestUser:
		session = session.WithKey(w.Tester.Key.ID, w.Tester.Key.Secret)
	case Writer:
		if w.FirmRole != "" {
			var err error
			if session, err = session.AsRole(s.t.Context(), w.Grant().Grantee, true); err != nil {
				s.t.Fatal(err)
			}
			break
		}
		session = session.WithKey(w.Writer.Key.ID, w.Writer.Key.Secret)
	}
	if _, err := session.In(w.Region).Perform(s.t.Context(), a.Op); err != nil && len(a.After) == 0 {
		s.t.Fatal(err)
	}
}
