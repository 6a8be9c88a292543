package awsops

// May an administrator do what a run will ask of AWS: the calls of each operation, and what
// IAM's policy simulator says of them.

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"crossgrant/awsops/policy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// needs are the actions that whoever does an operation must be allowed, by its kind: those
// without which it fails. Sources: Actions, resources, and condition keys for Amazon S3, and
// for AWS Identity and Access Management.
var needs = map[string][]string{
	SetBucketPolicy{}.Kind():  {"s3:GetBucketPolicy", "s3:PutBucketPolicy"},
	SetUserPolicy{}.Kind():    {"iam:GetUserPolicy", "iam:PutUserPolicy"},
	SetRolePolicy{}.Kind():    {"iam:GetRolePolicy", "iam:PutRolePolicy"},
	SetManagedPolicy{}.Kind(): {"iam:GetPolicy", "iam:CreatePolicy", "iam:TagPolicy"},
	AttachPolicy{}.Kind():     {"iam:AttachUserPolicy", "iam:ListAttachedUserPolicies"},
	DetachPolicy{}.Kind():     {"iam:DetachUserPolicy", "iam:ListAttachedUserPolicies"},
	SetRoleTrust{}.Kind():     {"iam:GetRole", "iam:UpdateAssumeRolePolicy"},
	CreateUser{}.Kind():       {"iam:CreateUser", "iam:TagUser"},
	DeleteUser{}.Kind():       {"iam:GetUser", "iam:DeleteUser"},
	CreateRole{}.Kind():       {"iam:CreateRole", "iam:TagRole"},
	DeleteRole{}.Kind():       {"iam:GetRole", "iam:DeleteRole"},
	CreateAccessKey{}.Kind():  {"iam:CreateAccessKey"},
	DeleteAccessKey{}.Kind():  {"iam:DeleteAccessKey"},
	PutObject{}.Kind():        {"s3:PutObject"},
	GetObject{}.Kind():        {"s3:GetObject"},
	DeleteObject{}.Kind():     {"s3:DeleteObject"},
	CreateBucket{}.Kind():     {"s3:CreateBucket", "s3:PutBucketOwnershipControls"},
	DeleteBucket{}.Kind():     {"s3:DeleteBucket"},
	RemoveKeyFile{}.Kind():    nil, // done on this computer
}

// needsToRemove are those of the kinds that can remove what they are about, where they do.
var needsToRemove = map[string][]string{
	SetBucketPolicy{}.Kind():  {"s3:GetBucketPolicy", "s3:DeleteBucketPolicy"},
	SetUserPolicy{}.Kind():    {"iam:GetUserPolicy", "iam:DeleteUserPolicy"},
	SetRolePolicy{}.Kind():    {"iam:GetRolePolicy", "iam:DeleteRolePolicy"},
	SetManagedPolicy{}.Kind(): {"iam:GetPolicy", "iam:ListPolicyVersions", "iam:DeletePolicy"},
	DeleteObject{}.Kind():     {"s3:DeleteObjectVersion"},
}

// needsOfRole are those of the kinds that are about a user or a role, where it is a role.
var needsOfRole = map[string][]string{
	AttachPolicy{}.Kind(): {"iam:AttachRolePolicy", "iam:ListAttachedRolePolicies"},
	DetachPolicy{}.Kind(): {"iam:DetachRolePolicy", "iam:ListAttachedRolePolicies"},
}

// Needs are the actions that whoever does an operation must be allowed.
func Needs(op Operation) []string {
	if file, ok := op.(DeleteObject); ok && file.VersionID != "" {
		return needsToRemove[op.Kind()]
	}
	if of := needsOfRole[op.Kind()]; of != nil && op.Target().Kind == KindRoleAttachment {
		return of
	}
	if d := op.Describe(); d.Before != nil && d.After == nil {
		return needsToRemove[op.Kind()]
	}
	return needs[op.Kind()]
}

