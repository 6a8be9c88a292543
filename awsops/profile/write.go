package profile

// A profile of crossgrant's own in the shared credentials file: added at its end, and
// taken out again. All else in the file stays, byte for byte.

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"crossgrant/awsops/problem"
)

// Section is a profile with a key, as it stands in a credentials file.
func Section(name, id, secret, region string) string {
	return fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\nregion = %s\n", name, id, secret, region)
}

// sayable is a name that every AWS tool reads alike in the heading of a section.
var sayable = regexp.MustCompile(`^[\pL\pN_.@+=,:~-]+( [\pL\pN_.@+=,:~-]+)*$`)

// CheckName tells why no profile that is added can have a name.
func CheckName(name string) error {
	kind, _, several := named(name)
	if sayable.MatchString(name) && problem.Clean(name) == name && !(several && strings.EqualFold(kind, "profile")) &&
		(name == "default" || !strings.EqualFold(name, "default")) {
		return nil
	}
	return &problem.Error{
		Summary: "The profile cannot have this name",
		Detail:  fmt.Sprintf("Not every AWS tool reads %q in a credentials file as the name of a profile.", problem.Clean(name)),
		Fixes:   []string{"Use letters, digits and the characters _ . @ + = , : ~ -, with single spaces between them."},
	}
}

// CanAdd tells why a profile of a name cannot be added to the credentials file.
func (f *Files) CanAdd(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	there, known := f.find(name)
	if _, meant := f.misnamed[name]; known || meant {
		return taken(name, cmp.Or(there.file, "the AWS files"))
	}
	_, err := load(f.Credentials)
	folder := filepath.Dir(f.Credentials)
	if missing(f.Credentials, err) {
		if _, err = os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			_, err = os.Stat(filepath.Dir(folder)) // in which it is made
		}
	}
	if err != nil {
		return &problem.Error{
			Summary: "The profile cannot be added",
			Detail:  fmt.Sprintf("The file %s cannot be written to: %s.", problem.Clean(f.Credentials), problem.Clean(err.Error())),
			Fixes:   []string{"Save the key in a file of its own."},
			Err:     err,
		}
	}
	return nil
}

// missing tells from the error of load that a file is not there, and no link to it either.
func missing(file string, err error) bool {
	_, link := os.Lstat(file)
	return errors.Is(err, fs.ErrNotExist) && errors.Is(link, fs.ErrNotExist)
}

func taken(name, file string) error {
	return &problem.Error{
		Summary: "There is a profile of this name already",
		Detail:  fmt.Sprintf("The profile %s is in %s, and crossgrant replaces none.", problem.Clean(name), problem.Clean(file)),
		Fixes:   []string{"Choose another name."},
	}
}

// Add adds a Section of a name to a credentials file. Ended at any moment it leaves the
// file as it was or as it is to be. A file or folder that is not there is made.
func Add(file, name, lines string) error {
	return change(file, func(text []byte) ([]byte, error) { return with(text, file, name, lines) })
}

// Remove takes the profile with this key out of a credentials file. fs.ErrNotExist: there
// is none of its name. ErrNotOurs: it is no longer as it was written.
func Remove(file, name, id string) error {
	return change(file, func(text []byte) ([]byte, error) { return Without(text, name, id) })
}

// Has tells what Remove would find: nil, fs.ErrNotExist or ErrNotOurs.
func Has(file, name, id string) error {
	text, err := load(file)
	if err == nil {
		_, err = Without(text, name, id)
	}
	return err
}

// ErrNotOurs is the error of a profile that holds another key, or something else beside it.
var ErrNotOurs = errors.New("the profile holds something else than what was written")

