package sandbox

import (
	"maps"
	"slices"
)

// Secrets returns the secret of every key there is or was, so that a test can
// look for them where none may be.
func (s *Sandbox) Secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var secrets []string
	for k := range maps.Values(s.keys) {
		secrets = append(secrets, k.secret)
	}
	slices.Sort(secrets)
	return secrets
}
