package sandbox_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"crossgrant/awsops/sandbox"
)

func TestStartRefusesWhatCannotBeServed(t *testing.T) {
	taken := newWorld(t)
	for name, c := range map[string]struct {
		config sandbox.Config
		text   string
	}{
		"not loopback":    {sandbox.Config{Listen: "0.0.0.0:0"}, "loopback only"},
		"every address":   {sandbox.Config{Listen: ":0"}, "loopback only"},
		"a name":          {sandbox.Config{Listen: "example.com:80"}, "loopback only"},
		"no port":         {sandbox.Config{Listen: "127.0.0.1"}, "HOST:PORT"},
		"a port in use":   {sandbox.Config{Listen: strings.TrimPrefix(taken.URL(), "http://")}, "choose another port"},
		"a short id":      {sandbox.Config{Accounts: []sandbox.Account{{ID: "123"}}}, "must be 12 digits"},
		"an id twice":     {sandbox.Config{Accounts: []sandbox.Account{{ID: firmAccount}, {ID: firmAccount}}}, "there once"},
		"nobody's bucket": {sandbox.Config{Accounts: []sandbox.Account{{ID: firmAccount}}, Buckets: []sandbox.Bucket{{Name: "b", Account: customerAccount}}}, "add it to Accounts"},
	} {
		s, err := sandbox.Start(c.config)
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.text)
		}
	}
	s, err := sandbox.Start(sandbox.Config{Listen: "localhost:0"})
	if err != nil || !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Fatalf("localhost: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func TestDefaultWorld(t *testing.T) {
	w := newWorld(t)
	var got []string
	for _, p := range w.Profiles() {
		got = append(got, p.Name+" "+p.ARN)
	}
	want := []string{
		"my_awesome_customer arn:aws:iam::111122223333:user/admin",
		"my_firm arn:aws:iam::444455556666:user/admin",
		"stranger arn:aws:iam::777788889999:user/admin",
		"my_awesome_customer_root arn:aws:iam::111122223333:root",
		"my_firm_root arn:aws:iam::444455556666:root",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the profiles are %q", got)
	}
	if strings.Join(newWorld(t).Snapshot(), "\n") != strings.Join(w.Snapshot(), "\n") {
		t.Error("two new worlds are not alike")
	}
	for _, p := range w.Profiles() {
		if strings.Contains(strings.Join(w.Snapshot(), "\n"), p.SecretAccessKey) {
			t.Error("a secret is in the snapshot")
		}
	}
}

func TestSnapshotTellsWhatWasMade(t *testing.T) {
	w := newWorld(t)
	before := w.Snapshot()
	w.newUser(firm, "u")
	w.newKey(firm, "u")
	w.must(w.putPolicy(firm, "u", "p", allow("Allow", "s3:*", "*")))
	after := w.Snapshot()
	added := slices.DeleteFunc(slices.Clone(after), func(line string) bool { return slices.Contains(before, line) })
	want := []string{
		"user arn:aws:iam::444455556666:user/u",
		"user arn:aws:iam::444455556666:user/u key Active",
		"user arn:aws:iam::444455556666:user/u policy p " + allow("Allow", "s3:*", "*"),
	}
	if !slices.Equal(added, want) || !slices.IsSorted(after) {
		t.Errorf("added are %q, want %q", added, want)
	}
}

func TestProfilesAreUsableAndPrivate(t *testing.T) {
	w := newWorld(t)
	dir := filepath.Join(t.TempDir(), "new")
	credentials, settings, err := w.WriteProfiles(dir)
	w.must(err)
	for _, path := range []string{credentials, settings} {
		info, err := os.Stat(path)
		w.must(err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(path), info.Mode())
		}
	}
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v", info.Mode())
	}
	for _, p := range w.Profiles() {
		cfg, err := config.LoadDefaultConfig(t.Context(), config.WithSharedConfigProfile(p.Name),
			config.WithSharedCredentialsFiles([]string{credentials}), config.WithSharedConfigFiles([]string{settings}))
		w.must(err)
		who, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
		w.must(err)
		if *who.Arn != p.ARN || cfg.Region != "us-east-1" {
			t.Errorf("%s is %s in %s, want %s", p.Name, *who.Arn, cfg.Region, p.ARN)
		}
	}
	text, err := os.ReadFile(settings)
	w.must(err)
	if !strings.Contains(string(text), "\n[default]\nregion = us-east-1\nendpoint_url = "+w.URL()+"\ns3 =\n    addressing_style = path\n    signature_version = s3v4\n") {
		t.Errorf("the config has no default section for the endpoint:\n%s", text)
	}
	if text, err = os.ReadFile(credentials); err != nil || strings.Contains(string(text), "[default]") {
		t.Error("the credentials have a default profile: it would be used unasked")
	}
	_, _, err = newWorld(t).WriteProfiles(dir) // its own files it writes anew
	w.must(err)
}

func TestProfilesOfOthersAreLeftAlone(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"credentials", "config"} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		w.must(os.WriteFile(path, []byte("[mine]\n"), 0o600))
		_, _, err := w.WriteProfiles(dir)
		if err == nil || !strings.Contains(err.Error(), path+" is not the sandbox's") {
			t.Errorf("%s of somebody else: %v", name, err)
		}
		entries, err := os.ReadDir(dir)
		w.must(err)
		if text, _ := os.ReadFile(path); string(text) != "[mine]\n" || len(entries) != 1 {
			t.Errorf("%s of somebody else is now %q, in %v", name, text, entries)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	w.must(os.WriteFile(file, nil, 0o600))
	if _, _, err := w.WriteProfiles(file); err == nil || !strings.Contains(err.Error(), "another folder") {
		t.Errorf("a file for a folder: %v", err)
	}
}
