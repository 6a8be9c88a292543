package journal

// The file of a journal: who may write it, and what stands in it when the disk is full.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"

	"crossgrant/awsops/shell"

	"github.com/gofrs/flock"
)

// file is what a journal is written to.
type file interface {
	io.WriteSeeker
	Truncate(size int64) error
	Sync() error // returns when what was written is on the disk
	Close() error
}

// ErrHeld is that another process works on a record.
var ErrHeld = errors.New("another crossgrant is working on this run")

func (j *Journal) acquire() error {
	lock := j.Path
	if runtime.GOOS == "windows" { // where a locked file is closed to every other handle, our own too
		lock += ".lock"
	}
	j.lock = flock.New(lock)
	held, err := j.lock.TryLock()
	if err != nil {
		return cannot("lock the journal", j.Path, err)
	}
	if !held {
		return fmt.Errorf("%w (%s): let it finish, or end it first", ErrHeld, filepath.Base(j.Path))
	}
	return nil
}

func (j *Journal) release() error {
	if j.lock == nil {
		return nil
	}
	return j.lock.Unlock()
}

func (j *Journal) append(l line) error {
	if j.file == nil {
		return nil
	}
	text, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("write the journal %s: %w", shell.Word(j.Path), err)
	}
	whole, err := j.file.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = j.file.Write(append(text, '\n'))
	}
	if err == nil && l.Type != "step" { // a step whose line is lost is planned again, and found done
		err = j.file.Sync()
	}
	if err != nil { // half a line, or one that is not counted, would spoil the next
		_, seekErr := j.file.Seek(whole, io.SeekStart)
		return cannot("write the journal", j.Path, errors.Join(err, j.file.Truncate(whole), seekErr))
	}
	return nil
}

func cannot(do, path string, err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("crossgrant could not %s %s: %w. Nothing further was done", do, shell.Word(path), err)
}

// Hold keeps other processes from working on the records of a folder, which it makes if
// need be, until release is called.
func Hold(dir string) (release func() error, err error) {
	if err := ownFolder(dir); err != nil {
		return nil, err
	}
	j := &Journal{Path: filepath.Join(dir, "lock")}
	if err := j.acquire(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", shell.Word(dir), err), j.lock.Close())
	}
	return j.release, nil
}
