package iam

import (
	"testing"
	"time"
)

func TestSpreadIsSeenOnlyWhenItsTimeHasCome(t *testing.T) {
	var s spread[string]
	start := time.Unix(1000, 0)
	s.set("one", start)
	s.set("two", start.Add(time.Second))
	for after, want := range map[time.Duration]string{-1: "", 0: "one", time.Second - 1: "one", time.Second: "two"} {
		if got := s.seen(start.Add(after)); got != want {
			t.Errorf("after %v %q is seen, want %q", after, got, want)
		}
	}
	if s.latest() != "two" {
		t.Errorf("the latest is %q", s.latest())
	}
}
