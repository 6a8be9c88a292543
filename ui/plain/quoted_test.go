package plain_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops/sandbox"
	"crossgrant/ui/plain"
)

// seeing calls a function when a text is written.
type seeing struct {
	said bytes.Buffer
	text string
	then func()
}

func (s *seeing) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(s.text)) {
		s.then()
	}
	return s.said.Write(p)
}

// What the command of a profile prints is on no screen, in no event and in no record,
// also where it says too much in the middle of a run.
func TestWhatACommandPrintsIsShownNowhere(t *testing.T) {
	t.Parallel()
	for _, asJSON := range []bool{false, true} {
		w := newWorld(t, sandbox.Default())
		keys := w.Profiles()
		firm := keys[0]
		for _, k := range keys {
			if k.Name == "my_firm" {
				firm = k
			}
		}
		noisy, script := filepath.Join(w.dir, "noisy"), filepath.Join(w.dir, "get.sh")
		// It has expired whenever it is printed, so that it is asked for before each call.
		text := fmt.Sprintf("if test -e %s; then echo 'Update: 1.2 -> 1.3'; fi\necho '{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\",\"Expiration\":\"2020-01-01T00:00:00Z\"}'\n",
			noisy, firm.AccessKeyID, firm.SecretAccessKey)
		if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		w.addProfile(t, "[profile asks]\ncredential_process = sh "+script+"\nendpoint_url = "+w.URL()+"\nregion = us-east-1\n")
		out := &seeing{text: "Give the firm's user access", then: func() {
			if err := os.WriteFile(noisy, nil, 0o600); err != nil {
				t.Error(err)
			}
		}}
		o := w.options("setup", out)
		o.JSON, o.Answers.FirmProfile = asJSON, "asks"
		code := plain.Run(t.Context(), o)
		if code != exitLeft {
			t.Errorf("exit code %d:\n%s", code, &out.said)
		}
		said := out.said.String()
		contains(t, said, "The profile's own command gave no credentials", "credential_process of the profile asks in", "is not the JSON that AWS tools ask for")
		found, err := w.secretIn(o.StateDir)
		if err != nil || len(found) > 0 || strings.Contains(said, firm.SecretAccessKey) || strings.Contains(said, "Update") {
			t.Errorf("the command's output is in %v (%v), or here:\n%s", found, err, said)
		}
		record, err := filepath.Glob(filepath.Join(o.StateDir, "*.jsonl"))
		if err != nil || len(record) != 1 {
			t.Errorf("the records are %v, %v", record, err)
		}
	}
}
