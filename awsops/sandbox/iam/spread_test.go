package iam

import (
	"testing"
	"time"
)

func TestSpreadIsSeenOnlyWhenItsTimeHasCome(t *testing.T) {
	var s spread[string]
	start := time.Unix(1000, 0)
	s.set("one", start, start)
	s.set("two", start, start.Add(time.Second))
	for after, want := range map[time.Duration]string{-1: "", 0: "one", time.Second - 1: "one", time.Second: "two"} {
		if got := s.seen(start.Add(after)); got != want {
			t.Errorf("after %v %q is seen, want %q", after, got, want)
		}
	}
	if s.latest() != "two" {
		t.Errorf("the latest is %q", s.latest())
	}
}

func TestSpreadForgetsWhatNobodyCanAskForAnyMore(t *testing.T) {
	var s spread[int]
	start := time.Unix(1000, 0)
	for i := range 1000 {
		now := start.Add(time.Duration(i) * time.Second)
		s.set(i, now, now)
	}
	if n := len(s.writes); n > 2 {
		t.Errorf("%d values are kept of a thousand", n)
	}
	// One that came before the last of them may be answered only now.
	if got := s.seen(start.Add(998 * time.Second)); got != 998 {
		t.Errorf("before the last one %d is seen", got)
	}
	if got := s.seen(start); got != 998 {
		t.Errorf("long before that %d is seen, and that there was nothing is wrong", got)
	}
	// What has yet to take effect is not forgotten, nor what it is to replace.
	now := start.Add(2000 * time.Second)
	for i := range 3 {
		s.set(i, now, now.Add(time.Duration(i+1)*time.Minute))
	}
	for after, want := range map[time.Duration]int{0: 999, time.Minute: 0, 2 * time.Minute: 1, 3 * time.Minute: 2} {
		if got := s.seen(now.Add(after)); got != want {
			t.Errorf("after %v %d is seen, want %d", after, got, want)
		}
	}
}
