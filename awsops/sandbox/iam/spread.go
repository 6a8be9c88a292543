package iam

import (
	"slices"
	"time"
)

// spread is something that IAM knows at once and the rest of AWS only after a
// delay: until then what stood before is what counts, and after that what stood
// before is forgotten.
type spread[T any] struct{ writes []write[T] }

type write[T any] struct {
	from  time.Time
	value T
}

func (s *spread[T]) set(value T, now, from time.Time) {
	for len(s.writes) > 1 && !s.writes[1].from.After(now) {
		s.writes = slices.Delete(s.writes, 0, 1)
		s.writes[0].from = time.Time{} // also for a request that came a moment before
	}
	s.writes = append(s.writes, write[T]{from, value})
}

func (s *spread[T]) latest() (value T) {
	if n := len(s.writes); n > 0 {
		return s.writes[n-1].value
	}
	return value
}

func (s *spread[T]) seen(now time.Time) (value T) {
	for _, w := range s.writes {
		if !w.from.After(now) {
			value = w.value
		}
	}
	return value
}

func (s *spread[T]) fork() spread[T] { return spread[T]{slices.Clone(s.writes)} }
