package plain_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
)

// Wrong answers are told, and asked for again.
func TestAskAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	if _, err := w.do("customer", awsops.CreateUser{Account: customer, Name: "taken", Run: "20200101-000000-earlier"}); err != nil {
		t.Fatal(err)
	}
	before := w.Snapshot()
	code, out := w.ask(
		t, w.blank(""),
		"", "9", "tour", "1", // the journey
		"", "0", "7", "-1", "nobody", "my_firm_", "1", // the customer's profile
		"1", "1", "4", "1", "my_firm", // one account twice
		"", "No_Bucket", "s3://my.test.bucket", "not.there.bucket", "my.test", "0", "1", "2", "1", // the bucket, and back
		"taken", "with a space", "arn:aws:iam::111122223333:user/x", "my-test-customer",
		strings.Repeat("x", 65), "my-test-writer",
		bucket, "yes",
	)
	if code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	contains(t, out, `There is no choice "9".`, `No profile is called "nobody".`, "5. my_firm_root",
		"problem: Both profiles are in one account.", "Both are the profile my_awesome_customer.", "are both in the account 1111-2222-3333.", "Choose both profiles again.", "An empty line chooses nothing.", "problem: This is not the name of a bucket.",
		"Enter the name alone: my.test.bucket", "No name is exactly that.", "taken, by a user that the run 20200101-000000-earlier created",
		"Enter the name alone: x", "65 characters", "The name my-test-writer is free.", "Step 2 of 11")
	w.same(t, before, "the run")
	golden(t, "again", out)
}

// What was given on the command line is checked, and asked for only when it is wrong.
func TestAskOnlyWhatIsNotGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	code, out := w.ask(t, w.options("tour", nil))
	if code != exitInterrupted || strings.Contains(out, "Which") || strings.Contains(out, "What shall") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	o := w.options("tour", nil)
	o.Answers.CustomerProfile, o.Answers.Bucket, o.Answers.FirmUser = "nobody", "other.bucket", "bad name"
	code, out = w.ask(t, o, "1", "1", "good-name", bucket, "yes")
	if code != exitInterrupted {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "problem: There is no such profile.", "problem: There is no such bucket", "holds a character that IAM does not take", "Step 2 of 11")
	_, out = w.ask(t, w.blank("tour"), "default")
	contains(t, out, "problem: The profile has no credentials.", "to do: Enter a key: aws configure --profile default")
	o = w.options("tour", nil)
	o.Expected.Firm = customer
	_, out = w.ask(t, o, "1", "2")
	contains(t, out, "problem: The account is not the one that was named.", "Which profile is the customer's?")
}

// What is proposed, as in a demo, is one Enter away.
func TestAskWhatIsProposed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	o := w.blank("tour")
	o.Proposed = w.options("tour", nil).Answers
	_, out := w.ask(t, o, append([]string{"", "", "", "", ""}, yeses(1)...)...)
	contains(t, out, "Or press Enter alone for my_awesome_customer.", "Or press Enter alone for my_firm.", "Or press Enter alone for my.test.bucket.", "Step 2 of 11")
}

// A user that is there already is used only by an explicit choice.
func TestAskForAnExistingUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	if _, err := w.do("firm", awsops.CreateUser{Account: firm, Name: "payroll"}); err != nil {
		t.Fatal(err)
	}
	before := w.Snapshot()
	o := w.options("setup", nil)
	o.Answers.FirmUser = ""
	code, out := w.ask(t, o, append([]string{"", "", "payroll", "no", "payroll", "yes", ""}, yeses(5)...)...)
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "There is a user payroll in the firm's account already. Use this existing user to write the files?", "Then type another name.", "payroll can write into the bucket")
	code, out = w.ask(t, w.blank(""), "3", "1", customer, firm, "yes", "yes")
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	w.same(t, before, "the set-up with a user that was there, and its clean-up")
	o.Answers.UseExisting = true
	_, out = w.ask(t, o, "", "nobody", "payroll")
	contains(t, out, "Which user of the firm's account will write the files?", "1. admin, arn:aws:iam::444455556666:user/admin", "There is no user nobody in the firm's account.", "Where should the access key of the firm's user go?")
	tour := w.options("tour", nil)
	tour.Answers.FirmUser = "payroll"
	_, out = w.ask(t, tour)
	contains(t, out, "and it is left as it is. Type another name.")
}

