package steps

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/steps/journal"
)

// keepsProfile are the answers of a set-up whose key becomes a profile.
func keepsProfile() Answers {
	a := answers("setup")
	a.KeyProfile = "acme"
	return a
}

func TestTheKeyOfASetupIsAddedAsAProfile(t *testing.T) {
	s := newStage(t)
	before := readFile(t, s.source.CredentialsFile)
	w := s.prepare(keepsProfile())
	if err := walk(t.Context(), NewEngine(w, Setup(Answers{}), ignore), -1); err != nil {
		t.Fatal(err)
	}
	if text := readFile(t, s.source.CredentialsFile); !strings.HasPrefix(text, before) || strings.Count(text, "[") != strings.Count(before, "[")+1 {
		t.Errorf("beside the new profile it is not what it was: %v", w.KeptIn())
	}
	if id, err := s.session("acme").Identity(t.Context()); err != nil || id.ARN != w.Writer.ARN {
		t.Errorf("with the profile AWS says %+v, %v", id, err)
	}
	if left, _ := NewEngine(w, Setup(Answers{}), ignore).Undo(t.Context()); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	if readFile(t, s.source.CredentialsFile) != before {
		t.Error("taken back, the file is not what it was")
	}
}

// Whoever wrote a profile of that name since the look keeps it, and the key is deleted.
func TestAKeyWhoseProfileIsTakenSinceIsDeleted(t *testing.T) {
	s := newStage(t)
	before := s.box.Snapshot()
	e := NewEngine(s.prepare(keepsProfile()), Setup(Answers{}), ignore)
	mine := readFile(t, s.source.CredentialsFile) + "\n[acme]\naws_access_key_id = AKIAMINE\n"
	writeFile(t, s.source.CredentialsFile, mine)
	says(t, walk(t.Context(), e, -1), "could not be saved", "The profile acme is in "+s.source.CredentialsFile, "is deleted", "--key-profile")
	if left, _ := e.Undo(t.Context()); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	s.unchanged(before)
	if readFile(t, s.source.CredentialsFile) != mine {
		t.Error("somebody's file was changed")
	}
}

// A clean-up leaves a profile alone that holds another key by now, and says so.
func TestAProfileWithAnotherKeyStays(t *testing.T) {
	s := newStage(t)
	w := s.prepare(keepsProfile())
	e := NewEngine(w, Setup(Answers{}), ignore)
	if err := walk(t.Context(), e, -1); err != nil {
		t.Fatal(err)
	}
	mine := strings.ReplaceAll(readFile(t, s.source.CredentialsFile), w.Writer.Key.ID, "AKIAMINE")
	writeFile(t, s.source.CredentialsFile, mine)
	left, notes := e.Undo(t.Context())
	if said := strings.Join(notes, " "); len(left) > 0 || !strings.Contains(said, "the profile acme of "+s.source.CredentialsFile+" stays") {
		t.Errorf("left %q, said %q", left, notes)
	}
	if readFile(t, s.source.CredentialsFile) != mine {
		t.Error("somebody's profile was changed")
	}
}

// Ended between the key's deletion and its file's, a clean-up leaves a record that knows of
// the file.
func TestWhatAKeyWasSavedInIsKnownAfterTheKeyIsGone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	for _, c := range []struct {
		name string
		a    Answers
		sent bool // the key's deletion was
	}{{"profile", keepsProfile(), true}, {"file", answers("setup"), true}, {"profile, and nothing was sent", keepsProfile(), false}} {
		t.Run(c.name, func(t *testing.T) {
			s, a := newStage(t), c.a
			before := readFile(t, s.source.CredentialsFile)
			if a.KeyProfile == "" {
				a.KeyFile = file
			}
			w := s.prepare(a)
			if err := walk(t.Context(), NewEngine(w, Setup(Answers{}), ignore), -1); err != nil {
				t.Fatal(err)
			}
			w.forget()
			for _, action := range planUndo(t.Context(), w, Firm).actions() {
				seq, err := w.Journal.Intend("undo-firm", string(action.As), action.Op)
				if err == nil && c.sent && action.Op.Target().Kind == awsops.KindAccessKey {
					r, sent := s.session("my_firm").Perform(t.Context(), action.Op)
					if err = sent; err == nil {
						err = w.Journal.Receive(seq, r)
					}
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Journal.Close(); err != nil {
				t.Fatal(err)
			}
			next, err := Reopen(t.Context(), s.source, s.dir, w.Run, Answers{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = next.Journal.Close() })
			removed := 0
			told := func(e Event) {
				if u, is := e.(Undone); is && u.Action.Op.Kind() == (awsops.RemoveKeyFile{}).Kind() {
					removed++
				}
			}
			if left, _ := NewEngine(next, Cleanup(), told).Undo(t.Context()); len(left) > 0 || removed != 1 {
				t.Errorf("left %q, removed %d times", left, removed)
			}
			if _, err := os.Stat(file); err == nil || readFile(t, s.source.CredentialsFile) != before {
				t.Errorf("the key is still on this computer: %v", err)
			}
		})
	}
}

// Where the key goes may be said until something is done, and stands in the record.
func TestWhereTheKeyGoesStandsInTheRecord(t *testing.T) {
	s := newStage(t)
	w, _, err := Prepare(t.Context(), s.source, answers("setup"), Expected{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.KeepKey("/first", ""); err != nil {
		t.Fatal(err)
	}
	if err := w.Begin(s.dir, false); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Journal.Close() })
	recorded := func() string {
		j, err := journal.Read(w.Journal.Path)
		if err != nil {
			t.Fatal(err)
		}
		said, err := answersOf(j)
		if err != nil {
			t.Fatal(err)
		}
		return said.KeptIn()
	}
	if got := recorded(); got != "/first" {
		t.Errorf("recorded is %q", got)
	}
	if err := w.KeepKey(s.source.CredentialsFile, "acme"); err != nil {
		t.Fatal(err)
	}
	if got := recorded(); got != "the profile acme of "+s.source.CredentialsFile {
		t.Errorf("recorded is %q", got)
	}
	if err := walk(t.Context(), NewEngine(w, Setup(Answers{}), ignore), 1); err != nil {
		t.Fatal(err)
	}
	if err := w.KeepKey("/too/late", ""); err == nil {
		t.Error("it was said after something was done")
	}
}

// A record cannot have a clean-up take out another profile than the run's.
func TestARecordOfAnotherProfileIsNotTheRuns(t *testing.T) {
	f := Facts{Answers: keepsProfile(), Customer: awsops.Identity{Account: "111122223333"}, Firm: awsops.Identity{Account: "444455556666"}}
	f.KeyFile = "/home/me/.aws/credentials"
	op := awsops.RemoveKeyFile{Account: "444455556666", User: "test-writer", KeyID: "AKIA", Path: f.KeyFile, Profile: "acme"}
	if !f.mayDo(op) {
		t.Error("its own profile is not the run's")
	}
	for _, other := range []func(*awsops.RemoveKeyFile){
		func(o *awsops.RemoveKeyFile) { o.Profile = "default" },
		func(o *awsops.RemoveKeyFile) { o.Profile = "" },
		func(o *awsops.RemoveKeyFile) { o.Path = "/home/me/.aws/config" },
		func(o *awsops.RemoveKeyFile) { o.Account = "111122223333" },
	} {
		forged := op
		other(&forged)
		if f.mayDo(forged) {
			t.Errorf("%+v is the run's", forged)
		}
	}
	f.KeyProfile, op.Profile = "x/e rm", "x/e rm" // for a shell
	if f.mayDo(op) {
		t.Error("a name that no run gives is the run's")
	}
}
