package sandbox_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// absent is what a key is that a request does not have.
const absent = ""

// always are the condition keys that each request to S3 has, whoever sends it and however.
// Sources: AWS global condition context keys; Actions, resources, and condition keys for
// Amazon S3; Amazon S3 Signature Version 4 authentication specific policy keys.
var always = map[string]string{
	"aws:CurrentTime": "20??-*T*Z", "aws:EpochTime": "??????????", "aws:SecureTransport": "false", "aws:SourceIp": "127.0.0.1",
	"aws:UserAgent": "someone's/1.0", "aws:ViaAWSService": "false", "aws:RequestedRegion": "us-east-1",
	"aws:ResourceAccount": customerAccount, "s3:ResourceAccount": customerAccount,

	// No service makes these requests, no network of AWS's, no federation, and no tags.
	"aws:CalledVia": absent, "aws:CalledViaFirst": absent, "aws:CalledViaLast": absent, "aws:PrincipalServiceName": absent,
	"aws:PrincipalServiceNamesList": absent, "aws:SourceAccount": absent, "aws:SourceArn": absent, "aws:SourceOrgID": absent,
	"aws:SourceOrgPaths": absent, "aws:SourceVpc": absent, "aws:SourceVpcArn": absent, "aws:SourceVpce": absent, "aws:VpceAccount": absent,
	"aws:VpceOrgID": absent, "aws:VpceOrgPaths": absent, "aws:VpcSourceIp": absent, "aws:FederatedProvider": absent,
	"aws:SourceIdentity": absent, "aws:MultiFactorAuthAge": absent, "aws:AssumedRoot": absent, "aws:ChatbotSourceArn": absent,
	"aws:Ec2InstanceSourceVpc": absent, "aws:Ec2InstanceSourcePrivateIPv4": absent, "ec2:SourceInstanceArn": absent,
	"aws:TagKeys": absent, "aws:RequestTag/a": absent, "aws:ResourceTag/a": absent, "aws:Referer": absent,
	"aws:PrincipalOrgID": absent, "aws:PrincipalOrgPaths": absent, "aws:ResourceOrgID": absent, "aws:ResourceOrgPaths": absent,
	"s3:TlsVersion": absent, "s3:signatureAge": absent, "s3:VersionId": absent, "s3:DataAccessPointArn": absent,
	"s3:AccessPointNetworkOrigin": absent, "s3:x-amz-acl": absent, "s3:x-amz-server-side-encryption": absent,
	"s3:object-lock-mode": absent, "s3:if-none-match": absent, "s3:prefix": absent,
}

func TestWhichConditionKeysARequestHas(t *testing.T) {
	w := newWorld(t)
	ask(w, (*iam.Client).CreateUser, iam.CreateUserInput{UserName: aws.String("u"), Path: aws.String("/p/")})
	ask(w, (*iam.Client).TagUser, iam.TagUserInput{UserName: aws.String("u"), Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("in")}}})
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "*", "*")))
	w.newRole(firmAccount)
	id := *ask(w, (*iam.Client).GetUser, iam.GetUserInput{UserName: aws.String("u")}).User.UserId
	roleID := *ask(w, (*iam.Client).GetRole, iam.GetRoleInput{RoleName: role}).Role.RoleId
	askS3(w, (*s3.Client).DeletePublicAccessBlock, s3.DeletePublicAccessBlockInput{Bucket: bucket})

	signed := map[string]string{"s3:authType": "REST-HEADER", "s3:signatureversion": "AWS4-HMAC-SHA256", "s3:x-amz-content-sha256": "????????????????????????????????????????????????????????????????", "aws:PrincipalIsAWSService": "false"}
	unsigned := map[string]string{"s3:authType": absent, "s3:signatureversion": absent, "aws:PrincipalIsAWSService": absent, "aws:PrincipalAccount": absent, "aws:PrincipalArn": absent}
	for name, c := range map[string]struct {
		keys aws.Credentials
		also map[string]string
		has  map[string]string
	}{
		"a user": {w.newKey(firm, "u"), signed, map[string]string{
			"aws:PrincipalArn": "arn:aws:iam::444455556666:user/p/u", "aws:PrincipalAccount": firmAccount, "aws:PrincipalType": "User", "aws:userid": id, "aws:username": "u",
			"aws:PrincipalTag/team": "in", "aws:TokenIssueTime": absent, "aws:MultiFactorAuthPresent": absent,
		}},
		"a session": {w.mustAssume(w.keys(firm)), signed, map[string]string{
			"aws:PrincipalArn": writerRole, "aws:PrincipalAccount": firmAccount, "aws:PrincipalType": "AssumedRole", "aws:userid": roleID + ":night", "aws:username": absent,
			"aws:TokenIssueTime": "20??-*T*Z", "aws:MultiFactorAuthPresent": "false",
		}},
		"the root user": {w.keys(firmRoot), signed, map[string]string{
			"aws:PrincipalArn": "arn:aws:iam::444455556666:root", "aws:PrincipalAccount": firmAccount, "aws:PrincipalType": "Account", "aws:userid": firmAccount, "aws:username": absent,
		}},
		"anybody": {aws.Credentials{}, unsigned, map[string]string{"aws:PrincipalType": "Anonymous", "aws:userid": "anonymous", "aws:username": absent}},
	} {
		for _, all := range []map[string]string{always, c.also, c.has} {
			for key, value := range all {
				condition := `"StringNotLike":{"` + key + `":"` + value + `"}`
				if value == absent {
					condition = `"Null":{"` + key + `":"false"}`
				}
				w.must(w.setPolicy(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::my.test.bucket"},` +
					`{"Effect":"Deny","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::my.test.bucket","Condition":{` + condition + `}}]}`))
				status, body, _ := w.send(request{method: "GET", target: "/my.test.bucket", service: "s3", keys: c.keys, header: http.Header{"User-Agent": {"someone's/1.0"}}})
				if status != 200 {
					t.Errorf("%s: %s is not %q: %d %s", name, key, value, status, body)
				}
			}
		}
	}
}

