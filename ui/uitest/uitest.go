// Package uitest is what the tests of the screens and of the wizard share: a run to
// draw, and a keyboard. Nothing but tests imports it.
package uitest

import (
	"fmt"
	"io"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
)

// Uncoloured draws without colour.
func Uncoloured() *lipgloss.Renderer { return renderer(termenv.Ascii) }

// Coloured draws as a terminal with all colours and a dark background would.
func Coloured() *lipgloss.Renderer { return renderer(termenv.TrueColor) }

func renderer(p termenv.Profile) *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	r.SetHasDarkBackground(true)
	return r
}

// Plain is a picture without its colours.
func Plain(picture string) string { return ansi.Strip(picture) }

// Flat is a text without its line breaks. Of a bar beside several lines the first is left.
func Flat(s string) string {
	var b strings.Builder
	barred := false
	for line := range strings.Lines(s) {
		rest, bar := strings.CutPrefix(strings.TrimLeft(line, " "), "┃ ")
		if bar && barred {
			line = rest
		}
		barred = bar
		b.WriteString(line)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// Never is a timer whose time never comes.
func Never(time.Duration, tea.Msg) tea.Cmd { return nil }

// Key is a key by its name.
func Key(name string) tea.KeyMsg {
	named := map[string]tea.KeyType{
		"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab,
		"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
		"ctrl+c": tea.KeyCtrlC, "ctrl+z": tea.KeyCtrlZ, "ctrl+l": tea.KeyCtrlL, "ctrl+u": tea.KeyCtrlU, "backspace": tea.KeyBackspace, "space": tea.KeySpace,
	}
	if t, ok := named[name]; ok {
		m := tea.KeyMsg{Type: t}
		if t == tea.KeySpace {
			m.Runes = []rune{' '}
		}
		return m
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// Identity is an administrator's.
func Identity(account string) awsops.Identity {
	return awsops.Identity{Account: account, ARN: "arn:aws:iam::" + account + ":user/admin", Partition: "aws"}
}

// Facts are a run's in which both users are there and the firm is let in.
func Facts() steps.Facts {
	bucket := policy.New(policy.FirmGrant("aws", "444455556666", "my.test.bucket"))
	return steps.Facts{
		Answers: steps.Answers{
			Journey: "tour", CustomerProfile: "acme", FirmProfile: "firm", Bucket: "my.test.bucket",
			TestUser: "test-customer", FirmUser: "test-writer",
		},
		Run: "R", Region: "us-east-1",
		Customer: Identity("111122223333"), Firm: Identity("444455556666"),
		Tester:       steps.Person{Name: "test-customer", ARN: "arn:aws:iam::111122223333:user/test-customer", ID: "AIDAT", Key: steps.Key{ID: "AKIAT", Secret: "hidden"}},
		Writer:       steps.Person{Name: "test-writer", ARN: "arn:aws:iam::444455556666:user/test-writer", ID: "AIDAW", Key: steps.Key{ID: "AKIAW", Secret: "hidden"}},
		BucketPolicy: &bucket, PolicyRead: true, WriterRead: true,
	}
}

// Changes are three steps: one of a bucket policy, one of an inline policy,
// and an optional one of a test write.
func Changes() []steps.Change {
	bucket := policy.New(policy.FirmGrant("aws", "444455556666", "my.test.bucket"))
	foreign := policy.New(policy.Statement{
		Sid: "Theirs", Effect: "Allow", Principal: &policy.Principal{AWS: policy.List{Values: []string{"arn:aws:iam::999900001111:root"}}},
		Action: policy.List{Values: []string{"s3:GetObject"}}, Resource: policy.List{Values: []string{"arn:aws:s3:::my.test.bucket/reports/*"}},
	})
	merged := policy.Merge(&foreign, bucket.Statements...)
	return []steps.Change{
		{
			Step:    steps.LetFirmIn{}.Info(),
			Why:     "The policy of the bucket my.test.bucket will let the firm's account 4444-5555-6666 list it, and read and write the files in it. This alone lets no user in.",
			Notes:   []string{"Any administrator of the firm's account can use this access at once."},
			Actions: []steps.Action{{As: steps.CustomerAdmin, Op: awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: "111122223333", Before: &foreign, After: &merged}}},
		},
		{
			Step:    steps.LetWriterIn{}.Info(),
			Why:     "The firm's administrator passes the access on to the user test-writer with an inline policy: the half that most people miss. It covers the bucket my.test.bucket and nothing else.",
			Actions: []steps.Action{{As: steps.FirmAdmin, Op: awsops.SetUserPolicy{Account: "444455556666", User: "test-writer", Name: "writer-policy", After: new(policy.WriterPolicy("aws", "my.test.bucket"))}}},
		},
		{
			Step:    steps.SeeRefused{}.Info(),
			Why:     "The bucket already lets the firm's account in, but the user test-writer has no policy of its own yet, so AWS should refuse it.",
			Actions: []steps.Action{{As: steps.Writer, Op: awsops.PutObject{Bucket: "my.test.bucket", Owner: "111122223333", Key: "crossgrant-probe/R-refused.txt", Body: "it's a probe\n", Expect: awsops.Refused}}},
		},
	}
}

// LargePolicy is nearly as large as a bucket policy may be.
func LargePolicy() policy.Document {
	var statements []policy.Statement
	d := policy.New()
	for i := 0; len(d.Compact()) < 19500; i++ {
		statements = append(statements, policy.Statement{
			Sid: fmt.Sprintf("Theirs%03d", i), Effect: "Allow",
			Principal: &policy.Principal{AWS: policy.List{Values: []string{fmt.Sprintf("arn:aws:iam::%012d:root", 100000000000+i)}}},
			Action:    policy.List{Values: []string{"s3:GetObject", "s3:GetObjectVersion"}},
			Resource:  policy.List{Values: []string{fmt.Sprintf("arn:aws:s3:::my.test.bucket/reports/%03d/*", i)}},
		})
		d = policy.New(statements...)
	}
	return d
}
