package awsops

// A managed policy of the account, for what a user or a role has no room for inline, and
// giving it to them.

import (
	"cmp"
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

// Operations on managed policies. A policy is known by its ID; "": by the tag of the Run, as
// long as no answer has told the ID.
type (
	// SetManagedPolicy does with a managed policy what SetUserPolicy does with an inline one.
	// Of its versions only the one in effect is kept.
	SetManagedPolicy struct {
		ARN    string           `json:"arn"`
		ID     string           `json:"id,omitempty"` // ANPA...
		Run    string           `json:"run"`
		Before *policy.Document `json:"before"`
		After  *policy.Document `json:"after"`
	}
	// AttachPolicy gives a managed policy to a user, or to a role where User is "".
	AttachPolicy struct {
		User string `json:"user,omitempty"`
		Role string `json:"role,omitempty"`
		ARN  string `json:"arn"`
		ID   string `json:"id,omitempty"`
		Run  string `json:"run"`
	}
	// DetachPolicy takes it away from them.
	DetachPolicy struct {
		User string `json:"user,omitempty"`
		Role string `json:"role,omitempty"`
		ARN  string `json:"arn"`
		ID   string `json:"id,omitempty"`
		Run  string `json:"run"`
	}
)

func (SetManagedPolicy) Kind() string { return "set-managed-policy" }
func (AttachPolicy) Kind() string     { return "attach-policy" }
func (DetachPolicy) Kind() string     { return "detach-policy" }

// ManagedPolicyIn is a managed policy of an account.
func ManagedPolicyIn(account, name string) Target {
	return Target{Account: account, Kind: KindManagedPolicy, Name: name}
}

func (op SetManagedPolicy) Target() Target {
	return ManagedPolicyIn(policy.AccountOf(op.ARN), nameIn(op.ARN))
}

func (op AttachPolicy) Target() Target {
	t := Target{Account: policy.AccountOf(op.ARN), Kind: KindUserAttachment, Name: op.User, ID: op.ARN}
	if op.Role != "" {
		t.Kind, t.Name = KindRoleAttachment, op.Role
	}
	return t
}

func (op DetachPolicy) Target() Target { return AttachPolicy(op).Target() }

func (op SetManagedPolicy) Describe() Description {
	d := Description{Target: op.Target(), Changes: true, Before: op.Before, After: op.After}
	d.Resource = fmt.Sprintf("the managed policy %s in %s", d.Target.Name, policy.Dashed(d.Target.Account))
	d.Summary = policyChange(op.Before, op.After, d.Resource)
	switch {
	case op.After == nil:
		d.Command = []string{"iam", "delete-policy", "--policy-arn", op.ARN}
	case op.Before == nil:
		d.Command = slices.Concat([]string{"iam", "create-policy", "--policy-name", d.Target.Name, "--policy-document", op.After.Compact()}, tagFlags(op.Run))
	default:
		d.Command = []string{"iam", "create-policy-version", "--policy-arn", op.ARN, "--policy-document", op.After.Compact(), "--set-as-default"}
	}
	return d
}

func (op AttachPolicy) Describe() Description { return op.describe("Attach", "to") }
func (op DetachPolicy) Describe() Description { return AttachPolicy(op).describe("Detach", "from") }

func (op AttachPolicy) describe(verb, preposition string) Description {
	t := op.Target()
	of := t.Principal()
	kind := string(of.Kind)
	what := fmt.Sprintf("the managed policy %s %s the %s", nameIn(op.ARN), preposition, of.words())
	return Description{
		Summary: verb + " " + what, Target: t, Resource: fmt.Sprintf("the managed policy %s of the %s", nameIn(op.ARN), of.words()), Changes: true,
		Command: []string{"iam", uncapital(verb) + "-" + kind + "-policy", "--" + kind + "-name", of.Name, "--policy-arn", op.ARN},
	}
}

// Inverse swaps the two documents.
func (op SetManagedPolicy) Inverse(r Receipt) (Operation, bool) {
	op.Before, op.After = op.After, op.Before
	op.ID = cmp.Or(r.PolicyID, op.ID)
	return op, !r.Already
}

func (op AttachPolicy) Inverse(r Receipt) (Operation, bool) {
	op.ID = cmp.Or(r.PolicyID, op.ID)
	return DetachPolicy(op), !r.Already
}

func (DetachPolicy) Inverse(Receipt) (Operation, bool) { return nil, false }

// A ManagedPolicy is one of the account's own as it is now, with the document in effect.
type ManagedPolicy struct {
	ARN, ID, Run string
	policy.Document
	version string
}

// ManagedPolicy reads a managed policy, nil when there is none.
func (s *Session) ManagedPolicy(ctx context.Context, arn string) (*ManagedPolicy, error) {
	doing := "read the managed policy " + nameIn(arn)
	out, err := s.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if problem.Is(err, "NoSuchEntity") {
		return nil, nil
	}
	if err != nil {
		return nil, s.problem(err, doing)
	}
	p := &ManagedPolicy{ARN: arn, ID: aws.ToString(out.Policy.PolicyId), version: aws.ToString(out.Policy.DefaultVersionId)}
	p.Run, _ = runOf(out.Policy.Tags)
	version, err := s.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: &p.version})
	if err == nil {
		p.Document, err = fromIAM(aws.ToString(version.PolicyVersion.Document))
	}
	if err != nil {
		return nil, s.problem(err, doing)
	}
	return p, nil
}

