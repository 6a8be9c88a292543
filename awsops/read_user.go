package awsops

// What a user or a role is: itself, its policies, its keys.

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// User is an IAM user or role as it is now.
type User struct {
	Kind          Kind // KindUser or KindRole
	Name, ARN, ID string
	Run           string // of the run that made it, by its tags; "" when crossgrant did not
	Boundary      string // ARN of the permissions boundary, "" for none
	Created       time.Time
	Tags          []string         // names of tags that crossgrant does not give
	Trust         *policy.Document // of a role: who may assume it; nil where it could not be parsed
}

// Target is the user or the role itself.
func (u User) Target() Target {
	return Target{Account: policy.AccountOf(u.ARN), Kind: u.Kind, Name: u.Name}
}

// User reads one user, nil when there is none of that name.
func (s *Session) User(ctx context.Context, name string) (*User, error) {
	return s.Principal(ctx, UserIn("", name))
}

// Principal reads one user or role, nil when there is none of that kind and name.
func (s *Session) Principal(ctx context.Context, t Target) (*User, error) {
	var (
		found User
		err   error
	)
	if t.Kind == KindRole {
		var out *iam.GetRoleOutput
		if out, err = s.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: &t.Name}); err == nil {
			found = userOfRole(*out.Role)
		}
	} else {
		var out *iam.GetUserOutput
		if out, err = s.iam.GetUser(ctx, &iam.GetUserInput{UserName: &t.Name}); err == nil {
			found = userOf(*out.User)
		}
	}
	if problem.Is(err, "NoSuchEntity") {
		return nil, nil
	}
	if err != nil {
		return nil, s.problem(err, fmt.Sprintf("look up the %s %s", t.Kind, t.Name))
	}
	return &found, nil
}

func userOf(u types.User) User {
	user := User{Kind: KindUser, Name: aws.ToString(u.UserName), ARN: aws.ToString(u.Arn), ID: aws.ToString(u.UserId), Created: aws.ToTime(u.CreateDate)}
	user.Run, user.Tags = runOf(u.Tags)
	user.Boundary = boundary(u.PermissionsBoundary)
	return user
}

func userOfRole(r types.Role) User {
	role := User{Kind: KindRole, Name: aws.ToString(r.RoleName), ARN: aws.ToString(r.Arn), ID: aws.ToString(r.RoleId), Created: aws.ToTime(r.CreateDate)}
	role.Run, role.Tags = runOf(r.Tags)
	role.Boundary = boundary(r.PermissionsBoundary)
	if trust, err := fromIAM(aws.ToString(r.AssumeRolePolicyDocument)); err == nil {
		role.Trust = &trust
	}
	return role
}

// Managed tells of a role that only AWS changes. Sources: Create a service-linked role;
// Referencing permission sets (IAM Identity Center).
func (u User) Managed() bool {
	return u.Kind == KindRole && (strings.Contains(u.ARN, ":role/aws-service-role/") || strings.Contains(u.ARN, ":role/aws-reserved/"))
}

func boundary(b *types.AttachedPermissionsBoundary) string {
	if b == nil {
		return ""
	}
	return aws.ToString(b.PermissionsBoundaryArn)
}

// runOf reads the tags of a user or a role: both must be there. others are the names of those that
// crossgrant does not give.
func runOf(tags []types.Tag) (run string, others []string) {
	made := false
	for _, t := range tags {
		switch aws.ToString(t.Key) {
		case tagMaker:
			made = aws.ToString(t.Value) == maker
		case tagRun:
			run = aws.ToString(t.Value)
		default:
			others = append(others, aws.ToString(t.Key))
		}
	}
	if !made {
		run = ""
	}
	return run, others
}

// Users lists the account's users, without their tags.
func (s *Session) Users(ctx context.Context) ([]User, error) {
	var users []User
	for pages := iam.NewListUsersPaginator(s.iam, &iam.ListUsersInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.problem(err, "list the users of the account")
		}
		for _, u := range page.Users {
			users = append(users, userOf(u))
		}
	}
	return users, nil
}

// Roles lists the account's roles, without their tags and without those that AWS manages.
// An endpoint that does not serve the list has none.
func (s *Session) Roles(ctx context.Context) ([]User, error) {
	var roles []User
	for pages := iam.NewListRolesPaginator(s.iam, &iam.ListRolesInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx, s.ifServed)
		if notServed(err) {
			return nil, nil
		}
		if err != nil {
			return nil, s.problem(err, "list the roles of the account")
		}
		for _, r := range page.Roles {
			if role := userOfRole(r); !role.Managed() {
				roles = append(roles, role)
			}
		}
	}
	return roles, nil
}

