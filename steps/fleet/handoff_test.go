package fleet

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/policy"
	"crossgrant/steps/handoff"
)

var update = flag.Bool("update", false, "write the golden files")

var offered = policy.Grant{Partition: "aws", Firm: "444455556666", Grantee: "arn:aws:iam::444455556666:user/delivery/test-writer"}

// handoffOf is that of a list.
func handoffOf(t *testing.T, list string, change func(*Handoff)) Handoff {
	t.Helper()
	rows, err := Read(strings.NewReader(list), Row{})
	if err != nil {
		t.Fatal(err)
	}
	grants, err := Offered(rows, offered)
	if err != nil {
		t.Fatal(err)
	}
	h := Handoff{Grants: grants, Contact: "Jane Roe"}
	if change != nil {
		change(&h)
	}
	return h
}

func filesOf(t *testing.T, h Handoff) map[string]string {
	t.Helper()
	files, err := h.Files()
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{}
	for _, f := range files {
		if _, twice := named[f.Name]; twice {
			t.Errorf("two files are %s", f.Name)
		}
		if !filepath.IsLocal(f.Name) {
			t.Errorf("the file %q is elsewhere", f.Name)
		}
		named[f.Name] = f.Text
	}
	return named
}

const several = `bucket,customer_account,prefix,access,until
my.test.bucket,111122223333,,,
two.buckets,111122223334,in/,deliver,2999-01-02
two.buckets,111122223334,out/,read,
three,011122223335,"a, ""q"" <%{x}> & é/",add,
firm,011122223336,,read-write,
four,011122223336,in/,article,2999-01-02
`

func many(n int, access string) string {
	var b strings.Builder
	b.WriteString("bucket,customer_account,access\n")
	for i := range n {
		fmt.Fprintf(&b, "customer-%021d,%012d,%s\n", i, 100000000000+i, access)
	}
	return b.String()
}

// handoffs are one of each shape.
func handoffs(t *testing.T) map[string]Handoff {
	role := func(h *Handoff) {
		for i := range h.Grants {
			h.Grants[i].Grantee = "arn:aws:iam::444455556666:role/nightly"
		}
		h.Trusts, h.ByAccount = "arn:aws:iam::444455556666:role/ci", true
	}
	return map[string]Handoff{
		"user":             handoffOf(t, several, nil),
		"role by account":  handoffOf(t, several, role),
		"one":              handoffOf(t, "bucket,customer_account\nb-1,111122223333\n", func(h *Handoff) { h.Exists = true }),
		"several policies": handoffOf(t, many(200, "article"), nil),
		"a thousand":       handoffOf(t, many(1000, "deliver"), nil),
	}
}

func TestTheFirmsFiles(t *testing.T) {
	all := handoffs(t)
	for _, name := range []string{"user", "role by account", "one"} {
		files := filesOf(t, all[name])
		for _, file := range []string{"README.md", "firm/main.tf", "firm/customers.csv", "firm/rules.json", "firm/cloudformation.yaml"} {
			golden := filepath.Join("testdata", "handoff", name, file)
			if *update {
				if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, []byte(files[file]), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), files[file]); d != "" {
				t.Errorf("%s (- golden, + now):\n%s", golden, d)
			}
		}
	}
}

// Each customer gets what they would get alone, in a folder of their own, and a second time
// it is the same to the byte.
func TestEachCustomerHasAFolder(t *testing.T) {
	h := handoffOf(t, several, nil)
	files := filesOf(t, h)
	if d := cmp.Diff(files, filesOf(t, h)); d != "" {
		t.Errorf("a second time the files differ:\n%s", d)
	}
	for i, folder := range []string{"my.test.bucket", "two.buckets", "two.buckets_2", "three", "firm", "four"} {
		for _, f := range handoff.New(h.Grants[i], h.Contact).Files() {
			if name := "customers/" + folder + "/" + f.Name; files[name] != f.Text {
				t.Errorf("%s is %q", name, files[name])
			}
		}
	}
	dir := t.TempDir()
	all, _ := h.Files()
	if err := handoff.Write(dir, all); err != nil {
		t.Fatal(err)
	}
	for i, folder := range h.folders() {
		if o, err := handoff.Read(filepath.Join(dir, "customers", folder)); err != nil || !cmp.Equal(o.Grant, h.Grants[i]) {
			t.Errorf("the grant of %s is read as %v, %v", folder, o.Grant, err)
		}
	}
}

// The copy of the list says the same as the list.
func TestTheCopyOfTheListSaysTheSame(t *testing.T) {
	h := handoffOf(t, several, nil)
	again := handoffOf(t, filesOf(t, h)["firm/customers.csv"], nil)
	if d := cmp.Diff(h.Grants, again.Grants); d != "" {
		t.Errorf("(- list, + copy):\n%s", d)
	}
}

