package docs_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write what the commands in the documents say into them")

// documents are the pages of the project. The commands of each are run in a home of its own.
func documents(t *testing.T) (pages map[string]string) {
	t.Helper()
	pages = map[string]string{}
	for _, pattern := range []string{"../*.md", "*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			pages[path] = string(text)
		}
	}
	return pages
}

// A block is a fenced piece of a document.
type block struct {
	line     int    // of the document, where its text begins, from 0
	language string // "console": commands after "$ " and what they say; "sh": commands
	text     []string
	skipped  string // why it is not run, of a comment <!-- not run: ... --> above it
}

var notRun = regexp.MustCompile(`^<!-- not run: (.+) -->$`)

func blocks(text string) (all []block, outside []string) {
	var open *block
	skipped := ""
	for i, line := range strings.Split(text, "\n") {
		fence, is := strings.CutPrefix(line, "```")
		switch {
		case open != nil && is:
			all, open = append(all, *open), nil
		case open != nil:
			open.text = append(open.text, line)
		case is:
			open, skipped = &block{line: i + 1, language: fence, skipped: skipped}, ""
		default:
			outside = append(outside, line)
			if m := notRun.FindStringSubmatch(line); m != nil {
				skipped = m[1]
			} else if line != "" {
				skipped = ""
			}
		}
	}
	return all, outside
}

// A command of a document, and what it says there.
type command struct {
	block int
	line  int
	text  string
	says  []string
}

func (b block) commands(at int) (all []command) {
	if b.language == "sh" {
		return []command{{at, b.line, strings.Join(b.text, "\n"), nil}}
	}
	for i, line := range b.text {
		if text, is := strings.CutPrefix(line, "$ "); is {
			all = append(all, command{at, b.line + i, text, nil})
		} else if last := len(all) - 1; last >= 0 {
			if len(all[last].says) == 0 && strings.HasSuffix(all[last].text, `\`) {
				all[last].text += "\n" + line
			} else {
				all[last].says = append(all[last].says, line)
			}
		}
	}
	return all
}

// Each command of a document is run, in the order in which they are there, by one shell in
// an empty home. What it should say it says; -update writes that into the document.
func TestTheCommandsOfTheDocuments(t *testing.T) {
	bin := t.TempDir()
	build := exec.Command("go", "run", "-exec", "cp", "crossgrant", filepath.Join(bin, "crossgrant")) // go build would link it anew each time
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Run("documents", func(t *testing.T) {
		for path, text := range documents(t) {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				if now := walk(t, bin, text); now != text {
					if !*update {
						t.Error("the commands do not say what is there: go test ./docs -update, and read the difference")
					} else if err := os.WriteFile(path, []byte(now), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	})
}

// walk runs the commands of a document, and returns it with what they say now.
func walk(t *testing.T, bin, document string) string {
	all, outside := blocks(document)
	for _, line := range outside {
		if strings.HasPrefix(line, "    crossgrant ") || strings.HasPrefix(line, "    $ ") {
			t.Errorf("a command is outside of a fence, and is not run: %s", line)
		}
	}
	var commands []command
	for i, b := range all {
		switch {
		case b.language != "sh" && b.language != "console":
		case b.skipped == "":
			commands = append(commands, b.commands(i)...)
		default:
			t.Logf("not run, %s: %s", b.skipped, strings.Join(b.text, "; "))
		}
	}
	if len(commands) == 0 {
		return document
	}
	said, codes := inShell(t, bin, commands)
	lines := strings.Split(document, "\n")
	for i, c := range slices.Backward(commands) {
		if i >= len(codes) {
			t.Errorf("line %d: the shell did not come to %s", c.line+1, c.text)
			continue
		}
		if all[c.block].language == "sh" {
			if codes[i] != 0 {
				t.Errorf("line %d: exit code %d of %s\n%s", c.line+1, codes[i], c.text, said[i])
			}
			continue
		}
		from := c.line + 1 + strings.Count(c.text, "\n")
		if d := strings.Join(c.says, "\n"); d != said[i] {
			t.Logf("line %d: %s says\n%s\nand not\n%s", c.line+1, c.text, said[i], d)
		}
		var now []string
		if said[i] != "" {
			now = strings.Split(said[i], "\n")
		}
		lines = slices.Replace(lines, from, from+len(c.says), now...)
	}
	return strings.Join(lines, "\n")
}

var marker = regexp.MustCompile(`\n?@@@ (\d+)\n`)

// inShell has one shell run all commands, and returns what each says, and its exit code.
// One that ends in & has the shell wait for its first line.
func inShell(t *testing.T, bin string, commands []command) (said []string, codes []int) {
	script := strings.Builder{}
	script.WriteString("others=; trap 'kill $others 2>/dev/null' EXIT\n")
	for _, c := range commands {
		if text, background := strings.CutSuffix(c.text, " &"); background {
			fmt.Fprintf(&script, "%s >said 2>&1 &\nothers=\"$others $!\"; until [ -s said ]; do sleep 0.02; done; cat said; rm said", text)
		} else {
			script.WriteString(c.text)
		}
		script.WriteString("\ncode=$?; printf '\\n@@@ %d\\n' $code; (exit $code)\n")
	}
	home := filepath.Join(os.TempDir(), fmt.Sprintf("crossgrant-%08x", rand.Uint32())) // as long on every run: lines are wrapped
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(home) }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	sh := exec.CommandContext(ctx, "sh", "-c", script.String())
	sh.Dir, sh.Stdout, sh.Stderr = home, &out, &out
	sh.Env = []string{"HOME=" + home, "PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH"), "LANG=C.UTF-8", "TERM=dumb", "TMPDIR=" + os.TempDir(), "TZ=UTC"}
	sh.WaitDelay = time.Second
	err := sh.Run()
	rest := masked(out.String(), home)
	for m := marker.FindStringSubmatchIndex(rest); m != nil; m = marker.FindStringSubmatchIndex(rest) {
		code, _ := strconv.Atoi(rest[m[2]:m[3]])
		said, codes = append(said, strings.TrimRight(rest[:m[0]], "\n ")), append(codes, code)
		rest = rest[m[1]:]
	}
	if len(codes) < len(commands) {
		t.Errorf("%v, and what was not expected: %s", err, rest)
	}
	return said, codes
}

// What differs from run to run.
var masks = []struct{ is, shown string }{
	{`\b[0-9]{8}-[0-9]{6}-[a-z0-9]{6}\b`, "20261231-120000-abcdef"},
	{`\bAKIA[A-Z0-9]{16}\b`, "AKIAIOSFODNN7EXAMPLE"},
	{`127\.0\.0\.1:[0-9]+`, "127.0.0.1:4566"},
	{`"time":"[^"]+"`, `"time":"2026-12-31T12:00:00Z"`},
	{`\b[0-9]{1,2} (January|February|March|April|May|June|July|August|September|October|November|December) 20[0-9]{2} [0-9]{2}:[0-9]{2}`, "31 December 2026 12:00"},
	{`(request( id)?|"request_id":)("| )[A-Z0-9]{16}\b`, "${1}${3}EXAMPLEREQUESTID"},
	{`in [0-9]+ seconds?\.`, "in 1 second."},
	{`'"[0-9a-f]{32}"'`, `'"0123456789abcdef0123456789abcdef"'`},
}

func masked(text, home string) string {
	text = strings.ReplaceAll(text, home, "/home/you")
	for _, m := range masks {
		text = regexp.MustCompile(m.is).ReplaceAllString(text, m.shown)
	}
	return text
}
