package awsops

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox"
)

// refusing is a network on which nothing may be sent.
type refusing struct{ t *testing.T }

func (r refusing) RoundTrip(request *http.Request) (*http.Response, error) {
	r.t.Errorf("%s was contacted", request.URL.Host)
	return nil, errors.New("nothing may be sent")
}

// keyOf is the key of one of a sandbox's profiles, as lines of a file.
func (w *world) keyOf(t *testing.T, name string) string {
	t.Helper()
	for _, p := range w.Profiles() {
		if p.Name == name {
			return "aws_access_key_id = " + p.AccessKeyID + "\naws_secret_access_key = " + p.SecretAccessKey + "\n"
		}
	}
	t.Fatalf("the sandbox has no profile %s", name)
	return ""
}

// Case 02 (a), and other ways to write a heading: the endpoint is read, so that the call
// comes to it. Where it were not, it would go to the real AWS, which the network refuses.
func TestCase02QuotedSectionNames(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	key := w.keyOf(t, "my_firm")
	for name, test := range map[string]struct{ profile, credentials, heading string }{
		"double quotes, as boto's manual":     {"my client", "my client", `profile "my client"`},
		"single quotes, as aws configure set": {"my client", "my client", `profile 'my client'`},
		"no quotes":                           {"my client", "my client", `profile my client`},
		"no blank":                            {"client", "client", `profile "client"`},
		"an apostrophe":                       {"bob's", "bob's", `profile 'bob'"'"'s'`},
		"an apostrophe without quotes":        {"bob's", "bob's", `profile bob's`},
		"a backslash":                         {"my client", "my client", `profile my\ client`},
		"several blanks":                      {"my  client", "my  client", `profile 'my  client'`},
		"a bracket":                           {"a]b", "a]b", `profile "a]b"`},
		"a tab":                               {"my client", "my client", "profile\t'my client'"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sourceOf(t, "["+test.credentials+"]\n"+key, "["+test.heading+"]\nregion = eu-central-1\nendpoint_url = "+w.URL()+"\n")
			s.Transport = onlyTo{t, w.URL()}
			session, err := s.Open(t.Context(), test.profile)
			if err != nil {
				t.Fatal(err)
			}
			if id, err := session.Identity(t.Context()); err != nil || id.Account != firm || session.Region() != "eu-central-1" {
				t.Errorf("%+v in %s, %v", id, session.Region(), err)
			}
		})
	}
}

// onlyTo is a network with one address on it.
type onlyTo struct {
	t   *testing.T
	url string
}

