package awsops

// What hangs on a user or a role, and must be gone before IAM deletes it.

import (
	"context"
	"fmt"
	"net/http"

	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// Subordinates is all that must be gone before a user or a role can be deleted: what IAM calls
// its attached subordinate entities.
type Subordinates struct {
	Keys   []AccessKey
	Inline []string // names of inline policies
	Other  []Other
}

// Other is something that a user or a role has and crossgrant has no operation for.
type Other struct {
	What    string   // "the group admins", "a console password"
	Command []string // that takes it away: arguments of an aws command
	Policy  string   // ARN of a managed policy, "" for anything else
}

// Subordinates lists what a user or a role has, side by side. A list that the endpoint
// does not serve counts as empty: the deletion itself refuses one that has something. known
// is what was read of it a moment ago, and is not read again; nil: nothing was.
// Sources: DeleteUser and DeleteRole, which name what must be gone.
func (s *Session) Subordinates(ctx context.Context, of Target, known *Grantee) (Subordinates, error) {
	var (
		b      Subordinates
		lists  []func() error
		others []listing
	)
	if of.Kind == KindUser {
		others = s.ofUserAlone(of.Name)
		lists = append(lists, func() (err error) {
			b.Keys, err = s.AccessKeys(ctx, of.Name)
			return err
		})
	}
	if known == nil {
		others = append(others, s.alsoOfGrantee(of)...)
		lists = append(lists, func() (err error) {
			b.Inline, err = s.inlineNames(ctx, of)
			return err
		})
	} else {
		b.Inline, b.Other = known.names(), known.others()
	}
	found := make([][]Other, len(others))
	for i, list := range others {
		lists = append(lists, func() (err error) {
			found[i], err = list(ctx)
			if problem.Is(err, "NoSuchEntity") || notServed(err) {
				return nil
			}
			return err
		})
	}
	err := sideBySide(len(lists), func(i int) error { return lists[i]() })
	if err != nil {
		return Subordinates{}, s.problem(err, fmt.Sprintf("list what the %s %s has", of.Kind, of.Name))
	}
	for _, o := range found {
		b.Other = append(b.Other, o...)
	}
	return b, nil
}

// listing lists one kind of what hangs on a user or a role.
type listing func(context.Context) ([]Other, error)

func inGroup(user, group string) Other {
	return Other{What: "the group " + group, Command: []string{"iam", "remove-user-from-group", "--user-name", user, "--group-name", group}}
}

func inProfile(role, profile string) Other {
	return Other{What: "the instance profile " + profile, Command: []string{"iam", "remove-role-from-instance-profile", "--instance-profile-name", profile, "--role-name", role}}
}

func attached(of Target, name, arn string) Other {
	kind := string(of.Kind)
	return Other{"the managed policy " + name, []string{"iam", "detach-" + kind + "-policy", "--" + kind + "-name", of.Name, "--policy-arn", arn}, arn}
}

func allAttached(of Target, policies []types.AttachedPolicy) (found []Other) {
	for _, p := range policies {
		found = append(found, attached(of, aws.ToString(p.PolicyName), aws.ToString(p.PolicyArn)))
	}
	return found
}

// alsoOfGrantee are the lists that Grantees has too.
func (s *Session) alsoOfGrantee(of Target) []listing {
	if of.Kind == KindRole {
		return []listing{
			func(ctx context.Context) (found []Other, err error) {
				out, err := s.iam.ListInstanceProfilesForRole(ctx, &iam.ListInstanceProfilesForRoleInput{RoleName: &of.Name}, s.ifServed)
				if err == nil {
					for _, p := range out.InstanceProfiles {
						found = append(found, inProfile(of.Name, aws.ToString(p.InstanceProfileName)))
					}
				}
				return found, err
			},
			s.attachedListing(of),
		}
	}
	return []listing{
		func(ctx context.Context) (found []Other, err error) {
			out, err := s.iam.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: &of.Name}, s.ifServed)
			if err == nil {
				for _, g := range out.Groups {
					found = append(found, inGroup(of.Name, aws.ToString(g.GroupName)))
				}
			}
			return found, err
		},
		s.attachedListing(of),
	}
}

