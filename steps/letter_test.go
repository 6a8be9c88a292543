package steps

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

var update = flag.Bool("update", false, "write the goldens anew")

// appeal is about a write and a read that were refused, and AWS names no rule.
func appeal() Appeal {
	at := time.Date(2026, 11, 25, 13, 2, 7, 0, time.FixedZone("CET", 3600))
	const files, writer = "arn:aws:s3:::my.test.bucket/crossgrant-probe/check-1.txt", "arn:aws:iam::444455556666:user/test-writer"
	return Appeal{
		Writer: writer,
		Grant:  policy.Grant{Partition: "aws", Bucket: "my.test.bucket", Owner: "111122223333", Firm: "444455556666", Grantee: writer, Access: policy.Article},
		Refused: []Test{
			{As: writer, Action: "s3:PutObject", Resource: files, Code: "AccessDenied", RequestID: "KQKPQICLMYOVIE53", HostID: "q7Zb1/GkYwA=", At: at},
			{As: writer, Action: "s3:GetObject", Resource: files, Code: "AccessDenied", RequestID: "9XF2AAAAAAAAAAAA", At: at.Add(time.Second)},
		},
		Excluded: []string{"the policies of the user test-writer: they allow it, and no Deny in them is about it", "the policy of the bucket my.test.bucket: it allows it, and no Deny in it is about it"},
	}
}

func TestLettersAsTheyAreSent(t *testing.T) {
	scp := func(a *Appeal) { a.Rule, a.Denies = problem.ServiceControl, true }
	for name, change := range map[string]func(*Appeal){
		"unnamed": func(*Appeal) {},
		"scp": func(a *Appeal) {
			scp(a)
			a.Policy = "arn:aws:organizations::777788889999:policy/o-1/service_control_policy/p-1"
		},
		"scp-none":  func(a *Appeal) { scp(a); a.Denies, a.Grant.Prefix = false, "in/" },
		"rcp":       func(a *Appeal) { a.Rule, a.Denies = problem.ResourceControl, true },
		"rcp-only":  func(a *Appeal) { a.Rule, a.Denies, a.Grant.Only = problem.ResourceControl, true, true },
		"vpce":      func(a *Appeal) { a.Rule = problem.VPCEndpoint },
		"vpce-deny": func(a *Appeal) { a.Rule, a.Denies, a.Grant.Owner = problem.VPCEndpoint, true, "" },
	} {
		t.Run(name, func(t *testing.T) {
			a := appeal()
			change(&a)
			got := ""
			for _, l := range Letters(a) {
				got += "==== " + l.FileName() + "\n" + l.Text
			}
			path := filepath.Join("testdata", "letters", name+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got); read it, then go test ./steps -run Letters -update:\n%s", path, diff)
			}
		})
	}
}

// What an organisation is asked for is never more than the firm's account on the bucket's.
func TestALetterAsksForTheSmallestException(t *testing.T) {
	for _, rule := range []string{"", problem.ServiceControl, problem.ResourceControl, problem.VPCEndpoint} {
		for _, denies := range []bool{true, false} {
			a := appeal()
			a.Rule, a.Denies = rule, denies
			for _, l := range Letters(a) {
				for _, wide := range []string{`"Action": "*"`, `"s3:*"`, `"Resource": "*"`, `:::*"`} {
					if strings.Contains(l.Text, wide) {
						t.Errorf("to the %s about %q it asks for %s:\n%s", l.To, rule, wide, l.Text)
					}
				}
				for _, needed := range []string{"KQKPQICLMYOVIE53", "q7Zb1/GkYwA=", "2026-11-25 12:02:07 UTC", "444455556666", "my.test.bucket", "s3:PutObject"} {
					if !strings.Contains(l.Text, needed) {
						t.Errorf("to the %s about %q it lacks %s", l.To, rule, needed)
					}
				}
			}
		}
	}
}

func TestALetterCleansWhatIsForeign(t *testing.T) {
	a := appeal()
	a.Policy, a.Rule, a.Denies = "arn:\x1b[31m\u202e", problem.ServiceControl, true
	a.Refused[0].Resource += "\x1b]0;x\x07\n"
	for _, l := range Letters(a) {
		for _, r := range l.Text {
			if r < 0x20 && r != '\n' || r == '\u202e' {
				t.Fatalf("the letter has %q:\n%q", r, l.Text)
			}
		}
	}
}