// AllNeeds are the actions of all operations, each once.
func AllNeeds() []string {
	var all []string
	for _, table := range []map[string][]string{needs, needsToRemove, needsOfRole} {
		for _, actions := range table {
			all = append(all, actions...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A Permission is an action on a resource, by its ARN.
type Permission struct{ Action, Resource string }

// Simulated is what IAM's simulator says of a permission.
type Simulated struct {
	Allowed      bool
	Denied       bool     // by a Deny; else nothing allows it
	Organisation bool     // a service control policy is what refuses it
	Boundary     bool     // the permissions boundary is
	Missing      []string // condition keys that a policy names and nobody knew
}

// Simulate asks once what the policies of the session's own user say to some permissions,
// those of its groups and its organisation's service control policies among them. known are
// condition keys of the requests. It looks at no policy of a resource, and at no resource
// control policy. The answer has the actions in lower case. Source: SimulatePrincipalPolicy.
func (s *Session) Simulate(ctx context.Context, asked []Permission, known map[string]string) (map[Permission]Simulated, error) {
	id, err := s.Identity(ctx)
	if err != nil {
		return nil, err
	}
	in := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &id.ARN, MaxItems: aws.Int32(1000)}
	for _, p := range asked { // IAM takes each action with each resource
		if !slices.Contains(in.ActionNames, p.Action) {
			in.ActionNames = append(in.ActionNames, p.Action)
		}
		if !slices.Contains(in.ResourceArns, p.Resource) {
			in.ResourceArns = append(in.ResourceArns, p.Resource)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(known)) {
		kind := types.ContextKeyTypeEnumString
		if _, err := strconv.ParseBool(known[key]); err == nil {
			kind = types.ContextKeyTypeEnumBoolean
		}
		in.ContextEntries = append(in.ContextEntries, types.ContextEntry{ContextKeyName: &key, ContextKeyType: kind, ContextKeyValues: []string{known[key]}})
	}
	out, err := s.iam.SimulatePrincipalPolicy(ctx, in, s.ifServed)
	if err != nil {
		return nil, s.problem(err, "ask IAM's policy simulator")
	}
	return simulated(out.EvaluationResults), nil
}

// simulated is what the simulator's answer says, by actions in lower case. One result is
// about one resource, or about several.
func simulated(results []types.EvaluationResult) map[Permission]Simulated {
	all := map[Permission]Simulated{}
	for _, r := range results {
		of := Simulated{Missing: r.MissingContextValues}
		of.Organisation = r.OrganizationsDecisionDetail != nil && !r.OrganizationsDecisionDetail.AllowedByOrganizations
		of.Boundary = r.PermissionsBoundaryDecisionDetail != nil && !r.PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary
		for _, one := range r.ResourceSpecificResults {
			is := of
			if d := one.PermissionsBoundaryDecisionDetail; d != nil {
				is.Boundary = !d.AllowedByPermissionsBoundary
			}
			is.Missing = append(slices.Clip(is.Missing), one.MissingContextValues...)
			all[Permission{strings.ToLower(aws.ToString(r.EvalActionName)), aws.ToString(one.EvalResourceName)}] = is.decided(one.EvalResourceDecision)
		}
		if len(r.ResourceSpecificResults) == 0 {
			all[Permission{strings.ToLower(aws.ToString(r.EvalActionName)), aws.ToString(r.EvalResourceName)}] = of.decided(r.EvalDecision)
		}
	}
	return all
}

func (s Simulated) decided(d types.PolicyEvaluationDecisionType) Simulated {
	s.Allowed, s.Denied = d == types.PolicyEvaluationDecisionTypeAllowed, d == types.PolicyEvaluationDecisionTypeExplicitDeny
	return s
}

// CanSimulate tells whether the simulator can be asked about who acts, or why not: it takes
// a user, and knows nothing of what limits one session.
func (s *Session) CanSimulate(id Identity) (why string) {
	switch {
	case policy.IsRoot(id.ARN):
		return "it takes no root user"
	case PrincipalOf(id).Kind == KindRole:
		return "it takes no session of a role"
	case !s.Lasting():
		return "it takes no temporary credentials"
	}
	return ""
}
