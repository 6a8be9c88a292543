package plain_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/ui/plain"
)

// The stack of the firm's half makes the user or role, and gives it exactly the policies of
// the template.
func TestTheFirmsStackInMoto(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: no stack is made in moto, which takes seconds to start")
	}
	program, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on PATH, so no stack is made in it: pip install 'moto[server]'")
	}
	aws := applyCLI(t)
	endpoint := startMoto(t, program)
	dir := t.TempDir()
	list := filepath.Join(dir, "customers.csv")
	if err := os.WriteFile(list, []byte("bucket,customer_account,prefix,access\nb-one,111122223333,,\nb-two,011122223333,\"a, \"\"b\"\" é/\",add\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for kind, answers := range map[string]steps.Answers{"user": {FirmUser: "deliverer"}, "role": {FirmRole: "courier"}} {
		out := filepath.Join(dir, kind)
		var said bytes.Buffer
		h := plain.Handout{Answers: answers, Said: steps.Expected{Firm: motoCustomer}, Dir: out, Fleet: list}
		if code := plain.Handoff(t.Context(), awsops.Source{}, h, &said); code != 0 {
			t.Fatal(said.String())
		}
		asked := func(args ...string) (answer string) {
			t.Helper()
			c := exec.CommandContext(t.Context(), aws, args...)
			c.Dir = filepath.Join(out, "firm")
			c.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=AKIAMOTO", "AWS_SECRET_ACCESS_KEY=hunter22", "AWS_ENDPOINT_URL="+endpoint, "AWS_DEFAULT_REGION=us-east-1", "AWS_PAGER=")
			text, err := c.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", shell.Command(args...), err, text)
			}
			return string(bytes.TrimSpace(text))
		}
		asked("cloudformation", "create-stack", "--stack-name", kind, "--template-body", "file://cloudformation.yaml", "--capabilities", "CAPABILITY_NAMED_IAM")
		name := answers.Grantee().Name
		arn := asked("iam", "list-attached-"+kind+"-policies", "--"+kind+"-name", name, "--query", "AttachedPolicies[].PolicyArn", "--output", "text")
		live := asked("iam", "get-policy-version", "--policy-arn", arn, "--version-id", "v1", "--query", "PolicyVersion.Document")
		d, err := policy.Parse([]byte(live))
		if err != nil {
			t.Fatal(err)
		}
		one := policy.Grant{Partition: "aws", Bucket: "b-one", Owner: "111122223333", Firm: motoCustomer, Only: true}
		two := policy.Grant{Partition: "aws", Bucket: "b-two", Owner: "011122223333", Firm: motoCustomer, Only: true, Access: policy.Add, Prefix: `a, "b" é/`}
		want := policy.Combined(one, two)
		for i := range want.Statements {
			want.Statements[i].Sid = ""
		}
		if !policy.Equal(d, want) {
			t.Errorf("%s has\n%s\nwant\n%s", name, d.Compact(), want.Compact())
		}
		if kind == "role" {
			trust, err := policy.Parse([]byte(asked("iam", "get-role", "--role-name", name, "--query", "Role.AssumeRolePolicyDocument")))
			if want := policy.Trust(policy.AccountARN("aws", motoCustomer)); err != nil || !policy.Equal(trust, want) {
				t.Errorf("it trusts %s, %v", trust.Compact(), err)
			}
		}
	}
}
