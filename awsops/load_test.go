package awsops

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops/profile"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// The SDK reads in the copy what the files say, whatever their form: for each profile of
// the corpus that can be signed in with, and each that it builds on.
func TestTheSDKReadsTheCopyAsTheFilesAreMeant(t *testing.T) {
	archives, err := filepath.Glob("profile/testdata/shared/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		s := sourceOf(t, string(archive.Files[0].Data), string(archive.Files[1].Data))
		files, err := s.files()
		if err != nil {
			continue // the corpus has files that nobody can read
		}
		for _, entry := range files.Entries() {
			if files.Usable(entry.Name) != nil {
				continue
			}
			read++
			text, inCopy, err := files.Copy(entry.Name)
			if err != nil {
				t.Fatal(err)
			}
			copied, done, err := asFile(text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := config.LoadSharedConfigProfile(t.Context(), inCopy, func(o *config.LoadSharedConfigOptions) {
				o.ConfigFiles, o.CredentialsFiles = []string{copied}, []string{}
			})
			done()
			if err != nil {
				t.Errorf("%s, %s: %v", path, entry.Name, err)
				continue
			}
			if diff := cmp.Diff(meant(files, entry.Name, entry.Kind, map[string]bool{}), sdkRead(&got)); diff != "" {
				t.Errorf("%s, %s (-meant +read):\n%s", path, entry.Name, diff)
			}
		}
	}
	if read < 40 {
		t.Errorf("%d profiles were read", read)
	}
}

// meant are the settings that count of a chain of profiles, one map each.
func meant(files *profile.Files, name, kind string, seen map[string]bool) []map[string]string {
	v := func(key string) string { return strings.ReplaceAll(files.Value(name, key), "\n", " ") }
	m := map[string]string{"region": v("region"), "endpoint_url": v("endpoint_url")}
	if seen[name] || kind == "" {
		kind = "key"
	}
	all := []map[string]string{m}
	switch kind {
	case "key":
		m["key"], m["secret"], m["token"] = v("aws_access_key_id"), v("aws_secret_access_key"), v("aws_session_token")
	case "process":
		m["process"] = v("credential_process")
	case "sso":
		m["sso"] = v("sso_account_id") + " " + v("sso_role_name") + " " + v("sso_session")
	case "login":
		m["login"] = v("login_session")
	case "web identity":
		m["role"], m["token file"] = v("role_arn"), v("web_identity_token_file")
	case "role":
		m["role"], m["mfa"], m["external"], m["source"] = v("role_arn"), v("mfa_serial"), v("external_id"), v("credential_source")
		if source := v("source_profile"); source != "" {
			seen[name] = true
			next := ""
			for _, e := range files.Entries() {
				if e.Name == source && files.Value(source, "aws_access_key_id") == "" {
					next = e.Kind
				}
			}
			all = append(all, meant(files, source, next, seen)...)
		}
	}
	return onlySet(all)
}

func sdkRead(c *config.SharedConfig) []map[string]string {
	var all []map[string]string
	for ; c != nil; c = c.Source {
		all = append(all, map[string]string{
			"region": c.Region, "endpoint_url": c.BaseEndpoint, "key": c.Credentials.AccessKeyID, "secret": c.Credentials.SecretAccessKey, "token": c.Credentials.SessionToken,
			"process": c.CredentialProcess, "sso": strings.TrimRight(c.SSOAccountID+" "+c.SSORoleName+" "+c.SSOSessionName, " "), "login": c.LoginSession,
			"role": c.RoleARN, "token file": c.WebIdentityTokenFile, "mfa": c.MFASerial, "external": c.ExternalID, "source": c.CredentialSource,
		})
	}
	return onlySet(all)
}

// onlySet leaves out what is not set.
func onlySet(all []map[string]string) []map[string]string {
	for _, m := range all {
		for key, value := range m {
			if m[key] = strings.TrimSpace(value); m[key] == "" {
				delete(m, key)
			}
		}
	}
	return all
}

// Where a pipe has no path the text is in a file of the user's own, which is gone after.
func TestAShortFileIsOnesOwnAndGoesAgain(t *testing.T) {
	path, done, err := asShortFile("[profile 0]\n")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if text, readErr := os.ReadFile(path); err != nil || readErr != nil || info.Mode().Perm() != 0o600 || string(text) != "[profile 0]\n" {
		t.Errorf("it is %v and holds %q: %v, %v", info, text, err, readErr)
	}
	done()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}
