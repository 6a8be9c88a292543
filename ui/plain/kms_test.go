package plain_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops/shell"
	"crossgrant/ui/uitest"
)

// in runs a command in a folder, and fails the test where that fails.
func (p *printing) in(dir, command string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "sh", "-c", command)
	cmd.Dir, cmd.Env = dir, p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("%s\n%v: %s", command, err, out)
	}
	return string(out)
}

// A bucket that encrypts with a key of the customer's: what a dry run prints, done with the
// AWS CLI, opens the key; then the set-up works, the printed line delivers a file that is
// sent in parts, and the clean-up says what stays.
func TestTheKeysPolicyIsChangedAsPrinted(t *testing.T) {
	t.Parallel()
	cli := ""
	if !testing.Short() && !raced {
		cli = uitest.StartCLI(t)
	}
	if cli == "" {
		t.Skip("it takes the AWS CLI (aws)")
	}
	p := newPrinting(t, "text", cli)
	dir, as := t.TempDir(), "aws "+shell.Command("--profile", client)+" --endpoint-url "+p.URL()+" "
	key := strings.TrimSpace(p.in(dir, as+"kms create-key --query KeyMetadata.Arn --output text"))
	p.in(dir, as+`s3api put-bucket-encryption --bucket `+bucket+` --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"`+key+`"},"BucketKeyEnabled":true}]}'`)

	o := p.asked("setup")
	o.DryRun, o.Answers.Access = true, "deliver"
	planned := p.tell(t.Context(), o)
	commands := slices.DeleteFunc(p.printed(planned), func(c string) bool { return !strings.Contains(c, " kms ") })
	statement := regexp.MustCompile(`\{"Sid":"CrossgrantFirm\S*\}`).FindString(planned)
	if len(commands) != 2 || statement == "" {
		t.Fatalf("it prints %q and %q in:\n%s", commands, statement, planned)
	}
	p.in(dir, commands[0])
	var live struct {
		Version   string
		Statement []json.RawMessage
	}
	file := filepath.Join(dir, "live-key-policy.json")
	text, err := os.ReadFile(file)
	p.must(err)
	p.must(json.Unmarshal(text, &live))
	live.Statement = append(live.Statement, json.RawMessage(statement))
	text, err = json.Marshal(live)
	p.must(err)
	p.must(os.WriteFile(file, text, 0o600))
	p.in(dir, commands[1])

	before := p.Snapshot()
	o = p.asked("setup")
	o.Answers.Access, o.Answers.KeyFile = "deliver", filepath.Join(p.dir, "the key")
	told := p.tell(t.Context(), o)
	at := slices.IndexFunc(p.printed(told), func(c string) bool { return strings.Contains(c, " s3 cp FILE ") })
	if at < 0 {
		t.Fatalf("no line delivers:\n%s", told)
	}
	p.must(os.WriteFile(filepath.Join(dir, "FILE"), make([]byte, 9<<20), 0o600)) // in two parts
	p.in(dir, p.printed(told)[at])
	if head := p.in(dir, as+"s3api head-object --bucket "+bucket+" --key FILE"); !strings.Contains(head, key) || !strings.Contains(head, "9437184") {
		t.Errorf("what was delivered is %s", head)
	}
	p.in(dir, as+"s3api delete-object --bucket "+bucket+" --key FILE")

	o = p.asked("cleanup")
	o.Run = p.one()
	if said := p.tell(t.Context(), o); !strings.Contains(strings.Join(strings.Fields(said), " "), "The statement CrossgrantFirm444455556666Key stands in the policy of the KMS key "+key) {
		t.Errorf("the clean-up says:\n%s", said)
	}
	if after := p.Snapshot(); !slices.Equal(before, after) {
		t.Errorf("before:\n%s\nafter:\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}
