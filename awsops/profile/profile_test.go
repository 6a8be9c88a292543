package profile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops/problem"

	"github.com/google/go-cmp/cmp"
)

const someKey = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI\n"

func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// read reads two files with these texts.
func read(t *testing.T, credentials, config string) *Files {
	t.Helper()
	files, err := Read(writeFile(t, "credentials", credentials), writeFile(t, "config", config))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// wantProblem is err as a problem with this summary, which names something to do.
func wantProblem(t *testing.T, err error, summary string) *problem.Error {
	t.Helper()
	p, ok := err.(*problem.Error)
	if !ok || p.Summary != summary || len(p.Fixes) == 0 {
		t.Fatalf("%T %v, want a problem.Error %q with something to do", err, err, summary)
	}
	return p
}

func TestBothFilesAreMerged(t *testing.T) {
	files := read(t, `# keys
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
	got := files.Entries()
	c, f := files.Credentials, files.Config
	want := []Entry{
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

// A list has the names that the files have, so that what is chosen is what is signed in
// with: what looks like another name is not that one.
func TestProfilesAreListedByTheirVeryNames(t *testing.T) {
	const lookalike = "my_\u200bfirm"
	files := read(t, "[my_firm]\n"+someKey+"["+lookalike+"]\n"+someKey, "")
	for i, want := range []string{"my_firm", lookalike} {
		if got := files.Entries()[i].Name; got != want || files.Usable(got) != nil {
			t.Errorf("%q is listed as %q, %v", want, got, files.Usable(got))
		}
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
		{"control characters", keys + "[my_firm\x1b[2J]\n" + someKey, "", "my_firm\x1b[2J", "The name of the profile has a control character", []string{`my_firm\x1b[2J`, "another name"}},
		{"an 8-bit control character", keys + "[my\u009bfirm]\n" + someKey, "", "my\u009bfirm", "The name of the profile has a control character", []string{`my\u009bfirm`}},
		{"a name with blanks", keys + "[a b]\n", "", "a b", "The profile has no credentials", []string{"aws configure --profile 'a b'"}},
		{"a name that turns text around", keys + "[a\u202eb]\n", "", "a\u202eb", "The profile has no credentials", []string{`aws configure --profile 'a'"$(printf '\342\200\256')"'b'`}},
		{"a name like an option", keys + "[--x]\n", "", "--x", "The profile has no credentials", []string{"aws configure --profile=--x"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := read(t, test.credentials, test.config).Usable(test.profile)
			p := wantProblem(t, err, test.summary)
			for _, text := range test.says {
				if !strings.Contains(p.Error(), text) {
					t.Errorf("%q is not in: %v", text, p)
				}
			}
			if strings.ContainsAny(p.Error(), "\x1b\u009b") {
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
			malformed, fine := writeFile(t, "malformed", test.text), writeFile(t, "fine", "")
			for _, paths := range [][2]string{{malformed, fine}, {fine, malformed}} {
				_, err := Read(paths[0], paths[1])
				p := wantProblem(t, err, "A file with AWS profiles is malformed")
				if !strings.Contains(p.Detail, test.says) || strings.Contains(p.Error(), secret) {
					t.Errorf("want %q and no secret in: %v", test.says, p)
				}
			}
		})
	}
}

func TestUnreadableFile(t *testing.T) {
	folder, config := t.TempDir(), writeFile(t, "config", "")
	_, err := Read(folder, config)
	p := wantProblem(t, err, "A file with AWS profiles cannot be read")
	if !strings.Contains(p.Error(), folder) {
		t.Errorf("the file is not named: %v", p)
	}
	if os.Geteuid() == 0 {
		return // root may read everything
	}
	closed := writeFile(t, "credentials", "[a]\n"+someKey)
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	_, err = Read(closed, config)
	p = wantProblem(t, err, "A file with AWS profiles cannot be read")
	if !strings.Contains(p.Error(), "chmod 600 "+closed) || !errors.Is(p, os.ErrPermission) {
		t.Errorf("%v", p)
	}
}

func TestFilesOfTheEnvironment(t *testing.T) {
	credentials := writeFile(t, "c", "[named]\n"+someKey)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", credentials)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	files, err := Read("", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := files.Entries(); len(got) != 1 || got[0].Name != "named" || got[0].File != credentials {
		t.Errorf("%+v", got)
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
	if files, err = Read("", ""); err != nil {
		t.Fatal(err)
	}
	if got := files.Entries(); len(got) != 1 || got[0].Name != "at-home" {
		t.Errorf("%+v", got)
	}
}

// Nested values have the name of what they stand under, and what is not there is empty.
func TestValue(t *testing.T) {
	files := read(t, "", "[profile a]\ns3 =\n  addressing_style = path\nregion = eu-west-1\n")
	for key, want := range map[string]string{"s3.addressing_style": "path", "region": "eu-west-1", "endpoint_url": ""} {
		if got := files.Value("a", key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if got := files.Value("nobody", "region"); got != "" {
		t.Errorf("a profile that is not there says %q", got)
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

// Where the files are may be said with ~ and variables that no shell has replaced, as to
// the AWS CLI.
func TestPathsOfTheEnvironmentAreExpanded(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("FOLDER", "aws files")
	if err := os.MkdirAll(filepath.Join(home, "aws files"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"c": "[named]\n" + someKey, "f": "[profile named]\nregion = eu-west-1\n"} {
		if err := os.WriteFile(filepath.Join(home, "aws files", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range []string{"~/aws files", "~/$FOLDER", "$HOME/${FOLDER}"} {
		t.Setenv("AWS_SHARED_CREDENTIALS_FILE", folder+"/c")
		t.Setenv("AWS_CONFIG_FILE", folder+"/f")
		files, err := Read("", "")
		if err != nil {
			t.Fatal(err)
		}
		if got := files.Entries(); len(got) != 1 || got[0].Kind != "key" || got[0].Region != "eu-west-1" {
			t.Errorf("%s: %+v", folder, got)
		}
	}
	for path, want := range map[string]string{"~": home, "a~/b": "a~/b", "~nobody-of-this-name/x": "~nobody-of-this-name/x", "/a/$NONE_OF_THESE/b": "/a/$NONE_OF_THESE/b", "": ""} {
		if got := expanded(path); got != want {
			t.Errorf("%q becomes %q, want %q", path, got, want)
		}
	}
}
