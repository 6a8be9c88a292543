package steps

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/steps/journal"
)

// Record is a recorded run, as its journal tells it.
type Record struct {
	Run, Journey   string
	Started        time.Time
	Customer, Firm string // account ids
	Bucket         string
	FirmUser       string
	Steps          []string // those that are done, by id
	Ended          string   // "finished", "undone", "left", or "" while it has not ended
	Left           []string // what it made that still stands, in words
	Kept           []string // what it made and a clean-up left to others, in words
	Path           string   // of its journal
	Problem        string   // why the journal cannot be used

	entries []journal.Entry
	terms   string // of the grant
}

// records reads the records in a folder, and those of a moment ago not again.
type records struct {
	dir  string
	mu   sync.Mutex
	seen seen[[]Record]
}

func (r *records) read() []Record {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.seen.fresh() {
		all, _ := Records(r.dir) // a folder that cannot be read says nothing
		r.seen = seen[[]Record]{value: all, at: time.Now()}
	}
	return slices.Clone(r.seen.value)
}

// Unfinished tells whether the run stopped half-way, with something left.
func (r Record) Unfinished() bool {
	return r.Problem == "" && len(r.Left) > 0 && r.Ended != "finished"
}

// Records lists the recorded runs, the oldest first. Demos are left out: their
// accounts are gone.
func Records(dir string) ([]Record, error) {
	paths, err := journal.List(dir)
	if err != nil {
		return nil, err
	}
	var records []Record
	for _, path := range paths {
		j, err := journal.Read(path)
		if err != nil {
			records = append(records, Record{Path: path, Problem: err.Error()})
			continue
		}
		if j.Demo {
			continue
		}
		said, err := answersOf(j)
		if err != nil {
			records = append(records, Record{Path: path, Problem: err.Error()})
			continue
		}
		r := Record{
			Run: j.Run, Journey: j.Journey, Started: j.Started, Customer: j.Customer, Firm: j.Firm,
			Bucket: said.Bucket, FirmUser: said.FirmUser, Ended: j.Ended(), Path: path, entries: j.Entries(),
			terms: said.terms(),
		}
		for _, s := range Journey(said) {
			if j.StepState(s.Info().ID) != "" {
				r.Steps = append(r.Steps, s.Info().ID)
			}
		}
		for _, s := range fold(j) {
			r.Left = append(r.Left, Remainder{What: s.Resource, May: s.may()}.String())
		}
		for _, s := range j.Shares() {
			if s.Kept {
				r.Kept = append(r.Kept, fmt.Sprintf("the %s %s, for %s", s.What.Kind, cmp.Or(s.What.ID, s.What.Name), policy.Join(s.With, "and")))
			}
		}
		records = append(records, r)
	}
	return records, nil
}

// answersOf reads the answers of a record, and refuses a record that speaks of what no run
// with these answers does: whoever could write into it would have a clean-up do what they
// like.
func answersOf(j *journal.Journal) (Answers, error) {
	var said Answers
	if err := json.Unmarshal(j.Answers, &said); err != nil {
		return said, fmt.Errorf("the journal %s cannot be used: its answers: %w. Nothing was changed", j.Path, err)
	}
	said.Journey = j.Journey // which is known to be one
	f := Facts{Answers: said, Run: j.Run}
	for _, e := range j.Entries() {
		if !f.mayDo(e.Operation, j.Customer, j.Firm) {
			return said, fmt.Errorf("the journal %s cannot be used: operation %d is about %s, which is nothing of this run's. Nothing was changed",
				j.Path, e.Seq, problem.Clean(e.Operation.Describe().Resource))
		}
	}
	for _, s := range j.Shares() {
		if !f.mayShare(s.What, j.Customer, j.Firm) {
			return said, fmt.Errorf("the journal %s cannot be used: the %s %s is nothing of this run's. Nothing was changed",
				j.Path, problem.Clean(string(s.What.Kind)), problem.Clean(s.What.Name))
		}
	}
	return said, nil
}

// mayDo tells whether an operation is one of a run with these answers, in these accounts.
func (f Facts) mayDo(op awsops.Operation, customer, firm string) bool {
	t := op.Target()
	switch t.Kind {
	case awsops.KindBucket:
		return t.Account == customer && t.Name == f.Bucket && f.MakeBucket != ""
	case awsops.KindBucketPolicy:
		return t.Account == customer && t.Name == f.Bucket
	case awsops.KindObject:
		key, in := strings.CutPrefix(t.Name, f.Bucket+"/")
		if f.ProbeKey != "" {
			return t.Account == customer && in && (key == f.ProbeKey || strings.HasPrefix(key, f.ProbeKey+"-"))
		}
		return t.Account == customer && in && strings.HasPrefix(key, f.Prefix+"crossgrant-probe/"+f.Run+"-")
	case awsops.KindUserPolicy:
		return t.Account == firm && t.Name == f.FirmUser && isPolicyName(t.ID)
	case awsops.KindKeyFile:
		return f.KeyFile != "" && t.Account == firm && t.Name == f.KeyFile
	case awsops.KindUser, awsops.KindAccessKey:
		return t.Account == firm && t.Name == f.FirmUser || t.Account == customer && t.Name == f.TestUser
	}
	return false
}

// mayShare tells whether something that others use too may be used by such a run.
func (f Facts) mayShare(t awsops.Target, customer, firm string) bool {
	switch t.Kind {
	case awsops.KindStatement:
		return t.Account == customer && t.Name == f.Bucket && strings.HasPrefix(t.ID, policy.SidFirm+firm)
	case awsops.KindUser, awsops.KindUserPolicy:
		return t.Account == firm && t.Name == f.FirmUser
	}
	return false
}
