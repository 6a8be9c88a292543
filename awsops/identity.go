package awsops

// Who a session is, and that it is of the account that is meant.

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Identity is who a session is, by sts:GetCallerIdentity.
type Identity struct {
	Account, ARN, UserID string
	Partition            string // "aws", "aws-cn", "aws-us-gov", "aws-eusc"
}

// whoami remembers the answer of STS, not its refusals.
type whoami struct {
	asking chan struct{} // holds one while STS is asked
	mu     sync.Mutex
	answer *Identity
}

func newWhoami() *whoami { return &whoami{asking: make(chan struct{}, 1)} }

func (w *whoami) learn(id Identity) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = &id
}

func (w *whoami) known() (Identity, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answer == nil {
		return Identity{}, false
	}
	return *w.answer, true
}

// Identity asks STS who this is, once: later calls return the same answer.
func (s *Session) Identity(ctx context.Context) (Identity, error) {
	doing := "ask AWS who " + s.label() + " is"
	select {
	case s.who.asking <- struct{}{}:
		defer func() { <-s.who.asking }()
	case <-ctx.Done():
		return Identity{}, s.problem(ctx.Err(), doing)
	}
	if id, ok := s.who.known(); ok {
		return id, nil
	}
	id, err := s.askSTS(ctx)
	if err != nil {
		return Identity{}, s.problem(err, doing)
	}
	s.who.learn(id)
	return id, nil
}

func (s *Session) askSTS(ctx context.Context) (Identity, error) {
	out, err := s.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return Identity{}, err
	}
	arn := aws.ToString(out.Arn)
	return Identity{
		Account:   aws.ToString(out.Account),
		ARN:       arn,
		UserID:    aws.ToString(out.UserId),
		Partition: cmp.Or(policy.PartitionOf(arn), "aws"),
	}, nil
}

func (s *Session) label() string {
	switch {
	case s.profile != "":
		return "the profile " + problem.Clean(s.profile)
	default:
		return "the key " + problem.Clean(s.key)
	}
}

// mustBe fails unless the session is of this account.
func (s *Session) mustBe(ctx context.Context, account string) error {
	id, err := s.Identity(ctx)
	if err != nil {
		return err
	}
	if id.Account == account {
		return nil
	}
	return &problem.Error{
		Summary: "This is another account than the one meant",
		Detail: fmt.Sprintf("This is to be done in the account %s, but %s is %s, of the account %s. Nothing was changed.",
			policy.Dashed(account), s.label(), problem.Clean(id.ARN), problem.Clean(policy.Dashed(id.Account))),
		Fixes: []string{"Use a profile of the account " + policy.Dashed(account) + ".", "Check that the two profiles are not swapped."},
	}
}

// nameIn is the name at the end of a user's ARN.
func nameIn(arn string) string { return problem.Clean(arn[strings.LastIndex(arn, "/")+1:]) }
