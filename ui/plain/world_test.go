package plain_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/awsops/sandbox/leak"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/plain"
)

// Exit codes.
const (
	exitDone        = run.Done
	exitFailed      = run.Failed
	exitUsage       = run.Usage
	exitTestFailed  = run.TestFailed
	exitLeft        = run.Left
	exitInterrupted = run.Interrupted
)

const (
	bucket   = "my.test.bucket"
	customer = "111122223333"
	firm     = "444455556666"
)

// quick is a pace for a sandbox without delays.
var quick = awsops.Pace{First: time.Millisecond, Most: 4 * time.Millisecond, Budget: 50 * time.Millisecond}

// world is a sandbox, and the administrators of its two accounts.
type world struct {
	*sandbox.Sandbox
	dir      string
	source   awsops.Source
	sessions map[string]*awsops.Session
	snapshot map[string][]string
	mark     int       // how many calls there were when the world was marked
	output   io.Closer // of the program that start started last
}

// openWorld starts a sandbox whose profiles are in dir.
func openWorld(dir string, config sandbox.Config) (*world, error) {
	config.KeepCalls = true
	box, err := sandbox.Start(config)
	if err != nil {
		return nil, err
	}
	credentials, settings, err := box.WriteProfiles(dir)
	if err != nil {
		return nil, err
	}
	w := &world{
		Sandbox: box, dir: dir, snapshot: map[string][]string{}, sessions: map[string]*awsops.Session{},
		source: awsops.Source{CredentialsFile: credentials, ConfigFile: settings, Pace: quick},
	}
	for side, profile := range map[string]string{"customer": "my_awesome_customer", "firm": "my_firm"} {
		if w.sessions[side], err = w.source.Open(context.Background(), profile); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func newWorld(t testing.TB, config sandbox.Config) *world {
	t.Helper()
	w, err := openWorld(t.TempDir(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = w.Close()
		leak.Know(w.Secrets())
		leak.Files(w.dir, ".jsonl")
	})
	return w
}

// addProfile adds a section to the config file.
func (w *world) addProfile(t testing.TB, section string) {
	t.Helper()
	text, err := os.ReadFile(w.source.ConfigFile)
	if err == nil {
		err = os.WriteFile(w.source.ConfigFile, append(text, "\n"+section...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func account(side string) string {
	if side == "customer" {
		return customer
	}
	return firm
}

func (w *world) do(side string, op awsops.Operation) (awsops.Receipt, error) {
	return w.sessions[side].Perform(context.Background(), op)
}

// putPolicy makes text the bucket's policy, as its owner.
func (w *world) putPolicy(text []byte) error {
	d, err := policy.Parse(text)
	if err != nil {
		return err
	}
	before, err := w.policy()
	if err != nil {
		return err
	}
	_, err = w.do("customer", awsops.SetBucketPolicy{Bucket: bucket, Owner: customer, Before: before, After: &d})
	return err
}

func (w *world) policy() (*policy.Document, error) {
	return w.sessions["customer"].BucketPolicy(context.Background(), bucket, customer)
}

// since returns the calls that changed something since the mark, or would have.
func (w *world) since() []sandbox.Call {
	return slices.DeleteFunc(w.Calls()[w.mark:], func(c sandbox.Call) bool { return !c.Mutates })
}

func (w *world) setMark() { w.mark = len(w.Calls()) }

// options are those of a run in this world, which writes to out.
func (w *world) options(journey string, out io.Writer) plain.Options {
	return plain.Options{Request: run.Request{
		Answers: steps.Answers{
			Journey: journey, CustomerProfile: "my_awesome_customer", FirmProfile: "my_firm", Bucket: bucket,
			TestUser: "test-customer", FirmUser: "test-writer",
		},
		Source: w.source, StateDir: filepath.Join(w.dir, "runs"),
	}, Out: out}
}

// run runs a journey and returns its exit code and what it said.
func (w *world) run(t testing.TB, o plain.Options) (int, string) {
	t.Helper()
	var out bytes.Buffer
	o.Out = &out
	code := plain.Run(t.Context(), o)
	leak.Said("what a run of "+t.Name()+" said", out.String())
	if err := w.sound(out.String()); err != nil {
		t.Errorf("%v in what a run of %s said", err, o.Answers.Journey)
	}
	return code, out.String()
}

// sound is what every output must be: free of secrets and of control characters,
// and no wider than a small terminal unless a word is.
func (w *world) sound(out string) error {
	for _, secret := range w.Secrets() {
		if strings.Contains(out, secret) {
			return fmt.Errorf("a secret of the sandbox's is there")
		}
	}
	for i, line := range strings.Split(out, "\n") {
		if at := strings.IndexFunc(line, func(r rune) bool { return r < 0x20 && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 }); at >= 0 {
			return fmt.Errorf("line %d holds a control character: %q", i+1, line)
		}
		if ansi.StringWidth(line) > 80 && !strings.HasPrefix(line, "{") && breakable(line) {
			return fmt.Errorf("line %d is wider than 80 columns: %q", i+1, line)
		}
	}
	return nil
}

// breakable tells whether a line is text that could be wrapped: policies, which
// stand further in, and paths are not.
func breakable(line string) bool {
	text := strings.TrimLeft(line, " +-")
	words := shell.Fields(text)
	if strings.HasPrefix(text, "aws ") || strings.HasPrefix(text, "crossgrant ") || strings.HasPrefix(text, "AWS_SHARED_CREDENTIALS_FILE=") {
		return false // a command is copied as it stands
	}
	return len(line)-len(text) <= 13 && len(words) > 1 && len(words[len(words)-1]) < 60
}

// secretIn names the files below dir, but for those of the sandbox's own, that
// hold a secret.
func (w *world) secretIn(dir string, but ...string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(path, w.dir+"/credentials") || slices.Contains(but, path) {
			return err
		}
		text, err := os.ReadFile(path)
		for _, secret := range w.Secrets() {
			if bytes.Contains(text, []byte(secret)) {
				found = append(found, path)
			}
		}
		return err
	})
	return found, err
}

func (w *world) same(t testing.TB, before []string, what string) {
	t.Helper()
	if d := cmp.Diff(before, w.Snapshot()); d != "" {
		t.Errorf("%s changed the world (- before, + after):\n%s", what, d)
	}
}

var runID = regexp.MustCompile(`\b[0-9]{8}-[0-9]{6}-[a-z0-9]{6}\b`)

// contains fails unless every text is in the output, however it is wrapped.
func contains(t testing.TB, out string, texts ...string) {
	t.Helper()
	flat := strings.Join(strings.Fields(out), " ")
	for _, text := range texts {
		if !strings.Contains(flat, text) {
			t.Errorf("%q is not in:\n%s", text, out)
		}
	}
}
