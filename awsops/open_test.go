package awsops

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox"
)

const someKey = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n"

func sourceOf(t *testing.T, credentials, config string) Source {
	t.Helper()
	return Source{CredentialsFile: writeFile(t, "credentials", credentials), ConfigFile: writeFile(t, "config", config), Pace: quick}
}

// What is wrong with a profile or its files is said before anybody is asked.
func TestOpenSaysWhatIsWrongWithAProfile(t *testing.T) {
	s := sourceOf(t, "[my_firm]\n"+someKey+"[half]\naws_access_key_id = AKIA\n", "")
	_, err := s.Open(t.Context(), "my_frim")
	wantProblem(t, err, "There is no such profile")
	_, err = s.Open(t.Context(), "half")
	wantProblem(t, err, "The profile has half a key")
	s = sourceOf(t, "[my_firm\n", "")
	_, err = s.Open(t.Context(), "my_firm")
	wantProblem(t, err, "A file with AWS profiles is malformed")
	_, err = s.Profiles()
	wantProblem(t, err, "A file with AWS profiles is malformed")
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

// What is sent to another computer is encrypted, unless somebody said that it need not be:
// refused before anything is sent, wherever the endpoint is set.
func TestAnEndpointThatIsNotEncrypted(t *testing.T) {
	for name, set := range map[string]struct {
		config string
		env    map[string]string
		refuse bool
	}{
		"of a profile":                {config: "endpoint_url = http://s3.corp.example\n", refuse: true},
		"of one service":              {config: "services = corp\n[services corp]\ns3 =\n  endpoint_url = http://10.1.2.3:9000\n", refuse: true},
		"of STS":                      {config: "services = corp\n[services corp]\nsts =\n  endpoint_url = http://[2001:db8::1]\n", refuse: true},
		"in capitals":                 {config: "endpoint_url = HTTP://s3.corp.example\n", refuse: true},
		"of the environment":          {env: map[string]string{"AWS_ENDPOINT_URL_IAM": "http://iam.corp.example"}, refuse: true},
		"a name like this computer's": {config: "endpoint_url = http://localhost.corp.example\n", refuse: true},
		"with a name and a password":  {config: "endpoint_url = http://localhost@s3.corp.example\n", refuse: true},
		"encrypted":                   {config: "endpoint_url = https://s3.corp.example\n"},
		"this computer":               {config: "endpoint_url = http://127.0.0.1:1\n"},
		"this computer by name":       {config: "endpoint_url = http://localhost:4566\n"},
		"this computer, mapped":       {config: "endpoint_url = http://[::ffff:127.0.0.9]:1\n"},
		"AWS":                         {},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range set.env {
				t.Setenv(k, v)
			}
			s := sourceOf(t, "[p]\n"+someKey, "[profile p]\n"+set.config)
			_, err := s.Open(t.Context(), "p")
			if !set.refuse {
				if err != nil {
					t.Error(err)
				}
				return
			}
			p := wantProblem(t, err, "The way to the endpoint is not encrypted")
			if strings.Contains(p.Error(), "@") {
				t.Errorf("it says %v", p)
			}
			s.AllowHTTP = true
			session, err := s.Open(t.Context(), "p")
			if err != nil || session.Unencrypted() == "" {
				t.Errorf("allowed, it is %v, %v", session, err)
			}
		})
	}
}
