package handoff

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/policy"
)

var update = flag.Bool("update", false, "write the golden files")

// grants are one of each shape.
func grants() map[string]Offer {
	article := policy.Grant{Partition: "aws", Bucket: "my.test.bucket", Owner: "111122223333", Firm: "444455556666", Grantee: "arn:aws:iam::444455556666:user/test-writer"}
	add := article
	add.Access, add.Prefix, add.Until = policy.Add, "incoming/it's \"new\" %{x}/", time.Date(2031, 12, 31, 0, 0, 0, 0, time.UTC)
	role := article
	role.Access, role.Only, role.Owner, role.Grantee = policy.ReadWrite, true, "", "arn:aws:iam::444455556666:role/delivery/nightly"
	key := add
	key.Access, key.Only, key.Key = policy.Deliver, true, "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	return map[string]Offer{
		"article": New(article, "Jane Roe, jane@firm.example"),
		"add":     New(add, ""),
		"role":    New(role, "The delivery team"),
		"key":     New(key, ""),
	}
}

func TestFilesAreTheGrants(t *testing.T) {
	for name, o := range grants() {
		for _, f := range o.Files() {
			golden := filepath.Join("testdata", name, f.Name)
			if *update {
				if err := errorOf(os.MkdirAll(filepath.Dir(golden), 0o755), os.WriteFile(golden, []byte(f.Text), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), f.Text); d != "" {
				t.Errorf("%s (- golden, + now):\n%s", golden, d)
			}
		}
	}
}

func errorOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// The file for the key's policy is the grant's statement, and is there for a key alone.
func TestTheKeysStatementIsAFileOfItsOwn(t *testing.T) {
	for name, o := range grants() {
		at := slices.IndexFunc(o.Files(), func(f File) bool { return f.Name == KeyFile })
		if has := at >= 0; has != (o.Grant.Key != "") || strings.Contains(text(t, o, "README.md")+text(t, o, "apply.sh"), KeyFile) != has {
			t.Errorf("%s: the file is at %d", name, at)
			continue
		}
		if o.Grant.Key == "" {
			continue
		}
		d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + text(t, o, KeyFile) + "]}"))
		if err != nil || !policy.Equal(d, policy.New(o.Grant.ForKey())) {
			t.Errorf("%s: %v", d.Indent(), err)
		}
		if !slices.ContainsFunc(o.Actions, func(a Action) bool { return a.Action == "kms:GenerateDataKey" && a.Why != "" }) {
			t.Errorf("the actions are %v", o.Actions)
		}
	}
}

// The statements that are reviewed are those that are applied, in each form.
func TestEachFileHoldsTheStatements(t *testing.T) {
	for name, o := range grants() {
		want := policy.New(o.Grant.ForBucket()...)
		for file, document := range map[string]string{
			"bucket-policy.json":  text(t, o, "bucket-policy.json"),
			"cloudformation.yaml": after(text(t, o, "cloudformation.yaml"), "PolicyDocument:"),
			"apply.sh":            `{"Version":"2012-10-17","Statement":[` + strings.ReplaceAll(between(text(t, o, "apply.sh"), "<<'STATEMENTS'\n", "\nSTATEMENTS"), "\n", ",") + "]}",
		} {
			d, err := policy.Parse([]byte(document))
			if err != nil || !policy.Equal(d, want) {
				t.Errorf("%s of %s does not hold the grant's statements: %v", file, name, err)
			}
		}
	}
}

func TestApplyIsShort(t *testing.T) {
	for name, o := range grants() {
		if n := strings.Count(text(t, o, "apply.sh"), "\n"); n >= 100 {
			t.Errorf("apply.sh of %s has %d lines", name, n)
		}
		if n := strings.Count(text(t, o, "README.md"), "\n"); n > 60 {
			t.Errorf("README.md of %s has %d lines, which is more than a page", name, n)
		}
	}
}

func TestToolsTakeTheFiles(t *testing.T) {
	for _, tool := range []struct {
		file, name string
		args       []string
	}{
		{"apply.sh", "bash", []string{"-n"}},
		{"apply.sh", "shellcheck", nil},
		{"main.tf", "terraform", []string{"fmt", "-check", "-diff"}},
	} {
		t.Run(tool.name, func(t *testing.T) {
			if _, err := exec.LookPath(tool.name); err != nil {
				t.Skipf("%s is not on PATH, so it does not look at %s", tool.name, tool.file)
			}
			for name, o := range grants() {
				path := filepath.Join(t.TempDir(), tool.file)
				if err := os.WriteFile(path, []byte(text(t, o, tool.file)), 0o600); err != nil {
					t.Fatal(err)
				}
				if out, err := exec.CommandContext(t.Context(), tool.name, append(tool.args, path)...).CombinedOutput(); err != nil {
					t.Errorf("%s of %s: %v\n%s", tool.file, name, err, out)
				}
			}
		})
	}
}

