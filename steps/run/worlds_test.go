package run_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// Worlds in which others act before, between and while crossgrant does, under its names, its
// tags, its Sids and its keys. Whatever becomes of a run, what the others made is there
// and as it was.

// A beginning is what a run left when the others come: it was finished, or killed before
// one of its operations was sent, or before the answer was heard.
type beginning struct {
	*stage
	answers steps.Answers
	name    string // of the run
	killed  string // before or after which operation
	noUser  bool   // the firm's user or role is not made yet
	theirs  []thing
}

// A thing is something that others made.
type thing struct {
	what  string
	there func(*stage, []string) bool // told the lines of the snapshot
}

// beginnings are all states in which a journey may be left, in one sandbox each.
func beginnings(t *testing.T) (all []*beginning) {
	t.Helper()
	setup := answers("setup", firm, first, "alice")
	inKey := setup
	inKey.ProbeKey = "incoming/data.csv"
	existing := answers("setup", firm, first, "bob")
	existing.UseExisting = true
	for _, a := range []steps.Answers{setup, inKey, existing, asRole(setup), answers("tour", firm, first, "alice")} {
		for n := 0; ; n++ {
			for _, answered := range []bool{false, true} {
				b := begin(t, a)
				if !b.killAt(n, answered) {
					all = append(all, b) // it was finished
					break
				}
				all = append(all, b)
			}
			if all[len(all)-1].killed == "" {
				break
			}
		}
	}
	return all
}

func begin(t *testing.T, a steps.Answers) *beginning {
	b := &beginning{stage: newStage(t), answers: a}
	b.noUser = !a.UseExisting
	b.setPolicy(first, new(policy.New(auditors)))
	b.do(firm, awsops.CreateUser{Account: firm, Name: "bob", Run: "theirs"})
	b.do(firm, awsops.CreateAccessKey{Account: firm, User: "bob"})
	b.do(customer, awsops.PutObject{Bucket: first, Owner: customer, Key: "crossgrant-probe/old.txt", Body: "the customer's"})
	b.theirs = append(b.theirs, statementThing(first, auditors), userThing(firm, "bob", "crossgrant-run", "theirs"),
		lineThing("a file", `s3 my.test.bucket object "crossgrant-probe/old.txt" `))
	return b
}

// killAt walks the journey and has the program killed at its n-th operation that changes
// something. False: it was over before that.
func (b *beginning) killAt(n int, answered bool) (killed bool) {
	b.t.Helper()
	type end struct{}
	var r *run.Run
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(end); !ok {
				panic(p)
			}
			killed = true
		}
	}()
	emit := func(e steps.Event) {
		started, ok := e.(steps.Started)
		if !ok || !started.Action.Op.Describe().Changes {
			return
		}
		op := started.Action.Op
		if n--; n >= 0 {
			b.noUser = b.noUser && !makesGrantee(op)
			return
		}
		b.killed = fmt.Sprintf("%s, answered %t", op.Kind(), answered)
		r.Close()
		if answered { // AWS did it, and nobody heard
			account := customer
			if started.Action.As.Side() == steps.Firm && op.Target().Account == firm {
				account = firm
			}
			if _, expected := op.(awsops.DeleteObject); !expected {
				_, _ = b.session(account).Perform(b.t.Context(), op) // what it comes after may not be done yet
			}
		}
		panic(end{})
	}
	var err error
	r, err = run.Open(b.t.Context(), run.Request{Answers: b.answers, Source: b.source, StateDir: b.dir}, emit)
	must(b.t, err)
	must(b.t, r.Begin())
	b.name = r.Facts().Run
	if e := r.Unasked(b.t.Context(), b.t.Context(), func(steps.Event) {}); e.Code != run.Done {
		b.t.Fatalf("the %s ends %d: %s", b.answers.Journey, e.Code, said(e))
	}
	r.Close()
	b.noUser = b.answers.Journey == "tour"
	return false
}

func makesGrantee(op awsops.Operation) bool {
	return op.Target().Account == firm && (op.Kind() == "create-user" || op.Kind() == "create-role")
}

