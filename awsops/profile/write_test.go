package profile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

const newID = "AKIANEWEXAMPLE000000"

var acme = Section("acme", newID, "wJalrXUtnFEMI/K7", "eu-west-1")

// whatStands are credentials files of other people's, as they are found.
var whatStands = map[string]string{
	"nothing":                  "",
	"one profile":              "[a]\n" + someKey,
	"no line break at the end": "[a]\n" + strings.TrimSuffix(someKey, "\n"),
	"empty lines at the end":   "[a]\n" + someKey + "\n\n",
	"CRLF":                     strings.ReplaceAll("[a]\n"+someKey, "\n", "\r\n"),
	"CRLF, not at the end":     strings.ReplaceAll("[a]\n"+someKey, "\n", "\r\n") + "region = x",
	"CR":                       strings.ReplaceAll("[a]\n"+someKey, "\n", "\r"),
	"mixed":                    "[a]\r\nregion = x\n" + someKey + "[b]\rregion = y\r",
	"odd sections":             "# mine\n[a]\n" + someKey + "s3 =\n  addressing_style = path\n[profile b]\nregion = x\n[ c ] ; why\n\tregion: y\n[DEFAULT]\noutput = json\n",
	"the same section twice":   "[a]\n" + someKey + "[b]\n[a]\nregion = x\n",
	"a comment at the end":     "[a]\n" + someKey + "# [acme]",
}

func TestAProfileIsAddedAndTakenOut(t *testing.T) {
	for name, text := range whatStands {
		for behind, more := range map[string]string{"nothing": "", "a profile": "[z]\nregion = x\n", "a comment": "\n# of z\n  ; too\n[z]\n"} {
			t.Run(name+", behind it "+behind, func(t *testing.T) { addedAndTakenOut(t, text, more) })
		}
	}
}

func addedAndTakenOut(t *testing.T, text, behind string) {
	t.Helper()
	before, err := parseShared([]byte(text), "credentials")
	if err != nil {
		return
	}
	added, err := with([]byte(text), "credentials", "acme", acme)
	if err != nil {
		for _, s := range before {
			if s.name == "acme" {
				return
			}
		}
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(added), text) {
		t.Fatalf("%q is no longer the beginning of %q", text, added)
	}
	after, err := parseShared(added, "credentials")
	if err != nil || len(after) != len(before)+1 || len(before) > 0 && !reflect.DeepEqual(before, after[:len(before)]) {
		t.Fatalf("%q is read as %+v, %v", added, after, err)
	}
	if v := after[len(before)].values; v["aws_access_key_id"] != newID || v["region"] != "eu-west-1" {
		t.Errorf("the profile is read as %+v", v)
	}
	want := text + behind
	if text != "" && behind != "" && !strings.HasSuffix(text, "\n") && !strings.HasSuffix(text, "\r") {
		want = string(added[:bytes.LastIndex(added, []byte("[acme]"))]) + behind
	}
	if got, err := Without(append(added, behind...), "acme", newID); err != nil || string(got) != want {
		t.Errorf("taken out of %q, %v is left:\n%q, want\n%q", added, err, got, want)
	}
}

// Whatever stood in a credentials file stands there after a profile was added, and after
// it was taken out again.
func FuzzAProfileIsAddedAndTakenOut(f *testing.F) {
	for _, text := range whatStands {
		f.Add(text, "")
		f.Add(text, "[z]\nregion = x\n")
	}
	for _, p := range pairs(f) {
		f.Add(readBack(f, p.paths[0]), readBack(f, p.paths[1]))
	}
	f.Fuzz(func(t *testing.T, text, behind string) {
		if _, err := parseShared([]byte(behind), ""); err != nil || !endsThere([]byte(behind)) || strings.Contains(behind, newID) || strings.Contains(text, newID) {
			t.Skip("not what others would add")
		}
		addedAndTakenOut(t, text, behind)
	})
}

func TestAProfileThatIsNoLongerOursStays(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"another key":             {strings.Replace(acme, newID, "AKIAOTHER", 1), ErrNotOurs},
		"a setting more":          {acme + "output = json\n[z]\n", ErrNotOurs},
		"a setting after a while": {acme + "\n# mine\noutput = json\n", ErrNotOurs},
		"a value that goes on":    {acme + "  more\n", ErrNotOurs},
		"a setting between":       {strings.Replace(acme, "region", "output = json\nregion", 1), ErrNotOurs},
		"a name that it ends":     {strings.Replace(acme, "[", "[x", 1), fs.ErrNotExist},
		"gone":                    {"[a]\n" + someKey, fs.ErrNotExist},
		"in a comment":            {"# " + strings.ReplaceAll(acme, "\n", "\n# "), fs.ErrNotExist},
		"malformed":               {"[acme\n" + someKey, ErrNotOurs},
	} {
		file := writeFile(t, "credentials", c.text)
		if err := Remove(file, "acme", newID); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if left := readBack(t, file); left != c.text {
			t.Errorf("%s: %q is left", name, left)
		}
	}
}

