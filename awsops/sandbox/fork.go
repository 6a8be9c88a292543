package sandbox

// Fork starts another sandbox, on a free port, that holds all that this one holds
// now: accounts, users, keys with their secrets, what has yet to take effect,
// buckets, objects, uploads and KMS's keys. From then on neither sees what is done in the
// other. The log of calls and the faults that wait are not taken along.
func (s *Sandbox) Fork() (*Sandbox, error) {
	fork := &Sandbox{config: s.config, profiles: s.profiles, certificate: s.certificate}
	fork.config.Listen = ""
	s.mu.Lock()
	fork.iam = s.iam.Fork(&fork.mu)
	fork.kms = s.kms.Fork(&fork.mu, fork.iam)
	fork.s3 = s.s3.Fork(&fork.mu, fork.iam, fork.kms)
	s.mu.Unlock()
	if err := fork.listen(); err != nil {
		return nil, err
	}
	return fork, nil
}
