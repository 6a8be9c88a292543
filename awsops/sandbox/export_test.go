package sandbox

import "strings"

// State is all that the sandbox holds, for a test to look into.
func (s *Sandbox) State() any {
	return struct {
		accounts map[string]*account
		keys     map[string]*accessKey
		buckets  map[string]*bucket
		profiles []Profile
	}{s.accounts, s.keys, s.buckets, s.profiles}
}

// Mutating are the operations that change something.
func Mutating() []string {
	var names []string
	for _, op := range s3Operations {
		if op.mutates {
			names = append(names, op.name)
		}
	}
	for name := range iamOperations {
		if !strings.HasPrefix(name, "Get") && !strings.HasPrefix(name, "List") {
			names = append(names, name)
		}
	}
	return names
}