// world is a beginning that goes on.
type world struct {
	*beginning
	*rand.Rand
	mu     sync.Mutex
	theirs []thing
	told   []string // what happened
}

func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, fmt.Sprintf(format, args...))
}

func (w *world) add(t thing) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.theirs = append(w.theirs, t)
	w.told = append(w.told, "the others made "+t.what)
}

// replaced forgets what the others themselves replace.
func (w *world) replaced(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.theirs = slices.DeleteFunc(w.theirs, func(t thing) bool { return t.what == what })
}

func lineThing(what string, parts ...string) thing {
	return thing{what, func(_ *stage, lines []string) bool {
		return slices.ContainsFunc(lines, func(line string) bool {
			return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) })
		})
	}}
}

func userThing(account, name, tag, value string) thing {
	return taggedThing(awsops.UserIn(account, name), tag, value)
}

func taggedThing(who awsops.Target, tag, value string) thing {
	return lineThing(fmt.Sprintf("the %s %s with the tag %s", who.Kind, who.Name, value), fmt.Sprintf("%[1]s arn:aws:iam::%[2]s:%[1]s/%[3]s tag %[4]q = %[5]q", who.Kind, who.Account, who.Name, tag, value))
}

func statementThing(bucket string, s policy.Statement) thing {
	return thing{fmt.Sprintf("the statement %s of %s", s.Sid, bucket), func(_ *stage, lines []string) bool {
		for _, line := range lines {
			text, is := strings.CutPrefix(line, "s3 "+bucket+" policy ")
			if d, err := policy.Parse([]byte(text)); is && err == nil && policy.Same(statement(&d, s.Sid), new(policy.New(s))) {
				return true
			}
		}
		return false
	}}
}

var troubles = []sandbox.Fault{
	{Kind: sandbox.ResetBefore},
	{Kind: sandbox.ResetAfter},
	{Status: 500, Code: "InternalError", Message: "We encountered an internal error."},
	{Status: 403, Code: "AccessDenied", Message: "Access Denied"},
}

// live has what is left of the run gone on with or taken back, while the others act.
func (w *world) live() {
	for range w.IntN(4) {
		w.act()
	}
	if w.IntN(2) == 0 {
		fault := troubles[w.IntN(len(troubles))]
		fault.After, fault.Struck = w.IntN(20), w.actAt
		w.box.Inject(fault)
		w.note("call %d fails with kind %d %s, and the others act", fault.After+1, fault.Kind, fault.Code)
	}
	record, elsewhere := filepath.Join(w.dir, w.name+".jsonl"), filepath.Join(w.dir, "elsewhere")
	switch w.IntN(6) {
	case 0:
		w.goes(run.Request{Answers: w.answers, Run: w.name, Resume: true})
	case 1:
		must(w.t, os.Rename(record, elsewhere))
		w.goes(run.Request{Answers: answers("cleanup", firm, first, "")})
		must(w.t, os.Rename(elsewhere, record))
	case 2:
		w.goes(run.Request{Answers: answers("setup", firm, first, "carol")})
	}
	w.goes(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: w.name})
}

func (w *world) goes(q run.Request) {
	w.note("%s, resume %t, of the run %q", q.Answers.Journey, q.Resume, q.Run)
	q.Source, q.StateDir = w.source, w.dir
	r, err := run.Open(w.t.Context(), q, func(steps.Event) {})
	if err != nil {
		w.note("it does not begin: %v", err)
		return
	}
	defer r.Close()
	e := r.Unasked(w.t.Context(), w.t.Context(), func(steps.Event) {})
	w.note("it ends %d: %s", e.Code, said(e))
}

var howMany = flag.Int("worlds", 500, "how many worlds TestWhatOthersMadeStays tries")

