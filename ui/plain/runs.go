package plain

import (
	"fmt"
	"io"
	"time"

	"crossgrant/awsops/policy"
	"crossgrant/steps"
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
		v.line("No run is recorded in " + safe.Text(dir) + ".")
	}
	for i, r := range records {
		if i > 0 {
			v.line("")
		}
		v.recorded(r)
	}
	return nil
}

func (v *textView) recorded(r steps.Record) {
	if r.Problem != "" {
		v.line(safe.Text(r.Path))
		v.mark("problem", r.Problem)
		return
	}
	v.line(fmt.Sprintf("%s  %s, %s", safe.Text(r.Run), safe.Text(r.Journey), r.Started.Local().Format("2 January 2006 15:04")))
	v.field("Bucket", r.Bucket)
	v.field("Customer", policy.Dashed(r.Customer))
	v.field("Firm", policy.Dashed(r.Firm))
	v.mark("state", state(r))
	for _, l := range r.Left {
		v.mark("made", l)
	}
	for _, k := range r.Kept {
		v.mark("stays", k)
	}
	if r.Unfinished() && r.Ended == "" {
		v.mark("go on", fmt.Sprintf("crossgrant %s --resume %s", r.Journey, r.Run))
	}
	if len(r.Left) > 0 {
		v.mark("take back", "crossgrant cleanup "+r.Run)
	}
}

// state puts into words how a run stands.
func state(r steps.Record) string {
	switch {
	case r.Ended == "finished" && len(r.Left) > 0:
		return "finished; what it set up stands"
	case r.Ended == "left":
		return "stopped, with something left behind"
	case r.Ended == "" && len(r.Left) > 0 && len(r.Steps) == 1:
		return "stopped half-way, after 1 step"
	case r.Ended == "" && len(r.Left) > 0:
		return fmt.Sprintf("stopped half-way, after %d steps", len(r.Steps))
	case r.Ended == "":
		return "stopped before it changed anything"
	}
	return "over; what it made is taken back"
}

// jsonRecord is a run as one JSON line.
func jsonRecord(r steps.Record) any {
	return struct {
		Schema   int       `json:"schema"`
		Run      string    `json:"run,omitempty"`
		Journey  string    `json:"journey,omitempty"`
		Started  time.Time `json:"started"`
		Customer string    `json:"customer,omitempty"`
		Firm     string    `json:"firm,omitempty"`
		Bucket   string    `json:"bucket,omitempty"`
		Steps    []string  `json:"steps_done,omitempty"`
		Ended    string    `json:"ended,omitempty"`
		Left     []string  `json:"left,omitempty"`
		Kept     []string  `json:"kept,omitempty"`
		Journal  string    `json:"journal"`
		Problem  string    `json:"problem,omitempty"`
	}{SchemaVersion, r.Run, r.Journey, r.Started, r.Customer, r.Firm, r.Bucket, r.Steps, r.Ended, r.Left, r.Kept, r.Path, r.Problem}
}
