package sandbox

// State is all that the sandbox holds, for a test to look into.
func (s *Sandbox) State() any {
	return struct {
		iam      any
		kms      any
		s3       any
		profiles []Profile
	}{s.iam, s.kms, s.s3, s.profiles}
}
