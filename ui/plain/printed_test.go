package plain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/sandbox/leak"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/plain"
	"crossgrant/ui/screen"
	"crossgrant/ui/uitest"
)

// Names that a shell has a meaning for, and a user that looks like an option.
const (
	client, acme = "my client", "acme firm"
	dashed       = "-dash"
	robot        = "=robot"
	oddDir       = "the firm's  runs\n(new)"
)

// A printing is a world of such names in which a run is told by one of the views, and
// what the view printed is then done, as it was printed.
type printing struct {
	*world
	t     *testing.T
	view  string
	env   []string
	calls string   // a file: how aws was called
	did   []string // the commands that were run
	real  bool     // by the AWS CLI
}

// commands are aws and crossgrant as a person has them, but for this: crossgrant is not
// asked, and the AWS CLI does what needs nobody. Both are where no variable of the run's
// tells aws where to go.
const commands = `#!/bin/sh
case ${0##*/} in
crossgrant)
	case $1 in runs) ;; *) set -- "$@" --yes ;; esac
	AWS_ENDPOINT_URL=$ENDPOINT exec "$CROSSGRANT" "$@" ;;
esac
printf '%s\0' "$@" END >> "$CALLS"
case " $* " in *" configure "* | *" sso "* | *" login "* | *" get-session-token "*) exit ;; esac
test -z "$CLI" || exec "$CLI" "$@"
`

func newPrinting(t *testing.T, view, cli string) *printing {
	t.Helper()
	p := &printing{world: newWorld(t, sandbox.Default()), t: t, view: view, real: cli != ""}
	text, err := os.ReadFile(p.source.CredentialsFile)
	p.must(err)
	const region = "\nregion = us-east-1"
	named := strings.NewReplacer("[my_awesome_customer]", "["+client+"]"+region, "[my_firm]", "["+acme+"]"+region).Replace(string(text))
	p.must(os.WriteFile(p.source.CredentialsFile, []byte(named), 0o600))
	p.must(os.WriteFile(p.source.ConfigFile, nil, 0o600)) // which named the endpoint
	p.source.Endpoint = p.URL()
	bin := t.TempDir()
	p.calls = filepath.Join(bin, "calls")
	for _, name := range []string{"aws", "crossgrant"} {
		p.must(os.WriteFile(filepath.Join(bin, name), []byte(commands), 0o700))
	}
	p.env = []string{
		"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "CALLS=" + p.calls, "CLI=" + cli, "CROSSGRANT=" + binary, "ENDPOINT=" + p.URL(),
		"AWS_SHARED_CREDENTIALS_FILE=" + p.source.CredentialsFile, "AWS_CONFIG_FILE=" + p.source.ConfigFile, "AWS_PAGER=", "AWS_EC2_METADATA_DISABLED=true",
	}
	return p
}

func (p *printing) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *printing) asked(journey string) plain.Options {
	o := p.options(journey, nil)
	o.StateDir = filepath.Join(p.dir, oddDir)
	o.Answers.CustomerProfile, o.Answers.FirmProfile, o.Answers.FirmUser = client, acme, dashed
	if journey == "cleanup" {
		o.Answers = steps.Answers{Journey: journey}
	}
	return o
}

// tell walks a run, and returns what the view says of it.
func (p *printing) tell(ctx context.Context, o plain.Options) string {
	p.t.Helper()
	var out bytes.Buffer
	o.Out = &out
	switch p.view {
	case "text":
		plain.Run(ctx, o)
	case "json":
		o.JSON = true
		plain.Run(ctx, o)
	case "report":
		out.WriteString(screen.Markdown(p.ending(ctx, o)))
	default:
		out.WriteString(screen.Text(p.ending(ctx, o), 80))
	}
	leak.Said("what the view of "+p.t.Name()+" said", out.String())
	return out.String()
}

// ending is that of a run which the wizard tells.
func (p *printing) ending(ctx context.Context, o plain.Options) run.Ending {
	r, err := run.Open(ctx, o.Request, func(steps.Event) {})
	if err != nil {
		return run.Refused(err)
	}
	defer r.Close()
	hard := o.Hard
	if hard == nil {
		hard = context.WithoutCancel(ctx)
	}
	return r.Unasked(ctx, hard, func(steps.Event) {})
}