func (s *Session) attachedListing(of Target) listing {
	return func(ctx context.Context) ([]Other, error) {
		policies, err := s.attachedTo(ctx, of, s.ifServed)
		return allAttached(of, policies), err
	}
}

// attachedTo lists the managed policies of a user or a role.
func (s *Session) attachedTo(ctx context.Context, of Target, options ...func(*iam.Options)) (all []types.AttachedPolicy, err error) {
	if of.Kind == KindRole {
		for pages := iam.NewListAttachedRolePoliciesPaginator(s.iam, &iam.ListAttachedRolePoliciesInput{RoleName: &of.Name}); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx, options...)
			if err != nil {
				return nil, err
			}
			all = append(all, page.AttachedPolicies...)
		}
		return all, nil
	}
	for pages := iam.NewListAttachedUserPoliciesPaginator(s.iam, &iam.ListAttachedUserPoliciesInput{UserName: &of.Name}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx, options...)
		if err != nil {
			return nil, err
		}
		all = append(all, page.AttachedPolicies...)
	}
	return all, nil
}

// notServed: an endpoint other than AWS does not know the call, and says so, or
// answers with something that has no error of AWS's in it.
func notServed(err error) bool {
	return problem.Is(err, "NotImplemented", "InvalidAction", "UnknownOperationException") ||
		problem.Status(err) == http.StatusNotImplemented || problem.Status(err) >= http.StatusBadRequest && problem.Code(err) == ""
}

// ifServed does not ask again where the call is not served.
func (s *Session) ifServed(o *iam.Options) {
	usual := o.Retryer
	o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
		r.MaxAttempts, r.MaxBackoff = usual.MaxAttempts(), s.pace.Most
		r.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
			if notServed(err) {
				return aws.FalseTernary
			}
			return aws.UnknownTernary
		})}, r.Retryables...)
	})
}

func (s *Session) ofUserAlone(user string) []listing {
	remove := func(verb, flag, id string) []string { return []string{"iam", verb, "--user-name", user, flag, id} }
	return []listing{
		func(ctx context.Context) ([]Other, error) {
			_, err := s.iam.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: &user}, s.ifServed)
			if err != nil {
				return nil, err
			}
			return []Other{{What: "a console password", Command: []string{"iam", "delete-login-profile", "--user-name", user}}}, nil
		},
		func(ctx context.Context) (found []Other, err error) {
			out, err := s.iam.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: &user}, s.ifServed)
			if err == nil {
				for _, d := range out.MFADevices {
					id := aws.ToString(d.SerialNumber)
					found = append(found, Other{What: "the MFA device " + id, Command: remove("deactivate-mfa-device", "--serial-number", id)})
				}
			}
			return found, err
		},
		func(ctx context.Context) (found []Other, err error) {
			out, err := s.iam.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: &user}, s.ifServed)
			if err == nil {
				for _, c := range out.Certificates {
					id := aws.ToString(c.CertificateId)
					found = append(found, Other{What: "the signing certificate " + id, Command: remove("delete-signing-certificate", "--certificate-id", id)})
				}
			}
			return found, err
		},
		func(ctx context.Context) (found []Other, err error) {
			out, err := s.iam.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: &user}, s.ifServed)
			if err == nil {
				for _, k := range out.SSHPublicKeys {
					id := aws.ToString(k.SSHPublicKeyId)
					found = append(found, Other{What: "the SSH key " + id, Command: remove("delete-ssh-public-key", "--ssh-public-key-id", id)})
				}
			}
			return found, err
		},
		func(ctx context.Context) (found []Other, err error) {
			out, err := s.iam.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: &user}, s.ifServed)
			if err == nil {
				for _, c := range out.ServiceSpecificCredentials {
					found = append(found, Other{
						What:    "the credential for " + aws.ToString(c.ServiceName),
						Command: remove("delete-service-specific-credential", "--service-specific-credential-id", aws.ToString(c.ServiceSpecificCredentialId)),
					})
				}
			}
			return found, err
		},
	}
}
