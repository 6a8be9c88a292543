package steps

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
)

// What a tour may cost, whatever the machine: how many calls it makes to AWS, and
// how many of them have to follow one another.
const (
	maxCalls      = 70
	maxRoundTrips = 34
)

// unhurried asks as often as the program does, and does not pause in between.
var unhurried = awsops.Pace{First: 1, Most: 1, Budget: awsops.DefaultPace.Budget}

// BenchmarkTour runs the whole tour in a sandbox without delays: all that a
// person waits for after the profiles are known. Besides the time it reports what
// does not depend on the machine: the calls to AWS, and how many round trips had
// to follow one another.
func BenchmarkTour(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		s := newStage(b, sandbox.Default())
		s.source.Pace = unhurried
		b.StartTimer()
		s.tour(b)
		b.StopTimer()
		_ = s.box.Close()
		b.StartTimer()
	}
	b.StopTimer()
	calls, trips := tourCosts(b)
	b.ReportMetric(float64(calls), "calls/op")
	b.ReportMetric(float64(trips), "roundtrips/op")
}

// TestATourStaysWithinItsBudget: calls that follow one another are what a person
// waits for, over a line to AWS and back.
func TestATourStaysWithinItsBudget(t *testing.T) {
	var calls, trips int
	for range 3 { // on a busy machine what goes side by side can fall apart
		if calls, trips = tourCosts(t); trips <= maxRoundTrips {
			break
		}
	}
	if calls > maxCalls {
		t.Errorf("a tour makes %d calls, and may make %d", calls, maxCalls)
	}
	if trips > maxRoundTrips {
		t.Errorf("of a tour's calls %d follow one another, and %d may", trips, maxRoundTrips)
	}
	t.Logf("%d calls, %d one after another", calls, trips)
}

// tourCosts counts the calls of one tour, and those of them that follow one
// another.
func tourCosts(t testing.TB) (calls, trips int) {
	t.Helper()
	slow := sandbox.Default()
	slow.Latency = 20 * time.Millisecond // so that calls side by side overlap
	s := newStage(t, slow)
	s.source.Pace = unhurried
	s.tour(t)
	log := s.box.Calls()
	return len(log), roundTrips(log)
}

