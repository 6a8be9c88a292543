package handoff

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a person gives is the path of grant.json, its folder, or what is in it, also where a
// terminal took the line breaks of a paste away.
func TestGiven(t *testing.T) {
	o := grants()["add"]
	dir := write(t, o)
	pasted := strings.ReplaceAll(text(t, o, GrantFile), "\n", " ")
	marked := filepath.Join(t.TempDir(), "from an editor.json")
	if err := os.WriteFile(marked, []byte("\ufeff"+strings.ReplaceAll(text(t, o, GrantFile), "\n", "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, given := range []string{dir, filepath.Join(dir, GrantFile), pasted, marked} {
		if got, err := Given(given); err != nil || !cmp.Equal(got.Grant, o.Grant) {
			t.Errorf("%.60q is read as %v, %v", given, got.Grant, err)
		}
	}
	for given, want := range map[string]string{
		"":                         "cannot be read",
		filepath.Join(dir, "none"): "cannot be read",
		t.TempDir():                "cannot be read",
		os.DevNull:                 "not a file",
		pasted[:200]:               "What was pasted",
		replace("deliver", "read")(replace("incoming/", "all/")(pasted)): "SHA-256",
	} {
		if _, err := Given(given); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "Nothing was changed") {
			t.Errorf("%.60q: %v does not say %q", given, err, want)
		}
	}
}

func TestWriteReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	files := []File{{Name: "a/one", Text: "1"}, {Name: "two.sh", Text: "2", Executable: true}}
	for range 2 { // a second time there is nothing to do
		if err := Write(dir, files); err != nil {
			t.Fatal(err)
		}
	}
	if is, err := os.Stat(filepath.Join(dir, "two.sh")); err != nil || is.Mode().Perm()&0o100 == 0 {
		t.Errorf("the script cannot be run: %v, %v", is.Mode(), err)
	}
	err := Write(dir, []File{{Name: "three", Text: "3"}, {Name: "a/one", Text: "other"}})
	if err == nil || !strings.Contains(err.Error(), "Nothing was written") {
		t.Errorf("it says %v", err)
	}
	if _, there := os.Stat(filepath.Join(dir, "three")); there == nil {
		t.Error("a part was written")
	}
	if err := Write(filepath.Join(dir, "two.sh"), files); err == nil {
		t.Error("a file was taken for a folder")
	}
}
