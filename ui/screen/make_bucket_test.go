package screen

import (
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/ui/uitest"
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

func TestMakeBucket(t *testing.T) {
	with := func(names ...string) *Bucket {
		s := NewBucket(testEnv(), theCustomer, steps.Answers{})
		s.Update(BucketsListed{Profile: "acme", Names: names})
		return s
	}
	fill := func(s *Bucket, name, region string) {
		presses(s, "m")
		presses(s, letters(name)...)
		presses(s, "tab")
		presses(s, letters(region)...)
	}
	noSuch := BucketRead{Profile: "acme", Name: "new-one", Err: &problem.Error{Summary: "There is no such bucket", Code: "NoSuchBucket"}}

	t.Run("a name and a region", func(t *testing.T) {
		s := with("in")
		fill(s, "new-one", "eu-west-1")
		asAction(t, presses(s, "enter"), PickBucket{"new-one", "eu-west-1"})
	})
	t.Run("enter leads through the fields", func(t *testing.T) {
		s := with()
		sees(t, s, "This account has no bucket yet", "Press m to create one")
		presses(s, "m")
		if !s.Typing() {
			t.Fatal("no field to type in")
		}
		presses(s, letters("qmb")...)
		sees(t, s, "qmb", "It is not created now")
		asAction(t, presses(s, "enter"), ReadBucket{"qmb"})
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
			s.Update(BucketRead{Profile: "acme", Name: "hidden"})
			s.Update(BucketRead{Profile: "acme", Name: "theirs", Err: &problem.Error{Summary: "The bucket belongs to another account", Code: "AccessDenied"}})
			fill(s, name, "us-east-1")
			sees(t, s, said)
			if got := presses(s, "enter"); got != nil || s.form.inRegion {
				t.Errorf("%q: enter did %v, and the region has the keys: %v", name, got, s.form.inRegion)
			}
		}
	})
	t.Run("a look-up that came to nothing stands in nobody's way", func(t *testing.T) {
		s := with()
		s.Update(BucketRead{Profile: "acme", Name: "new-one", Err: &problem.Error{Summary: "AWS cannot be reached"}})
		fill(s, "new-one", "us-east-1")
		sees(t, s, "AWS cannot be reached. Whether the name is free is looked at again later.")
		asAction(t, presses(s, "enter"), PickBucket{"new-one", "us-east-1"})
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
		s := NewBucket(testEnv(), theCustomer, steps.Answers{Journey: "cleanup", Bucket: "new-one", MakeBucket: "eu-west-1"})
		s.Update(BucketsListed{Profile: "acme"})
		if presses(s, "m"); s.Typing() || containsFlat(uitest.Flat(s.View(78, 20)), "Press m") {
			t.Errorf("it offers to make one:\n%s", s.View(78, 20))
		}
	})
	t.Run("back to one that is there", func(t *testing.T) {
		s := NewBucket(testEnv(), theCustomer, steps.Answers{Bucket: "new-one", MakeBucket: "eu-west-1"})
		s.Update(BucketsListed{Profile: "acme", Names: []string{"in"}})
		sees(t, s, "new-one", "eu-west-1")
		presses(s, "tab", "tab")
		if got := presses(s, "esc"); s.Typing() {
			t.Errorf("esc did %v, and the form is still open", got)
		}
		s.Update(BucketRead{Profile: "acme", Name: "in"})
		asAction(t, presses(s, "enter"), PickBucket{"in", ""})
	})
}

func TestRegionOfTheProfileIsOffered(t *testing.T) {
	s := NewBucket(testEnv(), Checked{Profile: "acme", Region: "eu-west-3"}, steps.Answers{})
	if got := s.form.region.Value(); got != "eu-west-3" {
		t.Errorf("the region is %q", got)
	}
}
