package run_test

import (
	"strings"
	"testing"

	"crossgrant/awsops/policy"
	"crossgrant/steps/run"
)

// grantOf is the firm's statement with a change of the customer's.
func grantOf(change func(*policy.Statement)) *policy.Document {
	s := policy.FirmGrant("aws", firm, first)
	change(&s)
	return new(policy.New(s))
}

func values(all ...string) policy.List { return policy.List{Values: all} }

// What the customer has made of our statement is not made ours again without a question:
// a run and a dry run that ask nobody are refused alike.
func TestAStatementThatTheCustomerChanged(t *testing.T) {
	only := func(operator, key, value string) []policy.Condition {
		return []policy.Condition{{Operator: operator, Key: key, Values: values(value)}}
	}
	for name, theirs := range map[string]*policy.Document{
		"without ACLs": grantOf(func(s *policy.Statement) { s.Action = values("s3:GetObject", "s3:ListBucket", "s3:PutObject") }),
		"for an inbox alone": grantOf(func(s *policy.Statement) {
			s.Resource = values("arn:aws:s3:::my.test.bucket", "arn:aws:s3:::my.test.bucket/incoming/*")
		}),
		"until a day": grantOf(func(s *policy.Statement) {
			s.Condition = only("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z")
		}),
		"from one network": grantOf(func(s *policy.Statement) { s.Condition = only("IpAddress", "aws:SourceIp", "203.0.113.0/24") }),
		"for one user alone": grantOf(func(s *policy.Statement) {
			s.Principal = &policy.Principal{AWS: values("arn:aws:iam::444455556666:user/test-writer")}
		}),
		"as a Deny":           grantOf(func(s *policy.Statement) { s.Effect, s.Action = "Deny", values("s3:PutObjectAcl") }),
		"for more than we do": grantOf(func(s *policy.Statement) { s.Action = values("s3:*") }),
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.set(answers("setup", firm, first, "test-writer"))
			s.setPolicy(first, theirs)
			before := s.box.Snapshot()
			q := run.Request{Answers: answers("setup", firm, first, "second")}
			_, dry := s.dryRun(q)
			e := s.run(q)
			if dry.Code != run.Failed || e.Code != run.Failed {
				t.Errorf("beforehand it ends %d and then %d: %s", dry.Code, e.Code, said(e))
			}
			says(t, dry, "CrossgrantFirm444455556666", "changed")
			says(t, e, "CrossgrantFirm444455556666", "changed")
			s.same(before, "a set-up that was refused")
		})
	}
}

// A clean-up names what gives the firm the same access under another name, and only that.
func TestWhatGivesTheSameAccessUnderAnotherName(t *testing.T) {
	base := newStage(t)
	set := base.set(answers("setup", firm, first, "test-writer"))
	for name, c := range map[string]struct {
		theirs func(*policy.Statement)
		named  string // "": nothing of the run is left
	}{
		"another Sid":         {func(s *policy.Statement) { s.Sid = "VendorUpload" }, "Statement 1 (VendorUpload)"},
		"no Sid":              {func(s *policy.Statement) { s.Sid = "" }, "Statement 1 of"},
		"the account's id":    {func(s *policy.Statement) { s.Sid, s.Principal = "V", &policy.Principal{AWS: values(firm)} }, "Statement 1 (V)"},
		"fewer actions":       {func(s *policy.Statement) { s.Sid, s.Action = "V", values("s3:PutObject") }, "Statement 1 (V)"},
		"everything":          {func(s *policy.Statement) { s.Sid, s.Action = "V", values("s3:*") }, "Statement 1 (V)"},
		"two accounts":        {func(s *policy.Statement) { s.Sid, s.Principal = "V", &policy.Principal{AWS: values(firm, other)} }, "Statement 1 (V)"},
		"for another account": {func(s *policy.Statement) { s.Sid, s.Principal = "V", &policy.Principal{AWS: values(other)} }, ""},
		"other actions":       {func(s *policy.Statement) { s.Sid, s.Action = "V", values("s3:GetBucketLocation") }, ""},
		"a Deny":              {func(s *policy.Statement) { s.Sid, s.Effect = "V", "Deny" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := base.forkFor(t)
			theirs := grantOf(c.theirs)
			s.setPolicy(first, theirs)
			e := s.cleanUp(set.Facts.Run)
			if nothing := strings.Contains(said(e), "Nothing of"); e.Code != run.Done || nothing != (c.named == "") {
				t.Errorf("it ends %d: %s", e.Code, said(e))
			}
			if c.named != "" {
				says(t, e, c.named, "4444-5555-6666", "left to the customer")
			}
			if !policy.Same(s.policy(first), theirs) {
				t.Error("the customer's statement was touched")
			}
		})
	}
}
