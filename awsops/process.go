package awsops

// The command of a credential_process. It is run here and not by the SDK, which would
// give it the keyboard and the screen that crossgrant uses, and leave its children behind.

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
)

// A process gets credentials from the command that a profile names.
type process struct {
	profile, command string
	patience         time.Duration // how long it may run
}

// of finds the command in what the SDK read: it stands in the last of the profiles that
// build on each other. original is what a profile of the SDK's copy is called.
func (p *process) of(read []any, original func(string) string) {
	for _, source := range read {
		if shared, ok := source.(config.SharedConfig); ok {
			last := &shared
			for last.Source != nil {
				last = last.Source
			}
			p.profile, p.command = original(last.Profile), last.CredentialProcess
		}
	}
}

// instead takes the place of the SDK's provider that would run the command.
func (p *process) instead(given aws.CredentialsProvider) aws.CredentialsProvider {
	if aws.IsCredentialsProvider(given, (*processcreds.Provider)(nil)) {
		return aws.NewCredentialsCache(p)
	}
	return given
}

// Retrieve runs the command. It is told of while it runs, and ended with all that it
// started when its time or the call is over.
func (p *process) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if f, ok := ctx.Value(fetchKey{}).(*fetch); ok {
		f.running.Lock()
		defer f.running.Unlock()
		ctx = f.call
	}
	limit := cmp.Or(p.patience, time.Minute)
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	printed, said := &tail{most: 1 << 16}, &tail{most: 1 << 12}
	cmd := shellCommand(timed, p.command) // whose stdin is empty
	cmd.Stdout, cmd.Stderr = printed, said
	cmd.WaitDelay = time.Second // for what it left running, which may hold on to its output
	over := make(chan error, 1)
	start := time.Now()
	go func() { over <- cmd.Run() }()
	told := time.NewTicker(limit / 6)
	defer told.Stop()
	for try := 1; ; try++ {
		select {
		case err := <-over:
			switch {
			case ctx.Err() != nil:
				return aws.Credentials{}, ctx.Err()
			case timed.Err() != nil:
				return aws.Credentials{}, p.tooLong(limit, said)
			case err != nil && !errors.Is(err, exec.ErrWaitDelay):
				return aws.Credentials{}, p.failed(fmt.Errorf("error in credential_process: %w", err), said)
			}
			given, err := credentialsIn(printed.text)
			if err != nil {
				return aws.Credentials{}, p.failed(err, said)
			}
			return given, nil
		case <-told.C:
			tell(ctx, Wait{
				For: "the command in credential_process of the profile " + problem.Clean(p.profile), Elapsed: time.Since(start), Limit: limit, Try: try,
				Why: "It has no keyboard here: if it asks for something, stop, and run it in a shell first.",
			})
		}
	}
}

func (p *process) failed(err error, said *tail) error {
	return &problem.CommandError{Profile: p.profile, Said: said.lines(), Err: err}
}

func (p *process) tooLong(limit time.Duration, said *tail) error {
	return p.failed(fmt.Errorf("credential_process: no answer within %s", limit.Round(time.Second)), said)
}

// credentialsIn reads what a command printed. Its errors are worded as the SDK's, for
// problem to know, and quote nothing of it.
func credentialsIn(text []byte) (aws.Credentials, error) {
	if runtime.GOOS == "windows" {
		text = bytes.ReplaceAll(text, []byte(`\"`), []byte(`"`)) // cmd.exe puts a sign before quotes
	}
	var given processcreds.CredentialProcessResponse
	if err := json.Unmarshal(text, &given); err != nil {
		return aws.Credentials{}, errors.New("parse failed of process output")
	}
	switch {
	case given.Version != 1:
		return aws.Credentials{}, errors.New("wrong version in process output (not 1)")
	case given.AccessKeyID == "":
		return aws.Credentials{}, errors.New("missing AccessKeyId in process output")
	case given.SecretAccessKey == "":
		return aws.Credentials{}, errors.New("missing SecretAccessKey in process output")
	}
	return aws.Credentials{
		AccessKeyID: given.AccessKeyID, SecretAccessKey: given.SecretAccessKey, SessionToken: given.SessionToken,
		AccountID: given.AccountID, Source: processcreds.ProviderName,
		CanExpire: given.Expiration != nil, Expires: aws.ToTime(given.Expiration),
	}, nil
}

// A fetch is one call's need of credentials. The SDK's caches hide from whoever fetches
// them that the call is over, and do not wait for what they began.
type fetch struct {
	call    context.Context
	running sync.Mutex // held while a command runs
}

type fetchKey struct{}

// fetchFor gets credentials for a call. When that is over, no command runs on.
func fetchFor(call context.Context, from aws.CredentialsProvider) (aws.Credentials, error) {
	f := &fetch{call: call}
	given, err := from.Retrieve(context.WithValue(call, fetchKey{}, f))
	if call.Err() != nil {
		f.running.Lock()
		defer f.running.Unlock()
	}
	return given, err
}

// tail keeps the last of what is written to it: the reason of a failure stands at the end.
type tail struct {
	most int
	text []byte
	cut  bool
}

func (t *tail) Write(p []byte) (int, error) {
	t.text = append(t.text, p...)
	if over := len(t.text) - t.most; over > 0 {
		t.text, t.cut = bytes.Clone(t.text[over:]), true
	}
	return len(p), nil
}

// lines are the whole lines that were kept: a part of a line may be a part of a secret,
// which nobody would recognise as one.
func (t *tail) lines() string {
	text := t.text
	if t.cut {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	return string(bytes.TrimSpace(text))
}
