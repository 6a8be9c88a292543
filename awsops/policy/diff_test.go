package policy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func marked(all []Line) string {
	var b strings.Builder
	for _, line := range all {
		b.WriteString(string(" +-"[line.Kind]) + " " + line.Text + "\n")
	}
	return b.String()
}

// The diffs are in testdata/diff-*.txt.
func TestDiff(t *testing.T) {
	const head = `{"Version":"2012-10-17","Statement":[`
	const a, b, c = `{"Sid":"A","Effect":"Deny"}`, `{"Effect":"Allow","Action":["s3:GetObject"]}`, `{"Sid":"C","Effect":"Allow"}`
	live := head + a + "," + b + "]}"
	merged := Merge(ptr(mustParse(t, live)), FirmGrant("aws", "444455556666", "b"))
	for _, x := range []struct{ name, before, after string }{
		{"from-nothing", "", head + a + "]}"},
		{"to-nothing", head + a + "]}", ""},
		{"unchanged", live, live},
		{"added-at-the-end", live, merged.Compact()},
		{"removed-at-the-end", merged.Compact(), live},
		{"added-in-the-middle", live, head + a + "," + c + "," + b + "]}"},
		{"removed-at-the-start", live, head + b + "]}"},
		{"moved", head + a + "," + b + "," + c + "]}", head + c + "," + a + "," + b + "]}"},
		{"same-in-other-words", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"S3:getobject"}}`, head + b + "]}"},
		{"changed", live, head + a + `,{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"]}]}`},
		{"changed-by-sid", head + a + "]}", head + `{"Sid":"A","Effect":"Allow","Action":"s3:*"}]}`},
		{"renamed", head + a + "]}", head + `{"Sid":"B","Effect":"Deny"}]}`},
		{"replaced", head + a + "]}", head + `{"Sid":"B","Effect":"Allow","Action":"s3:*"}]}`},
		{"elements-of-the-document", `{"Version":"2008-10-17","Id":"I","Statement":[` + a + `],"X":{"y":1}}`, `{"Version":"2012-10-17","Statement":[` + a + `],"Z":1}`},
		{"first-statement", `{"Version":"2012-10-17","Statement":[]}`, head + a + "]}"},
	} {
		t.Run(x.name, func(t *testing.T) {
			golden(t, "diff-"+x.name+".txt", marked(Diff(maybe(t, x.before), maybe(t, x.after))))
		})
	}
	if Diff(nil, nil) != nil {
		t.Error("nothing and nothing differ")
	}
}

func ptr(d Document) *Document { return &d }

func maybe(t *testing.T, text string) *Document {
	if text == "" {
		return nil
	}
	return ptr(mustParse(t, text))
}

// side puts together the lines of one of the two documents.
func side(all []Line, other LineKind) string {
	var lines []string
	for _, line := range all {
		if line.Kind != other {
			lines = append(lines, line.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func withoutCommas(s string) string { return strings.ReplaceAll(s, ",\n", "\n") }

func TestDiffProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := foreign(t), foreign(t)
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			after = Merge(&before, ours()...)
			was := side(Diff(&before, &after), Added)
			if withoutCommas(was) != withoutCommas(before.Indent()) {
				t.Fatalf("kept and removed lines are not the document before:\n%s\n%s", was, before.Indent())
			}
		case 1: // some of the statements, in another order
			after.Statements = rapid.Permutation(before.Statements).Draw(t, "order")[:rapid.IntRange(1, len(before.Statements)).Draw(t, "number")]
		}
		diff := Diff(&before, &after)
		if got, want := side(diff, Removed), after.Indent(); got != want {
			t.Fatalf("kept and added lines are not the document after:\n%s\n%s", marked(diff), want)
		}
		for _, line := range Diff(&before, &before) {
			if line.Kind != Kept {
				t.Fatalf("a document differs from itself: %+v", line)
			}
		}
		for _, line := range Diff(nil, &after) {
			if line.Kind != Added {
				t.Fatalf("not added: %+v", line)
			}
		}
	})
}
