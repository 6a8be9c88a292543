package awsops

import (
	"context"

	"crossgrant/awsops/policy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

func (PutUserPolicy) Kind() string    { return "put-user-policy" }
func (DeleteUserPolicy) Kind() string { return "delete-user-policy" }

func (op PutUserPolicy) Describe() Description {
	after := op.After
	return Description{
		Summary:  policyChange(op.Before, op.After, inlinePolicy(op.Name, op.User, op.Account)),
		Resource: inlinePolicy(op.Name, op.User, op.Account),
		Changes:  true,
		Before:   op.Before,
		After:    &after,
		Command: []string{
			"iam", "put-user-policy", "--user-name", op.User, "--policy-name", op.Name,
			"--policy-document", op.After.Compact(),
		},
	}
}

func (op DeleteUserPolicy) Describe() Description {
	before := op.Before
	return Description{
		Summary:  "Delete " + inlinePolicy(op.Name, op.User, op.Account),
		Resource: inlinePolicy(op.Name, op.User, op.Account),
		Changes:  true,
		Before:   &before,
		Command:  []string{"iam", "delete-user-policy", "--user-name", op.User, "--policy-name", op.Name},
	}
}

func inlinePolicy(name, user, account string) string {
	return "the inline policy " + name + " of the user " + userIn(user, account)
}

func (op PutUserPolicy) Inverse(r Receipt) (Operation, bool) {
	switch {
	case r.Already:
		return nil, false
	case op.Before == nil:
		return DeleteUserPolicy{Account: op.Account, User: op.User, Name: op.Name, Before: op.After}, true
	default:
		after := op.After
		return PutUserPolicy{Account: op.Account, User: op.User, Name: op.Name, Before: &after, After: *op.Before}, true
	}
}

func (op DeleteUserPolicy) Inverse(r Receipt) (Operation, bool) {
	if r.Already {
		return nil, false
	}
	return PutUserPolicy{Account: op.Account, User: op.User, Name: op.Name, After: op.Before}, true
}

func (op PutUserPolicy) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Account); err != nil {
		return Receipt{}, unsent(err)
	}
	live, err := s.UserPolicy(ctx, op.User, op.Name)
	if err != nil {
		return Receipt{}, unsent(err)
	}
	if policy.Same(live, &op.After) {
		return Receipt{Already: true}, nil
	}
	if !policy.Same(live, op.Before) {
		return Receipt{}, unsent(&Stale{Resource: op.Describe().Resource, Live: live})
	}
	var receipt Receipt
	err = s.send(ctx, request{
		waitFor: "IAM to know the user " + op.User,
		patient: func(err error) bool { return is(err, "NoSuchEntity") },
		call: func(ctx context.Context) error {
			out, err := s.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{
				UserName: &op.User, PolicyName: &op.Name, PolicyDocument: aws.String(op.After.Compact()),
			}, onceIAM)
			if err == nil {
				receipt.RequestID = requestID(out.ResultMetadata)
			}
			return err
		},
	})
	return receipt, err
}

func (op DeleteUserPolicy) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Account); err != nil {
		return Receipt{}, unsent(err)
	}
	live, err := s.UserPolicy(ctx, op.User, op.Name)
	switch {
	case err != nil:
		return Receipt{}, unsent(err)
	case live == nil:
		return Receipt{Already: true}, nil
	case !policy.Same(live, &op.Before):
		return Receipt{}, unsent(&Stale{Resource: op.Describe().Resource, Live: live})
	}
	var receipt Receipt
	err = s.send(ctx, request{
		waitFor: "IAM to delete the policy " + op.Name,
		call: func(ctx context.Context) error {
			out, err := s.iam.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: &op.User, PolicyName: &op.Name}, onceIAM)
			if is(err, "NoSuchEntity") {
				return nil
			}
			if err == nil {
				receipt.RequestID = requestID(out.ResultMetadata)
			}
			return err
		},
	})
	return receipt, err
}
