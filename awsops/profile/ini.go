package profile

// The form of the two files.

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"crossgrant/awsops/problem"
	"crossgrant/awsops/shell"
)

// A section is one [section] of a shared file. Keys are in lower case; a nested
// one is "outer.inner".
type section struct {
	name   string
	values map[string]string
}

// readShared reads a shared file as the AWS tools do, and reports what they pass
// over in silence or with a riddle. No file: no sections and no error. A message
// never quotes a line, which may hold a secret.
// Source: Shared config and credentials files, "Format of the config file".
func readShared(file string) ([]section, error) {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, fs.ErrPermission):
		return nil, &problem.Error{
			Summary: "A file with AWS profiles cannot be read",
			Detail:  fmt.Sprintf("You are not permitted to read %s: %v.", problem.Clean(file), errors.Unwrap(err)),
			Fixes:   []string{"Make it yours to read: " + shell.Command("chmod", "600", file)},
			Err:     err,
		}
	case err != nil:
		return nil, &problem.Error{
			Summary: "A file with AWS profiles cannot be read",
			Detail:  problem.Clean(err.Error()) + ".",
			Fixes:   []string{"Check that " + problem.Clean(file) + " is an ordinary file."},
			Err:     err,
		}
	}
	return parseShared(text, file)
}

func parseShared(text []byte, file string) ([]section, error) {
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		return nil, malformed(file, 1, "begins with a byte-order mark, which AWS tools take for part of the first name")
	}
	var (
		sections []section
		outer    string // the key whose value is the nested lines that follow
		last     string // the key whose value a further line goes on with
	)
	for i, line := range strings.Split(string(text), "\n") {
		line = strings.TrimRight(line, " \t\r")
		trimmed := strings.TrimLeft(line, " \t")
		switch {
		case !utf8.ValidString(line) || strings.ContainsRune(line, 0):
			return nil, malformed(file, i+1, "is not text in UTF-8")
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
			continue
		case trimmed[0] == '[':
			name, rest, closed := strings.Cut(trimmed[1:], "]")
			name = strings.Join(strings.Fields(name), " ")
			rest = strings.TrimSpace(rest)
			if !closed || rest != "" && rest[0] != '#' && rest[0] != ';' {
				return nil, malformed(file, i+1, "begins with \"[\" and has no \"]\" at its end")
			}
			if name == "" {
				return nil, malformed(file, i+1, "names no profile between \"[\" and \"]\"")
			}
			sections = append(sections, section{name: name, values: map[string]string{}})
			outer, last = "", ""
			continue
		}
		key, value, ok := strings.Cut(trimmed, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		nested := line != trimmed
		switch {
		case !ok && nested:
			if last != "" {
				sections[len(sections)-1].values[last] += "\n" + trimmed
			}
			continue
		case !ok:
			return nil, malformed(file, i+1, "is neither a [profile] nor of the form name = value")
		case key == "":
			return nil, malformed(file, i+1, "has no name before its \"=\"")
		case len(sections) == 0:
			return nil, malformed(file, i+1, "stands before the first [profile]")
		}
		values := sections[len(sections)-1].values
		value = unquoted(strings.TrimSpace(withoutComment(value)))
		if nested && outer != "" {
			values[outer+"."+key] = value
			continue
		}
		values[key] = value
		outer, last = "", key
		if value == "" {
			outer, last = key, ""
		}
	}
	return sections, nil
}

func withoutComment(value string) string {
	for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
		value, _, _ = strings.Cut(value, mark)
	}
	return value
}

// unquoted is a value without the quotation marks around it, as the SDK takes it.
func unquoted(value string) string {
	if n := len(value); n > 1 && value[0] == value[n-1] && (value[0] == '"' || value[0] == '\'') {
		return value[1 : n-1]
	}
	return value
}

func malformed(file string, line int, what string) error {
	return &problem.Error{
		Summary: "A file with AWS profiles is malformed",
		Detail:  fmt.Sprintf("%s, line %d: the line %s.", problem.Clean(file), line, what),
		Fixes:   []string{fmt.Sprintf("Correct line %d of %s. A profile looks like this: [name], and below it lines such as aws_access_key_id = ...", line, problem.Clean(file))},
	}
}
