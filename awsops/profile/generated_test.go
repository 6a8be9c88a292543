package profile

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops/problem"

	"github.com/google/go-cmp/cmp"
)

// generator writes pairs of files at random, of all that the corpus says is read as the
// AWS CLI reads it.
type generator struct{ *rand.Rand }

func (g generator) one(of ...string) string { return of[g.IntN(len(of))] }

var generatedNames = []string{"a", "b", "c", "my client", "it's", `q"q`, "x  y", "Zoë", "a]b", "#1", "default", `back\slash`, "a.b-c@d"}

// valuesOf has, for each setting, what it may be set to.
var valuesOf = map[string][]string{
	"region": {"eu-west-1", "us-east-1", ""}, "output": {"json", ""}, "endpoint_url": {"http://127.0.0.1:9", ""},
	"aws_access_key_id": {"K"}, "aws_secret_access_key": {"S", "a=b:c"}, "aws_session_token": {"T"},
	"role_arn": {"arn:aws:iam::111122223333:role/r"}, "source_profile": generatedNames, "mfa_serial": {"m"},
	"credential_source": {"Environment", "EcsContainer", "environment"}, "web_identity_token_file": {"/t"},
	"sso_session": {"s", "my s", "gone"}, "sso_account_id": {"111122223333"}, "sso_role_name": {"r"},
	"sso_start_url": {"https://x/#/"}, "sso_region": {"eu-west-1", "us-east-1"}, "login_session": {"arn:aws:iam::1:user/u"},
	"credential_process": {"/bin/get", `"/a b/get" "x y"`, "get --a=b"}, "services": {"s", "my s", "gone"},
	"ignore_configured_endpoint_urls": {"true", "false"}, "retry_mode": {"legacy"}, "s3": {""},
}

// quoted is a name in one of the ways in which a shell takes it for one word.
func (g generator) quoted(name string) string {
	single := "'" + strings.ReplaceAll(name, "'", `'"'"'`) + "'"
	double := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	if strings.ContainsAny(name, " \t'\"\\") {
		return g.one(single, double)
	}
	return g.one(name, single, double)
}

func (g generator) section(out *strings.Builder, heading string, keys []string) {
	fmt.Fprintf(out, "[%s]%s\n", heading, g.one("", "", " "))
	indent := g.one("", "", "  ", "\t")
	for _, i := range g.Perm(len(keys)) {
		if key := keys[i]; g.IntN(3) == 0 {
			g.setting(out, indent, key)
		}
		switch g.IntN(8) {
		case 0:
			out.WriteString(g.one("\n", "# x = y\n", "  ; [profile z]\n", "\t\n"))
		case 1:
			if len(indent) > 0 { // less far in than the line above: a setting of its own
				indent = indent[1:]
			}
		}
	}
}

func (g generator) setting(out *strings.Builder, indent, key string) {
	value := g.one(valuesOf[key]...)
	name := g.one(key, key, strings.ToUpper(key))
	fmt.Fprintf(out, "%s%s%s%s\n", indent, name, g.one(" = ", "=", ": ", "\t=\t"), value)
	switch {
	case key == "s3":
		for _, inner := range []string{"addressing_style = path", "max_queue_size=5", "endpoint_url = http://127.0.0.1:8"}[:1+g.IntN(3)] {
			fmt.Fprintf(out, "%s%s%s\n%s", indent, g.one(" ", "    ", "\t"), inner, g.one("", "", "\n"))
		}
	case key == process && g.IntN(2) == 0:
		fmt.Fprintf(out, "%s  --more=x\n", indent)
	}
}

func (g generator) pair() (credentials, config string) {
	var inCredentials, inConfig strings.Builder
	keys := slices.Sorted(maps.Keys(valuesOf))
	for _, i := range g.Perm(len(generatedNames))[:2+g.IntN(5)] {
		name := generatedNames[i]
		if g.IntN(3) == 0 && !strings.HasPrefix(name, "#") {
			g.section(&inCredentials, name, keys)
		}
		heading := g.one("profile ", "profile  ", "profile\t") + g.quoted(name)
		if name == "default" {
			heading = g.one(heading, "default")
		}
		g.section(&inConfig, heading, keys)
	}
	for _, name := range []string{"s", "my s"} {
		if g.IntN(2) == 0 {
			g.section(&inConfig, "sso-session "+g.quoted(name), []string{"sso_start_url", "sso_region"})
		}
		if g.IntN(2) == 0 {
			fmt.Fprintf(&inConfig, "[services %s]\ns3 =\n  endpoint_url = http://127.0.0.1:7\n", g.quoted(name))
		}
	}
	if g.IntN(6) == 0 {
		inConfig.WriteString("[DEFAULT]\nregion = eu-west-3\n")
	}
	return inCredentials.String(), inConfig.String()
}

