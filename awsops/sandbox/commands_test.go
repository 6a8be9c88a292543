//go:build !race

// The AWS CLI takes longer to start than all else here: once, without the race
// detector, is enough.

package sandbox_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/screen"
	"crossgrant/ui/uitest"
)

// theirs is a policy of the customer's with what a shell, JSON or a terminal has a meaning
// for, and with what nobody sees.
const theirs = `{"Version":"2012-10-17","Id":"it's $(touch owned)","Statement":[
	{"Sid":"Theirs","Effect":"Deny","Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Action":"s3:PutObject",
	 "Resource":["arn:aws:s3:::my.test.bucket/p\u202eq/*","arn:aws:s3:::my.test.bucket/\u2066\udb40\udc41\u200b\ufeff\u0085 ` + "`id`" + ` !! %s \" \\ -- aws/*"],
	 "Condition":{"StringEquals":{"aws:UserAgent":["\u001b[31mred\u009b0m","line\nbreak\ttab\u007f","🙂 \u3164\ufe0f","\\u202e"]}}}]}`

// Whoever runs the scripts that the wizard saves for a set-up and its clean-up does with
// them what the program itself does.
func TestCommandsDoWhatTheProgramDoes(t *testing.T) {
	for what, a := range map[string]steps.Answers{"a user": {FirmUser: "-w"}, "a role": {FirmRole: "-r"}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			commandsDoWhatTheProgramDoes(t, a)
		})
	}
}

func commandsDoWhatTheProgramDoes(t *testing.T, a steps.Answers) {
	t.Helper()
	hand := &follower{cliWorld: newCLIWorld(t)}
	program := newWorld(t, func(c *sandbox.Config) { c.Now = nil })
	same := func(when string) {
		t.Helper()
		if d := cmp.Diff(program.Snapshot(), hand.Snapshot()); d != "" {
			t.Fatalf("%s: the program leaves (-), the commands leave (+)\n%s", when, d)
		}
	}
	credentials, config, err := program.WriteProfiles(t.TempDir())
	program.must(err)
	source := awsops.Source{CredentialsFile: credentials, ConfigFile: config, Pace: awsops.Pace{First: 1, Most: 1, Budget: time.Second}}
	document, err := policy.Parse([]byte(theirs))
	program.must(err)
	admin, err := source.Open(t.Context(), customer)
	program.must(err)
	set := awsops.SetBucketPolicy{Bucket: "my.test.bucket", Owner: customerAccount, After: &document}
	_, err = admin.Perform(t.Context(), set)
	program.must(err)
	hand.follow(steps.Change{Actions: []steps.Action{{As: steps.CustomerAdmin, Op: set}}}, uitest.Facts())
	same("the customer's policy")

	q := run.Request{Source: source, StateDir: t.TempDir()}
	for _, journey := range []string{"setup", "cleanup"} {
		q.Answers = a
		q.Answers.Journey, q.Answers.CustomerProfile, q.Answers.FirmProfile = journey, customer, firm
		if journey == "setup" {
			q.Answers.Bucket = "my.test.bucket"
		}
		r, err := run.Open(t.Context(), q, func(steps.Event) {})
		program.must(err)
		program.must(r.Begin())
		for r.At() < len(r.Steps()) {
			c, err := r.Plan(t.Context())
			program.must(err)
			hand.follow(c, r.Facts())
			_, err = r.Apply(t.Context(), c)
			program.must(err)
			hand.key = r.Facts().Writer.Key.ID
			same(c.Step.Title)
		}
		e := r.End(nil)
		if e.Code != run.Done {
			t.Fatalf("the %s ends with %+v", journey, e)
		}
		q.Run = e.Facts.Run
	}
}

// A follower does by hand what the program shows. AWS gives each of the two another key.
type follower struct {
	*cliWorld
	key          string // the program's
	made, secret string // the follower's
}

var madeKey = regexp.MustCompile(`"(AccessKeyId|SecretAccessKey)": "([^"]+)"`)

// follow runs the script of a change as the wizard saves it.
func (f *follower) follow(c steps.Change, facts steps.Facts) {
	f.t.Helper()
	if len(c.Actions) == 0 {
		return
	}
	facts.CustomerProfile, facts.FirmProfile = customer, firm
	facts.CustomerEndpoints, facts.FirmEndpoints = nil, nil // they are the program's
	theme := draw.NewTheme(uitest.Uncoloured(), draw.Look{})
	s := screen.NewStep(screen.Env{Theme: theme}, c, draw.Operations(c.Actions), facts)
	s.View(78, 20)
	for range 3 {
		s.Update(uitest.Key("tab"))
	}
	saved, _ := s.Update(uitest.Key("w"))
	script := saved.(screen.Save).Text
	if f.key != "" {
		script = strings.ReplaceAll(script, f.key, f.made)
	}
	f.must(os.WriteFile(filepath.Join(f.dir, "step.sh"), []byte(script), 0o600))
	out, err := f.sh("sh step.sh", "SECRET_OF_THAT_KEY="+f.secret)
	if refused := strings.Count(out, "(AccessDenied)"); err != nil && refused == 0 {
		f.t.Fatalf("%v: %s\nfor\n%s", err, out, script)
	}
	for _, m := range madeKey.FindAllStringSubmatch(out, -1) {
		if m[1] == "SecretAccessKey" {
			f.secret = m[2]
		} else {
			f.made = m[2]
		}
	}
}
