package run_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// A role in the place of the firm's user.

func roleAnswers() steps.Answers { return asRole(answers("setup", firm, first, "deliverer")) }

// theirRole is a role that somebody else made, which trusts whom they say.
func (s *stage) theirRole(trust string) {
	s.t.Helper()
	_, err := s.iam(firm).CreateRole(s.t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("deliverer"), Path: aws.String("/apps/"), AssumeRolePolicyDocument: &trust,
	})
	must(s.t, err)
}

// A role that is there is used as it is, whatever its path, and stays.
func TestAnExistingRole(t *testing.T) {
	s := newStage(t)
	s.theirRole(policy.Trust(policy.AccountARN("aws", firm)).Compact())
	before := s.box.Snapshot()
	if e := s.run(run.Request{Answers: roleAnswers()}); e.Code != run.Failed || !strings.Contains(said(e), "The role name is taken") || !strings.Contains(said(e), "--existing-role=true") {
		t.Errorf("where it is to be made it ends %d: %s", e.Code, said(e))
	}
	s.same(before, "a set-up with a name that is taken")
	a := roleAnswers()
	a.UseExistingRole, a.OnlyThisUser = true, true
	set := s.set(a)
	if len(set.Kept) != 2 {
		t.Errorf("it keeps %q, want the bucket's policy and the role's", set.Kept)
	}
	if row, ok := set.Facts.Access().Row(steps.Writer); !ok || !row.Put.Allowed || row.Delete.Allowed {
		t.Errorf("its access is said to be %+v", row)
	}
	if !s.delivers(awsops.RoleIn(firm, "deliverer"), first) {
		t.Error("it cannot deliver")
	}
	if e := s.cleanUp(set.Facts.Run); e.Code != run.Done {
		t.Errorf("the clean-up ends %d: %s", e.Code, said(e))
	}
	s.same(before, "a set-up of an existing role and its clean-up")
}

// A role that AWS manages takes no policy, whoever it lets in, and is not in the list.
func TestARoleThatAWSManages(t *testing.T) {
	for _, path := range []string{"/aws-service-role/support.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/eu-west-1/"} {
		s := newStage(t)
		trust := policy.Trust(policy.AccountARN("aws", firm)).Compact()
		_, err := s.iam(firm).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("deliverer"), Path: &path, AssumeRolePolicyDocument: &trust})
		must(t, err)
		before := s.box.Snapshot()
		a := roleAnswers()
		a.UseExistingRole = true
		if e := s.run(run.Request{Answers: a}); e.Code != run.Failed || !strings.Contains(said(e), "AWS manages this role") {
			t.Errorf("with %s it ends %d: %s", path, e.Code, said(e))
		}
		s.same(before, "a set-up of a role that AWS manages")
		if listed, err := s.session(firm).Roles(t.Context()); err != nil || len(listed) > 0 {
			t.Errorf("the list has %v, %v", listed, err)
		}
	}
}

// The root user assumes no role, so that none is made that cannot be tested.
func TestTheRootUserSetsUpNoRole(t *testing.T) {
	s := newStage(t)
	before := s.box.Snapshot()
	a := roleAnswers()
	a.FirmProfile = "my_firm_root"
	if e := s.run(run.Request{Answers: a}); e.Code != run.Failed || !strings.Contains(said(e), "The root user cannot assume a role") {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	if slices.ContainsFunc(s.box.Calls(), func(c sandbox.Call) bool { return c.Mutates }) {
		t.Error("something was changed before")
	}
	s.same(before, "a set-up by the root user")
}

// A role that the firm's administrator cannot assume cannot be tested: that is seen before
// anything is changed.
func TestARoleThatCannotBeAssumed(t *testing.T) {
	for name, c := range map[string]struct {
		existing, says string
	}{
		"one that is there": {existing: "arn:aws:iam::777788889999:root", says: "The role cannot be assumed"},
		"none":              {says: "There is no such role"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			a := roleAnswers()
			a.UseExistingRole = true
			if c.existing != "" {
				s.theirRole(policy.Trust(c.existing).Compact())
			}
			before := s.box.Snapshot()
			if e := s.run(run.Request{Answers: a}); e.Code != run.Failed || !strings.Contains(said(e), c.says) || e.Path != "" {
				t.Errorf("it ends %d: %s", e.Code, said(e))
			}
			s.same(before, "a set-up of such a role")
		})
	}
}