func (o onlyTo) RoundTrip(r *http.Request) (*http.Response, error) {
	if "http://"+r.URL.Host != o.url {
		return refusing{o.t}.RoundTrip(r)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// Case 02 (b): the name is the one without the quotes, in the list too.
func TestCase02QuotedNameIsFoundAndListed(t *testing.T) {
	s := sourceOf(t, "[base]\n"+someKey, "[profile 'acme prod admin']\nrole_arn = arn:aws:iam::111122223333:role/Admin\nsource_profile = base\n")
	if _, err := s.Open(t.Context(), "acme prod admin"); err != nil {
		t.Error(err)
	}
	entries, err := s.Profiles()
	if err != nil || len(entries) != 2 || entries[1].Name != "acme prod admin" || entries[1].Kind != "role" {
		t.Errorf("%+v, %v", entries, err)
	}
	_, err = s.Open(t.Context(), "'acme prod admin'")
	wantProblem(t, err, "There is no such profile")
}

// Case 02 (c), and other headings of an sso-session: the session is found, and what is
// missing is the sign-in.
func TestCase02QuotedSSOSession(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for heading, session := range map[string]string{
		`sso-session 'Corp Ltd'`: "Corp Ltd",
		`sso-session "Corp Ltd"`: "Corp Ltd",
		`sso-session Corp Ltd`:   "Corp Ltd",
		`sso-session Corp\ Ltd`:  "Corp Ltd",
		`sso-session "corp"`:     "corp",
	} {
		t.Run(heading, func(t *testing.T) {
			s := sourceOf(t, "", "[profile client]\nsso_session = "+session+"\nsso_account_id = 111122223333\nsso_role_name = Admin\nregion = us-east-1\n["+heading+"]\nsso_start_url = https://corp.example/start\nsso_region = us-east-1\n")
			s.Transport = refusing{t}
			opened, err := s.Open(t.Context(), "client")
			if err != nil {
				t.Fatal(err)
			}
			_, err = opened.Identity(t.Context())
			p := wantProblem(t, err, "The sign-in has expired")
			if !strings.Contains(p.Error(), "aws sso login --profile client") {
				t.Errorf("%v", p)
			}
		})
	}
}

const roleOf = "role_arn = arn:aws:iam::111122223333:role/r\n"

// Case 04: the four, and others. Each names the line that is wrong, and nothing is sent.
func TestCase04SourceProfileChains(t *testing.T) {
	for name, test := range map[string]struct {
		config, profile, summary string
		says                     []string
	}{
		"a": {
			"[profile a]\n" + roleOf + "source_profile = b\n[profile b]\n" + roleOf + "source_profile = a\n", "a",
			"Profiles build on each other in a circle",
			[]string{"source_profile: a -> b -> a.", "Take one source_profile out"},
		},
		"c": {
			"[profile c]\n" + roleOf + "source_profile = d\n[profile d]\n" + roleOf + "source_profile = gone\n", "c",
			"A profile builds on one that is not there",
			[]string{"The profile d in CONFIG has source_profile = gone", "aws configure --profile gone"},
		},
		"e": {
			"[profile e]\n" + roleOf + "source_profile = nokeys\n[profile nokeys]\nregion = us-east-1\n", "e",
			"The profile has no credentials",
			[]string{"source_profile = nokeys", "no credentials of its own", "aws configure --profile nokeys"},
		},
		"self": {
			"[profile self]\n" + roleOf + "source_profile = self\n", "self",
			"A profile builds on itself and has no key",
			[]string{"source_profile = self", "its own name"},
		},
		"a circle of three that begins later": {
			"[profile s]\n" + roleOf + "source_profile = a\n[profile a]\n" + roleOf + "source_profile = b\n[profile b]\n" + roleOf + "source_profile = c\n[profile c]\n" + roleOf + "source_profile = a\n", "s",
			"Profiles build on each other in a circle",
			[]string{"source_profile: s -> a -> b -> c -> a."},
		},
		"itself, further on": {
			"[profile top]\n" + roleOf + "source_profile = self\n[profile self]\n" + roleOf + "source_profile = self\n", "top",
			"A profile builds on itself and has no key",
			[]string{"The profile self in CONFIG"},
		},
		"half a key at its end": {
			"[profile top]\n" + roleOf + "source_profile = half\n[profile half]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n", "top",
			"The profile has half a key",
			[]string{"The profile half"},
		},
		"SSO without a part at its end": {
			"[profile top]\n" + roleOf + "source_profile = sso\n[profile sso]\nsso_session = corp\nsso_account_id = 111122223333\n[sso-session corp]\nsso_start_url = https://corp.example\n", "top",
			"The profile lacks a part of its sign-in by SSO",
			[]string{"sso_region in [sso-session corp]", "sso_role_name in the profile sso"},
		},
		"a session that is not there": {
			"[profile sso]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = r\n", "sso",
			"The SSO session of the profile is not there",
			[]string{"sso_session = corp", "[sso-session corp]", "aws configure sso --profile sso"},
		},
		"a role and nobody to take it": {
			"[profile top]\n" + roleOf, "top",
			"The profile does not say whose credentials take the role",
			[]string{"neither source_profile nor credential_source"},
		},
		"a role and two to take it": {
			"[profile top]\n" + roleOf + "source_profile = base\ncredential_source = Environment\n[profile base]\n" + someKey, "top",
			"The profile does not say whose credentials take the role",
			[]string{"both source_profile and credential_source"},
		},
		"a source whose heading is passed over": {
			"[profile top]\n" + roleOf + "source_profile = base\n[base]\n" + someKey, "top",
			"A profile builds on one that is not there",
			[]string{"write [profile base] instead of [base]"},
		},
		"a sign-in of aws login at its end": {
			"[profile top]\n" + roleOf + "source_profile = me\n[profile me]\nlogin_session = arn:aws:iam::111122223333:user/me\n", "top",
			"A role cannot be taken with a sign-in of aws login",
			[]string{"credential_process = aws configure export-credentials --profile me --format process"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := sourceOf(t, "", test.config)
			s.Transport = refusing{t}
			_, err := s.Open(t.Context(), test.profile)
			p := wantProblem(t, err, test.summary)
			for _, text := range test.says {
				if text = strings.ReplaceAll(text, "CONFIG", s.ConfigFile); !strings.Contains(p.Error(), text) {
					t.Errorf("%q is not in: %v", text, p)
				}
			}
			if strings.Contains(p.Error(), "AWS said") || p.Message != "" {
				t.Errorf("AWS said nothing: %v", p)
			}
		})
	}
}

// Case 09: what is of no use here does not stop it, in a file or in the environment.
func TestCase09SettingsOfOtherTools(t *testing.T) {
	w := newWorld(t, sandbox.Config{})
	for name, test := range map[string]struct {
		lines string
		env   map[string]string
	}{
		"retry_mode":            {lines: "retry_mode = legacy\n"},
		"of the environment":    {env: map[string]string{"AWS_RETRY_MODE": "legacy"}},
		"tries":                 {lines: "max_attempts = \n", env: map[string]string{"AWS_MAX_ATTEMPTS": "many"}},
		"compression":           {lines: "disable_request_compression = True\nrequest_min_compression_size_bytes = 10_000\n"},
		"of the CLI":            {lines: "cli_pager =\ncli_auto_prompt = on-partial\nparameter_validation = false\ntcp_keepalive = true\n"},
		"of the CLI's s3":       {lines: "s3 =\n  max_concurrent_requests = 20\n  signature_version = s3v4\n"},
		"modes":                 {lines: "defaults_mode = none\naccount_id_endpoint_mode = none\n", env: map[string]string{"AWS_DEFAULTS_MODE": "none", "AWS_ACCOUNT_ID_ENDPOINT_MODE": "none"}},
		"of another credential": {lines: "credential_source = Ec2InstanceMetadata\ncredential_process = /bin/false\n"},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range test.env {
				t.Setenv(key, value)
			}
			s := sourceOf(t, "[client]\n"+w.keyOf(t, "my_firm"), "[profile client]\nregion = us-east-1\nendpoint_url = "+w.URL()+"\n"+test.lines)
			s.Transport = onlyTo{t, w.URL()}
			session, err := s.Open(t.Context(), "client")
			if err != nil {
				t.Fatal(err)
			}
			if id, err := session.Identity(t.Context()); err != nil || id.Account != firm {
				t.Errorf("%+v, %v", id, err)
			}
		})
	}
}

