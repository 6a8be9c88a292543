package awsops

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/sandbox"

	"github.com/google/go-cmp/cmp"
)

const someKey = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n"

func sourceOf(t *testing.T, credentials, config string) Source {
	t.Helper()
	noEnvironment(t)
	return Source{CredentialsFile: writeFile(t, "credentials", credentials), ConfigFile: writeFile(t, "config", config), Pace: quick}
}

func TestProfilesMergesBothFiles(t *testing.T) {
	s := sourceOf(t, `# keys
[my_firm]
`+someKey+`region = eu-west-1
[default]
`+someKey+`
[profile wrong]
`+someKey, `[default]
region = us-west-2
s3 =
  addressing_style = path
  max_concurrent_requests = 20
[profile my_firm]
region = ap-south-1
[profile by sso]
sso_session = corp
[sso-session corp]
sso_start_url = https://corp.example/start
[profile old-sso]
sso_start_url = https://old.example/start ; a comment
[profile role]
role_arn = arn:aws:iam::111122223333:role/r
source_profile = my_firm
[profile web]
role_arn = arn:aws:iam::111122223333:role/w
web_identity_token_file = /token
[profile login]
login_session = arn:aws:iam::111122223333:user/me
[profile process]
credential_process = /bin/get --secret
[services local]
s3 =
  endpoint_url = http://localhost
[profile empty]
[stray]
region = x
`)
	got, err := s.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	c, f := s.CredentialsFile, s.ConfigFile
	want := []Profile{
		{"my_firm", "key", c, "eu-west-1", "AKIAIOSFODNN7EXAMPLE"},
		{"default", "key", c, "us-west-2", "AKIAIOSFODNN7EXAMPLE"},
		{"by sso", "sso", f, "", "https://corp.example/start"},
		{"old-sso", "sso", f, "", "https://old.example/start"},
		{"role", "role", f, "", "arn:aws:iam::111122223333:role/r"},
		{"web", "web identity", f, "", "arn:aws:iam::111122223333:role/w"},
		{"login", "login", f, "", "arn:aws:iam::111122223333:user/me"},
		{"process", "process", f, "", "an outside command"},
		{"empty", "none", f, "", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestProfileThatCannotBeUsed(t *testing.T) {
	keys := "[my_firm]\n" + someKey + "[my_awesome_customer]\n" + someKey
	tests := []struct {
		name, credentials, config, profile string
		summary                            string
		says                               []string
	}{
		{"unknown", keys, "", "my_frim", "There is no such profile", []string{"Did you mean my_firm?"}},
		{"capitals", keys, "", "My_Firm", "There is no such profile", []string{"Did you mean my_firm?"}},
		{"far from any", keys, "", "x", "There is no such profile", []string{"my_firm, my_awesome_customer", "aws configure --profile x"}},
		{"no prefix", keys, "[other]\nregion = x\n", "other", "There is no such profile", []string{"write [profile other] instead of [other]"}},
		{"prefix in credentials", "[profile other]\n" + someKey, "", "other", "There is no such profile", []string{"write [other] instead of [profile other]"}},
		{"none at all", "", "", "my_firm", "There are no AWS profiles on this computer", []string{"aws configure --profile my_firm", "credentials", "config"}},
		{"empty", keys + "[e]\n", "", "e", "The profile has no credentials", []string{"aws configure --profile e"}},
		{"half a key", "[h]\naws_access_key_id = AKIA\n", "", "h", "The profile has half a key", []string{"aws_secret_access_key"}},
		{"no source", keys, "[profile r]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = my_frm\n", "r", "A profile builds on one that is not there", []string{"source_profile = my_firm?"}},
		{"control characters", keys, "", "my_firm\x1b[2J", "There is no such profile", []string{"my_firm[2J"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sourceOf(t, test.credentials, test.config)
			_, err := s.Open(t.Context(), test.profile)
			p := wantProblem(t, err, test.summary)
			for _, text := range test.says {
				if !strings.Contains(p.Error(), text) {
					t.Errorf("%q is not in: %v", text, p)
				}
			}
			if strings.ContainsRune(p.Error(), '\x1b') {
				t.Error("a control character is in the message")
			}
		})
	}
}

func TestMalformedFileIsNamedWithItsLine(t *testing.T) {
	const secret = "wJalrXUtnFEMI"
	for name, test := range map[string]struct{ text, says string }{
		"no bracket":     {"[a]\n\n[b\n", "line 3"},
		"text behind it": {"[a] = b\n", "line 1"},
		"no name":        {"[]\n", "names no profile"},
		"no equals sign": {"[a]\naws_secret_access_key " + secret + "\n", "line 2"},
		"no key":         {"[a]\n= " + secret + "\n", "before its \"=\""},
		"no section":     {"aws_secret_access_key = " + secret + "\n[a]\n", "before the first [profile]"},
		"mark":           {"\ufeff[a]\n", "byte-order mark"},
		"not text":       {"[a]\nx = \xff\xfe" + secret + "\n", "not text"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range []Source{sourceOf(t, test.text, ""), sourceOf(t, "", test.text)} {
				_, err := s.Open(t.Context(), "a")
				p := wantProblem(t, err, "A file with AWS profiles is malformed")
				if !strings.Contains(p.Detail, test.says) || strings.Contains(p.Error(), secret) {
					t.Errorf("want %q and no secret in: %v", test.says, p)
				}
				if _, err := s.Profiles(); err == nil {
					t.Error("Profiles takes the file")
				}
			}
		})
	}
}

func TestUnreadableFile(t *testing.T) {
	noEnvironment(t)
	s := Source{CredentialsFile: t.TempDir(), ConfigFile: writeFile(t, "config", "")}
	_, err := s.Open(t.Context(), "a")
	p := wantProblem(t, err, "A file with AWS profiles cannot be read")
	if !strings.Contains(p.Error(), s.CredentialsFile) {
		t.Errorf("the file is not named: %v", p)
	}
	if os.Geteuid() == 0 {
		return // root may read everything
	}
	s.CredentialsFile = writeFile(t, "credentials", "[a]\n"+someKey)
	if err := os.Chmod(s.CredentialsFile, 0); err != nil {
		t.Fatal(err)
	}
	_, err = s.Open(t.Context(), "a")
	p = wantProblem(t, err, "A file with AWS profiles cannot be read")
	if !strings.Contains(p.Error(), "chmod 600 "+s.CredentialsFile) || !errors.Is(p, os.ErrPermission) {
		t.Errorf("%v", p)
	}
}

func TestFilesOfTheEnvironment(t *testing.T) {
	noEnvironment(t)
	credentials := writeFile(t, "c", "[named]\n"+someKey)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", credentials)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	got, err := Source{}.Profiles()
	if err != nil || len(got) != 1 || got[0].Name != "named" || got[0].File != credentials {
		t.Errorf("%+v, %v", got, err)
	}
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "")
	t.Setenv("AWS_CONFIG_FILE", "")
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".aws", "config"), []byte("[profile at-home]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err = Source{}.Profiles()
	if err != nil || len(got) != 1 || got[0].Name != "at-home" {
		t.Errorf("%+v, %v", got, err)
	}
}

// A named profile is used whatever keys the environment holds.
func TestEnvironmentNeverWinsOverTheProfile(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	for _, p := range w.Profiles() {
		if p.Name == "stranger" {
			t.Setenv("AWS_ACCESS_KEY_ID", p.AccessKeyID)
			t.Setenv("AWS_SECRET_ACCESS_KEY", p.SecretAccessKey)
		}
	}
	t.Setenv("AWS_SESSION_TOKEN", "left-over")
	t.Setenv("AWS_PROFILE", "stranger")
	s := w.open(t, "my_firm")
	id, err := s.Identity(t.Context())
	if err != nil || id.Account != firm || id.Partition != "aws" || id.UserID == "" {
		t.Errorf("%+v, %v", id, err)
	}
	if s.Profile() != "my_firm" || s.WithKey("AKIA", "x").Profile() != "" {
		t.Error("Profile names the wrong one")
	}
	// and of a key's session nothing of the profile is left
	other, key := w.withUser(t, s, firm, "u")
	if id, err := key.Identity(t.Context()); err != nil || id.ARN != other.UserARN {
		t.Errorf("the key's session is %+v, %v", id, err)
	}
}

func TestEndpoints(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	credentials := w.source.CredentialsFile
	t.Setenv("AWS_ENDPOINT_URL", w.URL())
	plain := Source{CredentialsFile: credentials, ConfigFile: writeFile(t, "config", ""), Pace: quick}
	check := func(name string, s Source) {
		t.Helper()
		session, err := s.Open(t.Context(), "my_firm")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := session.Identity(t.Context()); err != nil {
			t.Errorf("%s: STS: %v", name, err)
		}
		if _, err := session.Users(t.Context()); err != nil {
			t.Errorf("%s: IAM: %v", name, err)
		}
		if _, err := session.Buckets(t.Context()); err != nil {
			t.Errorf("%s: S3: %v", name, err)
		}
		if !session.s3.Options().UsePathStyle {
			t.Errorf("%s: no path style", name)
		}
	}
	check("the environment's", plain)
	for _, service := range []string{"S3", "IAM", "STS"} {
		t.Setenv("AWS_ENDPOINT_URL_"+service, "http://127.0.0.1:1")
	}
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	overridden := plain
	overridden.Endpoint = w.URL()
	check("the source's, over all others", overridden)
}

func TestAddressing(t *testing.T) {
	s := sourceOf(t, "[a]\n"+someKey+"[b]\n"+someKey, "[profile b]\ns3 =\n  addressing_style = path\n")
	for profile, want := range map[string]bool{"a": false, "b": true} {
		session, err := s.Open(t.Context(), profile)
		if err != nil {
			t.Fatal(err)
		}
		if got := session.s3.Options().UsePathStyle; got != want {
			t.Errorf("profile %s: path style %v", profile, got)
		}
		if region := session.cfg.Region; region != "us-east-1" {
			t.Errorf("no region gave %q", region)
		}
	}
	s.Endpoint = "https://s3.eu-west-1.amazonaws.com"
	session, err := s.Open(t.Context(), "a")
	if err != nil || session.s3.Options().UsePathStyle {
		t.Errorf("an endpoint of AWS's own got path style (%v)", err)
	}
	if s := session.In("eu-west-3"); s.s3.Options().Region != "eu-west-3" || s.who != session.who || session.In("") != session {
		t.Error("In changes more or less than the region")
	}
}

// A role with a device asks through the source, never on standard input.
func TestMFA(t *testing.T) {
	var form string
	sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form = r.Form.Encode()
		_, _ = w.Write([]byte(`<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`))
	}))
	t.Cleanup(sts.Close)
	s := sourceOf(t, "[base]\n"+someKey, "[profile r]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = base\nmfa_serial = arn:aws:iam::111122223333:mfa/me\n")
	s.Endpoint = sts.URL
	_, err := s.Open(t.Context(), "r")
	wantProblem(t, err, "The profile needs an MFA code")

	s.Token = func(_ context.Context, profile, device string) (string, error) {
		if profile != "r" || device != "arn:aws:iam::111122223333:mfa/me" {
			t.Errorf("asked for %q, %q", profile, device)
		}
		return "123456", nil
	}
	if _, err := s.Open(t.Context(), "r"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(form, "TokenCode=123456") {
		t.Errorf("STS was sent %q", form)
	}
	s.Token = func(context.Context, string, string) (string, error) { return "", context.Canceled }
	if _, err := s.Open(t.Context(), "r"); !errors.Is(err, context.Canceled) {
		t.Errorf("a refusal to type the code ends in %v", err)
	}
}

