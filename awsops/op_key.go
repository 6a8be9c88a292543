package awsops

// Making and deleting the access key of a user.

import (
	"context"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// ToCome stands for what only AWS's answer will tell, in an operation that is planned
// on top of another one and not sent yet.
const ToCome = "(to come)"

func (CreateAccessKey) Kind() string { return "create-access-key" }
func (DeleteAccessKey) Kind() string { return "delete-access-key" }

func (op CreateAccessKey) Target() Target {
	return Target{Account: op.Account, Kind: KindAccessKey, Name: op.User}
}

func (op CreateAccessKey) Describe() Description {
	return Description{
		Summary:  "Create an access key for the " + op.Target().Principal().words(),
		Target:   op.Target(),
		Resource: "the access keys of the " + op.Target().Principal().words(),
		Changes:  true,
		Command:  []string{"iam", "create-access-key", "--user-name", op.User},
	}
}

func (op DeleteAccessKey) Target() Target {
	return Target{Account: op.Account, Kind: KindAccessKey, Name: op.User, ID: strings.TrimPrefix(op.KeyID, ToCome)}
}

func (op DeleteAccessKey) Describe() Description {
	op.KeyID = op.Target().ID
	return Description{
		Summary:  strings.TrimSpace("Delete the access key "+op.KeyID) + " of the " + op.Target().Principal().words(),
		Target:   op.Target(),
		Resource: strings.TrimSpace("the access key "+op.KeyID) + " of the " + op.Target().Principal().words(),
		Changes:  true,
		Command:  []string{"iam", "delete-access-key", "--user-name", op.User, "--access-key-id", op.KeyID},
	}
}

func (op CreateAccessKey) Inverse(r Receipt) (Operation, bool) {
	if r.Already {
		return nil, false
	}
	return DeleteAccessKey{Account: op.Account, User: op.User, KeyID: r.KeyID}, true
}

func (DeleteAccessKey) Inverse(Receipt) (Operation, bool) { return nil, false }

func (op CreateAccessKey) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Account); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	var receipt Receipt
	err := s.send(ctx, request{
		waitFor: "IAM to know the user " + op.User,
		patient: func(err error) bool { return problem.Is(err, "NoSuchEntity") },
		// The secret of a key is told once. What a lost answer may have made is for the
		// caller to find, show and delete before another is made.
		once: true,
		call: func(ctx context.Context) error {
			out, err := s.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &op.User}, onceIAM)
			if err == nil {
				receipt = Receipt{
					RequestID: requestID(out.ResultMetadata),
					KeyID:     aws.ToString(out.AccessKey.AccessKeyId),
					Secret:    Secret(aws.ToString(out.AccessKey.SecretAccessKey)),
				}
			}
			return err
		},
	})
	return receipt, err
}

func (op DeleteAccessKey) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Account); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	if op.KeyID == "" {
		return Receipt{}, problem.Unsent(&problem.Error{
			Summary: "It is not known which key to delete",
			Detail:  "The answer that named the key of the user " + problem.Clean(op.User) + " was lost.",
			Fixes:   []string{"Look at the keys of the user in the account " + policy.Dashed(op.Account) + " and delete the one that is not used."},
		})
	}
	receipt := Receipt{KeyID: op.KeyID}
	err := s.send(ctx, request{
		waitFor: "IAM to delete the key " + op.KeyID,
		call: func(ctx context.Context) error {
			out, err := s.iam.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &op.User, AccessKeyId: &op.KeyID}, onceIAM)
			if problem.Is(err, "NoSuchEntity") {
				receipt.Already = true
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
