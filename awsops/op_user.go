package awsops

// Making a user with tags that tell whose it is, and deleting that one.

import (
	"context"
	"fmt"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// Tags of the users that crossgrant makes.
const (
	tagMaker = "created-by"
	tagRun   = "crossgrant-run"
	maker    = "crossgrant"
)

func (CreateUser) Kind() string { return "create-user" }
func (DeleteUser) Kind() string { return "delete-user" }

func (op CreateUser) Target() Target {
	return Target{Account: op.Account, Kind: KindUser, Name: op.Name}
}

func (op CreateUser) Describe() Description {
	return Description{
		Summary:  "Make the user " + userIn(op.Name, op.Account),
		Target:   op.Target(),
		Resource: "the user " + userIn(op.Name, op.Account),
		Changes:  true,
		Command: []string{
			"iam", "create-user", "--user-name", op.Name, "--tags",
			"Key=" + tagMaker + ",Value=" + maker, "Key=" + tagRun + ",Value=" + op.Run,
		},
	}
}

func (op DeleteUser) Target() Target {
	return Target{Account: op.Account, Kind: KindUser, Name: op.Name}
}

func (op DeleteUser) Describe() Description {
	return Description{
		Summary:  "Delete the user " + userIn(op.Name, op.Account),
		Target:   op.Target(),
		Resource: "the user " + userIn(op.Name, op.Account),
		Changes:  true,
		Command:  []string{"iam", "delete-user", "--user-name", op.Name},
	}
}

func userIn(name, account string) string { return name + " in " + policy.Dashed(account) }

func (op CreateUser) Inverse(r Receipt) (Operation, bool) {
	if r.Already {
		return nil, false
	}
	return DeleteUser{Account: op.Account, Name: op.Name, ID: r.UserID, Run: op.Run}, true
}

func (DeleteUser) Inverse(Receipt) (Operation, bool) { return nil, false }

func (op CreateUser) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Account); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	var receipt Receipt
	ours := func(ctx context.Context) (bool, error) {
		user, err := s.User(ctx, op.Name)
		if err != nil || user == nil {
			return false, err
		}
		if op.Run == "" || user.Run != op.Run {
			return false, op.taken()
		}
		receipt = Receipt{UserID: user.ID, UserARN: user.ARN}
		return true, nil
	}
	err := s.send(ctx, request{
		waitFor: "IAM to make the user " + op.Name,
		settle:  ours,
		call: func(ctx context.Context) error {
			out, err := s.iam.CreateUser(ctx, &iam.CreateUserInput{
				UserName: &op.Name,
				Tags: []types.Tag{
					{Key: aws.String(tagMaker), Value: aws.String(maker)},
					{Key: aws.String(tagRun), Value: &op.Run},
				},
			}, onceIAM)
			if problem.Is(err, "EntityAlreadyExists") {
				found, lookErr := ours(ctx)
				if lookErr != nil {
					return lookErr
				}
				if found {
					return nil
				}
			}
			if err == nil {
				receipt = Receipt{
					RequestID: requestID(out.ResultMetadata),
					UserID:    aws.ToString(out.User.UserId), UserARN: aws.ToString(out.User.Arn),
				}
			}
			return err
		},
		// It exists, says IAM, and cannot yet be read: our own, a moment old.
		patient: func(err error) bool { return problem.Is(err, "EntityAlreadyExists") },
	})
	return receipt, err
}

func (op CreateUser) taken() *problem.Error {
	return &problem.Error{
		Summary: "The name of the user is taken",
		Detail: fmt.Sprintf("The account %s has a user %s that this run of crossgrant did not make. It is left as it is: crossgrant neither uses nor deletes a user that it did not make.",
			policy.Dashed(op.Account), problem.Clean(op.Name)),
		Fixes: []string{
			"Choose another name for the user.",
			"If an earlier run of crossgrant made it, clean that run up first.",
		},
		Code: "EntityAlreadyExists",
	}
}

func (op DeleteUser) perform(ctx context.Context, s *Session) (Receipt, error) {
	if err := s.mustBe(ctx, op.Account); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	user, err := s.User(ctx, op.Name)
	switch {
	case err != nil:
		return Receipt{}, problem.Unsent(err)
	case user == nil:
		return Receipt{Already: true}, nil
	case op.ID == "" || user.ID != op.ID || user.Run != "" && user.Run != op.Run: // a tag may have been taken off
		return Receipt{}, problem.Unsent(&problem.Error{
			Summary: "A different user has this name now",
			Detail: fmt.Sprintf("The user %s is not the one that this run of crossgrant made (%s, run %s): it is %s, made by %s. It is left alone.",
				problem.Clean(op.Name), problem.Clean(op.ID), problem.Clean(op.Run), problem.Clean(user.ID), madeBy(user.Run)),
			Fixes: []string{"Look at the user in the account " + policy.Dashed(op.Account) + " and delete it there if it is not needed."},
		})
	}
	var receipt Receipt
	err = s.send(ctx, request{
		waitFor: "IAM to delete the user " + op.Name,
		// Another of the name may have been made since.
		moves: true,
		settle: func(ctx context.Context) (bool, error) {
			live, err := s.User(ctx, op.Name)
			return live == nil || live.ID != op.ID, err
		},
		// What was deleted a moment ago can still count.
		patient: func(err error) bool {
			if !problem.Is(err, "DeleteConflict") {
				return false
			}
			b, lookErr := s.Subordinates(ctx, op.Name, nil)
			return lookErr == nil && len(b.Keys)+len(b.Inline)+len(b.Other) == 0
		},
		call: func(ctx context.Context) error {
			out, err := s.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &op.Name}, onceIAM)
			if problem.Is(err, "NoSuchEntity") {
				return nil
			}
			if err == nil {
				receipt.RequestID = requestID(out.ResultMetadata)
			}
			return err
		},
	})
	receipt.UserID, receipt.UserARN = user.ID, user.ARN
	return receipt, err
}

func madeBy(run string) string {
	if run == "" {
		return "someone else"
	}
	return "the run " + problem.Clean(run)
}
