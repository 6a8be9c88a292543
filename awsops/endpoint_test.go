package awsops

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// An aws command is told the endpoint where it would not find it by itself, and no
// command tells a password.
func TestAnAWSCommandIsToldTheEndpointThatTheProfileDoesNotName(t *testing.T) {
	const profile = "[profile p]\naws_access_key_id = AKIAX\naws_secret_access_key = s\nregion = us-east-1\n"
	for name, c := range map[string]struct {
		source  Source
		env     map[string]string
		config  string
		s3, iam string // with the profile
		alone   string // of S3, without it
	}{
		"AWS's":                     {},
		"the source's":              {source: Source{Endpoint: "http://127.0.0.1:1"}, s3: "http://127.0.0.1:1", iam: "http://127.0.0.1:1", alone: "http://127.0.0.1:1"},
		"the environment's":         {env: map[string]string{"AWS_ENDPOINT_URL": "https://all.test"}, s3: "https://all.test", iam: "https://all.test", alone: "https://all.test"},
		"of one service":            {env: map[string]string{"AWS_ENDPOINT_URL_IAM": "https://iam.test"}, iam: "https://iam.test"},
		"the profile's":             {config: "endpoint_url = https://profile.test\n", alone: "https://profile.test"},
		"both":                      {config: "endpoint_url = https://profile.test\n", env: map[string]string{"AWS_ENDPOINT_URL_S3": "https://s3.test"}, s3: "https://s3.test", alone: "https://s3.test"},
		"one that is to be ignored": {env: map[string]string{"AWS_ENDPOINT_URL": "https://all.test", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}},
		"one with a password":       {env: map[string]string{"AWS_ENDPOINT_URL": "https://me:hush@all.test"}},
	} {
		t.Run(name, func(t *testing.T) {
			for k, v := range c.env {
				t.Setenv(k, v)
			}
			file := filepath.Join(t.TempDir(), "config")
			if err := os.WriteFile(file, []byte(profile+c.config), 0o600); err != nil {
				t.Fatal(err)
			}
			c.source.ConfigFile, c.source.CredentialsFile = file, file+".none"
			s, err := c.source.Open(t.Context(), "p")
			if err != nil {
				t.Fatal(err)
			}
			for _, is := range []struct {
				args    []string
				profile bool
				want    string
			}{
				{[]string{"s3api", "put-object"}, true, c.s3},
				{[]string{"s3", "ls"}, true, c.s3},
				{[]string{"iam", "list-users"}, true, c.iam},
				{[]string{"s3api", "put-object"}, false, c.alone},
			} {
				var want []string
				if is.want != "" {
					want = []string{"--endpoint-url", is.want}
				}
				if got := s.Endpoints().Flag(is.args, is.profile); !slices.Equal(got, want) {
					t.Errorf("aws %q (with the profile: %t) is told %q, want %q", is.args, is.profile, got, want)
				}
			}
		})
	}
}
