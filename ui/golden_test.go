package ui

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"github.com/muesli/termenv"

	"crossgrant/awsops"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/steps"
	"crossgrant/ui/draw"
)

var update = flag.Bool("update", false, "write the goldens anew")

// coloured draws as a terminal with all colours and a dark background would.
func coloured() *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	r.SetHasDarkBackground(true)
	return r
}

// gallery are all screens, each in an App at the point where it comes up.
func gallery(r *lipgloss.Renderer, o Options) map[string]*App {
	shown := map[string]*App{}
	app := func(name string) *App {
		o.timer = never
		a := newApp(context.Background(), o, r)
		a.clock = func() time.Time { return time.Unix(100, 0) }
		shown[name] = a
		return a
	}
	k := app("start").kit

	a := app("start-demo")
	a.o.Demo = true
	a.start = newStart(k, true, "export AWS_CONFIG_FILE=/tmp/config; aws s3 ls")
	a.screen = a.start

	a = app("start-earlier")
	a.start.Update(runsMsg{testRecords()})

	a = app("profiles")
	p := newProfiles(k, steps.Answers{Journey: "tour"}, steps.Expected{})
	a.screen, a.answers.Journey, a.infos = p, "tour", infos(steps.Answers{Journey: "tour"})
	p.Update(profilesMsg{profiles: append(theProfiles, profile.Entry{Name: "日本の会社🙂 \x1b[31mred", Kind: "key", File: "/home/me/.aws/credentials"})})
	p.Update(checkedMsg{profile: "acme", id: identity("111122223333")})
	p.Update(checkedMsg{profile: "firm", err: &problem.Error{Summary: "The SSO login has expired"}})

	a = app("profiles-problem")
	p = newProfiles(k, steps.Answers{Journey: "tour"}, steps.Expected{})
	a.screen, a.answers.Journey = p, "tour"
	p.Update(profilesMsg{profiles: theProfiles})
	p.Update(checkedMsg{profile: "acme", id: identity("111122223333")})
	p.Update(keyNamed("enter"))
	p.Update(checkedMsg{profile: "firm", id: identity("111122223333")})
	p.Update(keyNamed("enter"))

	customer := checkedMsg{profile: "acme", id: identity("111122223333")}
	known := func(name string) *App {
		a := app(name)
		a.answers = testFacts().Answers
		a.customer, a.firm, a.infos = customer, checkedMsg{profile: "firm", id: identity("444455556666")}, infos(a.answers)
		return a
	}
	b := newBucket(k, customer, steps.Answers{})
	known("bucket").screen = b
	b.Update(bucketsMsg{profile: "acme", names: []string{"my.test.bucket", "another-bucket", "logs"}})
	b.Update(bucketMsg{profile: "acme", name: "my.test.bucket", facts: awsops.BucketFacts{
		Region: "eu-west-1", Ownership: "ObjectWriter", Encryption: "AES256", Versioning: "Enabled",
		BlockPublic: awsops.BlockPublic{ACLs: true, IgnoreACLs: true, Policy: true, Restrict: true},
		Policy:      testChanges()[0].Actions[0].Op.Describe().Before,
	}})

	n := newNames(k, testFacts().Answers)
	known("names").screen = n
	n.Update(userMsg{profile: "acme", side: steps.Customer, name: "test-customer"})
	n.Update(userMsg{profile: "firm", side: steps.Firm, name: "test-writer", user: &awsops.User{Name: "test-writer"}})

	usersGallery(k, known)

	a = known("plan")
	a.plan = newPlan(k, testFacts(), []string{"The bucket keeps every file locked (GOVERNANCE 30 days)."}, foreseenChanges())
	a.screen = a.plan

	run := func(name string, at int) *App {
		a := known(name)
		a.progress = progress{run: "R", at: at, facts: testFacts(), states: make([]string, len(a.infos))}
		for i := range at {
			a.progress.states[i] = "done"
		}
		return a
	}
	for tab, name := range []string{"step-changes", "step-policy", "step-words", "step-command"} {
		s := stepOf(k, testChanges()[0])
		s.View(78, 20)
		for range tab {
			s.Update(keyNamed("tab"))
		}
		run(name, 0).screen = s
	}
	run("step-gates", 7).screen = stepOf(k, testChanges()[1])
	run("step-refused", 6).screen = stepOf(k, testChanges()[2])

	makeBucketGallery(k, known, run)

	r1 := newRunning(k, "Make the firm's user", testFacts(), draw.Operations(testChanges()[0].Actions))
	r1.clock = func() time.Time { return time.Unix(100, 0) }
	run("waiting", 5).screen = r1
	r1.Update(steps.Started{Action: testChanges()[0].Actions[0]})
	r1.Update(steps.Waiting{Wait: awsops.Wait{For: "the new key of test-writer to work", Code: "InvalidClientTokenId", Elapsed: 3 * time.Second, Limit: time.Minute, Try: 3}})

	refused := testFacts()
	refused.Refusals = []steps.Refusal{{As: steps.Writer, Action: "s3:PutObject", Code: "AccessDenied", RequestID: "REQ1"}}
	res := &resultScreen{
		kit: k, title: "See it refused", facts: refused, next: "Pass the access on",
		list: []draw.Operation{{As: steps.Writer, Does: testChanges()[2].Actions[0].Op.Describe(), Started: true, Ended: true, Receipt: awsops.Receipt{Refused: "AccessDenied", RequestID: "REQ1"}}},
	}
	row, _ := refused.Access().Row(steps.Writer)
	res.outcome = steps.Outcome{Now: "AWS refused it, as it should: AccessDenied. " + row.Put.Why, Access: refused.Access()}
	run("result", 7).screen = res

	run("problem", 7).screen = &problemScreen{
		kit: k, again: "try this step again", left: []string{"the policy of the bucket my.test.bucket", "the user test-customer in 1111-2222-3333"},
		problem: &problem.Error{
			Summary: "The profile is not allowed to do this", Detail: "The profile firm of the account 4444-5555-6666 may not call iam:PutUserPolicy.",
			Fixes: []string{"Ask the firm's administrator for iam:PutUserPolicy.", "Or choose another profile."},
			Code:  "AccessDenied", Message: "User: arn:aws:iam::444455556666:user/admin is not authorized to perform: iam:PutUserPolicy", RequestID: "REQ2", Operation: "IAM PutUserPolicy",
		},
	}

	a = run("leaving", 2)
	a.screen = stepOf(k, testChanges()[0])
	a.over = newLeaving(k, []string{"the policy of the bucket my.test.bucket", "the user test-customer in 1111-2222-3333"}, "crossgrant cleanup R", false)

	clean := run("confirm", 0)
	clean.chosen.journey, clean.answers.Journey = "cleanup", "cleanup"
	clean.infos = infos(clean.answers)
	clean.screen = newConfirm(k, cleanUpPlanned(), nil)
	presses(clean.screen, "1", "2", "3", "enter")

	clean = run("confirm-bucket", 0)
	clean.screen = newConfirm(k, cleanUpPlanned(awsops.DeleteBucket{Bucket: "my.test.bucket", Owner: "111122223333"}), nil)
	clean.screen.(*confirmScreen).at = 1

	run("problem-cleanup", 7).screen = &problemScreen{
		kit: k, again: "try this step again", left: []string{"the user test-writer in 4444-5555-6666"}, cleansUp: true,
		problem: &problem.Error{Summary: "AWS refused access", Code: "AccessDenied"},
	}

	a = run("help", 0)
	a.screen = stepOf(k, testChanges()[0])
	a.over = newHelp(k, a.screen, "")

	a = known("code")
	a.screen = p
	a.over = newCode(k, &ask{profile: "mfa", device: "arn:aws:iam::444455556666:mfa/me"})

	a = run("report", 11)
	a.screen = &reportScreen{kit: k, report: testReport()}

	a = run("report-cleanup", 0)
	ended := testFacts()
	ended.Journey = "cleanup"
	a.screen = &reportScreen{kit: k, report: report{
		now: "Some of what was to be removed is still there.", facts: ended, cleanUp: "crossgrant cleanup R",
		left:     []string{"the user test-customer: somebody gave it the inline policy payroll, which crossgrant did not, so it is left as it is", "the user test-writer in 4444-5555-6666: AWS refused access"},
		gone:     []string{"the policy of the bucket my.test.bucket"},
		commands: []string{draw.Operation{As: steps.FirmAdmin, Does: awsops.DeleteUser{Account: "444455556666", Name: "test-writer"}.Describe()}.Command(testFacts())},
	}}
	return shown
}

