package plain_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/charmbracelet/x/ansi"
	"github.com/rogpeppe/go-internal/testscript"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/sandbox/leak"
)

// binary is the program, built once for all tests.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	for _, v := range os.Environ() { // what whoever runs the tests has set for AWS
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	dir, err := os.MkdirTemp("", "crossgrant-test-")
	if err == nil {
		binary = filepath.Join(dir, "crossgrant")
		err = build(binary)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	debug.SetGCPercent(400) // little is kept for long, and much made
	code := leak.Main(m)
	_ = os.RemoveAll(dir)
	return code
}

// build copies what go run would start: go build would link it anew each time.
func build(to string) error {
	if out, err := exec.Command("go", "run", "-exec", "cp", "../..", to).CombinedOutput(); err != nil {
		return fmt.Errorf("build crossgrant: %w\n%s", err, out)
	}
	return nil
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			for _, dir := range []string{"home", "state"} {
				if err := os.Mkdir(filepath.Join(e.WorkDir, dir), 0o700); err != nil {
					return err
				}
			}
			e.Setenv("CROSSGRANT", binary)
			e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			e.Values[worldKey{}] = &world{}
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "boto3" {
				return false, fmt.Errorf("there is no condition %s", name)
			}
			return exec.CommandContext(t.Context(), "python3", "-c", "import boto3").Run() == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sandbox": startSandbox, "exits": exits, "events": events, "snapshot": snapshot, "same": same, "mark": mark, "nomutation": noMutation,
			"putpolicy": putPolicy, "mkuser": makeUser, "rmuser": removeUser, "mkkey": makeKey, "haskeys": hasKeys, "fault": fault, "restrict": restrict, "nosecret": noSecret,
			"keepkey": keepKey, "mode": mode, "setrun": setRun, "says": says, "narrow": narrow,
			"wrongsecret": wrongSecret, "inregion": inRegion, "bigpolicy": bigPolicy, "signin": signIn, "serves": serves,
		},
	})
}

type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// sandbox [NAME/ACCOUNT/REGION...] starts an AWS of the default world with these
// buckets more, and points the program at it.
func startSandbox(ts *testscript.TestScript, _ bool, args []string) {
	config := sandbox.Default()
	for _, arg := range args {
		part := strings.Split(arg, "/")
		config.Buckets = append(config.Buckets, sandbox.Bucket{Name: part[0], Account: part[1], Region: part[2]})
	}
	dir := ts.MkAbs("aws")
	w, err := openWorld(dir, config)
	ts.Check(err)
	ts.Defer(func() {
		_ = w.Close()
		leak.Know(w.Secrets())
		leak.Files(ts.Getenv("WORK"), ".jsonl")
	})
	*worldOf(ts) = *w
	ts.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "credentials"))
	ts.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "config"))
	ts.Setenv("CUSTOMER_PROFILE", "my_awesome_customer")
	ts.Setenv("FIRM_PROFILE", "my_firm")
	ts.Setenv("BUCKET", bucket)
}

// exits CODE ARGUMENT... runs the program, which must end with the code, and say
// nothing that it should not.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(binary, args[1:]...)
	got := 0
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		got = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	out := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	leak.Said("what a script's program said", out)
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	if strings.TrimSpace(out) == "" {
		ts.Fatalf("not a word was said")
	}
	if w := worldOf(ts); w.Sandbox != nil {
		ts.Check(w.sound(out))
	}
}

// says TEXT looks for a text in stdout and stderr, however it is wrapped.
func says(ts *testscript.TestScript, neg bool, args []string) {
	flat := strings.ReplaceAll(strings.Join(strings.Fields(ts.ReadFile("stdout")+"\n"+ts.ReadFile("stderr")), " "), ` \ `, " ")
	for _, text := range args {
		if strings.Contains(flat, text) == neg {
			ts.Fatalf("%q in the output: %t", text, !neg)
		}
	}
}