// with is the text of a file with a section more. It begins behind one line break, which
// ends the last line of the file or leaves an empty one.
func with(text []byte, file, name, lines string) ([]byte, error) {
	before, err := parseShared(text, file)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(before, func(s section) bool { return s.name == name }) {
		return nil, taken(name, file)
	}
	end := "\n"
	for _, other := range []string{"\r", "\r\n"} {
		if bytes.Contains(text, []byte(other)) {
			end = other
		}
	}
	all := slices.Clone(text)
	if len(text) > 0 {
		all = append(all, end...)
	}
	all = append(all, strings.ReplaceAll(lines, "\n", end)...)
	after, err := parseShared(all, file)
	if err != nil || len(after) != len(before)+1 || after[len(before)].name != name || !reflect.DeepEqual(append([]section{}, before...), after[:len(before)]) {
		return nil, &problem.Error{
			Summary: "The profile cannot be added",
			Detail:  fmt.Sprintf("At the end of %s it would not be read as a profile of its own.", problem.Clean(file)),
			Fixes:   []string{"Look at the last lines of the file.", "Or save the key in a file of its own."},
			Err:     err,
		}
	}
	return all, nil
}

// Without is the text of a credentials file less the Section of a name that holds this
// key: as it was written, with nothing else in it. What others added behind it stays.
func Without(text []byte, name, id string) ([]byte, error) {
	for _, end := range []string{"\r\n", "\n", "\r"} {
		ours := regexp.MustCompile(fmt.Sprintf(`(\A|%[1]s)\[%[2]s\]%[1]saws_access_key_id = %[3]s%[1]saws_secret_access_key = [^\r\n]*%[1]sregion = [^\r\n]*(?:%[1]s|\z)`,
			end, regexp.QuoteMeta(name), regexp.QuoteMeta(id)))
		at := ours.FindSubmatchIndex(text)
		if at == nil || !endsThere(text[at[1]:]) {
			continue
		}
		before, behind := text[:at[0]], text[at[1]:]
		if len(behind) > 0 && len(before) > 0 && !bytes.ContainsAny(before[len(before)-1:], "\r\n") {
			before = text[:at[3]] // the line break is the one of the line before it
		}
		return slices.Concat(before, behind), nil
	}
	sections, err := parseShared(text, "")
	if err == nil && !slices.ContainsFunc(sections, func(s section) bool { return s.name == name }) {
		return nil, fs.ErrNotExist
	}
	return nil, ErrNotOurs
}

// endsThere tells whether the section above this text has no more settings.
func endsThere(text []byte) bool {
	for _, line := range strings.Split(lineEnds.Replace(string(text)), "\n") {
		if line = strings.Trim(line, blanks); line != "" && line[0] != '#' && line[0] != ';' {
			return line[0] == '['
		}
	}
	return true
}

// load reads a credentials file where it is, behind whatever link. No file is fs.ErrNotExist.
func load(file string) ([]byte, error) {
	path, err := filepath.EvalSymlinks(file)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() { // a pipe may never end
		err = &fs.PathError{Op: "read", Path: path, Err: errors.New("it is no ordinary file")}
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// change replaces a file by what is made of its text, while no other run of crossgrant
// does. What a link points to is replaced, and the link stays.
func change(file string, edit func([]byte) ([]byte, error)) error {
	path := file
	if whole, err := filepath.EvalSymlinks(file); err == nil {
		path = whole
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	unlock, err := lock(path)
	if err != nil {
		return err
	}
	defer unlock()
	text, err := load(file)
	if err != nil && !missing(file, err) {
		return err
	}
	if text, err = edit(text); err != nil {
		return err
	}
	return replace(path, text)
}

// lockLimit is how long another run may take, which has a file to write.
const lockLimit = 10 * time.Second

// lock keeps other runs of crossgrant from a file. The lock is a file beside it, with
// .crossgrant-lock behind its name, and is there only as long as it is held.
func lock(path string) (unlock func(), err error) {
	path += ".crossgrant-lock"
	ctx, cancel := context.WithTimeout(context.Background(), lockLimit)
	defer cancel()
	for {
		l := flock.New(path)
		if _, err := l.TryLockContext(ctx, 20*time.Millisecond); err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		held, err := l.Stat()
		there, gone := os.Stat(path)
		if err == nil && gone == nil && os.SameFile(held, there) {
			return func() { _ = errors.Join(os.Remove(path), l.Unlock()) }, nil
		}
		_ = l.Unlock() // who held it before has removed it
	}
}
