package plain_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
)

// The accounts in moto: its own, and one that a role is in.
const (
	motoCustomer = "123456789012"
	motoFirm     = "222222222222"
)

// moto checks no policies: what should be refused there is not, which is a warning
// and no failure.
func TestInMoto(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: no tour is made in moto, which takes seconds to start")
	}
	program, err := exec.LookPath("moto_server")
	if err != nil {
		t.Skip("moto_server is not on PATH, so no tour is made in it: pip install 'moto[server]'")
	}
	endpoint := startMoto(t, program)
	const mine = "[customer]\naws_access_key_id = AKIAMOTO\naws_secret_access_key = hunter22\n"
	for name, firm := range map[string]string{
		"a role":                "[firm]\nrole_arn = arn:aws:iam::" + motoFirm + ":role/admin\nsource_profile = customer\n",
		"temporary credentials": "[firm]\n" + assumeRole(t, endpoint),
	} {
		t.Run(name, func(t *testing.T) { openMoto(t, endpoint, mine+firm).tour(t) })
	}
	for name, terms := range map[string][]string{
		"a user that delivers until a day": {"--firm-user", "deliverer", "--access", "deliver", "--prefix", "in/", "--until", "2999-12-31"},
		"one role alone that adds":         {"--firm-role", "deliverer", "--access", "add", "--only-this-user"},
		"one user alone under a prefix":    {"--firm-user", "deliverer", "--access", "read-write", "--prefix", "Büro & <1>/", "--only-this-user"},
		"a role that reads":                {"--firm-role", "deliverer", "--access", "read", "--until", "2999-12-31"},
	} {
		t.Run(name, func(t *testing.T) {
			openMoto(t, endpoint, mine+"[firm]\n"+assumeRole(t, endpoint)).sendsWhatItShows(t, terms)
		})
	}
}

// moto is a bucket in moto with a policy of others, and the administrators of both sides.
type moto struct {
	bucket         string
	before         policy.Document
	customer, firm *awsops.Session
	crossgrant     func(args ...string) string
}

func openMoto(t *testing.T, endpoint, profiles string) moto {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "credentials")
	if err := os.WriteFile(file, []byte(profiles), 0o600); err != nil {
		t.Fatal(err)
	}
	source := awsops.Source{CredentialsFile: file, ConfigFile: file + ".none", Endpoint: endpoint, Pace: quick}
	customerSide, err := source.Open(t.Context(), "customer")
	if err != nil {
		t.Fatal(err)
	}
	firmSide, err := source.Open(t.Context(), "firm")
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("bucket-%d", time.Now().UnixNano())
	perform(t, customerSide, awsops.CreateBucket{Bucket: name, Owner: motoCustomer, Region: "us-east-1"})
	before, err := policy.Parse([]byte(strings.ReplaceAll(foreign, bucket, name)))
	if err != nil {
		t.Fatal(err)
	}
	perform(t, customerSide, awsops.SetBucketPolicy{Bucket: name, Owner: motoCustomer, After: &before})

	crossgrant := func(args ...string) string {
		t.Helper()
		c := exec.CommandContext(t.Context(), binary, append(args, "--yes", "--customer-profile", "customer", "--firm-profile", "firm")...)
		c.Env = []string{
			"HOME=" + dir, "AWS_SHARED_CREDENTIALS_FILE=" + file, "AWS_CONFIG_FILE=" + source.ConfigFile, "AWS_ENDPOINT_URL=" + endpoint,
			"CUSTOMER_AWS_ACCT=" + motoCustomer, "FIRM_ACCT=" + motoFirm,
		}
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("%v:\n%s", err, out)
		}
		return string(out)
	}
	t.Cleanup(func() {
		// S3 deletes only an empty bucket.
		ctx := context.WithoutCancel(t.Context())
		created, err := customerSide.BucketCreated(ctx, name)
		if err == nil {
			_, err = customerSide.Perform(ctx, awsops.DeleteBucket{Bucket: name, Owner: motoCustomer, Created: created})
		}
		if err != nil {
			t.Error(err)
		}
	})
	return moto{name, before, customerSide, firmSide, crossgrant}
}