// Attached are the ARNs of the managed policies of a user or a role.
func (s *Session) Attached(ctx context.Context, of Target) (arns []string, err error) {
	all, err := s.attachedTo(ctx, of)
	if err != nil {
		return nil, s.problem(err, fmt.Sprintf("list the managed policies of the %s %s", of.Kind, of.Name))
	}
	for _, p := range all {
		arns = append(arns, aws.ToString(p.PolicyArn))
	}
	return arns, nil
}

// ours reads a managed policy, which has to be the one of this ID, or of this run.
func (s *Session) ours(ctx context.Context, arn, id, run string) (*ManagedPolicy, error) {
	p, err := s.ManagedPolicy(ctx, arn)
	if err != nil || p == nil || p.ID == id || id == "" && run != "" && p.Run == run {
		return p, err
	}
	return nil, &problem.Error{
		Summary: "A different managed policy has this name",
		Detail: fmt.Sprintf("The account %s has a managed policy %s that this run of crossgrant did not create. It is left as it is.",
			policy.Dashed(policy.AccountOf(arn)), problem.Clean(nameIn(arn))),
		Fixes: []string{"If nobody needs it, delete it there, then try again."},
	}
}

func (op SetManagedPolicy) perform(ctx context.Context, s *Session) (Receipt, error) {
	id := op.ID
	receipt, err := s.setDocument(ctx, op.Target().Account, op.Describe(), document{
		read: func(ctx context.Context) (*policy.Document, error) {
			p, err := s.ours(ctx, op.ARN, op.ID, op.Run)
			if err != nil || p == nil {
				return nil, err
			}
			id = p.ID
			return &p.Document, nil
		},
		put: func(ctx context.Context, text string) (middleware.Metadata, error) {
			if op.Before == nil {
				name := op.Target().Name
				out, err := s.iam.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: &name, PolicyDocument: &text, Tags: tags(op.Run)}, onceIAM)
				if err != nil {
					return middleware.Metadata{}, err
				}
				id = aws.ToString(out.Policy.PolicyId)
				return out.ResultMetadata, nil
			}
			out, err := s.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: &op.ARN, PolicyDocument: &text, SetAsDefault: true}, onceIAM)
			if err != nil {
				return middleware.Metadata{}, err
			}
			return out.ResultMetadata, s.pruneVersions(ctx, op.ARN)
		},
		remove: func(ctx context.Context) (middleware.Metadata, error) {
			if err := s.pruneVersions(ctx, op.ARN); err != nil {
				return middleware.Metadata{}, err
			}
			out, err := s.iam.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: &op.ARN}, onceIAM)
			if err != nil {
				return middleware.Metadata{}, err
			}
			return out.ResultMetadata, nil
		},
		gone:    []string{"NoSuchEntity"},
		waitFor: "IAM to know the managed policy " + op.Target().Name,
		// What was created or detached a moment ago may still be thought to be as it was.
		patient: func(err error) bool {
			return op.Before != nil && op.After != nil && problem.Is(err, "NoSuchEntity") || op.After == nil && problem.Is(err, "DeleteConflict")
		},
	})
	receipt.PolicyID = id
	return receipt, err
}

