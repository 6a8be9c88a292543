package screen

import (
	"fmt"
	"strings"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/steps"
	"crossgrant/steps/handoff"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
	"crossgrant/ui/uitest"
)

// A picture is a screen in its frame, as it comes up.
type picture struct {
	draw.Frame
	Screen
}

func (p *picture) drawn(width, height int) string {
	p.Keys = p.ShortHelp
	return p.Around(p.View, width, height)
}

// A gallery is pictures of all screens.
type gallery struct {
	Env
	shown map[string]*picture
}

func newGallery(t *draw.Theme) map[string]*picture {
	g := &gallery{envOf(t), map[string]*picture{}}
	g.answers()
	g.halves()
	g.terms()
	g.users()
	g.bucketsToMake()
	g.steps()
	g.ends()
	g.above()
	g.checks()
	g.fleets()
	return g.shown
}

// hang shows a screen before there is anything to say around it.
func (g *gallery) hang(name string, s Screen) *picture {
	p := &picture{Frame: draw.Frame{Theme: g.Theme}, Screen: s}
	g.shown[name] = p
	return p
}

// known shows a screen once the two accounts are known.
func (g *gallery) known(name string, s Screen) *picture {
	f := uitest.Facts()
	p := g.hang(name, s)
	p.Facts = steps.Facts{Answers: f.Answers, Customer: f.Customer, Firm: f.Firm}
	return p.walks(f.Answers)
}

// walks shows the steps of a journey.
func (p *picture) walks(a steps.Answers) *picture {
	p.Steps = stepsOf(a)
	p.Shown = len(p.Steps)
	return p
}

// run shows a screen in a run that has come to a step.
func (g *gallery) run(name string, at int, s Screen) *picture {
	return g.known(name, s).runs(uitest.Facts(), at)
}

func (p *picture) runs(f steps.Facts, at int) *picture {
	p.Facts, p.At, p.Shown, p.States = f, at, at, make([]string, len(p.Steps))
	p.NoUsers = "No user is there yet."
	for i := range at {
		p.States[i] = "done"
	}
	return p
}