// What IAM, STS and KMS are asked has the same; IAM is in us-east-1.
func TestWhichConditionKeysOtherServicesHave(t *testing.T) {
	w := newWorld(t)
	policy, err := json.Marshal(keyPolicy(ownersKey, keyStatement("Allow", firmAccount, "kms:*", "")))
	w.must(err)
	made, err := w.kms(customer, "CreateKey", `{"Policy":`+string(policy)+`}`, "eu-west-1")
	w.must(err)
	w.newRole(firmAccount)
	w.newUser(firm, "u")
	keys := w.newKey(firm, "u")
	for service, c := range map[string]struct {
		form, target string
		has          map[string]string
	}{
		"iam": {"Action=ListUsers&Version=2010-05-08", "", map[string]string{"aws:RequestedRegion": "us-east-1", "aws:ResourceAccount": firmAccount}},
		"sts": {"Action=AssumeRole&Version=2011-06-15&RoleSessionName=night&RoleArn=" + writerRole, "", map[string]string{
			"aws:RequestedRegion": "eu-west-1", "aws:ResourceAccount": firmAccount, "sts:RoleSessionName": "night", "sts:ExternalId": absent,
		}},
		"kms": {`{"KeyId":"` + made["KeyMetadata"].(map[string]any)["Arn"].(string) + `"}`, "TrentService.DescribeKey", map[string]string{
			"aws:RequestedRegion": "eu-west-1", "aws:ResourceAccount": customerAccount, "kms:CallerAccount": firmAccount, "kms:KeySpec": "SYMMETRIC_DEFAULT",
			"kms:KeyUsage": "ENCRYPT_DECRYPT", "kms:KeyOrigin": "AWS_KMS", "kms:MultiRegion": "false", "kms:ViaService": absent, "kms:ResourceAliases": absent,
		}},
	} {
		common := map[string]string{
			"aws:CurrentTime": "20??-*T*Z", "aws:EpochTime": "??????????", "aws:SecureTransport": "false", "aws:SourceIp": "127.0.0.1", "aws:UserAgent": "someone's/1.0",
			"aws:ViaAWSService": "false", "aws:PrincipalArn": writerARN, "aws:PrincipalAccount": firmAccount, "aws:PrincipalIsAWSService": "false",
			"aws:PrincipalType": "User", "aws:username": "u", "aws:SourceVpce": absent, "aws:Referer": absent,
		}
		for _, all := range []map[string]string{common, c.has} {
			for key, value := range all {
				condition := `"StringLike":{"` + key + `":"` + value + `"}`
				if value == absent {
					condition = `"Null":{"` + key + `":"true"}`
				}
				w.must(w.putPolicy(firm, "u", "p", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{`+condition+`}}]}`))
				header := http.Header{"User-Agent": {"someone's/1.0"}}
				if c.target != "" {
					header.Set("X-Amz-Target", c.target)
				}
				status, body, _ := w.send(request{method: "POST", target: "/", service: service, region: "eu-west-1", keys: keys, body: c.form, header: header})
				if status != 200 {
					t.Errorf("%s: %s is not %q: %d %s", service, key, value, status, body)
				}
			}
		}
	}
}
