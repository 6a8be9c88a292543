package leak

import (
	"crypto/rand"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"crossgrant/awsops/sandbox"
)

func TestASecretIsFoundWhereverItIs(t *testing.T) {
	box, err := sandbox.Start(sandbox.Default())
	if err != nil {
		t.Fatal(err)
	}
	defer box.Close()
	all := box.Secrets()
	for _, s := range all {
		if len(s) != length {
			t.Fatalf("a secret has %d characters", len(s))
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "r.jsonl"), []byte(`{"x":"`+all[1]+`"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	Said("before", "key/"+all[0]+"0\n") // before anybody knew of it
	Said("other", all[2][:length-1]+" "+all[2][1:])
	token := rand.Text() + rand.Text() + rand.Text() // of a session: longer than a secret
	Said("token", "token="+token)
	Know(append(all, token))
	Files(dir, ".jsonl")
	found := leaked()
	slices.Sort(found)
	if want := []string{filepath.Join(dir, "r.jsonl"), "before", "token"}; !slices.Equal(found, want) {
		t.Errorf("secrets are found in %q, want %q", found, want)
	}
}