// sendsWhatItShows sets a narrow grant up: what then stands on both sides are the documents
// that were shown, and a clean-up leaves the others' alone.
func (m moto) sendsWhatItShows(t *testing.T, terms []string) {
	t.Helper()
	shown := map[string]*policy.Document{}
	named := ""
	for line := range strings.Lines(m.crossgrant(append([]string{"setup", "--json", "--bucket", m.bucket}, terms...)...)) {
		var event struct {
			Event   string
			Actions []struct {
				Kind      string
				After     *policy.Document
				Operation struct{ Input struct{ Name string } }
			}
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		for _, a := range event.Actions {
			if event.Event == "planned" && a.After != nil {
				shown[a.Kind] = a.After
				named = a.Operation.Input.Name // the inline policy is the last document
			}
		}
	}
	who, kind := awsops.UserIn(motoFirm, "deliverer"), "set-user-policy"
	if slices.Contains(terms, "--firm-role") {
		who, kind = awsops.RoleIn(motoFirm, "deliverer"), "set-role-policy"
	}
	bucketPolicy, err := m.customer.BucketPolicy(t.Context(), m.bucket, motoCustomer)
	if err != nil || bucketPolicy == nil || !policy.Same(bucketPolicy, shown["set-bucket-policy"]) || policy.Same(bucketPolicy, &m.before) {
		t.Errorf("the bucket's policy is %v, shown was %v: %v", bucketPolicy, shown["set-bucket-policy"], err)
	}
	inline, err := m.firm.InlinePolicy(t.Context(), who, named)
	if err != nil || inline == nil || !policy.Same(inline, shown[kind]) {
		t.Errorf("the policy %s of %s is %v, shown was %v: %v", named, who.Name, inline, shown[kind], err)
	}
	m.crossgrant("cleanup")
	m.nothingIsLeft(t)
}

func (m moto) nothingIsLeft(t *testing.T) {
	t.Helper()
	after, err := m.customer.BucketPolicy(t.Context(), m.bucket, motoCustomer)
	if err != nil || !policy.Same(after, &m.before) {
		t.Errorf("the bucket's policy is %v, %v", after, err)
	}
	for _, s := range []*awsops.Session{m.customer, m.firm} {
		if made, err := s.Tagged(t.Context(), ""); err != nil || len(made) > 0 {
			t.Errorf("users and roles left behind: %v, %v", made, err)
		}
	}
}

// tour walks through it all, after a role was set up and taken back.
func (m moto) tour(t *testing.T) {
	t.Helper()
	contains(t, m.crossgrant("setup", "--bucket", m.bucket, "--firm-role", "deliverer"), "deliverer can write into the bucket")
	contains(t, m.crossgrant("cleanup"), "the role deliverer", "is left.")
	out := m.crossgrant("tour", "--bucket", m.bucket, "--key", "probe.txt")
	contains(t, out,
		"warning test-writer could write although nothing shown here lets it",
		"warning test-writer could delete the file",
		"this endpoint checks no policies", "Nothing is left to clean up.")

	m.nothingIsLeft(t)
	for _, key := range []string{"probe.txt", "probe.txt-refused"} {
		if versions, err := m.customer.ObjectVersions(t.Context(), m.bucket, motoCustomer, key); err != nil || len(versions) > 0 {
			t.Errorf("%s is left behind: %v, %v", key, versions, err)
		}
	}
}

func perform(t *testing.T, s *awsops.Session, op awsops.Operation) {
	t.Helper()
	if _, err := s.Perform(t.Context(), op); err != nil {
		t.Fatalf("%s: %v", op.Kind(), err)
	}
}

// startMoto starts moto_server on a free port and returns its address when it
// answers.
func startMoto(t *testing.T, program string) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(free.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_ = free.Close()
	ctx, stop := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, program, "-H", "127.0.0.1", "-p", port)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = server.Wait() })
	endpoint := "http://127.0.0.1:" + port
	for poll := time.NewTicker(50 * time.Millisecond); ; <-poll.C {
		answer, err := http.Get(endpoint + "/moto-api/")
		if err == nil {
			_ = answer.Body.Close()
			poll.Stop()
			return endpoint
		}
		if t.Context().Err() != nil || server.ProcessState != nil {
			t.Fatalf("moto_server does not answer: %v", err)
		}
	}
}

// assumeRole asks moto for temporary credentials in the firm's account, as a
// profile holds them.
func assumeRole(t *testing.T, endpoint string) string {
	t.Helper()
	form := url.Values{
		"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleSessionName": {"test"},
		"RoleArn": {"arn:aws:iam::" + motoFirm + ":role/admin"},
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAMOTO/20260101/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=none")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var given struct {
		ID     string `xml:"AssumeRoleResult>Credentials>AccessKeyId"`
		Secret string `xml:"AssumeRoleResult>Credentials>SecretAccessKey"`
		Token  string `xml:"AssumeRoleResult>Credentials>SessionToken"`
	}
	if err := xml.NewDecoder(answer.Body).Decode(&given); err != nil || given.Token == "" {
		t.Fatalf("moto gives no credentials: %v", err)
	}
	return fmt.Sprintf("aws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\n", given.ID, given.Secret, given.Token)
}
