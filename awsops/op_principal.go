package awsops

// Making a user or a role with tags that tell whose it is, and deleting that one.

import (
	"context"
	"fmt"
	"slices"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go/middleware"
)

// Tags of the users and roles that crossgrant makes.
const (
	tagMaker = "created-by"
	tagRun   = "crossgrant-run"
	maker    = "crossgrant"
)

func (CreateUser) Kind() string { return "create-user" }
func (DeleteUser) Kind() string { return "delete-user" }
func (CreateRole) Kind() string { return "create-role" }
func (DeleteRole) Kind() string { return "delete-role" }

func (op CreateUser) Target() Target { return UserIn(op.Account, op.Name) }
func (op DeleteUser) Target() Target { return UserIn(op.Account, op.Name) }
func (op CreateRole) Target() Target { return RoleIn(op.Account, op.Name) }
func (op DeleteRole) Target() Target { return RoleIn(op.Account, op.Name) }

func (op CreateUser) Describe() Description {
	return describe("Create", op.Target(), slices.Concat([]string{"iam", "create-user", "--user-name", op.Name}, tagFlags(op.Run)))
}

func (op CreateRole) Describe() Description {
	d := describe("Create", op.Target(), slices.Concat([]string{"iam", "create-role", "--role-name", op.Name, "--assume-role-policy-document", op.Trust.Compact()}, tagFlags(op.Run)))
	d.After = &op.Trust
	return d
}

func (op DeleteUser) Describe() Description {
	return describe("Delete", op.Target(), []string{"iam", "delete-user", "--user-name", op.Name})
}

func (op DeleteRole) Describe() Description {
	return describe("Delete", op.Target(), []string{"iam", "delete-role", "--role-name", op.Name})
}

func describe(verb string, principal Target, command []string) Description {
	resource := "the " + principal.words()
	return Description{Summary: verb + " " + resource, Target: principal, Resource: resource, Changes: true, Command: command}
}

func tagFlags(run string) []string {
	return []string{"--tags", "Key=" + tagMaker + ",Value=" + maker, "Key=" + tagRun + ",Value=" + run}
}

func tags(run string) []types.Tag {
	return []types.Tag{{Key: aws.String(tagMaker), Value: aws.String(maker)}, {Key: aws.String(tagRun), Value: &run}}
}

// words name a user or a role with its account.
func (t Target) words() string {
	return fmt.Sprintf("%s %s in %s", t.Kind, t.Name, policy.Dashed(t.Account))
}

func (op CreateUser) Inverse(r Receipt) (Operation, bool) {
	return DeleteUser{Account: op.Account, Name: op.Name, ID: r.UserID, Run: op.Run}, !r.Already
}

func (op CreateRole) Inverse(r Receipt) (Operation, bool) {
	return DeleteRole{Account: op.Account, Name: op.Name, ID: r.UserID, Run: op.Run}, !r.Already
}

func (DeleteUser) Inverse(Receipt) (Operation, bool) { return nil, false }
func (DeleteRole) Inverse(Receipt) (Operation, bool) { return nil, false }

func (op CreateUser) perform(ctx context.Context, s *Session) (Receipt, error) {
	return s.create(ctx, op.Target(), op.Run, func(ctx context.Context) (User, middleware.Metadata, error) {
		out, err := s.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: &op.Name, Tags: tags(op.Run)}, onceIAM)
		if err != nil {
			return User{}, middleware.Metadata{}, err
		}
		return userOf(*out.User), out.ResultMetadata, nil
	})
}

func (op CreateRole) perform(ctx context.Context, s *Session) (Receipt, error) {
	return s.create(ctx, op.Target(), op.Run, func(ctx context.Context) (User, middleware.Metadata, error) {
		out, err := s.iam.CreateRole(ctx, &iam.CreateRoleInput{
			RoleName: &op.Name, Tags: tags(op.Run), AssumeRolePolicyDocument: aws.String(op.Trust.Compact()),
		}, onceIAM)
		if err != nil {
			return User{}, middleware.Metadata{}, err
		}
		return userOfRole(*out.Role), out.ResultMetadata, nil
	})
}

// DeletePrincipal is the operation that deletes a user or a role.
func DeletePrincipal(t Target, id, run string) Operation {
	gone := DeleteUser{Account: t.Account, Name: t.Name, ID: id, Run: run}
	if t.Kind == KindRole {
		return DeleteRole(gone)
	}
	return gone
}