// For a name that is taken the next one that is free is one Enter away.
func TestAskForTheNextFreeName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	for _, name := range []string{"test-writer", "test-writer-2"} {
		if _, err := w.do("firm", awsops.CreateUser{Account: firm, Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	code, out := w.ask(t, w.options("setup", nil), append([]string{"", "no", "", "none"}, yeses(1)...)...)
	if code != exitInterrupted {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "Then type another name.", "or press Enter alone for test-writer-3.", "The name test-writer-3 is free.", "Step 2 of 5")
	code, out = w.run(t, w.options("setup", nil))
	if code != exitFailed {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "Choose another name, such as test-writer-3, with --firm-user.")
}

// Who writes is asked for where nobody was named; a role has a name space of its own and no
// key to save.
func TestAskForARole(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	if _, err := w.do("firm", awsops.CreateUser{Account: firm, Name: "delivery"}); err != nil {
		t.Fatal(err)
	}
	o := w.options("setup", nil)
	o.Answers.FirmUser = ""
	code, out := w.ask(t, o, append([]string{"", "robot", "role", "delivery"}, yeses(5)...)...)
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "A role has no access key that can leak; most people start with a user.", "Please type one of: role, user.",
		"What should the role of the firm that will write the files be called?", "The name delivery is free.", "delivery can write into the bucket")
	if strings.Contains(out, "Where shall the new access key") {
		t.Errorf("a role is asked where its key goes:\n%s", out)
	}
	if got := w.given(t); got.FirmRole != "delivery" || got.FirmUser != "" || got.KeyFile != "" || got.UseExistingRole {
		t.Errorf("the answers are %+v", got)
	}
	_, out = w.ask(t, o, append([]string{"", "role", "delivery", ""}, yeses(1)...)...)
	contains(t, out, "by a role that the run", "press Enter alone for delivery-2", "The name delivery-2 is free.", "Step 2 of 5")
	o.Answers.UseExistingRole = true
	_, out = w.ask(t, o, "", "nobody", "delivery")
	contains(t, out, "Which role of the firm's account will write the files?", "arn:aws:iam::444455556666:role/delivery", "There is no role nobody in the firm's account.")
}

// The key of a set-up is saved where the person says, in a new file.
func TestAskForAKeyFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	there, fresh := filepath.Join(w.dir, "there"), filepath.Join(w.dir, "fresh")
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := w.options("setup", nil)
	o.Answers.KeyFile = there
	code, out := w.ask(t, o, append([]string{"", filepath.Join(w.dir, "no", "folder"), there, fresh}, yeses(5)...)...)
	if code != exitDone {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	contains(t, out, "crossgrant replaces no file", "Its key is in "+fresh)
	if _, err := os.Stat(fresh); err != nil {
		t.Error(err)
	}
}

// A long list is read out by its parts.
func TestAskFromALongList(t *testing.T) {
	t.Parallel()
	config := sandbox.Default()
	for i := range 40 {
		config.Buckets = append(config.Buckets, sandbox.Bucket{Name: fmt.Sprintf("acme-%02d", i), Account: customer, Region: "eu-central-1"})
	}
	w := newWorld(t, config)
	o := w.options("tour", nil)
	o.Answers.Bucket = ""
	_, out := w.ask(t, o, "ME-3", "acme-35")
	contains(t, out, "And 21 more: type a part of a name to hear those that have it.", "The bucket acme-35 is the customer's, in eu-central-1.")
	if strings.Count(out, "acme-3") < 10 || strings.Contains(out, "acme-29") {
		t.Errorf("not the part of the list that was asked for:\n%s", out)
	}
}

// Buckets that cannot be listed can be named.
func TestAskWithoutAListOfBuckets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	o := w.options("tour", nil)
	o.Answers.Bucket = ""
	w.Inject(sandbox.Fault{Operation: "ListBuckets", Status: 403, Code: "AccessDenied", Message: "no"})
	_, out := w.ask(t, o, bucket)
	contains(t, out, "note: AWS refused access, so the buckets cannot be listed.", "Type its name.", "The bucket my.test.bucket is the customer's")
}

// A problem before the run begins can be mended outside, or the answers changed.
func TestAskWhenTheBucketIsInTheWay(t *testing.T) {
	t.Parallel()
	denial := sandbox.Fault{Operation: "GetBucketPolicy", Status: 403, Code: "AccessDenied", Message: "no"}
	for name, c := range map[string]struct {
		answers []string
		code    int
		says    string
	}{
		"again": {[]string{"1", bucket, "yes"}, exitInterrupted, "Step 2 of 11"},
		"anew":  {[]string{"2", "1", "2", "1", "", "", bucket, "yes"}, exitInterrupted, "Step 2 of 11"},
		"leave": {[]string{"3"}, exitFailed, "Nothing was changed."},
		"end":   {nil, exitInterrupted, "Cancelled."},
	} {
		w := newWorld(t, sandbox.Default())
		before := w.Snapshot()
		w.Inject(denial)
		code, out := w.ask(t, w.options("tour", nil), c.answers...)
		if code != c.code {
			t.Errorf("%s: exit code %d:\n%s", name, code, out)
		}
		contains(t, out, "problem: AWS refused access.", c.says)
		w.same(t, before, name)
	}
}

// A profile with an MFA device asks for its code, in its place.
func TestAskForAnMFACode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	w.addProfile(t, "[profile careful]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = my_awesome_customer\nmfa_serial = arn:aws:iam::111122223333:mfa/me\nendpoint_url = "+w.URL()+"\n")
	code, out := w.ask(t, w.blank("tour"), "careful", "", "careful", "123456", "careful")
	if code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	contains(t, out, "The profile careful needs the code that its MFA device shows now.", "problem: No MFA code was given.", "Cancelled.")
	if n := strings.Count(out, "needs the code"); n != 3 {
		t.Errorf("the code was asked for %d times:\n%s", n, out)
	}
}

// Without any profile the run ends, and says how to make one.
func TestAskWithoutProfiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Default())
	o := w.blank("tour")
	o.Source.CredentialsFile, o.Source.ConfigFile = filepath.Join(w.dir, "none"), filepath.Join(w.dir, "neither")
	code, out := w.ask(t, o)
	if code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	contains(t, out, "There are no AWS profiles on this computer.", "aws configure --profile")
}