func (g *gallery) answers() {
	g.hang("start", NewStart(g.Env, false, ""))
	g.hang("start-demo", NewStart(g.Env, true, "export AWS_CONFIG_FILE=/tmp/config\naws s3 ls")).Demo = true
	start := NewStart(g.Env, false, "")
	start.Update(RunsListed{Records: testRecords()})
	g.hang("start-earlier", start)

	several := NewCleanUps(g.Env)
	several.Update(RunsListed{Records: testRecords()})
	g.hang("cleanups", several)
	none := NewCleanUps(g.Env)
	none.Update(RunsListed{Records: testRecords()[2:]})
	g.hang("cleanups-none", none)

	tour := steps.Answers{Journey: "tour"}
	p := NewProfiles(g.Env, tour, steps.Expected{})
	g.hang("profiles", p).walks(tour).Facts.Answers = tour
	p.Update(ProfilesRead{Profiles: append(theProfiles, profile.Entry{Name: "日本の会社🙂 \x1b[31mred", Kind: "key", File: "/home/me/.aws/credentials"})})
	p.Update(Checked{Profile: "acme", ID: uitest.Identity("111122223333")})
	p.Update(Checked{Profile: "firm", Err: &problem.Error{Summary: "The SSO login has expired"}})

	p = NewProfiles(g.Env, tour, steps.Expected{})
	g.hang("profiles-problem", p).Facts.Answers = tour
	p.Update(ProfilesRead{Profiles: theProfiles})
	p.Update(Checked{Profile: "acme", ID: uitest.Identity("111122223333")})
	presses(p, "enter")
	p.Update(Checked{Profile: "firm", ID: uitest.Identity("111122223333")})
	presses(p, "enter")

	b := NewBucket(g.Env, theCustomer, steps.Answers{})
	g.known("bucket", b)
	b.Update(BucketsListed{Profile: "acme", Names: []string{"my.test.bucket", "another-bucket", "logs"}})
	b.Update(BucketRead{Profile: "acme", Name: "my.test.bucket", Facts: awsops.BucketFacts{
		Region: "eu-west-1", Ownership: "ObjectWriter", Encryption: "AES256", Versioning: "Enabled",
		BlockPublic: awsops.BlockPublic{ACLs: true, IgnoreACLs: true, Policy: true, Restrict: true},
		Policy:      uitest.Changes()[0].Actions[0].Op.Describe().Before,
	}})

	for name, c := range map[string]struct {
		down    int
		checked KeyPlaceChecked
	}{
		"key":         {0, KeyPlaceChecked{Path: "/home/me/.aws/crossgrant-my.test.bucket"}},
		"key-profile": {1, KeyPlaceChecked{Path: "/home/me/.aws/credentials"}},
		"key-taken":   {1, KeyPlaceChecked{Err: &problem.Error{Detail: "The profile test-writer is in /home/me/.aws/credentials, and crossgrant replaces none."}}},
		"key-nowhere": {2, KeyPlaceChecked{}},
	} {
		k := NewKey(g.Env, "test-writer", "/home/me/.aws/crossgrant-my.test.bucket")
		g.known(name, k)
		for range c.down {
			presses(k, "down")
		}
		c.checked.To = k.to()
		k.Update(c.checked)
	}

	n := NewNames(g.Env, uitest.Facts().Answers)
	g.known("names", n)
	n.Update(UserRead{Profile: "acme", Kind: awsops.KindUser, Side: steps.Customer, Name: "test-customer"})
	n.Update(UserRead{Profile: "firm", Kind: awsops.KindUser, Side: steps.Firm, Name: "test-writer", User: &awsops.User{Name: "test-writer"}})

	setup := uitest.Facts().Answers
	setup.Journey = "setup"
	n = NewNames(g.Env, setup)
	g.known("names-taken", n).walks(setup)
	presses(n, "tab")
	n.Update(UserRead{Profile: "firm", Kind: awsops.KindUser, Side: steps.Firm, Name: "test-writer", User: &awsops.User{Name: "test-writer"}})
	n.Update(UserRead{Profile: "firm", Kind: awsops.KindUser, Side: steps.Firm, Name: "test-writer-2"})

	setup.FirmRole, setup.FirmUser = "delivery", ""
	n = NewNames(g.Env, setup)
	g.known("names-role", n).walks(setup)
	n.Update(UserRead{Profile: "firm", Kind: awsops.KindRole, Side: steps.Firm, Name: "delivery"})

	plan := NewPlan(g.Env, standing(uitest.Facts()), foreseenChanges())
	plan.Findings = []steps.Finding{{Level: steps.Warning, About: "Object Lock", Text: "The bucket keeps every file locked (GOVERNANCE 30 days)."}, {Level: steps.Note, About: "versioning", Text: "Of my.test.bucket this was not looked at, since AWS did not let it be read: versioning."}, {Level: steps.OK, About: "the bucket's policy"}, {Level: steps.OK, About: "Requester Pays"}}
	g.known("plan", plan)
	cleanUp := cleanUpPlan(g.Env)
	g.known("plan-cleanup", cleanUp).walks(cleanUp.standing.Facts.Answers)
	presses(cleanUp, "end")
}

// halves are the screens of who has one company's profile alone.
func (g *gallery) halves() {
	alone := NewStart(g.Env, false, "")
	alone.Update(RunsListed{Records: testRecords()})
	alone.Update(ProfilesRead{Profiles: theProfiles[:1]})
	g.hang("start-alone", alone)

	half := steps.Answers{Journey: "setup", Only: steps.Firm}
	p := NewProfiles(g.Env, half, steps.Expected{Customer: "111122223333"})
	g.hang("profiles-firm", p).walks(half).Facts.Answers = half
	p.Update(ProfilesRead{Profiles: theProfiles})
	p.Update(Checked{Profile: "acme", ID: uitest.Identity("111122223333")})
	presses(p, "enter")

	whom := NewWhom(g.Env, "444455556666", "1111", "my.test.bucket")
	g.known("whom", whom).walks(half)

	grant := uitest.Facts().Grant()
	offer := handoff.New(grant, "Jane Roe, jane@firm.example")
	folder := NewFolder(g.Env, grant)
	presses(folder, "enter")
	g.known("folder", folder).walks(half)
	files := func() *Files {
		return NewFiles(g.Env, "/home/me/for the customer", offer.Files(), "crossgrant setup --grant '/home/me/for the customer/grant.json' --only firm --firm-profile firm")
	}
	g.known("files", files()).walks(half)
	written := files()
	written.Update(FilesWritten{})
	g.known("files-written", written).walks(half)
	refused := files()
	refused.Update(FilesWritten{&problem.Error{Summary: "The folder has files of another grant", Detail: "/home/me/x is there already and says something else. Nothing was written.", Fixes: []string{"Choose an empty folder, with --dir."}}})
	g.known("files-refused", refused).walks(half)

	half.Only = steps.Customer
	asked := NewGrant(g.Env)
	asked.field.SetValue("~/Downloads/grant.json")
	asked.Update(GrantRead{Given: "~/Downloads/grant.json", Offer: offer})
	g.hang("grant", asked).walks(half)
	asked = NewGrant(g.Env)
	asked.field.SetValue("nowhere")
	asked.Update(GrantRead{Given: "nowhere", Err: &problem.Error{Summary: "The grant cannot be read", Detail: "nowhere: there is no such file. Nothing was changed.", Fixes: []string{"Give the file grant.json as the other company sent it."}}})
	g.hang("grant-refused", asked).walks(half)

	shut := &problem.Error{Summary: "The bucket does not let the firm in yet", Detail: "The firm's half is done, and S3 still refuses what test-writer sends. The firm cannot see the bucket's policy. Most likely the customer has not applied their half yet."}
	g.run("await", 3, NewAwait(g.Env, shut, "crossgrant setup --resume R", "", nil))
	g.run("await-refused", 3, NewAwait(g.Env, shut, "crossgrant setup --resume R", "crossgrant receipt v1 bucket=b", &problem.Error{Summary: "This is not a receipt", Detail: `"crossgrant receipt v1 bucket=b" is not a line that crossgrant or apply.sh prints, or not all of it. Nothing was changed.`}))
	receipt := testEnding()
	receipt.Now, receipt.Warnings, receipt.CleanUp = "The customer's half is done: the bucket my.test.bucket lets in the firm's account 4444-5555-6666.", nil, "crossgrant cleanup R"
	receipt.Receipt = handoff.NewReceipt(grant, "us-east-1", grant.ForBucket()).String()
	receipt.Next, receipt.Kept = nil, []string{"the policy of the bucket my.test.bucket"}
	g.run("report-receipt", 1, &Report{Env: g.Env, Ending: receipt})
}