func drawn(a *App, width, height int) string {
	a.Update(tea.WindowSizeMsg{Width: width, Height: height})
	return a.View()
}

// checkFits fails for a line that is wider than the screen, and for a picture that
// is not as high as it.
func checkFits(t *testing.T, picture string, width, height int) {
	t.Helper()
	lines := strings.Split(picture, "\n")
	if len(lines) > height {
		t.Errorf("%d lines on a screen of %d", len(lines), height)
	}
	for i, l := range lines {
		if w := ansi.StringWidth(l); w > width {
			t.Errorf("line %d is %d wide on a screen of %d: %q", i+1, w, width, ansi.Strip(l))
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); look at it, then go test ./ui -update:\n%s", path, diff)
	}
}

// trimmed takes out the blanks at the ends of lines.
func trimmed(picture string) string {
	lines := strings.Split(picture, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestGoldens(t *testing.T) {
	for name, a := range gallery(uncoloured(), Options{}) {
		for _, size := range []struct{ width, height int }{{80, 24}, {120, 40}} {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size.width, size.height), func(t *testing.T) {
				picture := drawn(a, size.width, size.height)
				checkFits(t, picture, size.width, size.height)
				golden(t, fmt.Sprintf("%s-%dx%d", name, size.width, size.height), trimmed(ansi.Strip(picture)))
			})
		}
	}
}

