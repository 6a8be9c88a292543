package awsops

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// A session keeps what it needs of the AWS files, not all that stands in them: of a
// thousand customers each has a session.
func TestASessionDoesNotKeepTheFiles(t *testing.T) {
	var text strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&text, "[p%d]\naws_access_key_id = AKIAIOSFODNN7%05d\naws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY\n", i, i)
	}
	src := sourceOf(t, text.String(), "")
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var all []*Session
	open := func(i int) {
		s, err := src.Open(t.Context(), fmt.Sprintf("p%d", i))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	open(0) // what is read once for all
	before := inUse()
	for i := range 20 {
		open(i + 1)
	}
	if each := (int64(inUse()) - int64(before)) / 20; each > 100<<10 {
		t.Errorf("a session keeps %d KB of files of %d KB", each>>10, text.Len()>>10)
	}
	runtime.KeepAlive(all)
}