// events EVENT... looks whether stdout is JSON lines of these events, in the order
// of their first lines.
func events(ts *testscript.TestScript, _ bool, want []string) {
	var got []string
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var record struct {
			Schema int
			Time   string
			Event  string
		}
		ts.Check(json.Unmarshal([]byte(line), &record))
		if record.Schema != 1 || record.Time == "" {
			ts.Fatalf("no schema 1 or no time: %s", line)
		}
		if !slices.Contains(got, record.Event) {
			got = append(got, record.Event)
		}
	}
	if !slices.Equal(got, want) {
		ts.Fatalf("the events are %s", strings.Join(got, " "))
	}
}

func snapshot(ts *testscript.TestScript, _ bool, args []string) {
	worldOf(ts).snapshot[args[0]] = worldOf(ts).Snapshot()
}

func same(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if now := w.Snapshot(); slices.Equal(now, w.snapshot[args[0]]) == neg {
		ts.Fatalf("the world was:\n%s\nand is:\n%s", strings.Join(w.snapshot[args[0]], "\n"), strings.Join(now, "\n"))
	}
}

func mark(ts *testscript.TestScript, _ bool, _ []string) { worldOf(ts).setMark() }

// nomutation fails on a call since the mark that changes something.
func noMutation(ts *testscript.TestScript, neg bool, _ []string) {
	if calls := worldOf(ts).since(); (len(calls) == 0) == neg {
		ts.Fatalf("calls that change something: %+v", calls)
	}
}

func putPolicy(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(worldOf(ts).putPolicy([]byte(ts.ReadFile(args[0]))))
}

// mkuser SIDE NAME [RUN] makes a user, as crossgrant's of that run.
func makeUser(ts *testscript.TestScript, _ bool, args []string) {
	_, err := worldOf(ts).do(args[0], awsops.CreateUser{Account: account(args[0]), Name: args[1], Run: strings.Join(args[2:], "")})
	ts.Check(err)
}

// signin USER makes a key of a user of the firm's, and a profile of that name.
func signIn(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	key, err := w.do("firm", awsops.CreateAccessKey{Account: firm, User: args[0]})
	ts.Check(err)
	for path, text := range map[string]string{
		w.source.CredentialsFile: fmt.Sprintf("\n[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", args[0], key.KeyID, key.Secret.Reveal()),
		w.source.ConfigFile:      fmt.Sprintf("\n[profile %s]\nregion = us-east-1\nendpoint_url = %s\n", args[0], w.URL()),
	} {
		was, err := os.ReadFile(path)
		ts.Check(err)
		ts.Check(os.WriteFile(path, append(was, text...), 0o600))
	}
}

func removeUser(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	u, err := w.sessions[args[0]].User(context.Background(), args[1])
	ts.Check(err)
	_, err = w.do(args[0], awsops.DeleteUser{Account: account(args[0]), Name: u.Name, ID: u.ID, Run: u.Run})
	ts.Check(err)
}

func makeKey(ts *testscript.TestScript, _ bool, args []string) {
	_, err := worldOf(ts).do(args[0], awsops.CreateAccessKey{Account: account(args[0]), User: args[1]})
	ts.Check(err)
}

// haskeys SIDE USER N
func hasKeys(ts *testscript.TestScript, _ bool, args []string) {
	keys, err := worldOf(ts).sessions[args[0]].AccessKeys(context.Background(), args[1])
	ts.Check(err)
	if strconv.Itoa(len(keys)) != args[2] {
		ts.Fatalf("%s has %d keys", args[1], len(keys))
	}
}

// fault OPERATION STATUS CODE MESSAGE [TIMES]
func fault(ts *testscript.TestScript, _ bool, args []string) {
	status, err := strconv.Atoi(args[1])
	ts.Check(err)
	times, err := strconv.Atoi(cmp.Or(strings.Join(args[4:], ""), "1"))
	ts.Check(err)
	worldOf(ts).Inject(sandbox.Fault{Operation: args[0], Status: status, Code: args[2], Message: args[3], Times: times})
}