// Case 09, the weaker part: both settings that clash are named.
func TestCase09SettingsThatClash(t *testing.T) {
	const endpoint = "endpoint_url = http://127.0.0.1:1\n"
	for name, test := range map[string]struct {
		lines string
		env   map[string]string
		says  []string
	}{
		"FIPS by a variable":       {endpoint, map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, []string{"AWS_USE_FIPS_ENDPOINT of the environment", "endpoint_url of the profile client in CONFIG"}},
		"dual stack by a variable": {endpoint, map[string]string{"AWS_USE_DUALSTACK_ENDPOINT": "true"}, []string{"AWS_USE_DUALSTACK_ENDPOINT of the environment", "endpoint_url of the profile client in CONFIG"}},
		"FIPS by the profile":      {endpoint + "use_fips_endpoint = true\n", nil, []string{"use_fips_endpoint of the profile client in CONFIG"}},
		"an endpoint by a variable": {
			"use_dualstack_endpoint = true\n",
			map[string]string{"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"},
			[]string{"use_dualstack_endpoint of the profile client in CONFIG", "AWS_ENDPOINT_URL_STS of the environment"},
		},
		"an endpoint of a service": {
			"use_fips_endpoint = true\nservices = s\n[services s]\niam =\n  endpoint_url = http://127.0.0.1:1\n", nil,
			[]string{"use_fips_endpoint of the profile client in CONFIG", "iam.endpoint_url of [services s] in CONFIG"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range test.env {
				t.Setenv(key, value)
			}
			s := sourceOf(t, "[client]\n"+someKey, "[profile client]\n"+test.lines)
			s.Transport = refusing{t}
			_, err := s.Open(t.Context(), "client")
			p := wantProblem(t, err, "Two settings of the endpoint clash")
			for _, text := range test.says {
				if text = strings.ReplaceAll(text, "CONFIG", s.ConfigFile); !strings.Contains(p.Error(), text) {
					t.Errorf("%q is not in: %v", text, p)
				}
			}
			s.Endpoint = "http://127.0.0.1:1" // of a source, as in a demo: nothing else counts
			if _, err := s.Open(t.Context(), "client"); err != nil {
				t.Errorf("with the source's endpoint: %v", err)
			}
		})
	}
}