// What nobody thought of: files at random are read as the AWS CLI reads them.
func TestGeneratedFilesAreReadAsByTheAWSCLI(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: no files are generated for botocore")
	}
	clearEnvironment(t)
	g := generator{rand.New(rand.NewPCG(1, 2))}
	files, texts := map[string][2]string{}, map[string]string{}
	for i := range 100 {
		credentials, config := g.pair()
		name := fmt.Sprint(i)
		files[name] = [2]string{writeFile(t, "credentials", credentials), writeFile(t, "config", config)}
		texts[name] = credentials + "-- config --\n" + config
	}
	answers := asked(t, files)
	if answers == nil {
		t.Skip("python3 with botocore is not on PATH: generated files are not compared with it")
	}
	equal, errors := 0, 0
	for name, paths := range files {
		got, theirs := ours(paths), answers[name]
		bridged(t, paths, got)
		if theirs.Error != "" && got.Error != "" {
			errors++
			continue
		}
		if diff := cmp.Diff(theirs, got); diff != "" {
			t.Errorf("other than botocore (-botocore +here):\n%s\n%s", diff, texts[name])
			continue
		}
		equal++
	}
	if equal < 80 {
		t.Errorf("only %d are equal, and %d can be read by neither", equal, errors)
	}
	t.Logf("%d generated pairs compared, %d equal, %d that neither reads", len(files), equal, errors)
}

// bridged counts a role by a sign-in of aws login as one, as it is for the AWS CLI: the
// one thing that is refused here on purpose.
func bridged(t *testing.T, paths [2]string, a answer) {
	t.Helper()
	files, err := Read(paths[0], paths[1])
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range a.Profiles {
		if err, ok := files.Usable(name).(*problem.Error); ok && err.Summary == "A role cannot be taken with a sign-in of aws login" {
			p.SignsIn = "role"
			a.Profiles[name] = p
		}
	}
}

var bracketAndComment = regexp.MustCompile(`\]\s*[#;]`)

// Whatever a profile is called, in quotes it is found by its name, with what stands below.
func FuzzAQuotedNameIsFound(f *testing.F) {
	for i, name := range generatedNames {
		f.Add(name, uint64(i))
	}
	f.Fuzz(func(t *testing.T, name string, seed uint64) {
		if strings.ContainsAny(name, "\n\r\x00") || name == "" || strings.ToValidUTF8(name, "") != name || strings.HasPrefix(name, "\ufeff") {
			t.Skip("no heading can say this")
		}
		if bracketAndComment.MatchString(name) {
			t.Skip("that is a comment behind a heading")
		}
		g := generator{rand.New(rand.NewPCG(seed, 0))}
		text := "[profile " + g.quoted(name) + "]\nregion = eu-west-1\n"
		sections, err := parseShared([]byte(text), "config")
		if err != nil || len(sections) != 1 || sections[0].values["region"] != "eu-west-1" {
			t.Fatalf("%q: %v, %+v", text, err, sections)
		}
		if kind, got, ok := named(sections[0].name); kind != "profile" || got != name || !ok {
			t.Errorf("%q is %q, %q", text, kind, got)
		}
	})
}

// Whatever stands in the files: reading does not fail but in words, a second reading is
// the same, no profile is followed for ever, and the copy for the SDK is a config file.
func FuzzSharedFiles(f *testing.F) {
	g := generator{rand.New(rand.NewPCG(3, 4))}
	for range 20 {
		credentials, config := g.pair()
		f.Add(credentials, config)
	}
	f.Fuzz(func(t *testing.T, credentials, config string) {
		paths := [2]string{writeFile(t, "credentials", credentials), writeFile(t, "config", config)}
		files, err := Read(paths[0], paths[1])
		if err != nil {
			wantProblem(t, err, "A file with AWS profiles is malformed")
			return
		}
		if diff := cmp.Diff(ours(paths), ours(paths)); diff != "" {
			t.Errorf("read again it is something else: %s", diff)
		}
		for _, name := range files.names() {
			if _, err := files.Endpoints(name); err != nil {
				if p, ok := err.(*problem.Error); !ok || len(p.Fixes) == 0 {
					t.Errorf("the endpoints of %q: %v", name, err)
				}
			}
			text, inCopy, err := files.Copy(name)
			if err != nil || files.Usable(name) != nil {
				continue
			}
			sections, err := parseShared([]byte(text), "copy")
			if err != nil || len(sections) == 0 || sections[0].name != "profile "+inCopy {
				t.Fatalf("the copy of %q: %v\n%s", name, err, text)
			}
		}
	})
}
