//go:build !race

// The AWS CLI takes longer to start than all else here: once, without the race
// detector, is enough.

package sandbox_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"crossgrant/awsops/sandbox"
)

// jqShim does the one thing that the article wants of jq.
const jqShim = `#!/usr/bin/env python3
import functools, json, sys
print(functools.reduce(lambda value, name: value[name], sys.argv[2].strip(".").split("."), json.load(open(sys.argv[3]))))
`

// cliWorld runs commands as a person with the AWS CLI and the sandbox's profiles.
type cliWorld struct {
	*world
	dir string
	env []string
}

func newCLIWorld(t *testing.T) *cliWorld {
	t.Helper()
	bin := filepath.Dir(startCLI(t))
	// The CLI compares times, so the sandbox must have those of the files.
	w := &cliWorld{world: newWorld(t, func(c *sandbox.Config) { c.Now = nil }), dir: t.TempDir()}
	credentials, config, err := w.WriteProfiles(filepath.Join(w.dir, "profiles"))
	w.must(err)
	path := bin + string(os.PathListSeparator) + os.Getenv("PATH")
	if _, err := exec.LookPath("jq"); err != nil {
		bin := filepath.Join(w.dir, "bin")
		w.must(os.Mkdir(bin, 0o700))
		w.must(os.WriteFile(filepath.Join(bin, "jq"), []byte(jqShim), 0o700))
		path = bin + string(os.PathListSeparator) + path
	}
	w.env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	w.env = append(w.env, "PATH="+path, "AWS_SHARED_CREDENTIALS_FILE="+credentials, "AWS_CONFIG_FILE="+config, "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true")
	return w
}

// sh runs a script and returns what it wrote. It stops at the first command that fails.
func (w *cliWorld) sh(script string, env ...string) (string, error) {
	cmd := exec.CommandContext(w.t.Context(), "sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = w.dir, append(slices.Clone(w.env), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestS3ArticleAsWritten(t *testing.T) {
	t.Parallel()
	w := newCLIWorld(t)
	script, err := os.ReadFile("testdata/article.sh")
	w.must(err)
	sections := strings.Split(strings.ReplaceAll(string(script), "/tmp/", w.dir+"/"), "\n### ")[1:]
	var vars string
	for _, section := range sections {
		name, commands, _ := strings.Cut(section, "\n")
		if name == "setup-vars" {
			vars = commands + "\n"
		}
	}
	// The general idea's blocks name no profile. Each is run by whose turn it is;
	// the firm's user must be there for its part, so that comes at the end.
	profile := map[string]string{"apply-aws-writer-bucket-policy-overview": "AWS_PROFILE=" + customer}
	var late string
	strangers, object := w.s3With(w.keys(stranger)), aws.String("example-file.txt")
	strangerIsRefused := func(when string) {
		t.Helper()
		_, write := strangers.PutObject(t.Context(), &s3.PutObjectInput{Bucket: bucket, Key: object, Body: strings.NewReader("x")})
		w.refused(write, "AccessDenied", "Access Denied")
		_, list := strangers.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket})
		w.refused(list, "AccessDenied", "Access Denied")
		_, read := strangers.GetObject(t.Context(), &s3.GetObjectInput{Bucket: bucket, Key: object})
		w.refused(read, "AccessDenied", "Access Denied")
		if t.Failed() {
			t.Fatalf("after %s a stranger may do what only the firm may", when)
		}
	}
	seen := map[string]bool{}
	for _, section := range sections {
		name, commands, _ := strings.Cut(section, "\n")
		if name == "setup-vars" {
			continue
		}
		if name == "apply-aws-policy-for-iam-writer-user" && !seen[name] {
			seen[name], late = true, commands
			continue
		}
		switch name {
		case "apply-aws-policy-for-iam-writer-user":
			out, err := w.sh(vars + writerWrites(w.dir))
			if err == nil || !strings.Contains(out, "(AccessDenied)") {
				t.Fatalf("before the firm's own policy its user is not refused: %s", out)
			}
		case "cleanup-customer-side":
			if out, err := w.sh(vars+late, "AWS_PROFILE="+firm); err != nil {
				t.Fatalf("the general idea's firm action: %v\n%s", err, out)
			}
		}
		out, err := w.sh(vars+commands, strings.Fields(profile[name])...)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		if strings.HasPrefix(name, "test-") && (!strings.Contains(out, `"ServerSideEncryption": "AES256"`) || !strings.Contains(out, "\nExample file with date ")) {
			t.Errorf("%s wrote\n%s", name, out)
		}
		strangerIsRefused(name)
	}
	if left := strings.Join(w.Snapshot(), "\n"); strings.Contains(left, "test-writer") || strings.Contains(left, "test-customer") {
		t.Errorf("the article's clean-up left\n%s", left)
	}
}

// writerWrites is what the article's firm user does, before it may.
func writerWrites(dir string) string {
	return `
echo x > ` + dir + `/x
AWS_ACCESS_KEY_ID=$(jq -r .AccessKey.AccessKeyId ` + dir + `/writer-creds.json) \
  AWS_SECRET_ACCESS_KEY=$(jq -r .AccessKey.SecretAccessKey ` + dir + `/writer-creds.json) \
  aws s3api put-object --bucket $BUCKET --key example-file.txt --body ` + dir + `/x
`
}
