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
		if err := a.Check(); err != nil {
			return err
		}
		organization := a.Organization
		if organization == "" && len(a.SCPs)+len(a.RCPs) > 0 {
			organization = "o-" + a.ID
		}
		s.iam.Join(a.ID, organization, a.SCPs, a.RCPs)
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

// Check refuses what Organizations would not take as a policy of its own. Sources: Service
// control policy syntax; Resource control policy syntax.
func (a Account) Check() error {
	for _, doc := range a.SCPs {
		for i, s := range doc.Statements {
			switch {
			case s.Effect != "Allow" && s.Effect != "Deny":
				return fmt.Errorf("statement %d of a service control policy of account %s has no Effect: write Allow or Deny", i+1, a.ID)
			case s.Principal != nil || s.NotPrincipal != nil:
				return fmt.Errorf("statement %d of a service control policy of account %s names a Principal, and it is about everybody in the account: take the element out", i+1, a.ID)
			}
		}
	}
	for _, doc := range a.RCPs {
		for i, s := range doc.Statements {
			if s.Effect != "Deny" || s.Principal == nil {
				return fmt.Errorf(`statement %d of a resource control policy of account %s is no Deny with a Principal, and it can only take away: write "Effect": "Deny" and "Principal": "*"`, i+1, a.ID)
			}
		}
	}
	return nil
}
