package docs_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|srcset)="([^"]+)"`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	notInID = regexp.MustCompile("[^a-z0-9 _-]")
	flagged = regexp.MustCompile(`(?:^|[^A-Za-z0-9-])--([a-z][a-z0-9-]+)`)
)

// anchors are the names by which GitHub knows the headings of a page.
func anchors(text string) (all []string) {
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.ReplaceAll(notInID.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return all
}

func TestLinksLeadSomewhere(t *testing.T) {
	links := 0
	for path, text := range documents(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			to := m[1] + m[2]
			if strings.Contains(to, "://") {
				continue
			}
			links++
			file, anchor, _ := strings.Cut(to, "#")
			target, there := path, text
			if file != "" {
				target = filepath.Join(filepath.Dir(path), file)
				read, err := os.ReadFile(target)
				if info, stat := os.Stat(target); err != nil && (stat != nil || !info.IsDir()) {
					t.Errorf("%s: there is no %s", path, to)
					continue
				}
				there = string(read)
			}
			if anchor != "" && !slices.Contains(anchors(there), anchor) {
				t.Errorf("%s: %s has no heading for #%s", path, target, anchor)
			}
		}
	}
	if links < 30 {
		t.Errorf("only %d links are looked at", links)
	}
}

// otherFlags are those of other programs that the documents name.
var otherFlags = []string{
	"profile", "user-name", "access-key-id", "key", "bucket", "if-match", "expected-bucket-owner", "endpoint-url", "query", // of aws
}

// Each flag that a document names is one of crossgrant's, and each of crossgrant's is in a
// document.
func TestFlagsAndDocumentsAgree(t *testing.T) {
	out, err := exec.Command("go", "run", "crossgrant", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(out), "Available Commands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	page := documents(t)["commands.md"]
	for line := range strings.Lines(list) {
		if name := strings.Fields(line)[0]; name != "help" && name != "completion" && !strings.Contains(page, "\n$ crossgrant "+name+" --help\n") {
			t.Errorf("commands.md does not have crossgrant %s", name)
		}
	}
	known := slices.Clone(otherFlags)
	for _, m := range regexp.MustCompile(`(?m)^ +(?:-\w, )?(?:    )?--([a-z-]+)`).FindAllStringSubmatch(page, -1) {
		known = append(known, m[1])
	}
	if len(known) < 40 {
		t.Fatalf("commands.md has few flags: %v", known)
	}
	for path, text := range documents(t) {
		for line := range strings.Lines(text) {
			for _, m := range flagged.FindAllStringSubmatch(line, -1) {
				if !slices.Contains(known, m[1]) {
					t.Errorf("%s: crossgrant has no flag --%s: %s", path, m[1], line)
				}
			}
		}
	}
}

// Each variable of the environment that the program reads is in the README; those of AWS are
// the AWS CLI's.
func TestVariablesAreInTheREADME(t *testing.T) {
	page, found := documents(t)["../README.md"], 0
	read := regexp.MustCompile(`(?:Getenv|LookupEnv|\benv)\("([A-Z_]+)"`)
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "../docs/") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range read.FindAllSubmatch(text, -1) {
			name := string(m[1])
			if found++; !strings.HasPrefix(name, "AWS_") && !strings.Contains(page, "`"+name+"`") {
				t.Errorf("%s reads %s", path, name)
			}
		}
		return err
	})
	if err != nil || found < 15 {
		t.Errorf("%d variables were found: %v", found, err)
	}
}

// Blocks that are not run are few, and each says why.
func TestWhatIsNotRunIsLittle(t *testing.T) {
	skipped, run := 0, 0
	for path, text := range documents(t) {
		all, _ := blocks(text)
		for _, b := range all {
			switch {
			case b.language != "sh" && b.language != "console":
				if strings.Contains("\n"+strings.Join(b.text, "\n"), "\ncrossgrant ") {
					t.Errorf("%s: line %d: a command is in a fence of the language %q, and is not run", path, b.line, b.language)
				}
			case b.skipped == "":
				run++
			default:
				skipped++
				t.Logf("%s: line %d: %s", path, b.line, b.skipped)
			}
		}
	}
	if run < 20 || skipped > 8 {
		t.Errorf("%d blocks are run, and %d are not", run, skipped)
	}
}