// terms are the article's, narrower ones, and one with faults.
func (g *gallery) terms() {
	setup := uitest.Facts()
	setup.Journey, setup.Writer = "setup", steps.Person{}
	hang := func(name string, f steps.Facts, keys ...string) {
		s := NewTerms(g.Env, f)
		g.known(name, s).walks(f.Answers).Facts.Answers = f.Answers
		presses(s, keys...)
	}
	hang("terms", setup)
	narrow := setup
	narrow.Answers.Access, narrow.Prefix, narrow.Until, narrow.OnlyThisUser = "add", "incoming/2026/", "2999-12-31", true
	hang("terms-narrow", narrow)
	faulty := narrow
	faulty.Prefix, faulty.Until = "/incoming", "31.12.2026"
	hang("terms-faults", faulty, "enter")
}

// users are the screens around the list of the firm's users.
func (g *gallery) users() {
	setup := uitest.Facts().Answers
	setup.Journey, setup.UseExisting, setup.FirmUser = "setup", true, "uploader"
	found := UsersListed{Profile: "firm", Kind: awsops.KindUser, Users: []awsops.User{
		{Name: "日本の会社🙂", ARN: "arn:aws:iam::444455556666:user/x"},
		{Name: "uploader", ARN: "arn:aws:iam::444455556666:user/service/uploader"},
	}}
	for i := range 40 {
		found.Users = append(found.Users, awsops.User{Name: fmt.Sprintf("user-%02d", i+1), ARN: "arn:aws:iam::444455556666:user/u"})
	}
	refused := UsersListed{Profile: "firm", Kind: awsops.KindUser, Err: &problem.Error{
		Summary: "The profile is not allowed to do this", Detail: "The profile firm of the account 4444-5555-6666 may not call iam:ListUsers.",
		Fixes: []string{"Ask the firm's administrator for iam:ListUsers."},
	}}
	with := func(name string, arrived UsersListed) *Names {
		s := NewNames(g.Env, setup)
		p := g.known(name, s).walks(setup)
		p.Facts.Answers = setup
		presses(s, "enter")
		s.Update(arrived)
		return s
	}
	with("names-list", found)
	with("names-list-refused", refused)
	presses(with("names-picked", found), "enter")
}

