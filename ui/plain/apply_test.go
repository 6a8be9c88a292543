package plain_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps/handoff"
	"crossgrant/ui/uitest"
)

// A customer has the firm's files, the AWS CLI and jq, and no crossgrant.
type customerAlone struct {
	t    *testing.T
	dir  string // with the files
	tmp  string
	env  []string
	read func() *policy.Document // the bucket's policy
	put  func(*policy.Document)
}

// applyCLI is an aws command for apply.sh, where all that the script needs is there.
func applyCLI(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: the AWS CLI, which takes a third of a second for each of many commands, is not called")
	}
	for _, tool := range []string{"bash", "jq", "aws"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not on PATH, so apply.sh is not run", tool)
		}
	}
	return uitest.StartCLI(t)
}

// alone writes the offer's files, for who has these settings of the AWS CLI.
func alone(t *testing.T, aws string, o handoff.Offer, env ...string) *customerAlone {
	t.Helper()
	c := &customerAlone{t: t, dir: t.TempDir(), tmp: t.TempDir()}
	for _, f := range o.Files() {
		if err := os.WriteFile(filepath.Join(c.dir, f.Name), []byte(f.Text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.env = append([]string{"AWS_MAX_ATTEMPTS=1", "PATH=" + filepath.Dir(aws) + ":" + os.Getenv("PATH"), "HOME=" + c.tmp, "TMPDIR=" + c.tmp}, env...)
	return c
}

// inSandbox is such a customer in a sandbox.
func inSandbox(t *testing.T, aws string, o handoff.Offer) (*customerAlone, *world) {
	t.Helper()
	w := newWorld(t, sandbox.Default())
	c := alone(t, aws, o, "AWS_SHARED_CREDENTIALS_FILE="+w.source.CredentialsFile, "AWS_CONFIG_FILE="+w.source.ConfigFile, "AWS_PROFILE=my_awesome_customer")
	c.read = func() *policy.Document {
		d, err := w.policy()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	c.put = func(d *policy.Document) {
		if _, err := w.do("customer", awsops.SetBucketPolicy{Bucket: bucket, Owner: customer, Before: c.read(), After: d}); err != nil {
			t.Fatal(err)
		}
	}
	return c, w
}

func (c *customerAlone) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(c.t.Context(), "bash", append([]string{"apply.sh"}, args...)...)
	cmd.Dir, cmd.Env = c.dir, c.env
	return cmd
}

// apply runs the script, and says answer where it asks.
func (c *customerAlone) apply(answer string, args ...string) (code int, out string) {
	c.t.Helper()
	cmd := c.command(args...)
	cmd.Stdin = strings.NewReader(answer)
	text, err := cmd.CombinedOutput()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		code = ended.ExitCode()
	} else if err != nil {
		c.t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(c.tmp, "tmp*")); err != nil || len(left) > 0 {
		c.t.Errorf("apply.sh left %v behind", left)
	}
	return code, string(text)
}

// offerOf is the offer of a grant on the sandbox's bucket.
func offerOf(change func(*policy.Grant)) handoff.Offer {
	g := policy.Grant{Partition: "aws", Bucket: bucket, Owner: customer, Firm: firm, Grantee: "arn:aws:iam::" + firm + ":user/test-writer"}
	if change != nil {
		change(&g)
	}
	return handoff.New(g, "Jane Roe")
}

func document(t testing.TB, text string) *policy.Document {
	t.Helper()
	d, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

// The script adds the grant's statements to any policy that is there, as crossgrant does,
// and takes them out again.
func TestApplyMergesAndUndoes(t *testing.T) {
	t.Parallel()
	aws := applyCLI(t)
	article := offerOf(nil)
	narrow := offerOf(func(g *policy.Grant) {
		g.Access, g.Prefix, g.Only = policy.Add, "it's \"in\" é/", true
		g.Until = time.Date(2031, 12, 31, 0, 0, 0, 0, time.UTC)
	})
	older := article.Grant
	older.Until = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	others := document(t, `{"Version":"2012-10-17","Id":"mine","Statement":{"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*",
		"Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"},"NumericLessThan":{"s3:TlsVersion":1.2}}}}`)
	others.Statements[0].Condition = others.Statements[0].Condition[1:] // the sandbox has no TLS
	withOlder := policy.Merge(others, older.ForBucket()...)
	withOther := policy.Merge(&withOlder, narrow.Grant.ForBucket()...)
	large := uitest.LargePolicy()
	for name, test := range map[string]struct {
		offer  handoff.Offer
		before *policy.Document
		rest   *policy.Document // after undo
	}{
		"no policy":                  {article, nil, nil},
		"one statement, not a list":  {article, others, others},
		"a narrow grant":             {narrow, others, others},
		"20 KB":                      {article, &large, &large},
		"an older grant of this Sid": {article, &withOlder, others},
		"another grant of the firm":  {narrow, &withOlder, &withOlder},
		"both":                       {article, &withOther, policy.Remove(&withOther, article.Grant.Sids()...)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := inSandbox(t, aws, test.offer)
			if test.before != nil {
				c.put(test.before)
			}
			code, out := c.apply("yes\n")
			want := policy.Merge(test.before, test.offer.Grant.ForBucket()...)
			if is := c.read(); code != 0 || !policy.Same(is, &want) {
				t.Fatalf("exit %d, and the policy is %v:\n%s", code, is, out)
			}
			line := receiptIn(t, out)
			if _, err := readReceipt(line, test.offer.Grant); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			if saved, _ := filepath.Glob(filepath.Join(c.dir, bucket+"-policy-before-*.json")); len(saved) != min(1, statementsOf(test.before)) {
				t.Errorf("saved of the policy that was there: %v", saved)
			}
			if code, again := c.apply(""); code != 0 || !strings.Contains(again, "Nothing to do") || receiptIn(t, again) != line {
				t.Errorf("a second time, exit %d:\n%s", code, again)
			}
			if code, out := c.apply("yes\n", "undo"); code != 0 || !policy.Same(c.read(), test.rest) {
				t.Errorf("undo: exit %d, and the policy is %v:\n%s", code, c.read(), out)
			}
			if code, out := c.apply("", "undo"); code != 0 || !strings.Contains(out, "Nothing to do") {
				t.Errorf("undo a second time: exit %d:\n%s", code, out)
			}
		})
	}
}

func statementsOf(d *policy.Document) int {
	if d == nil {
		return 0
	}
	return len(d.Statements)
}

func receiptIn(t *testing.T, out string) string {
	t.Helper()
	at := strings.Index(out, "crossgrant receipt v1 ")
	if at < 0 {
		t.Fatalf("there is no receipt in:\n%s", out)
	}
	line, _, _ := strings.Cut(out[at:], "\n")
	return line
}

func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	aws := applyCLI(t)
	full := document(t, `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Deny","Principal":"*","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::my.test.bucket/`+strings.Repeat("x", 20200)+`"}]}`)
	foreign := document(t, strings.ReplaceAll(`{"Version":"2012-10-17","Statement":[{"Sid":"SID","Effect":"Allow","Principal":{"AWS":"777788889999"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/*"}]}`, "SID", offerOf(nil).Grant.Sid()))
	for name, test := range map[string]struct {
		before *policy.Document
		answer string
		args   []string
		env    string
		code   int
		want   string
	}{
		"no":                      {nil, "no\n", nil, "", 1, "did not say yes"},
		"nobody there":            {nil, "", nil, "", 1, "did not say yes"},
		"half a yes":              {nil, "y\n", nil, "", 1, "did not say yes"},
		"another account":         {nil, "yes\n", nil, "AWS_PROFILE=my_firm", 1, "signed in to the account " + firm},
		"no room":                 {full, "yes\n", nil, "", 1, "20 KB"},
		"no such way":             {nil, "yes\n", []string{"redo"}, "", 1, "use it as"},
		"undo of somebody else's": {foreign, "yes\n", []string{"undo"}, "", 0, "Nothing to do"},
		"no profile":              {nil, "yes\n", nil, "AWS_PROFILE=nobody", 1, "nobody"},
		"nothing that answers":    {nil, "yes\n", nil, "AWS_ENDPOINT_URL=http://127.0.0.1:1", 1, "Could not connect"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, w := inSandbox(t, aws, offerOf(nil))
			if test.before != nil {
				c.put(test.before)
			}
			if test.env != "" {
				c.env = append(c.env, test.env)
			}
			w.setMark()
			code, out := c.apply(test.answer, test.args...)
			if (code == 0) != (test.code == 0) || !strings.Contains(out, test.want) {
				t.Errorf("exit %d, and not %q:\n%s", code, test.want, out)
			}
			if sent := w.since(); len(sent) > 0 || !policy.Same(c.read(), test.before) {
				t.Errorf("it changed something: %v", sent)
			}
		})
	}
}