func (s *stage) tour(t testing.TB) {
	t.Helper()
	w, _, err := Prepare(t.Context(), s.source, answers("tour"), Expected{})
	if err == nil {
		err = w.Begin(s.dir, false)
	}
	if err == nil {
		err = walk(t.Context(), NewEngine(w, Tour(), ignore), -1)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = w.Journal.Close()
}

// roundTrips is the length of the longest chain of calls of which each began after
// the one before it had its answer: those side by side count once.
func roundTrips(calls []sandbox.Call) int {
	calls = slices.SortedFunc(slices.Values(calls), func(a, b sandbox.Call) int { return a.End.Compare(b.End) })
	n, end := 0, time.Time{}
	for _, c := range calls {
		if !c.Start.Before(end) {
			n++
			end = c.End
		}
	}
	return n
}

func TestRoundTripsCountTheLongestChain(t *testing.T) {
	call := func(start, end int64) sandbox.Call {
		return sandbox.Call{Start: time.Unix(start, 0), End: time.Unix(end, 0)}
	}
	for name, c := range map[string]struct {
		calls []sandbox.Call
		want  int
	}{
		"none":                             {nil, 0},
		"one after another":                {[]sandbox.Call{call(0, 1), call(1, 2), call(3, 4)}, 3},
		"side by side":                     {[]sandbox.Call{call(0, 3), call(1, 3), call(2, 4)}, 1},
		"two beside one that takes long":   {[]sandbox.Call{call(0, 9), call(1, 2), call(3, 4)}, 2},
		"one that waits for a free place":  {[]sandbox.Call{call(0, 2), call(0, 3), call(2, 4)}, 2},
		"out of order in the log, as well": {[]sandbox.Call{call(3, 4), call(0, 1), call(1, 2)}, 3},
	} {
		if got := roundTrips(c.calls); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// BenchmarkTourAgainstBoto3 runs two programs, each from its start to its end, in the
// same world 60 ms away: the article's bare calls, and the tour. ns/op is the tour's.
// ratio/calls leaves out what both need to start.
func BenchmarkTourAgainstBoto3(b *testing.B) {
	python := pythonWithBoto3(b)
	program := filepath.Join(b.TempDir(), "crossgrant")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", program, "..").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	far := sandbox.Default()
	far.Latency = 60 * time.Millisecond
	var bare, calls, tour, tourCalls time.Duration
	n := 0
	for b.Loop() {
		b.StopTimer()
		start := time.Now()
		calls += newStage(b, far).article(b, python)
		bare += time.Since(start)
		s := newStage(b, far)
		c := exec.CommandContext(b.Context(), program, "tour", "--yes", "--state-dir", s.dir)
		c.Env = append(os.Environ(), "AWS_CONFIG_FILE="+s.source.ConfigFile, "AWS_SHARED_CREDENTIALS_FILE="+s.source.CredentialsFile,
			"CUSTOMER_PROFILE=my_awesome_customer", "FIRM_PROFILE=my_firm", "BUCKET=my.test.bucket")
		b.StartTimer()
		start = time.Now()
		if out, err := c.CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		tour += time.Since(start)
		log := s.box.Calls()
		tourCalls += log[len(log)-1].End.Sub(log[0].Start)
		n++
	}
	b.ReportMetric(float64(bare.Nanoseconds())/float64(n), "boto3-ns/op")
	b.ReportMetric(float64(tour)/float64(bare), "ratio/program")
	b.ReportMetric(float64(tourCalls)/float64(calls), "ratio/calls")
}

// BenchmarkTourIAMDelay10s runs one tour where IAM takes 10 s to spread a change,
// as the real one can: it is waiting that costs a person time. It runs once,
// however often it is asked to.
func BenchmarkTourIAMDelay10s(b *testing.B) {
	if testing.Short() {
		b.Skip("-short: a tour that waits for an IAM that takes 10 s is skipped")
	}
	slow := sandbox.Default()
	slow.IAMDelay = 10 * time.Second
	var took time.Duration
	for b.Loop() {
		if took > 0 {
			continue
		}
		s := newStage(b, slow)
		s.source.Pace = awsops.DefaultPace
		start := time.Now()
		s.tour(b)
		took = time.Since(start)
	}
	b.ReportMetric(took.Seconds(), "s/tour")
	b.ReportMetric(0, "ns/op") // of a loop that did nothing after its first round
}

// TestTheArticleIsSeventeenCalls holds what the tour is measured against to the
// calls that the article makes.
func TestTheArticleIsSeventeenCalls(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the article's bare calls are not made")
	}
	s := newStage(t)
	s.article(t, pythonWithBoto3(t))
	var got []string
	for _, c := range s.box.Calls() {
		who := c.ARN[strings.LastIndex(c.ARN, "/")+1:]
		if who == "admin" {
			who = map[string]string{"111122223333": "customer", "444455556666": "firm"}[c.Account]
		}
		got = append(got, strings.TrimSpace(who+" "+c.Operation+" "+c.Code))
	}
	want := []string{
		"customer PutBucketPolicy", "customer CreateUser", "customer CreateAccessKey", "customer PutBucketPolicy",
		"test-customer PutObject", "test-customer GetObject", "customer PutBucketPolicy",
		"firm CreateUser", "firm CreateAccessKey", "firm PutUserPolicy",
		"test-writer PutObject", "test-writer GetObject",
		"customer DeleteAccessKey", "customer DeleteUser",
		"firm DeleteUserPolicy", "firm DeleteAccessKey", "firm DeleteUser",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the calls of testdata/article.py (-want +got):\n%s", d)
	}
}

// article makes the article's calls with boto3 alone, and returns how long they
// took.
func (s *stage) article(t testing.TB, python string) time.Duration {
	t.Helper()
	a := answers("tour")
	c := exec.CommandContext(t.Context(), python, "testdata/article.py")
	c.Env = append(
		os.Environ(), "AWS_CONFIG_FILE="+s.source.ConfigFile, "AWS_SHARED_CREDENTIALS_FILE="+s.source.CredentialsFile,
		"CUSTOMER_PROFILE="+a.CustomerProfile, "CUSTOMER_USER="+a.TestUser, "CUSTOMER_AWS_ACCT=111122223333",
		"FIRM_PROFILE="+a.FirmProfile, "FIRM_IAM_USER="+a.FirmUser, "FIRM_ACCT=444455556666", "BUCKET="+a.Bucket,
	)
	var said strings.Builder
	c.Stderr = &said
	out, err := c.Output()
	var seconds float64
	if err == nil {
		seconds, err = strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	}
	if err != nil {
		t.Fatalf("testdata/article.py: %v\n%s%s", err, out, said.String())
	}
	return time.Duration(seconds * float64(time.Second))
}

func pythonWithBoto3(t testing.TB) string {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil || exec.CommandContext(t.Context(), python, "-c", "import boto3").Run() != nil {
		t.Skip("python3 with boto3 is not on PATH, so the article's bare calls are not made")
	}
	return python
}
