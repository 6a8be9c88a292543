package run_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// foresees is what a dry run finds, and how it ends.
func (s *stage) foresees(a steps.Answers) (all []steps.Finding, e run.Ending) {
	s.t.Helper()
	before := s.box.Snapshot()
	defer s.same(before, "a dry run")
	r, err := run.Open(s.t.Context(), run.Request{Answers: a, Source: s.source, StateDir: s.dir, DryRun: true}, func(steps.Event) {})
	if err != nil {
		e = run.Refused(err)
		return e.Findings, e
	}
	defer r.Close()
	return r.Findings, r.Rehearse(s.t.Context(), func(steps.Event) {})
}

// under puts an account under a service control policy.
func under(account, statement string) func(*sandbox.Config) {
	d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[` + statement + `]}`))
	return func(c *sandbox.Config) {
		for i := range c.Accounts {
			if err == nil && c.Accounts[i].ID == account {
				c.Accounts[i].SCPs = append(c.Accounts[i].SCPs, d)
			}
		}
	}
}

// adminHas gives an account's administrator an inline policy of one statement.
func adminHas(account, statement string) func(*stage) {
	return func(s *stage) {
		s.t.Helper()
		document := `{"Version":"2012-10-17","Statement":[` + statement + `]}`
		_, err := s.iam(account).PutUserPolicy(s.t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("admin"), PolicyName: aws.String("own"), PolicyDocument: &document})
		must(s.t, err)
	}
}

// adminHasAlone takes all else from them.
func adminHasAlone(account, statement string) func(*stage) {
	return func(s *stage) {
		s.t.Helper()
		adminHas(account, statement)(s)
		_, err := s.iam(account).DetachUserPolicy(s.t.Context(), &iam.DetachUserPolicyInput{UserName: aws.String("admin"), PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")})
		must(s.t, err)
	}
}

// In a healthy world all is looked at and in order, and nothing is said besides.
func TestForesightOfTheHealthy(t *testing.T) {
	existing := answers("setup", firm, first, "bob")
	existing.UseExisting = true
	made := answers("setup", firm, "new.bucket", "alice")
	made.MakeBucket = "us-east-1"
	for name, a := range map[string]steps.Answers{
		"a set-up": answers("setup", firm, first, "alice"), "a tour": answers("tour", firm, first, "alice"), "a role": asRole(answers("setup", firm, first, "alice")),
		"an existing user": existing, "a bucket to make": made,
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.do(firm, awsops.CreateUser{Account: firm, Name: "bob", Run: "theirs"})
			began := len(s.box.Calls())
			all, e := s.foresees(a)
			if e.Code != run.Done || len(steps.Told(all)) > 0 {
				t.Errorf("it ends %d, and finds %+v: %s", e.Code, steps.Told(all), said(e))
			}
			in := steps.InOrder(all)
			for _, about := range []string{"the bucket's policy", "the customer's permissions", "the firm's permissions", "the size of the policies"} {
				if !strings.Contains(in, about) {
					t.Errorf("%s is not said to be in order: %s", about, in)
				}
			}
			if a.MakeBucket == "" != strings.Contains(in, "Requester Pays") {
				t.Errorf("of the bucket's settings it says %s", in)
			}
			asked := map[string]int{}
			for _, c := range s.box.Calls()[began:] {
				if c.Operation == "SimulatePrincipalPolicy" {
					asked[c.Account]++
				}
			}
			if asked[customer] != 1 || asked[firm] != 1 {
				t.Errorf("the simulator was asked %v times", asked)
			}
		})
	}
}

// What stands in the way of a run, and how much: the level is what then comes true.
func TestForesight(t *testing.T) {
	requesterPays := func(s *stage) {
		_, err := s.s3(customer).PutBucketRequestPayment(s.t.Context(), &s3.PutBucketRequestPaymentInput{Bucket: aws.String(first), RequestPaymentConfiguration: &types.RequestPaymentConfiguration{Payer: types.PayerRequester}})
		must(s.t, err)
	}
	locked := func(s *stage) {
		s.version(first, types.BucketVersioningStatusEnabled)
		_, err := s.s3(customer).PutObjectLockConfiguration(s.t.Context(), &s3.PutObjectLockConfigurationInput{Bucket: aws.String(first), ObjectLockConfiguration: &types.ObjectLockConfiguration{
			ObjectLockEnabled: types.ObjectLockEnabledEnabled,
			Rule:              &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{Mode: types.ObjectLockRetentionModeCompliance, Days: aws.Int32(1)}},
		}})
		must(s.t, err)
	}
	const (
		noKeys  = `{"Effect":"Deny","Action":"iam:CreateAccessKey","Resource":"*"}`
		withMFA = `{"Effect":"Deny","Action":"iam:CreateUser","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`
	)
	for name, c := range map[string]struct {
		journey string // "": a set-up
		world   func(*sandbox.Config)
		theirs  func(*stage)
		level   steps.Level
		about   string
		says    []string
		code    int // of the run itself
	}{
		"Requester Pays":      {theirs: requesterPays, level: steps.Stop, about: "Requester Pays", says: []string{"Requester Pays is on", "switch Requester Pays off"}, code: run.Failed},
		"Object Lock":         {theirs: locked, level: steps.Warning, about: "Object Lock", says: []string{"COMPLIANCE 1 days", "cannot be deleted"}, code: run.Left},
		"Object Lock, a tour": {journey: "tour", theirs: locked, level: steps.Warning, about: "Object Lock", says: []string{"stay in the bucket"}, code: run.Left},
		"versions":            {theirs: func(s *stage) { s.version(first, types.BucketVersioningStatusEnabled) }, level: steps.OK, about: "versioning", says: []string{"by the id of its version"}},
		"a firm without keys, by its organisation": {
			world: under(firm, noKeys), level: steps.Stop, about: "the firm's permissions",
			says: []string{"iam:CreateAccessKey", "service control policy", "cloud team of the firm's company", "--firm-role"}, code: run.Failed,
		},
		"a firm without keys, by a policy": {
			theirs: adminHas(firm, noKeys), level: steps.Stop, about: "the firm's permissions",
			says: []string{"may not do iam:CreateAccessKey", "a policy of its own forbids it", "an administrator of the account 4444-5555-6666", "arn:aws:iam::444455556666:user/admin"}, code: run.Failed,
		},
		"an administrator of IAM alone": {
			theirs: adminHasAlone(customer, `{"Effect":"Allow","Action":["iam:*","s3:Get*","s3:List*"],"Resource":"*"}`), level: steps.Stop, about: "the customer's permissions",
			says: []string{"s3:PutBucketPolicy", "no policy of its own allows it"}, code: run.Failed,
		},
		"one whom the bucket's policy lets": {
			theirs: func(s *stage) {
				d, err := policy.Parse([]byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/admin"},"Action":"s3:*","Resource":["arn:aws:s3:::my.test.bucket","arn:aws:s3:::my.test.bucket/*"]}]}`))
				must(s.t, err)
				s.setPolicy(first, &d)
				adminHasAlone(customer, `{"Effect":"Allow","Action":["iam:SimulatePrincipalPolicy","s3:ListAllMyBuckets"],"Resource":"*"}`)(s)
			}, level: steps.Warning, about: "the customer's permissions",
			says: []string{"s3:PutBucketPolicy", "the bucket's policy may", "Trying shows it"},
		},
		"a second factor, perhaps": {theirs: adminHas(firm, withMFA), level: steps.Warning, about: "the firm's permissions", says: []string{"iam:CreateUser", "aws:MultiFactorAuthPresent"}, code: run.Failed},
		"a tour that cannot delete": {
			journey: "tour", theirs: adminHas(customer, `{"Effect":"Deny","Action":"iam:DeleteUser","Resource":"*"}`), level: steps.Warning, about: "the customer's permissions",
			says: []string{"iam:DeleteUser", "would stay"}, code: run.Left,
		},
		"a set-up that deletes no user": {theirs: adminHas(firm, `{"Effect":"Deny","Action":["iam:DeleteUser","iam:CreateRole"],"Resource":"*"}`), level: steps.OK, about: "the firm's permissions"},
		"no simulator":                  {theirs: adminHas(firm, `{"Effect":"Deny","Action":"iam:Simulate*","Resource":"*"}`), level: steps.Note, about: "the firm's permissions", says: []string{"was not looked at", "iam:SimulatePrincipalPolicy"}},
		"an unread setting": {
			theirs: adminHas(customer, `{"Effect":"Deny","Action":"s3:GetBucketRequestPayment","Resource":"*"}`), level: steps.Note, about: "the bucket's settings",
			says: []string{"Requester Pays"},
		},
		"another region of the organisation's": {
			world: under(customer, `{"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"us-east-1"}}}`), level: steps.OK, about: "the customer's permissions",
		},
	} {
		t.Run(name, func(t *testing.T) {
			changes := []func(*sandbox.Config){}
			if c.world != nil {
				changes = append(changes, c.world)
			}
			s := newStage(t, changes...)
			if c.theirs != nil {
				c.theirs(s)
			}
			a := answers("setup", firm, first, "alice")
			if c.journey != "" {
				a.Journey = c.journey
			}
			all, dry := s.foresees(a)
			i := slices.IndexFunc(all, func(f steps.Finding) bool { return f.About == c.about })
			if i < 0 || all[i].Level != c.level {
				t.Fatalf("it finds %+v: %s", all, said(dry))
			}
			for _, f := range all {
				if f.Level != steps.OK && f.About != c.about {
					t.Errorf("it finds %+v too", f)
				}
			}
			text := all[i].Text + " " + said(dry)
			for _, words := range c.says {
				if !strings.Contains(text, words) {
					t.Errorf("it says %q, without %q", text, words)
				}
			}
			if stops := dry.Code == run.Failed && strings.Count(dry.Problem.Detail, "Nothing was changed.") == 1; stops != (c.level == steps.Stop) {
				t.Errorf("the dry run ends %d: %s", dry.Code, said(dry))
			}
			if e := s.run(run.Request{Answers: a}); e.Code != c.code {
				t.Errorf("the run ends %d, want %d: %s", e.Code, c.code, said(e))
			}
		})
	}
}

// Whatever stops a run is told at once: one round with the owners of both accounts is enough.
func TestAllThatStopsARunIsToldAtOnce(t *testing.T) {
	s := newStage(t, under(firm, `{"Effect":"Deny","Action":"iam:CreateUser","Resource":"*"}`))
	rule(`,"Principal":{"AWS":"444455556666"},"Action":"s3:PutObject"`)(s)
	s.encrypt(first, "")
	all, e := s.foresees(answers("setup", firm, first, "alice"))
	for _, words := range []string{"Statement 1 (House)", "key aws/s3", "iam:CreateUser", "an exception in that statement", "SSE-S3", "cloud team of the firm's company"} {
		says(t, e, words)
	}
	if strings.Count(said(e), "Nothing was changed.") != 2 { // once of the problem, once of the end
		t.Errorf("it says %s", said(e))
	}
	if n := len(slices.DeleteFunc(all, func(f steps.Finding) bool { return f.Level != steps.Stop })); n != 3 {
		t.Errorf("%d findings are stops: %+v", n, all)
	}
}

// Of a root user the simulator knows nothing, which stops nobody.
func TestARootUserIsNotSimulated(t *testing.T) {
	s := newStage(t)
	a := answers("setup", firm, first, "alice")
	a.FirmProfile = "my_firm_root"
	all, e := s.foresees(a)
	if !slices.ContainsFunc(all, func(f steps.Finding) bool {
		return f.Level == steps.Note && f.About == "the firm's permissions" && strings.Contains(f.Text, "takes no root user")
	}) || e.Code != run.Done {
		t.Errorf("it ends %d and finds %+v", e.Code, all)
	}
}

// A Deny that lets through who sends the request otherwise is for trying: the run is begun,
// and nobody is told to ask for an exception.
func TestADenyOfWhatCanBeSentOtherwise(t *testing.T) {
	for name, c := range map[string]struct {
		condition string
		says      string
		code      int
	}{
		"certain here": {`"StringNotEquals":{"s3:x-amz-server-side-encryption":"aws:kms"}`, "A request that sends the header x-amz-server-side-encryption: aws:kms is let through.", run.TestFailed},
		"perhaps":      {`"NotIpAddress":{"aws:SourceIp":"127.0.0.0/8"},"StringNotEquals":{"s3:x-amz-storage-class":"GLACIER_IR"}`, "A request that sends the header x-amz-storage-class: GLACIER_IR is let through.", run.Done},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			r := s.ruled(rule(fmt.Sprintf(`,"Principal":{"AWS":"444455556666"},"Action":"s3:PutObject","Condition":{%s}`, c.condition)))
			if !strings.Contains(r.notes, c.says) || !strings.Contains(r.notes, "try it") || strings.Contains(r.notes, "exception") {
				t.Errorf("noted is %q", r.notes)
			}
			if r.dry.Code != run.Done || r.end.Code != c.code {
				t.Errorf("beforehand it ends %d and then %d: %s", r.dry.Code, r.end.Code, said(r.end))
			}
			if c.code == run.TestFailed {
				says(t, r.end, c.says)
			}
		})
	}
}
