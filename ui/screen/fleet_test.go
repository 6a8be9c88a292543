package screen

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"crossgrant/awsops/problem"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/uitest"
)

// fleetPlan is that of n buckets, and one that cannot be done.
func fleetPlan(e Env, n int) *FleetPlan {
	f, c := uitest.Facts(), uitest.Changes()
	parts := []FleetPart{{
		Title: "The firm's side", Side: steps.Firm, Facts: f, Changes: c[1:2],
		Does: []string{"Create the user test-writer in 4444-5555-6666", "Create the inline policy writer-policy-fleet-1 of the user test-writer in 4444-5555-6666 (7 statements)"},
	}}
	for i := range n {
		parts = append(parts, FleetPart{
			Title: fmt.Sprintf("customer-%d.bucket/in/", i), Side: steps.Customer, Whose: "1111-2222-3333", Facts: f,
			Does: []string{"Add 2 statements to its policy"}, Changes: c[:1],
		})
	}
	parts[1].Notes = []string{"The bucket has versions on: each file that is written again stays."}
	s := NewFleetPlan(e, []string{
		fmt.Sprintf("%d buckets of 9 accounts: %d to do, 0 done already, 1 that cannot be done.", n+1, n),
		"For each bucket to do, the customer's side adds to the bucket's policy.",
		"no.such.bucket cannot be done: There is no such bucket. AWS knows no bucket \x1b[31mno.such.bucket.",
	}, parts, run.Proof{Ask: fmt.Sprintf("To go on, type how many buckets this is about: %d.", n), Label: "Buckets", Wanted: fmt.Sprint(n), Wrong: "That is not the number. Nothing was changed.", First: true})
	s.Facts = f
	return s
}

// fleetReport is of buckets of which some are not done.
func fleetReport(e Env) *Report {
	f := uitest.Facts()
	f.Fleet = "fleet-1"
	s := &Report{Env: e, Ending: run.Ending{
		Now: "38 of 40 buckets are set up and tested: test-writer can use them.", Facts: f, CleanUp: "crossgrant cleanup fleet-1",
		Next: []string{"To do what is left, give the same command again: what is done already is not done twice."},
	}}
	for i := range 38 {
		s.Buckets = append(s.Buckets, run.FleetRow{Name: fmt.Sprintf("customer-%d.bucket/in/", i), Whose: "1111-2222-3333", State: "done"})
	}
	s.Buckets = append(s.Buckets,
		run.FleetRow{Name: "no.such.bucket", Whose: "profile acme\x1b[31m", State: "failed", Why: "There is no such bucket. AWS knows no bucket no.such.bucket.", Next: []string{"Check the name in the S3 console."}},
		run.FleetRow{Name: "late.bucket", Whose: "9999-0000-1111", State: "to do"},
	)
	return s
}

// fleetRunning has done 23 of 40.
func fleetRunning(e Env) *Running {
	s := NewRunning(e, "Setting the buckets up", uitest.Facts(), nil)
	a := uitest.Changes()[1].Actions[0]
	s.Buckets = 40
	s.Update(steps.Started{Action: a})
	s.Update(steps.Done{Action: a})
	for i := range 26 {
		s.Update(steps.Begun{Bucket: runningBucket(i)})
	}
	for i := range 23 {
		c := steps.Counted{Doing: "Set the buckets up", Done: i + 1, Of: 40, Bucket: runningBucket(i)}
		if i > 15 {
			c.Failed, c.Problem = i-15, &problem.Error{Summary: "AWS refused access"}
		}
		s.Update(c)
	}
	return s
}

func runningBucket(i int) string { return fmt.Sprintf("customer-%d.bucket/\x1b[31m", i) }

// fleets are the screens of many buckets.
func (g *gallery) fleets() {
	many := func(name string, s Screen) { g.hang(name, s).Facts.Journey = "setup --fleet" }
	many("fleet-plan", fleetPlan(g.Env, 40))
	end := fleetPlan(g.Env, 40)
	many("fleet-plan-end", end)
	end.View(78, 20)
	presses(end, "end", "4", "1", "enter")
	full := fleetPlan(g.Env, 40)
	presses(full, "tab", "right")
	many("fleet-plan-bucket", full)
	many("fleet-running", fleetRunning(g.Env))
	stops := fleetRunning(g.Env)
	stops.Stopping()
	many("fleet-stopping", stops)
	many("fleet-report", fleetReport(g.Env))
}

// What is done to many buckets wants a number that a held key cannot give, and only after
// all of the page was in sight.
func TestAFleetIsConfirmedByItsNumber(t *testing.T) {
	s := fleetPlan(testEnv(), 40)
	s.View(78, 20)
	presses(s, "4", "0")
	asAction(t, presses(s, "enter"), Paged{})
	for range 100 {
		if act := presses(s, "enter"); act == Action(DoFleet{}) {
			break
		}
		s.View(78, 20)
	}
	if !s.seen {
		t.Error("it was approved before it was seen")
	}
	s = fleetPlan(testEnv(), 40)
	s.View(78, 20)
	presses(s, "end")
	for range 50 {
		asAction(t, presses(s, "enter"), nil)
	}
	sees(t, s, "That is not the number.")
	asAction(t, presses(s, "4", "enter"), nil)
	if act, _ := s.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("y0")}); act != nil || s.field.Value() != "4" {
		t.Errorf("what is no number came into the field: %q", s.field.Value())
	}
	asAction(t, presses(s, "0", "enter"), DoFleet{})
}

func TestADocumentOfEachBucketIsShown(t *testing.T) {
	s := fleetPlan(testEnv(), 2)
	s.View(78, 20)
	presses(s, "tab")
	sees(t, s, "The firm's side", "1 of 3", "Give the firm's user access")
	presses(s, "right")
	sees(t, s, "customer-0.bucket/in/", "2 of 3", "The customer: 1111-2222-3333", "! The bucket has versions on")
	presses(s, "end")
	sees(t, s, `"arn:aws:s3:::my.test.bucket/*"`)
	presses(s, "enter") // of the last page comes the next bucket
	sees(t, s, "customer-1.bucket/in/", "3 of 3")
	presses(s, "left", "left", "left")
	sees(t, s, "1 of 3")
	presses(s, "right", "right")
	for range 20 {
		s.View(78, 20)
		asAction(t, presses(s, "enter"), nil) // which approves nothing
	}
	presses(s, "esc")
	asAction(t, presses(s, "esc"), Leave{})
}

func TestTheReportOfAFleetSaysFirstWhatIsNotDone(t *testing.T) {
	s := fleetReport(testEnv())
	s.View(78, 20)
	text := presses(s, "w").(Save).Text
	if late, done := strings.Index(text, "late.bucket"), strings.Index(text, "customer-0.bucket"); late < 0 || done < late {
		t.Errorf("what is not done is not first:\n%s", text)
	}
	if strings.Contains(text, "\x1b") || strings.Count(text, "| done |") != 38 {
		t.Errorf("the report is\n%s", text)
	}
	presses(s, "end")
	sees(t, s, "✓ done customer-37.bucket/in/")
}
