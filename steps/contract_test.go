package steps

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

func TestAJourneyEndsAsItPromises(t *testing.T) {
	s := newStage(t)
	s.setPolicy(foreign)
	before := s.box.Snapshot()
	w := s.prepare(answers("tour"))
	want, err := policy.Parse([]byte(foreign))
	if err != nil {
		t.Fatal(err)
	}
	var e *Engine
	e = NewEngine(w, Tour(), func(ev Event) {
		if _, ok := ev.(Done); !ok {
			return
		}
		live := s.policy()
		if theirs := policy.Remove(live, policy.Own(live)...); !policy.Same(theirs, &want) {
			t.Errorf("in step %s the foreign statements read\n%s", e.Journey()[e.At()].ID, theirs.Indent())
		}
	})
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	s.unchanged(before)
	if left := e.Left(); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
	f := e.Facts()
	if !f.Tester.Tested || !f.Writer.Tested {
		t.Error("not both users were tested")
	}
	for _, r := range f.Refusals {
		if r.Code != "AccessDenied" || r.RequestID == "" {
			t.Errorf("%s by %s was answered %q (request %q), want AccessDenied", r.Action, r.As, r.Code, r.RequestID)
		}
	}
}

func TestSetupKeepsTheAccessAndUndoTakesItBack(t *testing.T) {
	s := newStage(t)
	s.setPolicy(foreign)
	before := s.box.Snapshot()
	e := NewEngine(s.prepare(answers("setup")), Setup(Answers{}), ignore)
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	row, ok := e.Facts().Access().Row(Writer)
	if !ok || !row.Put.Allowed || !row.Get.Allowed || !row.List.Allowed || row.Delete.Allowed {
		t.Errorf("the firm's user has access %+v", row)
	}
	want := []string{"policy of the bucket", "inline policy writer-policy", "user test-writer"}
	if left := e.Left(); len(left) != len(want) {
		t.Errorf("left: %q, want three things: %q", left, want)
	}
	if left, _ := e.Undo(t.Context()); len(left) > 0 {
		t.Errorf("undo left %q", left)
	}
	s.unchanged(before)
}

// TestEveryStep holds each step of each journey to the same contract.
func TestEveryStep(t *testing.T) {
	for name, a := range journeys {
		for i, step := range Journey(a) {
			if testing.Short() && name != "tour" && hasStep(Tour(), step) {
				continue // the tour's own is held to it
			}
			t.Run(name+"/"+step.Info().ID, func(t *testing.T) {
				t.Parallel()
				t.Run("plans the same twice, writes nothing, and refuses a world that moved", func(t *testing.T) {
					s := newStage(t)
					s.setPolicy(foreign)
					e := NewEngine(s.prepare(a), Journey(a), ignore)
					if err := walk(t.Context(), e, i); err != nil {
						t.Fatal(err)
					}
					calls := len(s.box.Calls())
					first, err := e.Plan(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					second, err := e.Plan(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					if d := cmp.Diff(encoded(t, first), encoded(t, second)); d != "" {
						t.Errorf("two plans differ:\n%s", d)
					}
					if m := s.mutations(calls); len(m) > 0 {
						t.Errorf("planning changed something: %q", m)
					}
					if _, err := e.Apply(t.Context(), first); !errors.Is(err, ErrNotPlanned) {
						t.Errorf("a plan that was replaced was applied: %v", err)
					}
					if a.MakeBucket == "" { // the world that others move is the bucket that was there
						s.moves(e, second)
					}
				})
				t.Run("has nothing to do when it is done, and undo takes it back", func(t *testing.T) {
					s := newStage(t)
					s.setPolicy(foreign)
					before := s.box.Snapshot()
					w := s.prepare(a)
					e := NewEngine(w, Journey(a), ignore)
					if err := walk(t.Context(), e, i+1); err != nil {
						t.Fatal(err)
					}
					again, err := step.Plan(t.Context(), w)
					if err != nil {
						t.Fatal(err)
					}
					if len(again.Actions) > 0 && step.Info().ID != "make-writer" {
						t.Errorf("it would still do %q", encoded(t, again))
					}
					if left, _ := e.Undo(t.Context()); len(left) > 0 {
						t.Errorf("undo left %q", left)
					}
					s.unchanged(before)
				})
			})
		}
	}
}

// moves has somebody change the policy of the bucket before a planned change of it is
// applied.
func (s *stage) moves(e *Engine, c Change) {
	s.t.Helper()
	if len(c.Actions) == 0 || c.Actions[0].Op.Kind() != "set-bucket-policy" {
		return
	}
	moved := policy.Remove(s.policy(), "TheirReader")
	s.setPolicy(moved.Compact())
	var stale *problem.Stale
	if _, err := e.Apply(s.t.Context(), c); !errors.As(err, &stale) {
		s.t.Fatalf("apply said %v, want a stale plan", err)
	}
	if !policy.Same(s.policy(), moved) {
		s.t.Error("the other's change was overwritten")
	}
	if err := walk(s.t.Context(), e, 1); err != nil {
		s.t.Errorf("planned anew, it failed: %v", err)
	}
	if hasSid(s.policy(), "TheirReader") {
		s.t.Error("what the other took out is back")
	}
}

func hasStep(journey []Step, s Step) bool {
	return slices.ContainsFunc(journey, func(other Step) bool { return other.Info().ID == s.Info().ID })
}

func TestADryRunSendsNothing(t *testing.T) {
	for name, a := range journeys {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.setPolicy(foreign)
			real := NewEngine(s.prepare(a), Journey(a), ignore)
			dry := NewEngine(s.prepare(a), Journey(a), ignore)
			calls := len(s.box.Calls())
			planned := map[string]int{}
			foreseen, err := dry.Foresee(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range foreseen {
				planned[c.Step.ID] = len(c.Actions)
			}
			if m := s.mutations(calls); len(m) > 0 {
				t.Fatalf("a dry run changed %q", m)
			}
			for real.At() < len(real.Journey()) {
				c, err := real.Plan(t.Context())
				if err == nil {
					if len(c.Actions) != planned[c.Step.ID] {
						t.Errorf("%s: the dry run planned %d operations, the run %d", c.Step.ID, planned[c.Step.ID], len(c.Actions))
					}
					_, err = real.Apply(t.Context(), c)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