// list is what `crossgrant runs` says.
func (p *printing) list() string {
	var out bytes.Buffer
	p.must(plain.Runs(filepath.Join(p.dir, oddDir), p.view == "json", &out))
	return out.String()
}

// abandoned is a set-up that was killed half-way.
func (p *printing) abandoned() {
	p.t.Helper()
	r, err := run.Open(p.t.Context(), p.asked("setup").Request, func(steps.Event) {})
	p.must(err)
	defer r.Close()
	p.must(r.Begin())
	for range 2 {
		c, err := r.Plan(p.t.Context())
		p.must(err)
		_, err = r.Apply(p.t.Context(), c)
		p.must(err)
	}
}

// stopped leaves a set-up behind half-way.
func (p *printing) stopped() string {
	p.t.Helper()
	ctx, stop := context.WithCancel(p.t.Context())
	p.Inject(sandbox.Fault{Operation: "PutUserPolicy", Kind: sandbox.Hang, Struck: func(string) { stop() }})
	o := p.asked("setup")
	o.Hard = ctx // nobody takes it back
	return p.tell(ctx, o)
}

var (
	begins = regexp.MustCompile(`(?m)(^[ \t]*(?:go on  |undo     )? *|: |^- )((?:crossgrant (?:setup|tour|cleanup|runs)|(?:AWS_SHARED_CREDENTIALS_FILE=(?:'[^']*'|"[^"]*"|\\.|\\\n|\S)+ (?:\\\n +)?)?aws (?:--profile|iam|s3|s3api|sts|configure|sso|login))\b(?:.*\\\n)*.*)`)
	goesOn = regexp.MustCompile(`\\\n *`) // where a line is broken, and a shell reads on
	spots  = regexp.MustCompile(`\b(?:crossgrant (?:setup|tour|cleanup|runs)\b|aws (?:--profile|iam|s3|s3api|sts|configure|sso|login)\b)`)
)

// printed are the commands in what a view said, each as whoever copies it takes it.
func (p *printing) printed(said string) (all []string) {
	p.t.Helper()
	texts := []string{said}
	if strings.HasPrefix(said, "{") {
		texts = p.texts(said)
	} else if heading, rest, _ := strings.Cut(said, "\n"); strings.HasPrefix(heading, "crossgrant ") || strings.HasPrefix(heading, "# crossgrant") {
		texts = []string{rest}
	}
	for _, text := range texts {
		found := 0
		for _, m := range begins.FindAllStringSubmatch(text, -1) {
			command := strings.TrimRight(m[2], " `")
			if out, err := exec.Command("sh", "-n", "-c", command).CombinedOutput(); err != nil {
				p.t.Fatalf("a shell cannot read %s\n%s\nof:\n%s", command, out, said)
			}
			found++
			all = append(all, command)
		}
		one := strings.ReplaceAll(goesOn.ReplaceAllString(text, ""), " && aws ", " && ") // which is copied with the one before it
		if n := len(spots.FindAllString(one, -1)); n != found {
			p.t.Errorf("%d commands stand in this, and %d can be copied:\n%s", n, found, text)
		}
	}
	return all
}

// texts are those of JSON lines: of runs, and of what is said when a run begins and ends.
// The events between tell what is done, and not what to do.
func (p *printing) texts(said string) (all []string) {
	p.t.Helper()
	for line := range strings.Lines(said) {
		var record map[string]any
		p.must(json.Unmarshal([]byte(line), &record))
		if e := record["event"]; e == "run" || e == "end" || e == nil {
			all = append(all, strings.Join(inJSON(record), "\n"))
		}
	}
	return all
}

// inJSON are all texts in a JSON value.
func inJSON(v any) (all []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, e := range v {
			all = append(all, inJSON(e)...)
		}
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		for _, name := range slices.Backward(names) { // commands before clean_up
			all = append(all, inJSON(v[name])...)
		}
	}
	return all
}

