package plain

import (
	"encoding/json"
	"io"
	"slices"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/run"
)

// SchemaVersion is the version of the --json lines. A field may be added under
// the same version; none changes its meaning or goes.
const SchemaVersion = 1

// jsonView writes one JSON object a line, one line an event.
type jsonView struct {
	out *json.Encoder
	now func() time.Time
}

func newJSONView(w io.Writer) *jsonView {
	return &jsonView{out: newEncoder(w), now: time.Now}
}

// newEncoder writes values as JSON, one a line, with an escape for each character that
// nobody would see: a program reads the same text, and a terminal does nothing with it.
func newEncoder(w io.Writer) *json.Encoder {
	e := json.NewEncoder(escaping{w})
	e.SetEscapeHTML(false)
	return e
}

type escaping struct{ out io.Writer }

func (e escaping) Write(line []byte) (int, error) {
	if _, err := io.WriteString(e.out, policy.EscapeUnseen(string(line))); err != nil {
		return 0, err
	}
	return len(line), nil
}

// record is one line. Which fields it has follows from its event.
type record struct {
	Schema   int             `json:"schema"`
	Time     time.Time       `json:"time"`
	Event    string          `json:"event"`
	Run      string          `json:"run,omitempty"`
	Journey  string          `json:"journey,omitempty"`
	DryRun   bool            `json:"dry_run,omitempty"`
	Demo     bool            `json:"demo,omitempty"`
	Customer *account        `json:"customer,omitempty"`
	Firm     *account        `json:"firm,omitempty"`
	Bucket   string          `json:"bucket,omitempty"`
	Journal  string          `json:"journal,omitempty"`
	Step     *steps.Info     `json:"step,omitempty"`
	Why      string          `json:"why,omitempty"`
	Notes    []string        `json:"notes,omitempty"`
	Findings []steps.Finding `json:"findings,omitempty"` // what was looked at before anything is changed
	Actions  []action        `json:"actions,omitempty"`
	Action   *action         `json:"action,omitempty"`
	Receipt  *awsops.Receipt `json:"receipt,omitempty"`
	Wait     *wait           `json:"wait,omitempty"`
	Now      string          `json:"now,omitempty"`
	Next     []string        `json:"next,omitempty"`
	Warnings []string        `json:"warnings,omitempty"`
	Access   []access        `json:"access,omitempty"`
	Problem  *problem.Error  `json:"problem,omitempty"`
	Left     []string        `json:"left,omitempty"`
	CleanUp  string          `json:"clean_up,omitempty"`
	Commands []string        `json:"commands,omitempty"`     // for a shell, that remove by hand what is left
	Resume   string          `json:"resume,omitempty"`       // the command that goes on with the run
	Given    string          `json:"receipt_line,omitempty"` // what the customer sends the firm
	State    string          `json:"state,omitempty"`        // of a bucket of a fleet
	Doing    string          `json:"doing,omitempty"`        // with many buckets, of which Done of Of have ended
	Done     *int            `json:"done,omitempty"`
	Failed   *int            `json:"failed,omitempty"`
	Of       *int            `json:"of,omitempty"`
	ExitCode *int            `json:"exit_code,omitempty"`
}

type account struct {
	Profile string `json:"profile"`
	Account string `json:"account"`
	ARN     string `json:"arn"`
}

type action struct {
	As        steps.Actor      `json:"as"`
	Kind      string           `json:"kind"`
	Summary   string           `json:"summary"`
	Resource  string           `json:"resource"`
	Changes   bool             `json:"changes"`
	Before    *policy.Document `json:"before,omitempty"`
	After     *policy.Document `json:"after,omitempty"`
	Operation json.RawMessage  `json:"operation"`
	Command   []string         `json:"command"`
	Shell     string           `json:"shell"` // the same, as a shell takes it
}

type wait struct {
	For            string  `json:"for"`
	Code           string  `json:"code,omitempty"`
	Try            int     `json:"try"`
	ElapsedSeconds float64 `json:"elapsed_seconds"`
	LimitSeconds   float64 `json:"limit_seconds"`
}

