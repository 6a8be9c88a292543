package docs_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/steps/fleet"
	"crossgrant/steps/run"
	"crossgrant/ui/plain"
)

var code = regexp.MustCompile("`([a-z_]+)`")

func codes(text string) (all []string) {
	for _, m := range code.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// eventsOf is the table of events of agents.md: the fields of each.
func eventsOf(t *testing.T) map[string][]string {
	fields := map[string][]string{}
	_, table, _ := strings.Cut(documents(t)["agents.md"], "| event | says | fields |\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			break
		}
		for _, event := range codes(cells[1]) {
			fields[event] = append(codes(cells[3]), "schema", "time", "event")
		}
	}
	return fields
}

// Each line that --json writes is of an event that agents.md has, with the fields that it
// has there, and each event there comes: but for a step that a person skips.
func TestLinesAreAsThePageForProgramsSays(t *testing.T) {
	w := newWorld(t)
	w.source.Pace.Budget = 10 * time.Second // two refusals are to be waited out on any machine
	var out bytes.Buffer
	a := steps.Answers{Journey: "setup", Bucket: bucket, CustomerProfile: admin(customer), FirmProfile: admin(firm), TestUser: "test-customer", FirmUser: "test-writer", KeyFile: filepath.Join(w.dir, "key")}
	setup := func() {
		plain.Run(t.Context(), plain.Options{Request: run.Request{Answers: a, Source: w.source, StateDir: filepath.Join(w.dir, "runs")}, JSON: true, Out: &out})
	}
	w.Inject(sandbox.Fault{Operation: "PutUserPolicy", Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	setup()
	w.Inject(sandbox.Fault{Operation: "PutObject", Times: 2, Status: 403, Code: "AccessDenied", Message: "Access Denied"})
	setup()
	w.signIn(firm, "test-writer")
	w.do(firm, awsops.SetUserPolicy{Account: firm, User: "test-writer", Name: "writer-policy", Before: w.inline("test-writer")})
	a.Journey = "check"
	plain.Check(t.Context(), plain.Options{Request: run.Request{Source: w.source}, JSON: true, Out: &out}, steps.Question{Answers: a, WriterProfile: "test-writer"})

	w.fleet(plain.FleetOptions{JSON: true, Out: &out, FleetRequest: run.FleetRequest{
		Firm: steps.Answers{FirmProfile: admin(firm), FirmUser: "fleet-writer"}, Rows: []fleet.Row{{Profile: admin(customer), Bucket: bucket}},
	}})

	fields, came := eventsOf(t), map[string]bool{"skipped": true}
	for line := range strings.Lines(out.String()) {
		var said map[string]any
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		event, _ := said["event"].(string)
		came[event] = true
		for field := range said {
			if !slices.Contains(fields[event], field) {
				t.Errorf("agents.md does not say that %q has %q", event, field)
			}
		}
	}
	for event := range fields {
		if !came[event] {
			t.Errorf("%q did not come", event)
		}
	}
}
