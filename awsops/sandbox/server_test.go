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
	s, err := Start(Config{KeepCalls: true})
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
