package awsops

// What can be read of both sides of a grant, for finding out why a request is refused.

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// Evidence is what could be read of both sides.
type Evidence struct {
	Refusal
	user      *User // or role, as it is now; nil: not read
	gone      bool
	own       []policy.Named
	boundary  *policy.Document
	bucket    *BucketFacts
	owner     *Session // of the bucket; nil: none
	account   string   // the bucket owner's, "" where it is not known
	encrypted bool     // requests go by https
	unread    []string // what could not be read
	partly    bool     // of the user's own policies not all could be
}

// Gather reads both sides, side by side: identity is of the caller's account, owner of the
// bucket's; either may be nil. What could not be read is noted.
func Gather(ctx context.Context, r Refusal, identity, owner *Session) *Evidence {
	e := &Evidence{Refusal: r, owner: owner, account: r.Owner, encrypted: true}
	for _, s := range []*Session{identity, owner} {
		e.encrypted = e.encrypted && (s == nil || s.Encrypted())
	}
	var userErr, bucketErr error
	_ = sideBySide(2, func(i int) error {
		if i == 0 && identity != nil {
			userErr = e.readUser(ctx, identity)
		}
		if i == 1 && owner != nil {
			bucketErr = e.readBucket(ctx, owner)
		}
		return nil
	})
	if e.user == nil && !e.gone {
		e.unread = append(e.unread, problem.WithPermission(fmt.Sprintf("the %s's own policies", e.User.Kind), userErr))
	}
	if e.bucket == nil {
		e.unread = append(e.unread, problem.WithPermission("the bucket's policy", bucketErr))
		return e
	}
	for _, fact := range slices.Sorted(maps.Keys(e.bucket.Unknown)) {
		if words := mayRefuse[fact]; words != "" {
			e.unread = append(e.unread, problem.WithPermission(words, e.bucket.Unknown[fact]))
		}
	}
	return e
}

// mayRefuse are those of the bucket's settings by which S3 may refuse a request.
var mayRefuse = map[string]string{
	"BlockPublic": "the bucket's Block Public Access", "Encryption": "the bucket's default encryption", "RequesterPays": "whether the bucket is Requester Pays",
	"Key": "the state of the bucket's KMS key", "KeyPolicy": "the policy of the bucket's KMS key",
}

func (e *Evidence) readUser(ctx context.Context, s *Session) error {
	if policy.IsRoot(e.User.ARN) { // which has no policies
		e.user = &e.User
		return nil
	}
	var (
		user                                          *User
		inline, managed, groups                       []policy.Named
		userErr, inlineErr, managedErr, groupErr, err error
		reads                                         sync.WaitGroup
	)
	t := e.User.Target()
	reads.Go(func() {
		if user, userErr = s.Principal(ctx, t); userErr == nil && user != nil && user.Boundary != "" {
			e.boundary, err = s.managedPolicy(ctx, user.Boundary)
		}
	})
	reads.Go(func() { inline, inlineErr = s.InlinePolicies(ctx, t) })
	reads.Go(func() { managed, managedErr = s.attachedPolicies(ctx, t) })
	if e.User.Kind == KindUser {
		reads.Go(func() { groups, groupErr = s.groupPolicies(ctx, t.Name) })
	}
	reads.Wait()
	switch {
	case userErr == nil && user == nil:
		e.gone = true
		return nil
	case userErr != nil || inlineErr != nil:
		return errors.Join(userErr, inlineErr)
	}
	if err != nil {
		e.unread = append(e.unread, problem.WithPermission("the permissions boundary "+user.Boundary, err))
	}
	if managedErr != nil {
		e.unread, e.partly = append(e.unread, problem.WithPermission(fmt.Sprintf("the managed policies of the %s", user.Kind), managedErr)), true
	}
	if groupErr != nil {
		e.unread, e.partly = append(e.unread, problem.WithPermission("the policies of the user's groups", groupErr)), true
	}
	e.user, e.own = user, slices.Concat(inline, managed, groups)
	return nil
}

// readBucket needs no more than the policy; BucketFacts notes what else it could
// not read.
func (e *Evidence) readBucket(ctx context.Context, s *Session) error {
	id, err := s.Identity(ctx)
	if err != nil {
		return err
	}
	facts, err := s.BucketFacts(ctx, e.Bucket, id.Account)
	if err != nil {
		return err
	}
	if facts.Unknown["Encryption"] != nil && e.KMSKey != "" {
		facts.Encryption, facts.KMSKey = "aws:kms", e.KMSKey
		var mu sync.Mutex
		facts.Key = s.In(policy.RegionOfKey(e.KMSKey)).readKey(ctx, e.KMSKey, func(fact string, err error) {
			mu.Lock()
			defer mu.Unlock()
			facts.Unknown[fact] = s.problem(err, "read the key "+e.KMSKey)
		})
	}
	e.bucket, e.account = &facts, id.Account
	return nil
}

