// Package journal is the durable record of a run: what it was asked, what it was
// about to do, and what came of it. A line is on the disk before the call that
// it announces is sent, so that whoever comes after a crash knows what may exist.
//
// It holds no secret, and decides nothing.
package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"crossgrant/awsops"
	"crossgrant/awsops/shell"
)

// Schema is the version of the format. A journal of another one is refused.
const Schema = 2

// Header is the first line: what the run is.
type Header struct {
	Run      string          `json:"run"`
	Journey  string          `json:"journey"`
	Demo     bool            `json:"demo,omitempty"` // in a sandbox that is gone
	Found    bool            `json:"-"`              // no record of a run, but what was found in the accounts
	Started  time.Time       `json:"started"`
	Customer string          `json:"customer"` // 12-digit account ids
	Firm     string          `json:"firm"`
	Region   string          `json:"region"` // the bucket's
	Answers  json.RawMessage `json:"answers"`
}

// Entry is an operation that was announced, and what came of it.
type Entry struct {
	Seq       int
	Time      time.Time
	Step      string
	As        string // who sent it
	Operation awsops.Operation
	State     State
	Receipt   awsops.Receipt
	Problem   string // why it failed
}

// Share is something that this run uses and others use too.
type Share struct {
	What awsops.Target `json:"what"`
	With []string      `json:"with"` // who else, in words
	// Kept: a clean-up of this run left it to them, and it is the run's no more. Not
	// kept: it stood already when the run needed it.
	Kept bool `json:"kept,omitempty"`
}

// State is what is known of an announced operation.
type State string

const (
	Intended State = "intended" // announced, nothing heard: it may have been done
	Done     State = "done"
	Failed   State = "failed" // AWS refused it: nothing was done
	Lost     State = "lost"   // it failed, but may have been done
)

// line is one line of the file; which fields it has follows from its Type.
type line struct {
	Type      string          `json:"type"`
	Schema    int             `json:"schema,omitempty"` // of the header
	*Header                   // type "run"
	Seq       int             `json:"seq,omitempty"`
	Time      *time.Time      `json:"time,omitempty"`
	Step      string          `json:"step,omitempty"`
	As        string          `json:"as,omitempty"`
	Operation json.RawMessage `json:"operation,omitempty"`
	Receipt   *awsops.Receipt `json:"receipt,omitempty"`
	Problem   string          `json:"problem,omitempty"`
	State     string          `json:"state,omitempty"`
	Left      []string        `json:"left,omitempty"` // type "end": what is still there, in words
	Share     *Share          `json:"share,omitempty"`
	Said      json.RawMessage `json:"said,omitempty"` // type "answers"
}

// Journal is the record of one run, open for writing by this process alone, or
// kept in memory only.
type Journal struct {
	Header
	Path string // "" in memory

	mu      sync.Mutex
	file    file // nil in memory
	lock    *flock.Flock
	entries []Entry
	shares  []Share
	steps   map[string]string // what was said of each step: "done", "skipped"
	end     string
	left    []string // what the end says
	ended   int      // how many entries there were at the end
	now     func() time.Time
}

