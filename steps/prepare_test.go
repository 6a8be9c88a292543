package steps

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
)

// says fails the test unless err is a problem.Error whose words hold all of these, and
// which names something to do.
func says(t *testing.T, err error, words ...string) {
	t.Helper()
	var p *problem.Error
	if !errors.As(err, &p) {
		t.Fatalf("%v is no problem.Error", err)
	}
	text := p.Summary + " " + p.Detail + " " + strings.Join(p.Fixes, " ")
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("it says %q, without %q", text, w)
		}
	}
	if len(p.Fixes) == 0 {
		t.Errorf("%q names nothing to do", text)
	}
}

func TestWhatCannotBegin(t *testing.T) {
	busy := t.TempDir()
	taken := filepath.Join(busy, "key")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	deny := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"],"Condition":{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}}]}`
	big := `{"Version":"2012-10-17","Statement":[{"Sid":"Big","Effect":"Deny","Principal":{"AWS":"777788889999"},"Action":"s3:GetObject","Resource":["arn:aws:s3:::my.test.bucket/` +
		strings.Repeat("x", 885) + strings.Repeat(`","arn:aws:s3:::my.test.bucket/`+strings.Repeat("x", 885), 21) + `"]}]}`
	for name, c := range map[string]struct {
		answers  func(*Answers)
		expected Expected
		world    func(*stage)
		usage    bool
		says     []string
	}{
		"no profile":            {answers: func(a *Answers) { a.FirmProfile = "" }, usage: true, says: []string{"profile is missing", "--firm-profile", "--demo"}},
		"one profile twice":     {answers: func(a *Answers) { a.FirmProfile = a.CustomerProfile }, usage: true, says: []string{"one account", "my_awesome_customer"}},
		"two of one account":    {answers: func(a *Answers) { a.FirmProfile = "my_awesome_customer_root" }, says: []string{"one account", "1111-2222-3333"}},
		"an unknown profile":    {answers: func(a *Answers) { a.FirmProfile = "my_frim" }, says: []string{"my_frim", "Did you mean my_firm"}},
		"no bucket":             {answers: func(a *Answers) { a.Bucket = "" }, usage: true, says: []string{"--bucket"}},
		"a bucket as URL":       {answers: func(a *Answers) { a.Bucket = "s3://my.test.bucket/x" }, usage: true, says: []string{"my.test.bucket"}},
		"a bucket in capitals":  {answers: func(a *Answers) { a.Bucket = "My.Test.Bucket" }, usage: true, says: []string{"my.test.bucket"}},
		"an odd user name":      {answers: func(a *Answers) { a.FirmUser = "test writer" }, usage: true, says: []string{"test writer"}},
		"an odd test user":      {answers: func(a *Answers) { a.TestUser = "a/b" }, usage: true, says: []string{"a/b"}},
		"a key file that is":    {answers: func(a *Answers) { a.Journey, a.KeyFile = "setup", taken }, usage: true, says: []string{taken, "--key-file"}},
		"a folder that is none": {answers: func(a *Answers) { a.Journey, a.KeyFile = "setup", taken+"/key" }, usage: true, says: []string{"there is no folder " + taken}},
		"a profile that is":     {answers: func(a *Answers) { a.Journey, a.KeyProfile = "setup", "my_firm" }, usage: true, says: []string{"profile my_firm is in", "Choose another name"}},
		"an odd profile":        {answers: func(a *Answers) { a.Journey, a.KeyProfile = "setup", "x]\n[my_firm" }, usage: true, says: []string{"cannot have this name", "x] [my_firm"}},
		"no folder for a key":   {answers: func(a *Answers) { a.Journey, a.KeyFile = "setup", busy+"/none/key" }, usage: true, says: []string{"none/key"}},
		"the wrong firm":        {expected: Expected{Firm: "111122223333"}, says: []string{"FIRM_ACCT", "444455556666", "--firm-profile"}},
		"the wrong customer":    {expected: Expected{Customer: "1"}, says: []string{"CUSTOMER_AWS_ACCT", "111122223333"}},
		"sides swapped": {answers: func(a *Answers) {
			a.CustomerProfile, a.FirmProfile = a.FirmProfile, a.CustomerProfile
		}, says: []string{"swapped", "--customer-profile my_awesome_customer --firm-profile my_firm"}},
		"no such bucket":           {answers: func(a *Answers) { a.Bucket = "no-such-bucket" }, says: []string{"no-such-bucket"}},
		"a bucket to make that is": {answers: func(a *Answers) { a.MakeBucket = "us-east-1" }, says: []string{"there already", "--make-bucket"}},
		"a taken user":             {answers: func(a *Answers) { a.FirmUser = "admin" }, says: []string{"taken", "admin", "--firm-user", "--existing-user"}},
		"a taken test user":        {answers: func(a *Answers) { a.TestUser = "admin" }, says: []string{"taken", "--customer-user"}},
		"no such user":             {answers: func(a *Answers) { a.Journey, a.UseExisting, a.FirmUser = "setup", true, "nobody" }, says: []string{"nobody", "--existing-user"}},
		"two keys":                 {answers: func(a *Answers) { a.Journey, a.UseExisting, a.FirmUser = "setup", true, "admin" }, world: secondKey, says: []string{"two access keys", "AKIA", "delete-access-key"}},
		"a Deny in the way":        {world: func(s *stage) { s.setPolicy(deny) }, says: []string{"forbids", "Statement 1", "arn:aws:iam::444455556666:user/test-writer", "Nothing was changed"}},
		"a full policy":            {world: func(s *stage) { s.setPolicy(big) }, says: []string{"20", "Nothing was changed"}},
		"a deleted principal":      {world: deletedPrincipal, says: []string{"AIDA", "Nothing was changed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			if c.world != nil {
				c.world(s)
			}
			before := s.box.Snapshot()
			a := answers("tour")
			if c.answers != nil {
				c.answers(&a)
			}
			_, _, err := Prepare(t.Context(), s.source, a, c.expected)
			says(t, err, c.says...)
			var usage *UsageError
			if errors.As(err, &usage) != c.usage {
				t.Errorf("is it a mistake in the usage? %v, want %v", !c.usage, c.usage)
			}
			s.unchanged(before)
		})
	}
	if text := readFile(t, taken); text != "mine" {
		t.Errorf("the file that was there holds %q", text)
	}
}