// What somebody else changes while a person reads is not written over.
func TestApplyLooksAgainBeforeItSends(t *testing.T) {
	t.Parallel()
	aws := applyCLI(t)
	c, w := inSandbox(t, aws, offerOf(nil))
	cmd := c.command()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var problem bytes.Buffer
	cmd.Stderr = &problem
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewReader(out)
	for asked := ""; !strings.HasSuffix(asked, "Type yes to apply this: "); {
		b, err := said.ReadByte()
		if err != nil {
			t.Fatalf("it did not ask: %s %s", asked, problem.String())
		}
		asked += string(b)
	}
	theirs := document(t, `{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Principal":{"AWS":"777788889999"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/*"}]}`)
	c.put(theirs)
	w.setMark()
	_, _ = io.WriteString(in, "yes\n")
	_, _ = io.Copy(io.Discard, said)
	if err := cmd.Wait(); err == nil || !strings.Contains(problem.String(), "somebody changed the policy meanwhile") {
		t.Errorf("%v: %s", err, problem.String())
	}
	if !policy.Same(c.read(), theirs) || len(w.since()) > 0 {
		t.Errorf("it wrote over what somebody else wrote: %v", c.read())
	}
}

// jq reads a long number as another one, which would change a statement of the customer's.
func TestApplyRefusesANumberThatJqCuts(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("jq is not on PATH, so apply.sh is not run")
	}
	bin := t.TempDir()
	const aws = `#!/bin/sh
case "$*" in
*get-caller-identity*) echo 111122223333 ;;
*get-bucket-location*) echo us-east-1 ;;
*get-bucket-policy*) echo '{"Statement":{"Sid":"A","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"NumericLessThan":{"s3:max-keys":12345678901234567890}}}}' ;;
*) echo "sent: $*" ;;
esac
`
	if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(aws), 0o700); err != nil {
		t.Fatal(err)
	}
	c := alone(t, filepath.Join(bin, "aws"), offerOf(nil))
	if code, out := c.apply("yes\n"); code == 0 || !strings.Contains(out, "too long for jq") || strings.Contains(out, "sent:") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

