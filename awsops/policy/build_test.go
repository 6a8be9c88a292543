package policy

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the code makes into testdata")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it anew, to be looked at):\n%s", path, got)
	}
}

func article(t *testing.T, name string) Document {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, string(text))
}

// The article-*.json files are the article's own texts with its variables
// filled in. Ours differ from them by the Sids alone.
func TestBuiltPoliciesMeanWhatTheArticleSays(t *testing.T) {
	const bucket, user = "my.test.bucket", "arn:aws:iam::111122223333:user/test-customer"
	for _, c := range []struct {
		article, built string
		ours           Document
		sids           []string
	}{
		{"article-firm.json", "built-firm.json", New(FirmGrant("aws", "444455556666", bucket)), []string{""}},
		{"article-test-user.json", "built-test-user.json", New(TestUserGrant(user, bucket)...), []string{"statement1", "statement2"}},
		{"article-writer.json", "built-writer.json", WriterPolicy("aws", bucket), []string{SidWriter}},
	} {
		t.Run(c.article, func(t *testing.T) {
			golden(t, c.built, c.ours.Indent()+"\n")
			same := New(append([]Statement{}, c.ours.Statements...)...)
			for i, sid := range c.sids {
				same.Statements[i].Sid = sid
			}
			if theirs := article(t, c.article); !Equal(same, theirs) {
				t.Errorf("ours:\n%s\nthe article's:\n%s", same.Indent(), theirs.Indent())
			}
		})
	}
}

func TestPartitions(t *testing.T) {
	for _, partition := range []string{"aws", "aws-cn", "aws-us-gov", "aws-eusc"} {
		user := "arn:" + partition + ":iam::111122223333:user/test-customer"
		for kind, d := range map[string]Document{
			"firm":      New(FirmGrant(partition, "444455556666", "b-1")),
			"test user": New(TestUserGrant(user, "b-1")...),
			"writer":    WriterPolicy(partition, "b-1"),
		} {
			text := d.Compact()
			if got, all := strings.Count(text, `"arn:`+partition+":"), strings.Count(text, `"arn:`); got != all || got < 2 {
				t.Errorf("%s in %s: %d of %d ARNs are of the partition:\n%s", kind, partition, got, all, text)
			}
			for _, f := range Lint(d, Against{Kind: map[bool]Kind{true: InlinePolicy}[kind == "writer"], Bucket: "b-1", Partition: partition}) {
				if f.Severity > Note {
					t.Errorf("%s in %s: %+v", kind, partition, f)
				}
			}
		}
	}
}