func secondKey(s *stage) {
	if _, err := s.session("my_firm").Perform(s.t.Context(), awsops.CreateAccessKey{Account: "444455556666", User: "admin"}); err != nil {
		s.t.Fatal(err)
	}
}

// deletedPrincipal leaves a policy that names a user who is gone.
func deletedPrincipal(s *stage) {
	s.t.Helper()
	customer := s.session("my_awesome_customer")
	r, err := customer.Perform(s.t.Context(), awsops.CreateUser{Account: "111122223333", Name: "gone", Run: "x"})
	if err != nil {
		s.t.Fatal(err)
	}
	theirs := policy.TestUserGrant(r.UserARN, "my.test.bucket")[0]
	theirs.Sid = "Theirs"
	s.setPolicy(policy.New(theirs).Compact())
	if _, err := customer.Perform(s.t.Context(), awsops.DeleteUser{Account: "111122223333", Name: "gone", ID: r.UserID, Run: "x"}); err != nil {
		s.t.Fatal(err)
	}
}

func TestAccountsOfTwoPartitions(t *testing.T) {
	f := Facts{Customer: awsops.Identity{Account: "111122223333", Partition: "aws"}, Firm: awsops.Identity{Account: "444455556666", Partition: "aws-cn"}}
	says(t, CheckAccounts(f, Expected{}), "partitions", "aws-cn")
	f.Firm.Partition = "aws"
	if err := CheckAccounts(f, Expected{Customer: "1111-2222-3333", Firm: "4444 5555 6666"}); err != nil {
		t.Errorf("ids as people write them: %v", err)
	}
}

const aKey = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

