package awsops

// Setting the policy of a bucket, of a user or of a role, and only over what was shown.

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
)

func (SetBucketPolicy) Kind() string { return "set-bucket-policy" }
func (SetUserPolicy) Kind() string   { return "set-user-policy" }
func (SetRolePolicy) Kind() string   { return "set-role-policy" }
func (SetRoleTrust) Kind() string    { return "set-role-trust" }

func (op SetBucketPolicy) Target() Target {
	return Target{Account: op.Owner, Kind: KindBucketPolicy, Name: op.Bucket}
}

func (op SetBucketPolicy) Describe() Description {
	d := Description{
		Target:   op.Target(),
		Resource: "the policy of the bucket " + op.Bucket,
		Changes:  true, Before: op.Before, After: op.After,
	}
	d.Summary = policyChange(op.Before, op.After, d.Resource)
	if op.After == nil {
		d.Summary += ", so that it has none"
		d.Command = []string{"s3api", "delete-bucket-policy", "--bucket", op.Bucket}
	} else {
		d.Command = []string{"s3api", "put-bucket-policy", "--bucket", op.Bucket, "--policy", op.After.Compact()}
	}
	d.Command = append(d.Command, "--expected-bucket-owner", op.Owner)
	return d
}

// inline is an inline policy of a user or a role, and what it is to become.
type inline struct {
	of            Target
	name          string
	before, after *policy.Document
}

func (op SetUserPolicy) inline() inline {
	return inline{UserIn(op.Account, op.User), op.Name, op.Before, op.After}
}

func (op SetRolePolicy) inline() inline {
	return inline{RoleIn(op.Account, op.Role), op.Name, op.Before, op.After}
}

// SetInlinePolicy is the operation for an inline policy of a user or a role.
func SetInlinePolicy(of Target, name string, before, after *policy.Document) Operation {
	if of.Kind == KindRole {
		return SetRolePolicy{Account: of.Account, Role: of.Name, Name: name, Before: before, After: after}
	}
	return SetUserPolicy{Account: of.Account, User: of.Name, Name: name, Before: before, After: after}
}

func (op SetUserPolicy) Target() Target { return op.inline().of.InlinePolicy(op.Name) }
func (op SetRolePolicy) Target() Target { return op.inline().of.InlinePolicy(op.Name) }

func (op SetUserPolicy) Describe() Description { return op.inline().describe() }
func (op SetRolePolicy) Describe() Description { return op.inline().describe() }

func (i inline) describe() Description {
	d := Description{
		Target:   i.of.InlinePolicy(i.name),
		Resource: fmt.Sprintf("the inline policy %s of the %s", i.name, i.of.words()),
		Changes:  true, Before: i.before, After: i.after,
	}
	d.Summary = policyChange(i.before, i.after, d.Resource)
	verb := "put"
	if i.after == nil {
		verb = "delete"
	}
	kind := string(i.of.Kind)
	d.Command = []string{"iam", verb + "-" + kind + "-policy", "--" + kind + "-name", i.of.Name, "--policy-name", i.name}
	if i.after != nil {
		d.Command = append(d.Command, "--policy-document", i.after.Compact())
	}
	return d
}

func (op SetRoleTrust) Target() Target {
	return Target{Account: op.Account, Kind: KindRoleTrust, Name: op.Role}
}

func (op SetRoleTrust) Describe() Description {
	resource := "the trust policy of the " + RoleIn(op.Account, op.Role).words()
	return Description{
		Summary: "Change " + resource, Target: op.Target(), Resource: resource, Changes: true, Before: &op.Before, After: &op.After,
		Command: []string{"iam", "update-assume-role-policy", "--role-name", op.Role, "--policy-document", op.After.Compact()},
	}
}

func (SetRoleTrust) Inverse(Receipt) (Operation, bool) { return nil, false }

func (op SetRoleTrust) perform(ctx context.Context, s *Session) (Receipt, error) {
	return s.setDocument(ctx, op.Account, op.Describe(), document{
		read: func(ctx context.Context) (*policy.Document, error) {
			role, err := s.Principal(ctx, RoleIn(op.Account, op.Role))
			if err != nil || role == nil {
				return nil, err
			}
			return role.Trust, nil
		},
		put: func(ctx context.Context, text string) (middleware.Metadata, error) {
			out, err := s.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: &op.Role, PolicyDocument: &text}, onceIAM)
			if err != nil {
				return middleware.Metadata{}, err
			}
			return out.ResultMetadata, nil
		},
		waitFor: "IAM to know the role " + op.Role,
	})
}

// Inverse swaps the two documents.
func (op SetBucketPolicy) Inverse(r Receipt) (Operation, bool) {
	op.Before, op.After = op.After, op.Before
	return op, !r.Already
}

// Inverse swaps the two documents.
func (op SetUserPolicy) Inverse(r Receipt) (Operation, bool) {
	op.Before, op.After = op.After, op.Before
	return op, !r.Already
}

// Inverse swaps the two documents.
func (op SetRolePolicy) Inverse(r Receipt) (Operation, bool) {
	op.Before, op.After = op.After, op.Before
	return op, !r.Already
}

