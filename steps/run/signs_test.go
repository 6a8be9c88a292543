package run_test

import (
	"cmp"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/steps"
	"crossgrant/steps/run"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// Without a record only signs tell what crossgrant made: each alone proves nothing.

// Statements of somebody else's that bear crossgrant's Sids are neither removed without a
// record nor replaced unasked.
func TestAForeignStatementWithOurSidStays(t *testing.T) {
	text := `{"Version":"2012-10-17","Statement":[
		{"Sid":"CrossgrantFirm444455556666","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::777788889999:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::my.test.bucket/*"},
		{"Sid":"CrossgrantTestUserBucket","Effect":"Deny","Principal":"*","Action":"s3:DeleteBucket","Resource":"arn:aws:s3:::my.test.bucket"}]}`
	theirs, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t)
	s.setPolicy(first, &theirs)
	before := s.box.Snapshot()
	e := s.run(run.Request{Answers: answers("cleanup", firm, first, "")})
	if e.Code != run.Left {
		t.Errorf("a clean-up ends %d: %s", e.Code, said(e))
	}
	says(t, e, "what the bucket's policy has as CrossgrantFirm444455556666 and CrossgrantTestUserBucket: it looks like crossgrant's, and is not proved to be",
		"aws --profile my_awesome_customer s3api delete-bucket-policy --bucket my.test.bucket")
	s.same(before, "a clean-up without a record")
	if e := s.run(run.Request{Answers: answers("setup", firm, first, "test-writer")}); e.Code != run.Failed {
		t.Errorf("a set-up ends %d: %s", e.Code, said(e))
	}
	s.same(before, "a set-up that nobody was asked about")
}

// A tag is no proof: a user that somebody tagged as crossgrant does stays with all that it
// has, whatever run the tag names, unless it was made when that run began, has no path, and
// nothing of anybody else's.
func TestATaggedUserIsNotOurs(t *testing.T) {
	now := time.Now().UTC().Format("20060102-150405-")
	for name, c := range map[string]struct {
		run, path, missing string
		key                bool
	}{
		"another word":                    {run: "zzz", missing: "its tag names no run"},
		"a run that began long ago":       {run: "20250102-030405-abcdef", missing: "it was not created when the run that its tag names began"},
		"a day that is none":              {run: "20251399-030405-abcdef", missing: "its tag names no run"},
		"a run that began now, in a path": {run: now + "abcdef", path: "/staff/", missing: "it has a path"},
		"a run that began now, and a key": {run: now + "abcdef", key: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			_, err := s.iam(firm).CreateUser(t.Context(), &iam.CreateUserInput{
				UserName: aws.String("payroll-bot"), Path: aws.String(cmp.Or(c.path, "/")),
				Tags: []iamtypes.Tag{{Key: aws.String("created-by"), Value: aws.String("crossgrant")}, {Key: aws.String("crossgrant-run"), Value: &c.run}},
			})
			must(t, err)
			if c.key {
				s.do(firm, awsops.CreateAccessKey{Account: firm, User: "payroll-bot"})
			}
			before := s.box.Snapshot()
			e := s.run(run.Request{Answers: answers("cleanup", firm, first, "")})
			if e.Code != run.Left {
				t.Errorf("it ends %d: %s", e.Code, said(e))
			}
			if c.missing != "" {
				says(t, e, "the user payroll-bot in 4444-5555-6666: it looks like crossgrant's, and is not proved to be: "+c.missing)
			}
			says(t, e, "aws --profile my_firm iam delete-user --user-name payroll-bot")
			s.same(before, "a clean-up without a record")
		})
	}
}

// A tag is no proof of a role either: one that trusts as crossgrant writes it, and was made
// when the run began that its tag names, has every sign.
func TestATaggedRoleIsNotOurs(t *testing.T) {
	ours := policy.Trust(policy.AccountARN("aws", firm)).Compact()
	now := time.Now().UTC().Format("20060102-150405-") + "abcdef"
	for name, c := range map[string]struct{ run, trust, missing string }{
		"a run that began long ago": {"20250102-030405-abcdef", ours, "it was not created when the run that its tag names began"},
		"another trust policy":      {now, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`, "its trust policy is not one that crossgrant writes"},
		"a managed policy":          {now, ours, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			_, err := s.iam(firm).CreateRole(t.Context(), &iam.CreateRoleInput{
				RoleName: aws.String("payroll-bot"), AssumeRolePolicyDocument: &c.trust,
				Tags: []iamtypes.Tag{{Key: aws.String("created-by"), Value: aws.String("crossgrant")}, {Key: aws.String("crossgrant-run"), Value: &c.run}},
			})
			must(t, err)
			if c.missing == "" {
				_, err := s.iam(firm).AttachRolePolicy(t.Context(), &iam.AttachRolePolicyInput{RoleName: aws.String("payroll-bot"), PolicyArn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")})
				must(t, err)
			}
			before := s.box.Snapshot()
			e := s.run(run.Request{Answers: answers("cleanup", firm, first, "")})
			if e.Code != run.Left {
				t.Errorf("it ends %d: %s", e.Code, said(e))
			}
			if c.missing != "" {
				says(t, e, "the role payroll-bot in 4444-5555-6666: it looks like crossgrant's, and is not proved to be: "+c.missing)
			} else {
				says(t, e, "aws --profile my_firm iam detach-role-policy --role-name payroll-bot --policy-arn arn:aws:iam::aws:policy/ReadOnlyAccess")
			}
			says(t, e, "aws --profile my_firm iam delete-role --role-name payroll-bot")
			s.same(before, "a clean-up without a record")
		})
	}
}

// Without a record each user is asked about, by its name.
func TestWithoutARecordEachUserIsAskedAbout(t *testing.T) {
	s := newStage(t)
	before := s.box.Snapshot()
	set := s.set(answers("setup", firm, first, "test-writer"))
	s.forgetRecord(set.Facts.Run)
	r, err := run.Open(t.Context(), run.Request{Answers: answers("cleanup", firm, first, ""), Source: s.source, StateDir: s.dir}, func(steps.Event) {})
	must(t, err)
	defer r.Close()
	changes, err := r.Foresee(t.Context())
	must(t, err)
	if asks := changes[1].Asks; len(asks) != 1 || asks[0].Target.Name != "test-writer" {
		t.Errorf("asked is %v", asks)
	}
	for _, a := range changes[1].Actions {
		if a.Op.Kind() == "delete-user" {
			t.Error("the user would be deleted before anybody was asked")
		}
	}
	if e := s.run(run.Request{Answers: answers("cleanup", firm, first, "")}); e.Code != run.Done { // --yes: it has every sign
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	s.same(before, "a set-up, and a clean-up without its record")
}