// In moto, which is another implementation, the script gives the same policy as crossgrant,
// and CloudFormation takes the template.
func TestApplyInMoto(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: apply.sh is not run in moto, which takes seconds to start")
	}
	program, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on PATH, so apply.sh is not run in it: pip install 'moto[server]'")
	}
	aws := applyCLI(t)
	endpoint := startMoto(t, program)
	profiles := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(profiles, []byte("[customer]\naws_access_key_id = AKIAMOTO\naws_secret_access_key = hunter22\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	source := awsops.Source{CredentialsFile: profiles, ConfigFile: profiles + ".none", Endpoint: endpoint, Pace: quick}
	s, err := source.Open(t.Context(), "customer")
	if err != nil {
		t.Fatal(err)
	}
	perform(t, s, awsops.CreateBucket{Bucket: bucket, Owner: motoCustomer, Region: "us-east-1"})
	o := offerOf(func(g *policy.Grant) {
		g.Owner, g.Access, g.Prefix, g.Only = motoCustomer, policy.ReadWrite, "in/", true
	})
	c := alone(t, aws, o, "AWS_SHARED_CREDENTIALS_FILE="+profiles, "AWS_CONFIG_FILE="+source.ConfigFile, "AWS_PROFILE=customer", "AWS_ENDPOINT_URL="+endpoint, "AWS_DEFAULT_REGION=us-east-1")
	c.read = func() *policy.Document {
		d, err := s.BucketPolicy(t.Context(), bucket, motoCustomer)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for name, before := range map[string]*policy.Document{"none": nil, "others": document(t, foreign)} {
		if before != nil {
			perform(t, s, awsops.SetBucketPolicy{Bucket: bucket, Owner: motoCustomer, After: before})
		}
		want := policy.Merge(before, o.Grant.ForBucket()...)
		code, out := c.apply("yes\n")
		if code != 0 || !policy.Same(c.read(), &want) {
			t.Errorf("%s: exit %d, and the policy is %v:\n%s", name, code, c.read(), out)
		}
		if _, err := readReceipt(receiptIn(t, out), o.Grant); err != nil {
			t.Error(err)
		}
		if code, out := c.apply("yes\n", "undo"); code != 0 || !policy.Same(c.read(), before) {
			t.Errorf("%s: undo: exit %d, and the policy is %v:\n%s", name, code, c.read(), out)
		}
		if before != nil {
			perform(t, s, awsops.SetBucketPolicy{Bucket: bucket, Owner: motoCustomer, Before: before})
		}
	}
	stack := exec.CommandContext(t.Context(), aws, "cloudformation", "create-stack", "--stack-name", "firm", "--template-body", "file://cloudformation.yaml")
	stack.Dir, stack.Env = c.dir, c.env
	if out, err := stack.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// moto takes the template, but makes nothing of an AWS::S3::BucketPolicy as yet.
	if is, want := c.read(), policy.New(o.Grant.ForBucket()...); is != nil && !policy.Same(is, &want) {
		t.Errorf("the stack made the policy %v", is)
	}
}

func readReceipt(line string, g policy.Grant) (handoff.Receipt, error) {
	r, err := handoff.ParseReceipt(line)
	if err == nil {
		err = r.Check(g)
	}
	return r, err
}