// What the firm's policies let its user do is what the grants are for, and no policy is
// longer than AWS takes.
func TestTheFirmsPoliciesPassTheGrantsOn(t *testing.T) {
	for name, h := range handoffs(t) {
		f, err := h.firm()
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Policies) > mostPolicies {
			t.Errorf("%s: %d policies", name, len(f.Policies))
		}
		var own []policy.Named
		for _, d := range f.Policies {
			if n := written(d); n > policy.MaxManagedChars {
				t.Errorf("%s: a policy has %d characters", name, n)
			}
			own = append(own, policy.Named{Document: d})
		}
		for _, g := range h.Grants[:min(20, len(h.Grants))] {
			for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject"} {
				may := func(owner string) bool {
					return policy.Decide(policy.Request{
						Caller: policy.Caller{Account: g.Firm, ARN: g.Grantee}, Owner: owner, Action: action,
						Resource: "arn:aws:s3:::" + g.Bucket + "/" + g.Prefix + "file",
						Context:  map[string][]string{"s3:if-none-match": {"*"}},
					}, policy.Policies{Identity: own}).Identity.Verdict == policy.Allowed
				}
				if want := slices.Contains(g.Actions(), action); may(g.Owner) != want {
					t.Errorf("%s: %s in %s: %v, want %v", name, action, g.Bucket, may(g.Owner), want)
				}
				if may("999988887777") {
					t.Errorf("%s: %s in a bucket of somebody else that is called %s", name, action, g.Bucket)
				}
			}
		}
	}
}

// What Terraform makes of the list is what crossgrant made of it.
func TestTerraformMakesTheSamePolicies(t *testing.T) {
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not on PATH, so it does not look at main.tf")
	}
	for name, h := range handoffs(t) {
		if testing.Short() && name != "user" {
			continue
		}
		dir := t.TempDir()
		files := filesOf(t, h)
		run := func(stdin string, args ...string) string {
			t.Helper()
			c := exec.CommandContext(t.Context(), terraform, args...)
			c.Dir, c.Env, c.Stdin = dir, append(os.Environ(), "TF_CLI_CONFIG_FILE="+os.DevNull, "CHECKPOINT_DISABLE=1"), strings.NewReader(stdin)
			out, err := c.Output()
			if err != nil {
				t.Fatalf("%s: terraform %s: %v\n%s", name, args[0], err, out)
			}
			return string(out)
		}
		for _, file := range []string{"main.tf", "customers.csv", "rules.json"} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(files["firm/"+file]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		run("", "fmt", "-check", "-diff", "main.tf")
		// Its values need no provider, which would have to be downloaded.
		main := files["firm/main.tf"]
		locals := main[strings.Index(main, "\nlocals {"):]
		if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(locals[:strings.Index(locals, "\n}\n")+3]), 0o600); err != nil {
			t.Fatal(err)
		}
		var quoted string
		var made map[string]string
		out := run("jsonencode(local.policies)\n", "console")
		if err := json.Unmarshal([]byte(strings.ReplaceAll(out, "$${", "${")), &quoted); err != nil {
			t.Fatalf("%s: %v: %.300s", name, err, out)
		}
		if err := json.Unmarshal([]byte(quoted), &made); err != nil {
			t.Fatal(err)
		}
		f, err := h.firm()
		if err != nil {
			t.Fatal(err)
		}
		if len(made) != len(f.Policies) {
			t.Errorf("%s: Terraform makes %d policies, and crossgrant %d", name, len(made), len(f.Policies))
		}
		for i, want := range f.Policies {
			text := made[fmt.Sprintf("%02d", i+1)]
			d, err := policy.Parse([]byte(text))
			if err != nil || !policy.Equal(d, want) {
				t.Errorf("%s: policy %d is %v, %s\nwant %s", name, i+1, err, text, want.Compact())
			}
			if n := len([]rune(text)); n > policy.MaxManagedChars {
				t.Errorf("%s: Terraform writes policy %d with %d characters", name, i+1, n)
			}
		}
	}
}

func TestCloudFormationTakesTheTemplate(t *testing.T) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Skip("cfn-lint is not on PATH, so it does not look at cloudformation.yaml")
	}
	if testing.Short() {
		t.Skip("-short: cfn-lint takes seconds to start")
	}
	dir := t.TempDir()
	args := []string{"--non-zero-exit-code", "error", "--"}
	for name, h := range handoffs(t) {
		path := filepath.Join(dir, name+".yaml")
		if err := os.WriteFile(path, []byte(filesOf(t, h)["firm/cloudformation.yaml"]), 0o600); err != nil {
			t.Fatal(err)
		}
		if name != "a thousand" { // which is read from S3
			args = append(args, path)
		}
	}
	if out, err := exec.CommandContext(t.Context(), lint, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestOfferedRefuses(t *testing.T) {
	for list, want := range map[string]string{
		"bucket\nb-one\n": "Line 2: the customer's account is missing",
		"bucket,customer_account\nb-one,111122223333\nb-two,444455556666\n": "Line 3: the customer's account is the firm's own",
		"bucket\nb-1\nb-2\nb-3\nb-4\nb-5\nb-6\nb-7\n":                       "2 more lines are wrong",
	} {
		rows, err := Read(strings.NewReader(list), Row{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Offered(rows, offered); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if _, err := handoffOf(t, many(2500, "read"), nil).Files(); err == nil || !strings.Contains(err.Error(), "too many customers") {
		t.Errorf("more are taken than a user has room for: %v", err)
	}
}

func TestAThousandCustomersTakeSeconds(t *testing.T) {
	n := 1000
	if testing.Short() {
		n = 100
	}
	began := time.Now()
	files, err := handoffOf(t, many(n, ""), nil).Files()
	if err == nil {
		err = handoff.Write(t.TempDir(), files)
	}
	if took := time.Since(began); err != nil || len(files) != 6*n+5 || took > 20*time.Second {
		t.Errorf("%d files, %v, after %v", len(files), err, took)
	}
	t.Log(time.Since(began))
}