// A new role trusts whom the person says, and nobody else. The administrator, who tests it, may
// assume it no longer than that.
func TestWhomANewRoleTrusts(t *testing.T) {
	for trusts, c := range map[string]struct {
		trusts, source string
		admin          bool
	}{
		"":                                     {"arn:aws:iam::444455556666:root", "my_firm", true},
		"arn:aws:iam::444455556666:user/admin": {"arn:aws:iam::444455556666:user/admin", "my_firm", true},
		"arn:aws:iam::444455556666:user/robot": {"arn:aws:iam::444455556666:user/robot", "PROFILE", false},
		"arn:aws:iam::777788889999:root":       {"arn:aws:iam::777788889999:root", "PROFILE", false},
	} {
		t.Run(trusts, func(t *testing.T) {
			s := newStage(t)
			s.do(firm, awsops.CreateUser{Account: firm, Name: "robot", Run: "theirs"})
			before := s.box.Snapshot()
			a := roleAnswers()
			a.Trusts = trusts
			e := s.set(a)
			role, err := s.session(firm).Principal(t.Context(), awsops.RoleIn(firm, "deliverer"))
			if err != nil || role == nil || !policy.Same(role.Trust, new(policy.Trust(c.trusts))) {
				t.Errorf("the role is %+v, %v", role, err)
			}
			if _, err := s.session(firm).AsRole(t.Context(), role.ARN, false); (err == nil) != c.admin {
				t.Errorf("the administrator assumes it: %v", err)
			}
			if !strings.Contains(e.Next[0], "source_profile "+c.source+" ") || strings.Contains(e.Next[0], "the one of "+c.trusts) == c.admin {
				t.Errorf("next is %q", e.Next)
			}
			if e := s.cleanUp(e.Facts.Run); e.Code != run.Done {
				t.Errorf("the clean-up ends %d: %s", e.Code, said(e))
			}
			s.same(before, "a set-up and its clean-up")
		})
	}
}