// Tagged lists the users and roles that crossgrant made in the run, or in any run for
// "", by their tags: what is there to clean up when no journal is.
func (s *Session) Tagged(ctx context.Context, run string) ([]User, error) {
	users, err := s.Users(ctx)
	if err != nil {
		return nil, err
	}
	roles, err := s.Roles(ctx)
	if err != nil {
		return nil, err
	}
	all := append(users, roles...)
	err = sideBySide(len(all), func(i int) error {
		u := &all[i]
		tags, err := s.tagsOf(ctx, *u)
		if err == nil {
			u.Run, u.Tags = runOf(tags)
		} else if !problem.Is(err, "NoSuchEntity") { // deleted since it was listed
			return s.problem(err, fmt.Sprintf("read the tags of the %s %s", u.Kind, u.Name))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(u User) bool { return u.Run == "" || run != "" && run != u.Run }), nil
}

func (s *Session) tagsOf(ctx context.Context, u User) ([]types.Tag, error) {
	if u.Kind == KindRole {
		out, err := s.iam.ListRoleTags(ctx, &iam.ListRoleTagsInput{RoleName: &u.Name})
		if err != nil {
			return nil, err
		}
		return out.Tags, nil
	}
	out, err := s.iam.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: &u.Name})
	if err != nil {
		return nil, err
	}
	return out.Tags, nil
}

// InlinePolicy reads one inline policy of a user or a role, nil when there is none of that
// name.
func (s *Session) InlinePolicy(ctx context.Context, of Target, name string) (*policy.Document, error) {
	doing := fmt.Sprintf("read the policy %s of the %s %s", name, of.Kind, of.Name)
	text, err := s.inlineText(ctx, of, name)
	if problem.Is(err, "NoSuchEntity") {
		return nil, nil
	}
	if err != nil {
		return nil, s.problem(err, doing)
	}
	d, err := fromIAM(text)
	if err != nil {
		return nil, s.problem(err, doing)
	}
	return &d, nil
}

func (s *Session) inlineText(ctx context.Context, of Target, name string) (string, error) {
	if of.Kind == KindRole {
		out, err := s.iam.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &of.Name, PolicyName: &name})
		if err != nil {
			return "", err
		}
		return aws.ToString(out.PolicyDocument), nil
	}
	out, err := s.iam.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: &of.Name, PolicyName: &name})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.PolicyDocument), nil
}

// fromIAM reads a document as IAM returns it, URL-encoded.
func fromIAM(text string) (policy.Document, error) {
	decoded, err := url.PathUnescape(text)
	if err != nil {
		return policy.Document{}, fmt.Errorf("decode the policy: %w", err)
	}
	return policy.Parse([]byte(decoded))
}

// InlinePolicies reads all inline policies of a user or a role, side by side.
func (s *Session) InlinePolicies(ctx context.Context, of Target) ([]policy.Named, error) {
	names, err := s.inlineNames(ctx, of)
	if err != nil {
		return nil, s.problem(err, fmt.Sprintf("list the policies of the %s %s", of.Kind, of.Name))
	}
	found := make([]*policy.Document, len(names))
	err = sideBySide(len(names), func(i int) (err error) {
		found[i], err = s.InlinePolicy(ctx, of, names[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	var all []policy.Named
	for i, d := range found {
		if d != nil {
			all = append(all, policy.Named{Name: names[i], Document: *d})
		}
	}
	return all, nil
}

func (s *Session) inlineNames(ctx context.Context, of Target) (names []string, err error) {
	if of.Kind == KindRole {
		for pages := iam.NewListRolePoliciesPaginator(s.iam, &iam.ListRolePoliciesInput{RoleName: &of.Name}); pages.HasMorePages(); {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			names = append(names, page.PolicyNames...)
		}
		return names, nil
	}
	for pages := iam.NewListUserPoliciesPaginator(s.iam, &iam.ListUserPoliciesInput{UserName: &of.Name}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		names = append(names, page.PolicyNames...)
	}
	return names, nil
}

// AccessKey is a key as IAM lists it.
type AccessKey struct {
	ID      string
	Active  bool
	Created time.Time
}

// AccessKeys lists a user's keys.
func (s *Session) AccessKeys(ctx context.Context, user string) ([]AccessKey, error) {
	var keys []AccessKey
	for pages := iam.NewListAccessKeysPaginator(s.iam, &iam.ListAccessKeysInput{UserName: &user}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, s.problem(err, "list the access keys of the user "+user)
		}
		for _, k := range page.AccessKeyMetadata {
			keys = append(keys, AccessKey{
				ID: aws.ToString(k.AccessKeyId), Active: k.Status == types.StatusTypeActive,
				Created: aws.ToTime(k.CreateDate),
			})
		}
	}
	return keys, nil
}

// sideBySide calls f for 0 to n-1, ten at a time, and returns the first error
// by number.
func sideBySide(n int, f func(int) error) error {
	var (
		group sync.WaitGroup
		turn  = make(chan struct{}, 10)
		errs  = make([]error, n)
	)
	for i := range n {
		turn <- struct{}{}
		group.Go(func() {
			defer func() { <-turn }()
			errs[i] = f(i)
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