// runName is what a run may be called: it becomes a file's name and a tag.
var runName = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z-]{0,62}$`)

// Memory makes a journal that is written nowhere, for a dry run.
func Memory(h Header) *Journal {
	return &Journal{Header: h, steps: map[string]string{}, now: time.Now}
}

// Fork copies what is known into a journal in memory.
func (j *Journal) Fork() *Journal {
	f := Memory(j.Header)
	f.Path, f.entries, f.shares = j.Path, j.Entries(), j.Shares()
	j.mu.Lock()
	defer j.mu.Unlock()
	f.steps, f.end, f.left, f.ended = maps.Clone(j.steps), j.end, j.left, j.ended
	return f
}

// Create starts the journal of a new run in dir, which it makes if need be, both
// readable by their owner only.
func Create(dir string, h Header) (*Journal, error) {
	if !runName.MatchString(h.Run) {
		return nil, fmt.Errorf("%q cannot be the name of a run: letters, digits and dashes only", h.Run)
	}
	if err := ownFolder(dir); err != nil {
		return nil, err
	}
	j := Memory(h)
	j.Path = filepath.Join(dir, h.Run+".jsonl")
	f, err := os.OpenFile(j.Path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, cannot("start the journal", j.Path, err)
	}
	j.file = f
	if err := j.acquire(); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(j.Path))
	}
	if err := j.append(line{Type: "run", Schema: Schema, Header: &h}); err != nil {
		return nil, errors.Join(err, j.Close(), os.Remove(j.Path))
	}
	if d, err := os.Open(dir); err == nil { // the file's name, too, must survive
		_ = d.Sync()
		_ = d.Close()
	}
	return j, nil
}

// Open reads the journal of a run in dir and goes on with it. Another process
// that has it open is an error that says so.
func Open(dir, run string) (*Journal, error) {
	if !runName.MatchString(run) {
		return nil, fmt.Errorf("%q is not the name of a run", run)
	}
	path := filepath.Join(dir, run+".jsonl")
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no run %s in %s", run, shell.Word(dir))
	}
	if err := trusted(path); err != nil {
		return nil, err
	}
	locked := &Journal{Path: path}
	if err := locked.acquire(); err != nil {
		return nil, err
	}
	j, whole, err := read(path)
	if err != nil {
		return nil, errors.Join(err, locked.release())
	}
	j.lock = locked.lock
	f, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	if err == nil {
		err = f.Truncate(whole) // what a crash tore off the last line is no line
	}
	if err == nil {
		_, err = f.Seek(whole, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(cannot("go on writing the journal", path, err), j.release())
	}
	j.file = f
	return j, nil
}

// Intend announces an operation. When it returns without an error the line is on
// the disk, and the operation may be sent.
func (j *Journal) Intend(step, as string, op awsops.Operation) (int, error) {
	text, err := awsops.Encode(op)
	if err != nil {
		return 0, fmt.Errorf("put %s into the journal: %w", op.Kind(), err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now().UTC()
	e := Entry{Seq: len(j.entries) + 1, Time: now, Step: step, As: as, Operation: op, State: Intended}
	if err := j.append(line{Type: "intent", Seq: e.Seq, Time: &now, Step: step, As: as, Operation: text}); err != nil {
		return 0, err
	}
	j.entries = append(j.entries, e)
	return e.Seq, nil
}

// Receive notes an operation's receipt.
func (j *Journal) Receive(seq int, r awsops.Receipt) error {
	return j.settle(seq, line{Type: "receipt", Receipt: &r})
}

// Fail notes that an operation failed. lost: it may have been done all the same.
func (j *Journal) Fail(seq int, lost bool, problem string) error {
	state := Failed
	if lost {
		state = Lost
	}
	return j.settle(seq, line{Type: "failure", State: string(state), Problem: problem})
}

func (j *Journal) settle(seq int, l line) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now().UTC()
	l.Seq, l.Time = seq, &now
	// What is known in memory is known even where the disk is full.
	if err := j.take(l); err != nil {
		return err
	}
	return j.append(l)
}

// Step notes what became of a step: "done" or "skipped".
func (j *Journal) Step(id, state string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now().UTC()
	l := line{Type: "step", Time: &now, Step: id, State: state}
	return errors.Join(j.take(l), j.append(l))
}

// Answer notes answers that take the place of the header's, before anything is announced.
func (j *Journal) Answer(answers json.RawMessage) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	l := line{Type: "answers", Said: answers}
	if err := j.take(l); err != nil {
		return err
	}
	return j.append(l)
}

// Share notes that others use something of this run's too.
func (j *Journal) Share(s Share) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now().UTC()
	l := line{Type: "share", Time: &now, Share: &s}
	if err := j.take(l); err != nil {
		return err
	}
	return j.append(l)
}

// Shares returns what was noted by Share, in order.
func (j *Journal) Shares() []Share {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.shares)
}

// End notes that the run is over: "finished", "undone" or "left" when something
// of it still exists: this, in words.
func (j *Journal) End(state string, left ...string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now().UTC()
	l := line{Type: "end", Time: &now, State: state, Left: left}
	return errors.Join(j.take(l), j.append(l))
}

// Entries returns what was announced, in order.
func (j *Journal) Entries() []Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]Entry(nil), j.entries...)
}

// StepState returns what was noted of a step, "" for nothing.
func (j *Journal) StepState(id string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.steps[id]
}

// Ended returns how the run ended, "" while it has not.
func (j *Journal) Ended() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.end
}

// Left returns what its end says that is left of the run, and whether something was
// announced since.
func (j *Journal) Left() (words []string, since bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.left), len(j.entries) > j.ended
}

// Close lets others write the journal.
func (j *Journal) Close() error {
	if j.file == nil {
		return nil
	}
	return errors.Join(j.file.Close(), j.release())
}
