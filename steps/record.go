package steps

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
	"crossgrant/awsops/problem"
	"crossgrant/awsops/profile"
	"crossgrant/awsops/shell"
	"crossgrant/steps/journal"
)

// Record is a recorded run, as its journal tells it.
type Record struct {
	Run, Journey   string
	Started        time.Time
	Customer, Firm string // account ids
	Bucket         string
	Buckets        int           // of a fleet, which has no one Bucket
	Grantee        awsops.Target // the firm's user or role
	Steps          []string      // those that are done, by id
	Ended          string        // "finished", "undone", "left", or "" while it has not ended
	Left           []string      // what is there of it, in words
	Kept           []string      // what it made and a clean-up left to others, in words
	Resume         string        // the command that goes on with it, "" where it cannot be
	CleanUp        string        // the command that takes it back, "" where nothing is left
	Path           string        // of its journal
	Problem        string        // why the journal cannot be used

	entries []journal.Entry
	terms   string // of the grant
}

// State puts into words how the run stands.
func (r Record) State() string {
	changed, takenBack := false, false
	for _, e := range r.entries {
		if e.State != journal.Failed && e.Operation.Describe().Changes {
			changed = true
			takenBack = takenBack || takesBack(e.Step) && e.Step != (TidyUp{}).Info().ID
		}
	}
	finished, left := r.Ended == "finished", len(r.Left) > 0
	switch {
	case left && finished && takenBack:
		return "finished; some of what it set up is removed"
	case left && finished:
		return "finished; what it set up is in place"
	case left && r.Ended == "left":
		return "stopped, with something left behind"
	case left && len(r.Steps) == 1:
		return "stopped half-way, after 1 step"
	case left:
		return fmt.Sprintf("stopped half-way, after %d steps", len(r.Steps))
	case finished && !takenBack:
		return "finished; all that it needed was there before"
	case !changed:
		return "stopped before it changed anything"
	case len(r.Kept) > 0:
		return "over; what others need stays, the rest is removed"
	}
	return "over; what it created is removed"
}

// left is what a record says that is there of its run. What was looked for and is not
// there, as an end says, is not there: that an answer was lost says nothing then.
func left(j *journal.Journal) (words []string) {
	if j.Ended() == "undone" {
		return nil
	}
	for _, s := range fold(j) {
		if isDocument(s.Target) && s.entry.State == journal.Done { // the newest change tells what stands, whatever became of an earlier one
			if s.unsure = false; s.back() {
				continue
			}
		}
		words = append(words, Remainder{What: s.Resource, May: s.may()}.String())
	}
	if said, since := j.Left(); j.Ended() == "left" && len(said) > 0 && (!since || len(words) == 0) {
		return said
	}
	return words
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
		all, _ := recordsIn(r.dir) // a folder that cannot be read says nothing
		for _, id := range fleets(r.dir) {
			parts, _ := recordsIn(filepath.Join(r.dir, id))
			all = append(all, parts...)
		}
		r.seen = seen[[]Record]{value: all, at: time.Now()}
	}
	return slices.Clone(r.seen.value)
}

// Unfinished tells whether the run stopped half-way, with something left.
func (r Record) Unfinished() bool {
	return r.Problem == "" && len(r.Left) > 0 && r.Ended != "finished"
}

// Records lists the recorded runs, the oldest first, and then the fleets, each as one. Demos
// are left out: their accounts are gone.
func Records(dir string) ([]Record, error) {
	all, err := recordsIn(dir)
	if err != nil {
		return nil, err
	}
	for _, id := range fleets(dir) {
		parts, err := recordsIn(filepath.Join(dir, id))
		if err != nil {
			return nil, err
		}
		if len(parts) > 0 {
			all = append(all, fleetOf(dir, id, parts))
		}
	}
	return all, nil
}

// fleets are the names of those that have records in dir.
func fleets(dir string) (ids []string) {
	found, _ := os.ReadDir(dir)
	for _, f := range found {
		if f.IsDir() && strings.HasPrefix(f.Name(), "fleet-") {
			ids = append(ids, f.Name())
		}
	}
	return ids
}

// fleetOf sums up the records of a fleet.
func fleetOf(dir, id string, parts []Record) Record {
	all := Record{Run: id, Journey: "setup --fleet", Path: filepath.Join(dir, id)}
	done, over, were := 0, true, 0
	var gone []journal.Entry
	for _, r := range parts {
		if r.Problem != "" {
			return Record{Path: r.Path, Problem: r.Problem}
		}
		if all.Started.IsZero() || r.Started.Before(all.Started) {
			all.Started = r.Started
		}
		all.Firm, all.Grantee = r.Firm, r.Grantee
		if r.Ended == "undone" {
			gone = append(gone, r.entries...)
			if r.Bucket != "" {
				were++
			}
			continue
		}
		over = false
		all.entries = append(all.entries, r.entries...)
		switch {
		case r.Bucket == "":
			all.Left = append(all.Left, r.Left...)
			continue
		case r.Ended == "finished":
			done++
		}
		all.Buckets++
	}
	if over {
		all.Ended, all.entries, all.Buckets = "undone", gone, were
		return all
	}
	if all.Buckets > 0 {
		all.Left = append(all.Left, fmt.Sprintf("the access to %s", policy.Count(all.Buckets, "bucket")))
	}
	if done == all.Buckets {
		all.Ended = "finished"
	}
	all.CleanUp = Answers{StateDir: dir}.Crossgrant("cleanup", id)
	return all
}

