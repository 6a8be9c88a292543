package run_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// A record is no more than what somebody wrote down: a clean-up by one that was written, or
// changed, to harm does nothing to what the run did not make.

// bystander is a stage with a set-up, and with much that is not crossgrant's.
type bystander struct {
	*stage
	name   string // of the run
	record []byte
	theirs []string          // lines of the snapshot that have to stay
	ours   map[string]string // what the record speaks of, and what of theirs it might
}

// ofSecond is a statement of somebody else's under one of crossgrant's Sids.
var ofSecond = policy.Statement{
	Sid: policy.SidFirm + firm, Effect: "Allow", Principal: &policy.Principal{AWS: policy.List{Values: []string{"arn:aws:iam::777788889999:root"}}},
	Action: policy.List{Values: []string{"s3:GetObject"}}, Resource: policy.List{Values: []string{"arn:aws:s3:::second.bucket/*"}},
}

func newBystander(t testing.TB) *bystander {
	s := newStage(t)
	s.setPolicy(first, new(policy.New(auditors)))
	s.setPolicy(second, new(policy.New(ofSecond)))
	intern := s.do(firm, awsops.CreateUser{Account: firm, Name: "intern", Run: "theirs"})
	s.do(firm, awsops.SetUserPolicy{Account: firm, User: "intern", Name: "writer-policy", After: new(policy.WriterPolicy("aws", first))})
	key := s.do(firm, awsops.CreateAccessKey{Account: firm, User: "intern"})
	payroll := s.do(customer, awsops.PutObject{Bucket: first, Owner: customer, Key: "payroll/2026.csv", Body: "secret"})
	b := &bystander{stage: s, theirs: s.box.Snapshot()}
	a := answers("setup", firm, first, "test-writer")
	a.KeyFile = filepath.Join(t.TempDir(), "key")
	set := s.set(a)
	b.name = set.Facts.Run
	text, err := os.ReadFile(filepath.Join(s.dir, b.name+".jsonl"))
	must(t, err)
	b.record = text
	b.ours = map[string]string{
		"test-writer": "intern", `"` + first + `"`: `"` + second + `"`, set.Facts.Writer.ID: intern.UserID, set.Facts.Writer.Key.ID: key.KeyID,
		"crossgrant-probe/" + b.name + "-writer.txt": "payroll/2026.csv", b.name: "theirs",
		`"etag":"`: `"etag":"` + strings.Trim(payroll.ETag, `"`) + `","x":"`, firm: customer, `"Deny"`: `"Allow"`, "CrossgrantFirm" + firm: "AuditorsRead",
		`"put-object"`: `"delete-object"`, `"set-user-policy"`: `"set-bucket-policy"`, `"done"`: `"skipped"`, `"before":null`: `"before":{"Version":"2012-10-17","Statement":[]}`,
	}
	return b
}

// hurts runs a clean-up by a record, and tells what of somebody else's it changed.
func (b *bystander) hurts(record []byte) (gone []string, e run.Ending) {
	b.t.Helper()
	f := b.fork()
	defer func() { _ = f.box.Close() }()
	must(b.t, os.WriteFile(filepath.Join(f.dir, b.name+".jsonl"), record, 0o600))
	e = f.run(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: b.name})
	left := f.box.Snapshot()
	for _, line := range b.theirs {
		// The set-up's own statement stands in the line of the bucket's policy.
		if !slices.Contains(left, line) && !strings.Contains(line, "policy") {
			gone = append(gone, line)
		}
	}
	if live := f.policy(first); live == nil || !policy.Same(statement(live, auditors.Sid), new(policy.New(auditors))) {
		gone = append(gone, "the auditors' statement")
	}
	if live := f.policy(second); !policy.Same(live, new(policy.New(ofSecond))) {
		gone = append(gone, "the policy of the second bucket")
	}
	if d, err := f.session(firm).InlinePolicy(b.t.Context(), awsops.UserIn("", "intern"), "writer-policy"); err != nil || d == nil {
		gone = append(gone, "the policy of the user intern")
	}
	return gone, e
}

func statement(d *policy.Document, sid string) *policy.Document {
	rest := *d
	rest.Statements = slices.DeleteFunc(slices.Clone(d.Statements), func(s policy.Statement) bool { return s.Sid != sid })
	return &rest
}

// A record that speaks of what no such run does is not used at all.
func TestARecordOfWhatNoRunDoesIsRefused(t *testing.T) {
	b := newBystander(t)
	if gone, e := b.hurts(b.record); len(gone) > 0 || e.Code != run.Done {
		t.Fatalf("by the true record it ends %d: %v\n%s", e.Code, gone, said(e))
	}
	answers := bytes.Index(b.record, []byte("\n")) // what was said at the beginning stays
	for ours, theirs := range b.ours {
		switch ours {
		case "test-writer", `"` + first + `"`, "crossgrant-probe/" + b.name + "-writer.txt":
		default:
			continue
		}
		forged := append(bytes.Clone(b.record[:answers]), bytes.ReplaceAll(b.record[answers:], []byte(ours), []byte(theirs))...)
		gone, e := b.hurts(forged)
		if len(gone) > 0 || e.Code != run.Failed || !strings.Contains(said(e), "does not belong to this run") {
			t.Errorf("with %s for %s it ends %d: %v\n%s", theirs, ours, e.Code, gone, said(e))
		}
	}
}

// Whatever a record says, nothing of anybody else's is changed.
func TestNoRecordHurts(t *testing.T) {
	b := newBystander(t)
	var words []string
	for ours := range b.ours {
		words = append(words, ours)
	}
	slices.Sort(words)
	rapid.Check(t, func(r *rapid.T) {
		forged := bytes.Clone(b.record)
		for range rapid.IntRange(1, 4).Draw(r, "changes") {
			lines := bytes.SplitAfter(forged, []byte("\n"))
			at := rapid.IntRange(0, len(lines)-1).Draw(r, "line")
			switch rapid.SampledFrom([]string{"word", "word everywhere", "word everywhere", "drop", "twice", "byte"}).Draw(r, "how") {
			case "word":
				w := rapid.SampledFrom(words).Draw(r, "word")
				lines[at] = bytes.ReplaceAll(lines[at], []byte(w), []byte(b.ours[w]))
			case "word everywhere":
				w := rapid.SampledFrom(words).Draw(r, "word")
				lines = [][]byte{bytes.ReplaceAll(forged, []byte(w), []byte(b.ours[w]))}
			case "drop":
				lines = slices.Delete(lines, at, at+1)
			case "twice":
				lines = slices.Insert(lines, at, lines[at])
			case "byte":
				if n := len(lines[at]); n > 0 {
					i := rapid.IntRange(0, n-1).Draw(r, "at")
					lines[at] = slices.Clone(lines[at])
					lines[at][i] = rapid.Byte().Draw(r, "to")
				}
			}
			forged = bytes.Join(lines, nil)
		}
		if gone, e := b.hurts(forged); len(gone) > 0 {
			r.Fatalf("gone are %v, and it ends %d: %s\nby the record\n%s", gone, e.Code, said(e), forged)
		}
	})
}

func FuzzRecord(f *testing.F) {
	b := newBystander(f)
	f.Add(b.record)
	for ours, theirs := range b.ours {
		f.Add(bytes.ReplaceAll(b.record, []byte(ours), []byte(theirs)))
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		here := *b.stage
		here.t = t
		if gone, e := (&bystander{&here, b.name, b.record, b.theirs, b.ours}).hurts(record); len(gone) > 0 {
			t.Errorf("gone are %v, and it ends %d: %s", gone, e.Code, said(e))
		}
	})
}