// A line about an endpoint that no tool reads is refused: the calls would go to the real
// AWS. Where all calls have an endpoint all the same, it does not matter.
func TestAnEndpointThatNobodyReads(t *testing.T) {
	const url = "http://127.0.0.1:1\n"
	for name, test := range map[string]struct{ credentials, config, summary, says string }{
		"the word profile left out":        {"[p]\n" + someKey, "[p]\nendpoint_url = " + url, "An endpoint is set where nobody reads it", "write [profile p] instead of [p]"},
		"the word in capitals":             {"[p]\n" + someKey, "[Profile p]\nendpoint_url = " + url, "An endpoint is set where nobody reads it", "write [profile p] instead of [Profile p]"},
		"a quotation mark left open":       {"[p]\n" + someKey, "[profile \"p]\nendpoint_url = " + url, "An endpoint is set where nobody reads it", "instead of [profile \"p]"},
		"the word too many":                {"[profile p]\nendpoint_url = " + url, "[profile p]\n" + someKey, "An endpoint is set where nobody reads it", "write [p] instead of [profile p]"},
		"services in such a section":       {"[p]\n" + someKey, "[p]\nservices = s\n[services s]\ns3 =\n  endpoint_url = " + url, "An endpoint is set where nobody reads it", "[profile p]"},
		"default in capitals":              {"[default]\n" + someKey, "[Default]\nendpoint_url = " + url, "An endpoint is set where nobody reads it", "write [profile default] instead of [Default]"},
		"of a plugin":                      {"[p]\n" + someKey, "[profile p]\ns3 =\n  endpoint_url = " + url, "An endpoint is set where nobody reads it", "s3.endpoint_url"},
		"by another name":                  {"[p]\n" + someKey, "[profile p]\nendpoint-url = " + url, "An endpoint is set where nobody reads it", "endpoint-url"},
		"services that are not there":      {"[p]\n" + someKey, "[profile p]\nservices = s\n[service s]\ns3 =\n  endpoint_url = " + url, "The profile's services are not there", "[services s]"},
		"services without a service":       {"[p]\n" + someKey, "[profile p]\nservices = s\n[services s]\nendpoint_url = " + url, "An endpoint is set where nobody reads it", "the line endpoint_url in [services s]"},
		"by another name within":           {"[p]\n" + someKey, "[profile p]\nservices = s\n[services s]\ns3 =\n  endpoint = " + url, "An endpoint is set where nobody reads it", "s3.endpoint"},
		"of what it builds on":             {"[b]\n" + someKey + "endpoint_url = " + url, "[profile p]\n" + roleOf + "source_profile = b\n", "An endpoint is set where nobody reads it", "an endpoint in the profile b"},
		"of services of what it builds on": {"[b]\n" + someKey, "[profile p]\n" + roleOf + "source_profile = b\n[profile b]\nservices = s\n[services s]\ns3 =\n  endpoint_url = " + url, "An endpoint is set where nobody reads it", "an endpoint in the profile b"},
		"further in than what is above":    {"[p]\n" + someKey, "[profile p]\noutput = json\n  endpoint_url = " + url, "A file with AWS profiles is malformed", "line 3"},
		"within, with a colon":             {"[p]\n" + someKey, "[profile p]\nservices = s\n[services s]\ns3 =\n  endpoint_url: //127.0.0.1\n", "A file with AWS profiles is malformed", "line 5"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sourceOf(t, test.credentials, test.config)
			s.Transport = refusing{t}
			who := "p"
			if strings.Contains(test.credentials, "[default]") {
				who = "default"
			}
			_, err := s.Open(t.Context(), who)
			p := wantProblem(t, err, test.summary)
			if !strings.Contains(p.Error(), test.says) {
				t.Errorf("%q is not in: %v", test.says, p)
			}
			t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
			_, err = s.Open(t.Context(), who)
			if malformed := strings.HasSuffix(test.summary, "malformed"); (err == nil) == malformed {
				t.Errorf("with AWS_ENDPOINT_URL: %v", err)
			}
		})
	}
}

