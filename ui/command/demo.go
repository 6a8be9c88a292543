package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/ui"
	"crossgrant/ui/plain"
)

// A delivery that is refused, for a demo of the check: the bucket lets the firm in, and the
// user's own policy names the bucket and not the files in it, as most people write it first.
const (
	refusedBucket = "refused.bucket"
	refusedWriter = "uploader"
)

// prepareRefused makes the user with its policy and key, the bucket's policy, and a profile
// in the demo's own credentials file.
func prepareRefused(ctx context.Context, src awsops.Source, credentials string) error {
	const customer, firm = "111122223333", "444455556666"
	admin, err := src.Open(ctx, "my_firm")
	if err != nil {
		return err
	}
	owner, err := src.Open(ctx, "my_awesome_customer")
	if err != nil {
		return err
	}
	gives := policy.New(policy.FirmGrant("aws", firm, refusedBucket))
	own := policy.New(policy.Statement{
		Effect: "Allow", Action: policy.List{Values: []string{"s3:ListBucket", "s3:GetObject", "s3:PutObject"}},
		Resource: policy.List{Values: []string{"arn:aws:s3:::" + refusedBucket}},
	})
	var key awsops.Receipt
	for _, o := range []struct {
		by *awsops.Session
		op awsops.Operation
	}{
		{owner, awsops.SetBucketPolicy{Bucket: refusedBucket, Owner: customer, After: &gives}},
		{admin, awsops.CreateUser{Account: firm, Name: refusedWriter}},
		{admin, awsops.SetUserPolicy{Account: firm, User: refusedWriter, Name: refusedWriter + "-policy", After: &own}},
		{admin, awsops.CreateAccessKey{Account: firm, User: refusedWriter}},
	} {
		if key, err = o.by.Perform(ctx, o.op); err != nil {
			return err
		}
	}
	file, err := os.OpenFile(credentials, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(file, "\n[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", refusedWriter, key.KeyID, key.Secret.Reveal())
	if closed := file.Close(); err == nil {
		err = closed
	}
	return err
}

// demo starts a sandbox and makes a run act in it, whatever the environment says
// of real profiles.
func demo(c *cobra.Command, world sandbox.Config, o *plain.Options, hint *string) (end func(), err error) {
	rule, err := policy.Parse([]byte(denies))
	if err != nil {
		return nil, err
	}
	world.Buckets = append(world.Buckets, sandbox.Bucket{Name: "deny.bucket", Account: "111122223333", Policy: &rule}, sandbox.Bucket{Name: refusedBucket, Account: "111122223333"})
	box, err := sandbox.Start(world)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "crossgrant-demo-")
	if err != nil {
		return nil, errors.Join(err, box.Close())
	}
	end = func() { _ = errors.Join(box.Close(), os.RemoveAll(dir)) }
	credentials, config, err := box.WriteProfiles(dir)
	if err != nil {
		end()
		return nil, err
	}
	*hint, o.KeyFolder = ui.LookInside(dir), dir
	o.Source = awsops.Source{CredentialsFile: credentials, ConfigFile: config, Endpoint: box.URL(), Pace: demoPace}.Remember()
	if err := prepareRefused(c.Context(), o.Source, credentials); err != nil {
		end()
		return nil, err
	}
	o.Expected = steps.Expected{}
	for flag, to := range map[string]struct {
		answer *string
		value  string
	}{
		"customer-profile": {&o.Answers.CustomerProfile, "my_awesome_customer"},
		"firm-profile":     {&o.Answers.FirmProfile, "my_firm"},
		"bucket":           {&o.Answers.Bucket, "my.test.bucket"},
		"customer-user":    {&o.Answers.TestUser, "test-customer"},
		"firm-user":        {&o.Answers.FirmUser, "test-writer"},
	} {
		if !c.Flags().Changed(flag) && (flag != "firm-user" || o.Answers.FirmRole == "") {
			*to.answer = to.value
		}
	}
	return end, nil
}

// denies is the policy of a bucket that no other account can be let into: the second
// lesson of a demo.
const denies = `{"Version": "2012-10-17", "Statement": [{"Sid": "OwnAccountAlone", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
	"Resource": ["arn:aws:s3:::deny.bucket", "arn:aws:s3:::deny.bucket/*"], "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}}]}`

// demoDelay is how long the sandbox takes to spread a change where somebody looks
// on: AWS takes longer, and a demo should show it all the same.
const demoDelay = 2 * time.Second

// demoPace fits the sandbox, which spreads a change at once or soon.
var demoPace = awsops.Pace{First: 50 * time.Millisecond, Most: 500 * time.Millisecond, Budget: 10 * time.Second}
