package profile

// The form of the two files.

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
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

// parseShared reads the text of a file. As in the AWS CLI the indentation tells what a
// line is: one further in than the setting above it goes on with its value or, where that
// has none, is a setting within it.
func parseShared(text []byte, file string) ([]section, error) {
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		return nil, malformed(file, 1, "begins with a byte-order mark, which AWS tools take for part of the first name")
	}
	var (
		sections []section
		values   map[string]string // of the section
		above    string            // the setting above; "": none yet in this section
		indent   int               // how far in that stands
	)
	for i, line := range strings.Split(lineEnds.Replace(string(text)), "\n") {
		line = strings.TrimRight(line, blanks)
		trimmed := strings.Clone(strings.TrimLeft(line, blanks)) // what is kept of it does not keep the whole file
		in := len(line) - len(trimmed)
		switch {
		case !utf8.ValidString(line) || strings.ContainsRune(line, 0):
			return nil, malformed(file, i+1, "is not text in UTF-8")
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
			continue
		case trimmed[0] == '[':
			name, closed := heading(trimmed)
			if !closed {
				return nil, malformed(file, i+1, "begins with \"[\" and has no \"]\" at its end")
			}
			if name == "" {
				return nil, malformed(file, i+1, "names no profile between \"[\" and \"]\"")
			}
			values = map[string]string{}
			sections = append(sections, section{name: name, values: values})
			above = ""
			continue
		}
		key, value, ok := setting(trimmed)
		if above != "" && in > indent {
			switch outer := values[above]; {
			case outer == "" && !strings.Contains(trimmed, "="):
				return nil, malformed(file, i+1, "belongs to the setting above it and is not of the form name = value")
			case outer == "" && key == "":
				return nil, malformed(file, i+1, "has no name before its \"=\"")
			case outer == "":
				key, value, _ = strings.Cut(trimmed, "=")
				values[above+"."+strings.ToLower(strings.TrimSpace(key))] = plain(value)
			case above != process && likeSetting.MatchString(trimmed):
				// The AWS CLI takes it for a part of the value above, and does without it.
				return nil, malformed(file, i+1, "looks like a setting, and is further in than the line above, so that it is taken for a part of it")
			default:
				values[above] = outer + "\n" + trimmed
			}
			continue
		}
		switch {
		case !ok:
			return nil, malformed(file, i+1, "is neither a [profile] nor of the form name = value")
		case key == "":
			return nil, malformed(file, i+1, "has no name before its \"=\"")
		case values == nil:
			return nil, malformed(file, i+1, "stands before the first [profile]")
		}
		if key == process { // quotation marks are the command's
			values[key] = withoutComment(value)
		} else {
			values[key] = plain(value)
		}
		above, indent = key, in
	}
	return inherited(sections), nil
}

// process is the one setting whose value is a command.
const process = "credential_process"

const blanks = " \t\v\f"

var (
	lineEnds    = strings.NewReplacer("\r\n", "\n", "\r", "\n")
	likeSetting = regexp.MustCompile(`^\w+\s*[=:]`)
)

// heading is what stands between the brackets of a line; false: they are not closed. A
// name may hold a bracket, and a comment may follow.
func heading(line string) (string, bool) {
	for end := range line {
		if line[end] != ']' {
			continue
		}
		if rest := strings.Trim(line[end+1:], blanks); rest == "" || rest[0] == '#' || rest[0] == ';' {
			return strings.Trim(line[1:end], " \t"), true
		}
	}
	return "", false
}

// setting is a line's name, in lower case, and its value, with "=" or ":" between them.
func setting(line string) (key, value string, ok bool) {
	i := strings.IndexAny(line, "=:")
	if i < 0 {
		return "", "", false
	}
	return strings.ToLower(strings.TrimSpace(line[:i])), line[i+1:], true
}

// inherited gives each section what stands under [DEFAULT]: the AWS CLI takes that for
// settings of every section, though no page of AWS says so.
func inherited(sections []section) []section {
	for _, from := range sections {
		for _, sec := range sections {
			if from.name == "DEFAULT" {
				fill(sec.values, from.values)
			}
		}
	}
	return slices.DeleteFunc(sections, func(s section) bool { return s.name == "DEFAULT" })
}

// fill adds the settings that are missing, and returns their names. What stands within a
// setting comes with it or not at all.
func fill(values, more map[string]string) []string {
	var added []string
	for key := range more {
		outer, _, _ := strings.Cut(key, ".")
		_, there := values[key]
		_, within := values[outer]
		if !there && !within {
			added = append(added, key)
		}
	}
	for _, key := range added {
		values[key] = more[key]
	}
	return added
}

func plain(value string) string { return unquoted(withoutComment(value)) }

// withoutComment takes off what the SDKs take for a comment behind a value.
func withoutComment(value string) string {
	value = strings.TrimSpace(value)
	for _, mark := range []string{" #", " ;", "\t#", "\t;"} {
		value, _, _ = strings.Cut(value, mark)
	}
	return strings.TrimSpace(value)
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
