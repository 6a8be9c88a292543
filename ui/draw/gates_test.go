package draw

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/ui/uitest"
)

// picture draws the gates of facts, of a change or at a moment of the request's way.
func picture(t *testing.T, now, then steps.Facts, frame, width, height int) string {
	t.Helper()
	g, ok := NewTheme(uitest.Uncoloured(), Look{}).Gates(now, then)
	if !ok {
		t.Fatal("there is no picture")
	}
	g.Frame = frame
	return ansi.Strip(strings.Join(g.Draw(width, height), "\n"))
}

func TestThePictureOfTheGates(t *testing.T) {
	shut := uitest.Facts() // the bucket lets the firm in, and the firm not its user
	open := shut
	open.WriterPolicies = []policy.Named{{Name: "writer-policy", Document: policy.WriterPolicy("aws", shut.Bucket)}}
	denied := open
	denied.BucketPolicy = new(policy.Merge(open.BucketPolicy, policy.Statement{
		Sid: "TheirRule", Effect: "Deny", Principal: &policy.Principal{Everyone: true},
		Action: policy.List{Values: []string{"s3:*"}}, Resource: policy.List{Values: []string{"*"}},
	}))
	none := shut
	none.BucketPolicy = nil
	condition := []policy.Condition{{Operator: "IpAddress", Key: "aws:SourceIp", Values: policy.List{Values: []string{"192.0.2.0/24"}}}}
	limited := open // to a network of which nobody knows here
	statement := policy.FirmGrant("aws", "444455556666", shut.Bucket)
	statement.Condition = condition
	limited.BucketPolicy = new(policy.New(statement))
	guarded := open
	guarded.BucketPolicy = new(policy.Merge(open.BucketPolicy, policy.Statement{
		Sid: "OurNetwork", Effect: "Deny", Principal: &policy.Principal{Everyone: true},
		Action: policy.List{Values: []string{"s3:*"}}, Resource: policy.List{Values: []string{"*"}},
		Condition: []policy.Condition{{Operator: "NotIpAddress", Key: "aws:SourceIp", Values: condition[0].Values}},
	}))
	tester := shut
	tester.Writer = steps.Person{}
	delegated := tester
	delegated.BucketPolicy = new(policy.New(policy.FirmGrant("aws", "111122223333", shut.Bucket)))
	for _, c := range []struct {
		name       string
		now, then  steps.Facts
		frame      int
		wide, thin []string
	}{
		{
			"the firm's gate is shut", shut, shut, Frames,
			[]string{"│ test-writer ├─────●┃✗┃╌", "┃✓┃ ╌ ╌ ╌┤ my.test.bucket │", "firm's gate", "SHUT", "OPEN", "no policy allows it", "CrossgrantFirm444455556666"},
			[]string{"test-writer ───●✗╌ ╌ ✓", "✗ firm's gate    SHUT  no policy allows it", "✓ bucket's gate  OPEN  CrossgrantFirm444455556666"},
		},
		{
			"both are open", open, open, Frames,
			[]string{"│ test-writer ├──────┃✓┃─", "─┃✓┃─────▶┤ my.test.bucket │", "writer-policy"},
			[]string{"test-writer ────✓────✓───▶ my.test.bucket", "✓ firm's gate    OPEN  writer-policy"},
		},
		{
			"a change opens one", shut, open, Frames,
			[]string{"├─────●┃✗┃", "SHUT → OPEN", "writer-policy"},
			[]string{"✗ firm's gate    SHUT → OPEN  writer-policy"},
		},
		{
			"a rule forbids it", denied, denied, Frames,
			[]string{"─┃✓┃─", "●┃✗┃", "DENIED", "Deny: TheirRule"},
			[]string{"✓───●✗", "✗ bucket's gate  DENIED  Deny: TheirRule"},
		},
		{
			"nothing lets it in", none, none, Frames,
			[]string{"no statement lets it in"},
			[]string{"✗ bucket's gate  SHUT  no statement lets it in"},
		},
		{
			"nobody can tell whether it lets it in", limited, limited, Frames,
			[]string{"─●┃?┃ ╌", "PERHAPS", "see CrossgrantFirm444455556666"},
			[]string{"✓───●?", "? bucket's gate  PERHAPS  see CrossgrantFirm444455556666"},
		},
		{
			"nobody can tell whether a rule forbids it", guarded, guarded, Frames,
			[]string{"─●┃?┃ ╌", "PERHAPS", "see OurNetwork"},
			[]string{"✓───●?", "? bucket's gate  PERHAPS  see OurNetwork"},
		},
		{
			"within one account", tester, tester, Frames,
			[]string{"│ test-customer ├", "bucket's gate"},
			[]string{"test-customer ", "bucket's gate"},
		},
		{
			"its account is let in, and has not let it", delegated, delegated, Frames,
			[]string{"│ test-customer ├", "┃✗┃", "SHUT"},
			[]string{"✗ bucket's gate  SHUT  no statement lets it in"},
		},
		{
			"the request is on its way", open, open, Frames / 2,
			[]string{"─┃✓┃─", "●", "╌┤ my.test.bucket"},
			[]string{"─✓─", "●"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			wide, thin := picture(t, c.now, c.then, c.frame, 78, 6), picture(t, c.now, c.then, c.frame, 58, 3)
			for _, want := range c.wide {
				if !strings.Contains(wide, want) {
					t.Errorf("without %q:\n%s", want, wide)
				}
			}
			for _, want := range c.thin {
				if !strings.Contains(thin, want) {
					t.Errorf("without %q:\n%s", want, thin)
				}
			}
			if strings.Contains(wide, "firm's gate") == (c.now.Writer.ARN == "") {
				t.Errorf("the gate of the firm:\n%s", wide)
			}
		})
	}
}

// The request ends where S3 would end it: wherever it stands, it has not passed a gate
// that is shut.
func TestTheRequestPassesNoShutGate(t *testing.T) {
	f := uitest.Facts()
	for frame := range Frames + 1 {
		lines := strings.Split(picture(t, f, f, frame, 78, 6), "\n")
		before, after, ok := strings.Cut(lines[1], "┃✗┃")
		if !ok || !strings.Contains(before, "●") || strings.ContainsAny(after, "●▶─") {
			t.Errorf("frame %d: %s", frame, lines[1])
		}
	}
}

func TestTheGatesFitEveryWidth(t *testing.T) {
	f := uitest.Facts()
	f.Bucket = strings.Repeat("a-very-long-bucket-name.", 3)[:63]
	for width := 20; width < 130; width++ {
		for _, l := range strings.Split(picture(t, f, f, Frames, width, 6), "\n") {
			if ansi.StringWidth(l) > width {
				t.Errorf("at %d: %q", width, l)
			}
		}
	}
}

func TestTheGatesInWords(t *testing.T) {
	f := uitest.Facts()
	want := "test-writer, firm's gate: shut (no policy allows it), bucket's gate: open (CrossgrantFirm444455556666), my.test.bucket"
	if got := GatesInWords(f); got != want {
		t.Errorf("it says %q", got)
	}
}
