package awsops

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"
)

// Side by side, and still STS is asked once.
func TestIdentityIsAskedOnce(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	err := sideBySide(20, func(int) error {
		_, err := w.firm.In("eu-west-1").Identity(t.Context())
		return err
	})
	if n := w.count("GetCallerIdentity"); err != nil || n != 1 {
		t.Errorf("asked %d times, %v", n, err)
	}
	w.Inject(sandbox.Fault{Operation: "GetCallerIdentity", Status: 403, Code: "AccessDenied"})
	if _, err := w.customer.Identity(t.Context()); err == nil {
		t.Error("a refusal is no error")
	}
	if _, err := w.customer.Identity(t.Context()); err != nil {
		t.Errorf("a refusal is remembered: %v", err)
	}
}

// changing opens a profile whose credentials are fetched again for each request, and
// returns what makes it give those of another profile from now on.
func (w *world) changing(t *testing.T, first string) (s *Session, become func(profile string)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "given.json")
	become = func(profile string) {
		for _, p := range w.Profiles() {
			if p.Name != profile {
				continue
			}
			given, err := json.Marshal(map[string]any{
				"Version": 1, "AccessKeyId": p.AccessKeyID, "SecretAccessKey": p.SecretAccessKey, "Expiration": "2020-01-01T00:00:00Z",
			})
			if err == nil {
				err = os.WriteFile(path, given, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	become(first)
	source := sourceOf(t, "", "[profile p]\ncredential_process = cat "+path+"\n")
	source.Endpoint = w.URL()
	s, err := source.SignIn(t.Context(), "p")
	if err != nil {
		t.Fatal(err)
	}
	return s, become
}

// A profile may come to give the credentials of another account: nothing is sent with
// them, nothing is concluded from a look with them, and the first account's are welcome
// again.
func TestCredentialsOfAnotherAccountAreNotUsed(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	s, become := w.changing(t, "my_firm")
	become("stranger")
	before := w.Snapshot()
	for name, call := range map[string]func() error{
		"a change": func() error {
			_, err := s.Perform(t.Context(), CreateUser{Account: firm, Name: "u", Run: "r"})
			return err
		},
		"a look": func() error {
			_, err := s.User(t.Context(), "u")
			return err
		},
		"a look in another region": func() error {
			_, err := s.In("eu-west-1").BucketPolicy(t.Context(), bucket, customer)
			return err
		},
	} {
		err := call()
		p := wantProblem(t, err, "The credentials are of another account now")
		if !strings.Contains(p.Detail, "7777-8888-9999") || problem.Lost(err) {
			t.Errorf("%s: %v, lost %t", name, p, problem.Lost(err))
		}
	}
	if got := strings.Join(w.Snapshot(), "\n"); got != strings.Join(before, "\n") {
		t.Errorf("something was changed:\n%s", got)
	}
	become("my_firm")
	do(t, s, CreateUser{Account: firm, Name: "u", Run: "r"})
}

// New credentials of the same account go on, and STS is asked once for each.
func TestNewCredentialsOfTheSameAccountGoOn(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	s, become := w.changing(t, "my_firm")
	for range 3 {
		if _, err := s.User(t.Context(), "u"); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count("GetCallerIdentity"); n != 1 {
		t.Errorf("STS was asked %d times for one key", n)
	}
	w.Inject(sandbox.Fault{Operation: "GetCallerIdentity", Status: 403, Code: "AccessDenied"})
	become("stranger")
	if _, err := s.User(t.Context(), "u"); err == nil || problem.Lost(err) {
		t.Errorf("whose credentials they are is not known, and they are used: %v", err)
	}
}