func TestWhatTheBucketsSettingsMean(t *testing.T) {
	refused := map[string]*problem.Error{"ObjectLock": {}, "Versioning": {}, "Public": {}}
	for name, c := range map[string]struct {
		journey string
		facts   awsops.BucketFacts
		level   Level
		about   string
		says    string
		fix     string
	}{
		"nothing special":         {facts: awsops.BucketFacts{Ownership: "BucketOwnerEnforced", Encryption: "AES256", BlockPublic: awsops.BlockPublic{Restrict: true}}, level: OK},
		"shut to outsiders":       {facts: awsops.BucketFacts{Public: true, BlockPublic: awsops.BlockPublic{Restrict: true}}, level: Stop, about: "Block Public Access", says: "RestrictPublicBuckets"},
		"public but not shut":     {facts: awsops.BucketFacts{Public: true}, level: Warning, about: "Block Public Access", says: "of its account or organisation was not read"},
		"the key of AWS":          {facts: awsops.BucketFacts{Encryption: "aws:kms"}, level: Stop, about: "encryption", says: "aws/s3"},
		"a key of its own":        {facts: awsops.BucketFacts{Encryption: "aws:kms:dsse", KMSKey: "arn:aws:kms:x"}, level: Warning, about: "encryption", says: "kms:GenerateDataKey"},
		"a key that is off":       {facts: awsops.BucketFacts{Encryption: "aws:kms", KMSKey: aKey, Key: awsops.Key{State: "Disabled"}}, level: Stop, about: "encryption", says: "is disabled", fix: "kms enable-key --key-id " + aKey},
		"a key by its alias":      {facts: awsops.BucketFacts{Encryption: "aws:kms", KMSKey: "arn:aws:kms:us-east-1:111122223333:alias/a"}, level: Stop, about: "encryption", says: "by an alias", fix: "full ARN"},
		"a key by its id":         {facts: awsops.BucketFacts{Encryption: "aws:kms", KMSKey: "1234abcd-12ab-34cd-56ef-1234567890ab"}, level: Stop, about: "encryption", says: "by its id alone", fix: "full ARN"},
		"a key elsewhere":         {facts: awsops.BucketFacts{Encryption: "aws:kms", KMSKey: aKey, Region: "eu-west-1"}, level: Stop, about: "encryption", says: "another region"},
		"a key that works":        {facts: awsops.BucketFacts{Encryption: "aws:kms", KMSKey: aKey, Region: "us-east-1", Key: awsops.Key{State: "Enabled"}}, level: Warning, about: "encryption", says: "kms:GenerateDataKey"},
		"objects are locked":      {facts: awsops.BucketFacts{ObjectLock: "GOVERNANCE 30 days"}, level: Warning, about: "Object Lock", says: "GOVERNANCE 30 days"},
		"locked, with a tour":     {journey: "tour", facts: awsops.BucketFacts{ObjectLock: "GOVERNANCE 30 days"}, level: Warning, about: "Object Lock", says: "clean-up ends by naming them"},
		"deletes need MFA":        {facts: awsops.BucketFacts{MFADelete: true}, level: Warning, about: "versioning", says: "MFA"},
		"versions are kept":       {facts: awsops.BucketFacts{Versioning: "Enabled"}, level: OK, about: "versioning", says: "by the id of its version"},
		"the requester pays":      {facts: awsops.BucketFacts{RequesterPays: true}, level: Stop, about: "Requester Pays", says: "Requester Pays"},
		"public and to stay":      {facts: awsops.BucketFacts{Public: true, BlockPublic: awsops.BlockPublic{Policy: true}}, level: Stop, about: "Block Public Access", says: "BlockPublicPolicy"},
		"writers own":             {facts: awsops.BucketFacts{Ownership: "ObjectWriter"}, level: Warning, about: "Object Ownership", says: "BucketOwnerEnforced"},
		"a setting unread":        {facts: awsops.BucketFacts{Unknown: map[string]*problem.Error{"Encryption": {Message: "User: x is not authorized to perform: s3:GetEncryptionConfiguration on resource: y"}}}, level: Note, about: "the bucket's settings", says: "encryption (s3:GetEncryptionConfiguration)"},
		"three could not be read": {facts: awsops.BucketFacts{Unknown: refused}, level: Note, about: "the bucket's settings", says: "Object Lock, whether S3 calls the policy public and versioning"},
	} {
		t.Run(name, func(t *testing.T) {
			f := Facts{Answers: answers("setup")}
			f.Journey = cmp.Or(c.journey, f.Journey)
			matched := false
			all := settings(f, c.facts)
			for _, s := range all {
				if s.About == c.about {
					matched = s.Level == c.level && strings.Contains(s.Text, c.says)
				}
				if s.Level != OK && s.About != c.about {
					t.Errorf("it finds %+v too", s)
				}
				if s.Level == OK && c.level == Note && strings.Contains(strings.ToLower(c.says), strings.ToLower(s.About)) {
					t.Errorf("what was not read is in order: %+v", s)
				}
			}
			if !matched && c.about != "" {
				t.Errorf("found is %+v, want %s about %s: %q", all, c.level, c.about, c.says)
			}
			if err := stopped(all); (err != nil) != (c.level == Stop) {
				t.Errorf("it stops: %v", err)
			} else if err != nil {
				says(t, err, c.says, c.fix, "Nothing was changed")
			}
		})
	}
}
