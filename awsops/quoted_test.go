package awsops

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops/problem"
)

// What no error may show. None has the shape of a secret, but for secret itself: what is
// hidden is hidden since it is known where it came from.
const (
	secret   = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLE99"
	password = "Sek1%zret-pa55"
	short    = "hunter2/x"
)

// An error of what is set or of what signs in names what is wrong and where it is set,
// and quotes no line of a file, no output of a command and no token.
func TestNoErrorQuotesWhatMayBeASecret(t *testing.T) {
	static := "[p]\n" + someKey
	role := "[profile p]\nrole_arn = arn:aws:iam::111122223333:role/r\n"
	process := func(script string) string {
		return "[profile p]\ncredential_process = sh " + writeFile(t, "get.sh", script) + "\n"
	}
	printed := func(json string) string { return process("echo '" + json + "'\n") }
	echo := httptest.NewServer(http.HandlerFunc(echoes))
	t.Cleanup(echo.Close)
	container := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"x","Token":"t","Expiration":"%s"}`, short)
	}))
	t.Cleanup(container.Close)
	home := t.TempDir()
	cached := func(dir, name, text string) {
		path := filepath.Join(home, ".aws", dir, "cache", name+".json")
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cached("sso", fmt.Sprintf("%x", sha1.Sum([]byte("corp"))), `{"accessToken":"t","expiresAt":"`+short+`"}`)
	cached("login", fmt.Sprintf("%x", sha256.Sum256([]byte("arn:aws:iam::111122223333:user/me"))), `{"accessToken":{"expiresAt":"`+short+`"}}`)
	sso := "[sso-session corp]\nsso_start_url = https://corp.example\n"

	for name, test := range map[string]struct {
		credentials, config string
		environment         map[string]string
		summary             string
		says                string // besides the profile
	}{
		"a password in an endpoint": {static, "[profile p]\nendpoint_url = http://alice:" + password + "@127.0.0.1:1\n", nil, "The endpoint is not an address", "endpoint_url of the profile p in CONFIG"},
		"of a service":              {static, "[profile p]\nservices = s\n[services s]\nsts =\n  endpoint_url = alice:" + password + "@127.0.0.1:1\n", nil, "The endpoint is not an address", "sts.endpoint_url of the services s in CONFIG"},
		"of what it builds on":      {"", role + "source_profile = base\n[profile base]\n" + someKey + "endpoint_url = " + secret + "\n", nil, "The endpoint is not an address", "endpoint_url of the profile base in CONFIG"},
		"of the environment":        {static, "", map[string]string{"AWS_ENDPOINT_URL": "http://alice:" + password + "@127.0.0.1:1"}, "The endpoint is not an address", "AWS_ENDPOINT_URL of the environment"},
		"one that can be read":      {static, "[profile p]\nendpoint_url = http://alice:Sek1zretpa55@127.0.0.1:1\n", nil, "AWS cannot be reached", "connection refused"},

		"a secret as the region":      {static, "[profile p]\nregion = " + secret + "\n", nil, "The region is not valid", "region of the profile p in CONFIG"},
		"one like a name of a host":   {static + "region = wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLE9999\n", "", nil, "The region is not valid", "region of the profile p in CREDENTIALS"},
		"on a further line":           {static, "[profile p]\nregion = us-east-1\n  " + short + "\n", nil, "The region is not valid", "region of the profile p in CONFIG"},
		"a region of SSO":             {"", "[profile p]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = r\n" + sso + "sso_region = " + short + "\n", nil, "The region is not valid", "sso_region of the sso-session corp in CONFIG"},
		"a region of the environment": {static, "", map[string]string{"AWS_REGION": short}, "The region is not valid", "AWS_REGION of the environment"},

		"a command that says too much":  {"", process("echo 'Update: 1.2 -> 1.3'\necho '{\"Version\":1,\"SecretAccessKey\":\"" + short + "\"}'\n"), nil, "The profile's own command gave no credentials", "nothing else"},
		"one with a wrong time":         {"", printed(`{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"s","Expiration":"` + short + `"}`), nil, "The profile's own command gave no credentials", "nothing else"},
		"one with a wrong version":      {"", printed(`{"Version":"` + short + `"}`), nil, "The profile's own command gave no credentials", "nothing else"},
		"one that says sso token":       {"", process("echo 'sso token " + short + "'\n"), nil, "The profile's own command gave no credentials", "nothing else"},
		"one without a secret":          {"", printed(`{"Version":1,"AccessKeyId":"` + short + `"}`), nil, "The profile's own command gave no credentials", "missing SecretAccessKey"},
		"one that fails":                {"", process("echo " + short + "\nexit 3\n"), nil, "The profile's own command gave no credentials", "credential_process of the profile p in CONFIG"},
		"a token in place of its file":  {"", role + "web_identity_token_file = " + short + "\n", nil, "The profile gives no credentials", "web_identity_token_file of the profile p in CONFIG"},
		"a stored sign-in that is none": {"", "[profile p]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = r\n" + sso + "sso_region = us-east-1\n", nil, "The sign-in has expired", "aws sso login --profile p"},
		"one of aws login":              {"", "[profile p]\nlogin_session = arn:aws:iam::111122223333:user/me\n", nil, "The profile gives no credentials", "load login token"},
		"a file that is not there":      {static, "[profile p]\nca_bundle = " + short + "\n", nil, "A file cannot be used", "ca_bundle of the profile p in CONFIG"},
		"a container's":                 {"", role + "credential_source = EcsContainer\n", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": container.URL}, "The profile gives no credentials", "parsing time"},
		"a container's own token":       {"", role + "credential_source = EcsContainer\n", map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": container.URL, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/" + short}, "The profile gives no credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE of the environment"},

		"the key and its secret swapped": {"[p]\naws_access_key_id = " + secret + "\naws_secret_access_key = AKIAIOSFODNN7EXAMPLE\n", "", nil, "The access key and its secret are the wrong way round", "aws_secret_access_key of the profile p in CREDENTIALS"},
		"a secret as the key":            {"[p]\naws_access_key_id = " + secret + "\naws_secret_access_key = other\n", "[profile p]\nendpoint_url = " + echo.URL + "\n", nil, "The secret of the access key is wrong", "aws_access_key_id of the profile p in CREDENTIALS"},
		"a session token":                {static + "aws_session_token = " + short + "\n", "[profile p]\nendpoint_url = " + echo.URL + "\n", nil, "The secret of the access key is wrong", "aws_session_token of the profile p in CREDENTIALS"},
		"a session token of a command":   {"", printed(`{"Version":1,"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"s","SessionToken":"`+short+`"}`) + "endpoint_url = " + echo.URL + "\n", nil, "The secret of the access key is wrong", "x-amz-security-token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HOME", home)
			for key, value := range test.environment {
				t.Setenv(key, value)
			}
			s := sourceOf(t, test.credentials, test.config)
			p := unquoted(t, s, test.summary)
			says := strings.NewReplacer("CONFIG", s.ConfigFile, "CREDENTIALS", s.CredentialsFile).Replace(test.says)
			if !strings.Contains(p.Error(), says) {
				t.Errorf("it does not say %q: %v", says, p)
			}
		})
	}
}