// An endpoint that the AWS CLI takes is taken, also where the SDK alone would go to AWS.
func TestEndpointsOfTheFilesAreTaken(t *testing.T) {
	const url, other = "http://127.0.0.1:1", "http://127.0.0.1:2"
	service := "[services s]\nS3 =\n  Endpoint_URL = " + url + "\niam =\n  endpoint_url = " + url + "\nsts =\n  endpoint_url = " + url + "\n"
	for name, test := range map[string]struct {
		config string
		env    map[string]string
		want   string
	}{
		"a variable that is empty":          {"[profile p]\nservices = s\n" + service, map[string]string{"AWS_ENDPOINT_URL": ""}, url},
		"a variable before the files":       {"[profile p]\nservices = s\n" + service, map[string]string{"AWS_ENDPOINT_URL": other}, other},
		"a service before the profile":      {"[profile p]\nservices = s\nendpoint_url = " + other + "\n" + service, nil, url},
		"services in quotes":                {"[profile p]\nservices = my s\n" + strings.Replace(service, "services s", "services 'my s'", 1), nil, url},
		"all of a profile further in":       {"[profile p]\n  s3 =\n    addressing_style = path\n  endpoint_url = " + url + "\n", nil, url},
		"what all inherit":                  {"[DEFAULT]\nendpoint_url = " + url + "\n[profile p]\nregion = eu-west-1\n", nil, url},
		"a colon":                           {"[profile p]\nendpoint_url: " + url + "\n", nil, url},
		"of AWS, in what it builds on":      {"[profile p]\n" + roleOf + "source_profile = b\n[profile b]\n" + someKey + "endpoint_url = https://sts.eu-west-1.amazonaws.com\n", nil, ""},
		"ignored by the profile":            {"[profile p]\nignore_configured_endpoint_urls = true\nendpoint_url = " + url + "\n", nil, ""},
		"ignored by a variable":             {"[profile p]\nendpoint_url = " + url + "\n", map[string]string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, ""},
		"not ignored after all, a variable": {"[profile p]\nignore_configured_endpoint_urls = true\nendpoint_url = " + url + "\n", map[string]string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false"}, url},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range test.env {
				t.Setenv(key, value)
			}
			session, err := sourceOf(t, "[p]\n"+someKey, test.config).Open(t.Context(), "p")
			if err != nil {
				t.Fatal(err)
			}
			for service, endpoint := range map[string]*string{"S3": session.s3.Options().BaseEndpoint, "IAM": session.iam.Options().BaseEndpoint, "STS": session.sts.Options().BaseEndpoint} {
				if got := deref(endpoint); got != test.want {
					t.Errorf("%s goes to %q, want %q", service, got, test.want)
				}
			}
		})
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
