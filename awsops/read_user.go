package awsops

// What a user is: itself, its policies, its keys.

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// User is an IAM user as it is now.
type User struct {
	Name, ARN, ID string
	Run           string // of the run that made it, by its tags; "" when crossgrant did not
	Boundary      string // ARN of the permissions boundary, "" for none
	Created       time.Time
	Tags          []string // names of tags that crossgrant does not give
}

// User reads one user, nil when there is none of that name.
func (s *Session) User(ctx context.Context, name string) (*User, error) {
	out, err := s.iam.GetUser(ctx, &iam.GetUserInput{UserName: &name})
	if problem.Is(err, "NoSuchEntity") {
		return nil, nil
	}
	if err != nil {
		return nil, s.problem(err, "look up the user "+name)
	}
	user := userOf(*out.User)
	return &user, nil
}

func userOf(u types.User) User {
	user := User{Name: aws.ToString(u.UserName), ARN: aws.ToString(u.Arn), ID: aws.ToString(u.UserId), Created: aws.ToTime(u.CreateDate)}
	user.Run, user.Tags = runOf(u.Tags)
	if u.PermissionsBoundary != nil {
		user.Boundary = aws.ToString(u.PermissionsBoundary.PermissionsBoundaryArn)
	}
	return user
}

// runOf reads a user's tags: both must be there. others are the names of those that
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

// TaggedUsers lists the users that crossgrant made in the run, or in any run for
// "", by their tags: what is there to clean up when no journal is.
func (s *Session) TaggedUsers(ctx context.Context, run string) ([]User, error) {
	users, err := s.Users(ctx)
	if err != nil {
		return nil, err
	}
	err = sideBySide(len(users), func(i int) error {
		out, err := s.iam.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: &users[i].Name})
		if err == nil {
			users[i].Run, users[i].Tags = runOf(out.Tags)
		} else if !problem.Is(err, "NoSuchEntity") { // deleted since it was listed
			return s.problem(err, "read the tags of the user "+users[i].Name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var ours []User
	for _, u := range users {
		if u.Run != "" && (run == "" || run == u.Run) {
			ours = append(ours, u)
		}
	}
	return ours, nil
}

// UserPolicy reads one inline policy, nil when there is none of that name.
func (s *Session) UserPolicy(ctx context.Context, user, name string) (*policy.Document, error) {
	doing := "read the policy " + name + " of the user " + user
	out, err := s.iam.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: &user, PolicyName: &name})
	if problem.Is(err, "NoSuchEntity") {
		return nil, nil
	}
	if err != nil {
		return nil, s.problem(err, doing)
	}
	d, err := fromIAM(aws.ToString(out.PolicyDocument))
	if err != nil {
		return nil, s.problem(err, doing)
	}
	return &d, nil
}

// fromIAM reads a document as IAM returns it, URL-encoded.
func fromIAM(text string) (policy.Document, error) {
	decoded, err := url.PathUnescape(text)
	if err != nil {
		return policy.Document{}, fmt.Errorf("decode the policy: %w", err)
	}
	return policy.Parse([]byte(decoded))
}

// UserPolicies reads all of a user's inline policies, side by side.
func (s *Session) UserPolicies(ctx context.Context, user string) ([]policy.Named, error) {
	names, err := s.inlineNames(ctx, user)
	if err != nil {
		return nil, s.problem(err, "list the policies of the user "+user)
	}
	found := make([]*policy.Document, len(names))
	err = sideBySide(len(names), func(i int) (err error) {
		found[i], err = s.UserPolicy(ctx, user, names[i])
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

func (s *Session) inlineNames(ctx context.Context, user string) (names []string, err error) {
	for pages := iam.NewListUserPoliciesPaginator(s.iam, &iam.ListUserPoliciesInput{UserName: &user}); pages.HasMorePages(); {
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
