package sandbox

import "slices"

// Snapshot describes all that exists, one line a thing, sorted, without secrets
// and without times: two worlds that are alike in meaning give equal snapshots.
func (s *Sandbox) Snapshot() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := slices.Concat(s.s3.Snapshot(), s.iam.Snapshot(), s.kms.Snapshot())
	slices.Sort(lines)
	return lines
}

// Secrets returns the secret of every key there is or was, so that a test can
// look for them where none may be.
func (s *Sandbox) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.iam.Secrets()
}
