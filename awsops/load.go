package awsops

// What the SDK is given to read.

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
)

// load has the SDK read a config file with this text, and the environment.
func (s Source) load(ctx context.Context, text string, options ...func(*config.LoadOptions) error) (aws.Config, error) {
	path, done, err := asFile(text)
	if err != nil {
		return aws.Config{}, err
	}
	defer done()
	defer withoutOthers()()
	return config.LoadDefaultConfig(ctx, append([]func(*config.LoadOptions) error{
		config.WithSharedCredentialsFiles([]string{}),
		config.WithSharedConfigFiles([]string{path}),
	}, options...)...)
}

// asFile gives a text the path of a file: the SDK reads files alone. Since there are
// secrets in it, it is a pipe, which can be read once and never comes to a disk. Where a
// pipe has no path (Windows, no /proc) it is a file of the user's own, for a moment.
func asFile(text string) (path string, done func(), err error) {
	reader, writer, err := os.Pipe()
	if err != nil {
		return "", nil, fmt.Errorf("make a pipe: %w", err)
	}
	path = fmt.Sprintf("/dev/fd/%d", reader.Fd())
	if _, err := os.Stat(path); err != nil {
		_ = errors.Join(reader.Close(), writer.Close())
		return asShortFile(text)
	}
	go func() { // a pipe does not hold any length at once
		_, _ = writer.WriteString(text)
		_ = writer.Close()
	}()
	return path, func() { _ = reader.Close() }, nil
}

func asShortFile(text string) (path string, done func(), err error) {
	f, err := os.CreateTemp("", "crossgrant-")
	if err != nil {
		return "", nil, fmt.Errorf("make a file for a moment: %w", err)
	}
	done = func() { _ = os.Remove(f.Name()) }
	if _, err = f.WriteString(text); errors.Join(err, f.Close()) != nil {
		done()
		return "", nil, fmt.Errorf("write a file for a moment: %w", err)
	}
	return f.Name(), done, nil
}

// forOthers are variables that are of no use here: this program has its own way of
// retrying. The SDK refuses values that the AWS CLI takes, such as AWS_RETRY_MODE=legacy. An endpoint
// that is set to nothing, too: for the SDK it stands before those in the files.
var forOthers = []string{
	"AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "AWS_DEFAULTS_MODE", "AWS_ACCOUNT_ID_ENDPOINT_MODE",
	"AWS_DISABLE_REQUEST_COMPRESSION", "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
}

var environment sync.Mutex // one at a time takes variables out

// withoutOthers takes those variables out of the environment until the function that it
// returns is called: the SDK has no other way not to read them.
func withoutOthers() func() {
	environment.Lock()
	was := map[string]string{}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		if slices.Contains(forOthers, name) || value == "" && strings.HasPrefix(name, "AWS_ENDPOINT_URL") {
			was[name] = value
			_ = os.Unsetenv(name)
		}
	}
	return func() {
		for name, value := range was {
			_ = os.Setenv(name, value)
		}
		environment.Unlock()
	}
}