// bucketsToMake are the screens that have to do with a bucket to be made.
func (g *gallery) bucketsToMake() {
	with := func(name string, a steps.Answers, names ...string) *Bucket {
		s := NewBucket(g.Env, theCustomer, a)
		g.known(name, s)
		s.Update(BucketsListed{Profile: "acme", Names: names})
		return s
	}
	with("bucket-make-taken", steps.Answers{Bucket: "logs", MakeBucket: "Ireland"}, "my.test.bucket", "logs")
	with("bucket-none", steps.Answers{})
	s := with("bucket-make", steps.Answers{Bucket: "brand-new-bucket", MakeBucket: "us-east-1"})
	s.Update(BucketRead{Profile: "acme", Name: "brand-new-bucket", Err: &problem.Error{Summary: "There is no such bucket", Code: "NoSuchBucket"}})
	presses(s, "tab")

	change, facts := makeBucketChange(), uitest.Facts()
	facts.Tester, facts.Writer, facts.BucketPolicy = steps.Person{}, steps.Person{}, nil
	makes := facts.Answers
	makes.MakeBucket = "eu-west-1"
	list := draw.Operations(change.Actions)
	g.known("plan-make-bucket", NewPlan(g.Env, standing(steps.Facts{Answers: makes}), append([]Foreseen{{change, list}}, foreseenChanges()...))).walks(makes)
	for tab, name := range []string{"step-make-bucket-words", "step-make-bucket", "step-make-bucket-policy", "step-make-bucket-command"} {
		s := NewStep(g.Env, change, list, facts)
		s.CanBack = true
		g.known(name, onTab(s, tab)).walks(makes).runs(facts, 0)
	}
}

func onTab(s *Step, tab int) *Step {
	s.View(78, 20)
	for range tab {
		presses(s, "tab")
	}
	return s
}

func (g *gallery) steps() {
	for tab, name := range []string{"step-words", "step-changes", "step-policy", "step-command"} {
		g.run(name, 0, onTab(stepOf(g.Env, 0), tab))
	}
	g.run("step-gates", 7, stepOf(g.Env, 1))
	g.run("step-refused", 6, stepOf(g.Env, 2))

	waits := NewRunning(g.Env, "Create the firm's user", uitest.Facts(), draw.Operations(uitest.Changes()[0].Actions))
	g.run("waiting", 5, waits)
	waits.Update(steps.Started{Action: uitest.Changes()[0].Actions[0]})
	waits.Update(steps.Waiting{Wait: awsops.Wait{For: "the new key of test-writer to work", Code: "InvalidClientTokenId", Elapsed: 3 * time.Second, Limit: time.Minute, Try: 3}})

	refused := uitest.Facts()
	refused.Refusals = []steps.Refusal{{As: steps.Writer, Action: "s3:PutObject", Code: "AccessDenied", RequestID: "REQ1"}}
	row, _ := refused.Gates()
	g.run("result", 7, &Result{
		Env: g.Env, Step: steps.SeeRefused{}.Info(), Facts: refused, Next: "Give the firm's user access",
		Outcome: steps.Outcome{Now: "AWS refused it, as it should: AccessDenied. " + row.Put.Why, Access: refused.Access()},
		List: []draw.Operation{{
			Action: uitest.Changes()[2].Actions[0], Does: uitest.Changes()[2].Actions[0].Op.Describe(), Started: true, Ended: true,
			Receipt: awsops.Receipt{Refused: "AccessDenied", RequestID: "REQ1"},
		}},
	}).Shown = 6

	g.run("problem", 7, &Problem{
		Env: g.Env, Again: "try this step again", Left: []string{"the policy of the bucket my.test.bucket", "the user test-customer in 1111-2222-3333"},
		Problem: &problem.Error{
			Summary: "The profile is not allowed to do this", Detail: "The profile firm of the account 4444-5555-6666 may not call iam:PutUserPolicy.",
			Fixes: []string{"Ask the firm's administrator for iam:PutUserPolicy.", "Or choose another profile."},
			Code:  "AccessDenied", Message: "User: arn:aws:iam::444455556666:user/admin is not authorized to perform: iam:PutUserPolicy", RequestID: "REQ2", Operation: "IAM PutUserPolicy",
		},
	}).Failed = true
	g.run("problem-cleanup", 7, &Problem{
		Env: g.Env, Again: "try this step again", Left: []string{"the user test-writer in 4444-5555-6666"}, CleansUp: true,
		Problem: &problem.Error{Summary: "AWS refused access", Code: "AccessDenied"},
	}).Failed = true

	cleanUp := uitest.Facts().Answers
	cleanUp.Journey = "cleanup"
	asked := cleanUpConfirm(g.Env)
	g.known("confirm", asked).walks(cleanUp).runs(uitest.Facts(), 0)
	presses(asked, "1", "2", "3", "enter")
	asked = cleanUpConfirm(g.Env, awsops.DeleteBucket{Bucket: "my.test.bucket", Owner: "111122223333"})
	asked.at = 1
	g.run("confirm-bucket", 0, asked)

	g.run("confirm-first", 0, firstConfirm(g.Env))
	root := firstConfirm(g.Env)
	root.Parties[1].ARN, root.Parties[1].Warns = "arn:aws:iam::444455556666:root", "This is the root user, which no policy of its account limits. "+strings.Repeat("It goes on. ", 40)
	g.run("confirm-first-root", 0, root)
	presses(root, "enter")
}

