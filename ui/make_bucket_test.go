package ui

import (
	"slices"
	"strings"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/draw"
)

// makeBucketChange is the step that makes a bucket.
func makeBucketChange() steps.Change {
	return steps.Change{
		Step:    steps.MakeBucket{}.Info(),
		Why:     "The customer's account will get a bucket my.test.bucket, in eu-west-1. Only the customer's own account can use it yet.",
		Notes:   []string{"The bucket is deleted at the end, if nothing is in it by then that this run did not put there."},
		Actions: []steps.Action{{As: steps.CustomerAdmin, Op: awsops.CreateBucket{Bucket: "my.test.bucket", Owner: "111122223333", Region: "eu-west-1"}}},
	}
}

// makeBucketGallery are the screens that have to do with a bucket to be made.
func makeBucketGallery(k kit, known func(string) *App, run func(string, int) *App) {
	with := func(name string, a steps.Answers, names ...string) *bucketScreen {
		app := known(name)
		s := newBucket(k, app.customer, a)
		app.screen = s
		s.Update(bucketsMsg{profile: "acme", names: names})
		return s
	}
	with("bucket-make-taken", steps.Answers{Bucket: "logs", MakeBucket: "Ireland"}, "my.test.bucket", "logs")
	with("bucket-none", steps.Answers{})
	s := with("bucket-make", steps.Answers{Bucket: "brand-new-bucket", MakeBucket: "us-east-1"})
	s.Update(bucketMsg{profile: "acme", name: "brand-new-bucket", err: &problem.Error{Summary: "There is no such bucket", Code: "NoSuchBucket"}})
	s.Update(keyNamed("tab"))

	change, facts := makeBucketChange(), testFacts()
	facts.Tester, facts.Writer, facts.BucketPolicy = steps.Person{}, steps.Person{}, nil
	begins := func(a *App) *App {
		a.answers.MakeBucket = "eu-west-1"
		a.infos = infos(a.answers)
		return a
	}
	planned := begins(known("plan-make-bucket"))
	planned.plan = newPlan(k, facts, nil, append([]foreseen{{change.Step, draw.Operations(change.Actions)}}, foreseenChanges()...))
	planned.screen = planned.plan
	for tab, name := range []string{"step-make-bucket", "step-make-bucket-policy", "step-make-bucket-words", "step-make-bucket-command"} {
		s := newStep(k, change, draw.Operations(change.Actions), facts)
		s.View(78, 20)
		for range tab {
			s.Update(keyNamed("tab"))
		}
		a := begins(run(name, 0))
		a.progress.facts, a.progress.states = facts, make([]string, len(a.infos))
		a.screen = s
	}
}

func letters(text string) []string { return strings.Split(text, "") }

func TestMakeBucket(t *testing.T) {
	customer := checkedMsg{profile: "acme", id: identity("111122223333")}
	with := func(names ...string) *bucketScreen {
		s := newBucket(testKit(), customer, steps.Answers{})
		s.Update(bucketsMsg{profile: "acme", names: names})
		return s
	}
	fill := func(s *bucketScreen, name, region string) {
		presses(s, "m")
		presses(s, letters(name)...)
		presses(s, "tab")
		presses(s, letters(region)...)
	}
	noSuch := bucketMsg{profile: "acme", name: "new-one", err: &problem.Error{Summary: "There is no such bucket", Code: "NoSuchBucket"}}

	t.Run("a name and a region", func(t *testing.T) {
		s := with("in")
		fill(s, "new-one", "eu-west-1")
		asAction(t, presses(s, "enter"), pickedBucket{"new-one", "eu-west-1"})
	})
	t.Run("enter leads through the fields", func(t *testing.T) {
		s := with()
		sees(t, s, "This account has no bucket yet", "Press m to have one made")
		presses(s, "m")
		if !s.Typing() {
			t.Fatal("no field to type in")
		}
		presses(s, letters("qmb")...)
		sees(t, s, "qmb", "It is not made now")
		asAction(t, presses(s, "enter"), readBucket{"qmb"})
		if !s.form.inRegion {
			t.Error("enter did not go on to the region")
		}
		presses(s, "up")
		if s.form.inRegion {
			t.Error("up did not go back to the name")
		}
	})
	t.Run("a free name", func(t *testing.T) {
		s := with()
		fill(s, "new-one", "")
		s.Update(noSuch)
		sees(t, s, "✓ The name is free.")
	})
	t.Run("names that are not let through", func(t *testing.T) {
		for name, said := range map[string]string{
			"":       "",
			"A_":     "is not a name that S3 takes",
			"in":     "is not a name that S3 takes: it has 2 characters",
			"listed": "The customer's account has a bucket of this name already.",
			"hidden": "The customer's account has a bucket of this name already.",
			"theirs": "The name is taken, by another account",
		} {
			s := with("listed")
			s.Update(bucketMsg{profile: "acme", name: "hidden"})
			s.Update(bucketMsg{profile: "acme", name: "theirs", err: &problem.Error{Summary: "The bucket belongs to another account", Code: "AccessDenied"}})
			fill(s, name, "us-east-1")
			sees(t, s, said)
			if got := presses(s, "enter"); got != nil || s.form.inRegion {
				t.Errorf("%q: enter did %v, and the region has the keys: %v", name, got, s.form.inRegion)
			}
		}
	})
	t.Run("a look-up that came to nothing stands in nobody's way", func(t *testing.T) {
		s := with()
		s.Update(bucketMsg{profile: "acme", name: "new-one", err: &problem.Error{Summary: "AWS cannot be reached"}})
		fill(s, "new-one", "us-east-1")
		sees(t, s, "AWS cannot be reached. Whether the name is free is looked at again later.")
		asAction(t, presses(s, "enter"), pickedBucket{"new-one", "us-east-1"})
	})
	t.Run("a region that is none", func(t *testing.T) {
		s := with()
		fill(s, "new-one", "Ireland")
		sees(t, s, `"Ireland" is not the code of a region of AWS. Enter a code such as us-east-1`)
		s.Update(noSuch)
		if got := presses(s, "enter"); got != nil {
			t.Errorf("enter did %v", got)
		}
	})
	t.Run("a clean-up makes none", func(t *testing.T) {
		s := newBucket(testKit(), customer, steps.Answers{Journey: "cleanup", Bucket: "new-one", MakeBucket: "eu-west-1"})
		s.Update(bucketsMsg{profile: "acme"})
		if presses(s, "m"); s.Typing() || containsFlat(flat(s.View(78, 20)), "Press m") {
			t.Errorf("it offers to make one:\n%s", s.View(78, 20))
		}
	})
	t.Run("back to one that is there", func(t *testing.T) {
		s := newBucket(testKit(), customer, steps.Answers{Bucket: "new-one", MakeBucket: "eu-west-1"})
		s.Update(bucketsMsg{profile: "acme", names: []string{"in"}})
		sees(t, s, "new-one", "eu-west-1")
		presses(s, "tab", "tab")
		if got := presses(s, "esc"); s.Typing() {
			t.Errorf("esc did %v, and the form is still open", got)
		}
		s.Update(bucketMsg{profile: "acme", name: "in"})
		asAction(t, presses(s, "enter"), pickedBucket{"in", ""})
	})
}