// TestWhatOthersMadeStays tries many worlds. Each is made from a number, which a failure
// names.
func TestWhatOthersMadeStays(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: TestOthersActWhileAnAnswerIsLost tries some of it")
	}
	worlds := *howMany
	if raced {
		worlds = 500
	}
	all := beginnings(t)
	var tried, hurt, acts atomic.Int64
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := range numbers {
				made, why := tryWorld(t, all, uint64(n))
				tried.Add(1)
				acts.Add(int64(made))
				if why != "" && hurt.Add(1) < 5 {
					t.Errorf("world %d: %s", n, why)
				}
			}
		})
	}
	for n := range worlds {
		numbers <- n
	}
	close(numbers)
	workers.Wait()
	t.Logf("%d worlds from %d beginnings, with %d things of others: in %d something was lost", tried.Load(), len(all), acts.Load(), hurt.Load())
}

func tryWorld(t *testing.T, all []*beginning, n uint64) (made int, why string) {
	w := &world{Rand: rand.New(rand.NewPCG(n, 1))}
	from := all[w.IntN(len(all))]
	w.theirs = slices.Clone(from.theirs)
	why = w.livesIn(t, from, w.live)
	return len(w.theirs), why
}

// inMemory is a folder of which nothing comes to a disk, where there is one: each line of a
// record is waited for.
func inMemory() string {
	const folder = "/dev/shm"
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return ""
	}
	return folder
}

// livesIn goes on from a beginning, and tells what of the others is gone or changed.
func (w *world) livesIn(t *testing.T, from *beginning, live func()) (why string) {
	box, err := from.box.Fork()
	must(t, err)
	dir, err := os.MkdirTemp(inMemory(), "world")
	must(t, err)
	defer func() { must(t, errors.Join(box.Close(), os.RemoveAll(dir))) }()
	b := *from
	b.stage = from.in(box, dir)
	b.source = b.source.Remember()
	w.beginning = &b
	live()
	b.box.Mend()
	lines := w.box.Snapshot()
	for _, thing := range w.theirs {
		if !thing.there(b.stage, lines) {
			told, _ := json.MarshalIndent(w.told, "", " ")
			return fmt.Sprintf("%s is gone or changed, after a %s killed at %q:\n%s\nleft is\n%s", thing.what, b.answers.Journey, b.killed, told, strings.Join(lines, "\n"))
		}
	}
	return ""
}

// TestOthersActWhileAnAnswerIsLost loses the answer of each call of a set-up, with a user and
// with a role, and of a tour, and has the others act before it is noticed.
func TestOthersActWhileAnAnswerIsLost(t *testing.T) {
	step, seeds := 1, uint64(2)
	switch {
	case testing.Short():
		step, seeds = 17, 1
	case raced:
		step = 9
	}
	tried := 0
	setup := answers("setup", firm, first, "alice")
	for _, a := range []steps.Answers{setup, asRole(setup), answers("tour", firm, first, "alice")} {
		from := begin(t, a)
		for n := 0; ; n += step {
			hit := false
			for seed := range seeds {
				w := &world{Rand: rand.New(rand.NewPCG(uint64(n), seed)), theirs: slices.Clone(from.theirs)}
				why := w.livesIn(t, from, func() {
					w.box.Inject(sandbox.Fault{Kind: sandbox.ResetAfter, After: n, Struck: func(operation string) {
						hit = true
						w.actAt(operation)
					}})
					w.note("the answer of call %d is lost", n+1)
					w.setsOut()
				})
				if tried++; why != "" {
					t.Errorf("the answer of call %d is lost, and others act (%d): %s", n+1, seed, why)
				}
			}
			if !hit {
				break
			}
		}
	}
	t.Logf("%d worlds in which an answer was lost while others acted", tried)
}

// setsOut begins a run, and takes it back.
func (w *world) setsOut() {
	emit := func(e steps.Event) {
		if done, ok := e.(steps.Done); ok && makesGrantee(done.Action.Op) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.noUser = false
		}
	}
	r, err := run.Open(w.t.Context(), run.Request{Answers: w.answers, Source: w.source, StateDir: w.dir}, emit)
	if err != nil {
		w.note("it does not begin: %v", err)
		return
	}
	must(w.t, r.Begin())
	w.name = r.Facts().Run
	w.note("it ends: %s", said(r.Unasked(w.t.Context(), w.t.Context(), emit)))
	r.Close()
	w.goes(run.Request{Answers: steps.Answers{Journey: "cleanup"}, Run: w.name})
}