// pruneVersions deletes the versions of a policy that are not in effect: IAM keeps five at
// most, and deletes no policy that has another one. Source: Versioning IAM policies.
func (s *Session) pruneVersions(ctx context.Context, arn string) error {
	out, err := s.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: &arn})
	if err != nil {
		return err
	}
	for _, v := range out.Versions {
		if v.IsDefaultVersion {
			continue
		}
		if _, err := s.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: &arn, VersionId: v.VersionId}); err != nil && !problem.Is(err, "NoSuchEntity") {
			return err
		}
	}
	return nil
}

func (op AttachPolicy) perform(ctx context.Context, s *Session) (Receipt, error) {
	return s.setAttached(ctx, op, true, func(ctx context.Context) (middleware.Metadata, error) {
		if op.Role != "" {
			out, err := s.iam.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: &op.Role, PolicyArn: &op.ARN}, onceIAM)
			if err != nil {
				return middleware.Metadata{}, err
			}
			return out.ResultMetadata, nil
		}
		out, err := s.iam.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &op.User, PolicyArn: &op.ARN}, onceIAM)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	})
}

func (op DetachPolicy) perform(ctx context.Context, s *Session) (Receipt, error) {
	return s.setAttached(ctx, AttachPolicy(op), false, func(ctx context.Context) (middleware.Metadata, error) {
		if op.Role != "" {
			out, err := s.iam.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: &op.Role, PolicyArn: &op.ARN}, onceIAM)
			if err != nil {
				return middleware.Metadata{}, err
			}
			return out.ResultMetadata, nil
		}
		out, err := s.iam.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: &op.User, PolicyArn: &op.ARN}, onceIAM)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return out.ResultMetadata, nil
	})
}

// setAttached attaches or detaches a policy that is the run's, where it is not so already.
func (s *Session) setAttached(ctx context.Context, op AttachPolicy, want bool, call func(context.Context) (middleware.Metadata, error)) (Receipt, error) {
	of := op.Target().Principal()
	if err := s.mustBe(ctx, of.Account); err != nil {
		return Receipt{}, problem.Unsent(err)
	}
	var receipt Receipt
	settled := func(ctx context.Context) (bool, error) {
		there, err := s.attachedTo(ctx, of)
		if !want && problem.Is(err, "NoSuchEntity") {
			return true, nil
		}
		is := slices.ContainsFunc(there, func(p types.AttachedPolicy) bool { return aws.ToString(p.PolicyArn) == op.ARN })
		if err != nil || is == want {
			return err == nil, err
		}
		p, err := s.ours(ctx, op.ARN, op.ID, op.Run)
		if err == nil && p != nil {
			receipt.PolicyID = p.ID
		}
		return false, err
	}
	done, err := settled(ctx)
	if err != nil && !(want && problem.Is(err, "NoSuchEntity")) { // of a user a moment old
		return Receipt{}, problem.Unsent(err)
	}
	if done {
		return Receipt{Already: true}, nil
	}
	err = s.send(ctx, request{
		waitFor: fmt.Sprintf("IAM to know the %s %s and its policy", of.Kind, of.Name),
		patient: func(err error) bool { return want && problem.Is(err, "NoSuchEntity") },
		moves:   !want,
		settle: func(ctx context.Context) (bool, error) {
			done, err := settled(ctx)
			if want && problem.Is(err, "NoSuchEntity") {
				return false, nil
			}
			return done, err
		},
		call: func(ctx context.Context) error {
			answer, err := call(ctx)
			if !want && problem.Is(err, "NoSuchEntity") {
				return nil
			}
			if err == nil {
				receipt.RequestID = requestID(answer)
			}
			return err
		},
	})
	return receipt, err
}
