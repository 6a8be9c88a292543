//go:build !race

// The AWS CLI takes longer to start than all else here: once, without the race
// detector, is enough.

package sandbox_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"crossgrant/ui/uitest"
)

// outside skips a test of a client that is not ours with -short: to start one takes
// longer than all other tests.
func outside(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("with -short no outside client is tried against the sandbox")
	}
}

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

// startCLI returns the path of an aws command.
func startCLI(t *testing.T) string {
	t.Helper()
	outside(t)
	aws := uitest.StartCLI(t)
	if aws == "" {
		t.Skip("the AWS CLI (aws) is not on PATH, so it is not tried against the sandbox")
	}
	return aws
}

// What someone at a demo types, one line a command: what it prints, or how it is
// refused.
func TestAWSCLI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	aws, env := startCLI(t), w.environment()
	const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`
	for _, c := range []struct{ command, want string }{
		{"--profile my_firm sts get-caller-identity --query Arn", `"arn:aws:iam::444455556666:user/admin"`},
		{"--profile my_firm iam create-user --user-name w --tags Key=a,Value=b --query User.Arn", `"arn:aws:iam::444455556666:user/w"`},
		{"--profile my_firm iam create-user --user-name w", "(EntityAlreadyExists) when calling the CreateUser operation: User with name w already exists."},
		{"--profile my_firm iam put-user-policy --user-name w --policy-name p --policy-document " + document, ""},
		{"--profile my_firm iam get-user-policy --user-name w --policy-name p --query PolicyDocument.Statement[0].Action", `"s3:*"`},
		{"--profile my_firm iam list-access-keys --user-name w --query AccessKeyMetadata", "[]"},
		{"--profile my_firm iam list-groups-for-user --user-name w --query Groups", "[]"},
		{"--profile my_firm iam create-group --group-name g --query Group.Arn", `"arn:aws:iam::444455556666:group/g"`},
		{"--profile my_firm iam add-user-to-group --group-name g --user-name w", ""},
		{"--profile my_firm iam get-group --group-name g --query Users[0].UserName", `"w"`},
		{"--profile my_firm iam remove-user-from-group --group-name g --user-name w", ""},
		{"--profile my_firm iam list-user-tags --user-name w --query Tags[0].Value", `"b"`},
		{"--profile my_firm iam delete-user --user-name w", "(DeleteConflict) when calling the DeleteUser operation: Cannot delete entity, must delete policies first."},
		{"--profile my_firm iam list-account-aliases --query AccountAliases[0]", `"my-firm"`},
		{"--profile my_firm --region eu-west-1 iam list-users --query length(Users)", "2"},
		{"--profile my_firm iam create-role --role-name r --assume-role-policy-document " + trusting("444455556666", "") + " --query Role.Arn", `"arn:aws:iam::444455556666:role/r"`},
		{"--profile my_firm iam get-role --role-name r --query Role.AssumeRolePolicyDocument.Statement[0].Principal.AWS", `"arn:aws:iam::444455556666:root"`},
		{"--profile my_firm sts assume-role --role-arn arn:aws:iam::444455556666:role/r --role-session-name night --query AssumedRoleUser.Arn", `"arn:aws:sts::444455556666:assumed-role/r/night"`},
		{"--profile stranger sts assume-role --role-arn arn:aws:iam::444455556666:role/r --role-session-name night", "(AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::777788889999:user/admin is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/r"},
		{"--profile my_firm iam simulate-principal-policy --policy-source-arn arn:aws:iam::444455556666:user/admin --action-names s3:PutObject --resource-arns arn:aws:s3:::b/k --query EvaluationResults[0].[EvalDecision,MatchedStatements[0].SourcePolicyId] --output text", "allowed\tAdministratorAccess"},
		{"--profile my_awesome_customer kms create-key --query KeyMetadata.[KeyState,KeyManager] --output text", "Enabled\tCUSTOMER"},
		{"--profile my_awesome_customer kms describe-key --key-id alias/aws/s3 --query KeyMetadata.KeyManager", `"AWS"`},
		{"--profile my_awesome_customer kms describe-key --key-id alias/none", "(NotFoundException) when calling the DescribeKey operation: Alias arn:aws:kms:us-east-1:111122223333:alias/none is not found."},
		{"--profile my_awesome_customer kms encrypt --key-id alias/aws/s3 --plaintext eA==", "(NotImplemented) when calling the Encrypt operation: The sandbox does not implement kms:Encrypt."},
		{"--profile stranger kms create-alias --alias-name alias/x --target-key-id arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", "(AccessDeniedException) when calling the CreateAlias operation: User: arn:aws:iam::777788889999:user/admin is not authorized to perform: kms:CreateAlias on resource: arn:aws:kms:us-east-1:111122223333:key/1234abcd"},
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

// The CLI trusts the certificate that its profile names.
func TestAWSCLIOverTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, overTLS)
	cmd := exec.CommandContext(t.Context(), startCLI(t), "--profile", "my_firm", "sts", "get-caller-identity", "--query", "Account", "--output", "text")
	cmd.Env = w.environment()
	if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != firmAccount {
		t.Errorf("got %s, %v", out, err)
	}
}
