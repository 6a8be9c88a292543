package journal

// From the file of a record to what it says.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/shell"
)

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
	case "answers":
		if len(l.Said) == 0 || len(j.entries) > 0 {
			return errors.New("answers that say nothing, or come too late")
		}
		j.Answers = l.Said
	case "step":
		j.steps[l.Step] = l.State
	case "end":
		j.end, j.left, j.ended = l.State, l.Left, len(j.entries)
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
			return nil, 0, fmt.Errorf("the journal %s cannot be used: line %d: %w. Nothing was changed", shell.Word(path), n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, 0, cannot("read the journal", path, err)
	}
	if n == 0 {
		return nil, 0, fmt.Errorf("the journal %s is empty: its run had changed nothing when it ended, so the file can be deleted", shell.Word(path))
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
