package plain_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/ui/uitest"
)

// What each access lets its user or role do by the AWS CLI, and what it does not.
func TestWhatEachAccessLetsTheAWSCLIDo(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the AWS CLI is not run for each access")
	}
	aws := uitest.StartCLI(t)
	if aws == "" {
		t.Skip("the AWS CLI (aws) is not on PATH")
	}
	for access, may := range map[string][]string{
		"article":    {"list", "read", "write", "write new", "replace"},
		"deliver":    {"write", "write new", "replace"},
		"add":        {"write new"},
		"read":       {"list", "read"},
		"read-write": {"list", "read", "write", "write new", "replace"},
	} {
		for _, prefix := range []string{"", "incoming/"} {
			for _, as := range []string{"user", "role"} {
				if as == "role" && prefix == "" {
					continue // which is the same with fewer commands
				}
				t.Run(strings.Join([]string{access, prefix, as}, "/"), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t, sandbox.Default())
					g := &given{w, aws, t.TempDir(), prefix, nil}
					g.setUp(t, access, as == "role")
					if d := cmp.Diff(slices.Sorted(slices.Values(may)), g.tries(t)); d != "" {
						t.Errorf("by its words it may (-), by the AWS CLI (+):\n%s", d)
					}
				})
			}
		}
	}
}

// given is a grant that was set up, and how the AWS CLI is told to use it.
type given struct {
	*world
	aws, dir, prefix string
	profile          []string // the variables and the profile
}

func (g *given) setUp(t *testing.T, access string, role bool) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(g.dir, "FILE"), []byte("delivered"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := g.do("customer", awsops.PutObject{Bucket: bucket, Owner: customer, Key: g.prefix + "theirs", Body: "theirs"}); err != nil {
		t.Fatal(err)
	}
	o := g.options("setup", nil)
	o.Answers.Access, o.Answers.Prefix, o.Answers.KeyFile = access, g.prefix, filepath.Join(g.dir, "key")
	g.profile = []string{"AWS_SHARED_CREDENTIALS_FILE=" + o.Answers.KeyFile, "AWS_PROFILE=test-writer"}
	if role {
		o.Answers.FirmUser, o.Answers.FirmRole, o.Answers.KeyFile = "", "deliverer", ""
		config := fmt.Sprintf("[profile deliverer]\nrole_arn = arn:aws:iam::%s:role/deliverer\nsource_profile = my_firm\nrole_session_name = of-%s\n", firm, strings.ReplaceAll(access+g.prefix, "/", "")) // the CLI keeps sessions by what is here
		if err := os.WriteFile(filepath.Join(g.dir, "config"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		g.profile = []string{"AWS_SHARED_CREDENTIALS_FILE=" + g.source.CredentialsFile, "AWS_PROFILE=deliverer"}
	}
	if code, out := g.run(t, o); code != exitDone {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
}

// tries are what worked of all that can be tried.
func (g *given) tries(t *testing.T) (worked []string) {
	t.Helper()
	s3api := func(command string, args ...string) []string {
		return append([]string{"s3api", command, "--bucket", bucket}, args...)
	}
	put := func(key string, args ...string) []string {
		return s3api("put-object", append([]string{"--key", key, "--body", "FILE"}, args...)...)
	}
	commands := map[string][]string{
		"list":      s3api("list-objects-v2", "--prefix", g.prefix),
		"read":      s3api("get-object", "--key", g.prefix+"theirs", "OUT"),
		"write":     put(g.prefix + "plain"),
		"write new": put(g.prefix+"new", "--if-none-match", "*"),
		"delete":    s3api("delete-object", "--key", g.prefix+"theirs"),
	}
	if g.prefix != "" {
		commands["write elsewhere"], commands["list elsewhere"] = put("elsewhere"), s3api("list-objects-v2")
	}
	for _, what := range append(slices.Sorted(maps.Keys(commands)), "replace") { // which comes after what reads it
		args := commands[what]
		if what == "replace" {
			args = put(g.prefix + "theirs")
		}
		c := exec.CommandContext(t.Context(), g.aws, args...)
		c.Dir = g.dir
		c.Env = append([]string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + g.dir, "AWS_ENDPOINT_URL=" + g.URL(), "AWS_CONFIG_FILE=" + filepath.Join(g.dir, "config"),
			"AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
		}, g.profile...)
		out, err := c.CombinedOutput()
		switch {
		case err == nil:
			worked = append(worked, what)
		case !strings.Contains(string(out), "AccessDenied"):
			t.Errorf("%s: %v\n%s", what, err, out)
		}
	}
	slices.Sort(worked)
	return worked
}