// [!] restrict leaves RestrictPublicBuckets on (off) and the rest of Block Public
// Access off.
func restrict(ts *testscript.TestScript, neg bool, _ []string) {
	w := worldOf(ts)
	i := slices.IndexFunc(w.Profiles(), func(p sandbox.Profile) bool { return p.Name == "my_awesome_customer" })
	p := w.Profiles()[i]
	url := w.URL()
	c := s3.New(s3.Options{
		Region: "us-east-1", BaseEndpoint: &url, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(p.AccessKeyID, p.SecretAccessKey, ""),
	})
	_, err := c.PutPublicAccessBlock(context.Background(), &s3.PutPublicAccessBlockInput{
		Bucket:                         aws.String(bucket),
		PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{RestrictPublicBuckets: aws.Bool(!neg)},
	})
	ts.Check(err)
}

// nosecret [FILE...] looks for secrets in every file of the script's folder but
// these.
func noSecret(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	ts.Check(w.sound(ts.ReadFile("stdout") + ts.ReadFile("stderr")))
	for i := range args {
		args[i] = ts.MkAbs(args[i])
	}
	found, err := w.secretIn(ts.Getenv("WORK"), args...)
	ts.Check(err)
	if len(found) > 0 {
		ts.Fatalf("secrets are in %s", strings.Join(found, ", "))
	}
}

// keepkey FILE PROFILE looks whether a profile of the file is a key that works.
func keepKey(ts *testscript.TestScript, _ bool, args []string) {
	file := ts.MkAbs(args[0])
	source := awsops.Source{CredentialsFile: file, ConfigFile: file + ".none", Endpoint: worldOf(ts).URL(), Pace: quick}
	s, err := source.Open(context.Background(), args[1])
	ts.Check(err)
	id, err := s.Identity(context.Background())
	ts.Check(err)
	if !strings.HasSuffix(id.ARN, "/"+args[1]) {
		ts.Fatalf("the key is that of %s", id.ARN)
	}
}

// mode FILE OCTAL
func mode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has the mode %s", args[0], got)
	}
}

// setrun puts the run that stdout names into $RUN.
func setRun(ts *testscript.TestScript, _ bool, _ []string) {
	id := runID.FindString(ts.ReadFile("stdout"))
	if id == "" {
		ts.Fatalf("stdout names no run")
	}
	ts.Setenv("RUN", id)
}

// narrow looks whether stdout fits 80 columns, but for a long word alone on its
// line.
func narrow(ts *testscript.TestScript, _ bool, _ []string) {
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		if line = strings.TrimRight(line, "\n"); ansi.StringWidth(line) > 80 && len(strings.Fields(line)) > 1 {
			ts.Fatalf("wider than 80 columns: %q", line)
		}
	}
}

// wrongsecret FROM TO copies a credentials file with every secret spoilt.
func wrongSecret(ts *testscript.TestScript, _ bool, args []string) {
	text := strings.ReplaceAll(ts.ReadFile(args[0]), "aws_secret_access_key = ", "aws_secret_access_key = x")
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// inregion REGION gives all profiles a region.
func inRegion(ts *testscript.TestScript, _ bool, args []string) {
	file := ts.Getenv("AWS_CONFIG_FILE")
	text := regexp.MustCompile(`(?m)^region = .*$`).ReplaceAllString(ts.ReadFile(file), "region = "+args[0])
	ts.Check(os.WriteFile(file, []byte(text), 0o600))
}

// bigpolicy BYTES gives the bucket a policy of at least as many bytes.
func bigPolicy(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var statements []string
	for size := 0; size < want; size += len(statements[0]) + 1 {
		statements = append(statements, fmt.Sprintf(`{"Sid":"Auditors%04d","Effect":"Allow","Principal":{"AWS":"777788889999"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/%04d/*"}`, len(statements), len(statements)))
	}
	ts.Check(worldOf(ts).putPolicy([]byte(`{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`)))
}
