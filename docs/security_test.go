// Package docs_test holds the documents to what they speak of.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each promise names the tests that hold it, and they are there; so are those that other
// pages name.
func TestEveryTestThatIsNamedIsThere(t *testing.T) {
	var tests strings.Builder
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		tests.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	pages := documents(t)
	name := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9]+)`")
	if n := len(name.FindAllString(pages["../SECURITY.md"], -1)); n < 30 {
		t.Errorf("only %d tests are named", n)
	}
	for path, text := range pages {
		for _, n := range name.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(tests.String(), "\nfunc "+n[1]+"(") {
				t.Errorf("%s: there is no test %s", path, n[1])
			}
		}
	}
}
