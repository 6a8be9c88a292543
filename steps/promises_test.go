package steps

import (
	"strings"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/steps/journal"
)

// A key of an existing user that somebody else made is not deleted, though the answer to
// this run's own was lost: only one that was made just when the run asked, that was not
// there before, and that nobody uses counts as its, and never more of them than answers
// were lost.
func TestAKeyOfSomebodyElsesStaysAfterALostAnswer(t *testing.T) {
	s := newStage(t)
	w := s.prepare(answers("setup"))
	made := func(op awsops.Operation) string {
		r, err := w.FirmSession.Perform(t.Context(), op)
		if err != nil {
			t.Fatal(err)
		}
		return r.KeyID
	}
	op := awsops.CreateAccessKey{Account: "444455556666", User: "bob", Known: []string{"AKIAOLD"}}
	made(awsops.CreateUser{Account: op.Account, Name: op.User, Run: "theirs"})
	fresh, also := made(op), made(op)
	seq, err := w.Journal.Intend("make-writer", string(FirmAdmin), op)
	if err == nil {
		err = w.Journal.Fail(seq, true, "the answer was lost")
	}
	if err != nil {
		t.Fatal(err)
	}
	lost := w.Journal.Entries()[0]
	key := func(id string, after time.Duration) awsops.AccessKey {
		return awsops.AccessKey{ID: id, Active: true, Created: lost.Time.Add(after)}
	}
	for name, c := range map[string]struct {
		keys           []awsops.AccessKey
		ours, unproved int
	}{
		"one that was there before":    {[]awsops.AccessKey{key("AKIAOLD", time.Second)}, 0, 0},
		"one that was made just then":  {[]awsops.AccessKey{key(fresh, 20*time.Second)}, 1, 0},
		"one that was made much later": {[]awsops.AccessKey{key(fresh, time.Hour)}, 0, 0},
		"one that was made long ago":   {[]awsops.AccessKey{key(fresh, -time.Hour)}, 0, 0},
		"one that cannot be looked at": {[]awsops.AccessKey{key("AKIAUNSEEN", time.Second)}, 0, 1},
		"two that were made just then": {[]awsops.AccessKey{key(fresh, time.Second), key(also, time.Second)}, 0, 2},
	} {
		ours, unproved := w.ownsKeys(t.Context(), op.Target().Principal(), c.keys)
		if len(ours) != c.ours || len(unproved) != c.unproved {
			t.Errorf("%s: ours are %v, unproved %v", name, ours, unproved)
		}
	}
}

// A user without crossgrant's tag is nobody's run's, whatever the record knows.
func TestAUserWithoutATagIsNotOurs(t *testing.T) {
	s := newStage(t)
	w := s.prepare(answers("setup"))
	lost := awsops.DeleteUser{Account: "444455556666", Name: "test-writer"}
	todo := []standing{{inverse: lost, Description: lost.Describe(), entry: journal.Entry{State: journal.Lost}}}
	o := w.own(t.Context(), lost.Target(), &userSurvey{user: &awsops.User{Name: "test-writer", ID: "AIDA"}}, todo)
	if !o.another {
		t.Error("a user without a tag counts as made by the run")
	}
}

// A step that is skipped is followed by one that is not done yet.
func TestAfterASkipDoneStepsArePassedOver(t *testing.T) {
	s := newStage(t)
	a := answers("tour")
	w := s.prepare(a)
	e := NewEngine(w, Tour(), ignore)
	if err := walk(t.Context(), e, 6); err != nil {
		t.Fatal(err)
	}
	if err := w.Journal.Step("let-writer-in", "done"); err != nil { // as a record of another order may say
		t.Fatal(err)
	}
	e = Resume(w, Tour(), ignore)
	for e.Journey()[e.At()].ID != "see-it-refused" {
		if err := walk(t.Context(), e, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Skip("not wanted"); err != nil {
		t.Fatal(err)
	}
	if at := e.Journey()[e.At()].ID; at != "test-writer" {
		t.Errorf("after the skip the step at hand is %s, which is done", at)
	}
}

// A key that cannot be saved is deleted at once, and trying again makes another: it is
// never said to be saved.
func TestAKeyThatCouldNotBeSavedIsMadeAnew(t *testing.T) {
	s := newStage(t)
	a := answers("setup")
	a.KeyFile = t.TempDir() + "/key"
	w := s.prepare(a)
	e := NewEngine(w, Setup(Answers{}), ignore)
	if err := walk(t.Context(), e, 1); err != nil {
		t.Fatal(err)
	}
	writeFile(t, a.KeyFile, "[mine]\n")
	says(t, walk(t.Context(), e, 1), "could not be saved", "is deleted")
	if w.Writer.Key.Secret != "" {
		t.Error("the secret of the deleted key is still known")
	}
	keys, err := s.session("my_firm").AccessKeys(t.Context(), "test-writer")
	if err != nil || len(keys) > 0 {
		t.Errorf("keys %v, %v: the key that could not be saved is there", keys, err)
	}
	for _, l := range Words(e.Left()) {
		if strings.Contains(l, "access key") {
			t.Errorf("left is %q", l)
		}
	}
	removeFile(t, a.KeyFile)
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	if text := readFile(t, a.KeyFile); !strings.Contains(text, w.Writer.Key.ID) {
		t.Error("the file does not hold the key")
	}
}
