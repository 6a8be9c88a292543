package profile

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what botocore says into testdata/botocore.json")

// A pair is one of credentials and config file, with what it stands for.
type pair struct {
	differs bool     // from botocore, for the reason that the file gives
	want    []string // where it differs: profile, setting = value
	paths   [2]string
}

// pairs are those of testdata/shared, written out as files.
func pairs(t testing.TB) map[string]pair {
	t.Helper()
	archives, err := filepath.Glob("testdata/shared/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	// What no editor and no git may change.
	signs := strings.NewReplacer("<CR>", "\r", "<BOM>", "\ufeff", "\n<END>\n", "")
	all := map[string]pair{}
	for _, path := range archives {
		archive, err := txtar.ParseFile(path)
		if err != nil || len(archive.Files) != 2 {
			t.Fatalf("%s: %v, %d files", path, err, len(archive.Files))
		}
		p := pair{}
		for line := range strings.Lines(string(archive.Comment)) {
			p.differs = p.differs || strings.HasPrefix(line, "differs: ")
			if want, ok := strings.CutPrefix(strings.TrimSpace(line), "want: "); ok {
				p.want = append(p.want, want)
			}
		}
		for i, file := range archive.Files {
			p.paths[i] = writeFile(t, file.Name, signs.Replace(string(file.Data)))
		}
		all[strings.TrimSuffix(filepath.Base(path), ".txtar")] = p
	}
	return all
}

// An answer is what is read in a pair of files, by botocore or here.
type answer struct {
	Error       string                       `json:"error,omitempty"` // not empty: they cannot be read
	Profiles    map[string]readProfile       `json:"profiles"`
	SSOSessions map[string]map[string]string `json:"sso_sessions"`
	Services    map[string]map[string]string `json:"services"`
}

type readProfile struct {
	Key       string            `json:"key"` // id, secret, token, where it signs in by a key
	Settings  map[string]string `json:"settings"`
	SignsIn   string            `json:"signs_in"`  // "not": something is missing
	Endpoints map[string]string `json:"endpoints"` // "not": an error
}

// ours is what this package reads.
func ours(paths [2]string) answer {
	files, err := Read(paths[0], paths[1])
	if err != nil {
		return answer{Error: "error"}
	}
	all := answer{Profiles: map[string]readProfile{}, SSOSessions: files.sessions, Services: files.services}
	for _, p := range files.profiles {
		r := readProfile{Settings: p.values, SignsIn: p.kind(false), Endpoints: map[string]string{}}
		if err := files.Usable(p.name); err != nil {
			r.SignsIn = "not"
		}
		if r.SignsIn == "key" {
			r.Key = p.values[keySettings[0]] + " " + p.values[keySettings[1]] + " " + p.values[keySettings[2]]
		}
		r.Settings = maps.Clone(r.Settings) // but those of the key, of which the CLI merges what it does not use
		withoutKey(r.Settings)
		for _, service := range endpointServices {
			url, err := files.endpoint(p.name, service)
			if err != nil {
				url = "not"
			}
			if url != "" {
				r.Endpoints[service] = url
			}
		}
		all.Profiles[p.name] = r
	}
	return all
}

// asked is what botocore says of files, in one process. nil: there is none here.
func asked(t *testing.T, files map[string][2]string) map[string]answer {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil || exec.CommandContext(t.Context(), python, "-c", "import botocore").Run() != nil {
		return nil
	}
	in, err := json.Marshal(files)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/read_by_botocore.py")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("read_by_botocore.py: %v", err)
	}
	var all map[string]answer
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	if *update && len(files) > 0 {
		if err := os.WriteFile("testdata/botocore.json", out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// The files are read as the AWS CLI reads them: the same profiles with the same settings
// and endpoints, that sign in in the same way or not at all. Where it is not so, the file
// of the pair says why, and what is right.
func TestSharedFilesAreReadAsByTheAWSCLI(t *testing.T) {
	clearEnvironment(t)
	all := pairs(t)
	text, err := os.ReadFile("testdata/botocore.json")
	if err != nil && !*update {
		t.Fatal(err)
	}
	var golden map[string]answer
	if err := json.Unmarshal(text, &golden); err != nil && !*update {
		t.Fatal(err)
	}
	compare(t, "what botocore said once", all, golden)
	t.Run("botocore", func(t *testing.T) {
		if testing.Short() {
			t.Skip("-short: compared with testdata/botocore.json alone")
		}
		files := map[string][2]string{}
		for name, p := range all {
			files[name] = p.paths
		}
		answers := asked(t, files)
		if answers == nil {
			t.Skip("python3 with botocore is not on PATH: compared with testdata/botocore.json alone")
		}
		compare(t, "botocore", all, answers)
	})
}

func compare(t *testing.T, whose string, all map[string]pair, answers map[string]answer) {
	t.Helper()
	equal := 0
	for name, p := range all {
		theirs, there := answers[name]
		if !there {
			t.Errorf("%s does not know %s: go test ./awsops/profile -update", whose, name)
			continue
		}
		got := ours(p.paths)
		var diff string
		if (got.Error == "") != (theirs.Error == "") {
			diff = fmt.Sprintf("an error of one alone: botocore %q, here %q", theirs.Error, got.Error)
		} else if got.Error == "" {
			diff = cmp.Diff(theirs, got)
		}
		switch {
		case diff == "" && p.differs:
			t.Errorf("%s: no difference is left", name)
		case diff == "":
			equal++
		case !p.differs:
			t.Errorf("%s: other than botocore (-botocore +here):\n%s", name, diff)
		}
		for _, want := range p.want {
			if !slices.ContainsFunc(lines(got), func(line string) bool { return line == want }) {
				t.Errorf("%s: %q is not read: %q", name, want, lines(got))
			}
		}
	}
	if len(all) < 60 || equal < 60 {
		t.Errorf("%d pairs, %d equal", len(all), equal)
	}
	t.Logf("%s: %d pairs of files compared, %d equal, %d different for a reason that their file gives", whose, len(all), equal, len(all)-equal)
}

func lines(a answer) []string {
	var all []string
	for name, p := range a.Profiles {
		for key, value := range p.Settings {
			all = append(all, name+" "+key+" = "+value)
		}
	}
	return all
}

// clearEnvironment takes out what would count besides the files.
func clearEnvironment(t *testing.T) {
	t.Helper()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
}