func (s *Session) attachedPolicies(ctx context.Context, of Target) ([]policy.Named, error) {
	list, err := s.attachedTo(ctx, of)
	if err != nil {
		return nil, err
	}
	all := make([]policy.Named, len(list))
	err = sideBySide(len(list), func(i int) error {
		d, err := s.managedPolicy(ctx, aws.ToString(list[i].PolicyArn))
		if err == nil {
			all[i] = policy.Named{Name: aws.ToString(list[i].PolicyName), Document: *d}
		}
		return err
	})
	return all, err
}

func (s *Session) managedPolicy(ctx context.Context, arn string) (*policy.Document, error) {
	p, err := s.iam.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: &arn})
	if err != nil {
		return nil, err
	}
	version, err := s.iam.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: &arn, VersionId: p.Policy.DefaultVersionId})
	if err != nil {
		return nil, err
	}
	d, err := fromIAM(aws.ToString(version.PolicyVersion.Document))
	return &d, err
}

// groupPolicies reads the inline and managed policies of all groups that a user is in.
func (s *Session) groupPolicies(ctx context.Context, user string) ([]policy.Named, error) {
	var groups []string
	for pages := iam.NewListGroupsForUserPaginator(s.iam, &iam.ListGroupsForUserInput{UserName: &user}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, g := range page.Groups {
			groups = append(groups, aws.ToString(g.GroupName))
		}
	}
	found := make([][]policy.Named, 2*len(groups))
	err := sideBySide(len(found), func(i int) (err error) {
		read := s.inlineOfGroup
		if i%2 == 1 {
			read = s.attachedToGroup
		}
		found[i], err = read(ctx, groups[i/2])
		return err
	})
	return slices.Concat(found...), err
}

func (s *Session) inlineOfGroup(ctx context.Context, group string) (all []policy.Named, err error) {
	for pages := iam.NewListGroupPoliciesPaginator(s.iam, &iam.ListGroupPoliciesInput{GroupName: &group}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		some := make([]policy.Named, len(page.PolicyNames))
		err = sideBySide(len(some), func(i int) error {
			out, err := s.iam.GetGroupPolicy(ctx, &iam.GetGroupPolicyInput{GroupName: &group, PolicyName: &page.PolicyNames[i]})
			if err != nil {
				return err
			}
			some[i].Name = page.PolicyNames[i] + " of the group " + group
			some[i].Document, err = fromIAM(aws.ToString(out.PolicyDocument))
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (s *Session) attachedToGroup(ctx context.Context, group string) (all []policy.Named, err error) {
	for pages := iam.NewListAttachedGroupPoliciesPaginator(s.iam, &iam.ListAttachedGroupPoliciesInput{GroupName: &group}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range page.AttachedPolicies {
			d, err := s.managedPolicy(ctx, aws.ToString(p.PolicyArn))
			if err != nil {
				return nil, err
			}
			all = append(all, policy.Named{Name: aws.ToString(p.PolicyName) + " of the group " + group, Document: *d})
		}
	}
	return all, nil
}

// Excluded are what was read of both sides, in words, where none of it refuses a request.
func (e *Evidence) Excluded(r Refusal) (all []string) {
	of := e.about(r)
	if v, found := of.conclude(); found && v.Cause != policy.OrganisationOrNetwork {
		return nil
	}
	add := func(format string, values ...any) { all = append(all, fmt.Sprintf(format, values...)) }
	if of.user != nil && !of.partly {
		add("the policies of the %s %s: they allow it, and no Deny in them is about it", of.User.Kind, problem.Clean(of.User.Name))
		if of.boundary != nil {
			add("its permissions boundary, %s, which allows it", problem.Clean(of.user.Boundary))
		} else if of.user.Boundary == "" {
			add("a permissions boundary: it has none")
		}
	}
	if of.bucket == nil {
		return all
	}
	add("the policy of the bucket %s: it allows it, and no Deny in it is about it", of.Bucket)
	for _, setting := range []struct{ fact, words string }{
		{"BlockPublic", "its Block Public Access: that keeps nobody out whom the policy lets in"},
		{"Encryption", "its default encryption, which needs no KMS key"},
		{"RequesterPays", "Requester Pays, which is off"},
	} {
		if of.bucket.Unknown[setting.fact] == nil {
			all = append(all, setting.words)
		}
	}
	return all
}