// Whatever the SDK does not take of a file or of the environment, it is told by name.
func TestASettingThatTheSDKDoesNotTake(t *testing.T) {
	for _, key := range []string{
		"request_checksum_calculation", "response_checksum_validation", "ec2_metadata_service_endpoint_mode",
	} {
		t.Run(key, func(t *testing.T) {
			s := sourceOf(t, "[p]\n"+someKey, "[profile p]\n"+key+" = "+short+"\n")
			p := unquoted(t, s, "A setting of the profile is not valid")
			if says := key + " of the profile p in " + s.ConfigFile; !strings.Contains(p.Error(), says) {
				t.Errorf("it does not say %q: %v", says, p)
			}
		})
	}
}

// unquoted is the problem that a profile ends in, which shows no secret.
func unquoted(t *testing.T, s Source, summary string) *problem.Error {
	t.Helper()
	session, err := s.Open(t.Context(), "p")
	if err == nil {
		_, err = session.Identity(t.Context())
	}
	p := wantProblem(t, err, summary)
	marshalled, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{secret, "wJalrXUtnFEMI", "Sek1", "alice", "pa55", "hunter2"} {
		if strings.Contains(p.Error(), text) || strings.Contains(string(marshalled), text) {
			t.Errorf("%q is shown: %v", text, p)
		}
	}
	if !strings.Contains(p.Error(), "the profile p") {
		t.Errorf("the profile is not named: %v", p)
	}
	return p
}

// echoes answers as AWS does where it does not take a signature: with what it was sent.
func echoes(w http.ResponseWriter, r *http.Request) {
	_, credential, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	credential, _, _ = strings.Cut(credential, ",")
	code, message := "IncompleteSignature", fmt.Sprintf("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", credential)
	if token := r.Header.Get("X-Amz-Security-Token"); token != "" {
		code, message = "SignatureDoesNotMatch", "The Canonical String for this request should have been 'POST\n/\nx-amz-security-token:"+token+"\n'"
	}
	w.WriteHeader(http.StatusBadRequest)
	_, _ = fmt.Fprintf(w, "<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>", code, message)
}
