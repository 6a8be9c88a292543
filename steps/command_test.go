package steps

import (
	"path/filepath"
	"testing"

	"crossgrant/awsops/shell"
	"crossgrant/steps/journal"
)

// A command of crossgrant's finds the records in whichever folder it is run.
func TestACommandNamesTheFolderOfTheRecords(t *testing.T) {
	here, err := filepath.Abs("my runs")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		is   Answers
		args []string
		want string
	}{
		"the usual folder":  {Answers{StateDir: journal.DefaultDir()}, []string{"runs"}, "crossgrant runs"},
		"in memory":         {Answers{}, []string{"cleanup"}, "crossgrant cleanup"},
		"one of here":       {Answers{StateDir: "my runs"}, []string{"runs"}, "crossgrant runs --state-dir " + shell.Word(here)},
		"http was allowed":  {Answers{StateDir: "/r", AllowHTTP: true}, []string{"cleanup", "R"}, "crossgrant cleanup R --state-dir /r --allow-http"},
		"runs send nothing": {Answers{StateDir: "/r", AllowHTTP: true}, []string{"runs"}, "crossgrant runs --state-dir /r"},
	} {
		if got := c.is.Crossgrant(c.args...); got != c.want {
			t.Errorf("%s: the command is %s, want %s", name, got, c.want)
		}
	}
}

// The firm's half of a written grant is done with what the file does not say.
func TestFirmsHalf(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]Answers{
		"crossgrant setup --grant 'a b/grant.json' --only firm --firm-profile F":                  {FirmProfile: "F", FirmUser: "u"},
		"crossgrant setup --grant 'a b/grant.json' --only firm --firm-profile F --existing-user":  {FirmProfile: "F", FirmUser: "u", UseExisting: true},
		"crossgrant setup --grant 'a b/grant.json' --only firm --firm-profile F --existing-role":  {FirmProfile: "F", FirmRole: "r", UseExistingRole: true},
		"crossgrant setup --grant 'a b/grant.json' --only firm --firm-profile F --trusts arn:x:y": {FirmProfile: "F", FirmRole: "r", Trusts: "arn:x:y"},
	} {
		if got := a.FirmsHalf("a b/grant.json"); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}
