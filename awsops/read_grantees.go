package awsops

import (
	"context"
	"slices"
	"time"

	"crossgrant/awsops/policy"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// Grantee is a user or a role of an account, with the policies that it has inline:
// what a grant to the whole account may be passed on to.
type Grantee struct {
	User
	Inline   []policy.Named
	Managed  []policy.Named // the account's own that are attached, by their ARNs
	Unread   []string       // names of inline policies that could not be parsed
	groups   []string
	profiles []types.InstanceProfile
	attached []types.AttachedPolicy
}

// names are those of its inline policies.
func (g Grantee) names() []string {
	names := slices.Clone(g.Unread)
	for _, p := range g.Inline {
		names = append(names, p.Name)
	}
	return names
}

// others are its groups or instance profiles, and its managed policies.
func (g Grantee) others() []Other {
	var found []Other
	for _, name := range g.groups {
		found = append(found, inGroup(g.Name, name))
	}
	for _, p := range g.profiles {
		found = append(found, inProfile(g.Name, aws.ToString(p.InstanceProfileName)))
	}
	return append(found, allAttached(g.Target(), g.attached)...)
}

// Grantees reads all users and roles of the account with their inline policies, in
// one call a page: GetAccountAuthorizationDetails, and with what the account's own managed
// policies give them. What AWS's give, and their groups, it does not read.
func (s *Session) Grantees(ctx context.Context) ([]Grantee, error) {
	var all []Grantee
	managed := map[string]policy.Named{}
	pages := iam.NewGetAccountAuthorizationDetailsPaginator(s.iam, &iam.GetAccountAuthorizationDetailsInput{
		Filter: []types.EntityType{types.EntityTypeUser, types.EntityTypeRole, types.EntityTypeLocalManagedPolicy}, MaxItems: aws.Int32(1000),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, s.ifServed)
		if err != nil {
			return nil, s.problem(err, "read the users of the account and their policies")
		}
		for _, u := range page.UserDetailList {
			g := Grantee{groups: u.GroupList, attached: u.AttachedManagedPolicies}
			g.User = userOf(types.User{UserName: u.UserName, Arn: u.Arn, UserId: u.UserId, CreateDate: u.CreateDate, Tags: u.Tags, PermissionsBoundary: u.PermissionsBoundary})
			all = append(all, g.with(u.UserPolicyList))
		}
		for _, r := range page.RoleDetailList {
			g := Grantee{profiles: r.InstanceProfileList, attached: r.AttachedManagedPolicies}
			g.User = userOfRole(types.Role{RoleName: r.RoleName, Arn: r.Arn, RoleId: r.RoleId, CreateDate: r.CreateDate, Tags: r.Tags, PermissionsBoundary: r.PermissionsBoundary, AssumeRolePolicyDocument: r.AssumeRolePolicyDocument})
			all = append(all, g.with(r.RolePolicyList))
		}
		for _, p := range page.Policies {
			for _, v := range p.PolicyVersionList {
				if d, err := fromIAM(aws.ToString(v.Document)); err == nil && v.IsDefaultVersion {
					managed[aws.ToString(p.Arn)] = policy.Named{Name: aws.ToString(p.Arn), Document: d}
				}
			}
		}
	}
	for i, g := range all {
		for _, a := range g.attached {
			if p, own := managed[aws.ToString(a.PolicyArn)]; own {
				all[i].Managed = append(all[i].Managed, p)
			}
		}
	}
	return all, nil
}

func (g Grantee) with(inline []types.PolicyDetail) Grantee {
	for _, p := range inline {
		d, err := fromIAM(aws.ToString(p.PolicyDocument))
		if err != nil {
			g.Unread = append(g.Unread, aws.ToString(p.PolicyName))
			continue
		}
		g.Inline = append(g.Inline, policy.Named{Name: aws.ToString(p.PolicyName), Document: d})
	}
	return g
}

// KeyLastUsed is when AWS saw a key used last, the zero time for never.
func (s *Session) KeyLastUsed(ctx context.Context, id string) (time.Time, error) {
	out, err := s.iam.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
	if err != nil {
		return time.Time{}, s.problem(err, "ask when the key "+id+" was used last")
	}
	if out.AccessKeyLastUsed == nil {
		return time.Time{}, nil
	}
	return aws.ToTime(out.AccessKeyLastUsed.LastUsedDate), nil
}
