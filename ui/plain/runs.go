package plain

import (
	"fmt"
	"io"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/steps/run"
	"crossgrant/ui/safe"
)

// Runs lists the recorded runs in dir and what each left behind: as text, or as one
// JSON object a line.
func Runs(dir string, asJSON bool, out io.Writer) error {
	records, err := steps.Records(dir)
	if err != nil {
		return err
	}
	v := &textView{out: out}
	if asJSON {
		lines := newEncoder(out)
		for _, r := range records {
			if err := lines.Encode(jsonRecord(r)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(records) == 0 {
		v.line("No run is recorded in " + shell.Word(dir) + ".")
	}
	for i, r := range records {
		if i > 0 {
			v.line("")
		}
		v.recorded(r)
	}
	return nil
}

// Script prints what a recorded run has done so far, as a shell script.
func Script(dir, name string, out io.Writer) int {
	text, err := steps.Script(dir, name)
	if err != nil {
		return Refuse(err, false, out)
	}
	_, _ = io.WriteString(out, text)
	return run.Done
}

func (v *textView) recorded(r steps.Record) {
	if r.Problem != "" {
		v.line(shell.Word(r.Path))
		v.mark("problem", r.Problem)
		return
	}
	v.line(fmt.Sprintf("%s  %s, %s", safe.Text(r.Run), safe.Text(r.Journey), r.Started.Local().Format("2 January 2006 15:04")))
	if r.Buckets > 0 || r.Bucket == "" {
		v.field("Buckets", fmt.Sprint(r.Buckets))
	} else {
		v.field("Bucket", r.Bucket)
		v.field("Customer", policy.Dashed(r.Customer))
	}
	v.field("Firm", policy.Dashed(r.Firm))
	v.mark("state", r.State())
	what := "created"
	if r.Ended == "left" { // which may be somebody else's, and keeps the run's from going
		what = "left"
	}
	for _, l := range r.Left {
		v.mark(what, l)
	}
	for _, k := range r.Kept {
		v.mark("stays", k)
	}
	if r.Resume != "" {
		v.command("go on", r.Resume)
	}
	if r.CleanUp != "" {
		v.command("undo", r.CleanUp)
	}
}

// jsonRecord is a run as one JSON line.
func jsonRecord(r steps.Record) any {
	said := ""
	if r.Problem == "" {
		said = r.State()
	}
	return struct {
		Schema   int       `json:"schema"`
		Run      string    `json:"run,omitempty"`
		Journey  string    `json:"journey,omitempty"`
		Started  time.Time `json:"started"`
		Customer string    `json:"customer,omitempty"`
		Firm     string    `json:"firm,omitempty"`
		Bucket   string    `json:"bucket,omitempty"`
		Buckets  int       `json:"buckets,omitempty"`
		Steps    []string  `json:"steps_done,omitempty"`
		Ended    string    `json:"ended,omitempty"`
		Left     []string  `json:"left,omitempty"`
		Kept     []string  `json:"kept,omitempty"`
		State    string    `json:"state,omitempty"` // how it stands, in words
		Resume   string    `json:"resume,omitempty"`
		CleanUp  string    `json:"clean_up,omitempty"`
		Journal  string    `json:"journal"`
		Problem  string    `json:"problem,omitempty"`
	}{SchemaVersion, r.Run, r.Journey, r.Started, r.Customer, r.Firm, r.Bucket, r.Buckets, r.Steps, r.Ended, r.Left, r.Kept, said, r.Resume, r.CleanUp, r.Path, r.Problem}
}
