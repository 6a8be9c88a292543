package awsops

// The KMS key that a bucket encrypts with. It is read and never changed.

import (
	"context"
	"sync"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// Key is what can be read of a KMS key: by its own account alone.
type Key struct {
	State  string           // as KMS calls it, such as "Enabled"; "" where it was not read
	Gone   bool             // there is no such key
	OfAWS  bool             // it is one that AWS manages, as aws/s3 is
	Policy *policy.Document // nil: not read
}

// readKey reads a key, side by side, and notes what could not be read by the names "Key" and
// "KeyPolicy".
func (s *Session) readKey(ctx context.Context, arn string, note func(fact string, err error)) (k Key) {
	var reads sync.WaitGroup
	reads.Go(func() {
		out, err := s.kms.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &arn})
		switch {
		case problem.Is(err, "NotFoundException"):
			k.Gone = true
		case err != nil:
			note("Key", err)
		case out.KeyMetadata != nil:
			k.State, k.OfAWS = string(out.KeyMetadata.KeyState), out.KeyMetadata.KeyManager == "AWS"
		}
	})
	reads.Go(func() {
		d, err := s.keyPolicy(ctx, arn)
		if err != nil && !problem.Is(err, "NotFoundException") {
			note("KeyPolicy", err)
		}
		k.Policy = d
	})
	reads.Wait()
	return k
}

func (s *Session) keyPolicy(ctx context.Context, arn string) (*policy.Document, error) {
	out, err := s.kms.GetKeyPolicy(ctx, &kms.GetKeyPolicyInput{KeyId: &arn, PolicyName: aws.String("default")})
	if err != nil {
		return nil, err
	}
	d, err := policy.Parse([]byte(aws.ToString(out.Policy)))
	if err != nil {
		return nil, err
	}
	return &d, nil
}

// KeyPolicy reads the policy of a KMS key.
func (s *Session) KeyPolicy(ctx context.Context, arn string) (*policy.Document, error) {
	d, err := s.In(policy.RegionOfKey(arn)).keyPolicy(ctx, arn)
	if err != nil {
		return nil, s.problem(err, "read the policy of the key "+problem.Clean(arn))
	}
	return d, nil
}