// follow does what was printed, and what these commands print in their turn. To go on
// with a run comes before taking it back.
func (p *printing) follow(said string) {
	p.t.Helper()
	all := p.printed(said)
	for _, c := range all {
		if strings.Contains(c, " --resume ") {
			all = []string{c}
		}
	}
	for _, c := range all {
		if strings.Contains(c, " s3 cp FILE ") {
			continue // what is delivered stays: TestPassedWithEnterTheKeyIsSaved runs it
		}
		if c == "crossgrant setup" {
			continue // of a demo: it asks, and has nobody here to answer
		}
		if done := slices.DeleteFunc(slices.Clone(p.did), func(d string) bool { return d != c }); len(done) > 1 || len(done) == 1 && !strings.Contains(c, " cleanup ") {
			continue
		}
		p.did = append(p.did, c)
		out, code := p.sh(c)
		switch {
		case strings.Contains(c, " s3 ls ") && code == 1 && out == "": // nothing is there
		case code == run.Left && strings.HasPrefix(c, "crossgrant cleanup "): // it says what to do by hand
		case code != 0:
			p.t.Fatalf("this was printed:\n%s\nand it ends with %d:\n%s\nin:\n%s", c, code, out, said)
		}
		if strings.HasPrefix(c, "crossgrant ") {
			p.follow(out)
		}
	}
}