func TestGoldensInColour(t *testing.T) {
	shown := gallery(coloured(), Options{})
	for _, name := range []string{"step-changes", "step-policy", "result", "problem"} {
		golden(t, name+"-colour", drawn(shown[name], 120, 40)+"\n")
	}
}

func TestColourIsNoSignal(t *testing.T) {
	plain, colour := gallery(uncoloured(), Options{}), gallery(coloured(), Options{})
	for name := range plain {
		if diff := cmp.Diff(drawn(plain[name], 80, 24), ansi.Strip(drawn(colour[name], 80, 24))); diff != "" {
			t.Errorf("%s says something else without colour:\n%s", name, diff)
		}
	}
}

func TestEverySizeFits(t *testing.T) {
	shown := gallery(uncoloured(), Options{})
	for name, a := range shown {
		for _, width := range []int{1, 20, 40, 79, 80, 81, 99, 100, 101, 110, 119, 140, 250} {
			for _, height := range []int{1, 10, 23, 24, 25, 50} {
				picture := drawn(a, width, height)
				checkFits(t, picture, width, height)
				if t.Failed() {
					t.Fatalf("%s at %dx%d:\n%s", name, width, height, picture)
				}
			}
		}
	}
}

func TestTooSmallSaysSoAndRecovers(t *testing.T) {
	a := gallery(uncoloured(), Options{})["step-changes"]
	before := drawn(a, 80, 24)
	small := drawn(a, 40, 10)
	golden(t, "small-40x10", trimmed(small))
	if a.key(keyNamed("enter")); a.call != nil {
		t.Error("enter approved what could not be seen")
	}
	if after := drawn(a, 80, 24); after != before {
		t.Errorf("it did not recover:\n%s", after)
	}
}

func TestASCII(t *testing.T) {
	for name, a := range gallery(uncoloured(), Options{ASCII: true}) {
		for _, width := range []int{80, 120} {
			picture := drawn(a, width, 40)
			checkFits(t, picture, width, 40)
			for i, r := range picture {
				if r > 0x7e {
					t.Fatalf("%s at %d has %q: %s", name, width, r, picture[max(0, i-20):i+1])
				}
			}
		}
	}
	golden(t, "ascii-120x40", trimmed(drawn(gallery(uncoloured(), Options{ASCII: true})["step-gates"], 120, 40)))
}

func TestNothingForeignReachesTheTerminal(t *testing.T) {
	for name, a := range gallery(uncoloured(), Options{}) {
		for _, r := range drawn(a, 120, 40) {
			if r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 {
				t.Fatalf("%s draws the control character %q", name, r)
			}
		}
	}
}

func TestEveryKeyOfTheFooterIsSeen(t *testing.T) {
	for name, a := range gallery(uncoloured(), Options{}) {
		lines := strings.Split(drawn(a, 80, 24), "\n")
		if last := lines[len(lines)-1]; strings.Contains(last, "…") {
			t.Errorf("%s leaves out keys: %s", name, last)
		}
	}
}
