package sandbox

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

// fragile panics when it is read for the first time.
type fragile struct{ broken bool }

func (f *fragile) Read([]byte) (int, error) {
	if !f.broken {
		f.broken = true
		panic("it broke")
	}
	return 0, io.EOF
}

func TestPanicIsAnInternalError(t *testing.T) {
	s, err := Start(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 2 { // the second shows that no lock is left behind
		res := httptest.NewRecorder()
		s.Handler().ServeHTTP(res, httptest.NewRequest("POST", "/?Action=GetUser&Version=2010-05-08", &fragile{}))
		if res.Code != 500 || !strings.Contains(res.Body.String(), "<Type>Receiver</Type>") || !strings.Contains(res.Body.String(), "<Code>InternalError</Code>") || !strings.Contains(res.Body.String(), "it broke") {
			t.Errorf("got %d %s", res.Code, res.Body)
		}
	}
	if calls := s.Calls(); len(calls) != 2 || calls[0].Status != 500 || calls[0].Code != "InternalError" {
		t.Errorf("the log says %+v", calls)
	}
}

func TestCanonicalIDs(t *testing.T) {
	s, err := Start(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	id := canonicalID("111122223333")
	if account, ok := s.accountOf(strings.ToUpper(id)); len(id) != 64 || account != "111122223333" || !ok {
		t.Errorf("%s is of %q", id, account)
	}
	if account, ok := s.accountOf(canonicalID("000000000000")); ok {
		t.Errorf("an account that is not there is %s", account)
	}
}

func TestPrincipals(t *testing.T) {
	s, err := Start(Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	admin := s.accounts["111122223333"].named("admin")
	for value, want := range map[string]string{
		"111122223333":                         "111122223333",
		"000000000000":                         "000000000000", // any account may exist
		"arn:aws:iam::000000000000:root":       "arn:aws:iam::000000000000:root",
		"arn:aws:iam::111122223333:user/admin": admin.id,
		"arn:aws:iam::111122223333:user/Admin": "",
		"arn:aws:iam::111122223333:user/other": "",
		"arn:aws:iam::000000000000:user/admin": "",
		"arn:aws:iam::111122223333:group/g":    "",
		"1111-2222-3333":                       "",
		"11112222333":                          "",
		admin.id:                               "",
	} {
		if id, ok := s.principal(value, s.now()); id != want || ok != (want != "") {
			t.Errorf("%s: %q, %v; want %q", value, id, ok, want)
		}
	}
	if got := s.principalValue(admin.id); got != "arn:aws:iam::111122223333:user/admin" {
		t.Errorf("the administrator reads as %s", got)
	}
	if got := s.principalValue("AIDAGONE"); got != "AIDAGONE" {
		t.Errorf("a user that is gone reads as %s", got)
	}
}