// An SSO profile without a sign-in says how to sign in, at its first use.
func TestExpiredSSO(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for name, config := range map[string]string{
		"session": "[profile s]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = r\n[sso-session corp]\nsso_start_url = https://corp.example\nsso_region = us-east-1\n",
		"legacy":  "[profile s]\nsso_start_url = https://corp.example\nsso_region = us-east-1\nsso_account_id = 111122223333\nsso_role_name = r\n",
	} {
		t.Run(name, func(t *testing.T) {
			session, err := sourceOf(t, "", config).Open(t.Context(), "s")
			if err != nil {
				t.Fatal(err)
			}
			_, err = session.Identity(t.Context())
			p := wantProblem(t, err, "The sign-in has expired")
			if !strings.Contains(p.Error(), "aws sso login --profile s") {
				t.Errorf("%v", p)
			}
		})
	}
}

func FuzzParseShared(f *testing.F) {
	f.Add("[a]\nx = y\n  z = w\n")
	f.Add("s3 =\n[b")
	f.Fuzz(func(t *testing.T, text string) {
		sections, err := parseShared([]byte(text), "file")
		if err != nil {
			if p, ok := err.(*problem.Error); !ok || !strings.Contains(p.Detail, "line ") {
				t.Errorf("%v", err)
			}
		}
		for _, s := range sections {
			if s.name == "" {
				t.Error("a section without a name")
			}
		}
	})
}

func TestASourceThatRemembersSignsInOnce(t *testing.T) {
	w := newWorld(t, sandbox.Default())
	for _, c := range []struct {
		source Source
		calls  int
	}{{w.source, 2}, {w.source.Remember(), 1}} {
		before := len(w.Calls())
		first, err := c.source.SignIn(t.Context(), "my_firm")
		if err != nil {
			t.Fatal(err)
		}
		second, err := c.source.SignIn(t.Context(), "my_firm")
		if err != nil {
			t.Fatal(err)
		}
		if n := len(w.Calls()) - before; n != c.calls || (first == second) != (c.calls == 1) {
			t.Errorf("signing in twice made %d calls, want %d", n, c.calls)
		}
	}
	if _, err := w.source.Remember().SignIn(t.Context(), "nobody"); err == nil {
		t.Error("an unknown profile was signed in with")
	}
}