func (op SetBucketPolicy) perform(ctx context.Context, s *Session) (Receipt, error) {
	return s.setDocument(ctx, op.Owner, op.Describe(), document{
		read: func(ctx context.Context) (*policy.Document, error) { return s.BucketPolicy(ctx, op.Bucket, op.Owner) },
		put: func(ctx context.Context, text string) (middleware.Metadata, error) {
			out, err := s.s3.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{
				Bucket: &op.Bucket, Policy: &text, ExpectedBucketOwner: &op.Owner,
			}, onceS3)
			if err != nil {
				return middleware.Metadata{}, err
			}
			return out.ResultMetadata, nil
		},
		remove: func(ctx context.Context) (middleware.Metadata, error) {
			out, err := s.s3.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: &op.Bucket, ExpectedBucketOwner: &op.Owner}, onceS3)
			if err != nil {
				return middleware.Metadata{}, err
			}
			return out.ResultMetadata, nil
		},
		gone:    []string{"NoSuchBucketPolicy", "NoSuchBucket"},
		waitFor: "S3 to know the user that the policy of " + op.Bucket + " names",
		patient: func(err error) bool { return isInvalidPrincipal(err) && op.namesNewPrincipal() },
	})
}

func (op SetUserPolicy) perform(ctx context.Context, s *Session) (Receipt, error) {
	return s.setInline(ctx, op.inline(), func(ctx context.Context, text string) (middleware.Metadata, error) {
		out, err := s.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &op.User, PolicyName: &op.Name, PolicyDocument: &text}, onceIAM)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}, func(ctx context.Context) (middleware.Metadata, error) {
		out, err := s.iam.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: &op.User, PolicyName: &op.Name}, onceIAM)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	})
}

func (op SetRolePolicy) perform(ctx context.Context, s *Session) (Receipt, error) {
	return s.setInline(ctx, op.inline(), func(ctx context.Context, text string) (middleware.Metadata, error) {
		out, err := s.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &op.Role, PolicyName: &op.Name, PolicyDocument: &text}, onceIAM)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	}, func(ctx context.Context) (middleware.Metadata, error) {
		out, err := s.iam.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &op.Role, PolicyName: &op.Name}, onceIAM)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	})
}

func (s *Session) setInline(ctx context.Context, i inline, put func(context.Context, string) (middleware.Metadata, error), remove func(context.Context) (middleware.Metadata, error)) (Receipt, error) {
	return s.setDocument(ctx, i.of.Account, i.describe(), document{
		read: func(ctx context.Context) (*policy.Document, error) { return s.InlinePolicy(ctx, i.of, i.name) },
		put:  put, remove: remove,
		gone:    []string{"NoSuchEntity"},
		waitFor: fmt.Sprintf("IAM to know the %s %s", i.of.Kind, i.of.Name),
		patient: func(err error) bool { return i.after != nil && problem.Is(err, "NoSuchEntity") },
	})
}

// A document is a policy where it is kept.
type document struct {
	read    func(context.Context) (*policy.Document, error)
	put     func(context.Context, string) (middleware.Metadata, error)
	remove  func(context.Context) (middleware.Metadata, error)
	gone    []string         // codes by which AWS says that there is none to remove
	patient func(error) bool // refusals that AWS's delay explains
	waitFor string
}

// setDocument replaces a document: only where it still means what was shown, since
// neither S3 nor IAM can compare and swap.
func (s *Session) setDocument(ctx context.Context, account string, d Description, doc document) (Receipt, error) {
	if err := s.mustBe(ctx, account); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	live, err := doc.read(ctx)
	if d.After == nil && problem.Is(err, doc.gone...) {
		live, err = nil, nil
	}
	switch {
	case err != nil:
		return Receipt{}, problem.Unsent(err)
	case policy.Same(live, d.After):
		return Receipt{Already: true}, nil
	case !policy.Same(live, d.Before):
		return Receipt{}, problem.Unsent(&problem.Stale{Resource: d.Resource, Live: live})
	}
	var receipt Receipt
	err = s.send(ctx, request{
		waitFor: doc.waitFor,
		patient: doc.patient,
		// Somebody else may have written since: theirs would be written over.
		moves: true,
		settle: func(ctx context.Context) (bool, error) {
			live, err := doc.read(ctx)
			if d.After == nil && problem.Is(err, doc.gone...) {
				live, err = nil, nil
			}
			if err == nil && !policy.Same(live, d.After) && !policy.Same(live, d.Before) {
				err = &problem.Stale{Resource: d.Resource, Live: live}
			}
			return policy.Same(live, d.After), err
		},
		call: func(ctx context.Context) error {
			var (
				answer middleware.Metadata
				err    error
			)
			if d.After != nil {
				answer, err = doc.put(ctx, d.After.Compact())
			} else if answer, err = doc.remove(ctx); problem.Is(err, doc.gone...) {
				err = nil
			}
			receipt.RequestID = requestID(answer)
			return err
		},
	})
	return receipt, err
}

func isInvalidPrincipal(err error) bool {
	return problem.Is(err, "MalformedPolicy") && strings.Contains(strings.ToLower(err.Error()), "invalid principal")
}

var (
	userOrRole = regexp.MustCompile(`^arn:[a-z-]+:iam::\d{12}:(user|role)/`)
	deletedID  = regexp.MustCompile(`^A[A-Z0-9]{15,}$`)
)

// namesNewPrincipal tells whether time may make AWS accept the document: it
// names someone that Before did not, and no one who is deleted.
func (op SetBucketPolicy) namesNewPrincipal() bool {
	after, before := principals(op.After), principals(op.Before)
	return !slices.ContainsFunc(after, deletedID.MatchString) &&
		slices.ContainsFunc(after, func(p string) bool { return userOrRole.MatchString(p) && !slices.Contains(before, p) })
}

func principals(d *policy.Document) []string {
	if d == nil {
		return nil
	}
	var all []string
	for _, s := range d.Statements {
		for _, p := range []*policy.Principal{s.Principal, s.NotPrincipal} {
			if p != nil {
				all = append(all, p.AWS.Values...)
			}
		}
	}
	return all
}
