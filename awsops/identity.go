package awsops

// Who a session is, and that it is of the account that is meant.

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Identity is who a session is, by sts:GetCallerIdentity.
type Identity struct {
	Account, ARN, UserID string
	Partition            string // "aws", "aws-cn", "aws-us-gov", "aws-eusc"
}

// whoami gives a session's credentials, and knows whose they are. Where they are fetched
// anew and are not the ones that STS was asked about, it asks again before anything is
// sent with them: a profile may come to give those of another account.
type whoami struct {
	credentials aws.CredentialsProvider
	ask         func(context.Context, aws.Credentials) (Identity, error)
	label       string

	asking chan struct{} // holds one while STS is asked
	mu     sync.Mutex
	key    string // id of the access key that STS was asked about
	answer *Identity
}

func newWhoami(given aws.CredentialsProvider, label string) *whoami {
	return &whoami{credentials: given, label: label, asking: make(chan struct{}, 1)}
}

// Retrieve gives the credentials for a request. Before STS was asked for the first time
// they may be anybody's.
func (w *whoami) Retrieve(ctx context.Context) (aws.Credentials, error) {
	now, err := fetchFor(ctx, w.credentials)
	if err != nil {
		return aws.Credentials{}, problem.Unsent(err)
	}
	if _, asked := w.known(); asked {
		_, err = w.identify(ctx, now)
	}
	return now, err
}

func (w *whoami) known() (Identity, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answer == nil {
		return Identity{}, false
	}
	return *w.answer, true
}

func (w *whoami) knows(key string) (Identity, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answer == nil || w.key != key {
		return Identity{}, false
	}
	return *w.answer, true
}

// identify tells whose credentials are. Those of another account than the first are an
// error.
func (w *whoami) identify(ctx context.Context, now aws.Credentials) (Identity, error) {
	if id, ok := w.knows(now.AccessKeyID); ok {
		return id, nil
	}
	select {
	case w.asking <- struct{}{}:
		defer func() { <-w.asking }()
	case <-ctx.Done():
		return Identity{}, ctx.Err()
	}
	if id, ok := w.knows(now.AccessKeyID); ok {
		return id, nil
	}
	id, err := w.ask(ctx, now)
	if err != nil {
		return Identity{}, problem.Unsent(err)
	}
	if was, ok := w.known(); ok && was.Account != id.Account {
		return Identity{}, problem.Unsent(w.moved(was, id))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.key, w.answer = now.AccessKeyID, &id
	return id, nil
}

func (w *whoami) moved(was, is Identity) *problem.Error {
	return &problem.Error{
		Summary: "The credentials are of another account now",
		Detail: fmt.Sprintf("The credentials of %s were fetched again while crossgrant was running, and are now those of %s, of the account %s. This run acts in the account %s. Nothing was sent with them.",
			w.label, problem.Clean(is.ARN), problem.Clean(policy.Dashed(is.Account)), problem.Clean(policy.Dashed(was.Account))),
		Fixes: []string{"Have the profile give credentials of the account " + policy.Dashed(was.Account) + " again, then try again."},
	}
}

// Identity asks STS who this is, once for each access key.
func (s *Session) Identity(ctx context.Context) (Identity, error) {
	now, err := fetchFor(ctx, s.who.credentials)
	var id Identity
	if err != nil {
		err = problem.Unsent(fmt.Errorf("get credentials: %w", err)) // as the SDK says before it sends something
	} else {
		id, err = s.who.identify(ctx, now)
	}
	if err != nil {
		return Identity{}, s.problem(err, "ask AWS who "+s.label()+" is")
	}
	return id, nil
}

// askSTS asks with these very credentials.
func askSTS(ctx context.Context, client *sts.Client, with aws.Credentials) (Identity, error) {
	out, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, func(o *sts.Options) {
		o.Credentials = credentials.StaticCredentialsProvider{Value: with}
	})
	if err != nil {
		return Identity{}, err
	}
	if aws.ToString(out.Account) == "" { // 200, and nothing that STS would say
		return Identity{}, &problem.NotAWS{Status: http.StatusOK}
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
	if s.profile != "" {
		return "the profile " + problem.Clean(s.profile)
	}
	return "the key " + problem.Clean(s.key)
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

// Alias is the alias of the session's account, "" where it has none or it could not be
// read: nothing depends on it.
func (s *Session) Alias(ctx context.Context) string {
	out, err := s.iam.ListAccountAliases(ctx, &iam.ListAccountAliasesInput{})
	if err != nil || len(out.AccountAliases) == 0 {
		return ""
	}
	return out.AccountAliases[0]
}
