package sandbox_test

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox"
)

// kept is how many bytes are in use after all that nobody needs is thrown away.
func kept() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// Nothing stays of a request that was refused, whatever was in it.
func TestRefusedRequestsLeaveNothingBehind(t *testing.T) {
	s, err := sandbox.Start(sandbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	key := strings.Repeat("k", 900<<10)
	var first int
	for i := range 120 {
		res, err := http.Get(s.URL() + "/nosuch/" + key)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != 400 {
			t.Fatalf("a key of 900 KB: status %d", res.StatusCode)
		}
		if i == 19 { // by now there is what connections and buffers take
			first = kept()
		}
	}
	if more := kept() - first; more > 10<<20 {
		t.Errorf("a hundred requests left %d KB behind", more>>10)
	}
	if calls := s.Calls(); len(calls) != 0 {
		t.Errorf("a log of %d calls is kept unasked", len(calls))
	}
}