// Where the administrator's trust cannot be taken away, that is said with the command.
func TestATrustThatCannotBeTakenAway(t *testing.T) {
	s := newStage(t)
	s.box.Inject(sandbox.Fault{Operation: "UpdateAssumeRolePolicy", Status: 403, Code: "AccessDenied", Message: "not now", Times: 9})
	a := roleAnswers()
	a.Trusts = "arn:aws:iam::777788889999:root"
	e := s.run(run.Request{Answers: a})
	if e.Code != run.Left {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	says(t, e, "the trust policy of the role deliverer in 4444-5555-6666: it could not be changed back", "aws --profile my_firm iam update-assume-role-policy --role-name deliverer --policy-document")
}

// AWS takes a while to know a new role, its trust and its policy: the calls that need them
// are made again until then.
func TestANewRoleIsWaitedFor(t *testing.T) {
	s := newStage(t, func(c *sandbox.Config) { c.IAMDelay = 300 * time.Millisecond })
	s.source.Pace = awsops.Pace{First: 20 * time.Millisecond, Most: 20 * time.Millisecond, Budget: 10 * time.Second}
	e := s.set(roleAnswers())
	refused := 0
	for _, c := range s.box.Calls() {
		if c.Operation == "AssumeRole" && c.Code == "AccessDenied" {
			refused++
		}
	}
	if refused == 0 {
		t.Error("the role could be assumed at once, so nothing is shown here")
	}
	if e := s.cleanUp(e.Facts.Run); e.Code != run.Done {
		t.Errorf("the clean-up ends %d: %s", e.Code, said(e))
	}
}

// The key has no place in a run with a role: none is made, asked for or spoken of.
func TestARoleHasNoKey(t *testing.T) {
	s := newStage(t)
	e := s.set(roleAnswers())
	assumed := 0
	for _, c := range s.box.Calls() {
		if strings.Contains(c.Operation, "AccessKey") {
			t.Errorf("%s was sent", c.Operation)
		}
		if c.Operation == "AssumeRole" {
			assumed++
		}
	}
	if assumed != 1 {
		t.Errorf("the role was assumed %d times", assumed)
	}
	for _, text := range slices.Concat(e.Next, e.Kept, []string{e.Now}) {
		if strings.Contains(text, "key") || strings.Contains(text, "user") {
			t.Errorf("it says %q", text)
		}
	}
}

// What to do next can be pasted: a profile that assumes the role, under a name that is free,
// and a delivery with it.
func TestHowARoleDelivers(t *testing.T) {
	s := newStage(t)
	a := roleAnswers()
	a.FirmRole, a.Prefix, a.Access = "my_firm", "in box/", "deliver" // which a profile is called
	want := []string{
		"Add a profile for the role where the files will be sent from: " +
			"aws configure set role_arn arn:aws:iam::444455556666:role/my_firm --profile my_firm-2 && aws configure set source_profile my_firm --profile my_firm-2 && " +
			"aws configure set region us-east-1 --profile my_firm-2 && aws configure set endpoint_url " + s.box.URL() + " --profile my_firm-2",
		"Deliver a first file: aws --profile my_firm-2 s3 cp FILE 's3://my.test.bucket/in box/FILE' --endpoint-url " + s.box.URL(),
	}
	if e := s.set(a); !slices.Equal(e.Next, want) {
		t.Errorf("next is\n%s\nwant\n%s", strings.Join(e.Next, "\n"), strings.Join(want, "\n"))
	}
}

// A role that was made anew with the same tags is not the run's, and one that was only
// announced is looked at.
func TestARoleThatWasMadeAnewStays(t *testing.T) {
	s := newStage(t)
	set := s.set(roleAnswers())
	role := awsops.RoleIn(firm, "deliverer")
	was, err := s.session(firm).Principal(t.Context(), role)
	must(t, err)
	s.do(firm, awsops.SetInlinePolicy(role, "writer-policy", new(policy.WriterPolicy("aws", first)), nil))
	s.do(firm, awsops.DeletePrincipal(role, was.ID, was.Run))
	anew := s.do(firm, awsops.CreateRole{Account: firm, Name: role.Name, Run: was.Run, Trust: *was.Trust})
	if e := s.cleanUp(set.Facts.Run); e.Code != run.Done || !strings.Contains(said(e), "There is another role deliverer now") {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	if live, err := s.session(firm).Principal(t.Context(), role); err != nil || live == nil || live.ID != anew.UserID {
		t.Errorf("the new role is %v, %v", live, err)
	}
}

// What others gave a role of ours is named with the command that takes it away, and the role
// stays with it.
func TestWhatOthersGaveARoleStays(t *testing.T) {
	s := newStage(t)
	set := s.set(roleAnswers())
	_, err := s.iam(firm).PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{
		RoleName: aws.String("deliverer"), PolicyName: aws.String("theirs"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}`),
	})
	must(t, err)
	e := s.cleanUp(set.Facts.Run)
	if e.Code != run.Left {
		t.Errorf("it ends %d: %s", e.Code, said(e))
	}
	says(t, e, "the inline policy theirs, of the role deliverer: somebody else added it",
		"aws --profile my_firm iam delete-role-policy --role-name deliverer --policy-name theirs", "aws --profile my_firm iam delete-role --role-name deliverer")
	if s.delivers(awsops.RoleIn(firm, "deliverer"), first) {
		t.Error("our own policy stays too")
	}
}

// The room for a role's inline policies is a role's, five times that of a user; beyond it
// there are managed ones.
func TestTheRoomForARolesPolicies(t *testing.T) {
	for chars, fits := range map[int]bool{9000: true, 10200: false} {
		s := newStage(t)
		s.theirRole(policy.Trust(policy.AccountARN("aws", firm)).Compact())
		text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::` + strings.Repeat("x", chars-110) + `/*"}]}`
		_, err := s.iam(firm).PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("deliverer"), PolicyName: aws.String("large"), PolicyDocument: &text})
		must(t, err)
		a := roleAnswers()
		a.UseExistingRole = true
		e := s.run(run.Request{Answers: a})
		if e.Code != run.Done || fits != (s.calls("CreatePolicy") == 0) {
			t.Errorf("beside %d characters it ends %d: %s", chars, e.Code, said(e))
		}
	}
}
