// Package leak looks for the secrets of sandboxes in all that the tests of a package
// made: what views said, events, records of runs, and goldens. It is for tests alone.
//
// It keeps of each text only what could be a secret, and looks at the end of all tests:
// a secret may be in what another test said.
package leak

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// length is that of the secret of a key, AWS's and the sandbox's.
const length = 40

var (
	mu      sync.Mutex
	secrets = map[string]bool{}
	like    = map[string]string{} // what is like a secret, and where it was first
	bytes   int
)

// Know takes note of the secrets of a sandbox.
func Know(all []string) {
	mu.Lock()
	defer mu.Unlock()
	for _, s := range all {
		secrets[s[:length]] = true // a session's token is longer
	}
}

// Said takes note of a text, and of where it came from.
func Said(from, text string) {
	mu.Lock()
	defer mu.Unlock()
	bytes += len(text)
	run := 0
	for i := range len(text) {
		if run++; !inSecret(text[i]) {
			run = 0
		}
		if run >= length {
			if word := text[i+1-length : i+1]; like[word] == "" {
				like[strings.Clone(word)] = from // of the text nothing else is kept
			}
		}
	}
}

func inSecret(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

// Files is Said for each file below a folder whose name ends so. No folder is no files.
func Files(dir, ending string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || len(path) < len(ending) || path[len(path)-len(ending):] != ending {
			return nil
		}
		if text, err := os.ReadFile(path); err == nil {
			Said(path, string(text))
		}
		return nil
	})
}

// Main runs the tests of a package and then looks, in its testdata too. It returns the
// exit code.
func Main(m *testing.M) int {
	code := m.Run()
	Files("testdata", "")
	found := leaked()
	for _, from := range found {
		fmt.Println("a secret is in", from)
	}
	fmt.Printf("%d secrets, looked for in %d bytes of output, events, records and goldens: %d found\n", len(secrets), bytes, len(found))
	if len(found) > 0 {
		return 1
	}
	return code
}

func leaked() (from []string) {
	mu.Lock()
	defer mu.Unlock()
	for s := range secrets {
		if where, ok := like[s]; ok {
			from = append(from, where)
		}
	}
	return from
}