func readBack(t testing.TB, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestANameThatCannotBeAdded(t *testing.T) {
	files := read(t, "[a]\n"+someKey+"[ b ]\n"+someKey+"['q']\n"+someKey, "[profile c]\nregion = x\n[d]\nregion = x\n[default]\nregion = x\n")
	for _, name := range []string{"a", "b", "q", "c", "d", "default"} {
		wantProblem(t, files.CanAdd(name), "There is a profile of this name already")
	}
	for _, name := range []string{"", " ", " x", "x ", "x  y", "x]", "[x", "x\ny", "x\ty", "x\x1b[31m", "x\u202e", "'x'", `"x`, `x\`, "#x", "x;y", "profile x", "Profile x", "DEFAULT", "Default", "x\xff"} {
		p := wantProblem(t, files.CanAdd(name), "The profile cannot have this name")
		if strings.ContainsAny(p.Detail, "\n\x1b\u202e") {
			t.Errorf("%q is quoted as it is: %s", name, p.Detail)
		}
	}
	for _, name := range []string{"x", "my client", "a.b-c@d", "Zoë", "-x", "profile", "x:y"} {
		if err := files.CanAdd(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := with(nil, "credentials", name, Section(name, newID, "s", "r")); err != nil {
			t.Errorf("%q is added: %v", name, err)
		}
	}
	if err := read(t, "", "").CanAdd("default"); err != nil {
		t.Errorf("a default where there is none: %v", err)
	}
}

// A profile goes to an ordinary file, or to one that can be made.
func TestAPlaceWhereNoProfileCanBeAdded(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(dir, "gone"), link); err != nil {
		t.Fatal(err)
	}
	for file, fine := range map[string]bool{
		filepath.Join(dir, "new"): true, filepath.Join(dir, ".aws", "new"): true, filepath.Join(dir, "a", "b", "new"): false, link: false, os.DevNull: false,
	} {
		files, err := Read(file, filepath.Join(dir, "config"))
		if err != nil {
			t.Fatal(err)
		}
		if err := files.CanAdd("acme"); (err == nil) != fine {
			t.Errorf("%s: %v", file, err)
		}
	}
	if all, err := os.ReadDir(dir); err != nil || len(all) != 1 {
		t.Errorf("the look made %v, %v", all, err)
	}
}

// Nothing is added to a file that the AWS tools cannot read, or that has the name since.
func TestAFileThatIsLeftAsItIs(t *testing.T) {
	for _, text := range []string{"\ufeff[a]\n" + someKey, "[a\n", "[a]\n\xff = x\n", "region = x\n", "[acme]\nregion = x\n"} {
		file := writeFile(t, "credentials", text)
		if err := Add(file, "acme", acme); err == nil {
			t.Errorf("%q was added to", text)
		}
		if left := readBack(t, file); left != text {
			t.Errorf("%q is left of %q", left, text)
		}
	}
}

func TestModeAndLinkStay(t *testing.T) {
	file := writeFile(t, "real", "[a]\n"+someKey)
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	link := filepath.Join(dir, "credentials")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for _, act := range []func() error{func() error { return Add(link, "acme", acme) }, func() error { return Remove(link, "acme", newID) }} {
		if err := act(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(link)
		if err != nil || info.Mode().Type() != fs.ModeSymlink {
			t.Errorf("the link is %v, %v", info, err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("the file is %v, %v", info, err)
		}
	}
	if left := readBack(t, file); left != "[a]\n"+someKey {
		t.Errorf("%q is left", left)
	}
	for _, d := range []string{dir, filepath.Dir(file)} {
		if all, err := os.ReadDir(d); err != nil || len(all) != 1 {
			t.Errorf("%s holds %v, %v", d, all, err)
		}
	}
}

func TestWhatIsNotThereIsMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), ".aws", "credentials")
	if err := Add(file, "acme", acme); err != nil || readBack(t, file) != acme {
		t.Fatalf("%v: %q", err, readBack(t, file))
	}
	for path, want := range map[string]fs.FileMode{file: 0o600, filepath.Dir(file): 0o700 | fs.ModeDir} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s is %v, %v", path, info.Mode(), err)
		}
	}
	link := filepath.Join(t.TempDir(), "credentials")
	if err := errors.Join(os.Symlink(filepath.Join(t.TempDir(), "gone"), link)); err != nil {
		t.Fatal(err)
	}
	if err := Add(link, "acme", acme); err == nil {
		t.Error("a link to nothing was written to")
	}
}

// Two at once: each finds what the other wrote.
func TestNothingIsLostBesideAnother(t *testing.T) {
	file := writeFile(t, "credentials", "")
	names := strings.Fields("a b c d e f g h i j")
	done := make(chan error)
	for _, name := range names {
		go func() { done <- Add(file, name, Section(name, newID, "s", "r")) }()
	}
	for range names {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	sections, err := parseShared([]byte(readBack(t, file)), file)
	if err != nil || len(sections) != len(names) {
		t.Errorf("%d profiles, %v", len(sections), err)
	}
}

// Killed at any moment, what adds or removes a profile leaves the file as it was or as it
// is to be, and nothing that keeps the next from writing.
func TestKilledTheFileIsTheOldOrTheNew(t *testing.T) {
	if file := os.Getenv("CROSSGRANT_TEST_WRITES"); file != "" {
		for {
			_ = Add(file, "acme", acme)
			_ = Remove(file, "acme", newID)
		}
	}
	old := "[a]\n" + someKey + strings.Repeat("# much\n", 1<<14)
	file := writeFile(t, "credentials", old)
	whole := old + "\n" + acme
	states := map[string]int{}
	times := 25
	if testing.Short() {
		times = 8
	}
	for i := range times {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		c.Env = append(os.Environ(), "CROSSGRANT_TEST_WRITES="+file)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); { // until it writes
			if info, err := os.Stat(file); err == nil && info.Size() != int64(len(old)) {
				break
			}
		}
		for range i * 20 {
			_ = readBack(t, file)[0]
		}
		_ = c.Process.Kill()
		_ = c.Wait()
		text := readBack(t, file)
		if text != old && text != whole {
			t.Fatalf("killed, it left %d bytes, which is neither %d nor %d", len(text), len(old), len(whole))
		}
		states[text]++
		if err := Remove(file, "acme", newID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	t.Logf("killed %d times as it was, %d times as it was to be", states[old], states[whole])
}