// recordsIn lists the records in a folder.
func recordsIn(dir string) ([]Record, error) {
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
			Bucket: said.Bucket, Grantee: Facts{Answers: said, Firm: awsops.Identity{Account: j.Firm}}.Grantee(), Ended: j.Ended(), Left: left(j), Path: path, entries: j.Entries(), terms: said.terms(),
		}
		if r.Ended == "left" && len(r.Left) == 0 { // taken back since, by a clean-up that was killed before it could say so
			r.Ended = "undone"
		}
		for _, s := range Journey(said) {
			if j.StepState(s.Info().ID) != "" {
				r.Steps = append(r.Steps, s.Info().ID)
			}
		}
		for _, s := range j.Shares() {
			if s.Kept {
				r.Kept = append(r.Kept, fmt.Sprintf("the %s %s, for %s", s.What.Kind, cmp.Or(s.What.ID, s.What.Name), policy.Join(s.With, "and")))
			}
		}
		said.StateDir = dir
		if r.Unfinished() && r.Ended == "" {
			r.Resume = said.Crossgrant(r.Journey, "--resume", r.Run)
		}
		if len(r.Left) > 0 {
			r.CleanUp = said.Crossgrant("cleanup", r.Run)
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
		return said, fmt.Errorf("the journal %s cannot be used: its answers: %w. Nothing was changed", shell.Word(j.Path), err)
	}
	said.Journey = j.Journey // which is known to be one
	if said.Only != "" && said.Only != Customer && said.Only != Firm {
		return said, fmt.Errorf("the journal %s cannot be used: it is of a half %q, which there is not. Nothing was changed", shell.Word(j.Path), problem.Clean(string(said.Only)))
	}
	f := Facts{Answers: said, Run: j.Run, Customer: awsops.Identity{Account: j.Customer}, Firm: awsops.Identity{Account: j.Firm}}
	for _, e := range j.Entries() {
		if !f.mayDo(e.Operation) {
			return said, fmt.Errorf("the journal %s cannot be used: operation %d is about %s, which does not belong to this run. Nothing was changed",
				shell.Word(j.Path), e.Seq, problem.Clean(e.Operation.Describe().Resource))
		}
	}
	for _, s := range j.Shares() {
		if !f.mayShare(s.What) {
			return said, fmt.Errorf("the journal %s cannot be used: the %s %s does not belong to this run. Nothing was changed",
				shell.Word(j.Path), problem.Clean(string(s.What.Kind)), problem.Clean(s.What.Name))
		}
	}
	return said, nil
}

// mayDo tells whether an operation is one of a run with these answers, in these accounts.
func (f Facts) mayDo(op awsops.Operation) bool {
	t, customer, firm := op.Target(), f.Customer.Account, f.Firm.Account
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
	case awsops.KindUserPolicy, awsops.KindRolePolicy:
		return t.Principal() == f.Grantee() && isPolicyName(t.ID)
	case awsops.KindManagedPolicy:
		return t.Account == firm && strings.HasPrefix(t.Name, policyName+"-")
	case awsops.KindUserAttachment, awsops.KindRoleAttachment:
		return t.Principal() == f.Grantee() && strings.Contains(t.ID, ":policy/"+policyName+"-")
	case awsops.KindKeyFile, awsops.KindKeyProfile:
		file, is := op.(awsops.RemoveKeyFile)
		return is && t.Account == firm && file.Path != "" && file.Path == f.KeyFile && file.Profile == f.KeyProfile && (file.Profile == "" || profile.CheckName(file.Profile) == nil)
	case awsops.KindUser, awsops.KindRole, awsops.KindRoleTrust, awsops.KindAccessKey:
		return t.Principal() == f.Grantee() || t.Principal() == f.principal(TestUser)
	}
	return false
}

// mayShare tells whether something that others use too may be used by such a run.
func (f Facts) mayShare(t awsops.Target) bool {
	if t.Kind == awsops.KindStatement {
		return t.Account == f.Customer.Account && t.Name == f.Bucket && strings.HasPrefix(t.ID, policy.SidFirm+f.Firm.Account)
	}
	return t.Kind != awsops.KindAccessKey && t.Principal() == f.Grantee()
}