// create makes a user or a role. It fails when the name is taken, unless by this run's own.
func (s *Session) create(ctx context.Context, t Target, run string, call func(context.Context) (User, middleware.Metadata, error)) (Receipt, error) {
	if err := s.mustBe(ctx, t.Account); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	var receipt Receipt
	ours := func(ctx context.Context) (bool, error) {
		there, err := s.Principal(ctx, t)
		if err != nil || there == nil {
			return false, err
		}
		if run == "" || there.Run != run {
			return false, taken(t)
		}
		receipt = Receipt{UserID: there.ID, UserARN: there.ARN}
		return true, nil
	}
	err := s.send(ctx, request{
		waitFor: fmt.Sprintf("IAM to make the %s %s", t.Kind, t.Name),
		settle:  ours,
		call: func(ctx context.Context) error {
			made, answer, err := call(ctx)
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
				receipt = Receipt{RequestID: requestID(answer), UserID: made.ID, UserARN: made.ARN}
			}
			return err
		},
		// It exists, says IAM, and cannot yet be read: our own, a moment old.
		patient: func(err error) bool { return problem.Is(err, "EntityAlreadyExists") },
	})
	return receipt, err
}

func taken(t Target) *problem.Error {
	return &problem.Error{
		Summary: fmt.Sprintf("The name of the %s is taken", t.Kind),
		Detail: fmt.Sprintf("The account %s has a %s %s that this run of crossgrant did not create. It is left as it is: crossgrant neither uses nor deletes a %s that it did not create.",
			policy.Dashed(t.Account), t.Kind, problem.Clean(t.Name), t.Kind),
		Fixes: []string{
			fmt.Sprintf("Choose another name for the %s.", t.Kind),
			"If an earlier run of crossgrant created it, clean that run up first.",
		},
		Code: "EntityAlreadyExists",
	}
}

func (op DeleteUser) perform(ctx context.Context, s *Session) (Receipt, error) {
	return s.remove(ctx, op.Target(), op.ID, op.Run, func(ctx context.Context) (middleware.Metadata, error) {
		out, err := s.iam.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &op.Name}, onceIAM)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	})
}

func (op DeleteRole) perform(ctx context.Context, s *Session) (Receipt, error) {
	return s.remove(ctx, op.Target(), op.ID, op.Run, func(ctx context.Context) (middleware.Metadata, error) {
		out, err := s.iam.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &op.Name}, onceIAM)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	})
}

// remove deletes a user or a role with this unique id, and no other of the name.
func (s *Session) remove(ctx context.Context, t Target, id, run string, call func(context.Context) (middleware.Metadata, error)) (Receipt, error) {
	if err := s.mustBe(ctx, t.Account); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	there, err := s.Principal(ctx, t)
	switch {
	case err != nil:
		return Receipt{}, problem.Unsent(err)
	case there == nil:
		return Receipt{Already: true}, nil
	case id == "" || there.ID != id || there.Run != "" && there.Run != run: // a tag may have been taken off
		return Receipt{}, problem.Unsent(&problem.Error{
			Summary: fmt.Sprintf("A different %s has this name now", t.Kind),
			Detail: fmt.Sprintf("The %s %s is not the one that this run of crossgrant made (%s, run %s): it is %s, made by %s. It is left alone.",
				t.Kind, problem.Clean(t.Name), problem.Clean(id), problem.Clean(run), problem.Clean(there.ID), madeBy(there.Run)),
			Fixes: []string{fmt.Sprintf("Look at the %s in the account %s and delete it there if it is not needed.", t.Kind, policy.Dashed(t.Account))},
		})
	}
	var receipt Receipt
	err = s.send(ctx, request{
		waitFor: fmt.Sprintf("IAM to delete the %s %s", t.Kind, t.Name),
		// Another of the name may have been made since.
		moves: true,
		settle: func(ctx context.Context) (bool, error) {
			live, err := s.Principal(ctx, t)
			return live == nil || live.ID != id, err
		},
		// What was deleted a moment ago can still count.
		patient: func(err error) bool {
			if !problem.Is(err, "DeleteConflict") {
				return false
			}
			b, lookErr := s.Subordinates(ctx, t, nil)
			return lookErr == nil && len(b.Keys)+len(b.Inline)+len(b.Other) == 0
		},
		call: func(ctx context.Context) error {
			answer, err := call(ctx)
			if problem.Is(err, "NoSuchEntity") {
				return nil
			}
			if err == nil {
				receipt.RequestID = requestID(answer)
			}
			return err
		},
	})
	receipt.UserID, receipt.UserARN = there.ID, there.ARN
	return receipt, err
}

func madeBy(run string) string {
	if run == "" {
		return "someone else"
	}
	return "the run " + problem.Clean(run)
}
