package sandbox_test

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

var locked = aws.String("locked.bucket")

// What fill and the changes of fork_test.go do, for what stands between a user and a file.

func (w *world) fillLayers() {
	w.t.Helper()
	for _, name := range []string{"writers", "empty"} {
		ask(w, (*iam.Client).CreateGroup, iam.CreateGroupInput{GroupName: &name})
		ask(w, (*iam.Client).AddUserToGroup, iam.AddUserToGroupInput{GroupName: &name, UserName: aws.String("u")})
		ask(w, (*iam.Client).AddUserToGroup, iam.AddUserToGroupInput{GroupName: &name, UserName: aws.String("admin")})
		ask(w, (*iam.Client).PutGroupPolicy, iam.PutGroupPolicyInput{GroupName: &name, PolicyName: aws.String("p"), PolicyDocument: aws.String(allow("Allow", "s3:*", "*"))})
	}
	askS3(w, (*s3.Client).CreateBucket, s3.CreateBucketInput{Bucket: locked, ObjectLockEnabledForBucket: aws.Bool(true)})
	askS3(w, (*s3.Client).PutObject, s3.PutObjectInput{Bucket: locked, Key: key, ChecksumAlgorithm: types.ChecksumAlgorithmCrc32, ObjectLockLegalHoldStatus: types.ObjectLockLegalHoldStatusOn})
}

// fillKeys makes keys of the customer's, and encrypts with the first of them and with aws/s3.
func (w *world) fillKeys() {
	w.t.Helper()
	for _, name := range []string{"a", "b", "c"} {
		w.mustKMS(customer, "CreateAlias", `{"AliasName":"alias/`+name+`","TargetKeyId":"`+w.newKMSKey()+`"}`)
	}
	for _, id := range []*string{aws.String("alias/a"), nil} {
		askS3(w, (*s3.Client).PutObject, s3.PutObjectInput{Bucket: bucket, Key: aws.String("encrypted"), ServerSideEncryption: types.ServerSideEncryptionAwsKms, SSEKMSKeyId: id})
	}
}

// changeKeys changes all keys and names that fillKeys has made.
func (w *world) changeKeys() {
	w.t.Helper()
	w.newKMSKey()
	a := w.mustKMS(customer, "DescribeKey", `{"KeyId":"alias/a"}`)["KeyMetadata"].(map[string]any)["Arn"].(string)
	b := w.mustKMS(customer, "DescribeKey", `{"KeyId":"alias/b"}`)["KeyMetadata"].(map[string]any)["Arn"].(string)
	w.must(w.putKeyPolicy(a, keyPolicy(ownersKey, keyStatement("Deny", firmAccount, "kms:*", ""))))
	w.mustKMS(customer, "DisableKey", `{"KeyId":"`+a+`"}`)
	w.mustKMS(customer, "EnableKey", `{"KeyId":"`+a+`"}`)
	w.mustKMS(customer, "UpdateAlias", `{"AliasName":"alias/c","TargetKeyId":"`+a+`"}`)
	w.mustKMS(customer, "DeleteAlias", `{"AliasName":"alias/b"}`)
	w.mustKMS(customer, "CreateAlias", `{"AliasName":"alias/d","TargetKeyId":"`+a+`"}`)
	w.mustKMS(customer, "ScheduleKeyDeletion", `{"KeyId":"`+a+`"}`)
	w.mustKMS(customer, "CancelKeyDeletion", `{"KeyId":"`+a+`"}`)
	w.mustKMS(customer, "ScheduleKeyDeletion", `{"KeyId":"`+b+`"}`)
}

// changeGroups comes before the users change their names.
func (w *world) changeGroups() {
	w.t.Helper()
	empty := aws.String("empty")
	for _, user := range []string{"u", "admin"} {
		ask(w, (*iam.Client).RemoveUserFromGroup, iam.RemoveUserFromGroupInput{GroupName: empty, UserName: &user})
	}
	ask(w, (*iam.Client).DeleteGroupPolicy, iam.DeleteGroupPolicyInput{GroupName: empty, PolicyName: aws.String("p")})
	ask(w, (*iam.Client).DeleteGroup, iam.DeleteGroupInput{GroupName: empty})
	ask(w, (*iam.Client).AddUserToGroup, iam.AddUserToGroupInput{GroupName: group, UserName: aws.String("idle")})
	ask(w, (*iam.Client).RemoveUserFromGroup, iam.RemoveUserFromGroupInput{GroupName: group, UserName: aws.String("idle")})
	ask(w, (*iam.Client).PutGroupPolicy, iam.PutGroupPolicyInput{GroupName: group, PolicyName: aws.String("p"), PolicyDocument: aws.String(allow("Deny", "s3:Get*", "*"))})
	ask(w, (*iam.Client).AttachGroupPolicy, iam.AttachGroupPolicyInput{GroupName: group, PolicyArn: fullS3})
	ask(w, (*iam.Client).DetachGroupPolicy, iam.DetachGroupPolicyInput{GroupName: group, PolicyArn: fullS3})
	ask(w, (*iam.Client).RemoveUserFromGroup, iam.RemoveUserFromGroupInput{GroupName: group, UserName: aws.String("admin")})
	ask(w, (*iam.Client).CreateGroup, iam.CreateGroupInput{GroupName: aws.String("another")})
}

// changeLayers changes what else stands between a user and a file.
func (w *world) changeLayers() {
	w.t.Helper()
	askS3(w, (*s3.Client).PutBucketRequestPayment, s3.PutBucketRequestPaymentInput{Bucket: bucket, RequestPaymentConfiguration: &types.RequestPaymentConfiguration{Payer: types.PayerRequester}})
	lock := &types.ObjectLockConfiguration{ObjectLockEnabled: types.ObjectLockEnabledEnabled, Rule: &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{Mode: types.ObjectLockRetentionModeGovernance, Years: aws.Int32(1)}}}
	askS3(w, (*s3.Client).PutObjectLockConfiguration, s3.PutObjectLockConfigurationInput{Bucket: locked, ObjectLockConfiguration: lock})
	until := w.clock.Now().Add(time.Hour)
	askS3(w, (*s3.Client).PutObjectRetention, s3.PutObjectRetentionInput{Bucket: locked, Key: key, Retention: &types.ObjectLockRetention{Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: &until}})
	askS3(w, (*s3.Client).PutObjectLegalHold, s3.PutObjectLegalHoldInput{Bucket: locked, Key: key, LegalHold: &types.ObjectLockLegalHold{Status: types.ObjectLockLegalHoldStatusOff}})
}