func (p *printing) sh(command string) (string, int) {
	cmd := exec.CommandContext(p.t.Context(), "sh", "-c", command)
	cmd.Dir, cmd.Env = p.t.TempDir(), p.env // in another folder than the run was in
	out, _ := cmd.CombinedOutput()
	if strings.HasPrefix(command, "crossgrant ") { // the AWS CLI shows the secret of a key that it makes
		leak.Said("what a command of "+p.t.Name()+" said", string(out))
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// reached looks at each call of aws: it names a profile, and the endpoint where one is
// asked, which no file tells.
func (p *printing) reached() {
	p.t.Helper()
	text, err := os.ReadFile(p.calls)
	if os.IsNotExist(err) {
		return
	}
	p.must(err)
	for call := range strings.SplitSeq(strings.TrimSuffix(string(text), "END\x00"), "END\x00") {
		args := strings.Split(strings.TrimSuffix(call, "\x00"), "\x00")
		at := slices.Index(args, "--profile")
		if at < 0 || !slices.Contains([]string{client, acme, "my clientt", robot}, args[at+1]) {
			p.t.Errorf("no profile of the run's is in %q", args)
		}
		asks := slices.ContainsFunc(args, func(a string) bool { return slices.Contains([]string{"iam", "s3", "s3api", "sts"}, a) })
		if asks && (len(args) < 2 || !slices.Equal(args[len(args)-2:], []string{"--endpoint-url", p.URL()})) {
			p.t.Errorf("the endpoint is not in %q", args)
		}
	}
}

// has fails unless a command that begins so, and not with the same beginning of another
// name, was run.
func (p *printing) has(wants ...string) {
	p.t.Helper()
	for _, want := range wants {
		if !slices.ContainsFunc(p.did, func(c string) bool { return strings.HasPrefix(goesOn.ReplaceAllString(c, ""), want) }) {
			p.t.Errorf("no command begins with %s, of\n%s", want, strings.Join(p.did, "\n"))
		}
	}
}

// Every command that a run prints can be pasted: into any shell, in another folder,
// where no variable tells aws of the endpoint. Whoever does all that is printed has the
// two accounts in the end as they were.
func TestEveryCommandThatIsPrintedDoesWhatItSays(t *testing.T) {
	t.Parallel()
	cli := ""
	if !testing.Short() && !raced {
		if cli = uitest.StartCLI(t); cli == "" {
			t.Log("the AWS CLI (aws) is not on PATH, so only how it would be called is looked at")
		}
	}
	where := shell.Command("--profile", acme)
	for name, c := range map[string]struct {
		tells func(*printing) string
		has   []string // how commands begin that must be among them
		ends  bool     // also without the AWS CLI everything is taken back
	}{
		"a set-up": {
			tells: func(p *printing) string { return p.tell(p.t.Context(), p.asked("setup")) },
			has:   []string{"aws " + where + " iam create-access-key --user-name=-dash --endpoint-url http://127", "crossgrant cleanup "},
			ends:  true,
		},
		"a set-up that keeps its key": {
			tells: func(p *printing) string {
				o := p.asked("setup")
				o.Answers.KeyFile = filepath.Join(p.dir, "the  key\nof firm's")
				return p.tell(p.t.Context(), o)
			},
			has: []string{"crossgrant cleanup "}, ends: true,
		},
		"a set-up with a role": {
			tells: func(p *printing) string {
				o := p.asked("setup")
				o.Answers.FirmUser, o.Answers.FirmRole = "", robot
				return p.tell(p.t.Context(), o)
			},
			has: []string{"aws configure set role_arn arn:aws:iam::444455556666:role/=robot --profile '=robot' && aws configure set source_profile 'acme firm' --profile '=robot' && ", "crossgrant cleanup "}, ends: true,
		},
		"a set-up that adds a profile": {
			tells: func(p *printing) string {
				o := p.asked("setup")
				o.Answers.KeyProfile = "-new profile"
				return p.tell(p.t.Context(), o)
			},
			has: []string{"crossgrant cleanup "}, ends: true,
		},
		"what somebody added": {
			tells: func(p *printing) string {
				o := p.asked("setup")
				set := p.ending(p.t.Context(), o)
				payroll := policy.WriterPolicy("aws", "payroll")
				_, err := p.do("firm", awsops.SetUserPolicy{Account: firm, User: dashed, Name: "-payroll", After: &payroll})
				p.must(err)
				_, err = p.do("firm", awsops.CreateAccessKey{Account: firm, User: dashed})
				p.must(err)
				o = p.asked("cleanup")
				o.Run = set.Facts.Run
				said := p.tell(p.t.Context(), o)
				return said
			},
			has: []string{"aws " + where + " iam delete-access-key --user-name=-dash", "aws " + where + " iam delete-user-policy --user-name=-dash --policy-name=-payroll", "aws " + where + " iam delete-user --user-name=-dash", "crossgrant cleanup "},
		},
		"a set-up that was stopped": {
			tells: (*printing).stopped, has: []string{"crossgrant cleanup "}, ends: true,
		},
		"a run that stopped again": {
			tells: func(p *printing) string {
				p.abandoned()
				p.Inject(sandbox.Fault{Operation: "PutUserPolicy", Status: 403, Code: "AccessDenied", Message: "not now"})
				o := p.asked("setup")
				o.Run, o.Resume = p.one(), true
				return p.tell(p.t.Context(), o)
			},
			has: []string{"crossgrant setup --resume ", "crossgrant cleanup "}, ends: true,
		},
		"the list of the runs": {
			tells: func(p *printing) string {
				p.abandoned()
				return p.list()
			},
			has: []string{"crossgrant setup --resume ", "crossgrant cleanup "}, ends: true,
		},
		"no record": {
			tells: func(p *printing) string {
				set := p.ending(p.t.Context(), p.asked("setup"))
				p.must(os.Remove(set.Path))
				o := p.asked("cleanup")
				o.Answers = p.asked("setup").Answers
				o.Answers.Journey, o.Answers.FirmUser, o.Answers.TestUser = "cleanup", "", ""
				p.Inject(sandbox.Fault{Operation: "DeleteUser", Status: 403, Code: "AccessDenied", Message: "not now"})
				return p.tell(p.t.Context(), o)
			},
			has: []string{"crossgrant cleanup --customer-profile "}, ends: true,
		},
	} {
		views := []string{"text", "json", "farewell", "report"}
		for n, view := range views {
			t.Run(name+"/"+view, func(t *testing.T) {
				if testing.Short() && n != len(name)%len(views) {
					t.Skip("-short: one view of each")
				}
				t.Parallel()
				aws := ""
				if view == "text" { // the others print the same
					aws = cli
				}
				p := newPrinting(t, view, aws)
				before := p.Snapshot()
				said := c.tells(p)
				p.follow(said)
				p.reached()
				p.has(c.has...)
				if !p.real && !c.ends {
					return
				}
				if d := cmp.Diff(before, p.Snapshot()); d != "" {
					t.Errorf("after all that was printed the world is another (- before, + after):\n%s\nThese were run:\n%s\nfor:\n%s", d, strings.Join(p.did, "\n"), said)
				}
			})
		}
	}
}

// one is the name of the only run.
func (p *printing) one() string {
	p.t.Helper()
	records, err := steps.Records(filepath.Join(p.dir, oddDir))
	if err != nil || len(records) != 1 {
		p.t.Fatalf("the records are %+v, %v", records, err)
	}
	return records[0].Run
}