type access struct {
	Who    string `json:"who"`
	List   bool   `json:"list"`
	Get    bool   `json:"get"`
	Put    bool   `json:"put"`
	Delete bool   `json:"delete"`
}

func (v *jsonView) begin(r *run.Run) {
	f := r.Facts()
	rec := record{
		Event: "run", Run: f.Run, Journey: r.Answers.Journey, DryRun: r.DryRun, Demo: r.Demo,
		Customer: &account{f.CustomerProfile, f.Customer.Account, f.Customer.ARN},
		Firm:     &account{f.FirmProfile, f.Firm.Account, f.Firm.ARN},
		Bucket:   f.Bucket, Journal: r.Path(), Notes: r.Notes(), Findings: r.Findings,
	}
	v.write(rec)
}

func (v *jsonView) event(e steps.Event, f steps.Facts) {
	switch e := e.(type) {
	case steps.Planned:
		rec := record{Event: "planned", Step: &e.Change.Step, Why: e.Change.Why, Notes: e.Change.Notes}
		for _, a := range e.Change.Actions {
			rec.Actions = append(rec.Actions, *jsonAction(a, f))
		}
		v.write(rec)
	case steps.Started:
		v.write(record{Event: "started", Step: &e.Step, Action: jsonAction(e.Action, f)})
	case steps.Waiting:
		w := e.Wait
		rec := record{Event: "waiting", Wait: &wait{w.For, w.Code, w.Try, w.Elapsed.Seconds(), w.Limit.Seconds()}}
		if e.Step.ID != "" { // none while a run is opened
			rec.Step = &e.Step
		}
		v.write(rec)
	case steps.Done:
		v.write(record{Event: "done", Step: &e.Step, Action: jsonAction(e.Action, f), Receipt: &e.Receipt})
	case steps.Verified:
		rec := record{Event: "verified", Step: &e.Step, Now: e.Outcome.Now, Warnings: e.Outcome.Warnings, Notes: e.Outcome.Notes}
		for _, row := range e.Outcome.Access.Rows {
			rec.Access = append(rec.Access, access{row.Who, row.List.Allowed, row.Get.Allowed, row.Put.Allowed, row.Delete.Allowed})
		}
		v.write(rec)
	case steps.Skipped:
		v.write(record{Event: "skipped", Step: &e.Step, Why: e.Why})
	case steps.Failed:
		v.write(record{Event: "failed", Step: &e.Step, Problem: e.Problem})
	case steps.Undone:
		v.write(record{Event: "undone", Action: jsonAction(e.Action, f), Problem: e.Problem})
	}
}

func (v *jsonView) end(e run.Ending) {
	next := e.Next
	if e.CleanUp != "" && len(e.Left) == 0 {
		next = append(slices.Clip(next), "To undo it all: "+e.CleanUp)
	}
	rec := record{
		Event: "end", Now: e.Now, Next: next, Notes: e.Notes, Left: steps.Words(e.Left), Commands: e.Commands, Resume: e.Resume,
		Problem: e.Problem, ExitCode: &e.Code, Warnings: e.Warnings, Given: e.Receipt, Findings: e.Findings,
	}
	if len(e.Left) > 0 {
		rec.CleanUp = e.CleanUp
	}
	v.write(rec)
}

func (v *jsonView) write(r record) {
	r.Schema, r.Time = SchemaVersion, v.now().UTC()
	_ = v.out.Encode(r) // a closed pipe must not stop a run half-way
}

// commandOf is the operation as a command with its arguments. Where a user of the run's
// acts, its key is still to be set.
func commandOf(as steps.Actor, d awsops.Description, f steps.Facts) []string {
	if d.Local {
		return d.Command
	}
	return shell.Arguments(f.Arguments(as, d.Command...))
}

func jsonAction(a steps.Action, f steps.Facts) *action {
	d := a.Op.Describe()
	text, err := awsops.Encode(a.Op)
	if err != nil {
		text = nil
	}
	return &action{
		As: a.As, Kind: a.Op.Kind(), Summary: d.Summary, Resource: d.Resource, Changes: d.Changes,
		Before: d.Before, After: d.After, Operation: text, Command: commandOf(a.As, d, f), Shell: f.Command(a.As, d),
	}
}
