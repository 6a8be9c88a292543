package sandbox

import (
	"fmt"

	"crossgrant/awsops/sandbox/iam"
)

// populate makes the accounts and buckets that the configuration asks for.
func (s *Sandbox) populate() error {
	created := s.now()
	for _, a := range s.config.Accounts {
		if err := s.iam.AddAccount(a.ID, a.Alias, created); err != nil {
			return err
		}
		if a.Admin != "" {
			s.addProfile(a.Admin, a.ID, s.iam.AddAdministrator(a.ID, created))
		}
	}
	for _, a := range s.config.Accounts {
		if a.Root != "" {
			s.addProfile(a.Root, a.ID, s.iam.AddRootKey(a.ID, created))
		}
	}
	for _, b := range s.config.Buckets {
		if !s.iam.HasAccount(b.Account) {
			return fmt.Errorf("the bucket %s is in account %q, which the sandbox does not have: add it to Accounts", b.Name, b.Account)
		}
		s.s3.AddBucket(b.Name, b.Account, b.Region, b.Policy, created)
	}
	return nil
}

func (s *Sandbox) addProfile(name, account string, key iam.Key) {
	s.profiles = append(s.profiles, Profile{Name: name, Account: account, ARN: key.ARN, AccessKeyID: key.ID, SecretAccessKey: key.Secret})
}
