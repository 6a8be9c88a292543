package run_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// The key of a lost answer, and keys of somebody else's beside it.

// lostKey runs a set-up for the firm's existing user bob, lets meanwhile happen as soon as
// the making of its key is announced, and loses the answer.
func (s *stage) lostKey(kind sandbox.FaultKind, meanwhile func()) (run.Ending, []string) {
	s.t.Helper()
	a := answers("setup", firm, first, "bob")
	a.UseExisting, a.KeyFile = true, filepath.Join(s.t.TempDir(), "key")
	s.box.Inject(sandbox.Fault{Operation: "CreateAccessKey", Kind: kind, Struck: func(string) {
		if meanwhile != nil {
			meanwhile()
		}
	}})
	var told []string
	emit := func(e steps.Event) {
		if done, ok := e.(steps.Done); ok {
			told = append(told, done.Action.Op.Describe().Summary)
		}
	}
	r, err := run.Open(s.t.Context(), run.Request{Answers: a, Source: s.source, StateDir: s.dir}, emit)
	must(s.t, err)
	defer r.Close()
	return r.Unasked(s.t.Context(), s.t.Context(), emit), told
}

func (s *stage) keysOf(user string) (ids []string) {
	s.t.Helper()
	keys, err := s.session(firm).AccessKeys(s.t.Context(), user)
	must(s.t, err)
	for _, k := range keys {
		ids = append(ids, k.ID)
	}
	return ids
}

// The key of a lost answer is deleted in sight: it is shown and recorded, and another is
// made.
func TestTheKeyOfALostAnswerIsDeletedInSight(t *testing.T) {
	s := newStage(t)
	s.do(firm, awsops.CreateUser{Account: firm, Name: "bob", Run: "theirs"})
	e, told := s.lostKey(sandbox.ResetAfter, nil)
	if e.Code != run.Done || len(s.keysOf("bob")) != 1 {
		t.Errorf("it ends %d with the keys %v: %s", e.Code, s.keysOf("bob"), said(e))
	}
	if !slices.ContainsFunc(told, func(line string) bool { return strings.HasPrefix(line, "Delete the access key AKIA") }) {
		t.Errorf("the deletion is not told: %q", told)
	}
	text, err := os.ReadFile(e.Path)
	must(t, err)
	if !strings.Contains(string(text), `"kind":"delete-access-key"`) {
		t.Error("the deletion is not recorded")
	}
}

// A colleague's key that was made before the run asked for its own, though after the plan
// was shown, is not taken for it.
func TestAColleaguesKeyThatWasMadeSinceThePlanStays(t *testing.T) {
	s := newStage(t)
	s.do(firm, awsops.CreateUser{Account: firm, Name: "bob", Run: "theirs"})
	var theirs string
	a := answers("setup", firm, first, "bob")
	a.UseExisting, a.KeyFile = true, filepath.Join(t.TempDir(), "key")
	s.box.Inject(sandbox.Fault{Operation: "CreateAccessKey", Kind: sandbox.ResetBefore, After: 1})
	emit := func(e steps.Event) {
		if p, ok := e.(steps.Planned); ok && p.Change.Step.ID == "make-writer" && theirs == "" {
			theirs = s.do(firm, awsops.CreateAccessKey{Account: firm, User: "bob"}).KeyID
		}
	}
	r, err := run.Open(t.Context(), run.Request{Answers: a, Source: s.source, StateDir: s.dir}, emit)
	must(t, err)
	defer r.Close()
	e := r.Unasked(t.Context(), t.Context(), emit)
	if keys := s.keysOf("bob"); e.Code != run.Done || len(keys) != 2 || !slices.Contains(keys, theirs) {
		t.Errorf("it ends %d with the keys %v, of which %s is the colleague's: %s", e.Code, keys, theirs, said(e))
	}
}

// Where two keys came up while the answer was lost, nothing proves which is whose: none is
// deleted, and both are named.
func TestOfTwoKeysThatCameUpTogetherNoneIsDeleted(t *testing.T) {
	s := newStage(t)
	s.do(firm, awsops.CreateUser{Account: firm, Name: "bob", Run: "theirs"})
	e, _ := s.lostKey(sandbox.ResetAfter, func() { s.do(firm, awsops.CreateAccessKey{Account: firm, User: "bob"}) })
	keys := s.keysOf("bob")
	if e.Code != run.Left || len(keys) != 2 {
		t.Errorf("it ends %d with the keys %v", e.Code, keys)
	}
	says(t, e, "Which key is the new one is not known")
	for _, id := range keys {
		says(t, e, "aws --profile my_firm iam delete-access-key --user-name bob --access-key-id "+id)
	}
}
