// Package journal is the durable record of a run: what it was asked, what it was
// about to do, and what came of it. A line is on the disk before the call that
// it announces is sent, so that whoever comes after a crash knows what may exist.
//
// It holds no secret, and decides nothing.
package journal

import (
	"bufio"
	"bytes"
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
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"crossgrant/awsops"
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
	Share     *Share          `json:"share,omitempty"`
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
	f.steps, f.end = maps.Clone(j.steps), j.end
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
		return nil, fmt.Errorf("%q is not the name of a run; `crossgrant runs` lists them", run)
	}
	path := filepath.Join(dir, run+".jsonl")
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no run %s in %s; `crossgrant runs` lists them", run, dir)
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

// Read reads the journal of a run without opening it for writing.
func Read(path string) (*Journal, error) {
	if err := trusted(path); err != nil {
		return nil, err
	}
	j, _, err := read(path)
	return j, err
}

// Exists tells whether dir has a journal of the run.
func Exists(dir, run string) bool {
	_, err := os.Stat(filepath.Join(dir, run+".jsonl"))
	return runName.MatchString(run) && err == nil
}

// List returns the paths of the journals in dir, the oldest first. No folder is
// no journals.
func List(dir string) ([]string, error) {
	found, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, cannot("list the journals", dir, err)
	}
	var paths []string
	for _, f := range found { // sorted by name, which begins with the date
		name, isJournal := strings.CutSuffix(f.Name(), ".jsonl")
		if isJournal && runName.MatchString(name) && f.Type().IsRegular() {
			paths = append(paths, filepath.Join(dir, f.Name()))
		}
	}
	return paths, nil
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
// of it still exists.
func (j *Journal) End(state string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now().UTC()
	l := line{Type: "end", Time: &now, State: state}
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

// Close lets others write the journal.
func (j *Journal) Close() error {
	if j.file == nil {
		return nil
	}
	return errors.Join(j.file.Close(), j.release())
}

// take changes what is known by one line.
func (j *Journal) take(l line) error {
	switch l.Type {
	case "intent":
		op, err := awsops.Decode(l.Operation)
		if err != nil {
			return err
		}
		if l.Seq != len(j.entries)+1 || l.Time == nil {
			return fmt.Errorf("intent %d is out of order", l.Seq)
		}
		j.entries = append(j.entries, Entry{Seq: l.Seq, Time: *l.Time, Step: l.Step, As: l.As, Operation: op, State: Intended})
	case "receipt", "failure":
		if l.Seq < 1 || l.Seq > len(j.entries) {
			return fmt.Errorf("%s for intent %d, which is not there", l.Type, l.Seq)
		}
		e := &j.entries[l.Seq-1]
		switch {
		case l.Type == "receipt" && l.Receipt != nil:
			e.State, e.Receipt = Done, *l.Receipt
		case l.Type == "failure" && (State(l.State) == Failed || State(l.State) == Lost):
			e.State, e.Problem = State(l.State), l.Problem
		default:
			return fmt.Errorf("the %s for intent %d says nothing", l.Type, l.Seq)
		}
	case "share":
		if l.Share == nil {
			return errors.New("a share of nothing")
		}
		j.shares = append(j.shares, *l.Share)
	case "step":
		j.steps[l.Step] = l.State
	case "end":
		j.end = l.State
	default:
		return fmt.Errorf("a line of the unknown type %q", l.Type)
	}
	return nil
}

// read parses a journal, and tells how many bytes of it are whole lines: a last
// line without an end is what a crash left, and was never acted on.
func read(path string) (*Journal, int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, cannot("read the journal", path, err)
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	lines := bufio.NewScanner(bytes.NewReader(text[:whole]))
	lines.Buffer(nil, 1<<20)
	j := Memory(Header{})
	j.Path = path
	n := 0
	for lines.Scan() {
		n++
		var l line
		if err = json.Unmarshal(lines.Bytes(), &l); err == nil {
			if n == 1 {
				err = j.begin(l)
			} else {
				err = j.take(l)
			}
		}
		if err != nil {
			return nil, 0, fmt.Errorf("the journal %s cannot be used: line %d: %w. Nothing was changed", path, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, 0, cannot("read the journal", path, err)
	}
	if n == 0 {
		return nil, 0, fmt.Errorf("the journal %s is empty: its run had changed nothing when it ended, so the file can be deleted", path)
	}
	return j, int64(whole), nil
}

func (j *Journal) begin(l line) error {
	switch {
	case l.Type != "run" || l.Header == nil:
		return errors.New("it does not begin as a journal of crossgrant does")
	case l.Schema != Schema:
		return fmt.Errorf("it has format %d, and this crossgrant knows format %d: use the version that wrote it", l.Schema, Schema)
	case !runName.MatchString(l.Run) || l.Run+".jsonl" != filepath.Base(j.Path):
		return errors.New("it is of another run than its name says")
	case l.Journey != "tour" && l.Journey != "setup": // no other has a record, and it becomes a command
		return fmt.Errorf("it is of a journey that crossgrant does not have, %q", l.Journey)
	}
	j.Header = *l.Header
	return nil
}
