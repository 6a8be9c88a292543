//go:build !race

// The AWS CLI takes longer to start than all else here: once, without the race
// detector, is enough.

package sandbox_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// environment points the AWS CLI and SDKs at the sandbox and nothing else.
func (w *world) environment() []string {
	w.t.Helper()
	credentials, settings, err := w.WriteProfiles(w.t.TempDir())
	w.must(err)
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + w.t.TempDir(), "AWS_SHARED_CREDENTIALS_FILE=" + credentials, "AWS_CONFIG_FILE=" + settings,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "AWS_MAX_ATTEMPTS=1",
	}
}

// What someone at a demo types, one line a command: what it prints, or how it is
// refused.
func TestAWSCLI(t *testing.T) {
	aws, err := exec.LookPath("aws")
	if err != nil {
		t.Skip("the AWS CLI is not on PATH, so it is not tried against the sandbox")
	}
	w := newWorld(t)
	env := w.environment()
	const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	for _, c := range []struct{ command, want string }{
		{"--profile my_firm sts get-caller-identity --query Arn", `"arn:aws:iam::444455556666:user/admin"`},
		{"--profile my_firm iam create-user --user-name w --tags Key=a,Value=b --query User.Arn", `"arn:aws:iam::444455556666:user/w"`},
		{"--profile my_firm iam create-user --user-name w", "(EntityAlreadyExists) when calling the CreateUser operation: User with name w already exists."},
		{"--profile my_firm iam put-user-policy --user-name w --policy-name p --policy-document " + document, ""},
		{"--profile my_firm iam get-user-policy --user-name w --policy-name p --query PolicyDocument.Statement[0].Action", `"s3:*"`},
		{"--profile my_firm iam list-access-keys --user-name w --query AccessKeyMetadata", "[]"},
		{"--profile my_firm iam list-groups-for-user --user-name w --query Groups", "[]"},
		{"--profile my_firm iam list-user-tags --user-name w --query Tags[0].Value", `"b"`},
		{"--profile my_firm iam delete-user --user-name w", "(DeleteConflict) when calling the DeleteUser operation: Cannot delete entity, must delete policies first."},
		{"--profile my_firm iam list-account-aliases --query AccountAliases[0]", `"my-firm"`},
		{"--profile my_firm --region eu-west-1 iam list-users --query length(Users)", "2"},
		{"sts get-caller-identity", "Unable to locate credentials"},
	} {
		cmd := exec.CommandContext(t.Context(), aws, strings.Fields(c.command)...)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		got := strings.TrimSpace(string(out))
		if refused := strings.HasPrefix(c.want, "(") || strings.HasPrefix(c.want, "Unable"); refused != (err != nil) || refused && !strings.Contains(got, c.want) || !refused && got != c.want {
			t.Errorf("aws %s\ngot  %s (%v)\nwant %s", c.command, got, err, c.want)
		}
	}
}

func TestBoto3(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.CommandContext(t.Context(), python, "-c", "import boto3").Run() != nil {
		t.Skip("python3 with boto3 is not on PATH, so it is not tried against the sandbox")
	}
	w := newWorld(t)
	cmd := exec.CommandContext(t.Context(), python, "-c", `
import boto3
from botocore.exceptions import ClientError
iam = boto3.Session(profile_name="my_awesome_customer").client("iam")
user = iam.create_user(UserName="u", Path="/p/")["User"]
assert user["Arn"] == "arn:aws:iam::111122223333:user/p/u", user
assert iam.get_user(UserName="u")["User"]["CreateDate"] == user["CreateDate"]
key = iam.create_access_key(UserName="u")["AccessKey"]
session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])
assert session.client("sts").get_caller_identity()["UserId"] == user["UserId"]
iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}]}')
mine = session.client("iam")
assert [u["UserName"] for p in mine.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 1}) for u in p["Users"]] == ["admin", "u"]
assert iam.get_user_policy(UserName="u", PolicyName="p")["PolicyDocument"]["Statement"][0]["Action"] == "iam:ListUsers"
try:
    mine.delete_user(UserName="u")
    raise AssertionError("it was not refused")
except ClientError as e:
    assert e.response["Error"]["Code"] == "AccessDenied" and "iam:DeleteUser" in e.response["Error"]["Message"], e
iam.delete_access_key(UserName="u", AccessKeyId=key["AccessKeyId"])
iam.delete_user_policy(UserName="u", PolicyName="p")
iam.delete_user(UserName="u")
try:
    iam.get_user(UserName="u")
    raise AssertionError("it is still there")
except iam.exceptions.NoSuchEntityException:
    pass
`)
	cmd.Env = w.environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