// An offer that is written and read is the same offer; what is changed in it is refused.
func TestReadTakesWhatWasWritten(t *testing.T) {
	for name, o := range grants() {
		path := filepath.Join(write(t, o), GrantFile)
		read, err := Read(path)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(o.Grant, read.Grant); d != "" {
			t.Errorf("%s (- written, + read):\n%s", name, d)
		}
		if !slices.EqualFunc(o.Files(), New(read.Grant, read.Contact).Files(), func(a, b File) bool { return a == b }) {
			t.Errorf("the files of %s are not the same a second time", name)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	tests := map[string]struct {
		file   string
		change func(string) string
		want   string
	}{
		"another bucket":     {GrantFile, replace("my.test.bucket", "my.other.bucket"), "SHA-256"},
		"another grantee":    {GrantFile, replace("user/test-writer", "user/test-winner"), "SHA-256"},
		"another contact":    {GrantFile, replace("Jane Roe", "John Doe"), "SHA-256"},
		"another hash":       {GrantFile, replace(`"main.tf": "`, `"main.tf": "00`), "SHA-256"},
		"a newer version":    {GrantFile, replace(`"version": 1`, `"version": 2, "more": {}`), "newer"},
		"no version":         {GrantFile, replace(`"version": 1`, `"version": 0`), "version is 0"},
		"a field more":       {GrantFile, replace(`"version": 1`, `"version": 1, "run": "rm -rf /"`), "unknown field"},
		"a version in words": {GrantFile, replace(`"version": 1`, `"version": "1"`), `its "version" is of another kind: string`},
		"a huge version":     {GrantFile, replace(`"version": 1`, `"version": 1`+strings.Repeat("0", 30)), `its "version" is of another kind: number`},
		"a list as a bucket": {GrantFile, replace(`"bucket": "my.test.bucket"`, `"bucket": []`), `its "grant.bucket" is of another kind: array`},
		"nested":             {GrantFile, func(string) string { return strings.Repeat("[", 200_000) }, "max depth"},
		"nested in a field":  {GrantFile, replace(`"grant": {`, `"grant": {"x":`+strings.Repeat(`{"x":`, 30_000)), "max depth"},
		"UTF-16":             {GrantFile, func(s string) string { return "\xff\xfe" + strings.Join(strings.Split(s, ""), "\x00") }, "invalid character"},
		"another key":        {GrantFile, replace(`"firm": "444455556666"`, `"firm": "444455556666", "key": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"`), "SHA-256"},
		"truncated":          {GrantFile, func(s string) string { return s[:len(s)/2] }, "unexpected end"},
		"empty":              {GrantFile, func(string) string { return "" }, "unexpected end"},
		"no JSON":            {GrantFile, func(string) string { return "\x1b[2J" }, "invalid character"},
		"two grants":         {GrantFile, func(s string) string { return s + s }, "invalid character"},
		"huge":               {GrantFile, func(s string) string { return s + strings.Repeat(" ", mostRead) }, "too long"},
		"a changed script":   {"apply.sh", replace("444455556666", "777788889999"), "A file of the grant was changed"},
		"a changed template": {"main.tf", replace("PutObject", "*"), "A file of the grant was changed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := write(t, grants()["article"])
			path := filepath.Join(dir, test.file)
			was, err := os.ReadFile(path)
			if err == nil {
				err = os.WriteFile(path, []byte(test.change(string(was))), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			_, err = Read(filepath.Join(dir, GrantFile))
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "Nothing was changed") {
				t.Errorf("%v does not say %q", err, test.want)
			}
		})
	}
}

// Whoever computes the hashes anew gets no further with what no grant is.
func TestReadRefusesHostileGrants(t *testing.T) {
	for name, change := range map[string]func(*policy.Grant){
		"a grantee elsewhere":  func(g *policy.Grant) { g.Grantee = "arn:aws:iam::777788889999:user/x" },
		"everybody":            func(g *policy.Grant) { g.Firm = "*" },
		"one account":          func(g *policy.Grant) { g.Owner = g.Firm },
		"a bucket with quotes": func(g *policy.Grant) { g.Bucket = "b';id;'" },
		"a wild prefix":        func(g *policy.Grant) { g.Prefix = "*" },
		"an unseen prefix":     func(g *policy.Grant) { g.Prefix = "a\u202e" },
		"another partition":    func(g *policy.Grant) { g.Partition = "aws-$(id)" },
		"a key's alias":        func(g *policy.Grant) { g.Key = "alias/x" },
		"a key elsewhere": func(g *policy.Grant) {
			g.Key = "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
		},
		"another access": func(g *policy.Grant) { g.Access = "everything" },
	} {
		g := grants()["article"].Grant
		change(&g)
		dir := write(t, New(g, ""))
		if _, err := Read(filepath.Join(dir, GrantFile)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := Read(filepath.Join(write(t, New(grants()["article"].Grant, "a\x1b]0;b\x07")), GrantFile)); err == nil {
		t.Error("a contact that acts on the terminal was taken")
	}
}

func FuzzRead(f *testing.F) {
	for _, o := range grants() {
		f.Add(o.Files()[0].Text)
	}
	f.Add(`{"version": 1e9}`)
	f.Fuzz(func(t *testing.T, given string) {
		o, err := parseOffer([]byte(given))
		if err != nil {
			return
		}
		again, err := parseOffer([]byte(New(o.Grant, o.Contact).Files()[0].Text))
		if err != nil || !cmp.Equal(again.Grant, o.Grant) {
			t.Fatalf("%q is a grant, and what is written of it is not: %v", given, err)
		}
	})
}

func text(t *testing.T, o Offer, name string) string {
	t.Helper()
	for _, f := range o.Files() {
		if f.Name == name {
			return f.Text
		}
	}
	t.Fatalf("there is no file %s", name)
	return ""
}

func write(t *testing.T, o Offer) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range o.Files() {
		if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func replace(old, new string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, new) }
}

func after(s, mark string) string { _, rest, _ := strings.Cut(s, mark); return rest }

func between(s, from, to string) string { s, _, _ = strings.Cut(after(s, from), to); return s }

func TestReceipts(t *testing.T) {
	g := grants()["article"].Grant
	r := NewReceipt(g, "eu-west-1", g.ForBucket())
	line := r.String()
	for _, sent := range []string{
		line, "  " + line + "\r\n", strings.ReplaceAll(line, " region", " \\\n    region"),
		strings.ReplaceAll(line, "receipt", "receipt\u00a0"), line[:len(line)-20] + "\n" + line[len(line)-20:], line[:30] + "\r\n> " + line[30:], "┃ " + line[:70] + "\n┃ " + line[70:],
	} {
		if back, err := readReceipt(sent, g); err != nil || back != r {
			t.Errorf("%q is read as %v, %v", sent, back, err)
		}
	}
	other := g
	other.Access = policy.Deliver
	for name, test := range map[string]struct {
		line string
		g    policy.Grant
		want string
	}{
		"another bucket":   {replace("my.test.bucket", "my.other.bucket")(line), g, "another bucket"},
		"another account":  {replace("111122223333", "111122220000")(line), g, "another account"},
		"another grant":    {line, other, "other statements"},
		"truncated":        {line[:len(line)-1], g, "not a receipt"},
		"more behind it":   {line + " sha256=0", g, "not a receipt"},
		"another version":  {replace("receipt v1", "receipt v2")(line), g, "another version"},
		"version ten":      {replace("receipt v1", "receipt v10")(line), g, "another version"},
		"the beginning":    {"crossgrant receipt v1", g, "not a receipt"},
		"twice":            {line + "\n" + line, g, "not a receipt"},
		"no region":        {replace("eu-west-1", "nowhere")(line), g, "not a receipt"},
		"nothing":          {"", g, "not a receipt"},
		"what is not seen": {line + "\u202e", g, "not a receipt"},
	} {
		if _, err := readReceipt(test.line, test.g); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v does not say %q", name, err, test.want)
		}
	}
}

// However a policy is written, its statements have one hash.
func TestHashIsOfTheMeaning(t *testing.T) {
	var g policy.Grant
	if err := json.Unmarshal([]byte(`{"partition":"aws","bucket":"b-1","firm":"444455556666","access":"deliver"}`), &g); err != nil {
		t.Fatal(err)
	}
	rewritten := g.ForBucket()
	s := &rewritten[0]
	slices.Reverse(s.Action.Values)
	one, err := policy.Parse([]byte(`{"Statement":` + strings.ReplaceAll(s.Compact(), `["arn:aws:s3:::b-1/*"]`, `"arn:aws:s3:::b-1/*"`) + `}`))
	if err != nil {
		t.Fatal(err)
	}
	if Hash(one.Statements) != Hash(g.ForBucket()) {
		t.Error("the same statement in another form has another hash")
	}
	s.Action.Values = s.Action.Values[1:]
	if Hash(rewritten) == Hash(g.ForBucket()) {
		t.Error("a statement that says less has the same hash")
	}
}

func FuzzParseReceipt(f *testing.F) {
	g := grants()["article"].Grant
	f.Add(NewReceipt(g, "us-east-1", g.ForBucket()).String())
	f.Fuzz(func(t *testing.T, line string) {
		if r, err := readReceipt(line, g); err == nil && r != NewReceipt(g, r.Region, g.ForBucket()) {
			t.Errorf("%q was taken for %q", line, r)
		}
	})
}

func readReceipt(line string, g policy.Grant) (Receipt, error) {
	r, err := ParseReceipt(line)
	if err == nil {
		err = r.Check(g)
	}
	return r, err
}
