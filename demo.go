package main

import (
	"context"
	"fmt"
	"os"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
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