func (g *gallery) ends() {
	g.run("report", 11, &Report{Env: g.Env, Ending: testEnding()})
	delivers := testEnding()
	delivers.Now, delivers.Warnings, delivers.CleanUp = "test-writer can write into the bucket my.test.bucket. Its key is in /home/me/.aws/crossgrant-my.test.bucket.", nil, "crossgrant cleanup R"
	delivers.Deliver = "AWS_SHARED_CREDENTIALS_FILE=/home/me/.aws/crossgrant-my.test.bucket aws --profile test-writer s3 cp FILE s3://my.test.bucket/incoming/FILE"
	delivers.Next = []string{"Deliver a first file: " + delivers.Deliver, "Have the firm's software send the header If-None-Match: * with each file: without that S3 refuses it."}
	delivers.Kept = []string{"the policy of the bucket my.test.bucket", "the user test-writer in 4444-5555-6666"}
	g.run("report-setup", 5, &Report{Env: g.Env, Ending: delivers})
	demo := delivers
	demo.Next, demo.CleanUp = nil, ""
	g.run("report-demo", 5, &Report{Env: g.Env, Ending: demo, Hint: ". /tmp/crossgrant-demo-1/env\naws s3 ls"}).Demo = true

	facts := uitest.Facts()
	facts.Journey = "cleanup"
	g.run("report-cleanup", 0, &Report{Env: g.Env, Ending: run.Ending{
		Now: "Some of what was to be removed is still there.", Facts: facts, CleanUp: "crossgrant cleanup R",
		Left: []steps.Remainder{
			{What: "the user test-customer", Why: "somebody gave it the inline policy payroll, which crossgrant did not, so it is left as it is"},
			{What: "the user test-writer in 4444-5555-6666", Why: "AWS refused access"},
		},
		Gone:     []string{"the policy of the bucket my.test.bucket"},
		Notes:    []string{"The statement CrossgrantFirm444455556666 of the bucket's policy stays, because the user bob needs it too."},
		Commands: []string{facts.Shell(steps.Action{As: steps.FirmAdmin, Op: awsops.DeleteUser{Account: "444455556666", Name: "test-writer"}})},
	}})
}

// above are the screens that come above others.
func (g *gallery) above() {
	g.run("leaving", 2, NewLeaving(g.Env, run.Ending{
		Left:    []steps.Remainder{{What: "the policy of the bucket my.test.bucket"}, {What: "the user test-customer in 1111-2222-3333", May: true}},
		CleanUp: "crossgrant cleanup R", Resume: "crossgrant tour --resume R",
	}, false, true))
	g.run("help", 0, NewHelp(g.Env, stepOf(g.Env, 0), ""))
	open := uitest.Facts()
	writer := policy.WriterPolicy("aws", open.Bucket)
	open.WriterPolicies = []policy.Named{{Name: "writer-policy", Document: writer}}
	g.run("break", 2, NewBreak(g.Env, open))
	g.known("code", NewCode(g.Env, "mfa", "arn:aws:iam::444455556666:mfa/me"))
}

// checks are the screens of a check.
func (g *gallery) checks() {
	a := steps.Answers{Journey: "check"}
	p := NewProfiles(g.Env, a, steps.Expected{})
	g.hang("profiles-check", p).Facts.Answers = a
	p.Update(ProfilesRead{Profiles: theProfiles})
	presses(p, "s", "s")
	p.Update(Checked{Profile: "acme", ID: uitest.Identity("111122223333")})
	g.hang("bucket-unseen", NewBucket(g.Env, Checked{}, steps.Answers{Journey: "check", Bucket: "my.test.bucket"})).Facts.Answers = a

	n := NewNames(g.Env, steps.Answers{Journey: "check", CustomerProfile: "acme"})
	g.hang("names-check", n).Facts.Answers = a
	presses(n, "enter", "enter")

	known := func(name string, s Screen) {
		f := uitest.Facts()
		f.Journey = "check"
		g.hang(name, s).Facts = steps.Facts{Answers: f.Answers, Customer: f.Customer, Firm: f.Firm}
	}
	known("check-plan", checkPlan(g.Env))
	all := verdicts(g.Env)
	tested := NewRunning(g.Env, "Testing the access", all["half"].Facts, nil)
	for _, t := range all["half"].Tests[:2] {
		tested.Update(steps.Tested{Test: t})
	}
	known("check-running", tested)
	for name, v := range all {
		known("verdict-"+name, v)
	}
	known("letters", &Letters{Env: g.Env, Letters: all["above"].Ending.Letters})
}
