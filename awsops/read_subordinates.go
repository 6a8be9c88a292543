package awsops

// What hangs on a user, and must be gone before IAM deletes it.

import (
	"context"
	"net/http"

	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// Subordinates is all that must be gone before a user can be deleted: what IAM calls
// its attached subordinate entities.
type Subordinates struct {
	Keys, Inline []string // key ids, inline policy names
	Other        []string // anything else, in words: "the group admins", "a console password"
}

// Subordinates lists what a user has, side by side. A list that the endpoint does
// not serve counts as empty: DeleteUser itself refuses a user who has something.
// Source: DeleteUser, which names what must be gone.
func (s *Session) Subordinates(ctx context.Context, user string) (Subordinates, error) {
	var b Subordinates
	others := s.otherSubordinates(&user)
	words := make([][]string, len(others))
	lists := []func() error{
		func() error {
			keys, err := s.AccessKeys(ctx, user)
			for _, k := range keys {
				b.Keys = append(b.Keys, k.ID)
			}
			return err
		},
		func() (err error) {
			b.Inline, err = s.inlineNames(ctx, user)
			return err
		},
	}
	for i, list := range others {
		lists = append(lists, func() (err error) {
			words[i], err = list(ctx)
			if problem.Is(err, "NoSuchEntity") || notServed(err) {
				return nil
			}
			return err
		})
	}
	err := sideBySide(len(lists), func(i int) error { return lists[i]() })
	if err != nil {
		return Subordinates{}, s.problem(err, "list what the user "+user+" has")
	}
	for _, w := range words {
		b.Other = append(b.Other, w...)
	}
	return b, nil
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

func (s *Session) otherSubordinates(user *string) []func(context.Context) ([]string, error) {
	return []func(context.Context) ([]string, error){
		func(ctx context.Context) (words []string, err error) {
			out, err := s.iam.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: user}, s.ifServed)
			if err == nil {
				for _, g := range out.Groups {
					words = append(words, "the group "+aws.ToString(g.GroupName))
				}
			}
			return words, err
		},
		func(ctx context.Context) (words []string, err error) {
			out, err := s.iam.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: user}, s.ifServed)
			if err == nil {
				for _, p := range out.AttachedPolicies {
					words = append(words, "the managed policy "+aws.ToString(p.PolicyName))
				}
			}
			return words, err
		},
		func(ctx context.Context) ([]string, error) {
			_, err := s.iam.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: user}, s.ifServed)
			return one(err, "a console password")
		},
		func(ctx context.Context) (words []string, err error) {
			out, err := s.iam.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: user}, s.ifServed)
			if err == nil {
				for _, d := range out.MFADevices {
					words = append(words, "the MFA device "+aws.ToString(d.SerialNumber))
				}
			}
			return words, err
		},
		func(ctx context.Context) (words []string, err error) {
			out, err := s.iam.ListSigningCertificates(ctx, &iam.ListSigningCertificatesInput{UserName: user}, s.ifServed)
			if err == nil {
				for _, c := range out.Certificates {
					words = append(words, "the signing certificate "+aws.ToString(c.CertificateId))
				}
			}
			return words, err
		},
		func(ctx context.Context) (words []string, err error) {
			out, err := s.iam.ListSSHPublicKeys(ctx, &iam.ListSSHPublicKeysInput{UserName: user}, s.ifServed)
			if err == nil {
				for _, k := range out.SSHPublicKeys {
					words = append(words, "the SSH key "+aws.ToString(k.SSHPublicKeyId))
				}
			}
			return words, err
		},
		func(ctx context.Context) (words []string, err error) {
			out, err := s.iam.ListServiceSpecificCredentials(ctx, &iam.ListServiceSpecificCredentialsInput{UserName: user}, s.ifServed)
			if err == nil {
				for _, c := range out.ServiceSpecificCredentials {
					words = append(words, "the credential for "+aws.ToString(c.ServiceName))
				}
			}
			return words, err
		},
	}
}

func one(err error, word string) ([]string, error) {
	if err != nil {
		return nil, err
	}
	return []string{word}, nil
}