func TestRegionOfTheProfileIsOffered(t *testing.T) {
	session := newStage(t).session(t, "my_awesome_customer").In("eu-west-3")
	s := newBucket(testKit(), checkedMsg{profile: "acme", session: session}, steps.Answers{})
	if got := s.form.region.Value(); got != "eu-west-3" {
		t.Errorf("the region is %q", got)
	}
}

func TestAnotherBucketAfterOneToMake(t *testing.T) {
	s := newStage(t)
	r := newRig(t, s.options)
	r.sees("What would you like to do?")
	r.press("enter")
	r.sees("✓ 1111-2222-3333")
	r.press("enter")
	r.sees("✓ 4444-5555-6666")
	r.press("enter")
	r.sees("Which bucket", "there is none yet", "m make one")
	r.press("m")
	r.types("made-for-the-tour")
	r.sees("The name is free.")
	r.press("enter", "enter")
	r.sees("What shall the users be called?", "The name is free.")
	r.press("enter", "enter")
	r.sees("This is the plan.", "Make the bucket made-for-the-tour in us-east-1")
	r.press("b")
	r.sees("What shall the users be called?")
	r.press("esc")
	r.sees("made-for-the-tour")
	r.press("esc")
	r.sees("▸ my.test.bucket")
	r.press("enter", "enter")
	r.sees("This is the plan.")
	r.lacks("Make the bucket")
	if a := r.app.answers; a.MakeBucket != "" || a.Bucket != "my.test.bucket" {
		t.Errorf("answers %+v", a)
	}
}

func TestStoryOfATourOnABucketOfItsOwn(t *testing.T) {
	stage := newStage(t)
	before := stage.box.Snapshot()
	s := tell(t, stage.options, 80, 24)
	s.sees("What would you like to do?")
	s.press("enter")
	s.sees("✓ 1111-2222-3333")
	s.press("enter")
	s.sees("✓ 4444-5555-6666")
	s.press("enter")
	s.sees("Which bucket of the customer's", "✓ Policy")
	s.press("m")
	s.sees("▸ Its name")
	s.press("my.test.bucket")
	s.sees("has a bucket of this name already.")
	s.press("-2", "enter")
	s.sees("▸ Its region", "The name is free.")
	s.press("enter")
	s.sees("▸ Test user", "The name is free.")
	s.press("enter")
	s.sees("▸ Firm's user")
	s.press("enter")
	s.sees("This is the plan.", "1 customer Make the bucket", "enter begin")
	s.press("end")
	s.sees("Delete the bucket my.test.bucket-2", "12 firm Clean up the firm's side")
	s.press("enter")
	s.sees("Make the bucket the customer's side", "closed to the public and with ACLs off", "deleted at the end", "enter apply")
	s.press("tab")
	s.sees("[Policy]", "This step changes no policy.")
	s.press("tab")
	s.sees("[In words]", "The customer's administrator: Make the bucket my.test.bucket-2")
	s.press("tab")
	s.sees("[Command]", "aws --profile my_awesome_customer s3api create-bucket \\ --bucket my.test.bucket-2", "--region us-east-1")
	s.approves("Make the bucket", "The bucket my.test.bucket-2 is there, empty, and the customer's alone.")
	for _, title := range []string{
		"Let the firm in", "Make a test user", "Let the test user in", "Write and read as the test user", "Take it back", "Make the firm's user", "See it refused",
		"Pass the access on", "Write and read as the firm's user",
	} {
		s.approves(title, "")
	}
	s.sees("Clean up the customer's side", "enter apply")
	s.press("end")
	s.sees("Delete the bucket my.test.bucket-2")
	s.approves("Clean up the customer's side", "Nothing of this run is left in the customer's account.")
	s.approves("Clean up the firm's side", "Nothing of this run is left in the firm's account.")
	s.sees("Both accounts are as they were. Nothing is left to clean up.", "enter finish")
	s.press("enter")
	s.leaves(0, "Both accounts are as they were.")
	if after := stage.box.Snapshot(); !slices.Equal(after, before) {
		t.Errorf("the accounts are not as they were:\n%s", strings.Join(after, "\n"))
	}
	if !slices.Contains(mutations(stage.box), "CreateBucket") {
		t.Error("no bucket was made")
	}
}
